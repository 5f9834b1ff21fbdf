//! The texts of a chat in a request's body, whichever provider's form it has.

use crate::request::Request;
use crate::text::json::Value;
use alloc::format;
use alloc::string::{String, ToString};

/// Members that hold texts, or lists and objects of them.
const NAMES: [&str; 14] = [
    "messages", "message", "content", "contents", "parts", "text", "prompt", "input", "query",
    "question", "history", "inputs", "prompts", "output",
];

/// Who speaks for the application: what they say is not judged.
const OWN: [&str; 4] = ["system", "assistant", "developer", "model"];

/// Who brings what a tool found.
const TOOLS: [&str; 3] = ["tool", "function", "tool_result"];

/// Deepest nesting of such members that is followed.
const DEEPEST: usize = 8;

/// Most texts of one body that are judged.
const MOST: usize = 256;

/// What is called with a text, how to name its place, and whether a tool brought it.
pub(super) type Look<'l> = dyn FnMut(&str, &dyn Fn() -> String, bool) + 'l;

/// Visits every text that a user or a tool brings in the body.
pub(super) fn each(request: &Request<'_>, look: &mut Look<'_>) {
    let body = request.body.head;
    let kind = request.header("content-type").unwrap_or_default();
    let starts = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let json = matches!(starts, Some(b'{' | b'['));
    let plain = kind
        .get(..10)
        .is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/plain"));
    if !json && !plain {
        return;
    }
    let mut walk = Walk { look, left: MOST };
    match Value::parse(body) {
        Ok(value) if json => walk.value(&value, "body", false, DEEPEST),
        // cut, too deep for us, or no JSON: still what a model may get to read
        _ => {
            for part in [body, request.body.tail] {
                let text = String::from_utf8_lossy(part);
                walk.text(&text, "body", false);
            }
        }
    }
}

struct Walk<'w, 'l> {
    look: &'w mut Look<'l>,
    left: usize,
}

impl Walk<'_, '_> {
    fn text(&mut self, text: &str, place: &str, tool: bool) {
        if self.left > 0 && !text.is_empty() {
            self.left = self.left.saturating_sub(1);
            (self.look)(text, &|| place.to_string(), tool);
        }
    }

    fn value(&mut self, value: &Value, place: &str, tool: bool, depth: usize) {
        let Some(deeper) = depth.checked_sub(1) else {
            return;
        };
        match value {
            Value::Text(text) => self.text(text, place, tool),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if self.left == 0 {
                        break;
                    }
                    self.value(item, &format!("{place}[{index}]"), tool, deeper);
                }
            }
            Value::Object(members) => {
                let said = |name: &str| value.get(name).and_then(Value::as_text);
                let is = |list: &[&str]| {
                    ["role", "type"]
                        .iter()
                        .any(|name| said(name).is_some_and(|word| list.contains(&word)))
                };
                if said("role").is_some_and(|role| OWN.contains(&role)) {
                    return;
                }
                let tool = tool || is(&TOOLS);
                for (name, member) in members {
                    if NAMES.contains(&name.as_str()) {
                        self.value(member, &format!("{place}.{name}"), tool, deeper);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
