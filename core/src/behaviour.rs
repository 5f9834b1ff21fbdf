//! Behaviour as it crosses to a host: what its store is told and tells of
//! actors, and outcomes that come after their decision.
//!
//! A store outside the process keeps profiles by the arithmetic of the embedded
//! one. What is known of an actor is a need, asked for with the quota; what a
//! request adds is told after its decision, and nobody waits for it. Keys are
//! keyed hashes, so neither says who it was.

use crate::refine::{Actors, followed};
use crate::store::{Habits, Key, Observed, Profile, Store};
use crate::text::json::Value;
use crate::units::Millis;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// Whose profiles a request belongs to, as text: `KEY,KEY,KEY`, empty for nobody.
#[must_use]
pub fn write(actors: Actors) -> String {
    let mut out = String::new();
    for Key(key) in actors.into_iter().flatten() {
        let comma = if out.is_empty() { "" } else { "," };
        let _ = write!(out, "{comma}{key:032x}");
    }
    out
}

/// Reads what [`write`] wrote; what does not read is left out.
fn read(text: &str) -> impl Iterator<Item = Key> {
    let keys = text.split(',').take(Actors::default().len());
    keys.filter_map(|key| u128::from_str_radix(key, 16).ok().map(Key))
}

/// Adds what followed a request to everybody who took part in it.
pub fn report(actors: &str, outcome: &Value, store: &mut impl Store, now: Millis) {
    let observed = followed(outcome);
    for key in read(actors) {
        store.profile(key, &observed, now);
    }
}

/// The same for a store that the host keeps; empty where nothing follows from it.
#[must_use]
pub fn reported(actors: &str, outcome: &Value) -> String {
    let observed = followed(outcome);
    if observed == Observed::default() {
        return String::new();
    }
    let all: Vec<_> = read(actors).map(|key| (key, observed)).collect();
    observations(&all)
}

/// What a host's store is told of actors: `[{"key","requests",…}]`, without what
/// is zero or absent; empty for nothing.
#[must_use]
pub fn observations(all: &[(Key, Observed)]) -> String {
    let mut out = String::new();
    for (Key(key), seen) in all {
        out.push_str(if out.is_empty() { "[" } else { "," });
        let _ = write!(out, "{{\"key\":\"{key:032x}\"");
        let some = |n: u32| (n > 0).then_some(n);
        for (name, value) in [
            ("requests", some(seen.requests)),
            ("flagged", some(seen.flagged)),
            ("failed", some(seen.failed)),
            ("good", some(seen.good)),
            ("bad", some(seen.bad)),
            ("path", seen.path.map(u32::from)),
            ("other", seen.other.map(u32::from)),
            ("agent", seen.agent.map(u32::from)),
            ("number", seen.number),
        ] {
            if let Some(value) = value {
                let _ = write!(out, ",\"{name}\":{value}");
            }
        }
        out.push('}');
    }
    if !out.is_empty() {
        out.push(']');
    }
    out
}

/// A profile as a host's store tells it.
pub(crate) fn profile(value: &Value) -> Option<Profile> {
    let number = |name| u64::try_from(value.get(name)?.as_number()?.as_i64()?).ok();
    let count = |name| u32::try_from(number(name)?).ok();
    let short = |name| u16::try_from(number(name)?).ok();
    Some(Profile {
        first: Millis(number("first")?),
        last: Millis(number("last")?),
        requests: count("requests")?,
        flagged: count("flagged")?,
        failed: count("failed")?,
        habits: Habits {
            good: count("good")?,
            bad: count("bad")?,
            swing: short("swing")?,
            beats: short("beats")?,
            walked: u8::try_from(number("walked")?).ok()?,
            paths: count("paths")?,
            others: count("others")?,
            agents: short("agents")?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Memory;

    const ACTORS: Actors = [Some(Key(1)), None, Some(Key(u128::MAX))];

    fn outcome(text: &str) -> Value {
        Value::parse(text.as_bytes()).unwrap_or(Value::Null)
    }

    #[test]
    fn who_takes_part_reads_as_it_was_written() {
        let text = write(ACTORS);
        assert!(read(&text).eq(ACTORS.into_iter().flatten()), "{text}");
        assert_eq!(write(Actors::default()), "");
        assert_eq!(read("x,,1,2,3,4").count(), 1, "three at most are read");
    }

    #[test]
    fn an_outcome_is_added_to_everybody_who_took_part() {
        let mut store = Memory::new(1 << 16, 0);
        let failed = outcome(r#"{"loginFailed":true}"#);
        report(&write(ACTORS), &failed, &mut store, Millis(1000));
        for key in ACTORS.into_iter().flatten() {
            let profile = store.profile(key, &Observed::default(), Millis(1000));
            assert_eq!(profile.failed, 1000);
        }
    }

    #[test]
    fn a_hosts_store_is_told_what_is_not_zero() {
        let told = reported("7", &outcome(r#"{"chargeback":true}"#));
        let key = "0".repeat(31) + "7";
        assert_eq!(told, alloc::format!("[{{\"key\":\"{key}\",\"bad\":20}}]"));
        assert_eq!(reported("7", &outcome(r#"{"status":200}"#)), "");
        assert_eq!(reported("", &outcome(r#"{"chargeback":true}"#)), "");
    }
}
