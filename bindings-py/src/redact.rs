//! Redaction for Python hosts: places in code points.

use crate::fault::guarded;
use doorward_core::redact::Redaction;
use doorward_core::text::sensitive::Units;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Looks at `text` behind its context, both UTF-8 with surrogates let through,
/// as JSON; see [`Redaction::look`].
#[pyfunction]
pub(crate) fn redact(options: &str, context: &[u8], text: &[u8], last: bool) -> PyResult<String> {
    let looked = guarded(|| {
        let redaction = Redaction::parse(options)?;
        let whole = [context, text].concat();
        Ok(redaction.look(&whole, context.len(), last, Units::CodePoints))
    })?;
    looked.map_err(|error: String| PyValueError::new_err(error))
}
