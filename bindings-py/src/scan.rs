//! `doorward scan` for Python hosts.

use crate::fault::guarded;
use crate::packs::packs;
use doorward_core::scan::Scan as Core;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Lines of text through one detector.
#[pyclass(frozen, module = "doorward._doorward")]
pub(crate) struct Scan(Core);

#[pymethods]
impl Scan {
    #[new]
    #[pyo3(signature = (kind, field = None))]
    fn new(kind: &str, field: Option<&str>) -> PyResult<Self> {
        let packs = packs()?;
        guarded(|| Core::new(kind, field, &packs))?
            .map(Self)
            .map_err(PyValueError::new_err)
    }

    /// Judges the line at `place` (`FILE:LINE`); nothing for a blank one.
    fn push(&self, place: &str, line: &[u8]) -> PyResult<Option<String>> {
        guarded(|| self.0.push(place, line))?.map_err(PyValueError::new_err)
    }
}
