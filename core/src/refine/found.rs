//! Signals of what LIVE rules found. Generic over rules: one that is not named
//! here counts as another rule, by its conclusion and score.

use super::signals::{At, Vector, level};
use crate::decision::Conclusion;

/// One LIVE rule's result, as far as refine looks at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) rule: &'a str,
    pub(super) conclusion: Conclusion,
    /// In ten-thousandths.
    pub(super) score: u16,
    pub(super) code: &'a str,
    /// Where the shield saw it.
    pub(super) place: &'a str,
    /// How many codes it saw.
    pub(super) findings: usize,
    /// Every category named is a tool's.
    pub(super) tool: bool,
    /// The rule verified that it is not who it says.
    pub(super) spoofed: bool,
    /// Units allowed and left.
    pub(super) quota: (u64, u64),
    /// The limit is a contract with an account, a tenant or a budget.
    pub(super) contract: bool,
}

/// Codes of the shield whose payload runs on a server, whoever reads it.
const CODE: [&str; 12] = [
    "shield.rce.",
    "shield.code.",
    "shield.log4shell.",
    "shield.xxe.",
    "shield.ssrf.",
    "shield.deserialization.",
    "shield.proto.",
    "shield.ssi.",
    "shield.smuggling.",
    "shield.probe.",
    "shield.probing",
    "shield.crlf.",
];

/// Of those, what is never let pass once it is certain (law 6).
const CERTAIN: [&str; 6] = [
    "shield.rce.",
    "shield.code.",
    "shield.log4shell.",
    "shield.xxe.",
    "shield.ssrf.",
    "shield.deserialization.",
];

/// From here on evidence is certain, where prose or code is expected and elsewhere.
const CERTAINTY: [u16; 2] = [8_500, 7_000];

/// Places for content.
const BODIES: [&str; 4] = ["form", "json", "body", "file"];

fn is_one_of(code: &str, heads: &[&str]) -> bool {
    heads.iter().any(|head| code.starts_with(head))
}

/// Codes of an identity that was verified to be forged.
const FORGED: [&str; 3] = [
    "bot.signature.mismatch",
    "bot.signature.replayed",
    "bot.signature.agent_address",
];

/// From here on a browser's headers that contradict each other are certain.
const CONTRADICTION: u16 = 9_500;

impl Found<'_> {
    fn objects(&self) -> bool {
        self.conclusion != Conclusion::Allow
    }

    /// Whether it certainly is not who or what it says.
    fn is_spoofing(&self) -> bool {
        self.spoofed
            || is_one_of(self.code, &FORGED)
            || self.score >= CONTRADICTION
                && self.objects()
                && is_one_of(self.code, &["bot.spoofed."])
    }

    /// The least that stays of it, whatever speaks for the client.
    pub(super) fn floor(&self, prose: bool) -> Conclusion {
        let stands = self.contract || self.rule == "filter" || self.code.ends_with(".too_large");
        let [in_prose, elsewhere] = CERTAINTY;
        let expected = prose && is_one_of(self.place, &BODIES);
        let certainty = if expected { in_prose } else { elsewhere };
        let certain =
            self.score >= certainty && is_one_of(self.code, &CERTAIN) || self.is_spoofing();
        if !self.objects() {
            Conclusion::Allow
        } else if stands {
            self.conclusion
        } else if certain {
            Conclusion::Challenge
        } else {
            Conclusion::Allow
        }
    }

    /// Whether it speaks of what was sent, rather than of how much or by what.
    /// Who writes about attacks where one writes is nobody who attacked before.
    pub(super) fn is_attack(&self, prose: bool) -> bool {
        let kind = self.rule;
        let written = prose && kind == "shield" && is_one_of(self.place, &BODIES);
        let of_the_sender = matches!(
            kind,
            "detectBot" | "validateEmail" | "sensitiveInfo" | "filter" | "verifyAgent"
        );
        let nothing = of_the_sender || self.is_limit() || !self.objects();
        !nothing && (!written || self.floor(prose) != Conclusion::Allow)
    }

    fn is_limit(&self) -> bool {
        self.code.starts_with("rate_limit.")
    }
}

/// Raises the signals of the results. `prose`: content is expected to be prose
/// or code; `quiet`: how little (0 to 2) the client has to do with what others do
/// at its address.
pub(super) fn read<'a>(
    results: impl Iterator<Item = Found<'a>>,
    prose: bool,
    quiet: u8,
    vector: &mut Vector,
) {
    let mut objections = 0_u8;
    for found in results {
        objections = objections.saturating_add(found.objects().into());
        one(&found, prose, quiet, vector);
    }
    vector.raise(At::OBJECTIONS, objections.saturating_sub(1));
}

fn one(found: &Found<'_>, prose: bool, quiet: u8, vector: &mut Vector) {
    let graded = level(found.score, &[1, 5_000, 8_000, 9_500]);
    if found.is_limit() {
        if found.contract {
            return;
        }
        let (limit, left) = found.quota;
        match found.conclusion {
            Conclusion::Allow if left.saturating_mul(8) < limit => vector.raise(At::LIMIT, 1),
            Conclusion::Allow => {}
            Conclusion::Challenge => vector.raise(At::CLAIM, 1),
            Conclusion::Deny => vector.raise(At::LIMIT, 4_u8.saturating_sub(quiet)),
        }
        return;
    }
    match found.rule {
        "shield" => {
            let code = is_one_of(found.code, &CODE);
            vector.raise(if code { At::CODE } else { At::SHIELD }, graded);
            if !found.objects() {
                return;
            }
            let at = |heads: &[&str]| is_one_of(found.place, heads);
            let place = if at(&BODIES) {
                u8::from(!prose)
            } else {
                3_u8.saturating_sub(at(&["query"]).into())
            };
            vector.raise(At::PLACE, place);
            let kinds = u8::try_from(found.findings).unwrap_or(u8::MAX);
            vector.raise(At::KINDS, kinds.saturating_sub(1));
        }
        "detectBot" | "verifyAgent" => {
            let denied = found.objects();
            // a client that names nothing does not lie either
            if found.tool || found.code == "bot.user_agent_missing" {
                let level = u8::from(found.score > 0).saturating_add(denied.into());
                vector.raise(At::TOOL, level);
                return;
            }
            let kind = if found.is_spoofing() {
                5
            } else if !denied {
                (found.code == "bot.suspected").into()
            } else {
                level(found.score, &[0, 7_000, 9_500]).saturating_add(1)
            };
            vector.raise(At::BOT, kind);
        }
        "validateEmail" => {
            let kind = match (found.objects(), found.code) {
                (false, _) => u8::from(found.score > 0),
                (true, "email.disposable") => 3,
                (true, _) => 2,
            };
            vector.raise(At::EMAIL, kind);
        }
        "sensitiveInfo" => {
            let kind = u8::from(found.score > 0).saturating_add(found.objects().into());
            vector.raise(At::SENSITIVE, kind);
        }
        "detectPromptInjection" => vector.raise(At::PROMPT, graded),
        // an expression says what its author says, and nothing of the client
        "filter" => {}
        _ => {
            let kind = match found.conclusion {
                Conclusion::Allow => u8::from(found.score >= 3_000),
                Conclusion::Challenge => 2,
                Conclusion::Deny => 3,
            };
            vector.raise(At::OTHER, kind);
        }
    }
}
