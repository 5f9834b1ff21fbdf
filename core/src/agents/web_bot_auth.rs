//! Web Bot Auth: an agent signs its requests (RFC 9421, Ed25519) and says where
//! its keys are (`Signature-Agent`).
//!
//! Checked in the order of cost: what the signature says of itself, what it
//! covers, whose key it is, the signature, and last whether its nonce is new.
//! Keys are found by (agent, thumbprint): pinned in the policy, or in the
//! agent's directory where the policy names the agent. A key that another agent
//! publishes is no key of this one.
//!
//! A covered `content-digest` must be the body's (`digest`). Sources: RFC 9421,
//! RFC 9530, RFC 7638, draft-ietf-webbotauth-httpsig-protocol and its directory,
//! and the vectors of both.

mod digest;
mod directory;
mod incoming;
mod options;
mod signed;

pub(crate) use options::OPTION;

use crate::engine::{Reads, View};
use crate::need::{Need, Reply};
use crate::quota::piece;
use crate::request::Request;
use crate::store::Take;
use crate::text::ed25519;
use crate::text::jwk::{self, Key, Named};
use crate::text::route;
use crate::text::structured_field::{Bare, Item, Member, Parameters, dictionary, parameter};
use crate::units::Millis;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use directory::{is_bound, is_public_name};
use incoming::authority;
use signed::{Signed, covered_agent, holds};

/// What the signatures of agents are tagged with.
const TAG: &str = "web-bot-auth";
/// Where an agent keeps its keys.
const WELL_KNOWN: &str = "/.well-known/http-message-signatures-directory";
/// Signatures of a request that are looked at.
const SIGNATURES: usize = 3;

/// Header fields that a signature may cover, since hosts show a policy only
/// the fields it names.
const COVERABLE: [&str; 15] = [
    "accept",
    "accept-language",
    "authorization",
    "content-digest",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "host",
    "origin",
    "referer",
    "signature-agent",
    "signature-key",
    "user-agent",
];

/// The compiled option.
#[derive(Debug)]
pub(crate) struct WebBotAuth {
    allow: Vec<String>,
    directories: Vec<String>,
    keys: Vec<(String, String, ed25519::Key)>,
    authorities: Vec<String>,
    strict: Vec<String>,
    lifetime: i64,
    skew: i64,
    test_keys: bool,
    prefix: Vec<u8>,
}

/// What a signature came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The request carries no signature that concerns us.
    Unsigned,
    /// The keys that are to be fetched.
    Asks(Need),
    /// It holds.
    Verified(Verified),
    /// It was checked and does not hold: code, and what is missing.
    Invalid(&'static str, Option<&'static str>),
    /// It could not be checked.
    Unverified(&'static str),
    /// The world failed: its keys could not be fetched.
    Failed(&'static str),
}

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verified {
    /// The agent's origin, or the pinned key's.
    pub(crate) agent: String,
    /// In seconds.
    pub(crate) expires: u64,
    /// Whether its nonce is new, to be asked.
    pub(crate) nonce: Option<Take>,
}

type Checked<T> = Result<T, Outcome>;

fn invalid<T>(code: &'static str) -> Checked<T> {
    Err(Outcome::Invalid(code, None))
}

impl WebBotAuth {
    pub(crate) fn reads(reads: &mut Reads) {
        reads.target();
        for name in ["signature", "signature-input"].iter().chain(&COVERABLE) {
            reads.header(name);
        }
        reads.body_as_signed();
    }

    /// Whether the policy lets this verified agent pass.
    pub(crate) fn allows(&self, agent: &str) -> bool {
        self.allow.iter().any(|name| name == "*" || name == agent)
    }

    /// Checks the request's signatures: the best that one of them came to.
    pub(crate) fn look(&self, view: &View<'_>) -> Outcome {
        let request = view.request;
        let agents = joined(request, "signature-agent");
        let input = joined(request, "signature-input");
        let Some(input) = input else {
            return Outcome::Unsigned;
        };
        let Some(inputs) = dictionary(&input) else {
            // other uses of signatures are none of ours to judge
            return if agents.is_some() {
                Outcome::Invalid("bot.signature.malformed", None)
            } else {
                Outcome::Unsigned
            };
        };
        let mut best = Outcome::Unsigned;
        let ours = |member: &&(String, Member)| match &member.1 {
            Member::Inner(_, parameters) => {
                parameter(parameters, "tag").and_then(Bare::as_text) == Some(TAG)
            }
            Member::Item(_) => false,
        };
        for (label, member) in inputs.iter().filter(ours).take(SIGNATURES) {
            let Member::Inner(components, parameters) = member else {
                continue;
            };
            let outcome = self
                .check(view, label, components, parameters, agents.as_deref())
                .map_or_else(|outcome| outcome, Outcome::Verified);
            if rank(&outcome) > rank(&best) {
                best = outcome;
            }
        }
        if best == Outcome::Unsigned && agents.is_some() {
            return Outcome::Unverified("bot.signature.tag");
        }
        best
    }

    fn check(
        &self,
        view: &View<'_>,
        label: &str,
        components: &[Item],
        parameters: &Parameters,
        agents: Option<&[u8]>,
    ) -> Checked<Verified> {
        let request = view.request;
        let values = joined(request, "signature").unwrap_or_default();
        let values = dictionary(&values).unwrap_or_default();
        let value = values.iter().find(|(name, _)| name == label);
        let Some((
            _,
            Member::Item(Item {
                value: Bare::Bytes(value),
                ..
            }),
        )) = value
        else {
            return invalid("bot.signature.value");
        };
        let signed = Signed::read(components, parameters, value)?;
        let now = view.request.now;
        let now = now.map(|now| i64::try_from(now.0 / 1000).unwrap_or(i64::MAX));
        let Some(now) = now else {
            return Err(Outcome::Unverified("bot.signature.clock"));
        };
        self.in_time(&signed, now)?;
        let agent = covered_agent(&signed, agents)?;
        self.covers(&signed, request)?;
        if !self.authorities.is_empty() {
            let authority = authority(request).unwrap_or_default();
            if !self
                .authorities
                .iter()
                .any(|own| own.as_bytes() == &*authority)
            {
                return invalid("bot.signature.authority");
            }
        }
        let (agent, key) = self.key(view, agent, signed.keyid)?;
        if !self.test_keys && ed25519::is_printed(&key) {
            return invalid("bot.signature.test_key");
        }
        holds(request, &signed, &key)?;
        digest::check(request, signed.components)?;
        let nonce = parameter(parameters, "nonce").and_then(Bare::as_text);
        let nonce = nonce.map(|nonce| {
            let mut material = self.prefix.clone();
            piece(&mut material, signed.keyid.as_bytes());
            piece(&mut material, nonce.as_bytes());
            let life = signed.expires.saturating_sub(signed.created);
            let life = life.saturating_add(self.skew.saturating_mul(2));
            let life = u64::try_from(life).unwrap_or_default().saturating_add(1);
            Take::once(view.keyer.key(&material), Millis(life.saturating_mul(1000)))
        });
        Ok(Verified {
            agent,
            expires: u64::try_from(signed.expires).unwrap_or_default(),
            nonce,
        })
    }

    fn in_time(&self, signed: &Signed<'_>, now: i64) -> Checked<()> {
        let (created, expires) = (signed.created, signed.expires);
        if expires <= created {
            return invalid("bot.signature.order");
        }
        if expires.saturating_sub(created) > self.lifetime {
            return invalid("bot.signature.lifetime");
        }
        if created.saturating_sub(self.skew) > now {
            return invalid("bot.signature.future");
        }
        if expires.saturating_add(self.skew) < now {
            return invalid("bot.signature.expired");
        }
        Ok(())
    }

    /// What must be covered so that the signature cannot serve elsewhere.
    fn covers(&self, signed: &Signed<'_>, request: &Request<'_>) -> Checked<()> {
        let covers = |name: &str| {
            let plain = |item: &Item| item.value.as_text() == Some(name);
            signed.components.iter().any(plain)
        };
        let target = covers("@target-uri");
        if !target && !covers("@authority") {
            return invalid("bot.signature.uncovered");
        }
        let path = request.path();
        if self
            .strict
            .iter()
            .any(|pattern| route::matches(pattern, &path))
        {
            let missing = if !covers("@method") {
                "@method"
            } else if !target && !covers("@path") && !covers("@request-target") {
                "@path"
            } else if parameter(signed.parameters, "nonce").is_none() {
                "nonce"
            } else {
                return Ok(());
            };
            return Err(Outcome::Invalid("bot.signature.coverage", Some(missing)));
        }
        Ok(())
    }

    /// The agent and its key of this thumbprint.
    fn key(
        &self,
        view: &View<'_>,
        agent: Option<String>,
        keyid: &str,
    ) -> Checked<(String, ed25519::Key)> {
        let pinned = self.keys.iter().find(|(owner, thumbprint, _)| {
            thumbprint == keyid && agent.as_ref().is_none_or(|agent| agent == owner)
        });
        if let Some((owner, _, key)) = pinned {
            return Ok((owner.clone(), *key));
        }
        let unknown = Outcome::Unverified("bot.signature.unknown_key");
        let Some(agent) = agent else {
            return Err(unknown);
        };
        let named = |name: &String| name == "*" || *name == agent;
        if !self.directories.iter().any(named) {
            return Err(unknown);
        }
        if !is_public_name(&agent) {
            return Err(Outcome::Unverified("bot.signature.agent_address"));
        }
        let need = Need::Key(format!("{agent}{WELL_KNOWN}"));
        let failed = Outcome::Failed("bot.signature.directory");
        let directory = match view.facts.get(&need) {
            None => return Err(Outcome::Asks(need)),
            Some(Reply::Fact(directory)) => directory,
            Some(_) => return Err(failed),
        };
        if !is_bound(&directory, &agent) {
            return Err(failed);
        }
        Named::read_set(&directory)
            .into_iter()
            .find_map(|named| match named.key {
                Key::Ed25519(key) if jwk::thumbprint(&key) == keyid => Some((agent.clone(), key)),
                _ => None,
            })
            .ok_or(unknown)
    }
}

/// Which outcome counts where a request carries several signatures.
fn rank(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Unsigned => 0,
        Outcome::Invalid(..) => 1,
        Outcome::Unverified(_) => 2,
        Outcome::Failed(_) => 3,
        Outcome::Asks(_) => 4,
        Outcome::Verified(_) => 5,
    }
}

/// The lines of a field as one.
fn joined<'r>(request: &Request<'r>, name: &str) -> Option<Cow<'r, [u8]>> {
    let mut out: Option<Cow<'r, [u8]>> = None;
    for value in request.headers_named(name) {
        match &mut out {
            None => out = Some(Cow::Borrowed(value)),
            Some(out) => {
                let out = out.to_mut();
                out.extend_from_slice(b", ");
                out.extend_from_slice(value);
            }
        }
    }
    out
}
