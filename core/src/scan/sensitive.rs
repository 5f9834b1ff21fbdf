//! `doorward scan sensitive`: the values of [`crate::text::sensitive`], with
//! their places in Unicode code points.

use super::{Detector, Kind, Verdict};
use crate::text::sensitive::{self, Units, Wanted};
use crate::units::Score;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt::Write as _;

pub(super) const KIND: Kind = Kind {
    name: "sensitive",
    field: "text",
    about: "e-mail addresses, card numbers, keys and their like, with their places",
    make: |_| Ok(Box::new(Sensitive)),
};

#[derive(Debug)]
struct Sensitive;

impl Detector for Sensitive {
    fn judge(&self, text: &str) -> Verdict {
        let mut spans = sensitive::scan(text.as_bytes(), Wanted::ALL, &[]);
        sensitive::convert(text.as_bytes(), &mut spans, Units::CodePoints);
        let best = spans.iter().map(|span| span.score).max().unwrap_or(0);
        let mut more = String::from(",\"spans\":[");
        for (index, span) in spans.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let _ = write!(
                more,
                "{comma}{{\"start\":{},\"end\":{},\"type\":\"{}\"}}",
                span.start,
                span.end,
                span.kind.name(&[])
            );
        }
        more.push(']');
        Verdict {
            score: Score::ten_thousandths(u16::from(best).saturating_mul(100)),
            found: !spans.is_empty(),
            more,
        }
    }
}
