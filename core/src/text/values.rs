//! A request as the values an application would see, each with its place.
//!
//! Path, query, form, JSON, multipart, XML and raw bodies, cookies and a few
//! headers, decoded once the way frameworks decode them; bodies in a wide
//! character set are decoded first ([`super::charset`]). JSON, GraphQL and XML
//! inside a value are read too, two deep. Where a name comes twice the values
//! are also handed out joined by a comma, as some frameworks join them.
//! Headers are an allow-list: `sec-*`, authorization, tokens and ids are not
//! written by people and are never handed out.
//!
//! One pass, one reused buffer; only repeated names take room of their own.

use super::cursor::{self, starts_with_ci};
use super::decode;
use super::media::{Media, looks_like_a_form, looks_like_json, looks_like_lines};
use super::{charset, graphql, json_scan, multipart, swar, words, xml};
use crate::request::{Request, raw_pairs};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// What kind of place a value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The path, decoded, dot segments kept.
    Path,
    /// A query parameter's value.
    Query,
    /// A form field's value, urlencoded or multipart.
    Form,
    /// A JSON string.
    Json,
    /// A cookie's value.
    Cookie,
    /// A header of the allow-list.
    Header,
    /// The name of an uploaded file.
    File,
    /// The type sent with an uploaded file.
    Media,
    /// The content of an uploaded file.
    Upload,
    /// A raw body, or text inside an XML body.
    Body,
    /// An XML body as a whole: its declarations count, its tags do not.
    Xml,
}

/// One value of a request.
#[derive(Clone, Copy, Debug)]
pub struct Value<'v> {
    /// Where it stands.
    pub kind: Kind,
    /// The name of the parameter, cookie or header, or the JSON pointer; inside
    /// a document in a value, its name, `#` and the pointer.
    pub name: &'v [u8],
    /// The value, decoded once.
    pub text: &'v [u8],
    /// `text` is the name of a parameter or member, not its value.
    pub is_name: bool,
}

/// Headers that hold text written by, or for, people and applications.
pub const HEADERS: [&str; 19] = [
    "user-agent",
    "referer",
    "origin",
    "content-type",
    "accept",
    "accept-language",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-original-url",
    "x-rewrite-url",
    "x-api-version",
    "x-requested-with",
    "x-middleware-subrequest",
    "spring.cloud.function.routing-expression",
    "x-forwarded-proto",
    "x-filename",
    "x-file-name",
    "x_filename",
    "x.filename",
];

/// So deep are documents inside values read.
const DEPTH: u8 = 2;

/// Visits every value of `request`.
pub fn each_value(request: &Request<'_>, visit: &mut dyn FnMut(Value<'_>)) {
    let mut walk = Walk {
        visit,
        buffer: Vec::new(),
    };
    walk.path(request.raw_path());
    walk.pairs(Kind::Query, request.raw_query());
    walk.headers(request);
    walk.body(request);
}

struct Walk<'w> {
    visit: &'w mut dyn FnMut(Value<'_>),
    buffer: Vec<u8>,
}

impl Walk<'_> {
    fn give(&mut self, kind: Kind, name: &[u8], text: &[u8]) {
        if !text.is_empty() {
            (self.visit)(Value {
                kind,
                name,
                text,
                is_name: false,
            });
        }
    }

    fn path(&mut self, raw: &[u8]) {
        let text = decode_into(&mut self.buffer, raw, false);
        if !text.is_empty() {
            (self.visit)(Value {
                kind: Kind::Path,
                name: &[],
                text,
                is_name: false,
            });
        }
    }

    fn pairs(&mut self, kind: Kind, raw: &[u8]) {
        let mut names = Vec::new();
        let mut met = Met::default();
        for (raw_name, raw_value) in raw_pairs(raw) {
            met.add(raw_name);
            let name = decode_into(&mut names, raw_name, true);
            if !name.is_empty() {
                (self.visit)(Value {
                    kind,
                    name: &[],
                    text: name,
                    is_name: true,
                });
            }
            let text = decode_into(&mut self.buffer, raw_value, true);
            give(self.visit, kind, name, text, DEPTH);
        }
        if met.again {
            self.joined(kind, raw);
        }
    }

    /// The values of each name that comes more than once, joined by commas.
    fn joined(&mut self, kind: Kind, raw: &[u8]) {
        let mut joined: BTreeMap<&[u8], (usize, Vec<u8>)> = BTreeMap::new();
        for (name, value) in raw_pairs(raw) {
            let (count, text) = joined.entry(name).or_default();
            if *count > 0 {
                text.push(b',');
            }
            *count = count.saturating_add(1);
            text.extend_from_slice(decode_into(&mut self.buffer, value, true));
        }
        let mut names = Vec::new();
        for (raw_name, (count, text)) in joined {
            if count > 1 {
                let name = decode_into(&mut names, raw_name, true);
                give(self.visit, kind, name, &text, 0);
            }
        }
    }

    fn headers(&mut self, request: &Request<'_>) {
        for (name, value) in request.cookies() {
            if !name.is_empty() {
                (self.visit)(Value {
                    kind: Kind::Cookie,
                    name: &[],
                    text: name,
                    is_name: true,
                });
            }
            let text = decode_into(&mut self.buffer, value, false);
            give(self.visit, Kind::Cookie, name, text, DEPTH);
        }
        for (name, value) in &request.headers {
            let Some(known) = HEADERS
                .iter()
                .find(|h| name.eq_ignore_ascii_case(h.as_bytes()))
            else {
                continue;
            };
            if *known == "referer" {
                self.referer(value);
            } else {
                self.give(Kind::Header, known.as_bytes(), value);
            }
        }
    }

    /// A referer is another request's target: its parts are decoded likewise.
    fn referer(&mut self, value: &[u8]) {
        let at = value.iter().position(|b| *b == b'?').unwrap_or(value.len());
        let text = decode_into(&mut self.buffer, value.get(..at).unwrap_or_default(), false);
        if !text.is_empty() {
            (self.visit)(Value {
                kind: Kind::Header,
                name: b"referer",
                text,
                is_name: false,
            });
        }
        for (name, value) in raw_pairs(value.get(at.saturating_add(1)..).unwrap_or_default()) {
            for part in [name, value] {
                let text = decode_into(&mut self.buffer, part, true);
                if !text.is_empty() {
                    (self.visit)(Value {
                        kind: Kind::Header,
                        name: b"referer",
                        text,
                        is_name: false,
                    });
                }
            }
        }
    }

    fn body(&mut self, request: &Request<'_>) {
        let content_type = request.header("content-type").unwrap_or_default();
        let head = request.body.head;
        match charset::decode(content_type, head) {
            Some(text) => self.whole_body(content_type, &text),
            None => self.whole_body(content_type, head),
        }
        // the tail starts in the middle of something; what it is in is unknown
        self.give(Kind::Body, &[], request.body.tail);
    }

    fn whole_body(&mut self, content_type: &[u8], body: &[u8]) {
        if body.is_empty() {
            return;
        }
        match Media::of(content_type, body) {
            Media::Form => self.pairs(Kind::Form, body),
            Media::Json => self.json(body),
            Media::Multipart(content_type) => self.multipart(content_type, body),
            Media::Xml => self.xml(body),
            Media::Text => {
                give(self.visit, Kind::Body, &[], body, DEPTH);
                if looks_like_a_form(body) {
                    self.pairs(Kind::Form, body);
                } else if looks_like_lines(body) {
                    self.lines(body);
                }
            }
            Media::Binary => {
                self.give(Kind::Media, &[], content_type);
                self.give(Kind::Upload, &[], body);
            }
        }
    }

    /// A form of `enctype="text/plain"`: each line a name and a value, nothing
    /// encoded (HTML, "Plain text form data").
    fn lines(&mut self, body: &[u8]) {
        let mut rest = body;
        while let Some(end) = cursor::find(rest, b"\r\n") {
            let line = rest.get(..end).unwrap_or_default();
            rest = rest.get(end.saturating_add(2)..).unwrap_or_default();
            if let Some(at) = swar::find_byte(line, b'=') {
                let name = line.get(..at).unwrap_or_default();
                let text = line.get(at.saturating_add(1)..).unwrap_or_default();
                give(self.visit, Kind::Form, name, text, DEPTH);
            }
        }
    }

    fn json(&mut self, body: &[u8]) {
        let visit = &mut *self.visit;
        let clean = json_scan::each_string(body, &mut |found| {
            if found.is_name {
                name_of(visit, Kind::Json, found);
            } else {
                give(visit, Kind::Json, found.pointer, found.text, DEPTH);
            }
        });
        if !clean {
            self.give(Kind::Body, &[], body);
            if looks_like_a_form(body) {
                self.pairs(Kind::Form, body);
            }
        }
    }

    fn multipart(&mut self, content_type: &[u8], body: &[u8]) {
        let mut any = false;
        multipart::each_part(content_type, body, &mut |part| {
            any = true;
            self.part(part);
        });
        if !any {
            self.give(Kind::Body, &[], body);
        }
    }

    fn part(&mut self, part: &multipart::Part<'_>) {
        for name in &part.names {
            (self.visit)(Value {
                kind: Kind::Form,
                name: &[],
                text: name,
                is_name: true,
            });
        }
        let name = part.names.first().copied().unwrap_or_default();
        for filename in &part.filenames {
            self.give(Kind::File, name, filename);
        }
        if part.filenames.is_empty() {
            give(self.visit, Kind::Form, name, part.content, DEPTH);
        } else {
            self.give(Kind::Media, name, part.media);
            self.give(Kind::Upload, name, part.content);
        }
    }

    fn xml(&mut self, body: &[u8]) {
        self.give(Kind::Xml, &[], body);
        let visit = &mut *self.visit;
        xml::each_text(body, &mut |text| {
            give(visit, Kind::Body, &[], text, DEPTH);
        });
    }
}

/// Visits a value, and what is inside it where it is a document itself.
fn give(visit: &mut dyn FnMut(Value<'_>), kind: Kind, name: &[u8], text: &[u8], depth: u8) {
    let Some(first) = text.first() else { return };
    visit(Value {
        kind,
        name,
        text,
        is_name: false,
    });
    let Some(left) = depth.checked_sub(1) else {
        return;
    };
    // most values begin with a letter or a digit
    let document = matches!(
        first,
        b'{' | b'[' | b'<' | b' ' | b'\t' | b'\r' | b'\n' | b'"'
    ) || matches!(first, b'q' | b'm' | b's' | b'f') && text.contains(&b'{');
    if !document || text.len() < 4 {
        return;
    }
    let start = text.trim_ascii_start();
    if looks_like_json(start) {
        let mut path = Vec::new();
        json_scan::each_string(start, &mut |found| {
            if found.is_name {
                name_of(visit, kind, found);
                return;
            }
            path.clear();
            path.extend_from_slice(name);
            path.push(b'#');
            path.extend_from_slice(found.pointer);
            give(visit, kind, &path, found.text, left);
        });
    } else if graphql::looks_like(start) {
        graphql::read(start, &mut |string| give(visit, kind, name, string, 0));
    } else if starts_with_ci(start, b"<?xml") {
        xml::each_text(start, &mut |text| give(visit, kind, name, text, left));
    }
}

fn name_of(visit: &mut dyn FnMut(Value<'_>), kind: Kind, found: &json_scan::Found<'_>) {
    if !found.text.is_empty() {
        visit(Value {
            kind,
            name: found.pointer,
            text: found.text,
            is_name: true,
        });
    }
}

/// Whether a name may have come before: a small filter of hashes, which may
/// say so once too often.
#[derive(Default)]
struct Met {
    slots: [u64; 8],
    again: bool,
}

impl Met {
    fn add(&mut self, name: &[u8]) {
        let hash = words::hash(name);
        let bit = 1_u64.wrapping_shl(hash);
        let [_, _, high, _] = hash.to_le_bytes();
        if let Some(slot) = self.slots.get_mut(usize::from(high & 7)) {
            self.again |= *slot & bit != 0;
            *slot |= bit;
        }
    }
}

/// Percent-decodes into a reused buffer; borrowed when nothing is encoded.
fn decode_into<'a>(buffer: &'a mut Vec<u8>, raw: &'a [u8], plus_is_space: bool) -> &'a [u8] {
    let blank = if plus_is_space { b'+' } else { b'%' };
    if swar::find_either(raw, b'%', blank).is_none() {
        return raw;
    }
    decode::unescape_into(buffer, raw, plus_is_space);
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Body, Scheme, Seen};
    use alloc::format;
    use alloc::string::{String, ToString};

    fn shown(target: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
        let request = Request {
            id: b"",
            now: None,
            peer: b"",
            platform: b"",
            method: b"POST",
            target: target.as_bytes(),
            scheme: Scheme::Https,
            headers: headers
                .iter()
                .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
                .collect(),
            seen: Seen {
                all_headers: true,
                header_order: true,
                raw_target: true,
            },
            body: Body {
                head: body,
                ..Body::default()
            },
        };
        let mut out = Vec::new();
        each_value(&request, &mut |value| {
            let mark = if value.is_name { "!" } else { "" };
            let (name, text) = (
                String::from_utf8_lossy(value.name),
                String::from_utf8_lossy(value.text),
            );
            out.push(format!("{:?}{mark}({name})={text}", value.kind));
        });
        out.join(" ")
    }

    #[test]
    fn targets_cookies_and_headers() {
        let headers = [
            ("Cookie", "s=a%27b; t"),
            ("Sec-CH-UA", "\"x\";v=\"1\""),
            ("Authorization", "Basic eDp5"),
            ("Referer", "https://e.example/p%20q?r=s+t"),
        ];
        let expected = [
            "Path()=/a/../b c",
            "Query!()=q",
            "Query(q)=x y",
            "Cookie!()=s",
            "Cookie(s)=a'b",
            "Cookie!()=t",
            "Header(referer)=https://e.example/p q",
            "Header(referer)=r",
            "Header(referer)=s t",
        ];
        assert_eq!(
            shown("/a/%2e%2e/b%20c?q=x+y", &headers, b""),
            expected.join(" ")
        );
    }

    #[test]
    fn bodies_by_type_and_by_look() {
        let json = br#"{"a":"b"}"#;
        for kind in [
            "application/json",
            "text/plain",
            "application/x-www-form-urlencoded",
            "",
        ] {
            let seen = shown("/", &[("content-type", kind)], json);
            assert!(seen.ends_with("Json!()=a Json(/a)=b"), "{kind}: {seen}");
        }
        assert!(shown("/", &[], b"a=b%20c").ends_with("Form!()=a Form(a)=b c"));
        assert!(
            shown("/", &[("content-type", "text/plain")], b"a=b\r\nc=d e\r\n")
                .ends_with("Form(a)=b Form(c)=d e")
        );
        // one pair is a form too: the value alone may be what matters
        assert!(
            shown("/", &[("content-type", "text/plain")], b"a=b")
                .ends_with("Body()=a=b Form!()=a Form(a)=b")
        );
        assert!(shown("/", &[("content-type", "text/plain")], b"a = b").ends_with("Body()=a = b"));
        assert!(
            shown("/", &[("content-type", "text/xml")], b"<a>b</a>")
                .ends_with("Xml()=<a>b</a> Body()=b")
        );
        assert!(
            shown("/", &[("content-type", "application/json")], b"not json")
                .ends_with("Body()=not json")
        );
        let part = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n\r\nhi\r\n--B--\r\n".to_string();
        assert!(
            shown("/", &[("content-type", "text/plain")], b"a=b%20c&d=1")
                .ends_with("Form!()=a Form(a)=b c Form!()=d Form(d)=1")
        );
        let seen = shown(
            "/",
            &[("content-type", "multipart/form-data; boundary=B")],
            part.as_bytes(),
        );
        assert!(
            seen.ends_with("Form!()=f File(f)=x.txt Upload(f)=hi"),
            "{seen}"
        );
    }

    #[test]
    fn documents_inside_values_and_names_that_come_twice() {
        let target = "/?d=%7B%22a%22%3A%5B%22b%22%5D%7D&x=1&x=2";
        let seen = shown(target, &[], b"");
        assert!(seen.contains("Query(d#/a/0)=b"), "{seen}");
        assert!(seen.ends_with("Query(x)=1,2"), "{seen}");
        let body = br#"{"query":"{ user(id: \"1' or\") { id } }","v":"{\"w\":\"x\"}"}"#;
        let seen = shown("/", &[], body);
        assert!(seen.contains("Json(/query)=1' or"), "{seen}");
        assert!(seen.ends_with("Json!()=w Json(/v#/w)=x"), "{seen}");
        let deep = format!("/?d={}", "%5B%22".repeat(200));
        assert!(shown(&deep, &[], b"").starts_with("Path()=/"));
        let wide: Vec<u8> = "{\"a\":\"b\"}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(shown("/", &[], &wide).ends_with("Json(/a)=b"));
    }
}
