//! Characters that are not ASCII and become it: overlong UTF-8, fullwidth, small,
//! mathematical and circled forms (compatibility decomposition), letters whose
//! upper case is ASCII, code points that a cast to a byte leaves their last
//! byte of; and those that show nothing and are dropped.
//!
//! Sources: RFC 3629, Unicode Normalization Forms (NFKC) and Default Ignorable
//! Code Points, best-fit tables of code page 1252.

/// What a character becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folded {
    To(u8),
    Nothing,
}

/// First bytes of what [`character`] reads.
pub(crate) const LEADS: [u8; 14] = [
    0xc0, 0xc1, 0xc4, 0xc5, 0xca, 0xe0, 0xe2, 0xe5, 0xef, 0xf0, 0xf8, 0xfc, 0xf9, 0xfd,
];

/// What `rest` starts with, folded, and its length.
pub(crate) fn character(rest: &[u8]) -> Option<(Folded, usize)> {
    if let Some(length) = ignorable(rest) {
        return Some((Folded::Nothing, length));
    }
    let (byte, length) = overlong(rest).or_else(|| compatible(rest))?;
    Some((Folded::To(byte), length))
}

/// A quotation mark that code page 1252 and databases turn into a straight one.
pub(crate) fn quote(rest: &[u8]) -> Option<u8> {
    match *rest {
        [0xe2, 0x80, 0x98 | 0x99 | 0x9b | 0xb2, ..] => Some(b'\''),
        [0xe2, 0x80, 0x9c | 0x9d | 0xb3, ..] => Some(b'"'),
        _ => None,
    }
}

/// Overlong forms of ASCII, also with the second byte unmasked.
fn overlong(rest: &[u8]) -> Option<(u8, usize)> {
    Some(match *rest {
        [0xc0, b @ (b'.' | b'/' | b'\\'), ..] => (b, 2),
        [0xc1, 0x1c, ..] => (b'\\', 2),
        [lead @ (0xc0 | 0xc1), low @ 0x80..=0xbf, ..] => {
            ((lead & 1).wrapping_shl(6) | (low & 0x3f), 2)
        }
        [0xe0, mid @ (0x80 | 0x81), low @ 0x80..=0xbf, ..] => {
            ((mid & 1).wrapping_shl(6) | (low & 0x3f), 3)
        }
        [0xf0, 0x80, mid @ (0x80 | 0x81), low @ 0x80..=0xbf, ..] => {
            ((mid & 1).wrapping_shl(6) | (low & 0x3f), 4)
        }
        [0xf8, 0x80, 0x80, mid @ (0x80 | 0x81), low @ 0x80..=0xbf, ..] => {
            ((mid & 1).wrapping_shl(6) | (low & 0x3f), 5)
        }
        [
            0xfc,
            0x80,
            0x80,
            0x80,
            mid @ (0x80 | 0x81),
            low @ 0x80..=0xbf,
            ..,
        ] => ((mid & 1).wrapping_shl(6) | (low & 0x3f), 6),
        _ => return None,
    })
}

/// Zero width, direction marks, the byte order mark.
fn ignorable(rest: &[u8]) -> Option<usize> {
    matches!(
        *rest,
        [0xe2, 0x80, 0x8b..=0x8f | 0xaa..=0xae, ..]
            | [0xe2, 0x81, 0xa0..=0xa4, ..]
            | [0xef, 0xbb, 0xbf, ..]
    )
    .then_some(3)
}

fn compatible(rest: &[u8]) -> Option<(u8, usize)> {
    Some(match *rest {
        // dotless i and long s: upper case makes them I and S
        [0xc4, 0xb1, ..] => (b'i', 2),
        [0xc5, 0xbf, ..] => (b's', 2),
        // U+02B9, U+02BC: databases fold them to an apostrophe
        [0xca, 0xb9 | 0xbc, ..] => (b'\'', 2),
        // blanks, one dot leader, fraction and division slash, Kelvin
        [0xe2, 0x80, 0x80..=0x8a | 0xaf, ..] => (b' ', 3),
        [0xe2, 0x80, 0xa4, ..] => (b'.', 3),
        [0xe2, 0x81, 0x84, ..] | [0xe2, 0x88, 0x95, ..] => (b'/', 3),
        [0xe2, 0x84, 0xaa, ..] => (b'k', 3),
        // circled digits
        [0xe2, 0x91, low @ 0xa0..=0xa8, ..] => (low.wrapping_sub(0xa0).wrapping_add(b'1'), 3),
        [0xe2, 0x93, 0xaa, ..] => (b'0', 3),
        // circled letters
        [0xe2, 0x92, low @ 0xb6..=0xbf, ..] => (low.wrapping_sub(0xb6).wrapping_add(b'A'), 3),
        [0xe2, 0x93, low @ 0x80..=0x8f, ..] => (low.wrapping_sub(0x80).wrapping_add(b'K'), 3),
        [0xe2, 0x93, low @ 0x90..=0xa9, ..] => (low.wrapping_sub(0x90).wrapping_add(b'a'), 3),
        // U+560A, U+560D, U+563C, U+563E: a cast leaves a line end, `<`, `>`
        [0xe5, 0x98, 0x8a, ..] => (b'\n', 3),
        [0xe5, 0x98, 0x8d, ..] => (b'\r', 3),
        [0xe5, 0x98, 0xbc, ..] => (b'<', 3),
        [0xe5, 0x98, 0xbe, ..] => (b'>', 3),
        [0xef, 0xb9, low, ..] => (small(low)?, 3),
        // U+FF01..U+FF5E
        [0xef, 0xbc, low @ 0x81..=0xbf, ..] => (low.wrapping_sub(0x60), 3),
        [0xef, 0xbd, low @ 0x80..=0x9e, ..] => (low.wrapping_sub(0x20), 3),
        [0xf0, 0x9d, mid @ 0x90..=0x9f, low @ 0x80..=0xbf, ..] => (mathematical(mid, low)?, 4),
        _ => return None,
    })
}

/// U+FE50..U+FE6B, the last byte of each in UTF-8.
fn small(low: u8) -> Option<u8> {
    const FORMS: &[u8; 28] = b",\0.\0;:?!-(){}\0\0#&*+-<>=\0\\$%@";
    let at = usize::from(low.checked_sub(0x90)?);
    FORMS.get(at).copied().filter(|byte| *byte != 0)
}

/// U+1D400..U+1D7FF: alphabets of 52 letters, then digits.
fn mathematical(mid: u8, low: u8) -> Option<u8> {
    let offset = u16::from(mid & 0x0f)
        .wrapping_shl(6)
        .wrapping_add(u16::from(low & 0x3f));
    let within = match offset {
        0..=0x2a3 => {
            let letter = u8::try_from(offset % 52).ok()?;
            return Some(match letter.checked_sub(26) {
                Some(small) => small.wrapping_add(b'a'),
                None => letter.wrapping_add(b'A'),
            });
        }
        0x3ce..=0x3ff => u8::try_from(offset.wrapping_sub(0x3ce) % 10).ok()?,
        _ => return None,
    };
    Some(within.wrapping_add(b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn shown(text: &str) -> String {
        let (mut rest, mut out) = (text.as_bytes(), Vec::new());
        while let Some(byte) = rest.first() {
            let (folded, length) = character(rest).unwrap_or((Folded::To(*byte), 1));
            if let Folded::To(byte) = folded {
                out.push(byte);
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn forms_of_ascii() {
        let cases = [
            ("\u{1d4fc}\u{1d41c}\u{1d67f}\u{1d7d8}\u{1d7ff}", "scP09"),
            ("\u{24b6}\u{24bf}\u{24c0}\u{24cf}\u{24d0}\u{24e9}", "AJKZaz"),
            ("\u{fe64}b\u{fe65}\u{fe59}\u{fe68}", "<b>(\\"),
            ("sel\u{200b}ect\u{feff}", "select"),
            ("\u{17f}cr\u{131}pt\u{212a}", "scriptk"),
            ("\u{560a}\u{560d}\u{563c}\u{563e}", "\n\r<>"),
            ("\u{ff1c}\u{ff5e}", "<~"),
            ("Zażółć gęślą jaźń, ŁÓDŹ, 嘿", "Zażółć gęślą jaźń, ŁÓDŹ, 嘿"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn every_lead_is_known() {
        for lead in 0x80..=u8::MAX {
            for mid in 0..=u8::MAX {
                for low in 0..=u8::MAX {
                    let read = character(&[lead, mid, low, 0x80, 0x80, 0x80]).is_some();
                    assert!(!read || LEADS.contains(&lead), "{lead:x} {mid:x} {low:x}");
                }
            }
        }
    }
}
