//! The arithmetic of profiles: counts that halve every ten minutes.
//!
//! A count is kept in thousandths with 32 more bits behind the point, so it
//! decays by the same curve however often it is touched; what is shown is
//! rounded down. Counts saturate at about 4.29 million. A clock that steps back
//! decays nothing and becomes the time last seen, so decay goes on from there.

use super::{Observed, Profile};
use crate::units::Millis;

/// The time in which a count halves, in milliseconds.
const HALF_LIFE: u64 = 600_000;
/// Bits behind the point of a count.
const POINT: u32 = 32;

/// 2^(-2^n / `HALF_LIFE`) in 2^-64, for the bits of a time below the half-life.
const DECAY: [u64; 20] = {
    let mut table = [0; 20];
    // 2^(-1 / 600000)
    let mut factor: u64 = 0xffff_ec9e_4317_a6d7;
    let mut rest: &mut [u64] = &mut table;
    while let [first, tail @ ..] = rest {
        *first = factor;
        factor = scale(factor, factor);
        rest = tail;
    }
    table
};

/// `a * b / 2^64`.
const fn scale(a: u64, b: u64) -> u64 {
    // as: the conversion traits are not const, and the product of two words
    // shifted by one word fits one
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_lossless,
        reason = "see above"
    )]
    {
        ((a as u128).wrapping_mul(b as u128) >> 64) as u64
    }
}

/// What is remembered of one actor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Actor {
    pub(super) first: u64,
    pub(super) last: u64,
    /// Requests, flagged, failed.
    pub(super) counts: [u64; 3],
}

impl Actor {
    /// Somebody not seen before.
    pub(super) fn new(now: u64) -> Self {
        Self {
            first: now,
            last: now,
            counts: [0; 3],
        }
    }

    /// The same actor later.
    pub(super) fn at(self, now: u64) -> Self {
        let elapsed = now.saturating_sub(self.last);
        Self {
            first: self.first.min(now),
            last: now,
            counts: self.counts.map(|count| decay(count, elapsed)),
        }
    }

    /// Adds what happened.
    pub(super) fn observe(&mut self, observed: &Observed) {
        let news = [observed.requests, observed.flagged, observed.failed];
        for (count, new) in self.counts.iter_mut().zip(news) {
            *count = count.saturating_add(u64::from(new.saturating_mul(1000)) << POINT);
        }
    }

    /// What others see of it, `last` being when it was last seen.
    pub(super) fn profile(&self, last: u64) -> Profile {
        let [requests, flagged, failed] = self
            .counts
            .map(|count| u32::try_from(count >> POINT).unwrap_or(u32::MAX));
        Profile {
            first: Millis(self.first),
            last: Millis(last),
            requests,
            flagged,
            failed,
        }
    }

    /// How much it would be missed: flags and failures first, the time last seen
    /// among equals. Never zero.
    pub(super) fn worth(&self, now: u64) -> u64 {
        let [_, flagged, failed] = self.counts;
        let halvings = now.saturating_sub(self.last) / HALF_LIFE;
        let bad = (flagged >> POINT).saturating_add(failed >> POINT);
        let bad = bad
            .checked_shr(u32::try_from(halvings).unwrap_or(u32::MAX))
            .unwrap_or(0);
        let bits = u64::from(u64::BITS.saturating_sub(bad.leading_zeros()));
        let last = self.last.clamp(1, (1 << 48) - 1);
        (bits << 48) | last
    }
}

fn decay(count: u64, elapsed: u64) -> u64 {
    let halvings = u32::try_from(elapsed / HALF_LIFE).unwrap_or(u32::MAX);
    let rest = elapsed % HALF_LIFE;
    let whole = count.checked_shr(halvings).unwrap_or(0);
    DECAY
        .iter()
        .zip(0_u32..)
        .filter(|(_, bit)| rest.wrapping_shr(*bit) & 1 == 1)
        .fold(whole, |count, (factor, _)| scale(count, *factor))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "tests may fail loudly")]
    use super::*;

    fn actor(requests: u32) -> Actor {
        let mut actor = Actor::new(1000);
        actor.observe(&Observed {
            requests,
            ..Observed::default()
        });
        actor
    }

    fn requests(actor: Actor) -> u32 {
        actor.profile(0).requests
    }

    #[test]
    fn counts_halve_every_ten_minutes() {
        let start = actor(1000);
        assert_eq!(requests(start), 1_000_000);
        for (minutes, left) in [(10, 500_000), (20, 250_000), (200, 0), (1 << 40, 0)] {
            assert_eq!(requests(start.at(1000 + minutes * 60_000)), left);
        }
        // 1,000,000 / sqrt 2, 1,000,000 / 2^0.1
        assert_eq!(requests(start.at(1000 + 300_000)), 707_106);
        assert_eq!(requests(start.at(1000 + 60_000)), 933_032);
    }

    #[test]
    fn decay_does_not_depend_on_how_often_it_is_asked() {
        let start = actor(1000);
        let once = requests(start.at(1000 + 60_000));
        let often = requests((1..=60_000).fold(start, |actor, step| actor.at(1000 + step)));
        assert!(once.abs_diff(often) <= 1, "{once} {often}");
    }

    #[test]
    fn counts_saturate_and_a_clock_that_steps_back_decays_nothing() {
        let mut much = actor(u32::MAX);
        much.observe(&Observed {
            requests: u32::MAX,
            ..Observed::default()
        });
        assert_eq!(requests(much), u32::MAX);
        let earlier = much.at(10);
        assert_eq!(
            earlier,
            Actor {
                first: 10,
                last: 10,
                ..much
            }
        );
        assert_eq!(requests(earlier.at(10 + HALF_LIFE)), u32::MAX / 2);
    }

    #[test]
    fn the_flagged_are_worth_more_than_the_recent_until_it_is_long_ago() {
        let mut bad = Actor::new(1000);
        bad.observe(&Observed {
            flagged: 3,
            ..Observed::default()
        });
        let late = Actor::new(2000);
        assert!(bad.worth(2000) > late.worth(2000));
        assert!(bad.worth(1000 + 40 * HALF_LIFE) < late.worth(1000 + 40 * HALF_LIFE));
    }
}
