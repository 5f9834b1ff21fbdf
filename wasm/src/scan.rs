//! `doorward scan` for JavaScript hosts.
#![allow(
    clippy::needless_pass_by_value,
    reason = "optional text crosses from JavaScript by value only"
)]

use doorward_core::scan::Scan as Core;
use wasm_bindgen::prelude::*;

/// Lines of text through one detector.
#[wasm_bindgen]
pub struct Scan(Core);

#[wasm_bindgen]
impl Scan {
    /// The detector of this kind, on this field instead of its own.
    ///
    /// # Errors
    /// There is no such kind, or its pack is not among the options.
    #[wasm_bindgen(constructor)]
    pub fn new(
        kind: &str,
        field: Option<String>,
        options: &super::EngineOptions,
    ) -> Result<Scan, JsError> {
        Core::new(kind, field.as_deref(), &options.packs)
            .map(Self)
            .map_err(|error| JsError::new(&error))
    }

    /// Judges the line at `place` (`FILE:LINE`); nothing for a blank one.
    ///
    /// # Errors
    /// `FILE:LINE: what is wrong and what was expected`.
    pub fn push(&self, place: &str, line: &[u8]) -> Result<Option<String>, JsError> {
        self.0
            .push(place, line)
            .map_err(|error| JsError::new(&error))
    }
}
