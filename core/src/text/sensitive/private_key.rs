//! Private keys in PEM: RFC 7468 labels that end in `PRIVATE KEY`, and PGP's.

use super::{Candidate, Entity, part};
use crate::text::cursor::{find, starts_with_ci};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
/// Longest key looked at, and longest label.
const LONGEST: usize = 16_384;
const LABEL: usize = 40;

/// The key whose first hyphen is at `start`; without an end it goes as far as
/// a line of Base64 does.
pub(super) fn at(text: &[u8], start: usize) -> Option<Candidate> {
    let rest = part(text, start, start.saturating_add(LONGEST).min(text.len()));
    if !rest.starts_with(BEGIN) {
        return None;
    }
    let body = rest.get(BEGIN.len()..)?;
    let head = body.get(..LABEL.min(body.len()))?;
    let label = head.get(..find(head, b"-----")?)?;
    let private = label.ends_with(b"PRIVATE KEY") || label == b"PGP PRIVATE KEY BLOCK";
    if !private {
        return None;
    }
    let length = if let Some(place) = find(body, END) {
        let tail = body.get(place.saturating_add(END.len())..)?;
        let same = starts_with_ci(tail, label);
        let closing = if same {
            label.len().saturating_add(5)
        } else {
            0
        };
        BEGIN
            .len()
            .saturating_add(place)
            .saturating_add(END.len())
            .saturating_add(closing)
            .min(rest.len())
    } else {
        let is = |b: &u8| b.is_ascii_alphanumeric() || b"+/=-\r\n\\ :,".contains(b);
        rest.iter().position(|b| !is(b)).unwrap_or(rest.len())
    };
    let end = start.saturating_add(length);
    Some(Candidate::certain(start, end, Entity::PrivateKey, 100))
}
