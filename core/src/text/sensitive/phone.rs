//! Phone numbers: international as ITU-T E.123 writes them, and as countries
//! write their own, with extensions.
//!
//! What begins with `+` and a calling code is believed by its plan
//! ([`plans`](super::plans)). A national number has nothing that checks it: it
//! is believed where it is written as phone numbers are and nothing else is
//! (North American 3-3-4, a trunk zero in brackets), and otherwise where a word
//! near it says so.

use super::numbers::{Sequence, seps};
use super::{Candidate, Entity, before, byte, plans, run};

/// Fewest digits of a number that a word vouches for.
const FEWEST: usize = 6;
/// Most digits: E.164, and the trunk zero or `00` before them.
const MOST: usize = 15;
/// Most groups.
const GROUPS: usize = 8;

/// How the number begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// With a digit.
    Digit,
    /// With `+`.
    Plus,
    /// With an opening bracket.
    Open,
}

/// The number whose first digits are group `from`, and the group behind it.
pub(super) fn find(
    sequence: &Sequence<'_>,
    from: usize,
    lead: Lead,
    start: usize,
) -> Option<(Candidate, usize)> {
    let reach = reach(sequence, from, lead)?;
    // of what is joined by chance the longest part that is a number
    let least = from.saturating_add(1);
    (least..=reach).rev().find_map(|to| {
        // an area code, also one of two parts: (06 1) 234 5678
        if lead == Lead::Open && (sequence.sep(from, 0) | sequence.sep(from, 1)) & seps::CLOSE == 0
        {
            return None;
        }
        let open = |index| sequence.sep(index, 0) & seps::OPEN != 0;
        let shut = |index| sequence.sep(index, 0) & seps::CLOSE != 0;
        let within = from..to.saturating_sub(1);
        let opened = within.clone().filter(|i| open(*i)).count();
        let closed = within.filter(|i| shut(*i)).count();
        if opened.saturating_add(usize::from(lead == Lead::Open)) != closed {
            return None;
        }
        let ending = sequence.group(to.saturating_sub(1))?;
        let extended = extension(sequence.text, ending.end);
        let end = extended.unwrap_or(ending.end);
        let (plain, against) = belief(sequence, from, to, lead, extended.is_some())?;
        let glued = byte(sequence.text, end).is_ascii_alphanumeric()
            || matches!(byte(sequence.text, end), b'_' | b'@');
        if glued {
            return None;
        }
        // what goes on behind a hyphen is the name of something
        let named = byte(sequence.text, end) == b'-'
            && byte(sequence.text, end.saturating_add(1)).is_ascii_alphanumeric();
        let named = named && lead != Lead::Plus;
        let candidate = Candidate {
            start,
            end,
            entity: Entity::PhoneNumber,
            with: 85,
            plain: if named { plain.min(40) } else { plain },
            against,
        };
        Some((candidate, to))
    })
}

/// How many groups could belong to one number.
fn reach(sequence: &Sequence<'_>, from: usize, lead: Lead) -> Option<usize> {
    let (mut to, mut count) = (from, 0_usize);
    while let Some(group) = sequence.group(to) {
        let more = count.saturating_add(group.length());
        if more > MOST || to.saturating_sub(from) >= GROUPS || to > from && is_date(sequence, to) {
            break;
        }
        count = more;
        to = to.saturating_add(1);
        let sep = group.sep;
        // a slash, and a sign with blanks around it, stand behind an area code only
        let area = to
            <= from
                .saturating_add(1)
                .saturating_add(usize::from(lead != Lead::Digit));
        let odd = sep & seps::SPACE != 0 && sep & (seps::DASH | seps::DOT | seps::SLASH) != 0
            || sep & seps::SLASH != 0;
        let odd = odd && !area;
        if sep == seps::NONE || odd {
            break;
        }
    }
    let least = if lead == Lead::Plus { 7 } else { FEWEST };
    (count >= least).then_some(to)
}

/// Belief by shape alone, and beside a word that says otherwise; `None` for what
/// is no number at all.
fn belief(
    sequence: &Sequence<'_>,
    from: usize,
    to: usize,
    lead: Lead,
    extended: bool,
) -> Option<(u8, u8)> {
    let mut digits = [0_u8; MOST];
    let mut count = 0_usize;
    for (slot, digit) in digits.iter_mut().zip(sequence.digits(from, to)) {
        *slot = digit.wrapping_add(b'0');
        count = count.saturating_add(1);
    }
    let digits = digits.get(..count)?;
    if lead == Lead::Plus {
        // what no plan knows is still meant as a number where a word says so
        return Some(if plans::is_number(digits) {
            (90, 60)
        } else {
            (0, 0)
        });
    }
    // zeros and ones are bits, and groups of four that begin so are code points
    let bits = count >= 8 && digits.iter().all(|digit| matches!(digit, b'0' | b'1'));
    let points = sequence
        .group(from)
        .is_some_and(|group| group.length() == 4)
        && digits.starts_with(b"00")
        && sequence
            .lengths(from)
            .iter()
            .take(to.saturating_sub(from))
            .all(|n| *n == 4);
    let round = digits.iter().skip(1).all(|digit| *digit == b'0');
    if round || bits || points && to.saturating_sub(from) > 1 {
        return None;
    }
    if let Some(rest) = digits.strip_prefix(b"00")
        && sequence.group(from)?.length() <= 6
        && plans::is_number(rest)
    {
        let spread = to.saturating_sub(from) > 1;
        return Some(if spread { (80, 40) } else { (20, 10) });
    }
    if !(FEWEST..=14).contains(&count) {
        return None;
    }
    let groups = to.saturating_sub(from);
    let lengths = sequence.lengths(from);
    if groups == 1 {
        // dates, times and counters are longer
        return (count <= 12).then_some((0, 0));
    }
    let same = |sep: u8, upto: usize| (0..upto).all(|ahead| sequence.sep(from, ahead) == sep);
    // a social security number, right or wrong
    if matches!(lengths, [3, 2, 4, ..]) && groups == 3 && same(seps::DASH, 2) {
        return None;
    }

    // a decimal, a range of years, the score of a match
    if groups == 2 && (same(seps::DOT, 1) || is_years(sequence, from)) {
        return None;
    }
    if is_date(sequence, from) && groups == 3 {
        return None;
    }
    let short = lengths
        .iter()
        .take(groups)
        .filter(|length| **length == 1)
        .count();
    if short > 1 {
        return None;
    }
    Some(match (groups, lengths) {
        (3, [3, 3, 4, ..]) | (4, [1 | 3, 3, 3, 4, ..]) => {
            north_american(sequence, from, groups, lead, extended)
        }
        _ if lead == Lead::Open && digits.first() == Some(&b'0') && (9..=11).contains(&count) => {
            (60, 20)
        }
        _ if digits.first() == Some(&b'0') && (9..=11).contains(&count) && short == 0 => {
            // a trunk zero and an area, the rest in even groups
            let area = matches!(lengths, [2..=5, ..]);
            let dots = same(seps::DOT, groups.saturating_sub(1)) && groups == 2;
            if area && !dots { (55, 10) } else { (0, 0) }
        }
        _ if extended => (55, 10),
        _ => (0, 0),
    })
}

/// `202-555-0123` and its like, with `1` or `001` before.
fn north_american(
    sequence: &Sequence<'_>,
    from: usize,
    groups: usize,
    lead: Lead,
    extended: bool,
) -> (u8, u8) {
    let area = from.saturating_add(groups.saturating_sub(3));
    let sep = |ahead: usize| sequence.sep(area, ahead);
    let high = |group: usize| {
        sequence
            .group(area.saturating_add(group))
            .is_some_and(|group| matches!(byte(sequence.text, group.start), b'2'..=b'9'))
    };
    let bracketed = lead == Lead::Open || sep(0) & seps::CLOSE != 0;
    let (joined, blanks) = (sep(1), sep(0) == seps::SPACE && sep(1) == seps::SPACE);
    let signed = matches!(joined, seps::DASH | seps::DOT) && (sep(0) == joined || bracketed)
        || bracketed && joined == seps::SPACE;
    match (signed, high(0) && high(1)) {
        (true, true) => (80, 30),
        (true, false) if extended || groups == 4 => (75, 30),
        (true, false) if bracketed || high(0) => (60, 20),
        (true, false) => (40, 10),
        _ if extended => (70, 30),
        (false, true) if groups == 4 => (55, 10),
        _ if blanks => (0, 0),
        _ => (0, 0),
    }
}

/// Two years with a hyphen between.
fn is_years(sequence: &Sequence<'_>, from: usize) -> bool {
    let year = |ahead: usize| {
        let at = from.saturating_add(ahead);
        matches!(sequence.lengths(at), [4, ..]) && matches!(sequence.number(at, 2), 19 | 20)
    };
    year(0) && (year(1) || matches!(sequence.lengths(from), [4, 2, ..]))
}

/// Whether three groups from here are a date.
pub(super) fn is_date(sequence: &Sequence<'_>, from: usize) -> bool {
    let sep = sequence.sep(from, 0);
    let alike = matches!(sep, seps::DASH | seps::DOT | seps::SLASH)
        && sequence.sep(from, 1) == sep
        && sequence.sep(from, 2) != sep;
    let small = |ahead: usize, most: u32| {
        let at = from.saturating_add(ahead);
        let length = sequence.group(at).map_or(0, super::numbers::Group::length);
        let number = sequence.number(at, length);
        (1..=2).contains(&length) && number >= 1 && number <= most
    };
    alike
        && match sequence.lengths(from) {
            [4, ..] => small(1, 12) && small(2, 31),
            [1 | 2, 1 | 2, 4, ..] => small(0, 31) && small(1, 31),
            [1 | 2, 1 | 2, 2, ..] => sep == seps::SLASH && small(0, 31) && small(1, 31),
            _ => false,
        }
}

/// Where an extension behind `at` ends: `x123`, `ext. 123`, `extension 123`, `#123`.
fn extension(text: &[u8], at: usize) -> Option<usize> {
    let mut here = run(text, at, 2, |b| matches!(b, b' ' | b','));
    let rest = text.get(here..)?;
    let word = ["extension", "ext", "x", "#"]
        .iter()
        .find(|word| super::super::cursor::starts_with_ci(rest, word.as_bytes()))?;
    here = here.saturating_add(word.len());
    here = run(text, here, 2, |b| matches!(b, b' ' | b'.' | b':'));
    let end = run(text, here, 7, |b| b.is_ascii_digit());
    let count = end.saturating_sub(here);
    let glued = byte(text, end).is_ascii_alphanumeric();
    ((1..=6).contains(&count) && !glued).then_some(end)
}

/// Whether a number may begin at `at`: it is not the rest of a longer name.
pub(super) fn may_begin(text: &[u8], at: usize) -> bool {
    let previous = before(text, at);
    let second = at.checked_sub(2).map_or(0, |at| byte(text, at));
    match previous {
        b'-' | b'.' | b'/' => !second.is_ascii_alphanumeric() && second != previous,
        b'_' | b'#' | b'$' | b'@' | b'\\' => false,
        _ => !previous.is_ascii_alphanumeric(),
    }
}
