//! `doorward scan KIND FILE`: lines of text through one detector.
//!
//! Each line is a JSON object with an `id` and a field of text; each answer is
//! one, too: `id`, `score`, `verdict` and what the kind adds. The same bytes on
//! every host.

mod email;
mod prompt;
mod sensitive;

use crate::pack::Packs;
use crate::text::json::{JsonError, Value, write_text};
use crate::traffic::{given, wrong};
use crate::units::Score;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::fmt::Write as _;

/// What a detector says of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its belief.
    pub score: Score,
    /// Whether that is enough.
    pub found: bool,
    /// Further members of the line, each with a comma before it.
    pub more: String,
}

/// A detector of one kind of text.
pub trait Detector: fmt::Debug + Send + Sync {
    /// Judges a text. Pure.
    fn judge(&self, text: &str) -> Verdict;
}

/// One kind: its name, the field it reads by default, what it is, and how it is
/// made of the packs that are there.
struct Kind {
    name: &'static str,
    field: &'static str,
    about: &'static str,
    make: fn(&Packs) -> Result<Box<dyn Detector>, String>,
}

/// Every kind.
const KINDS: &[Kind] = &[sensitive::KIND, email::KIND, prompt::KIND];

/// The kinds with the field each reads by default and what it is, as JSON: what
/// a command says in its help.
#[must_use]
pub fn kinds() -> String {
    let mut out = String::from("[");
    for (index, kind) in KINDS.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(out, "{comma}{{\"kind\":");
        write_text(kind.name, &mut out);
        out.push_str(",\"field\":");
        write_text(kind.field, &mut out);
        out.push_str(",\"about\":");
        write_text(kind.about, &mut out);
        out.push('}');
    }
    out.push(']');
    out
}

/// A detector and the field it reads.
#[derive(Debug)]
pub struct Scan {
    detector: Box<dyn Detector>,
    field: String,
}

impl Scan {
    /// The detector of this name; `field` instead of its own.
    ///
    /// # Errors
    /// What was found and what was expected.
    pub fn new(kind: &str, field: Option<&str>, packs: &Packs) -> Result<Self, String> {
        let Some(kind) = KINDS.iter().find(|known| known.name == kind) else {
            let mut names = String::new();
            for (index, known) in KINDS.iter().enumerate() {
                let comma = if index > 0 { ", " } else { "" };
                let _ = write!(names, "{comma}{}", known.name);
            }
            return Err(format!("found kind \"{kind}\", expected {names}"));
        };
        Ok(Self {
            detector: (kind.make)(packs)?,
            field: field.unwrap_or(kind.field).into(),
        })
    }

    /// Judges the line at `place` (`FILE:LINE`). Blank lines are nothing.
    ///
    /// # Errors
    /// `FILE:LINE: what is wrong and what was expected`.
    pub fn push(&self, place: &str, line: &[u8]) -> Result<Option<String>, String> {
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        self.judged(line)
            .map(Some)
            .map_err(|error| format!("{place}: {error}"))
    }

    fn judged(&self, line: &[u8]) -> Result<String, String> {
        let value = Value::parse(line).map_err(|JsonError { offset, expected }| {
            format!("not JSON at byte {offset}: expected {expected}")
        })?;
        if !matches!(value, Value::Object(_)) {
            return Err(format!("found {}, expected an object", value.kind()));
        }
        let nothing = |name: &str| format!("{name}: found nothing, expected text");
        let id = given(&value, "id").ok_or_else(|| nothing("id"))?;
        if !matches!(id, Value::Text(_) | Value::Number(_)) {
            return Err(wrong("id", id, "text"));
        }
        let text = given(&value, &self.field).ok_or_else(|| nothing(&self.field))?;
        let Value::Text(text) = text else {
            return Err(wrong(&self.field, text, "text"));
        };
        let verdict = self.detector.judge(text);
        let mut out = String::from("{\"id\":");
        id.write(&mut out);
        let _ = write!(
            out,
            ",\"score\":{},\"verdict\":{}{}}}",
            verdict.score, verdict.found, verdict.more
        );
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer, or what is wrong.
    fn scan(line: &str) -> String {
        let scan = Scan::new("sensitive", None, &Packs::default());
        match scan.and_then(|scan| scan.push("a.jsonl:3", line.as_bytes())) {
            Ok(answer) => answer.unwrap_or_default(),
            Err(error) => error,
        }
    }

    #[test]
    fn a_line_for_a_line() {
        for (line, answer) in [
            (
                r#"{"id":"1","text":"\u00e9 ana@example.com"}"#,
                r#"{"id":"1","score":0.95,"verdict":true,"spans":[{"start":2,"end":17,"type":"EMAIL"}]}"#,
            ),
            (
                r#"{"id":7,"text":"nothing"}"#,
                r#"{"id":7,"score":0,"verdict":false,"spans":[]}"#,
            ),
            (" \r", ""),
        ] {
            assert_eq!(scan(line), answer);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (line, said) in [
            ("{", "a.jsonl:3: not JSON at byte 1"),
            ("[]", "a.jsonl:3: found an array, expected an object"),
            (
                "{\"id\":\"1\"}",
                "a.jsonl:3: text: found nothing, expected text",
            ),
            (
                "{\"id\":\"1\",\"text\":5}",
                "a.jsonl:3: text: found 5, expected text",
            ),
            (
                "{\"text\":\"\"}",
                "a.jsonl:3: id: found nothing, expected text",
            ),
        ] {
            assert!(scan(line).starts_with(said), "{}", scan(line));
        }
        let error = Scan::new("nonsense", None, &Packs::default()).err();
        let said = "found kind \"nonsense\", expected sensitive, email, prompt";
        assert!(error.is_some_and(|error| error.starts_with(said)));
    }
}
