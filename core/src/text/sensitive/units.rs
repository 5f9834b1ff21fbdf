//! Places in the units of a host's own text.

use super::Span;

/// What a place counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// Unicode code points: Python, and the public formats.
    CodePoints,
    /// UTF-16 code units: JavaScript.
    Utf16,
}

/// How many units `text` has. A lone surrogate in the form of three bytes counts
/// as one, as on its host.
#[must_use]
pub fn count(text: &[u8], units: Units) -> usize {
    text.iter().fold(0_usize, |count, byte| {
        count.saturating_add(match byte {
            0x80..=0xbf => 0,
            0xf0.. if units == Units::Utf16 => 2,
            _ => 1,
        })
    })
}

/// Changes the places of `spans`, which are in order, from bytes of `text`.
pub fn convert(text: &[u8], spans: &mut [Span], units: Units) {
    let (mut at, mut passed) = (0_usize, 0_usize);
    let mut until = |place: usize| {
        passed = passed.saturating_add(count(text.get(at..place).unwrap_or_default(), units));
        at = place;
        passed
    };
    for span in spans {
        span.start = until(span.start);
        span.end = until(span.end);
    }
}
