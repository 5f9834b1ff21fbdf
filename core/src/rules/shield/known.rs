//! Phrases with one meaning: names of gadgets, classes, schemes and metadata
//! hosts that nobody sends by accident ([`super::phrases`]).
//!
//! They are found by their first word while the gate reads the value, so the
//! list costs the same whatever its length. White space inside a phrase does
//! not hide it. Other words only leave a mark that a detector asks for before
//! it reads the value again.

use super::evidence::{Evidence, Texture};
use super::phrases::{Phrase, ROWS, WHOLE};
use crate::text::cursor::{Cursor, is_space, starts_with_ci};

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
        for phrase in row.phrases() {
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
    /// `rest` is the tail and a name, and no exception that is reported.
    fn is_all(&self, rest: &[u8]) -> bool {
        let rest = rest.trim_ascii_end();
        let ends = |ending: &[u8]| {
            let at = rest.len().checked_sub(ending.len());
            at.and_then(|at| rest.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(ending))
        };
        rest.len() <= 60
            && starts_with_ci(rest, self.tail)
            && rest
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'$' | b'_'))
            && !ends(b"exception")
            && !ends(b"error")
    }

    fn stands(&self, text: &[u8], start: usize, end: usize) -> bool {
        let before = text.get(..start).unwrap_or_default();
        if self.before == WHOLE.as_bytes() {
            return before.is_empty() && self.is_all(text.get(end..).unwrap_or_default());
        }
        let before_fits = before
            .len()
            .checked_sub(self.before.len())
            .and_then(|at| before.get(at..))
            .is_some_and(|b| b.eq_ignore_ascii_case(self.before));
        if !before_fits {
            return false;
        }
        let mut cursor = Cursor::starting_at(text, end);
        for wanted in self.tail {
            if cursor.peek().is_some_and(is_space) {
                cursor.take_while(is_space);
            }
            if !cursor
                .next()
                .is_some_and(|b| b.eq_ignore_ascii_case(wanted))
            {
                return false;
            }
        }
        // a whole word: `.lang.Runtime` is not `.lang.RuntimePermission`
        let ends = self.tail.last().is_some_and(u8::is_ascii_alphabetic);
        !(ends && cursor.peek().is_some_and(|b| b.is_ascii_alphabetic()))
    }
}
