//! XML that fetches, includes, multiplies or runs something: entities, external
//! subsets, `XInclude`, extension functions of style sheets.
//!
//! Sources: XML 1.0 (entities, external subset), `XInclude` 1.0, the extension
//! functions of libxslt, Xalan and MSXML. Characters under a name and the
//! namespaces that drawing programs declare are no evidence.

use super::evidence::{Evidence, Strongest};
use crate::text::cursor::{Cursor, find, find_ci, is_space, places, starts_with_ci};
use crate::text::values::Kind;

const ENTITY: &str = "shield.xxe.entity";
const INCLUDE: &str = "shield.xxe.include";
/// So much of a declaration is read.
const DECLARATION: usize = 400;

pub(super) fn find_in(kind: Kind, text: &[u8], best: &mut Strongest) {
    declared(kind, text, best);
    subset(kind, text, best);
    included(text, best);
}

/// `<!ENTITY …>`.
fn declared(kind: Kind, text: &[u8], best: &mut Strongest) {
    let mut from = 0_usize;
    let mut left = 16_u8;
    let (mut count, mut refers) = (0_u8, false);
    while left > 0
        && let Some(offset) = text.get(from..).and_then(|rest| find_ci(rest, b"<!entity"))
    {
        left = left.saturating_sub(1);
        let at = from.saturating_add(offset);
        from = at.saturating_add(8);
        count = count.saturating_add(1);
        let end = from.saturating_add(DECLARATION).min(text.len());
        let mut cursor = Cursor::new(text.get(from..end).unwrap_or_default());
        cursor.skip_space();
        let parameter = cursor.eat(b'%');
        cursor.skip_space();
        cursor.take_while(|b| !is_space(b));
        cursor.skip_space();
        let rest = cursor.rest();
        let external = starts_with_ci(rest, b"system") || starts_with_ci(rest, b"public");
        let quote = rest.first().copied().unwrap_or_default();
        let quoted = matches!(quote, b'"' | b'\'');
        let value = rest.get(1..).unwrap_or_default();
        let value = value.split(|b| *b == quote).next().unwrap_or_default();
        refers |= quoted && value.contains(&b'&') && value.contains(&b';') && !is_character(value);
        let score = if external || parameter || (refers && count > 1) {
            9500
        } else if quoted
            && kind == Kind::Xml
            && !value.is_empty()
            && !is_character(value)
            && !value.contains(&b':')
            && !value.contains(&b' ')
            && text.len() < 1000
        {
            // a probe: does the parser expand what the client declares?
            5500
        } else {
            // drawings and DocBook declare entities of their own
            4500
        };
        best.add(Evidence::new(ENTITY, score, at, from));
    }
}

/// One character by its number.
fn is_character(value: &[u8]) -> bool {
    value.starts_with(b"&#") && value.ends_with(b";") && value.len() <= 12
}

/// `<!DOCTYPE a SYSTEM "http://…">`: a subset that is fetched.
fn subset(kind: Kind, text: &[u8], best: &mut Strongest) {
    let Some(at) = find_ci(text, b"<!doctype") else {
        return;
    };
    let outer = text.get(at..).unwrap_or_default();
    let end = outer
        .iter()
        .take(DECLARATION)
        .position(|b| matches!(b, b'>' | b'['))
        .unwrap_or(outer.len().min(DECLARATION));
    let head = outer.get(..end).unwrap_or_default();
    let known = head.get(9..).is_some_and(|name| {
        let name = name.trim_ascii_start();
        starts_with_ci(name, b"html") || starts_with_ci(name, b"svg")
    });
    if known || find_ci(head, b"public").is_some() {
        return;
    }
    let fetched = find_ci(head, b"system")
        .and_then(|at| head.get(at..))
        .is_some_and(|rest| {
            find(rest, b"//").is_some()
                || find_ci(rest, b"file:").is_some()
                || find(rest, b"\\\\").is_some()
        });
    if fetched {
        let score = if kind == Kind::Xml { 7000 } else { 6500 };
        best.add(Evidence::new(ENTITY, score, at, at.saturating_add(end)));
    }
}

/// Documents included, files read and functions called by a style sheet.
fn included(text: &[u8], best: &mut Strongest) {
    if find_ci(text, b"<xi:include").is_some()
        || find(text, b"http://www.w3.org/2001/XInclude").is_some()
    {
        best.add(Evidence::new(INCLUDE, 6500, 0, text.len()));
    }
    for at in places(text, b"xsl:").take(32) {
        let end = at.saturating_add(DECLARATION).min(text.len());
        let window = text.get(at..end).unwrap_or_default();
        let reads = [
            &b"php:function("[..],
            b"document('/",
            b"document('file:",
            b"document('http",
            b"unparsed-text(",
            b"system-property('xsl:vendor",
            b"rt:exec(",
            b"getRuntime",
        ]
        .iter()
        .any(|mark| find(window, mark).is_some());
        if reads {
            best.add(Evidence::new(INCLUDE, 8500, at, end));
            return;
        }
    }
    if let Some(at) = find_ci(text, b"<msxsl:script") {
        best.add(Evidence::new(INCLUDE, 8500, at, at.saturating_add(13)));
    }
}
