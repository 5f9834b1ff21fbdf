//! Word tables: a word in, what it means out, in one look.
//!
//! Open addressing, filled when a table is first asked: as text the words are a
//! third of the table with gzip. They are looked up by a hash of their ends and
//! length, case folded; a scanner that meets several tables hashes once, and asks a
//! `Sieve` first which of them can know the word. A slot keeps a few bits of
//! the hash, so a word of no table is hardly ever compared.

#![allow(
    clippy::inline_always,
    reason = "the module for JavaScript hosts is optimised for size, where a call per word costs too much"
)]

use super::cursor::{ByteSet, Cursor};
use super::swar;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use once_cell::race::OnceBox;

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

/// What words mean. Declared with [`word_table!`].
#[derive(Debug)]
pub(crate) struct Words<T: 'static> {
    list: List,
    meanings: &'static [T],
}

/// Words as text, a line each, and the table over them.
#[derive(Debug)]
pub(crate) struct List {
    text: &'static [u8],
    table: OnceBox<Table>,
}

/// Open addressing: at least two slots for each word, and a power of two.
#[derive(Debug)]
struct Table {
    /// The word's number plus one, and above it [`tag`] bits; 0 is free.
    slots: Vec<u16>,
    /// Where each word starts, and where a further one would.
    starts: Vec<u16>,
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

impl Table {
    /// A word written twice keeps its first meaning.
    fn new(text: &[u8]) -> Self {
        let words = || text.split(|byte| *byte == b'\n');
        let count = words().count();
        let mut table = Self {
            slots: vec![0; count.saturating_mul(2).next_power_of_two()],
            starts: vec![0],
        };
        let mut start = 0_u16;
        for (number, word) in (1..NUMBER).zip(words().take(count.saturating_sub(1))) {
            let hash = hash(word);
            let mut place = hash;
            while let Some(slot) = table.slot(place) {
                if *slot == 0 {
                    *slot = number | tag(hash);
                    break;
                }
                place = place.wrapping_add(1);
            }
            let length = u16::try_from(word.len()).unwrap_or_default();
            start = start.saturating_add(length).saturating_add(1);
            table.starts.push(start);
        }
        table
    }

    fn slot(&mut self, place: u32) -> Option<&mut u16> {
        let mask = self.slots.len().wrapping_sub(1);
        self.slots.get_mut(usize::try_from(place).ok()? & mask)
    }
}

impl List {
    /// The number of `word`, its hash known already.
    fn find(&self, hash: u32, word: &[u8]) -> Option<usize> {
        let table = self.table.get_or_init(|| Box::new(Table::new(self.text)));
        let mask = table.slots.len().wrapping_sub(1);
        let mut place = usize::try_from(hash).ok()?;
        // some are free
        while let Some(slot) = table.slots.get(place & mask) {
            let index = usize::from(slot & NUMBER).checked_sub(1)?;
            if slot & !NUMBER == tag(hash)
                && let Some([start, next]) = table.starts.get(index..)?.first_chunk()
                && let end = usize::from(*next).saturating_sub(1)
                && let Some(candidate) = self.text.get(usize::from(*start)..end)
                && candidate.eq_ignore_ascii_case(word)
            {
                return Some(index);
            }
            place = place.wrapping_add(1);
        }
        None
    }
}

impl<T: Copy> Words<T> {
    #[doc(hidden)]
    pub(crate) const fn new(text: &'static [u8], meanings: &'static [T]) -> Self {
        let table = OnceBox::new();
        Self {
            list: List { text, table },
            meanings,
        }
    }

    /// The words alone.
    pub(crate) const fn list(&self) -> &List {
        &self.list
    }

    /// What `word` means.
    pub(crate) fn get(&self, word: &[u8]) -> Option<T> {
        if word.len() > LONGEST {
            return None;
        }
        self.get_hashed(hash(word), word)
    }

    /// What `word` means, its hash known already.
    #[inline]
    pub(crate) fn get_hashed(&self, hash: u32, word: &[u8]) -> Option<T> {
        self.meanings.get(self.list.find(hash, word)?).copied()
    }
}

/// `word_table!(static NAME: MEANING = LIST)`: a [`Words`] of a constant list of words
/// and what they mean. The build keeps the words as one text, which packs best; the
/// table over it is made when it is first asked, in some microseconds.
macro_rules! word_table {
    ($see:vis static $name:ident: $meaning:ty = $list:expr) => {
        $see static $name: $crate::text::words::Words<$meaning> = {
            const GIVEN: &[(&str, $meaning)] = &$list;
            static TEXT: [u8; $crate::text::words::length(GIVEN)] =
                $crate::text::words::lines(GIVEN);
            static MEANINGS: [$meaning; GIVEN.len()] = $crate::text::words::meanings(GIVEN);
            $crate::text::words::Words::new(&TEXT, &MEANINGS)
        };
    };
}
pub(crate) use word_table;

/// Bytes of [`lines`].
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
pub(crate) const fn length<T>(list: &[(&str, T)]) -> usize {
    let (mut index, mut length) = (0, 0);
    while index < list.len() {
        assert!(list[index].0.len() <= LONGEST);
        length += list[index].0.len() + 1;
        index += 1;
    }
    assert!(list.len() < NUMBER as usize && length <= u16::MAX as usize);
    length
}

/// The words of a list, a line each.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
pub(crate) const fn lines<T, const LENGTH: usize>(list: &[(&str, T)]) -> [u8; LENGTH] {
    let mut lines = [b'\n'; LENGTH];
    let (mut index, mut at) = (0, 0);
    while index < list.len() {
        let word = list[index].0.as_bytes();
        let mut byte = 0;
        while byte < word.len() {
            lines[at] = word[byte];
            at += 1;
            byte += 1;
        }
        at += 1;
        index += 1;
    }
    lines
}

/// What the words of a list mean.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
pub(crate) const fn meanings<T: Copy, const COUNT: usize>(list: &[(&str, T)]) -> [T; COUNT] {
    let mut meanings = [list[0].1; COUNT];
    let mut index = 0;
    while index < COUNT {
        meanings[index] = list[index].1;
        index += 1;
    }
    meanings
}

/// A list for [`word_table!`] from words that mean the same.
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
pub(crate) struct Sieve(Vec<u8>);

impl Sieve {
    const SIZE: usize = 4096;

    /// The words of each list under its bit.
    pub(crate) fn new(lists: &[(&List, u8)]) -> Self {
        let mut sieve = Self(vec![0; Self::SIZE]);
        for (list, bit) in lists {
            for word in list.text.split(|byte| *byte == b'\n') {
                if let Some(bits) = sieve.0.get_mut(Self::place(hash(word))) {
                    *bits |= bit;
                }
            }
        }
        sieve
    }

    /// The bits of the tables to ask.
    #[inline(always)]
    pub(crate) fn of(&self, hash: u32) -> u8 {
        self.0.get(Self::place(hash)).copied().unwrap_or_default()
    }

    #[inline(always)]
    fn place(hash: u32) -> usize {
        usize::try_from(hash >> 7).unwrap_or_default() & Self::SIZE.wrapping_sub(1)
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

    word_table!(static TABLE: u8 = [("select", 1), ("or", 2), ("xp_cmdshell", 3), ("or", 4)]);

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
        let sieve = Sieve::new(&[(TABLE.list(), 2)]);
        for word in ["select", "OR", "xp_cmdshell"] {
            assert_eq!(sieve.of(hash(word.as_bytes())), 2);
        }
        assert_eq!(sieve.of(hash(b"boots")), 0);
    }

    #[test]
    fn splits_text_into_words() {
        let found: Vec<_> = words(b"-ab c_1\xff2").collect();
        assert_eq!(found, [(1, &b"ab"[..]), (4, b"c_1"), (8, b"2")]);
    }
}
