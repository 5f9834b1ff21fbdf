//! The weights: an additive model whose contributions are its explanation.
//!
//! Each level of each signal has a weight in thousandths of a logit. The base
//! and the weights of a vector's levels sum to the margin; a fixed table, with
//! straight lines between its points, makes a probability of it. Everything is
//! an integer, so it is the same everywhere. Trained by `make train`; the card
//! is `core/model/refine.md`.

use super::signals::{At, COUNT, SIGNALS, Vector};
use crate::units::Score;

/// Points of the table of probabilities.
pub const POINTS: usize = 41;
/// The margin of the first point, in thousandths of a logit.
const FIRST: i32 = -10_000;
/// From point to point.
const STEP: i32 = 500;

const FILE: &[u8] = include_bytes!("../../model/refine.bin");

/// Margin, probability and what each signal contributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// The sum without any signal.
    pub base: i32,
    /// The base and all weights, in thousandths of a logit.
    pub margin: i32,
    /// By signal.
    pub weights: [i32; COUNT],
    /// The calibrated probability of abuse.
    pub score: Score,
}

impl Weighed {
    /// Whether anything that a client cannot simply send speaks for it.
    #[must_use]
    pub fn speaks_for(&self) -> bool {
        let counts = |(index, weight): (usize, &i32)| *weight < 0 && index != At::BROWSER as usize;
        self.weights.iter().enumerate().any(counts)
    }
}

/// The weights that are built in.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a>(&'a [u8]);

impl Default for Model<'static> {
    fn default() -> Self {
        Self(FILE)
    }
}

impl<'a> Model<'a> {
    /// Weights in the form of `core/model/refine.bin`.
    #[must_use]
    pub fn read(file: &'a [u8]) -> Self {
        Self(file)
    }

    /// The contract of the weights: `u64`, little-endian.
    #[must_use]
    pub fn contract(self) -> u64 {
        self.0
            .first_chunk::<8>()
            .copied()
            .map_or(0, u64::from_le_bytes)
    }

    /// The table of probabilities.
    #[must_use]
    pub fn points(self) -> [u16; POINTS] {
        let levels = SIGNALS.iter().map(|signal| usize::from(signal.levels));
        let table = levels.sum::<usize>().saturating_add(1);
        let mut points = [0; POINTS];
        for (index, point) in points.iter_mut().enumerate() {
            *point = u16::try_from(self.number(table.saturating_add(index))).unwrap_or(0);
        }
        points
    }

    /// What follows contract and base.
    #[cfg(test)]
    pub(super) fn behind_base(self) -> &'a [u8] {
        self.0.get(10..).unwrap_or_default()
    }

    /// The number at a place behind the contract.
    fn number(self, place: usize) -> i32 {
        let at = place.saturating_mul(2).saturating_add(8);
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk::<2>());
        bytes.copied().map_or(0, i16::from_le_bytes).into()
    }

    /// Weighs a vector; `points` replace the built-in table.
    #[must_use]
    pub fn weigh(self, vector: &Vector, points: Option<&[u16; POINTS]>) -> Weighed {
        let base = self.number(0);
        let mut weights = [0; COUNT];
        let (mut margin, mut place) = (base, 0_usize);
        for ((slot, level), signal) in weights.iter_mut().zip(vector.0).zip(SIGNALS) {
            if level > 0 {
                *slot = self.number(place.saturating_add(level.into()));
                margin = margin.saturating_add(*slot);
            }
            place = place.saturating_add(signal.levels.into());
        }
        let table = place.saturating_add(1);
        let point = |index: usize| match points {
            Some(points) => points.get(index).copied().map_or(0, i32::from),
            None => self.number(table.saturating_add(index)),
        };
        Weighed {
            base,
            margin,
            weights,
            score: probability(margin, point),
        }
    }
}

/// The point that is nearest to a margin.
pub(crate) fn nearest(margin: i32) -> usize {
    let from = margin.saturating_sub(FIRST).saturating_add(STEP / 2).max(0);
    let index = usize::try_from(from / STEP).unwrap_or(0);
    index.min(POINTS.saturating_sub(1))
}

/// Straight lines between the points.
fn probability(margin: i32, point: impl Fn(usize) -> i32) -> Score {
    let last = POINTS.saturating_sub(1);
    let from = margin.saturating_sub(FIRST).max(0);
    let index = usize::try_from(from / STEP).unwrap_or(0);
    let ten_thousandths = if index >= last {
        point(last)
    } else {
        let (low, high) = (point(index), point(index.saturating_add(1)));
        let part = high.saturating_sub(low).saturating_mul(from % STEP) / STEP;
        low.saturating_add(part)
    };
    Score::ten_thousandths(u16::try_from(ten_thousandths).unwrap_or(0))
}
