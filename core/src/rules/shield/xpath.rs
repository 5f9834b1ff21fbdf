//! `XPath` injection: steps along an axis, and functions asked for a location,
//! where a plain value is expected. Conditions that always hold look like SQL's
//! and are found there. Source: W3C `XPath` 1.0 (axes, node tests, core functions).

use super::evidence::{Evidence, Strongest, Texture};
use crate::text::cursor::{Cursor, places};

const AXES: [&[u8]; 13] = [
    b"child",
    b"parent",
    b"self",
    b"ancestor",
    b"ancestor-or-self",
    b"descendant",
    b"descendant-or-self",
    b"following",
    b"following-sibling",
    b"preceding",
    b"preceding-sibling",
    b"attribute",
    b"namespace",
];

const TESTS: [&[u8]; 4] = [b"node()", b"text()", b"comment()", b"*"];

const FUNCTIONS: [&[u8]; 11] = [
    b"count",
    b"name",
    b"local-name",
    b"string-length",
    b"string",
    b"contains",
    b"starts-with",
    b"substring",
    b"normalize-space",
    b"boolean",
    b"not",
];

/// The strongest evidence in `text`.
pub(crate) fn find_in(text: &[u8], texture: Texture) -> Option<Evidence> {
    if texture.is_text() || text.len() > 400 {
        return None;
    }
    let mut best = Strongest::default();
    axes(text, &mut best);
    functions(text, &mut best);
    unions(text, &mut best);
    best.0
}

/// A word that ends at `end`: letters and hyphens.
fn word_before(text: &[u8], end: usize) -> &[u8] {
    let head = text.get(..end).unwrap_or_default();
    let length = head
        .iter()
        .rev()
        .take(20)
        .take_while(|b| b.is_ascii_alphabetic() || **b == b'-')
        .count();
    head.get(head.len().saturating_sub(length)..)
        .unwrap_or_default()
}

/// `/child::node()`, `ancestor::*`
fn axes(text: &[u8], best: &mut Strongest) {
    for at in places(text, b"::") {
        let axis = word_before(text, at);
        let end = at.saturating_add(2);
        let rest = text.get(end..).unwrap_or_default();
        let tested = TESTS.iter().any(|node| rest.starts_with(node));
        let step = at
            .checked_sub(axis.len().saturating_add(1))
            .and_then(|at| text.get(at))
            .is_none_or(|b| matches!(b, b'/' | b'(' | b'[' | b' ' | b'='));
        if AXES.contains(&axis) && tested && step {
            let start = at.saturating_sub(axis.len());
            best.add(Evidence::new("shield.xpath.axis", 7500, start, end));
        }
    }
}

/// `count(/*)`, `contains(../password,`
fn functions(text: &[u8], best: &mut Strongest) {
    for at in places(text, b"(") {
        let function = word_before(text, at);
        let end = at.saturating_add(1);
        let rest = text.get(end..).unwrap_or_default();
        let location = [
            &b"//"[..],
            b"/*)",
            b"/*[",
            b"/*/",
            b"../",
            b"/child::",
            b"/text()",
            b"@*",
        ]
        .iter()
        .any(|path| rest.starts_with(path));
        if location && FUNCTIONS.contains(&function) {
            let start = at.saturating_sub(function.len());
            best.add(Evidence::new("shield.xpath.axis", 7000, start, end));
        }
    }
}

/// `'] | //user`, `') or //*`: a predicate left for another location.
fn unions(text: &[u8], best: &mut Strongest) {
    for at in places(text, b"]") {
        let mut cursor = Cursor::starting_at(text, at.saturating_add(1));
        cursor.skip_space();
        let quoted = at
            .checked_sub(1)
            .and_then(|at| text.get(at))
            .is_some_and(|b| matches!(b, b'\'' | b'"' | b')' | b'0'..=b'9'));
        if cursor.eat(b'|') {
            cursor.skip_space();
            if quoted && cursor.eat(b'/') {
                best.add(Evidence::new("shield.xpath.axis", 7500, at, cursor.at()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> u16 {
        let texture = super::super::gate::scan(text.as_bytes()).texture;
        find_in(text.as_bytes(), texture).map_or(0, |e| e.score)
    }

    #[test]
    fn steps_and_functions() {
        for text in [
            "x' or count(/child::node())=1 or 'a'='b",
            "count(/*)",
            "') and contains(../password,'c",
            "') and starts-with(../password,'c",
            "'] | //user/*[contains(*,'",
            "string-length(//user[1]/child::node())",
            "x']/ancestor::*",
        ] {
            assert!(score(text) >= 5000, "{text}");
        }
    }

    #[test]
    fn code_and_paths() {
        for text in [
            "parent::__construct()",
            "self::create(1)",
            "std::string name(/* none */)",
            "div::before",
            "a[0] | b",
            "https://example.org/(x)",
            "import(../x)",
        ] {
            assert!(score(text) < 5000, "{text}");
        }
    }
}
