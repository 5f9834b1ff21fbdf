//! Crawlers that publish where they come from: lists of addresses, and names
//! that reverse DNS leads to and that lead back.
//!
//! | the address | is |
//! | --- | --- |
//! | in a list, however old, or with a name of the operator's | verified |
//! | in no list that is younger than two weeks, or with names of others only | spoofed |
//! | anything else: old lists, no answer, no address | unverifiable |
//!
//! The embedded lists grow old with a release, so the application may hand in
//! newer ones; those count instead. Addresses that are not public prove nothing.
//! Knowledge: the operators' lists, see `core/src/tables/crawlers.rs`; how to
//! look: RFC 1912 section 2.1, and what Google and Bing say of their crawlers.

use crate::engine::View;
use crate::identity::Network;
use crate::need::{Need, Reply};
use crate::policy::{Fault, Options};
use crate::rules::{Kind, Opt, page};
use crate::tables::crawlers as table;
use crate::text::json::Value;
use crate::traffic::rfc3339;
use crate::units::Millis;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::net::IpAddr;

/// How long a list proves that an address is in none.
const FRESH: Millis = Millis(14 * 86_400_000);

/// The option that hands in newer lists.
pub(crate) const OPTION: Opt = Opt {
    name: "ranges",
    kind: Kind::Records(&["bot", "date", "ranges"]),
    required: false,
    doc: page(
        "Address lists newer than the embedded ones: a bot's id, the list's `date` (RFC 3339), its addresses and ranges (apart by spaces).",
    ),
};

/// What the address says of a bot's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It is the operator's.
    Verified,
    /// It is not.
    Spoofed,
    /// Nobody can say.
    Unverifiable,
    /// What is to be asked first.
    Asks(Need),
}

/// The application's own lists.
#[derive(Debug, Default)]
pub(crate) struct Crawlers {
    lists: Vec<List>,
}

#[derive(Debug)]
struct List {
    bot: String,
    date: Millis,
    ranges: Vec<Network>,
}

impl Crawlers {
    pub(crate) fn compile(options: &Options<'_>) -> Result<Self, Fault> {
        let mut lists = Vec::new();
        let records = options.records(OPTION.name).unwrap_or_default();
        for (index, record) in records.iter().enumerate() {
            let member = |name: &str| {
                let found = record.iter().find(|(known, _)| known == name);
                found.map(|(_, value)| value.as_str()).unwrap_or_default()
            };
            let fault = |name: &'static str, found: &str, allowed: &'static str| {
                let found = Value::Text(found.to_string());
                Fault::found(format!("{}[{index}].{name}", OPTION.name), &found, allowed)
            };
            let bot = member("bot");
            if group(bot).is_none() {
                return Err(fault(
                    "bot",
                    bot,
                    "the id of a crawler that can be verified",
                ));
            }
            let date = rfc3339(member("date")).ok_or_else(|| {
                fault(
                    "date",
                    member("date"),
                    "a time such as \"2026-11-21T00:00:00Z\"",
                )
            })?;
            let mut ranges = Vec::new();
            for text in member("ranges").split_ascii_whitespace() {
                let range = Network::parse(text);
                ranges
                    .push(range.ok_or_else(|| fault("ranges", text, "addresses and CIDR ranges"))?);
            }
            if ranges.is_empty() {
                return Err(fault("ranges", "", "addresses and CIDR ranges"));
            }
            lists.push(List {
                bot: bot.to_string(),
                date,
                ranges,
            });
        }
        Ok(Self { lists })
    }

    /// What the client's address says of these bots' names: one that is verified
    /// is enough. `None` where none of them publishes anything. Nobody is asked
    /// unless the answer counts.
    pub(crate) fn look<'n>(
        &self,
        view: &View<'_>,
        names: impl Iterator<Item = &'n str>,
        ask: bool,
    ) -> Option<Proof> {
        let mut best: Option<Proof> = None;
        for name in names {
            let Some(group) = group(name) else {
                continue;
            };
            let proof = self.proof(view, name, &group, ask);
            if best.as_ref().is_none_or(|best| rank(&proof) > rank(best)) {
                best = Some(proof);
            }
        }
        best
    }

    fn proof(&self, view: &View<'_>, name: &str, group: &Group, ask: bool) -> Proof {
        let Some(ip) = view.client.ip.filter(|ip| is_public(*ip)) else {
            return Proof::Unverifiable;
        };
        let mut own = self.lists.iter().filter(|list| list.bot == name).peekable();
        let day = table::DAY.saturating_mul(86_400_000);
        let (listed, date) = if own.peek().is_some() {
            own.fold((false, Millis(0)), |(listed, date), list| {
                let holds = list.ranges.iter().any(|range| range.contains(ip));
                (listed || holds, date.max(list.date))
            })
        } else {
            (group.holds(ip), Millis(day))
        };
        if listed {
            return Proof::Verified;
        }
        if !group.names.is_empty() {
            let need = Need::Dns(ip);
            match view.facts.get(&need) {
                None if ask => return Proof::Asks(need),
                Some(Reply::Fact(fact)) => {
                    let names = fact.get("names").and_then(Value::as_list);
                    let names = names.unwrap_or_default();
                    let fits = |name: &Value| {
                        let name = name.as_text().unwrap_or_default();
                        group.names.split(' ').any(|wanted| leads(wanted, name))
                    };
                    if names.iter().any(fits) {
                        return Proof::Verified;
                    }
                    // no name at all is no other one: a resolver that knows nothing of the
                    // outside says the same, and would turn every crawler away
                    if !names.is_empty() {
                        return Proof::Spoofed;
                    }
                }
                _ => {}
            }
        }
        let fresh = view
            .request
            .now
            .is_some_and(|now| now >= date && now.0.saturating_sub(date.0) < FRESH.0);
        let complete = !group.lists.is_empty() || self.lists.iter().any(|list| list.bot == name);
        if fresh && complete {
            Proof::Spoofed
        } else {
            Proof::Unverifiable
        }
    }
}

/// What several bots publish together.
struct Group {
    lists: &'static str,
    names: &'static str,
}

fn group(bot: &str) -> Option<Group> {
    table::CRAWLERS.lines().find_map(|line| {
        let (bots, rest) = line.split_once(':')?;
        let (lists, names) = rest.split_once(':')?;
        bots.split(' ')
            .any(|known| known == bot)
            .then_some(Group { lists, names })
    })
}

impl Group {
    /// Whether one of the embedded lists has the address.
    fn holds(&self, ip: IpAddr) -> bool {
        self.lists.bytes().any(|letter| {
            let at = usize::from(letter.saturating_sub(b'a'));
            let Some([v4, v6]) = table::RANGES.get(at) else {
                return false;
            };
            match ip {
                IpAddr::V4(ip) => is_in(v4, ip.to_bits().into()),
                IpAddr::V6(ip) => is_in(
                    v6,
                    u64::try_from(ip.to_bits().wrapping_shr(64)).unwrap_or_default(),
                ),
            }
        })
    }
}

/// Whether the packed ranges hold the number: gap and length, in turn, each in
/// groups of seven bits, the lowest first. Any bytes are read; what is cut off or
/// longer than 64 bits ends them.
#[must_use]
pub fn is_in(mut packed: &[u8], wanted: u64) -> bool {
    let mut at: u64 = 0;
    while let (Some(gap), Some(length)) = (number(&mut packed), number(&mut packed)) {
        let start = at.saturating_add(gap);
        at = start.saturating_add(length);
        if wanted < at {
            return wanted >= start;
        }
    }
    false
}

fn number(packed: &mut &[u8]) -> Option<u64> {
    let mut n: u64 = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = packed.split_first()?;
        *packed = rest;
        n |= u64::from(first & 0x7f).checked_shl(shift)?;
        if first & 0x80 == 0 {
            return Some(n);
        }
    }
    None
}

/// Whether a name is one that the operator's addresses have: `*` stands for
/// anything, once.
fn leads(wanted: &str, name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let ends = |end: &str| {
        let at = name.len().checked_sub(end.len());
        let tail = at.and_then(|at| name.get(at..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    match wanted.split_once('*') {
        None => name.eq_ignore_ascii_case(wanted),
        Some((start, end)) => {
            name.len() > start.len().saturating_add(end.len())
                && name
                    .get(..start.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(start))
                && ends(end)
        }
    }
}

fn rank(proof: &Proof) -> u8 {
    match proof {
        Proof::Unverifiable => 0,
        Proof::Spoofed => 1,
        Proof::Asks(_) => 2,
        Proof::Verified => 3,
    }
}

/// An address that somebody on the internet can have.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b)))
        }
        // global unicast is 2000::/3
        IpAddr::V6(ip) => ip
            .segments()
            .first()
            .is_some_and(|first| first.wrapping_shr(13) == 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(bot: &str, ip: &str) -> Option<bool> {
        let ip = ip.parse().ok()?;
        group(bot).map(|group| group.holds(ip))
    }

    #[test]
    fn published_addresses() {
        assert_eq!(holds("google-crawler", "66.249.66.1"), Some(true));
        assert_eq!(holds("google-crawler", "203.0.113.9"), Some(false));
        assert_eq!(holds("google-crawler", "2001:4860:4801:10::1"), Some(true));
        assert_eq!(holds("google-crawler", "2001:db8::1"), Some(false));
        assert_eq!(holds("google-crawler", "0.0.0.0"), Some(false));
        assert_eq!(holds("google-crawler", "255.255.255.255"), Some(false));
        assert_eq!(holds("bing-crawler", "157.55.39.1"), Some(true));
        assert_eq!(holds("curl", "66.249.66.1"), None);
    }

    #[test]
    fn every_crawler_is_a_bot_of_the_table() {
        for line in table::CRAWLERS.lines() {
            for bot in line.split(':').next().unwrap_or_default().split(' ') {
                assert!(
                    crate::rules::detect_bot::catalogue::by_id(bot).is_some(),
                    "{bot}"
                );
            }
        }
    }

    #[test]
    fn names_of_operators() {
        let google = "crawl-*.googlebot.com";
        for (wanted, name, fits) in [
            (google, "crawl-66-249-66-1.googlebot.com", true),
            (google, "Crawl-66-249-66-1.GoogleBot.com.", true),
            (google, "crawl-.googlebot.com", false),
            (google, "crawl-1.googlebot.com.evil.example", false),
            (google, "evilgooglebot.com", false),
            ("*.search.msn.com", "msnbot-1.search.msn.com", true),
            ("*.search.msn.com", "search.msn.com", false),
            ("*.search.msn.com", "xsearch.msn.com", false),
            ("ip.uptimerobot.com", "IP.uptimerobot.com", true),
            ("*.naver.com", "\u{e9}", false),
        ] {
            assert_eq!(leads(wanted, name), fits, "{wanted} {name}");
        }
    }

    #[test]
    fn broken_ranges_end() {
        assert!(!is_in(&[0xff; 40], 7));
        assert!(!is_in(&[0x80], 0));
        assert!(is_in(&[5, 2, 1, 1], 6));
        assert!(!is_in(&[5, 2, 1, 1], 7));
        assert!(is_in(&[5, 2, 1, 1], 8));
    }
}
