//! How many attacks were caught and how many benign requests taken for one.

use super::rows::Row;
use doorward_core::rules::shield::DEFAULT_THRESHOLD;
use std::collections::BTreeMap;

/// Categories whose content looks like code by design.
const CODE: [&str; 5] = [
    "benign_code",
    "benign_html",
    "benign_markdown",
    "benign_template",
    "benign_xml",
];

#[derive(Default, Clone, Copy)]
pub(super) struct Count {
    pub(super) flagged: u32,
    pub(super) all: u32,
}

impl Count {
    pub(super) fn add(&mut self, flagged: bool) {
        self.flagged += u32::from(flagged);
        self.all += 1;
    }

    pub(super) fn shown(self) -> String {
        let percent = 100.0 * f64::from(self.flagged) / f64::from(self.all.max(1));
        format!("{:>6} / {:<6} {percent:7.3} %", self.flagged, self.all)
    }
}

#[derive(Default)]
pub(super) struct Table {
    pub(super) by_category: BTreeMap<(bool, String), Count>,
    pub(super) by_source: BTreeMap<(bool, String), Count>,
    pub(super) pooled: BTreeMap<String, Count>,
    pub(super) codes: BTreeMap<(&'static str, bool), u32>,
}

pub(super) fn count(table: &mut Table, stem: &str, row: &Row, flagged: bool) {
    let attack = row.label_attack;
    table
        .by_category
        .entry((attack, row.category.clone()))
        .or_default()
        .add(flagged);
    table
        .by_source
        .entry((attack, row.source.clone()))
        .or_default()
        .add(flagged);
    let pool = match (attack, CODE.contains(&row.category.as_str())) {
        (true, _) => "attacks".to_owned(),
        (false, true) => "benign, code-like".to_owned(),
        (false, false) => "benign, not code-like".to_owned(),
    };
    table.pooled.entry(pool).or_default().add(flagged);
    table
        .pooled
        .entry(format!(
            "{} in {stem}",
            if attack { "attacks" } else { "benign" }
        ))
        .or_default()
        .add(flagged);
}

pub(super) fn print(table: &Table) {
    let label = |attack: bool| if attack { "attack" } else { "benign" };
    println!("threshold {DEFAULT_THRESHOLD}");
    for (pool, count) in &table.pooled {
        println!("{pool:<36} {}", count.shown());
    }
    println!("\nby class");
    for ((attack, name), count) in &table.by_category {
        println!("{} {name:<29} {}", label(*attack), count.shown());
    }
    println!("\nby source");
    for ((attack, name), count) in &table.by_source {
        println!("{} {name:<29} {}", label(*attack), count.shown());
    }
    println!("\nby code: attack, benign");
    let codes: std::collections::BTreeSet<_> = table.codes.keys().map(|(code, _)| *code).collect();
    for code in codes {
        let of = |attack| {
            table
                .codes
                .get(&(code, attack))
                .copied()
                .unwrap_or_default()
        };
        println!("{code:<36} {:>6} {:>6}", of(true), of(false));
    }
}
