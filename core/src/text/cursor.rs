//! A place in a byte string that only moves forward: what every lexer here is
//! written with, so that reading past the end is `None` and never a fault.

#![allow(
    clippy::inline_always,
    reason = "the module for JavaScript hosts is optimised for size, where a call per byte costs more than all else"
)]

use super::swar;

/// Counts work in tests and under a fuzzer, so that "linear" is a number and
/// not a stopwatch.
#[cfg(any(test, fuzzing))]
pub mod steps {
    extern crate std;
    use core::cell::Cell;

    std::thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn add(count: usize) {
        STEPS.with(|steps| steps.set(steps.get().saturating_add(count)));
    }

    /// The steps that `work` takes on this thread.
    pub fn of(work: impl FnOnce()) -> usize {
        STEPS.with(|steps| steps.set(0));
        work();
        STEPS.with(Cell::get)
    }
}

/// Notes `count` bytes looked at; nothing in a build that is shipped.
#[inline(always)]
pub(crate) fn tick(count: usize) {
    #[cfg(any(test, fuzzing))]
    steps::add(count);
    #[cfg(not(any(test, fuzzing)))]
    let _ = count;
}

/// A set of bytes, asked in one look.
#[derive(Debug)]
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    /// These bytes.
    pub(crate) const fn of(bytes: &[u8]) -> Self {
        Self([false; 256]).and(bytes)
    }

    /// Letters, digits and underscore.
    pub(crate) const fn word() -> Self {
        Self::of(b"_")
            .range(b'0', b'9')
            .range(b'a', b'z')
            .range(b'A', b'Z')
    }

    /// The set and these bytes.
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "runs at compile time, where a fault is a compile error"
    )]
    pub(crate) const fn and(mut self, bytes: &[u8]) -> Self {
        let mut index = 0;
        while index < bytes.len() {
            self.0[bytes[index] as usize] = true;
            index += 1;
        }
        self
    }

    /// The set and the bytes from `first` to `last`.
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "runs at compile time, where a fault is a compile error"
    )]
    pub(crate) const fn range(mut self, first: u8, last: u8) -> Self {
        let mut byte = first as usize;
        while byte <= last as usize {
            self.0[byte] = true;
            byte += 1;
        }
        self
    }

    #[inline(always)]
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)) == Some(&true)
    }
}

/// Reads `text` from `at` on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    #[inline(always)]
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    #[inline(always)]
    pub(crate) fn starting_at(text: &'a [u8], at: usize) -> Self {
        Self {
            text,
            at: at.min(text.len()),
        }
    }

    #[inline(always)]
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    #[inline(always)]
    pub(crate) fn done(&self) -> bool {
        self.at >= self.text.len()
    }

    #[inline(always)]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    #[inline(always)]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The text up to `end`.
    pub(crate) fn passed(&self, end: usize) -> &'a [u8] {
        self.text.get(..end).unwrap_or_default()
    }

    /// The byte just passed.
    #[inline(always)]
    pub(crate) fn before(&self) -> Option<u8> {
        self.text.get(self.at.checked_sub(1)?).copied()
    }

    #[inline(always)]
    pub(crate) fn peek_nth(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at.saturating_add(ahead)).copied()
    }

    #[inline(always)]
    pub(crate) fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
    }

    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<u8> {
        tick(1);
        let byte = self.peek()?;
        self.skip(1);
        Some(byte)
    }

    #[inline(always)]
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.skip(1);
        }
        found
    }

    /// Moves over the bytes that `wanted` accepts and returns them.
    #[inline(always)]
    pub(crate) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        self.take(rest.iter().position(|b| !wanted(*b)).unwrap_or(rest.len()))
    }

    /// Moves to the next `byte` or the end and returns what is before it.
    pub(crate) fn take_until(&mut self, byte: u8) -> &'a [u8] {
        let rest = self.rest();
        self.take(swar::find_byte(rest, byte).unwrap_or(rest.len()))
    }

    /// Moves to the next of two bytes or the end and returns what is before it.
    pub(crate) fn take_until_either(&mut self, one: u8, other: u8) -> &'a [u8] {
        let rest = self.rest();
        self.take(swar::find_either(rest, one, other).unwrap_or(rest.len()))
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let rest = self.rest();
        tick(length.saturating_add(1));
        self.skip(length);
        rest.get(..length).unwrap_or_default()
    }

    pub(crate) fn skip_space(&mut self) {
        self.take_while(is_space);
    }
}

/// White space in any of the languages read here, NUL among them.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0)
}

/// A byte of a word: ASCII letter, digit or underscore.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether `text` starts with `prefix`, ASCII case aside.
#[inline]
pub(crate) fn starts_with_ci(text: &[u8], prefix: &[u8]) -> bool {
    // most texts differ in the first byte
    let head = match (text.first(), prefix.first()) {
        (Some(a), Some(b)) if a.eq_ignore_ascii_case(b) => text.get(..prefix.len()),
        (_, None) => Some(&[][..]),
        _ => None,
    };
    head.is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// The first place of `needle` (lower case) in `text`, ASCII case aside.
/// Its first byte is looked for first, eight bytes at a time.
pub(crate) fn find_ci(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, _) = needle.split_first()?;
    let mut from = 0_usize;
    loop {
        let rest = text.get(from..)?;
        let found = swar::find_either(rest, first, first.to_ascii_uppercase());
        let Some(offset) = found else {
            tick(rest.len());
            return None;
        };
        tick(offset.saturating_add(1));
        let at = from.saturating_add(offset);
        if starts_with_ci(text.get(at..)?, needle) {
            return Some(at);
        }
        from = at.saturating_add(1);
    }
}

/// Visits the places of all `needles` (lower case ASCII, none empty) in one
/// pass, ASCII case aside: which one, and where.
pub(crate) fn each_of_ci(text: &[u8], needles: &[&[u8]], visit: &mut dyn FnMut(usize, usize)) {
    let mut firsts = ByteSet::of(&[]);
    for first in needles.iter().filter_map(|needle| needle.first()) {
        firsts = firsts.and(&[*first, first.to_ascii_uppercase()]);
    }
    tick(text.len());
    for (at, byte) in text.iter().enumerate() {
        if !firsts.has(*byte) {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        tick(1);
        for (index, needle) in needles.iter().enumerate() {
            if starts_with_ci(rest, needle) {
                visit(index, at);
            }
        }
    }
}

/// The places of `needle` in `text`, which may overlap.
pub(crate) fn places<'t>(text: &'t [u8], needle: &'t [u8]) -> impl Iterator<Item = usize> + 't {
    let mut from = 0_usize;
    core::iter::from_fn(move || {
        let at = from.saturating_add(find(text.get(from..)?, needle)?);
        from = at.saturating_add(1);
        Some(at)
    })
}

/// The first place of `needle` in `text`.
pub(crate) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, _) = needle.split_first()?;
    let mut from = 0_usize;
    loop {
        let rest = text.get(from..)?;
        let found = swar::find_byte(rest, first);
        let Some(offset) = found else {
            tick(rest.len());
            return None;
        };
        tick(offset.saturating_add(1));
        let at = from.saturating_add(offset);
        if text.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        from = at.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_forward_and_never_past_the_end() {
        let mut cursor = Cursor::new(b"ab  1");
        assert_eq!(cursor.take_while(is_word), b"ab");
        cursor.skip_space();
        assert_eq!(
            (cursor.at(), cursor.peek_nth(9), cursor.next()),
            (4, None, Some(b'1'))
        );
        cursor.skip(usize::MAX);
        assert!(cursor.done() && cursor.rest().is_empty() && cursor.next().is_none());
    }

    #[test]
    fn finds_whatever_the_case() {
        assert_eq!(find_ci(b"aabAbc", b"abc"), Some(3));
        assert_eq!(find_ci(b"ab", b"abc"), None);
        assert_eq!(find(b"xxxy", b"xy"), Some(2));
        let mut seen = alloc::vec::Vec::new();
        each_of_ci(b"aB\xffabc", &[b"ab", b"abc", b"c"], &mut |which, at| {
            seen.push((which, at));
        });
        assert_eq!(seen, [(0, 0), (0, 3), (1, 3), (2, 5)]);
    }
}
