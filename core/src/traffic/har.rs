//! HAR files (HTTP Archive 1.2) as traffic lines.
//!
//! `_request_id`, the server's address and responses are left out; HTTP/2
//! pseudo-headers (`:method` …) are dropped, they are not headers.

use super::{given, wrong};
use crate::text::json::{Value, write_text};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The traffic lines of a HAR file, in its order; ids are `har-1`, `har-2` ….
///
/// # Errors
/// What is wrong and what was expected.
pub fn lines(text: &[u8]) -> Result<Vec<String>, String> {
    let har = Value::parse(text).map_err(|error| {
        format!(
            "not JSON at byte {}: expected {}",
            error.offset, error.expected
        )
    })?;
    let entries = har
        .get("log")
        .and_then(|log| log.get("entries"))
        .and_then(Value::as_list)
        .ok_or("found no log.entries, expected a HAR file")?;
    entries
        .iter()
        .enumerate()
        .map(|(index, entry)| line(index, entry))
        .collect()
}

fn line(index: usize, entry: &Value) -> Result<String, String> {
    let place = |name: &str| format!("log.entries[{index}].{name}");
    let request = entry
        .get("request")
        .ok_or_else(|| format!("{}: found nothing, expected an object", place("request")))?;
    let text = |name: &str| {
        request
            .get(name)
            .and_then(Value::as_text)
            .ok_or_else(|| format!("{}: found no text, expected text", place(name)))
    };
    let mut out = format!("{{\"id\":\"har-{}\"", index.saturating_add(1));
    let mut member = |name: &str, value: &str| {
        out.push(',');
        write_text(name, &mut out);
        out.push(':');
        write_text(value, &mut out);
    };
    if let Some(time) = given(entry, "startedDateTime") {
        let time = time
            .as_text()
            .ok_or_else(|| wrong(&place("startedDateTime"), time, "text"))?;
        member("time", time);
    }
    member("method", text("method")?);
    member("url", text("url")?);
    let post = request.get("postData");
    let field = |name: &str| {
        post.and_then(|post| post.get(name))
            .and_then(Value::as_text)
    };
    if let Some(body) = field("text") {
        member(
            if field("encoding") == Some("base64") {
                "body_base64"
            } else {
                "body"
            },
            body,
        );
    }
    out.push_str(",\"headers\":[");
    let mut first = true;
    for header in request
        .get("headers")
        .and_then(Value::as_list)
        .unwrap_or_default()
    {
        let (Some(name), Some(value)) = (
            header.get("name").and_then(Value::as_text),
            header.get("value").and_then(Value::as_text),
        ) else {
            return Err(wrong(
                &place("headers"),
                header,
                "an object with name and value",
            ));
        };
        if name.starts_with(':') {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        out.push('[');
        write_text(name, &mut out);
        out.push(',');
        write_text(value, &mut out);
        out.push(']');
    }
    out.push_str("]}");
    Ok(out)
}
