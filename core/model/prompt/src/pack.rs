//! The pack's body, as `core/src/text/prompt/tables.rs` reads it.

use crate::corpus::Tables;
use crate::fit::Weights;
use doorward_core::text::prompt::{UNIT, contract};

/// The least margins of an injection, in logits: for each source of texts, for
/// short texts, longer ones, long ones.
pub(crate) type Bars = [[f32; 3]; 3];

/// A weight of less says nothing, and what is mostly zero packs well.
const LEAST: f32 = 0.5;

pub(crate) fn body(tables: &Tables, weights: &Weights, bars: &Bars) -> Vec<u8> {
    let unit = UNIT as f32;
    let mut out = contract().to_le_bytes().to_vec();
    for bar in bars.iter().flatten() {
        let least = ((bar - weights.bias) * unit)
            .round()
            .clamp(-32_000.0, 32_000.0);
        out.extend((least as i16).to_le_bytes());
    }
    for table in [&tables.folds, &tables.hashes, &tables.meanings] {
        out.extend((table.len() as u32).to_le_bytes());
        out.extend(table);
    }
    out.extend((weights.of.len() as u32).to_le_bytes());
    for weight in &weights.of {
        let rounded = (weight * unit).round().clamp(-127.0, 127.0);
        let rounded = if rounded.abs() < LEAST { 0.0 } else { rounded };
        out.push((rounded as i8).to_le_bytes()[0]);
    }
    out
}
