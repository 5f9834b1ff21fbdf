//! Cross-site scripting: markup that runs code, in the contexts a value may
//! land in: text, an attribute in quotes, a script's string.
//!
//! Sees event handlers, scripts, `javascript:` and `data:` URLs, frames and
//! plug-ins, attribute and string break-outs, bare calls of the functions that
//! payloads prove themselves with. Does not run JavaScript: code that computes
//! its names is seen only by its shape. A document with markup in it is content;
//! the same tag as a whole short value is not.

use super::evidence::{Evidence, Strongest, Texture};
use super::script::{EVENTS, Event, sink};
use crate::text::cursor::find_ci;
use crate::text::html::{Attribute, Tag, Tokenizer, has_scheme};
use crate::text::words::words;

/// The strongest evidence in `text`.
pub(crate) fn find(text: &[u8], texture: Texture) -> Option<Evidence> {
    let mut best = Strongest::default();
    markup(text, 0, texture, &mut best);
    let first_tag = text.iter().position(|b| *b == b'<').unwrap_or(text.len());
    for quote in [b'"', b'\'', b'`'] {
        let Some(at) = text.iter().position(|b| *b == quote) else {
            continue;
        };
        // with a tag before it the quote belongs to that tag
        if at < first_tag {
            behind_quote(text, at.saturating_add(1), texture, &mut best);
        }
    }
    whole(text, texture, &mut best);
    best.0
}

/// Reads tags from `at` on.
fn markup(text: &[u8], at: usize, texture: Texture, best: &mut Strongest) {
    let mut html = Tokenizer::new(text, at);
    let mut looks = LOOKS;
    while let Some(tag) = html.tag() {
        if let Some((code, score)) = element(text, &tag, texture, &mut looks) {
            best.add(Evidence::new(code, score, tag.start, tag.name_end));
        }
        while let Some(attribute) = html.attribute() {
            if let Some((code, score)) = attribute_of(&tag, &attribute, texture) {
                best.add(Evidence::new(code, score, tag.start, attribute.end));
            }
        }
        if html.at() >= text.len() {
            break;
        }
    }
}

/// So often in a value the text behind a tag is read ahead.
const LOOKS: u8 = 32;

fn element(
    text: &[u8],
    tag: &Tag<'_>,
    texture: Texture,
    looks: &mut u8,
) -> Option<(&'static str, u16)> {
    let behind = text.get(tag.name_end..).unwrap_or_default();
    let mut ahead = |length: usize| {
        let left = looks.checked_sub(1)?;
        *looks = left;
        behind.get(..behind.len().min(length))
    };
    let is = |name: &[u8]| tag.name.eq_ignore_ascii_case(name);
    if is(b"script") {
        if tag.closing {
            // the end of a script the value did not start: a break-out
            let score = if tag.start < 64 && !behind.trim_ascii().is_empty() {
                7000
            } else {
                4000
            };
            return Some(("shield.xss.breakout", texture.weigh(score, 2000, 1000)));
        }
        let proves = ahead(400).is_some_and(|body| sink(body).is_some());
        let score = if proves { 9600 } else { 9000 };
        return Some(("shield.xss.script", texture.weigh(score, 4800, 2500)));
    }
    // `<scr<script>ipt>`: filters that remove once leave a tag
    if tag.name.len() > 6
        && find_ci(tag.name, b"script").is_some_and(|at| at > 0)
        && ahead(64).is_some_and(|body| sink(body).is_some())
    {
        return Some(("shield.xss.script", texture.weigh(8500, 3000, 2000)));
    }
    if tag.closing {
        return None;
    }
    let odd = [
        &b"iframe"[..],
        b"frameset",
        b"frame",
        b"object",
        b"embed",
        b"applet",
        b"base",
        b"layer",
        b"ilayer",
        b"bgsound",
        b"isindex",
        b"marquee",
        b"xss",
        b"portal",
    ];
    if odd.iter().any(|name| is(name))
        && let Some(window) = ahead(256)
        && let Some(attributes) = window.split(|b| *b == b'>').next()
        && attributes.contains(&b'=')
    {
        // an embedded player says how large it is
        let embed = find_ci(attributes, b"width=").is_some() || tag.start > 48;
        return Some((
            "shield.xss.element",
            texture.weigh(if embed { 4500 } else { 6200 }, 2500, 1500),
        ));
    }
    let quiet = [
        &b"meta"[..],
        b"link",
        b"style",
        b"form",
        b"xml",
        b"math",
        b"foreignobject",
        b"animate",
        b"set",
    ];
    if quiet.iter().any(|name| is(name)) {
        return Some(("shield.xss.element", texture.weigh(4500, 2000, 1000)));
    }
    None
}

fn attribute_of(
    tag: &Tag<'_>,
    attribute: &Attribute<'_>,
    texture: Texture,
) -> Option<(&'static str, u16)> {
    let value = attribute.value?;
    let name = attribute.name;
    let event = name
        .get(..2)
        .is_some_and(|on| on.eq_ignore_ascii_case(b"on"));
    if event && name.len() > 4 && !tag.closing {
        let runs = sink(value).is_some();
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
        || (is(b"to") && sink(value).is_some())
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

/// The belief that a URL runs code when it is followed.
fn active_url(url: &[u8]) -> Option<u16> {
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

/// The value may have ended an attribute or a string of the page.
fn behind_quote(text: &[u8], at: usize, texture: Texture, best: &mut Strongest) {
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
        let runs = attribute.value.is_some_and(|v| sink(v).is_some());
        if attribute.value.is_some_and(|v| !v.is_empty())
            && let Some(event) = EVENTS.get(attribute.name)
        {
            let score = if runs {
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
    ) && let Some((start, end)) = sink(rest)
    {
        let (start, end) = (at.saturating_add(start), at.saturating_add(end));
        best.add(Evidence::new(
            "shield.xss.breakout",
            texture.weigh(8800, 4000, 1500),
            start,
            end,
        ));
    }
}

/// Code or an active URL as the whole of a value.
fn whole(text: &[u8], texture: Texture, best: &mut Strongest) {
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
    if let Some((start, end)) = sink(text) {
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
        && let Some((_, end)) = sink(text.get(at..).unwrap_or_default())
    {
        best.add(Evidence::new(
            "shield.xss.url",
            8000,
            at,
            at.saturating_add(end),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (&'static str, u16) {
        let texture = super::super::gate::scan(text.as_bytes()).texture;
        find(text.as_bytes(), texture).map_or(("", 0), |e| (e.code, e.score))
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
