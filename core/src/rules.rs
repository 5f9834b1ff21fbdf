//! The one table that names every rule, and what a rule is.
//!
//! A rule is one file: its manual page, its options, what it finds, its tests.
//! Types for TypeScript and Python, the table of reason codes and the pages in
//! `docs/` are generated from the [`Manual`] in that file.

pub mod detect_bot;
pub mod detect_prompt_injection;
pub mod filter;
mod fixed_window;
mod sensitive_info;
pub mod shield;
mod sliding_window;
mod token_bucket;
pub mod validate_email;
mod verify_agent;

use crate::decision::{Conclusion, Reason};
use crate::engine::{Reads, View};
use crate::need::{Need, Reply};
use crate::policy::{Fault, Options};
use crate::units::Score;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// Every rule, in the order in which the documentation lists them.
pub const RULES: &[&Manual] = &[
    &shield::MANUAL,
    &detect_bot::MANUAL,
    &fixed_window::MANUAL,
    &sliding_window::MANUAL,
    &token_bucket::MANUAL,
    &validate_email::MANUAL,
    &verify_agent::MANUAL,
    &sensitive_info::MANUAL,
    &detect_prompt_injection::MANUAL,
    &filter::MANUAL,
];

/// One detector: options, `find`, nothing else.
pub trait Rule: Send + Sync {
    /// Adds what it reads of a request, so that hosts send nothing else.
    fn reads(&self, reads: &mut Reads);

    /// Looks at a request. Pure.
    fn find(&self, view: &View<'_>) -> Finding;

    /// Judges with the reply to what it asked for. Pure.
    fn answered(&self, memo: Memo, reply: &Reply) -> Finding {
        let _ = (memo, reply);
        Finding::Undetermined(Reason::code("unanswered"))
    }

    /// Whether it is a contract with somebody the application knows, which stands
    /// whatever speaks for the client.
    fn contract(&self) -> bool {
        false
    }

    /// Judges again once what it saw has been counted. Pure.
    fn counted(&self, judgement: Judgement, memo: Memo, reply: &Reply) -> Finding {
        let _ = (memo, reply);
        Finding::Judged(judgement)
    }

    /// Judges again once everything it had to spend has been asked for. Pure.
    fn spent(&self, judgement: Judgement, needs: &[Need], replies: &[Reply]) -> Finding {
        let _ = (needs, replies);
        Finding::Judged(judgement)
    }
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It could judge.
    Judged(Judgement),
    /// It could not, and why.
    Undetermined(Reason),
    /// It lacks facts about the outside, which `view.facts` holds when it looks
    /// again.
    Asks(Vec<Need>),
    /// It needs quota; the memo comes back with the reply.
    Needs(Need, Memo),
    /// It could judge, and what it saw is to be counted against the client even
    /// where the request is denied; the reply may harden the judgement.
    Suspects(Judgement, Need, Memo),
    /// It lets the request pass if all of this quota is given.
    Spends(Judgement, Vec<Need>),
}

/// What a rule keeps in mind while it waits for a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memo {
    /// The key is the client's address for want of anything better.
    pub key_fallback: bool,
    /// What it takes is a reservation, settled once the real use is known.
    pub metered: bool,
}

/// A rule's judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What the rule would do with the request.
    pub conclusion: Conclusion,
    /// Its belief that the request is what it looks for.
    pub score: Score,
    /// Why.
    pub reason: Reason,
}

impl Judgement {
    /// The rule lets the request pass and believes nothing of it.
    #[must_use]
    pub const fn pass(reason: Reason) -> Self {
        Self {
            conclusion: Conclusion::Allow,
            score: Score::ZERO,
            reason,
        }
    }

    /// The rule is certain and denies.
    #[must_use]
    pub const fn deny(reason: Reason) -> Self {
        Self {
            conclusion: Conclusion::Deny,
            score: Score::ONE,
            reason,
        }
    }
}

/// What a rule says of itself: the source of its types, docs and checks.
pub struct Manual {
    /// Its name in policies, and the constructor's in JavaScript.
    pub name: &'static str,
    /// One sentence: what it finds.
    pub summary: &'static str,
    /// Its options beside `mode`, `id` and `onError`.
    pub options: &'static [Opt],
    /// Its reason codes.
    pub codes: &'static [Code],
    /// What applies when it cannot judge and the policy does not say.
    pub on_error: Conclusion,
    /// Compiles the options.
    pub compile: fn(&Options<'_>) -> Result<Box<dyn Rule>, Fault>,
}

// rules that had to say what they hold would carry it into every build
impl fmt::Debug for dyn Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rule")
    }
}

impl fmt::Debug for Manual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What only documentation says: types and pages are written natively, and a module
/// that every server loads does without.
#[must_use]
pub const fn page(text: &'static str) -> &'static str {
    if cfg!(target_family = "wasm") {
        ""
    } else {
        text
    }
}

/// One option of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opt {
    /// Its name in policies.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// It has no default.
    pub required: bool,
    /// One sentence, with unit and default.
    pub doc: &'static str,
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number in a closed range.
    Integer {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
    },
    /// Seconds, or text such as `"60s"`, `"1h30m"`; 1 ms to 366 days.
    Duration,
    /// A decimal in `[0, 1]`.
    Fraction,
    /// `true` or `false`.
    Flag,
    /// A list of text.
    Texts,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of some of these words.
    Words(&'static [&'static str]),
    /// A list of characteristics, see [`crate::field`].
    Characteristics,
    /// A list of objects whose members are all text.
    Records(&'static [&'static str]),
    /// An object of names of fields, each with one of these words or a list of text.
    Fields(&'static [&'static str]),
    /// An object of these options.
    Group(&'static [Opt]),
}

/// What an option takes, as error messages and the documentation say it.
#[must_use]
pub fn expected(kind: Kind) -> alloc::string::String {
    crate::policy::expected(kind)
}

/// One reason code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The code; never changes its meaning.
    pub code: &'static str,
    /// What the rule saw; `{name}` stands for a detail of the reason.
    pub saw: &'static str,
    /// What would have changed the outcome; empty where nothing was held
    /// against the request.
    pub change: &'static str,
}

/// The codes that belong to no rule.
pub const COMMON_CODES: &[Code] = &[
    Code {
        code: "allow",
        saw: "no LIVE rule objected",
        change: "",
    },
    Code {
        code: "skipped",
        saw: "not asked for quota, because {by} already denied the request",
        change: "",
    },
    Code {
        code: "body.truncated",
        saw: "the body is longer than the inspected bound",
        change: "a shorter body, a higher body.maxBytes, or another body.oversize",
    },
    Code {
        code: "body.late",
        saw: "the body did not come in time, so its rest was not inspected",
        change: "a body that comes sooner, or a higher body.deadlineMs",
    },
    Code {
        code: "unanswered",
        saw: "a fact it asked for did not come",
        change: "an answer within the deadline; see the host's log",
    },
    Code {
        code: "fault",
        saw: "the engine failed while it judged this request",
        change: "this is a defect of Doorward: the report in the host's log says where",
    },
];

/// The codes of every rule and the common ones, in table order.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    RULES
        .iter()
        .flat_map(|manual| manual.codes)
        .chain(COMMON_CODES)
}
