//! What neighbouring words are together: each a number that chooses a weight.
//!
//! Words as written and words as what they mean, so that what was learnt of
//! "ignore the previous instructions" holds for "disregard your earlier
//! guidelines" in any language of the word table.

use super::tables::SLOTS_BITS;
use super::tokens::{Token, before};

/// Most features of one token.
pub const FEATURES: usize = 14;

/// Changes whenever features do: weights are of use only with theirs.
const VERSION: u32 = 1;

/// A number that changes when features do.
#[must_use]
pub const fn contract() -> u32 {
    0x7072_6f00 | VERSION
}

fn slot(family: u32, a: u32, b: u32, c: u32, d: u32) -> u32 {
    let mut hash = family.wrapping_mul(0x9e37_79b1);
    for part in [a, b, c, d] {
        hash = (hash ^ part).wrapping_mul(0x85eb_ca6b);
        hash ^= hash >> 15;
    }
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash.wrapping_shr(32_u32.wrapping_sub(SLOTS_BITS))
}

/// What a word is to its neighbours: its meaning, or itself.
fn class(token: &Token) -> u32 {
    if token.meaning == 0 {
        token.hash
    } else {
        u32::from(token.meaning)
    }
}

/// The words before the current one, newest first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Past {
    words: [u32; 3],
    classes: [u32; 3],
    known: [bool; 3],
    /// Meanings met, newest first, and how many words ago.
    meanings: [(u32, u32); 2],
    /// The sentence's first class, and its first two together.
    opening: u32,
    since: u32,
}

impl Past {
    /// The features of the next token.
    pub(super) fn push(&mut self, token: &Token) -> [u32; FEATURES] {
        let word = token.hash;
        let class = class(token);
        let known = token.meaning != 0;
        let meaning = u32::from(token.meaning);
        let lead = u32::from(token.before);
        if token.before >= before::COLON || token.before == before::BRACKET {
            self.since = 0;
        }
        if self.since == 0 {
            self.opening = slot(90, class, 0, 0, 0);
        } else if self.since == 1 {
            self.opening = slot(91, self.opening, class, 0, 0);
        }
        let [w1, w2, _] = self.words;
        let [c1, c2, c3] = self.classes;
        let [k1, k2, k3] = self.known;
        let [(m1, ago1), (m2, ago2)] = self.meanings;
        let some = |yes: bool, feature: u32| if yes { feature } else { u32::MAX };
        let near1 = m1 != 0 && ago1 <= 5;
        let near2 = near1 && m2 != 0 && ago2 <= 10;
        let stems = token.letters >= 5;
        let [head, tail] = token.ends;
        let features = [
            slot(1, word, 0, 0, 0),
            slot(2, w1, word, 0, 0),
            slot(3, w2, w1, word, 0),
            some(known || k1, slot(4, c1, class, 0, 0)),
            some(known || k1 || k2, slot(5, c2, c1, class, 0)),
            some(
                u8::from(known)
                    .wrapping_add(u8::from(k1))
                    .wrapping_add(u8::from(k2))
                    .wrapping_add(u8::from(k3))
                    >= 2,
                slot(6, c3, c2, c1, class),
            ),
            some(known, slot(7, meaning, 0, 0, 0)),
            slot(8, lead, class, 0, 0),
            some(known && near1 && ago1 > 1, slot(9, m1, meaning, 0, 0)),
            some(known && near2, slot(10, m2, m1, meaning, 0)),
            some(stems, slot(11, head, 0, 0, 0)),
            some(stems, slot(12, tail, 0, 0, 0)),
            some(
                known && self.since >= 2 && self.since < 16,
                slot(13, self.opening, meaning, 0, 0),
            ),
            some(stems, slot(14, c1, head, 0, 0)),
        ];
        self.words = [word, w1, w2];
        self.classes = [class, c1, c2];
        self.known = [known, k1, k2];
        if known {
            self.meanings = [(meaning, 1), (m1, ago1.saturating_add(1))];
        } else {
            self.meanings = [(m1, ago1.saturating_add(1)), (m2, ago2.saturating_add(1))];
        }
        self.since = self.since.saturating_add(1);
        features
    }
}

/// The features of each token of a reading; `u32::MAX` stands for none.
pub fn each_feature(reading: &super::Reading, visit: &mut dyn FnMut([u32; FEATURES])) {
    let mut past = Past::default();
    for token in &reading.tokens {
        visit(past.push(token));
    }
}
