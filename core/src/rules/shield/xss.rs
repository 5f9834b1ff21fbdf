//! Cross-site scripting: markup that runs code, in the contexts a value may
//! land in: text, an attribute in quotes, a script's string.
//!
//! Sees event handlers, scripts, `javascript:` and `data:` URLs, frames and
//! plug-ins, styles and metadata that load or run something, attribute and
//! string break-outs, markup hidden in an attribute's value, bare calls of the
//! functions that payloads prove themselves with, also by computed names. Does
//! not run JavaScript. A document with markup in it is content; the same tag as
//! a whole short value, or in prose that has no other markup, is not.
//!
//! Sources: WHATWG HTML, CSS Syntax, ECMAScript annex B, and the published
//! research on mutation and dangling markup.

mod attribute;
mod breakout;
mod code;
mod element;

use super::evidence::{Evidence, Strongest, Texture};
use super::script::Sinks;
use crate::text::cursor::{find, find_ci, places, starts_with_ci};
use crate::text::html::Tokenizer;
use crate::text::swar;

/// The strongest evidence in `text`; `sinks` when the gate saw one.
pub(crate) fn find_in(text: &[u8], sinks: bool, texture: Texture) -> Option<Evidence> {
    let page = Page {
        text,
        texture,
        sinks: Sinks::of(text, sinks),
        authored: texture.is_text() && is_authored(text),
    };
    let mut best = Strongest::default();
    page.markup(0, text.len(), true, &mut best);
    page.behind_quotes(&mut best);
    page.whole(&mut best);
    best.0
}

/// A value as markup.
struct Page<'t> {
    text: &'t [u8],
    texture: Texture,
    sinks: Sinks<'t>,
    /// A text with markup of its own: a document, a page, Markdown with code.
    authored: bool,
}

/// So often in a value the text behind a tag is read ahead.
const LOOKS: u8 = 32;

impl Page<'_> {
    /// Reads tags, and once more inside attributes that hold some: what a
    /// parser that repairs the page may take out of them.
    fn markup(&self, from: usize, to: usize, outer: bool, best: &mut Strongest) {
        let Some(text) = self.text.get(..to) else {
            return;
        };
        let mut html = Tokenizer::new(text, from);
        let mut looks = LOOKS;
        while let Some(tag) = html.tag() {
            if let Some((code, score)) = self.element(&tag, &mut looks) {
                best.add(Evidence::new(code, score, tag.start, tag.name_end));
            }
            while let Some(attribute) = html.attribute() {
                if let Some((code, score)) = self.attribute(&tag, &attribute) {
                    best.add(Evidence::new(code, score, tag.start, attribute.end));
                }
                let value = attribute.value.unwrap_or_default();
                if outer && swar::find_byte(value, b'<').is_some() {
                    let start = attribute.value_start;
                    self.markup(start, start.saturating_add(value.len()), false, best);
                }
            }
            if html.at() >= to {
                break;
            }
        }
    }

    /// `score` for something that runs by itself: in prose that has no other
    /// markup, length is no excuse.
    fn weigh_active(&self, score: u16, in_text: u16, in_document: u16) -> u16 {
        if self.authored {
            self.texture.weigh(score, in_text, in_document)
        } else {
            self.texture.weigh(
                score,
                in_text.max(score.saturating_sub(2000)),
                in_document.max(score.saturating_sub(3000)),
            )
        }
    }
}

/// Whether somebody wrote a page or a Markdown text.
pub(super) fn is_authored(text: &[u8]) -> bool {
    let start = text.trim_ascii_start();
    starts_with_ci(start, b"<!doctype")
        || starts_with_ci(start, b"<html")
        || find(text, b"```").is_some()
        || find(text, b"\n#").is_some()
        || find_ci(text, b"</head>").is_some()
        || places(text, b"</").nth(3).is_some()
        || places(text, b"`").nth(5).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (&'static str, u16) {
        let signs = super::super::gate::scan(text.as_bytes());
        find_in(text.as_bytes(), signs.sink(), signs.texture).map_or(("", 0), |e| (e.code, e.score))
    }

    #[test]
    fn markup_that_runs_code() {
        let cases = [
            ("<script>alert(1)</script>", "shield.xss.script"),
            ("<img src=x onerror=alert(1)>", "shield.xss.handler"),
            ("<svg/onload=alert`1`", "shield.xss.handler"),
            ("<a href=\"java\tscript:alert(1)\">x", "shield.xss.url"),
            ("\" autofocus onfocus=alert(1) x=\"", "shield.xss.breakout"),
            ("';alert(document.cookie)//", "shield.xss.breakout"),
            ("javascript:alert(1)", "shield.xss.url"),
            (
                "<div style=\"width:expression(alert(1))\">",
                "shield.xss.style",
            ),
        ];
        for (text, code) in cases {
            let (seen, score) = found(text);
            assert!(seen == code && score >= 7000, "{text}: {seen} {score}");
        }
    }

    #[test]
    fn a_word_cut_by_the_window_is_no_sink() {
        let behind = |word: &str| {
            let code = alloc::format!("<script>{} document.{word}", "-".repeat(382));
            found(&code).1
        };
        assert_eq!((behind("cookies"), behind("cookie ")), (9000, 9600));
    }

    #[test]
    fn content_is_not_an_attack() {
        for text in [
            "a < b and c > d",
            "<p>Hello <b>you</b>, see <a href=\"https://example.com/?a=b\">this</a></p>",
            "I <3 you",
            "He said \"only = one\" and left",
            "<a href=\"javascript:void(0)\">menu</a>",
            "Please confirm (or cancel) the alert",
        ] {
            let (seen, score) = found(text);
            assert!(score < 5000, "{text}: {seen} {score}");
        }
    }
}
