//! Redaction: what hosts replace by tokens, in the units of their own text.
//!
//! Stateless: a host hands over the text it has not finished, with some of what
//! came before as context, and learns where values are and how far it may go.
//! What stands in a value's place is the host's to say.

use crate::text::json::{Value, write_text};
use crate::text::sensitive::{Custom, ENTITIES, Kind, Units, Wanted, count, segments};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// What to redact.
#[derive(Clone, Debug)]
pub struct Redaction {
    wanted: Wanted,
    customs: Vec<Custom>,
}

impl Redaction {
    /// Reads `{"entities": ["EMAIL"], "patterns": [{"name", "pattern"}]}`; without
    /// `entities` every type.
    ///
    /// # Errors
    /// What was found and what is allowed.
    pub fn parse(options: &str) -> Result<Self, String> {
        let value = Value::parse(options.as_bytes()).unwrap_or(Value::Null);
        let mut wanted = Wanted::ALL;
        if let Some(list) = value.get("entities") {
            let names: Vec<&str> = ENTITIES.iter().map(|(_, name)| *name).collect();
            let wrong = |found: &Value| {
                let mut shown = String::new();
                found.write(&mut shown);
                format!(
                    "entities: found {shown}, expected a list of {}",
                    names.join(", ")
                )
            };
            wanted = Wanted::NONE;
            for item in list.as_list().ok_or_else(|| wrong(list))? {
                let known = ENTITIES
                    .iter()
                    .find(|(_, name)| Some(*name) == item.as_text());
                wanted = wanted.and(known.ok_or_else(|| wrong(item))?.0);
            }
        }
        let mut customs: Vec<Custom> = Vec::new();
        if let Some(list) = value.get("patterns") {
            let expected = "patterns: expected a list of {name, pattern}, at most 64";
            for item in list
                .as_list()
                .filter(|list| list.len() <= 64)
                .ok_or(expected)?
            {
                let member = |name: &str| item.get(name).and_then(Value::as_text);
                let (Some(name), Some(pattern)) = (member("name"), member("pattern")) else {
                    return Err(expected.into());
                };
                customs.push(Custom::new(name, pattern).map_err(|wrong| {
                    let which = if wrong.in_name { name } else { pattern };
                    format!("patterns: found \"{which}\", expected {}", wrong.allowed)
                })?);
            }
        }
        Ok(Self { wanted, customs })
    }

    /// Looks at `text`, whose first bytes up to `from` are context; `last` says that
    /// nothing follows. `{"cut": 12, "spans": [[3, 9, "EMAIL"], …]}`: places and
    /// the end of what was looked at, counted from the first byte of `text`. A
    /// span with a fourth member looks like a token and is none.
    #[must_use]
    pub fn look(&self, text: &[u8], from: usize, last: bool, units: Units) -> String {
        let found = segments(text, from, last, self.wanted, &self.customs);
        let mut out = String::from("{\"spans\":[");
        let (mut at, mut units_at) = (0_usize, 0_usize);
        let mut until = |place: usize| {
            units_at =
                units_at.saturating_add(count(text.get(at..place).unwrap_or_default(), units));
            at = place;
            units_at
        };
        for (index, (span, token)) in found.spans.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let _ = write!(out, "{comma}[{},{},", until(span.start), until(span.end));
            match (token, span.kind) {
                (Some((start, end)), _) => {
                    let name = text.get(*start..*end).unwrap_or_default();
                    write_text(&String::from_utf8_lossy(name), &mut out);
                    out.push_str(",true");
                }
                (None, Kind::Known(_) | Kind::Custom(_)) => {
                    write_text(span.kind.name(&self.customs), &mut out);
                }
            }
            out.push(']');
        }
        let _ = write!(out, "],\"cut\":{}}}", until(found.cut));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_the_units_of_the_host() {
        let Ok(redaction) = Redaction::parse(r#"{"entities":["EMAIL"]}"#) else {
            return;
        };
        let text = "\u{1f600} a@b.example <EMAIL_1> +44 20 7946 0958 and".as_bytes();
        assert_eq!(
            redaction.look(text, 0, true, Units::Utf16),
            r#"{"spans":[[3,14,"EMAIL"],[15,24,"EMAIL",true]],"cut":45}"#
        );
        assert_eq!(
            redaction.look(text, 0, false, Units::CodePoints),
            r#"{"spans":[],"cut":0}"#
        );
    }

    #[test]
    fn says_what_is_wrong() {
        for (options, said) in [
            (
                r#"{"entities":["MAIL"]}"#,
                "entities: found \"MAIL\", expected a list of EMAIL",
            ),
            (r#"{"patterns":[{}]}"#, "patterns: expected"),
            (
                r#"{"patterns":[{"name":"X","pattern":""}]}"#,
                "patterns: found \"\", expected 1 to 128",
            ),
        ] {
            let error = Redaction::parse(options).err().unwrap_or_default();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
