//! One HTTP request as the core sees it: borrowed, bounded, never trusted.
//!
//! Everything is bytes. What a host could not show (raw target, header order,
//! the peer) is flagged in [`Seen`], so a rule can tell "not there" from "not
//! visible here"; evidence that needs a lost fact is undetermined.

use crate::text::decode;
use crate::units::Millis;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// How the request came: decides which headers a browser would send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// The host does not know.
    #[default]
    Unknown,
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

/// What the host could show of the request on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// All headers are here: a missing one is evidence.
    pub all_headers: bool,
    /// Headers are in wire order, repeats apart, names in wire case.
    pub header_order: bool,
    /// The target is as on the wire, before a URL parser rewrote it.
    pub raw_target: bool,
}

/// The part of a body that is inspected: the whole of it, or its head and its
/// last bytes where it is longer than the policy's bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Body<'a> {
    /// The first bytes.
    pub head: &'a [u8],
    /// The last bytes of a truncated body; empty otherwise.
    pub tail: &'a [u8],
    /// There was more between head and tail, or after the head.
    pub truncated: bool,
    /// The client did not send it in time: what came is here.
    pub late: bool,
}

/// One HTTP request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The name the application or the traffic line gave it; empty if none.
    pub id: &'a [u8],
    /// When it came; `None` where a recording does not say.
    pub now: Option<Millis>,
    /// The peer's address as text, before any proxy header; empty if unknown.
    pub peer: &'a [u8],
    /// The hosting platform whose edge sets the address header; empty if none.
    pub platform: &'a [u8],
    /// The method as on the wire.
    pub method: &'a [u8],
    /// The target: origin form (`/path?query`) or absolute.
    pub target: &'a [u8],
    /// Plain or TLS.
    pub scheme: Scheme,
    /// The headers the policy reads.
    pub headers: Vec<(&'a [u8], &'a [u8])>,
    /// What the host could show.
    pub seen: Seen,
    /// The inspected part of the body.
    pub body: Body<'a>,
}

impl<'a> Request<'a> {
    /// The values of every header called `name` (lower case), in order.
    pub fn headers_named(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| *value)
    }

    /// The first header called `name` (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers_named(name).next()
    }

    /// Authority, path and query of the target; the fragment is dropped.
    fn split_target(&self) -> (Option<&'a [u8]>, &'a [u8], &'a [u8]) {
        let target = cut(self.target, b'#').0;
        let (authority, rest) = match find(target, b"://") {
            Some(at) if !target.starts_with(b"/") && at < 16 => {
                let rest = target.get(at.saturating_add(3)..).unwrap_or_default();
                let end = rest
                    .iter()
                    .position(|b| matches!(b, b'/' | b'?'))
                    .unwrap_or(rest.len());
                (rest.get(..end), rest.get(end..).unwrap_or_default())
            }
            _ => (None, target),
        };
        let (path, query) = cut(rest, b'?');
        (authority, path, query)
    }

    /// The path as on the wire, still encoded.
    #[must_use]
    pub fn raw_path(&self) -> &'a [u8] {
        self.split_target().1
    }

    /// The query as on the wire, without its `?`.
    #[must_use]
    pub fn raw_query(&self) -> &'a [u8] {
        self.split_target().2
    }

    /// The path as a framework routes it and as every host shows it alike:
    /// percent-decoded once, `\` as `/`, dot segments removed.
    #[must_use]
    pub fn path(&self) -> Cow<'a, [u8]> {
        let raw = self.raw_path();
        if raw.is_empty() {
            return Cow::Borrowed(b"/");
        }
        if !raw.iter().any(|b| matches!(b, b'%' | b'\\' | b'.')) {
            return Cow::Borrowed(raw);
        }
        Cow::Owned(decode::remove_dot_segments(&decode::percent(raw)))
    }

    /// The host the client asked for, in lower case, with its port if given.
    #[must_use]
    pub fn host(&self) -> Option<Cow<'a, [u8]>> {
        let host = match self.split_target().0 {
            Some(authority) => authority.rsplit(|b| *b == b'@').next()?,
            None => self.header("host")?,
        };
        Some(if host.iter().any(u8::is_ascii_uppercase) {
            Cow::Owned(host.to_ascii_lowercase())
        } else {
            Cow::Borrowed(host)
        })
    }

    /// Query parameters as the wire has them: encoded names and values.
    pub fn raw_args(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        raw_pairs(self.raw_query())
    }

    /// The first query parameter called `name`, decoded as a form field.
    #[must_use]
    pub fn arg(&self, name: &str) -> Option<Cow<'a, [u8]>> {
        self.raw_args()
            .find(|(n, _)| decode::form(n).as_ref() == name.as_bytes())
            .map(|(_, value)| decode::form(value))
    }

    /// Cookies as name and value, in order.
    pub fn cookies(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.headers_named("cookie")
            .flat_map(|header| header.split(|b| *b == b';'))
            .map(|pair| {
                let (name, value) = cut(pair.trim_ascii(), b'=');
                let value = value.trim_ascii();
                let bare = value
                    .strip_prefix(b"\"")
                    .and_then(|v| v.strip_suffix(b"\""));
                (name.trim_ascii(), bare.unwrap_or(value))
            })
            .filter(|(name, value)| !name.is_empty() || !value.is_empty())
    }

    /// The first cookie called `name`.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&'a [u8]> {
        self.cookies()
            .find(|(n, _)| *n == name.as_bytes())
            .map(|(_, value)| value)
    }
}

/// `a=b&c` as pairs, still encoded; empty pieces are skipped.
pub fn raw_pairs(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|b| *b == b'&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| cut(piece, b'='))
}

/// Splits at the first `mark`; all of it and nothing where there is none.
fn cut(text: &[u8], mark: u8) -> (&[u8], &[u8]) {
    match text.iter().position(|b| *b == mark) {
        Some(at) => (
            text.get(..at).unwrap_or_default(),
            text.get(at.saturating_add(1)..).unwrap_or_default(),
        ),
        None => (text, &[]),
    }
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|w| w == needle)
}
