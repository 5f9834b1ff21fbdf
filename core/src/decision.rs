//! What came of it: conclusions, reasons, results, and their one text form.
//!
//! The JSON written here is the decision line of the public formats: keys in a
//! fixed order, no white space, the same bytes on every host.

use crate::agents::Actor;
use crate::identity;
use crate::refine::Refined;
use crate::settle::Reserved;
use crate::text::json::{write_count, write_text};
use crate::units::Score;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::net::IpAddr;

/// What should happen to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conclusion {
    /// Let it pass.
    Allow,
    /// Let it pass after a step-up.
    Challenge,
    /// Refuse it.
    Deny,
}

impl Conclusion {
    /// The word in decision lines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Challenge => "CHALLENGE",
            Self::Deny => "DENY",
        }
    }

    /// The letter before a decision line where it crosses to a host.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Allow => 'A',
            Self::Challenge => 'C',
            Self::Deny => 'D',
        }
    }
}

/// Whether a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Its conclusion counts.
    Live,
    /// It is reported and changes nothing.
    DryRun,
}

impl Mode {
    /// The word in policies and decision lines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "LIVE",
            Self::DryRun => "DRY_RUN",
        }
    }
}

/// One fact beside a reason's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Text.
    Text(String),
    /// A count or a length of time.
    Count(u64),
    /// Yes or no.
    Flag(bool),
    /// Several names.
    Names(Vec<String>),
    /// Who acts: in the decision, not beside the code.
    Actor(Box<Actor>),
}

/// Why: a stable code and the facts that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// One of the codes in the table of [`crate::rules::codes`].
    pub code: &'static str,
    /// Facts, in a fixed order for each code.
    pub details: Vec<(&'static str, Detail)>,
}

impl Reason {
    /// A code with nothing to add.
    #[must_use]
    pub const fn code(code: &'static str) -> Self {
        Self {
            code,
            details: Vec::new(),
        }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, detail: Detail) -> Self {
        self.details.push((name, detail));
        self
    }

    fn write(&self, out: &mut String) {
        // codes and names of details are ours and plain
        out.push_str("{\"code\":\"");
        out.push_str(self.code);
        out.push('"');
        for (name, detail) in &self.details {
            if matches!(detail, Detail::Actor(_)) {
                continue;
            }
            out.push_str(",\"");
            out.push_str(name);
            out.push_str("\":");
            match detail {
                Detail::Text(text) => write_text(text, out),
                Detail::Count(n) => write_count(*n, out),
                Detail::Flag(yes) => out.push_str(if *yes { "true" } else { "false" }),
                Detail::Names(names) => write_names(names, out),
                Detail::Actor(_) => {}
            }
        }
        out.push('}');
    }

    /// Who acts, where the rule found out.
    fn actor(&self) -> Option<&Actor> {
        self.details.iter().find_map(|(_, detail)| match detail {
            Detail::Actor(actor) => Some(&**actor),
            _ => None,
        })
    }
}

/// What one rule saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleResult {
    /// The rule's name.
    pub rule: &'static str,
    /// Its id in the policy.
    pub id: Arc<str>,
    /// How its result begins in decision lines, see [`lead`].
    pub(crate) lead: Arc<str>,
    /// Whether it counts.
    pub mode: Mode,
    /// What it would do with the request.
    pub conclusion: Conclusion,
    /// Its own belief that the request is what it looks for.
    pub score: Score,
    /// It could not judge; the reason says why, and `onError` made the conclusion.
    pub undetermined: bool,
    /// Why.
    pub reason: Reason,
}

/// What came of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The decision's name.
    pub id: String,
    /// What should happen.
    pub conclusion: Conclusion,
    /// The reason of the result that decided.
    pub reason: Reason,
    /// One result a rule, in policy order.
    pub results: Vec<RuleResult>,
    /// The second opinion, where the policy asks for one.
    pub refined: Option<Box<Refined>>,
    /// LIVE rules that could not judge.
    pub undetermined: Vec<Arc<str>>,
    /// What of the engine's world is not as it should be.
    pub degraded: Vec<&'static str>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// What was answered of the address, as JSON; `None` if nobody asked.
    pub ip_details: Option<String>,
    /// Version and policy.
    pub engine: Arc<str>,
    /// What was taken in advance; not in the decision line.
    pub reserved: Vec<Reserved>,
}

impl Decision {
    /// The decision line, without a newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(1024);
        self.write(&mut out);
        out
    }

    /// What should happen, the second opinion heard.
    #[must_use]
    pub fn effective(&self) -> Conclusion {
        let refined = self.refined.as_ref();
        refined.map_or(self.conclusion, |refined| refined.conclusion)
    }

    /// The letter before a decision line where it crosses to a host: its effective
    /// conclusion's, in lower case where a LIVE rule could not judge.
    #[must_use]
    pub fn letter(&self) -> char {
        let letter = self.effective().letter();
        if self.undetermined.is_empty() {
            letter
        } else {
            letter.to_ascii_lowercase()
        }
    }

    /// Who acts, if somebody proved to be more than a client: what the first LIVE
    /// rule found that looks for it.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        let live = |result: &&RuleResult| result.mode == Mode::Live;
        self.results
            .iter()
            .filter(live)
            .find_map(|result| result.reason.actor())
    }

    /// Writes the decision line.
    pub fn write(&self, out: &mut String) {
        out.push_str("{\"id\":");
        write_text(&self.id, out);
        out.push_str(",\"conclusion\":\"");
        out.push_str(self.conclusion.word());
        out.push_str("\",\"reason\":");
        self.reason.write(out);
        out.push_str(",\"results\":[");
        for (i, result) in self.results.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            out.push_str(&result.lead);
            out.push_str(result.mode.word());
            out.push_str("\",\"conclusion\":\"");
            out.push_str(result.conclusion.word());
            out.push_str("\",\"score\":");
            match result.score {
                Score::ZERO => out.push('0'),
                score => {
                    let _ = write!(out, "{score}");
                }
            }
            out.push_str(",\"reason\":");
            result.reason.write(out);
            out.push('}');
        }
        out.push(']');
        if let Some(refined) = &self.refined {
            out.push_str(",\"refined\":");
            refined.write(out);
        }
        out.push_str(",\"undetermined\":");
        write_names(&self.undetermined, out);
        out.push_str(",\"degraded\":");
        write_names(&self.degraded, out);
        out.push_str(",\"ip\":");
        match self.ip {
            Some(ip) => {
                out.push('"');
                identity::write_address(ip, out);
                out.push('"');
            }
            None => out.push_str("null"),
        }
        if let Some(details) = &self.ip_details {
            out.push_str(",\"ipDetails\":");
            out.push_str(details);
        }
        out.push_str(",\"actor\":");
        match self.actor() {
            Some(actor) => actor.write(out),
            None => out.push_str("null"),
        }
        out.push_str(",\"engine\":\"");
        out.push_str(&self.engine);
        out.push_str("\"}");
    }
}

/// How the results of a rule begin in decision lines, up to the mode.
pub(crate) fn lead(rule: &str, id: &str) -> Arc<str> {
    let mut out = String::from("{\"rule\":");
    write_text(rule, &mut out);
    out.push_str(",\"id\":");
    write_text(id, &mut out);
    out.push_str(",\"mode\":\"");
    out.into()
}

pub(crate) fn write_names(names: &[impl AsRef<str>], out: &mut String) {
    out.push('[');
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_text(name.as_ref(), out);
    }
    out.push(']');
}
