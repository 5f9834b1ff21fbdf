//! The decision log: what was decided, without what was said.
//!
//! Never in it: query values, cookies, Authorization, bodies, matched text,
//! e-mail, raw user ids. Identities are HMACs under the application's secret;
//! path segments that look like tokens or ids are masked.

use crate::context::Context;
use crate::decision::{Conclusion, Decision};
use crate::frame::Frame;
use crate::keys::Keyer;
use crate::refine;
use crate::text::json::{Value, write_text};
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Write as _;

/// Format of a log line.
pub const LOG_VERSION: u32 = 1;

/// The log line of a decision on the framed request.
#[must_use]
pub fn line(frame: &[u8], decision: &Decision, keyer: &Keyer) -> String {
    let frame = Frame::parse(frame);
    let request = frame.as_ref().map(Frame::request);
    let mut out = format!("{{\"v\":{LOG_VERSION},\"type\":\"decision\",\"time\":");
    match request.as_ref().and_then(|request| request.now) {
        Some(now) => {
            let _ = write!(out, "{}", now.0);
        }
        None => out.push_str("null"),
    }
    out.push_str(",\"id\":");
    write_text(&decision.id, &mut out);
    out.push_str(",\"method\":");
    write_text(
        &request.as_ref().map_or(String::new(), |r| method(r.method)),
        &mut out,
    );
    out.push_str(",\"route\":");
    write_text(
        &request.as_ref().map_or(String::new(), |r| route(&r.path())),
        &mut out,
    );
    let _ = write!(
        out,
        ",\"conclusion\":\"{}\",\"code\":",
        decision.conclusion.word()
    );
    write_text(decision.reason.code, &mut out);
    out.push_str(",\"rules\":[");
    for (index, result) in decision.results.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str("{\"id\":");
        write_text(&result.id, &mut out);
        let _ = write!(
            out,
            ",\"mode\":\"{}\",\"conclusion\":\"{}\",\"score\":{},\"code\":",
            result.mode.word(),
            result.conclusion.word(),
            result.score
        );
        write_text(result.reason.code, &mut out);
        out.push('}');
    }
    out.push(']');
    if let Some(refined) = &decision.refined {
        let _ = write!(
            out,
            ",\"refined\":{{\"conclusion\":\"{}\",\"score\":{},",
            refined.conclusion.word(),
            refined.score
        );
        // what stands whatever a calibration says
        if refined.floor != Conclusion::Allow {
            let _ = write!(out, "\"floor\":\"{}\",", refined.floor.word());
        }
        let _ = write!(
            out,
            "\"contract\":\"{:016x}\",\"features\":\"",
            refine::contract()
        );
        for level in refined.vector.levels() {
            let _ = write!(out, "{level}");
        }
        out.push_str("\"}");
    }
    out.push_str(",\"who\":{");
    let context = frame
        .as_ref()
        .map(|frame| Context::parse(frame.context()).unwrap_or_default());
    let fact = |path: &str| match context.as_ref().and_then(|context| context.get(path)) {
        Some(Value::Text(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let known = [
        ("ip", decision.ip.map(|ip| ip.to_string())),
        ("user", fact("userId")),
        ("tenant", fact("tenant")),
        ("session", fact("session.id")),
    ];
    let mut first = true;
    for (name, value) in known {
        let Some(value) = value else { continue };
        if !first {
            out.push(',');
        }
        first = false;
        let key = keyer.key(format!("{name}\0{value}").as_bytes());
        let _ = write!(out, "\"{name}\":\"{:032x}\"", key.0);
    }
    out.push_str("},\"engine\":");
    write_text(&decision.engine, &mut out);
    out.push('}');
    out
}

/// The log line of an outcome that came later, joined to its decision by id.
#[must_use]
pub fn outcome(decision_id: &str, time: Option<u64>, outcome: &Value) -> String {
    let mut out = format!("{{\"v\":{LOG_VERSION},\"type\":\"outcome\",\"time\":");
    match time {
        Some(time) => {
            let _ = write!(out, "{time}");
        }
        None => out.push_str("null"),
    }
    out.push_str(",\"id\":");
    write_text(decision_id, &mut out);
    out.push_str(",\"outcome\":{");
    let mut first = true;
    for name in [
        "status",
        "loginFailed",
        "stepUpPassed",
        "chargeback",
        "abuse",
    ] {
        let Some(value @ (Value::Number(_) | Value::Bool(_))) = outcome.get(name) else {
            continue;
        };
        if !first {
            out.push(',');
        }
        first = false;
        let _ = write!(out, "\"{name}\":");
        value.write(&mut out);
    }
    out.push_str("}}");
    out
}

/// A registered or at least plausible method; anything else is `OTHER`.
fn method(method: &[u8]) -> String {
    let plausible = (1..=20).contains(&method.len())
        && method.iter().all(|b| b.is_ascii_uppercase() || *b == b'-');
    if plausible {
        String::from_utf8_lossy(method).into_owned()
    } else {
        "OTHER".to_string()
    }
}

/// The path with each segment that could name a person or a secret masked:
/// one with a digit or an `@`, a long one, or one that is not plain text.
fn route(path: &[u8]) -> String {
    const LONGEST: usize = 32;
    const SEGMENTS: usize = 16;
    let mut out = String::new();
    for segment in path.split(|b| *b == b'/').skip(1).take(SEGMENTS) {
        out.push('/');
        let plain = segment.len() <= LONGEST
            && segment
                .iter()
                .all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_' | b'.'))
            || segment.len() <= 3 && segment.iter().all(u8::is_ascii_alphanumeric);
        out.push_str(if plain {
            core::str::from_utf8(segment).unwrap_or("*")
        } else {
            "*"
        });
    }
    if out.is_empty() { "/".to_string() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_name_nobody() {
        for (path, expected) in [
            ("/", "/"),
            ("/api/v1/login", "/api/v1/login"),
            ("/users/48213/orders", "/users/*/orders"),
            ("/reset/eyJhbGciOiJIUzI1NiJ9", "/reset/*"),
            ("/u/ana@example.com", "/u/*"),
            ("/files/a%20b/x y", "/files/*/*"),
            ("", "/"),
        ] {
            assert_eq!(route(path.as_bytes()), expected, "{path}");
        }
        assert_eq!(
            (method(b"GET").as_str(), method(b"g\x00t").as_str()),
            ("GET", "OTHER")
        );
    }
}
