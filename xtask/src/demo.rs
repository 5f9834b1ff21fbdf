//! The demo: `examples/nextjs` and `examples/fastapi`, the same traffic, one
//! table. Fails unless both give the expected answer to every request.
//!
//! With `--without-each` it runs again for every rule of the two policies,
//! without that rule, and fails unless each of these runs misses an
//! expectation: no rule is there for show.
//!
//! Builds nothing: `make demo` does. It stands where a reverse proxy would, on
//! loopback, and writes each line's `ip` at the end of `X-Forwarded-For`.

mod app;
mod table;
mod traffic;
mod wire;

use core::time::Duration;
use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use app::App;
use traffic::Line;
use wire::Answer;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let lines = traffic::read()?;
    match arguments {
        [] => {
            let rows = round(&lines, None)?;
            table::print(&rows);
            table::summarize(&rows);
            as_expected(&rows)
        }
        [flag] if flag == "--without-each" => without_each(&lines),
        _ => bail!("usage: cargo xtask demo [--without-each]"),
    }
}

fn without_each(lines: &[Line]) -> Result<()> {
    let whole = round(lines, None)?;
    as_expected(&whole)?;
    let rules = rules(&whole);
    for rule in &rules {
        let rows = round(lines, Some(rule))?;
        ensure!(
            !self::rules(&rows).contains(rule),
            "DEMO_WITHOUT={rule} left the rule in"
        );
        let missed = rows.iter().filter(|row| !row.as_expected()).count();
        ensure!(missed > 0, "no expectation needs the rule `{rule}`");
        println!("without {rule:18} {missed:3} answers are not as expected");
    }
    println!("{} rules, each of them needed", rules.len());
    Ok(())
}

fn as_expected(rows: &[Row<'_>]) -> Result<()> {
    let missed = rows.iter().filter(|row| !row.as_expected()).count();
    ensure!(
        missed == 0,
        "{missed} of {} answers are not as expected",
        rows.len()
    );
    Ok(())
}

fn rules(rows: &[Row<'_>]) -> BTreeSet<String> {
    let answers = rows.iter().flat_map(|row| [&row.next, &row.fastapi]);
    answers
        .filter_map(|answer| answer.decision.as_ref())
        .flat_map(|decision| decision.rules.clone())
        .collect()
}

/// A request and what both applications said.
struct Row<'a> {
    line: &'a Line,
    next: Answer,
    fastapi: Answer,
}

impl Row<'_> {
    /// Both decided the same by the same policy, or neither was asked.
    fn agree(&self) -> bool {
        match (&self.next.decision, &self.fastapi.decision) {
            (Some(next), Some(fastapi)) => {
                self.next.status == self.fastapi.status
                    && next.engine == fastapi.engine
                    && next.said == fastapi.said
            }
            (None, None) => true,
            _ => false,
        }
    }

    fn as_expected(&self) -> bool {
        self.agree() && self.line.expects(&self.next) && self.line.expects(&self.fastapi)
    }
}

/// Starts both applications, afresh, and sends them the traffic.
fn round<'a>(lines: &'a [Line], without: Option<&str>) -> Result<Vec<Row<'a>>> {
    away_from_the_hour();
    let (next, fastapi) = App::start_both(without)?;
    lines
        .iter()
        .map(|line| {
            let ask = |app: &App| {
                wire::ask(app.address, line)
                    .with_context(|| format!("{}: request {}\n{}", app.name, line.id, app.log()))
            };
            Ok(Row {
                line,
                next: ask(&next)?,
                fastapi: ask(&fastapi)?,
            })
        })
        .collect()
}

/// The examples count by the hour. Waits where the hour would turn during a
/// round and give every client a new quota.
fn away_from_the_hour() {
    const HOUR: u64 = 3600;
    const ROUND: u64 = 20;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let left = HOUR - now % HOUR;
    if left < ROUND {
        eprintln!("waiting {left} s: the hour is about to turn, and the limits with it");
        sleep(Duration::from_secs(left));
    }
}
