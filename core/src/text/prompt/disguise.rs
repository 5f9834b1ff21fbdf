//! What was written for a machine to read and for a person or a filter not to:
//! undone where the result says more than the text as it stands.
//!
//! Found: Base64, Base32, hexadecimal and binary digits, escapes of URLs, markup
//! and program text, tag characters, rot13, figures for letters, letters apart or
//! words together, text backwards. Not found: two of them one upon the other,
//! ciphers with a key, Morse, acrostics, words split over several messages.

use super::Reading;
use super::glyphs::{self, Glyph, is_letter};
use super::tables::Model;
use super::tokens::{self, Token, known_head};
use alloc::vec::Vec;

mod encoded;

/// What was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disguise {
    /// Nothing.
    None,
    /// Characters that nobody sees.
    Hidden,
    /// Base64, Base32, hexadecimal or binary digits.
    Encoded,
    /// `%69`, `&#105;`, `\x69`, `\u0069`.
    Escaped,
    /// Letters thirteen places on.
    Rot13,
    /// Figures and signs for letters.
    Leet,
    /// Backwards.
    Reversed,
    /// Letters apart, or words together.
    Spaced,
}

impl Disguise {
    /// Its name in reasons.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hidden => "hidden",
            Self::Encoded => "encoded",
            Self::Escaped => "escaped",
            Self::Rot13 => "rot13",
            Self::Leet => "leet",
            Self::Reversed => "reversed",
            Self::Spaced => "spaced",
        }
    }
}

/// So many more known words than the text has as it stands.
const MORE: usize = 2;

/// Fewest hidden characters, and letters apart, that are a text.
const FEW: usize = 6;

/// Shortest run of letters that may be words together.
const TOGETHER: usize = 16;

/// Words of some length whose meaning is known.
fn known(tokens: &[Token]) -> usize {
    let said = |token: &&Token| {
        token.meaning != 0
            && (token.letters >= 4 || token.hash == token.ends[0] && token.letters >= 2)
    };
    tokens.iter().filter(said).count()
}

/// Visits what `text`, read plainly as `glyphs` and `plain`, hides.
pub(super) fn each(
    model: &Model<'_>,
    text: &[u8],
    base: usize,
    glyphs: &[Glyph],
    plain: &Reading,
    visit: &mut dyn FnMut(&Reading),
) {
    if glyphs.iter().filter(|glyph| glyph.hidden).count() >= FEW {
        let hidden: Vec<Glyph> = glyphs.iter().filter(|g| g.hidden).copied().collect();
        visit(&read(model, &hidden, Disguise::Hidden));
    }
    encoded::each(text, &mut |disguise, decoded, start, end| {
        let mut reading = read(model, &glyphs::fold(model, decoded, 0), disguise);
        for token in &mut reading.tokens {
            token.start = base.saturating_add(start);
            token.end = base.saturating_add(end);
        }
        visit(&reading);
    });
    let least = known(&plain.tokens).saturating_add(MORE);
    let mut attempt = |glyphs: Option<Vec<Glyph>>, disguise: Disguise| {
        let Some(glyphs) = glyphs else { return };
        let reading = read(model, &glyphs, disguise);
        if known(&reading.tokens) >= least {
            visit(&reading);
        }
    };
    attempt(Some(glyphs.iter().map(rot13).collect()), Disguise::Rot13);
    attempt(
        Some(glyphs.iter().rev().copied().collect()),
        Disguise::Reversed,
    );
    attempt(leet(model, glyphs), Disguise::Leet);
    attempt(spaced(model, glyphs), Disguise::Spaced);
}

fn read(model: &Model<'_>, glyphs: &[Glyph], disguise: Disguise) -> Reading {
    Reading {
        disguise,
        tokens: tokens::of(model, glyphs),
    }
}

fn rot13(glyph: &Glyph) -> Glyph {
    let ch = match glyph.ch {
        ch @ 0x61..=0x6d => ch.wrapping_add(13),
        ch @ 0x6e..=0x7a => ch.wrapping_sub(13),
        ch => ch,
    };
    Glyph { ch, ..*glyph }
}

/// The letter a figure or sign stands for.
fn letter(ch: u32) -> Option<u8> {
    Some(match u8::try_from(ch).ok()? {
        b'0' => b'o',
        b'1' | b'!' | b'|' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' | b'+' => b't',
        b'8' => b'b',
        b'6' | b'9' => b'g',
        _ => return None,
    })
}

/// Figures and signs among letters made letters; `None` where there are none.
fn leet(model: &Model<'_>, glyphs: &[Glyph]) -> Option<Vec<Glyph>> {
    let euro = |ch: u32| ch == 0x20ac;
    let mut out = glyphs.to_vec();
    let mut changed = false;
    for chunk in out.split_mut(|glyph| matches!(glyph.ch, 0x20 | 0x0a | 0x0d | 0x09)) {
        let first = chunk
            .iter()
            .position(|g| is_letter(g.ch) || letter(g.ch).is_some());
        let last = chunk
            .iter()
            .rposition(|g| is_letter(g.ch) || matches!(g.ch, 0x30..=0x39 | 0x40 | 0x24));
        let (Some(first), Some(last)) = (first, last) else {
            continue;
        };
        let Some(word) = chunk.get_mut(first..=last) else {
            continue;
        };
        let letters = word.iter().filter(|g| is_letter(g.ch)).count();
        let signs = word
            .iter()
            .filter(|g| letter(g.ch).is_some() || euro(g.ch))
            .count();
        if letters == 0 || signs == 0 || letters.saturating_add(signs) != word.len() {
            continue;
        }
        changed = true;
        let one: Vec<bool> = word
            .iter()
            .map(|g| matches!(g.ch, 0x31 | 0x21 | 0x7c))
            .collect();
        for glyph in word.iter_mut() {
            if euro(glyph.ch) {
                glyph.ch = u32::from(b'e');
            } else if let Some(letter) = letter(glyph.ch) {
                glyph.ch = u32::from(letter);
            }
        }
        if known_head(model, word) != word.len() {
            let mut other = word.to_vec();
            for (glyph, _) in other.iter_mut().zip(&one).filter(|(_, one)| **one) {
                glyph.ch = u32::from(b'l');
            }
            if known_head(model, &other) == other.len() {
                word.copy_from_slice(&other);
            }
        }
    }
    changed.then_some(out)
}

fn is_between(ch: u32) -> bool {
    matches!(
        u8::try_from(ch),
        Ok(b' ' | b'.' | b'\\' | b'-' | b'_' | b'*' | b'|' | b'/' | b'~' | b',' | b'\n' | b'+')
    )
}

/// Letters apart put together and words together put apart; `None` where there
/// are none.
fn spaced(model: &Model<'_>, glyphs: &[Glyph]) -> Option<Vec<Glyph>> {
    let mut out: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    if is_chopped(glyphs) {
        let letters: Vec<Glyph> = glyphs.iter().filter(|g| is_letter(g.ch)).copied().collect();
        divide(model, &letters, &mut out);
        return Some(out);
    }
    let mut rest = glyphs;
    let mut changed = false;
    while !rest.is_empty() {
        let run = rest.iter().take_while(|glyph| is_letter(glyph.ch)).count();
        if run == 1
            && let Some((letters, length)) = apart(rest)
        {
            changed = true;
            for word in letters.split(|glyph| glyph.ch == 0x20) {
                divide(model, word, &mut out);
            }
            rest = rest.get(length..).unwrap_or_default();
        } else if run >= TOGETHER {
            changed = true;
            divide(model, rest.get(..run).unwrap_or_default(), &mut out);
            rest = rest.get(run..).unwrap_or_default();
        } else {
            let length = run.max(1);
            out.extend_from_slice(rest.get(..length).unwrap_or_default());
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    changed.then_some(out)
}

/// Whether words are cut into pieces of two or three letters.
fn is_chopped(glyphs: &[Glyph]) -> bool {
    let (mut pieces, mut letters) = (0_usize, 0_usize);
    for piece in glyphs.split(|glyph| !is_letter(glyph.ch)) {
        if !piece.is_empty() && piece.iter().all(|glyph| glyph.ch < 0x80) {
            pieces = pieces.saturating_add(1);
            letters = letters.saturating_add(piece.len());
        }
    }
    pieces >= 5 && letters <= pieces.saturating_mul(3)
}

/// Letters apart at the start of `glyphs`, a blank for each wider gap, and how
/// far they reach.
fn apart(glyphs: &[Glyph]) -> Option<(Vec<Glyph>, usize)> {
    let mut out: Vec<Glyph> = Vec::new();
    let mut letters = 0_usize;
    let mut at = 0_usize;
    let mut end = 0_usize;
    while let Some(glyph) = glyphs.get(at).filter(|glyph| is_letter(glyph.ch)) {
        let gap = glyphs
            .get(at.saturating_add(1)..)
            .unwrap_or_default()
            .iter()
            .take(4)
            .take_while(|glyph| is_between(glyph.ch))
            .count();
        out.push(*glyph);
        letters = letters.saturating_add(1);
        at = at.saturating_add(1);
        end = at;
        if gap == 0 {
            if glyphs.get(at).is_some_and(|next| is_letter(next.ch)) {
                // a word of several letters: not of the run
                out.pop();
                letters = letters.saturating_sub(1);
                end = at.saturating_sub(1);
            }
            break;
        }
        if gap >= 2 {
            out.push(Glyph { ch: 0x20, ..*glyph });
        }
        at = at.saturating_add(gap);
    }
    (letters >= FEW).then_some((out, end))
}

/// The known words in letters without blanks, a blank after each.
fn divide(model: &Model<'_>, letters: &[Glyph], out: &mut Vec<Glyph>) {
    let mut rest = letters;
    let mut unknown = false;
    while let Some(first) = rest.first() {
        let blank = Glyph { ch: 0x20, ..*first };
        let length = known_head(model, rest);
        if length == 0 {
            out.push(*first);
            unknown = true;
        } else {
            if unknown {
                out.push(blank);
            }
            out.extend_from_slice(rest.get(..length).unwrap_or_default());
            out.push(blank);
            unknown = false;
        }
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    if let Some(last) = letters.last() {
        out.push(Glyph { ch: 0x20, ..*last });
    }
}
