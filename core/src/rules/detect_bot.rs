//! `detectBot`: automation that says who it is, and automation that lies.
//!
//! Finds the bots of public lists, known tools and libraries, and words that
//! only automation writes, in the User-Agent ([`catalogue`]); a request without
//! a User-Agent is evidence too, since every browser sends one. With `deny`,
//! the listed bots and categories are denied; with `allow`, every detected bot
//! that is not listed is (`allow: []` denies all of them). Where a User-Agent
//! names several bots, one that is allowed is enough.
//!
//! Finds automation that claims to be Chrome, Edge, Firefox or Safari where
//! other headers contradict it ([`disguise`]): client hints, fetch metadata,
//! what it accepts. It is the bot `spoofed-browser` of the category `SPOOFED`,
//! denied by `allow` unless that is listed, and by `deny` unless
//! `denySpoofed` is `false`, because who it really is cannot be told. Doubt
//! that does not suffice is `bot.suspected`: a score, and the request passes.
//!
//! Does not find automation whose every header is a browser's, nor what a
//! session, an address or TLS would tell. Versions newer than the build's are
//! no evidence. Costs one pass over at most 2 KiB of User-Agent, and one over
//! the other headers where it claims a browser. Knowledge:
//! arcjet/well-known-bots, monperrus/crawler-user-agents, ai-robots-txt (all
//! MIT), see `core/src/tables/bots.rs`; RFC 9110, W3C Fetch Metadata, WICG
//! User-Agent Client Hints; weights: `core/model/bots.md`.

pub mod catalogue;
pub mod disguise;
mod spoofed;
mod verification;

use super::{Code, Finding, Judgement, Kind, Manual, Memo, Opt, Rule, page};
use crate::agents::{crawlers, web_bot_auth};
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::need::Reply;
use crate::policy::{Fault, Options};
use crate::request::Request;
use crate::text::json::Value;
use crate::units::Score;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use catalogue::{Bot, BotId, Catalogue, Categories, CustomBot, Match};
use verification::Verification;

/// Belief in evidence that names nobody.
const LIKELY: Score = Score::ten_thousandths(9_000);
/// The category of a request without a User-Agent.
const UNKNOWN: &str = "UNKNOWN";

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "detectBot",
    summary: page(
        "Bots, crawlers, tools and libraries, and automation that pretends to be a browser.",
    ),
    options: &[
        Opt {
            name: "allow",
            kind: Kind::Texts,
            required: false,
            doc: page(
                "Bot ids or `CATEGORY:NAME`; every other detected bot is denied. Either this or `deny`.",
            ),
        },
        Opt {
            name: "deny",
            kind: Kind::Texts,
            required: false,
            doc: page(
                "Bot ids or `CATEGORY:NAME` to deny; every other bot passes. Either this or `allow`.",
            ),
        },
        Opt {
            name: "denySpoofed",
            kind: Kind::Flag,
            required: false,
            doc: page(
                "Whether automation that pretends to be a browser is denied although no list names it, default `true`.",
            ),
        },
        Opt {
            name: "custom",
            kind: Kind::Records(&["id", "pattern", "category"]),
            required: false,
            doc: page(
                "The application's own bots: `pattern` is text in the User-Agent, in any case.",
            ),
        },
        web_bot_auth::OPTION,
        crawlers::OPTION,
    ],
    codes: &[
        Code {
            code: "bot.none",
            saw: "the User-Agent names no bot",
            change: "",
        },
        Code {
            code: "bot.allowed",
            saw: "the User-Agent names {bots}, which the policy lets pass",
            change: "",
        },
        Code {
            code: "bot.denied",
            saw: "the User-Agent names {bots} ({categories})",
            change: "allowing one of them, or its category, in the rule",
        },
        Code {
            code: "bot.spoofed.hints",
            saw: "it claims to be {claim}, but sends {contradictions}",
            change: "a User-Agent that is the client's own, or allowing CATEGORY:SPOOFED in the rule",
        },
        Code {
            code: "bot.spoofed.fetch",
            saw: "it claims to be {claim}, but sends {contradictions}",
            change: "a User-Agent that is the client's own, or allowing CATEGORY:SPOOFED in the rule",
        },
        Code {
            code: "bot.spoofed.accept",
            saw: "it claims to be {claim}, but sends {contradictions}",
            change: "a User-Agent that is the client's own, or allowing CATEGORY:SPOOFED in the rule",
        },
        Code {
            code: "bot.spoofed.likely",
            saw: "it claims to be {claim}, but sends {contradictions}",
            change: "a User-Agent that is the client's own, or allowing CATEGORY:SPOOFED in the rule",
        },
        Code {
            code: "bot.spoofed.allowed",
            saw: "it claims to be {claim}, but sends {contradictions}, which the policy lets pass",
            change: "",
        },
        Code {
            code: "bot.suspected",
            saw: "it claims to be {claim}, but sends {contradictions}, which is not enough",
            change: "",
        },
        Code {
            code: "bot.user_agent_missing",
            saw: "there is no User-Agent, which every browser sends",
            change: "a User-Agent header",
        },
        Code {
            code: "bot.user_agent_unknown",
            saw: "the recording does not say whether there was a User-Agent",
            change: "a recording with all headers",
        },
        Code {
            code: "bot.spoofed.crawler",
            saw: "the User-Agent names {bots}, and the address is not theirs",
            change: "the crawler's own address, or newer lists in ranges",
        },
        Code {
            code: "bot.verified",
            saw: "a signature that holds: {agent}",
            change: "",
        },
        Code {
            code: "bot.signature.malformed",
            saw: "Signature-Input is no structured field",
            change: "a field as RFC 9651 has it",
        },
        Code {
            code: "bot.signature.value",
            saw: "no signature value of the label that Signature-Input names",
            change: "the same label in Signature and Signature-Input",
        },
        Code {
            code: "bot.signature.parameter",
            saw: "the signature lacks {missing}",
            change: "created, expires and keyid among its parameters",
        },
        Code {
            code: "bot.signature.algorithm",
            saw: "the signature's algorithm is not ed25519",
            change: "a signature by an Ed25519 key",
        },
        Code {
            code: "bot.signature.order",
            saw: "the signature expires before it was created",
            change: "expires after created",
        },
        Code {
            code: "bot.signature.lifetime",
            saw: "the signature is valid for longer than the policy allows",
            change: "a shorter lifetime, or a higher webBotAuth.maxLifetime",
        },
        Code {
            code: "bot.signature.future",
            saw: "the signature was created in the future",
            change: "clocks that agree",
        },
        Code {
            code: "bot.signature.expired",
            saw: "the signature has expired",
            change: "a signature made for this request",
        },
        Code {
            code: "bot.signature.agent_uncovered",
            saw: "the signature does not cover Signature-Agent",
            change: "signature-agent among the covered components",
        },
        Code {
            code: "bot.signature.agent_scheme",
            saw: "Signature-Agent is no https URL",
            change: "an https URL",
        },
        Code {
            code: "bot.signature.uncovered",
            saw: "the signature covers neither @authority nor @target-uri, so it would serve anywhere",
            change: "one of them among the covered components",
        },
        Code {
            code: "bot.signature.coverage",
            saw: "the signature does not cover {missing}, which this path asks for",
            change: "a signature that covers it",
        },
        Code {
            code: "bot.signature.authority",
            saw: "the request is for a host that is not this application's",
            change: "a signature for this host, or the host in webBotAuth.authorities",
        },
        Code {
            code: "bot.signature.test_key",
            saw: "signed with a key whose private half is printed in an RFC",
            change: "a key of the agent's own",
        },
        Code {
            code: "bot.signature.duplicate",
            saw: "the signature covers a component twice",
            change: "each component once",
        },
        Code {
            code: "bot.signature.component",
            saw: "the signature covers what the request does not have",
            change: "covered components that are sent",
        },
        Code {
            code: "bot.signature.mismatch",
            saw: "the signature is not the key's over this request",
            change: "the request as it was signed",
        },
        Code {
            code: "bot.signature.digest",
            saw: "the signed content-digest is not the body's",
            change: "the body as it was signed",
        },
        Code {
            code: "bot.signature.body",
            saw: "the signed content-digest cannot be compared: not all of the body is here, or by no known algorithm",
            change: "a body within body.maxBytes, its Content-Length, and a digest by sha-256 or sha-512",
        },
        Code {
            code: "bot.signature.replayed",
            saw: "the signature's nonce has been used before",
            change: "a fresh nonce for each request",
        },
        Code {
            code: "bot.signature.tag",
            saw: "a signature that is not tagged web-bot-auth",
            change: "the tag web-bot-auth",
        },
        Code {
            code: "bot.signature.unknown_key",
            saw: "no known key of the agent has this key id",
            change: "its key in webBotAuth.keys, or the agent in webBotAuth.directories",
        },
        Code {
            code: "bot.signature.agent_address",
            saw: "Signature-Agent is an address or a local name, from which nothing is fetched",
            change: "a public name",
        },
        Code {
            code: "bot.signature.directory",
            saw: "the agent's key directory could not be fetched, or is signed by none of its keys",
            change: "a directory that answers; see the host's log",
        },
        Code {
            code: "bot.signature.unseen",
            saw: "the signature covers what this host does not show",
            change: "a host that shows the request as it was sent, or other components",
        },
        Code {
            code: "bot.signature.clock",
            saw: "the recording does not say when the request came",
            change: "a recording with times",
        },
    ],
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let custom = custom(options)?;
    let Some(list) = options.one_of("allow", "deny")? else {
        return Err(Fault::new(
            "allow, deny",
            "neither",
            "one of allow and deny",
        ));
    };
    let mut listed = Listed::default();
    for (index, text) in options.texts(list).unwrap_or_default().iter().enumerate() {
        let field = || format!("{list}[{index}]");
        let allowed = || match catalogue::suggest(text) {
            Some(near) => {
                let kind = if catalogue::category(near).is_some() {
                    "CATEGORY:"
                } else {
                    ""
                };
                format!("a bot's id or CATEGORY:NAME; did you mean {kind}{near}?")
            }
            None => format!(
                "a bot's id, or CATEGORY: and one of {}",
                catalogue::category_names().join(", ")
            ),
        };
        let unknown = || Fault::found(field(), &Value::Text(text.clone()), allowed());
        match text.get(..9) {
            Some(head) if head.eq_ignore_ascii_case("CATEGORY:") => {
                let name = text.get(9..).unwrap_or_default();
                let category = catalogue::category(name).ok_or_else(unknown)?;
                listed.categories = listed.categories.with(Categories::only(category));
            }
            _ => match custom
                .iter()
                .position(|bot| bot.id.eq_ignore_ascii_case(text))
            {
                Some(at) => listed.bots.push(Bot::Custom(at)),
                None => listed
                    .bots
                    .push(Bot::Known(catalogue::by_id(text).ok_or_else(unknown)?)),
            },
        }
    }
    let denies = list == "deny";
    Ok(Box::new(DetectBot {
        denies,
        listed,
        deny_spoofed: options.flag("denySpoofed").unwrap_or(true),
        custom,
        verification: Verification::compile(options, denies)?,
        catalogue: Catalogue::default(),
    }))
}

fn custom(options: &Options<'_>) -> Result<Vec<CustomBot>, Fault> {
    let records = options.records("custom").unwrap_or_default();
    records
        .iter()
        .enumerate()
        .map(|(index, record)| {
            let member = |name: &str| {
                record
                    .iter()
                    .find(|(n, _)| n == name)
                    .map(|(_, value)| value.as_str())
            };
            let fault = |name: &str, found: &str, allowed: String| {
                Fault::new(
                    format!("custom[{index}].{name}"),
                    format!("\"{found}\""),
                    allowed,
                )
            };
            let text = |name: &'static str| {
                member(name)
                    .filter(|text| !text.is_empty())
                    .ok_or_else(|| fault(name, "", "text that is not empty".to_string()))
            };
            let named = member("category").unwrap_or(UNKNOWN);
            let category = catalogue::category(named).ok_or_else(|| {
                fault(
                    "category",
                    named,
                    format!("one of {}", catalogue::category_names().join(", ")),
                )
            })?;
            Ok(CustomBot {
                id: text("id")?.to_string(),
                literals: alloc::vec![text("pattern")?.to_string()],
                categories: Categories::only(category),
            })
        })
        .collect()
}

/// What the rule's list names.
#[derive(Debug, Default)]
struct Listed {
    bots: Vec<Bot>,
    categories: Categories,
}

#[derive(Debug)]
struct DetectBot {
    denies: bool,
    listed: Listed,
    deny_spoofed: bool,
    custom: Vec<CustomBot>,
    verification: Verification,
    catalogue: Catalogue,
}

impl Rule for DetectBot {
    fn reads(&self, reads: &mut Reads) {
        reads.header("user-agent");
        for name in disguise::NAMES {
            reads.header(name);
        }
        self.verification.reads(reads);
    }

    fn find(&self, view: &View<'_>) -> Finding {
        self.verification.find(view, || self.named(view))
    }

    fn counted(&self, judgement: Judgement, _: Memo, reply: &Reply) -> Finding {
        verification::counted(judgement, reply)
    }
}

impl DetectBot {
    /// What the headers say, without proof.
    fn named(&self, view: &View<'_>) -> Finding {
        let user_agent = user_agent(view.request);
        let Some(user_agent) = user_agent.as_deref().filter(|text| !text.is_empty()) else {
            return if user_agent.is_some() || view.request.seen.all_headers {
                Finding::Judged(self.nameless())
            } else {
                Finding::Undetermined(Reason::code("bot.user_agent_unknown"))
            };
        };
        let matches = self.catalogue.find(user_agent, &self.custom);
        if matches.is_empty() {
            return Finding::Judged(self.disguised(view.request, user_agent));
        }
        let listed = matches.iter().any(|found| self.is_listed(found));
        let denied = listed == self.denies;
        let generic = matches
            .iter()
            .all(|m| matches!(m.bot, Bot::Known(id) if id.is_generic()));
        let mut categories: Vec<String> = Vec::new();
        for category in matches.iter().flat_map(|m| self.categories(m.bot).iter()) {
            if !categories.iter().any(|name| name == category.name()) {
                categories.push(category.name().to_string());
            }
        }
        let bots = matches
            .iter()
            .map(|found| self.id(found.bot).to_string())
            .collect();
        let reason = Reason::code(if denied { "bot.denied" } else { "bot.allowed" })
            .with("bots", Detail::Names(bots))
            .with("categories", Detail::Names(categories));
        let judgement = Judgement {
            conclusion: if denied {
                Conclusion::Deny
            } else {
                Conclusion::Allow
            },
            score: if generic { LIKELY } else { Score::ONE },
            reason,
        };
        let known = matches.iter().filter_map(|found| match found.bot {
            Bot::Known(id) => Some(id.name()),
            Bot::Custom(_) => None,
        });
        self.verification.crawler(view, known, judgement)
    }
}

/// The User-Agent; several as one, in the way of RFC 9110 section 5.3, because
/// many hosts show no more than that. Empty ones do not count beside others.
fn user_agent<'a>(request: &Request<'a>) -> Option<Cow<'a, [u8]>> {
    let mut text: Option<Cow<'a, [u8]>> = None;
    for value in request.headers_named("user-agent") {
        let value = trimmed(value);
        match &mut text {
            Some(_) if value.is_empty() => {}
            Some(text) if text.is_empty() => *text = Cow::Borrowed(value),
            Some(text) => {
                let text = text.to_mut();
                text.extend_from_slice(b", ");
                text.extend_from_slice(value);
            }
            None => text = Some(Cow::Borrowed(value)),
        }
    }
    text
}

/// Without the blanks and commas that joining empty values leaves at its ends.
fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b',', rest @ ..] | [rest @ .., b' ' | b'\t' | b','] = text {
        text = rest;
    }
    text
}

impl DetectBot {
    fn id(&self, bot: Bot) -> &str {
        match bot {
            Bot::Known(id) => BotId::name(id),
            Bot::Custom(at) => self.custom.get(at).map_or("", |bot| bot.id.as_str()),
        }
    }

    fn categories(&self, bot: Bot) -> Categories {
        match bot {
            Bot::Known(id) => id.categories(),
            Bot::Custom(at) => self
                .custom
                .get(at)
                .map(|bot| bot.categories)
                .unwrap_or_default(),
        }
    }

    fn is_listed(&self, found: &Match) -> bool {
        self.listed.bots.contains(&found.bot)
            || self.categories(found.bot).meets(self.listed.categories)
    }

    /// A request without a User-Agent, as a bot of an unknown kind.
    fn nameless(&self) -> Judgement {
        let unknown = catalogue::category(UNKNOWN)
            .map(Categories::only)
            .unwrap_or_default();
        let denied = unknown.meets(self.listed.categories) == self.denies;
        Judgement {
            conclusion: if denied {
                Conclusion::Deny
            } else {
                Conclusion::Allow
            },
            score: LIKELY,
            reason: Reason::code("bot.user_agent_missing"),
        }
    }
}
