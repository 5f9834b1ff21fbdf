//! What a look at a request costs.

use super::rows::Row;
use doorward_core::rules::shield::{Inspect, inspect};
use std::time::Instant;

/// Time per request of about 1 KB, benign, one thread.
pub(super) fn cost(rows: &[Row], look: &Inspect) {
    for (low, high) in [(0, 512), (512, 1536), (1536, 6000), (6000, 40_000)] {
        let mut micros: Vec<f64> = Vec::new();
        let mut bytes = 0;
        for row in rows {
            let size = row.target.len()
                + row.body.len()
                + row
                    .headers
                    .iter()
                    .map(|(n, v)| n.len() + v.len())
                    .sum::<usize>();
            if !(low..high).contains(&size) {
                continue;
            }
            let request = row.request();
            let times = (0..5).map(|_| {
                let start = Instant::now();
                core::hint::black_box(inspect(core::hint::black_box(&request), look));
                start.elapsed().as_secs_f64() * 1e6
            });
            micros.push(times.fold(f64::MAX, f64::min));
            bytes += size;
        }
        micros.sort_by(f64::total_cmp);
        let at = |percent: usize| {
            let last = micros.len().saturating_sub(1);
            micros
                .get(last * percent / 100)
                .copied()
                .unwrap_or_default()
        };
        println!(
            "cost {low}..{high} B: {} requests, mean {} B, p50 {:.2} µs, p99 {:.2} µs, max {:.1} µs",
            micros.len(),
            bytes / micros.len().max(1),
            at(50),
            at(99),
            at(100)
        );
    }
}
