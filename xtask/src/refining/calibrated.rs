//! Whether `doorward calibrate` holds what it promises: fitted to the log of some
//! simulated days, measured on a later one.

use super::collect::packs;
use crate::simulate::day;
use crate::simulate::regime::{REGIMES, Regime};
use crate::simulate::sample::Samples;
use anyhow::{Error, Result, bail};
use core::fmt::Write as _;
use doorward_core::calibrate::{Calibrate, Calibrated};
use doorward_core::replay::{Pushed, Replay, ReplayOptions};
use serde_json::Value;

/// How often it is tried.
const SEEDS: u64 = 20;
/// Days of a log.
const DAYS: u64 = 4;

/// The log of a day under a policy.
fn log(regime: &'static Regime, samples: &Samples, seed: u64, refine: &str) -> Result<String> {
    let options = ReplayOptions {
        log_secret: Some(b"simulation".to_vec()),
        packs: packs()?,
        ..ReplayOptions::default()
    };
    let mut replay = Replay::new(&regime.policy(refine), None, &options).map_err(Error::msg)?;
    let mut out = String::new();
    for request in day(regime, samples, seed) {
        match replay.push("day", request.line.as_bytes(), None) {
            Ok(Some(Pushed::Decided { log, .. })) => {
                out.push_str(&log.unwrap_or_default());
                out.push('\n');
            }
            other => bail!("{other:?}"),
        }
    }
    Ok(out)
}

/// Good requests of a log, those stopped, and the same of abuse; contracts aside.
fn stops(log: &str) -> Result<[u64; 4]> {
    let mut counts = [0; 4];
    let mut stopped = None;
    for line in log.lines() {
        let line: Value = serde_json::from_str(line)?;
        let refined = line.pointer("/refined/conclusion").and_then(Value::as_str);
        if let Some(conclusion) = refined {
            let floor = line.pointer("/refined/floor").and_then(Value::as_str);
            stopped = (floor != Some("DENY")).then_some(conclusion != "ALLOW");
        } else if let (Some(abuse), Some(stop)) = (
            line.pointer("/outcome/abuse").and_then(Value::as_bool),
            stopped,
        ) {
            let [good, good_stopped, bad, bad_stopped] = &mut counts;
            let (all, some) = if abuse {
                (bad, bad_stopped)
            } else {
                (good, good_stopped)
            };
            *all += 1;
            *some += u64::from(stop);
        }
    }
    Ok(counts)
}

fn share(part: u64, of: u64) -> f64 {
    let number = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    100.0 * number(part) / number(of.max(1))
}

/// Every seed asks for this share, as text.
pub(super) fn study(samples: &Samples, asked: &str) -> Result<String> {
    let mut out = format!(
        "| seed | regime | good requests | stopped, rules and refine | calibrated for {asked} | abuse stopped | then |\n| --- | --- | --- | --- | --- | --- | --- |\n"
    );
    let limit: f64 = asked.parse()?;
    let (mut met, mut refused) = (0, 0);
    for seed in 0..SEEDS {
        let place = usize::try_from(seed)? % REGIMES.len();
        let Some(regime) = REGIMES.get(place) else {
            continue;
        };
        let mut calibrate = Calibrate::new(asked).map_err(Error::msg)?;
        for number in 0..DAYS {
            let text = log(regime, samples, 1_000 + seed * 10 + number, LIVE)?;
            for line in text.lines() {
                // each day names its requests for itself
                let line = line.replacen("\"id\":\"", &format!("\"id\":\"{number}-"), 1);
                calibrate.push("log", line.as_bytes()).map_err(Error::msg)?;
            }
        }
        let later = 1_009 + seed * 10;
        let [good, before, bad, caught] = stops(&log(regime, samples, later, LIVE)?)?;
        let Calibrated { file, words } = calibrate.finish();
        let Some(file) = file else {
            refused += 1;
            let _ = writeln!(
                out,
                "| {seed} | {} | {good} | {:.2} % | {words} | | |",
                regime.name,
                share(before, good)
            );
            continue;
        };
        let with = format!(",\"refine\":{{\"mode\":\"LIVE\",\"calibration\":{file}}}");
        let [_, then, _, still] = stops(&log(regime, samples, later, &with)?)?;
        met += u32::from(share(then, good) <= limit * 100.0);
        let _ = writeln!(
            out,
            "| {seed} | {} | {good} | {:.2} % | {:.2} % | {:.1} % | {:.1} % |",
            regime.name,
            share(before, good),
            share(then, good),
            share(caught, bad),
            share(still, bad)
        );
    }
    let _ = writeln!(
        out,
        "\nMet on the later day: {met} of {} seeds that it calibrated; {refused} had too little data, and it said so.",
        SEEDS - refused
    );
    Ok(out)
}

const LIVE: &str = ",\"refine\":{\"mode\":\"LIVE\"}";
