//! Policy and request in, decision out.
//!
//! `judge` is pure: every rule looks once. `conclude` lets the outstanding
//! needs be answered, by a store in the process or by what the host brought,
//! and makes the decision. A host whose answers take time calls `judge` again
//! on the same frame: it is the same function.

use crate::context::Context;
use crate::decision::{Conclusion, Decision, Detail, Mode, Reason, RuleResult};
use crate::field::{Field, FieldValue, Fields};
use crate::frame::Frame;
use crate::identity::Client;
use crate::ip_facts;
use crate::keys::Keyer;
use crate::need::{Facts, Need, Reply, World};
use crate::pack::Packs;
use crate::policy::{Entry, Policy, PolicyError};
use crate::refine::{Actors, Asked, Refine};
use crate::request::Request;
use crate::rules::{Finding, Judgement, Memo};
use crate::settle::Reserved;
use crate::store::Taken;
use crate::text::email::mailbox::{canonical, registered};
use crate::text::email::{Accept, Email, parse};
use crate::text::json::{Value, write_text};
use crate::units::{Millis, Score};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::net::IpAddr;

/// The version that decision lines carry.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a rule sees of one request.
#[derive(Debug)]
pub struct View<'a> {
    /// The request.
    pub request: &'a Request<'a>,
    /// What the application knows.
    pub context: &'a Context,
    /// Who asks.
    pub client: Client,
    /// Makes keys of what is to be remembered.
    pub keyer: &'a Keyer,
    /// What the host answered of the outside.
    pub facts: &'a Facts,
}

impl View<'_> {
    /// The address in `context.email`, where it is one of any kind.
    pub(crate) fn email(&self) -> Option<Email<'_>> {
        let address = self.context.get("email").and_then(Value::as_text)?;
        parse(address.as_bytes(), Accept::ANY).ok()
    }

    /// What is to be asked before these fields can be read.
    pub fn lacks<'f>(&self, mut fields: impl Iterator<Item = &'f Field>) -> Option<Need> {
        let need = Need::Ip(self.client.ip?);
        let asks = fields.any(|field| matches!(field, Field::IpFact(_)));
        (asks && self.facts.get(&need).is_none()).then_some(need)
    }

    /// What was answered of the client's address.
    #[must_use]
    pub fn ip_reply(&self) -> Option<Reply> {
        self.facts.get(&Need::Ip(self.client.ip?))
    }
}

fn owned(text: String) -> Cow<'static, [u8]> {
    Cow::Owned(text.into_bytes())
}

impl Fields for View<'_> {
    fn field(&self, field: &Field) -> FieldValue<'_> {
        let text = |bytes: Option<Cow<'_, [u8]>>| match bytes {
            Some(bytes) => FieldValue::Text(Cow::Owned(bytes.into_owned())),
            None => FieldValue::Missing,
        };
        match field {
            Field::IpSrc => self.client.ip.map_or(FieldValue::Missing, FieldValue::Ip),
            Field::IpNetwork => {
                let network = self.client.neighbours();
                network.map_or(FieldValue::Missing, FieldValue::Ip)
            }
            Field::EmailCanonical => text(self.email().map(|email| owned(canonical(&email)))),
            Field::EmailDomain => {
                let domain = self.email().and_then(|email| email.domain.ascii());
                text(domain.map(|domain| owned(registered(&domain).to_string())))
            }
            Field::IpFact(fact) => match self.ip_reply() {
                Some(Reply::Fact(reply)) => fact.of(&reply),
                _ => FieldValue::Missing,
            },
            Field::Host => text(self.request.host()),
            // what is empty was not on the wire: a server action shows neither
            Field::Method if self.request.method.is_empty() => FieldValue::Missing,
            Field::Method => FieldValue::Text(Cow::Borrowed(self.request.method)),
            Field::Path if self.request.target.is_empty() => FieldValue::Missing,
            Field::Path => text(Some(self.request.path())),
            Field::Header(name) => text(self.request.header(name).map(Cow::Borrowed)),
            Field::Cookie(name) => text(self.request.cookie(name).map(Cow::Borrowed)),
            Field::Arg(name) => text(self.request.arg(name)),
            Field::Context(path) => match self.context.get(path) {
                Some(Value::Text(fact)) => FieldValue::Text(Cow::Borrowed(fact.as_bytes())),
                Some(Value::Number(number)) => FieldValue::Number(*number),
                Some(Value::Bool(yes)) => FieldValue::Bool(*yes),
                _ => FieldValue::Missing,
            },
        }
    }
}

/// What a compiled policy reads of a request; hosts frame nothing else.
#[derive(Clone, Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one part of a request"
)]
pub struct Reads {
    headers: BTreeSet<String>,
    target: bool,
    body: bool,
    inspects: bool,
    context: bool,
    ip: bool,
}

impl Reads {
    /// The header of this (lower-case) name.
    pub fn header(&mut self, name: &str) {
        if !self.headers.contains(name) {
            self.headers.insert(name.to_string());
        }
    }

    /// Path and query.
    pub fn target(&mut self) {
        self.target = true;
    }

    /// The body, to look for something in it: what is not here may hold it.
    pub fn body(&mut self) {
        self.body = true;
        self.inspects = true;
    }

    /// The body, where a signature speaks of it: what is not here is no evidence.
    pub fn body_as_signed(&mut self) {
        self.body = true;
    }

    /// The application's context.
    pub fn context(&mut self) {
        self.context = true;
    }

    /// The client's address.
    pub fn ip(&mut self) {
        self.ip = true;
    }

    /// Whatever a field needs.
    pub fn field(&mut self, field: &Field) {
        match field {
            Field::IpSrc | Field::IpNetwork | Field::IpFact(_) => self.ip(),
            Field::Host => {
                self.target();
                self.header("host");
            }
            Field::Method => {}
            Field::Path | Field::Arg(_) => self.target(),
            Field::Header(name) => self.header(name),
            Field::Cookie(_) => self.header("cookie"),
            Field::Context(_) | Field::EmailCanonical | Field::EmailDomain => self.context(),
        }
    }
}

/// A policy, ready to judge.
#[derive(Debug)]
pub struct Engine {
    policy: Policy,
    keyer: Keyer,
    reads: Reads,
    /// A LIVE rule looks at bodies: what it could not see counts.
    live_body: bool,
    name: Arc<str>,
    forced_dry_run: bool,
    rehearsal: bool,
}

/// What every rule saw, before the outside was asked.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the frame"
)]
pub struct Judged {
    id: String,
    now: Option<Millis>,
    client: Client,
    ip_details: Option<String>,
    findings: Vec<Finding>,
    degraded: Vec<&'static str>,
    oversize: bool,
    late: bool,
    unreadable: bool,
    /// The host has said all it will of the outside.
    final_facts: bool,
    asked: Option<Box<Asked>>,
}

impl Judged {
    /// Whose profiles the request belongs to, where there is a second opinion:
    /// outcomes are added there.
    #[must_use]
    pub fn actors(&self) -> Actors {
        let asked = self.asked.as_ref();
        asked.map_or_else(Actors::default, |asked| asked.actors())
    }
}

impl Judged {
    /// In whose name the outside is asked: IPv4 whole, IPv6 by /64.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        self.client.network()
    }
}

/// A decision, or the facts it lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "made once a request and moved once; a box would be an allocation for each"
)]
pub enum Step {
    /// Decided.
    Decided(Decision),
    /// Ask these, then judge the same frame again.
    Needs(Vec<Need>),
}

impl Engine {
    /// Compiles a policy.
    ///
    /// # Errors
    /// What is wrong with the policy.
    pub fn new(policy: &str, keyer: Keyer) -> Result<Self, PolicyError> {
        Self::with_packs(policy, keyer, Packs::NONE)
    }

    /// Compiles a policy whose rules need packs.
    ///
    /// # Errors
    /// What is wrong with the policy, or the pack that is not there.
    pub fn with_packs(policy: &str, keyer: Keyer, packs: &Packs) -> Result<Self, PolicyError> {
        let policy = Policy::parse(policy, packs)?;
        let (mut reads, mut live) = (Reads::default(), Reads::default());
        for entry in &policy.entries {
            entry.rule.reads(&mut reads);
            if entry.mode == Mode::Live {
                entry.rule.reads(&mut live);
            }
        }
        if let Some(refine) = &policy.refine {
            refine.reads(&mut reads);
        }
        let name = format!("doorward/{VERSION} {}", policy.hash()).into();
        Ok(Self {
            policy,
            keyer,
            reads,
            live_body: live.inspects,
            name,
            forced_dry_run: false,
            rehearsal: false,
        })
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// From now on every rule is a dry run, and every decision says so: the
    /// on-call switch `DOORWARD_MODE=DRY_RUN`.
    pub fn force_dry_run(&mut self) {
        self.forced_dry_run = true;
    }

    /// Reconsiders a decision line of this policy with a context: the letter of the
    /// effective conclusion and the line with the second opinion in it. `None` if
    /// the line is no object.
    #[must_use]
    pub fn refine(&self, line: &str, context: &str) -> Option<String> {
        let line = Value::parse(line.as_bytes()).ok();
        let line = line.filter(|line| matches!(line, Value::Object(_)))?;
        let context = Context::parse(context.as_bytes()).unwrap_or_default();
        let plain = Refine::default();
        let refine = self.policy.refine.as_ref().unwrap_or(&plain);
        Some(refine.again(&self.policy.entries, &line, &context))
    }

    /// From now on refine takes part as if it were LIVE, and changes nothing: what
    /// its weights are trained and measured on does not depend on them.
    #[doc(hidden)]
    pub fn rehearse(&mut self) {
        self.rehearsal = true;
    }

    /// From now on keys are made by this keyer: HMACs for a shared store.
    pub fn rekey(&mut self, keyer: Keyer) {
        self.keyer = keyer;
    }

    /// Whether a rule looks at bodies.
    #[must_use]
    pub fn reads_body(&self) -> bool {
        self.reads.body
    }

    /// What a host has to frame, as JSON. One that knows its platform, or that
    /// it is on none (the empty text), is spared the other platforms' headers.
    #[must_use]
    pub fn reads(&self, platform: Option<&str>) -> String {
        let mut reads = self.reads.clone();
        for header in self.policy.trust.headers(platform) {
            reads.header(header);
        }
        let mut out = String::from("{\"headers\":[");
        for (index, name) in reads.headers.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_text(name, &mut out);
        }
        let _ = write!(out, "],\"target\":{},\"body\":", reads.target);
        if reads.body {
            let body = self.policy.body;
            let _ = write!(
                out,
                "{{\"maxBytes\":{},\"tailBytes\":{},\"spoolBytes\":{},\"deadlineMs\":{}}}",
                body.max_bytes,
                crate::policy::BodyBounds::TAIL,
                body.spool_bytes(),
                body.deadline_ms
            );
        } else {
            out.push_str("null");
        }
        let _ = write!(out, ",\"context\":{},\"ip\":{}}}", reads.context, reads.ip);
        out
    }

    /// Lets every rule look at the framed request, with nothing known of the
    /// outside yet. Pure and total: a frame that cannot be read is a fault of
    /// the shell, and is denied.
    #[must_use]
    pub fn judge(&self, frame: &[u8]) -> Judged {
        self.judge_with(frame, Facts::OPEN)
    }

    /// The same with what the host answered.
    #[must_use]
    pub fn judge_with(&self, frame: &[u8], facts: &Facts) -> Judged {
        let Some(frame) = Frame::parse(frame) else {
            return Judged {
                id: String::new(),
                now: None,
                client: Client::default(),
                ip_details: None,
                findings: Vec::new(),
                degraded: Vec::new(),
                oversize: false,
                late: false,
                unreadable: true,
                final_facts: true,
                asked: None,
            };
        };
        let request = frame.request();
        let mut degraded = Vec::new();
        let context = Context::parse(frame.context()).unwrap_or_else(|_| {
            degraded.push("context");
            Context::default()
        });
        let client = self.policy.trust.client(&request, &context);
        let view = View {
            request: &request,
            context: &context,
            client,
            keyer: &self.keyer,
            facts,
        };
        Judged {
            id: String::from_utf8_lossy(request.id).into_owned(),
            now: request.now,
            client,
            ip_details: client
                .ip
                .and_then(|ip| facts.known(&Need::Ip(ip)))
                .map(|reply| ip_facts::shown(&reply)),
            findings: self
                .policy
                .entries
                .iter()
                .map(|entry| entry.rule.find(&view))
                .collect(),
            degraded,
            oversize: request.body.truncated,
            late: request.body.late,
            unreadable: false,
            final_facts: facts.are_final(),
            asked: self
                .policy
                .refine
                .as_ref()
                .map(|refine| Box::new(refine.ask(&view, self.forced_dry_run || self.rehearsal))),
        }
    }

    /// Has the needs answered and decides. `id` names the decision unless the
    /// request brought a name.
    pub fn conclude(
        &self,
        judged: Judged,
        id: impl FnOnce() -> String,
        world: &mut dyn World,
    ) -> Step {
        let mut id = Some(id);
        let mut id = || id.take().map_or_else(String::new, |id| id());
        self.concluded(judged, &mut id, world)
    }

    /// The same, one body of code for all worlds.
    #[allow(
        clippy::too_many_lines,
        reason = "the steps of one conclusion, in their order"
    )]
    fn concluded(
        &self,
        judged: Judged,
        id: &mut dyn FnMut() -> String,
        world: &mut dyn World,
    ) -> Step {
        let Judged {
            id: given,
            now,
            client,
            ip_details,
            mut findings,
            mut degraded,
            oversize,
            late,
            unreadable,
            final_facts,
            asked,
        } = judged;
        let denied_by = self.denied_locally(&findings);
        let now = now.unwrap_or_default();
        let mut outstanding = Vec::new();
        if denied_by.is_none() && !final_facts {
            for finding in &findings {
                let Finding::Asks(needs) = finding else {
                    continue;
                };
                for need in needs {
                    if !outstanding.contains(need) {
                        outstanding.push(need.clone());
                    }
                }
            }
            if !outstanding.is_empty() {
                return Step::Needs(outstanding);
            }
        }
        let mut reserved = Vec::new();
        for (entry, finding) in self.policy.entries.iter().zip(&mut findings) {
            let asked: (&mut dyn World, _) = (&mut *world, now);
            answer(
                entry,
                finding,
                denied_by,
                asked,
                &mut outstanding,
                &mut reserved,
            );
        }
        let actors = asked.as_ref().map(|asked| asked.actors());
        let actors = actors.into_iter().flatten().flatten();
        outstanding.extend(
            actors
                .filter(|key| !world.has_profile(*key))
                .map(Need::Profile),
        );
        if !outstanding.is_empty() {
            return Step::Needs(outstanding);
        }
        if self.forced_dry_run {
            degraded.push("dry_run");
        }
        let results: Vec<RuleResult> = self
            .policy
            .entries
            .iter()
            .zip(findings)
            .map(|(entry, finding)| self.result(entry, finding))
            .collect();
        let (mut conclusion, mut reason) = strongest(&results);
        let (unseen, code) = self.unseen(oversize, late);
        if unseen > conclusion {
            conclusion = unseen;
            reason = Reason::code(code);
        }
        let refined = match (&self.policy.refine, &asked) {
            (Some(refine), Some(asked)) => {
                let both = [conclusion, unseen];
                let entries = &self.policy.entries;
                let refined = refine.reconsider(asked, entries, &results, both, world, now);
                Some(Box::new(refined))
            }
            _ => None,
        };
        degraded.extend(world.degraded());
        if unreadable {
            conclusion = Conclusion::Deny;
            reason = Reason::code("fault");
        }
        if oversize {
            degraded.push("body.truncated");
        }
        if late {
            degraded.push("body.late");
        }
        let undetermined = results
            .iter()
            .filter(|result| result.undetermined && result.mode == Mode::Live)
            .map(|result| Arc::clone(&result.id))
            .collect();
        Step::Decided(Decision {
            id: if given.is_empty() { id() } else { given },
            conclusion,
            reason,
            results,
            refined,
            undetermined,
            degraded,
            ip: client.ip,
            ip_details,
            engine: Arc::clone(&self.name),
            reserved,
        })
    }

    fn mode(&self, entry: &Entry) -> Mode {
        if self.forced_dry_run {
            Mode::DryRun
        } else {
            entry.mode
        }
    }

    /// What the part of a body that no rule saw means, and its code. Whoever
    /// sends it late has chosen to: that is never let pass unseen.
    fn unseen(&self, truncated: bool, late: bool) -> (Conclusion, &'static str) {
        let asked = self.policy.body.oversize;
        match (late, truncated) {
            _ if self.forced_dry_run || !self.live_body => (Conclusion::Allow, "allow"),
            (true, _) => (asked.max(Conclusion::Challenge), "body.late"),
            (false, true) => (asked, "body.truncated"),
            (false, false) => (Conclusion::Allow, "allow"),
        }
    }

    /// The LIVE rule that denies without the outside, whatever refine says, if one
    /// does: then no quota is taken (law 4).
    fn denied_locally(&self, findings: &[Finding]) -> Option<&Entry> {
        let refine = self.policy.refine.as_ref();
        let refine = refine.filter(|refine| refine.is_live());
        let denies = |entry: &Entry, finding: &Finding| match finding {
            Finding::Judged(judgement)
            | Finding::Suspects(judgement, ..)
            | Finding::Spends(judgement, _) => {
                let Judgement {
                    conclusion,
                    score,
                    reason,
                } = judgement;
                let stays = refine.map_or(*conclusion, |refine| {
                    refine.judged_floor(entry, *conclusion, *score, reason, true)
                });
                stays == Conclusion::Deny
            }
            Finding::Undetermined(_) => entry.on_error == Conclusion::Deny,
            Finding::Needs(..) | Finding::Asks(_) => false,
        };
        self.policy
            .entries
            .iter()
            .zip(findings)
            .find(|(entry, finding)| self.mode(entry) == Mode::Live && denies(entry, finding))
            .map(|(entry, _)| entry)
    }

    fn result(&self, entry: &Entry, finding: Finding) -> RuleResult {
        let (judgement, undetermined) = match finding {
            Finding::Judged(judgement)
            | Finding::Suspects(judgement, ..)
            | Finding::Spends(judgement, _) => (judgement, false),
            Finding::Undetermined(reason) => (
                Judgement {
                    conclusion: entry.on_error,
                    score: Score::ZERO,
                    reason: reason.with("undetermined", Detail::Flag(true)),
                },
                true,
            ),
            Finding::Needs(..) | Finding::Asks(_) => (
                Judgement {
                    conclusion: entry.on_error,
                    score: Score::ZERO,
                    reason: Reason::code("unanswered").with("undetermined", Detail::Flag(true)),
                },
                true,
            ),
        };
        RuleResult {
            rule: entry.manual.name,
            id: Arc::clone(&entry.id),
            lead: Arc::clone(&entry.lead),
            mode: self.mode(entry),
            conclusion: judgement.conclusion,
            score: judgement.score,
            undetermined,
            reason: judgement.reason,
        }
    }
}

fn skipped(by: &Entry) -> Finding {
    let reason = Reason::code("skipped").with("by", Detail::Text(by.id.to_string()));
    Finding::Judged(Judgement::pass(reason))
}

/// What an answered need took in advance.
fn reservation(finding: &Finding, reply: &Reply, now: Millis) -> Option<Reserved> {
    let Finding::Needs(Need::Take(take), Memo { metered: true, .. }) = finding else {
        return None;
    };
    let Reply::Taken(Taken {
        allowed: true,
        reset,
        ..
    }) = reply
    else {
        return None;
    };
    Some(Reserved {
        key: take.key,
        limit: take.limit,
        units: take.cost,
        until: Millis(now.0.saturating_add(reset.0)),
    })
}

/// A rule's finding once its need is answered; one that asks twice is not
/// asked again (law 3).
fn settled(entry: &Entry, finding: &Finding, reply: &Reply) -> Finding {
    let settled = match finding {
        Finding::Needs(_, memo) => entry.rule.answered(*memo, reply),
        Finding::Suspects(judgement, _, memo) => {
            entry.rule.counted(judgement.clone(), *memo, reply)
        }
        settled => settled.clone(),
    };
    once(settled)
}

/// A finding that asks for nothing more.
fn once(settled: Finding) -> Finding {
    match settled {
        Finding::Needs(..) | Finding::Asks(_) => Finding::Undetermined(Reason::code("unanswered")),
        Finding::Suspects(judgement, ..) | Finding::Spends(judgement, _) => {
            Finding::Judged(judgement)
        }
        settled => settled,
    }
}

/// Has what a finding needs answered, unless another rule denies.
fn answer(
    entry: &Entry,
    finding: &mut Finding,
    denied_by: Option<&Entry>,
    (world, now): (&mut dyn World, Millis),
    outstanding: &mut Vec<Need>,
    reserved: &mut Vec<Reserved>,
) {
    let need = match (&*finding, denied_by) {
        (Finding::Needs(..) | Finding::Asks(_), Some(by)) => {
            *finding = skipped(by);
            return;
        }
        // no quota: what a client is suspected of counts in any case
        (Finding::Needs(need, _) | Finding::Suspects(_, need, _), _) => need,
        (Finding::Spends(..), _) => {
            spend(entry, finding, denied_by, (world, now), outstanding);
            return;
        }
        (Finding::Judged(_) | Finding::Undetermined(_) | Finding::Asks(_), _) => return,
    };
    match world.answer(need, now) {
        Some(reply) => {
            reserved.extend(reservation(finding, &reply, now));
            *finding = settled(entry, finding, &reply);
        }
        None => outstanding.push(need.clone()),
    }
}

/// Asks for all that a rule has to spend, unless another denies.
fn spend(
    entry: &Entry,
    finding: &mut Finding,
    denied_by: Option<&Entry>,
    (world, now): (&mut dyn World, Millis),
    outstanding: &mut Vec<Need>,
) {
    let Finding::Spends(judgement, needs) = &*finding else {
        return;
    };
    if let Some(by) = denied_by {
        *finding = skipped_for(judgement, by);
        return;
    }
    let mut replies = Vec::with_capacity(needs.len());
    for need in needs {
        match world.answer(need, now) {
            Some(reply) => replies.push(reply),
            None => outstanding.push(need.clone()),
        }
    }
    if replies.len() == needs.len() {
        *finding = once(entry.rule.spent(judgement.clone(), needs, &replies));
    }
}

/// Skipped, and still known who acts.
fn skipped_for(judgement: &Judgement, by: &Entry) -> Finding {
    let mut finding = skipped(by);
    let actor = judgement.reason.details.iter();
    let actor = actor.filter(|(_, detail)| matches!(detail, Detail::Actor(_)));
    if let Finding::Judged(skipped) = &mut finding {
        skipped.reason.details.extend(actor.cloned());
    }
    finding
}

/// The strongest LIVE conclusion and the first reason for it.
fn strongest(results: &[RuleResult]) -> (Conclusion, Reason) {
    let mut best = (Conclusion::Allow, None);
    for result in results.iter().filter(|result| result.mode == Mode::Live) {
        if result.conclusion > best.0 {
            best = (result.conclusion, Some(&result.reason));
        }
    }
    (best.0, best.1.cloned().unwrap_or(Reason::code("allow")))
}
