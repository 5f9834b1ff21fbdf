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

use super::classes::Classes;
use super::evidence::{Evidence, Findings, Strongest, Texture};
use super::excerpt::excerpt;
use super::expectation::{self, Expectation, Fit};
use super::graphql::Bounds;
use super::model::{CODE, Model};
use super::upload::{self, Claim};
use super::{framing, gate};
use crate::request::Request;
use crate::text::sql::Token;
use crate::text::values::{Kind, Value, each_value};
use crate::text::{decode, hidden_text, unfold};
use crate::units::Score;
use alloc::string::String;
use alloc::vec::Vec;
use place::{Name, is_weighed, shown_name};
use reading::Reading;

/// From this score on a request is taken for an attack unless the policy says otherwise.
pub const DEFAULT_THRESHOLD: Score = Score::ten_thousandths(5000);

/// Detectors read so much of an uploaded file; [`upload`] sees all of it.
const UPLOAD_HEAD: usize = 4096;

/// How to look.
#[derive(Clone, Debug)]
pub struct Inspect {
    /// Names whose values are prose or code by design.
    pub free_text: Vec<String>,
    /// Names whose values are not looked at.
    pub ignore: Vec<String>,
    /// What the values of some names are; anything else is evidence.
    pub expect: Vec<Expectation>,
    /// What is judged at all.
    pub classes: Classes,
    /// Show a few masked characters of what matched.
    pub excerpt: bool,
    /// Bounds of GraphQL documents.
    pub graphql: Bounds,
    /// The score from which a hit means an attack.
    pub threshold: Score,
    /// The learned part.
    pub model: Model,
}

impl Default for Inspect {
    fn default() -> Self {
        Self {
            free_text: Vec::new(),
            ignore: Vec::new(),
            expect: Vec::new(),
            classes: Classes::default(),
            excerpt: false,
            graphql: Bounds::default(),
            threshold: DEFAULT_THRESHOLD,
            model: Model::shipped(),
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
    /// First byte in the value as an application decodes it. What was found
    /// behind a further encoding has no place of its own there: it is the whole
    /// value then.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// The distinct codes of all strong evidence in the request, four at most.
    pub findings: Vec<&'static str>,
    /// The field that holds something else than expected, and what is expected.
    pub expected: Option<(String, String)>,
    /// A few masked characters around the range, where they were asked for.
    pub excerpt: Option<String>,
}

/// What the detectors left open: one reading of a value that is no free text.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Open<'o> {
    /// The value.
    pub value: &'o Value<'o>,
    /// The value as read: as it is, unfolded or decoded.
    pub text: &'o [u8],
    /// Its size and shape.
    pub texture: Texture,
    /// The detectors' score of the value so far, in ten-thousandths.
    pub score: u16,
}

/// Looks at every value of `request` and returns the strongest hit, however weak.
#[must_use]
pub fn inspect(request: &Request<'_>, options: &Inspect) -> Option<Hit> {
    inspect_with(request, options, &mut |open| options.model.weigh(open))
}

/// The same with another opinion than the shipped model's.
#[doc(hidden)]
pub fn inspect_with(request: &Request<'_>, options: &Inspect, opinion: Opinion<'_>) -> Option<Hit> {
    let mut room = Room::default();
    let mut best = framing_hit(request, options);
    let named =
        !(options.ignore.is_empty() && options.free_text.is_empty() && options.expect.is_empty());
    each_value(request, &mut |value| {
        let name = Name::of(if named { value.name } else { &[] });
        if name.is_any(&options.ignore) {
            return;
        }
        let free = name.is_any(&options.free_text);
        let other = match expected(&value, free, name, options) {
            Some((_, Fit::Harmless)) => return,
            Some((expectation, Fit::Other)) => Some(expectation),
            Some((_, Fit::Fits)) | None => None,
        };
        let mut found = room.value(&value, free, options, opinion);
        if let Some(file) = room.file(&value)
            && !free
            && options.classes.judge(file.code)
        {
            if file.score >= options.threshold.get() {
                room.findings.add(file.code);
            }
            found = found
                .filter(|found| found.score >= file.score)
                .or(Some(file));
        }
        if let Some(bound) = options.graphql.judge(&value) {
            found = Some(bound);
        }
        if other.is_some() {
            found = Some(expectation::weigh(value.text, found));
        }
        let Some(found) = found else {
            return;
        };
        if best
            .as_ref()
            .is_some_and(|kept| kept.score.get() >= found.score)
        {
            return;
        }
        let masked = || excerpt(value.text, &(found.start..found.end));
        best = Some(Hit {
            code: found.code,
            score: Score::ten_thousandths(found.score),
            place: Place {
                kind: value.kind,
                name: shown_name(value.name),
            },
            start: found.start,
            end: found.end,
            findings: Vec::new(),
            expected: other
                .filter(|_| found.code == expectation::CODE)
                .map(|other| (other.field.clone(), other.kind().into())),
            excerpt: options
                .excerpt
                .then(|| room.excerpt.take().unwrap_or_else(masked)),
        });
    });
    if let Some(best) = &mut best {
        if best.score >= options.threshold {
            room.findings.add(best.code);
        }
        best.findings.extend(room.findings.codes());
    }
    best
}

/// What the headers say about the end of the message.
fn framing_hit(request: &Request<'_>, options: &Inspect) -> Option<Hit> {
    let (name, found) = framing::find_in(request)?;
    options.classes.judge(found.code).then(|| Hit {
        code: found.code,
        score: Score::ten_thousandths(found.score),
        place: Place {
            kind: Kind::Header,
            name: shown_name(name),
        },
        start: found.start,
        end: found.end,
        findings: Vec::new(),
        expected: None,
        excerpt: None,
    })
}

/// What the application expects of a value, and how it fits.
fn expected<'o>(
    value: &Value<'_>,
    free: bool,
    name: Name<'_>,
    options: &'o Inspect,
) -> Option<(&'o Expectation, Fit)> {
    let file = matches!(value.kind, Kind::File | Kind::Media | Kind::Upload);
    if options.expect.is_empty() || free || value.is_name || file {
        return None;
    }
    expectation::of(&options.expect, |field| name.is(field))
        .map(|expectation| (expectation, expectation.fit(value.text)))
}

/// Says what a reading is that the detectors left open.
type Opinion<'a> = &'a mut dyn FnMut(&Open<'_>) -> Option<Evidence>;

/// Buffers that values share, and what is kept beside the strongest hit.
#[derive(Default)]
struct Room {
    unfolded: Vec<u8>,
    spare: Vec<u8>,
    tokens: Vec<Token>,
    findings: Findings,
    /// Of the uploaded file at hand.
    claim: Claim,
    /// Of the last value, where its evidence was found behind an encoding.
    excerpt: Option<String>,
}

impl Room {
    /// What an uploaded file is: its name comes before its content.
    fn file(&mut self, value: &Value<'_>) -> Option<Evidence> {
        match value.kind {
            Kind::File => {
                // `filename*` is percent-encoded (RFC 8187)
                decode::unescape_into(&mut self.unfolded, value.text, false);
                self.claim.named(&self.unfolded);
                upload::named(&self.unfolded).map(|found| found.within(value.text.len()))
            }
            Kind::Media => {
                self.claim.typed(value.text);
                None
            }
            Kind::Upload => {
                let found = upload::content(&self.claim, value.text);
                self.claim.clear();
                found.map(|found| found.within(value.text.len()))
            }
            // another part begins
            _ if value.is_name => {
                self.claim.clear();
                None
            }
            _ => None,
        }
    }

    fn value(
        &mut self,
        value: &Value<'_>,
        free: bool,
        options: &Inspect,
        opinion: Opinion<'_>,
    ) -> Option<Evidence> {
        let Self {
            unfolded,
            spare,
            tokens,
            findings,
            excerpt: shown,
            ..
        } = self;
        *shown = None;
        let mut best = Strongest::default();
        let mut read = |text: &[u8], unfolded: bool| {
            let signs = gate::scan(text);
            let before = best.0;
            let reading = Reading {
                value,
                text,
                unfolded,
                signs: &signs,
                free,
                options,
                findings: &mut *findings,
                tokens: &mut *tokens,
                best: &mut best,
            };
            reading.look();
            if !signs.plain() && !free && options.classes.judge(CODE) && is_weighed(value) {
                let open = Open {
                    value,
                    text,
                    texture: signs.texture,
                    score: best.0.map_or(0, |found| found.score),
                };
                if let Some(found) = opinion(&open) {
                    best.add(found);
                }
            }
            if unfolded && best.0 != before {
                if let (Some(found), true) = (best.0, options.excerpt) {
                    *shown = Some(excerpt(text, &(found.start..found.end)));
                }
                best.spread(value.text.len());
            }
            signs
        };
        let text = match value.kind {
            Kind::Upload => value.text.get(..UPLOAD_HEAD).unwrap_or(value.text),
            _ => value.text,
        };
        let signs = read(text, false);
        if signs.folded() && unfold::unfold(text, unfolded, spare) {
            read(unfolded, true);
        }
        if signs.texture.may_be_coded() && hidden_text::decode(text, unfolded) {
            read(unfolded, true);
        }
        best.0
    }
}

#[cfg(test)]
mod tests;
