//! From which margin on a text is an injection, what the card says, and what is
//! taken for the other.

use crate::chance::Chance;
use crate::corpus::Corpus;
use crate::fit::Weights;
use crate::pack::Bars;
use crate::rows::Row;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Harmless texts of a thousand of one length that may be taken for injections, each
/// read by weights that never saw its source: of chats, of documents, and of
/// documents where the policy says that the text is one.
const CHATS: f32 = 5.0;
const DOCUMENTS: f32 = 2.5;
const SAID: f32 = 2.0;

/// Fewest texts that say anything about a budget.
const ENOUGH: usize = 100;

/// Which of the three lengths a text of so many windows has, as in core.
fn size(windows: usize) -> usize {
    match windows {
        0..=2 => 0,
        3..=8 => 1,
        _ => 2,
    }
}

#[allow(
    clippy::cast_sign_loss,
    reason = "a part of a count is no less than nothing"
)]
fn at(mut margins: Vec<f32>, part: f32) -> f32 {
    margins.sort_unstable_by(|a, b| b.total_cmp(a));
    margins
        .get((margins.len() as f32 * part) as usize)
        .copied()
        .unwrap_or_default()
}

/// Prompts that systems are given: documents full of instructions to a model,
/// which no rule can tell from an attack when it has seen none of them.
fn is_system_prompt(row: &Row) -> bool {
    row.source.contains("BigPromptLibrary")
}

/// The margins that keep the budgets. What is said to be a document needs no more
/// than what a user says, and a longer text no less than a shorter one.
pub(crate) fn bars(corpus: &Corpus, margins: &[Option<f32>]) -> Bars {
    let keeps = |length: usize, chat: bool, budget: f32| {
        let rows = corpus.rows.iter().zip(&corpus.texts).zip(margins);
        let of_kind: Vec<f32> = rows
            .filter(|((row, text), _)| {
                !row.attack
                    && !is_system_prompt(row)
                    && row.is_chat() == chat
                    && size(text.plain) == length
            })
            .filter_map(|(_, margin)| *margin)
            .collect();
        (of_kind.len() >= ENOUGH).then(|| at(of_kind, budget / 1000.0))
    };
    let (mut user, mut said) = ([f32::MIN; 3], [f32::MIN; 3]);
    for length in 0_usize..3 {
        let shorter = length.checked_sub(1);
        let document = keeps(length, false, DOCUMENTS);
        let floor = shorter.map(|shorter| user[shorter]);
        let needed = [keeps(length, true, CHATS), document, floor];
        user[length] = needed.into_iter().flatten().fold(f32::MIN, f32::max);
        let floor = shorter.map(|shorter| said[shorter]);
        let needed = [keeps(length, false, SAID), floor];
        let needed = needed.into_iter().flatten().fold(f32::MIN, f32::max);
        said[length] = needed.min(user[length]);
    }
    [user, said, said]
}

/// Whether a margin is over the bar for a user's text of this length, and over that
/// for a document of it.
fn over(corpus: &Corpus, bars: &Bars, number: usize, margin: f32) -> [bool; 2] {
    let length = size(corpus.texts[number].plain);
    [bars[0], bars[2]].map(|bars| margin >= bars[length])
}

/// The model card.
pub(crate) fn card(corpus: &Corpus, margins: &[Option<f32>], bars: &Bars, body: &[u8]) -> String {
    let learnt = |attack: bool, made: bool| {
        let is =
            |row: &&Row| row.learnt && row.attack == attack && (row.is_made() || row.copy) == made;
        corpus.rows.iter().filter(is).count()
    };
    let [user, _, said] = bars;
    let mut out = format!(
        include_str!("card.txt"),
        attacks = learnt(true, false),
        harmless = learnt(false, false),
        made_attacks = learnt(true, true),
        made_harmless = learnt(false, true),
        bytes = body.len(),
        words = corpus.tables.meanings.len(),
        folds = corpus.tables.folds.len() / 7,
        short = user[0],
        some = user[1],
        long = user[2],
        said_short = said[0],
        said_some = said[1],
        said_long = said[2],
        chats = CHATS,
        documents = DOCUMENTS,
        said = SAID,
    );
    let mut by: BTreeMap<(bool, &str), [usize; 3]> = BTreeMap::new();
    for (number, margin) in margins.iter().enumerate() {
        if let Some(margin) = margin {
            let row = &corpus.rows[number];
            let [user, document] = over(corpus, bars, number, *margin).map(usize::from);
            let mut groups = vec![row.source.as_str(), "all"];
            if !row.attack && !is_system_prompt(row) {
                groups.push(if row.is_chat() {
                    "all chats"
                } else {
                    "all documents, mail, logs and code"
                });
            }
            if row.attack {
                groups.push(if row.is_chat() {
                    "all direct"
                } else {
                    "all in documents"
                });
            }
            for group in groups {
                let counts = by.entry((row.attack, group)).or_default();
                for (count, more) in counts.iter_mut().zip([1, user, document]) {
                    *count += more;
                }
            }
        }
    }
    for (attack, title) in [(true, "attacks of"), (false, "harmless texts of")] {
        let _ = write!(
            out,
            "\n| {title} | texts | taken for injections, % | said to be documents, % |\n\
             | --- | --- | --- | --- |\n"
        );
        for ((_, source), [all, user, document]) in by.iter().filter(|((of, _), _)| *of == attack) {
            let part = |count: &usize| 100.0 * *count as f64 / *all as f64;
            let _ = writeln!(
                out,
                "| {source} | {all} | {:.2} | {:.2} |",
                part(user),
                part(document)
            );
        }
    }
    let mut licences: BTreeMap<&str, &str> = BTreeMap::new();
    for row in corpus
        .rows
        .iter()
        .filter(|row| row.learnt && !row.is_made())
    {
        licences.insert(&row.source, &row.license);
    }
    out.push_str("\n## Sources and their licences\n\n");
    for (source, licence) in licences {
        let _ = writeln!(out, "- {source}: {licence}");
    }
    out
}

/// Prints how well it does where it did not learn, and what is taken for the other.
#[allow(
    clippy::too_many_lines,
    reason = "one report, in the order in which it is printed"
)]
pub(crate) fn worst(corpus: &Corpus, margins: &[Option<f32>], weights: &Weights, bars: &Bars) {
    const DIRECT: [&str; 11] = [
        "yanismiraoui",
        "neuralchemy_v1",
        "neuralchemy/original",
        "s-labs",
        "hackaprompt",
        "garak/sys",
        "nullsec",
        "bastioncorpus",
        "promptmap",
        "inthewild",
        "InjecGuard",
    ];
    println!("bars {bars:.2?}");
    let mut by: BTreeMap<(bool, bool, &str), Vec<f32>> = BTreeMap::new();
    let mut wrong: Vec<(f32, bool, &Row)> = Vec::new();
    for (number, row) in corpus.rows.iter().enumerate() {
        if row.is_made() || row.copy {
            continue;
        }
        let margin = margins[number].unwrap_or_else(|| weights.best(&corpus.texts[number]).1);
        let margin = margin - bars[0][size(corpus.texts[number].plain)];
        by.entry((row.attack, row.learnt, &row.source))
            .or_default()
            .push(margin);
        if (margin >= 0.0) != row.attack {
            wrong.push((margin, row.attack, row));
        }
    }
    let rate = |margins: &[f32], bar: f32| {
        100.0 * margins.iter().filter(|m| **m >= bar).count() as f32 / margins.len() as f32
    };
    for ((attack, learnt, source), margins) in &by {
        let kind = if *attack { "ATT" } else { "ben" };
        let file = if *learnt { "loso" } else { "dev " };
        println!(
            "{kind} {file} {source:45} {:5}  {:6.2} {:6.2} {:6.2}",
            margins.len(),
            rate(margins, 0.0),
            rate(margins, 1.0),
            rate(margins, -1.0)
        );
    }
    for shift in [1.0, 0.0, -0.5, -1.0] {
        let mut pooled = [Vec::new(), Vec::new()];
        for (number, row) in corpus.rows.iter().enumerate() {
            if row.attack || row.is_made() || row.copy || is_system_prompt(row) {
                continue;
            }
            let margin = margins[number].unwrap_or_else(|| weights.best(&corpus.texts[number]).1);
            pooled[usize::from(row.is_chat())]
                .push(margin - bars[0][size(corpus.texts[number].plain)]);
        }
        let mut said = String::new();
        let mut sum = 0.0;
        for name in DIRECT {
            let of: Vec<f32> = by
                .iter()
                .filter(|((attack, learnt, source), _)| {
                    *attack
                        && source.contains(name)
                        && (*learnt
                            || !["s-labs", "neuralchemy", "hackaprompt"]
                                .iter()
                                .any(|n| source.contains(n)))
                })
                .flat_map(|(_, margins)| margins.iter().copied())
                .collect();
            sum += rate(&of, shift);
            let _ = write!(said, " {:.0}", rate(&of, shift));
        }
        let one = |name: &str| {
            let of = by
                .iter()
                .filter(|((attack, _, source), _)| !attack && source.contains(name));
            rate(
                &of.flat_map(|(_, m)| m.iter().copied()).collect::<Vec<_>>(),
                shift,
            )
        };
        println!(
            "METRIC {shift:+.1}: direct {:.2} chat {:.2} docs {:.2} bastion {:.1} arena {:.1} forge {:.1} |{said}",
            sum / 11.0,
            rate(&pooled[1], shift),
            rate(&pooled[0], shift),
            one("bastion"),
            one("arena"),
            one("forge")
        );
    }
    Chance::new(5).shuffle(&mut wrong);
    for attack in [false, true] {
        for (margin, _, row) in wrong.iter().filter(|(_, of, _)| *of == attack).take(150) {
            let text: String = row.text.chars().take(160).collect();
            println!(
                "{} {margin:.1} {} {} | {text:?}",
                if attack { "FN" } else { "FP" },
                row.source,
                row.kind
            );
        }
    }
}
