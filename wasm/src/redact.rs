//! Redaction for JavaScript hosts: places in UTF-16 code units.

use doorward_core::redact::Redaction;
use doorward_core::text::sensitive::Units;
use wasm_bindgen::prelude::*;

/// Looks at `text` behind its context of so many bytes of UTF-8, as JSON; see
/// [`Redaction::look`].
///
/// # Errors
/// What is wrong with the options.
#[wasm_bindgen]
pub fn redact(options: &str, context: &str, text: &str, last: bool) -> Result<String, JsError> {
    let redaction = Redaction::parse(options).map_err(|error| JsError::new(&error))?;
    let whole = [context, text].concat();
    Ok(redaction.look(whole.as_bytes(), context.len(), last, Units::Utf16))
}
