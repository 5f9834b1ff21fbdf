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

/// Changes the places of `spans`, which are in order, from bytes of `text`. A
/// lone surrogate in the form of three bytes counts as one, as on its host.
pub fn convert(text: &[u8], spans: &mut [Span], units: Units) {
    let (mut at, mut count) = (0_usize, 0_usize);
    let mut until = |place: usize| {
        for byte in text.get(at..place).unwrap_or_default() {
            let more = match byte {
                0x80..=0xbf => 0,
                0xf0.. if units == Units::Utf16 => 2,
                _ => 1,
            };
            count = count.saturating_add(more);
        }
        at = place;
        count
    };
    for span in spans {
        span.start = until(span.start);
        span.end = until(span.end);
    }
}
