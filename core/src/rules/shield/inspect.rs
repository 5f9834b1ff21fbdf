//! The shield's look at one request: every value through the gate, what passes
//! it to the detectors, the strongest evidence out.
//!
//! A value is read as it is and, where something in it is written in a
//! disguise, once more unfolded; a value that is base64 of text is read decoded.
//! In a field the application marked as free text only what attacks a machine
//! by being read counts. Scores are beliefs per value;
//! the strongest is the request's. Linear in the request; three buffers live as
//! long as the call.

mod place;
mod reading;

pub use place::Place;

use super::evidence::{Evidence, Strongest};
use super::gate;
use crate::request::Request;
use crate::text::sql::Token;
use crate::text::values::{Value, each_value};
use crate::text::{hidden_text, unfold};
use crate::units::Score;
use alloc::string::String;
use alloc::vec::Vec;
use place::{is_named, shown_name};
use reading::Reading;

/// From this score on a request is taken for an attack unless the policy says otherwise.
pub const DEFAULT_THRESHOLD: Score = Score::ten_thousandths(5000);

/// How to look.
#[derive(Clone, Debug)]
pub struct Inspect {
    /// Names whose values are prose or code by design.
    pub free_text: Vec<String>,
    /// Names whose values are not looked at.
    pub ignore: Vec<String>,
    /// The score from which a hit means an attack.
    pub threshold: Score,
}

impl Default for Inspect {
    fn default() -> Self {
        Self {
            free_text: Vec::new(),
            ignore: Vec::new(),
            threshold: DEFAULT_THRESHOLD,
        }
    }
}

/// The strongest evidence in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// One of [`super::CODES`].
    pub code: &'static str,
    /// The belief that the request is an attack.
    pub score: Score,
    /// Where it was seen.
    pub place: Place,
    /// First byte in the decoded value.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// Looks at every value of `request` and returns the strongest hit, however weak.
#[must_use]
pub fn inspect(request: &Request<'_>, options: &Inspect) -> Option<Hit> {
    let mut room = Room::default();
    let mut best: Option<Hit> = None;
    each_value(request, &mut |value| {
        if is_named(value.name, &options.ignore) {
            return;
        }
        let free = is_named(value.name, &options.free_text);
        let Some(found) = room.value(&value, free) else {
            return;
        };
        if best
            .as_ref()
            .is_none_or(|kept| kept.score.get() < found.score)
        {
            best = Some(Hit {
                code: found.code,
                score: Score::ten_thousandths(found.score),
                place: Place {
                    kind: value.kind,
                    name: shown_name(value.name),
                },
                start: found.start,
                end: found.end,
            });
        }
    });
    best
}

/// Buffers that values share.
#[derive(Default)]
struct Room {
    unfolded: Vec<u8>,
    spare: Vec<u8>,
    tokens: Vec<Token>,
}

impl Room {
    fn value(&mut self, value: &Value<'_>, free: bool) -> Option<Evidence> {
        let Self {
            unfolded,
            spare,
            tokens,
        } = self;
        let mut best = Strongest::default();
        let mut read = |text: &[u8], unfolded: bool| {
            let signs = gate::scan(text);
            let reading = Reading {
                value,
                text,
                unfolded,
                signs: &signs,
                free,
                tokens: &mut *tokens,
                best: &mut best,
            };
            reading.look();
            signs
        };
        let signs = read(value.text, false);
        if signs.folded() && unfold::unfold(value.text, unfolded, spare) {
            read(unfolded, true);
        }
        if signs.texture.words <= 4 && hidden_text::decode(value.text, unfolded) {
            read(unfolded, true);
        }
        best.0
    }
}

#[cfg(test)]
mod tests;
