//! A decision as HTTP: the header fields of its limits, and how it is refused.
//!
//! Works on the decision line alone, so both shells say the same and a line
//! from a log can be answered again. The client learns the decision's id, which
//! leads its support to the log, and never which rule fired.
//!
//! The fields are those of draft-ietf-httpapi-ratelimit-headers-11, Structured
//! Fields (RFC 9651): `"id";q=LIMIT;w=WINDOW` and `"id";r=REMAINING;t=RESET`. A
//! partition key (`pk`) is never sent, for it would tell whose quota it is.

mod accept;
mod line;

use crate::text::json::{escaped, write_text};
use accept::prefers_html;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;
use line::{LimitResult, Line, unescaped};

/// Structured Fields have integers of at most fifteen digits.
const MAX_INTEGER: u64 = 999_999_999_999_999;

type Fields = Vec<(&'static str, String)>;

/// The fields for any response, as a JSON object: `RateLimit-Policy` and
/// `RateLimit` with one item for each LIVE limit that was asked, in policy
/// order, and `Retry-After` where a limit refused.
#[must_use]
pub fn headers(decision: &[u8]) -> String {
    let mut out = String::with_capacity(256);
    write_fields(&limits(&Line::read(decision)), &mut out);
    out
}

/// `{"status", "headers": {…}, "body"}` for a refusal: 429 where a limit
/// decided, else 403; an RFC 9457 problem, or a page where `accept` prefers it.
/// Text that is no decision line is refused with 403.
#[must_use]
pub fn respond(decision: &[u8], accept: &[u8]) -> String {
    let line = Line::read(decision);
    let (status, title, sentence) = if line.limit_decided() {
        (
            429,
            "Too Many Requests",
            "There were too many requests; please try again later.",
        )
    } else {
        (403, "Forbidden", "This request was not let through.")
    };
    let id = unescaped(line.id);
    let (kind, body) = if prefers_html(accept) {
        ("text/html; charset=utf-8", page(title, sentence, &id))
    } else {
        ("application/problem+json", problem(status, title, &id))
    };
    let mut fields = Vec::from([
        ("Content-Type", kind.into()),
        ("Cache-Control", "no-store".into()),
        ("Vary", "Accept".into()),
        ("X-Content-Type-Options", "nosniff".into()),
    ]);
    fields.append(&mut limits(&line));
    let mut out = String::new();
    let _ = write!(out, "{{\"status\":{status},\"headers\":");
    write_fields(&fields, &mut out);
    out.push_str(",\"body\":");
    write_text(&body, &mut out);
    out.push('}');
    out
}

fn limits(line: &Line<'_>) -> Fields {
    let (mut policies, mut left) = (String::with_capacity(64), String::with_capacity(64));
    for result in &line.limits {
        let (Some(limit), Some(remaining)) = (result.limit, result.remaining) else {
            continue;
        };
        let id = unescaped(result.id);
        for out in [&mut policies, &mut left] {
            if !out.is_empty() {
                out.push_str(", ");
            }
            write_name(&id, out);
        }
        write_parameter("q", limit, &mut policies);
        if let Some(window) = result.window.filter(|seconds| *seconds > 0) {
            write_parameter("w", window, &mut policies);
        }
        write_parameter("r", remaining, &mut left);
        if let Some(reset) = result.reset {
            write_parameter("t", reset, &mut left);
        }
    }
    let mut fields = Fields::new();
    if !policies.is_empty() {
        fields.push(("RateLimit-Policy", policies));
        fields.push(("RateLimit", left));
    }
    if line.limit_decided() {
        let waits = line.limits.iter().filter_map(LimitResult::wait);
        fields.push(("Retry-After", waits.max().unwrap_or(1).to_string()));
    }
    fields
}

fn write_parameter(name: &str, value: u64, out: &mut String) {
    let _ = write!(out, ";{name}={}", value.min(MAX_INTEGER));
}

/// A String of Structured Fields. It holds printable ASCII only, so other bytes
/// are percent-encoded, and so is `%`: different ids stay different.
fn write_name(id: &str, out: &mut String) {
    out.push('"');
    for byte in id.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b'%' | 0..=0x1f | 0x7f.. => {
                let _ = write!(out, "%{byte:02x}");
            }
            byte => out.push(char::from(byte)),
        }
    }
    out.push('"');
}

fn write_fields(fields: &Fields, out: &mut String) {
    out.push('{');
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(name, out);
        out.push(':');
        write_text(value, out);
    }
    out.push('}');
}

fn problem(status: u16, title: &str, id: &str) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "{{\"type\":\"about:blank\",\"title\":\"{title}\",\"status\":{status}"
    );
    if !id.is_empty() {
        out.push_str(",\"decision\":");
        write_text(id, &mut out);
    }
    out.push('}');
    out
}

fn page(title: &str, sentence: &str, id: &str) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>main{{max-width:36rem;margin:15vh auto;padding:0 1rem;\
         font:1.125rem/1.5 system-ui,sans-serif}}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<p>{sentence}</p>\n"
    );
    if !id.is_empty() {
        out.push_str("<p>Reference: <code>");
        for c in escaped(id).chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                c => out.push(c),
            }
        }
        out.push_str("</code></p>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::json::Value;
    use alloc::format;
    use proptest::prelude::*;

    fn headers(line: &str) -> String {
        super::headers(line.as_bytes())
    }

    fn respond(line: &str, accept: &str) -> String {
        super::respond(line.as_bytes(), accept.as_bytes())
    }

    fn result(id: &str, mode: &str, conclusion: &str, reason: &str) -> String {
        let mut name = String::new();
        write_text(id, &mut name);
        format!(
            "{{\"rule\":\"r\",\"id\":{name},\"mode\":\"{mode}\",\"conclusion\":\"{conclusion}\",\
             \"score\":0,\"reason\":{{{reason}}}}}"
        )
    }

    fn line(conclusion: &str, reason: &str, results: &[String]) -> String {
        format!(
            "{{\"id\":\"dw_1\",\"conclusion\":\"{conclusion}\",\"reason\":{{{reason}}},\
             \"results\":[{}]}}",
            results.join(",")
        )
    }

    const OK: &str = r#""code":"rate_limit.ok","limit":10,"remaining":9,"reset":60,"window":60"#;
    const ALLOW: &str = r#""code":"allow""#;

    fn exceeded(wait: u64) -> String {
        format!(
            "\"code\":\"rate_limit.exceeded\",\"limit\":5,\"remaining\":0,\"reset\":{wait},\
             \"window\":3600,\"retryAfter\":{wait}"
        )
    }

    #[test]
    fn one_item_for_each_live_limit_in_policy_order() {
        let results = [
            result("shield", "LIVE", "ALLOW", r#""code":"shield.none""#),
            result("burst", "LIVE", "ALLOW", OK),
            result("dry", "DRY_RUN", "DENY", &exceeded(9)),
            result(
                "unknown",
                "LIVE",
                "ALLOW",
                r#""code":"rate_limit.key_unknown""#,
            ),
            result(
                "daily",
                "LIVE",
                "ALLOW",
                r#""code":"rate_limit.ok","limit":100,"remaining":0,"window":0"#,
            ),
        ];
        assert_eq!(
            headers(&line("ALLOW", ALLOW, &results)),
            r#"{"RateLimit-Policy":"\"burst\";q=10;w=60, \"daily\";q=100","RateLimit":"\"burst\";r=9;t=60, \"daily\";r=0"}"#
        );
        assert_eq!(headers(&line("ALLOW", ALLOW, &[])), "{}");
    }

    #[test]
    fn the_longest_wait_of_those_that_refused() {
        let results = [
            result("a", "LIVE", "DENY", &exceeded(7)),
            result("b", "LIVE", "DENY", &exceeded(40)),
            result("c", "LIVE", "ALLOW", OK),
            result("d", "DRY_RUN", "DENY", &exceeded(900)),
        ];
        let denied = line("DENY", &exceeded(7), &results);
        assert!(headers(&denied).ends_with(r#","Retry-After":"40"}"#));
        let soft = denied.replace(
            "\"results\"",
            "\"refined\":{\"conclusion\":\"ALLOW\"},\"results\"",
        );
        assert!(!headers(&soft).contains("Retry-After"));
    }

    #[test]
    fn a_wait_is_never_less_than_a_second() {
        let too_large = r#""code":"rate_limit.too_large","limit":5,"remaining":5,"reset":0"#;
        for (reason, wait) in [
            (too_large.into(), "1"),
            (format!("{too_large},\"window\":30"), "30"),
            (
                r#""code":"rate_limit.exceeded","retryAfter":-5"#.into(),
                "1",
            ),
            (
                r#""code":"rate_limit.exceeded","retryAfter":1e30"#.into(),
                "1",
            ),
        ] {
            let results = [result("a", "LIVE", "DENY", &reason)];
            let found = headers(&line("DENY", &reason, &results));
            assert!(
                found.ends_with(&format!("\"Retry-After\":\"{wait}\"}}")),
                "{found}"
            );
        }
    }

    #[test]
    fn any_id_is_a_valid_string() {
        for (id, name) in [
            ("per-user", "\"per-user\""),
            (r#"a"b\c"#, r#""a\"b\\c""#),
            ("café 100%", "\"caf%c3%a9 100%25\""),
            ("x\r\nSet-Cookie: a", "\"x%0d%0aSet-Cookie: a\""),
            ("", "\"\""),
        ] {
            let mut out = String::new();
            write_name(id, &mut out);
            assert_eq!(out, name);
        }
    }

    #[test]
    fn a_refusal_says_what_it_has_to_and_no_more() {
        let results = [result(
            "secret-rule",
            "LIVE",
            "DENY",
            r#""code":"shield.sql""#,
        )];
        let denied = line("DENY", r#""code":"shield.sql""#, &results);
        assert_eq!(
            respond(&denied, "*/*"),
            r#"{"status":403,"headers":{"Content-Type":"application/problem+json","Cache-Control":"no-store","Vary":"Accept","X-Content-Type-Options":"nosniff"},"body":"{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403,\"decision\":\"dw_1\"}"}"#
        );
        let page = respond(&denied, "text/html");
        assert!(
            page.starts_with(
                r#"{"status":403,"headers":{"Content-Type":"text/html; charset=utf-8","#
            )
        );
        assert!(page.contains("<code>dw_1</code>"));
        assert!(!page.contains("secret-rule") && !page.contains("shield"));
    }

    #[test]
    fn an_id_is_escaped_in_the_page() {
        let id = "\u{202e}<script>'&";
        let page = page("t", "s", id);
        assert!(page.contains(r"<code>\u202e&lt;script&gt;&#39;&amp;</code>"));
    }

    #[test]
    fn what_is_no_decision_is_refused() {
        for none in ["", "null", "[]", "{\"results\":7}", "\u{0}", "{\"id\":"] {
            let refused = respond(none, "");
            assert!(refused.starts_with(r#"{"status":403,"#));
            assert!(refused.ends_with(
                r#""body":"{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403}"}"#
            ));
            assert_eq!(headers(none), "{}");
        }
    }

    proptest! {
        #[test]
        fn anything_gives_valid_fields(id in ".*", mode in "LIVE|DRY_RUN", n in any::<i128>(), accept in ".*") {
            let reason = format!(
                "\"code\":\"rate_limit.exceeded\",\"limit\":{n},\"remaining\":{n},\"retryAfter\":{n}"
            );
            let line = line("DENY", &reason, &[result(&id, &mode, "DENY", &reason)]);
            let answer = Value::parse(respond(&line, &accept).as_bytes()).unwrap_or(Value::Null);
            prop_assert_eq!(answer.get("status").and_then(Value::as_number).and_then(crate::units::Number::as_i64), Some(429));
            let Some(Value::Object(fields)) = answer.get("headers") else {
                return Err(TestCaseError::fail("no headers"));
            };
            for (name, value) in fields {
                let value = value.as_text().unwrap_or_default();
                prop_assert!(!value.is_empty() && value.bytes().all(|b| matches!(b, b' '..=b'~')));
                if name == "Retry-After" {
                    prop_assert!(value.parse::<u64>().is_ok_and(|n| n >= 1));
                }
            }
        }

        #[test]
        fn any_bytes_are_answered(line in any::<Vec<u8>>(), accept in any::<Vec<u8>>()) {
            prop_assert!(Value::parse(super::headers(&line).as_bytes()).is_ok());
            prop_assert!(Value::parse(super::respond(&line, &accept).as_bytes()).is_ok());
        }

        #[test]
        fn any_json_like_text_is_answered(line in "([{}\\[\\]:,\"\\\\]|\"(id|results|reason|code|mode)\"){0,40}") {
            prop_assert!(Value::parse(respond(&line, "").as_bytes()).is_ok());
        }
    }
}
