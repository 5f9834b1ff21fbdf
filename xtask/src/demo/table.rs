//! What the reader sees: one row a request, then the sums.

use std::io::{IsTerminal as _, stdout};

use super::Row;
use super::traffic::Label;
use super::wire::Answer;

const WHAT: usize = 39;
const ROUTE: usize = 16;
const ANSWER: usize = 13;
const REASON: usize = 28;

pub(super) fn print(rows: &[Row<'_>]) {
    let paint = Paint::new();
    println!(
        "The same {} requests to two applications, one in TypeScript and one in Python, \
         guarded by the same rules.",
        rows.len()
    );
    println!("label   what the request truly is; without one: too early to tell");
    println!("reason  why the rule that decided did; a dry run only says what it would have done");
    println!("µs      the time of protect(), in Next.js and in FastAPI, both just started\n");
    println!(
        "  {:WHAT$}  {:ROUTE$}  {:6}  {:ANSWER$}  {:ANSWER$}  {:REASON$}  {:>6}  {:>6}",
        "client", "request", "label", "Next.js", "FastAPI", "reason", "µs", "µs"
    );
    let mut scene = "";
    for row in rows {
        if row.line.scene != scene {
            scene = &row.line.scene;
            println!("{}", paint.bold(&shown(scene)));
        }
        print_row(row, &paint);
    }
}

fn print_row(row: &Row<'_>, paint: &Paint) {
    let line = row.line;
    let path = line.url.split('?').next().unwrap_or_default();
    let label = match line.label {
        Some(Label::Attack) => "attack",
        Some(Label::Legit) => "legit",
        None => "",
    };
    let text = format!(
        "{} {:WHAT$}  {:ROUTE$}  {label:6}  {}  {}  {:REASON$}  {:>6}  {:>6}  {}",
        if row.as_expected() { " " } else { "✗" },
        shown(&line.what),
        shown(&format!("{} {path}", line.method)),
        paint.answer(&row.next),
        paint.answer(&row.fastapi),
        code(&row.next),
        micros(&row.next),
        micros(&row.fastapi),
        dry_run(&row.next),
    );
    println!("{}", text.trim_end());
    if !row.as_expected() {
        println!("    request {}: expected {}", line.id, line.expected());
        println!(
            "    Next.js: {}, FastAPI: {}",
            said(&row.next),
            said(&row.fastapi)
        );
    }
}

fn code(answer: &Answer) -> &str {
    answer
        .decision
        .as_ref()
        .map_or("refused by the host itself", |decision| &decision.said.code)
}

fn dry_run(answer: &Answer) -> String {
    match &answer.decision {
        Some(decision) if !decision.said.dry_run.is_empty() => {
            format!("dry run: {} would refuse", decision.said.dry_run.join(", "))
        }
        _ => String::new(),
    }
}

fn said(answer: &Answer) -> String {
    match &answer.decision {
        Some(decision) => format!("{} ({})", decision.said, decision.engine),
        None => "refused by the host itself".to_owned(),
    }
}

fn micros(answer: &Answer) -> String {
    answer
        .decision
        .as_ref()
        .map(|decision| decision.micros.to_string())
        .unwrap_or_default()
}

pub(super) fn summarize(rows: &[Row<'_>]) {
    let with = |label| rows.iter().filter(move |row| row.line.label == Some(label));
    let is = |row: &&Row<'_>, conclusion: &str| {
        row.next
            .decision
            .as_ref()
            .is_some_and(|decision| decision.said.conclusion == conclusion)
    };
    let attacks = with(Label::Attack).count();
    let missed = with(Label::Attack).filter(|row| is(row, "ALLOW")).count();
    let legit = with(Label::Legit).count();
    let passed = with(Label::Legit).filter(|row| is(row, "ALLOW")).count();
    let challenged = with(Label::Legit)
        .filter(|row| is(row, "CHALLENGE"))
        .count();
    let decided = rows
        .iter()
        .filter(|row| row.next.decision.is_some())
        .count();
    let agree = rows.iter().filter(|row| row.agree()).count();
    let expected = rows.iter().filter(|row| row.as_expected()).count();
    println!("\nAttacks        {} of {attacks} caught", attacks - missed);
    println!(
        "Customers      {passed} of {legit} let through, {challenged} asked for a code, {} refused (false positives)",
        legit - passed - challenged
    );
    println!(
        "Agreement      {agree} of {} the same from both: {decided} decisions, {} refused by both hosts themselves",
        rows.len(),
        rows.len() - decided
    );
    println!(
        "Expectations   {expected} of {} met, written by hand",
        rows.len()
    );
    println!(
        "Time           median {} µs in Next.js, {} µs in FastAPI",
        median(rows.iter().map(|row| &row.next)),
        median(rows.iter().map(|row| &row.fastapi))
    );
}

fn median<'a>(answers: impl Iterator<Item = &'a Answer>) -> u64 {
    let mut micros: Vec<u64> = answers
        .filter_map(|a| a.decision.as_ref())
        .map(|d| d.micros)
        .collect();
    micros.sort_unstable();
    micros.get(micros.len() / 2).copied().unwrap_or_default()
}

/// Text of the recording, without what a terminal would obey.
fn shown(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// Colours, where a terminal shows them.
struct Paint(bool);

impl Paint {
    fn new() -> Self {
        Self(stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none())
    }

    fn bold(&self, text: &str) -> String {
        if self.0 {
            format!("\x1b[1m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// Status and conclusion, as wide as its column.
    fn answer(&self, answer: &Answer) -> String {
        let conclusion = answer
            .decision
            .as_ref()
            .map_or("", |decision| &decision.said.conclusion);
        let text = format!("{:ANSWER$}", format!("{} {conclusion}", answer.status));
        let colour = match conclusion {
            "ALLOW" => 32,
            "CHALLENGE" => 33,
            _ => 31,
        };
        if self.0 {
            format!("\x1b[{colour}m{text}\x1b[0m")
        } else {
            text
        }
    }
}
