//! `doorward calibrate` for Python hosts.

use crate::fault::guarded;
use doorward_core::calibrate::Calibrate as Core;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A decision log being read.
#[pyclass(module = "doorward._doorward")]
pub(crate) struct Calibrate(Core);

#[pymethods]
impl Calibrate {
    #[new]
    fn new(asked: &str) -> PyResult<Self> {
        guarded(|| Core::new(asked))?
            .map(Self)
            .map_err(PyValueError::new_err)
    }

    /// Reads the line at `place` (`FILE:LINE`).
    fn push(&mut self, place: &str, line: &[u8]) -> PyResult<()> {
        guarded(|| self.0.push(place, line))?.map_err(PyValueError::new_err)
    }

    /// What to say; and below it the file, if there is enough data.
    fn finish(&self) -> PyResult<String> {
        guarded(|| self.0.finish().to_text())
    }
}
