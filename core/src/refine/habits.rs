//! Behaviour over time: what is remembered of an address, a user and a client
//! (a session, or an address with its User-Agent), and what it says.
//!
//! Counts halve every ten minutes, a good name each week, sets cover one to two
//! windows; see the store. A request is looked at with what was known before
//! it, then added. Outcomes come back by `report`, or from the traffic line.

use super::signals::{At, Vector, level};
use crate::context::Context;
use crate::decision::Conclusion;
use crate::engine::View;
use crate::need::World;
use crate::store::{Key, Observed, Profile, Store};
use crate::text::json::Value;
use crate::units::Millis;
use alloc::vec::Vec;

/// Milliseconds from when a user was first seen until their name counts.
const LASTING: u64 = 12 * 3_600_000;

/// An address, a user and a client, as keys of the store.
pub type Actors = [Option<Key>; 3];

/// Whose behaviour a request adds to, and what it adds.
#[derive(Clone, Debug, Default)]
pub(super) struct Actions {
    pub(super) keys: Actors,
    path: u8,
    agent: Option<u8>,
    address: Option<u8>,
    number: Option<u32>,
}

/// What was known before this request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    address: Profile,
    user: Profile,
    client: Profile,
}

/// Bits of a key, as the hash of a member.
fn short(key: Key) -> u8 {
    u8::try_from(key.0 & 0xff).unwrap_or(0)
}

/// FNV-1a, folded.
fn hash(bytes: &[u8]) -> u8 {
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    let folded = hash ^ (hash >> 16);
    u8::try_from((folded ^ (folded >> 8)) & 0xff).unwrap_or(0)
}

/// The last number of a path, or else of a query: what a walk counts up. A
/// segment that names a version (`v2`) has none.
fn number(path: &[u8], query: &[u8]) -> Option<u32> {
    let last = |text: &[u8]| {
        text.rsplit(|byte| !byte.is_ascii_digit())
            .find(|digits| !digits.is_empty() && digits.len() <= 9)
            .and_then(|digits| core::str::from_utf8(digits).ok()?.parse().ok())
    };
    let version = |segment: &[u8]| match segment {
        [b'v' | b'V', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    path.rsplit(|byte| *byte == b'/')
        .filter(|segment| !version(segment))
        .find_map(last)
        .or_else(|| last(query))
}

impl Actions {
    pub(super) fn of(view: &View<'_>) -> Self {
        let mut material = Vec::with_capacity(96);
        let mut key = |kind: &[u8], parts: [&[u8]; 2]| {
            material.clear();
            material.extend_from_slice(b"refine\0");
            material.extend_from_slice(kind);
            for part in parts {
                crate::quota::piece(&mut material, part);
            }
            view.keyer.key(&material)
        };
        let octets = view.client.network().map(|network| match network {
            core::net::IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            core::net::IpAddr::V6(v6) => v6.octets(),
        });
        let agent = view.request.header("user-agent").unwrap_or_default();
        let address = octets.map(|octets| key(b"a", [&octets, b""]));
        let id = fact(view.context, "userId");
        let user = id.as_ref().map(|id| key(b"u", [id, b""]));
        // browsers of one office are often the same, their users are not
        let client = match (fact(view.context, "session.id"), id, octets) {
            (Some(session), ..) => Some(key(b"s", [&session, b""])),
            (None, Some(id), Some(octets)) => Some(key(b"d", [&octets, &id])),
            (None, None, Some(octets)) => Some(key(b"c", [&octets, agent])),
            (None, _, None) => None,
        };
        let path = view.request.path();
        Self {
            keys: [address, user, client],
            path: hash(&path),
            agent: (!agent.is_empty()).then(|| hash(agent)),
            address: address.map(short),
            number: number(&path, view.request.raw_query()),
        }
    }

    /// What is known of everybody who takes part.
    pub(super) fn look(&self, world: &mut dyn World, now: Millis) -> Known {
        let mut profile = |key: Option<Key>| {
            key.and_then(|key| world.profile(key, &Observed::default(), now))
                .unwrap_or_default()
        };
        let [address, user, client] = self.keys;
        Known {
            address: profile(address),
            user: profile(user),
            client: profile(client),
        }
    }

    /// Adds this request. `lasting`: its user's account is one that lasts; a crowd
    /// of new accounts makes an address no office.
    pub(super) fn add(
        &self,
        [attack, let_pass, lasting]: [bool; 3],
        world: &mut dyn World,
        now: Millis,
    ) {
        let [_, user, _] = self.keys;
        let customer = user.filter(|_| lasting).map(short);
        let one = Observed {
            requests: 1,
            flagged: attack.into(),
            good: (let_pass && !attack).into(),
            path: Some(self.path),
            agent: self.agent,
            ..Observed::default()
        };
        let others = [customer, self.address, self.address];
        for ((key, other), walks) in self.keys.iter().zip(others).zip([false, false, true]) {
            let number = self.number.filter(|_| walks);
            if let Some(key) = key {
                world.profile(
                    *key,
                    &Observed {
                        other,
                        number,
                        ..one
                    },
                    now,
                );
            }
        }
    }
}

/// Text or a number as bytes.
fn fact(context: &Context, path: &str) -> Option<Vec<u8>> {
    match context.get(path)? {
        Value::Text(text) => Some(text.clone().into_bytes()),
        Value::Number(number) => {
            use alloc::string::ToString as _;
            Some(number.to_string().into_bytes())
        }
        _ => None,
    }
}

/// Whole requests, rounded down.
const fn whole(thousandths: u32) -> u32 {
    thousandths / 1000
}

/// The share of requests, in per cent, from `least` cases on.
fn share(part: u32, of: u32, least: u32) -> u32 {
    if whole(part) < least {
        return 0;
    }
    let percent = u64::from(part)
        .saturating_mul(100)
        .checked_div(of.max(1).into());
    u32::try_from(percent.unwrap_or(0)).unwrap_or(100)
}

impl Known {
    /// How little the client has to do with what others do at its address.
    pub(super) fn quiet(&self) -> u8 {
        let (own, all) = (self.client.requests, self.address.requests);
        let quiet = all > 0
            && share(own, all, 0) <= 25
            && whole(own) <= 60
            && whole(self.client.flagged) == 0
            && share(self.client.failed, own, 2) < 30;
        u8::from(quiet).saturating_add((quiet && self.customers() >= 3).into())
    }

    /// How many lasting accounts were seen at the address; 32 at most.
    fn customers(&self) -> u32 {
        self.address.habits.others.count_ones()
    }

    /// Raises the signals of behaviour.
    pub(super) fn read(&self, actions: &Actions, now: Millis, vector: &mut Vector) {
        let Self {
            address,
            user,
            client,
        } = self;
        let customers = self.customers();
        let pace = level(whole(address.requests), &[150, 600, 2_000]);
        vector.raise(
            At::ADDRESS_PACE,
            if customers >= 3 { pace.min(1) } else { pace },
        );
        let only_limit = vector.get(At::LIMIT) >= 2 && vector.get(At::OBJECTIONS) == 0;
        if only_limit && self.quiet() > 0 {
            vector.raise(At::SHARED, level(customers, &[3, 6, 12]));
        }
        let failed = share(address.failed, address.requests, 4);
        vector.raise(At::ADDRESS_FAILED, level(failed, &[15, 35, 65]));
        let flagged = share(address.flagged, address.requests, 2);
        vector.raise(At::ADDRESS_FLAGGED, level(flagged, &[3, 15, 50]));

        let habits = &client.habits;
        vector.raise(
            At::PACE,
            level(whole(client.requests), &[100, 250, 600, 1_500]),
        );
        if habits.beats >= 12 {
            vector.raise(
                At::REGULAR,
                u8::from(habits.swing < 90).saturating_add((habits.swing < 40).into()),
            );
        }
        vector.raise(At::WALK, level(habits.walked, &[6, 15, 40]));
        vector.raise(At::PATHS, level(habits.paths.count_ones(), &[24, 31]));
        let flagged = share(client.flagged, client.requests, 2);
        vector.raise(At::FLAGGED, level(flagged, &[3, 15, 50]));
        vector.raise(At::MOVES, level(habits.others.count_ones(), &[4, 9]));

        if actions.keys.get(1).is_none_or(Option::is_none) {
            return;
        }
        let flagged = share(user.flagged, user.requests, 2);
        vector.raise(At::USER_FLAGGED, level(flagged, &[5, 20, 50]));
        let failed = share(user.failed, user.requests, 4);
        vector.raise(At::USER_FAILED, level(failed, &[25, 60]));
        vector.raise(
            At::USER_PACE,
            level(whole(user.requests), &[250, 800, 3_000]),
        );
        let name = user
            .habits
            .good
            .saturating_sub(user.habits.bad.saturating_mul(20));
        // a name is not made in an afternoon
        let lasting = now.0.saturating_sub(user.first.0) >= LASTING;
        let name = if lasting { name } else { 0 };
        vector.raise(At::HISTORY, level(name, &[5, 20, 80, 300]));
        let has = |set: u32, bits: u32, hash: Option<u8>| {
            hash.is_some_and(|hash| {
                set.checked_shr(u32::from(hash).checked_rem(bits).unwrap_or(0))
                    .unwrap_or(0)
                    & 1
                    == 1
            })
        };
        let here = has(user.habits.others, 32, actions.address);
        let same = has(user.habits.agents.into(), 16, actions.agent);
        if name >= 5 {
            vector.raise(
                At::HOME,
                u8::from(here).saturating_add((here && same).into()),
            );
        }
        if user.habits.good >= 10 {
            vector.raise(At::AWAY, u8::from(!here).saturating_add((!same).into()));
        }
    }
}

/// What an outcome adds to everybody who took part in its request.
///
/// A status of 403 or 429 is what a refusal looks like, so it says nothing.
#[must_use]
pub fn followed(outcome: &Value) -> Observed {
    let yes = |name: &str| outcome.get(name).and_then(Value::as_bool) == Some(true);
    let status = outcome
        .get("status")
        .and_then(Value::as_number)
        .map_or(0, crate::units::Number::floor);
    let failed = yes("loginFailed") || matches!(status, 400..=402 | 404..=428);
    Observed {
        failed: failed.into(),
        good: if yes("stepUpPassed") { 5 } else { 0 },
        bad: u32::from(yes("chargeback")).saturating_mul(20),
        ..Observed::default()
    }
}

/// Adds what followed a request to everybody who took part in it.
pub fn report(actors: Actors, outcome: &Value, store: &mut impl Store, now: Millis) {
    let observed = followed(outcome);
    for key in actors.into_iter().flatten() {
        store.profile(key, &observed, now);
    }
}

/// Whether a conclusion lets the request pass.
pub(super) fn passes(conclusion: Conclusion) -> bool {
    conclusion == Conclusion::Allow
}
