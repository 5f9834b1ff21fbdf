//! What the rule says of a request that claims a browser.

use super::catalogue::{self, Bot, BotId, Match};
use super::disguise::{self, Claim, Kind, LEAST, Model, Sign, Signs, Strength};
use super::{DetectBot, Judgement};
use crate::decision::{Conclusion, Detail, Reason};
use crate::request::Request;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Below this sum a doubt is not worth a word.
const DOUBT: u16 = 30;

impl DetectBot {
    /// The judgement of a User-Agent that names no bot.
    pub(super) fn disguised(&self, request: &Request<'_>, user_agent: &[u8]) -> Judgement {
        let none = Judgement::pass(Reason::code("bot.none"));
        let Some((claim, signs)) = disguise::look(request, user_agent) else {
            return none;
        };
        let sum = Model::shipped().sum(signs);
        if sum < DOUBT {
            return none;
        }
        let score = disguise::score(sum);
        if sum < LEAST {
            return Judgement {
                score,
                ..Judgement::pass(told(Reason::code("bot.suspected"), claim, signs))
            };
        }
        let bot = BotId::spoofed_browser();
        let listed = self.lists_spoofed(bot, signs);
        let denied = if self.denies {
            self.deny_spoofed || listed
        } else {
            self.deny_spoofed && !listed
        };
        let code = if denied {
            code(signs)
        } else {
            "bot.spoofed.allowed"
        };
        let categories = bot.categories().iter();
        let reason = Reason::code(code)
            .with("bots", Detail::Names(names([bot.name()])))
            .with(
                "categories",
                Detail::Names(names(categories.map(catalogue::Category::name))),
            );
        Judgement {
            conclusion: if denied {
                Conclusion::Deny
            } else {
                Conclusion::Allow
            },
            score,
            reason: told(reason, claim, signs),
        }
    }

    /// The list names it: as what it is, or as the browser without a window that
    /// its client hints name.
    fn lists_spoofed(&self, bot: BotId, signs: Signs) -> bool {
        let lists = |bot: BotId| {
            self.is_listed(&Match {
                bot: Bot::Known(bot),
                start: 0,
                end: 0,
            })
        };
        let headless = || catalogue::by_id("headless-browser").is_some_and(lists);
        lists(bot) || signs.has(Sign::HintsHeadless) && headless()
    }
}

fn told(reason: Reason, claim: Claim, signs: Signs) -> Reason {
    let claimed = format!("{} {}", claim.name(), claim.major);
    reason.with("claim", Detail::Text(claimed)).with(
        "contradictions",
        Detail::Names(names(signs.iter().map(Sign::words))),
    )
}

fn names<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    words.into_iter().map(ToString::to_string).collect()
}

/// The code of the first sign that is certain, or that of several that are not.
fn code(signs: Signs) -> &'static str {
    let certain = |sign: &Sign| sign.strength() == Strength::Certain;
    match signs.iter().find(certain).map(Sign::kind) {
        Some(Kind::Hints) => "bot.spoofed.hints",
        Some(Kind::Fetch) => "bot.spoofed.fetch",
        Some(Kind::Accept) => "bot.spoofed.accept",
        None => "bot.spoofed.likely",
    }
}
