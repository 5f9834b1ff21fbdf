//! The shield's lexers on one value in many places: total and linear; the same
//! value says the same however it was encoded, other values weaken nothing, and
//! what the application knows of a field only takes away.
#![no_main]

use doorward_core::request::{Body, Request, Scheme, Seen};
use doorward_core::rules::shield::{CODES, Hit, Inspect, inspect};
use doorward_core::text::cursor::steps;
use libfuzzer_sys::fuzz_target;

/// Steps for each byte of the value, and for each request, at most.
const STEPS: usize = 400;
const ALWAYS: usize = 20_000;

fuzz_target!(|bytes: &[u8]| {
    let Some((place, value)) = bytes.split_first() else {
        return;
    };
    let options = Inspect::default();
    let named = |free_text: &[&str], ignore: &[&str]| Inspect {
        free_text: free_text.iter().map(ToString::to_string).collect(),
        ignore: ignore.iter().map(ToString::to_string).collect(),
        ..Inspect::default()
    };

    let sent = Sent::new(*place, value);
    let hit = sent.look(&options);
    assert_eq!(hit, sent.look(&options));
    check(hit.as_ref());

    // escaped: the same value
    let parameter = Sent::query(&form(value, |_| true), "");
    let plain = parameter.look(&options);
    check(plain.as_ref());
    let bare = |byte: u8| !byte.is_ascii_alphanumeric();
    assert_eq!(plain, Sent::query(&form(value, bare), "").look(&options));

    // with another value: no weaker
    let beside = Sent::query(&form(value, |_| true), "&page=2").look(&options);
    assert!(score(beside.as_ref()) >= score(plain.as_ref()));

    // known to the application: no stronger, and not at all
    let free = parameter.look(&named(&["q"], &[]));
    assert!(score(free.as_ref()) <= score(plain.as_ref()));
    let ignored = parameter.look(&named(&[], &["q"]));
    assert!(ignored.is_none_or(|hit| hit.place.name != "q"));
});

fn score(hit: Option<&Hit>) -> u16 {
    hit.map_or(0, |hit| hit.score.get())
}

fn check(hit: Option<&Hit>) {
    let Some(hit) = hit else {
        return;
    };
    assert!(
        CODES.iter().any(|code| code.code == hit.code),
        "{}",
        hit.code
    );
    assert!((1..=10_000).contains(&hit.score.get()), "{:?}", hit.score);
    assert!(hit.start <= hit.end, "{hit:?}");
}

/// Urlencoded, these bytes escaped.
fn form(value: &[u8], escape: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() * 3);
    for &byte in value {
        if escape(byte) {
            out.extend(format!("%{byte:02x}").bytes());
        } else {
            out.push(byte);
        }
    }
    out
}

/// A request with the value in one place.
struct Sent {
    length: usize,
    target: Vec<u8>,
    header: Option<(&'static [u8], Vec<u8>)>,
    content_type: &'static [u8],
    body: Vec<u8>,
}

impl Sent {
    fn query(value: &[u8], rest: &str) -> Self {
        Self {
            length: value.len(),
            target: [b"/search?q=", value, rest.as_bytes()].concat(),
            header: None,
            content_type: b"",
            body: Vec::new(),
        }
    }

    fn new(place: u8, value: &[u8]) -> Self {
        let mut sent = Self::query(b"", "");
        sent.length = value.len();
        match place % 12 {
            0 => sent.target = [b"/", value].concat(),
            1 => sent.target = [b"/search?", value].concat(),
            2 => sent.header = Some((b"cookie", value.to_vec())),
            3 => sent.header = Some((b"user-agent", value.to_vec())),
            4 => sent.header = Some((b"referer", value.to_vec())),
            5 => sent.header = Some((b"x-forwarded-for", value.to_vec())),
            6 => sent.posts(b"application/x-www-form-urlencoded", &[value]),
            7 => sent.posts(b"application/json", &[value]),
            8 => {
                let text = String::from_utf8_lossy(value);
                let text = serde_json::to_vec(&text).expect("text");
                sent.posts(b"application/json", &[b"{\"q\":", &text, b"}"]);
            }
            9 => sent.posts(b"application/xml", &[value]),
            10 => sent.posts(
                b"multipart/form-data; boundary=b",
                &[
                    b"--b\r\nContent-Disposition: form-data; name=\"q\"; filename=\"a.html\"\r\n\r\n",
                    value,
                    b"\r\n--b--\r\n",
                ],
            ),
            _ => sent.posts(b"text/plain", &[value]),
        }
        sent
    }

    fn posts(&mut self, content_type: &'static [u8], body: &[&[u8]]) {
        self.content_type = content_type;
        self.body = body.concat();
    }

    fn look(&self, options: &Inspect) -> Option<Hit> {
        let headers: [(&[u8], &[u8]); 2] = [
            (b"content-type", self.content_type),
            self.header
                .as_ref()
                .map_or((b"x-none", b""), |(name, value)| (name, value)),
        ];
        let request = Request {
            id: b"",
            now: None,
            peer: b"",
            platform: b"",
            method: b"POST",
            target: &self.target,
            scheme: Scheme::Https,
            headers: headers.to_vec(),
            seen: Seen {
                all_headers: true,
                header_order: true,
                raw_target: true,
            },
            body: Body {
                head: &self.body,
                ..Body::default()
            },
        };
        let mut hit = None;
        let took = steps::of(|| hit = inspect(&request, options));
        assert!(
            took <= ALWAYS + STEPS * self.length,
            "{took} steps for {} bytes",
            self.length
        );
        hit
    }
}
