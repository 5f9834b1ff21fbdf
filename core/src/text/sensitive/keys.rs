//! Keys of services, by the shapes they publish ([`key_shapes`](super::key_shapes)),
//! and those of two services that have a shape without a prefix.
//!
//! A body must look drawn by chance: `sk_live_your_key_goes_here` is none. The
//! checksums inside some keys are not verified: a revoked or mistyped key in a
//! log is the same mistake.

use super::key_shapes::{Of, SHAPES, Shape};
use super::{Candidate, Entity, byte, part, run};

/// The key that begins at `start`.
pub(super) fn find(text: &[u8], start: usize) -> Option<Candidate> {
    let first = byte(text, start);
    let rest = text.get(start..)?;
    let from = SHAPES.partition_point(|(prefix, ..)| byte(prefix.as_bytes(), 0) < first);
    SHAPES
        .get(from..)?
        .iter()
        .take_while(|(prefix, ..)| byte(prefix.as_bytes(), 0) == first)
        .filter(|(prefix, ..)| rest.starts_with(prefix.as_bytes()))
        .find_map(|shape| shaped(text, start, shape))
}

fn shaped(text: &[u8], start: usize, (prefix, of, least, most): &Shape) -> Option<Candidate> {
    let body = start.saturating_add(prefix.len());
    let most = usize::from(*most);
    let is = |b: u8| match of {
        Of::Hex => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
        Of::Upper => b.is_ascii_uppercase() || b.is_ascii_digit(),
        Of::Plain => b.is_ascii_alphanumeric(),
        Of::Url => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'),
        Of::Dotted => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'),
    };
    let mut end = run(text, body, most.saturating_add(2), is);
    while super::before(text, end) == b'.' {
        end = end.saturating_sub(1);
    }
    let length = end.saturating_sub(body);
    let next = byte(text, end);
    if !(usize::from(*least)..=most).contains(&length)
        || next.is_ascii_alphanumeric()
        || next == b'_'
    {
        return None;
    }
    let drawn = *of == Of::Upper || is_drawn(part(text, body, end));
    drawn.then(|| Candidate::certain(start, end, Entity::ApiKey, 95))
}

/// Many different bytes, letters and digits or both cases.
fn is_drawn(body: &[u8]) -> bool {
    let mut seen = 0_u128;
    for byte in body {
        seen |= 1_u128.wrapping_shl(u32::from(*byte & 0x7f));
    }
    let has = |is: fn(&u8) -> bool| body.iter().any(is);
    let (digit, lower, upper) = (
        has(u8::is_ascii_digit),
        has(u8::is_ascii_lowercase),
        has(u8::is_ascii_uppercase),
    );
    seen.count_ones() >= 7 && (digit || lower && upper)
}

/// A bot of Telegram: eight to ten digits, a colon, 35 more that begin with `A`.
pub(super) fn telegram(text: &[u8], start: usize, end: usize) -> Option<Candidate> {
    let digits = end.saturating_sub(start);
    let body = end.saturating_add(1);
    if !(8..=10).contains(&digits) || byte(text, end) != b':' || byte(text, body) != b'A' {
        return None;
    }
    let stop = run(text, body, 40, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
    });
    let fits = (34..=36).contains(&stop.saturating_sub(body));
    (fits && is_drawn(part(text, body, stop)))
        .then(|| Candidate::certain(start, stop, Entity::ApiKey, 95))
}

/// Mailchimp: 32 hexadecimal digits, `-us` and the number of a data centre.
pub(super) fn mailchimp(text: &[u8], start: usize, end: usize) -> Option<Candidate> {
    let hex = part(text, start, end);
    if hex.len() != 32
        || !hex.iter().all(u8::is_ascii_hexdigit)
        || part(text, end, end.saturating_add(3)) != b"-us"
    {
        return None;
    }
    let from = end.saturating_add(3);
    let stop = run(text, from, 3, |b| b.is_ascii_digit());
    let fits =
        (1..=2).contains(&stop.saturating_sub(from)) && !byte(text, stop).is_ascii_alphanumeric();
    fits.then(|| Candidate::certain(start, stop, Entity::ApiKey, 95))
}
