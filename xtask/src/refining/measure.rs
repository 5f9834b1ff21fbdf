//! What the second opinion changes, by persona, and how good its score is.

use super::collect::Sample;
use core::fmt::Write as _;
use doorward_core::decision::Conclusion;
use doorward_core::refine::Weighed;
use std::collections::BTreeMap;

type Judged<'s> = [(&'s Sample, Weighed)];

/// As the core concludes.
fn refined(one: &Sample, weighed: &Weighed) -> Conclusion {
    let softened = if weighed.speaks_for() {
        one.first.min(one.costs.decide(weighed.score))
    } else {
        one.first
    };
    softened.max(one.floor)
}

#[derive(Clone, Copy, Default)]
struct Counts {
    all: f64,
    denied: f64,
    challenged: f64,
    denied_then: f64,
    challenged_then: f64,
    /// Of those denied before: allowed then.
    freed: f64,
    /// Of those stopped before: stopped then.
    kept: f64,
    /// Of those denied before: denied then.
    still: f64,
}

impl Counts {
    fn add(&mut self, first: Conclusion, then: Conclusion) {
        let one = |yes: bool| f64::from(u8::from(yes));
        self.all += 1.0;
        self.denied += one(first == Conclusion::Deny);
        self.challenged += one(first == Conclusion::Challenge);
        self.denied_then += one(then == Conclusion::Deny);
        self.challenged_then += one(then == Conclusion::Challenge);
        self.freed += one(first == Conclusion::Deny && then == Conclusion::Allow);
        self.kept += one(first > Conclusion::Allow && then > Conclusion::Allow);
        self.still += one(first == Conclusion::Deny && then == Conclusion::Deny);
    }
}

fn per(part: f64, of: f64, times: f64) -> f64 {
    if of > 0.0 { part / of * times } else { 0.0 }
}

/// Legitimate and abusive, by persona and by regime, and the score's quality.
pub(super) fn table(judged: &Judged<'_>) -> String {
    let mut by: BTreeMap<(bool, String), Counts> = BTreeMap::new();
    for (one, weighed) in judged.iter().filter(|(one, _)| !one.is_contract()) {
        let then = refined(one, weighed);
        for name in [
            String::from("all"),
            one.persona.to_owned(),
            format!("regime {}", one.regime),
        ] {
            by.entry((one.attack, name))
                .or_default()
                .add(one.first, then);
        }
    }
    let mut out = String::from(
        "| legitimate | requests | denied of 1,000 | then | challenged of 1,000 | then | of removed denials allowed |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for ((_, name), c) in by.iter().filter(|((attack, _), _)| !attack) {
        let _ = writeln!(
            out,
            "| {name} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} % |",
            c.all,
            per(c.denied, c.all, 1000.0),
            per(c.denied_then, c.all, 1000.0),
            per(c.challenged, c.all, 1000.0),
            per(c.challenged_then, c.all, 1000.0),
            per(c.freed, c.denied - c.still, 100.0),
        );
    }
    out.push_str("\n| abusive | requests | stopped | then | of stopped still stopped | of denied still denied |\n| --- | --- | --- | --- | --- | --- |\n");
    for ((_, name), c) in by.iter().filter(|((attack, _), _)| *attack) {
        let stopped = c.denied + c.challenged;
        let _ = writeln!(
            out,
            "| {name} | {} | {:.1} % | {:.1} % | {:.1} % | {:.1} % |",
            c.all,
            per(stopped, c.all, 100.0),
            per(c.denied_then + c.challenged_then, c.all, 100.0),
            per(c.kept, stopped, 100.0),
            per(c.still, c.denied, 100.0),
        );
    }
    let _ = write!(out, "\n{}\n{}", quality(judged), baseline(judged));
    out
}

/// One line of the ablation.
pub(super) fn row(judged: &Judged<'_>) -> String {
    let (mut people, mut abuse) = (Counts::default(), Counts::default());
    for (one, weighed) in judged.iter().filter(|(one, _)| !one.is_contract()) {
        let counts = if one.attack { &mut abuse } else { &mut people };
        counts.add(one.first, refined(one, weighed));
    }
    let q = Quality::of(judged);
    format!(
        "{:.4} | {:.1} % | {:.1} % | {:.4} | {:.2} → {:.2} | {:.1} %",
        q.auc,
        q.tpr(0.001) * 100.0,
        q.tpr(0.01) * 100.0,
        q.brier,
        per(people.denied, people.all, 1000.0),
        per(people.denied_then, people.all, 1000.0),
        per(abuse.kept, abuse.denied + abuse.challenged, 100.0)
    )
}

/// How well the score tells abuse from the rest.
struct Quality {
    auc: f64,
    brier: f64,
    error: f64,
    /// False and true positive rates as the threshold falls.
    curve: Vec<[f64; 2]>,
}

impl Quality {
    fn of(judged: &Judged<'_>) -> Self {
        let mut by: BTreeMap<i32, [f64; 2]> = BTreeMap::new();
        let mut bins: BTreeMap<u16, [f64; 3]> = BTreeMap::new();
        let (mut brier, mut total) = (0.0, [0.0, 0.0]);
        for (one, weighed) in judged {
            let truth = f64::from(u8::from(one.attack));
            let p = f64::from(weighed.score.get()) / 10_000.0;
            brier += (p - truth) * (p - truth);
            let [good, bad] = by.entry(-weighed.margin).or_default();
            let [all_good, all_bad] = &mut total;
            if one.attack {
                *bad += 1.0;
                *all_bad += 1.0;
            } else {
                *good += 1.0;
                *all_good += 1.0;
            }
            let [n, sum, bads] = bins.entry(weighed.score.get() / 1000).or_default();
            *n += 1.0;
            *sum += p;
            *bads += truth;
        }
        let [all_good, all_bad] = total;
        let (mut curve, mut auc, mut fp, mut tp) = (Vec::new(), 0.0, 0.0, 0.0);
        for [good, bad] in by.values() {
            auc += good * (tp + bad / 2.0);
            fp += good;
            tp += bad;
            curve.push([per(fp, all_good, 1.0), per(tp, all_bad, 1.0)]);
        }
        let all = all_good + all_bad;
        let off: f64 = bins.values().map(|[_, sum, bads]| (sum - bads).abs()).sum();
        Self {
            auc: per(auc, all_good * all_bad, 1.0),
            brier: per(brier, all, 1.0),
            error: per(off, all, 1.0),
            curve,
        }
    }

    fn tpr(&self, at: f64) -> f64 {
        let below = self.curve.iter().take_while(|[fpr, _]| *fpr <= at);
        below.last().map_or(0.0, |[_, tpr]| *tpr)
    }
}

fn quality(judged: &Judged<'_>) -> String {
    let q = Quality::of(judged);
    format!(
        "AUC {:.4}; TPR {:.1} %, {:.1} %, {:.1} % at 0.1 %, 0.5 %, 1 % FPR; Brier {:.4}; calibration error {:.4}.\n",
        q.auc,
        q.tpr(0.001) * 100.0,
        q.tpr(0.005) * 100.0,
        q.tpr(0.01) * 100.0,
        q.brier,
        q.error
    )
}

/// The same rules with their thresholds tuned on the same data: the fewest
/// legitimate denials that still stop 97 % of what was stopped.
fn baseline(judged: &Judged<'_>) -> String {
    let mut best: Option<(f64, f64, [u16; 2], bool)> = None;
    for shield in [5_000, 8_000, 9_000, 9_500, 9_800, 10_001] {
        for bot in [1, 9_500, 10_001] {
            for limits in [true, false] {
                let (mut legit, mut people, mut stopped, mut kept) = (0.0, 0.0, 0.0, 0.0);
                for (one, _) in judged.iter().filter(|(one, _)| !one.is_contract()) {
                    let [by_shield, by_bot] = one.scores;
                    let denies =
                        by_shield >= shield || by_bot >= bot || limits && one.limited || one.other;
                    let one_more = f64::from(u8::from(denies));
                    if !one.attack {
                        people += 1.0;
                        legit += one_more;
                    } else if one.first > Conclusion::Allow {
                        stopped += 1.0;
                        kept += one_more;
                    }
                }
                let (share, rate) = (per(kept, stopped, 100.0), per(legit, people, 1000.0));
                if share >= 97.0 && best.is_none_or(|(least, ..)| rate < least) {
                    best = Some((rate, share, [shield, bot], limits));
                }
            }
        }
    }
    match best {
        Some((rate, share, [shield, bot], limits)) => format!(
            "The same rules with tuned thresholds (shield {shield}, bots {bot}, limit of the address {}): {rate:.2} legitimate denials of 1,000, {share:.1} % of stopped attacks still stopped.\n",
            if limits { "kept" } else { "dropped" }
        ),
        None => String::from("No threshold of these rules keeps 97 % of the attacks.\n"),
    }
}
