//! Phrases with one meaning: names of gadgets, classes, schemes and metadata
//! hosts that nobody sends by accident ([`super::phrases`]).
//!
//! They are found by their first word while the gate reads the value, so the
//! list costs the same whatever its length. White space inside a phrase does
//! not hide it. Other words only leave a mark that a detector asks for before
//! it reads the value again.

use super::evidence::{Evidence, Texture};
use super::phrases::{Phrase, ROWS};
use crate::text::cursor::{Cursor, is_space};

/// The strongest phrase in a short value, in a text, in a document.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known {
    best: [Option<Evidence>; 3],
    marks: u8,
}

impl Known {
    /// Looks at the word of `text` from `start` to `end`, its hash known.
    #[inline]
    pub(crate) fn word(&mut self, text: &[u8], start: usize, end: usize, hash: u32) {
        let Some(word) = text.get(start..end) else {
            return;
        };
        let Some(row) = ROWS.get_hashed(hash, word) else {
            return;
        };
        self.marks |= row.marks;
        for phrase in row.phrases {
            if phrase.stands(text, start, end) {
                for (slot, score) in self.best.iter_mut().zip(phrase.scores) {
                    if slot.is_none_or(|kept| kept.score < score) {
                        *slot = Some(Evidence::new(phrase.code, score, start, end));
                    }
                }
            }
        }
    }

    /// Nothing was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.marks == 0 && self.best.iter().all(Option::is_none)
    }

    pub(super) fn marked(&self, marks: u8) -> bool {
        self.marks & marks != 0
    }

    pub(crate) fn strongest(&self, texture: Texture) -> Option<Evidence> {
        let [short, text, document] = self.best;
        if texture.is_document() {
            document
        } else if texture.is_text() {
            text
        } else {
            short
        }
    }
}

impl Phrase {
    fn stands(&self, text: &[u8], start: usize, end: usize) -> bool {
        let before = text.get(..start).unwrap_or_default();
        let before_fits = before
            .len()
            .checked_sub(self.before.len())
            .and_then(|at| before.get(at..))
            .is_some_and(|b| b.eq_ignore_ascii_case(self.before.as_bytes()));
        if !before_fits {
            return false;
        }
        let mut cursor = Cursor::starting_at(text, end);
        for wanted in self.tail.bytes() {
            if cursor.peek().is_some_and(is_space) {
                cursor.take_while(is_space);
            }
            if !cursor
                .next()
                .is_some_and(|b| b.eq_ignore_ascii_case(&wanted))
            {
                return false;
            }
        }
        // `exec(3)` is a page of a manual
        let manual = self.tail == "(" && matches!(cursor.rest(), [b'0'..=b'9', b')', ..]);
        !manual
    }
}
