//! The look at whole requests: what and where, encodings, any bytes, linear work.
#![allow(clippy::arithmetic_side_effects, reason = "tests may fail loudly")]
use super::place::NAME_LENGTH;
use super::*;
use crate::request::{Body, Scheme, Seen};
use crate::rules::shield::CODES;
use crate::text::cursor::steps;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use proptest::prelude::*;

fn request<'a>(target: &'a [u8], headers: &[(&'a [u8], &'a [u8])], body: &'a [u8]) -> Request<'a> {
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
        "shield.sqli.tautology path 12..22"
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
            let longest = target.len().max(header.len()).max(body.len());
            prop_assert!(hit.start <= hit.end && hit.end <= longest);
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
        assert_linear("image/png", unit);
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
        "{\"$gt\":1,",
        "x::y(",
        "count(/*)]|/",
        "union#\nselect--\n",
        "1' or 'a'='a' ",
        "case when 1 then ",
        "1;select a,",
        "+ADw-",
        "<\0",
        "\0<",
        "\u{ff5b}\u{ff1c}",
        "UEhOamNtbHdkRDVoYkdWeWRDZ3hLVHd2YzJOeWFYQjBQZz09 ",
        "{\\\"a\\\":\\\"",
        "<a><![CDATA[",
        "{%set x=",
        "{{''['__a'+",
        "<%=/*",
        "${((",
        "lang=en\r\n",
        "{a{b(c:\"",
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
