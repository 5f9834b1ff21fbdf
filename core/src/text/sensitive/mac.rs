//! Addresses of network interfaces: IEEE 802 EUI-48 as six pairs with one sign
//! between, or three groups of four with dots. Fingerprints have more pairs.

use super::{Candidate, Entity, before, byte, part, run};

/// The address that begins at `start`, a hexadecimal digit.
pub(super) fn find(text: &[u8], start: usize) -> Option<Candidate> {
    let first = run(text, start, 5, |b| b.is_ascii_hexdigit());
    let width = first.saturating_sub(start);
    let sep = byte(text, first);
    let count = match (width, sep) {
        (2, b':' | b'-') => 6_usize,
        (4, b'.') => 3,
        _ => return None,
    };
    if matches!(before(text, start), b':' | b'-' | b'.' | b'_') {
        return None;
    }
    let mut at = start;
    for place in 1..=count {
        let stop = run(text, at, width.saturating_add(1), |b| b.is_ascii_hexdigit());
        if stop.saturating_sub(at) != width {
            return None;
        }
        at = stop;
        if place < count {
            if byte(text, at) != sep {
                return None;
            }
            at = at.saturating_add(1);
        }
    }
    let next = byte(text, at.saturating_add(1));
    if byte(text, at).is_ascii_alphanumeric()
        || byte(text, at) == b'_'
        || matches!(byte(text, at), b':' | b'-' | b'.') && next.is_ascii_alphanumeric()
    {
        return None;
    }
    let whole = part(text, start, at);
    let lettered = whole.iter().any(u8::is_ascii_alphabetic);
    let digit = whole.iter().find(|b| b.is_ascii_hexdigit());
    // 00:00:00:00:00:00 and ff:ff:ff:ff:ff:ff are nobody's
    if whole.iter().all(|b| *b == sep || Some(b) == digit) {
        return None;
    }
    let plain = match (lettered, sep) {
        (true, b':') => 95,
        (true, b'-') => 90,
        (true, _) | (false, b':') => 60,
        (false, _) => 30,
    };
    Some(Candidate {
        start,
        end: at,
        entity: Entity::MacAddress,
        with: 100,
        plain,
        against: plain.saturating_sub(25),
    })
}
