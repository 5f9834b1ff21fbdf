//! Base64 (RFC 4648), both alphabets, padding optional.

use alloc::string::String;
use alloc::vec::Vec;

fn digit(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte.saturating_sub(b'A')),
        b'a'..=b'z' => u32::from(byte.saturating_sub(b'a')).saturating_add(26),
        b'0'..=b'9' => u32::from(byte.saturating_sub(b'0')).saturating_add(52),
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The decoded bytes; `None` if a character does not belong or the length is
/// impossible.
#[must_use]
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let end = text
        .iter()
        .rposition(|b| *b != b'=')
        .map_or(0, |last| last.saturating_add(1));
    let (digits, padding) = text.split_at_checked(end)?;
    if padding.len() > 2 || digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len().saturating_mul(3) / 4);
    for group in digits.chunks(4) {
        let mut bits: u32 = 0;
        for byte in group {
            bits = bits.wrapping_shl(6) | digit(*byte)?;
        }
        let missing = 4_usize.saturating_sub(group.len());
        for _ in 0..missing {
            bits = bits.wrapping_shl(6);
        }
        let [_, bytes @ ..] = bits.to_be_bytes();
        out.extend(bytes.into_iter().take(3_usize.saturating_sub(missing)));
    }
    Some(out)
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Adds the bytes as base64 of the standard alphabet, with padding.
pub fn encode(bytes: &[u8], out: &mut String) {
    for group in bytes.chunks(3) {
        digits(group, out, core::convert::identity);
        for _ in group.len()..3 {
            out.push('=');
        }
    }
}

/// Adds the bytes as base64url, without padding (RFC 7515).
pub fn encode_url(bytes: &[u8], out: &mut String) {
    for group in bytes.chunks(3) {
        digits(group, out, |digit| match digit {
            b'+' => b'-',
            b'/' => b'_',
            digit => digit,
        });
    }
}

fn digits(group: &[u8], out: &mut String, alphabet: fn(u8) -> u8) {
    let at = |index| u32::from(group.get(index).copied().unwrap_or_default());
    let bits = at(0).wrapping_shl(16) | at(1).wrapping_shl(8) | at(2);
    for shift in [18_u32, 12, 6, 0]
        .into_iter()
        .take(group.len().saturating_add(1))
    {
        let digit = usize::try_from(bits.wrapping_shr(shift) & 63).unwrap_or_default();
        let digit = STANDARD.get(digit).copied().unwrap_or_default();
        out.push(char::from(alphabet(digit)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_reads_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        for end in 0..bytes.len() {
            let bytes = bytes.get(..end).unwrap_or_default();
            let (mut plain, mut url) = (String::new(), String::new());
            encode(bytes, &mut plain);
            encode_url(bytes, &mut url);
            assert_eq!(decode(plain.as_bytes()).as_deref(), Some(bytes));
            assert_eq!(decode(url.as_bytes()).as_deref(), Some(bytes));
            assert!(plain.len().is_multiple_of(4));
            assert!(!url.contains(['+', '/', '=']));
        }
    }

    #[test]
    fn rfc_4648_vectors() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYmE=", "fooba"),
        ] {
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(decode(b"_-8").as_deref(), Some(&[0xff, 0xef][..]));
        for bad in ["A", "AA=A", "AA===", "A A=", "é"] {
            assert_eq!(decode(bad.as_bytes()), None, "{bad}");
        }
    }
}
