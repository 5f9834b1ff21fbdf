//! Attributes that run code: event handlers, active URLs, styles, templates of
//! frameworks; and one that is left open to swallow the page behind it.

use super::super::script::{EVENTS, Event};
use super::Page;
use crate::text::cursor::{find, find_ci, starts_with_ci};
use crate::text::html::{Attribute, Tag, has_scheme};
use crate::text::swar;

const ELEMENT: &str = "shield.xss.element";

impl Page<'_> {
    pub(super) fn attribute(
        &self,
        tag: &Tag<'_>,
        attribute: &Attribute<'_>,
    ) -> Option<(&'static str, u16)> {
        let value = attribute.value?;
        let texture = self.texture;
        let name = attribute.name;
        let event = name
            .get(..2)
            .is_some_and(|on| on.eq_ignore_ascii_case(b"on"));
        if event && name.len() > 4 && !tag.closing {
            return self.handler(attribute, value);
        }
        if let Some(score) = active_url(value, loads_pictures(tag.name)) {
            let score = self.weigh_active(score, score.min(4800), score.min(2500));
            return Some(("shield.xss.url", score));
        }
        let is = |wanted: &[u8]| name.eq_ignore_ascii_case(wanted);
        let runs_later = (is(b"attributename")
            && value
                .trim_ascii()
                .get(..2)
                .is_some_and(|on| on.eq_ignore_ascii_case(b"on")))
            || (is(b"to") && self.runs(attribute, value))
            || (is(b"content")
                && find_ci(value, b"url").is_some()
                && [&b"javascript:"[..], b"data:", b"vbscript:"]
                    .iter()
                    .any(|scheme| find_ci(value, scheme).is_some()))
            || (is(b"http-equiv") && value.eq_ignore_ascii_case(b"set-cookie"));
        if is(b"srcdoc") || is(b"formaction") || is(b"datasrc") || runs_later {
            return Some((ELEMENT, texture.weigh(8500, 4500, 2500)));
        }
        if is(b"style")
            && [&b"expression"[..], b"-moz-binding", b"javascript:"]
                .iter()
                .any(|word| find_ci(value, word).is_some())
            || loads_behavior(value)
        {
            return Some(("shield.xss.style", texture.weigh(9000, 4500, 2500)));
        }
        // `ng-init`, `v-html`, `x-data`, `@error`, `hx-on`: expressions that a framework runs
        let directive = [&b"ng-"[..], b"data-ng-", b"v-", b"x-", b"@", b"hx-on", b":"]
            .iter()
            .any(|start| starts_with_ci(name, start));
        if directive && self.runs(attribute, value) {
            return Some(("shield.xss.handler", texture.weigh(7500, 3000, 1500)));
        }
        (!texture.is_text() && self.dangles(attribute, value)).then_some((ELEMENT, 6500))
    }

    fn runs(&self, attribute: &Attribute<'_>, value: &[u8]) -> bool {
        let end = attribute.value_start.saturating_add(value.len());
        self.sinks.within(attribute.value_start, end).is_some()
    }

    fn handler(&self, attribute: &Attribute<'_>, value: &[u8]) -> Option<(&'static str, u16)> {
        let runs = self.runs(attribute, value);
        let short = self.texture.length <= 100;
        // an expression of JSX is no script
        let component = value.starts_with(b"{");
        let (score, in_text, in_document) = match (EVENTS.get(attribute.name), runs) {
            (Some(_), _) if component => (4500, 3000, 1500),
            (Some(Event::Unasked), true) => (9700, 7000, 3000),
            (Some(Event::Unasked), false) => (9200, 4800, 2500),
            (Some(Event::Usual), true) => (9000, 4500, 2500),
            (Some(Event::Usual), false) if short => (7000, 3000, 1500),
            (Some(Event::Usual), false) => (4500, 3000, 1500),
            (None, true) => (7500, 3000, 1500),
            (None, false) => {
                let plain = attribute.name.iter().all(u8::is_ascii_lowercase);
                let probes = short && plain && !component && !value.is_empty();
                return probes.then_some(("shield.xss.handler", 5200));
            }
        };
        let score = if runs {
            self.weigh_active(score, in_text, in_document)
        } else {
            self.texture.weigh(score, in_text, in_document)
        };
        Some(("shield.xss.handler", score))
    }

    /// `<img src='//x.example?`: a quote that nothing closes sends what follows.
    fn dangles(&self, attribute: &Attribute<'_>, value: &[u8]) -> bool {
        let loads = [&b"src"[..], b"href", b"action", b"background", b"poster"]
            .iter()
            .any(|name| attribute.name.eq_ignore_ascii_case(name));
        if !loads || !(value.starts_with(b"//") || starts_with_ci(value, b"http")) {
            return false;
        }
        let quote = attribute
            .value_start
            .checked_sub(1)
            .and_then(|at| self.text.get(at));
        let behind = self.text.get(attribute.value_start..).unwrap_or_default();
        quote.is_some_and(|quote| {
            matches!(quote, b'"' | b'\'') && swar::find_byte(behind, *quote).is_none()
        }) && find(behind, b">").is_none()
    }
}

/// `behavior: url(…)`, as it was once spelled; `scroll-behavior` scrolls.
fn loads_behavior(style: &[u8]) -> bool {
    find_ci(style, b"behavio").is_some_and(|at| {
        let rest = style.get(at..).unwrap_or_default();
        let rest = rest.get(..rest.len().min(24)).unwrap_or_default();
        find_ci(rest, b"url(").is_some()
    })
}

/// Elements that only show what they load: an SVG in them runs nothing.
fn loads_pictures(name: &[u8]) -> bool {
    [
        &b"img"[..],
        b"image",
        b"source",
        b"video",
        b"input",
        b"picture",
        b"link",
        b"td",
        b"body",
    ]
    .iter()
    .any(|picture| name.eq_ignore_ascii_case(picture))
}

/// The belief that a URL runs code when it is followed.
pub(super) fn active_url(url: &[u8], picture: bool) -> Option<u16> {
    let first = url.iter().find(|b| **b > b' ')?;
    if !matches!(first.to_ascii_lowercase(), b'j' | b'v' | b'l' | b'd' | b'f') {
        return None;
    }
    if has_scheme(url, b"feed:javascript:") {
        return Some(9300);
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
    if !has_scheme(url, b"data:") {
        return None;
    }
    let document = [
        &b"data:text/html"[..],
        b"data:application/xhtml",
        b"data:application/x-javascript",
        b"data:application/javascript",
        b"data:text/javascript",
        b"data:text/xml",
        b"data:application/xml",
        b"data:,*",
        b"data:,alert",
        b"data:;base64,",
    ]
    .iter()
    .any(|kind| has_scheme(url, kind));
    let drawing = has_scheme(url, b"data:image/svg+xml,<")
        || (has_scheme(url, b"data:image/svg+xml") && !picture);
    (document || drawing).then_some(8800)
}
