//! Reservations against an oracle: what is left of a budget of tokens after any
//! takes and settlements, in the embedded store and by what another store is told.
#![no_main]

use doorward_core::settle::{Reserved, settle, settlement, write};
use doorward_core::store::{Key, Limit, Memory, Store as _, Take};
use doorward_core::text::json::Value;
use doorward_core::units::Millis;
use libfuzzer_sys::fuzz_target;

const MAX: u32 = 1000;
const WINDOW: u64 = 1 << 16;
/// Later than anything here.
const LATEST: u64 = 1 << 47;

fuzz_target!(|bytes: &[u8]| {
    let limit = match bytes.first() {
        Some(0..128) => Limit::FixedWindow {
            max: MAX,
            window: Millis(WINDOW),
        },
        // so slow that nothing comes back in the time that passes here
        _ => Limit::TokenBucket {
            capacity: MAX,
            refill: 1,
            interval: Millis(1 << 40),
        },
    };
    let bucket = matches!(limit, Limit::TokenBucket { .. });
    let (mut here, mut elsewhere) = (Memory::new(1 << 16, 1), Memory::new(1 << 16, 2));
    let key = Key(7);
    // what is taken, until when, and the reservations that are open
    let (mut taken, mut end, mut now) = (0_u32, 0_u64, 1 << 20);
    let mut open: Vec<Reserved> = Vec::new();
    for step in bytes.get(1..).unwrap_or_default().chunks_exact(4).take(64) {
        let &[what, which, low, high] = step else {
            continue;
        };
        let units = u32::from(u16::from_le_bytes([low, high]) % 1500);
        if what & 3 == 3 {
            now += u64::from(which) << if bucket { 0 } else { 6 };
        }
        if !bucket && now >= end {
            taken = 0;
            end = now - now % WINDOW + WINDOW;
        }
        if what & 1 == 0 {
            let take = Take {
                key,
                limit,
                cost: units,
            };
            let answer = here.take(&take, Millis(now));
            assert_eq!(answer, elsewhere.take(&take, Millis(now)));
            let fits = taken + units <= MAX;
            assert_eq!(answer.allowed, fits);
            if fits {
                taken += units;
                open.push(Reserved {
                    key,
                    limit,
                    units,
                    until: Millis(if bucket { LATEST } else { end }),
                });
            }
            assert_eq!(answer.remaining, MAX - taken);
        } else if !open.is_empty() {
            let reserved = open.swap_remove(usize::from(which) % open.len());
            let text = write(&[reserved]);
            settle(&text, units, Millis(now), &mut here);
            let told = settlement(&text, units, Millis(now));
            apply(&told, limit, now, &mut elsewhere);
            let over = now >= reserved.until.0;
            let given_back = if over {
                0
            } else {
                reserved.units.saturating_sub(units)
            };
            let beyond = units.saturating_sub(reserved.units);
            taken = MAX.min(taken.saturating_sub(given_back) + beyond);
        }
        let look = Take {
            key,
            limit,
            cost: 0,
        };
        assert_eq!(here.take(&look, Millis(now)).remaining, MAX - taken);
        assert_eq!(elsewhere.take(&look, Millis(now)).remaining, MAX - taken);
    }
});

/// What a host does with it.
fn apply(text: &str, limit: Limit, now: u64, store: &mut Memory) {
    let list = Value::parse(text.as_bytes()).expect("JSON");
    for item in list.as_list().expect("a list") {
        let text = item.get("key").and_then(Value::as_text).expect("a key");
        let key = Key(u128::from_str_radix(text, 16).expect("hexadecimal"));
        let cost = item.get("cost").and_then(Value::as_number);
        let cost = cost.and_then(|cost| cost.as_i64()).expect("a number");
        store.settle(key, limit, cost, Millis(now));
    }
}
