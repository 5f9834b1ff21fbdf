//! Weights of a model as they lie in the build: most are zero and the rest are
//! small, which a canonical Huffman code packs a fifth tighter than gzip does.
//!
//! For each length from 1 to `LONGEST` one byte says how many symbols have a
//! code of it; the symbols follow in the order of their codes, and the codes of
//! the weights from the top bit down. Reading is total: what is missing is zeros.

use alloc::vec;
use alloc::vec::Vec;

/// Bits of the longest code.
const LONGEST: u32 = 11;

/// The first `count` weights that `packed` holds.
#[must_use]
pub fn unpack(packed: &[u8], count: usize) -> Vec<u8> {
    let (lengths, rest) = packed.split_at_checked(11).unwrap_or_default();
    let symbols = lengths.iter().map(|n| usize::from(*n)).sum::<usize>();
    let (symbols, codes) = rest.split_at(rest.len().min(symbols));
    // the symbol that each sequence of `LONGEST` bits begins with, and its length
    let mut table: Vec<(u8, u32)> = Vec::new();
    let mut symbols = symbols.iter();
    for (length, n) in (1_u32..).zip(lengths) {
        for symbol in symbols.by_ref().take(usize::from(*n)) {
            let all = 1_usize.wrapping_shl(LONGEST.saturating_sub(length));
            table.resize(table.len().saturating_add(all), (*symbol, length));
        }
    }
    let mut weights = Vec::with_capacity(count);
    let (mut held, mut bits, mut codes) = (0_u32, 0_u32, codes.iter());
    while weights.len() < count {
        while bits < LONGEST {
            held = held.wrapping_shl(8) | u32::from(codes.next().copied().unwrap_or_default());
            bits = bits.saturating_add(8);
        }
        let next = held.wrapping_shr(bits.wrapping_sub(LONGEST)) & 0x7ff;
        let Some((weight, length)) = table.get(usize::try_from(next).unwrap_or_default()) else {
            break;
        };
        bits = bits.saturating_sub(*length);
        weights.push(*weight);
    }
    weights.resize(count, 0);
    weights
}

/// What [`unpack`] reads.
#[doc(hidden)]
#[must_use]
pub fn pack(weights: &[u8]) -> Vec<u8> {
    let mut counts = [0_usize; 256];
    for weight in weights {
        if let Some(count) = counts.get_mut(usize::from(*weight)) {
            *count = count.saturating_add(1);
        }
    }
    // rare symbols are counted up until no code is too long
    let mut least = 1_usize;
    let lengths = loop {
        let lengths = lengths(&counts, least);
        if lengths.iter().all(|length| *length <= LONGEST) {
            break lengths;
        }
        least = least.saturating_mul(2);
    };
    let mut packed = Vec::new();
    let mut codes = [(0_u32, 0_u32); 256];
    let mut order = Vec::new();
    let mut code = 0_u32;
    for length in 1..=LONGEST {
        code = code.wrapping_shl(1);
        let before = order.len();
        for (symbol, _) in lengths.iter().enumerate().filter(|(_, l)| **l == length) {
            if let Some(slot) = codes.get_mut(symbol) {
                *slot = (code, length);
            }
            order.push(u8::try_from(symbol).unwrap_or_default());
            code = code.wrapping_add(1);
        }
        let count = order.len().saturating_sub(before);
        packed.push(u8::try_from(count).unwrap_or_default());
    }
    packed.extend(order);
    let (mut held, mut bits) = (0_u8, 0_u32);
    for weight in weights {
        let (code, length) = codes.get(usize::from(*weight)).copied().unwrap_or_default();
        for bit in (0..length).rev() {
            held = held.wrapping_shl(1) | u8::from(code >> bit & 1 == 1);
            bits = bits.wrapping_add(1) % 8;
            if bits == 0 {
                packed.push(held);
            }
        }
    }
    if bits != 0 {
        packed.push(held.wrapping_shl(8_u32.wrapping_sub(bits)));
    }
    packed
}

/// The length of each symbol's code; 0 where it does not occur.
fn lengths(counts: &[usize; 256], least: usize) -> [u32; 256] {
    let mut lengths = [0_u32; 256];
    let mut trees: Vec<(usize, Vec<usize>)> = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(symbol, count)| ((*count).max(least), vec![symbol]))
        .collect();
    if let [(_, only)] = trees.as_slice()
        && let Some(length) = only.first().and_then(|only| lengths.get_mut(*only))
    {
        *length = 1;
    }
    while trees.len() > 1 {
        trees.sort_by(|one, other| other.cmp(one));
        let (Some((one, symbols)), Some((other, more))) = (trees.pop(), trees.pop()) else {
            break;
        };
        let joined = [symbols, more].concat();
        for symbol in &joined {
            if let Some(length) = lengths.get_mut(*symbol) {
                *length = length.saturating_add(1);
            }
        }
        trees.push((one.saturating_add(other), joined));
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rare_symbols_get_no_code_that_is_too_long() {
        // counts of Fibonacci's numbers make the deepest tree
        let (mut one, mut other, mut weights) = (1_usize, 1_usize, Vec::new());
        for symbol in 0..24 {
            weights.extend(core::iter::repeat_n(symbol, one));
            (one, other) = (other, one.saturating_add(other));
        }
        assert_eq!(unpack(&pack(&weights), weights.len()), weights);
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(weights: Vec<u8>) {
            prop_assert_eq!(unpack(&pack(&weights), weights.len()), weights);
        }

        #[test]
        fn any_bytes_are_read(packed: Vec<u8>, count in 0_usize..999) {
            prop_assert_eq!(unpack(&packed, count).len(), count);
        }
    }
}
