//! `cargo xtask eval bots [--verbose]`: what detectBot finds in the labelled
//! header sets of DIR (`train.jsonl.gz`, `dev.jsonl.gz`), beside isbot and
//! crawler-user-agents, which read the same User-Agents.
//!
//! Requests of `train` are weighed by weights that never saw their source,
//! after `make train`; those of `dev` by the weights in the build, which never
//! saw them either. Of each class the share denied is told, all together and of
//! the second-worst source. Named bots are in the lists that the build is made
//! of: what evidence without names finds where no list exists is told beside.
//!
//! Recordings of people hold automation that nobody sorted out. Rows that say so
//! themselves, in their User-Agent or client hints, are counted by what they say;
//! people are told as labelled and, in a line of their own, without those.

mod peers;
mod rows;

use doorward_core::rules::detect_bot::catalogue::Catalogue;
use doorward_core::rules::detect_bot::disguise::Model;
use rows::{Found, Row};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Weights without a source, written by `make train`.
const PARTS: &str = "target/bots-parts";

/// Runs the command.
///
/// # Errors
/// What could not be read.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let (dir, verbose) = match args {
        [dir] => (dir, false),
        [dir, flag] if flag == "--verbose" => (dir, true),
        _ => return Err("expected: DIR [--verbose]".into()),
    };
    let mut rows = Vec::new();
    for part in ["train", "dev"] {
        rows::read(&format!("{dir}/{part}.jsonl.gz"), part == "dev", &mut rows)?;
    }
    let parts = Parts::default();
    let found: Vec<Found> = rows.iter().map(|row| parts.judged(row)).collect();
    let agents: Vec<&str> = rows
        .iter()
        .map(|row| row.user_agent.as_deref().unwrap_or_default())
        .collect();
    let mut columns = vec![("Doorward".to_owned(), denied(&found))];
    columns.extend(peers::ask(&agents));
    table(&rows, &columns);
    declared(&rows);
    how(&rows, &found);
    alone(&rows);
    unlisted(&rows);
    if verbose {
        for (row, found) in rows.iter().zip(&found) {
            match (row.human, found) {
                (true, Found::Nothing) => {}
                (true, found) => println!("person {found:?}: {} {}", row.source, row.told()),
                (false, Found::Nothing) => println!("missed: {} {}", row.source, row.told()),
                (false, _) => {}
            }
        }
    }
    speed(&rows);
    Ok(())
}

fn denied(found: &[Found]) -> Vec<bool> {
    found.iter().map(|found| *found != Found::Nothing).collect()
}

/// Weights by source, read once.
#[derive(Default)]
struct Parts(core::cell::RefCell<BTreeMap<String, Option<Vec<u8>>>>);

impl Parts {
    fn judged(&self, row: &Row) -> Found {
        if row.dev {
            return row.judged(&Model::shipped());
        }
        let mut kept = self.0.borrow_mut();
        let weights = kept.entry(row.source.clone()).or_insert_with(|| {
            let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
            let name: String = row.source.chars().map(plain).collect();
            std::fs::read(PathBuf::from(PARTS).join(format!("{name}.bin"))).ok()
        });
        match weights {
            Some(weights) => row.judged(&Model::from_bytes(weights)),
            None => row.judged(&Model::shipped()),
        }
    }
}

/// Hits and rows of each source.
type Sources<'r> = BTreeMap<&'r str, (u32, u32)>;

fn table(rows: &[Row], columns: &[(String, Vec<bool>)]) {
    let mut classes: Vec<&str> = rows.iter().map(|row| row.class).collect();
    classes.sort_unstable();
    classes.dedup();
    for split in ["train", "dev"] {
        println!(
            "{split}: per cent denied, all, and of the second-worst source{}",
            if split == "train" {
                " (by weights that never saw it)"
            } else {
                ""
            }
        );
        for class in &classes {
            for (name, hits) in columns {
                let tally = |declared: bool| {
                    let mut sources = Sources::new();
                    let here = rows.iter().zip(hits);
                    let here =
                        here.filter(|(row, _)| row.class == *class && row.dev == (split == "dev"));
                    for (row, hit) in here.filter(|(row, _)| declared || row.declares().is_none()) {
                        let tally = sources.entry(&row.source).or_default();
                        tally.0 += u32::from(*hit);
                        tally.1 += 1;
                    }
                    sources
                };
                line(class, name, &tally(true));
                if matches!(*class, "people, all headers" | "people, hard cases") {
                    line("  less declared automation", name, &tally(false));
                }
            }
        }
    }
}

fn line(class: &str, name: &str, sources: &Sources<'_>) {
    let human = class.starts_with("people");
    let share = |(hits, rows): (u32, u32)| 100.0 * f64::from(hits) / f64::from(rows.max(1));
    let all = sources
        .values()
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    if all.1 == 0 {
        return;
    }
    let mut worst: Vec<(f64, &str)> = sources
        .iter()
        .map(|(name, tally)| (share(*tally), *name))
        .collect();
    worst.sort_by(|a, b| a.0.total_cmp(&b.0));
    if human {
        worst.reverse();
    }
    let second = worst.get(1).or(worst.first()).copied().unwrap_or_default();
    println!(
        "  {class:<28} {name:<28} {:>5}/{:<5} {:>7.2} %   {:>7.2} % {}",
        all.0,
        all.1,
        share(all),
        second.0,
        second.1
    );
}

/// By what each class is denied.
fn how(rows: &[Row], found: &[Found]) {
    println!("by what: a name, no User-Agent, a certain sign, several likely ones, not");
    let mut table: BTreeMap<&str, [u32; 5]> = BTreeMap::new();
    for (row, found) in rows.iter().zip(found) {
        let place = match found {
            Found::Named => 0,
            Found::Nameless => 1,
            Found::Certain => 2,
            Found::Likely => 3,
            Found::Nothing => 4,
        };
        if let Some(cell) = table.entry(row.class).or_default().get_mut(place) {
            *cell += 1;
        }
    }
    for (class, counts) in table {
        let cells: Vec<String> = counts.iter().map(|n| format!("{n:>6}")).collect();
        println!("  {class:<28} {}", cells.join(""));
    }
}

/// Rows labelled as people's that say they are automation, by what says it.
fn declared(rows: &[Row]) {
    println!("labelled as people's, but they say themselves that they are automation");
    let mut table: BTreeMap<(&str, String), u32> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.human) {
        if let Some(said) = row.declares() {
            *table.entry((&row.source, said)).or_default() += 1;
        }
    }
    for ((source, said), count) in table {
        println!("  {source:<28} {said:<44} {count:>5}");
    }
}

/// What each certain sign denies that no other does.
fn alone(rows: &[Row]) {
    println!("denied by one certain sign and nothing else: people, automation");
    let mut table: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.declares().is_none()) {
        if let Some(sign) = row.alone() {
            let (people, bots) = table.entry(sign.words()).or_default();
            *if row.human { people } else { bots } += 1;
        }
    }
    for (words, (people, bots)) in table {
        println!("  {words:<60} {people:>5} {bots:>5}");
    }
}

/// What may be expected of a bot that nobody has listed yet.
fn unlisted(rows: &[Row]) {
    println!("bots with no browser's User-Agent, found if no list existed");
    let mut sources = Sources::new();
    let catalogue = Catalogue::default();
    for row in rows.iter().filter(|row| !row.human) {
        let Some(agent) = row.user_agent.as_deref() else {
            continue;
        };
        if row.class.starts_with("bots, User") || row.class.starts_with("honest") {
            let tally = sources.entry(&row.source).or_default();
            tally.0 += u32::from(!catalogue.find_unlisted(agent.as_bytes()).is_empty());
            tally.1 += 1;
        }
    }
    line("bots, User-Agent only", "Doorward without lists", &sources);
}

fn speed(rows: &[Row]) {
    for (name, human) in [("people", true), ("bots", false)] {
        let model = Model::shipped();
        let chosen: Vec<&Row> = rows.iter().filter(|row| row.human == human).collect();
        // The fastest of many rounds: the machine may be shared.
        let mut best = f64::MAX;
        for _ in 0..20 {
            let start = std::time::Instant::now();
            for row in &chosen {
                core::hint::black_box(core::hint::black_box(*row).judged(&model));
            }
            best = best.min(start.elapsed().as_secs_f64());
        }
        let calls = f64::from(u32::try_from(chosen.len().max(1)).unwrap_or(1));
        println!(
            "{name}: {:.0} ns a call, its headers gathered too",
            best * 1e9 / calls
        );
    }
}
