//! What a model's answer must not hold, for Python hosts.

use crate::fault::guarded;
use doorward_core::text::leaks;
use pyo3::prelude::*;

/// The places of what an answer must not hold, in code points, as JSON.
#[pyfunction]
pub(crate) fn check_output(answer: &str, against: &str) -> PyResult<String> {
    guarded(|| leaks::report(answer, against, false))
}

/// A canary of sixteen bytes of chance.
#[pyfunction]
pub(crate) fn canary(chance: [u8; 16]) -> PyResult<String> {
    guarded(|| leaks::canary(chance))
}

/// A prompt with a canary in it.
#[pyfunction]
pub(crate) fn with_canary(prompt: &str, canary: &str) -> PyResult<String> {
    guarded(|| leaks::with_canary(prompt, canary))
}
