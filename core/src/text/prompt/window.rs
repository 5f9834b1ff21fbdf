//! The best window of a reading.

use super::Reading;
use super::disguise::Disguise;
use super::features::{FEATURES, Past};
use super::tables::Model;
use crate::text::cursor::tick;
use alloc::vec::Vec;

/// Words of a window; the next one starts half way.
pub const WINDOW: usize = 48;

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

/// The best window.
pub(super) fn best(model: &Model<'_>, reading: &Reading) -> Read {
    let mut past = Past::default();
    let features: Vec<[u32; FEATURES]> = reading
        .tokens
        .iter()
        .map(|token| past.push(token))
        .collect();
    tick(features.len().saturating_mul(FEATURES));
    let mut had = Had {
        marks: [0; 4096],
        number: 0,
    };
    let mut best = Read::default();
    let mut windows = 0_usize;
    let mut start = 0_usize;
    while start < features.len() {
        let end = start.saturating_add(WINDOW).min(features.len());
        had.begin();
        let mut sum = 0_i32;
        for feature in features
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .flatten()
        {
            if *feature != u32::MAX && had.note(*feature) {
                sum = sum.saturating_add(model.weight(*feature));
            }
        }
        let tokens = reading.tokens.get(start..end).unwrap_or_default();
        best = best.or(Read {
            sum,
            start: tokens
                .iter()
                .map(|token| token.start)
                .min()
                .unwrap_or_default(),
            end: tokens
                .iter()
                .map(|token| token.end)
                .max()
                .unwrap_or_default(),
            disguise: reading.disguise,
            windows: 0,
        });
        windows = windows.saturating_add(1);
        if end == features.len() {
            break;
        }
        start = start.saturating_add(WINDOW / 2);
    }
    if reading.disguise == Disguise::None {
        best.windows = windows;
    }
    best
}
