//! Base64 (RFC 4648, both alphabets, padding optional) of a value that is
//! base64 as a whole and hides text; anything else is left alone.
//!
//! Line ends inside (MIME) and blanks for `+` (a form decoded once) do not hide
//! it, nor a few marks of a quote around it, nor that the text is UTF-16 or
//! base64 again. Unlike [`super::base64`] it gives up at the first byte that is
//! no text, so tokens and images cost a few bytes of work.

use super::cursor::{find, tick};
use alloc::vec::Vec;

/// Shorter texts are words by chance, longer ones are files.
const LENGTHS: core::ops::RangeInclusive<usize> = 16..=8192;
/// So many marks around it are cut off.
const MARKS: usize = 6;
/// So often the text may be base64 of base64.
const LAYERS: usize = 3;

/// Decodes `text` into `out` if all of it is base64 of printable text.
pub(crate) fn decode(text: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    if !once(text, out) {
        return false;
    }
    let mut inner = Vec::new();
    for _ in 1..LAYERS {
        inner.clear();
        if !once(out, &mut inner) {
            break;
        }
        core::mem::swap(out, &mut inner);
    }
    true
}

fn once(text: &[u8], out: &mut Vec<u8>) -> bool {
    if text.len() < *LENGTHS.start() {
        return false;
    }
    let text = match find(
        text.get(..64.min(text.len())).unwrap_or_default(),
        b";base64,",
    ) {
        Some(at) => text.get(at.saturating_add(8)..).unwrap_or_default(),
        None => without_marks(text),
    };
    if !LENGTHS.contains(&text.len()) {
        return false;
    }
    let body = text
        .strip_suffix(b"==")
        .or_else(|| text.strip_suffix(b"="))
        .unwrap_or(text);
    let (mut bits, mut held, mut zeros) = (0_u32, 0_u32, 0_usize);
    for byte in body {
        tick(1);
        let six = match byte {
            b'\r' | b'\n' => continue,
            b' ' => 62,
            byte => match digit(*byte) {
                Some(six) => six,
                None => return false,
            },
        };
        bits = bits.wrapping_shl(6) | u32::from(six);
        held = held.saturating_add(6);
        if held < 8 {
            continue;
        }
        held = held.saturating_sub(8);
        let [.., byte] = bits.wrapping_shr(held).to_be_bytes();
        match byte {
            // the other half of a UTF-16 unit
            0 if zeros <= out.len() && zeros.saturating_add(1) >= out.len() => {
                zeros = zeros.saturating_add(1);
            }
            b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80.. => out.push(byte),
            _ => return false,
        }
    }
    // cut in the middle of a character is cut by whoever sent it
    core::str::from_utf8(out).map_or_else(|e| e.error_len().is_none(), |_| true)
}

/// The text without quotes, brackets and the like around it.
fn without_marks(text: &[u8]) -> &[u8] {
    let mark = |b: &u8| {
        matches!(
            b,
            b'"' | b'\''
                | b'`'
                | b'<'
                | b'>'
                | b'('
                | b')'
                | b';'
                | b'&'
                | b','
                | b' '
                | b'\r'
                | b'\n'
        )
    };
    let start = text
        .iter()
        .take(MARKS)
        .position(|b| !mark(b))
        .unwrap_or_default();
    let end = text
        .iter()
        .rev()
        .take(MARKS)
        .position(|b| !mark(b) && *b != b'/')
        .unwrap_or_default();
    text.get(start..text.len().saturating_sub(end))
        .unwrap_or_default()
}

/// The six bits of a digit of either alphabet.
pub(crate) fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte.wrapping_sub(b'A'),
        b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
        b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_comes_out() {
        let mut out = Vec::new();
        for text in [
            &b"PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="[..],
            b"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg",
            b"PHNjcmlwdD5h\r\nbGVydCgxKTwvc2NyaXB0Pg==\r\n",
            b"'\">PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\"/>",
            b"PABzAGMAcgBpAHAAdAA+AGEAbABlAHIAdAAoADEAKQA8AC8AcwBjAHIAaQBwAHQAPgA=",
            b"PABzAGMAcgBpAHAAdAA AGEAbABlAHIAdAAoADEAKQA8AC8AcwBjAHIAaQBwAHQAPgA=",
            b"UEhOamNtbHdkRDVoYkdWeWRDZ3hLVHd2YzJOeWFYQjBQZz09",
        ] {
            assert!(decode(text, &mut out), "{}", text.escape_ascii());
            assert_eq!(out, b"<script>alert(1)</script>");
        }
        for no in [
            &b"PHNjcmlwdD4="[..],
            b"not base64, but long enough",
            b"iVBORw0KGgoAAAANSUhEUg==",
        ] {
            assert!(!decode(no, &mut out));
        }
    }
}
