//! Code or an active URL as the whole of a value, also where the names in it
//! are computed: `top["al"+"ert"](1)`, `[]["filter"]["constructor"]("…")()`.

use super::super::evidence::{Evidence, Strongest};
use super::super::script::{OBJECTS, Sinks};
use super::attribute::active_url;
use super::{LOOKS, Page};
use crate::text::cursor::{Cursor, find, find_ci, is_word, places};
use crate::text::words::words;
use alloc::vec::Vec;

const CALL: &str = "shield.xss.call";
const URL: &str = "shield.xss.url";
/// Longer values are no payload of one call.
const LONGEST: usize = 2000;
/// So long is the expression in a bracket.
const BRACKET: usize = 160;

impl Page<'_> {
    pub(super) fn whole(&self, best: &mut Strongest) {
        let (text, texture) = (self.text, self.texture);
        if let Some(score) = active_url(text, true) {
            best.add(Evidence::new(
                URL,
                texture.weigh(score, score.min(4800), 2000),
                0,
                text.len(),
            ));
        }
        if texture.is_text() || text.len() > LONGEST {
            return;
        }
        let mut add = |code, score, start, end| best.add(Evidence::new(code, score, start, end));
        if let Some((start, end)) = self.sinks.proof_within(0, text.len()) {
            let before = text.get(..start).unwrap_or_default();
            // words in front make it a sentence about code
            let plain =
                words(before).count() <= 4 && texture.words <= 16 && !is_named(text, start, end);
            let tagged = text.trim_ascii_start().first() == Some(&b'<');
            let score = match (plain, tagged) {
                (true, _) => 7200,
                (false, true) => 6200,
                (false, false) => 4500,
            };
            add(CALL, score, start, end);
        } else if let Some((start, end)) = self.sinks.handed() {
            let score = if texture.words <= 16 { 6800 } else { 4000 };
            add(CALL, score, start, end);
        }
        if let Some(at) = find_ci(text, b"javascript:")
            && at > 0
            && let Some((_, end)) = self.sinks.within(at, text.len())
        {
            add(URL, 8000, at, end);
        }
        // a link of Markdown that runs
        if let Some(at) = find(text, b"](")
            && let Some(target) = text.get(at.saturating_add(2)..)
            && active_url(target, true).is_some_and(|score| score > 5000)
        {
            add(URL, 8000, at, text.len());
        }
        if let Some((start, end)) = computed(text) {
            add(CALL, 7500, start, end);
        }
        if let Some(joined) = joined(text) {
            let sinks = Sinks::of(&joined, true);
            if sinks.proof_within(0, joined.len()).is_some()
                || find_ci(&joined, b"javascript:").is_some()
                || computed(&joined).is_some()
            {
                add(CALL, 7200, 0, text.len());
            }
        }
        if is_wordless(text) {
            add(CALL, 7500, 0, text.len());
        }
    }
}

/// A function called without arguments, or a property, between the words of a
/// phrase that has no other code: `why is eval() bad`, `set document.cookie in js`.
fn is_named(text: &[u8], start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let behind = text.get(end..).unwrap_or_default();
    let phrase = |part: &[u8]| {
        part.iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b',' | b'.' | b'?' | b'-'))
    };
    let (least, behind) = match (behind.strip_prefix(b"() "), behind.strip_prefix(b" ")) {
        (Some(behind), _) if before.ends_with(b" ") => (1, behind),
        (_, Some(behind)) if before.ends_with(b".") => (3, behind),
        _ => return false,
    };
    words(before).count() >= least && phrase(before) && phrase(behind)
}

/// A function found by a computed name and called.
fn computed(text: &[u8]) -> Option<(usize, usize)> {
    let mut calls = places(text, b"](").peekable();
    let mut looks = LOOKS;
    for (start, word) in words(text) {
        let end = start.saturating_add(word.len());
        let object = OBJECTS.get(word).is_some() && text.get(end) == Some(&b'[');
        let maker = word.eq_ignore_ascii_case(b"constructor") && makes_code(text, end);
        if maker {
            return Some((start, end));
        }
        if !object {
            continue;
        }
        looks = looks.checked_sub(1)?;
        while calls.next_if(|at| *at < end).is_some() {}
        let Some(close) = calls.peek().filter(|at| at.saturating_sub(end) <= BRACKET) else {
            continue;
        };
        let inner = text.get(end.saturating_add(1)..*close).unwrap_or_default();
        if is_computed(inner) {
            return Some((start, *close));
        }
    }
    None
}

/// `["constructor"](`, `.constructor('…`: a function made of a string.
fn makes_code(text: &[u8], end: usize) -> bool {
    let mut cursor = Cursor::starting_at(text, end);
    if matches!(cursor.peek(), Some(b'"' | b'\'' | b'`')) {
        cursor.skip(1);
        return cursor.rest().starts_with(b"](");
    }
    cursor.rest().starts_with(b"('")
        || cursor.rest().starts_with(b"(\"")
        || cursor.rest().starts_with(b"(`")
        || cursor.rest().starts_with(b"`")
}

/// An expression that puts a name together.
fn is_computed(inner: &[u8]) -> bool {
    let joins = inner.contains(&b'+')
        && inner
            .iter()
            .any(|b| matches!(b, b'"' | b'\'' | b'`' | b'/'));
    joins
        || find(inner, b".source").is_some()
        || find_ci(inner, b"tostring(").is_some()
        || find_ci(inner, b"atob(").is_some()
        || find_ci(inner, b"fromcharcode").is_some()
        || find(inner, b"\\x").is_some()
        || find(inner, b"\\u").is_some()
}

/// The text with `'a'+'b'` written `'ab'`, where it has some.
fn joined(text: &[u8]) -> Option<Vec<u8>> {
    if !text.contains(&b'+') {
        return None;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut cursor = Cursor::new(text);
    let mut any = false;
    while let Some(byte) = cursor.next() {
        if matches!(byte, b'"' | b'\'' | b'`') {
            let mut ahead = cursor;
            ahead.take_while(|b| b == b' ');
            if ahead.eat(b'+') {
                ahead.take_while(|b| b == b' ');
                // letters on both sides: the pieces of one name
                let inside = out.last().copied().is_some_and(is_word);
                if matches!(ahead.peek(), Some(b'"' | b'\'' | b'`')) && inside {
                    ahead.skip(1);
                    cursor = ahead;
                    any = true;
                    continue;
                }
            }
        }
        out.push(byte);
    }
    any.then_some(out)
}

/// Scripts written without letters: `(![]+[])[+[]]`, `$=~[];$={___:++$}`.
fn is_wordless(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    if text.len() < 16 {
        return false;
    }
    if find(text, b"=~[];").is_some_and(|at| at < 16) {
        return true;
    }
    let marks = text
        .iter()
        .filter(|b| matches!(b, b'[' | b']' | b'(' | b')' | b'!' | b'+'))
        .count();
    let emptied = find(text, b"![]").is_some() || find(text, b"+[]").is_some();
    emptied && marks.saturating_mul(10) >= text.len().saturating_mul(9)
}
