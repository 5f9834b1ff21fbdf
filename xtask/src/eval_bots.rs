//! `cargo xtask eval bots`: what the bot catalogue finds in the labelled
//! header sets of DIR (`train.jsonl.gz`, `dev.jsonl.gz`), by User-Agent alone.
//!
//! Three tables: people who would be taken for bots, bots that are found, and
//! bots that evidence without names finds when no list exists (what may be
//! expected for a bot nobody has listed yet). A bot with the headers of a
//! browser cannot be found here; it counts under `copies a browser`.

use doorward_core::rules::detect_bot::catalogue::{self, Bot, Matches};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

struct Row {
    source: String,
    human: bool,
    ua_only: bool,
    hard: bool,
    user_agent: Option<String>,
}

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
        read(&format!("{dir}/{part}.jsonl.gz"), &mut rows)?;
    }
    people(&rows, verbose);
    bots(&rows, verbose);
    speed(&rows);
    Ok(())
}

fn read(path: &str, rows: &mut Vec<Row>) -> Result<(), String> {
    let packed = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .map_err(|e| format!("{path}: {e}"))?;
    for (number, line) in text.lines().enumerate() {
        let row: Value =
            serde_json::from_str(line).map_err(|e| format!("{path}:{}: {e}", number + 1))?;
        let flag = |name: &str| row.get(name).and_then(Value::as_bool).unwrap_or_default();
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let header = row
            .get("headers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let user_agent = header
            .filter(|h| h.get(0).and_then(Value::as_str) == Some("user-agent"))
            .find_map(|h| h.get(1)?.as_str().map(String::from));
        if flag("ambiguous") {
            continue;
        }
        rows.push(Row {
            source: text("source").into(),
            human: text("label") == "human",
            ua_only: flag("ua_only"),
            hard: flag("hard"),
            user_agent,
        });
    }
    Ok(())
}

fn names(found: &Matches) -> String {
    let name = |bot: &Bot| match bot {
        Bot::Known(id) => id.name(),
        Bot::Custom(_) => "custom",
    };
    found
        .iter()
        .map(|m| name(&m.bot))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Hits, rows, and how many of either are distinct strings.
#[derive(Default)]
struct Tally {
    hits: u32,
    rows: u32,
    distinct: BTreeSet<String>,
    distinct_hits: BTreeSet<String>,
}

impl Tally {
    fn add(&mut self, user_agent: &str, hit: bool) {
        self.rows += 1;
        self.hits += u32::from(hit);
        self.distinct.insert(user_agent.into());
        if hit {
            self.distinct_hits.insert(user_agent.into());
        }
    }

    fn line(&self, name: &str) {
        let share = 100.0 * f64::from(self.hits) / f64::from(self.rows.max(1));
        println!(
            "  {name:<58} {:>5}/{:<5} {share:>7.2} %   distinct {}/{}",
            self.hits,
            self.rows,
            self.distinct_hits.len(),
            self.distinct.len()
        );
    }
}

fn people(rows: &[Row], verbose: bool) {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in rows.iter().filter(|row| row.human) {
        let user_agent = row.user_agent.clone().unwrap_or_default();
        let found = catalogue::find(user_agent.as_bytes(), &[]);
        let class = match (row.ua_only, row.hard) {
            (true, _) => "UA only",
            (false, true) => "hard",
            (false, false) => "full headers",
        };
        for name in [format!("{class} (all)"), format!("{class}: {}", row.source)] {
            tallies
                .entry(name)
                .or_default()
                .add(&user_agent, !found.is_empty());
        }
        if verbose && !found.is_empty() && seen.insert(user_agent.clone()) {
            println!("person: {} <- {user_agent}", names(&found));
        }
    }
    println!("people taken for bots");
    for (name, tally) in &tallies {
        tally.line(name);
    }
}

/// The string of a browser: nothing in it can tell.
fn copies_a_browser(user_agent: &str) -> bool {
    let plain = |c: char| c.is_ascii_digit() || c == '.';
    let last = user_agent.rsplit(' ').next().unwrap_or_default();
    let (name, version) = last.split_once('/').unwrap_or_default();
    let ends = ["Safari", "Firefox", "Edg", "OPR", "Ddg", "Mobile"].contains(&name);
    ends && version.chars().all(plain)
        && user_agent.starts_with("Mozilla/5.0 (")
        && !user_agent.contains("Headless")
        && !user_agent.contains("compatible")
}

fn bots(rows: &[Row], verbose: bool) {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut unlisted: BTreeMap<String, Tally> = BTreeMap::new();
    let mut several = Tally::default();
    let mut seen = BTreeSet::new();
    for row in rows.iter().filter(|row| !row.human) {
        let Some(user_agent) = &row.user_agent else {
            tallies
                .entry("no User-Agent (the rule's own business)".into())
                .or_default()
                .add("", false);
            continue;
        };
        let recorded = row.source.starts_with("recorded");
        let class = match (recorded, copies_a_browser(user_agent)) {
            (true, true) => "tool that copies a browser".into(),
            (true, false) => "honest tool or headless".into(),
            (false, _) => format!("UA only: {}", row.source),
        };
        let found = catalogue::find(user_agent.as_bytes(), &[]);
        let bare = catalogue::find_unlisted(user_agent.as_bytes());
        if !recorded {
            several.add(user_agent, found.iter().count() > 1);
        }
        tallies
            .entry(class.clone())
            .or_default()
            .add(user_agent, !found.is_empty());
        unlisted
            .entry(class.clone())
            .or_default()
            .add(user_agent, !bare.is_empty());
        if verbose && class != "tool that copies a browser" && seen.insert(user_agent.clone()) {
            match (found.is_empty(), bare.is_empty(), found.iter().count()) {
                (true, _, _) => println!("missed: {user_agent}"),
                (_, true, _) => println!("missed unlisted: {user_agent}"),
                (_, _, 2..) => println!("several: {} <- {user_agent}", names(&found)),
                _ => {}
            }
        }
    }
    println!("bots found");
    for (name, tally) in &tallies {
        tally.line(name);
    }
    println!("bots found if no list existed");
    for (name, tally) in &unlisted {
        tally.line(name);
    }
    several.line("UA-only bots with more than one name");
}

fn speed(rows: &[Row]) {
    let time = |human: bool| {
        let strings: Vec<&[u8]> = rows
            .iter()
            .filter(|row| row.human == human)
            .filter_map(|row| row.user_agent.as_deref().map(str::as_bytes))
            .collect();
        // The fastest of many rounds: the machine may be shared.
        let mut best = f64::MAX;
        for _ in 0..40 {
            let start = std::time::Instant::now();
            for text in &strings {
                core::hint::black_box(catalogue::find(core::hint::black_box(text), &[]));
            }
            best = best.min(start.elapsed().as_secs_f64());
        }
        let calls = f64::from(u32::try_from(strings.len()).unwrap_or(1));
        let bytes: usize = strings.iter().map(|s| s.len()).sum();
        let mean = bytes / strings.len().max(1);
        (best * 1e9 / calls, mean)
    };
    for (name, human) in [("people", true), ("bots", false)] {
        let (nanos, mean) = time(human);
        println!("{name}: {nanos:.0} ns a call, {mean} bytes on average");
    }
}
