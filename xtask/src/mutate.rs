//! `cargo xtask mutate --requests 20000 --seed 1 --host express|fastapi`:
//! mutated requests to an Express and a `FastAPI` application on loopback, whose
//! every rule is LIVE.
//!
//! Fails unless every answer of the application is 200, 403 or 429, every other
//! one the host parser's own refusal (4xx), nothing is written to standard
//! error, every complete request is answered, the process lives and its memory
//! stays flat. What broke a rule is kept in `target/mutate`.
//!
//! Flat: the median of the resident memory sampled in the last fifth is at most
//! 10 % and 16 MB above that of the second fifth. A median, because a collector
//! lets memory rise and fall; the second fifth, because the first fills the
//! embedded store (1 MB in these policies) and warms the compiler; 16 MB, the
//! size of a young generation of Node. A leak of 100 bytes a request would be
//! 60 MB in the full run.

mod client;
mod host;
mod mutation;
mod seeds;
mod wire;

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use client::{Client, Outcome};
use host::{HOSTS, Host};
use mutation::Mutator;

/// Connections at a time.
const CLIENTS: u64 = 8;
const FOUND: &str = "target/mutate";
/// Findings after which a run stops.
const ENOUGH: usize = 10;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (mut requests, mut seed, mut only) = (20_000_usize, 1_u64, None);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = rest
            .next()
            .with_context(|| format!("{name}: expected a value"))?;
        match name.as_str() {
            "--requests" => requests = value.parse().context("--requests: expected a number")?,
            "--seed" => seed = value.parse().context("--seed: expected a number")?,
            "--host" => only = Some(value.as_str()),
            _ => bail!("found {name}, expected --requests, --seed or --host"),
        }
    }
    ensure!(requests >= 1000, "--requests: expected at least 1000");
    let known = only.is_none_or(|only| HOSTS.iter().any(|host| host.name == only));
    ensure!(known, "--host: expected express or fastapi");
    let seeds = seeds::read()?;
    let mut failed = false;
    for kind in &HOSTS {
        if only.is_none_or(|only| only == kind.name) {
            let report = attack(&Host::start(kind)?, &seeds, requests, seed)?;
            failed |= !report.print(kind.name);
        }
    }
    ensure!(!failed, "not as it must be, see above and {FOUND}");
    Ok(())
}

/// What came of a run.
#[derive(Default)]
struct Report {
    answers: BTreeMap<String, usize>,
    findings: Vec<String>,
    /// Resident kilobytes, sampled as requests went by: their share in percent.
    memory: Vec<(usize, u64)>,
    sent: usize,
    elapsed: Duration,
}

fn attack(host: &Host, seeds: &[seeds::Seed], requests: usize, seed: u64) -> Result<Report> {
    let sent = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let report = Mutex::new(Report::default());
    let start = Instant::now();
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (sent, stop, report) = (&sent, &stop, &report);
            scope.spawn(move || {
                let mut mutator = Mutator::new(seeds, seed.wrapping_mul(CLIENTS) + number);
                let mut client = Client::new(host.address);
                while sent.load(Ordering::Relaxed) < requests && !stop.load(Ordering::Relaxed) {
                    let shot = mutator.next();
                    let outcomes = client.send(&shot);
                    sent.fetch_add(outcomes.len().max(1), Ordering::Relaxed);
                    let mut report = locked(report);
                    for outcome in outcomes {
                        report.count(&outcome, &shot, host);
                    }
                    if report.findings.len() >= ENOUGH {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
        let mut next = 1;
        while next <= 100 && !stop.load(Ordering::Relaxed) {
            if sent.load(Ordering::Relaxed) * 100 >= next * requests {
                match host.resident() {
                    Some(kilobytes) => locked(&report).memory.push((next, kilobytes)),
                    None => stop.store(true, Ordering::Relaxed),
                }
                next += 1;
            } else {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    });
    let mut report = report
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    report.sent = sent.into_inner();
    report.elapsed = start.elapsed();
    report.judge(host, requests);
    Ok(report)
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Report {
    fn count(&mut self, outcome: &Outcome, shot: &[u8], host: &Host) {
        let (name, fine) = match outcome {
            Outcome::Answered { status, code } => {
                let fine = match code {
                    Some(code) => matches!(status, 200 | 403 | 429) && code != "fault",
                    None => (400..500).contains(status),
                };
                let whose = if code.is_some() {
                    "the application"
                } else {
                    "the host"
                };
                (format!("{status} of {whose}"), fine)
            }
            Outcome::HungUp => ("none, cut short by the client".to_owned(), true),
            Outcome::Closed => ("none, closed by the host".to_owned(), false),
            Outcome::Silent => ("none, although it was whole".to_owned(), false),
            Outcome::Unreachable => ("none, no connection".to_owned(), false),
        };
        *self.answers.entry(name.clone()).or_default() += 1;
        if !fine && self.findings.len() < ENOUGH {
            let path = Path::new(FOUND).join(format!(
                "{}-{}.http",
                host.kind.name,
                self.findings.len() + 1
            ));
            let kept = std::fs::write(&path, shot);
            let place =
                kept.map_or_else(|error| error.to_string(), |()| path.display().to_string());
            self.findings.push(format!("{name}: {place}"));
        }
    }

    /// What only shows in the end.
    fn judge(&mut self, host: &Host, requests: usize) {
        if host.resident().is_none() {
            self.findings.push("the process is gone".to_owned());
        }
        let said = host.errors();
        if !said.is_empty() {
            let shown: String = said.chars().take(2000).collect();
            self.findings.push(format!("standard error says\n{shown}"));
        }
        if self.sent < requests {
            self.findings.push(format!("stopped after {}", self.sent));
        }
        let (Some(early), Some(late)) = (self.median(20..=40), self.median(80..=100)) else {
            self.findings.push("memory was not sampled".to_owned());
            return;
        };
        if late > early + early / 10 + 16 * 1024 {
            self.findings
                .push(format!("memory grew from {early} to {late} KB"));
        }
    }

    fn median(&self, share: core::ops::RangeInclusive<usize>) -> Option<u64> {
        let inside = self.memory.iter().filter(|(at, _)| share.contains(at));
        let mut samples: Vec<u64> = inside.map(|(_, kilobytes)| *kilobytes).collect();
        samples.sort_unstable();
        samples.get(samples.len() / 2).copied()
    }

    /// Prints it; whether everything is as it must be.
    fn print(&self, name: &str) -> bool {
        println!(
            "{name}: {} mutated requests in {} s",
            self.sent,
            self.elapsed.as_secs()
        );
        for (answer, count) in &self.answers {
            println!("  {count:8}  {answer}");
        }
        let samples = self.memory.iter().filter(|(at, _)| at % 20 == 0);
        let samples: Vec<String> = samples
            .map(|(at, kilobytes)| format!("{at} % {} MB", kilobytes / 1024))
            .collect();
        println!("  resident  {}", samples.join(", "));
        for finding in &self.findings {
            println!("  FAILED    {finding}");
        }
        self.findings.is_empty()
    }
}
