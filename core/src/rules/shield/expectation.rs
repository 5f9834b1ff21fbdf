//! What the application says a field holds, and what anything else is worth.
//!
//! A number, date, UUID, slug, boolean or listed word leaves no room for syntax,
//! so a value that is one needs no further look. An e-mail address may hold
//! quotes (RFC 5322), hexadecimal and base64url may hide what they encode: they
//! are no evidence, and are looked at like any value.
//!
//! A value of another kind is evidence that the application vouches for. Alone
//! it is worth [`WORDS`], [`MARKS`] or [`SYNTAX`], by what it is written with: a
//! client with a stale link or a typing error sends words, an attacker needs
//! more. Beside weak evidence of a detector it is worth [`TOGETHER`].
//! Sources: RFC 3339 (dates), RFC 9562 (UUID), RFC 4648 (hexadecimal, base64url).

use super::evidence::Evidence;
use crate::policy::Held;
use crate::text::email;
use alloc::string::String;
use alloc::vec::Vec;

/// The kinds that a policy names.
pub(super) const KINDS: &[&str] = &[
    "integer",
    "number",
    "uuid",
    "slug",
    "email",
    "date",
    "boolean",
    "hex",
    "base64url",
];

/// The code of a value that is not what its field expects.
pub(super) const CODE: &str = "shield.expectation";

/// Letters, digits and blanks only.
const WORDS: u16 = 2000;
/// Marks that people write between words, none of them twice.
const MARKS: u16 = 3500;
/// Anything more.
const SYNTAX: u16 = 6000;
/// Beside evidence of a detector.
const TOGETHER: u16 = 8000;
/// Evidence of a detector that counts.
const WEAK: u16 = 1000;

/// Longest number, with sign, point and exponent.
const NUMBER: usize = 40;
/// Longest slug or code.
const TOKEN: usize = 256;

/// What a field holds.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Its name, matched as the names of `ignore` are.
    pub(super) field: String,
    /// One of [`KINDS`], or the values it may have.
    held: Held,
}

/// How a value fits its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is of the kind, and nothing of the kind is syntax to anybody.
    Harmless,
    /// It is of the kind.
    Fits,
    /// It is something else.
    Other,
}

impl Expectation {
    pub(super) fn new(field: &str, held: &Held) -> Self {
        Self {
            field: field.into(),
            held: held.clone(),
        }
    }

    /// The kind in a word.
    pub(super) fn kind(&self) -> &str {
        match &self.held {
            Held::Kind(word) => word,
            Held::OneOf(_) => "enum",
        }
    }

    /// How `text` fits, or each of several values with commas between them: so
    /// lists are written, and so a parameter reads that is sent twice.
    pub(super) fn fit(&self, text: &[u8]) -> Fit {
        match self.fit_one(text) {
            Fit::Other if text.contains(&b',') => {
                let fits = |part: &[u8]| self.fit_one(part) != Fit::Other;
                if text.split(|b| *b == b',').all(fits) {
                    Fit::Fits
                } else {
                    Fit::Other
                }
            }
            fit => fit,
        }
    }

    fn fit_one(&self, text: &[u8]) -> Fit {
        let strict = |fits: bool| if fits { Fit::Harmless } else { Fit::Other };
        let kind = match &self.held {
            Held::OneOf(values) => {
                return strict(values.iter().any(|value| value.as_bytes() == text));
            }
            Held::Kind(kind) => *kind,
        };
        match kind {
            "integer" => strict(is_integer(text)),
            "number" => strict(is_number(text)),
            "uuid" => strict(is_uuid(text)),
            "slug" => strict(is_slug(text)),
            "date" => strict(is_date(text)),
            "boolean" => strict(is_boolean(text)),
            "email" => {
                if email::parse(text, email::Accept::default()).is_err() {
                    Fit::Other
                } else if text
                    .iter()
                    .all(|b| is_plain(*b) || matches!(b, b'@' | b'+' | b'.'))
                {
                    Fit::Harmless
                } else {
                    Fit::Fits
                }
            }
            "hex" => loose(text, |b| b.is_ascii_hexdigit()),
            _ => {
                let body = text
                    .strip_suffix(b"==")
                    .or_else(|| text.strip_suffix(b"="))
                    .unwrap_or(text);
                loose(body, is_plain)
            }
        }
    }
}

/// What a value that does not fit is worth beside what detectors `found` in it.
pub(super) fn weigh(text: &[u8], found: Option<Evidence>) -> Evidence {
    match found {
        Some(found) if found.score >= SYNTAX => Evidence {
            score: found.score.max(TOGETHER),
            ..found
        },
        Some(found) if found.score >= WEAK => Evidence {
            code: CODE,
            score: TOGETHER,
            ..found
        },
        _ => Evidence::new(CODE, written_with(text), 0, text.len()),
    }
}

/// The worth of a value by what it is written with. Letters of any script are
/// letters: in UTF-8 they are the bytes from 0x80 on.
fn written_with(text: &[u8]) -> u16 {
    let mut score = WORDS;
    let mut before = 0;
    for &byte in text {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b' ' | b'_' | 0x80.. => {}
            b'.' | b',' | b':' | b'-' | b'+' | b'@' | b'!' | b'?' if byte != before => {
                score = MARKS;
            }
            _ => return SYNTAX,
        }
        before = byte;
    }
    score
}

fn loose(text: &[u8], of_kind: impl Fn(u8) -> bool) -> Fit {
    let fits = (1..=TOKEN).contains(&text.len()) && text.iter().all(|b| of_kind(*b));
    if fits { Fit::Fits } else { Fit::Other }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn unsigned(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"-")
        .or_else(|| text.strip_prefix(b"+"))
        .unwrap_or(text)
}

fn are_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn is_integer(text: &[u8]) -> bool {
    text.len() <= NUMBER && are_digits(unsigned(text))
}

/// `1`, `-1.5`, `.5`, `1.`, `2e10`.
fn is_number(text: &[u8]) -> bool {
    let body = unsigned(text);
    let (mantissa, exponent) = match body.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(at) => (
            body.get(..at).unwrap_or_default(),
            body.get(at.saturating_add(1)..),
        ),
        None => (body, None),
    };
    let mut parts = mantissa.splitn(2, |b| *b == b'.');
    let (whole, part) = (parts.next().unwrap_or_default(), parts.next());
    let part = part.unwrap_or_default();
    text.len() <= NUMBER
        && !(whole.is_empty() && part.is_empty())
        && whole.iter().chain(part).all(u8::is_ascii_digit)
        && exponent.is_none_or(|exponent| are_digits(unsigned(exponent)))
}

fn is_uuid(text: &[u8]) -> bool {
    let groups = || text.split(|b| *b == b'-');
    groups().map(<[u8]>::len).eq([8, 4, 4, 4, 12]) && groups().flatten().all(u8::is_ascii_hexdigit)
}

/// Letters and digits of any script, `-` and `_` between them.
fn is_slug(text: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(text) else {
        return false;
    };
    text.len() <= TOKEN
        && text.starts_with(char::is_alphanumeric)
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        && !text.contains("--")
}

/// `2026-11-21`, also with a time and an offset. Of any century: a birthday is one.
fn is_date(text: &[u8]) -> bool {
    let (date, rest) = text.split_at_checked(10).unwrap_or_default();
    let day = |day| (1..=31).contains(&day);
    shaped(date, b"dddd-dd-dd")
        && (1..=12).contains(&two(date, 5))
        && day(two(date, 8))
        && match rest.split_first() {
            None => true,
            Some((b'T' | b't' | b' ', time)) => is_time(time),
            Some(_) => false,
        }
}

/// `10:30`, `10:30:00`, `10:30:00.5`, and an offset.
fn is_time(text: &[u8]) -> bool {
    let (minutes, rest) = text.split_at_checked(5).unwrap_or_default();
    let (seconds, rest) = match rest {
        [b':', ..] => rest.split_at_checked(3).unwrap_or_default(),
        _ => (&b":00"[..], rest),
    };
    let part = match rest.split_first() {
        Some((b'.', rest)) => rest
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
            .max(1),
        _ => 0,
    };
    let zone = match part {
        0 => rest,
        digits => rest.get(digits.saturating_add(1)..).unwrap_or(b"?"),
    };
    shaped(minutes, b"dd:dd")
        && shaped(seconds, b":dd")
        && two(minutes, 0) < 24
        && two(minutes, 3) < 60
        && two(seconds, 1) <= 60
        && part <= 9
        && match zone {
            b"" | b"Z" | b"z" => true,
            [b'+' | b'-', offset @ ..] => shaped(offset, b"dd:dd"),
            _ => false,
        }
}

/// Of this form, where `d` stands for a digit.
fn shaped(text: &[u8], form: &[u8]) -> bool {
    text.len() == form.len()
        && text.iter().zip(form).all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            form => byte == form,
        })
}

/// The number of two digits at a place.
fn two(text: &[u8], at: usize) -> u8 {
    let digit = |at: usize| text.get(at).map_or(0, |b| b.saturating_sub(b'0'));
    digit(at)
        .saturating_mul(10)
        .saturating_add(digit(at.saturating_add(1)))
}

fn is_boolean(text: &[u8]) -> bool {
    [
        &b"true"[..],
        b"false",
        b"1",
        b"0",
        b"yes",
        b"no",
        b"on",
        b"off",
    ]
    .iter()
    .any(|word| text.eq_ignore_ascii_case(word))
}

/// The first expectation that `is` the field's.
pub(super) fn of(list: &[Expectation], is: impl Fn(&str) -> bool) -> Option<&Expectation> {
    list.iter().find(|expectation| is(&expectation.field))
}

/// As the option reads.
pub(super) fn all(fields: &[(String, Held)]) -> Vec<Expectation> {
    fields
        .iter()
        .map(|(field, held)| Expectation::new(field, held))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn fit(kind: &'static str, text: &str) -> Fit {
        Expectation::new("x", &Held::Kind(kind)).fit(text.as_bytes())
    }

    #[test]
    fn kinds_and_what_fits_them() {
        use Fit::{Fits, Harmless, Other};
        for (kind, text, expected) in [
            ("integer", "42", Harmless),
            ("integer", "-7", Harmless),
            ("integer", "4.2", Other),
            ("integer", "1e3", Other),
            ("integer", "0x10", Other),
            (
                "integer",
                "12345678901234567890123456789012345678901",
                Other,
            ),
            ("number", "-1.5", Harmless),
            ("number", ".5", Harmless),
            ("number", "2e-10", Harmless),
            ("integer", "1,22,333", Fits),
            ("integer", "1,", Other),
            ("number", ".", Other),
            ("number", "1.2.3", Other),
            ("number", "1e", Other),
            ("uuid", "0190a5e2-7d2c-7c3a-9b1e-2f6f8a3c4d5e", Harmless),
            ("uuid", "0190a5e27d2c7c3a9b1e2f6f8a3c4d5e", Other),
            ("uuid", "0190a5e2-7d2c-7c3a-9b1e-2f6f8a3c4d5g", Other),
            ("slug", "red-shoes_2", Harmless),
            ("slug", "żółte-buty", Harmless),
            ("slug", "a--b", Other),
            ("slug", "-a", Other),
            ("slug", "a.b", Other),
            ("email", "ana+shop@example.com", Harmless),
            ("email", "o'brien@example.ie", Fits),
            ("email", "'or'1'='1@example.com", Fits),
            ("email", "ana", Other),
            ("date", "2026-11-21", Harmless),
            ("date", "2026-11-21T10:30", Harmless),
            ("date", "2026-11-21T10:30:00", Harmless),
            ("date", "2026-11-21T10:30:00.5+01:00", Harmless),
            ("date", "1931-02-28", Harmless),
            ("date", "2026-11-21 10:30-05:00", Harmless),
            ("date", "2026-13-01", Other),
            ("date", "2026-11-21T", Other),
            ("date", "2026-11-21T10:30:00.", Other),
            ("date", "2026-11-21' or 1=1", Other),
            ("date", "21/11/2026", Other),
            ("boolean", "True", Harmless),
            ("boolean", "on", Harmless),
            ("boolean", "maybe", Other),
            ("hex", "deadBEEF", Fits),
            ("hex", "xyz", Other),
            ("base64url", "3q2-7w", Fits),
            ("base64url", "3q2-7w==", Fits),
            ("base64url", "3q2+7w", Other),
        ] {
            assert_eq!(fit(kind, text), expected, "{kind} {text}");
        }
        for kind in KINDS {
            assert_eq!(fit(kind, "1 or 1=1"), Other, "{kind}");
        }
        let sort = Expectation::new("sort", &Held::OneOf(vec!["asc".into(), "desc".into()]));
        assert_eq!(sort.fit(b"asc"), Harmless);
        assert_eq!(sort.fit(b"ASC"), Other);
        assert_eq!(sort.kind(), "enum");
    }

    #[test]
    fn other_values_are_worth_what_they_are_written_with() {
        let alone = |text: &str| weigh(text.as_bytes(), None).score;
        assert_eq!(alone("twelve apples"), WORDS);
        assert_eq!(alone("zwölf"), WORDS);
        assert_eq!(alone("12, please!"), MARKS);
        assert_eq!(alone("12'"), SYNTAX);
        assert_eq!(alone("12--"), SYNTAX);
        assert_eq!(alone("12\n"), SYNTAX);
        let with = |score| {
            weigh(
                b"12 x",
                Some(Evidence::new("shield.sqli.probe", score, 1, 2)),
            )
        };
        assert_eq!((with(999).code, with(999).score), (CODE, WORDS));
        assert_eq!((with(1000).code, with(1000).score), (CODE, TOGETHER));
        assert_eq!(with(6000).code, "shield.sqli.probe");
        assert_eq!((with(6000).score, with(9000).score), (TOGETHER, 9000));
    }
}
