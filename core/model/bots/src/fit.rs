//! Weights by coordinate descent on an integer loss: no floating point, so the
//! same bytes everywhere.

use crate::rows::Row;
use doorward_core::rules::detect_bot::disguise::{LEAST, SIGNS, Sign, Signs, Strength, most};
use std::collections::BTreeMap;

/// What one source of people, and one of bots, counts altogether.
const PEOPLE: i64 = 4_000_000;
const BOTS: i64 = 400_000;
/// How far people shall stay below the sum that denies.
const MARGIN: i64 = 6;
/// How far bots shall be above it: what people never send weighs what it may.
const OVER: i64 = 40;
/// What a unit of weight costs, so that a sign that says nothing weighs nothing.
const COST: i64 = 1_000;
/// Rounds after which the weights have long settled.
const ROUNDS: usize = 60;

/// Requests with the same signs.
struct Group {
    signs: Signs,
    people: i64,
    bots: i64,
}

/// One byte a sign; those of certain signs stay zero, because they need none.
pub(crate) fn fit(rows: &[&Row]) -> Vec<u8> {
    let groups = groups(rows);
    let mut weights = vec![0_u8; SIGNS.len()];
    for _ in 0..ROUNDS {
        let before = weights.clone();
        for sign in SIGNS.iter().filter(|s| s.strength() != Strength::Certain) {
            improve(*sign, &groups, &mut weights);
        }
        if weights == before {
            break;
        }
    }
    weights
}

fn groups(rows: &[&Row]) -> Vec<Group> {
    let mut sizes: BTreeMap<&str, i64> = BTreeMap::new();
    for row in rows {
        *sizes.entry(&row.source).or_default() += 1;
    }
    let mut groups: BTreeMap<Signs, (i64, i64)> = BTreeMap::new();
    for row in rows {
        let size = sizes[row.source.as_str()].max(20);
        let group = groups.entry(row.signs).or_default();
        if row.human {
            group.0 += PEOPLE / size;
        } else {
            group.1 += BOTS / size;
        }
    }
    let certain = |signs: Signs| signs.iter().any(|s| s.strength() == Strength::Certain);
    groups
        .into_iter()
        .filter(|(signs, _)| !certain(*signs) && *signs != Signs::default())
        .map(|(signs, (people, bots))| Group {
            signs,
            people,
            bots,
        })
        .collect()
}

fn sum(signs: Signs, weights: &[u8]) -> i64 {
    let weight = |sign: Sign| i64::from(weights[usize::from(sign.number())]);
    signs.iter().map(weight).sum()
}

fn loss(groups: &[Group], weights: &[u8]) -> i64 {
    let least = i64::from(LEAST);
    let of = |group: &Group| {
        let sum = sum(group.signs, weights);
        let high = (sum - (least - MARGIN)).max(0);
        let low = (least + OVER - sum).max(0);
        group.people * high * high + group.bots * low * low
    };
    let cost: i64 = weights.iter().map(|w| i64::from(*w)).sum();
    groups.iter().map(of).sum::<i64>() + cost * COST
}

fn improve(sign: Sign, groups: &[Group], weights: &mut [u8]) {
    let at = usize::from(sign.number());
    let mut best = (loss(groups, weights), weights[at]);
    for weight in 0..=most(sign) {
        weights[at] = weight;
        let here = loss(groups, weights);
        if here < best.0 {
            best = (here, weight);
        }
    }
    weights[at] = best.1;
}
