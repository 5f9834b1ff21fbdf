//! Numbers of the National Health Service of England, Wales and the Isle of
//! Man: ten digits, the last a check modulo 11 (NHS Data Dictionary, "NHS
//! number"). One in eleven numbers passes the check, so a word must say so.

use super::numbers::{Sequence, seps};
use super::{Candidate, Entity};

/// The number that begins with group `from`, and the group behind it.
pub(super) fn find(sequence: &Sequence<'_>, from: usize) -> Option<(Candidate, usize)> {
    let to = match sequence.lengths(from) {
        [10, ..] => from.saturating_add(1),
        [3, 3, 4, ..] => {
            let sep = sequence.group(from)?.sep;
            let same = sep == sequence.sep(from, 1);
            if !same || !matches!(sep, seps::SPACE | seps::DASH) {
                return None;
            }
            from.saturating_add(3)
        }
        _ => return None,
    };
    if !checked(sequence.digits(from, to)) {
        return None;
    }
    Some((
        Candidate {
            start: sequence.group(from)?.start,
            end: sequence.group(to.saturating_sub(1))?.end,
            entity: Entity::UkNhs,
            with: 95,
            plain: 0,
            against: 0,
        },
        to,
    ))
}

/// Weights 10 to 2; what the sum lacks to a multiple of 11 is the last digit.
fn checked(digits: impl Iterator<Item = u8>) -> bool {
    let mut sum = 0_u32;
    for (digit, weight) in digits.zip((1..=10_u32).rev()) {
        sum = sum.saturating_add(u32::from(digit).saturating_mul(weight));
    }
    // the check digit's weight is 1: a sum that is a multiple of 11 passes
    sum != 0 && sum.is_multiple_of(11)
}
