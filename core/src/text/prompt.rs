//! How much a text reads like an instruction to a model that is none of the
//! reader's: prompt injection.
//!
//! `glyphs` makes one plain text of what only looks different (compatibility
//! forms, look-alike letters, characters that show nothing), `disguise` adds
//! what was written to be read by a machine only (Base64, rot13, letters apart),
//! `tokens` makes words of it and looks their meaning up, `features` puts
//! neighbours together, and [`Model::read`] adds up what each is worth in windows
//! of sixteen and of some fifty words; the best window is the text's. Every table comes from the
//! pack `doorward/prompt` (`core/model/prompt.md` says how it was made).
//!
//! Integers only; linear in the text; memory for one stretch of some kilobytes.

mod disguise;
mod features;
mod glyphs;
mod tables;
mod tokens;
mod window;

pub use disguise::Disguise;
pub use features::{FEATURES, contract, each_feature};
pub use tables::{Bar, Malformed, Model, SLOTS_BITS};
pub use tokens::{Token, jumble_hash, word_hash};
pub use window::{Read, WINDOWS, counted, each_window};

use alloc::vec::Vec;

/// One logit as a weight.
pub const UNIT: i32 = 16;

/// Bytes of a text that are read at once.
const STRETCH: usize = 8192;

/// Bytes of a stretch that the next one reads again.
const OVERLAP: usize = 512;

/// A text as it may be understood: as it stands, or undisguised.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What was undone to read it so.
    pub disguise: Disguise,
    /// Its words.
    pub tokens: Vec<Token>,
}

impl Reading {
    /// Whether it is the text as it stands.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.disguise == Disguise::None
    }
}

/// Every reading of `text`, a stretch at a time.
pub fn each_reading(model: &Model<'_>, text: &[u8], visit: &mut dyn FnMut(&Reading)) {
    let mut start = 0_usize;
    loop {
        let end = start.saturating_add(STRETCH).min(text.len());
        let stretch = text.get(start..end).unwrap_or_default();
        let glyphs = glyphs::fold(model, stretch, start);
        let plain = Reading {
            disguise: Disguise::None,
            tokens: tokens::of(model, &glyphs),
        };
        visit(&plain);
        disguise::each(model, stretch, start, &glyphs, &plain, visit);
        if end == text.len() {
            break;
        }
        start = end.saturating_sub(OVERLAP);
    }
}

impl Model<'_> {
    /// The window of `text` that reads most like an injection.
    #[must_use]
    pub fn read(&self, text: &[u8]) -> Read {
        let mut best = Read::default();
        let mut plain = Read::default();
        each_reading(self, text, &mut |reading| {
            let read = window::best(self, reading);
            if reading.disguise == Disguise::None {
                plain = plain.or(read);
            } else {
                best = best.or(read);
            }
        });
        plain.or(best)
    }
}
