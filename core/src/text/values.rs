//! A request as the values an application would see, each with its place.
//!
//! Path, query, form, JSON, multipart, XML and raw bodies, cookies and a few
//! headers, decoded once the way frameworks decode them. The kind of a body is
//! its content type, checked against its first bytes, since the type can lie.
//! Headers are an allow-list: `sec-*`, authorization, tokens and ids are not
//! written by people and are never handed out.
//!
//! One pass, one reused buffer; nothing is built that grows with the request.

use super::cursor::{find, find_ci, starts_with_ci};
use super::decode;
use super::multipart;
use super::{json_scan, swar, xml};
use crate::request::{Request, raw_pairs};
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
    /// The first bytes of an uploaded file.
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
    /// The name of the parameter, cookie or header, or the JSON pointer.
    pub name: &'v [u8],
    /// The value, decoded once.
    pub text: &'v [u8],
    /// `text` is the name of a parameter or member, not its value.
    pub is_name: bool,
}

/// Headers that hold text written by, or for, people and applications.
pub const HEADERS: [&str; 12] = [
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
];

/// So much of an uploaded file is looked at.
const UPLOAD_HEAD: usize = 4096;

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
        for (raw_name, raw_value) in raw_pairs(raw) {
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
            if !text.is_empty() {
                (self.visit)(Value {
                    kind,
                    name,
                    text,
                    is_name: false,
                });
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
            if !text.is_empty() {
                (self.visit)(Value {
                    kind: Kind::Cookie,
                    name,
                    text,
                    is_name: false,
                });
            }
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
        let head = request.body.head;
        if !head.is_empty() {
            match Media::of(request.header("content-type").unwrap_or_default(), head) {
                Media::Form => self.pairs(Kind::Form, head),
                Media::Json => self.json(head),
                Media::Multipart(content_type) => self.multipart(content_type, head),
                Media::Xml => self.xml(head),
                Media::Text => self.give(Kind::Body, &[], head),
                Media::Binary => {
                    self.give(
                        Kind::Upload,
                        &[],
                        head.get(..UPLOAD_HEAD.min(head.len())).unwrap_or_default(),
                    );
                }
            }
        }
        // the tail starts in the middle of something; what it is in is unknown
        self.give(Kind::Body, &[], request.body.tail);
    }

    fn json(&mut self, body: &[u8]) {
        let visit = &mut *self.visit;
        let clean = json_scan::each_string(body, &mut |found| {
            if !found.text.is_empty() {
                visit(Value {
                    kind: Kind::Json,
                    name: found.pointer,
                    text: found.text,
                    is_name: found.is_name,
                });
            }
        });
        if !clean {
            self.give(Kind::Body, &[], body);
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
        if !part.name.is_empty() {
            (self.visit)(Value {
                kind: Kind::Form,
                name: &[],
                text: part.name,
                is_name: true,
            });
        }
        match part.filename {
            Some(filename) => {
                self.give(Kind::File, part.name, filename);
                let head = part
                    .content
                    .get(..UPLOAD_HEAD.min(part.content.len()))
                    .unwrap_or_default();
                self.give(Kind::Upload, part.name, head);
            }
            None => self.give(Kind::Form, part.name, part.content),
        }
    }

    fn xml(&mut self, body: &[u8]) {
        self.give(Kind::Xml, &[], body);
        let visit = &mut *self.visit;
        xml::each_text(body, &mut |text| {
            visit(Value {
                kind: Kind::Body,
                name: &[],
                text,
                is_name: false,
            });
        });
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

/// How a body is to be read.
enum Media<'a> {
    Form,
    Json,
    Multipart(&'a [u8]),
    Xml,
    Text,
    Binary,
}

impl<'a> Media<'a> {
    fn of(content_type: &'a [u8], head: &[u8]) -> Self {
        let start = head.trim_ascii_start();
        let says = |word: &[u8]| find_ci(content_type, word).is_some();
        let bare = start.first();
        if says(b"multipart/") && start.starts_with(b"--") {
            return Self::Multipart(content_type);
        }
        if looks_like_json(start) {
            return Self::Json;
        }
        if says(b"json") {
            return if bare == Some(&b'<') {
                Self::Xml
            } else {
                Self::Json
            };
        }
        if starts_with_ci(start, b"<?xml")
            || starts_with_ci(start, b"<!doctype")
            || (says(b"xml") && bare == Some(&b'<'))
        {
            return Self::Xml;
        }
        if says(b"urlencoded") {
            return Self::Form;
        }
        if start.starts_with(b"--") && find(start, b"ontent-").is_some() {
            return Self::Multipart(content_type);
        }
        if starts_with_ci(content_type, b"image/")
            || starts_with_ci(content_type, b"video/")
            || starts_with_ci(content_type, b"audio/")
            || starts_with_ci(content_type, b"font/")
            || says(b"octet-stream")
            || says(b"protobuf")
            || says(b"grpc")
            || says(b"zip")
        {
            return Self::Binary;
        }
        // no type, and pairs by the look of it: a form sent by hand
        let pair = head.iter().position(|b| {
            !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']'))
        });
        if content_type.is_empty() && pair.is_some_and(|at| at > 0 && head.get(at) == Some(&b'=')) {
            return Self::Form;
        }
        Self::Text
    }
}

/// `{"`, `{}`, `[{`, `["` and the like.
fn looks_like_json(start: &[u8]) -> bool {
    let Some((b'{' | b'[', rest)) = start.split_first() else {
        return false;
    };
    matches!(
        rest.trim_ascii_start().first(),
        Some(b'"' | b'{' | b'[' | b'}' | b']')
    )
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
        assert!(shown("/", &[("content-type", "text/plain")], b"a=b").ends_with("Body()=a=b"));
        assert!(
            shown("/", &[("content-type", "text/xml")], b"<a>b</a>")
                .ends_with("Xml()=<a>b</a> Body()=b")
        );
        assert!(
            shown("/", &[("content-type", "application/json")], b"not json")
                .ends_with("Body()=not json")
        );
        let part = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n\r\nhi\r\n--B--\r\n".to_string();
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
}
