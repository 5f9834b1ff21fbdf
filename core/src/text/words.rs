//! Word tables: a word in, what it means out, in one look.
//!
//! Open addressing, filled at compile time, so a table costs no start-up and
//! no allocation. Words are looked up by a hash of their bytes in lower case;
//! a scanner that meets several tables hashes once.

use super::cursor::{is_word, tick};

/// The hash of no bytes yet.
pub(crate) const SEED: u32 = 0x811c_9dc5;

/// Longest word in any table.
pub(crate) const LONGEST: usize = 32;

/// Adds one byte, case folded (FNV-1a).
#[inline]
pub(crate) const fn hash_byte(hash: u32, byte: u8) -> u32 {
    (hash ^ byte.to_ascii_lowercase() as u32).wrapping_mul(0x0100_0193)
}

/// The hash of a word.
pub(crate) fn hash(word: &[u8]) -> u32 {
    word.iter().fold(SEED, |hash, byte| hash_byte(hash, *byte))
}

#[inline]
const fn slot(hash: u32, slots: usize) -> usize {
    ((hash ^ (hash >> 15)) as usize) & slots.wrapping_sub(1)
}

/// A table of `SLOTS` slots, a power of two larger than the number of words.
#[derive(Debug)]
pub(crate) struct Words<T: 'static, const SLOTS: usize> {
    slots: [u16; SLOTS],
    words: &'static [(&'static str, T)],
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
        while index < words.len() {
            let word = words[index].0.as_bytes();
            assert!(word.len() <= LONGEST && words.len() * 2 <= SLOTS);
            let mut hash = SEED;
            let mut at = 0;
            while at < word.len() {
                hash = hash_byte(hash, word[at]);
                at += 1;
            }
            let mut place = slot(hash, SLOTS);
            while slots[place] != 0 {
                place = (place + 1) & (SLOTS - 1);
            }
            index += 1;
            slots[place] = index as u16;
        }
        Self { slots, words }
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
        let mut place = slot(hash, SLOTS);
        for _ in 0..SLOTS {
            let index = usize::from(*self.slots.get(place)?).checked_sub(1)?;
            let (candidate, meaning) = self.words.get(index)?;
            if candidate.as_bytes().eq_ignore_ascii_case(word) {
                return Some(*meaning);
            }
            place = place.wrapping_add(1) & SLOTS.wrapping_sub(1);
        }
        None
    }
}

/// The words of `text` in order, with their places.
pub(crate) fn words(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0_usize;
    core::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at.saturating_add(rest.iter().position(|b| is_word(*b))?);
        let rest = text.get(start..)?;
        let length = rest.iter().position(|b| !is_word(*b)).unwrap_or(rest.len());
        tick(start.saturating_add(length).saturating_sub(at));
        at = start.saturating_add(length);
        Some((start, rest.get(..length)?))
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
    fn splits_text_into_words() {
        let found: Vec<_> = words(b"-ab c_1\xff2").collect();
        assert_eq!(found, [(1, &b"ab"[..]), (4, b"c_1"), (8, b"2")]);
    }
}
