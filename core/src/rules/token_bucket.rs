//! `tokenBucket`: a bucket of `capacity` units, refilled all the time.
//!
//! Finds a client that spends more than the policy allows, in units the
//! application names: `context.requested` (tokens of a model, rows, cents),
//! one where it is absent. What was reserved is settled with `ward.settle` once
//! the real use is known. A bucket starts full, so short bursts pass; over
//! time `refillRate` units every `interval` are given, without rounding loss.
//! Asking for more than `capacity` is always refused. Costs one look-up in the
//! store. Keys, fallback and when it may deny: see [`crate::quota`].

use super::{Kind, Manual, Opt, Rule, page};
use crate::decision::Conclusion;
use crate::policy::{Fault, Options};
use crate::quota::{self, Quota};
use crate::store::Limit;
use crate::units::Millis;
use alloc::boxed::Box;

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "tokenBucket",
    summary: page("A budget of `capacity` units, refilled by `refillRate` units every `interval`."),
    options: &[
        Opt {
            name: "refillRate",
            kind: Kind::Integer {
                min: 1,
                max: u32::MAX,
            },
            required: true,
            doc: page("Units added every interval."),
        },
        Opt {
            name: "interval",
            kind: Kind::Duration,
            required: true,
            doc: page("The time in which `refillRate` units are added."),
        },
        Opt {
            name: "capacity",
            kind: Kind::Integer {
                min: 1,
                max: u32::MAX,
            },
            required: true,
            doc: page("Units the bucket holds."),
        },
        quota::CHARACTERISTICS,
        quota::FALLBACK,
    ],
    codes: quota::CODES,
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let limit = Limit::TokenBucket {
        capacity: options.integer("capacity").unwrap_or(1),
        refill: options.integer("refillRate").unwrap_or(1),
        interval: options.duration("interval").unwrap_or(Millis(1)),
    };
    Ok(Box::new(Quota::new(limit, options, true)))
}
