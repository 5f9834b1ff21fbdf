//! The rules with their modes, read once and checked whole.
//!
//! A policy is canonical JSON, see the public formats. Construction fails
//! loudly: an error names the rule, the field, what was found and what is
//! allowed. Requests never fail.

mod error;
mod options;

pub use error::{Fault, PolicyError};
pub use options::{Held, Options};
pub(crate) use options::{expected, integer, known};

use crate::decision::{self, Conclusion, Mode};
use crate::field::Field;
use crate::identity::Trust;
use crate::pack::Packs;
use crate::refine::Refine;
use crate::rules::{Manual, RULES, Rule};
use crate::text::json::{Value, write_text};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Write as _;
use options::Found;

/// One compiled rule of a policy.
#[derive(Debug)]
pub struct Entry {
    /// Its page in the table of rules.
    pub manual: &'static Manual,
    /// Its id, unique in the policy.
    pub id: Arc<str>,
    /// How its results begin in decision lines.
    pub(crate) lead: Arc<str>,
    /// Whether it counts.
    pub mode: Mode,
    /// The policy gave no mode, so it is dry run; hosts say so once.
    pub mode_missing: bool,
    /// What applies when it cannot judge.
    pub on_error: Conclusion,
    /// The detector.
    pub rule: Box<dyn Rule>,
}

/// How much of a body is inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyBounds {
    /// Bytes inspected from the start.
    pub max_bytes: u32,
    /// How long a host waits for them.
    pub deadline_ms: u32,
    /// What a longer body means; one that comes too late means a CHALLENGE at least.
    pub oversize: Conclusion,
}

impl BodyBounds {
    /// Bytes inspected at the end of a longer body.
    pub const TAIL: usize = 8192;

    /// The longest body a host keeps in memory to see its end; of a longer one
    /// only the head is inspected.
    #[must_use]
    pub const fn spool_bytes(self) -> u32 {
        self.max_bytes.saturating_mul(16)
    }

    /// Head and tail of a body that is all here, and whether it is truncated.
    #[must_use]
    pub fn split(self, body: &[u8]) -> (&[u8], &[u8], bool) {
        let bound = usize::try_from(self.max_bytes).unwrap_or(usize::MAX);
        let spool = usize::try_from(self.spool_bytes()).unwrap_or(usize::MAX);
        let Some((head, rest)) = body.split_at_checked(bound) else {
            return (body, &[], false);
        };
        if rest.is_empty() {
            return (head, &[], false);
        }
        if body.len() > spool {
            return (head, &[], true);
        }
        let from = rest.len().saturating_sub(Self::TAIL);
        (head, rest.get(from..).unwrap_or_default(), true)
    }
}

/// A checked policy.
#[derive(Debug)]
pub struct Policy {
    /// The compiled rules, in order.
    pub entries: Vec<Entry>,
    /// Whose forwarding headers are believed.
    pub trust: Trust,
    /// Bounds of the inspected body.
    pub body: BodyBounds,
    store_bytes: u32,
    /// The application can step up, so a CHALLENGE is not a denial.
    pub step_up: bool,
    /// The second opinion.
    pub refine: Option<Refine>,
    canonical: String,
}

const KEYS: &[&str] = &[
    "version",
    "characteristics",
    "proxies",
    "platform",
    "store",
    "body",
    "stepUp",
    "rules",
    "refine",
];
const COMMON_OPTIONS: [&str; 4] = ["rule", "id", "mode", "onError"];
const MAX_RULES: usize = 256;

impl Policy {
    /// Reads and checks a policy.
    ///
    /// # Errors
    /// The first thing that is wrong: where, what was found, what is allowed.
    pub fn parse(text: &str, packs: &Packs) -> Result<Self, PolicyError> {
        let value = Value::parse(text.as_bytes()).map_err(|error| PolicyError {
            rule: None,
            field: String::new(),
            found: format!("text that is not JSON at byte {}", error.offset),
            allowed: error.expected.to_string(),
        })?;
        Self::from_value(&value, packs)
    }

    fn from_value(value: &Value, packs: &Packs) -> Result<Self, PolicyError> {
        let top = |fault: Fault| PolicyError::at_top(fault);
        let Value::Object(members) = value else {
            return Err(top(Fault::found("", value, "an object")));
        };
        options::known("", members, KEYS).map_err(top)?;
        if let Some(version) = value.get("version")
            && version.as_number().and_then(crate::units::Number::as_i64) != Some(1)
        {
            return Err(top(Fault::found("version", version, "1")));
        }
        let shared = options::characteristics("characteristics", value.get("characteristics"))
            .map_err(top)?;
        let default_key = alloc::vec![Field::IpSrc];
        let shared = shared.unwrap_or(default_key);
        let trust = Trust::parse(value.get("proxies"), value.get("platform")).map_err(top)?;
        let body = body(value.get("body")).map_err(top)?;
        let store_bytes = store(value.get("store")).map_err(top)?;
        let step_up = match value.get("stepUp") {
            None => false,
            Some(v) => v
                .as_bool()
                .ok_or_else(|| top(Fault::found("stepUp", v, "true or false")))?,
        };
        let list = match value.get("rules") {
            Some(Value::List(list)) if list.len() <= MAX_RULES => list,
            Some(Value::List(list)) => {
                let found = format!("{} rules", list.len());
                return Err(top(Fault::new("rules", found, "at most 256 rules")));
            }
            Some(other) => return Err(top(Fault::found("rules", other, "an array of rules"))),
            None => return Err(top(Fault::new("rules", "nothing", "an array of rules"))),
        };
        let mut entries: Vec<Entry> = Vec::with_capacity(list.len());
        for (index, rule) in list.iter().enumerate() {
            let entry = entry(rule, &shared, packs, &entries).map_err(|fault| {
                let name = rule.get("rule").and_then(Value::as_text).unwrap_or("?");
                PolicyError::in_rule(index, name, fault)
            })?;
            entries.push(entry);
        }
        let names: Vec<(&str, &str)> = entries
            .iter()
            .map(|entry| (entry.manual.name, &*entry.id))
            .collect();
        let refine = value
            .get("refine")
            .map(|value| Refine::parse(value, &names))
            .transpose()
            .map_err(top)?;
        let canonical = canonical(value, list, &entries);
        Ok(Self {
            entries,
            trust,
            body,
            store_bytes,
            step_up,
            refine,
            canonical,
        })
    }

    /// The policy as canonical JSON: keys in table order, every mode written.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Ids of rules that are dry run because no mode was given.
    pub fn modeless(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .filter(|entry| entry.mode_missing)
            .map(|entry| &*entry.id)
    }

    /// Bytes the embedded store may grow to.
    #[must_use]
    pub fn store_bytes(&self) -> usize {
        usize::try_from(self.store_bytes).unwrap_or(usize::MAX)
    }

    /// A short name for this policy, the same on every host.
    #[must_use]
    pub fn hash(&self) -> String {
        let hash = siphasher::sip128::SipHasher24::new().hash(self.canonical.as_bytes());
        format!("{:016x}", hash.h1)
    }
}

fn entry(rule: &Value, shared: &[Field], packs: &Packs, before: &[Entry]) -> Result<Entry, Fault> {
    let Value::Object(members) = rule else {
        return Err(Fault::found("rule", rule, "an object"));
    };
    let names = || {
        let names: Vec<&str> = RULES.iter().map(|manual| manual.name).collect();
        format!("one of {}", names.join(", "))
    };
    let manual = match rule.get("rule") {
        None => return Err(Fault::new("rule", "nothing", names())),
        Some(name) => RULES
            .iter()
            .find(|manual| Some(manual.name) == name.as_text())
            .ok_or_else(|| Fault::found("rule", name, names()))?,
    };
    let allowed: Vec<&str> = COMMON_OPTIONS
        .iter()
        .copied()
        .chain(manual.options.iter().map(|option| option.name))
        .collect();
    options::known("", members, &allowed)?;
    let mode = match rule.get("mode") {
        None => None,
        Some(v) => Some(match v.as_text() {
            Some("LIVE") => Mode::Live,
            Some("DRY_RUN") => Mode::DryRun,
            _ => return Err(Fault::found("mode", v, "\"LIVE\" or \"DRY_RUN\"")),
        }),
    };
    let on_error = match rule.get("onError") {
        None => manual.on_error,
        Some(v) => conclusion("onError", v)?,
    };
    let taken = |id: &str| before.iter().any(|entry| *entry.id == *id);
    let id = match rule.get("id") {
        None => (1..=MAX_RULES)
            .map(|n| {
                if n == 1 {
                    manual.name.to_string()
                } else {
                    format!("{}#{n}", manual.name)
                }
            })
            .find(|id| !taken(id))
            .unwrap_or_default(),
        Some(v) => match v.as_text() {
            Some(id)
                if id.is_empty() || id.chars().count() > 64 || id.chars().any(char::is_control) =>
            {
                return Err(Fault::found(
                    "id",
                    v,
                    "1 to 64 characters, none of them a control character",
                ));
            }
            Some(id) if taken(id) => {
                return Err(Fault::found("id", v, "an id that no other rule has"));
            }
            Some(id) => id.to_string(),
            None => return Err(Fault::found("id", v, "text")),
        },
    };
    let found = Found::read(manual, rule)?;
    let options = Options {
        id: &id,
        mode: mode.unwrap_or(Mode::DryRun),
        shared,
        packs,
        found: &found,
    };
    let rule = (manual.compile)(&options)?;
    Ok(Entry {
        manual,
        mode: mode.unwrap_or(Mode::DryRun),
        mode_missing: mode.is_none(),
        on_error,
        rule,
        lead: decision::lead(manual.name, &id),
        id: id.into(),
    })
}

pub(crate) fn conclusion(field: &'static str, value: &Value) -> Result<Conclusion, Fault> {
    match value.as_text() {
        Some("allow") => Ok(Conclusion::Allow),
        Some("challenge") => Ok(Conclusion::Challenge),
        Some("deny") => Ok(Conclusion::Deny),
        _ => Err(Fault::found(
            field,
            value,
            "\"allow\", \"challenge\" or \"deny\"",
        )),
    }
}

fn body(value: Option<&Value>) -> Result<BodyBounds, Fault> {
    let mut bounds = BodyBounds {
        max_bytes: 65_536,
        deadline_ms: 10_000,
        oversize: Conclusion::Allow,
    };
    let Some(value) = value else {
        return Ok(bounds);
    };
    let Value::Object(members) = value else {
        return Err(Fault::found("body", value, "an object"));
    };
    options::known("body.", members, &["maxBytes", "deadlineMs", "oversize"])?;
    if let Some(v) = value.get("maxBytes") {
        bounds.max_bytes = options::integer("body.maxBytes", v, 1024, 16_777_216)?;
    }
    if let Some(v) = value.get("deadlineMs") {
        bounds.deadline_ms = options::integer("body.deadlineMs", v, 1, 60_000)?;
    }
    if let Some(v) = value.get("oversize") {
        bounds.oversize = conclusion("body.oversize", v)?;
    }
    Ok(bounds)
}

fn store(value: Option<&Value>) -> Result<u32, Fault> {
    const DEFAULT: u32 = 32 * 1024 * 1024;
    let Some(value) = value else {
        return Ok(DEFAULT);
    };
    let Value::Object(members) = value else {
        return Err(Fault::found("store", value, "an object"));
    };
    options::known("store.", members, &["maxBytes"])?;
    value.get("maxBytes").map_or(Ok(DEFAULT), |v| {
        options::integer("store.maxBytes", v, 65_536, 1_073_741_824)
    })
}

/// Top-level keys in table order, then each rule's in the order of its manual;
/// `version` and every `mode` are always written, nothing else is added.
fn canonical(value: &Value, list: &[Value], entries: &[Entry]) -> String {
    let mut out = String::from("{\"version\":1");
    for key in KEYS
        .iter()
        .filter(|key| !matches!(**key, "version" | "rules" | "refine"))
    {
        member(value, key, &mut out);
    }
    out.push_str(",\"rules\":[");
    for (index, (rule, entry)) in list.iter().zip(entries).enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str("{\"rule\":");
        write_text(entry.manual.name, &mut out);
        member(rule, "id", &mut out);
        let _ = write!(out, ",\"mode\":\"{}\"", entry.mode.word());
        member(rule, "onError", &mut out);
        for option in entry.manual.options {
            member(rule, option.name, &mut out);
        }
        out.push('}');
    }
    out.push(']');
    member(value, "refine", &mut out);
    out.push('}');
    out
}

fn member(value: &Value, key: &str, out: &mut String) {
    if let Some(v) = value.get(key) {
        out.push(',');
        write_text(key, out);
        out.push(':');
        v.write(out);
    }
}
