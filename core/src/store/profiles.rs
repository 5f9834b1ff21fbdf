//! The arithmetic of profiles: counts that halve every ten minutes.
//!
//! A count is kept in thousandths with 32 more bits behind the point, so it
//! decays by the same curve however often it is touched; what is shown is
//! rounded down. Counts saturate at about 4.29 million. A clock that steps back
//! decays nothing and becomes the time last seen, so decay goes on from there.
//!
//! What is kept beside them is small and can be merged: sets are bitmaps of
//! hashes in the current and the previous window (ten minutes for paths, a week
//! for clients and agents), long counts halve each week, and the rhythm is a
//! moving mean of the logarithm of the pauses and of its deviation.

use super::{Habits, Observed, Profile};
use crate::units::Millis;

/// The time in which a count halves, in milliseconds.
const HALF_LIFE: u64 = 600_000;
/// The window of paths.
const SHORT: u64 = 600_000;
/// The window of clients and agents, and of long counts.
const LONG: u64 = 7 * 86_400_000;
/// A longer pause is between two visits and no part of a rhythm.
const VISIT: u64 = 300_000;
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
    /// Good and bad in the long run, 32 bits each.
    pub(super) history: u64,
    /// Mean and deviation of the pauses, their number (16 bits each), steps walked.
    pub(super) rhythm: u64,
    /// Paths: this window and the one before, 32 bits each.
    pub(super) paths: u64,
    /// Clients: this window and the one before, 32 bits each.
    pub(super) others: u64,
    /// Agents: this window and the one before, 16 bits each; the last number walked to.
    pub(super) agents: u64,
}

/// Words of an actor in the store, its tag apart.
pub(super) const WORDS: usize = 10;

impl Actor {
    /// Somebody not seen before.
    pub(super) fn new(now: u64) -> Self {
        Self {
            first: now,
            last: now,
            ..Self::default()
        }
    }

    /// From the words of the store.
    pub(super) fn read(words: [u64; WORDS]) -> Self {
        let [first, last, a, b, c, history, rhythm, paths, others, agents] = words;
        Self {
            first,
            last,
            counts: [a, b, c],
            history,
            rhythm,
            paths,
            others,
            agents,
        }
    }

    /// As words of the store.
    pub(super) fn words(self) -> [u64; WORDS] {
        let [a, b, c] = self.counts;
        [
            self.first,
            self.last,
            a,
            b,
            c,
            self.history,
            self.rhythm,
            self.paths,
            self.others,
            self.agents,
        ]
    }

    /// The same actor later.
    pub(super) fn at(self, now: u64) -> Self {
        let elapsed = now.saturating_sub(self.last);
        let weeks = windows(self.last, now, LONG);
        let (good, bad) = halves(self.history);
        let faded = |n: u64| n.checked_shr(weeks).unwrap_or(0);
        let (agents, number) = halves(self.agents);
        let slid = slide(agents, weeks, 16);
        Self {
            first: self.first.min(now),
            last: now,
            counts: self.counts.map(|count| decay(count, elapsed)),
            history: joined(faded(good), faded(bad)),
            rhythm: self.rhythm,
            paths: slide(self.paths, windows(self.last, now, SHORT), 32),
            others: slide(self.others, weeks, 32),
            agents: joined(slid & 0xffff_ffff, number),
        }
    }

    /// Adds what happened.
    pub(super) fn observe(&mut self, observed: &Observed) {
        let news = [observed.requests, observed.flagged, observed.failed];
        for (count, new) in self.counts.iter_mut().zip(news) {
            *count = count.saturating_add(u64::from(new.saturating_mul(1000)) << POINT);
        }
        let (good, bad) = halves(self.history);
        self.history = joined(
            good.saturating_add(observed.good.into()),
            bad.saturating_add(observed.bad.into()),
        );
        // the newer window is the upper half
        let bit = |hash: Option<u8>, bits: u32, base: u32| {
            hash.map_or(0, |hash| {
                1_u64.wrapping_shl(
                    u32::from(hash)
                        .checked_rem(bits)
                        .unwrap_or(0)
                        .saturating_add(base),
                )
            })
        };
        self.paths |= bit(observed.path, 32, 32);
        self.others |= bit(observed.other, 32, 32);
        self.agents |= bit(observed.agent, 16, 48);
        if let Some(number) = observed.number {
            let (agents, last) = halves(self.agents);
            let step = u64::from(number).wrapping_sub(last);
            let walked = self.rhythm & 0xff;
            let walked = match step {
                1..=3 => walked.saturating_add(1).min(0xff),
                0 => walked,
                _ => walked / 2,
            };
            self.rhythm = (self.rhythm & !0xff) | walked;
            self.agents = joined(agents, number.into());
        }
    }

    /// Takes note of the pause before a request that came now.
    pub(super) fn beat(&mut self, pause: u64) {
        if pause > VISIT || self.counts == [0; 3] {
            return;
        }
        let new = logarithm(pause);
        let field = |shift: u32| i64::try_from((self.rhythm >> shift) & 0xffff).unwrap_or(0);
        let (mean, swing, beats) = (field(48), field(32), field(16));
        let off = new.saturating_sub(mean).abs();
        let (mean, swing) = if beats == 0 {
            (new, 1024)
        } else {
            let step = |from: i64, to: i64| from.saturating_add(to.saturating_sub(from) / 8);
            (step(mean, new), step(swing, off))
        };
        let beats = beats.saturating_add(1).min(0xffff);
        let part = |n: i64, shift: u32| (u64::try_from(n).unwrap_or(0) & 0xffff) << shift;
        self.rhythm = part(mean, 48) | part(swing, 32) | part(beats, 16) | (self.rhythm & 0xff);
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
            habits: self.habits(),
        }
    }

    fn habits(&self) -> Habits {
        let low = |n: u64| u32::try_from(n & 0xffff_ffff).unwrap_or(0);
        let short = |n: u64| u16::try_from(n & 0xffff).unwrap_or(0);
        let (good, bad) = halves(self.history);
        let both = |n: u64| low(n >> 32) | low(n);
        Habits {
            good: low(good),
            bad: low(bad),
            swing: short(self.rhythm >> 32),
            beats: short(self.rhythm >> 16),
            walked: u8::try_from(self.rhythm & 0xff).unwrap_or(0),
            paths: both(self.paths),
            others: both(self.others),
            agents: short(self.agents >> 48) | short(self.agents >> 32),
        }
    }

    /// How much it would be missed: flags, failures and a good name first, the
    /// time last seen among equals. Never zero.
    pub(super) fn worth(&self, now: u64) -> u64 {
        let [_, flagged, failed] = self.counts;
        let halvings = now.saturating_sub(self.last) / HALF_LIFE;
        let bad = (flagged >> POINT).saturating_add(failed >> POINT);
        let bad = bad
            .checked_shr(u32::try_from(halvings).unwrap_or(u32::MAX))
            .unwrap_or(0);
        let (good, _) = halves(self.history);
        let known = u64::BITS.saturating_sub(good.leading_zeros()) / 2;
        let bits = u64::from(u64::BITS.saturating_sub(bad.leading_zeros()).max(known));
        let last = self.last.clamp(1, (1 << 48) - 1);
        (bits << 48) | last
    }
}

/// Upper and lower half of a word.
const fn halves(word: u64) -> (u64, u64) {
    (word >> 32, word & 0xffff_ffff)
}

/// A word of two halves, each at most what fits.
fn joined(upper: u64, lower: u64) -> u64 {
    (upper.min(0xffff_ffff) << 32) | lower.min(0xffff_ffff)
}

/// Windows that have ended between two times.
fn windows(from: u64, to: u64, length: u64) -> u32 {
    let index = |time: u64| time.checked_div(length).unwrap_or(0);
    u32::try_from(index(to).saturating_sub(index(from))).unwrap_or(u32::MAX)
}

/// Two bitmaps of `width` bits, the newer in the upper half, some windows later.
fn slide(maps: u64, windows: u32, width: u32) -> u64 {
    match windows {
        0 => maps,
        1 => maps.checked_shr(width).unwrap_or(0),
        _ => 0,
    }
}

/// The binary logarithm of milliseconds in 256ths, straight between powers.
fn logarithm(millis: u64) -> i64 {
    let millis = millis.max(1);
    let whole = u64::BITS
        .saturating_sub(1)
        .saturating_sub(millis.leading_zeros());
    let part = (millis << 8).checked_shr(whole).unwrap_or(256) & 0xff;
    i64::from(whole << 8).saturating_add(i64::try_from(part).unwrap_or(0))
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
