//! The arithmetic of the three limits: pure, in integers, exact.
//!
//! A limit's state is the time after which it says nothing any more, and 64
//! bits whose meaning depends on the kind of limit:
//!
//! | limit | `expires` | `payload` |
//! | --- | --- | --- |
//! | fixed window | end of the window | units taken |
//! | sliding window | end of the window after the current one | units of the previous, units of the current window |
//! | token bucket | when the bucket is full again | the upper half of that time, and by how much it rounds up |
//!
//! Sliding windows are estimated from two counters (the previous window weighted
//! by the share that the sliding one still covers), rounded up: a client may be
//! given one unit less than the exact log of its requests would give, never one
//! more than the estimate. A bucket's time is kept with its fraction, so nothing
//! is lost to rounding, however often it is asked.
//!
//! A clock that steps back gives no new quota: the state stays in force, and is
//! moved so that it ends no later than one window (or one filling of the bucket)
//! from the earlier time on. Until then a fixed or sliding window is not aligned
//! to the epoch. Times from the year 6429 on count as the last moment before it,
//! windows of more than 2,200 years as that long, and so does a bucket that
//! takes more than 146 million years to fill.

use super::{Limit, Taken};
use crate::units::Millis;

/// The last moment told apart from later ones.
const LATEST: u64 = (1 << 47) - 1;
/// The longest window: two of them after `LATEST` still fit 48 bits.
const LONGEST: u64 = 1 << 46;
/// The longest time a bucket takes to fill, in bits.
const FILLING_BITS: u32 = 62;
/// The bits of a time that the low half of a word holds.
const LOW: u64 = 0xffff_ffff;
/// A time that no clock reaches, in the bits above `LOW`.
const NEVER: u64 = 0xffff << 32;

/// What a limit remembers of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// From then on it says nothing; less than 2^48.
    pub(super) expires: u64,
    pub(super) payload: u64,
}

/// A point in time as the states count it.
pub(super) fn clock(now: Millis) -> u64 {
    now.0.min(LATEST)
}

/// The whole quota.
pub(super) fn quota(limit: Limit) -> u32 {
    match limit {
        Limit::FixedWindow { max, .. } | Limit::SlidingWindow { max, .. } => max,
        Limit::TokenBucket { capacity, .. } => capacity,
        Limit::Once { .. } => 1,
    }
}

/// The state of a bucket of one unit that is whole again at `until`.
pub(super) fn spent(until: u64) -> State {
    State {
        expires: until,
        payload: until & !LOW,
    }
}

/// Takes `cost` units at `now` (from [`clock`]), and what to remember then.
pub(super) fn take(limit: Limit, cost: u32, state: Option<State>, now: u64) -> (Taken, State) {
    let state = state.filter(|state| state.expires > now);
    match limit {
        Limit::FixedWindow { max, window } => Window {
            max,
            length: length(window),
            now,
        }
        .fixed(cost, state),
        Limit::SlidingWindow { max, interval } => Window {
            max,
            length: length(interval),
            now,
        }
        .sliding(cost, state),
        Limit::TokenBucket {
            capacity,
            refill,
            interval,
        } => Bucket::new(capacity, refill, interval).take(cost, state, now),
        Limit::Once { lifetime } => Bucket::new(1, 1, lifetime).take(cost, state, now),
    }
}

/// Changes what is taken by `delta` units, to at most the whole quota and at least
/// nothing, whatever is left: what was reserved turned out to be more or less.
pub(super) fn settle(limit: Limit, delta: i64, state: Option<State>, now: u64) -> State {
    let state = state.filter(|state| state.expires > now);
    match limit {
        Limit::FixedWindow { max, window } => {
            let length = length(window);
            let window = Window { max, length, now };
            let (_, State { expires, payload }) = window.fixed(0, state);
            let used = u32::try_from(payload).unwrap_or(u32::MAX);
            State {
                expires,
                payload: u64::from(moved(used, delta, max).0),
            }
        }
        Limit::SlidingWindow { max, interval } => {
            let length = length(interval);
            let window = Window { max, length, now };
            let (_, State { expires, payload }) = window.sliding(0, state);
            let (previous, current) = halves(payload);
            let (current, rest) = moved(current, delta, max);
            // given back in the window after the one it was taken in
            let (previous, _) = moved(previous, rest.min(0), max);
            State {
                expires,
                payload: (u64::from(previous) << 32) | u64::from(current),
            }
        }
        Limit::TokenBucket {
            capacity,
            refill,
            interval,
        } => Bucket::new(capacity, refill, interval).settle(delta, state, now),
        Limit::Once { lifetime } => Bucket::new(1, 1, lifetime).settle(delta, state, now),
    }
}

/// `units` changed by `delta`, within 0 and `max`, and what of `delta` did not fit.
fn moved(units: u32, delta: i64, max: u32) -> (u32, i64) {
    let wanted = i64::from(units).saturating_add(delta);
    let fits = wanted.clamp(0, i64::from(max.max(units)));
    let rest = wanted.saturating_sub(fits);
    (u32::try_from(fits).unwrap_or(units), rest)
}

fn length(window: Millis) -> u64 {
    window.0.clamp(1, LONGEST)
}

/// The answer, when `left` units would be left if the take were given.
fn answer(left: Option<u32>, now_left: u32, reset: u64, wait: Option<u64>) -> Taken {
    Taken {
        allowed: left.is_some(),
        remaining: left.unwrap_or(now_left),
        reset: Millis(reset),
        retry_after: if left.is_some() {
            Some(Millis(0))
        } else {
            wait.map(Millis)
        },
    }
}

struct Window {
    max: u32,
    length: u64,
    now: u64,
}

impl Window {
    /// Start of the aligned window.
    fn aligned(&self) -> u64 {
        self.now
            .saturating_sub(self.now.checked_rem(self.length).unwrap_or(0))
    }

    fn fixed(&self, cost: u32, state: Option<State>) -> (Taken, State) {
        let (end, used) = match state {
            Some(State { expires, payload }) => {
                let end = expires.min(self.now.saturating_add(self.length));
                (end, u32::try_from(payload).unwrap_or(u32::MAX))
            }
            None => (self.aligned().saturating_add(self.length), 0),
        };
        let now_left = self.max.saturating_sub(used);
        let left = now_left.checked_sub(cost);
        let reset = end.saturating_sub(self.now);
        let used = if left.is_some() {
            used.saturating_add(cost)
        } else {
            used
        };
        let wait = (cost <= self.max).then_some(reset);
        (
            answer(left, now_left, reset, wait),
            State {
                expires: end,
                payload: u64::from(used),
            },
        )
    }

    fn sliding(&self, cost: u32, state: Option<State>) -> (Taken, State) {
        let both = self.length.saturating_mul(2);
        let (start, previous, current) = state
            .and_then(|State { expires, payload }| {
                let start = expires.saturating_sub(both).min(self.now);
                let (previous, current) = halves(payload);
                let age = self.now.saturating_sub(start);
                if age < self.length {
                    Some((start, previous, current))
                } else if age < both {
                    Some((start.saturating_add(self.length), current, 0))
                } else {
                    None
                }
            })
            .unwrap_or((self.aligned(), 0, 0));
        let age = self.now.saturating_sub(start);
        let covered = self.length.saturating_sub(age);

        let weighted = divide_up(product(previous.into(), covered), self.length);
        let estimate = weighted.saturating_add(current.into());
        let now_left = u64::from(self.max).saturating_sub(estimate);
        let now_left = u32::try_from(now_left).unwrap_or(u32::MAX);
        let left = now_left.checked_sub(cost);
        let wait = (left.is_none() && cost <= self.max)
            .then(|| self.wait(cost, previous, current).saturating_sub(age));
        let current = if left.is_some() {
            current.saturating_add(cost)
        } else {
            current
        };

        let end = start.saturating_add(both);
        let reset = match (previous, current) {
            (0, 0) => 0,
            (_, 0) => covered,
            _ => end.saturating_sub(self.now),
        };
        let payload = (u64::from(previous) << 32) | u64::from(current);
        (
            answer(left, now_left, reset, wait),
            State {
                expires: end,
                payload,
            },
        )
    }

    /// How long after the start of the current window `cost` units, at most
    /// `max`, fit under the estimate.
    fn wait(&self, cost: u32, previous: u32, current: u32) -> u64 {
        let free = self.max.saturating_sub(cost);
        // the age at which a window of `weight` units has faded to `room`
        let faded = |weight: u32, room: u32| {
            let share = divide(product(room.into(), self.length), weight.into());
            self.length.saturating_sub(share)
        };
        match free.checked_sub(current) {
            Some(room) => faded(previous, room),
            None => self.length.saturating_add(faded(current, free)),
        }
    }
}

/// A token bucket in its own unit: a token is `length` drops, and `refill` drops
/// fall every millisecond.
struct Bucket {
    capacity: u32,
    refill: u64,
    length: u64,
    /// Drops in a full bucket.
    full: u128,
}

impl Bucket {
    fn new(capacity: u32, refill: u32, interval: Millis) -> Self {
        // a bucket that is never refilled is one that takes longest to fill
        let length = if refill == 0 {
            u64::MAX
        } else {
            length(interval)
        };
        let refill = u64::from(refill.max(1));
        let most = u128::from(refill) << FILLING_BITS;
        let longest = divide(most, u64::from(capacity.max(1)));
        let length = length.min(longest);
        Self {
            capacity,
            refill,
            length,
            full: product(capacity.into(), length),
        }
    }

    fn take(&self, cost: u32, state: Option<State>, now: u64) -> (Taken, State) {
        let missing = state.map_or(0, |state| self.missing(state, now));
        let there = self.full.saturating_sub(missing);
        let wanted = product(cost.into(), self.length);
        let given = there.checked_sub(wanted);
        let wait =
            (cost <= self.capacity).then(|| divide_up(wanted.saturating_sub(there), self.refill));
        let missing = given.map_or(missing, |there| self.full.saturating_sub(there));
        let (reset, state) = self.short_of(missing, now);
        let whole = |drops| u32::try_from(divide(drops, self.length)).unwrap_or(u32::MAX);
        (answer(given.map(whole), whole(there), reset, wait), state)
    }

    fn settle(&self, delta: i64, state: Option<State>, now: u64) -> State {
        let missing = state.map_or(0, |state| self.missing(state, now));
        let drops = product(delta.unsigned_abs(), self.length);
        let missing = if delta < 0 {
            missing.saturating_sub(drops)
        } else {
            missing.saturating_add(drops).min(self.full)
        };
        self.short_of(missing, now).1
    }

    /// How long until a bucket that is short of so many drops is full, and its state.
    fn short_of(&self, missing: u128, now: u64) -> (u64, State) {
        let reset = divide_up(missing, self.refill);
        let early = product(reset, self.refill).saturating_sub(missing);
        let early = u64::try_from(early).unwrap_or(0);
        let time = now.saturating_add(reset);
        let high = (time & !LOW).min(NEVER);
        let state = State {
            expires: high | (time & LOW),
            payload: (time & !LOW) | early,
        };
        (reset, state)
    }

    /// Drops that the bucket is short of.
    fn missing(&self, state: State, now: u64) -> u128 {
        let time = (state.payload & !LOW) | (state.expires & LOW);
        let early = state.payload & LOW;
        product(time.saturating_sub(now), self.refill)
            .saturating_sub(early.into())
            .min(self.full)
    }
}

fn halves(word: u64) -> (u32, u32) {
    let half = |bits: u64| u32::try_from(bits & LOW).unwrap_or(u32::MAX);
    (half(word >> 32), half(word))
}

fn product(a: u64, b: u64) -> u128 {
    u128::from(a).saturating_mul(b.into())
}

/// Rounded down; by zero, and past 64 bits, the largest number.
fn divide(a: u128, b: u64) -> u64 {
    // nearly always both fit one word, and dividing two is slow
    if let Ok(a) = u64::try_from(a) {
        return a.checked_div(b).unwrap_or(u64::MAX);
    }
    let quotient = a.checked_div(b.into()).unwrap_or(u128::MAX);
    u64::try_from(quotient).unwrap_or(u64::MAX)
}

/// Rounded up.
fn divide_up(a: u128, b: u64) -> u64 {
    divide(a.saturating_add(u128::from(b.saturating_sub(1))), b)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "tests may fail loudly")]
    use super::*;
    use proptest::prelude::*;

    /// Any limit, with small numbers more often than large ones.
    fn limit(small: bool) -> impl Strategy<Value = Limit> {
        let (numbers, times) = if small {
            (0..20_u32, 1..100_u64)
        } else {
            (0..u32::MAX, 0..u64::MAX)
        };
        let number = move || prop_oneof![0..20_u32, numbers.clone()];
        let time = move || prop_oneof![times.clone(), 1..100_u64].prop_map(Millis);
        prop_oneof![
            (number(), time()).prop_map(|(max, window)| Limit::FixedWindow { max, window }),
            (number(), time()).prop_map(|(max, interval)| Limit::SlidingWindow { max, interval }),
            (number(), number(), time()).prop_map(|(capacity, refill, interval)| {
                Limit::TokenBucket {
                    capacity,
                    refill: refill.max(1),
                    interval,
                }
            }),
            time().prop_map(|lifetime| Limit::Once { lifetime }),
        ]
    }

    /// What a look finds left.
    fn left(limit: Limit, state: Option<State>, now: u64) -> u32 {
        take(limit, 0, state, now).0.remaining
    }

    proptest! {
        #[test]
        fn what_is_settled_is_as_if_it_had_been_taken_so(
            limit in limit(true), first in 0..20_u32, reserved in 0..20_u32, used in 0..20_u32, now in 0..10_000_u64,
        ) {
            let (_, before) = take(limit, first, None, now);
            let (taken, after) = take(limit, reserved, Some(before), now);
            if taken.allowed {
                let delta = i64::from(used) - i64::from(reserved);
                let settled = settle(limit, delta, Some(after), now);
                let wanted = left(limit, Some(before), now).saturating_sub(used);
                prop_assert_eq!(left(limit, Some(settled), now), wanted);
            }
        }

        #[test]
        fn settling_never_gives_more_than_the_quota(
            limit in limit(false), delta in any::<i64>(), cost in any::<u32>(), now in 0..LATEST, later in 0..LATEST,
        ) {
            let (_, state) = take(limit, cost, None, now);
            let settled = settle(limit, delta, Some(state), later);
            prop_assert!(left(limit, Some(settled), later) <= quota(limit));
        }
    }

    /// The same limits from the whole history, without any state.
    fn naive(limit: Limit, history: &[(u64, u32)], now: u64) -> u32 {
        let within = |from: u64, to: u64| -> u128 {
            let took = |(at, cost): &(u64, u32)| {
                if (from..to).contains(at) {
                    u128::from(*cost)
                } else {
                    0
                }
            };
            history.iter().map(took).sum()
        };
        let left = match limit {
            Limit::FixedWindow { max, window } => {
                let start = now - now % window.0;
                u128::from(max).saturating_sub(within(start, start + window.0))
            }
            Limit::SlidingWindow {
                max,
                interval: Millis(interval),
            } => {
                let start = now - now % interval;
                let covered = u128::from(start + interval - now);
                let previous = if start == 0 {
                    0
                } else {
                    within(start - interval, start)
                };
                let weighted = (previous * covered).div_ceil(interval.into());
                u128::from(max).saturating_sub(weighted + within(start, start + interval))
            }
            Limit::Once { lifetime } => {
                let bucket = Limit::TokenBucket {
                    capacity: 1,
                    refill: 1,
                    interval: lifetime,
                };
                return naive(bucket, history, now);
            }
            Limit::TokenBucket {
                capacity,
                refill,
                interval,
            } => {
                let token = u128::from(interval.0);
                let full = u128::from(capacity) * token;
                let (mut level, mut last) = (full, 0);
                for (at, cost) in history.iter().chain([&(now, 0)]) {
                    level = full.min(level + u128::from(at - last) * u128::from(refill));
                    level -= u128::from(*cost) * token;
                    last = *at;
                }
                level / token
            }
        };
        u32::try_from(left).unwrap_or(u32::MAX)
    }

    proptest! {
        #[test]
        fn gives_exactly_what_the_history_leaves(
            limit in limit(true),
            start in 0..1000_u64,
            takes in prop::collection::vec((0..40_u64, 0..25_u32), 1..60),
        ) {
            let (mut now, mut state, mut history) = (start, None, alloc::vec::Vec::new());
            for (pause, cost) in takes {
                now += pause;
                let left = naive(limit, &history, now);
                let (taken, after) = take(limit, cost, state, now);
                prop_assert_eq!(taken.allowed, cost <= left);
                if taken.allowed {
                    history.push((now, cost));
                    prop_assert_eq!(taken.remaining, left - cost);
                    prop_assert_eq!(taken.retry_after, Some(Millis(0)));
                } else {
                    prop_assert_eq!(taken.remaining, left);
                    prop_assert_eq!(taken.retry_after.is_none(), cost > quota(limit));
                }
                // the waiting times hold to the millisecond
                if let Some(Millis(wait @ 1..)) = taken.retry_after {
                    prop_assert!(take(limit, cost, Some(after), now + wait).0.allowed);
                    prop_assert!(!take(limit, cost, Some(after), now + wait - 1).0.allowed);
                }
                let whole = take(limit, 0, Some(after), now + taken.reset.0).0;
                prop_assert_eq!(whole.remaining, quota(limit));
                if taken.reset.0 > 0 && taken.remaining < quota(limit) {
                    let early = take(limit, 0, Some(after), now + taken.reset.0 - 1).0;
                    prop_assert!(early.remaining < quota(limit));
                }
                state = Some(after);
            }
        }

        #[test]
        fn any_numbers_have_an_answer(
            limit in limit(false),
            cost in any::<u32>(),
            expires in 0..1_u64 << 48,
            payload: u64,
            now: u64,
        ) {
            let (taken, state) =
                take(limit, cost, Some(State { expires, payload }), clock(Millis(now)));
            prop_assert!(state.expires < 1 << 48);
            prop_assert!(taken.remaining <= quota(limit));
            prop_assert_eq!(taken.retry_after.is_none(), cost > quota(limit));
        }

        #[test]
        fn a_clock_that_steps_back_lifts_nothing_and_locks_nobody_out(
            limit in limit(true),
            now in 0..10_000_u64,
            back in 0..10_000_u64,
            ahead: bool,
        ) {
            let now = if ahead { LATEST } else { now };
            let quota = quota(limit);
            prop_assume!(quota > 0);
            let (_, full) = take(limit, quota, None, now);
            let then = now.saturating_sub(if ahead { back << 32 } else { back });
            let (refused, state) = take(limit, quota, Some(full), then);
            prop_assert!(!refused.allowed);
            let wait = refused.retry_after.map_or(0, |wait| wait.0);
            let longest = match limit {
                Limit::FixedWindow { window, .. } => window.0,
                Limit::SlidingWindow { interval, .. } => 2 * interval.0,
                Limit::TokenBucket { capacity, refill, interval } => {
                    (u64::from(capacity) * interval.0).div_ceil(refill.into())
                }
                Limit::Once { lifetime } => lifetime.0,
            };
            prop_assert!(wait <= longest, "{} > {}", wait, longest);
            prop_assert!(take(limit, quota, Some(state), then + wait).0.allowed);
        }
    }

    #[test]
    fn a_budget_that_fills_for_millennia_is_exact() {
        // a million units, one back every 30 days
        let month = 30 * 86_400_000;
        let limit = Limit::TokenBucket {
            capacity: 1_000_000,
            refill: 1,
            interval: Millis(month),
        };
        let now = 1_795_000_000_000;
        let (taken, state) = take(limit, 1_000_000, None, now);
        assert!(taken.allowed);
        assert_eq!(taken.reset, Millis(1_000_000 * month));
        let (taken, state) = take(limit, 1, Some(state), now + month - 1);
        assert_eq!((taken.allowed, taken.retry_after), (false, Some(Millis(1))));
        let (taken, state) = take(limit, 1, Some(state), now + month);
        assert!(taken.allowed);
        assert!(!take(limit, 1, Some(state), now + month).0.allowed);
    }

    #[test]
    fn a_bucket_asked_each_millisecond_loses_nothing() {
        let limit = Limit::TokenBucket {
            capacity: 10,
            refill: 7,
            interval: Millis(1000),
        };
        let mut state = take(limit, 10, None, 5).1;
        let mut given = 0;
        for now in 6..=100_005 {
            let (taken, after) = take(limit, 1, Some(state), now);
            given += u32::from(taken.allowed);
            state = after;
        }
        assert_eq!(given, 700);
    }

    #[test]
    fn a_bucket_never_refilled_stays_empty() {
        let limit = Limit::TokenBucket {
            capacity: 3,
            refill: 0,
            interval: Millis(1),
        };
        let (_, state) = take(limit, 3, None, 0);
        let (taken, _) = take(limit, 1, Some(state), LATEST);
        assert!(!taken.allowed);
    }
}
