//! `validateEmail`: addresses that cannot receive mail.
//!
//! Judges `context.email` by syntax: RFC 5321, 5322 and 6531 as a sign-up form
//! should read them ([`crate::text::email`]). Types of addresses that need more
//! than the text (`DISPOSABLE`, `FREE`, `NO_MX_RECORDS`, `NO_GRAVATAR`) are
//! accepted in the policy but not known yet: where one of them matters for a
//! valid address, the rule is undetermined and says which. Costs one pass over
//! at most 254 bytes.

use super::{Code, Finding, Judgement, Kind, Manual, Opt, Rule};
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::policy::{Fault, Options};
use crate::text::email::{Accept, parse};
use crate::text::json::Value;
use crate::units::Score;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const INVALID: &str = "INVALID";
const TYPES: &[&str] = &[
    "DISPOSABLE",
    "FREE",
    "NO_MX_RECORDS",
    "NO_GRAVATAR",
    INVALID,
];

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "validateEmail",
    summary: "The address in `context.email`.",
    options: &[
        Opt {
            name: "allow",
            kind: Kind::Words(TYPES),
            required: false,
            doc: "Types of addresses that pass; the others are denied. Either this or `deny`.",
        },
        Opt {
            name: "deny",
            kind: Kind::Words(TYPES),
            required: false,
            doc: "Types of addresses that are denied; default `INVALID`. Either this or `allow`.",
        },
        Opt {
            name: "requireTopLevelDomain",
            kind: Kind::Flag,
            required: false,
            doc: "Only domains with a dot, none reserved for private use; default true.",
        },
        Opt {
            name: "allowDomainLiteral",
            kind: Kind::Flag,
            required: false,
            doc: "Addresses in brackets such as `user@[192.0.2.1]` are valid; default false.",
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
            code: "email.absent",
            saw: "context.email is not there, or is not text",
            change: "pass the address to protect() as email",
        },
        Code {
            code: "email.unknown",
            saw: "the syntax is valid; whether it is {types} is not known",
            change: "removing these types from the rule until they are supported",
        },
    ],
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let list = options.one_of("allow", "deny")?;
    let listed: Vec<String> = match list {
        Some(name) => options.texts(name).unwrap_or_default().to_vec(),
        None => alloc::vec![INVALID.to_string()],
    };
    let denied = |kind: &&&str| (list != Some("allow")) == listed.iter().any(|name| name == **kind);
    let denied: Vec<&'static str> = TYPES.iter().filter(denied).copied().collect();
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
        denies_invalid: denied.contains(&INVALID),
        unknown: denied
            .iter()
            .filter(|kind| **kind != INVALID)
            .map(ToString::to_string)
            .collect(),
    }))
}

#[derive(Debug)]
struct ValidateEmail {
    accept: Accept,
    denies_invalid: bool,
    /// Types the policy denies that the text alone does not tell.
    unknown: Vec<String>,
}

impl Rule for ValidateEmail {
    fn reads(&self, reads: &mut Reads) {
        reads.context();
    }

    fn find(&self, view: &View<'_>) -> Finding {
        let Some(address) = view.context.get("email").and_then(Value::as_text) else {
            return Finding::Undetermined(Reason::code("email.absent"));
        };
        match parse(address.as_bytes(), self.accept) {
            Err(invalid) => Finding::Judged(Judgement {
                conclusion: if self.denies_invalid {
                    Conclusion::Deny
                } else {
                    Conclusion::Allow
                },
                score: Score::ONE,
                reason: Reason::code("email.invalid")
                    .with("types", Detail::Names(alloc::vec![INVALID.to_string()]))
                    .with("detail", Detail::Text(invalid.word().to_string())),
            }),
            Ok(_) if self.unknown.is_empty() => {
                Finding::Judged(Judgement::pass(Reason::code("email.ok")))
            }
            Ok(_) => Finding::Undetermined(
                Reason::code("email.unknown").with("types", Detail::Names(self.unknown.clone())),
            ),
        }
    }
}
