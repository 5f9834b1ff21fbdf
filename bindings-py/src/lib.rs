//! Doorward for Python hosts: bytes in, text out.
//!
//! Marshals and nothing else. Three promises are kept here:
//! - A panic never crosses into Python: it becomes [`fault::Fault`], which the
//!   package reports and answers with every rule's `onError`.
//! - Locks are taken and released while attached to the interpreter and never
//!   while Python code runs, so no other thread can hold one when a process
//!   forks, and nothing waits for the interpreter with a lock in hand.
//! - Bodies above 4 KB are judged without the interpreter (the pure part only).

mod calibrate;
mod engine;
mod fault;
mod frame;
mod home;
mod output;
mod packs;
mod redact;
mod replay;
mod scan;
mod text;

use pyo3::prelude::*;

/// The core's shell. Private; the package `doorward` is the interface.
#[pymodule]
mod _doorward {
    #[pymodule_export]
    use crate::calibrate::Calibrate;
    #[pymodule_export]
    use crate::engine::{Engine, explain, headers, outcome, respond};
    #[pymodule_export]
    use crate::fault::Fault;
    #[pymodule_export]
    use crate::home::forked;
    #[pymodule_export]
    use crate::output::{canary, check_output, with_canary};
    #[pymodule_export]
    use crate::redact::redact;
    #[pymodule_export]
    use crate::replay::{Replay, har_lines};
    #[pymodule_export]
    use crate::scan::Scan;
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::fault::keep_places();
        module.add("__version__", doorward_core::engine::VERSION)
    }
}
