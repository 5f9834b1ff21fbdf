//! JSON as attackers send it: every string and member name that a lenient
//! parser might see, with its JSON pointer (RFC 6901), whatever is broken.
//!
//! Not a parser: brackets only keep the pointer. Truncation, bad escapes, lone
//! surrogates and invalid UTF-8 do not stop it. What stands outside strings and
//! is no JSON is reported at the end, so the caller can read the text raw.

use super::cursor::{Cursor, is_space};
use super::decode::hex;
use super::swar;
use alloc::vec::Vec;

/// Nesting beyond this no longer shows in the pointer.
const MAX_DEPTH: usize = 32;
/// Longest pointer kept.
const MAX_POINTER: usize = 256;

/// A string found.
pub(crate) struct Found<'a> {
    /// Where it stands; for a member name the pointer of its object.
    pub(crate) pointer: &'a [u8],
    /// The string, unescaped.
    pub(crate) text: &'a [u8],
    /// It is a member name.
    pub(crate) is_name: bool,
}

struct Level {
    pointer_length: usize,
    /// The next index of an array; `None` in an object.
    index: Option<u32>,
}

/// Visits every string; returns whether everything outside strings was JSON.
pub(crate) fn each_string(text: &[u8], visit: &mut dyn FnMut(&Found<'_>)) -> bool {
    let mut scan = Scan {
        pointer: Vec::new(),
        levels: Vec::new(),
        lost: 0,
    };
    let mut cursor = Cursor::new(text);
    let mut buffer = Vec::new();
    let mut clean = true;
    while let Some(byte) = cursor.peek() {
        match byte {
            b'"' => {
                cursor.skip(1);
                let string = read_string(&mut cursor, &mut buffer);
                let mut ahead = cursor;
                ahead.take_while(is_space);
                let is_name = scan.in_object() && ahead.peek() == Some(b':');
                if is_name {
                    visit(&Found {
                        pointer: scan.container(),
                        text: string,
                        is_name,
                    });
                    scan.name(string);
                } else {
                    visit(&Found {
                        pointer: &scan.pointer,
                        text: string,
                        is_name,
                    });
                }
                continue;
            }
            b'{' => scan.open(None),
            b'[' => scan.open(Some(0)),
            b'}' | b']' => scan.close(),
            b',' => scan.comma(),
            b':' | b'0'..=b'9' | b'+' | b'-' | b'.' => {}
            byte if is_space(byte) => {}
            b'a'..=b'z' | b'A'..=b'Z' => {
                let word = cursor.take_while(|b| b.is_ascii_alphanumeric());
                clean &= matches!(word, b"true" | b"false" | b"null")
                    || word
                        .iter()
                        .all(|b| b.is_ascii_digit() || matches!(b, b'e' | b'E'));
                continue;
            }
            _ => clean = false,
        }
        cursor.skip(1);
    }
    clean
}

struct Scan {
    pointer: Vec<u8>,
    levels: Vec<Level>,
    lost: usize,
}

impl Scan {
    fn in_object(&self) -> bool {
        self.lost > 0
            || self
                .levels
                .last()
                .is_some_and(|level| level.index.is_none())
    }

    fn container(&self) -> &[u8] {
        let end = self.levels.last().map_or(0, |level| level.pointer_length);
        self.pointer.get(..end).unwrap_or_default()
    }

    fn open(&mut self, index: Option<u32>) {
        if self.levels.len() >= MAX_DEPTH {
            self.lost = self.lost.saturating_add(1);
            return;
        }
        self.levels.push(Level {
            pointer_length: self.pointer.len(),
            index,
        });
        if index.is_some() {
            self.append(b"0");
        }
    }

    fn close(&mut self) {
        if self.lost > 0 {
            self.lost = self.lost.saturating_sub(1);
        } else if let Some(level) = self.levels.pop() {
            self.pointer.truncate(level.pointer_length);
        }
    }

    fn comma(&mut self) {
        if self.lost > 0 {
            return;
        }
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        let (length, index) = (
            level.pointer_length,
            level.index.map(|i| i.saturating_add(1)),
        );
        level.index = index;
        self.pointer.truncate(length);
        if let Some(index) = index {
            let (mut digits, mut rest) = ([0_u8; 10], index);
            let mut used = 0_usize;
            for slot in digits.iter_mut().rev() {
                *slot = b'0'.saturating_add(u8::try_from(rest % 10).unwrap_or_default());
                rest /= 10;
                used = used.saturating_add(1);
                if rest == 0 {
                    break;
                }
            }
            let digits = digits
                .get(10_usize.saturating_sub(used)..)
                .unwrap_or_default();
            self.append(digits);
        }
    }

    fn name(&mut self, name: &[u8]) {
        if self.lost > 0 {
            return;
        }
        let length = self.container().len();
        self.pointer.truncate(length);
        self.append(name);
    }

    fn append(&mut self, segment: &[u8]) {
        if self.pointer.len().saturating_add(segment.len()) > MAX_POINTER {
            return;
        }
        self.pointer.push(b'/');
        if swar::find_either(segment, b'~', b'/').is_none() {
            self.pointer.extend_from_slice(segment);
            return;
        }
        for byte in segment {
            match byte {
                b'~' => self.pointer.extend_from_slice(b"~0"),
                b'/' => self.pointer.extend_from_slice(b"~1"),
                byte => self.pointer.push(*byte),
            }
        }
    }
}

/// Reads up to the closing quote or the end; borrowed when nothing is escaped.
fn read_string<'t: 'b, 'b>(cursor: &mut Cursor<'t>, buffer: &'b mut Vec<u8>) -> &'b [u8] {
    let plain = cursor.take_until_either(b'"', b'\\');
    if cursor.peek() != Some(b'\\') {
        cursor.skip(1);
        return plain;
    }
    buffer.clear();
    buffer.extend_from_slice(plain);
    while let Some(byte) = cursor.next() {
        match byte {
            b'"' => break,
            b'\\' => unescape(cursor, buffer),
            _ => {
                buffer.push(byte);
                buffer.extend_from_slice(cursor.take_until_either(b'"', b'\\'));
            }
        }
    }
    buffer
}

fn unescape(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) {
    match cursor.next() {
        Some(b'b') => out.push(8),
        Some(b'f') => out.push(12),
        Some(b'n') => out.push(b'\n'),
        Some(b'r') => out.push(b'\r'),
        Some(b't') => out.push(b'\t'),
        Some(b'u') => {
            let Some(mut code) = hex4(cursor.rest()) else {
                out.extend_from_slice(b"\\u");
                return;
            };
            cursor.skip(4);
            if (0xd800..0xdc00).contains(&code) && cursor.rest().starts_with(b"\\u") {
                let low = cursor.rest().get(2..).and_then(hex4);
                if let Some(low) = low.filter(|low| (0xdc00..0xe000).contains(low)) {
                    cursor.skip(6);
                    let high = code.saturating_sub(0xd800).saturating_mul(0x400);
                    code = high
                        .saturating_add(low.saturating_sub(0xdc00))
                        .saturating_add(0x1_0000);
                }
            }
            let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        // a quote, a slash, a backslash, or an escape that JSON does not have
        Some(byte @ (b'"' | b'/' | b'\\')) => out.push(byte),
        Some(byte) => out.extend_from_slice(&[b'\\', byte]),
        None => {}
    }
}

fn hex4(rest: &[u8]) -> Option<u32> {
    let [a, b, c, d, ..] = rest else { return None };
    [a, b, c, d].into_iter().try_fold(0_u32, |sum, digit| {
        Some(sum.wrapping_shl(4) | u32::from(hex(*digit)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use core::fmt::Write as _;

    fn shown(text: &[u8]) -> (String, bool) {
        let mut out = String::new();
        let clean = each_string(text, &mut |found| {
            let mark = if found.is_name { "!" } else { "=" };
            let _ = write!(
                out,
                "{}{mark}{} ",
                String::from_utf8_lossy(found.pointer),
                String::from_utf8_lossy(found.text)
            );
        });
        (out, clean)
    }

    #[test]
    fn strings_and_their_pointers() {
        let text = br#"{"a": ["x", {"b/c": "y"}], "d": {"e": "\u003cz\ud83d\ude00\ud800"}, "f": -1e9, "g": true}"#;
        let expected = "!a /a/0=x /a/1!b/c /a/1/b~1c=y !d /d!e /d/e=<z\u{1f600}\u{fffd} !f !g ";
        assert_eq!(shown(text), (expected.into(), true));
    }

    #[test]
    fn goes_on_where_parsers_stop() {
        assert_eq!(shown(b"{\"a\": \"cut"), ("!a /a=cut ".into(), true));
        assert_eq!(
            shown(b"]}\"q\" <x> \"\\u12\""),
            ("=q =\\u12 ".into(), false)
        );
        assert_eq!(shown(b"q=%3E"), (String::new(), false));
        assert_eq!(shown(b"\"\xff\\"), ("=\u{fffd} ".into(), true));
        let deep = [b"[".repeat(5000), b"\"x\"".to_vec()].concat();
        assert!(shown(&deep).0.ends_with("=x "));
    }
}
