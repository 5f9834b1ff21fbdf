//! The order of a module's functions: like beside like.
//!
//! gzip finds again what it saw in the last 32 KB, and wasm-bindgen writes
//! functions by their size. Each function is therefore followed by the one that
//! shares most with the last few; that is a hundredth of the module with gzip. The order
//! is told to wasm-opt as names, which it sorts by and then drops.

#![allow(
    clippy::indexing_slicing,
    reason = "indices of the functions that are counted here"
)]

use anyhow::{Context, Result};
use std::collections::{HashMap, HashSet};

/// Bytes in a row that two functions may share.
const GRAM: usize = 6;

/// A row that more functions have says nothing of any two.
const COMMON: usize = 60;

/// Smaller functions share nothing to speak of, and go by their bytes.
const SMALL: usize = 60;

/// What each of the last functions counts, the very last first.
const WEIGHTS: [u64; 3] = [10, 6, 3];

const IMPORTS: u8 = 2;
const CODE: u8 = 10;

/// The module with a name for each function, by which they sort.
pub(super) fn named(module: &[u8]) -> Result<Vec<u8>> {
    let (imported, bodies) = functions(module).context("the module does not parse")?;
    let mut names = vec![String::new(); bodies.len()];
    for (place, function) in ordered(&bodies).into_iter().enumerate() {
        names[function] = format!("{place:06}");
    }
    // the section "name", its part 1: index and name of each function
    let mut table = Vec::new();
    number(&mut table, names.len());
    for (index, name) in names.iter().enumerate() {
        number(&mut table, imported + index);
        number(&mut table, name.len());
        table.extend(name.as_bytes());
    }
    let mut section = b"\x04name\x01".to_vec();
    number(&mut section, table.len());
    section.extend(table);
    let mut out = module.to_vec();
    out.push(0);
    number(&mut out, section.len());
    out.extend(section);
    Ok(out)
}

/// How many functions are imported, and the bodies of the others.
fn functions(module: &[u8]) -> Option<(usize, Vec<&[u8]>)> {
    let mut rest = module.get(8..)?;
    let (mut imported, mut bodies) = (0, Vec::new());
    while let Some((&id, after)) = rest.split_first() {
        rest = after;
        let length = read(&mut rest)?;
        let (mut section, after) = rest.split_at_checked(length)?;
        rest = after;
        if id == IMPORTS {
            for _ in 0..read(&mut section)? {
                for _ in 0..2 {
                    let name = read(&mut section)?;
                    section = section.get(name..)?;
                }
                // wasm-bindgen imports functions only
                let (0, after) = section.split_first().map(|(&kind, rest)| (kind, rest))? else {
                    return None;
                };
                section = after;
                read(&mut section)?;
                imported += 1;
            }
        } else if id == CODE {
            for _ in 0..read(&mut section)? {
                let length = read(&mut section)?;
                let (body, after) = section.split_at_checked(length)?;
                bodies.push(body);
                section = after;
            }
        }
    }
    Some((imported, bodies))
}

/// Indices of the bodies in the order that they are to have.
fn ordered(bodies: &[&[u8]]) -> Vec<usize> {
    let (large, mut small): (Vec<usize>, Vec<usize>) =
        (0..bodies.len()).partition(|&index| bodies[index].len() >= SMALL);
    small.sort_by_key(|&index| bodies[index]);

    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for &index in &large {
        let grams: HashSet<&[u8]> = bodies[index].windows(GRAM).collect();
        for gram in grams {
            holders.entry(gram).or_default().push(index);
        }
    }
    holders.retain(|_, list| (2..=COMMON).contains(&list.len()));
    let mut grams: Vec<Vec<&[usize]>> = vec![Vec::new(); bodies.len()];
    for list in holders.values() {
        for &index in list {
            grams[index].push(list);
        }
    }

    let mut left: HashSet<usize> = large.iter().copied().collect();
    let mut order: Vec<usize> = Vec::new();
    let longest = |left: &HashSet<usize>| {
        let length = |index: &usize| (bodies[*index].len(), *index);
        left.iter().copied().max_by_key(length)
    };
    let mut next = longest(&left);
    while let Some(index) = next {
        left.remove(&index);
        order.push(index);
        let mut shared: HashMap<usize, u64> = HashMap::new();
        for (&last, weight) in order.iter().rev().zip(WEIGHTS) {
            for &holder in grams[last].iter().copied().flatten() {
                if left.contains(&holder) {
                    *shared.entry(holder).or_default() += weight;
                }
            }
        }
        // what is shared counts for more in a short function
        let worth = |(&index, &sum): (&usize, &u64)| {
            let length = 20 + grams[index].len() as u64;
            (sum * sum * 1000 / length, index)
        };
        next = shared.iter().map(worth).max().map(|(_, index)| index);
        next = next.or_else(|| longest(&left));
    }
    order.extend(small);
    order
}

/// A number as wasm writes it (LEB128).
fn read(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn number(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}
