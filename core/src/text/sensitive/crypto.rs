//! Addresses of wallets: `Base58Check` of 25 bytes (Bitcoin and its kin), bech32
//! and bech32m (BIP 173, BIP 350), Ethereum's `0x` and forty digits, Monero's 95
//! of Base58.
//!
//! Where a checksum fails, a word must say what it is: people and generators
//! write addresses that nobody owns. EIP-55's case is not checked.

use super::{Candidate, Entity, part};
use sha2::{Digest as _, Sha256};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The address that is the word from `start` to `end`. `budget` bounds how many
/// checksums one text may cost.
pub(super) fn find(text: &[u8], start: usize, end: usize, budget: &mut u8) -> Option<Candidate> {
    let word = part(text, start, end);
    let candidate = |with, plain, against| {
        Some(Candidate {
            start,
            end,
            entity: Entity::CryptoAddress,
            with,
            plain,
            against,
        })
    };
    match word {
        [b'0', b'x', hex @ ..] if hex.len() == 40 && hex.iter().all(u8::is_ascii_hexdigit) => {
            // counted up or all the same: an example of a constant
            let first = hex.first();
            if hex.iter().skip(1).all(|b| Some(b) == hex.get(1)) && first.is_some() {
                return None;
            }
            candidate(100, 80, 40)
        }
        [b'0'..=b'9' | b'A'..=b'Z' | b't' | b'r', ..]
            if (26..=35).contains(&word.len()) && word.iter().all(|b| ALPHABET.contains(b)) =>
        {
            if !(word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_lowercase)) {
                return None;
            }
            if let Some(left) = budget.checked_sub(1) {
                *budget = left;
                if is_base58check(word) {
                    return candidate(100, 95, 80);
                }
            }
            let known = matches!(
                word,
                [b'1' | b'3' | b'L' | b'M' | b'D' | b'X' | b'T' | b'r', ..]
            );
            if known { candidate(65, 0, 0) } else { None }
        }
        [b'4' | b'8', ..] if word.len() == 95 && word.iter().all(|b| ALPHABET.contains(b)) => {
            candidate(95, 80, 60)
        }
        _ if word.len() >= 14 && word.len() <= 110 && word.contains(&b'1') => {
            if is_bech32(word) {
                candidate(100, 95, 80)
            } else if word.get(..4).is_some_and(|head| {
                head.eq_ignore_ascii_case(b"bc1q")
                    || head.eq_ignore_ascii_case(b"bc1p")
                    || head.eq_ignore_ascii_case(b"ltc1")
            }) && (38..=64).contains(&word.len())
            {
                candidate(80, 60, 30)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// Twenty-five bytes whose last four begin the double SHA-256 of the others.
fn is_base58check(word: &[u8]) -> bool {
    let mut bytes = [0_u8; 25];
    for sign in word {
        let Some(value) = ALPHABET.iter().position(|b| b == sign) else {
            return false;
        };
        let mut carry = u32::try_from(value).unwrap_or(0);
        for byte in bytes.iter_mut().rev() {
            carry = carry.saturating_add(u32::from(*byte).saturating_mul(58));
            let [low, ..] = carry.to_le_bytes();
            *byte = low;
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let Some((payload, check)) = bytes.split_at_checked(21) else {
        return false;
    };
    let hash = Sha256::digest(Sha256::digest(payload));
    hash.starts_with(check)
}

/// BIP 173: a name, `1`, and data whose checksum is 1, or BIP 350's constant.
fn is_bech32(word: &[u8]) -> bool {
    let lower = word.iter().any(u8::is_ascii_lowercase);
    let upper = word.iter().any(u8::is_ascii_uppercase);
    let Some(split) = word.iter().rposition(|b| *b == b'1') else {
        return false;
    };
    let (name, data) = (
        part(word, 0, split),
        part(word, split.saturating_add(1), word.len()),
    );
    if lower == upper || name.is_empty() || name.len() > 16 || data.len() < 30 {
        return false;
    }
    let mut sum = 1_u32;
    let mut add = |value: u32| {
        const GENERATOR: [u32; 5] = [
            0x3b6a_57b2,
            0x2650_8e6d,
            0x1ea1_19fa,
            0x3d42_33dd,
            0x2a14_62b3,
        ];
        let top = sum >> 25;
        sum = (sum & 0x01ff_ffff).wrapping_shl(5) ^ value;
        for (bit, generator) in (0_u32..).zip(GENERATOR) {
            if top.wrapping_shr(bit) & 1 == 1 {
                sum ^= generator;
            }
        }
    };
    for sign in name {
        add(u32::from(sign.to_ascii_lowercase() >> 5));
    }
    add(0);
    for sign in name {
        add(u32::from(sign.to_ascii_lowercase() & 31));
    }
    for sign in data {
        let sign = sign.to_ascii_lowercase();
        let Some(value) = BECH32.iter().position(|b| *b == sign) else {
            return false;
        };
        add(u32::try_from(value).unwrap_or(0));
    }
    matches!(sum, 1 | 0x2bc8_30a3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_of_published_addresses() {
        for address in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "0x52908400098527886E0F7030069857D2E4169EE7",
        ] {
            let mut budget = 9;
            let found = find(address.as_bytes(), 0, address.len(), &mut budget);
            assert!(found.is_some_and(|f| f.plain >= 80), "{address}");
        }
        for other in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "bc2qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        ] {
            let found = find(other.as_bytes(), 0, other.len(), &mut 9);
            assert!(found.is_none_or(|f| f.plain < 50), "{other}");
        }
    }
}
