//! What was reserved is settled once the real use is known.
//!
//! A request to a model is decided before anybody knows what it will cost, so
//! the application reserves (`context.requested`) and settles afterwards: what
//! was not used is given back, what was used beyond it is taken, as far as
//! there is any. A reservation travels with its decision as text; it names keys,
//! never whose they are.

use crate::need::{read_limit, write_limit};
use crate::store::{Key, Limit, Store};
use crate::text::json::Value;
use crate::units::Millis;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// Quota that was taken in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// Whose.
    pub key: Key,
    /// Which.
    pub limit: Limit,
    /// Units taken.
    pub units: u32,
    /// From then on nothing of it is left to give back.
    pub until: Millis,
}

impl Reserved {
    /// By how much to change what is taken when `used` units were.
    fn delta(&self, used: u32, now: Millis) -> i64 {
        let delta = i64::from(used).saturating_sub(self.units.into());
        if now >= self.until {
            delta.max(0)
        } else {
            delta
        }
    }
}

/// A decision's reservations as text.
#[must_use]
pub fn write(reserved: &[Reserved]) -> String {
    let mut out = String::from("[");
    for (index, item) in reserved.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(out, "{comma}{{\"key\":\"{:032x}\",\"limit\":", item.key.0);
        write_limit(item.limit, &mut out);
        let _ = write!(
            out,
            ",\"units\":{},\"until\":{}}}",
            item.units, item.until.0
        );
    }
    out.push(']');
    out
}

/// Reads what [`write`] wrote; what does not read is left out.
fn read(text: &str) -> Vec<Reserved> {
    let value = Value::parse(text.as_bytes()).unwrap_or(Value::Null);
    let number = |item: &Value, name: &str| {
        let number = item.get(name)?.as_number()?.as_i64()?;
        u64::try_from(number).ok()
    };
    let list = value.as_list().unwrap_or_default();
    let reserved = list.iter().filter_map(|item| {
        Some(Reserved {
            key: Key(u128::from_str_radix(item.get("key")?.as_text()?, 16).ok()?),
            limit: read_limit(item.get("limit")?)?,
            units: u32::try_from(number(item, "units")?).ok()?,
            until: Millis(number(item, "until")?),
        })
    });
    reserved.collect()
}

/// Settles a decision's reservations in the embedded store.
pub fn settle(text: &str, used: u32, now: Millis, store: &mut impl Store) {
    for item in read(text) {
        let delta = item.delta(used, now);
        if delta != 0 {
            store.settle(item.key, item.limit, delta, now);
        }
    }
}

/// What a host's own store has to settle: `[{"key","limit","cost"}]`, with a
/// negative cost for what is given back.
#[must_use]
pub fn settlement(text: &str, used: u32, now: Millis) -> String {
    let mut out = String::from("[");
    for item in read(text) {
        let delta = item.delta(used, now);
        if delta == 0 {
            continue;
        }
        if out.len() > 1 {
            out.push(',');
        }
        let _ = write!(out, "{{\"key\":\"{:032x}\",\"limit\":", item.key.0);
        write_limit(item.limit, &mut out);
        let _ = write!(out, ",\"cost\":{delta}}}");
    }
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Memory, Take};

    const LIMIT: Limit = Limit::FixedWindow {
        max: 1000,
        window: Millis(60_000),
    };

    fn reserved(units: u32) -> String {
        write(&[Reserved {
            key: Key(7),
            limit: LIMIT,
            units,
            until: Millis(60_000),
        }])
    }

    fn left(store: &mut Memory, now: u64) -> u32 {
        let look = Take {
            key: Key(7),
            limit: LIMIT,
            cost: 0,
        };
        store.take(&look, Millis(now)).remaining
    }

    fn holding(cost: u32) -> Memory {
        let mut store = Memory::new(1 << 16, 0);
        let take = Take {
            key: Key(7),
            limit: LIMIT,
            cost,
        };
        store.take(&take, Millis(1000));
        store
    }

    #[test]
    fn what_was_not_used_is_given_back_and_what_was_used_beyond_is_taken() {
        for (used, after) in [(0, 1000), (300, 700), (400, 600), (900, 100), (4000, 0)] {
            let mut store = holding(400);
            settle(&reserved(400), used, Millis(2000), &mut store);
            assert_eq!(left(&mut store, 2000), after, "{used}");
        }
    }

    #[test]
    fn a_window_that_is_over_gives_nothing_back() {
        let mut store = holding(400);
        settle(&reserved(400), 0, Millis(61_000), &mut store);
        assert_eq!(left(&mut store, 61_000), 1000);
        assert_eq!(settlement(&reserved(400), 0, Millis(61_000)), "[]");
        assert_eq!(settlement("nonsense", 0, Millis(0)), "[]");
        assert!(settlement(&reserved(400), 100, Millis(2000)).ends_with("\"cost\":-300}]"));
    }
}
