//! Panics of ours, caught at the border.

use core::cell::RefCell;
use core::panic::AssertUnwindSafe;
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use std::panic;

create_exception!(
    _doorward,
    Fault,
    PyException,
    "A panic of ours, caught at the border: the place in the code where it began."
);

thread_local! {
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics leave their place instead of text on stderr: a panic's message can
/// quote what it worked on, and a request's text belongs in no log.
pub(crate) fn keep_places() {
    panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(|| "unknown place".to_string(), ToString::to_string);
        PLACE.with(|slot| {
            if let Ok(mut slot) = slot.try_borrow_mut() {
                *slot = place;
            }
        });
    }));
}

/// Runs `work`; its panic becomes a [`Fault`].
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> PyResult<T> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| Fault::new_err(PLACE.with(RefCell::take)))
}
