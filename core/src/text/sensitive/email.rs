//! E-mail addresses inside text: the part of RFC 5321 that people use, from the
//! `@` to both sides. `validateEmail` judges one address; this finds them.

use super::{Candidate, Entity, before, byte, part, run};

/// Longest local part and domain looked at.
const LOCAL: usize = 64;
const DOMAIN: usize = 253;
/// What follows the last dot of a file's name and is no top-level domain, or
/// hardly ever one: `icon@2x.png`, `app@1.2.0.tgz`.
const FILES: &str = " png jpg jpeg gif svg webp ico css js jsx ts tsx mjs cjs json html htm xml map \
txt pdf tgz gz tar jar whl yml yaml toml lock local localhost internal ";

/// The address around the `@` at `at`. `authority` says that it stands inside
/// `//…` of a URL, where what is before it is a name and a password.
pub(super) fn find(text: &[u8], at: usize, authority: bool) -> Option<Candidate> {
    if authority {
        return None;
    }
    let mut start = at;
    for _ in 0..=LOCAL {
        let one = before(text, start);
        if !is_local(one) {
            break;
        }
        start = start.saturating_sub(1);
    }
    if at.saturating_sub(start) > LOCAL {
        return None;
    }
    // percent signs that encode belong to the URL, not to the name
    let coded = part(text, start, at).windows(3).rposition(
        |three| matches!(three, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()),
    );
    if let Some(place) = coded {
        start = start.saturating_add(place).saturating_add(3);
    }
    start = run(text, start, LOCAL, |b| {
        matches!(b, b'.' | b'-' | b'+' | b'%' | b'\'')
    })
    .min(at);
    let local = part(text, start, at);
    if local.is_empty() || local.ends_with(b".") || local.windows(2).any(|two| two == b"..") {
        return None;
    }
    // a name in a network of names: @ana@example.social
    if before(text, start) == b'@' {
        return None;
    }
    let end = domain(text, at.saturating_add(1))?;
    // a place on another machine: git@host.example:group/name.git
    if byte(text, end) == b':' {
        let path = end.saturating_add(1);
        let stop = run(text, path, 64, |b| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'~')
        });
        if stop > path && byte(text, stop) == b'/' || byte(text, path) == b'/' || local == b"git" {
            return None;
        }
    }
    Some(Candidate {
        start,
        end,
        entity: Entity::Email,
        with: 100,
        plain: 95,
        against: 30,
    })
}

/// Where the domain that begins at `from` ends: labels with dots between, the
/// last of letters.
fn domain(text: &[u8], from: usize) -> Option<usize> {
    let stop = run(text, from, DOMAIN, |b| is_label(b) || b == b'.');
    let mut end = stop;
    while end > from && matches!(before(text, end), b'.' | b'-') {
        end = end.saturating_sub(1);
    }
    let mut whole = part(text, from, end);
    // a sentence that goes on without a blank: ana@example.com.Thanks
    loop {
        let mut labels = whole.split(|b| *b == b'.');
        let dots = labels.clone().count().saturating_sub(1);
        let wrong = |label: &[u8]| {
            label.is_empty() || label.len() > 63 || label.starts_with(b"-") || label.ends_with(b"-")
        };
        if dots == 0 || labels.any(wrong) {
            return None;
        }
        let last = whole.rsplit(|b| *b == b'.').next()?;
        let capital = dots > 1
            && last.first().is_some_and(u8::is_ascii_uppercase)
            && last
                .get(1..)
                .is_some_and(|rest| rest.iter().all(u8::is_ascii_lowercase))
            && last.len() > 1
            && !whole.first().is_some_and(u8::is_ascii_uppercase);
        if capital {
            whole = whole.get(..whole.len().saturating_sub(last.len()).saturating_sub(1))?;
            continue;
        }
        let letters = last.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80);
        let puny = last.len() > 4 && super::super::cursor::starts_with_ci(last, b"xn--");
        if !(letters && (2..=24).contains(&last.len()) || puny) || is_file(last) {
            return None;
        }
        let numbers = whole
            .split(|b| *b == b'.')
            .take(2)
            .all(|label| label.iter().all(u8::is_ascii_digit));
        if numbers {
            return None;
        }
        let end = from.saturating_add(whole.len());
        return (byte(text, end) != b'@' && byte(text, end) != b'_').then_some(end);
    }
}

fn is_file(last: &[u8]) -> bool {
    FILES
        .split(' ')
        .any(|kind| !kind.is_empty() && kind.as_bytes().eq_ignore_ascii_case(last))
}

/// Bytes of names as they are given; signs that RFC 5321 allows and that stand
/// between values of queries, quotes and markup are left out.
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'')
        || is_latin(byte)
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || is_latin(byte)
}

/// Bytes of letters of two bytes, Latin to Cyrillic; no blank and no sign of
/// three bytes is among them.
fn is_latin(byte: u8) -> bool {
    matches!(byte, 0x80..=0xbf | 0xc3..=0xd4)
}
