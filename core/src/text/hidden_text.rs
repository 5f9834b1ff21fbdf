//! Base64 (RFC 4648, both alphabets, padding optional) of a value that is
//! base64 as a whole and hides text; anything else is left alone.
//!
//! Unlike [`super::base64`] it gives up at the first byte that is no text, so
//! tokens and images cost a few bytes of work.

use super::cursor::find;
use alloc::vec::Vec;

/// Shorter texts are words by chance, longer ones are files.
const LENGTHS: core::ops::RangeInclusive<usize> = 16..=8192;

/// Decodes `text` into `out` if all of it is base64 of printable text.
pub(crate) fn decode(text: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    if text.len() < *LENGTHS.start() {
        return false;
    }
    let text = match find(
        text.get(..64.min(text.len())).unwrap_or_default(),
        b";base64,",
    ) {
        Some(at) => text.get(at.saturating_add(8)..).unwrap_or_default(),
        None => text,
    };
    if !LENGTHS.contains(&text.len()) {
        return false;
    }
    let body = text
        .strip_suffix(b"==")
        .or_else(|| text.strip_suffix(b"="))
        .unwrap_or(text);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in body {
        let Some(six) = digit(*byte) else {
            return false;
        };
        bits = bits.wrapping_shl(6) | u32::from(six);
        held = held.saturating_add(6);
        if held >= 8 {
            held = held.saturating_sub(8);
            let [.., byte] = bits.wrapping_shr(held).to_be_bytes();
            if !matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..) {
                return false;
            }
            out.push(byte);
        }
    }
    core::str::from_utf8(out).is_ok()
}

fn digit(byte: u8) -> Option<u8> {
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
        assert!(decode(b"PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", &mut out));
        assert_eq!(out, b"<script>alert(1)</script>");
        assert!(decode(
            b"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg",
            &mut out
        ));
        for no in [
            &b"PHNjcmlwdD4="[..],
            b"not base64, but long enough",
            b"iVBORw0KGgoAAAANSUhEUg==",
        ] {
            assert!(!decode(no, &mut out));
        }
    }
}
