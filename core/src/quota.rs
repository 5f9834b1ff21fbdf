//! What the three rate limits share: whose quota it is, and what the answer
//! means.
//!
//! The key is made of everything the limit looks at: the rule's id, mode and
//! numbers, and the name and value of each characteristic. So two limits never
//! share a count, a dry run keeps its own, and one client's key is never
//! another's.
//!
//! A characteristic that is absent falls back to the client's address in a key
//! space of its own and says `key_fallback`; without an address the limit is
//! undetermined. With `fallback: false` such a request is not counted.
//!
//! A characteristic that the application's database knows of the address
//! (`ip.src.country`) is asked for first.
//!
//! Law 8: a key made only of what clients claim (headers, cookies, parameters,
//! e-mail, message) or of what they share (network, country, mail domain, host,
//! method, path) can be filled by an attacker in a victim's name, so it never denies
//! alone: over the limit it concludes CHALLENGE. A key that holds the address
//! or a fact of the application denies.
//!
//! A key of a mail domain alone does not count the providers that very many
//! people share: how many of them sign up says nothing.

use crate::decision::{Conclusion, Detail, Mode, Reason};
use crate::engine::{Reads, View};
use crate::field::{Field, FieldValue, Fields as _};
use crate::need::{Need, Reply};
use crate::policy::Options;
use crate::rules::{Code, Finding, Judgement, Kind, Memo, Opt, Rule, page};
use crate::store::{Limit, Take, Taken};
use crate::text::email::mailbox::is_provider;
use crate::units::{Millis, Number, Score};
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

/// The codes of every rate limit.
pub(crate) const CODES: &[Code] = &[
    Code {
        code: "rate_limit.ok",
        saw: "{remaining} of {limit} left for {window} s",
        change: "",
    },
    Code {
        code: "rate_limit.exceeded",
        saw: "more than {limit} in {window} s",
        change: "waiting {retryAfter} s, or a higher limit",
    },
    Code {
        code: "rate_limit.too_large",
        saw: "one request asks for more than the whole limit of {limit}",
        change: "asking for at most {limit} units at once, or a higher limit",
    },
    Code {
        code: "rate_limit.absent",
        saw: "a characteristic is absent, and nothing is counted in its place",
        change: "",
    },
    Code {
        code: "rate_limit.exempt",
        saw: "very many people have a mailbox at this domain, so it is not counted",
        change: "",
    },
    Code {
        code: "rate_limit.key_unknown",
        saw: "nothing to key the limit by: the characteristic and the client's address are unknown",
        change: "pass the characteristic to protect(), or tell Doorward the client's address \
                 (platform, proxies, the host's register hook, context.ip)",
    },
    Code {
        code: "rate_limit.requested_invalid",
        saw: "context.requested is not a whole number from 0 to 4294967295",
        change: "pass the units to take as a whole number",
    },
];

/// The option that every rate limit has.
pub(crate) const CHARACTERISTICS: Opt = Opt {
    name: "characteristics",
    kind: Kind::Characteristics,
    required: false,
    doc: page(
        "Whose requests are counted together; default the policy's, else the client's address.",
    ),
};

/// The option of windows that count units instead of requests.
pub(crate) const METERED: Opt = Opt {
    name: "metered",
    kind: Kind::Flag,
    required: false,
    doc: page(
        "Counts the units in `context.requested` (tokens, cents) instead of requests; default false.",
    ),
};

/// Another option that every rate limit has.
pub(crate) const FALLBACK: Opt = Opt {
    name: "fallback",
    kind: Kind::Flag,
    required: false,
    doc: page(
        "Where a characteristic is absent, count by the client's address; default true. false: do not count the request.",
    ),
};

/// A compiled rate limit.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each says something else of the limit"
)]
pub(crate) struct Quota {
    limit: Limit,
    characteristics: Vec<Field>,
    firm: bool,
    /// A fact of the application is part of the key.
    contract: bool,
    /// Where a characteristic is absent, the client's address stands for it.
    falls_back: bool,
    /// Everything of the key that is the same for each request.
    prefix: Vec<u8>,
    /// It takes what `context.requested` says rather than one.
    metered: bool,
}

impl Quota {
    pub(crate) fn new(limit: Limit, options: &Options<'_>, metered: bool) -> Self {
        let characteristics = options.characteristics().to_vec();
        let contract = characteristics
            .iter()
            .any(|field| field.is_firm() && *field != Field::IpSrc);
        let firm = characteristics.iter().any(Field::is_firm);
        Self {
            limit,
            characteristics,
            firm,
            contract,
            falls_back: options.flag(FALLBACK.name).unwrap_or(true),
            prefix: key_prefix(options, limit),
            metered,
        }
    }

    fn reason(&self, taken: &Taken, fallback: bool) -> Reason {
        let (limit, window) = match self.limit {
            Limit::FixedWindow { max, window } => (max, window),
            Limit::SlidingWindow { max, interval } => (max, interval),
            Limit::TokenBucket {
                capacity,
                refill,
                interval,
            } => {
                let fill = u64::from(capacity)
                    .saturating_mul(interval.0)
                    .div_ceil(u64::from(refill).max(1));
                (capacity, Millis(fill))
            }
            Limit::Once { lifetime } => (1, lifetime),
        };
        let code = match (taken.allowed, taken.retry_after) {
            (true, _) => "rate_limit.ok",
            (false, Some(_)) => "rate_limit.exceeded",
            (false, None) => "rate_limit.too_large",
        };
        let mut reason = Reason {
            code,
            details: alloc::vec![
                ("limit", Detail::Count(limit.into())),
                ("remaining", Detail::Count(taken.remaining.into())),
                ("reset", Detail::Count(taken.reset.seconds_up())),
                ("window", Detail::Count(window.seconds_up())),
            ],
        };
        if let Some(wait) = taken.retry_after
            && !taken.allowed
        {
            reason = reason.with("retryAfter", Detail::Count(wait.seconds_up()));
        }
        if fallback {
            reason = reason.with("key_fallback", Detail::Flag(true));
        }
        reason
    }
}

impl Rule for Quota {
    fn reads(&self, reads: &mut Reads) {
        reads.ip();
        for field in &self.characteristics {
            reads.field(field);
        }
        if self.metered {
            reads.context();
        }
    }

    fn contract(&self) -> bool {
        self.contract
    }

    /// The take to ask for.
    fn find(&self, view: &View<'_>) -> Finding {
        let requested = self
            .metered
            .then(|| view.context.get("requested"))
            .flatten();
        let cost = match requested {
            Some(value) => {
                let whole = value.as_number().and_then(Number::as_i64);
                match whole.and_then(|n| u32::try_from(n).ok()) {
                    Some(n) => n,
                    None => {
                        return Finding::Undetermined(Reason::code("rate_limit.requested_invalid"));
                    }
                }
            }
            None => 1,
        };
        let by_domain = !self.firm && self.characteristics.contains(&Field::EmailDomain);
        let domain = by_domain.then(|| view.email()).flatten();
        if domain
            .and_then(|email| email.domain.ascii())
            .is_some_and(|domain| is_provider(&domain))
        {
            return Finding::Judged(Judgement::pass(Reason::code("rate_limit.exempt")));
        }
        if let Some(need) = view.lacks(self.characteristics.iter()) {
            return Finding::Asks(alloc::vec![need]);
        }
        let mut material = Vec::with_capacity(self.prefix.len().saturating_add(64));
        material.extend_from_slice(&self.prefix);
        let keyed = self
            .characteristics
            .iter()
            .all(|field| key_field(&mut material, field, view));
        let mut fallback = false;
        if !keyed && !self.falls_back {
            return Finding::Judged(Judgement::pass(Reason::code("rate_limit.absent")));
        }
        if !keyed {
            material.clone_from(&self.prefix);
            material.push(0xff);
            fallback = true;
            if !key_field(&mut material, &Field::IpSrc, view) {
                return Finding::Undetermined(Reason::code("rate_limit.key_unknown"));
            }
        }
        let take = Take {
            key: view.keyer.key(&material),
            limit: self.limit,
            cost,
        };
        Finding::Needs(
            Need::Take(take),
            Memo {
                key_fallback: fallback,
                metered: requested.is_some(),
            },
        )
    }

    /// What the answer means.
    fn answered(&self, memo: Memo, reply: &Reply) -> Finding {
        let Reply::Taken(taken) = reply else {
            return Finding::Undetermined(Reason::code("unanswered"));
        };
        let reason = self.reason(taken, memo.key_fallback);
        Finding::Judged(if taken.allowed {
            Judgement::pass(reason)
        } else if self.firm || memo.key_fallback {
            Judgement::deny(reason)
        } else {
            Judgement {
                conclusion: Conclusion::Challenge,
                score: Score::ONE,
                reason,
            }
        })
    }
}

/// What the keys of a rule begin with: its id, mode and limit.
pub(crate) fn key_prefix(options: &Options<'_>, limit: Limit) -> Vec<u8> {
    let mut prefix = Vec::new();
    let mode: &[u8] = match options.mode {
        Mode::Live => b"LIVE",
        Mode::DryRun => b"DRY_RUN",
    };
    let (kind, a, b, c) = match limit {
        Limit::FixedWindow { max, window } => (1, max, 0, window),
        Limit::SlidingWindow { max, interval } => (2, max, 0, interval),
        Limit::TokenBucket {
            capacity,
            refill,
            interval,
        } => (3, capacity, refill, interval),
        Limit::Once { lifetime } => (4, 1, 1, lifetime),
    };
    piece(&mut prefix, options.id.as_bytes());
    piece(&mut prefix, mode);
    prefix.push(kind);
    prefix.extend_from_slice(&a.to_le_bytes());
    prefix.extend_from_slice(&b.to_le_bytes());
    prefix.extend_from_slice(&c.0.to_le_bytes());
    prefix
}

/// Adds a characteristic's name and value; false if it has none.
pub(crate) fn key_field(material: &mut Vec<u8>, field: &Field, view: &View<'_>) -> bool {
    if *field == Field::IpSrc {
        let Some(network) = view.client.network() else {
            return false;
        };
        piece(material, b"ip.src");
        match network {
            IpAddr::V4(v4) => piece(material, &v4.octets()),
            IpAddr::V6(v6) => piece(material, &v6.octets()),
        }
        return true;
    }
    let value = view.field(field);
    let name = field.to_string();
    piece(material, name.as_bytes());
    match value {
        FieldValue::Missing => return false,
        FieldValue::Text(text) => piece(material, &text),
        FieldValue::Number(number) => {
            material.push(b'#');
            piece(material, number.to_string().as_bytes());
        }
        FieldValue::Bool(yes) => material.extend_from_slice(if yes { b"?1" } else { b"?0" }),
        FieldValue::Ip(ip) => piece(material, ip.to_string().as_bytes()),
    }
    true
}

/// Adds a piece with its length before it, so no two keys run together.
pub(crate) fn piece(material: &mut Vec<u8>, bytes: &[u8]) {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    material.extend_from_slice(&length.to_le_bytes());
    material.extend_from_slice(bytes);
}
