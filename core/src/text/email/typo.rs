//! A domain that is one slip of the keyboard away from a big provider's.
//!
//! One letter wrong, missing, too many, or two in the wrong order. The shorter
//! the provider's name, the more of its neighbours are somebody's: at names of
//! four letters a wrong letter counts where it lies beside the right one on
//! the keyboard, at three only swapped and doubled letters, at two only
//! doubled ones. An ending that exists is no slip, save `.co`, `.cm` and `.om`
//! behind a long name. Whoever asks has made sure that no list knows the
//! domain as a real one.

use super::mailbox::PROVIDERS;

/// Real domains beside a provider's that no list of providers names.
const REAL: &str = " cloud.com ecloud.com email.com fmail.com imail.com libera.it gmx.eu gmx.fr \
gmx.us never.com paver.com rodgers.com roger.com saver.com serra.com.br telos.net tetra.com.br waver.com \
yaho.com zoho.eu zoho.in ";
/// Endings that exist, beside `com` and `net`.
const ENDINGS: [&str; 12] = [
    "co", "cm", "om", "ne", "cam", "bet", "vet", "pet", "new", "nec", "jet", "ac",
];
/// Those of them that are typed by mistake far more often than meant.
const SLIPS: usize = 4;
const ROWS: [&[u8]; 4] = [b"1234567890", b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

/// What was done to a text to make another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    /// Another letter.
    Wrong(u8, u8),
    /// A letter is missing.
    Missing,
    /// A letter too many, and whether it repeats its neighbour.
    Extra { doubled: bool },
    /// Two neighbours in the wrong order.
    Swapped,
}

/// The provider's domain that was meant; the typed one is in lower case.
pub(super) fn meant(domain: &str) -> Option<&'static str> {
    if !(4..=24).contains(&domain.len()) || REAL.contains(&alloc::format!(" {domain} ")) {
        return None;
    }
    let mut targets = PROVIDERS.split(' ');
    if targets.clone().any(|target| target == domain) {
        return None;
    }
    targets.find(|target| {
        slip(domain.as_bytes(), target.as_bytes())
            .is_some_and(|(slip, at)| believable(slip, at, domain, target))
    })
}

/// The one slip between what was typed and what was meant, and where.
fn slip(typed: &[u8], meant: &[u8]) -> Option<(Slip, usize)> {
    if typed.len().abs_diff(meant.len()) > 1 {
        return None;
    }
    let same = |(a, b): &(&u8, &u8)| a == b;
    let head = typed.iter().zip(meant).take_while(same).count();
    let (left, right) = (typed.get(head..)?, meant.get(head..)?);
    let tail = left
        .iter()
        .rev()
        .zip(right.iter().rev())
        .take_while(same)
        .count();
    let left = left.get(..left.len().checked_sub(tail)?)?;
    let right = right.get(..right.len().checked_sub(tail)?)?;
    let before = head.checked_sub(1).and_then(|at| typed.get(at));
    let slip = match (left, right) {
        ([a], [b]) => Slip::Wrong(*a, *b),
        ([a, b], [c, d]) if (a, b) == (d, c) => Slip::Swapped,
        ([], [_]) => Slip::Missing,
        ([a], []) => Slip::Extra {
            doubled: before == Some(a),
        },
        _ => return None,
    };
    Some((slip, head))
}

fn believable(slip: Slip, at: usize, typed: &str, target: &str) -> bool {
    let name = target.find('.').unwrap_or(target.len());
    // a letter too many at the end of the name stands where the dot was
    let in_name =
        at < name || (at == name && typed.get(name..).is_some_and(|t| !t.starts_with('.')));
    if in_name {
        return match name {
            0 | 1 => false,
            2 => slip == Slip::Extra { doubled: true },
            3 => matches!(slip, Slip::Swapped | Slip::Extra { doubled: true }),
            4 => match slip {
                Slip::Wrong(a, b) => beside(a, b),
                slip => slip != Slip::Missing,
            },
            _ => true,
        };
    }
    let ending = |domain: &'_ str| domain.split_once('.').map(|(_, ending)| ending.len());
    let country = ending(target).is_some_and(|length| length == 2);
    if country {
        return matches!(slip, Slip::Swapped | Slip::Extra { doubled: true })
            && typed.rsplit('.').next() != Some("ac");
    }
    // com, net, com.br: the part that was touched
    let touched = typed.split('.').nth(1).unwrap_or_default();
    match ENDINGS.iter().position(|ending| *ending == touched) {
        None => typed.matches('.').count() == target.matches('.').count(),
        Some(known) => known < SLIPS && name > 4,
    }
}

/// Two keys side by side, also across rows.
fn beside(a: u8, b: u8) -> bool {
    let find = |key: u8| {
        ROWS.iter().enumerate().find_map(|(row, keys)| {
            let column = keys.iter().position(|k| *k == key)?;
            Some((row, column))
        })
    };
    match (find(a), find(b)) {
        (Some((row, column)), Some((other_row, other))) => match row.cmp(&other_row) {
            core::cmp::Ordering::Equal => column.abs_diff(other) == 1,
            core::cmp::Ordering::Less => {
                row.saturating_add(1) == other_row
                    && (column == other || column == other.saturating_add(1))
            }
            core::cmp::Ordering::Greater => {
                other_row.saturating_add(1) == row
                    && (other == column || other == column.saturating_add(1))
            }
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips() {
        for (typed, target) in [
            ("gmial.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail.cmo", "gmail.com"),
            ("gmail.comm", "gmail.com"),
            ("gmail.cm", "gmail.com"),
            ("outlok.com", "outlook.com"),
            ("hotmial.com", "hotmail.com"),
            ("comcast.ner", "comcast.net"),
            ("web.ed", "web.de"),
            ("wbe.de", "web.de"),
            ("sky.vom", "sky.com"),
            ("qqq.com", "qq.com"),
            ("liev.com", "live.com"),
            ("maik.ru", "mail.ru"),
            ("terra.con.br", "terra.com.br"),
            ("uool.com.br", "uol.com.br"),
        ] {
            assert_eq!(meant(typed), Some(target), "{typed}");
        }
    }

    #[test]
    fn neighbours_that_are_somebody() {
        for typed in [
            "gmail.com",
            "ymail.com",
            "email.com",
            "mail.com",
            "cloud.com",
            "example.com",
            "sky.co",
            "me.co",
            "he.com",
            "qa.com",
            "mil.ru",
            "key.com",
            "web.dk",
            "gmx.fr",
            "live.cam",
            "mail.de",
            "fail.com",
            "a.com",
            "naver.bet",
            "com",
            "",
            "gmail.co.uk",
            "free.ac",
        ] {
            assert_eq!(meant(typed), None, "{typed}");
        }
    }
}
