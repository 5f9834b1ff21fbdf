//! Tags that are evidence by their name, or by what they would load.

use super::Page;
use crate::text::cursor::{find, find_ci, starts_with_ci};
use crate::text::html::Tag;
use crate::text::swar;
use crate::text::words::{word_table, words};

/// What a tag's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Script,
    /// Loads or runs something by its attributes.
    Odd,
    /// Changes the page around it.
    Quiet,
}

const LIST: &[(&str, Element)] = &[
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
];

word_table!(static ELEMENTS: Element = *LIST);

const ELEMENT: &str = "shield.xss.element";
const SCRIPT: &str = "shield.xss.script";

impl Page<'_> {
    /// The text behind a tag's name, `length` bytes of it.
    fn behind(&self, tag: &Tag<'_>, length: usize) -> &[u8] {
        let end = tag.name_end.saturating_add(length).min(self.text.len());
        self.text.get(tag.name_end..end).unwrap_or_default()
    }

    /// A sink in the `length` bytes behind a tag's name.
    fn sink_behind(&self, tag: &Tag<'_>, length: usize) -> bool {
        let end = tag.name_end.saturating_add(length).min(self.text.len());
        self.sinks.within(tag.name_end, end).is_some()
    }

    pub(super) fn element(&self, tag: &Tag<'_>, looks: &mut u8) -> Option<(&'static str, u16)> {
        let texture = self.texture;
        if tag.name.is_empty() {
            return self.declaration(tag, looks);
        }
        let element = ELEMENTS.get(tag.name);
        if element == Some(Element::Script) {
            return Some(self.script(tag, looks));
        }
        // `<scr<script>ipt>`: filters that remove once leave a tag
        if tag.name.len() > 6
            && find_ci(tag.name, b"script").is_some_and(|at| at > 0)
            && look(looks)
            && self.sink_behind(tag, 64)
        {
            return Some((SCRIPT, texture.weigh(8500, 3000, 2000)));
        }
        if tag.closing {
            return None;
        }
        let known = element?;
        if !look(looks) {
            return None;
        }
        let window = self.behind(tag, 256);
        let end = swar::find_byte(window, b'>').unwrap_or(window.len());
        let (attributes, inside) = window.split_at_checked(end).unwrap_or_default();
        if known == Element::Odd && attributes.contains(&b'=') {
            // an embedded player says how large it is
            let embed = tag.start > 48
                || [&b"width="[..], b"allowfullscreen", b"class=", b"sandbox"]
                    .iter()
                    .any(|word| find_ci(attributes, word).is_some());
            return Some((
                ELEMENT,
                texture.weigh(if embed { 4500 } else { 6200 }, 2500, 1500),
            ));
        }
        if known == Element::Quiet
            && let Some(score) = loads(tag.name, attributes, inside)
        {
            return Some((ELEMENT, texture.weigh(score, 3000, 1500)));
        }
        (known == Element::Quiet).then_some((ELEMENT, texture.weigh(4500, 2000, 1000)))
    }

    fn script(&self, tag: &Tag<'_>, looks: &mut u8) -> (&'static str, u16) {
        let texture = self.texture;
        let behind = self.text.get(tag.name_end..).unwrap_or_default();
        if tag.closing {
            // the end of a script the value did not start: a break-out
            let ended = behind.strip_prefix(b">").unwrap_or(behind);
            let score = if tag.start < 64 && !ended.trim_ascii().is_empty() {
                7000
            } else {
                4000
            };
            return ("shield.xss.breakout", texture.weigh(score, 2000, 1000));
        }
        if !look(looks) {
            return (SCRIPT, texture.weigh(9000, 4800, 2500));
        }
        if self.sink_behind(tag, 400) {
            return (SCRIPT, self.weigh_active(9600, 4800, 2500));
        }
        let score = if self.is_mention(tag) || is_inert(self.behind(tag, 120)) {
            4500
        } else {
            9000
        };
        (SCRIPT, texture.weigh(score, score.min(4800), 2500))
    }

    /// `run it with <script>` names the tag and does not open one.
    fn is_mention(&self, tag: &Tag<'_>) -> bool {
        let before = self.text.get(..tag.start).unwrap_or_default();
        let apart = matches!(
            before.last(),
            Some(b' ' | b'\t' | b'\n' | b'"' | b'\'' | b'`' | b'(' | b'[' | b'*')
        );
        let behind = self.behind(tag, 400);
        let attributes = behind
            .iter()
            .take_while(|b| b.is_ascii_lowercase() || **b == b' ')
            .count();
        // `<script defer>`: a switch, and no code behind it
        let bare = attributes == 0 || !behind.iter().any(|b| matches!(b, b'(' | b'=' | b'`'));
        apart
            && bare
            && behind.get(attributes) == Some(&b'>')
            && find_ci(behind, b"</script").is_none()
            && find_ci(behind, b"//").is_none()
            && words(before).next().is_some()
    }

    /// `<!` and `<?`: declarations that add attributes, load or style.
    fn declaration(&self, tag: &Tag<'_>, looks: &mut u8) -> Option<(&'static str, u16)> {
        let text = self.text.get(tag.start..)?;
        let begins = |words: &[&[u8]]| words.iter().any(|word| starts_with_ci(text, word));
        if !begins(&[b"<?import", b"<?xml-stylesheet", b"<!attlist"]) || !look(looks) {
            return None;
        }
        let window = self.behind(tag, 300);
        let has = |word: &[u8]| find_ci(window, word).is_some();
        let loads = (begins(&[b"<?import"]) && has(b"implementation"))
            || (begins(&[b"<?xml-stylesheet"]) && (has(b"data:") || has(b"javascript:")))
            || (begins(&[b"<!attlist"]) && (has(b" on") || has(b"javascript:")));
        loads.then_some((ELEMENT, self.texture.weigh(7500, 3500, 2000)))
    }
}

/// One look ahead less; false when none is left.
fn look(looks: &mut u8) -> bool {
    let left = looks.checked_sub(1);
    *looks = left.unwrap_or_default();
    left.is_some()
}

/// A script that a framework compiles or a template fills in, or that is data.
fn is_inert(behind: &[u8]) -> bool {
    let end = swar::find_byte(behind, b'>').unwrap_or(behind.len());
    let attributes = behind.get(..end).unwrap_or_default();
    [
        &b" setup"[..],
        b"lang=",
        b"{%",
        b"{{",
        b"application/ld+json",
        b"application/json",
        b"text/template",
        b"text/x-",
        b"importmap",
    ]
    .iter()
    .any(|mark| find_ci(attributes, mark).is_some())
}

/// The belief in a quiet element that loads or runs something from elsewhere.
fn loads(name: &[u8], attributes: &[u8], inside: &[u8]) -> Option<u16> {
    let has = |word: &[u8]| find_ci(attributes, word).is_some();
    let outside = find(attributes, b"//").is_some();
    let is = |wanted: &[u8]| name.eq_ignore_ascii_case(wanted);
    if is(b"link") {
        return if has(b"import") && has(b"rel") && has(b"href") {
            Some(7000)
        } else {
            (has(b"stylesheet") && outside && !has(b"integrity") && !has(b"media")).then_some(5400)
        };
    }
    if is(b"meta") {
        let equiv = has(b"http-equiv");
        return ((equiv && has(b"refresh") && has(b"url"))
            || (equiv && has(b"link") && has(b"rel="))
            || (equiv && has(b"set-cookie"))
            || has(b"utf-7")
            || has(b"utf7"))
        .then_some(6500);
    }
    if is(b"style") {
        let runs = [
            &b"expression"[..],
            b"-moz-binding",
            b"behavior:",
            b"javascript:",
        ]
        .iter()
        .any(|word| find_ci(inside, word).is_some());
        let imports = find_ci(inside, b"@import").is_some() && find(inside, b"//").is_some();
        return runs.then_some(7500).or(imports.then_some(6000));
    }
    if is(b"xml") {
        return has(b"src").then_some(6000);
    }
    if is(b"animate") || is(b"set") {
        return (has(b"attributename") && (has(b"href") || has(b"=\"on") || has(b"=on")))
            .then_some(7500);
    }
    None
}
