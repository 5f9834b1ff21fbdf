//! United States social security numbers: three, two and four digits.
//!
//! Never given are areas 000, 666 and 900 to 999, group 00 and serial 0000
//! (SSA, "Social Security Number Randomization", 2011), and two numbers known
//! from advertisements.

use super::numbers::{Sequence, seps};
use super::{Candidate, Entity};

/// The number that begins with group `from`, and the group behind it.
pub(super) fn find(sequence: &Sequence<'_>, from: usize) -> Option<(Candidate, usize)> {
    let (to, plain, against) = match sequence.lengths(from) {
        [3, 2, 4, ..] => {
            let (one, two) = (sequence.group(from)?.sep, sequence.sep(from, 1));
            if one != two {
                return None;
            }
            match one {
                seps::DASH => (from.saturating_add(3), 75, 30),
                seps::SPACE | seps::DOT => (from.saturating_add(3), 20, 0),
                _ => return None,
            }
        }
        [9, ..] => (from.saturating_add(1), 0, 0),
        _ => return None,
    };
    let number = sequence.number(from, 9);
    let (area, group, serial) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
    let never = matches!(area, 0 | 666 | 900..)
        || group == 0
        || serial == 0
        || matches!(number, 78_051_120 | 219_099_999);
    if never {
        return None;
    }
    Some((
        Candidate {
            start: sequence.group(from)?.start,
            end: sequence.group(to.saturating_sub(1))?.end,
            entity: Entity::UsSsn,
            with: 95,
            plain,
            against,
        },
        to,
    ))
}
