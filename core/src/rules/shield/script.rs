//! What browsers run: the names of event handlers, and the functions and
//! properties that payloads show themselves with.
//!
//! Source: WHATWG HTML (event handlers on elements, documents and windows),
//! Pointer Events, CSS Transitions and Animations, and the older handlers of
//! Internet Explorer that filters still meet.

use crate::text::cursor::{Cursor, is_word};
use crate::text::words::{word_table, words};
use alloc::vec::Vec;

/// What an event handler's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Runs by itself or by moving the pointer: what payloads use.
    Unasked,
    /// Runs when somebody means it: what pages use.
    Usual,
}

const EVENT_LIST: &[(&str, Event)] = &[
    ("onclick", Event::Usual),
    ("onsubmit", Event::Usual),
    ("onchange", Event::Usual),
    ("oninput", Event::Usual),
    ("onkeyup", Event::Usual),
    ("onkeydown", Event::Usual),
    ("onkeypress", Event::Usual),
    ("onselect", Event::Usual),
    ("onreset", Event::Usual),
    ("ondblclick", Event::Usual),
    ("onabort", Event::Unasked),
    ("onactivate", Event::Unasked),
    ("onafterprint", Event::Unasked),
    ("onafterscriptexecute", Event::Unasked),
    ("onanimationcancel", Event::Unasked),
    ("onanimationend", Event::Unasked),
    ("onanimationiteration", Event::Unasked),
    ("onanimationstart", Event::Unasked),
    ("onauxclick", Event::Unasked),
    ("onbeforeactivate", Event::Unasked),
    ("onbeforecopy", Event::Unasked),
    ("onbeforecut", Event::Unasked),
    ("onbeforeinput", Event::Unasked),
    ("onbeforepaste", Event::Unasked),
    ("onbeforeprint", Event::Unasked),
    ("onbeforescriptexecute", Event::Unasked),
    ("onbeforetoggle", Event::Unasked),
    ("onbeforeunload", Event::Unasked),
    ("onbegin", Event::Unasked),
    ("onblur", Event::Unasked),
    ("onbounce", Event::Unasked),
    ("oncanplay", Event::Unasked),
    ("oncanplaythrough", Event::Unasked),
    ("onclose", Event::Unasked),
    ("oncontextmenu", Event::Unasked),
    ("oncopy", Event::Unasked),
    ("oncuechange", Event::Unasked),
    ("oncut", Event::Unasked),
    ("ondeactivate", Event::Unasked),
    ("ondrag", Event::Unasked),
    ("ondragend", Event::Unasked),
    ("ondragenter", Event::Unasked),
    ("ondragleave", Event::Unasked),
    ("ondragover", Event::Unasked),
    ("ondragstart", Event::Unasked),
    ("ondrop", Event::Unasked),
    ("ondurationchange", Event::Unasked),
    ("onend", Event::Unasked),
    ("onended", Event::Unasked),
    ("onerror", Event::Unasked),
    ("onfilterchange", Event::Unasked),
    ("onfinish", Event::Unasked),
    ("onfocus", Event::Unasked),
    ("onfocusin", Event::Unasked),
    ("onfocusout", Event::Unasked),
    ("onformchange", Event::Unasked),
    ("onforminput", Event::Unasked),
    ("onfullscreenchange", Event::Unasked),
    ("ongotpointercapture", Event::Unasked),
    ("onhashchange", Event::Unasked),
    ("oninvalid", Event::Unasked),
    ("onload", Event::Unasked),
    ("onloadeddata", Event::Unasked),
    ("onloadedmetadata", Event::Unasked),
    ("onloadend", Event::Unasked),
    ("onloadstart", Event::Unasked),
    ("onlosecapture", Event::Unasked),
    ("onlostpointercapture", Event::Unasked),
    ("onmessage", Event::Unasked),
    ("onmousedown", Event::Unasked),
    ("onmouseenter", Event::Unasked),
    ("onmouseleave", Event::Unasked),
    ("onmousemove", Event::Unasked),
    ("onmouseout", Event::Unasked),
    ("onmouseover", Event::Unasked),
    ("onmouseup", Event::Unasked),
    ("onmousewheel", Event::Unasked),
    ("onoffline", Event::Unasked),
    ("ononline", Event::Unasked),
    ("onpagehide", Event::Unasked),
    ("onpageshow", Event::Unasked),
    ("onpaste", Event::Unasked),
    ("onpause", Event::Unasked),
    ("onplay", Event::Unasked),
    ("onplaying", Event::Unasked),
    ("onpointercancel", Event::Unasked),
    ("onpointerdown", Event::Unasked),
    ("onpointerenter", Event::Unasked),
    ("onpointerleave", Event::Unasked),
    ("onpointermove", Event::Unasked),
    ("onpointerout", Event::Unasked),
    ("onpointerover", Event::Unasked),
    ("onpointerrawupdate", Event::Unasked),
    ("onpointerup", Event::Unasked),
    ("onpopstate", Event::Unasked),
    ("onprogress", Event::Unasked),
    ("onpropertychange", Event::Unasked),
    ("onreadystatechange", Event::Unasked),
    ("onrepeat", Event::Unasked),
    ("onresize", Event::Unasked),
    ("onscroll", Event::Unasked),
    ("onscrollend", Event::Unasked),
    ("onsearch", Event::Unasked),
    ("onseeked", Event::Unasked),
    ("onseeking", Event::Unasked),
    ("onselectionchange", Event::Unasked),
    ("onselectstart", Event::Unasked),
    ("onshow", Event::Unasked),
    ("onstart", Event::Unasked),
    ("onstorage", Event::Unasked),
    ("onsuspend", Event::Unasked),
    ("ontimeupdate", Event::Unasked),
    ("ontoggle", Event::Unasked),
    ("ontouchend", Event::Unasked),
    ("ontouchmove", Event::Unasked),
    ("ontouchstart", Event::Unasked),
    ("ontransitioncancel", Event::Unasked),
    ("ontransitionend", Event::Unasked),
    ("ontransitionrun", Event::Unasked),
    ("ontransitionstart", Event::Unasked),
    ("onunhandledrejection", Event::Unasked),
    ("onunload", Event::Unasked),
    ("onvolumechange", Event::Unasked),
    ("onwebkitanimationend", Event::Unasked),
    ("onwebkittransitionend", Event::Unasked),
    ("onwheel", Event::Unasked),
];

word_table!(pub(super) static EVENTS: Event = *EVENT_LIST);

/// Names in scripts that payloads use to show or steal something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sink {
    /// Counts when called; what proofs of concept call.
    Proof,
    /// Counts when called; honest code calls it as well.
    Call,
    /// Counts behind a dot, as in `document.cookie`.
    Secret,
    /// The same; honest code reads and writes it as well.
    Property,
}

const SINK_LIST: &[(&str, Sink)] = &[
    ("alert", Sink::Proof),
    ("confirm", Sink::Proof),
    ("prompt", Sink::Proof),
    ("eval", Sink::Proof),
    ("execscript", Sink::Proof),
    ("importscripts", Sink::Proof),
    ("fromcharcode", Sink::Proof),
    ("msgbox", Sink::Proof),
    ("getscript", Sink::Proof),
    ("atob", Sink::Call),
    ("fetch", Sink::Call),
    ("settimeout", Sink::Call),
    ("setinterval", Sink::Call),
    ("xmlhttprequest", Sink::Call),
    ("cookie", Sink::Secret),
    ("write", Sink::Secret),
    ("writeln", Sink::Secret),
    ("domain", Sink::Secret),
    ("location", Sink::Property),
    ("localstorage", Sink::Property),
    ("innerhtml", Sink::Property),
];

word_table!(static SINKS: Sink = *SINK_LIST);

const OBJECT_LIST: &[(&str, ())] = &[
    ("document", ()),
    ("window", ()),
    ("self", ()),
    ("top", ()),
    ("parent", ()),
    ("this", ()),
    ("frames", ()),
    ("globalthis", ()),
    ("opener", ()),
    ("defaultview", ()),
    ("contentwindow", ()),
];

// Objects that every page has.
word_table!(pub(super) static OBJECTS: () = *OBJECT_LIST);

/// The words of a text that may be sinks, looked up once however many windows
/// of the text are asked about.
#[derive(Debug)]
pub(super) struct Sinks<'t> {
    text: &'t [u8],
    words: Vec<(usize, usize, Sink)>,
}

impl<'t> Sinks<'t> {
    /// Those of `text`; `any` when the gate saw one.
    pub(super) fn of(text: &'t [u8], any: bool) -> Self {
        let known = |(start, word): (usize, &[u8])| {
            SINKS
                .get(word)
                .map(|sink| (start, start.saturating_add(word.len()), sink))
        };
        let words = if any {
            words(text).filter_map(known).collect()
        } else {
            Vec::new()
        };
        Self { text, words }
    }

    /// The first sink that the code from `from` to `to` calls or reads: its place.
    pub(super) fn within(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        self.first(from, to, false)
    }

    /// The same, of those that honest code seldom has.
    pub(super) fn proof_within(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        self.first(from, to, true)
    }

    fn first(&self, from: usize, to: usize, proof: bool) -> Option<(usize, usize)> {
        let first = self.words.partition_point(|(start, ..)| *start < from);
        let code = self.text.get(..to)?;
        self.words
            .get(first..)?
            .iter()
            .take_while(|(_, end, _)| *end <= to)
            .find(|(start, end, sink)| {
                let before = code.get(from..*start).unwrap_or_default();
                match sink {
                    Sink::Proof if proof => is_called(code, *end) && !is_method(before),
                    Sink::Call | Sink::Property if proof => false,
                    Sink::Proof | Sink::Call => is_called(code, *end),
                    Sink::Secret | Sink::Property => is_property(before),
                }
            })
            .map(|(start, end, _)| (*start, *end))
    }

    /// A function handed on instead of called: `[1].find(alert)`, `a=alert,a(1)`,
    /// `` sort.call`${alert}1` ``. No blank on either side, as in code.
    pub(super) fn handed(&self) -> Option<(usize, usize)> {
        self.words
            .iter()
            .filter(|(.., sink)| *sink == Sink::Proof)
            .find(|(start, end, _)| {
                let mut before = self.text.get(..*start).unwrap_or_default().iter().rev();
                // a variable of that name is common where people are asked
                let asked = self
                    .text
                    .get(*start..*end)
                    .is_some_and(|word| word.eq_ignore_ascii_case(b"prompt"));
                let opened = match before.next() {
                    Some(b'(' | b',') if asked => false,
                    Some(b'(') => before
                        .next()
                        .is_some_and(|b| is_word(*b) || matches!(b, b')' | b']')),
                    Some(b'=') => before.next().is_some_and(|b| is_word(*b)),
                    Some(b',') => before
                        .next()
                        .is_some_and(|b| is_word(*b) || matches!(b, b']' | b'\'' | b'"' | b'/')),
                    Some(b'{') => before.next() == Some(&b'$'),
                    _ => false,
                };
                opened && matches!(self.text.get(*end), Some(b')' | b',' | b';' | b'}'))
            })
            .map(|(start, end, _)| (*start, *end))
    }
}

/// `alert(1)`, `(alert)(1)`, `top["alert"](1)`, a backquote for the parenthesis.
/// A blank before it is prose: `confirm (or cancel)`; a bare bracket is a link:
/// `[confirm](page)`.
fn is_called(code: &[u8], end: usize) -> bool {
    let mut cursor = Cursor::starting_at(code, end);
    let quoted =
        matches!(cursor.peek(), Some(b'"' | b'\'' | b'`')) && cursor.peek_nth(1) == Some(b']');
    if cursor.peek() == Some(b']') && !quoted {
        return false;
    }
    if quoted {
        cursor.skip(2);
    }
    cursor.take_while(|b| matches!(b, b')' | b']' | b'"' | b'\'' | b'/' | b'*' | b'\t'..=b'\r'));
    match cursor.peek() {
        Some(b'(') => true,
        // the end of code in a sentence has a blank or a mark behind it
        Some(b'`') => cursor
            .peek_nth(1)
            .is_some_and(|b| is_word(b) || matches!(b, b'$' | b'`' | b'\\' | b'/' | b'<' | b'{')),
        _ => cursor.rest().starts_with(b".call") || cursor.rest().starts_with(b"?."),
    }
}

/// It belongs to an object that is none of a page's: `readline.prompt()`.
fn is_method(before: &[u8]) -> bool {
    before
        .strip_suffix(b".")
        .is_some_and(|object| OBJECTS.get(last_word(object)).is_none() && !object.ends_with(b"]"))
}

/// What stands before a property is an object that pages have.
fn is_property(before: &[u8]) -> bool {
    let before = without_comment(before);
    let object = before
        .strip_suffix(b".")
        .or_else(|| before.strip_suffix(b"['"))
        .or_else(|| before.strip_suffix(b"[\""))
        .or_else(|| before.strip_suffix(b"[`"));
    object.is_some_and(|object| {
        let object = without_comment(object);
        let object = without_comment(object.strip_suffix(b")").unwrap_or(object));
        OBJECTS.get(last_word(object)).is_some()
    })
}

/// `document/*x*/.cookie`: the text without a comment at its end.
fn without_comment(text: &[u8]) -> &[u8] {
    let trimmed = text.trim_ascii_end();
    let Some(inside) = trimmed.strip_suffix(b"*/") else {
        return text;
    };
    let from = inside.len().saturating_sub(40);
    let near = inside.get(from..).unwrap_or_default();
    match near.windows(2).rposition(|pair| pair == b"/*") {
        Some(at) => text
            .get(..from.saturating_add(at))
            .unwrap_or_default()
            .trim_ascii_end(),
        None => text,
    }
}

fn last_word(text: &[u8]) -> &[u8] {
    let from = text.len().saturating_sub(16);
    let near = text.get(from..).unwrap_or_default();
    let start = near
        .iter()
        .rposition(|b| !is_word(*b))
        .map_or(0, |n| n.saturating_add(1));
    near.get(start..).unwrap_or_default()
}
