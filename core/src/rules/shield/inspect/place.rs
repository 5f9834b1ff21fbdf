//! Where a value stands: the place that evidence names, the names an application
//! gives in its options, and what a value of that place may reach.

use crate::text::cursor::starts_with_ci;
use crate::text::values::{Kind, Value};
use alloc::string::String;
use core::fmt;

/// Longest name kept in a [`Place`].
pub(super) const NAME_LENGTH: usize = 64;

/// Where a value stands, e.g. `query:q`, `json:/user/name`, `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The kind of place.
    pub kind: Kind,
    /// Its name, cut to a bounded length; empty for the path, a raw body, and
    /// where the name itself was the value.
    pub name: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Path => "path",
            Kind::Query => "query",
            Kind::Form => "form",
            Kind::Json => "json",
            Kind::Cookie => "cookie",
            Kind::Header => "header",
            Kind::File | Kind::Media | Kind::Upload => "file",
            Kind::Body | Kind::Xml => "body",
        })?;
        if self.name.is_empty() {
            Ok(())
        } else {
            write!(f, ":{}", self.name)
        }
    }
}

/// Whether the model has been trained for values that stand there. Names are
/// left to the detectors: odd ones are usual, attacks are rare; and so is a path
/// of plain names.
pub(super) fn is_weighed(value: &Value<'_>) -> bool {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'.');
    !value.is_name
        && value.kind != Kind::Xml
        && Reach::of(value).0 != 0
        && !(value.kind == Kind::Path && value.text.iter().all(plain))
}

/// A value's name as an application may call it: whole, or by its last part in
/// `a[b]`, `/a/b`, `a.b`; in a document inside a value (`a#/b`) by its own name
/// or the value's.
#[derive(Clone, Copy)]
pub(super) struct Name<'n> {
    whole: &'n [u8],
    part: &'n [u8],
    /// Of the value that the document is in.
    outer: Option<(&'n [u8], &'n [u8])>,
}

impl<'n> Name<'n> {
    pub(super) fn of(whole: &'n [u8]) -> Self {
        let mark = whole.iter().position(|b| *b == b'#');
        let outer = mark.and_then(|at| whole.get(..at));
        Self {
            whole,
            part: last_part(whole),
            outer: outer.map(|name| (name, last_part(name))),
        }
    }

    pub(super) fn is(self, wanted: &str) -> bool {
        let wanted = wanted.as_bytes();
        let is = |name: &[u8]| !name.is_empty() && name.eq_ignore_ascii_case(wanted);
        is(self.whole)
            || is(self.part)
            || self
                .outer
                .is_some_and(|(whole, part)| is(whole) || is(part))
    }

    pub(super) fn is_any(self, names: &[String]) -> bool {
        names.iter().any(|wanted| self.is(wanted))
    }
}

fn last_part(name: &[u8]) -> &[u8] {
    name.rsplit(|b| matches!(b, b'/' | b'[' | b'.'))
        .map(|part| part.strip_suffix(b"]").unwrap_or(part))
        .find(|part| !part.is_empty() && !part.iter().all(u8::is_ascii_digit))
        .unwrap_or(name)
}

pub(super) fn shown_name(name: &[u8]) -> String {
    let short = name.get(..name.len().min(NAME_LENGTH)).unwrap_or_default();
    String::from_utf8_lossy(short).into_owned()
}

/// A shell's separator, substitution or function comes first, which no browser writes.
fn opens_command(agent: &[u8]) -> bool {
    // and no browser is without a version
    let named = agent.iter().any(|b| matches!(b, b'/' | b'('));
    !named
        || starts_with_ci(agent, b"() {")
        || matches!(
            agent,
            [b';' | b'|' | b'&' | b'`' | b'\n', ..] | [b'$', b'(', ..]
        )
}

/// Where an application may put a value: a set.
#[derive(Clone, Copy)]
pub(super) struct Reach(u8);

impl Reach {
    pub(super) const PAGE: u8 = 1;
    pub(super) const DATABASE: u8 = 1 << 1;
    pub(super) const SHELL: u8 = 1 << 2;
    pub(super) const FILES: u8 = 1 << 3;
    const ALL: u8 = Self::PAGE | Self::DATABASE | Self::SHELL | Self::FILES;

    pub(super) fn of(value: &Value<'_>) -> Self {
        Self(match value.kind {
            Kind::Header => match value.name {
                // `;` and parentheses are its syntax
                b"user-agent" if !opens_command(value.text) => Self::ALL & !Self::SHELL,
                b"user-agent" | b"referer" | b"x-forwarded-for" | b"x-forwarded-host"
                | b"x-original-url" | b"x-rewrite-url" | b"x-api-version" => Self::ALL,
                _ => 0,
            },
            Kind::Media | Kind::Upload => 0,
            Kind::File => Self::ALL & !Self::DATABASE,
            _ => Self::ALL,
        })
    }

    pub(super) fn has(self, place: u8) -> bool {
        self.0 & place != 0
    }
}

/// What may land in a statement: a path's parameter is its first segment that
/// is no plain name.
pub(super) fn statement_part(kind: Kind, text: &[u8]) -> &[u8] {
    if kind != Kind::Path {
        return text;
    }
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'~');
    let odd = text
        .iter()
        .position(|b| !plain(b) && *b != b'/')
        .unwrap_or(text.len());
    let start = text
        .get(..odd)
        .and_then(|head| head.iter().rposition(|b| *b == b'/'))
        .map_or(0, |at| at.saturating_add(1));
    text.get(start..).unwrap_or_default()
}
