//! What is remembered between requests, behind one interface.
//!
//! [`Memory`] is the embedded store and the oracle that every other store is
//! tested against. Keys are keyed hashes of everything a rule looked at; a
//! store never sees what they were made of.

mod limits;
mod memory;
mod profiles;
mod table;
#[cfg(test)]
mod tests;

pub use memory::Memory;

use crate::units::Millis;

/// A keyed hash of everything the rule looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u128);

/// A quota, as a rule states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// At most `max` units in each window of `window`, windows aligned to the
    /// Unix epoch.
    FixedWindow {
        /// Units a window.
        max: u32,
        /// Length of a window.
        window: Millis,
    },
    /// At most `max` units in the last `interval`, estimated from the current
    /// and the previous aligned window (the previous one weighted by the share
    /// of it that the sliding window still covers, rounded up: at most one unit
    /// against the client).
    SlidingWindow {
        /// Units an interval.
        max: u32,
        /// Length of the interval.
        interval: Millis,
    },
    /// A bucket of `capacity` units, filled by `refill` units every `interval`,
    /// continuously and without rounding loss. A new bucket is full.
    TokenBucket {
        /// Units the bucket holds.
        capacity: u32,
        /// Units added every interval.
        refill: u32,
        /// The time in which `refill` units are added.
        interval: Millis,
    },
    /// One unit in a lifetime, for nonces: other stores keep it as a bucket of one,
    /// the embedded one where nothing displaces it.
    Once {
        /// Time until it may be seen again.
        lifetime: Millis,
    },
}

/// Quota asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// Whose quota.
    pub key: Key,
    /// Which quota.
    pub limit: Limit,
    /// Units to take; 0 only looks.
    pub cost: u32,
}

impl Take {
    /// Whether this has not been seen for a lifetime, and from now on it has.
    #[must_use]
    pub const fn once(key: Key, lifetime: Millis) -> Self {
        Self {
            key,
            limit: Limit::Once { lifetime },
            cost: 1,
        }
    }
}

/// Quota given or refused. A refused take consumes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The units were there and are taken.
    pub allowed: bool,
    /// Whole units left afterwards.
    pub remaining: u32,
    /// Time until the quota is whole again: the end of the window, or the full
    /// bucket; for a sliding window, until the estimate is zero if nothing more
    /// is taken.
    pub reset: Millis,
    /// Time until the same take would be given; zero if it was; `None` if it
    /// can never be (it asks for more than the whole quota).
    pub retry_after: Option<Millis>,
}

/// What happened, to be added to an actor's profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Requests made.
    pub requests: u32,
    /// Requests a rule found something in.
    pub flagged: u32,
    /// Logins or step-ups that failed.
    pub failed: u32,
    /// What went well, in the long run.
    pub good: u32,
    /// What went badly, in the long run.
    pub bad: u32,
    /// A hash of the path.
    pub path: Option<u8>,
    /// A hash of who else is here: a user's address, an address's user.
    pub other: Option<u8>,
    /// A hash of the User-Agent.
    pub agent: Option<u8>,
    /// The number that the path names.
    pub number: Option<u32>,
}

/// How an actor has behaved: counts that halve every ten minutes, in
/// thousandths, and the time it has been known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// First seen; zero for an actor never seen.
    pub first: Millis,
    /// Last seen.
    pub last: Millis,
    /// Decayed count of requests, in thousandths.
    pub requests: u32,
    /// Decayed count of flagged requests, in thousandths.
    pub flagged: u32,
    /// Decayed count of failures, in thousandths.
    pub failed: u32,
    /// How it goes about it.
    pub habits: Habits,
}

/// How an actor goes about it. Sets are bitmaps of hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// What went well; halves each week.
    pub good: u32,
    /// What went badly; halves each week.
    pub bad: u32,
    /// How much the pauses differ: the mean deviation of their binary logarithm,
    /// in 256ths.
    pub swing: u16,
    /// Pauses seen.
    pub beats: u16,
    /// Steps from one number in the path to the next.
    pub walked: u8,
    /// Paths of the last ten to twenty minutes.
    pub paths: u32,
    /// Who else was here in the last one or two weeks.
    pub others: u32,
    /// User-Agents of the last one or two weeks.
    pub agents: u16,
}

/// Everything that is remembered. Any numbers have an answer; a clock that steps
/// back lifts no limit, and locks nobody out for longer than the limit's own
/// window (a bucket: than it takes to fill).
pub trait Store {
    /// Takes quota, atomically.
    fn take(&mut self, take: &Take, now: Millis) -> Taken;
    /// Changes what was taken by `delta` units, whatever is left, to at most the
    /// whole quota and at least nothing.
    fn settle(&mut self, key: Key, limit: Limit, delta: i64, now: Millis);
    /// Adds what happened to an actor's profile and returns it as it then is.
    /// Nothing happened only looks, and remembers nobody new.
    fn profile(&mut self, key: Key, observed: &Observed, now: Millis) -> Profile;
}
