//! Logistic regression whose steps from level to level have the declared sign,
//! held near the prior: cyclic coordinate descent with Newton steps, each cut
//! off at zero. Doubles, but only sums, products and quotients of them, which
//! are the same everywhere; the exponential is our own.

use super::collect::Sample;
use super::prior::{BASE, PRIOR};
use doorward_core::refine::{COUNT, Model, POINTS, SIGNALS, Vector, Weighed, contract};
use std::collections::BTreeMap;

/// How strongly a step is held to the prior, in requests.
const HOLD: f64 = 25.0;
const SWEEPS: usize = 25;
/// How far a step may move from the prior, as shares of it: what raises, what lowers.
const UP: [f64; 2] = [0.4, 1.8];
/// The same for what rules found. It is why a request was stopped at all, so where
/// nobody of a kind was ever simulated the days say nothing but that it is abuse.
const FOUND: [f64; 2] = [0.7, 1.2];
const DOWN: [f64; 2] = [0.6, 3.0];
/// Where the base stays: who gives no sign is no suspect.
const BASES: [f64; 2] = [-4.5, -2.0];
/// What a request of abuse counts beside one of people.
const ABUSE: f64 = 1.0;
/// Requests that one persona of one regime counts as.
const EACH: f64 = 400.0;
/// How much more a request counts that the rules stopped and refine may let pass.
const STOPPED: f64 = 12.0;

/// Trained weights.
pub(super) struct Fitted {
    pub(super) base: i32,
    /// By signal and level.
    pub(super) weights: Vec<Vec<i32>>,
    pub(super) points: [u16; POINTS],
}

impl Fitted {
    pub(super) fn weigh(&self, vector: &Vector) -> Weighed {
        let file = super::file(self);
        Model::read(&file).weigh(vector, None)
    }
}

/// How far a step of a signal may move, as shares of what it means.
fn reach(index: usize) -> [f64; 2] {
    let found = [
        "shield.",
        "bot.",
        "limit.",
        "email",
        "sensitive",
        "prompt",
        "rule",
    ];
    match SIGNALS.get(index) {
        Some(signal) if !signal.raises => DOWN,
        Some(signal) if found.iter().any(|head| signal.name.starts_with(head)) => FOUND,
        _ => UP,
    }
}

/// Whether anything could speak for its sender; otherwise no weight decides.
fn speaks_for(one: &Sample) -> bool {
    let signals = SIGNALS.iter().zip(one.vector.levels());
    signals
        .filter(|(signal, _)| signal.name != "request.browser")
        .any(|(signal, level)| !signal.raises && *level > 0)
}

/// e^x by halving and a series: no platform's libm.
pub(super) fn exp(x: f64) -> f64 {
    let mut small = x.clamp(-40.0, 40.0) / 1024.0;
    small = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0)));
    for _ in 0..10 {
        small *= small;
    }
    small
}

pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// A group of equal requests.
struct Row {
    margin: f64,
    weight: f64,
    bad: f64,
}

/// Fits the samples that `keep` says; signals whose names begin as one of
/// `without` weigh nothing.
#[allow(clippy::cast_precision_loss, reason = "counts as fractions")]
pub(super) fn fit(samples: &[Sample], keep: &dyn Fn(&Sample) -> bool, without: &[&str]) -> Fitted {
    let kept: Vec<&Sample> = samples.iter().filter(|one| keep(one)).collect();
    let mut counts: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for one in &kept {
        *counts.entry((one.regime, one.persona)).or_default() += 1.0;
    }
    let mut groups: BTreeMap<[u8; COUNT], [f64; 2]> = BTreeMap::new();
    for one in &kept {
        let count = counts
            .get(&(one.regime, one.persona))
            .copied()
            .unwrap_or(1.0);
        let decides = one.first > one.floor && speaks_for(one);
        let stopped = if decides { STOPPED } else { 1.0 };
        let class = if one.attack { ABUSE } else { 1.0 };
        let weight = class * stopped * EACH.min(count) / count;
        let group = groups.entry(*one.vector.levels()).or_default();
        let [all, bad] = group;
        *all += weight;
        if one.attack {
            *bad += weight;
        }
    }
    // steps from level to level, signal by signal
    let mut steps = Vec::new();
    for (index, signal) in SIGNALS.iter().enumerate() {
        let dead = without.iter().any(|head| signal.name.starts_with(head));
        let prior = PRIOR.iter().find(|(name, _)| *name == signal.name);
        let mut before = 0;
        for level in 1..=signal.levels {
            let row = prior.and_then(|(_, row)| row.get(usize::from(level - 1)));
            let at = row.copied().unwrap_or(before);
            let step = f64::from(at - before) / 1000.0;
            steps.push((
                index,
                level,
                if dead { 0.0 } else { step },
                dead,
                signal.raises,
            ));
            before = at;
        }
    }
    let mut values: Vec<f64> = steps.iter().map(|(_, _, prior, ..)| *prior).collect();
    let mut base = f64::from(BASE) / 1000.0;
    let mut rows = Vec::new();
    let mut active: Vec<Vec<u32>> = vec![Vec::new(); steps.len()];
    for (number, (levels, [weight, bad])) in groups.iter().enumerate() {
        let mut margin = base;
        for (step, (index, level, ..)) in steps.iter().enumerate() {
            if levels.get(*index).is_some_and(|at| at >= level) {
                margin += values.get(step).copied().unwrap_or_default();
                if let Some(list) = active.get_mut(step) {
                    list.push(u32::try_from(number).unwrap_or_default());
                }
            }
        }
        rows.push(Row {
            margin,
            weight: *weight,
            bad: *bad,
        });
    }
    let everyone: Vec<u32> = (0..u32::try_from(rows.len()).unwrap_or_default()).collect();
    for _ in 0..SWEEPS {
        let moved = newton(&rows, &everyone, base, f64::from(BASE) / 1000.0);
        let to = (base + moved).clamp(BASES[0], BASES[1]);
        shift(&mut rows, &everyone, to - base);
        base = to;
        for ((value, list), (index, _, prior, dead, raises)) in
            values.iter_mut().zip(&active).zip(&steps)
        {
            if *dead || list.is_empty() {
                continue;
            }
            let to = *value + newton(&rows, list, *value, *prior);
            // no evidence outgrows its meaning, so that what speaks for somebody still counts
            let [least, most] = reach(*index).map(|share| share * *prior);
            let to = if *raises {
                to.clamp(least, most)
            } else {
                to.clamp(most, least)
            };
            shift(&mut rows, list, to - *value);
            *value = to;
        }
    }
    let mut weights = vec![Vec::new(); COUNT];
    let mut sum = 0.0;
    for ((index, level, ..), value) in steps.iter().zip(&values) {
        sum = if *level == 1 { *value } else { sum + *value };
        if let Some(row) = weights.get_mut(*index) {
            row.push(thousandths(sum));
        }
    }
    Fitted {
        base: thousandths(base),
        weights,
        points: points(),
    }
}

/// The Newton step of one weight.
fn newton(rows: &[Row], list: &[u32], value: f64, prior: f64) -> f64 {
    let (mut slope, mut bend) = (HOLD * (prior - value), HOLD);
    for number in list {
        let Some(row) = usize::try_from(*number).ok().and_then(|at| rows.get(at)) else {
            continue;
        };
        let p = sigmoid(row.margin);
        slope += row.bad - row.weight * p;
        bend += row.weight * p * (1.0 - p);
    }
    (slope / bend).clamp(-1.0, 1.0)
}

fn shift(rows: &mut [Row], list: &[u32], by: f64) {
    for number in list {
        if let Some(row) = usize::try_from(*number)
            .ok()
            .and_then(|at| rows.get_mut(at))
        {
            row.margin += by;
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "quantising is what it is")]
fn thousandths(x: f64) -> i32 {
    (x * 1000.0 + if x < 0.0 { -0.5 } else { 0.5 }) as i32
}

/// The logistic function at the points of the table.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 10,000"
)]
fn points() -> [u16; POINTS] {
    let mut points = [0; POINTS];
    let mut margin = -10.0;
    for point in &mut points {
        *point = (sigmoid(margin) * 10_000.0 + 0.5) as u16;
        margin += 0.5;
    }
    points
}

const _: fn() -> u64 = contract;
