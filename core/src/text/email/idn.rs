//! Characters beyond ASCII in addresses: which a domain label may hold, which
//! nobody sees, and the ASCII form of a label (RFC 3492).
//!
//! IDNA 2008 (RFC 5892) derives what a label may hold from 40 KB of tables.
//! Here: what Unicode calls alphanumeric, plus the combining marks that this
//! leaves out, minus the characters that normalise to others. The last part is
//! the one that matters: full-width, mathematical and enclosed letters would
//! otherwise name a listed domain under another spelling. Marks beyond the
//! basic plane and the rules on joiners and direction are not known: a few
//! registrable names of rare scripts are refused.
//!
//! Ranges are derived from Unicode 17 by the `PVALID` class of the Python
//! package idna 3.13 (BSD-3-Clause); neighbours are merged where nothing but
//! unassigned or equally classed characters lies between.

use alloc::string::String;
use alloc::vec::Vec;

const PREFIX: &str = "xn--";

/// A letter, digit or mark beyond ASCII that a label may hold.
pub(super) fn in_label(c: char) -> bool {
    !c.is_ascii() && (c.is_alphanumeric() || is_mark(c)) && !within(c, &UNSTABLE)
}

/// A combining mark: never first in a label.
pub(super) fn is_mark(c: char) -> bool {
    // the ranges span letters of the same script
    !c.is_alphanumeric() && within(c, &MARKS)
}

/// Format and filler characters, private use and non-characters.
pub(super) fn is_invisible(c: char) -> bool {
    !c.is_ascii() && (within(c, &INVISIBLE) || u32::from(c) & 0xfffe == 0xfffe)
}

fn within(c: char, ranges: &[(u32, u32)]) -> bool {
    let c = u32::from(c);
    ranges
        .binary_search_by(|(first, last)| {
            if *last < c {
                core::cmp::Ordering::Less
            } else if *first > c {
                core::cmp::Ordering::Greater
            } else {
                core::cmp::Ordering::Equal
            }
        })
        .is_ok()
}

/// Octets of the text after normalisation (NFC). Only characters that are
/// excluded from composition grow: they fall into two or three.
pub(super) fn normal_len(text: &str) -> usize {
    let grown = text.chars().map(|c| match c {
        '\u{fb1d}' | '\u{fb1f}' | '\u{fb2a}' | '\u{fb2b}' | '\u{fb2e}'..='\u{fb4e}' => 4,
        '\u{958}'..='\u{95f}'
        | '\u{9dc}'..='\u{9df}'
        | '\u{a33}'
        | '\u{a36}'
        | '\u{a59}'..='\u{a5b}'
        | '\u{a5e}'
        | '\u{fb2c}'
        | '\u{fb2d}' => 6,
        c => c.len_utf8(),
    });
    grown.fold(0, usize::saturating_add).max(text.len())
}

/// The length of a label in ASCII form; `None` if it is longer than a label.
pub(super) fn ascii_len(label: &str) -> Option<usize> {
    if label.is_ascii() {
        return Some(label.len());
    }
    // a label of 63 characters has at most four bytes for each
    if label.len() > 252 {
        return None;
    }
    let mut out = String::new();
    push_ascii(label, &mut out);
    Some(out.len())
}

/// Appends a label in lower case and ASCII.
pub(super) fn push_ascii(label: &str, out: &mut String) {
    if label.is_ascii() {
        out.extend(label.chars().map(|c| c.to_ascii_lowercase()));
        return;
    }
    let lower: Vec<char> = label
        .chars()
        .take(256)
        .flat_map(char::to_lowercase)
        .collect();
    out.push_str(PREFIX);
    let _ = encode(&lower, out);
}

/// An `xn--` label that stands for something: it decodes to characters a label
/// may hold, and encodes back to itself.
pub(super) fn is_a_label(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    let Some(chars) = lower.strip_prefix(PREFIX).and_then(decode) else {
        return false;
    };
    let fits = |c: &char| *c == '-' || c.is_ascii_alphanumeric() || in_label(*c);
    let mut again = String::from(PREFIX);
    !chars.iter().all(char::is_ascii)
        && chars.iter().all(fits)
        && chars.first().is_some_and(|c| *c != '-' && !is_mark(*c))
        && encode(&chars, &mut again).is_some()
        && again == lower
}

// RFC 3492, section 5
const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SPAN: u32 = BASE - T_MIN;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const BIAS: u32 = 72;
const FIRST: u32 = 0x80;

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta = delta.saturating_add(delta.checked_div(points).unwrap_or_default());
    let mut k = 0_u32;
    while delta > SPAN * T_MAX / 2 {
        delta /= SPAN;
        k = k.saturating_add(BASE);
    }
    let share = BASE
        .saturating_mul(delta)
        .checked_div(delta.saturating_add(SKEW));
    k.saturating_add(share.unwrap_or_default())
}

/// Punycode counts letters first, then digits.
fn digit(value: u32) -> Option<char> {
    b"abcdefghijklmnopqrstuvwxyz0123456789"
        .get(usize::try_from(value).ok()?)
        .map(|byte| char::from(*byte))
}

fn encode(chars: &[char], out: &mut String) -> Option<()> {
    let plain: Vec<char> = chars.iter().copied().filter(char::is_ascii).collect();
    let count = u32::try_from(plain.len()).ok()?;
    out.extend(&plain);
    if count > 0 {
        out.push('-');
    }
    let (mut point, mut delta, mut bias, mut done) = (FIRST, 0_u32, BIAS, count);
    let total = u32::try_from(chars.len()).ok()?;
    while done < total {
        let next = chars
            .iter()
            .map(|c| u32::from(*c))
            .filter(|c| *c >= point)
            .min()?;
        let step = next.checked_sub(point)?.checked_mul(done.checked_add(1)?)?;
        delta = delta.checked_add(step)?;
        point = next;
        for c in chars.iter().map(|c| u32::from(*c)) {
            if c < point {
                delta = delta.checked_add(1)?;
            }
            if c == point {
                let (mut rest, mut k) = (delta, BASE);
                loop {
                    let t = threshold(k, bias);
                    if rest < t {
                        break;
                    }
                    let span = BASE.checked_sub(t)?;
                    let over = rest.checked_sub(t)?;
                    out.push(digit(t.checked_add(over.checked_rem(span)?)?)?);
                    rest = over.checked_div(span)?;
                    k = k.checked_add(BASE)?;
                }
                out.push(digit(rest)?);
                bias = adapt(delta, done.checked_add(1)?, done == count);
                delta = 0;
                done = done.checked_add(1)?;
            }
        }
        delta = delta.checked_add(1)?;
        point = point.checked_add(1)?;
    }
    Some(())
}

fn decode(text: &str) -> Option<Vec<char>> {
    let (plain, coded) = text.rsplit_once('-').unwrap_or(("", text));
    let mut out: Vec<char> = plain.chars().collect();
    let (mut point, mut at, mut bias) = (FIRST, 0_u32, BIAS);
    let mut digits = coded.bytes();
    while digits.len() > 0 {
        let start = at;
        let (mut weight, mut k) = (1_u32, BASE);
        loop {
            let value = match digits.next()? {
                b @ b'a'..=b'z' => u32::from(b.checked_sub(b'a')?),
                b @ b'0'..=b'9' => u32::from(b.checked_sub(b'0')?).checked_add(26)?,
                _ => return None,
            };
            at = at.checked_add(value.checked_mul(weight)?)?;
            let t = threshold(k, bias);
            if value < t {
                break;
            }
            weight = weight.checked_mul(BASE.checked_sub(t)?)?;
            k = k.checked_add(BASE)?;
        }
        let count = u32::try_from(out.len()).ok()?.checked_add(1)?;
        bias = adapt(at.checked_sub(start)?, count, start == 0);
        point = point.checked_add(at.checked_div(count)?)?;
        at = at.checked_rem(count)?;
        out.insert(usize::try_from(at).ok()?, char::from_u32(point)?);
        at = at.checked_add(1)?;
    }
    Some(out)
}

/// Combining marks that Unicode does not count as alphabetic.
#[rustfmt::skip]
const MARKS: [(u32, u32); 64] = [
    (0x0300, 0x033f), (0x0342, 0x0342), (0x0346, 0x034e), (0x0350, 0x0362), (0x0483, 0x0487),
    (0x0591, 0x05af), (0x0658, 0x0658), (0x06df, 0x06e0), (0x06ea, 0x06ec), (0x0740, 0x07f3),
    (0x07fd, 0x07fd), (0x0818, 0x082d), (0x0859, 0x085b), (0x0898, 0x08e1), (0x08ea, 0x0954),
    (0x09bc, 0x09cd), (0x09fe, 0x0a4d), (0x0abc, 0x0acd), (0x0afd, 0x0b55), (0x0bcd, 0x0bcd),
    (0x0c3c, 0x0c4d), (0x0cbc, 0x0d4d), (0x0dca, 0x0dca), (0x0e47, 0x0e4e), (0x0eba, 0x0ecc),
    (0x0f18, 0x0f19), (0x0f35, 0x0f35), (0x0f37, 0x0f37), (0x0f39, 0x0f39), (0x0f3e, 0x0f84),
    (0x0f86, 0x0f87), (0x0fc6, 0x0fc6), (0x1037, 0x103a), (0x135d, 0x135f), (0x1714, 0x1734),
    (0x17c9, 0x17d3), (0x17dd, 0x17dd), (0x1939, 0x193b), (0x1a60, 0x1a7f), (0x1ab0, 0x1abd),
    (0x1ac1, 0x1b44), (0x1b6b, 0x1b73), (0x1baa, 0x1bf3), (0x1c37, 0x1c37), (0x1cd0, 0x1cd2),
    (0x1cd4, 0x1dff), (0x2cef, 0x2cf1), (0x2d7f, 0x2d7f), (0x302a, 0x302d), (0x3099, 0x309a),
    (0xa66f, 0xa66f), (0xa67c, 0xa67d), (0xa6f0, 0xa6f1), (0xa806, 0xa806), (0xa82c, 0xa82c),
    (0xa8c4, 0xa8c4), (0xa8e0, 0xa8f1), (0xa92b, 0xa92d), (0xa953, 0xa953), (0xa9b3, 0xa9c0),
    (0xaabf, 0xaac1), (0xaaf6, 0xaaf6), (0xabec, 0xabed), (0xfe20, 0xfe2f),
];

/// Letters and digits that normalise to others, or that IDNA refuses.
#[rustfmt::skip]
const UNSTABLE: [(u32, u32); 128] = [
    (0x00aa, 0x00be), (0x0132, 0x0133), (0x013f, 0x0140), (0x0149, 0x0149), (0x017f, 0x017f),
    (0x01c4, 0x01cc), (0x01f1, 0x01f3), (0x02b0, 0x02b8), (0x02e0, 0x02e4), (0x0345, 0x0345),
    (0x0374, 0x0374), (0x037a, 0x037a), (0x03d0, 0x03d6), (0x03f0, 0x03f2), (0x03f5, 0x03f5),
    (0x03f9, 0x03f9), (0x0587, 0x0587), (0x0640, 0x0640), (0x0660, 0x0669), (0x0675, 0x0678),
    (0x06f0, 0x06f9), (0x07fa, 0x07fa), (0x0958, 0x095f), (0x09dc, 0x09df), (0x09f4, 0x09f9),
    (0x0a33, 0x0a33), (0x0a36, 0x0a36), (0x0a59, 0x0a5b), (0x0a5e, 0x0a5e), (0x0b5c, 0x0b5d),
    (0x0b72, 0x0b77), (0x0bf0, 0x0bf2), (0x0c78, 0x0c7e), (0x0d58, 0x0d5e), (0x0d70, 0x0d78),
    (0x0e33, 0x0e33), (0x0eb3, 0x0eb3), (0x0edc, 0x0edd), (0x0f2a, 0x0f33), (0x0f43, 0x0f43),
    (0x0f4d, 0x0f4d), (0x0f52, 0x0f52), (0x0f57, 0x0f57), (0x0f5c, 0x0f5c), (0x0f69, 0x0f69),
    (0x0f73, 0x0f73), (0x0f75, 0x0f79), (0x0f81, 0x0f81), (0x0f93, 0x0f93), (0x0f9d, 0x0f9d),
    (0x0fa2, 0x0fa2), (0x0fa7, 0x0fa7), (0x0fac, 0x0fac), (0x0fb9, 0x0fb9), (0x10fc, 0x10fc),
    (0x1100, 0x11ff), (0x1369, 0x137c), (0x13f8, 0x13fd), (0x16ee, 0x16f0), (0x17f0, 0x17f9),
    (0x19da, 0x19da), (0x1c80, 0x1c88), (0x1d2c, 0x1d2e), (0x1d30, 0x1d3a), (0x1d3c, 0x1d4d),
    (0x1d4f, 0x1d6a), (0x1d78, 0x1d78), (0x1d9b, 0x1dbf), (0x1e9a, 0x1e9b), (0x1f71, 0x1f71),
    (0x1f73, 0x1f73), (0x1f75, 0x1f75), (0x1f77, 0x1f77), (0x1f79, 0x1f79), (0x1f7b, 0x1f7b),
    (0x1f7d, 0x1faf), (0x1fb2, 0x1fb4), (0x1fb7, 0x1fb7), (0x1fbb, 0x1fc4), (0x1fc7, 0x1fc7),
    (0x1fc9, 0x1fc9), (0x1fcb, 0x1fcc), (0x1fd3, 0x1fd3), (0x1fdb, 0x1fdb), (0x1fe3, 0x1fe3),
    (0x1feb, 0x1feb), (0x1ff2, 0x1ff4), (0x1ff7, 0x1ff7), (0x1ff9, 0x1ff9), (0x1ffb, 0x2124),
    (0x2128, 0x2128), (0x212c, 0x2131), (0x2133, 0x2149), (0x2150, 0x2182), (0x2185, 0x2793),
    (0x2c7c, 0x2c7d), (0x2cfd, 0x2cfd), (0x2d6f, 0x2d6f), (0x3021, 0x3029), (0x3031, 0x303b),
    (0x309f, 0x309f), (0x30ff, 0x30ff), (0x3131, 0x3195), (0x3220, 0x32bf), (0xa69c, 0xa69d),
    (0xa6e6, 0xa6ef), (0xa770, 0xa770), (0xa7f2, 0xa7f4), (0xa7f8, 0xa7f9), (0xa830, 0xa835),
    (0xa960, 0xa97c), (0xab5c, 0xab5f), (0xab69, 0xabbf), (0xd7b0, 0xfa0d), (0xfa10, 0xfa10),
    (0xfa12, 0xfa12), (0xfa15, 0xfa1e), (0xfa20, 0xfa20), (0xfa22, 0xfa22), (0xfa25, 0xfa26),
    (0xfa2a, 0xfb1d), (0xfb1f, 0xfdfb), (0xfe70, 0xfe72), (0xfe74, 0xffdc), (0x1d400, 0x1d7ff),
    (0x1f100, 0x1f1ff), (0x1fbf0, 0x1fbf9), (0x2f800, 0x2fa1f),
];

/// Default ignorable, format, filler, private use, non-characters.
#[rustfmt::skip]
const INVISIBLE: [(u32, u32); 20] = [
    (0x00ad, 0x00ad), (0x034f, 0x034f), (0x061c, 0x061c), (0x115f, 0x1160), (0x17b4, 0x17b5),
    (0x180b, 0x180f), (0x200b, 0x200f), (0x2028, 0x202e), (0x2060, 0x206f), (0x2800, 0x2800),
    (0x3164, 0x3164), (0xe000, 0xf8ff), (0xfdd0, 0xfdef), (0xfe00, 0xfe0f), (0xfeff, 0xfeff),
    (0xffa0, 0xffa0), (0xfff0, 0xfffb), (0x1bca0, 0x1bca3), (0x1d173, 0x1d17a),
    (0x000e_0000, 0x0010_ffff),
];
