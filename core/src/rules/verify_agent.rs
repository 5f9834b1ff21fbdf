//! `verifyAgent`: an agent that acts for a user, by a token that says so.
//!
//! Reads a bearer JWT with the `act` claim of RFC 8693: `sub` is the user, `act`
//! who acts. The issuer is pinned to one algorithm and its keys; `none`, a
//! shared secret, and keys that the token itself brings (`jku`, `x5u`, `jwk`,
//! `x5c`) or an extension it insists on (`crit`) are refused. Then audience,
//! times, the scopes that the route asks for, and the token's own `constraints`
//! (`routes`, `maxAmount` with `currency` against `context.amount` and
//! `context.currency`, `count`); last, what has been spent: the token's
//! uses and the delegate's budget. A risky action by an agent that is not the
//! user is a CHALLENGE until the user has confirmed.
//!
//! A request without a token, with one that is no JWT, or with another issuer's
//! that names no agent, is none of an agent's: it passes, unless the rule is
//! `required`. It is not authentication of people. Does not find a stolen
//! token: bind tokens to keys, keep them short.
//!
//! Ed25519 is verified here (a third of a millisecond), ES256 and RS256 by the
//! host. Sources: RFC 7519, 7515, 8725, 8693, 9068, 8037, 9864.

mod claims;
mod issuers;
mod page;

pub(super) use page::MANUAL;

use super::{Finding, Judgement, Rule};
use crate::agents::Actor;
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::need::{Need, Reply};
use crate::policy::{Fault, Options};
use crate::quota::{key_prefix, piece};
use crate::store::{Key, Limit, Take};
use crate::text::json::Value;
use crate::text::jwt::{self, Jwt};
use crate::text::route;
use crate::units::{Millis, Number, Score};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use claims::{Delegation, Times};
use issuers::Issuer;

/// Headers by which a token would choose what verifies it (RFC 8725 section 3.10).
const FORBIDDEN: [&str; 6] = ["crit", "jku", "jwk", "x5c", "x5u", "b64"];

/// Scopes of a token that are looked at.
const SCOPES: usize = 64;

/// What a path asks for.
#[derive(Debug)]
struct Requirement {
    method: String,
    path: String,
    scopes: Vec<String>,
}

#[derive(Debug)]
struct VerifyAgent {
    issuers: Vec<Issuer>,
    audience: Vec<String>,
    requirements: Vec<Requirement>,
    required: bool,
    risky: Vec<String>,
    confirmed: i64,
    lifetime: i64,
    skew: i64,
    once: bool,
    budget: Option<Limit>,
    prefix: Vec<u8>,
}

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let mut requirements = Vec::new();
    let records = options.records("scopes").unwrap_or_default();
    for (index, record) in records.iter().enumerate() {
        let member = |name| {
            let found = record.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let scopes: Vec<String> = member("scopes")
            .split_ascii_whitespace()
            .map(str::to_string)
            .collect();
        let path = member("path");
        if path.is_empty() || scopes.is_empty() {
            let field = alloc::format!("scopes[{index}]");
            return Err(Fault::new(field, "no path or no scopes", "both"));
        }
        requirements.push(Requirement {
            method: member("method"),
            path,
            scopes,
        });
    }
    let risky = options.texts("risky").map_or_else(
        || {
            let words = [
                "admin",
                "checkout",
                "password_reset",
                "payment",
                "token_create",
            ];
            words.map(str::to_string).to_vec()
        },
        <[String]>::to_vec,
    );
    let seconds = |name, default| {
        let given = options.duration(name);
        given.map_or(default, |millis| {
            i64::try_from(millis.seconds_up()).unwrap_or(i64::MAX)
        })
    };
    let budget = options.group("budget").map(|group| Limit::SlidingWindow {
        max: group.integer("max").unwrap_or(1),
        interval: group.duration("interval").unwrap_or(Millis(1)),
    });
    Ok(Box::new(VerifyAgent {
        issuers: issuers::compile(options)?,
        audience: options.texts("audience").unwrap_or_default().to_vec(),
        requirements,
        required: options.flag("required").unwrap_or(false),
        risky,
        confirmed: seconds("confirmed", 300),
        lifetime: seconds("maxLifetime", 86_400),
        skew: seconds("clockSkew", 30),
        once: options.flag("once").unwrap_or(false),
        budget,
        prefix: key_prefix(options, Take::once(Key(0), Millis(0)).limit),
    }))
}

/// What is looked for, or what was found on the way to it.
type Checked<T> = Result<T, Box<Finding>>;

fn deny<T>(code: &'static str) -> Checked<T> {
    Err(Box::new(Finding::Judged(Judgement::deny(Reason::code(
        code,
    )))))
}

fn denied(code: &'static str, name: &'static str, text: &str) -> Box<Finding> {
    let reason = Reason::code(code).with(name, Detail::Text(text.to_string()));
    Box::new(Finding::Judged(Judgement::deny(reason)))
}

fn undetermined<T>(code: &'static str) -> Checked<T> {
    Err(Box::new(Finding::Undetermined(Reason::code(code))))
}

impl Rule for VerifyAgent {
    fn reads(&self, reads: &mut Reads) {
        reads.header("authorization");
        reads.target();
        reads.context();
    }

    fn find(&self, view: &View<'_>) -> Finding {
        self.judge(view).unwrap_or_else(|found| *found)
    }

    fn spent(&self, judgement: Judgement, needs: &[Need], replies: &[Reply]) -> Finding {
        for (need, reply) in needs.iter().zip(replies) {
            let (Need::Take(take), Reply::Taken(taken)) = (need, reply) else {
                return Finding::Undetermined(Reason::code("unanswered"));
            };
            if taken.allowed {
                continue;
            }
            let reason = match take.limit {
                Limit::Once { .. } => Reason::code("agent.replayed"),
                Limit::TokenBucket { .. } => Reason::code("agent.count"),
                Limit::SlidingWindow { max, .. } | Limit::FixedWindow { max, .. } => {
                    let reason =
                        Reason::code("agent.budget").with("limit", Detail::Count(max.into()));
                    match taken.retry_after {
                        Some(wait) => reason.with("retryAfter", Detail::Count(wait.seconds_up())),
                        None => reason,
                    }
                }
            };
            let actor = judgement.reason.details.into_iter();
            let reason = actor.fold(reason, |reason, (name, detail)| reason.with(name, detail));
            return Finding::Judged(Judgement::deny(reason));
        }
        Finding::Judged(judgement)
    }
}

impl VerifyAgent {
    fn judge(&self, view: &View<'_>) -> Checked<Finding> {
        let Some((jwt, issuer)) = self.token(view)? else {
            let reason = if self.required {
                return deny("agent.required");
            } else {
                "agent.none"
            };
            return Ok(Finding::Judged(Judgement::pass(Reason::code(reason))));
        };
        issuer.accepts(&jwt.header)?;
        let Some(now) = view.request.now else {
            return undetermined("agent.clock");
        };
        let now = i64::try_from(now.0 / 1000).unwrap_or(i64::MAX);
        let times = Times::read(&jwt.claims)?;
        self.in_time(&times, now)?;
        if !claims::audience(&jwt.claims, &self.audience)? {
            return deny("agent.audience");
        }
        let delegation = Delegation::read(&jwt.claims)?;
        issuer.verify(view, &jwt)?;
        let Some(agent) = delegation.agent else {
            if self.required {
                return deny("agent.required");
            }
            return Ok(Finding::Judged(Judgement::pass(Reason::code("agent.user"))));
        };
        let actor = Actor {
            agent: agent.to_string(),
            on_behalf_of: Some(delegation.user.to_string()),
            issuer: Some(issuer.name.clone()),
            scopes: self.in_effect(view, &delegation.scopes),
            expires: u64::try_from(times.expires).unwrap_or_default(),
            proof: "jwt",
        };
        let actor = ("actor", Detail::Actor(Box::new(actor)));
        Ok(match self.permit(view, &jwt, &delegation, agent, &times) {
            Ok(found) => with(found, actor),
            Err(found) => with(*found, actor),
        })
    }

    /// What a verified agent may do here.
    fn permit(
        &self,
        view: &View<'_>,
        jwt: &Jwt<'_>,
        delegation: &Delegation<'_>,
        agent: &str,
        times: &Times,
    ) -> Checked<Finding> {
        for missing in self.wanted(view) {
            if !delegation.scopes.contains(&missing) {
                return Err(denied("agent.scope", "missing", missing));
            }
        }
        let action = view.context.get("action").and_then(Value::as_text);
        let risky = action.filter(|action| self.risky.iter().any(|word| word == action));
        let count = claims::constraints(view, &jwt.claims, risky.is_some())?;
        if let Some(action) = risky
            && agent != delegation.user
            && !self.is_confirmed(view)
        {
            return Ok(Finding::Judged(Judgement {
                conclusion: Conclusion::Challenge,
                score: Score::ONE,
                reason: Reason::code("agent.step_up")
                    .with("action", Detail::Text(action.to_string())),
            }));
        }
        let judgement = Judgement::pass(Reason::code("agent.verified"));
        let mut needs = Vec::new();
        let uses = if self.once { Some(1) } else { count };
        if let Some(uses) = uses {
            let Some(id) = jwt.claims.get("jti").and_then(Value::as_text) else {
                return Err(denied("agent.claim", "claim", "jti"));
            };
            // the same for each use of a token, and never whole again while it is valid
            let life = times
                .issued
                .map_or(self.lifetime, |issued| times.expires.saturating_sub(issued));
            let life = life.saturating_add(self.skew.saturating_mul(2));
            let life = u64::try_from(life).unwrap_or_default().saturating_add(1);
            let limit = match uses {
                1 => Limit::Once {
                    lifetime: Millis(life.saturating_mul(1000)),
                },
                uses => Limit::TokenBucket {
                    capacity: uses,
                    refill: 1,
                    interval: Millis(life.saturating_mul(2000)),
                },
            };
            needs.push(self.take(view, b"jti", &[delegation.issuer, id], limit, 1));
        }
        if let Some(limit) = self.budget {
            let requested = view.context.get("requested").and_then(Value::as_number);
            let units = requested.and_then(Number::as_i64);
            let units = units.and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
            let whose = [delegation.issuer, delegation.user, agent];
            needs.push(self.take(view, b"budget", &whose, limit, units));
        }
        Ok(if needs.is_empty() {
            Finding::Judged(judgement)
        } else {
            Finding::Spends(judgement, needs)
        })
    }

    fn take(&self, view: &View<'_>, kind: &[u8], of: &[&str], limit: Limit, cost: u32) -> Need {
        let mut material = self.prefix.clone();
        piece(&mut material, kind);
        for part in of {
            piece(&mut material, part.as_bytes());
        }
        Need::Take(Take {
            key: view.keyer.key(&material),
            limit,
            cost,
        })
    }

    /// The token and its issuer; `None` where no agent is at work.
    fn token<'v>(&self, view: &View<'v>) -> Checked<Option<(Jwt<'v>, &Issuer)>> {
        let mut given = view.request.headers_named("authorization");
        let (Some(first), more) = (given.next(), given.next()) else {
            return Ok(None);
        };
        let token = match first.trim_ascii().split_at_checked(7) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token.trim_ascii(),
            _ => return Ok(None),
        };
        if more.is_some() {
            return deny("agent.malformed");
        }
        let Some(jwt) = jwt::parse(token) else {
            return if jwt::looks_like(token) {
                deny("agent.malformed")
            } else {
                Ok(None)
            };
        };
        let issuer = jwt.claims.get("iss").and_then(Value::as_text);
        let issuer = self
            .issuers
            .iter()
            .find(|known| Some(known.name.as_str()) == issuer);
        match issuer {
            Some(issuer) => Ok(Some((jwt, issuer))),
            None if jwt.claims.get("act").is_some() => deny("agent.issuer"),
            None => Ok(None),
        }
    }

    fn in_time(&self, times: &Times, now: i64) -> Checked<()> {
        if times.expires.saturating_add(self.skew) <= now {
            return deny("agent.expired");
        }
        if times
            .not_before
            .is_some_and(|from| from.saturating_sub(self.skew) > now)
        {
            return deny("agent.not_yet");
        }
        if times
            .issued
            .is_some_and(|at| at.saturating_sub(self.skew) > now)
        {
            return deny("agent.issued_ahead");
        }
        if times.expires.saturating_sub(times.issued.unwrap_or(now)) > self.lifetime {
            return deny("agent.lifetime");
        }
        Ok(())
    }

    /// The scopes that this route asks for.
    fn wanted<'s>(&'s self, view: &View<'_>) -> impl Iterator<Item = &'s str> {
        let path = view.request.path();
        let method = view.request.method;
        self.requirements
            .iter()
            .filter(move |wanted| {
                (wanted.method.is_empty()
                    || method.is_empty()
                    || wanted.method.as_bytes().eq_ignore_ascii_case(method))
                    && route::matches(&wanted.path, &path)
            })
            .flat_map(|wanted| &wanted.scopes)
            .map(String::as_str)
    }

    /// The token's scopes, or those of them that this route asks for.
    fn in_effect(&self, view: &View<'_>, scopes: &[&str]) -> Vec<String> {
        let wanted: Vec<&str> = self.wanted(view).collect();
        scopes
            .iter()
            .filter(|scope| wanted.is_empty() || wanted.contains(scope))
            .map(ToString::to_string)
            .collect()
    }

    fn is_confirmed(&self, view: &View<'_>) -> bool {
        let age = view.context.get("session.stepUpAgeSeconds");
        let age = age.and_then(Value::as_number).and_then(Number::as_i64);
        age.is_some_and(|age| (0..=self.confirmed).contains(&age))
    }
}

/// The finding, with who acts.
fn with(found: Finding, (name, detail): (&'static str, Detail)) -> Finding {
    let add = |judgement: Judgement| Judgement {
        reason: judgement.reason.with(name, detail),
        ..judgement
    };
    match found {
        Finding::Judged(judgement) => Finding::Judged(add(judgement)),
        Finding::Spends(judgement, needs) => Finding::Spends(add(judgement), needs),
        found => found,
    }
}
