//! `text::sensitive` alone on native code: microseconds per KB of prose, and of
//! texts full of values. Machines are shared: medians of many rounds.
#![allow(
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a bench prints what it measured"
)]

use core::hint::black_box;
use doorward_core::text::sensitive::{Wanted, scan};
use serde_json::json;
use std::time::Instant;

const ROUNDS: usize = 201;
const PROSE: &str = "The boots arrived a week late and the left one squeaks, but the colour is \
                     lovely and support answered within the hour. ";
const DENSE: &str = "ana@example.com 4111 1111 1111 1111 +44 20 7946 0958 192.0.2.17 \
                     npm_87MQnJmNhFXARweYjCKYtyRThZRI8J8mwXVD order 6544104254; ";

fn median(unit: &str) -> f64 {
    let text = unit.repeat(4096 / unit.len());
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(scan(black_box(text.as_bytes()), Wanted::ALL, &[]));
            start.elapsed().as_nanos() as f64 / 1000.0 / (text.len() as f64 / 1024.0)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}

fn main() {
    let (prose, dense) = (median(PROSE), median(DENSE));
    println!(
        "{}",
        json!({
            "row": "sensitive",
            "value": prose,
            "ours": format!("{prose:.1} µs of prose, {dense:.1} µs full of values"),
        })
    );
}
