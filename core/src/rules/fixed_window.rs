//! `fixedWindow`: at most `max` requests in each window of time.
//!
//! Finds a client that asks more often than the policy allows. Windows are
//! aligned to the Unix epoch (a window of `"1h"` starts on the hour, UTC), so
//! a client may spend two windows' quota around a boundary; `slidingWindow`
//! does not allow that. Costs one look-up in the store. Keys, fallback and when
//! it may deny: see [`crate::quota`].

use super::{Kind, Manual, Opt, Rule, page};
use crate::decision::Conclusion;
use crate::policy::{Fault, Options};
use crate::quota::{self, Quota};
use crate::store::Limit;
use crate::units::Millis;
use alloc::boxed::Box;

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "fixedWindow",
    summary: page("At most `max` requests in each window of time."),
    options: &[
        Opt {
            name: "window",
            kind: Kind::Duration,
            required: true,
            doc: page("Length of a window."),
        },
        Opt {
            name: "max",
            kind: Kind::Integer {
                min: 0,
                max: u32::MAX,
            },
            required: true,
            doc: page("Requests allowed in a window."),
        },
        quota::METERED,
        quota::CHARACTERISTICS,
        quota::FALLBACK,
    ],
    codes: quota::CODES,
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let limit = Limit::FixedWindow {
        max: options.integer("max").unwrap_or_default(),
        window: options.duration("window").unwrap_or(Millis(1)),
    };
    let metered = options.flag("metered").unwrap_or_default();
    Ok(Box::new(Quota::new(limit, options, metered)))
}
