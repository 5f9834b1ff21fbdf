//! `validateEmail`: addresses that cannot receive mail, or that nobody reads.
//!
//! Judges `context.email` by syntax: RFC 5321, 5322 and 6531 as a sign-up form
//! should read them ([`crate::text::email`]). For a valid address it says of
//! which types it is:
//! - `DISPOSABLE`, `FREE`, `TYPO` by the pack `email-data`
//!   ([`crate::text::email::data`]): 129,000 listed domains, names below them
//!   and below hosts of free subdomains, words that only such services bear;
//!   a real provider is looked up first and is never disposable, and a domain
//!   that a list knows is never a typing error. A policy that denies one of the
//!   three needs the pack; without it the engine is not made. Lists are as good
//!   as their age: a domain registered this morning is not found.
//! - `ROLE`: accounts of a task (RFC 2142), `info@`, `noreply@`.
//! - `NO_MX_RECORDS`: the domain does not exist, says that it takes no mail
//!   (a null MX, RFC 7505), or has neither MX nor address. The host looks it
//!   up, only where the policy denies it, and not of big providers. A mail server on a disposable domain
//!   makes the address disposable.
//! - `NO_GRAVATAR` is never asked: it would tell a third party who signs up.
//!   Where `deny` names it, a valid address is undetermined.
//!
//! With the pack, the score of a passing address is the belief that a machine
//! made up the part before the `@`, as far as it is above even. It denies
//! nothing by itself: people have odd names.
//!
//! Costs one pass over at most 254 bytes and, with the pack, a few
//! microseconds. Sources: the RFCs, and the lists that `xtask/src/email_data.rs`
//! names.

use super::{Code, Finding, Judgement, Kind, Manual, Opt, Rule, page};
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::need::{Need, Reply};
use crate::policy::{Fault, Options};
use crate::text::email::data::EmailData;
use crate::text::email::mailbox::{is_provider, is_role};
use crate::text::email::{Accept, Email, parse};
use crate::text::json::Value;
use crate::units::Score;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The name of the pack.
pub const PACK: &str = "email-data";

const INVALID: &str = "INVALID";
const DISPOSABLE: &str = "DISPOSABLE";
const NO_MX: &str = "NO_MX_RECORDS";
const NO_GRAVATAR: &str = "NO_GRAVATAR";
/// Each with the code of its denial.
const TYPES: [(&str, &str); 7] = [
    (INVALID, "email.invalid"),
    (DISPOSABLE, "email.disposable"),
    ("FREE", "email.free"),
    ("ROLE", "email.role"),
    ("TYPO", "email.typo"),
    (NO_MX, "email.no_mx"),
    (NO_GRAVATAR, "email.unknown"),
];
const NAMES: &[&str] = &[
    DISPOSABLE,
    "FREE",
    NO_MX,
    NO_GRAVATAR,
    INVALID,
    "ROLE",
    "TYPO",
];
/// What a list of what is allowed denies by leaving it out.
const USUAL: [&str; 4] = [INVALID, DISPOSABLE, "FREE", NO_MX];
/// What only the pack tells.
const PACKED: [&str; 3] = [DISPOSABLE, "FREE", "TYPO"];

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "validateEmail",
    summary: page("The address in `context.email`."),
    options: &[
        Opt {
            name: "allow",
            kind: Kind::Words(NAMES),
            required: false,
            doc: page(
                "Types of addresses that pass; of the others INVALID, DISPOSABLE, FREE and NO_MX_RECORDS are denied. Either this or `deny`.",
            ),
        },
        Opt {
            name: "deny",
            kind: Kind::Words(NAMES),
            required: false,
            doc: page(
                "Types of addresses that are denied; default `INVALID`. DISPOSABLE, FREE and TYPO need the pack `email-data`. Either this or `allow`.",
            ),
        },
        Opt {
            name: "requireTopLevelDomain",
            kind: Kind::Flag,
            required: false,
            doc: page("Only domains with a dot, none reserved for private use; default true."),
        },
        Opt {
            name: "allowDomainLiteral",
            kind: Kind::Flag,
            required: false,
            doc: page("Addresses in brackets such as `user@[192.0.2.1]` are valid; default false."),
        },
    ],
    codes: &[
        Code {
            code: "email.ok",
            saw: "the address is of no type that the policy denies",
            change: "",
        },
        Code {
            code: "email.invalid",
            saw: "the address is not valid: {detail}",
            change: "an address that can receive mail",
        },
        Code {
            code: "email.disposable",
            saw: "mailboxes of this domain are thrown away",
            change: "an address that its owner keeps, or a policy that does not deny DISPOSABLE",
        },
        Code {
            code: "email.free",
            saw: "the domain is a free provider's",
            change: "an address at an organisation, or a policy that does not deny FREE",
        },
        Code {
            code: "email.role",
            saw: "the address belongs to a task, not to a person",
            change: "a person's address, or a policy that does not deny ROLE",
        },
        Code {
            code: "email.typo",
            saw: "the domain is one slip of the keyboard away from {suggest}",
            change: "the domain {suggest}, or a policy that does not deny TYPO",
        },
        Code {
            code: "email.no_mx",
            saw: "the domain takes no mail: {detail}",
            change: "a domain that exists and takes mail",
        },
        Code {
            code: "email.absent",
            saw: "context.email is not there, or is not text",
            change: "pass the address to protect() as email",
        },
        Code {
            code: "email.unknown",
            saw: "the syntax is valid; whether it is {types} is not known",
            change: "an answer from the name server, or removing NO_GRAVATAR, which is never asked",
        },
    ],
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let list = options.one_of("allow", "deny")?;
    let listed = list.and_then(|name| options.texts(name));
    let has = |kind: &str| listed.is_some_and(|list| list.iter().any(|name| name == kind));
    let denied = |kind: &&str| match list {
        Some("allow") => USUAL.contains(kind) && !has(kind),
        Some(_) => has(kind),
        None => *kind == INVALID,
    };
    let denied: Vec<&'static str> = TYPES.iter().map(|(kind, _)| *kind).filter(denied).collect();
    // only a policy that needs the pack reads it: the same decisions on hosts
    // that carry it anyway
    let packed = denied.iter().any(|kind| PACKED.contains(kind));
    let data = if packed {
        let option = list.unwrap_or("deny");
        let body = options.pack(option, PACK)?.body();
        if EmailData::parse(body).is_none() {
            let wanted = "the one of this version of Doorward";
            return Err(Fault::new(option, "a pack that is read otherwise", wanted));
        }
        Some(Arc::clone(body))
    } else {
        None
    };
    let accept = Accept::default();
    Ok(Box::new(ValidateEmail {
        accept: Accept {
            require_top_level_domain: options
                .flag("requireTopLevelDomain")
                .unwrap_or(accept.require_top_level_domain),
            allow_domain_literal: options
                .flag("allowDomainLiteral")
                .unwrap_or(accept.allow_domain_literal),
            ..accept
        },
        denied,
        data,
    }))
}

#[derive(Debug)]
struct ValidateEmail {
    accept: Accept,
    /// Types the policy denies.
    denied: Vec<&'static str>,
    /// The pack's body, where the policy needs it.
    data: Option<Arc<[u8]>>,
}

/// What is known of a valid address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its types, in the order of the table.
    pub types: Vec<&'static str>,
    /// The provider's domain that was meant.
    pub suggest: Option<&'static str>,
    /// The belief that a machine made up the part before the `@`.
    pub generated: Score,
}

impl Known {
    /// What the text of an address and the pack tell.
    #[must_use]
    pub fn of(email: &Email<'_>, data: Option<&EmailData<'_>>) -> Self {
        let mut known = Self::default();
        if let (Some(data), Some(domain)) = (data, email.domain.ascii()) {
            if data.is_disposable(&domain) {
                known.types.push(DISPOSABLE);
            }
            if data.is_free(&domain) {
                known.types.push("FREE");
            }
            known.suggest = data.meant(&domain);
            known.generated = data.generated(email.local);
        }
        if is_role(email.local) {
            known.types.push("ROLE");
        }
        if known.suggest.is_some() {
            known.types.push("TYPO");
        }
        known
    }

    fn reason(&self, code: &'static str) -> Reason {
        let mut reason = Reason::code(code);
        if !self.types.is_empty() {
            let names = self.types.iter().map(ToString::to_string).collect();
            reason = reason.with("types", Detail::Names(names));
        }
        if let Some(suggest) = self.suggest {
            reason = reason.with("suggest", Detail::Text(suggest.to_string()));
        }
        reason
    }

    /// The score of an address that passes: above even, from 0 to 0.5.
    #[must_use]
    pub fn score(&self) -> Score {
        let above = self.generated.get().saturating_sub(5_000);
        Score::ten_thousandths(above)
    }
}

impl Rule for ValidateEmail {
    fn reads(&self, reads: &mut Reads) {
        reads.context();
    }

    fn find(&self, view: &View<'_>) -> Finding {
        let Some(address) = view.context.get("email").and_then(Value::as_text) else {
            return Finding::Undetermined(Reason::code("email.absent"));
        };
        let email = match parse(address.as_bytes(), self.accept) {
            Ok(email) => email,
            Err(invalid) => {
                let reason = Reason::code("email.invalid")
                    .with("types", Detail::Names(alloc::vec![INVALID.to_string()]))
                    .with("detail", Detail::Text(invalid.word().to_string()));
                return Finding::Judged(Judgement {
                    conclusion: self.conclusion(INVALID),
                    score: Score::ONE,
                    reason,
                });
            }
        };
        let data = self.data.as_deref().and_then(EmailData::parse);
        let mut known = Known::of(&email, data.as_ref());
        if let Some(finding) = self.denial(&known, None) {
            return finding;
        }
        if self.denied.contains(&NO_MX)
            && let Some(domain) = email.domain.ascii()
            && !is_provider(&domain)
        {
            match mail_of(view, domain) {
                Mail::Asked(need) => return Finding::Asks(alloc::vec![need]),
                Mail::Unknown => return unknown(NO_MX),
                Mail::None(why) => {
                    known.types.push(NO_MX);
                    if let Some(finding) = self.denial(&known, Some(why)) {
                        return finding;
                    }
                }
                Mail::At(hosts) => {
                    let thrown = |host: &String| data.is_some_and(|data| data.is_disposable(host));
                    if hosts.iter().any(thrown) && !known.types.contains(&"FREE") {
                        known.types.insert(0, DISPOSABLE);
                    }
                    if let Some(finding) = self.denial(&known, None) {
                        return finding;
                    }
                }
            }
        }
        if self.denied.contains(&NO_GRAVATAR) {
            return unknown(NO_GRAVATAR);
        }
        Finding::Judged(Judgement {
            score: known.score(),
            ..Judgement::pass(known.reason("email.ok"))
        })
    }
}

impl ValidateEmail {
    fn conclusion(&self, kind: &str) -> Conclusion {
        if self.denied.contains(&kind) {
            Conclusion::Deny
        } else {
            Conclusion::Allow
        }
    }

    /// For the first type that the policy denies.
    fn denial(&self, known: &Known, detail: Option<&'static str>) -> Option<Finding> {
        let (_, code) = TYPES
            .iter()
            .find(|(kind, _)| known.types.contains(kind) && self.denied.contains(kind))?;
        let mut reason = known.reason(code);
        if let Some(detail) = detail {
            reason = reason.with("detail", Detail::Text(detail.to_string()));
        }
        Some(Finding::Judged(Judgement::deny(reason)))
    }
}

fn unknown(kind: &str) -> Finding {
    let names = alloc::vec![kind.to_string()];
    Finding::Undetermined(Reason::code("email.unknown").with("types", Detail::Names(names)))
}

/// Where mail of a domain goes.
enum Mail {
    Asked(Need),
    Unknown,
    None(&'static str),
    At(Vec<String>),
}

fn mail_of(view: &View<'_>, domain: String) -> Mail {
    let need = Need::Mx(domain);
    let fact = match view.facts.get(&need) {
        None => return Mail::Asked(need),
        Some(Reply::Fact(fact)) => fact,
        Some(_) => return Mail::Unknown,
    };
    let yes = |name: &str| fact.get(name).and_then(Value::as_bool);
    if yes("exists") == Some(false) {
        return Mail::None("no_domain");
    }
    let Some(hosts) = fact.get("hosts").and_then(Value::as_list) else {
        return Mail::Unknown;
    };
    let hosts: Vec<String> = hosts
        .iter()
        .filter_map(Value::as_text)
        .map(|host| host.trim_end_matches('.').to_ascii_lowercase())
        .collect();
    if hosts.is_empty() {
        // RFC 5321 5.1: mail goes to the address of a domain without MX
        return match yes("address") {
            Some(true) => Mail::At(hosts),
            Some(false) => Mail::None("no_records"),
            None => Mail::Unknown,
        };
    }
    if hosts.iter().all(String::is_empty) {
        return Mail::None("null_mx");
    }
    Mail::At(hosts)
}
