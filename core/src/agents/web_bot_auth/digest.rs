//! A covered `content-digest` (RFC 9530), compared with the body: otherwise the
//! signature would hold for any body.
//!
//! The digests that are not broken count, `sha-256` and `sha-512`, and each of
//! those that are covered must be the body's. What a host shows of a body may
//! be less than was sent (longer than `body.maxBytes`, late) or spelt anew
//! (parsed before the ward saw it): a digest that does not fit is evidence only
//! where the body is as long as Content-Length says.

use super::Outcome;
use crate::request::Request;
use crate::text::structured_field::{Bare, Item, Member, dictionary, parameter};
use ed25519_compact::sha512;
use sha2::{Digest as _, Sha256};

/// The field.
const NAME: &str = "content-digest";

/// Whether the body is the one that was signed.
pub(super) fn check(request: &Request<'_>, components: &[Item]) -> Result<(), Outcome> {
    let covers = |item: &&Item| item.value.as_text() == Some(NAME);
    for component in components.iter().filter(covers) {
        let only = parameter(&component.parameters, "key").and_then(Bare::as_text);
        match fits(request, only) {
            Some(true) => {}
            Some(false) if is_whole(request) => {
                return Err(Outcome::Invalid("bot.signature.digest", None));
            }
            _ => return Err(Outcome::Failed("bot.signature.body")),
        }
    }
    Ok(())
}

/// Whether the digests are the body's, or the one of a name; `None` where none
/// of them is known here.
fn fits(request: &Request<'_>, only: Option<&str>) -> Option<bool> {
    let field = super::joined(request, NAME).unwrap_or_default();
    let mut all = None;
    for (name, member) in dictionary(&field).unwrap_or_default() {
        let Member::Item(Item {
            value: Bare::Bytes(digest),
            ..
        }) = member
        else {
            continue;
        };
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let body = request.body.head;
        let same = match name.as_str() {
            "sha-256" => Sha256::digest(body).as_slice() == digest,
            "sha-512" => sha512::Hash::hash(body).as_slice() == digest,
            _ => continue,
        };
        all = Some(same && all.unwrap_or(true));
    }
    all
}

/// Every byte that was sent is here, as it was sent.
fn is_whole(request: &Request<'_>) -> bool {
    let body = request.body;
    let length = request.header("content-length");
    let length = length.and_then(|text| core::str::from_utf8(text.trim_ascii()).ok());
    let length = length.and_then(|text| text.parse().ok());
    !body.truncated && !body.late && length == Some(body.head.len())
}
