//! Secrets by what is written before them: `api_key = "…"`, `Bearer …`, and name
//! and password inside URLs (RFC 3986, 3.2.1).
//!
//! A token without a known shape is believed where the name it is given to is
//! that of a secret and the token looks drawn by chance.

use super::entropy::is_random;
use super::{Candidate, Entity, before, byte, part, run};
use crate::text::cursor::{find, starts_with_ci};

/// Names, or parts of them, that hold secrets.
const NAMES: [&[u8]; 11] = [
    b"apikey",
    b"secret",
    b"accesstoken",
    b"authtoken",
    b"accesskey",
    b"bearer",
    b"apitoken",
    b"privatekey",
    b"authkey",
    b"password",
    b"token",
];
/// Shortest token, and longest name.
const SHORTEST: usize = 20;
const NAME: usize = 40;

/// The secret that begins at `start`, where a name and a sign are before it.
pub(super) fn named(text: &[u8], start: usize) -> Option<Candidate> {
    let end = run(text, start, 128, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'=' | b'~' | b'.')
    });
    let mut end = end;
    while matches!(before(text, end), b'.' | b'/') {
        end = end.saturating_sub(1);
    }
    let token = part(text, start, end);
    if token.len() < SHORTEST || !is_random(token) {
        return None;
    }
    let mut at = start;
    let mut sign = false;
    for _ in 0..4 {
        match before(text, at) {
            b' ' | b'"' | b'\'' | b'`' => {}
            b'=' | b':' if !sign => sign = true,
            b'>' if sign => {}
            _ => break,
        }
        at = at.saturating_sub(1);
    }
    let mut name = [0_u8; NAME];
    let mut length = 0_usize;
    for _ in 0..NAME {
        let one = before(text, at);
        if !(one.is_ascii_alphanumeric() || matches!(one, b'_' | b'-' | b'.' | b' ')) {
            break;
        }
        at = at.saturating_sub(1);
        if one.is_ascii_alphanumeric() {
            *name.get_mut(length)? = one.to_ascii_lowercase();
            length = length.saturating_add(1);
        }
    }
    let name = name.get_mut(..length)?;
    name.reverse();
    // a header's scheme stands beside its value
    let scheme = !sign && name.ends_with(b"bearer");
    let holds = sign && NAMES.iter().any(|part| find(name, part).is_some());
    // the key of something may be anything, unless it is drawn from both cases
    let both = token.iter().any(u8::is_ascii_lowercase) && token.iter().any(u8::is_ascii_uppercase);
    let holds = holds || sign && both && token.len() >= 24 && name.ends_with(b"key");

    let other = [
        &b"csrf"[..],
        b"page",
        b"next",
        b"cursor",
        b"hash",
        b"public",
        b"sync",
        b"continuation",
        b"websocket",
    ]
    .iter()
    .any(|part| find(name, part).is_some());
    (scheme || holds && !other).then(|| Candidate::certain(start, end, Entity::ApiKey, 65))
}

/// Name and password before the `@` at `at`; the authority begins at `start`.
pub(super) fn credentials(text: &[u8], start: usize, at: usize) -> Option<Candidate> {
    let user = part(text, start, at);
    let colon = user.iter().position(|b| *b == b':')?;
    let password = user.get(colon.saturating_add(1)..)?;
    let placeholder = [&b"password"[..], b"pass", b"pwd", b"***", b"xxx", b"secret"]
        .iter()
        .any(|word| {
            starts_with_ci(password, word) && password.len() <= word.len().saturating_add(1)
        })
        || matches!(byte(password, 0), b'<' | b'$' | b'{' | b'[');
    (!password.is_empty() && !placeholder)
        .then(|| Candidate::certain(start, at, Entity::UrlCredentials, 90))
}
