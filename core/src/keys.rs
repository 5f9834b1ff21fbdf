//! Keys of what is remembered: keyed hashes of everything a rule looked at.
//!
//! The embedded store is keyed by SipHash-1-3 under a seed that the shell draws
//! at random, so nobody outside can choose colliding keys. A store that other
//! processes share, and identities in logs, use HMAC-SHA-256 under the
//! application's secret, so a leaked store or log names nobody.

use crate::store::Key;
use alloc::boxed::Box;
use core::fmt;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Makes keys.
#[derive(Clone)]
pub enum Keyer {
    /// For the embedded store.
    Seed([u8; 16]),
    /// For shared stores and logs.
    Secret(Box<Hmac<Sha256>>),
}

impl fmt::Debug for Keyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyer")
    }
}

impl Keyer {
    /// Under a secret of any length.
    #[must_use]
    pub fn secret(secret: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(secret)
            .ok()
            .map(|mac| Self::Secret(Box::new(mac)))
    }

    /// The key of some material.
    #[must_use]
    pub fn key(&self, material: &[u8]) -> Key {
        match self {
            Self::Seed(seed) => {
                let hash = siphasher::sip128::SipHasher13::new_with_key(seed).hash(material);
                Key(hash.as_u128())
            }
            Self::Secret(mac) => {
                let mut mac = mac.clone();
                mac.update(material);
                let bytes = mac.finalize().into_bytes();
                let half = bytes.first_chunk::<16>().copied().unwrap_or_default();
                Key(u128::from_be_bytes(half))
            }
        }
    }
}
