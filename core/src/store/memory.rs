//! The embedded store: exact, of bounded memory, without timers or sweeps.
//!
//! Everything lies in three tables (see [`super::table`]): quotas, 24 bytes an
//! entry; nonces, 16; profiles, 88. They start empty, grow a bucket at a time
//! and share `max_bytes`: five eighths, one eighth, two eighths.
//!
//! **When the room for quotas is used up**, a newcomer takes, of the 32 slots it
//! may lie in, an expired one, else that of the client with the smallest share of
//! its quota used, the one that expires soonest among equals. A client that was
//! refused counts as more than one that has used up its quota. So clients over
//! their limit stay limited while a flood of fresh keys passes by, whatever its
//! length: fresh keys displace each other. What is given up: keys that come back
//! more seldom than they are displaced are counted from their beginning, which
//! takes more keys at once than there are slots.
//!
//! If all those slots hold clients that have used a greater share of their quota
//! than the newcomer asks of its own, it takes over the loosest one's place *and
//! share* (Metwally et al., "Space-Saving", 2005), so nobody is let through
//! uncounted. The worst case: a newcomer has less than its quota, none of it
//! if all are over their limit, for one window of its own; that window over,
//! the slot is free. To do this to every newcomer an attacker has to use up as many
//! whole quotas as there are slots, again in each window. A store that let such
//! newcomers through would be one that somebody with that many addresses can
//! switch off.
//!
//! **Nonces** ([`Limit::Once`]) are never displaced before they expire: without room
//! for one more it is refused, not guessed. **Profiles** are, those without flags and failures
//! first, those not seen for longest first among equals.
//!
//! A call touches the 32 slots of two buckets, and while the store grows now and
//! then those of 34 more; it allocates only to grow.
//!
//! Keys are told apart by 64 bits made from the key and a seed. Among a million
//! keys, a new one is taken for another with a probability of 2^-44.

use super::limits::{self, State};
use super::profiles::{Actor, WORDS};
use super::table::{self, Table};
use super::{Key, Limit, Observed, Profile, Store, Take, Taken};
use crate::units::Millis;
use alloc::vec::Vec;
use core::fmt;

/// First bytes of an exported store: a name and a version.
const MAGIC: u64 = u64::from_le_bytes(*b"DWSTORE1");

/// The embedded store.
#[derive(Clone)]
pub struct Memory {
    seed: u64,
    /// Tag, share and expiry, payload.
    quotas: Table<3>,
    /// Tag, expiry.
    nonces: Table<2>,
    /// Tag and an [`Actor`].
    profiles: Table<{ WORDS + 1 }>,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}

impl Memory {
    /// An empty store that grows to `max_bytes`, or 11 KB if that is more. The
    /// seed, drawn at random, keeps others from choosing keys that meet in one
    /// place.
    #[must_use]
    pub fn new(max_bytes: usize, seed: u64) -> Self {
        let [quotas, nonces, profiles] = shares(max_bytes);
        Self {
            seed,
            quotas: Table::new(quotas),
            nonces: Table::new(nonces),
            profiles: Table::new(profiles),
        }
    }

    /// Bytes allocated.
    #[must_use]
    pub fn bytes(&self) -> usize {
        [
            self.quotas.bytes(),
            self.nonces.bytes(),
            self.profiles.bytes(),
        ]
        .into_iter()
        .fold(size_of::<Self>(), usize::saturating_add)
    }

    /// Everything remembered, as bytes for [`Memory::import`].
    #[must_use]
    pub fn export(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes());
        out.extend_from_slice(&MAGIC.to_le_bytes());
        out.extend_from_slice(&self.seed.to_le_bytes());
        self.quotas.export(&mut out);
        self.nonces.export(&mut out);
        self.profiles.export(&mut out);
        out
    }

    /// A store from exported bytes, whoever wrote them: `None`, or a store that
    /// works. It has to fit `max_bytes`.
    ///
    /// An entry that was half written when its instance trapped costs that entry
    /// at most: one that lies where its tag does not belong is dropped, and one
    /// whose numbers contradict its limit is put right by the next take, as after
    /// a clock that stepped back.
    #[must_use]
    pub fn import(mut bytes: &[u8], max_bytes: usize) -> Option<Self> {
        let bytes = &mut bytes;
        if table::word(bytes)? != MAGIC {
            return None;
        }
        let [quotas, nonces, profiles] = shares(max_bytes);
        let store = Self {
            seed: table::word(bytes)?,
            quotas: Table::import(bytes, quotas)?,
            nonces: Table::import(bytes, nonces)?,
            profiles: Table::import(bytes, profiles)?,
        };
        bytes.is_empty().then_some(store)
    }

    /// Takes the one unit of a lifetime.
    fn once(&mut self, take: &Take, now: u64) -> Taken {
        let tag = self.tag(take.key);
        let rank = |&[_, until]: &[u64; 2]| if until <= now { 0 } else { u64::MAX };
        let known = self.nonces.find(tag);
        let until = known.map(|place| {
            let [_, until] = self.nonces.get(place);
            limits::spent(until)
        });
        let (taken, state) = limits::take(take.limit, take.cost, until, now);
        if take.cost == 0 || !taken.allowed {
            return taken;
        }
        let room = known.or_else(|| self.nonces.room(tag, rank));
        match room.filter(|place| rank(&self.nonces.get(*place)) == 0) {
            Some(place) => {
                self.nonces.set(place, [tag, state.expires]);
                taken
            }
            None => limits::take(take.limit, take.cost, Some(state), now).0,
        }
    }

    /// The bits that tell a key from others, never zero.
    fn tag(&self, key: Key) -> u64 {
        let word = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or(0);
        let low = mix(word(key.0) ^ self.seed);
        mix(low ^ word(key.0 >> 64)).max(1)
    }
}

/// Bytes for quotas, nonces and profiles.
fn shares(max_bytes: usize) -> [usize; 3] {
    let eighth = max_bytes.saturating_sub(size_of::<Memory>()) / 8;
    [5, 1, 2].map(|parts| eighth.saturating_mul(parts))
}

/// The finaliser of `SplitMix64` (Steele et al., 2014).
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Bits of a time in the word that also holds the share.
const TIME_BITS: u32 = 48;
const TIME: u64 = (1 << TIME_BITS) - 1;
/// The share of a quota that is all used; from 1 on, so a word in use is not zero.
const ALL: u16 = u16::MAX - 1;
/// The share of a client that was refused.
const REFUSED: u16 = u16::MAX;

/// The share that `units` are of a quota.
fn share(units: u32, quota: u32) -> u16 {
    let steps = u64::from(ALL - 1);
    let part = steps
        .saturating_mul(units.into())
        .checked_div(quota.into())
        .unwrap_or(steps);
    u16::try_from(part)
        .unwrap_or(ALL)
        .saturating_add(1)
        .min(ALL)
}

/// The units of a quota that a share is, rounded up.
fn units(share: u16, quota: u32) -> u32 {
    let part = u64::from(share.min(ALL).saturating_sub(1));
    let units = part
        .saturating_mul(quota.into())
        .div_ceil(u64::from(ALL - 1));
    u32::try_from(units).unwrap_or(quota)
}

fn share_of(word: u64) -> u16 {
    u16::try_from(word >> TIME_BITS).unwrap_or(REFUSED)
}

/// How much a quota's entry would be missed.
fn constrained([_, word, _]: &[u64; 3], now: u64) -> u64 {
    if word & TIME <= now { 0 } else { *word }
}

impl Store for Memory {
    fn take(&mut self, take: &Take, now: Millis) -> Taken {
        let Take { key, limit, cost } = *take;
        let now = limits::clock(now);
        if matches!(limit, Limit::Once { .. }) {
            return self.once(take, now);
        }
        let quota = limits::quota(limit);
        let tag = self.tag(key);
        let known = self.quotas.find(tag);
        let rank = |words: &[u64; 3]| constrained(words, now);

        let (place, state, before) = if let Some(place) = known {
            let [_, word, payload] = self.quotas.get(place);
            (
                Some(place),
                Some(State {
                    expires: word & TIME,
                    payload,
                }),
                share_of(word),
            )
        } else if cost == 0 || cost > quota {
            // takes nothing, so there is nothing to remember
            (None, None, 0)
        } else {
            let place = self.quotas.room(tag, rank);
            let displaced = place.map_or(u64::MAX, |place| rank(&self.quotas.get(place)));
            let inherited = share_of(displaced);
            if inherited > share(cost, quota) {
                let (_, state) = limits::take(limit, units(inherited, quota), None, now);
                (place, Some(state), inherited)
            } else {
                (place, None, 0)
            }
        };

        let (taken, state) = limits::take(limit, cost, state, now);
        if let Some(place) = place {
            let after = if cost == 0 || cost > quota {
                before
            } else if taken.allowed {
                share(quota.saturating_sub(taken.remaining), quota)
            } else {
                REFUSED
            };
            let word = (u64::from(after) << TIME_BITS) | state.expires;
            self.quotas.set(place, [tag, word, state.payload]);
        }
        taken
    }

    fn settle(&mut self, key: Key, limit: Limit, delta: i64, now: Millis) {
        let clock = limits::clock(now);
        let quota = limits::quota(limit);
        let tag = self.tag(key);
        let Some(place) = self.quotas.find(tag) else {
            // forgotten, or never there: what is owed is taken as far as it goes
            let cost = u32::try_from(delta.max(0)).unwrap_or(quota).min(quota);
            self.take(&Take { key, limit, cost }, now);
            return;
        };
        let [_, word, payload] = self.quotas.get(place);
        let known = State {
            expires: word & TIME,
            payload,
        };
        let state = limits::settle(limit, delta, Some(known), clock);
        let (look, state) = limits::take(limit, 0, Some(state), clock);
        let used = share(quota.saturating_sub(look.remaining), quota);
        let word = (u64::from(used) << TIME_BITS) | state.expires;
        self.quotas.set(place, [tag, word, state.payload]);
    }

    fn profile(&mut self, key: Key, observed: &Observed, now: Millis) -> Profile {
        let now = now.0;
        let tag = self.tag(key);
        let known = self.profiles.find(tag);
        let mut actor = match known.map(|place| self.profiles.get(place)) {
            Some([_, words @ ..]) => Actor::read(words),
            None if *observed == Observed::default() => return Profile::default(),
            None => Actor::new(now),
        };
        let last = actor.last;
        actor = actor.at(now);
        if *observed == Observed::default() {
            return actor.profile(last.min(now));
        }
        if observed.requests > 0 {
            actor.beat(now.saturating_sub(last));
        }
        actor.observe(observed);
        let place = known.or_else(|| {
            self.profiles.room(tag, |&[tag, ref words @ ..]| {
                if tag == 0 {
                    0
                } else {
                    Actor::read(*words).worth(now)
                }
            })
        });
        if let Some(place) = place {
            let mut entry = [tag; WORDS + 1];
            for (slot, word) in entry.iter_mut().skip(1).zip(actor.words()) {
                *slot = word;
            }
            self.profiles.set(place, entry);
        }
        actor.profile(now)
    }
}
