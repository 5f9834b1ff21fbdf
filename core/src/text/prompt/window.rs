//! The best window of a reading.

use super::Reading;
use super::disguise::Disguise;
use super::features::{FEATURES, Past};
use super::tables::Model;
use crate::text::cursor::tick;
use alloc::vec::Vec;

/// Words of a window, small windows before larger ones; the next window of a size
/// starts half way. A small one sees a sentence apart from the document around it,
/// a large one what adds up over several.
pub const WINDOWS: [usize; 2] = [16, 48];

/// Windows of which size are counted for how long a text is.
const COUNTED: usize = 48;

/// What a window has against it before a word is read, in [`super::UNIT`]s.
const EMPTY: i32 = i32::MIN / 4;

/// A window and its sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// What its features weigh together, in [`super::UNIT`]s.
    pub sum: i32,
    /// Where it starts in the text.
    pub start: usize,
    /// And ends.
    pub end: usize,
    /// What was undone to read it.
    pub disguise: Disguise,
    /// How many windows the text has as it stands.
    pub windows: usize,
}

impl Default for Read {
    fn default() -> Self {
        Self {
            sum: EMPTY,
            start: 0,
            end: 0,
            disguise: Disguise::None,
            windows: 0,
        }
    }
}

impl Read {
    /// The better of both, this one where they are equal.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let windows = self.windows.saturating_add(other.windows);
        let better = if other.sum > self.sum { other } else { self };
        Self { windows, ..better }
    }
}

/// Which features a window has had: a feature counts once.
struct Had {
    marks: [u32; 4096],
    number: u32,
}

impl Had {
    fn note(&mut self, feature: u32) -> bool {
        let mark = self.number.wrapping_shl(super::SLOTS_BITS) | feature;
        let place = usize::try_from(feature & 4095).unwrap_or_default();
        match self.marks.get_mut(place) {
            Some(slot) if *slot != mark => {
                *slot = mark;
                true
            }
            _ => false,
        }
    }

    fn begin(&mut self) {
        self.number = self.number.wrapping_add(1) & (u32::MAX >> super::SLOTS_BITS);
        if self.number == 0 {
            self.marks = [0; 4096];
            self.number = 1;
        }
    }
}

/// The windows of each size in so many words, each by where it starts and ends: a
/// size that the one before it covers whole has none.
pub fn each_window(words: usize, visit: &mut dyn FnMut(usize, usize)) {
    let mut covered = 0_usize;
    for size in WINDOWS {
        if words <= covered {
            break;
        }
        let mut start = 0_usize;
        loop {
            let end = start.saturating_add(size).min(words);
            visit(start, end);
            if end == words {
                break;
            }
            start = start.saturating_add(size / 2);
        }
        covered = size;
    }
}

/// How many windows of the counted size there are in so many words.
#[must_use]
pub fn counted(words: usize) -> usize {
    let more = words.saturating_sub(COUNTED).div_ceil(COUNTED / 2);
    usize::from(words > 0).saturating_add(more)
}

/// What weighs something in a reading, and how much, and where each token's begins.
fn weighed(model: &Model<'_>, reading: &Reading) -> (Vec<(u32, i32)>, Vec<usize>) {
    let mut past = Past::default();
    let mut weighed = Vec::with_capacity(reading.tokens.len().saturating_mul(FEATURES / 2));
    let mut begins = Vec::with_capacity(reading.tokens.len());
    for token in &reading.tokens {
        begins.push(weighed.len());
        for feature in past.push(token) {
            let weight = if feature == u32::MAX {
                0
            } else {
                model.weight(feature)
            };
            if weight != 0 {
                weighed.push((feature, weight));
            }
        }
    }
    (weighed, begins)
}

/// The best window.
pub(super) fn best(model: &Model<'_>, reading: &Reading) -> Read {
    tick(reading.tokens.len().saturating_mul(FEATURES));
    let (weighed, begins) = weighed(model, reading);
    let mut had = Had {
        marks: [0; 4096],
        number: 0,
    };
    let mut best = (EMPTY, 0, 0);
    each_window(begins.len(), &mut |start, end| {
        let from = begins.get(start).copied().unwrap_or_default();
        let to = begins.get(end).copied().unwrap_or(weighed.len());
        had.begin();
        let mut sum = 0_i32;
        for (feature, weight) in weighed.get(from..to).unwrap_or_default() {
            if had.note(*feature) {
                sum = sum.saturating_add(*weight);
            }
        }
        if sum > best.0 {
            best = (sum, start, end);
        }
    });
    let (sum, start, end) = best;
    let tokens = reading.tokens.get(start..end).unwrap_or_default();
    Read {
        sum,
        start: tokens.iter().map(|token| token.start).min().unwrap_or(0),
        end: tokens.iter().map(|token| token.end).max().unwrap_or(0),
        disguise: reading.disguise,
        windows: if reading.disguise == Disguise::None {
            counted(begins.len())
        } else {
            0
        },
    }
}
