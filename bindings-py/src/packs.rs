//! The packs that the Python module carries within itself.

use doorward_core::pack::Packs;
use pyo3::PyResult;
use pyo3::exceptions::PyValueError;
use std::sync::OnceLock;

const BYTES: &[&[u8]] = &[
    include_bytes!("../../core/packs/email-data.bin"),
    include_bytes!("../../core/packs/prompt.bin"),
];

/// All of them, read once.
pub(crate) fn packs() -> PyResult<Packs> {
    static READ: OnceLock<Result<Packs, String>> = OnceLock::new();
    READ.get_or_init(|| {
        let mut packs = Packs::default();
        for bytes in BYTES {
            packs.add(bytes)?;
        }
        Ok(packs)
    })
    .clone()
    .map_err(PyValueError::new_err)
}
