//! What the rule says of itself: its options and its reason codes.

use super::compile;
use crate::decision::Conclusion;
use crate::rules::{Code, Kind, Manual, Opt, page};

/// Its manual page.
pub(in crate::rules) const MANUAL: Manual = Manual {
    name: "verifyAgent",
    summary: page(
        "Agents that act for a user: a token's issuer, audience, scopes, constraints and budget.",
    ),
    options: &[
        Opt {
            name: "issuers",
            kind: Kind::Records(&["issuer", "algorithm", "keys", "jwks"]),
            required: true,
            doc: page(
                "Who issues tokens: `issuer` as in `iss`, `algorithm` (`EdDSA`, `ES256` or `RS256`), and `keys` (a JWK set as JSON text) or `jwks` (the https URL of one).",
            ),
        },
        Opt {
            name: "audience",
            kind: Kind::Texts,
            required: true,
            doc: page("What `aud` must name one of."),
        },
        Opt {
            name: "scopes",
            kind: Kind::Records(&["method", "path", "scopes"]),
            required: false,
            doc: page(
                "Scopes (apart by spaces) that a path (`*` stands for anything), and a method if given, asks for; all records that fit count.",
            ),
        },
        Opt {
            name: "required",
            kind: Kind::Flag,
            required: false,
            doc: page(
                "Only agents may come here: a request without a delegation is denied; default false.",
            ),
        },
        Opt {
            name: "risky",
            kind: Kind::Texts,
            required: false,
            doc: page(
                "Values of `context.action` that the user must confirm; default admin, checkout, password_reset, payment, token_create.",
            ),
        },
        Opt {
            name: "confirmed",
            kind: Kind::Duration,
            required: false,
            doc: page(
                "How long a step-up (`context.session.stepUpAgeSeconds`) counts as the user's confirmation; default 5 m.",
            ),
        },
        Opt {
            name: "maxLifetime",
            kind: Kind::Duration,
            required: false,
            doc: page("Longest time between `iat` and `exp`; default 24 h."),
        },
        Opt {
            name: "clockSkew",
            kind: Kind::Duration,
            required: false,
            doc: page("How far clocks may differ; default 30 s."),
        },
        Opt {
            name: "once",
            kind: Kind::Flag,
            required: false,
            doc: page("Each token serves one request, by its `jti`; default false."),
        },
        Opt {
            name: "budget",
            kind: Kind::Group(BUDGET),
            required: false,
            doc: page(
                "What one agent may spend for one user: `context.requested` units a request, else one.",
            ),
        },
    ],
    codes: CODES,
    on_error: Conclusion::Deny,
    compile,
};

const BUDGET: &[Opt] = &[
    Opt {
        name: "max",
        kind: Kind::Integer {
            min: 1,
            max: u32::MAX,
        },
        required: true,
        doc: page("Units an interval."),
    },
    Opt {
        name: "interval",
        kind: Kind::Duration,
        required: true,
        doc: page("Length of the interval."),
    },
];

const fn code(code: &'static str, saw: &'static str, change: &'static str) -> Code {
    Code { code, saw, change }
}

const CODES: &[Code] = &[
    code("agent.none", "no token of an agent", ""),
    code(
        "agent.user",
        "a token of the user, whom nobody acts for",
        "",
    ),
    code(
        "agent.verified",
        "an agent that may do this for its user",
        "",
    ),
    code(
        "agent.step_up",
        "an agent asks for {action}, which the user has not confirmed",
        "a step-up of the user",
    ),
    code(
        "agent.required",
        "no token that says for whom an agent acts",
        "a bearer JWT with an act claim",
    ),
    code(
        "agent.malformed",
        "a token that cannot be read",
        "a compact JWS, each member once",
    ),
    code(
        "agent.issuer",
        "the token's issuer is not one of the policy's",
        "the issuer in the rule's issuers",
    ),
    code(
        "agent.algorithm",
        "the token's algorithm is not its issuer's",
        "a token signed with the issuer's algorithm",
    ),
    code(
        "agent.header",
        "the token's header has {header}, which would choose its own key or meaning",
        "a header of alg, typ and kid",
    ),
    code(
        "agent.type",
        "the token is of another type",
        "typ JWT or at+jwt",
    ),
    code(
        "agent.clock",
        "the recording does not say when the request came",
        "a recording with times",
    ),
    code(
        "agent.claim",
        "the token's {claim} is missing or cannot be read",
        "the claim",
    ),
    code("agent.expired", "the token has expired", "a fresh token"),
    code(
        "agent.not_yet",
        "the token is not valid yet",
        "waiting, or clocks that agree",
    ),
    code(
        "agent.issued_ahead",
        "the token was issued in the future",
        "clocks that agree",
    ),
    code(
        "agent.lifetime",
        "the token is valid for longer than the policy allows",
        "a shorter lifetime, or a higher maxLifetime",
    ),
    code(
        "agent.audience",
        "the token is for another audience",
        "a token for this application",
    ),
    code(
        "agent.key",
        "the issuer has no key of this name",
        "a token signed with a current key",
    ),
    code(
        "agent.keys_unavailable",
        "the issuer's keys could not be fetched",
        "a URL that answers; see the host's log",
    ),
    code(
        "agent.unverifiable",
        "the host could not verify the signature",
        "a host that verifies this algorithm",
    ),
    code(
        "agent.signature",
        "the signature is not the issuer's",
        "the token as it was issued",
    ),
    code(
        "agent.scope",
        "the token lacks the scope {missing}",
        "a token with that scope",
    ),
    code(
        "agent.route",
        "the token's constraints do not name this route",
        "a token for this route",
    ),
    code(
        "agent.amount",
        "the amount is above what the token allows, or in another currency",
        "a smaller amount, or a token for more",
    ),
    code(
        "agent.amount_unknown",
        "the token limits the amount and the application does not say it",
        "pass context.amount to protect()",
    ),
    code(
        "agent.replayed",
        "the token has been used",
        "a fresh token for each request",
    ),
    code("agent.count", "the token's uses are spent", "a fresh token"),
    code(
        "agent.budget",
        "the agent has spent its budget of {limit} for this user",
        "waiting {retryAfter} s, or a higher budget",
    ),
];
