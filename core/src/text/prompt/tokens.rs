//! Words and numbers with what stands before each, and what they mean.

use super::glyphs::{Glyph, is_letter, is_unspaced};
use super::tables::Model;
use alloc::vec::Vec;

/// What stands between a word and the one before it.
pub(super) mod before {
    /// A blank or nothing much.
    pub(crate) const BLANK: u8 = 0;
    /// A comma, a dash, an apostrophe apart.
    pub(crate) const COMMA: u8 = 1;
    /// A quotation mark.
    pub(crate) const QUOTE: u8 = 2;
    /// A bracket, a tag, a pipe.
    pub(crate) const BRACKET: u8 = 3;
    /// A colon or semicolon.
    pub(crate) const COLON: u8 = 4;
    /// The end of a sentence.
    pub(crate) const STOP: u8 = 5;
    /// The end of a line, or the text's start.
    pub(crate) const LINE: u8 = 6;
    /// Three marks alike or more: a rule, a fence, a heading.
    pub(crate) const RULE: u8 = 7;
}

/// A word or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Of its letters, folded.
    pub hash: u32,
    /// What it means: a number of the word table, 0 for nothing known.
    pub meaning: u8,
    /// What stands before it.
    pub before: u8,
    /// Letters.
    pub letters: u8,
    /// Hashes of its first four and last four letters.
    pub ends: [u32; 2],
    /// Where it starts and ends in the text.
    pub start: usize,
    /// Behind its last byte, or that byte itself where characters are long.
    pub end: usize,
}

/// Longest run of letters that is one word.
const LONGEST: usize = 40;

/// Longest word that is looked for in letters without blanks, and shortest.
const KNOWN: usize = 14;

/// Shortest word that is known with its letters in disorder.
const SHORT: u32 = 6;

const SEED: u32 = 0x811c_9dc5;

fn mix(hash: u32, ch: u32) -> u32 {
    (hash ^ ch).wrapping_mul(0x0100_0193)
}

/// The hash of a word, folded as texts are: how the word table is made.
#[must_use]
pub fn word_hash(model: &Model<'_>, word: &str) -> u32 {
    let glyphs = super::glyphs::fold(model, word.as_bytes(), 0);
    hash(&glyphs, false).0
}

/// Bytes of a code point.
fn width(ch: u32) -> usize {
    char::from_u32(ch).map_or(1, char::len_utf8)
}

struct Tokens<'m, 'p> {
    model: &'m Model<'p>,
    out: Vec<Token>,
    before: u8,
    mark: u32,
    marks: u8,
}

/// The words of `glyphs`.
pub(super) fn of(model: &Model<'_>, glyphs: &[Glyph]) -> Vec<Token> {
    let mut tokens = Tokens {
        model,
        out: Vec::with_capacity(glyphs.len() / 5),
        before: before::LINE,
        mark: 0,
        marks: 0,
    };
    let mut rest = glyphs;
    while let Some(first) = rest.first() {
        let length = if is_unspaced(first.ch) && is_letter(first.ch) {
            tokens.unspaced(rest)
        } else if is_letter(first.ch) {
            let run = rest.iter().take(LONGEST).take_while(|glyph| {
                (is_letter(glyph.ch) && !is_unspaced(glyph.ch)) || matches!(glyph.ch, 0x27 | 0x2019)
            });
            let length = run.count();
            tokens.word(rest.get(..length).unwrap_or_default());
            length
        } else if is_digit(first.ch) {
            let length = rest.iter().take_while(|g| is_digit(g.ch)).count();
            tokens.number(rest.get(..length).unwrap_or_default());
            length
        } else {
            tokens.mark(first.ch);
            1
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    tokens.out
}

fn is_digit(ch: u32) -> bool {
    matches!(ch, 0x30..=0x39)
}

impl Tokens<'_, '_> {
    fn mark(&mut self, ch: u32) {
        let ascii = u8::try_from(ch).unwrap_or_default();
        let kind = match ascii {
            b' ' | b'\t' => before::BLANK,
            b'\n' | b'\r' => before::LINE,
            b'.' | b'!' | b'?' => before::STOP,
            b':' | b';' => before::COLON,
            b'"' | b'`' => before::QUOTE,
            b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'(' | b')' | b'|' => before::BRACKET,
            0 => match ch {
                0x3002 | 0x0964 | 0x061f | 0x06d4 => before::STOP,
                0x201c..=0x201f | 0xab | 0xbb | 0x300c..=0x300f => before::QUOTE,
                _ => before::COMMA,
            },
            _ => before::COMMA,
        };
        if kind == before::BLANK {
            return;
        }
        self.marks = if ch == self.mark && kind != before::LINE {
            self.marks.saturating_add(1)
        } else {
            1
        };
        self.mark = ch;
        let kind = if self.marks >= 3 { before::RULE } else { kind };
        self.before = self.before.max(kind);
    }

    fn push(&mut self, hash: u32, meaning: u8, letters: usize, ends: [u32; 2], glyphs: &[Glyph]) {
        let place = |glyph: Option<&Glyph>| glyph.map_or(0, |glyph| glyph.at);
        let last = glyphs.last();
        self.out.push(Token {
            hash,
            meaning,
            before: core::mem::take(&mut self.before),
            letters: u8::try_from(letters).unwrap_or(u8::MAX),
            ends,
            start: place(glyphs.first()),
            end: place(last).saturating_add(last.map_or(0, |glyph| width(glyph.ch))),
        });
        self.marks = 0;
        self.mark = 0;
    }

    fn number(&mut self, glyphs: &[Glyph]) {
        let length = u32::try_from(glyphs.len().min(6)).unwrap_or_default();
        self.push(mix(0x30, length), 0, 0, [0; 2], glyphs);
    }

    fn word(&mut self, glyphs: &[Glyph]) {
        let latin = glyphs.iter().any(|glyph| glyph.ch < 0x80);
        let mixed = latin && glyphs.iter().any(|glyph| glyph.like != 0);
        let (hash, letters) = hash(glyphs, mixed);
        let mut meaning = self.model.meaning(hash);
        let mut chosen = hash;
        // nothing but letters that look like others
        if meaning == 0 && !mixed && glyphs.iter().all(|glyph| glyph.like != 0) {
            let (looks, _) = self::hash(glyphs, true);
            meaning = self.model.meaning(looks);
            if meaning != 0 {
                chosen = looks;
            }
        }
        if meaning == 0
            && let Some(jumbled) = jumbled(glyphs, mixed)
        {
            meaning = self.model.meaning(jumbled);
        }
        let (head, _) = self::hash(glyphs.get(..4).unwrap_or(glyphs), mixed);
        let tail = glyphs.len().saturating_sub(4);
        let (tail, _) = self::hash(glyphs.get(tail..).unwrap_or(glyphs), mixed);
        self.push(chosen, meaning, letters, [head, tail], glyphs);
    }

    /// A word of a script without blanks: the longest known, or one character.
    fn unspaced(&mut self, glyphs: &[Glyph]) -> usize {
        for length in (2..=5).rev() {
            let Some(piece) = glyphs.get(..length) else {
                continue;
            };
            let (hash, letters) = hash(piece, false);
            let meaning = self.model.meaning(hash);
            if meaning != 0 {
                self.push(hash, meaning, letters, [hash; 2], piece);
                return length;
            }
        }
        let piece = glyphs.get(..1).unwrap_or_default();
        let (hash, letters) = hash(piece, false);
        let pair = glyphs.get(..2).unwrap_or(piece);
        let (pair, _) = self::hash(pair, false);
        self.push(hash, self.model.meaning(hash), letters, [pair; 2], piece);
        1
    }
}

/// The letters of a word, as they look if that is wanted; of three or more
/// alike, one.
fn spelt(glyphs: &[Glyph], looks: bool) -> impl Iterator<Item = u32> {
    let mut rest = glyphs;
    core::iter::from_fn(move || {
        let first = rest.first()?.ch;
        let alike = rest.iter().take_while(|glyph| glyph.ch == first).count();
        let (taken, later) = rest.split_at_checked(if alike >= 3 { alike } else { 1 })?;
        rest = later;
        taken.first()
    })
    .filter(|glyph| !matches!(glyph.ch, 0x27 | 0x2019))
    .map(move |glyph| {
        if looks && glyph.like != 0 {
            u32::from(glyph.like)
        } else {
            glyph.ch
        }
    })
}

/// The hash of letters, and how many.
fn hash(glyphs: &[Glyph], looks: bool) -> (u32, usize) {
    spelt(glyphs, looks).fold((SEED, 0), |(hash, count), ch| {
        (mix(hash, ch), count.saturating_add(1))
    })
}

/// A number that stays where letters between the first and the last change
/// places; `None` for short words.
fn jumbled(glyphs: &[Glyph], looks: bool) -> Option<u32> {
    let (mut sum, mut count, mut first, mut last) = (0_u32, 0_u32, 0_u32, 0_u32);
    for ch in spelt(glyphs, looks) {
        if count == 0 {
            first = ch;
        }
        last = ch;
        count = count.wrapping_add(1);
        let mixed = mix(SEED, ch).wrapping_mul(0x9e37_79b1);
        sum = sum.wrapping_add(mixed ^ mixed.wrapping_shr(15));
    }
    (count >= SHORT).then(|| mix(mix(mix(sum, first), last), count))
}

/// The hash of a word whatever the order of the letters inside it.
#[must_use]
pub fn jumble_hash(model: &Model<'_>, word: &str) -> Option<u32> {
    let glyphs = super::glyphs::fold(model, word.as_bytes(), 0);
    jumbled(&glyphs, false)
}

/// The length of the longest known word that `glyphs` starts with.
pub(super) fn known_head(model: &Model<'_>, glyphs: &[Glyph]) -> usize {
    let mut hash = SEED;
    let mut longest = 0;
    for (index, glyph) in glyphs.iter().take(KNOWN).enumerate() {
        if !is_letter(glyph.ch) {
            break;
        }
        hash = mix(hash, glyph.ch);
        if index >= 1 && model.meaning(hash) != 0 {
            longest = index.saturating_add(1);
        }
    }
    longest
}
