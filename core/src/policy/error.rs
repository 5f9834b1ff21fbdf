//! What is wrong with a policy, in the words of the person who wrote it.

use crate::text::json::{Value, escaped};
use alloc::string::{String, ToString};
use core::fmt;

/// Longest excerpt of a found value in an error.
const SHOWN: usize = 80;

/// A policy that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// Index and name of the rule; `None` for a top-level field.
    pub rule: Option<(usize, String)>,
    /// The field; empty where the whole text is meant.
    pub field: String,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
}

impl PolicyError {
    pub(crate) fn at_top(fault: Fault) -> Self {
        Self {
            rule: None,
            field: fault.field,
            found: fault.found,
            allowed: fault.allowed,
        }
    }

    pub(crate) fn in_rule(index: usize, name: &str, fault: Fault) -> Self {
        Self {
            rule: Some((index, name.to_string())),
            ..Self::at_top(fault)
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some((index, name)) => write!(f, "policy: rules[{index}] \"{}\": ", escaped(name))?,
            None => f.write_str("policy: ")?,
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "found {}, expected {}", self.found, self.allowed)
    }
}

impl core::error::Error for PolicyError {}

/// What is wrong with one field, before it is known which rule it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(crate) field: String,
    pub(crate) found: String,
    pub(crate) allowed: String,
}

impl Fault {
    /// A fault in words.
    pub fn new(
        field: impl Into<String>,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            found: found.into(),
            allowed: allowed.into(),
        }
    }

    /// A fault that shows the value found.
    pub fn found(field: impl Into<String>, value: &Value, allowed: impl Into<String>) -> Self {
        Self::new(field, shown(value), allowed)
    }
}

/// The value as JSON, cut where it is long.
fn shown(value: &Value) -> String {
    let mut text = String::new();
    value.write(&mut text);
    if text.chars().count() > SHOWN {
        let mut cut: String = text.chars().take(SHOWN).collect();
        cut.push('…');
        return cut;
    }
    text
}
