//! `doorward calibrate LOG… --max-false-positives P`: refine's calibration fitted
//! to the application's own decision log and its outcomes.
//!
//! Two things come of it. A **table** from margin to probability: isotonic
//! regression (pool adjacent violators; Ayer and others, 1955) over the decisions
//! whose outcome is known, held by a few cases to the table that is built in. And
//! a **bar**: the least margin from which anybody is stopped at all, such that of
//! the requests that turned out well at most the share P is.
//!
//! The bar is conformal in kind: it is a rank among the margins of good requests
//! that rules stopped, so it holds whatever the weights are worth, as long as
//! later traffic is of the same kind. Requests are not independent (who is
//! stopped once is stopped again), so whole actors are counted: with stops `K`
//! above the bar of good requests `n` and `C` of each actor, `K + 1.645 √(5 ΣC²)`
//! stays below `P n`, which a later log of a quarter of the length or more then
//! does in 19 of 20 cases; and `P n` has room for three actors of the size that
//! reach highest, as the highest seen is no bound for the next. Otherwise it says
//! how many requests are lacking. Contracts are aside: refine does not touch them.
//!
//! What an outcome says: `abuse` (an analyst's word, or a recording's label)
//! first; then a `chargeback` is abuse, and a passed step-up or a status below
//! 400 is not. A failed login or a refused request says neither.

use crate::refine::{COUNT, Model, POINTS, Vector, contract, nearest};
use crate::text::json::{JsonError, Value, write_count};
use crate::traffic::wrong;
use crate::units::Number;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;

/// Millionths.
const ONE: u64 = 1_000_000;
/// 5 · 1.645², in thousandths: the noise of two logs, the later a quarter as long, once in
/// twenty.
const NOISE: u128 = 13_530;
/// Actors that must fit what is asked, of the size that reach highest.
const ROOM: u64 = 3;
/// How many of those are looked at.
const HIGHEST: usize = 20;
/// Cases of abuse, and of good, from which there is a table of their own.
const ENOUGH: u64 = 50;
/// Cases that hold each point to the table that is built in.
const HOLD: u64 = 8;

/// What is known of one decision.
#[derive(Clone, Copy, Debug, Default)]
struct Case {
    decided: Option<Decided>,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug)]
struct Decided {
    margin: i32,
    /// Rules stopped it, and refine may let it pass.
    stopped: bool,
    contract: bool,
    actor: u64,
}

/// In the order of what outweighs what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    #[default]
    Unknown,
    Good,
    Abuse,
    SaidGood,
    SaidAbuse,
}

/// A log being read.
#[derive(Debug)]
pub struct Calibrate {
    /// The share asked for, in millionths.
    asked: u64,
    cases: BTreeMap<String, Case>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibrated {
    /// The file, if there is enough data.
    pub file: Option<String>,
    /// What to say.
    pub words: String,
}

impl Calibrated {
    /// The words, and below them the file: what crosses to a host.
    #[must_use]
    pub fn to_text(&self) -> String {
        let file = self.file.as_deref();
        file.map_or_else(
            || self.words.clone(),
            |file| format!("{}\n{file}", self.words),
        )
    }
}

impl Calibrate {
    /// For at most this share of false positives, as decimal text.
    ///
    /// # Errors
    /// It is none.
    pub fn new(asked: &str) -> Result<Self, String> {
        let share = Number::parse(asked.as_bytes()).and_then(|n| n.times(i128::from(ONE)));
        let share = share.and_then(|n| u64::try_from(n).ok());
        match share.filter(|share| *share <= ONE) {
            Some(asked) => Ok(Self {
                asked,
                cases: BTreeMap::new(),
            }),
            None => Err(format!(
                "found --max-false-positives {}, expected a number from 0 to 1",
                crate::text::json::escaped(asked)
            )),
        }
    }

    /// Reads the log line of `place` (`FILE:LINE`). Blank lines are nothing.
    ///
    /// # Errors
    /// `FILE:LINE: what is wrong and what was expected`.
    pub fn push(&mut self, place: &str, line: &[u8]) -> Result<(), String> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let at = |error: String| format!("{place}: {error}");
        let value = Value::parse(line).map_err(|JsonError { offset, expected }| {
            at(format!("not JSON at byte {offset}: expected {expected}"))
        })?;
        if !matches!(value, Value::Object(_)) {
            return Err(at(format!("found {}, expected an object", value.kind())));
        }
        let text = |name: &str| value.get(name).and_then(Value::as_text);
        let found = |name: &str| value.get(name).unwrap_or(&Value::Null);
        let Some(id) = text("id") else {
            return Err(at(wrong("id", found("id"), "text")));
        };
        match text("type") {
            Some("decision") => {
                let decided = decided(&value).map_err(at)?;
                let case = self.cases.entry(id.to_string()).or_default();
                case.decided = Some(decided);
            }
            Some("outcome") => {
                let verdict = verdict(value.get("outcome").unwrap_or(&Value::Null));
                let case = self.cases.entry(id.to_string()).or_default();
                case.verdict = case.verdict.max(verdict);
            }
            _ => {
                let kinds = "\"decision\" or \"outcome\"";
                return Err(at(wrong("type", found("type"), kinds)));
            }
        }
        Ok(())
    }

    /// Fits what was read.
    #[must_use]
    pub fn finish(&self) -> Calibrated {
        let known = || {
            self.cases
                .values()
                .filter_map(|case| Some((case.decided?, case.verdict)))
                .filter(|(decided, verdict)| !decided.contract && *verdict != Verdict::Unknown)
        };
        let is_bad = |verdict: Verdict| matches!(verdict, Verdict::Abuse | Verdict::SaidAbuse);
        let good: Vec<Decided> = known()
            .filter(|(_, verdict)| !is_bad(*verdict))
            .map(|(decided, _)| decided)
            .collect();
        let bad: Vec<Decided> = known()
            .filter(|(_, verdict)| is_bad(*verdict))
            .map(|(decided, _)| decided)
            .collect();
        let n = count(good.len());
        let mut words = format!("{n} good requests and {} of abuse.", bad.len());
        let bar = match self.bar(&good) {
            Ok(bar) => bar,
            Err(needed) => {
                let _ = match needed {
                    None => write!(words, " No amount of data promises 0: ask for more."),
                    Some(needed) => write!(
                        words,
                        " Not enough for {}: about {} more good requests with an outcome are \
                         needed.",
                        share(self.asked),
                        needed.saturating_sub(n).max(1)
                    ),
                };
                return Calibrated { file: None, words };
            }
        };
        let stops = |list: &[Decided]| {
            let above = |one: &&Decided| one.stopped && bar.is_none_or(|bar| one.margin >= bar);
            list.iter().filter(above).count()
        };
        let (before, after) = (
            count(bad.iter().filter(|one| one.stopped).count()),
            stops(&bad),
        );
        let _ = match bar {
            None => write!(words, " Refine needs no bar for this."),
            Some(bar) => write!(words, " Nobody is stopped below a margin of {bar}."),
        };
        let _ = write!(
            words,
            " In this log that is {} of the good ones, and {after} of {before} requests of \
             abuse that rules stopped.",
            share(millionths(count(stops(&good)), n))
        );
        let mut file = format!("{{\"contract\":\"{:016x}\",\"points\":[", contract());
        for (index, point) in table(&good, &bad).into_iter().enumerate() {
            if index > 0 {
                file.push(',');
            }
            write_count(point.into(), &mut file);
        }
        file.push(']');
        if let Some(bar) = bar {
            let _ = write!(file, ",\"least\":{bar}");
        }
        file.push('}');
        Calibrated {
            file: Some(file),
            words,
        }
    }

    /// The bar; or how many good requests it takes, if any number does.
    fn bar(&self, good: &[Decided]) -> Result<Option<i32>, Option<u64>> {
        let n = count(good.len());
        let mut stops: Vec<&Decided> = good.iter().filter(|one| one.stopped).collect();
        stops.sort_by_key(|one| (core::cmp::Reverse(one.margin), one.actor));
        let size = highest(&stops);
        if self.asked < ONE {
            let needed = ROOM
                .saturating_mul(size)
                .saturating_mul(ONE)
                .checked_div(self.asked)
                .ok_or(None)?;
            if n < needed {
                return Err(Some(needed));
            }
        }
        if self.asked == ONE {
            return Ok(None);
        }
        // in millionths of a request
        let budget = u128::from(self.asked).saturating_mul(n.into());
        let mut of: BTreeMap<u64, u64> = BTreeMap::new();
        let (mut all, mut squares) = (0_u128, 0_u128);
        for one in stops {
            let stops = of.entry(one.actor).or_default();
            squares = squares.saturating_add(u128::from(stops.saturating_mul(2).saturating_add(1)));
            *stops = stops.saturating_add(1);
            all = all.saturating_add(ONE.into());
            let left = budget.saturating_sub(all) / 1_000;
            // both sides in millionths of a request's square
            let noise = NOISE.saturating_mul(squares).saturating_mul(1_000);
            if left.saturating_mul(left) < noise {
                return Ok(Some(one.margin.saturating_add(1)));
            }
        }
        Ok(None)
    }
}

/// Requests of an actor among those that reach highest, by size.
fn highest(stops: &[&Decided]) -> u64 {
    let mut of: BTreeMap<u64, u64> = BTreeMap::new();
    for one in stops {
        if of.len() < HIGHEST || of.contains_key(&one.actor) {
            let stops = of.entry(one.actor).or_default();
            *stops = stops.saturating_add(1);
        }
    }
    let sum = |f: fn(u64) -> u64| of.values().fold(0_u64, |sum, n| sum.saturating_add(f(*n)));
    sum(|n| n.saturating_mul(n))
        .checked_div(sum(|n| n))
        .unwrap_or(1)
        .max(1)
}

/// The table from margin to probability, in ten-thousandths that never fall.
fn table(good: &[Decided], bad: &[Decided]) -> [u16; POINTS] {
    let built_in = Model::default().points();
    if count(good.len()) < ENOUGH || count(bad.len()) < ENOUGH {
        return built_in;
    }
    // abuse (in ten-thousandths of a case) and cases of each point
    let mut cases = built_in.map(|point| (u64::from(point).saturating_mul(HOLD), HOLD));
    for (list, abuse) in [(good, 0), (bad, 10_000)] {
        for one in list {
            if let Some((sum, n)) = cases.get_mut(nearest(one.margin)) {
                *sum = sum.saturating_add(abuse);
                *n = n.saturating_add(1);
            }
        }
    }
    // what falls is pooled with what is before it
    let mut pools: Vec<(u64, u64, usize)> = Vec::new();
    for (sum, n) in cases {
        let mut pool = (sum, n, 1_usize);
        while let Some(&(before, weight, points)) = pools.last() {
            let falls = u128::from(before).saturating_mul(pool.1.into())
                > u128::from(pool.0).saturating_mul(weight.into());
            if !falls {
                break;
            }
            pools.pop();
            pool = (
                pool.0.saturating_add(before),
                pool.1.saturating_add(weight),
                pool.2.saturating_add(points),
            );
        }
        pools.push(pool);
    }
    let mut table = [0; POINTS];
    let points = pools.iter().flat_map(|(sum, n, points)| {
        core::iter::repeat_n(sum.checked_div(*n).unwrap_or(0), *points)
    });
    for (slot, point) in table.iter_mut().zip(points) {
        *slot = u16::try_from(point).unwrap_or(10_000);
    }
    table
}

/// What a decision says.
fn decided(line: &Value) -> Result<Decided, String> {
    let refined = line.get("refined").unwrap_or(&Value::Null);
    let text = |value: &Value, name: &str| {
        let text = value.get(name).and_then(Value::as_text);
        text.map_or_else(String::new, ToString::to_string)
    };
    let ours = format!("{:016x}", contract());
    if text(refined, "contract") != ours {
        let found = refined.get("contract").unwrap_or(&Value::Null);
        return Err(wrong(
            "refined.contract",
            found,
            &format!("\"{ours}\": a log of this version, of a policy with refine"),
        ));
    }
    let features = text(refined, "features");
    let mut levels = [0; COUNT];
    for (slot, digit) in levels.iter_mut().zip(features.bytes()) {
        *slot = digit.wrapping_sub(b'0');
    }
    if features.len() != COUNT || levels.iter().any(|level| *level > 9) {
        let found = refined.get("features").unwrap_or(&Value::Null);
        return Err(wrong("refined.features", found, &format!("{COUNT} digits")));
    }
    let floor = text(refined, "floor");
    let first = text(line, "conclusion");
    let who = line.get("who").unwrap_or(&Value::Null);
    let actor = ["ip", "user", "session"]
        .iter()
        .map(|name| text(who, name))
        .find(|key| !key.is_empty())
        .unwrap_or_default();
    Ok(Decided {
        margin: Model::default().weigh(&Vector::new(levels), None).margin,
        stopped: first != "ALLOW" && floor.is_empty(),
        contract: floor == "DENY",
        actor: actor
            .get(..16)
            .and_then(|head| u64::from_str_radix(head, 16).ok())
            .unwrap_or(0),
    })
}

/// What an outcome says.
fn verdict(outcome: &Value) -> Verdict {
    let flag = |name: &str| outcome.get(name).and_then(Value::as_bool);
    let status = outcome.get("status").and_then(Value::as_number);
    match flag("abuse") {
        Some(true) => return Verdict::SaidAbuse,
        Some(false) => return Verdict::SaidGood,
        None => {}
    }
    if flag("chargeback") == Some(true) {
        Verdict::Abuse
    } else if flag("stepUpPassed") == Some(true)
        || flag("loginFailed") != Some(true) && status.is_some_and(|status| status.floor() < 400)
    {
        Verdict::Good
    } else {
        Verdict::Unknown
    }
}

/// A part of all, in millionths.
fn millionths(part: u64, all: u64) -> u64 {
    part.saturating_mul(ONE).checked_div(all).unwrap_or(0)
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Millionths as per cent.
fn share(millionths: u64) -> String {
    let (whole, part) = (millionths / 10_000, millionths % 10_000);
    let digits = format!("{part:04}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    format!("{whole}{point}{digits} %")
}
