//! How random a token looks, in whole numbers.

/// Sixteenths of a bit per byte of the distribution of `text`'s bytes, by a
/// table of `n log n`; texts longer than 64 bytes are judged by their first 64.
fn bits(text: &[u8]) -> u32 {
    let text = text.get(..64).unwrap_or(text);
    let mut seen = [0_u8; 128];
    for byte in text {
        if let Some(count) = seen.get_mut(usize::from(*byte & 0x7f)) {
            *count = count.saturating_add(1);
        }
    }
    let total = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let sum = seen.iter().fold(0_u32, |sum, count| {
        sum.saturating_add(weight(u32::from(*count)))
    });
    weight(total)
        .saturating_sub(sum)
        .checked_div(total)
        .unwrap_or(0)
}

/// Sixteen times `n` times the binary logarithm of `n`, its fraction linear.
fn weight(n: u32) -> u32 {
    let Some(whole) = n.checked_ilog2() else {
        return 0;
    };
    let base = 1_u32.wrapping_shl(whole);
    let fraction = n
        .saturating_sub(base)
        .saturating_mul(16)
        .wrapping_shr(whole);
    n.saturating_mul(whole.saturating_mul(16).saturating_add(fraction))
}

/// Whether a token is made by chance rather than by a person: letters and
/// digits mixed, no byte much more common than others, no long counting up.
pub(super) fn is_random(token: &[u8]) -> bool {
    if token.len() < 16 {
        return false;
    }
    let digits = token.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = token.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let steps = token
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a == b || b.wrapping_sub(*a) == 1))
        .count();
    // words and dates joined by signs have few changes between kinds of bytes
    let kind = |b: &u8| match b {
        b'0'..=b'9' => 0_u8,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    let changes = token
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if kind(a) != kind(b)))
        .count();
    // names of things are words and numbers with signs between; a key has a part
    // in which letters and digits are mixed
    let mixed = token.split(|b| !b.is_ascii_alphanumeric()).any(|part| {
        part.len() >= 12
            && part.iter().any(u8::is_ascii_digit)
            && part.iter().any(u8::is_ascii_alphabetic)
    });
    mixed
        && digits >= 2
        && letters >= 4
        && steps.saturating_mul(4) < token.len()
        && changes.saturating_mul(4) > token.len()
        && bits(token) >= if token.len() < 24 { 50 } else { 54 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_not_random_and_keys_are() {
        for word in [
            "internationalisation",
            "my-service-name-2024-01",
            "aaaaaaaaaaaaaaaaaaaaaaaa1b",
            "abcdefghijklmnop0123456789",
            "xxxxxxxxxxxxxxxxxxxx",
            "your_api_key_goes_here_1",
        ] {
            assert!(!is_random(word.as_bytes()), "{word}");
        }
        for key in [
            "f3Kd9sLq2Xz7Pb1Vn8Wt",
            "9f86d081884c7d659a2feaa0c55ad015",
            "q8Zr-1LmN_0pXc7Vb6Ty5Re4Wq",
        ] {
            assert!(is_random(key.as_bytes()), "{key} {}", bits(key.as_bytes()));
        }
    }
}
