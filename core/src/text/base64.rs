//! Base64 (RFC 4648), both alphabets, padding optional.

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

#[cfg(test)]
mod tests {
    use super::*;

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
