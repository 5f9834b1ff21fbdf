//! Vectors: (policy, traffic) → expected decisions, as data that every runner
//! reads: native here, wasm in `tests/js`, Python in `tests/python`.
//!
//! ```toml
//! policy = '''{"rules":[…]}'''               # of every entry that has none of its own
//!
//! [[vector]]
//! name = "the third request in a window of two is denied"
//! policy = '''{"rules":[{"rule":"fixedWindow","mode":"LIVE","window":"1h","max":2}]}'''
//! traffic = ['''{"id":"1",…}''', …]          # traffic lines, in order
//! replies = ['''{"replies":[…]}''', …]     # what the outside answers to each
//! # one a line: what is found at each path of the decision is equal
//! expect = ['''{"conclusion":"ALLOW","reason.code":"allow","results.0.score":0}''', …]
//! exact = ['''{"id":"1",…}''', …]            # or the whole text; VERSION is the version
//! explain = ["ALLOW: …", …]                 # the summary of the explanation
//! headers = ['''{}''', …]                    # the header fields of its limits
//! accept = "text/html"                      # of the requests
//! respond = ['''{"status":403,…}''', …]     # how they are refused
//! dry_run = true                            # as under DOORWARD_MODE=DRY_RUN
//! secret = "…"                              # of the log
//! log = ['''{"v":1,…}''', …]                # the whole text of the log lines
//!
//! [[error]]
//! name = "an unknown key"
//! policy = '''…'''
//! line = '''…'''                            # read as `traffic:1`, where the policy compiles
//! message = "policy: …"                     # the whole text of the error
//! ```
//!
//! `expected-failures.toml` lists vectors that a runner does not pass yet; a
//! listed one that passes is an error too.

use doorward_core::engine::VERSION;
use doorward_core::explain::explain;
use doorward_core::pack::Packs;
use doorward_core::replay::{Pushed, Replay, ReplayOptions};
use doorward_core::response::{headers, respond};
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One file of vectors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The policy of every entry that has none of its own.
    #[serde(default)]
    pub policy: String,
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
    pub policy: Option<String>,
    /// Every rule is a dry run.
    #[serde(default)]
    pub dry_run: bool,
    /// What identities in the log are hashed with.
    pub secret: Option<String>,
    /// Traffic lines.
    pub traffic: Vec<String>,
    /// What the outside answers to each.
    #[serde(default)]
    pub replies: Vec<String>,
    /// Parts of decision lines, by path.
    #[serde(default)]
    pub expect: Vec<String>,
    /// Whole decision lines.
    #[serde(default)]
    pub exact: Vec<String>,
    /// Summaries of explanations.
    #[serde(default)]
    pub explain: Vec<String>,
    /// Whole log lines.
    #[serde(default)]
    pub log: Vec<String>,
    /// Header fields.
    #[serde(default)]
    pub headers: Vec<String>,
    /// What the requests accept.
    #[serde(default)]
    pub accept: String,
    /// Refusals.
    #[serde(default)]
    pub respond: Vec<String>,
}

/// Something that must be refused, with the whole text of the error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// What it shows.
    pub name: String,
    /// A policy; where it compiles, `line` must be refused.
    pub policy: Option<String>,
    /// A traffic line.
    pub line: Option<String>,
    /// The error.
    pub message: String,
}

/// A vector that a runner does not pass yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFailure {
    /// `native`, `wasm` or `python`; absent: all of them.
    pub runner: Option<String>,
    /// File name without its ending.
    pub file: String,
    /// The vector's name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Every pack of the product.
///
/// # Panics
/// Where a file is no pack.
#[must_use]
pub fn packs() -> Packs {
    static READ: LazyLock<Packs> = LazyLock::new(read_packs);
    READ.clone()
}

fn read_packs() -> Packs {
    let mut packs = Packs::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/packs");
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if file.path().extension().is_some_and(|name| name == "bin") {
            let added = std::fs::read(file.path()).map(|bytes| packs.add(&bytes));
            assert!(matches!(added, Ok(Ok(()))), "{}", file.path().display());
        }
    }
    packs
}

/// A replay's options with every pack.
#[must_use]
pub fn with_packs() -> ReplayOptions {
    ReplayOptions {
        packs: packs(),
        ..ReplayOptions::default()
    }
}

/// The folder of vectors.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

impl File {
    /// Runs every vector and refusal: its name, and what is wrong.
    pub fn run(&self) -> impl Iterator<Item = (&str, Result<(), String>)> {
        let policy = |own: &Option<String>| own.clone().unwrap_or_else(|| self.policy.clone());
        let vectors = self
            .vector
            .iter()
            .map(move |v| (v.name.as_str(), run(v, &policy(&v.policy))));
        let refusals = self
            .error
            .iter()
            .map(move |r| (r.name.as_str(), refuse(r, &policy(&r.policy))));
        vectors.chain(refusals)
    }
}

fn run(vector: &Vector, policy: &str) -> Result<(), String> {
    let options = ReplayOptions {
        dry_run: vector.dry_run,
        log_secret: vector
            .secret
            .as_ref()
            .map(|secret| secret.clone().into_bytes()),
        packs: packs(),
        ..ReplayOptions::default()
    };
    let mut replay = Replay::new(policy, None, &options).map_err(|error| error.to_string())?;
    let texts = [
        &vector.exact,
        &vector.explain,
        &vector.log,
        &vector.headers,
        &vector.respond,
    ];
    let lines = vector.traffic.len();
    if texts
        .into_iter()
        .chain([&vector.expect, &vector.replies])
        .any(|list| !list.is_empty() && list.len() != lines)
    {
        return Err(format!("expected {lines} of each, as there are lines"));
    }
    if vector.expect.is_empty() && vector.exact.is_empty() {
        return Err("expects nothing".into());
    }
    for (index, line) in vector.traffic.iter().enumerate() {
        let place = format!("traffic:{}", index + 1);
        let pushed = replay.push(
            &place,
            line.as_bytes(),
            vector.replies.get(index).map(String::as_str),
        )?;
        let Some(Pushed::Decided { decision, log }) = pushed else {
            return Err(format!("{place}: no decision"));
        };
        let explained: Value = parse(&explain(&decision))?;
        let found = [
            Some(decision.replace(&format!("doorward/{VERSION} "), "doorward/VERSION ")),
            explained
                .get("summary")
                .and_then(Value::as_str)
                .map(str::to_owned),
            log.map(|log| log.replace(&format!("doorward/{VERSION} "), "doorward/VERSION ")),
            Some(headers(decision.as_bytes())),
            Some(respond(decision.as_bytes(), vector.accept.as_bytes())),
        ];
        for (list, found) in texts.into_iter().zip(found) {
            if let Some(wanted) = list.get(index)
                && found.as_ref() != Some(wanted)
            {
                let found = found.unwrap_or_default();
                return Err(format!("{place}:\n   found {found}\nexpected {wanted}"));
            }
        }
        let Some(expected) = vector.expect.get(index) else {
            continue;
        };
        let (decision, expected): (Value, Value) = (parse(&decision)?, parse(expected)?);
        for (path, wanted) in expected.as_object().into_iter().flatten() {
            let found = at(&decision, path);
            if found != wanted {
                return Err(format!(
                    "{place}: {path}\n   found {found}\nexpected {wanted}"
                ));
            }
        }
    }
    Ok(())
}

fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("{text}: {error}"))
}

/// What is at a path such as `results.0.reason`; null where nothing is.
fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, name| {
        let index = name
            .parse::<usize>()
            .ok()
            .and_then(|index| value.get(index));
        index.or_else(|| value.get(name)).unwrap_or(&Value::Null)
    })
}

fn refuse(refusal: &Refusal, policy: &str) -> Result<(), String> {
    let said = match Replay::new(policy, None, &with_packs()) {
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
