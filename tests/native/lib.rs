//! Vectors: (policy, traffic) → expected decisions, as data that every runner
//! reads: native here, wasm in `tests/js`, Python in `tests/python`.
//!
//! ```toml
//! [[vector]]
//! name = "the third request in a window of two is denied"
//! policy = '''{"rules":[{"rule":"fixedWindow","mode":"LIVE","window":"1h","max":2}]}'''
//! traffic = ['''{"id":"1",…}''', …]          # traffic lines, in order
//! expect = ['''{"conclusion":"ALLOW"}''', …]  # one a line: every key given is equal
//!
//! [[error]]
//! name = "an unknown key"
//! policy = '''…'''
//! message = "policy: …"                       # the whole text of the error
//! ```
//!
//! `expected-failures.toml` lists vectors that a runner does not pass yet; a
//! listed one that passes is an error too.

use doorward_core::replay::{Pushed, Replay, ReplayOptions};
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// One file of vectors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Decisions.
    #[serde(default)]
    pub vector: Vec<Vector>,
    /// Policies that must not compile, and lines that must not read.
    #[serde(default)]
    pub error: Vec<Refusal>,
}

/// Policy and traffic with the decisions expected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// What it shows.
    pub name: String,
    /// Canonical policy.
    pub policy: String,
    /// Traffic lines.
    pub traffic: Vec<String>,
    /// Parts of decision lines.
    pub expect: Vec<String>,
}

/// Something that must be refused, with the whole text of the error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// What it shows.
    pub name: String,
    /// A policy; where it compiles, `line` must be refused.
    pub policy: String,
    /// A traffic line.
    pub line: Option<String>,
    /// The error.
    pub message: String,
}

/// A vector that a runner does not pass yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFailure {
    /// `native`, `wasm` or `python`.
    pub runner: String,
    /// File name without its ending.
    pub file: String,
    /// The vector's name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// The folder of vectors.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// Runs one vector.
///
/// # Errors
/// What differs.
pub fn run(vector: &Vector) -> Result<(), String> {
    let mut replay = Replay::new(&vector.policy, None, &ReplayOptions::default())
        .map_err(|error| error.to_string())?;
    if vector.traffic.len() != vector.expect.len() {
        return Err(format!(
            "{} lines, {} expectations",
            vector.traffic.len(),
            vector.expect.len()
        ));
    }
    for (index, (line, expected)) in vector.traffic.iter().zip(&vector.expect).enumerate() {
        let place = format!("traffic:{}", index + 1);
        let pushed = replay.push(&place, line.as_bytes(), None)?;
        let Some(Pushed::Decided { decision, .. }) = pushed else {
            return Err(format!("{place}: no decision"));
        };
        let decision: Value =
            serde_json::from_str(&decision).map_err(|e| format!("{place}: {e}"))?;
        let expected: Value =
            serde_json::from_str(expected).map_err(|e| format!("{place}: expect: {e}"))?;
        for (key, wanted) in expected.as_object().into_iter().flatten() {
            let found = decision.get(key).unwrap_or(&Value::Null);
            if found != wanted {
                return Err(format!(
                    "{place}: {key}\n   found {found}\nexpected {wanted}"
                ));
            }
        }
    }
    Ok(())
}

/// Runs one refusal.
///
/// # Errors
/// What was said instead.
pub fn refuse(refusal: &Refusal) -> Result<(), String> {
    let said = match Replay::new(&refusal.policy, None, &ReplayOptions::default()) {
        Err(error) => error.to_string(),
        Ok(mut replay) => match &refusal.line {
            None => return Err("the policy compiled".into()),
            Some(line) => match replay.push("traffic:1", line.as_bytes(), None) {
                Err(error) => error,
                Ok(_) => return Err("the line was read".into()),
            },
        },
    };
    if said == refusal.message {
        return Ok(());
    }
    Err(format!("\n   found {said}\nexpected {}", refusal.message))
}
