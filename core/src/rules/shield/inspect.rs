//! The shield's look at one request: every value through the gate, what passes
//! it to the detectors, the strongest evidence out.
//!
//! A value is read as it is and, where something in it is written in a
//! disguise, once more unfolded; a value that is base64 of text is read decoded.
//! In a field the application marked as free text only what attacks a machine
//! by being read counts ([`COUNTS_IN_FREE_TEXT`]). Scores are beliefs per value;
//! the strongest is the request's. Linear in the request; three buffers live as
//! long as the call.

use super::evidence::{Evidence, Strongest};
use super::signs::Signs;
use super::{files, gate, markers, rce, remote, sqli, ssrf, traversal, windows, xss};
use crate::request::Request;
use crate::text::cursor::starts_with_ci;
use crate::text::sql::Token;
use crate::text::values::{Kind, Value, each_value};
use crate::text::{hidden_text, unfold};
use crate::units::Score;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// From this score on a request is taken for an attack unless the policy says otherwise.
pub const DEFAULT_THRESHOLD: Score = Score::ten_thousandths(5000);

/// Code prefixes that count even where prose and code are expected.
const COUNTS_IN_FREE_TEXT: [&str; 4] = [
    "shield.log4shell.jndi",
    "shield.log4shell.lookup",
    "shield.deserialization.",
    "shield.code.java",
];

/// Longest name kept in a [`Place`].
const NAME_LENGTH: usize = 64;

/// How to look.
#[derive(Clone, Debug)]
pub struct Inspect {
    /// Names whose values are prose or code by design.
    pub free_text: Vec<String>,
    /// Names whose values are not looked at.
    pub ignore: Vec<String>,
    /// The score from which a hit means an attack.
    pub threshold: Score,
}

impl Default for Inspect {
    fn default() -> Self {
        Self {
            free_text: Vec::new(),
            ignore: Vec::new(),
            threshold: DEFAULT_THRESHOLD,
        }
    }
}

/// Where a value stands, e.g. `query:q`, `json:/user/name`, `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The kind of place.
    pub kind: Kind,
    /// Its name, cut to a bounded length; empty for the path, a raw body, and
    /// where the name itself was the value.
    pub name: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Path => "path",
            Kind::Query => "query",
            Kind::Form => "form",
            Kind::Json => "json",
            Kind::Cookie => "cookie",
            Kind::Header => "header",
            Kind::File | Kind::Upload => "file",
            Kind::Body | Kind::Xml => "body",
        })?;
        if self.name.is_empty() {
            Ok(())
        } else {
            write!(f, ":{}", self.name)
        }
    }
}

/// The strongest evidence in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// One of [`super::CODES`].
    pub code: &'static str,
    /// The belief that the request is an attack.
    pub score: Score,
    /// Where it was seen.
    pub place: Place,
    /// First byte in the decoded value.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// Looks at every value of `request` and returns the strongest hit, however weak.
#[must_use]
pub fn inspect(request: &Request<'_>, options: &Inspect) -> Option<Hit> {
    let mut room = Room::default();
    let mut best: Option<Hit> = None;
    each_value(request, &mut |value| {
        if is_named(value.name, &options.ignore) {
            return;
        }
        let free = is_named(value.name, &options.free_text);
        let Some(found) = room.value(&value, free) else {
            return;
        };
        if best
            .as_ref()
            .is_none_or(|kept| kept.score.get() < found.score)
        {
            best = Some(Hit {
                code: found.code,
                score: Score::ten_thousandths(found.score),
                place: Place {
                    kind: value.kind,
                    name: shown_name(value.name),
                },
                start: found.start,
                end: found.end,
            });
        }
    });
    best
}

/// Buffers that values share.
#[derive(Default)]
struct Room {
    unfolded: Vec<u8>,
    spare: Vec<u8>,
    tokens: Vec<Token>,
}

impl Room {
    fn value(&mut self, value: &Value<'_>, free: bool) -> Option<Evidence> {
        let mut best = Strongest::default();
        let signs = gate::scan(value.text);
        view(
            value,
            value.text,
            false,
            &signs,
            free,
            &mut self.tokens,
            &mut best,
        );
        if signs.folded() && unfold::unfold(value.text, &mut self.unfolded, &mut self.spare) {
            let signs = gate::scan(&self.unfolded);
            view(
                value,
                &self.unfolded,
                true,
                &signs,
                free,
                &mut self.tokens,
                &mut best,
            );
        }
        if signs.texture.words <= 4 && hidden_text::decode(value.text, &mut self.unfolded) {
            let signs = gate::scan(&self.unfolded);
            view(
                value,
                &self.unfolded,
                true,
                &signs,
                free,
                &mut self.tokens,
                &mut best,
            );
        }
        best.0
    }
}

/// One reading of a value through the detectors it deserves.
fn view(
    value: &Value<'_>,
    text: &[u8],
    unfolded: bool,
    signs: &Signs,
    free: bool,
    tokens: &mut Vec<Token>,
    best: &mut Strongest,
) {
    if signs.plain() {
        return;
    }
    let mut add = |found: Option<Evidence>| {
        let counts = |code: &str| {
            COUNTS_IN_FREE_TEXT
                .iter()
                .any(|prefix| code.starts_with(prefix))
        };
        if let Some(found) = found.filter(|found| !free || counts(found.code)) {
            best.add(found);
        }
    };
    let texture = signs.texture;
    add(signs.known.strongest(texture));
    if signs.markers() {
        add(markers::find_in(value.kind, text, signs));
    }
    if free || value.kind == Kind::Xml {
        return;
    }
    let reach = Reach::of(value);
    if reach.has(Reach::FILES) && signs.path() {
        add(traversal::find_in(value.kind, text, unfolded, signs));
    }
    if signs.scheme() {
        add(ssrf::find_in(text));
    }
    if reach.has(Reach::FILES) && signs.file() {
        add(files::find_in(value.kind, text, texture));
    }
    if reach.has(Reach::FILES) && signs.address() && value.kind != Kind::Header {
        add(remote::find_in(text, texture));
    }
    if reach.has(Reach::SHELL) && signs.console() && value.kind != Kind::Path {
        add(windows::find_in(text, texture));
    }
    if reach.has(Reach::DATABASE) && signs.sql() {
        let part = statement_part(value.kind, text);
        let offset = text.len().saturating_sub(part.len());
        add(sqli::find(part, texture, tokens).map(|found| found.shifted(offset)));
    }
    if reach.has(Reach::PAGE) && signs.markup() {
        add(xss::find(text, signs.sink(), texture));
    }
    if reach.has(Reach::SHELL) && signs.shell() {
        add(rce::find_in(text, signs.idiom(), texture));
    }
}

/// What may land in a statement: a path's parameter is its first segment that
/// is no plain name.
fn statement_part(kind: Kind, text: &[u8]) -> &[u8] {
    if kind != Kind::Path {
        return text;
    }
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'~');
    let odd = text
        .iter()
        .position(|b| !plain(b) && *b != b'/')
        .unwrap_or(text.len());
    let start = text
        .get(..odd)
        .and_then(|head| head.iter().rposition(|b| *b == b'/'))
        .map_or(0, |at| at.saturating_add(1));
    text.get(start..).unwrap_or_default()
}

/// Where an application may put a value: a set.
#[derive(Clone, Copy)]
struct Reach(u8);

impl Reach {
    const PAGE: u8 = 1;
    const DATABASE: u8 = 1 << 1;
    const SHELL: u8 = 1 << 2;
    const FILES: u8 = 1 << 3;
    const ALL: u8 = Self::PAGE | Self::DATABASE | Self::SHELL | Self::FILES;

    fn of(value: &Value<'_>) -> Self {
        Self(match value.kind {
            Kind::Header => match value.name {
                // `;` and parentheses are its syntax
                b"user-agent" if !starts_with_ci(value.text, b"() {") => Self::ALL & !Self::SHELL,
                b"user-agent" | b"referer" | b"x-forwarded-for" | b"x-forwarded-host"
                | b"x-original-url" | b"x-rewrite-url" | b"x-api-version" => Self::ALL,
                _ => 0,
            },
            Kind::Upload => 0,
            Kind::File => Self::ALL & !Self::DATABASE,
            _ => Self::ALL,
        })
    }

    fn has(self, place: u8) -> bool {
        self.0 & place != 0
    }
}

/// Whether `names` has this name: whole, or its last part in `a[b]`, `/a/b`, `a.b`.
fn is_named(name: &[u8], names: &[String]) -> bool {
    if names.is_empty() || name.is_empty() {
        return false;
    }
    let part = name
        .rsplit(|b| matches!(b, b'/' | b'[' | b'.'))
        .map(|part| part.strip_suffix(b"]").unwrap_or(part))
        .find(|part| !part.is_empty() && !part.iter().all(u8::is_ascii_digit));
    names.iter().any(|wanted| {
        let wanted = wanted.as_bytes();
        name.eq_ignore_ascii_case(wanted)
            || part.is_some_and(|part| part.eq_ignore_ascii_case(wanted))
    })
}

fn shown_name(name: &[u8]) -> String {
    let short = name.get(..name.len().min(NAME_LENGTH)).unwrap_or_default();
    String::from_utf8_lossy(short).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "tests may fail loudly")]
    use super::*;
    use crate::request::{Body, Scheme, Seen};
    use crate::rules::shield::CODES;
    use crate::text::cursor::steps;
    use alloc::format;
    use alloc::string::ToString;
    use alloc::vec;
    use proptest::prelude::*;

    fn request<'a>(
        target: &'a [u8],
        headers: &[(&'a [u8], &'a [u8])],
        body: &'a [u8],
    ) -> Request<'a> {
        Request {
            id: b"",
            now: None,
            peer: b"",
            platform: b"",
            method: b"POST",
            target,
            scheme: Scheme::Https,
            headers: headers.to_vec(),
            seen: Seen {
                all_headers: true,
                header_order: true,
                raw_target: true,
            },
            body: Body {
                head: body,
                ..Body::default()
            },
        }
    }

    fn look(target: &str, content_type: &str, body: &str, options: &Inspect) -> Option<Hit> {
        let headers = [(&b"content-type"[..], content_type.as_bytes())];
        inspect(
            &request(target.as_bytes(), &headers, body.as_bytes()),
            options,
        )
    }

    #[test]
    fn says_what_and_where() {
        let options = Inspect::default();
        let shown = |target: &str, kind: &str, body: &str| {
            let hit = look(target, kind, body, &options);
            hit.map(|h| format!("{} {} {}..{}", h.code, h.place, h.start, h.end))
                .unwrap_or_default()
        };
        assert_eq!(
            shown("/?q=1%20or%201=1", "", ""),
            "shield.sqli.tautology query:q 2..8"
        );
        let json = r#"{"user":{"name":"<script>alert(1)</script>"}}"#;
        assert_eq!(
            shown("/", "application/json", json),
            "shield.xss.script json:/user/name 0..7"
        );
        assert_eq!(
            shown(
                "/",
                "application/x-www-form-urlencoded",
                "f=..%2F..%2Fetc%2Fpasswd"
            ),
            "shield.traversal.climb form:f 0..6"
        );
        assert_eq!(
            shown("/a/%2e%2e/%2e%2e/etc/passwd", "", ""),
            "shield.traversal.climb path 3..9"
        );
        assert_eq!(
            shown("/products/12%27%20or%201=1--", "", ""),
            "shield.sqli.tautology path 12..19"
        );
        assert_eq!(shown("/?q=hello+world&name=O%27Neill", "", ""), "");
    }

    #[test]
    fn sees_through_encodings() {
        let options = Inspect::default();
        for target in [
            "/?q=%253Cscript%253Ealert(1)%253C/script%253E",
            "/?q=PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
            "/?q=%EF%BC%9Cscript%EF%BC%9Ealert(1)",
            "/?q=%2524%257Bjndi:ldap://x%257D",
            "/?q=..%25c0%25af..%25c0%25afetc/passwd",
        ] {
            let hit = look(target, "", "", &options);
            assert!(
                hit.is_some_and(|h| h.score >= DEFAULT_THRESHOLD),
                "{target}"
            );
        }
    }

    #[test]
    fn the_application_knows_better() {
        let mut options = Inspect {
            free_text: vec!["comment".to_string()],
            ..Inspect::default()
        };
        let score = |body: &str, options: &Inspect| {
            look("/", "application/json", body, options).map_or(0, |h| h.score.get())
        };
        let sql = r#"{"post":{"comment":"' or 1=1--"}}"#;
        assert_eq!(score(sql, &options), 0);
        assert!(score(r#"{"comment":"${jndi:ldap://x/a}"}"#, &options) > 9000);
        options.free_text.clear();
        assert!(score(sql, &options) > 9000);
        options.ignore.push("comment".to_string());
        assert_eq!(score(sql, &options), 0);
    }

    /// Pieces that steer every branch of the scanners.
    const PIECES: &[&str] = &[
        "'",
        "\"",
        "`",
        "/*",
        "*/",
        "--",
        "#",
        "<script",
        "<a ",
        " onerror=",
        "=",
        ">",
        "<",
        "javascript:",
        "${",
        "{{",
        "}}",
        "<%",
        "../",
        "..\\",
        "%25",
        "%2e",
        "%u0041",
        "&#x41",
        "\\u0041",
        "\\x41",
        "$(",
        "${IFS}",
        ";",
        "|",
        "&",
        "\n",
        "cat ",
        "id",
        " or ",
        " union select ",
        "(",
        ")",
        "sleep(",
        "1",
        "0x",
        "a",
        ",",
        ":",
        "O:8:\"",
        "jndi:",
        "<!ENTITY ",
        "<!--#exec",
        "\0",
        "\u{ff1c}",
        "etc/passwd",
        "http://",
        "php://",
        "{\"a\":",
        "[",
        "]",
        "}",
        " ",
        "--B\r\nContent-Disposition: form-data; name=x\r\n\r\n",
    ];

    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => proptest::sample::select(PIECES).prop_map(|p| p.as_bytes().to_vec()),
            1 => proptest::collection::vec(any::<u8>(), 0..6),
        ];
        proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_bytes_are_inspected(target in hostile(), kind in 0_usize..6, header in hostile(), body in hostile()) {
            let kinds = ["", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=B", "text/xml", "image/png"];
            let content_type = kinds.get(kind).copied().unwrap_or_default();
            let headers = [
                (&b"content-type"[..], content_type.as_bytes()),
                (b"cookie", &header),
                (b"referer", &header),
                (b"user-agent", &header),
            ];
            if let Some(hit) = inspect(&request(&target, &headers, &body), &Inspect::default()) {
                prop_assert!(CODES.iter().any(|code| code.code == hit.code), "{}", hit.code);
                prop_assert!(hit.start <= hit.end);
                prop_assert!(hit.place.name.len() <= 4 * NAME_LENGTH);
            }
        }
    }

    /// The steps for one kind of text at two lengths: per byte they must stay
    /// the same, and few.
    fn assert_linear(kind: &str, unit: &str) {
        let steps = |bytes: usize| {
            let body = unit.repeat(bytes / unit.len());
            steps::of(|| {
                look("/", kind, &body, &Inspect::default());
            }) / bytes
        };
        let (small, large) = (steps(2_000), steps(16_000));
        assert!(
            large <= small + small / 4 + 4,
            "{kind} {unit:?}: {small} then {large} steps a byte"
        );
        assert!(large <= 100, "{kind} {unit:?}: {large} steps a byte");
    }

    #[test]
    fn work_is_linear() {
        for unit in PIECES {
            assert_linear("text/plain", unit);
            assert_linear(
                "application/json",
                &format!("[\"{}", unit.replace('"', "\\\"")),
            );
        }
        for unit in [
            "<script ",
            "<base ",
            "<a b=\"",
            "<a b='<a b=\"",
            "/* ",
            "(select ",
            "' or '",
            "{{a",
            "${a",
            "`ls ",
            ";ls ",
            "$(a ",
            "&#0",
            "a:",
            "\n ",
            "))((",
            "\nget /",
            "<!",
            "union select 1,",
            ".../",
            "etc:",
            "--B\n",
            "\"a\":[",
        ] {
            for kind in [
                "text/plain",
                "application/json",
                "text/xml",
                "multipart/form-data; boundary=B",
                "application/x-www-form-urlencoded",
            ] {
                assert_linear(kind, unit);
            }
        }
    }
}
