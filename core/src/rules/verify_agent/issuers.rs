//! Who issues tokens, and whether one is theirs.

use super::{Checked, FORBIDDEN, denied, deny, undetermined};
use crate::engine::View;
use crate::need::{Need, Reply, Verify};
use crate::policy::{Fault, Options};
use crate::rules::Finding;
use crate::text::ed25519;
use crate::text::json::Value;
use crate::text::jwk::{Key, Named};
use crate::text::jwt::Jwt;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

const ALGORITHMS: [&str; 3] = ["EdDSA", "ES256", "RS256"];

/// An issuer, pinned to one algorithm.
#[derive(Debug)]
pub(super) struct Issuer {
    /// As in `iss`.
    pub(super) name: String,
    algorithm: &'static str,
    keys: Keys,
}

#[derive(Debug)]
enum Keys {
    Pinned(Vec<Named>),
    At(String),
}

pub(super) fn compile(options: &Options<'_>) -> Result<Vec<Issuer>, Fault> {
    let records = options.records("issuers").unwrap_or_default();
    let mut issuers: Vec<Issuer> = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        let member = |name: &str| {
            let found = record.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        let fault = |name: &'static str, allowed: &'static str| {
            let found = member(name).map_or(Value::Null, |text| Value::Text(text.to_string()));
            Fault::found(format!("issuers[{index}].{name}"), &found, allowed)
        };
        let name = member("issuer").unwrap_or_default();
        if name.is_empty() || issuers.iter().any(|known| known.name == name) {
            return Err(fault("issuer", "text that no other issuer has"));
        }
        let algorithm = ALGORITHMS
            .into_iter()
            .find(|known| Some(*known) == member("algorithm"))
            .ok_or_else(|| fault("algorithm", "EdDSA, ES256 or RS256"))?;
        let keys = match (member("keys"), member("jwks")) {
            (Some(set), None) => {
                let set = Value::parse(set.as_bytes()).unwrap_or(Value::Null);
                let fits = |named: &Named| of(algorithm, named);
                let keys: Vec<Named> = Named::read_set(&set).into_iter().filter(fits).collect();
                if keys.is_empty() {
                    let allowed = format!("a JWK set with a public key for {algorithm}");
                    // the text may hold a private key: it is not repeated
                    let field = format!("issuers[{index}].keys");
                    return Err(Fault::new(field, "no such key", allowed));
                }
                Keys::Pinned(keys)
            }
            (None, Some(url)) if url.starts_with("https://") => Keys::At(url.to_string()),
            (None, _) => return Err(fault("jwks", "an https URL, or keys")),
            (Some(_), Some(_)) => return Err(fault("jwks", "one of keys and jwks")),
        };
        issuers.push(Issuer {
            name: name.to_string(),
            algorithm,
            keys,
        });
    }
    if issuers.is_empty() {
        return Err(Fault::new("issuers", "[]", "at least one issuer"));
    }
    Ok(issuers)
}

/// The key is one for the algorithm, and does not say that it is for another.
fn of(algorithm: &str, named: &Named) -> bool {
    let fits = matches!(
        (&named.key, algorithm),
        (Key::Ed25519(_), "EdDSA") | (Key::P256(_), "ES256") | (Key::Rsa(_), "RS256")
    );
    let printed = matches!(&named.key, Key::Ed25519(key) if ed25519::is_printed(key));
    let says = named.algorithm.as_deref();
    fits && !printed && says.is_none_or(|says| is_algorithm(algorithm, says))
}

/// RFC 9864 calls `EdDSA` with this curve `Ed25519`.
fn is_algorithm(pinned: &str, says: &str) -> bool {
    says == pinned || (pinned == "EdDSA" && says == "Ed25519")
}

impl Issuer {
    /// Looks at a token's header, before anything it says is believed.
    pub(super) fn accepts(&self, header: &Value) -> Checked<()> {
        let algorithm = header.get("alg").and_then(Value::as_text);
        if !algorithm.is_some_and(|says| is_algorithm(self.algorithm, says)) {
            return deny("agent.algorithm");
        }
        for name in FORBIDDEN {
            if header.get(name).is_some() {
                return Err(denied("agent.header", "header", name));
            }
        }
        let is_jwt = |kind: &str| {
            let kind = kind.get(..12).map_or(kind, |head| {
                if head.eq_ignore_ascii_case("application/") {
                    kind.get(12..).unwrap_or_default()
                } else {
                    kind
                }
            });
            kind.eq_ignore_ascii_case("jwt") || kind.eq_ignore_ascii_case("at+jwt")
        };
        match header.get("typ") {
            None => Ok(()),
            Some(kind) if kind.as_text().is_some_and(is_jwt) => Ok(()),
            Some(_) => deny("agent.type"),
        }
    }

    /// Whether the issuer signed it.
    pub(super) fn verify(&self, view: &View<'_>, jwt: &Jwt<'_>) -> Checked<()> {
        let fetched: Vec<Named>;
        let keys = match &self.keys {
            Keys::Pinned(keys) => keys,
            Keys::At(url) => {
                let need = Need::Key(url.clone());
                fetched = match view.facts.get(&need) {
                    None => return Err(Box::new(Finding::Asks(alloc::vec![need]))),
                    Some(Reply::Fact(set)) => Named::read_set(&set)
                        .into_iter()
                        .filter(|named| of(self.algorithm, named))
                        .collect(),
                    Some(_) => return undetermined("agent.keys_unavailable"),
                };
                &fetched
            }
        };
        let key = match (jwt.header.get("kid"), keys.as_slice()) {
            (None, [only]) => only,
            (Some(Value::Text(kid)), keys) => {
                let named = keys.iter().find(|named| named.kid.as_ref() == Some(kid));
                match (named, keys) {
                    (Some(named), _) => named,
                    // one key that nobody named
                    (None, [only]) if only.kid.is_none() => only,
                    _ => return deny("agent.key"),
                }
            }
            _ => return deny("agent.key"),
        };
        let valid = match &key.key {
            Key::Ed25519(key) => ed25519::verify(key, jwt.message, &jwt.signature),
            Key::P256(jwk) | Key::Rsa(jwk) => {
                let ec = matches!(key.key, Key::P256(_));
                if (ec && jwt.signature.len() != 64) || jwt.signature.is_empty() {
                    return deny("agent.signature");
                }
                let need = Need::Verify(Verify {
                    algorithm: self.algorithm,
                    key: jwk.clone(),
                    message: jwt.message.to_vec(),
                    signature: jwt.signature.clone(),
                });
                match view.facts.get(&need) {
                    None => return Err(Box::new(Finding::Asks(alloc::vec![need]))),
                    Some(Reply::Fact(fact)) => match fact.get("valid").and_then(Value::as_bool) {
                        Some(valid) => valid,
                        None => return undetermined("agent.unverifiable"),
                    },
                    Some(_) => return undetermined("agent.unverifiable"),
                }
            }
        };
        if valid {
            Ok(())
        } else {
            deny("agent.signature")
        }
    }
}
