//! JSON Web Tokens: RFC 7515 compact form, whose first part is the Base64url of
//! a JSON object and so begins `eyJ`; with five parts, encrypted (RFC 7516).

use super::{Candidate, Entity, byte, part, run};

/// Longest part looked at.
const LONGEST: usize = 8192;

/// The token that begins at `start`.
pub(super) fn find(text: &[u8], start: usize) -> Option<Candidate> {
    if part(text, start, start.saturating_add(3)) != b"eyJ" {
        return None;
    }
    let is = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let mut ends = [start; 5];
    let mut parts = 0_usize;
    let mut at = start;
    for slot in &mut ends {
        let end = run(text, at, LONGEST, is);
        *slot = end;
        parts = parts.saturating_add(1);
        if byte(text, end) != b'.' {
            break;
        }
        at = end.saturating_add(1);
    }
    let [header, payload, signature, _, last] = ends;
    let long = |from: usize, to: usize, least: usize| to >= from.saturating_add(least);
    let end = match parts {
        5 if long(payload, signature, 8) && long(last, last, 0) => last,
        3.. => signature,
        _ => return None,
    };
    // a sentence may end behind it
    let signed = long(payload, signature, 17) || parts >= 5;
    (long(start, header, 12) && (long(header, payload, 9) || parts >= 5) && signed)
        .then(|| Candidate::certain(start, end, Entity::Jwt, 100))
}
