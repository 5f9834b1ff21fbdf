//! `doorward scan prompt`: [`detect_prompt_injection`](crate::rules::detect_prompt_injection)
//! on what users write, at the threshold that the rule has by itself; the window
//! that weighed most in Unicode code points.

use super::{Detector, Kind, Verdict};
use crate::rules::detect_prompt_injection::{PACK, THRESHOLD, judge};
use crate::text::prompt::{Bar, Disguise, Model};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt::Write as _;

pub(super) const KIND: Kind = Kind {
    name: "prompt",
    field: "text",
    about: "prompt injection, with the window that weighs most",
    make: |packs| {
        let missing = || format!("found no pack \"{PACK}\", expected the one of this version");
        let body = Arc::clone(packs.get(PACK).ok_or_else(missing)?.body());
        Model::parse(&body).map_err(|_| missing())?;
        Ok(Box::new(Prompt { body }))
    },
};

#[derive(Debug)]
struct Prompt {
    body: Arc<[u8]>,
}

impl Detector for Prompt {
    fn judge(&self, text: &str) -> Verdict {
        // parsed when the detector was made: these bytes read
        let Ok(model) = Model::parse(&self.body) else {
            return Verdict {
                score: crate::units::Score::ZERO,
                found: false,
                more: String::new(),
            };
        };
        let (score, read) = judge(&model, text.as_bytes(), Bar::User);
        let found = score >= THRESHOLD;
        let mut more = String::new();
        if found {
            let points = |end: usize| text.char_indices().take_while(|(at, _)| *at < end).count();
            let _ = write!(
                more,
                ",\"start\":{},\"end\":{}",
                points(read.start),
                points(read.end)
            );
            if read.disguise != Disguise::None {
                let _ = write!(more, ",\"disguise\":\"{}\"", read.disguise.word());
            }
        }
        Verdict { score, found, more }
    }
}
