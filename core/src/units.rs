//! Numbers that say what they count.

use core::fmt;

/// Milliseconds: since the Unix epoch as a point in time, or a length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// Whole seconds, rounded up: what `Retry-After` and `RateLimit` carry.
    #[must_use]
    pub fn seconds_up(self) -> u64 {
        self.0.div_ceil(1000)
    }
}

/// A rule's belief that the request is what it looks for, in ten-thousandths.
///
/// Printed as a decimal in `[0, 1]` with at most four digits and no trailing
/// zeros, so the text is the same on every host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u16);

impl Score {
    /// No belief at all.
    pub const ZERO: Self = Self(0);
    /// Certainty.
    pub const ONE: Self = Self(10_000);

    /// A score of `n` ten-thousandths, capped at one.
    #[must_use]
    pub const fn ten_thousandths(n: u16) -> Self {
        Self(if n > 10_000 { 10_000 } else { n })
    }

    /// The score in ten-thousandths.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0"),
            10_000.. => f.write_str("1"),
            n => {
                let (mut digits, mut width) = (n, 4_usize);
                while digits.is_multiple_of(10) {
                    digits /= 10;
                    width = width.saturating_sub(1);
                }
                write!(f, "0.{digits:0width$}")
            }
        }
    }
}

/// A JSON number in millionths, saturating at the ends: enough for money, ages
/// and milliseconds, and exact on every host because it is an integer.
/// Digits after the sixth decimal are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(i128);

impl Number {
    const UNIT: i128 = 1_000_000;

    /// A whole number.
    #[must_use]
    pub fn whole(n: i64) -> Self {
        Self(i128::from(n).saturating_mul(Self::UNIT))
    }

    /// From a count of millionths.
    #[must_use]
    pub const fn millionths(n: i128) -> Self {
        Self(n)
    }

    /// The number as an integer, if it is one and fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        if self.0 % Self::UNIT != 0 {
            return None;
        }
        i64::try_from(self.0 / Self::UNIT).ok()
    }

    /// The greatest whole number that is not more.
    #[must_use]
    pub fn floor(self) -> i128 {
        self.0.div_euclid(Self::UNIT)
    }

    /// The number times `n`, if that is an integer that fits.
    #[must_use]
    pub fn times(self, n: i128) -> Option<i128> {
        let product = self.0.checked_mul(n)?;
        (product % Self::UNIT == 0).then_some(product / Self::UNIT)
    }

    /// Reads the JSON number grammar (sign, digits, fraction, exponent); `None`
    /// for anything else.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (negative, mut rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        if matches!(rest, [b'0', b'0'..=b'9', ..]) {
            return None;
        }
        let mut value: i128 = 0;
        let mut scale: i32 = 6;
        let (mut any, mut seen_point) = (false, false);
        let mut exponent: i32 = 0;
        while let [byte, tail @ ..] = rest {
            match byte {
                b'0'..=b'9' => {
                    any = true;
                    let digit = i128::from(byte.saturating_sub(b'0'));
                    if seen_point {
                        // digits past the sixth decimal still matter before an
                        // exponent; past the eighteenth they cannot
                        if scale > -12 {
                            value = value.saturating_mul(10).saturating_add(digit);
                            scale = scale.saturating_sub(1);
                        }
                    } else {
                        value = value.saturating_mul(10).saturating_add(digit);
                    }
                }
                b'.' if !seen_point && any && matches!(tail, [b'0'..=b'9', ..]) => {
                    seen_point = true;
                }
                b'e' | b'E' if any => {
                    exponent = Self::exponent(tail)?;
                    break;
                }
                _ => return None,
            }
            rest = tail;
        }
        if !any {
            return None;
        }
        let mut shift = scale.saturating_add(exponent).clamp(-60, 60);
        while shift > 0 {
            value = value.saturating_mul(10);
            shift = shift.saturating_sub(1);
        }
        while shift < 0 {
            value /= 10;
            shift = shift.saturating_add(1);
        }
        Some(Self(if negative {
            value.saturating_neg()
        } else {
            value
        }))
    }

    fn exponent(text: &[u8]) -> Option<i32> {
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] | rest => (false, rest),
        };
        if digits.is_empty() {
            return None;
        }
        let mut value: i32 = 0;
        for byte in digits {
            if !byte.is_ascii_digit() {
                return None;
            }
            value = value
                .saturating_mul(10)
                .saturating_add(i32::from(byte.saturating_sub(b'0')));
        }
        Some(if negative {
            value.saturating_neg()
        } else {
            value
        })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{}", magnitude / 1_000_000)?;
        let mut part = magnitude % 1_000_000;
        if part != 0 {
            let mut width = 6_usize;
            while part.is_multiple_of(10) {
                part /= 10;
                width = width.saturating_sub(1);
            }
            write!(f, ".{part:0width$}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn scores_print_without_trailing_zeros() {
        let shown = |n| Score::ten_thousandths(n).to_string();
        assert_eq!(
            [0, 1, 50, 900, 1000, 9375, 9999, 10_000, 60_000].map(shown),
            [
                "0", "0.0001", "0.005", "0.09", "0.1", "0.9375", "0.9999", "1", "1"
            ]
        );
    }

    #[test]
    fn numbers_are_exact_decimals() {
        let shown = |s: &str| Number::parse(s.as_bytes()).map(|n| n.to_string());
        assert_eq!(shown("1.50").as_deref(), Some("1.5"));
        assert_eq!(shown("-0.000001").as_deref(), Some("-0.000001"));
        assert_eq!(shown("1e3").as_deref(), Some("1000"));
        assert_eq!(shown("12345e-4").as_deref(), Some("1.2345"));
        assert_eq!(shown("0.00000012e6").as_deref(), Some("0.12"));
        assert_eq!(shown("1795000000000").as_deref(), Some("1795000000000"));
        for bad in [
            "", "-", ".5", "1e", "1e+", "0x1", "1.2.3", "NaN", "1 ", "01", "-00", "1.", "1.e3",
        ] {
            assert_eq!(shown(bad), None, "{bad:?}");
        }
        assert!(Number::parse(b"9e999") > Number::parse(b"1e30"));
    }
}
