//! A text as the model reads it: words, numbers, runs of the same sign.
//!
//! Each token has two names: `exact`, which tells one word or sign from
//! another, and `class`, which says only what kind of thing it is. Letters have
//! no case, digits inside a word no value. One pass; every byte string has
//! tokens.

use super::words::Known;
use crate::text::words::{LONGEST, hash};

/// A token and the place it ends at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Token {
    pub(super) exact: u32,
    pub(super) class: u32,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Names of what is no word of a list.
const LETTER: u32 = 0x101;
const WORD: u32 = 0x102;
const LONG: u32 = 0x103;
const MIXED: u32 = 0x104;
const DIGIT: u32 = 0x110;
const NUMBER: u32 = 0x112;
const BIG: u32 = 0x113;
const HEXADECIMAL: u32 = 0x114;
const SPACE: u32 = 0x120;
const LINE: u32 = 0x121;
const FOREIGN: u32 = 0x122;
const SIGN: u32 = 0x200;

/// What a byte begins.
const IN_WORD: u8 = 1;
const IN_NUMBER: u8 = 2;
const IN_SPACE: u8 = 3;
const IN_FOREIGN: u8 = 4;

static KINDS: [u8; 256] = kinds();

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn kinds() -> [u8; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        table[index] = match index as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => IN_WORD,
            b'0'..=b'9' => IN_NUMBER,
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => IN_SPACE,
            0x80.. => IN_FOREIGN,
            _ => 0,
        };
        index += 1;
    }
    table
}

fn kind(byte: u8) -> u8 {
    KINDS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The tokens of a text, in order.
pub(super) struct Tokens<'t> {
    text: &'t [u8],
    known: &'t Known,
    at: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn of(text: &'t [u8], known: &'t Known) -> Self {
        Self { text, known, at: 0 }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// How many bytes from here on fit.
    fn run(&self, fits: impl Fn(u8) -> bool) -> usize {
        let rest = self.rest();
        rest.iter().position(|b| !fits(*b)).unwrap_or(rest.len())
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    #[inline]
    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let rest = self.rest();
        let first = *rest.first()?;
        let (length, exact, class) = match kind(first) {
            IN_WORD => {
                let length = self.run(|b| matches!(kind(b), IN_WORD | IN_NUMBER));
                let (exact, class) = word(self.known, rest.get(..length).unwrap_or_default());
                (length, exact, class)
            }
            IN_NUMBER => number(rest),
            IN_SPACE => {
                let length = self.run(|b| kind(b) == IN_SPACE);
                let ends = rest.iter().take(length).any(|b| matches!(b, b'\n' | b'\r'));
                let name = if ends { LINE } else { SPACE };
                (length, name, name)
            }
            IN_FOREIGN => (self.run(|b| b >= 0x80), FOREIGN, FOREIGN),
            _ => {
                let length = self.run(|b| b == first);
                let run = u32::try_from(length.min(3)).unwrap_or_default();
                let name = SIGN | u32::from(first) | run << 12;
                (length, name, name)
            }
        };
        self.at = start.saturating_add(length);
        Some(Token {
            exact,
            class,
            start,
            end: self.at,
        })
    }
}

fn word(known: &Known, word: &[u8]) -> (u32, u32) {
    if word.len() > LONGEST {
        return (LONG, LONG);
    }
    let hash = hash(word);
    let list = known.list(hash);
    if list != 0 {
        return (hash, list);
    }
    if word.iter().any(u8::is_ascii_digit) {
        return (MIXED, MIXED);
    }
    match word.len() {
        1 => (hash, LETTER),
        2..=16 => (hash, WORD),
        _ => (LONG, LONG),
    }
}

fn number(rest: &[u8]) -> (usize, u32, u32) {
    if let [b'0', b'x' | b'X', tail @ ..] = rest {
        let digits = tail.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        return (digits.saturating_add(2), HEXADECIMAL, HEXADECIMAL);
    }
    let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let exact = match rest {
        [b'0', ..] if length == 1 => DIGIT,
        [b'1', ..] if length == 1 => DIGIT | 1 << 16,
        _ if length == 1 => DIGIT | 2 << 16,
        _ if length > 8 => BIG,
        _ => NUMBER,
    };
    (length, exact, DIGIT)
}
