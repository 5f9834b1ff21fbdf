//! `cargo xtask simulate --regime shop --seed 1 [--out FILE]`: a day of an
//! application with legitimate and abusive visitors, as traffic lines.
//!
//! A regime ([`regime`]) is an application and how it is used; people
//! ([`people`]) and abuse ([`abuse`]) are personas whose parameters are drawn from
//! it. Headers and payloads are real ones of ../shared/data. The same seed gives
//! the same bytes. It trains and measures refine, and it is a simulation: what
//! nobody thought of is not in it.

mod abuse;
mod day;
mod people;
pub(crate) mod random;
pub(crate) mod regime;
pub(crate) mod sample;

pub(crate) use day::{Day, Request};
use regime::{HELD, REGIMES, Regime};
use sample::Samples;

use anyhow::{Result, anyhow, bail};
use std::io::Write as _;

/// The folder of data, seen from the root.
pub(crate) const DATA: &str = "../shared/data";

/// A day of a regime.
pub(crate) fn day(regime: &'static Regime, samples: &Samples, seed: u64) -> Vec<Request> {
    let mut day = Day::new(regime, samples, seed);
    people::all(&mut day);
    abuse::all(&mut day);
    day.requests()
}

/// Runs the command.
///
/// # Errors
/// A wrong option, or no data beside the tree.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (mut seed, mut name, mut out) = (1, "shop".to_owned(), None);
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        let value = rest
            .next()
            .ok_or_else(|| anyhow!("{option}: a value is missing"))?;
        match option.as_str() {
            "--seed" => seed = value.parse()?,
            "--regime" => name.clone_from(value),
            "--out" => out = Some(value.clone()),
            _ => bail!("unknown option {option}: --seed N, --regime NAME, --out FILE"),
        }
    }
    let names: Vec<&str> = REGIMES
        .iter()
        .chain(&HELD)
        .map(|regime| regime.name)
        .collect();
    let regime = Regime::by_name(&name)
        .ok_or_else(|| anyhow!("no regime {name}: one of {}", names.join(", ")))?;
    let samples = Samples::read(DATA).map_err(anyhow::Error::msg)?;
    let mut text = String::new();
    for request in day(regime, &samples, seed) {
        text.push_str(&request.line);
        text.push('\n');
    }
    match out {
        Some(path) => std::fs::write(path, text)?,
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    Ok(())
}
