//! The second opinion: what rules found, weighed with what the request looks
//! like, how its sender has behaved, and what the application knows.
//!
//! Rules alone block real customers. Refine sums signals ([`SIGNALS`]) into a
//! margin, reads a calibrated probability of abuse off it, and concludes what
//! costs least for the action at stake. Every weight is a whole number, so the
//! explanation is the computation.
//!
//! What it may do (law 6): it only softens, unless the policy says `harden`,
//! where it may make CHALLENGE of ALLOW. A contract stands: a limit on a fact of
//! the application (account, tenant, budget), a filter, what the policy calls
//! `firm`, a rule that could not judge, a part of the body that nobody saw.
//! Certain code execution, deserialisation, XXE, SSRF and verified forgery
//! soften to CHALLENGE at most, and so does a decision whose quotas were
//! skipped. Where nothing speaks for the client, the rules' conclusion stands,
//! unless a calibration has a bar and the client stays below it.
//! Only LIVE rules count.
//!
//! Costs a few table look-ups and six in the store. It knows nothing of what the
//! application does not tell it; the weights come from a simulation, see
//! `core/model/refine.md`.

mod again;
mod costs;
mod facts;
mod found;
mod habits;
mod model;
mod options;
mod signals;
#[cfg(test)]
mod tests;

pub use costs::{ACTIONS, Costs, OTHERS};
pub use habits::{Actors, followed, report};
pub(crate) use model::nearest;
pub use model::{Model, POINTS, Weighed};
pub use options::Refine;
pub use signals::{COUNT, SIGNALS, Signal, Vector, contract};

use crate::decision::{Conclusion, Detail, Mode, Reason, RuleResult};
use crate::engine::{Reads, View};
use crate::need::World;
use crate::policy::Entry;
use crate::rules::filter::expression::Tri;
use crate::units::{Millis, Score};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use found::Found;
use habits::Actions;
use signals::At;

/// The second opinion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refined {
    /// The effective conclusion: in a dry run the rules'.
    pub conclusion: Conclusion,
    /// What it would be, in a dry run.
    pub would: Option<Conclusion>,
    /// The calibrated probability of abuse.
    pub score: Score,
    /// The sum without any signal, in thousandths of a logit.
    pub base: i32,
    /// The base and all weights.
    pub margin: i32,
    /// Weights that are not zero, the heaviest first.
    pub explanation: Vec<(&'static str, i32)>,
    /// The signals' levels.
    pub vector: Vector,
    /// The least that stays, whatever speaks for the client.
    pub floor: Conclusion,
}

/// What refine keeps of a request while its rules are being answered.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    vector: Vector,
    costs: Costs,
    prose: bool,
    at_most: Conclusion,
    at_least: Conclusion,
    actions: Actions,
    /// It only says what it would change.
    dry: bool,
}

impl Asked {
    /// An invariant holds here.
    fn bound(&mut self, invariant: &options::Invariant) {
        self.at_most = self.at_most.min(invariant.at_most);
        self.at_least = self.at_least.max(invariant.at_least);
    }

    /// Whose profiles the request belongs to.
    pub(crate) fn actors(&self) -> Actors {
        self.actions.keys
    }
}

impl Refine {
    /// Adds what refine reads of a request.
    pub(crate) fn reads(&self, reads: &mut Reads) {
        reads.target();
        reads.context();
        reads.ip();
        for header in ["user-agent", "accept-language", "cookie", "sec-fetch-site"] {
            reads.header(header);
        }
        for field in self.invariants.iter().flat_map(|one| one.when.fields()) {
            reads.field(field);
        }
    }

    /// Looks at request and context. Pure.
    pub(crate) fn ask(&self, view: &View<'_>, forced_dry_run: bool) -> Asked {
        let mut vector = Vector::default();
        facts::read(view.context, &mut vector);
        let has = |name: &str| view.request.header(name).is_some();
        if has("accept-language") {
            let site = view.request.header("sec-fetch-site");
            let visiting = has("cookie") && site.is_none_or(|site| site != b"cross-site");
            vector.raise(At::BROWSER, u8::from(visiting).saturating_add(1));
        }
        let mut asked = Asked {
            costs: self.costs(facts::action(view.context)),
            prose: facts::prose(view.context),
            actions: Actions::of(view),
            at_most: Conclusion::Deny,
            at_least: Conclusion::Allow,
            dry: forced_dry_run || !self.is_live(),
            vector,
        };
        for invariant in &self.invariants {
            if invariant.when.eval(view) == Tri::True {
                asked.bound(invariant);
            }
        }
        asked
    }

    /// Whether it takes part in decisions.
    pub(crate) fn is_live(&self) -> bool {
        self.mode == Mode::Live
    }

    /// Whether the policy says that a result stands.
    fn is_firm(&self, rule: &str, id: &str, code: &str) -> bool {
        self.firm
            .iter()
            .any(|name| name == rule || name == id || name == code)
    }

    /// The least that stays of a result, whatever speaks for the client.
    pub(crate) fn floor(&self, entry: &Entry, result: &RuleResult, prose: bool) -> Conclusion {
        if result.undetermined {
            return result.conclusion;
        }
        self.judged_floor(
            entry,
            result.conclusion,
            result.score,
            &result.reason,
            prose,
        )
    }

    /// The same of a judgement that is no result yet.
    pub(crate) fn judged_floor(
        &self,
        entry: &Entry,
        conclusion: Conclusion,
        score: Score,
        reason: &Reason,
        prose: bool,
    ) -> Conclusion {
        if self.is_firm(entry.manual.name, &entry.id, reason.code) {
            return conclusion;
        }
        of(entry, conclusion, score, reason).floor(prose)
    }

    /// Reconsiders what LIVE rules concluded; beside it, what the part of the body
    /// means that nobody saw.
    pub(crate) fn reconsider(
        &self,
        asked: &Asked,
        entries: &[Entry],
        results: &[RuleResult],
        [first, unseen]: [Conclusion; 2],
        world: &mut dyn World,
        now: Millis,
    ) -> Refined {
        let live = || {
            entries
                .iter()
                .zip(results)
                .filter(|(_, result)| result.mode == Mode::Live)
        };
        let known = asked.actions.look(world, now);
        let mut vector = asked.vector;
        let all = live().map(|(entry, result)| found(entry, result));
        found::read(all, asked.prose, known.quiet(), &mut vector);
        known.read(&asked.actions, now, &mut vector);
        let weighed = Model::default().weigh(&vector, self.points.as_ref());
        let skipped = live().any(|(_, result)| result.reason.code == "skipped");
        let floor = live()
            .map(|(entry, result)| self.floor(entry, result, asked.prose))
            .max()
            .unwrap_or(Conclusion::Allow)
            .max(unseen);
        let floor = if skipped && first != Conclusion::Allow {
            floor.max(Conclusion::Challenge)
        } else {
            floor
        };
        let conclusion = self.conclude(asked, &weighed, first, floor);
        let attack = live().any(|(entry, result)| found(entry, result).is_attack(asked.prose));
        let effective = if asked.dry { first } else { conclusion };
        let lasting = vector.get(At::STANDING) >= 3 || vector.get(At::HISTORY) >= 2;
        asked
            .actions
            .add([attack, habits::passes(effective), lasting], world, now);
        Refined::of(asked, &weighed, vector, first, conclusion, floor)
    }

    fn conclude(
        &self,
        asked: &Asked,
        weighed: &Weighed,
        first: Conclusion,
        floor: Conclusion,
    ) -> Conclusion {
        let cheapest = asked.costs.decide(weighed.score);
        // below the application's own bar nobody is stopped
        let reaches = self.least.is_none_or(|least| weighed.margin >= least);
        let softened = if !reaches {
            Conclusion::Allow
        } else if weighed.speaks_for() {
            first.min(cheapest)
        } else {
            first
        };
        let hardened = if self.harden && reaches && cheapest != Conclusion::Allow {
            softened.max(Conclusion::Challenge)
        } else {
            softened
        };
        hardened.min(asked.at_most).max(asked.at_least).max(floor)
    }
}

/// A result as refine looks at it.
fn found<'a>(entry: &Entry, result: &'a RuleResult) -> Found<'a> {
    of(entry, result.conclusion, result.score, &result.reason)
}

fn of<'a>(entry: &Entry, conclusion: Conclusion, score: Score, reason: &'a Reason) -> Found<'a> {
    let mut found = Found {
        rule: entry.manual.name,
        conclusion,
        score: score.get(),
        code: reason.code,
        place: "",
        findings: 0,
        tool: false,
        spoofed: false,
        quota: (0, 0),
        contract: entry.rule.contract(),
    };
    for (name, detail) in &reason.details {
        match (*name, detail) {
            ("place", Detail::Text(place)) => found.place = place,
            ("findings", Detail::Names(names)) => found.findings = names.len(),
            ("categories", Detail::Names(names)) => {
                found.tool = names
                    .iter()
                    .all(|name| matches!(name.as_str(), "TOOL" | "PROGRAMMATIC"));
            }
            ("limit", Detail::Count(limit)) => found.quota.0 = *limit,
            ("remaining", Detail::Count(left)) => found.quota.1 = *left,
            ("spoofed", Detail::Flag(yes)) => found.spoofed = *yes,
            ("key_fallback", Detail::Flag(true)) => found.contract = false,
            _ => {}
        }
    }
    found
}

impl Refined {
    fn of(
        asked: &Asked,
        weighed: &Weighed,
        vector: Vector,
        first: Conclusion,
        conclusion: Conclusion,
        floor: Conclusion,
    ) -> Self {
        let mut explanation: Vec<(&'static str, i32)> = SIGNALS
            .iter()
            .zip(weighed.weights)
            .filter(|(_, weight)| *weight != 0)
            .map(|(signal, weight)| (signal.name, weight))
            .collect();
        explanation.sort_by_key(|(_, weight)| core::cmp::Reverse(weight.unsigned_abs()));
        Self {
            conclusion: if asked.dry { first } else { conclusion },
            would: asked.dry.then_some(conclusion),
            score: weighed.score,
            base: weighed.base,
            margin: weighed.margin,
            explanation,
            vector,
            floor,
        }
    }

    /// Writes the member `refined` of a decision line, without its name.
    pub(crate) fn write(&self, out: &mut String) {
        out.push('{');
        if let Some(would) = self.would {
            let _ = write!(out, "\"mode\":\"DRY_RUN\",\"would\":\"{}\",", would.word());
        }
        let _ = write!(
            out,
            "\"conclusion\":\"{}\",\"score\":{},\"base\":{},\"margin\":{},\"explanation\":[",
            self.conclusion.word(),
            self.score,
            self.base,
            self.margin
        );
        for (index, (signal, weight)) in self.explanation.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let _ = write!(
                out,
                "{comma}{{\"signal\":\"{signal}\",\"weight\":{weight}}}"
            );
        }
        out.push_str("]}");
    }
}
