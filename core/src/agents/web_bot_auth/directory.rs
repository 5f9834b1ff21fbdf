//! Where an agent keeps its keys, and whether that place says they are its own.

use crate::text::ed25519;
use crate::text::json::Value;
use crate::text::jwk::{self, Key, Named};
use crate::text::signature::{self, Message};
use crate::text::structured_field::{Bare, Member, dictionary, parameter};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What the signature of a key directory is tagged with.
const DIRECTORY_TAG: &str = "http-message-signatures-directory";

/// The origin of an https URL, if its host is a name.
pub(super) fn origin(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest.get(..end)?;
    let host = host.strip_suffix(":443").unwrap_or(host);
    let is_name = host.len() <= 253
        && !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    is_name.then(|| format!("https://{}", host.to_ascii_lowercase()))
}

/// Whether an origin may be fetched from: a name with a dot that is no address
/// and no name of a local network. Hosts look at the addresses behind it.
pub(super) fn is_public_name(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").unwrap_or_default();
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.')
        && !last.is_empty()
        && !last.bytes().all(|b| b.is_ascii_digit())
        && !matches!(
            last,
            "local" | "localhost" | "internal" | "lan" | "home" | "corp" | "arpa" | "onion"
        )
}

/// A directory that is signed must be signed by one of its keys for this very
/// authority, so that nobody serves another's keys as its own.
pub(super) fn is_bound(directory: &Value, agent: &str) -> bool {
    let text = |name| directory.get(name).and_then(Value::as_text);
    let Some(input) = text("signatureInput") else {
        return true;
    };
    let response = Directory {
        authority: agent.strip_prefix("https://").unwrap_or_default(),
        digest: text("contentDigest").unwrap_or_default(),
    };
    let inputs = dictionary(input.as_bytes()).unwrap_or_default();
    let values = dictionary(text("signature").unwrap_or_default().as_bytes()).unwrap_or_default();
    let keys = Named::read_set(directory);
    inputs
        .iter()
        .take(super::SIGNATURES)
        .any(|(label, member)| {
            let value = values.iter().find(|(name, _)| name == label);
            let (Member::Inner(components, parameters), Some((_, Member::Item(value)))) =
                (member, value)
            else {
                return false;
            };
            let text = |name| parameter(parameters, name).and_then(Bare::as_text);
            let (Some(keyid), Bare::Bytes(signature)) = (text("keyid"), &value.value) else {
                return false;
            };
            let covers_authority = components
                .iter()
                .any(|item| item.value.as_text() == Some("@authority"));
            if text("tag") != Some(DIRECTORY_TAG) || !covers_authority {
                return false;
            }
            let Ok(base) = signature::base(&response, components, parameters) else {
                return false;
            };
            keys.iter().any(|named| match &named.key {
                Key::Ed25519(key) => {
                    jwk::thumbprint(key) == keyid && ed25519::verify(key, &base, signature)
                }
                _ => false,
            })
        })
}

/// The response that brought a directory.
struct Directory<'d> {
    authority: &'d str,
    digest: &'d str,
}

impl Message for Directory<'_> {
    fn derived(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        (name == "authority").then_some(Cow::Borrowed(self.authority.as_bytes()))
    }

    fn field(&self, name: &str) -> Vec<&[u8]> {
        match name {
            "content-digest" => alloc::vec![self.digest.as_bytes()],
            _ => Vec::new(),
        }
    }

    fn is_response(&self) -> bool {
        true
    }
}
