//! Numbers of United States passports: nine digits, or since 2021 a letter and
//! eight (State Department, "Next Generation Passport"). Nothing checks them,
//! so a word must say what they are.

use super::numbers::Sequence;
use super::{Candidate, Entity, byte, part};

/// Nine digits that begin with group `from`.
pub(super) fn digits(sequence: &Sequence<'_>, from: usize) -> Option<(Candidate, usize)> {
    let group = sequence.group(from)?;
    (group.length() == 9).then(|| (candidate(group.start, group.end), from.saturating_add(1)))
}

/// A letter and eight digits.
pub(super) fn lettered(text: &[u8], start: usize, end: usize) -> Option<Candidate> {
    let digits = part(text, start.saturating_add(1), end);
    (digits.len() == 8
        && byte(text, start).is_ascii_alphabetic()
        && digits.iter().all(u8::is_ascii_digit))
    .then(|| candidate(start, end))
}

fn candidate(start: usize, end: usize) -> Candidate {
    Candidate {
        start,
        end,
        entity: Entity::UsPassport,
        with: 90,
        plain: 0,
        against: 0,
    }
}
