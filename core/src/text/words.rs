//! Word tables: a word in, what it means out, in one look.
//!
//! Open addressing, filled at compile time, so a table costs no start-up and
//! no allocation. Words are looked up by a hash of their ends and length,
//! case folded; a scanner that meets several tables hashes once, and asks a
//! `Sieve` first which of them can know the word. A slot keeps a few bits of
//! the hash, so a word of no table is hardly ever compared.

#![allow(
    clippy::inline_always,
    reason = "the module for JavaScript hosts is optimised for size, where a call per word costs too much"
)]

use super::cursor::{ByteSet, Cursor};
use super::swar;

/// Longest word in any table.
pub(crate) const LONGEST: usize = 32;

/// The hash of a word of at most [`LONGEST`] bytes; longer ones have one too.
pub(crate) const fn hash(word: &[u8]) -> u32 {
    match (word.first_chunk(), word.last_chunk()) {
        (Some(head), Some(tail)) => mix(
            u64::from_le_bytes(*head),
            u64::from_le_bytes(*tail),
            word.len(),
        ),
        _ => mix(swar::short(word), 0, word.len()),
    }
}

/// The same for the first `length` bytes of `text`, whose first eight are
/// `head`: quicker where other bytes follow the word.
#[inline(always)]
pub(crate) fn hash_head(text: &[u8], head: u64, length: usize) -> u32 {
    match swar::LOW.get(length) {
        Some(low) => mix(head & low, 0, length),
        None => hash(text.get(..length).unwrap_or_default()),
    }
}

#[inline(always)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "the upper half of a product, and a length of which a few bits matter"
)]
const fn mix(head: u64, tail: u64, length: usize) -> u32 {
    // bit 5 tells cases apart, and nothing else among letters
    const FOLD: u64 = 0x2020_2020_2020_2020;
    let ends = (head | FOLD) ^ (tail | FOLD).rotate_left(23) ^ (length as u64).wrapping_shl(57);
    (ends ^ (ends >> 29))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_shr(32) as u32
}

/// A table of `SLOTS` slots, a power of two larger than the number of words.
#[derive(Debug)]
pub(crate) struct Words<T: 'static, const SLOTS: usize> {
    /// The word's number plus one, and above it [`tag`] bits; 0 is free.
    slots: [u16; SLOTS],
    words: &'static [(&'static str, T)],
}

/// Bits of a slot that hold the word's number.
const NUMBER: u16 = 0x3ff;

/// The bits of a hash that a slot keeps.
#[inline(always)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "the upper bits of the hash, which fit"
)]
const fn tag(hash: u32) -> u16 {
    (hash >> 16) as u16 & !NUMBER
}

impl<T: Copy, const SLOTS: usize> Words<T, SLOTS> {
    /// Builds the table; a table that is too small does not compile when it is
    /// a constant, and a word written twice keeps its first meaning.
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        reason = "runs at compile time, where a fault is a compile error"
    )]
    pub(crate) const fn new(words: &'static [(&'static str, T)]) -> Self {
        let mut slots = [0_u16; SLOTS];
        let mut index = 0;
        assert!(words.len() * 2 <= SLOTS && words.len() < NUMBER as usize);
        while index < words.len() {
            let word = words[index].0.as_bytes();
            assert!(word.len() <= LONGEST);
            let hash = hash(word);
            let mut place = hash as usize & (SLOTS - 1);
            while slots[place] != 0 {
                place = (place + 1) & (SLOTS - 1);
            }
            index += 1;
            slots[place] = index as u16 | tag(hash);
        }
        Self { slots, words }
    }

    /// What `word` means.
    #[inline]
    pub(crate) fn get(&self, word: &[u8]) -> Option<T> {
        if word.len() > LONGEST {
            return None;
        }
        self.get_hashed(hash(word), word)
    }

    /// What `word` means, its hash known already.
    #[inline]
    pub(crate) fn get_hashed(&self, hash: u32, word: &[u8]) -> Option<T> {
        let mut place = hash as usize;
        for _ in 0..SLOTS {
            let slot = *self.slots.get(place & SLOTS.wrapping_sub(1))?;
            let index = usize::from(slot & NUMBER).checked_sub(1)?;
            if slot & !NUMBER == tag(hash)
                && let Some((candidate, meaning)) = self.words.get(index)
                && candidate.as_bytes().eq_ignore_ascii_case(word)
            {
                return Some(*meaning);
            }
            place = place.wrapping_add(1);
        }
        None
    }
}

/// A list for [`Words::new`] from words that mean the same.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
pub(crate) const fn grouped<T: Copy, const COUNT: usize>(
    groups: &[(&[&'static str], T)],
) -> [(&'static str, T); COUNT] {
    let mut list = [("", groups[0].1); COUNT];
    let (mut group, mut at) = (0, 0);
    while group < groups.len() {
        let (words, meaning) = groups[group];
        let mut index = 0;
        while index < words.len() {
            list[at] = (words[index], meaning);
            at += 1;
            index += 1;
        }
        group += 1;
    }
    assert!(at == COUNT);
    list
}

/// How many words several lists have.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
pub(crate) const fn count<T: Copy>(lists: &[&[(&'static str, T)]]) -> usize {
    let (mut list, mut count) = (0, 0);
    while list < lists.len() {
        count += lists[list].len();
        list += 1;
    }
    count
}

/// Several lists as one; none of them is empty.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
pub(crate) const fn joined<T: Copy, const COUNT: usize>(
    lists: &[&[(&'static str, T)]],
) -> [(&'static str, T); COUNT] {
    let mut joined = [lists[0][0]; COUNT];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            joined[at] = lists[list][index];
            at += 1;
            index += 1;
        }
        list += 1;
    }
    joined
}

/// Which of several tables may know a word: a bit each.
#[derive(Debug)]
pub(crate) struct Sieve([u8; Sieve::SIZE]);

impl Sieve {
    const SIZE: usize = 4096;

    pub(crate) const fn new() -> Self {
        Self([0; Self::SIZE])
    }

    /// The same with the words of `table` under `bit`.
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "runs at compile time, where a fault is a compile error"
    )]
    pub(crate) const fn with<T: Copy, const SLOTS: usize>(
        mut self,
        table: &Words<T, SLOTS>,
        bit: u8,
    ) -> Self {
        let mut index = 0;
        while index < table.words.len() {
            self.0[Self::place(hash(table.words[index].0.as_bytes()))] |= bit;
            index += 1;
        }
        self
    }

    /// The bits of the tables to ask.
    #[inline(always)]
    pub(crate) fn of(&self, hash: u32) -> u8 {
        self.0.get(Self::place(hash)).copied().unwrap_or_default()
    }

    #[inline(always)]
    const fn place(hash: u32) -> usize {
        (hash >> 7) as usize & (Self::SIZE - 1)
    }
}

/// Bytes of a word.
static WORD: ByteSet = ByteSet::word();

/// The words of `text` in order, with their places.
pub(crate) fn words(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut cursor = Cursor::new(text);
    core::iter::from_fn(move || {
        cursor.take_while(|b| !WORD.has(b));
        let start = cursor.at();
        let word = cursor.take_while(|b| WORD.has(b));
        (!word.is_empty()).then_some((start, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    static TABLE: Words<u8, 16> =
        Words::new(&[("select", 1), ("or", 2), ("xp_cmdshell", 3), ("or", 4)]);

    #[test]
    fn looks_words_up() {
        assert_eq!(TABLE.get(b"SeLeCt"), Some(1));
        assert_eq!(TABLE.get(b"OR"), Some(2));
        assert_eq!(TABLE.get(b"xp_cmdshell"), Some(3));
        assert_eq!(TABLE.get(b"selec"), None);
        assert_eq!(TABLE.get(&[b'a'; 400]), None);
    }

    #[test]
    fn hashes_are_the_same_wherever_the_word_stands() {
        let text = b"A_bcdefghijklmnopqrstuvwxyz0123456-x";
        for length in 0..=LONGEST {
            let word = text.get(..length).unwrap_or_default();
            assert_eq!(hash(word), hash(&word.to_ascii_lowercase()));
            for text in [&text[..], word] {
                assert_eq!(hash(word), hash_head(text, swar::head(text), length));
            }
        }
    }

    #[test]
    fn the_sieve_lets_every_word_pass() {
        static SIEVE: Sieve = Sieve::new().with(&TABLE, 2);
        for word in ["select", "OR", "xp_cmdshell"] {
            assert_eq!(SIEVE.of(hash(word.as_bytes())), 2);
        }
        assert_eq!(SIEVE.of(hash(b"boots")), 0);
    }

    #[test]
    fn splits_text_into_words() {
        let found: Vec<_> = words(b"-ab c_1\xff2").collect();
        assert_eq!(found, [(1, &b"ab"[..]), (4, b"c_1"), (8, b"2")]);
    }
}
