//! Digits in groups: what cards, phone numbers and addresses are written as.
//!
//! A sequence is read once; what begins at each of its groups is asked of it.

use super::{byte, run};
use alloc::vec::Vec;

/// What stands between groups, as a set.
pub(super) mod seps {
    /// The sequence ends here.
    pub(in super::super) const NONE: u8 = 0;
    pub(in super::super) const SPACE: u8 = 1;
    pub(in super::super) const DASH: u8 = 2;
    pub(in super::super) const DOT: u8 = 4;
    pub(in super::super) const SLASH: u8 = 8;
    pub(in super::super) const OPEN: u8 = 16;
    pub(in super::super) const CLOSE: u8 = 32;
}

/// Most groups of one sequence; a longer one is read in parts.
const MOST: usize = 64;
/// Most digits of one group that matter.
const LONGEST: usize = 64;

/// A run of digits, and what stands behind it before the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) sep: u8,
}

impl Group {
    pub(super) fn length(&self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

/// Groups of digits with single signs between them.
#[derive(Debug)]
pub(super) struct Sequence<'t> {
    pub(super) text: &'t [u8],
    groups: Vec<Group>,
}

impl<'t> Sequence<'t> {
    /// None yet.
    pub(super) fn of(text: &'t [u8]) -> Self {
        Self {
            text,
            groups: Vec::new(),
        }
    }

    /// Reads the sequence that begins at `from`, a digit.
    pub(super) fn read(&mut self, from: usize) {
        self.groups.clear();
        let mut start = from;
        while self.groups.len() < MOST {
            let end = run(self.text, start, LONGEST, |b| b.is_ascii_digit());
            let (sep, next) = separator(self.text, end);
            self.groups.push(Group { start, end, sep });
            if sep == seps::NONE {
                break;
            }
            start = next;
        }
        if let Some(last) = self.groups.last_mut() {
            last.sep = seps::NONE;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    pub(super) fn group(&self, index: usize) -> Option<&Group> {
        self.groups.get(index)
    }

    /// What stands behind group `from + ahead`.
    pub(super) fn sep(&self, from: usize, ahead: usize) -> u8 {
        self.group(from.saturating_add(ahead))
            .map_or(seps::NONE, |group| group.sep)
    }

    /// The lengths of six groups; 0 where there is none.
    pub(super) fn lengths(&self, from: usize) -> [usize; 6] {
        let mut lengths = [0; 6];
        for (length, group) in lengths
            .iter_mut()
            .zip(self.groups.get(from..).unwrap_or_default())
        {
            *length = group.length();
        }
        lengths
    }

    /// The digits of some groups.
    pub(super) fn digits(&self, from: usize, to: usize) -> impl Iterator<Item = u8> + Clone + '_ {
        self.groups
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .flat_map(|group| super::part(self.text, group.start, group.end))
            .map(|digit| digit.wrapping_sub(b'0'))
    }

    /// The first `count` digits from a group on, at most nine, as a number.
    pub(super) fn number(&self, from: usize, count: usize) -> u32 {
        self.digits(from, self.len())
            .take(count.min(9))
            .fold(0, |number, digit| {
                number.saturating_mul(10).saturating_add(u32::from(digit))
            })
    }
}

/// What stands at `at` between two groups, and where the second begins.
fn separator(text: &[u8], at: usize) -> (u8, usize) {
    let (mut sep, mut here) = (seps::NONE, at);
    for _ in 0..3 {
        let (one, length) = match byte(text, here) {
            b' ' => (seps::SPACE, 1),
            0xc2 if byte(text, here.saturating_add(1)) == 0xa0 => (seps::SPACE, 2),
            b'-' => (seps::DASH, 1),
            // non-breaking hyphen and en dash
            0xe2 if byte(text, here.saturating_add(1)) == 0x80
                && matches!(byte(text, here.saturating_add(2)), 0x90 | 0x91 | 0x93) =>
            {
                (seps::DASH, 3)
            }
            b'.' => (seps::DOT, 1),
            b'/' => (seps::SLASH, 1),
            b'(' => (seps::OPEN, 1),
            b')' => (seps::CLOSE, 1),
            _ => break,
        };
        // the same sign twice separates more than groups, but for blanks around one
        if sep & one != 0 && (one != seps::SPACE || sep == seps::SPACE) {
            return (seps::NONE, at);
        }
        sep |= one;
        here = here.saturating_add(length);
    }
    if byte(text, here).is_ascii_digit() {
        (sep, here)
    } else {
        (seps::NONE, at)
    }
}
