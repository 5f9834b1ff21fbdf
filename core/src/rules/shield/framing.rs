//! Signs of request smuggling in what a host still shows: a message whose length
//! is said twice, or in a way that two servers read differently.
//!
//! Most servers refuse such messages before an application sees them; this is
//! for those that let them through. The same for a header's value with a line
//! end or NUL in it. Source: RFC 9112, sections 5.2 and 6.1 to 6.3, RFC 9110,
//! section 5.5.

use super::evidence::Evidence;
use crate::request::Request;

const CODE: &str = "shield.smuggling.framing";
const SPLIT: &str = "shield.crlf.header";

/// Headers that say where a message ends.
pub(super) const HEADERS: [&str; 2] = ["content-length", "transfer-encoding"];

/// The header that contradicts another or itself, or that holds what none may.
pub(super) fn find_in<'r>(request: &Request<'r>) -> Option<(&'r [u8], Evidence)> {
    contradiction(request)
        .map(|(name, found)| (name.as_bytes(), found))
        .or_else(|| split(request))
}

/// A value with a line end or NUL that a host handed on.
fn split<'r>(request: &Request<'r>) -> Option<(&'r [u8], Evidence)> {
    request.headers.iter().find_map(|(name, value)| {
        // nearly every value is passed without a look at where
        // credentials are wrapped by old clients
        if name.eq_ignore_ascii_case(b"authorization") {
            return None;
        }
        let least = value.iter().copied().min()?;
        if least >= b' ' {
            return None;
        }
        let at = value.iter().position(|b| matches!(b, 0 | b'\r' | b'\n'))?;
        let behind = value.get(at..).unwrap_or_default();
        // a folded line or wrapped base64, as old clients do, starts no header
        let line = behind.trim_ascii_start();
        let word = line
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
            .count();
        let header = word > 0 && line.get(word) == Some(&b':');
        let score = if header || behind.first() == Some(&0) {
            6500
        } else {
            3000
        };
        Some((*name, Evidence::new(SPLIT, score, at, at.saturating_add(1))))
    })
}

fn contradiction(request: &Request<'_>) -> Option<(&'static str, Evidence)> {
    let [length, encoding] = HEADERS;
    let seen = |score, end| Evidence::new(CODE, score, 0, end);
    let mut first_length: Option<&[u8]> = None;
    for value in request.headers_named(length) {
        let value = value.trim_ascii();
        if !value.iter().all(u8::is_ascii_digit) {
            return Some((length, seen(7500, value.len())));
        }
        if first_length.is_some_and(|first| first != value) {
            return Some((length, seen(9000, value.len())));
        }
        first_length = Some(value);
    }
    let mut codings = request.headers_named(encoding);
    let coding = codings.next()?;
    let known = coding.split(|b| *b == b',').all(|name| {
        let name = name.trim_ascii();
        [
            &b"chunked"[..],
            b"gzip",
            b"deflate",
            b"compress",
            b"identity",
        ]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    });
    if !known || coding.iter().any(|b| *b < b' ' && *b != b'\t') {
        return Some((encoding, seen(8500, coding.len())));
    }
    // what a proxy may leave behind: evidence, not enough to deny
    let twice = first_length.is_some() || codings.next().is_some();
    twice.then(|| (encoding, seen(4500, coding.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Body, Scheme, Seen};

    fn score(headers: &[(&str, &str)]) -> u16 {
        let request = Request {
            id: b"",
            now: None,
            peer: b"",
            platform: b"",
            method: b"POST",
            target: b"/",
            scheme: Scheme::Https,
            headers: headers
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
                .collect(),
            seen: Seen {
                all_headers: true,
                header_order: true,
                raw_target: true,
            },
            body: Body::default(),
        };
        find_in(&request).map_or(0, |(_, found)| found.score)
    }

    #[test]
    fn lengths_that_contradict_each_other() {
        let (length, encoding) = ("Content-Length", "Transfer-Encoding");
        assert_eq!(score(&[(length, "5")]), 0);
        assert_eq!(score(&[(encoding, "gzip, chunked")]), 0);
        assert_eq!(score(&[(length, "5"), (length, "5")]), 0);
        assert_eq!(score(&[(length, "5"), (encoding, "chunked")]), 4500);
        assert_eq!(score(&[(length, "5"), (length, "6")]), 9000);
        assert_eq!(score(&[(length, "+5")]), 7500);
        assert_eq!(score(&[(encoding, "xchunked")]), 8500);
        assert_eq!(score(&[(encoding, "\x0bchunked")]), 8500);
    }

    #[test]
    fn values_that_hold_what_none_may() {
        assert_eq!(score(&[("Accept", "text/html, */*;q=0.8\t")]), 0);
        assert_eq!(score(&[("Accept", "a\r\nX-Role: admin")]), 6500);
        assert_eq!(score(&[("Accept", "a\0b")]), 6500);
        assert_eq!(score(&[("Accept", "a,\r\n b")]), 3000);
        assert_eq!(score(&[("Authorization", "Basic dXNlcg\ncGFzcw==")]), 0);
    }
}
