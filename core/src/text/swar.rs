//! Eight bytes at a time inside one `u64`: what a portable core has for SIMD.
//!
//! Every function works on each byte for itself; a byte that fits shows as its
//! top bit. wasm has 64-bit numbers whether it has vectors or not.

#![allow(
    clippy::inline_always,
    reason = "the module for JavaScript hosts is optimised for size, where a call per word costs too much"
)]

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

/// `byte` in all eight places.
#[inline(always)]
const fn splat(byte: u8) -> u64 {
    ONES.wrapping_mul(byte as u64)
}

/// The top bits of the bytes that are zero.
#[inline(always)]
const fn zeros(eight: u64) -> u64 {
    !((eight & !TOPS).wrapping_add(!TOPS) | eight) & TOPS
}

/// The top bits of letters, digits and underscores, as one bit a byte.
#[inline(always)]
const fn word_bits(eight: u64) -> u64 {
    let low = eight & !TOPS;
    let folded = low | splat(0x20);
    let letter = folded.wrapping_add(splat(0x80 - b'a')) & !folded.wrapping_add(splat(0x7f - b'z'));
    let digit = low.wrapping_add(splat(0x80 - b'0')) & !low.wrapping_add(splat(0x7f - b'9'));
    let tops = (letter | digit) & !eight & TOPS | zeros(eight ^ splat(b'_'));
    (tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Which of at most 64 bytes are letters, digits or underscores: bit 0 is the
/// first byte.
#[inline]
pub(crate) fn word_mask(block: &[u8]) -> u64 {
    let (eights, rest) = block.as_chunks::<8>();
    let mut mask = if rest.is_empty() {
        0
    } else {
        word_bits(short(rest))
    };
    for eight in eights.iter().rev() {
        mask = mask.wrapping_shl(8) | word_bits(u64::from_le_bytes(*eight));
    }
    mask
}

/// Fewer than eight bytes, zeros behind them.
#[allow(
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "a shift of 0 to 24 bits"
)]
pub(crate) const fn short(bytes: &[u8]) -> u64 {
    if let (Some(head), Some(tail)) = (bytes.first_chunk(), bytes.last_chunk()) {
        // the two overlap in bytes that are the same
        let shift = bytes.len().wrapping_sub(4).wrapping_mul(8) as u32;
        return u32::from_le_bytes(*head) as u64
            | (u32::from_le_bytes(*tail) as u64).wrapping_shl(shift);
    }
    match *bytes {
        [a] => a as u64,
        [a, b] => u16::from_le_bytes([a, b]) as u64,
        [a, b, c] => u32::from_le_bytes([a, b, c, 0]) as u64,
        _ => 0,
    }
}

/// The first eight bytes; zeros behind them where there are fewer.
#[inline(always)]
pub(crate) fn head(text: &[u8]) -> u64 {
    text.first_chunk()
        .map_or_else(|| short(text), |eight| u64::from_le_bytes(*eight))
}

/// The places of the first 0 to 7 bytes.
pub(crate) static LOW: [u64; 8] = [
    0,
    0xff,
    0xffff,
    0x00ff_ffff,
    0xffff_ffff,
    0x00ff_ffff_ffff,
    0xffff_ffff_ffff,
    0x00ff_ffff_ffff_ffff,
];

/// The first place where `fits` sets a top bit, or `slow` holds in the rest.
#[inline]
fn first(text: &[u8], fits: impl Fn(u64) -> u64, slow: impl Fn(u8) -> bool) -> Option<usize> {
    let (eights, rest) = text.as_chunks::<8>();
    let mut at = 0_usize;
    for eight in eights {
        let found = fits(u64::from_le_bytes(*eight));
        if found != 0 {
            let byte = found.trailing_zeros() / 8;
            return Some(at.saturating_add(usize::try_from(byte).unwrap_or_default()));
        }
        at = at.saturating_add(8);
    }
    rest.iter()
        .position(|byte| slow(*byte))
        .map(|offset| at.saturating_add(offset))
}

/// The first place of `byte`.
#[inline]
pub(crate) fn find_byte(text: &[u8], byte: u8) -> Option<usize> {
    let wanted = splat(byte);
    first(text, |eight| zeros(eight ^ wanted), |b| b == byte)
}

/// The first place of either byte.
#[inline]
pub(crate) fn find_either(text: &[u8], one: u8, other: u8) -> Option<usize> {
    let wanted = (splat(one), splat(other));
    first(
        text,
        |eight| zeros(eight ^ wanted.0) | zeros(eight ^ wanted.1),
        |b| b == one || b == other,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::cursor::is_word;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn every_byte_is_a_word_byte_or_not() {
        for byte in 0..=u8::MAX {
            for place in 0..10 {
                let mut block = [b' '; 10];
                if let Some(slot) = block.get_mut(place) {
                    *slot = byte;
                }
                let expected = u64::from(is_word(byte)) << place;
                assert_eq!(word_mask(&block), expected, "{byte} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn places_are_those_of_a_plain_search(text: Vec<u8>, a: u8, b: u8) {
            prop_assert_eq!(find_byte(&text, a), text.iter().position(|x| *x == a));
            prop_assert_eq!(
                find_either(&text, a, b),
                text.iter().position(|x| *x == a || *x == b)
            );
            for length in 0..text.len().min(8) {
                let head = text.get(..length).unwrap_or_default();
                let mut whole = [0; 8];
                for (slot, byte) in whole.iter_mut().zip(head) {
                    *slot = *byte;
                }
                prop_assert_eq!(short(head), u64::from_le_bytes(whole));
            }
        }
    }
}
