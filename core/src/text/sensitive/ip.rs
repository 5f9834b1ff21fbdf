//! Addresses of the Internet: RFC 791 dotted, RFC 4291 with colons.
//!
//! Loopback, the unspecified address and masks identify nobody and are left
//! out. Four small numbers are more often a version: they need a word.

use super::numbers::{Sequence, seps};
use super::{Candidate, Entity, before, byte, part, run};

/// The dotted address of groups `from` to `from + 3`.
pub(super) fn dotted(sequence: &Sequence<'_>, from: usize) -> Option<(Candidate, usize)> {
    let lengths = sequence.lengths(from);
    let dots = (0..3).all(|ahead| sequence.sep(from, ahead) == seps::DOT);
    if !dots
        || !lengths
            .iter()
            .take(4)
            .all(|length| (1..=3).contains(length))
    {
        return None;
    }
    let text = sequence.text;
    let to = from.saturating_add(4);
    let (start, end) = (
        sequence.group(from)?.start,
        sequence.group(from.saturating_add(3))?.end,
    );
    let mut octets = [0_u32; 4];
    for (octet, at) in octets.iter_mut().zip(from..to) {
        let group = sequence.group(at)?;
        *octet = sequence.number(at, group.length());
        if *octet > 255 || group.length() > 1 && byte(text, group.start) == b'0' {
            return None;
        }
    }
    let after = byte(text, end);
    let goes_on = sequence.sep(from, 3) & (seps::DOT | seps::DASH) == seps::DOT
        || sequence.sep(from, 3) == seps::DASH
        || after.is_ascii_alphanumeric()
        || after == b'_'
        || matches!(after, b'-' | b'+')
            && byte(text, end.saturating_add(1)).is_ascii_alphanumeric();
    let previous = before(text, start);
    let two = start.checked_sub(2).map_or(0, |at| byte(text, at));
    let begun = matches!(previous, b'.' | b'_' | b'#')
        || previous.is_ascii_alphanumeric()
        || previous == b'-' && two.is_ascii_alphanumeric();
    let [first, ..] = octets;
    if goes_on || begun || matches!(first, 0 | 127 | 255) || octets == [255; 4] {
        return None;
    }
    // a program and its version: Chrome/120.0.0.0
    if previous == b'/' && two.is_ascii_alphanumeric() {
        return None;
    }
    let small = octets.iter().all(|octet| *octet < 32) && !octets.iter().all(|o| *o == first);
    let round = octets.iter().skip(1).all(|octet| *octet == 0);
    let plain = if small || round { 30 } else { 80 };
    Some((
        Candidate {
            start,
            end,
            entity: Entity::IpAddress,
            with: 95,
            plain,
            against: 20,
        },
        to,
    ))
}

/// The address with colons that begins at `start`, and where it ends.
pub(super) fn colons(text: &[u8], start: usize) -> Option<Candidate> {
    let (mut at, mut groups, mut gap, mut longest, mut digits) =
        (start, 0_u8, None, 0_usize, false);
    if byte(text, at) == b':' {
        if byte(text, at.saturating_add(1)) != b':' {
            return None;
        }
        gap = Some(0);
        at = at.saturating_add(2);
    }
    let mut last_colon = at;
    let mut end = at;
    while groups < 8 {
        let stop = run(text, at, 5, |b| b.is_ascii_hexdigit());
        let length = stop.saturating_sub(at);
        if length == 0 {
            break;
        }
        if length > 4 {
            return None;
        }
        // the last 32 bits may be dotted
        if byte(text, stop) == b'.'
            && groups > 0
            && let Some(dotted_end) = tail(text, at)
        {
            groups = groups.saturating_add(2);
            digits = true;
            end = dotted_end;
            break;
        }
        digits |= part(text, at, stop).iter().any(u8::is_ascii_digit);
        longest = longest.max(length);
        groups = groups.saturating_add(1);
        end = stop;
        at = stop;
        if byte(text, at) != b':' {
            break;
        }
        if byte(text, at.saturating_add(1)) == b':' {
            if gap.is_some() {
                return None;
            }
            gap = Some(groups);
            at = at.saturating_add(2);
            end = at;
        } else {
            at = at.saturating_add(1);
        }
        last_colon = at;
    }
    let after = byte(text, end);
    let goes_on = after.is_ascii_alphanumeric()
        || after == b'_'
        || after == b':' && byte(text, end.saturating_add(1)).is_ascii_alphanumeric()
        || last_colon > end;
    let fits = match gap {
        None => groups == 8,
        Some(_) => (1..8).contains(&groups),
    };
    if goes_on || !fits || end <= start {
        return None;
    }
    let plain = match gap {
        // eight pairs are the address of an interface
        None if longest < 3 => return None,
        None => 90,
        // names of programs have two colons, too: std::fmt, ab::cd
        Some(_) if !digits || longest < 2 && groups < 4 => return None,
        Some(0) if groups == 1 => 30,
        Some(gap) if gap == groups && groups < 2 => return None,

        Some(_) if groups > 2 || longest == 4 => 85,
        Some(_) => 55,
    };
    Some(Candidate {
        start,
        end,
        entity: Entity::IpAddress,
        with: 95,
        plain,
        against: plain.saturating_sub(20),
    })
}

/// Where four dotted numbers that begin at `at` end.
fn tail(text: &[u8], at: usize) -> Option<usize> {
    let mut here = at;
    for place in 0..4 {
        let stop = run(text, here, 4, |b| b.is_ascii_digit());
        if !(1..=3).contains(&stop.saturating_sub(here)) {
            return None;
        }
        here = stop;
        if place < 3 {
            if byte(text, here) != b'.' {
                return None;
            }
            here = here.saturating_add(1);
        }
    }
    Some(here)
}
