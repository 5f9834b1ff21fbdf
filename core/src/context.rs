//! What the application knows about the request: user, session, account age,
//! purchases, the action at stake.
//!
//! Facts are what the application vouches for; claims (`email`, `message`) are
//! the client's words, so a limit keyed on them alone never denies (law 8).

use crate::text::json::{JsonError, Value};
use alloc::vec::Vec;

/// Fields that hold what the client says rather than what the application knows.
pub const CLAIMS: [&str; 2] = ["email", "message"];

/// The application's knowledge, an object of its own fields.
#[derive(Clone, Debug)]
pub struct Context(Value);

impl Default for Context {
    fn default() -> Self {
        Self(Value::Object(Vec::new()))
    }
}

impl Context {
    /// Reads the context; no bytes at all are an empty one.
    ///
    /// # Errors
    /// Not a JSON object.
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        match Value::parse(text)? {
            Value::Object(members) => Ok(Self(Value::Object(members))),
            _ => Err(JsonError {
                offset: 0,
                expected: "an object",
            }),
        }
    }

    /// The fact at a dotted path such as `account.ageDays`; a field whose own
    /// name holds the dots is found first. `null` is absent.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        let found = self.0.get(path).or_else(|| {
            path.split('.')
                .try_fold(&self.0, |value, name| value.get(name))
        });
        found.filter(|value| !matches!(value, Value::Null))
    }
}
