//! `sensitiveInfo`: values that should not be sent, in what is sent.
//!
//! Looks for card numbers, account numbers, keys, addresses and their like
//! ([`crate::text::sensitive`]) in the body and in `context.message`, and in the
//! query where the policy says so. A body is read as text once: forms are
//! decoded, escapes of JSON are written out, and names of fields stay beside
//! their values, because they say what the values are. Bodies of media are not
//! looked at, neither is what is compressed or encoded in Base64.
//!
//! The reason names types, a count and the parts of the request; never a value.
//! Costs one pass: some microseconds per kilobyte.

use super::{Code, Finding, Judgement, Kind, Manual, Opt, Rule, page};
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::policy::{Fault, Options};
use crate::text::json::Value;
use crate::text::media::Media;
use crate::text::sensitive::{self, Custom, ENTITIES, Entity, Wanted};
use crate::text::{charset, decode};
use crate::units::Score;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const TYPES: &[&str] = &{
    let mut names = [""; ENTITIES.len()];
    let mut rest: &[(Entity, &str)] = &ENTITIES;
    let mut slots: &mut [&str] = &mut names;
    while let ([(_, name), tail @ ..], [slot, others @ ..]) = (rest, slots) {
        *slot = name;
        (rest, slots) = (tail, others);
    }
    names
};
const BODY: &str = "body";
const QUERY: &str = "query";
const MESSAGE: &str = "message";
const MOST_CUSTOM: usize = 64;

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "sensitiveInfo",
    summary: page("Card numbers, accounts, keys and their like in what is sent."),
    options: &[
        Opt {
            name: "allow",
            kind: Kind::Words(TYPES),
            required: false,
            doc: page("Types that pass; the others are denied. Either this or `deny`."),
        },
        Opt {
            name: "deny",
            kind: Kind::Words(TYPES),
            required: false,
            doc: page("Types that are denied. Either this or `allow`."),
        },
        Opt {
            name: "patterns",
            kind: Kind::Records(&["name", "pattern"]),
            required: false,
            doc: "Types of your own, which are denied: a name in capitals, and a pattern in which \
                  `#` is a digit, `?` a letter, `*` either, `{2,6}` how many. At most 64.",
        },
        Opt {
            name: "fields",
            kind: Kind::Words(&[BODY, QUERY, MESSAGE]),
            required: false,
            doc: page(
                "Where to look; `message` is `context.message`. Default `body` and `message`.",
            ),
        },
    ],
    codes: &[
        Code {
            code: "sensitive.none",
            saw: "no sensitive value where it looked",
            change: "",
        },
        Code {
            code: "sensitive.allowed",
            saw: "only values of types that pass: {types}",
            change: "",
        },
        Code {
            code: "sensitive.found",
            saw: "sensitive values in {places}: {types}",
            change: "the same without these values, or the types in allow",
        },
        Code {
            code: "sensitive.absent",
            saw: "context.message is not there, or is not text",
            change: "pass the text to protect() as message",
        },
    ],
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let list = options.one_of("allow", "deny")?;
    let records = options.records("patterns").unwrap_or_default();
    let mut customs: Vec<Custom> = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        let member = |name: &str| {
            let found = record.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, text)| text.as_str())
        };
        let custom = Custom::new(member("name"), member("pattern")).map_err(|wrong| {
            let which = if wrong.in_name { "name" } else { "pattern" };
            let found = format!("\"{}\"", member(which));
            Fault::new(format!("patterns[{index}].{which}"), found, wrong.allowed)
        })?;
        if customs.iter().any(|known| known.name() == custom.name()) {
            let field = format!("patterns[{index}].name");
            return Err(Fault::new(
                field,
                custom.name(),
                "a name that no other pattern has",
            ));
        }
        customs.push(custom);
    }
    if customs.len() > MOST_CUSTOM {
        let found = format!("{} patterns", customs.len());
        return Err(Fault::new("patterns", found, "at most 64"));
    }
    if list.is_none() && customs.is_empty() {
        return Err(Fault::new("deny", "nothing", "types, in allow or deny"));
    }
    let listed = list
        .and_then(|name| options.texts(name))
        .unwrap_or_default();
    let mut denied = Wanted::NONE;
    for (entity, name) in ENTITIES {
        let named = listed.iter().any(|listed| listed == name);
        let counts = match list {
            Some("allow") => !named,
            Some(_) => named,
            None => false,
        };
        if counts {
            denied = denied.and(entity);
        }
    }
    let fields = options.texts("fields");
    let looks = |name: &str, default: bool| {
        fields.map_or(default, |fields| fields.iter().any(|field| field == name))
    };
    Ok(Box::new(SensitiveInfo {
        denied,
        customs,
        body: looks(BODY, true),
        query: looks(QUERY, false),
        message: looks(MESSAGE, true),
    }))
}

#[derive(Debug)]
struct SensitiveInfo {
    denied: Wanted,
    customs: Vec<Custom>,
    body: bool,
    query: bool,
    message: bool,
}

/// What was found so far.
#[derive(Default)]
struct Seen {
    denied: Vec<String>,
    allowed: Vec<String>,
    places: Vec<String>,
    count: u64,
    score: u8,
}

impl Rule for SensitiveInfo {
    fn reads(&self, reads: &mut Reads) {
        if self.body {
            reads.body();
            reads.header("content-type");
        }
        if self.query {
            reads.target();
        }
        if self.message {
            reads.context();
        }
    }

    fn find(&self, view: &View<'_>) -> Finding {
        let mut seen = Seen::default();
        let request = view.request;
        if self.body {
            let content_type = request.header("content-type").unwrap_or_default();
            let (head, tail) = (request.body.head, request.body.tail);
            self.look(&body(content_type, head), BODY, &mut seen);
            self.look(&body(content_type, tail), BODY, &mut seen);
        }
        if self.query {
            self.look(&decode::form(request.raw_query()), QUERY, &mut seen);
        }
        if self.message {
            match view.context.get(MESSAGE).and_then(Value::as_text) {
                Some(message) => self.look(message.as_bytes(), MESSAGE, &mut seen),
                None if !self.body && !self.query => {
                    return Finding::Undetermined(Reason::code("sensitive.absent"));
                }
                None => {}
            }
        }
        if seen.count > 0 {
            let reason = Reason::code("sensitive.found")
                .with("types", Detail::Names(seen.denied))
                .with("count", Detail::Count(seen.count))
                .with("places", Detail::Names(seen.places));
            return Finding::Judged(Judgement {
                conclusion: Conclusion::Deny,
                score: Score::ten_thousandths(u16::from(seen.score).saturating_mul(100)),
                reason,
            });
        }
        Finding::Judged(Judgement::pass(if seen.allowed.is_empty() {
            Reason::code("sensitive.none")
        } else {
            Reason::code("sensitive.allowed").with("types", Detail::Names(seen.allowed))
        }))
    }
}

impl SensitiveInfo {
    fn look(&self, text: &[u8], place: &str, seen: &mut Seen) {
        for span in sensitive::scan(text, Wanted::ALL, &self.customs) {
            let denied = match span.kind {
                sensitive::Kind::Known(entity) => self.denied.has(entity),
                sensitive::Kind::Custom(_) => true,
            };
            let names = if denied {
                &mut seen.denied
            } else {
                &mut seen.allowed
            };
            let name = span.kind.name(&self.customs);
            if !names.iter().any(|known| known == name) {
                names.push(name.to_string());
            }
            if denied {
                seen.count = seen.count.saturating_add(1);
                seen.score = seen.score.max(span.score);
                if !seen.places.iter().any(|known| known == place) {
                    seen.places.push(place.to_string());
                }
            }
        }
    }
}

/// A body as the text that its reader sees.
fn body<'b>(content_type: &'b [u8], raw: &'b [u8]) -> Cow<'b, [u8]> {
    if raw.is_empty() {
        return Cow::Borrowed(raw);
    }
    let text = match charset::decode(content_type, raw) {
        Some(text) => Cow::Owned(text),
        None => Cow::Borrowed(raw),
    };
    match Media::of(content_type, &text) {
        Media::Form => Cow::Owned(decode::form(&text).into_owned()),
        Media::Json => match unescaped(&text) {
            Some(plain) => Cow::Owned(plain),
            None => text,
        },
        Media::Binary => Cow::Borrowed(&[]),
        Media::Multipart(_) | Media::Xml | Media::Text => text,
    }
}

/// JSON with the escapes of its strings written out; `None` where it has none.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let first = text.iter().position(|b| *b == b'\\')?;
    let (before, mut rest) = text.split_at_checked(first)?;
    let mut out = Vec::with_capacity(text.len());
    out.extend_from_slice(before);
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let [escape, tail @ ..] = rest else { break };
        rest = tail;
        match escape {
            b'u' => {
                let digits = rest.get(..4).unwrap_or_default();
                let unit = core::str::from_utf8(digits)
                    .ok()
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let Some(unit) = unit else { continue };
                rest = rest.get(4..).unwrap_or_default();
                // halves of a character beyond the plane are no part of a value
                let sign = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
            }
            b'b' | b'f' | b'n' | b'r' | b't' => out.push(b'\n'),
            other => out.push(*other),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_as_text() {
        for (content_type, raw, text) in [
            (
                "application/json",
                r#"{"a":"x\n4\u0040\/\"\ud83d"}"#,
                "{\"a\":\"x\n4@/\"\u{fffd}\"}",
            ),
            ("application/x-www-form-urlencoded", "a=1%202+3", "a=1 2 3"),
            ("text/plain", "a\\n", "a\\n"),
            ("image/png", "4111", ""),
        ] {
            let read = body(content_type.as_bytes(), raw.as_bytes()).into_owned();
            assert_eq!(String::from_utf8(read).as_deref(), Ok(text), "{raw}");
        }
    }
}
