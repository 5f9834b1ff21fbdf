//! Bodies in a character set that is not ASCII below 128, as the content type or
//! a byte order mark says: UTF-16, UTF-32 and EBCDIC (IBM037). Frameworks turn
//! them into text before anybody looks, so a scanner must.
//!
//! UTF-7 is read by [`super::unfold`], whatever the type says. Sets that keep
//! ASCII (Latin, Cyrillic, Shift JIS) need no decoding here.

use super::cursor::{find_ci, starts_with_ci};
use super::decode;
use alloc::vec::Vec;

/// How code units are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Charset {
    /// Bytes a unit, and whether its first byte is the high one.
    Wide(usize, bool),
    Ebcdic,
}

/// The body as UTF-8, where it is in a set that hides ASCII.
pub(crate) fn decode(content_type: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    match of(content_type, body)? {
        Charset::Wide(width, big) => Some(wide(body, width, big)),
        Charset::Ebcdic => Some(
            decode::percent(body)
                .iter()
                .map(|byte| EBCDIC.get(usize::from(*byte)).copied().unwrap_or_default())
                .collect(),
        ),
    }
}

fn of(content_type: &[u8], body: &[u8]) -> Option<Charset> {
    match *body {
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'<', ..] => return Some(Charset::Wide(4, true)),
        [0xff, 0xfe, 0, 0, ..] | [b'<', 0, 0, 0, ..] => return Some(Charset::Wide(4, false)),
        [0xfe, 0xff, ..] | [0, b'<' | b'{' | b'[' | b'"', 0, ..] => {
            return Some(Charset::Wide(2, true));
        }
        [0xff, 0xfe, ..] | [b'<' | b'{' | b'[' | b'"', 0, _, 0, ..] => {
            return Some(Charset::Wide(2, false));
        }
        _ => {}
    }
    let at = find_ci(content_type, b"charset=")?;
    let name = content_type.get(at.saturating_add(8)..)?;
    let name = name.strip_prefix(b"\"").unwrap_or(name);
    // without a mark the bytes decide: one half of most units is zero
    let big = body.first() == Some(&0);
    let zeros = body.iter().take(64).filter(|b| **b == 0).count();
    if starts_with_ci(name, b"utf-16") {
        return (zeros > 0).then_some(Charset::Wide(2, big));
    }
    if starts_with_ci(name, b"utf-32") {
        return (zeros > 0).then_some(Charset::Wide(4, big));
    }
    [&b"ibm037"[..], b"cp037", b"ibm500", b"ibm1047", b"ebcdic"]
        .iter()
        .any(|known| starts_with_ci(name, known))
        .then_some(Charset::Ebcdic)
}

fn wide(body: &[u8], width: usize, big: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut high: Option<u32> = None;
    for unit in body.chunks_exact(width) {
        let join = |code: u32, byte: &u8| code.wrapping_shl(8) | u32::from(*byte);
        let code = if big {
            unit.iter().fold(0, join)
        } else {
            unit.iter().rev().fold(0, join)
        };
        let code = match (high.take(), code) {
            (Some(first), 0xdc00..=0xdfff) => 0x1_0000_u32
                .saturating_add(code & 0x3ff)
                .saturating_add((first & 0x3ff).wrapping_shl(10)),
            (_, 0xd800..=0xdbff) => {
                high = Some(code);
                continue;
            }
            (_, 0xfeff) => continue,
            _ => code,
        };
        let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out
}

/// Code page 037 to Latin-1.
#[rustfmt::skip]
static EBCDIC: [u8; 256] = [
    0x00, 0x01, 0x02, 0x03, 0x9c, 0x09, 0x86, 0x7f, 0x97, 0x8d, 0x8e, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x9d, 0x85, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8f, 0x1c, 0x1d, 0x1e, 0x1f,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0a, 0x17, 0x1b, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9a, 0x9b, 0x14, 0x15, 0x9e, 0x1a,
    0x20, 0xa0, 0xe2, 0xe4, 0xe0, 0xe1, 0xe3, 0xe5, 0xe7, 0xf1, 0xa2, 0x2e, 0x3c, 0x28, 0x2b, 0x7c,
    0x26, 0xe9, 0xea, 0xeb, 0xe8, 0xed, 0xee, 0xef, 0xec, 0xdf, 0x21, 0x24, 0x2a, 0x29, 0x3b, 0xac,
    0x2d, 0x2f, 0xc2, 0xc4, 0xc0, 0xc1, 0xc3, 0xc5, 0xc7, 0xd1, 0xa6, 0x2c, 0x25, 0x5f, 0x3e, 0x3f,
    0xf8, 0xc9, 0xca, 0xcb, 0xc8, 0xcd, 0xce, 0xcf, 0xcc, 0x60, 0x3a, 0x23, 0x40, 0x27, 0x3d, 0x22,
    0xd8, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xab, 0xbb, 0xf0, 0xfd, 0xfe, 0xb1,
    0xb0, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0xaa, 0xba, 0xe6, 0xb8, 0xc6, 0xa4,
    0xb5, 0x7e, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0xa1, 0xbf, 0xd0, 0xdd, 0xde, 0xae,
    0x5e, 0xa3, 0xa5, 0xb7, 0xa9, 0xa7, 0xb6, 0xbc, 0xbd, 0xbe, 0x5b, 0x5d, 0xaf, 0xa8, 0xb4, 0xd7,
    0x7b, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xad, 0xf4, 0xf6, 0xf2, 0xf3, 0xf5,
    0x7d, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0xb9, 0xfb, 0xfc, 0xf9, 0xfa, 0xff,
    0x5c, 0xf7, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0xb2, 0xd4, 0xd6, 0xd2, 0xd3, 0xd5,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xb3, 0xdb, 0xdc, 0xd9, 0xda, 0x9f,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_ebcdic() {
        let wide = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| {
                    if big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect()
        };
        let text = "<?xml a=\"\u{1f600}\">";
        for (kind, body) in [
            ("text/xml", wide(text, true)),
            ("text/xml", wide(text, false)),
            ("", [b"\xff\xfe".to_vec(), wide(text, false)].concat()),
            ("text/xml; charset=UTF-16BE", wide(text, true)),
        ] {
            let read = decode(kind.as_bytes(), &body);
            assert_eq!(read.as_deref(), Some(text.as_bytes()), "{kind}");
        }
        let type_ = b"application/x-www-form-urlencoded; charset=ibm037";
        assert_eq!(
            decode(type_, b"%4C%A2%83%99%89%97%A3%6E\x4c").as_deref(),
            Some(&b"<script><"[..])
        );
        assert_eq!(decode(b"text/plain; charset=utf-8", b"plain"), None);
        assert_eq!(decode(b"text/plain; charset=utf-16", b"plain"), None);
    }
}
