//! Decoding that frameworks do: percent, form, dot segments. Anything that is
//! not an encoding stays as it is, so decoding never fails.

use super::swar;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// The value of a hexadecimal digit.
#[must_use]
pub fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a' - 10)),
        b'A'..=b'F' => Some(byte.wrapping_sub(b'A' - 10)),
        _ => None,
    }
}

fn percent_pair(rest: &[u8]) -> Option<u8> {
    match rest {
        [b'%', high, low, ..] => Some(hex(*high)?.wrapping_shl(4) | hex(*low)?),
        _ => None,
    }
}

fn unescape(text: &[u8], plus_is_space: bool) -> Cow<'_, [u8]> {
    if !text
        .iter()
        .any(|b| *b == b'%' || (plus_is_space && *b == b'+'))
    {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::new();
    unescape_into(&mut out, text, plus_is_space);
    Cow::Owned(out)
}

/// Decodes into `out`, which is cleared first, so a scanner can keep one buffer.
pub(crate) fn unescape_into(out: &mut Vec<u8>, text: &[u8], plus_is_space: bool) {
    out.clear();
    out.reserve(text.len());
    let mut rest = text;
    let blank = if plus_is_space { b'+' } else { b'%' };
    loop {
        let length = swar::find_either(rest, b'%', blank).unwrap_or(rest.len());
        let (plain, coded) = rest.split_at_checked(length).unwrap_or_default();
        out.extend_from_slice(plain);
        rest = match coded {
            [b'+', tail @ ..] => {
                out.push(b' ');
                tail
            }
            [mark, tail @ ..] => {
                let decoded = percent_pair(coded);
                out.push(decoded.unwrap_or(*mark));
                let digits = if decoded.is_some() { 2 } else { 0 };
                tail.get(digits..).unwrap_or_default()
            }
            [] => return,
        };
    }
}

/// `%XX` decoded once (RFC 3986); a malformed escape stays.
#[must_use]
pub fn percent(text: &[u8]) -> Cow<'_, [u8]> {
    unescape(text, false)
}

/// A query or form field: `%XX` decoded once and `+` as a space (WHATWG URL).
#[must_use]
pub fn form(text: &[u8]) -> Cow<'_, [u8]> {
    unescape(text, true)
}

/// A decoded path with `\` as `/` and its `.` and `..` segments applied, the
/// way a URL parser does before routing; never above the root.
#[must_use]
pub fn remove_dot_segments(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut segments = path.split(|b| matches!(b, b'/' | b'\\')).peekable();
    if path.first().is_some_and(|b| matches!(b, b'/' | b'\\')) {
        segments.next();
    }
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            b"." | b".." => {
                if segment.len() == 2 {
                    kept.pop();
                }
                if last {
                    kept.push(b"");
                }
            }
            segment => kept.push(segment),
        }
    }
    let mut out = Vec::with_capacity(path.len());
    for segment in kept {
        out.push(b'/');
        out.extend_from_slice(segment);
    }
    if out.is_empty() {
        out.push(b'/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_once_and_keeps_what_is_no_escape() {
        assert_eq!(percent(b"a%2541%4g%+").as_ref(), b"a%41%4g%+");
        assert_eq!(form(b"a+b%2Bc").as_ref(), b"a b+c");
    }

    #[test]
    fn dot_segments() {
        let cases: &[(&[u8], &[u8])] = &[
            (b"/a/../b", b"/b"),
            (b"/../../etc", b"/etc"),
            (b"/a/./b/.", b"/a/b/"),
            (b"\\a\\..\\b", b"/b"),
            (b"/a/..", b"/"),
            (b"/a//b", b"/a//b"),
        ];
        for (path, expected) in cases {
            assert_eq!(remove_dot_segments(path), *expected);
        }
    }
}
