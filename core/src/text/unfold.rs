//! A second look behind encodings that a framework leaves alone and attackers
//! hide in: percent and `%uXXXX` once more, numeric HTML entities, `\xHH`,
//! `\uXXXX` and `\u{…}` escapes, fullwidth forms, overlong UTF-8.
//!
//! Named entities such as `&lt;` stay: text about HTML is written with them,
//! and a page that shows them shows text. Only the names that spell hidden
//! punctuation (`&colon;` `&Tab;` `&NewLine;` `&lpar;` `&lcub;` …) are read.
//! At most three rounds, each one pass; output never exceeds the input.
//! Source: WHATWG HTML (character references), RFC 3629 (overlong forms),
//! Unicode block "Halfwidth and Fullwidth Forms".

use super::cursor::{ByteSet, Cursor, starts_with_ci};
use super::decode::hex;
use alloc::vec::Vec;

/// How often the result is decoded again.
pub(crate) const ROUNDS: usize = 3;

/// Bytes that may start something to unfold.
static MAY_FOLD: ByteSet = ByteSet::of(&[
    b'%', b'&', b'\\', 0xc0, 0xc1, 0xca, 0xe0, 0xe2, 0xef, 0xf0, 0xf8, 0xfc,
]);

/// Writes the unfolded `text` to `out` and returns whether it differs.
/// `spare` is working room; both are cleared.
pub(crate) fn unfold(text: &[u8], out: &mut Vec<u8>, spare: &mut Vec<u8>) -> bool {
    let mut changed = once(text, out);
    for _ in 1..ROUNDS {
        if !changed || !out.iter().any(|b| MAY_FOLD.has(*b)) {
            break;
        }
        core::mem::swap(out, spare);
        if !once(spare, out) {
            break;
        }
        changed = true;
    }
    changed
}

fn once(text: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    out.reserve(text.len());
    let mut cursor = Cursor::new(text);
    let mut changed = false;
    while !cursor.done() {
        out.extend_from_slice(cursor.take_while(|b| !MAY_FOLD.has(b)));
        let Some((code, length)) = escape(cursor.rest()) else {
            out.extend(cursor.next());
            continue;
        };
        changed = true;
        cursor.skip(length);
        if let Ok(byte) = u8::try_from(code) {
            out.push(byte);
        } else {
            let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    changed
}

/// The code point or byte that `rest` starts with in disguise, and how many
/// bytes the disguise takes.
fn escape(rest: &[u8]) -> Option<(u32, usize)> {
    match *rest {
        [b'%', b'u' | b'U', a, b, c, d, ..] => Some((fold_wide(number(&[a, b, c, d], 16)?), 6)),
        [b'%', a, b, ..] if a != b'%' && b != b'%' => Some((number(&[a, b], 16)?, 3)),
        // what one round makes of `%%32%%65`
        [b'%', a, b'%', b, ..] if a != b'%' => split_pair(rest, a, b),
        [b'\\', b'x' | b'X', a, b, ..] => Some((number(&[a, b], 16)?, 4)),
        [b'\\', b'u' | b'U', b'{', ..] => braced(rest),
        [b'\\', b'u' | b'U', a, b, c, d, ..] => Some((fold_wide(number(&[a, b, c, d], 16)?), 6)),
        [b'&', b'#', ..] => entity_number(rest),
        [b'&', ..] => entity_name(rest),
        // overlong forms of ASCII, also with the second byte unmasked
        [0xc0, b @ (b'.' | b'/' | b'\\'), ..] => Some((u32::from(b), 2)),
        [0xc1, 0x1c, ..] => Some((u32::from(b'\\'), 2)),
        [0xf0, 0x80, 0x80, low @ 0x80..=0xbf, ..] => Some((u32::from(low & 0x3f), 4)),
        [0xf8, 0x80, 0x80, 0x80, low @ 0x80..=0xbf, ..] => Some((u32::from(low & 0x3f), 5)),
        [0xfc, 0x80, 0x80, 0x80, 0x80, low @ 0x80..=0xbf, ..] => Some((u32::from(low & 0x3f), 6)),
        [lead @ (0xc0 | 0xc1), low @ 0x80..=0xbf, ..] => Some((
            u32::from(lead & 1).wrapping_shl(6) | u32::from(low & 0x3f),
            2,
        )),
        [0xe0, mid @ (0x80 | 0x81), low @ 0x80..=0xbf, ..] => Some((
            u32::from(mid & 1).wrapping_shl(6) | u32::from(low & 0x3f),
            3,
        )),
        // U+02B9, U+02BC: databases fold them to an apostrophe
        [0xca, 0xb9 | 0xbc, ..] => Some((u32::from(b'\''), 2)),
        // U+2215 division slash, U+2024 one dot leader, U+2032 prime
        [0xe2, 0x88, 0x95, ..] => Some((u32::from(b'/'), 3)),
        [0xe2, 0x80, 0xa4, ..] => Some((u32::from(b'.'), 3)),
        // U+FF01..U+FF5E
        [0xef, 0xbc, low @ 0x81..=0xbf, ..] => Some((u32::from(low).saturating_sub(0x60), 3)),
        [0xef, 0xbd, low @ 0x80..=0x9e, ..] => Some((u32::from(low).saturating_sub(0x20), 3)),
        _ => None,
    }
}

/// `%2%e`: one digit behind each percent sign, and no digit after them.
fn split_pair(rest: &[u8], high: u8, low: u8) -> Option<(u32, usize)> {
    let lone = rest
        .get(4)
        .is_none_or(|b| !b.is_ascii_hexdigit() || !low.is_ascii_digit());
    Some((number(&[high, low], 16)?, 4)).filter(|_| lone)
}

/// Code points that best-fit tables fold to ASCII.
fn fold_wide(code: u32) -> u32 {
    match code {
        0xff01..=0xff5e => code.saturating_sub(0xfee0),
        0x2b9 | 0x2bc => u32::from(b'\''),
        0x2215 | 0x2044 | 0xefc8 | 0xf025 => u32::from(b'/'),
        _ => code,
    }
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    digits.iter().try_fold(0_u32, |sum, digit| {
        let digit = u32::from(hex(*digit)?);
        if digit >= base {
            return None;
        }
        sum.checked_mul(base)?.checked_add(digit)
    })
}

fn braced(rest: &[u8]) -> Option<(u32, usize)> {
    let digits = rest.get(3..)?;
    let length = digits
        .iter()
        .take(9)
        .position(|b| *b == b'}')
        .filter(|n| *n > 0)?;
    Some((number(digits.get(..length)?, 16)?, length.saturating_add(4)))
}

/// `&#106;` `&#x6a;`, the semicolon optional and zeros in front allowed, as browsers read it.
fn entity_number(rest: &[u8]) -> Option<(u32, usize)> {
    let mut cursor = Cursor::starting_at(rest, 2);
    let base = if matches!(cursor.peek(), Some(b'x' | b'X')) {
        cursor.skip(1);
        16
    } else {
        10
    };
    cursor.take_while(|b| b == b'0');
    let digits = cursor.take_while(|b| {
        if base == 16 {
            b.is_ascii_hexdigit()
        } else {
            b.is_ascii_digit()
        }
    });
    if digits.is_empty() || digits.len() > 7 {
        return None;
    }
    let code = number(digits, base)?;
    cursor.eat(b';');
    Some((code, cursor.at()))
}

fn entity_name(rest: &[u8]) -> Option<(u32, usize)> {
    const NAMES: [(&[u8], u8); 8] = [
        (b"&colon;", b':'),
        (b"&tab;", b'\t'),
        (b"&newline;", b'\n'),
        (b"&lpar;", b'('),
        (b"&rpar;", b')'),
        (b"&sol;", b'/'),
        (b"&lcub;", b'{'),
        (b"&lbrace;", b'{'),
    ];
    // most of what follows an ampersand is no name
    let initial = rest.get(1)?.to_ascii_lowercase();
    if !matches!(initial, b'c' | b't' | b'n' | b'l' | b'r' | b's') {
        return None;
    }
    NAMES
        .iter()
        .find(|(name, _)| starts_with_ci(rest, name))
        .map(|(name, byte)| (u32::from(*byte), name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn shown(text: &[u8]) -> String {
        let (mut out, mut spare) = (Vec::new(), Vec::new());
        unfold(text, &mut out, &mut spare);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn sees_through_disguises() {
        let cases: &[(&[u8], &str)] = &[
            (b"%252e%252e%252f", "../"),
            (b"%u002e%uff0f", "./"),
            (b"&#106;&#x61;&#0000118vascript&colon;", "javvascript:"),
            (br"\x3cscript\u003e\u{3c}", "<script><"),
            (
                b"\xc0\xae\xc0\xaf\xe0\x80\xaf\xc1\x9c\xf0\x80\x80\xae",
                ".//\\.",
            ),
            (b"%%32%%65%2%e%uEFC8", "../"),
            ("\u{ff1c}\u{ff53}\u{ff5e}\u{2bc}".as_bytes(), "<s~'"),
            (b"100% &lt;b&gt; \\n &#; %zz", "100% &lt;b&gt; \\n &#; %zz"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), *expected);
        }
    }

    #[test]
    fn never_grows() {
        for text in [
            &b"&#1114111;"[..],
            b"\\uffff",
            b"%uFFFF",
            b"\\u{10ffff}",
            b"&#x9;",
        ] {
            assert!(shown(text).len() <= text.len());
        }
    }
}
