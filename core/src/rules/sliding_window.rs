//! `slidingWindow`: at most `max` requests in the last `interval`.
//!
//! Finds a client that asks more often than the policy allows, without the
//! doubled quota that fixed windows give around their boundaries: the previous
//! window counts by the share that the sliding one still covers. Costs one
//! look-up in the store. Keys, fallback and when it may deny: see
//! [`crate::quota`].

use super::{Kind, Manual, Opt, Rule, page};
use crate::decision::Conclusion;
use crate::policy::{Fault, Options};
use crate::quota::{self, Quota};
use crate::store::Limit;
use crate::units::Millis;
use alloc::boxed::Box;

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "slidingWindow",
    summary: page("At most `max` requests in the last `interval`."),
    options: &[
        Opt {
            name: "interval",
            kind: Kind::Duration,
            required: true,
            doc: page("Length of time looked back."),
        },
        Opt {
            name: "max",
            kind: Kind::Integer {
                min: 0,
                max: u32::MAX,
            },
            required: true,
            doc: page("Requests allowed in that time."),
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
    let limit = Limit::SlidingWindow {
        max: options.integer("max").unwrap_or_default(),
        interval: options.duration("interval").unwrap_or(Millis(1)),
    };
    let metered = options.flag("metered").unwrap_or_default();
    Ok(Box::new(Quota::new(limit, options, metered)))
}
