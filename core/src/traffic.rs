//! Traffic lines: one recorded HTTP request, as JSON.
//!
//! The shape is the public format; fields it does not name are left alone.
//! Text is UTF-8 on the wire; a body that is not text comes as `body_base64`.

mod har;
mod time;

pub use har::lines as har_lines;
pub use time::rfc3339;

use crate::frame::{FrameFields, flag};
use crate::text::base64;
use crate::text::json::{JsonError, Value};
use crate::units::Millis;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// One recorded request.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name in every output.
    pub id: String,
    time: Option<Millis>,
    ip: String,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    headers_complete: bool,
    body: Vec<u8>,
    context: String,
    /// Ground truth, if the recording has it.
    pub label: Option<Label>,
    /// What followed, if the recording says.
    pub outcome: Option<Value>,
}

/// Ground truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// An attack.
    Attack,
    /// A legitimate request.
    Legit,
}

/// What is wrong with a line: what it is, and what was expected.
pub type LineError = String;

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong and what was expected.
    pub fn parse(text: &[u8]) -> Result<Self, LineError> {
        let value = Value::parse(text).map_err(|JsonError { offset, expected }| {
            format!("not JSON at byte {offset}: expected {expected}")
        })?;
        if !matches!(value, Value::Object(_)) {
            return Err(format!("found {}, expected an object", value.kind()));
        }
        let body = match (given(&value, "body"), given(&value, "body_base64")) {
            (Some(_), Some(_)) => return Err("body, body_base64: found both, expected one".into()),
            (Some(Value::Text(text)), None) => text.clone().into_bytes(),
            (None, Some(Value::Text(text))) => base64::decode(text.as_bytes())
                .ok_or("body_base64: found text that is not Base64, expected Base64 (RFC 4648)")?,
            (Some(other), None) => return Err(wrong("body", other, "text")),
            (None, Some(other)) => return Err(wrong("body_base64", other, "text")),
            (None, None) => Vec::new(),
        };
        let context = match given(&value, "context") {
            None => String::new(),
            Some(object @ Value::Object(_)) => {
                let mut text = String::new();
                object.write(&mut text);
                text
            }
            Some(other) => return Err(wrong("context", other, "an object")),
        };
        let label = match given(&value, "label") {
            None => None,
            Some(value) => Some(match value.as_text() {
                Some("attack") => Label::Attack,
                Some("legit") => Label::Legit,
                _ => return Err(wrong("label", value, "\"attack\" or \"legit\"")),
            }),
        };
        let headers_complete = match given(&value, "headers_complete") {
            None => true,
            Some(value) => value
                .as_bool()
                .ok_or_else(|| wrong("headers_complete", value, "true or false"))?,
        };
        check_tags(given(&value, "tags"))?;
        check_outcome(given(&value, "outcome"))?;
        Ok(Self {
            id: required(&value, "id")?,
            time: time(given(&value, "time"))?,
            ip: optional(&value, "ip")?,
            method: required(&value, "method")?,
            url: required(&value, "url")?,
            headers: headers(given(&value, "headers"))?,
            headers_complete,
            body,
            context,
            label,
            outcome: given(&value, "outcome").cloned(),
        })
    }

    /// The line as frame fields, body apart: how much of it is framed depends
    /// on the policy.
    #[must_use]
    pub fn fields(&self) -> FrameFields<'_> {
        let mut flags = flag::HEADER_ORDER | flag::RAW_TARGET;
        if self.headers_complete {
            flags |= flag::ALL_HEADERS;
        }
        let scheme = self.url.get(..8).unwrap_or(&self.url).to_ascii_lowercase();
        if scheme.starts_with("https://") {
            flags |= flag::HTTPS;
        } else if scheme.starts_with("http://") {
            flags |= flag::HTTP;
        }
        FrameFields {
            flags,
            now: self.time,
            id: self.id.as_bytes(),
            peer: self.ip.as_bytes(),
            method: self.method.as_bytes(),
            target: self.url.as_bytes(),
            context: self.context.as_bytes(),
            ..FrameFields::default()
        }
    }

    /// Names and values of the headers.
    pub fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
    }

    /// The whole body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// A member that is there; `null` is absent.
pub(crate) fn given<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value
        .get(name)
        .filter(|value| !matches!(value, Value::Null))
}

pub(crate) fn wrong(name: &str, value: &Value, expected: &str) -> LineError {
    let mut shown = String::new();
    value.write(&mut shown);
    if shown.chars().count() > 60 {
        shown = shown.chars().take(60).chain(['…']).collect();
    }
    format!("{name}: found {shown}, expected {expected}")
}

fn optional(value: &Value, name: &str) -> Result<String, LineError> {
    match given(value, name) {
        None => Ok(String::new()),
        Some(Value::Text(text)) => Ok(text.clone()),
        Some(other) => Err(wrong(name, other, "text")),
    }
}

fn required(value: &Value, name: &str) -> Result<String, LineError> {
    match given(value, name) {
        None => Err(format!("{name}: found nothing, expected text")),
        Some(_) => optional(value, name),
    }
}

fn time(value: Option<&Value>) -> Result<Option<Millis>, LineError> {
    let expected = "milliseconds since the epoch, or RFC 3339 text";
    let millis = match value {
        None => return Ok(None),
        Some(Value::Number(n)) => n.as_i64().and_then(|n| u64::try_from(n).ok()).map(Millis),
        Some(Value::Text(text)) => rfc3339(text),
        Some(_) => None,
    };
    match (millis, value) {
        (None, Some(value)) => Err(wrong("time", value, expected)),
        (millis, _) => Ok(millis),
    }
}

fn headers(value: Option<&Value>) -> Result<Vec<(String, String)>, LineError> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let list = value
        .as_list()
        .ok_or_else(|| wrong("headers", value, "an array of [name, value]"))?;
    let mut out = Vec::with_capacity(list.len());
    for (index, pair) in list.iter().enumerate() {
        match pair.as_list() {
            Some([Value::Text(name), Value::Text(value)]) => {
                out.push((name.clone(), value.clone()));
            }
            _ => {
                return Err(wrong(
                    &format!("headers[{index}]"),
                    pair,
                    "[name, value], both text",
                ));
            }
        }
    }
    Ok(out)
}

fn check_tags(value: Option<&Value>) -> Result<(), LineError> {
    let Some(value) = value else { return Ok(()) };
    let list = value
        .as_list()
        .ok_or_else(|| wrong("tags", value, "an array of text"))?;
    match list
        .iter()
        .enumerate()
        .find(|(_, tag)| tag.as_text().is_none())
    {
        Some((index, tag)) => Err(wrong(&format!("tags[{index}]"), tag, "text")),
        None => Ok(()),
    }
}

fn check_outcome(value: Option<&Value>) -> Result<(), LineError> {
    let Some(value) = value else { return Ok(()) };
    let Value::Object(members) = value else {
        return Err(wrong("outcome", value, "an object"));
    };
    for (name, member) in members {
        let fits = match name.as_str() {
            "status" => member
                .as_number()
                .and_then(crate::units::Number::as_i64)
                .is_some(),
            "loginFailed" | "stepUpPassed" | "chargeback" => member.as_bool().is_some(),
            _ => true,
        };
        if !fits {
            return Err(wrong(
                &format!("outcome.{name}"),
                member,
                "a status integer, or true or false",
            ));
        }
    }
    Ok(())
}
