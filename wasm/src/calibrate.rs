//! `doorward calibrate` for JavaScript hosts.

use doorward_core::calibrate::Calibrate as Core;
use wasm_bindgen::prelude::*;

/// A decision log being read.
#[wasm_bindgen]
pub struct Calibrate(Core);

#[wasm_bindgen]
impl Calibrate {
    /// For at most this share of false positives.
    ///
    /// # Errors
    /// It is none.
    #[wasm_bindgen(constructor)]
    pub fn new(asked: &str) -> Result<Calibrate, JsError> {
        Core::new(asked)
            .map(Self)
            .map_err(|error| JsError::new(&error))
    }

    /// Reads the line at `place` (`FILE:LINE`).
    ///
    /// # Errors
    /// `FILE:LINE: what is wrong and what was expected`.
    pub fn push(&mut self, place: &str, line: &[u8]) -> Result<(), JsError> {
        self.0
            .push(place, line)
            .map_err(|error| JsError::new(&error))
    }

    /// What to say; and below it the file, if there is enough data.
    #[must_use]
    pub fn finish(&self) -> String {
        self.0.finish().to_text()
    }
}
