//! What a model's answer must not hold, for JavaScript hosts.

use doorward_core::text::leaks;
use wasm_bindgen::prelude::*;

/// The places of what an answer must not hold, in UTF-16 units, as JSON.
#[wasm_bindgen]
#[must_use]
pub fn check_output(answer: &str, against: &str) -> String {
    leaks::report(answer, against, true)
}

/// A canary of sixteen bytes of chance; of fewer, one that is easier to guess.
#[wasm_bindgen]
#[must_use]
pub fn canary(chance: &[u8]) -> String {
    let mut bytes = [0; 16];
    for (byte, given) in bytes.iter_mut().zip(chance) {
        *byte = *given;
    }
    leaks::canary(bytes)
}

/// A prompt with a canary in it.
#[wasm_bindgen]
#[must_use]
pub fn with_canary(prompt: &str, canary: &str) -> String {
    leaks::with_canary(prompt, canary)
}
