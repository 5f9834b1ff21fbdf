//! How many attacks were caught and how many benign requests taken for one: by
//! the rules alone, and with the model.

use super::rows::Row;
use doorward_core::rules::shield::DEFAULT_THRESHOLD;
use std::collections::{BTreeMap, BTreeSet};

/// Categories whose content looks like code by design.
const CODE: [&str; 5] = [
    "benign_code",
    "benign_html",
    "benign_markdown",
    "benign_template",
    "benign_xml",
];

/// Fewer rows than this say little of a source: the worst ones are told without them.
const FEW: usize = 30;

/// Scores in ten-thousandths of a request: by the rules alone, and with the model.
#[derive(Clone, Copy)]
pub(super) struct Scores {
    pub(super) rules: u16,
    pub(super) both: u16,
}

#[derive(Default)]
pub(super) struct Table {
    /// What is counted together: heading, attack or not, name.
    groups: BTreeMap<(u8, bool, String), Vec<Scores>>,
    codes: BTreeMap<(&'static str, bool), u32>,
}

const HEADINGS: [&str; 3] = ["", "by class", "by source"];

impl Table {
    pub(super) fn add(&mut self, stem: &str, row: &Row, scores: Scores) {
        let attack = row.label_attack;
        let mut group = |heading, name: String| {
            let group = self.groups.entry((heading, attack, name)).or_default();
            group.push(scores);
        };
        group(0, String::new());
        group(0, format!("in {stem}"));
        if !attack {
            let code = CODE.contains(&row.category.as_str());
            group(0, if code { "code-like" } else { "not code-like" }.into());
        }
        group(1, row.category.clone());
        group(2, row.source.clone());
    }

    /// A request was denied for this reason.
    pub(super) fn reason(&mut self, code: &'static str, attack: bool) {
        *self.codes.entry((code, attack)).or_default() += 1;
    }

    pub(super) fn print(&self) {
        let none = Vec::new();
        let benign = self.groups.get(&(0, false, String::new())).unwrap_or(&none);
        let below = (
            Ranks::of(benign, |scores| scores.rules),
            Ranks::of(benign, |scores| scores.both),
        );
        println!("threshold {DEFAULT_THRESHOLD}; AUC against all benign requests of the table");
        println!(
            "{:<36} {:>6} {:>9} {:>9} {:>9} {:>9}",
            "", "rows", "rules %", "both %", "AUC rules", "AUC both"
        );
        let mut last = 0;
        for ((heading, attack, name), scores) in &self.groups {
            if *heading != last {
                last = *heading;
                println!("\n{}", HEADINGS.get(usize::from(last)).unwrap_or(&""));
            }
            let label = if *attack { "attack" } else { "benign" };
            print!(
                "{:<36} {:>6} {:>9.3} {:>9.3}",
                format!("{label} {name}"),
                scores.len(),
                denied(scores, |scores| scores.rules),
                denied(scores, |scores| scores.both),
            );
            if *attack {
                print!(
                    " {:>9.4} {:>9.4}",
                    below.0.auc(scores, |scores| scores.rules),
                    below.1.auc(scores, |scores| scores.both)
                );
            }
            println!();
        }
        self.worst();
        println!("\nby code: attack, benign");
        let codes: BTreeSet<_> = self.codes.keys().map(|(code, _)| *code).collect();
        for code in codes {
            let of = |attack| self.codes.get(&(code, attack)).copied().unwrap_or_default();
            println!("{code:<36} {:>6} {:>6}", of(true), of(false));
        }
    }

    /// The sources that fare worst.
    fn worst(&self) {
        println!("\nworst and second-worst source of {FEW} rows or more, both");
        for attack in [true, false] {
            let mut sources: Vec<(f64, &str, usize)> = self
                .groups
                .iter()
                .filter(|((heading, is, _), scores)| {
                    *heading == 2 && *is == attack && scores.len() >= FEW
                })
                .map(|((_, _, name), scores)| {
                    let share = denied(scores, |scores| scores.both);
                    (share, name.as_str(), scores.len())
                })
                .collect();
            sources.sort_by(|a, b| a.0.total_cmp(&b.0));
            if !attack {
                sources.reverse();
            }
            let label = if attack { "attack" } else { "benign" };
            for (share, name, rows) in sources.iter().take(2) {
                println!("{:<36} {rows:>6} {share:>19.3}", format!("{label} {name}"));
            }
        }
    }
}

fn denied(scores: &[Scores], which: fn(&Scores) -> u16) -> f64 {
    let flagged = scores
        .iter()
        .filter(|scores| which(scores) >= DEFAULT_THRESHOLD.get())
        .count();
    100.0 * share(flagged, scores.len())
}

fn share(part: usize, whole: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    number(part) / number(whole.max(1))
}

/// How many benign requests have a lower score, and how many the same.
struct Ranks {
    sorted: Vec<u16>,
}

impl Ranks {
    fn of(benign: &[Scores], which: fn(&Scores) -> u16) -> Self {
        let mut sorted: Vec<u16> = benign.iter().map(which).collect();
        sorted.sort_unstable();
        Self { sorted }
    }

    /// The chance that an attack scores more than a benign request; half for a tie.
    fn auc(&self, attacks: &[Scores], which: fn(&Scores) -> u16) -> f64 {
        let sum: f64 = attacks
            .iter()
            .map(|scores| {
                let score = which(scores);
                let lower = self.sorted.partition_point(|other| *other < score);
                let not_higher = self.sorted.partition_point(|other| *other <= score);
                share(lower, self.sorted.len()) / 2.0 + share(not_higher, self.sorted.len()) / 2.0
            })
            .sum();
        sum / f64::from(u32::try_from(attacks.len().max(1)).unwrap_or(u32::MAX))
    }
}
