//! Characters as they look: compatibility forms folded, accents and what shows
//! nothing dropped, letters small; each with its place in the text.
//!
//! The table is made from Unicode's NFKD and a list of look-alike letters. Tag
//! characters (U+E0020..U+E007E) are the ASCII they carry: nobody sees them, and
//! models read them.

use super::tables::{Model, To};
use alloc::vec::Vec;

/// One character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Glyph {
    /// Its code point, folded.
    pub(super) ch: u32,
    /// The ASCII letter it looks like; 0 for none.
    pub(super) like: u8,
    /// It was no character to be seen.
    pub(super) hidden: bool,
    /// Where it is in the text.
    pub(super) at: usize,
}

/// Reads `text`, which starts at `base` of the whole; what is not UTF-8 is blank.
pub(super) fn fold(model: &Model<'_>, text: &[u8], base: usize) -> Vec<Glyph> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = base;
    for chunk in text.utf8_chunks() {
        for ch in chunk.valid().chars() {
            push(model, u32::from(ch), at, &mut out);
            at = at.wrapping_add(ch.len_utf8());
        }
        if !chunk.invalid().is_empty() {
            push(model, u32::from(b' '), at, &mut out);
            at = at.wrapping_add(chunk.invalid().len());
        }
    }
    out
}

fn push(model: &Model<'_>, ch: u32, at: usize, out: &mut Vec<Glyph>) {
    let mut add = |ch: u32, like: u8, hidden: bool| {
        out.push(Glyph {
            ch,
            like,
            hidden,
            at,
        });
    };
    match ch {
        0x41..=0x5a => add(ch | 0x20, 0, false),
        0..0x80 => add(ch, 0, false),
        0xe_0020..=0xe_007e => {
            let ascii = ch & 0x7f;
            let small = if (0x41..=0x5a).contains(&ascii) {
                ascii | 0x20
            } else {
                ascii
            };
            add(small, 0, true);
        }
        // variation selectors, and the rest of the tags
        0xe_0000..=0xe_0fff => {}
        _ => match model.folded(ch) {
            To::Itself => add(ch, 0, false),
            To::Ascii(bytes) => {
                for byte in bytes.into_iter().filter(|byte| *byte != 0) {
                    add(u32::from(byte), 0, false);
                }
            }
            To::Other(other) => add(other, 0, false),
            To::Like(other, like) => add(other, like, false),
        },
    }
}

/// Whether a folded code point is part of a word.
pub(super) fn is_letter(ch: u32) -> bool {
    match ch {
        0..0x80 => matches!(ch, 0x61..=0x7a),
        // punctuation and symbols of Latin, all scripts, CJK; private use; emoji
        0x80..0xc0
        | 0xd7
        | 0xf7
        | 0x2000..0x2c00
        | 0x3000..0x3005
        | 0x3008..0x3021
        | 0x30fb
        | 0x0964..0x0966
        | 0x060c
        | 0x061b
        | 0x061f
        | 0x06d4
        | 0xe000..0xf900
        | 0xfe10..0xfe70
        | 0xff00..0xff10
        | 0xff1a..0xff21
        | 0x1_f000..0x1_fb00 => false,
        _ => true,
    }
}

/// Whether words are written in it without blanks.
pub(super) fn is_unspaced(ch: u32) -> bool {
    matches!(ch, 0x2e80..0xa000 | 0xf900..0xfb00 | 0x2_0000..0x3_2000)
}
