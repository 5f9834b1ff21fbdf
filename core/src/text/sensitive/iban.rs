//! International bank account numbers: ISO 13616, country lengths as in the
//! SWIFT registry, check digits modulo 97 (ISO 7064).

use super::{Candidate, Entity, byte};

/// Country and length.
const LENGTHS: &[u8] = b"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22\
DJ27DK18DO28DZ26EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23\
IR26IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MA28MC27MD24ME22MG27MK19MN20MR27MT31MU30\
NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SN28SO23ST25SV28\
TL23TN24TR26UA29VA22VG24XK20";

/// The number that begins at `start`: two letters and two digits are there.
pub(super) fn find(text: &[u8], start: usize) -> Option<Candidate> {
    let letter = |ahead: usize| byte(text, start.saturating_add(ahead)).to_ascii_uppercase();
    let (first, second) = (letter(0), letter(1));
    let row = LENGTHS
        .chunks_exact(4)
        .find(|row| row.first() == Some(&first) && row.get(1) == Some(&second))?;
    let length = row
        .get(2..)
        .unwrap_or_default()
        .iter()
        .fold(0_usize, |n, d| {
            n.saturating_mul(10)
                .saturating_add(usize::from(d.wrapping_sub(b'0')))
        });
    let (mut at, mut taken, mut spaced) = (start, 0_usize, false);
    let (mut head, mut rest) = (0_u32, 0_u32);
    while taken < length {
        let one = byte(text, at);
        let value = match one {
            b'0'..=b'9' => u32::from(one.wrapping_sub(b'0')),
            b'a'..=b'z' if spaced => return None,
            b'a'..=b'z' | b'A'..=b'Z' => {
                u32::from(one.to_ascii_uppercase().wrapping_sub(b'A')).saturating_add(10)
            }
            // groups as they are printed, with one sign between
            b' ' | b'-'
                if taken > 0
                    && taken.is_multiple_of(4)
                    && byte(text, at.saturating_add(1)).is_ascii_alphanumeric() =>
            {
                spaced = true;
                at = at.saturating_add(1);
                continue;
            }
            0xc2 if byte(text, at.saturating_add(1)) == 0xa0
                && taken > 0
                && taken.is_multiple_of(4) =>
            {
                spaced = true;
                at = at.saturating_add(2);
                continue;
            }
            _ => return None,
        };
        // the first four come last in the number that is checked
        let into = if taken < 4 { &mut head } else { &mut rest };
        let scale = if value > 9 { 100 } else { 10 };
        *into = into.saturating_mul(scale).saturating_add(value);
        if taken >= 4 {
            *into %= 97;
        }
        taken = taken.saturating_add(1);
        at = at.saturating_add(1);
    }
    if byte(text, at).is_ascii_alphanumeric() {
        return None;
    }
    // the country is two letters, four digits of the number; with two more, six
    let sum = rest
        .saturating_mul(1_000_000 % 97)
        .saturating_add(head)
        .checked_rem(97)?;
    let upper = first == byte(text, start);
    let score = match (sum, upper, spaced) {
        (1, true, _) => 100,
        (1, false, false) => 90,
        // in lower case with blanks it is words
        _ => return None,
    };
    Some(Candidate::certain(start, at, Entity::Iban, score))
}
