//! Ed25519 signatures (RFC 8032), verified.
//!
//! Non-canonical encodings and keys of small order never verify. A verification
//! takes a third of a millisecond in wasm, so it comes last, after everything
//! that can be refused without it.

use ed25519_compact::{PublicKey, Signature};

/// A public key.
pub type Key = [u8; 32];

/// Keys whose private half is printed in an RFC: whoever signs with one has
/// proven nothing. RFC 9421 B.1.4, RFC 8037 A.1 (RFC 8032 7.1 test 1), tests 2
/// and 3 of RFC 8032 7.1.
const PRINTED: &[u8; 128] = b"\
\x26\xb4\x0b\x8f\x93\xff\xf3\xd8\x97\x11\x2f\x7e\xbc\x58\x2b\x23\
\x2d\xbd\x72\x51\x7d\x08\x2f\xe8\x3c\xfb\x30\xdd\xce\x43\xd1\xbb\
\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\
\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a\
\x3d\x40\x17\xc3\xe8\x43\x89\x5a\x92\xb7\x0a\xa7\x4d\x1b\x7e\xbc\
\x9c\x98\x2c\xcf\x2e\xc4\x96\x8c\xc0\xcd\x55\xf1\x2a\xf4\x66\x0c\
\xfc\x51\xcd\x8e\x62\x18\xa1\xa3\x8d\xa4\x7e\xd0\x02\x30\xf0\x58\
\x08\x16\xed\x13\xba\x33\x03\xac\x5d\xeb\x91\x15\x48\x90\x80\x25";

/// Whether everybody knows the private half of this key.
#[must_use]
pub fn is_printed(key: &Key) -> bool {
    PRINTED.chunks(32).any(|printed| printed == key)
}

/// Whether `signature` is the key's over `message`.
#[must_use]
pub fn verify(key: &Key, message: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature)
        .is_ok_and(|signature| PublicKey::new(*key).verify(message, &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn hex(text: &str) -> Vec<u8> {
        let pairs = text.as_bytes().chunks(2);
        pairs
            .filter_map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok())
            .collect()
    }

    #[test]
    fn rfc_8032_test_2() {
        let key: Key = PRINTED
            .get(64..96)
            .and_then(|k| k.try_into().ok())
            .unwrap_or_default();
        let mut signature = hex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        assert!(verify(&key, b"\x72", &signature));
        assert!(is_printed(&key));
        assert!(!verify(&key, b"\x73", &signature));
        assert!(!verify(&[0; 32], b"\x72", &signature));
        assert!(!verify(&key, b"\x72", b"short"));
        if let Some(byte) = signature.last_mut() {
            *byte ^= 0x80;
        }
        assert!(!verify(&key, b"\x72", &signature));
        assert!(!is_printed(&[1; 32]));
    }
}
