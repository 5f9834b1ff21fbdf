//! Weights as eight-bit integers, the sums from which they deny, and the file.

use crate::corpus::{Corpus, Request};
use crate::fit::{BIAS, Weights};
use doorward_core::rules::shield::{BITS, HEAD, Model, NEVER, UNIT, contract, read};
use doorward_core::weights::pack;

/// How much more than a short value a text, and a document, must weigh: of
/// documents the model found nothing in sources it had not seen that was not as
/// often in harmless ones.
const MORE: [i32; 3] = [0, 4 * UNIT, NEVER];

/// A weight of less says nothing, and what is mostly zero packs well.
const LEAST: f64 = 3.0;

/// The file without thresholds.
pub(crate) fn quantised(weights: &Weights) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(contract().to_le_bytes());
    for _ in 0..3 {
        file.extend(NEVER.to_le_bytes());
    }
    assert_eq!(file.len(), HEAD);
    let whole = weights.iter().map(|weight| {
        let rounded = (weight * f64::from(UNIT)).round().clamp(-127.0, 127.0);
        let rounded = if rounded.abs() < LEAST { 0.0 } else { rounded };
        (rounded as i8).to_le_bytes()[0]
    });
    let whole: Vec<u8> = whole.collect();
    assert_eq!(whole.len(), 1 << BITS);
    file.extend(pack(&whole));
    file
}

/// Writes the least sums of an attack: `least` over the bias for a short value.
pub(crate) fn set_least(file: &mut [u8], least: i32) {
    for (number, more) in MORE.iter().enumerate() {
        let at = 4 + 4 * number;
        let sum = (least + more - (BIAS as i32) * UNIT).min(NEVER);
        file[at..at + 4].copy_from_slice(&sum.to_le_bytes());
    }
}

/// How far a request's strongest value is over the model's least sum.
pub(crate) fn over(corpus: &Corpus, model: &Model, request: &Request) -> i32 {
    let readings = request.readings.iter().map(|reading| {
        let units = read(model, &corpus.texts[reading.text].bytes).units();
        model.over(reading.shape, reading.score, units)
    });
    readings.max().unwrap_or(-NEVER)
}
