//! Numbers of payment cards: ISO/IEC 7812, by issuer range, length and the
//! check digit of Luhn (US patent 2,950,048; ISO/IEC 7812-1, annex B).

use super::numbers::{Sequence, seps};
use super::{Candidate, Entity};

/// Issuer ranges: first digits from, to, shortest, longest. Wider ranges come
/// behind narrower ones only where lengths differ.
const RANGES: [(u32, u32, u8, u8); 16] = [
    (4, 4, 13, 19),       // Visa: 13, 16, 19
    (51, 55, 16, 16),     // Mastercard
    (2221, 2720, 16, 16), // Mastercard, second series
    (34, 34, 15, 15),     // American Express
    (37, 37, 15, 15),
    (300, 305, 14, 16), // Diners Club
    (3095, 3095, 14, 16),
    (36, 36, 14, 19),
    (38, 39, 14, 19),
    (35, 35, 16, 19), // JCB has 3528 to 3589, and those who make up cards all of it
    (1800, 1800, 15, 15),
    (2131, 2131, 15, 15),
    (2200, 2205, 16, 19), // Mir
    (9792, 9792, 16, 16), // Troy
    (50, 50, 12, 19),     // Maestro, Elo, Verve, Dankort
    (56, 69, 12, 19),     // Maestro, Discover, UnionPay, RuPay, Hipercard
];

/// The cards that begin with group `from` of a sequence of digits.
pub(super) fn find(sequence: &Sequence<'_>, from: usize) -> Option<(Candidate, usize)> {
    let first = sequence.group(from)?;
    let to = match first.length() {
        12..=19 => from.saturating_add(1),
        4 => grouped(sequence, from)?,
        _ => return None,
    };
    let digits = sequence.digits(from, to);
    let count = digits.clone().count();
    if !(12..=19).contains(&count) || !issued(sequence.number(from, 6), count) || !luhn(digits) {
        return None;
    }
    let one = to == from.saturating_add(1);
    let usual = matches!(count, 14..=16) || count == 19 && !one;
    // one run of digits in ten passes the check, so the rare lengths need a word
    let (plain, against) = match (one, usual) {
        (false, _) if count > 12 => (90, 60),
        (true, true) => (85, 40),
        _ => (40, 20),
    };
    Some((
        Candidate {
            start: first.start,
            end: sequence.group(to.saturating_sub(1))?.end,
            entity: Entity::CreditCardNumber,
            with: 100,
            plain,
            against,
        },
        to,
    ))
}

/// How far groups reach that are printed as cards print them: all with the same
/// sign between, 4-4-4-4, 4-6-5, 4-6-4, 4-4-4-4-3, 4-4-5, 4-4-4 and their like.
fn grouped(sequence: &Sequence<'_>, from: usize) -> Option<usize> {
    let sep = sequence.group(from)?.sep;
    if !matches!(sep, seps::SPACE | seps::DASH | seps::DOT) {
        return None;
    }
    let (mut to, mut count, mut best) = (from, 0_usize, None);
    while let Some(group) = sequence.group(to) {
        let length = group.length();
        count = count.saturating_add(length);
        if length > 6 || count > 19 {
            break;
        }
        to = to.saturating_add(1);
        if count >= 12 {
            best = Some(to);
        }
        if group.sep != sep || length < 4 {
            break;
        }
    }
    // a longer reading is right only where it passes the check
    let longest = best?;
    let passes = |to: &usize| {
        let count = sequence.digits(from, *to).count();
        (count >= 13 || *to == longest) && luhn(sequence.digits(from, *to))
    };
    (from..=longest).rev().take(2).find(passes)
}

/// Whether somebody issues numbers of this beginning and length.
fn issued(head: u32, count: usize) -> bool {
    RANGES.iter().any(|(low, high, shortest, longest)| {
        let width = low.checked_ilog10().unwrap_or(0);
        let tail = 10_u32.saturating_pow(5_u32.saturating_sub(width));
        let head = head.checked_div(tail).unwrap_or(0);
        (*low..=*high).contains(&head)
            && (usize::from(*shortest)..=usize::from(*longest)).contains(&count)
    })
}

/// The check of Luhn, from the left: whether a digit is doubled depends on how
/// many follow.
fn luhn(digits: impl Iterator<Item = u8> + Clone) -> bool {
    let count = digits.clone().count();
    let mut sum = 0_u32;
    let mut any = false;
    for (place, digit) in digits.enumerate() {
        any |= digit != 0;
        let doubled = (count.wrapping_sub(place)) % 2 == 0;
        let digit = u32::from(digit);
        sum = sum.saturating_add(match (doubled, digit) {
            (false, digit) => digit,
            (true, 0..=4) => digit.saturating_mul(2),
            (true, _) => digit.saturating_mul(2).saturating_sub(9),
        });
    }
    any && sum.is_multiple_of(10)
}
