//! Facts about the outside, asked for and answered.
//!
//! The core never waits: where a rule lacks a fact it returns a [`Need`], the
//! host answers all of them in one batch, and the same function runs again.
//! A need is asked once. First come facts of the outside, then signatures that
//! only the host can verify (their key was such a fact), last quota, which is
//! taken once nothing else can deny: three batches at most.
//!
//! | need | asked as | answered with |
//! | --- | --- | --- |
//! | `take` | `key`, `limit`, `cost` | `allowed`, `remaining`, `reset`, `retryAfter` |
//! | `mx` | `domain` (lower-case, A-labels) | `exists`, `hosts` (of MX records, `""` for a null MX), `address` (it has A or AAAA) |
//! | `dns` | `ip` | `names` that the address has and that lead back to it |
//! | `ip` | `ip` | what the application's database knows: `country`, `asnum`, `asname`, `hosting`, … |
//! | `key` | `url` of a key directory | `keys`, JWKs |
//! | `profile` | `key` | how the actor behaved: `first`, `last`, `requests`, `flagged`, `failed`, `good`, `bad`, `swing`, `beats`, `walked`, `paths`, `others`, `agents` |
//! | `verify` | `algorithm`, `key` (a JWK), `message` and `signature` (hexadecimal) | `valid` |
//!
//! Every reply carries the `id` of its need; one with `error` is a failure.

use crate::behaviour;
use crate::store::{Key, Limit, Observed, Profile, Take, Taken};
use crate::text::json::{Value, write_text};
use crate::units::Millis;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::net::IpAddr;
use sha2::{Digest as _, Sha256};

/// A fact asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Quota from a store that the host keeps.
    Take(Take),
    /// How an actor has behaved, from a store that the host keeps.
    Profile(Key),
    /// Where the mail of a domain goes.
    Mx(String),
    /// The forward-confirmed names of an address.
    Dns(IpAddr),
    /// What the application's database knows of an address.
    Ip(IpAddr),
    /// The keys in the directory at a URL.
    Key(String),
    /// Whether a signature holds that the core cannot verify.
    Verify(Verify),
}

/// A signature that the host verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verify {
    /// `ES256` or `RS256` (RFC 7518).
    pub algorithm: &'static str,
    /// The public key, a JWK (RFC 7517) as JSON.
    pub key: String,
    /// What was signed.
    pub message: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// A fact answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Quota given or refused.
    Taken(Taken),
    /// A fact, an object with the members that its need's kind has.
    Fact(Value),
    /// The world failed: what the host says of it.
    Failed(String),
}

/// What the host answered of the outside, for rules to look at.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    known: Vec<(String, Reply)>,
    last: bool,
}

const UNANSWERED: &str = "not answered";

impl Facts {
    /// Nothing yet: what is lacking is asked for.
    pub const OPEN: &'static Self = &Self {
        known: Vec::new(),
        last: false,
    };
    /// Nothing, and nobody to ask: a recording, or a host that cannot wait.
    pub const NONE: &'static Self = &Self {
        known: Vec::new(),
        last: true,
    };
    /// Batches of needs that a host is asked at most.
    pub const ROUNDS: usize = 3;

    /// Reads the replies of each batch, a line `{"replies":[…]}` for each. What
    /// does not read as a reply is not one, so its need counts as failed rather
    /// than being asked again.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut facts = Self::default();
        let mut rounds: usize = 0;
        for line in text.split('\n') {
            rounds = rounds.saturating_add(1);
            let value = Value::parse(line.as_bytes()).unwrap_or(Value::Null);
            let list = value.get("replies").and_then(Value::as_list);
            let before = facts.known.len();
            facts
                .known
                .extend(list.unwrap_or_default().iter().filter_map(|reply| {
                    Some((reply.get("id")?.as_text()?.to_string(), read_reply(reply)))
                }));
            facts.last |= facts.known.len() == before;
        }
        facts.last |= rounds >= Self::ROUNDS;
        facts
    }

    /// The reply to a need; `None` while it can still be asked for.
    #[must_use]
    pub fn get(&self, need: &Need) -> Option<Reply> {
        self.known(need)
            .or_else(|| self.last.then(|| Reply::Failed(UNANSWERED.to_string())))
    }

    /// What the host said to a need.
    pub(crate) fn known(&self, need: &Need) -> Option<Reply> {
        if self.known.is_empty() {
            return None;
        }
        let id = need.id();
        let known = self.known.iter().find(|(name, _)| *name == id);
        known.map(|(_, reply)| reply.clone())
    }

    /// The same, with nobody to ask for more.
    #[must_use]
    pub fn closed(mut self) -> Self {
        self.last = true;
        self
    }

    pub(crate) fn are_final(&self) -> bool {
        self.last
    }

    /// The batch that has quota has been answered.
    fn has_takes(&self) -> bool {
        self.known.iter().any(|(id, _)| id.starts_with("take:"))
    }

    /// The same of the batch that has profiles.
    fn has_profiles(&self) -> bool {
        self.known.iter().any(|(id, _)| id.starts_with("profile:"))
    }
}

/// Who answers needs while a decision is being made.
pub trait World {
    /// The reply, or `None` while the fact is still outstanding.
    fn answer(&mut self, need: &Need, now: Millis) -> Option<Reply>;
    /// Adds to an actor's profile and tells what it then is; nothing added only
    /// looks. `None` where nobody remembers.
    fn profile(&mut self, key: Key, observed: &Observed, now: Millis) -> Option<Profile> {
        let _ = (key, observed, now);
        None
    }
    /// Whether an actor's profile need not be asked for.
    fn has_profile(&self, key: Key) -> bool {
        let _ = key;
        true
    }
    /// What of the world is not as it should be (`store`), for the decision.
    fn degraded(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

/// The store inside the process: it answers at once.
#[derive(Debug)]
pub struct Embedded<'s, S> {
    /// The store.
    pub store: &'s mut S,
    /// It was lost in a fault and starts anew; the decision says so.
    pub lost: bool,
}

impl<S: crate::store::Store> World for Embedded<'_, S> {
    fn answer(&mut self, need: &Need, now: Millis) -> Option<Reply> {
        match need {
            Need::Take(take) => Some(Reply::Taken(self.store.take(take, now))),
            _ => None,
        }
    }

    fn profile(&mut self, key: Key, observed: &Observed, now: Millis) -> Option<Profile> {
        Some(self.store.profile(key, observed, now))
    }

    fn degraded(&self) -> Vec<&'static str> {
        self.lost.then_some("store_lost").into_iter().collect()
    }
}

/// What the host has answered so far, with the embedded store behind it for
/// takes that the host's store could not answer.
#[derive(Debug)]
pub struct Replies<'s, S> {
    answered: Facts,
    fallback: &'s mut S,
    failed: bool,
    /// The host's store keeps profiles, too.
    profiles: bool,
    unknown: bool,
    observed: Vec<(Key, Observed)>,
}

impl<'s, S: crate::store::Store> Replies<'s, S> {
    /// The quota among what [`Facts::parse`] read.
    pub fn new(answered: Facts, fallback: &'s mut S) -> Self {
        Self {
            answered,
            fallback,
            failed: false,
            profiles: false,
            unknown: false,
            observed: Vec::new(),
        }
    }

    /// The same, where the host's store keeps profiles, too.
    #[must_use]
    pub fn with_profiles(self, profiles: bool) -> Self {
        Self { profiles, ..self }
    }

    /// What the host's store is to be told of actors, once there is a decision.
    #[must_use]
    pub fn observed(&self) -> &[(Key, Observed)] {
        &self.observed
    }
}

fn read_reply(reply: &Value) -> Reply {
    let number = |name| {
        reply
            .get(name)
            .and_then(Value::as_number)
            .and_then(|n| u64::try_from(n.as_i64()?).ok())
    };
    let taken = || {
        Some(Taken {
            allowed: reply.get("allowed")?.as_bool()?,
            remaining: u32::try_from(number("remaining")?).ok()?,
            reset: Millis(number("reset")?),
            retry_after: number("retryAfter").map(Millis),
        })
    };
    if let Some(error) = reply.get("error") {
        return Reply::Failed(error.as_text().unwrap_or("failed").to_string());
    }
    taken().map_or_else(|| Reply::Fact(reply.clone()), Reply::Taken)
}

impl<S: crate::store::Store> World for Replies<'_, S> {
    fn answer(&mut self, need: &Need, now: Millis) -> Option<Reply> {
        let Need::Take(take) = need else {
            return None;
        };
        if let Some(Reply::Taken(taken)) = self.answered.get(need) {
            return Some(Reply::Taken(taken));
        }
        if !self.answered.are_final() && !self.answered.has_takes() {
            return None;
        }
        self.failed = true;
        Some(Reply::Taken(self.fallback.take(take, now)))
    }

    /// Behaviour that the host's store could not tell is not known: what this
    /// process alone has seen would look like somebody else's.
    fn profile(&mut self, key: Key, observed: &Observed, now: Millis) -> Option<Profile> {
        if !self.profiles {
            return Some(self.fallback.profile(key, observed, now));
        }
        if *observed != Observed::default() {
            self.observed.push((key, *observed));
            return None;
        }
        let known = match self.answered.known(&Need::Profile(key)) {
            Some(Reply::Fact(value)) => behaviour::profile(&value),
            _ => None,
        };
        self.unknown |= known.is_none();
        known
    }

    fn has_profile(&self, _: Key) -> bool {
        !self.profiles || self.answered.are_final() || self.answered.has_profiles()
    }

    fn degraded(&self) -> Vec<&'static str> {
        let failed = self.failed.then_some("store");
        let unknown = self.unknown.then_some("profiles");
        failed.into_iter().chain(unknown).collect()
    }
}

/// Nobody answers: every need is outstanding and goes to the host.
#[derive(Debug)]
pub struct Nobody;

impl World for Nobody {
    fn answer(&mut self, _: &Need, _: Millis) -> Option<Reply> {
        None
    }
}

impl Need {
    /// The name under which a reply comes back.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Take(take) => format!("take:{:032x}", take.key.0),
            Self::Profile(key) => format!("profile:{:032x}", key.0),
            Self::Mx(domain) => format!("mx:{domain}"),
            Self::Dns(ip) => format!("dns:{ip}"),
            Self::Ip(ip) => format!("ip:{ip}"),
            Self::Key(url) => format!("key:{url}"),
            Self::Verify(verify) => {
                let mut hash = Sha256::new();
                for part in [
                    verify.algorithm.as_bytes(),
                    verify.key.as_bytes(),
                    &verify.message,
                    &verify.signature,
                ] {
                    hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
                    hash.update(part);
                }
                let mut id = String::from("verify:");
                hex(&hash.finalize(), &mut id);
                id
            }
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str("{\"id\":");
        write_text(&self.id(), out);
        match self {
            Self::Take(Take {
                key: Key(key),
                limit,
                cost,
            }) => {
                let _ = write!(out, ",\"kind\":\"take\",\"key\":\"{key:032x}\",\"limit\":");
                write_limit(*limit, out);
                let _ = write!(out, ",\"cost\":{cost}}}");
            }
            Self::Profile(Key(key)) => member("profile", "key", &format!("{key:032x}"), out),
            Self::Mx(domain) => member("mx", "domain", domain, out),
            Self::Dns(ip) => member("dns", "ip", &ip.to_string(), out),
            Self::Ip(ip) => member("ip", "ip", &ip.to_string(), out),
            Self::Key(url) => member("key", "url", url, out),
            Self::Verify(verify) => {
                let _ = write!(
                    out,
                    ",\"kind\":\"verify\",\"algorithm\":\"{}\",\"key\":{},\"message\":\"",
                    verify.algorithm, verify.key
                );
                hex(&verify.message, out);
                out.push_str("\",\"signature\":\"");
                hex(&verify.signature, out);
                out.push_str("\"}");
            }
        }
    }
}

/// A limit as hosts read it.
pub(crate) fn write_limit(limit: Limit, out: &mut String) {
    let _ = match limit {
        Limit::FixedWindow { max, window } => write!(
            out,
            "{{\"kind\":\"fixedWindow\",\"max\":{max},\"window\":{}}}",
            window.0
        ),
        Limit::SlidingWindow { max, interval } => write!(
            out,
            "{{\"kind\":\"slidingWindow\",\"max\":{max},\"interval\":{}}}",
            interval.0
        ),
        Limit::TokenBucket {
            capacity,
            refill,
            interval,
        } => write!(
            out,
            "{{\"kind\":\"tokenBucket\",\"capacity\":{capacity},\"refillRate\":{refill},\"interval\":{}}}",
            interval.0
        ),
        Limit::Once { lifetime } => write!(
            out,
            "{{\"kind\":\"tokenBucket\",\"capacity\":1,\"refillRate\":1,\"interval\":{}}}",
            lifetime.0
        ),
    };
}

/// Reads what [`write_limit`] wrote.
pub(crate) fn read_limit(value: &Value) -> Option<Limit> {
    let number = |name| {
        let number = value.get(name)?.as_number()?.as_i64()?;
        u64::try_from(number).ok()
    };
    let units = |name| u32::try_from(number(name)?).ok();
    Some(match value.get("kind")?.as_text()? {
        "fixedWindow" => Limit::FixedWindow {
            max: units("max")?,
            window: Millis(number("window")?),
        },
        "slidingWindow" => Limit::SlidingWindow {
            max: units("max")?,
            interval: Millis(number("interval")?),
        },
        "tokenBucket" => Limit::TokenBucket {
            capacity: units("capacity")?,
            refill: units("refillRate")?,
            interval: Millis(number("interval")?),
        },
        _ => return None,
    })
}

/// The rest of a need that has one member.
fn member(kind: &str, name: &str, value: &str, out: &mut String) {
    let _ = write!(out, ",\"kind\":\"{kind}\",\"{name}\":");
    write_text(value, out);
    out.push('}');
}

fn hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
}

/// `{"needs":[…]}`, as the host reads it; with the `"client"` in whose name it
/// asks, and with `"now"` where a recording's clock counts instead of the
/// store's own.
#[must_use]
pub fn write_needs(needs: &[Need], client: Option<IpAddr>, now: Option<Millis>) -> String {
    let mut out = String::from("{\"needs\":[");
    for (i, need) in needs.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        need.write(&mut out);
    }
    out.push(']');
    if let Some(client) = client {
        let _ = write!(out, ",\"client\":\"{client}\"");
    }
    if let Some(Millis(now)) = now {
        let _ = write!(out, ",\"now\":{now}");
    }
    out.push('}');
    out
}
