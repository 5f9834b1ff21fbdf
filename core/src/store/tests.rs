//! What the embedded store promises, from outside.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests may fail loudly"
)]

use super::*;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use proptest::prelude::*;

const NOW: Millis = Millis(1_795_000_000_000);
const MINUTE: Millis = Millis(60_000);

fn fixed(max: u32) -> Limit {
    Limit::FixedWindow {
        max,
        window: MINUTE,
    }
}

fn take(store: &mut Memory, key: u128, limit: Limit, now: Millis) -> Taken {
    store.take(
        &Take {
            key: Key(key),
            limit,
            cost: 1,
        },
        now,
    )
}

fn some_limit() -> impl Strategy<Value = Limit> {
    (0..4_u8, 0..12_u32, 1..3000_u64).prop_map(|(kind, max, time)| match kind {
        0 => Limit::FixedWindow {
            max,
            window: Millis(time),
        },
        1 => Limit::SlidingWindow {
            max,
            interval: Millis(time),
        },
        2 => Limit::TokenBucket {
            capacity: max,
            refill: 3,
            interval: Millis(time),
        },
        _ => Limit::Once {
            lifetime: Millis(time),
        },
    })
}

/// Whether a nonce is new, from now on it is not.
fn fresh(store: &mut Memory, key: u128, lifetime: u64, now: Millis) -> bool {
    let once = Take::once(Key(key), Millis(lifetime));
    store.take(&once, now).allowed
}

proptest! {
    /// A table of states without hashing, bounds or eviction gives the same.
    #[test]
    fn answers_as_a_map_of_states_would(
        limits in prop::collection::vec(some_limit(), 1..40),
        takes in prop::collection::vec((0..2000_u32, 0..14_u32, 0..20_u64), 1..1500),
        seed: u64,
    ) {
        let mut store = Memory::new(1 << 20, seed);
        let mut map: BTreeMap<u32, limits::State> = BTreeMap::new();
        let mut now = NOW.0;
        for (key, cost, pause) in takes {
            now += pause;
            let limit = limits[key as usize % limits.len()];
            let (expected, state) = limits::take(limit, cost, map.get(&key).copied(), now);
            let taken = store.take(&Take { key: Key(key.into()), limit, cost }, Millis(now));
            prop_assert_eq!(taken, expected);
            map.insert(key, state);
        }
    }

    #[test]
    fn any_bytes_are_no_store_or_one_that_works(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in prop::option::of(any::<prop::sample::Index>()),
        limit in some_limit(),
        now: u64,
    ) {
        let mut bytes = filled().export();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(index) = cut {
            bytes.truncate(index.index(bytes.len()));
            prop_assert!(Memory::import(&bytes, 1 << 16).is_none());
        } else if let Some(mut store) = Memory::import(&bytes, 1 << 16) {
            for key in 0..200 {
                let now = Millis(now);
                take(&mut store, key, limit, now);
                fresh(&mut store, key, 1, now);
                store.profile(Key(key), &Observed { requests: 1, ..Observed::default() }, now);
            }
            prop_assert!(store.bytes() <= 1 << 16);
        }
    }
}

/// Keys of [`filled`].
const KEYS: u128 = 200;

/// A store of 128 KB with a bit of everything.
fn filled() -> Memory {
    let mut store = Memory::new(1 << 17, 7);
    for key in 0..KEYS {
        for _ in 0..=key % 7 {
            take(&mut store, key, fixed(5), NOW);
        }
        fresh(&mut store, key, 1000, NOW);
        let observed = Observed {
            requests: 3,
            flagged: 1,
            failed: 0,
            ..Observed::default()
        };
        store.profile(Key(key), &observed, NOW);
    }
    store
}

fn look(store: &mut Memory, key: u128) -> Taken {
    store.take(
        &Take {
            key: Key(key),
            limit: fixed(5),
            cost: 0,
        },
        NOW,
    )
}

#[test]
fn the_quota_is_given_exactly() {
    let limits = [
        fixed(50),
        Limit::SlidingWindow {
            max: 50,
            interval: MINUTE,
        },
        Limit::TokenBucket {
            capacity: 50,
            refill: 50,
            interval: MINUTE,
        },
    ];
    for limit in limits {
        let mut store = Memory::new(1 << 20, 1);
        let given = (0..400)
            .filter(|_| take(&mut store, 1, limit, NOW).allowed)
            .count();
        assert_eq!(given, 50, "{limit:?}");
        let look = store.take(
            &Take {
                key: Key(1),
                limit,
                cost: 0,
            },
            NOW,
        );
        assert_eq!((look.allowed, look.remaining), (true, 0));
        let all = store.take(
            &Take {
                key: Key(1),
                limit,
                cost: 51,
            },
            NOW,
        );
        assert_eq!((all.allowed, all.retry_after), (false, None));
    }
}

#[test]
fn a_quota_of_nothing_denies_and_remembers_nothing() {
    let mut store = Memory::new(1 << 20, 1);
    let empty = store.bytes();
    for limit in [
        fixed(0),
        Limit::TokenBucket {
            capacity: 0,
            refill: 0,
            interval: Millis(0),
        },
    ] {
        let taken = take(&mut store, 1, limit, Millis(u64::MAX));
        assert_eq!(
            (taken.allowed, taken.remaining, taken.retry_after),
            (false, 0, None)
        );
    }
    store.take(
        &Take {
            key: Key(1),
            limit: fixed(3),
            cost: 0,
        },
        NOW,
    );
    store.profile(Key(1), &Observed::default(), NOW);
    assert_eq!(store.bytes(), empty);
}

#[test]
fn an_abuser_stays_limited_while_a_flood_passes() {
    // a build without optimisation takes a minute for the longer one
    let asked = if cfg!(debug_assertions) {
        20_000
    } else {
        200_000
    };
    let max_bytes = 1 << 17;
    let mut store = Memory::new(max_bytes, 3);
    let (mut fresh, mut given) = (1_u128, 0);
    for turn in 0..asked {
        // ten windows in all
        let now = Millis(NOW.0 + turn * 10 * MINUTE.0 / asked);
        for _ in 0..10 {
            take(&mut store, fresh << 40, fixed(100), now);
            fresh += 1;
        }
        given += u64::from(take(&mut store, 0, fixed(100), now).allowed);
    }
    assert!(store.bytes() <= max_bytes, "{}", store.bytes());
    let due = 10 * 100;
    let slipped = given.saturating_sub(due);
    assert!(
        given >= due && slipped * 100 <= asked - due,
        "{slipped} of {asked}"
    );
}

#[test]
fn where_one_request_is_the_quota_a_flood_frees_nobody() {
    let mut store = Memory::new(1 << 17, 3);
    take(&mut store, 0, fixed(1), NOW);
    assert!(!take(&mut store, 0, fixed(1), NOW).allowed);
    for fresh in 1..100_000 {
        assert!(take(&mut store, fresh, fixed(1), NOW).allowed);
    }
    assert!(!take(&mut store, 0, fixed(1), NOW).allowed);
}

#[test]
fn when_all_room_is_over_its_limit_newcomers_are_counted_with_it() {
    let mut store = Memory::new(0, 3);
    for key in 0..1000 {
        for _ in 0..4 {
            take(&mut store, key, fixed(3), NOW);
        }
    }
    let given = (1000..2000)
        .filter(|key| take(&mut store, *key, fixed(3), NOW).allowed)
        .count();
    assert!(given < 20, "{given}");
    // and nobody for longer than a window
    let later = Millis(NOW.0 + 60_000);
    assert!((1000..2000).all(|key| take(&mut store, key, fixed(3), later).allowed));
}

#[test]
fn a_nonce_is_fresh_once_until_it_expires() {
    let mut store = Memory::new(1 << 20, 1);
    let until = Millis(NOW.0 + 10);
    assert!(fresh(&mut store, 1, 10, NOW));
    assert!(!fresh(&mut store, 1, 10, NOW));
    assert!(!fresh(&mut store, 1, 10, Millis(until.0 - 1)));
    assert!(fresh(&mut store, 1, 10, until));
}

#[test]
fn a_nonce_is_never_displaced() {
    let mut store = Memory::new(1 << 17, 1);
    let known = |store: &mut Memory, key| !fresh(store, key, 1000, NOW);
    let kept: Vec<u128> = (0..5000)
        .filter(|key| fresh(&mut store, *key, 1000, NOW))
        .collect();
    // without room for one more, it is refused
    assert!((300..5000).contains(&kept.len()), "{}", kept.len());
    assert!(kept.iter().all(|key| known(&mut store, *key)));
    assert!(store.bytes() <= 1 << 17);
    // a flood of takes and profiles touches none of them
    for key in 0..20_000 {
        take(&mut store, key, fixed(1), NOW);
        store.profile(
            Key(key),
            &Observed {
                requests: 1,
                ..Observed::default()
            },
            NOW,
        );
    }
    assert!(kept.iter().all(|key| known(&mut store, *key)));
    assert!(fresh(&mut store, 9999, 1000, Millis(NOW.0 + 1000)));
}

#[test]
fn profiles_add_up_and_the_flagged_outlive_a_flood() {
    let mut store = Memory::new(1 << 17, 1);
    assert_eq!(
        store.profile(Key(1), &Observed::default(), NOW),
        Profile::default()
    );
    let bad = Observed {
        requests: 2,
        flagged: 2,
        failed: 1,
        ..Observed::default()
    };
    let profile = store.profile(Key(1), &bad, NOW);
    let expected = Profile {
        first: NOW,
        last: NOW,
        requests: 2000,
        flagged: 2000,
        failed: 1000,
        habits: Habits::default(),
    };
    assert_eq!(profile, expected);
    let later = Millis(NOW.0 + 600_000);
    for key in 2..20_000 {
        store.profile(
            Key(key),
            &Observed {
                requests: 1,
                ..Observed::default()
            },
            later,
        );
    }
    let profile = store.profile(Key(1), &Observed::default(), later);
    let expected = Profile {
        first: NOW,
        last: NOW,
        requests: 1000,
        flagged: 1000,
        failed: 500,
        habits: Habits::default(),
    };
    assert_eq!(profile, expected);
    assert!(store.bytes() <= 1 << 17);
}

#[test]
fn export_and_import_keep_everything() {
    let mut before = filled();
    let bytes = before.export();
    let mut after = Memory::import(&bytes, 1 << 17).unwrap();
    assert_eq!(after.export(), bytes);
    for key in 0..2 * KEYS {
        assert_eq!(look(&mut before, key), look(&mut after, key));
        assert_eq!(!fresh(&mut after, key, 1000, NOW), key < KEYS);
        let profile = after.profile(Key(key), &Observed::default(), NOW);
        assert_eq!(profile.flagged == 1000, key < KEYS);
    }
    assert!(Memory::import(&bytes, 0).is_none());
    let empty = Memory::new(1 << 17, 5);
    assert_eq!(
        Memory::import(&empty.export(), 0).unwrap().export(),
        empty.export()
    );
}

#[test]
fn a_million_actors_take_no_more_memory_than_was_given() {
    let mut store = Memory::new(1 << 17, 1);
    let bad = Observed {
        flagged: 3,
        ..Observed::default()
    };
    let seen = Observed {
        requests: 1,
        ..Observed::default()
    };
    store.profile(Key(1), &bad, NOW);
    for key in 2..1_000_000 {
        store.profile(Key(key), &seen, NOW);
    }
    assert!(store.bytes() <= 1 << 17);
    let known = store.profile(Key(1), &Observed::default(), NOW);
    assert_eq!(known.flagged, 3000);
}

#[test]
fn a_half_written_entry_costs_itself_only() {
    let mut whole = filled();
    let bytes = whole.export();
    // past the header and the number of buckets, any word of the first tag row
    for slot in 0..16 {
        let mut broken = bytes.clone();
        let at = 24 + slot * 8;
        for byte in &mut broken[at..at + 8] {
            *byte ^= 0x55;
        }
        let mut store = Memory::import(&broken, 1 << 17).unwrap();
        let lost = (0..KEYS)
            .filter(|key| look(&mut store, *key) != look(&mut whole, *key))
            .count();
        assert!(lost <= 1, "{lost}");
    }
}

#[test]
fn is_shared_and_sent() {
    fn shared<T: Send + Sync + core::fmt::Debug>() {}
    shared::<Memory>();
}
