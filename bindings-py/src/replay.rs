//! Replay for Python hosts.

use crate::fault::guarded;
use crate::packs::packs;
use doorward_core::replay::{Pushed, Replay as Core, ReplayOptions};
use doorward_core::traffic;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Recorded traffic through a policy, and through a second one beside it.
#[pyclass(frozen, module = "doorward._doorward")]
pub(crate) struct Replay(Mutex<Core>);

impl Replay {
    fn core(&self) -> MutexGuard<'_, Core> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Replay {
    #[new]
    #[pyo3(signature = (policy, against = None, *, dry_run = false, log_secret = None, store_secret = None))]
    fn new(
        policy: &str,
        against: Option<&str>,
        dry_run: bool,
        log_secret: Option<Vec<u8>>,
        store_secret: Option<Vec<u8>>,
    ) -> PyResult<Self> {
        let options = ReplayOptions {
            dry_run,
            log_secret,
            store_secret,
            packs: packs()?,
        };
        guarded(|| Core::new(policy, against, &options))?
            .map(|core| Self(Mutex::new(core)))
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Runs the line at `place` (`FILE:LINE`): `D` and the decision line (and,
    /// after a newline, the log line), `N` and the needs, or nothing for a
    /// blank line.
    #[pyo3(signature = (place, line, replies = None))]
    fn push(&self, place: &str, line: &[u8], replies: Option<&str>) -> PyResult<Option<String>> {
        let pushed = guarded(|| self.core().push(place, line, replies))?;
        let pushed = pushed.map_err(PyValueError::new_err)?;
        Ok(pushed.map(|pushed| match pushed {
            Pushed::Needs(needs) => format!("N{needs}"),
            Pushed::Decided {
                decision,
                log: None,
            } => format!("D{decision}"),
            Pushed::Decided {
                decision,
                log: Some(log),
            } => format!("D{decision}\n{log}"),
        }))
    }

    /// The summary; `nanos` are timings of the lines.
    fn summary(&self, mut nanos: Vec<u32>) -> PyResult<String> {
        guarded(|| self.core().summary(&mut nanos))
    }
}

/// The traffic lines of a HAR file.
#[pyfunction]
pub(crate) fn har_lines(har: &[u8]) -> PyResult<Vec<String>> {
    guarded(|| traffic::har_lines(har))?.map_err(PyValueError::new_err)
}
