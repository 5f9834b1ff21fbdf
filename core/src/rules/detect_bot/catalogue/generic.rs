//! Evidence in the shape of a User-Agent, for programs that no list knows.
//!
//! Browsers of people all write the same sentence: `Mozilla/5.0 (platform)
//! engine browser`, or, long ago, `Opera/9`, or the name of a phone. What
//! does not begin so, or names no engine, was written by a program; so was
//! what carries a mail address. The names that excuse a string
//! (phones, consoles, text browsers, applications on iOS) are the `unless`
//! lines of `core/data/bots.txt`.
//!
//! Not found: a program that writes the whole sentence.

use super::BotId;
use crate::tables::bots as table;
use core::ops::Range;

/// The evidence in `text`, and where.
pub(super) fn find(text: &[u8]) -> impl Iterator<Item = (BotId, Range<usize>)> {
    let found = [
        (table::GENERIC_MAIL, mail(text)),
        (table::GENERIC_CLIENT, no_browser(text)),
        (table::GENERIC_MOZILLA, no_engine(text)),
    ];
    found
        .into_iter()
        .filter_map(|(id, span)| Some((BotId(id), span?)))
}

/// Some recordings put the string in quotes or behind its header's name.
fn sentence(text: &[u8]) -> &[u8] {
    let trimmed = text.trim_ascii_start();
    let named = trimmed.split_at_checked(11);
    let rest = match named {
        Some((name, rest)) if name.eq_ignore_ascii_case(b"user-agent:") => rest,
        _ => trimmed,
    };
    let quotes = rest
        .iter()
        .take_while(|b| matches!(b, b'"' | b'\'' | b' '))
        .count();
    rest.get(quotes..).unwrap_or_default()
}

fn starts(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// Neither `Mozilla/` nor `Opera/` in front. A string without a letter is no
/// name of a program either, and says nothing.
fn no_browser(text: &[u8]) -> Option<Range<usize>> {
    let text = sentence(text);
    let browser = starts(text, b"mozilla/") || starts(text, b"opera/") || starts(text, b"opera ");
    (!browser && text.iter().any(u8::is_ascii_alphabetic)).then_some(0..text.len())
}

/// `Mozilla/` without a platform in parentheses, or `Mozilla/5.0` without the
/// name of an engine behind it.
fn no_engine(text: &[u8]) -> Option<Range<usize>> {
    let text = sentence(text);
    if !starts(text, b"mozilla/") {
        return None;
    }
    let bare = match text.iter().position(|b| *b == b'(') {
        None => true,
        Some(open) => {
            let rest = text.get(open..).unwrap_or_default();
            starts(text, b"mozilla/5.0") && !ENGINES.iter().any(|name| holds(rest, name))
        }
    };
    bare.then_some(0..text.len())
}

/// Engines, and browsers that were seen without one.
const ENGINES: [&[u8]; 9] = [
    b"webkit",
    b"gecko",
    b"khtml",
    b"opera",
    b"presto",
    b"firefox",
    b"chrome",
    b"netfront",
    b"goanna",
];

fn holds(text: &[u8], word: &[u8]) -> bool {
    let first = word.first().copied();
    text.windows(word.len())
        .any(|w| w.first().map(u8::to_ascii_lowercase) == first && w.eq_ignore_ascii_case(word))
}

/// `name@host.tld`; not `android@150.0.0.0`, which is a version.
fn mail(text: &[u8]) -> Option<Range<usize>> {
    if !text.contains(&b'@') {
        return None;
    }
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+');
    // one that is real is among the first
    for at in text
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b'@')
        .map(|(at, _)| at)
        .take(4)
    {
        let (name, host) = (text.get(..at)?, text.get(at.saturating_add(1)..)?);
        let name = name.iter().rev().take(64).take_while(|b| word(b)).count();
        let length = host.iter().take(64).take_while(|b| word(b)).count();
        let host = host.get(..length)?;
        let dotted = host
            .iter()
            .position(|b| *b == b'.')
            .is_some_and(|dot| dot > 0);
        let tld = host
            .rsplit(|b| *b == b'.')
            .find(|label| !label.is_empty())
            .unwrap_or_default();
        if name > 0 && dotted && tld.len() > 1 && tld.iter().all(u8::is_ascii_alphabetic) {
            return Some(at.saturating_sub(name)..at.saturating_add(1).saturating_add(length));
        }
    }
    None
}
