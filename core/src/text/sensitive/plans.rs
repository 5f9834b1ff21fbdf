//! Numbering plans: calling codes of ITU-T E.164 and how many digits national
//! numbers have (ITU, "National numbering plans"; the shortest lengths are those
//! of subscribers, so that service numbers of three digits are none).

/// Calling code, fewest and most digits behind it, hexadecimal. Codes that are
/// not named have 7 to 12.
const PLANS: &[u8] =
    b"1..aa7..aa20.8a27.9930.aa31.9932.8933.9934.9936.8939.6b40.9941.9943.4d44.7a45.88\
46.7a47.5848.9949.6d51.8952.ab53.8854.ab55.ab56.8957.8a58.aa60.7a61.9962.8c63.8a\
64.8a65.8866.8981.9a82.8b84.9a86.ab90.aa91.aa92.9a93.9994.9995.7a98.aa351993525b\
353793547935688357883585c35979370883718837278380993817a3858938688420994219985288\
853888808a8868996178962899658896689971899728997488";

/// The first two digits of calling codes that have three.
const LONG: &[u8] = b"2122232425262935373842505967686980838587889697992";

/// Whether `digits`, without `+`, are a number of some country: its code, then
/// as many as its plan allows. A trunk zero behind the code is written by many
/// and dialled by nobody.
pub(super) fn is_number(digits: &[u8]) -> bool {
    let width = match digits {
        [b'0', ..] | [] => return false,
        [b'1' | b'7', ..] => 1,
        [a, b, ..] if LONG.chunks_exact(2).any(|two| two == [*a, *b]) => 3,
        _ => 2,
    };
    let Some((code, rest)) = digits.split_at_checked(width) else {
        return false;
    };
    let (least, most) = plan(code).unwrap_or((7, 12));
    let count = rest.len();
    let trunk = rest.first() == Some(&b'0');
    let written = count.saturating_sub(usize::from(trunk));
    (least..=most).contains(&count) || (least..=most).contains(&written)
}

fn plan(code: &[u8]) -> Option<(usize, usize)> {
    PLANS.chunks_exact(5).find_map(|row| {
        let (name, range) = row.split_at_checked(3)?;
        let own = name.split(|b| *b == b'.').next()?;
        let value = |at: usize| {
            let digit = char::from(*range.get(at)?).to_digit(16)?;
            usize::try_from(digit).ok()
        };
        if own == code {
            Some((value(0)?, value(1)?))
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_of_countries() {
        for number in [
            "12025550123",
            "442079460958",
            "4402079460958",
            "33612345678",
            "3907360162093",
            "81312345678",
            "351912345678",
            "97412345678",
            "26876123456",
        ] {
            assert!(is_number(number.as_bytes()), "{number}");
        }
        for number in [
            "1202555012",
            "3361234567",
            "0123456789",
            "99",
            "",
            "7123",
            "4812345",
        ] {
            assert!(!is_number(number.as_bytes()), "{number}");
        }
    }
}
