//! Whether a bot is who it says it is.
//!
//! What its name alone came to is judged again with what proof there is. A
//! signature that does not hold is denied, whatever it names: nobody honest
//! sends one. One that could not be checked changes nothing but is told.

use crate::agents::Actor;
use crate::agents::crawlers::{Crawlers, Proof};
use crate::agents::web_bot_auth::{Outcome, Verified, WebBotAuth};
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::need::{Need, Reply};
use crate::policy::{Fault, Options};
use crate::rules::{Finding, Judgement, Memo};
use crate::units::Score;
use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec::Vec;

/// What is verified.
#[derive(Debug)]
pub(super) struct Verification {
    web_bot_auth: Option<WebBotAuth>,
    crawlers: Crawlers,
    /// The rule's list says what is denied, so what it does not name passes.
    denies: bool,
}

impl Verification {
    pub(super) fn compile(options: &Options<'_>, denies: bool) -> Result<Self, Fault> {
        Ok(Self {
            web_bot_auth: WebBotAuth::compile(options)?,
            crawlers: Crawlers::compile(options)?,
            denies,
        })
    }

    pub(super) fn reads(&self, reads: &mut Reads) {
        reads.ip();
        if self.web_bot_auth.is_some() {
            WebBotAuth::reads(reads);
        }
    }

    /// What the rule finds, given what it finds by name alone.
    pub(super) fn find(&self, view: &View<'_>, named: impl FnOnce() -> Finding) -> Finding {
        let Some(signatures) = &self.web_bot_auth else {
            return named();
        };
        match signatures.look(view) {
            Outcome::Unsigned => named(),
            Outcome::Asks(need) => match named() {
                Finding::Asks(mut needs) => {
                    needs.push(need);
                    Finding::Asks(needs)
                }
                _ => Finding::Asks(alloc::vec![need]),
            },
            Outcome::Invalid(code, missing) => {
                let mut reason = Reason::code(code);
                if let Some(missing) = missing {
                    reason = reason.with("missing", Detail::Text(missing.to_string()));
                }
                Finding::Judged(Judgement::deny(signature(reason, "invalid")))
            }
            Outcome::Unverified(code) => unverified(named(), code),
            Outcome::Failed(code) => match named() {
                Finding::Judged(denied) if denied.conclusion != Conclusion::Allow => {
                    Finding::Judged(denied)
                }
                _ => Finding::Undetermined(signature(Reason::code(code), "unverified")),
            },
            Outcome::Verified(verified) => {
                let allowed = signatures.allows(&verified.agent);
                self.verified(verified, allowed, named)
            }
        }
    }

    /// The judgement of the bots that a User-Agent names, held against the
    /// client's address: a crawler that is somebody else is denied.
    pub(super) fn crawler<'n>(
        &self,
        view: &View<'_>,
        names: impl Iterator<Item = &'n str>,
        judgement: Judgement,
    ) -> Finding {
        let passes = judgement.conclusion == Conclusion::Allow;
        match self.crawlers.look(view, names, passes) {
            Some(Proof::Asks(need)) => Finding::Asks(alloc::vec![need]),
            Some(Proof::Verified) => Finding::Judged(Judgement {
                reason: judgement.reason.with("verified", Detail::Flag(true)),
                ..judgement
            }),
            Some(Proof::Spoofed) => Finding::Judged(Judgement::deny(Reason {
                code: "bot.spoofed.crawler",
                details: judgement.reason.details,
            })),
            Some(Proof::Unverifiable) | None => Finding::Judged(judgement),
        }
    }

    fn verified(
        &self,
        verified: Verified,
        allowed: bool,
        named: impl FnOnce() -> Finding,
    ) -> Finding {
        let reason = Reason::code("bot.verified");
        let judgement = if allowed {
            Judgement::pass(reason)
        } else {
            match named() {
                Finding::Judged(judgement)
                    if judgement.conclusion != Conclusion::Allow
                        || judgement.reason.code == "bot.allowed" =>
                {
                    judgement
                }
                Finding::Judged(_) if self.denies => Judgement::pass(reason),
                // a bot that the policy's list of allowed ones does not name
                Finding::Judged(_) => Judgement::deny(
                    Reason::code("bot.denied")
                        .with("bots", Detail::Names(alloc::vec![verified.agent.clone()]))
                        .with("categories", Detail::Names(Vec::new())),
                ),
                finding => return finding,
            }
        };
        let Judgement {
            conclusion,
            score,
            reason,
        } = judgement;
        let judgement = Judgement {
            conclusion,
            score,
            reason: signature(reason, "verified")
                .with("verified", Detail::Flag(true))
                .with("agent", Detail::Text(verified.agent.clone()))
                .with(
                    "actor",
                    Detail::Actor(Box::new(Actor {
                        agent: verified.agent,
                        expires: verified.expires,
                        proof: "web-bot-auth",
                        ..Actor::default()
                    })),
                ),
        };
        match verified.nonce {
            Some(take) => Finding::Suspects(judgement, Need::Take(take), Memo::default()),
            None => Finding::Judged(judgement),
        }
    }
}

/// What the rule finds once the nonce has been looked up.
pub(super) fn counted(judgement: Judgement, reply: &Reply) -> Finding {
    match reply {
        Reply::Taken(taken) if taken.allowed => Finding::Judged(judgement),
        Reply::Taken(_) => {
            let reason = Reason::code("bot.signature.replayed");
            Finding::Judged(Judgement::deny(signature(reason, "invalid")))
        }
        _ => Finding::Undetermined(Reason::code("unanswered")),
    }
}

fn signature(reason: Reason, outcome: &str) -> Reason {
    reason.with("signature", Detail::Text(outcome.to_string()))
}

/// The same judgement, saying that there was a signature nobody could check.
fn unverified(found: Finding, code: &'static str) -> Finding {
    let Finding::Judged(mut judgement) = found else {
        return found;
    };
    if judgement.conclusion == Conclusion::Allow {
        judgement.reason.code = code;
        judgement.score = Score::ZERO;
    }
    judgement.reason = signature(judgement.reason, "unverified");
    Finding::Judged(judgement)
}
