//! A second look behind encodings that a framework leaves alone and attackers
//! hide in: percent and `%uXXXX` once more, numeric HTML entities, `\xHH`,
//! `\uXXXX`, `\u{…}` and octal escapes of scripts, zero-padded escapes of style
//! sheets, UTF-7, overlong UTF-8, and characters that fold to ASCII or vanish
//! ([`super::fold`]).
//!
//! Named entities such as `&lt;` stay: text about HTML is written with them,
//! and a page that shows them shows text. Only the names that spell hidden
//! punctuation (`&colon;` `&Tab;` `&NewLine;` `&lpar;` `&lcub;` …) are read,
//! unless the whole value is a tag that was escaped.
//! At most three rounds, each one pass; output never exceeds the input.
//! Source: WHATWG HTML (character references), ECMAScript annex B (octal
//! escapes), CSS Syntax (escapes), RFC 2152 (UTF-7), RFC 3629 (overlong forms).

use super::cursor::{ByteSet, Cursor, find, starts_with_ci};
use super::decode::hex;
use super::fold::{self, Folded};
use super::hidden_text;
use alloc::vec::Vec;

/// How often the result is decoded again.
pub(crate) const ROUNDS: usize = 3;

/// Typographic quotation marks are read as straight ones in values of this length.
const SHORT: usize = 100;

/// Bytes that may start something to unfold.
static MAY_FOLD: ByteSet = ByteSet::of(b"%&\\+").and(&fold::LEADS);

/// Writes the unfolded `text` to `out` and returns whether it differs.
/// `spare` is working room; both are cleared.
pub(crate) fn unfold(text: &[u8], out: &mut Vec<u8>, spare: &mut Vec<u8>) -> bool {
    let escaped = is_escaped(text);
    let mut changed = once(text, escaped, out);
    for _ in 1..ROUNDS {
        if !changed || !out.iter().any(|b| MAY_FOLD.has(*b)) {
            break;
        }
        core::mem::swap(out, spare);
        if !once(spare, escaped, out) {
            break;
        }
        changed = true;
    }
    changed
}

/// A tag that was escaped for a page is the first thing in `text`, which has no
/// other, and something in it is called or comes from elsewhere: what is shown
/// may be decoded again before it is used.
fn is_escaped(text: &[u8]) -> bool {
    let start = text
        .iter()
        .position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\''));
    let start = text.get(start.unwrap_or_default()..).unwrap_or_default();
    starts_with_ci(start, b"&lt;")
        && start
            .get(4)
            .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!'))
        && !text.contains(&b'<')
        && (text.iter().any(|b| matches!(b, b'(' | b'#')) || find(text, b"//").is_some())
}

fn once(text: &[u8], escaped: bool, out: &mut Vec<u8>) -> bool {
    out.clear();
    out.reserve(text.len());
    let mut cursor = Cursor::new(text);
    let mut changed = false;
    // in what is longer they are those of a writer
    let short = text.len() <= SHORT;
    while !cursor.done() {
        out.extend_from_slice(cursor.take_while(|b| !MAY_FOLD.has(b)));
        let rest = cursor.rest();
        let read = match rest.first() {
            Some(b'+') => utf7(rest, out),
            Some(0xe2) if short && let Some(quote) = fold::quote(rest) => {
                out.push(quote);
                Some(3)
            }
            Some(0x80..) => fold::character(rest).map(|(folded, length)| {
                if let Folded::To(byte) = folded {
                    out.push(byte);
                }
                length
            }),
            Some(b'&') if escaped && let Some((byte, length)) = markup_name(rest) => {
                out.push(byte);
                Some(length)
            }
            _ => escape(rest).map(|(code, length)| {
                push(code, out);
                length
            }),
        };
        if let Some(length) = read {
            changed = true;
            cursor.skip(length);
        } else {
            out.extend(cursor.next());
        }
    }
    changed
}

fn push(code: u32, out: &mut Vec<u8>) {
    if let Ok(byte) = u8::try_from(code) {
        out.push(byte);
    } else {
        let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// `+ADw-`: UTF-16 in base64. Only runs that spell ASCII are read, and they
/// begin with `A`.
fn utf7(rest: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let code = rest.get(1..)?;
    if code.first() != Some(&b'A') {
        return None;
    }
    let length = code
        .iter()
        .take(512)
        .position(|b| hidden_text::digit(*b).is_none() || *b == b'-')
        .unwrap_or(code.len().min(512));
    if length < 3 {
        return None;
    }
    let kept = out.len();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in code.get(..length)? {
        bits = bits.wrapping_shl(6) | u32::from(hidden_text::digit(*byte)?);
        held = held.saturating_add(6);
        if held >= 16 {
            held = held.saturating_sub(16);
            let unit = bits.wrapping_shr(held) & 0xffff;
            let Some(byte @ b' '..=b'~') = u8::try_from(unit).ok() else {
                out.truncate(kept);
                return None;
            };
            out.push(byte);
        }
    }
    let ended = code.get(length) == Some(&b'-');
    Some(length.saturating_add(if ended { 2 } else { 1 }))
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
        [b'\\', b'0'..=b'7', ..] => octal(rest)
            .or_else(|| padded(rest))
            .or_else(|| punctuation(rest)),
        _ => None,
    }
}

/// `\74`, `\050`, `\101`: what strings of scripts may hold, where it is printable.
fn octal(rest: &[u8]) -> Option<(u32, usize)> {
    let digit = |at: usize| {
        rest.get(at)
            .filter(|b| matches!(b, b'0'..=b'7'))
            .map(|b| u32::from(b.wrapping_sub(b'0')))
    };
    let (first, second) = (digit(1)?, digit(2)?);
    let two = first.wrapping_shl(3) | second;
    let (code, length) = match digit(3) {
        Some(third) if first <= 3 => (two.wrapping_shl(3) | third, 4),
        _ => (two, 3),
    };
    matches!(code, 0x20..=0x7e).then_some((code, length))
}

/// `\0061`, `\000061 `: a character of a style sheet, zeros in front and a
/// blank behind.
fn padded(rest: &[u8]) -> Option<(u32, usize)> {
    let digits = rest.get(1..)?;
    let length = digits
        .iter()
        .take(6)
        .position(|b| !b.is_ascii_hexdigit())
        .unwrap_or(digits.len().min(6));
    let code = number(digits.get(..length).filter(|d| d.starts_with(b"0"))?, 16)?;
    let blank = matches!(digits.get(length), Some(b' ' | b'\t'));
    (length >= 4 && matches!(code, 0x20..=0x7e))
        .then_some((code, length.saturating_add(if blank { 2 } else { 1 })))
}

/// `\28`, `\3c`: punctuation of a style sheet by its number.
fn punctuation(rest: &[u8]) -> Option<(u32, usize)> {
    let code = number(rest.get(1..3)?, 16)?;
    let ended = rest.get(3).is_none_or(|b| !b.is_ascii_hexdigit());
    let mark = u8::try_from(code).is_ok_and(|b| b.is_ascii_punctuation() || b == b' ');
    (ended && mark).then_some((code, 3))
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

/// The names that escaping a page writes.
fn markup_name(rest: &[u8]) -> Option<(u8, usize)> {
    const NAMES: [(&[u8], u8); 5] = [
        (b"&lt;", b'<'),
        (b"&gt;", b'>'),
        (b"&quot;", b'"'),
        (b"&apos;", b'\''),
        (b"&amp;", b'&'),
    ];
    NAMES
        .iter()
        .find(|(name, _)| starts_with_ci(rest, name))
        .map(|(name, byte)| (*byte, name.len()))
}

fn entity_name(rest: &[u8]) -> Option<(u32, usize)> {
    const NAMES: [(&[u8], u8); 22] = [
        (b"&colon;", b':'),
        (b"&tab;", b'\t'),
        (b"&newline;", b'\n'),
        (b"&lpar;", b'('),
        (b"&rpar;", b')'),
        (b"&sol;", b'/'),
        (b"&lcub;", b'{'),
        (b"&lbrace;", b'{'),
        (b"&rcub;", b'}'),
        (b"&rbrace;", b'}'),
        (b"&lsqb;", b'['),
        (b"&rsqb;", b']'),
        (b"&grave;", b'`'),
        (b"&bsol;", b'\\'),
        (b"&semi;", b';'),
        (b"&comma;", b','),
        (b"&period;", b'.'),
        (b"&equals;", b'='),
        (b"&excl;", b'!'),
        (b"&dollar;", b'$'),
        (b"&percnt;", b'%'),
        (b"&plus;", b'+'),
    ];
    // most of what follows an ampersand is no name
    let initial = rest.get(1)?.to_ascii_lowercase();
    if !matches!(initial, b'b'..=b'e' | b'g' | b'l' | b'n' | b'p' | b'r'..=b't') {
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
            (br"\74img\050\141\033[0m", r"<img(a\033[0m"),
            (br"\006a\000061 v\07", r"jav\07"),
            (b"+ADw-script+AD4 +ADwAYg- 1+1 +Abc", "<script> <b 1+1 +Abc"),
            (b"\"&lt;a b=&quot;c&amp;#100;&gt;", "\"<a b=\"cd>"),
            (b"alert&lpar;&grave;&equals;", "alert(`="),
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
