//! Up to where browsers are known, and since when.

use super::Engine;
use crate::units::Millis;

/// When the versions here were the newest: the first of November 2026.
pub const DATE: Millis = Millis(1_793_491_200_000);
/// Before the table's date by this much, a newer version did not exist yet.
const SPARE: u64 = 14 * 24 * 60 * 60 * 1000;
/// Test channels are this much ahead of the stable one.
const AHEAD: u16 = 4;

/// The newest stable version at [`DATE`].
#[must_use]
pub const fn newest(engine: Engine) -> u16 {
    match engine {
        Engine::Chromium => 156,
        Engine::Gecko => 158,
        Engine::WebKit => 26,
    }
}

/// The habits of this version are known.
#[must_use]
pub fn knows(engine: Engine, major: u16) -> bool {
    major <= newest(engine)
}

/// The version did not exist when the request came. Later than the table's
/// date less two weeks, or at an unknown time, nobody can say so.
#[must_use]
pub fn unreleased(engine: Engine, major: u16, now: Option<Millis>) -> bool {
    let before = |now: Millis| now.0 <= DATE.0.saturating_sub(SPARE);
    major > newest(engine).saturating_add(AHEAD) && now.is_some_and(before)
}
