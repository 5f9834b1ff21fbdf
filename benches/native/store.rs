//! The embedded store: bytes a key at a million keys, and a client over its
//! limit inside a flood of ten million fresh keys. Counts, not times.
#![allow(missing_docs, reason = "a bench has no interface")]

use doorward_core::store::{Key, Limit, Memory, Store, Take};
use doorward_core::units::Millis;

const LIMIT: Limit = Limit::FixedWindow {
    max: 100,
    window: Millis(3_600_000),
};
const NOW: Millis = Millis(1_795_000_000_000);

fn take(store: &mut Memory, n: u64) -> bool {
    // keys are keyed hashes: spread the counter over 128 bits
    let spread = |salt: u64| {
        let mixed = (n ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        u128::from(mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9_94d0_49bb_1331_11eb)
    };
    let key = Key(spread(1) ^ spread(0x5851_f42d_4c95_7f2d).rotate_left(64));
    let cost = 1;
    store
        .take(
            &Take {
                key,
                limit: LIMIT,
                cost,
            },
            NOW,
        )
        .allowed
}

fn main() {
    let mut store = Memory::new(256 << 20, 7);
    for n in 1..=1_000_000 {
        take(&mut store, n);
    }
    let tenths = store.bytes() / 100_000;
    println!(
        "1,000,000 keys: {}.{} bytes a key",
        tenths / 10,
        tenths % 10
    );

    let cap = 32 << 20;
    let mut store = Memory::new(cap, 7);
    let abuser = 0;
    while take(&mut store, abuser) {}
    let (mut asked, mut passed) = (0_u32, 0_u32);
    for n in 1..=10_000_000 {
        take(&mut store, n);
        if n % 100 == 0 {
            asked += 1;
            passed += u32::from(take(&mut store, abuser));
        }
    }
    println!(
        "flood of 10,000,000 keys: {} of {cap} bytes, abuser passed {passed} of {asked}",
        store.bytes()
    );
}
