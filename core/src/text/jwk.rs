//! JSON Web Keys (RFC 7517, RFC 8037): the public ones that signatures here are
//! verified with, and their thumbprints (RFC 7638).

use super::base64;
use super::ed25519;
use super::json::Value;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use sha2::{Digest as _, Sha256};

/// Keys of a set that are looked at.
pub const KEYS: usize = 64;

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Ed25519, which the core verifies itself.
    Ed25519(ed25519::Key),
    /// P-256, as a JWK of the required members alone.
    P256(String),
    /// RSA of at least 2048 bits, as such a JWK.
    Rsa(String),
}

/// A key with what its owner calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The key.
    pub key: Key,
    /// Its `kid`, if it has one.
    pub kid: Option<String>,
    /// The one algorithm it is for, if it says so.
    pub algorithm: Option<String>,
}

impl Named {
    /// Reads a JWK; `None` for what is no public signing key of these kinds. A
    /// private key is none either: whoever can read the policy could sign.
    #[must_use]
    pub fn read(jwk: &Value) -> Option<Self> {
        let text = |name| jwk.get(name).and_then(Value::as_text);
        if jwk.get("d").is_some() || !matches!(text("use"), None | Some("sig")) {
            return None;
        }
        let key = match (text("kty")?, text("crv")) {
            ("OKP", Some("Ed25519")) => Key::Ed25519(ed25519_key(text("x")?)?),
            ("EC", Some("P-256")) => {
                let (x, y) = (coordinate(text("x")?)?, coordinate(text("y")?)?);
                Key::P256(format!(
                    r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#
                ))
            }
            ("RSA", _) => {
                let (e, n) = (decoded(text("e")?)?, decoded(text("n")?)?);
                // at least 2048 bits (RFC 7518 section 3.3); an exponent of 1 signs nothing
                if n.len() < 256 || n.len() > 1024 || e.len() > 8 || matches!(*e, [] | [..=1]) {
                    return None;
                }
                let (e, n) = (encoded(&e), encoded(&n));
                Key::Rsa(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#))
            }
            _ => return None,
        };
        Some(Self {
            key,
            kid: text("kid").map(str::to_string),
            algorithm: text("alg").map(str::to_string),
        })
    }

    /// The keys of a set, or of the reply to a `Need::Key`; others are skipped.
    #[must_use]
    pub fn read_set(set: &Value) -> Vec<Self> {
        let keys = set.get("keys").and_then(Value::as_list);
        keys.unwrap_or_default()
            .iter()
            .take(KEYS)
            .filter_map(Self::read)
            .collect()
    }
}

/// The thumbprint of an Ed25519 key (RFC 8037 appendix A.3).
#[must_use]
pub fn thumbprint(key: &ed25519::Key) -> String {
    let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encoded(key));
    encoded(&Sha256::digest(jwk.as_bytes()))
}

/// The public key that `x` of a JWK holds.
#[must_use]
pub fn ed25519_key(x: &str) -> Option<ed25519::Key> {
    decoded(x)?.try_into().ok()
}

/// Base64url without padding, nothing else (RFC 7515 section 2).
#[must_use]
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|b| matches!(b, b'+' | b'/' | b'=')) {
        return None;
    }
    let bytes = base64::decode(text.as_bytes())?;
    // one spelling for one value
    (encoded(&bytes) == text).then_some(bytes)
}

fn coordinate(text: &str) -> Option<String> {
    let bytes = decoded(text)?;
    (bytes.len() == 32).then(|| encoded(&bytes))
}

fn encoded(bytes: &[u8]) -> String {
    let mut out = String::new();
    base64::encode_url(bytes, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(jwk: &str) -> Option<Named> {
        Named::read(&Value::parse(jwk.as_bytes()).ok()?)
    }

    #[test]
    fn rfc_8037_thumbprint() {
        let key = ed25519_key("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap_or_default();
        assert_eq!(
            thumbprint(&key),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn only_public_signing_keys_are_read() {
        let x = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
        let okp = |more: &str| {
            read(&format!(
                r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"{more}}}"#
            ))
        };
        assert!(okp("").is_some());
        assert!(
            okp(r#","use":"sig","kid":"k""#).is_some_and(|key| key.kid.as_deref() == Some("k"))
        );
        assert_eq!(okp(r#","use":"enc""#), None);
        assert_eq!(okp(r#","d":"AAAA""#), None);
        assert_eq!(read(r#"{"kty":"oct","k":"c2VjcmV0"}"#), None);
        assert_eq!(read(r#"{"kty":"OKP","crv":"X25519","x":"AA"}"#), None);
        assert_eq!(read(r#"{"kty":"RSA","e":"AQAB","n":"AQAB"}"#), None);
        assert_eq!(decoded("Zh"), None, "bits left over");
    }
}
