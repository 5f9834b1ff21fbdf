//! Repeated probing: whoever keeps sending attacks is believed less.
//!
//! Off unless a policy asks, because it touches the store. What the shield finds
//! takes from a bucket that fills by `max` attacks every `interval`: an attack
//! (a score from `threshold` on) takes one, weaker evidence (from half of it on)
//! a quarter. With less than one attack left, weak evidence too is escalated.
//! A request without evidence is never touched and asks the store nothing.
//!
//! The bucket is the session's, where the application named one (`session.id`,
//! else `userId`), so what it refuses is denied. Else it is the address's, which
//! neighbours may share: then weak evidence is a CHALLENGE and never more (law 8).
//! An attack that is denied at once is counted too: it is no quota that a denied
//! request is spared (law 4), but the reason for what follows. If the store does
//! not answer, an attack is denied as ever, and of weak evidence the rule cannot
//! judge.

use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::View;
use crate::field::Field;
use crate::need::{Need, Reply};
use crate::policy::Options;
use crate::quota;
use crate::rules::{Finding, Judgement, Kind, Memo, Opt, page};
use crate::store::{Limit, Take};
use crate::text::json::Value;
use crate::units::{Millis, Score};
use alloc::string::ToString;
use alloc::vec::Vec;

/// The option.
pub(super) const OPTION: Opt = Opt {
    name: "probing",
    kind: Kind::Group(&[
        Opt {
            name: "max",
            kind: Kind::Integer {
                min: 1,
                max: 10_000,
            },
            required: true,
            doc: page("Attacks."),
        },
        Opt {
            name: "interval",
            kind: Kind::Duration,
            required: true,
            doc: page("The time in which that many are forgiven."),
        },
    ]),
    required: false,
    doc: "After `max` attacks within `interval` weak evidence is escalated too: denied where the \
          context names the session or the user, a CHALLENGE where only the address is known. \
          Touches the store for each request with evidence, so it is off unless asked for.",
};

/// What an attack takes, in units of the bucket; weak evidence takes one.
const ATTACK: u32 = 4;

/// Compiled.
#[derive(Debug)]
pub(super) struct Probing {
    limit: Limit,
    /// Everything of the key that is the same for each request.
    prefix: Vec<u8>,
    threshold: Score,
}

impl Probing {
    pub(super) fn new(options: &Options<'_>, threshold: Score) -> Option<Self> {
        let asked = options.group("probing")?;
        let units = asked.integer("max").unwrap_or(1).saturating_mul(ATTACK);
        let limit = Limit::TokenBucket {
            capacity: units,
            refill: units,
            interval: asked.duration("interval").unwrap_or(Millis(1)),
        };
        let mut prefix = quota::key_prefix(options, limit);
        quota::piece(&mut prefix, b"probing");
        Some(Self {
            limit,
            prefix,
            threshold,
        })
    }

    /// What to do about a judgement that found something.
    pub(super) fn count(&self, judgement: Judgement, view: &View<'_>) -> Finding {
        let weak = self.threshold.get() / 2;
        let score = judgement.score.get();
        if score == 0 || score < weak {
            return Finding::Judged(judgement);
        }
        let mut material = self.prefix.clone();
        let named = SESSION.iter().find(|name| names(view, name));
        let keyed = match named {
            Some(name) => {
                let field = Field::Context((*name).to_string());
                quota::key_field(&mut material, &field, view)
            }
            None => quota::key_field(&mut material, &Field::IpSrc, view),
        };
        if !keyed {
            return Finding::Judged(noted(judgement, "key_unknown"));
        }
        let cost = if judgement.conclusion == Conclusion::Deny {
            ATTACK
        } else {
            1
        };
        let take = Take {
            key: view.keyer.key(&material),
            limit: self.limit,
            cost,
        };
        let memo = Memo {
            key_fallback: named.is_none(),
            metered: false,
        };
        Finding::Suspects(judgement, Need::Take(take), memo)
    }

    /// The judgement again, once the store has answered.
    pub(super) fn escalated(&self, judgement: Judgement, memo: Memo, reply: &Reply) -> Finding {
        let attack = judgement.conclusion == Conclusion::Deny;
        let Reply::Taken(taken) = reply else {
            return if attack {
                Finding::Judged(noted(judgement, "unanswered"))
            } else {
                Finding::Undetermined(Reason::code("unanswered"))
            };
        };
        let there = taken.remaining.saturating_add(u32::from(taken.allowed));
        if attack || there >= ATTACK {
            return Finding::Judged(judgement);
        }
        let mut reason = Reason::code("shield.probing")
            .with("evidence", Detail::Text(judgement.reason.code.to_string()));
        reason.details.extend(judgement.reason.details);
        Finding::Judged(Judgement {
            conclusion: if memo.key_fallback {
                Conclusion::Challenge
            } else {
                Conclusion::Deny
            },
            score: judgement.score.max(self.threshold),
            reason,
        })
    }
}

/// What tells clients apart for the application, the narrowest first.
const SESSION: [&str; 2] = ["session.id", "userId"];

/// Whether the context has a name there; an empty one would lump everybody together.
fn names(view: &View<'_>, field: &str) -> bool {
    match view.context.get(field) {
        Some(Value::Text(name)) => !name.is_empty(),
        Some(Value::Number(_)) => true,
        _ => false,
    }
}

fn noted(judgement: Judgement, what: &'static str) -> Judgement {
    Judgement {
        reason: judgement
            .reason
            .with("probing", Detail::Text(what.to_string())),
        ..judgement
    }
}
