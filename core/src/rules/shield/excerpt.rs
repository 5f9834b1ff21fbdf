//! A few characters around what matched, for a person who has to see why, with
//! what people wrote masked: letters become `a`, digits `0`. Punctuation stays,
//! and inside the range the words that languages and systems gave a meaning.
//!
//! Only where a policy asks for it. Nothing comes out that a terminal obeys or
//! that reorders a line: control characters are shown by their pictures (Unicode
//! block "Control Pictures"), everything that is no letter, digit or ASCII by `·`.

use super::phrases::ROWS;
use super::script::EVENTS;
use crate::text::shell::COMMANDS;
use crate::text::sql;
use alloc::string::String;
use core::ops::Range;

/// Longest excerpt, in characters.
const LENGTH: usize = 64;
/// So much of it stands before the range.
const BEFORE: usize = 16;

/// The excerpt of `text` around `range`.
pub(super) fn excerpt(text: &[u8], range: &Range<usize>) -> String {
    let from = range.start.min(text.len()).saturating_sub(BEFORE);
    let window = text.get(from..).unwrap_or_default();
    // of a character four bytes at most
    let window = window
        .get(..window.len().min(LENGTH.saturating_mul(4)))
        .unwrap_or_default();
    let mut out = String::new();
    let mut left = LENGTH;
    let mut at = from;
    let mut rest = window;
    while left > 0 && !rest.is_empty() {
        let word = rest
            .iter()
            .position(|b| !b.is_ascii_alphanumeric() && *b != b'_')
            .unwrap_or(rest.len());
        let length = if word == 0 { 1 } else { word };
        if word > 0 {
            let found = rest.get(..word).unwrap_or_default();
            let end = at.saturating_add(word);
            let inside = range.start <= at && end <= range.end;
            let keep = inside && is_known(found);
            for byte in found.iter().take(left) {
                out.push(if keep {
                    char::from(*byte)
                } else {
                    masked(*byte)
                });
            }
            left = left.saturating_sub(word);
            rest = rest.get(length..).unwrap_or_default();
            at = end;
            continue;
        }
        let (shown, length) = mark(rest);
        out.push(shown);
        left = left.saturating_sub(1);
        rest = rest.get(length..).unwrap_or_default();
        at = at.saturating_add(length);
    }
    out
}

fn is_known(word: &[u8]) -> bool {
    sql::WORDS.get(word).is_some()
        || COMMANDS.get(word).is_some()
        || EVENTS.get(word).is_some()
        || ROWS.get(word).is_some()
}

fn masked(byte: u8) -> char {
    match byte {
        b'0'..=b'9' => '0',
        b'_' => '_',
        _ => 'a',
    }
}

/// What stands for the first character of `rest`, no ASCII word, and its length.
fn mark(rest: &[u8]) -> (char, usize) {
    let Some(first) = rest.first() else {
        return ('·', 1);
    };
    match first {
        0..=0x1f => (
            char::from_u32(0x2400_u32.saturating_add(u32::from(*first))).unwrap_or('·'),
            1,
        ),
        b' '..=b'~' => (char::from(*first), 1),
        0x80.. => {
            let chunk = rest.get(..rest.len().min(4)).unwrap_or_default();
            let valid = match core::str::from_utf8(chunk) {
                Ok(text) => text,
                Err(error) => {
                    core::str::from_utf8(chunk.get(..error.valid_up_to()).unwrap_or_default())
                        .unwrap_or_default()
                }
            };
            valid.chars().next().map_or(('·', 1), |c| {
                let shown = if c.is_alphabetic() {
                    'a'
                } else if c.is_numeric() {
                    '0'
                } else {
                    '·'
                };
                (shown, c.len_utf8())
            })
        }
        _ => ('·', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn syntax_stays_and_people_do_not() {
        let shown = |text: &str, from: usize, to: usize| excerpt(text.as_bytes(), &(from..to));
        assert_eq!(
            shown("Anna 77' UNION SELECT secret FROM users", 9, 39),
            "aaaa 00' UNION SELECT aaaaaa FROM aaaaa"
        );
        assert_eq!(shown("select me", 7, 9), "aaaaaa aa", "outside the range");
        assert_eq!(shown("żółw\u{202e}\u{1b}[31m\r\n", 0, 4), "aaaa·␛[00a␍␊");
        assert_eq!(shown("", 0, 0), "");
        assert_eq!(shown("x", 9, 12), "a", "a range that is not there");
    }

    proptest! {
        #[test]
        fn short_and_harmless_whatever_is_sent(
            text in proptest::collection::vec(any::<u8>(), 0..300),
            start in 0_usize..320,
            length in 0_usize..320,
        ) {
            let shown = excerpt(&text, &(start..start.saturating_add(length)));
            prop_assert!(shown.chars().count() <= LENGTH);
            let harmless = |c: char| {
                matches!(c, ' '..='~' | '·') || ('\u{2400}'..='\u{2421}').contains(&c)
            };
            prop_assert!(shown.chars().all(harmless), "{shown}");
        }
    }
}
