//! Digits and escapes that stand for bytes.

use super::Disguise;
use crate::text::base64;
use alloc::vec::Vec;

/// What is called with decoded bytes and where they stood.
type Visit<'v> = dyn FnMut(Disguise, &[u8], usize, usize) + 'v;

/// Shortest run of Base64 that is decoded; of hexadecimal, Base32, binary digits.
const BASE64: usize = 16;
const HEX: usize = 20;
const BASE32: usize = 24;
const BINARY: usize = 40;

/// Fewest escapes that are a disguise.
const ESCAPES: usize = 3;

/// Visits what is encoded in `text`.
pub(super) fn each(text: &[u8], visit: &mut Visit<'_>) {
    let mut at = 0_usize;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().take_while(|b| is_digit(**b)).count();
        let padding = rest
            .iter()
            .skip(length)
            .take(2)
            .take_while(|b| **b == b'=')
            .count();
        if length >= BASE64 {
            let run = rest.get(..length).unwrap_or_default();
            if let Some(decoded) = decode(run) {
                visit(Disguise::Encoded, &decoded, at, at.saturating_add(length));
            }
        }
        at = at
            .saturating_add(length)
            .saturating_add(padding)
            .max(at.saturating_add(1));
    }
    pairs(text, visit);
    let (decoded, escapes) = unescape(text);
    if escapes >= ESCAPES {
        visit(Disguise::Escaped, &decoded, 0, text.len());
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// A run of digits as text, if it is one.
fn decode(run: &[u8]) -> Option<Vec<u8>> {
    let all = |of: fn(&u8) -> bool| run.iter().all(of);
    if all(|b| matches!(b, b'0' | b'1')) {
        return None;
    }
    if run.len() >= HEX && all(u8::is_ascii_hexdigit) {
        let bytes = run.chunks_exact(2).filter_map(hex).collect();
        return text(bytes);
    }
    if run.len() >= BASE32
        && all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'))
        && let Some(decoded) = text(base32(run))
    {
        return Some(decoded);
    }
    // a path or a name in words is none
    let kinds = [
        run.iter().any(u8::is_ascii_uppercase),
        run.iter().any(u8::is_ascii_lowercase),
        run.iter().any(u8::is_ascii_digit),
    ];
    if kinds.iter().filter(|kind| **kind).count() < 2 {
        return None;
    }
    let whole = run.len().saturating_sub(usize::from(run.len() % 4 == 1));
    text(base64::decode(run.get(..whole)?)?)
}

/// The bytes, if nearly all of them are text with a blank in it or long enough.
fn text(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let shown: usize = bytes
        .utf8_chunks()
        .map(|chunk| {
            let plain = |ch: &char| !ch.is_control() || matches!(ch, '\n' | '\r' | '\t');
            chunk
                .valid()
                .chars()
                .filter(plain)
                .map(char::len_utf8)
                .sum::<usize>()
        })
        .sum();
    let enough = bytes.len() >= 8 && shown.saturating_mul(10) >= bytes.len().saturating_mul(9);
    enough.then_some(bytes)
}

fn nibble(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0'..=b'9' => byte.wrapping_sub(b'0'),
        b'a'..=b'f' => byte.wrapping_sub(b'a').wrapping_add(10),
        b'A'..=b'F' => byte.wrapping_sub(b'A').wrapping_add(10),
        _ => return None,
    })
}

fn hex(pair: &[u8]) -> Option<u8> {
    let [high, low] = pair.first_chunk::<2>().copied()?;
    Some(nibble(high)?.wrapping_shl(4) | nibble(low)?)
}

fn base32(run: &[u8]) -> Vec<u8> {
    let (mut bits, mut count) = (0_u32, 0_u32);
    let mut out = Vec::with_capacity(run.len().saturating_mul(5) / 8);
    for byte in run {
        let digit = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            _ => byte.wrapping_sub(b'2').wrapping_add(26),
        };
        bits = bits.wrapping_shl(5) | u32::from(digit);
        count = count.wrapping_add(5);
        if count >= 8 {
            count = count.wrapping_sub(8);
            let [.., low] = bits.wrapping_shr(count).to_be_bytes();
            out.push(low);
        }
    }
    out
}

/// Pairs of hexadecimal digits or groups of eight binary ones, one after the
/// other with a blank or comma between.
fn pairs(text_: &[u8], visit: &mut Visit<'_>) {
    let mut at = 0_usize;
    while at < text_.len() {
        let rest = text_.get(at..).unwrap_or_default();
        let binary = groups(rest, 8, BINARY / 8);
        let found = binary.or_else(|| groups(rest, 2, HEX / 2));
        if let Some((bytes, length)) = found {
            if let Some(decoded) = text(bytes) {
                visit(Disguise::Encoded, &decoded, at, at.saturating_add(length));
            }
            at = at.saturating_add(length);
        } else {
            let skipped = rest
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric())
                .count();
            at = at.saturating_add(skipped.max(1));
        }
    }
}

/// Groups of `width` digits at the start of `text`: their bytes and length.
fn groups(text: &[u8], width: usize, least: usize) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut at = 0_usize;
    let mut end = 0_usize;
    let mut apart = false;
    while let Some(group) = text.get(at..at.saturating_add(width)) {
        let byte = if width == 8 {
            group.iter().try_fold(0_u8, |byte, digit| match digit {
                b'0' | b'1' => Some(byte.wrapping_shl(1) | (digit & 1)),
                _ => None,
            })
        } else {
            hex(group)
        };
        let Some(byte) = byte else { break };
        out.push(byte);
        at = at.saturating_add(width);
        end = at;
        let gap = text.get(at..).unwrap_or_default();
        let gap = gap
            .iter()
            .take(2)
            .take_while(|b| matches!(b, b' ' | b',' | b':' | b'-'))
            .count();
        apart |= gap > 0;
        at = at.saturating_add(gap);
    }
    // digits without a gap were looked at already
    (out.len() >= least && (apart || width == 8)).then_some((out, end))
}

/// Escapes of URLs, markup and program text undone, and how many there were.
fn unescape(text: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(text.len());
    let mut count = 0_usize;
    let mut rest = text;
    while let Some(first) = rest.first() {
        let length = if let Some((ch, length)) = escape(rest) {
            let mut bytes = [0; 4];
            match u8::try_from(ch) {
                // bytes of UTF-8
                Ok(byte) if length <= 4 && *first != b'&' => out.push(byte),
                _ => out.extend_from_slice(ch.encode_utf8(&mut bytes).as_bytes()),
            }
            count = count.saturating_add(1);
            length
        } else {
            out.push(*first);
            1
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    (out, count)
}

fn escape(rest: &[u8]) -> Option<(char, usize)> {
    let digits = |from: usize, count: usize| {
        let digits = rest.get(from..from.checked_add(count)?)?;
        digits.iter().try_fold(0_u32, |value, digit| {
            Some(value.wrapping_shl(4) | u32::from(nibble(*digit)?))
        })
    };
    let (code, length) = match *rest {
        [b'%', ..] => (digits(1, 2)?, 3),
        [b'\\', b'x', ..] => (digits(2, 2)?, 4),
        [b'\\', b'u', ..] => (digits(2, 4)?, 6),
        [b'&', b'#', b'x' | b'X', ..] => {
            let count = rest
                .iter()
                .skip(3)
                .take(6)
                .take_while(|b| b.is_ascii_hexdigit())
                .count();
            (digits(3, count)?, count.saturating_add(4))
        }
        [b'&', b'#', ..] => {
            let run = rest.get(2..)?;
            let count = run
                .iter()
                .take(7)
                .take_while(|b| b.is_ascii_digit())
                .count();
            let value = run.get(..count)?.iter().fold(0_u32, |value, digit| {
                value.wrapping_mul(10).wrapping_add(u32::from(digit & 0x0f))
            });
            (value, count.saturating_add(3))
        }
        _ => return None,
    };
    char::from_u32(code)
        .filter(|ch| *ch != '\0')
        .map(|ch| (ch, length))
}
