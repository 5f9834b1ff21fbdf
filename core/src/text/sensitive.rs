//! Sensitive values in text: where they are, of what type, how sure.
//!
//! One pass over the bytes, gated by their class: letters and digits come in
//! runs, and only a run that could begin a value is looked at. What has a
//! checksum is validated by it; what has none is believed by its shape and by
//! the words around it (`context`). Overlaps are resolved by belief, then
//! length, then place, so the same text gives the same spans everywhere.
//!
//! Not found: names, addresses of streets, dates of birth, values that are
//! spelled out in words, spread over lines or hidden by an encoding. Costs
//! about a microsecond per kilobyte of prose; linear, whatever the text.

mod cards;
mod context;
mod crypto;
mod custom;
mod email;
mod entity;
mod entropy;
mod iban;
mod ip;
mod jwt;
mod key_shapes;
mod keys;
mod mac;
mod nhs;
mod numbers;
mod passport;
mod phone;
mod plans;
mod private_key;
mod secrets;
mod segments;
mod ssn;
mod units;
mod walk;

pub use custom::{Custom, CustomError};
pub use entity::{ENTITIES, Entity, Wanted};
pub use segments::{Found, segments};
pub use units::{Units, convert, count};

use crate::text::sensitive::context::Side;
use alloc::vec::Vec;

/// Belief from which on a value counts as found, in hundredths.
pub const FOUND: u8 = 50;

/// One value that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Offset of its first byte.
    pub start: usize,
    /// Offset behind its last byte.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// Belief, in hundredths.
    pub score: u8,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A type that is known here.
    Known(Entity),
    /// The application's own, by its number.
    Custom(u16),
}

impl Kind {
    /// Its name.
    #[must_use]
    pub fn name(self, customs: &[Custom]) -> &str {
        match self {
            Self::Known(entity) => entity.name(),
            Self::Custom(index) => customs.get(usize::from(index)).map_or("", Custom::name),
        }
    }
}

/// What could be a value, and how much it is believed by what is around it.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    start: usize,
    end: usize,
    entity: Entity,
    /// Belief where a word near it says so.
    with: u8,
    /// Belief by its shape alone.
    plain: u8,
    /// Belief where a word near it says that it is something else.
    against: u8,
}

impl Candidate {
    /// One that needs no word beside it.
    fn certain(start: usize, end: usize, entity: Entity, score: u8) -> Self {
        Self {
            start,
            end,
            entity,
            with: score,
            plain: score,
            against: score,
        }
    }
}

/// The values in `text`, in the order of their places, none overlapping.
#[must_use]
pub fn scan(text: &[u8], wanted: Wanted, customs: &[Custom]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut last_phone = None;
    for candidate in walk::candidates(text) {
        let entity = candidate.entity;
        let side = if candidate.with == candidate.against && candidate.with == candidate.plain {
            Side::None
        } else {
            context::side(text, &candidate, last_phone)
        };
        let score = match side {
            Side::For => candidate.with,
            Side::None => candidate.plain,
            Side::Against => candidate.against,
        };
        if score >= FOUND {
            if entity == Entity::PhoneNumber {
                last_phone = Some(candidate.end);
            }
            spans.push(Span {
                start: candidate.start,
                end: candidate.end,
                kind: Kind::Known(entity),
                score,
            });
        }
    }
    for (index, custom) in (0_u16..).zip(customs) {
        custom.each(text, &mut |start, end| {
            spans.push(Span {
                start,
                end,
                kind: Kind::Custom(index),
                score: 100,
            });
        });
    }
    let mut spans = resolved(spans);
    spans.retain(|span| match span.kind {
        Kind::Known(entity) => wanted.has(entity),
        Kind::Custom(_) => true,
    });
    spans
}

/// Of spans that overlap the most believed one stays; of those the longest,
/// the first, and what the application asked for by name.
fn resolved(mut spans: Vec<Span>) -> Vec<Span> {
    let rank = |span: &Span| {
        (
            core::cmp::Reverse(span.score),
            core::cmp::Reverse(span.end.saturating_sub(span.start)),
            core::cmp::Reverse(span.kind),
        )
    };
    spans.sort_by_key(|span| (span.start, rank(span)));
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        while let Some(last) = kept.last() {
            if last.end <= span.start {
                kept.push(span);
                break;
            }
            if rank(last) <= rank(&span) {
                break;
            }
            kept.pop();
        }
        if kept.is_empty() {
            kept.push(span);
        }
    }
    kept
}

/// The byte at a place; 0 past the end.
#[inline]
fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// The byte before a place; 0 at the start.
#[inline]
fn before(text: &[u8], at: usize) -> u8 {
    at.checked_sub(1).map_or(0, |at| byte(text, at))
}

/// The text from `start` to `end`; nothing where that is no part of it.
#[inline]
fn part(text: &[u8], start: usize, end: usize) -> &[u8] {
    text.get(start..end).unwrap_or_default()
}

/// Where the run of bytes that `wanted` accepts ends, at most `most` of them.
#[inline]
fn run(text: &[u8], from: usize, most: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let length = rest
        .iter()
        .take(most)
        .position(|byte| !wanted(*byte))
        .unwrap_or(rest.len().min(most));
    super::cursor::tick(length);
    from.saturating_add(length)
}

/// A letter, digit or underscore, or a byte of a character beyond ASCII that
/// is a letter in the scripts whose words have blanks between them.
#[inline]
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests;
