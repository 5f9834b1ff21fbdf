//! Writes the static filters that `core/src/text/email/ribbon.rs` reads: one
//! linear equation over bits for each name, solved by elimination on the way.

#![allow(
    clippy::indexing_slicing,
    reason = "a development tool: an index that is wrong shall stop it"
)]

use doorward_core::text::email::ribbon::{Place, WINDOW, head};

/// Slots for each name, in thousandths: fewer cannot be solved.
const SLOTS: usize = 1_037;
const SEEDS: u8 = 40;

/// A filter of these names with so many bits for each.
///
/// # Errors
/// No seed leads to equations that have a solution.
pub(crate) fn build(names: &[&str], columns: u8) -> Result<Vec<u8>, String> {
    (0..SEEDS)
        .find_map(|seed| solved(names, columns, seed))
        .ok_or_else(|| format!("no filter of {} names", names.len()))
}

fn solved(names: &[&str], columns: u8, seed: u8) -> Option<Vec<u8>> {
    let width = (names.len() * SLOTS / 1000).div_ceil(8) + WINDOW;
    let places = width + 1 - WINDOW;
    let places = u32::try_from(places).ok()?;
    let used = u16::MAX >> (16 - columns);
    let mut rows: Vec<(u128, u16)> = vec![(0, 0); width * 8];
    for name in names {
        let place = Place::of(name.as_bytes(), seed, places);
        let mut at = place.start * 8;
        let (mut mask, mut value) = (u128::from_le_bytes(place.mask), place.fingerprint & used);
        loop {
            if mask == 0 {
                if value != 0 {
                    return None;
                }
                break;
            }
            let zeros = mask.trailing_zeros();
            at += zeros as usize;
            mask >>= zeros;
            let row = &mut rows[at];
            if row.0 == 0 {
                *row = (mask, value);
                break;
            }
            mask ^= row.0;
            value ^= row.1;
        }
    }
    let mut slots = vec![0_u16; width * 8];
    for at in (0..slots.len()).rev() {
        let (mask, mut value) = rows[at];
        if mask == 0 {
            // free to choose: what looks like chance, so that strangers fail
            slots[at] = Place::of(
                &u64::try_from(at).unwrap_or_default().to_le_bytes(),
                seed,
                1,
            )
            .fingerprint
                & used;
            continue;
        }
        let mut others = mask & !1;
        while others != 0 {
            value ^= slots[at + others.trailing_zeros() as usize];
            others &= others - 1;
        }
        slots[at] = value;
    }
    let mut out = head(columns, seed, places).to_vec();
    for column in 0..columns {
        for byte in slots.chunks_exact(8) {
            let bits = byte.iter().rev();
            out.push(bits.fold(0, |all, slot| all << 1 | (slot >> column & 1) as u8));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::build;
    use doorward_core::text::email::ribbon::Ribbon;

    #[test]
    fn every_name_is_found_and_few_others() {
        let names: Vec<String> = (0..5000).map(|n| format!("name{n}.example")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let bytes = build(&names, 8).unwrap_or_default();
        let filter = Ribbon::parse(&bytes);
        let contains = |name: &str| filter.is_some_and(|filter| filter.contains(name.as_bytes()));
        assert!(names.iter().all(|name| contains(name)));
        let strangers = (0..50_000).filter(|n| contains(&format!("stranger{n}.example")));
        let found = strangers.count();
        assert!((120..280).contains(&found), "{found} of 195 expected");
    }
}
