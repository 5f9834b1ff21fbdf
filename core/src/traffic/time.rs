//! RFC 3339 time to milliseconds, without a clock or a calendar library.

use crate::units::Millis;

/// Reads RFC 3339 text (`2026-11-02T10:00:00.5Z`, any offset); `None` for
/// anything else or before 1970. Digits after the millisecond are dropped; a
/// leap second counts as the second after it.
#[must_use]
pub fn rfc3339(text: &str) -> Option<Millis> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let [year, month, day] = fields(date, '-')?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let [hour, minute, second] = fields(clock, ':')?;
    let sane = (1..=12).contains(&month)
        && (1..=month_days(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !sane {
        return None;
    }
    let (millis, zone) = fraction(rest)?;
    let seconds = days(year, month, day)
        .checked_mul(86_400)?
        .checked_add(hour.checked_mul(3600)?)?
        .checked_add(minute.checked_mul(60)?)?
        .checked_add(second)?
        .checked_sub(offset(zone)?)?;
    let total = seconds.checked_mul(1000)?.checked_add(millis)?;
    u64::try_from(total).ok().map(Millis)
}

fn number(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn fields(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(number);
    let fields = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(fields)
}

fn fraction(rest: &str) -> Option<(i64, &str)> {
    let Some(rest) = rest.strip_prefix('.') else {
        return Some((0, rest));
    };
    let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = rest
        .strip_suffix(zone)
        .filter(|digits| !digits.is_empty())?;
    let mut millis = 0_i64;
    for index in 0..3 {
        let digit = digits
            .as_bytes()
            .get(index)
            .map_or(0, |b| i64::from(b.saturating_sub(b'0')));
        millis = millis.saturating_mul(10).saturating_add(digit);
    }
    Some((millis, zone))
}

fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = if zone.starts_with('+') { 1 } else { -1 };
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    hours
        .checked_mul(60)?
        .checked_add(minutes)?
        .checked_mul(60)?
        .checked_mul(sign)
}

fn leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar (days-from-civil).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 {
        year.saturating_sub(1)
    } else {
        year
    };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_from_march = if month > 2 {
        month.saturating_sub(3)
    } else {
        month.saturating_add(9)
    };
    let day_of_year = month_from_march
        .saturating_mul(153)
        .saturating_add(2)
        .div_euclid(5)
        .saturating_add(day)
        .saturating_sub(1);
    let day_of_era = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era / 4)
        .saturating_sub(year_of_era / 100)
        .saturating_add(day_of_year);
    era.saturating_mul(146_097)
        .saturating_add(day_of_era)
        .saturating_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-02T10:00:00.5+01:30", Some(1_793_608_200_500)),
            ("2000-02-29T23:59:60Z", Some(951_868_800_000)),
            ("2024-03-01t00:00:00.123456z", Some(1_709_251_200_123)),
            ("1969-12-31T23:59:59Z", None),
            ("2023-02-29T00:00:00Z", None),
            ("2023-01-01T24:00:00Z", None),
            ("2023-01-01T00:00:00", None),
            ("2023-01-01T00:00:00.Z", None),
            ("2023-1-01T00:00:00Z", None),
            ("é023-01-01T00:00:00Z", None),
        ] {
            assert_eq!(rfc3339(text).map(|m| m.0), expected, "{text}");
        }
    }
}
