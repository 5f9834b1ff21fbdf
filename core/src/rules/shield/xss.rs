//! Cross-site scripting: markup that runs code, in the contexts a value may
//! land in: text, an attribute in quotes, a script's string.
//!
//! Sees event handlers, scripts, `javascript:` and `data:` URLs, frames and
//! plug-ins, attribute and string break-outs, bare calls of the functions that
//! payloads prove themselves with. Does not run JavaScript: code that computes
//! its names is seen only by its shape. A document with markup in it is content;
//! the same tag as a whole short value is not.

use super::evidence::{Evidence, Strongest, Texture};
use super::script::{EVENTS, Event, Sinks};
use crate::text::cursor::find_ci;
use crate::text::html::{Attribute, Tag, Tokenizer, has_scheme};
use crate::text::swar;
use crate::text::words::{Words, words};

/// The strongest evidence in `text`; `sinks` when the gate saw one.
pub(crate) fn find(text: &[u8], sinks: bool, texture: Texture) -> Option<Evidence> {
    let page = Page {
        text,
        texture,
        sinks: Sinks::of(text, sinks),
    };
    let mut best = Strongest::default();
    page.markup(&mut best);
    let first_tag = swar::find_byte(text, b'<').unwrap_or(text.len());
    for quote in [b'"', b'\'', b'`'] {
        let Some(at) = swar::find_byte(text, quote) else {
            continue;
        };
        // with a tag before it the quote belongs to that tag
        if at < first_tag {
            page.behind_quote(at.saturating_add(1), &mut best);
        }
    }
    page.whole(&mut best);
    best.0
}

/// A value as markup.
struct Page<'t> {
    text: &'t [u8],
    texture: Texture,
    sinks: Sinks<'t>,
}

/// So often in a value the text behind a tag is read ahead.
const LOOKS: u8 = 32;

/// Tags that are evidence by their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Script,
    /// Loads or runs something by its attributes.
    Odd,
    /// Changes the page around it.
    Quiet,
}

static ELEMENTS: Words<Element, 64> = Words::new(&[
    ("script", Element::Script),
    ("iframe", Element::Odd),
    ("frameset", Element::Odd),
    ("frame", Element::Odd),
    ("object", Element::Odd),
    ("embed", Element::Odd),
    ("applet", Element::Odd),
    ("base", Element::Odd),
    ("layer", Element::Odd),
    ("ilayer", Element::Odd),
    ("bgsound", Element::Odd),
    ("isindex", Element::Odd),
    ("marquee", Element::Odd),
    ("xss", Element::Odd),
    ("portal", Element::Odd),
    ("meta", Element::Quiet),
    ("link", Element::Quiet),
    ("style", Element::Quiet),
    ("form", Element::Quiet),
    ("xml", Element::Quiet),
    ("math", Element::Quiet),
    ("foreignobject", Element::Quiet),
    ("animate", Element::Quiet),
    ("set", Element::Quiet),
]);

impl Page<'_> {
    /// Reads tags.
    fn markup(&self, best: &mut Strongest) {
        let mut html = Tokenizer::new(self.text, 0);
        let mut looks = LOOKS;
        while let Some(tag) = html.tag() {
            if let Some((code, score)) = self.element(&tag, &mut looks) {
                best.add(Evidence::new(code, score, tag.start, tag.name_end));
            }
            while let Some(attribute) = html.attribute() {
                if let Some((code, score)) = self.attribute(&tag, &attribute) {
                    best.add(Evidence::new(code, score, tag.start, attribute.end));
                }
            }
            if html.at() >= self.text.len() {
                break;
            }
        }
    }

    /// A sink in the `length` bytes behind a tag's name.
    fn sink_behind(&self, tag: &Tag<'_>, length: usize) -> bool {
        let end = tag.name_end.saturating_add(length).min(self.text.len());
        self.sinks.within(tag.name_end, end).is_some()
    }

    fn element(&self, tag: &Tag<'_>, looks: &mut u8) -> Option<(&'static str, u16)> {
        let texture = self.texture;
        let behind = self.text.get(tag.name_end..).unwrap_or_default();
        let mut look = || {
            let left = looks.checked_sub(1)?;
            *looks = left;
            Some(())
        };
        let element = ELEMENTS.get(tag.name);
        if element == Some(Element::Script) {
            if tag.closing {
                // the end of a script the value did not start: a break-out
                let score = if tag.start < 64 && !behind.trim_ascii().is_empty() {
                    7000
                } else {
                    4000
                };
                return Some(("shield.xss.breakout", texture.weigh(score, 2000, 1000)));
            }
            let proves = look().is_some() && self.sink_behind(tag, 400);
            let score = if proves { 9600 } else { 9000 };
            return Some(("shield.xss.script", texture.weigh(score, 4800, 2500)));
        }
        // `<scr<script>ipt>`: filters that remove once leave a tag
        if tag.name.len() > 6
            && find_ci(tag.name, b"script").is_some_and(|at| at > 0)
            && look().is_some()
            && self.sink_behind(tag, 64)
        {
            return Some(("shield.xss.script", texture.weigh(8500, 3000, 2000)));
        }
        if tag.closing {
            return None;
        }
        if element == Some(Element::Odd) && look().is_some() {
            let window = behind.get(..behind.len().min(256)).unwrap_or_default();
            let attributes = window
                .get(..swar::find_byte(window, b'>').unwrap_or(window.len()))
                .unwrap_or_default();
            if attributes.contains(&b'=') {
                // an embedded player says how large it is
                let embed = tag.start > 48 || find_ci(attributes, b"width=").is_some();
                return Some((
                    "shield.xss.element",
                    texture.weigh(if embed { 4500 } else { 6200 }, 2500, 1500),
                ));
            }
        }
        (element == Some(Element::Quiet))
            .then_some(("shield.xss.element", texture.weigh(4500, 2000, 1000)))
    }

    fn attribute(&self, tag: &Tag<'_>, attribute: &Attribute<'_>) -> Option<(&'static str, u16)> {
        let value = attribute.value?;
        let texture = self.texture;
        let value_end = attribute.value_start.saturating_add(value.len());
        let sink = || {
            self.sinks
                .within(attribute.value_start, value_end)
                .is_some()
        };
        let name = attribute.name;
        let event = name
            .get(..2)
            .is_some_and(|on| on.eq_ignore_ascii_case(b"on"));
        if event && name.len() > 4 && !tag.closing {
            let runs = sink();
            let (score, in_text, in_document) = match (EVENTS.get(name), runs) {
                (Some(Event::Unasked), true) => (9700, 7000, 3000),
                (Some(Event::Unasked), false) => (9200, 4800, 2500),
                (Some(Event::Usual), true) => (9000, 4500, 2500),
                (Some(Event::Usual), false) if texture.length <= 100 => (7000, 3000, 1500),
                (Some(Event::Usual), false) => (4500, 3000, 1500),
                (None, true) => (7500, 3000, 1500),
                (None, false) => return None,
            };
            return Some((
                "shield.xss.handler",
                texture.weigh(score, in_text, in_document),
            ));
        }
        if let Some(score) = active_url(value) {
            return Some((
                "shield.xss.url",
                texture.weigh(score, score.min(4800), score.min(2500)),
            ));
        }
        let is = |wanted: &[u8]| name.eq_ignore_ascii_case(wanted);
        let runs_later = (is(b"attributename")
            && value
                .trim_ascii()
                .get(..2)
                .is_some_and(|on| on.eq_ignore_ascii_case(b"on")))
            || (is(b"to") && sink())
            || (is(b"content")
                && find_ci(value, b"url").is_some()
                && [&b"javascript:"[..], b"data:", b"vbscript:"]
                    .iter()
                    .any(|scheme| find_ci(value, scheme).is_some()))
            || (is(b"http-equiv") && value.eq_ignore_ascii_case(b"set-cookie"));
        if is(b"srcdoc") || is(b"formaction") || is(b"datasrc") || runs_later {
            return Some(("shield.xss.element", texture.weigh(8500, 4500, 2500)));
        }
        if is(b"style")
            && (find_ci(value, b"expression").is_some()
                || find_ci(value, b"-moz-binding").is_some()
                || find_ci(value, b"behavior:").is_some()
                || find_ci(value, b"javascript:").is_some())
        {
            return Some(("shield.xss.style", texture.weigh(9000, 4500, 2500)));
        }
        None
    }

    /// The value may have ended an attribute or a string of the page.
    fn behind_quote(&self, at: usize, best: &mut Strongest) {
        let (text, texture) = (self.text, self.texture);
        let rest = text.get(at..).unwrap_or_default();
        if at > 256 || texture.is_document() {
            return;
        }
        // an attribute: ` onfocus=…`
        let mut html = Tokenizer::new(text, at);
        let mut left = 6_u8;
        while left > 0
            && let Some(attribute) = html.attribute()
        {
            left = left.saturating_sub(1);
            if let Some(value) = attribute.value.filter(|v| !v.is_empty())
                && let Some(event) = EVENTS.get(attribute.name)
            {
                let end = attribute.value_start.saturating_add(value.len());
                let score = if self.sinks.within(attribute.value_start, end).is_some() {
                    9500
                } else if event == Event::Unasked {
                    8800
                } else {
                    7500
                };
                best.add(Evidence::new(
                    "shield.xss.breakout",
                    texture.weigh(score, 4500, 1500),
                    at,
                    attribute.end,
                ));
            }
        }
        // a tag: `">` and another one
        let trimmed = rest.trim_ascii_start();
        if let Some(after) = trimmed.strip_prefix(b">") {
            let after = after.trim_ascii_start();
            if after.first() == Some(&b'<')
                && after
                    .get(1)
                    .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!'))
            {
                best.add(Evidence::new(
                    "shield.xss.breakout",
                    texture.weigh(7500, 3000, 1000),
                    at,
                    text.len(),
                ));
            }
        }
        // a script's string: `';alert(1)//`
        if matches!(
            trimmed.first(),
            Some(
                b';' | b'-'
                    | b'+'
                    | b'*'
                    | b','
                    | b')'
                    | b'}'
                    | b']'
                    | b'/'
                    | b'|'
                    | b'&'
                    | b'^'
                    | b'%'
                    | b'?'
                    | b'<'
                    | b'>'
                    | b'='
                    | b'('
                    | b'.'
            )
        ) && let Some((start, end)) = self.sinks.within(at, text.len())
        {
            best.add(Evidence::new(
                "shield.xss.breakout",
                texture.weigh(8800, 4000, 1500),
                start,
                end,
            ));
        }
    }

    /// Code or an active URL as the whole of a value.
    fn whole(&self, best: &mut Strongest) {
        let (text, texture) = (self.text, self.texture);
        if let Some(score) = active_url(text) {
            best.add(Evidence::new(
                "shield.xss.url",
                texture.weigh(score, score.min(4800), 2000),
                0,
                text.len(),
            ));
        }
        if texture.is_text() {
            return;
        }
        if let Some((start, end)) = self.sinks.within(0, text.len()) {
            let before = text.get(..start).unwrap_or_default();
            // words in front make it a sentence about code
            let plain = words(before).count() <= 4;
            let score = if plain && texture.words <= 16 {
                7200
            } else {
                4500
            };
            best.add(Evidence::new("shield.xss.call", score, start, end));
        }
        if let Some(at) = find_ci(text, b"javascript:")
            && at > 0
            && let Some((_, end)) = self.sinks.within(at, text.len())
        {
            best.add(Evidence::new("shield.xss.url", 8000, at, end));
        }
    }
}

/// The belief that a URL runs code when it is followed.
fn active_url(url: &[u8]) -> Option<u16> {
    let first = url.iter().find(|b| **b > b' ')?;
    if !matches!(first.to_ascii_lowercase(), b'j' | b'v' | b'l' | b'd') {
        return None;
    }
    if has_scheme(url, b"javascript:")
        || has_scheme(url, b"vbscript:")
        || has_scheme(url, b"livescript:")
    {
        let colon = url.iter().position(|b| *b == b':')?;
        let code = url.get(colon.saturating_add(1)..)?.trim_ascii();
        let idle = code.is_empty() || code == b";" || code.starts_with(b"void(0)") || code == b"//";
        return Some(if idle { 2500 } else { 9300 });
    }
    (has_scheme(url, b"data:text/html")
        || has_scheme(url, b"data:image/svg+xml,<")
        || has_scheme(url, b"data:application/x-javascript")
        || has_scheme(url, b"data:text/javascript")
        || has_scheme(url, b"data:text/xml")
        || has_scheme(url, b"data:,*"))
    .then_some(8800)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (&'static str, u16) {
        let signs = super::super::gate::scan(text.as_bytes());
        find(text.as_bytes(), signs.sink(), signs.texture).map_or(("", 0), |e| (e.code, e.score))
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
