//! Trains and measures refine's weights on simulated days: `cargo xtask eval
//! refine` and, to write them, `cargo xtask refine` (part of `make train`).
//!
//! Every part is judged by weights that never saw it: leave one persona out,
//! leave one regime out. Sums only: the same bytes everywhere.

mod calibrated;
mod collect;
mod fit;
mod measure;
mod prior;

use crate::simulate::DATA;
use crate::simulate::regime::{HELD, REGIMES, Regime};
use crate::simulate::sample::Samples;
use anyhow::{Error, Result, bail};
use collect::{Sample, collect};
use core::fmt::Write as _;
use doorward_core::refine::{COUNT, Model, POINTS, SIGNALS, Weighed, contract};
use fit::{Fitted, fit};
use std::collections::BTreeSet;

/// Days that weights are trained on, for each regime.
const SEEDS: [u64; 2] = [11, 12];

/// Days that nothing was trained on.
const FRESH: [u64; 1] = [77];

/// Every sample, judged out of sample in two ways.
fn study(samples: &[Sample]) -> String {
    let mut out = String::new();
    let regimes: BTreeSet<&str> = samples.iter().map(|one| one.regime).collect();
    let personas: BTreeSet<&str> = samples.iter().map(|one| one.persona).collect();
    for (title, parts, part) in [
        (
            "Leaving one persona out",
            personas,
            (|one| one.persona) as fn(&Sample) -> &'static str,
        ),
        ("Leaving one regime out", regimes, |one| one.regime),
    ] {
        let mut margins = vec![None; samples.len()];
        for left_out in parts {
            let model = fit(samples, &|one| part(one) != left_out, &[]);
            for (slot, one) in margins.iter_mut().zip(samples) {
                if part(one) == left_out {
                    *slot = Some(model.weigh(&one.vector));
                }
            }
        }
        let judged: Vec<_> = samples.iter().zip(margins.into_iter().flatten()).collect();
        let _ = writeln!(out, "\n## {title}\n\n{}", measure::table(&judged));
    }
    out
}

/// What each group of signals buys: the others weigh nothing.
fn ablation(samples: &[Sample]) -> String {
    const GROUPS: [(&str, &[&str]); 4] = [
        (
            "rules only",
            &[
                "request.", "account.", "session.", "device.", "standing", "address.", "client.",
                "user.",
            ],
        ),
        (
            "+ request",
            &[
                "account.", "session.", "device.", "standing", "address.", "client.", "user.",
            ],
        ),
        (
            "+ behaviour",
            &["account.", "session.", "device.", "standing"],
        ),
        ("+ context", &[]),
    ];
    let mut out = String::from(
        "| signals | AUC | TPR at 0.1 % FPR | TPR at 1 % FPR | Brier | legitimate denials of 1,000 | attacks still stopped |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (name, without) in GROUPS {
        let mut judged = Vec::new();
        for regime in crate::simulate::regime::REGIMES {
            let model = fit(samples, &|one| one.regime != regime.name, without);
            judged.extend(
                samples
                    .iter()
                    .filter(|one| one.regime == regime.name)
                    .map(|one| (one, model.weigh(&one.vector))),
            );
        }
        let _ = writeln!(out, "| {name} | {} |", measure::row(&judged));
    }
    out
}

fn samples(regimes: &'static [Regime], seeds: &[u64]) -> Result<Vec<Sample>> {
    let samples = Samples::read(DATA).map_err(Error::msg)?;
    collect(regimes, &samples, seeds)
}

fn built_in(samples: &[Sample]) -> Vec<(&Sample, Weighed)> {
    let model = Model::default();
    let judged = samples
        .iter()
        .map(|one| (one, model.weigh(&one.vector, None)));
    judged.collect()
}

/// `cargo xtask eval refine`.
///
/// # Errors
/// What could not be read.
pub(crate) fn eval(arguments: &[String]) -> Result<(), String> {
    let seeds: Vec<u64> = arguments
        .iter()
        .filter_map(|seed| seed.parse().ok())
        .collect();
    let seeds = if seeds.is_empty() {
        SEEDS.to_vec()
    } else {
        seeds
    };
    let all = samples(&REGIMES, &seeds).map_err(|e| e.to_string())?;
    println!(
        "{} requests of {} days\n{}",
        all.len(),
        seeds.len() * REGIMES.len(),
        study(&all)
    );
    let fresh = samples(&REGIMES, &FRESH).map_err(|e| e.to_string())?;
    let held = samples(&HELD, &FRESH).map_err(|e| e.to_string())?;
    for (title, days) in [
        (
            "The built-in weights on other days of these regimes",
            &fresh,
        ),
        (
            "The built-in weights on regimes held out of everything",
            &held,
        ),
    ] {
        println!("\n## {title}\n\n{}", measure::table(&built_in(days)));
    }
    let days = Samples::read(DATA)?;
    for asked in ["0.01", "0.002"] {
        let said = calibrated::study(&days, asked).map_err(|e| e.to_string())?;
        println!("\n## doorward calibrate, on a later day\n\n{said}");
    }
    Ok(())
}

/// `cargo xtask refine`: writes the weights and their card; `--check` trains again
/// and compares.
///
/// # Errors
/// What could not be read or written; other bytes than there are.
pub(crate) fn train(arguments: &[String]) -> Result<()> {
    let all = samples(&REGIMES, &SEEDS)?;
    let model = fit(&all, &|_| true, &[]);
    let file = file(&model);
    if arguments.iter().any(|argument| argument == "--check") {
        if std::fs::read("core/model/refine.bin")? != file {
            bail!("core/model/refine.bin: found other bytes than training gives: `make train`");
        }
        println!("core/model/refine.bin: the same bytes");
        return Ok(());
    }
    let held = samples(&HELD, &FRESH)?;
    let shipped = Model::read(&file);
    let held: Vec<_> = held
        .iter()
        .map(|one| (one, shipped.weigh(&one.vector, None)))
        .collect();
    std::fs::write("core/model/refine.bin", &file)?;
    let card = include_str!("refining/card.md")
        .replace("{contract}", &format!("{:016x}", contract()))
        .replace("{requests}", &all.len().to_string())
        .replace("{ablation}", &ablation(&all))
        .replace("{weights}", &weights(&model))
        .replace("{held}", &measure::table(&held))
        .replace("{study}", study(&all).trim_start());
    std::fs::write("core/model/refine.md", card)?;
    println!("wrote core/model/refine.bin and core/model/refine.md");
    Ok(())
}

/// The form that `core/src/refine/model.rs` reads.
fn file(model: &Fitted) -> Vec<u8> {
    let mut out = contract().to_le_bytes().to_vec();
    let mut push = |n: i32| {
        let n = n.clamp(i16::MIN.into(), i16::MAX.into());
        out.extend_from_slice(&i16::try_from(n).unwrap_or_default().to_le_bytes());
    };
    push(model.base);
    for row in &model.weights {
        for weight in row {
            push(*weight);
        }
    }
    model.points.iter().for_each(|point| push((*point).into()));
    out
}

fn weights(model: &Fitted) -> String {
    let mut out = format!(
        "| signal | by level |\n| --- | --- |\n| base | {} |\n",
        model.base
    );
    for (signal, row) in SIGNALS.iter().zip(&model.weights) {
        let row: Vec<String> = row.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "| `{}` | {} |", signal.name, row.join(", "));
    }
    out
}

const _: () = assert!(COUNT > 0 && POINTS > 1);
