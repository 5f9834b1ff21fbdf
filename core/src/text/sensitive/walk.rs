//! The pass over the text: where a value may begin, and who is asked.

use super::numbers::{Sequence, seps};
use super::phone::Lead;
use super::{
    Candidate, before, byte, cards, crypto, email, iban, ip, is_word, jwt, keys, mac, nhs, part,
    passport, phone, private_key, run, secrets, ssn,
};
use alloc::vec::Vec;

/// Checksums of Base58 that one text may cost.
const BUDGET: u8 = 64;
/// Letters without a digit are looked at from this length on: keys may have none.
const LONG: usize = 16;

const WORD: u8 = 1;
const DIGIT: u8 = 2;
const SIGN: u8 = 4;

/// What each byte is: part of a run, a digit of one, a sign that begins something.
static CLASSES: [u8; 256] = classes();

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let one = byte as u8;
        classes[byte] = match one {
            b'0'..=b'9' => WORD | DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => WORD,
            b'@' | b':' | b'+' | b'(' | b'-' | b'/' | b' ' | b'\n' | b'\t' | b'"' | b'\''
            | b'<' => SIGN,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

#[inline]
fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

struct Walk<'t> {
    text: &'t [u8],
    at: usize,
    sequence: Sequence<'t>,
    found: Vec<Candidate>,
    budget: u8,
    /// Where the last `//` of a URL ends, and the last byte no authority has.
    authority: usize,
    broken: usize,
}

/// What could be a value, in the order in which it is met.
pub(super) fn candidates(text: &[u8]) -> Vec<Candidate> {
    let mut walk = Walk {
        text,
        at: 0,
        sequence: Sequence::of(text),
        found: Vec::new(),
        budget: BUDGET,
        authority: 0,
        broken: 0,
    };
    while let Some(byte) = text.get(walk.at) {
        let kind = class(*byte);
        if kind & WORD != 0 {
            walk.word();
        } else if kind & SIGN != 0 {
            walk.sign(*byte);
        } else {
            walk.at = walk.at.saturating_add(1);
        }
    }
    crate::text::cursor::tick(text.len());
    walk.found
}

impl Walk<'_> {
    /// Keeps a candidate and goes on behind it.
    fn take(&mut self, candidate: Candidate) {
        self.at = self.at.max(candidate.end);
        self.found.push(candidate);
    }

    fn sign(&mut self, sign: u8) {
        let (text, at) = (self.text, self.at);
        let next = byte(text, at.saturating_add(1));
        self.at = at.saturating_add(1);
        match sign {
            b'@' => {
                let inside = self.authority > self.broken;
                if inside {
                    self.found
                        .extend(secrets::credentials(text, self.authority, at));
                }
                if let Some(found) = email::find(text, at, inside) {
                    // what was taken for something before it was its name
                    self.take(found);
                }
                // behind it no name and no password is left
                self.broken = at;
            }
            b':' if next == b':' && !is_word(before(text, at)) && before(text, at) != b':' => {
                if let Some(found) = ip::colons(text, at) {
                    self.take(found);
                }
            }
            b'+' if next.is_ascii_digit() && !is_word(before(text, at)) => {
                self.phone(Lead::Plus, at);
            }
            b'(' if next.is_ascii_digit() => self.phone(Lead::Open, at),
            b'(' if next == b'+' && byte(text, at.saturating_add(2)).is_ascii_digit() => {}
            b'-' if next == b'-' => {
                if let Some(found) = private_key::at(text, at) {
                    self.take(found);
                } else {
                    self.at = run(text, at, usize::MAX, |b| b == b'-');
                    // the key begins with the last five
                    let five = self.at.saturating_sub(5);
                    if five > at
                        && let Some(found) = private_key::at(text, five)
                    {
                        self.take(found);
                    }
                }
            }
            b'/' if next == b'/' && before(text, at) == b':' => {
                self.at = at.saturating_add(2);
                self.broken = at;
                self.authority = self.at;
            }
            b'/' | b' ' | b'\n' | b'\t' | b'"' | b'\'' | b'<' => self.broken = at,
            _ => {}
        }
    }

    fn phone(&mut self, lead: Lead, start: usize) {
        let first = start.saturating_add(1);
        if !phone::may_begin(self.text, start) {
            return;
        }
        self.sequence.read(first);
        if let Some((found, to)) = phone::find(&self.sequence, 0, lead, start) {
            self.take(found);
            if to < self.sequence.len()
                && self
                    .sequence
                    .group(to.saturating_sub(1))
                    .is_some_and(|g| g.end == found.end)
            {
                let rest = self
                    .sequence
                    .group(to)
                    .map_or(found.end, |group| group.start);
                self.at = rest;
            }
        }
    }

    fn word(&mut self) {
        let (text, start) = (self.text, self.at);
        let mut kinds = 0;
        let mut end = start;
        while let Some(byte) = text.get(end) {
            let kind = class(*byte);
            if kind & WORD == 0 {
                break;
            }
            kinds |= kind;
            end = end.saturating_add(1);
        }
        let length = end.saturating_sub(start);
        let next = byte(text, end);
        let digits = kinds & DIGIT != 0;
        let goes_on = matches!(next, b'_' | b'-' | b'.' | b':')
            && (class(byte(text, end.saturating_add(1))) & WORD != 0
                || matches!(byte(text, end.saturating_add(1)), b'_' | b'-'))
            || next == b':' && byte(text, end.saturating_add(1)) == b':';
        self.at = end;
        if !digits && length < LONG && !goes_on {
            return;
        }
        let previous = before(text, start);
        if !is_word(previous) && self.named(start, end, digits || goes_on) {
            return;
        }
        if byte(text, start).is_ascii_digit()
            && part(text, start, end).iter().all(u8::is_ascii_digit)
            || digits && length < 24 && byte(text, start).is_ascii_digit()
        {
            self.number(start, end);
        }
    }

    /// What has letters, or letters and digits: true where something was found.
    fn named(&mut self, start: usize, end: usize, rich: bool) -> bool {
        let text = self.text;
        let length = end.saturating_sub(start);
        let next = byte(text, end);
        let first = byte(text, start);
        if rich
            && next == b'-'
            && let Some(stop) = uuid(text, start, end)
        {
            if let Some(found) = secrets::named(text, start) {
                self.take(found);
            }
            self.at = self.at.max(stop);
            return true;
        }
        let hexadecimal =
            matches!(next, b':' | b'-' | b'.') && length <= 4 && first.is_ascii_hexdigit();
        let found = None
            .or_else(|| {
                if first == b'e' {
                    jwt::find(text, start)
                } else {
                    None
                }
            })
            .or_else(|| keys::find(text, start))
            .or_else(|| {
                if first.is_ascii_digit() && next == b':' {
                    keys::telegram(text, start, end)
                } else {
                    None
                }
            })
            .or_else(|| {
                if length == 32 && next == b'-' {
                    keys::mailchimp(text, start, end)
                } else {
                    None
                }
            })
            .or_else(|| {
                if hexadecimal {
                    mac::find(text, start)
                } else {
                    None
                }
            })
            .or_else(|| {
                let colons = hexadecimal && next == b':' && before(text, start) != b':';
                if colons {
                    ip::colons(text, start)
                } else {
                    None
                }
            })
            .or_else(|| {
                let two = part(text, start, start.saturating_add(4));
                match two {
                    [a, b, c, d]
                        if a.is_ascii_alphabetic()
                            && b.is_ascii_alphabetic()
                            && c.is_ascii_digit()
                            && d.is_ascii_digit() =>
                    {
                        iban::find(text, start)
                    }
                    _ => None,
                }
            })
            .or_else(|| {
                if length >= 14 {
                    crypto::find(text, start, end, &mut self.budget)
                } else {
                    None
                }
            })
            .or_else(|| {
                if length == 9 {
                    passport::lettered(text, start, end)
                } else {
                    None
                }
            })
            .or_else(|| secrets::named(text, start));
        match found {
            Some(found) => {
                self.take(found);
                true
            }
            None => false,
        }
    }

    /// Groups of digits.
    fn number(&mut self, start: usize, _end: usize) {
        if !phone::may_begin(self.text, start) {
            return;
        }
        self.sequence.read(start);
        let mut index = 0;
        let mut at = self.at;
        while let Some(group) = self.sequence.group(index) {
            let (from, end) = (group.start, group.end);
            at = at.max(end);
            // digits that go on as a word are no number
            let glued = self.sequence.sep(index, 0) == seps::NONE
                && (is_word(byte(self.text, end))
                    && byte(self.text, end) != b'x'
                    && byte(self.text, end) != b'e');
            if glued && self.sequence.len() == index.saturating_add(1) && index == 0 {
                break;
            }
            let before_group = index
                .checked_sub(1)
                .map_or(seps::NONE, |i| self.sequence.sep(i, 0));
            let free = index == 0 || before_group & seps::SPACE != 0;
            let mut next = index.saturating_add(1);
            let mut claims =
                |found: Option<(Candidate, usize)>, next: &mut usize, certain: bool| {
                    let Some((candidate, to)) = found else {
                        return false;
                    };
                    self.found.push(candidate);
                    if certain {
                        *next = (*next).max(to);
                    }
                    certain
                };
            let sequence = &self.sequence;
            let done = claims(ip::dotted(sequence, index), &mut next, true)
                || free
                    && claims(
                        cards::find(sequence, index).filter(|(c, _)| whole(self.text, c)),
                        &mut next,
                        true,
                    );
            if !done && free {
                if phone::is_date(sequence, index) {
                    next = index.saturating_add(3);
                } else {
                    claims(
                        ssn::find(sequence, index).filter(|(c, _)| whole(self.text, c)),
                        &mut next,
                        true,
                    );
                    claims(
                        nhs::find(sequence, index).filter(|(c, _)| whole(self.text, c)),
                        &mut next,
                        false,
                    );
                    claims(
                        passport::digits(sequence, index).filter(|(c, _)| whole(self.text, c)),
                        &mut next,
                        false,
                    );
                    let phone = phone::find(sequence, index, Lead::Digit, from);
                    // a card's number behind another is not its rest
                    let card = phone.is_some_and(|(_, to)| {
                        (index.saturating_add(1)..to).any(|at| cards::find(sequence, at).is_some())
                    });
                    claims(phone.filter(|_| !card), &mut next, true);
                }
            }
            index = next;
        }
        if let Some(last) = index.checked_sub(1).and_then(|i| self.sequence.group(i)) {
            at = at.max(last.end);
        }
        if let Some(found) = self.found.last() {
            at = at.max(found.end);
        }
        self.at = at;
    }
}

/// Whether nothing goes on behind a number.
fn whole(text: &[u8], candidate: &Candidate) -> bool {
    let next = byte(text, candidate.end);
    let second = byte(text, candidate.end.saturating_add(1));
    !(is_word(next)
        || next == b'@'
        || matches!(next, b'-' | b'/') && second.is_ascii_alphanumeric()
        || matches!(next, b'.' | b',') && second.is_ascii_digit())
}

/// Where the UUID that begins at `start` ends: 8-4-4-4-12 hexadecimal digits.
fn uuid(text: &[u8], start: usize, end: usize) -> Option<usize> {
    if end.saturating_sub(start) != 8 {
        return None;
    }
    let mut at = start;
    for (place, width) in [8_usize, 4, 4, 4, 12].into_iter().enumerate() {
        let stop = run(text, at, 13, |b| b.is_ascii_hexdigit());
        if stop.saturating_sub(at) != width {
            return None;
        }
        at = stop;
        if place < 4 {
            if byte(text, at) != b'-' {
                return None;
            }
            at = at.saturating_add(1);
        }
    }
    Some(at)
}
