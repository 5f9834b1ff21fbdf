//! Reading the source: white space, words, strings, literals.

use super::error::Fault;
use super::literal::{self, Bare};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) struct Scanner<'s> {
    pub(super) source: &'s str,
    pub(super) at: usize,
}

/// A string and where each of its bytes stands in the source.
pub(super) struct Quoted {
    pub(super) bytes: Vec<u8>,
    places: Vec<usize>,
    end: usize,
}

impl Quoted {
    /// Where in the source the string's byte `offset` is.
    pub(super) fn place(&self, offset: usize) -> usize {
        self.places.get(offset).copied().unwrap_or(self.end)
    }
}

impl<'s> Scanner<'s> {
    pub(super) fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    pub(super) fn space(&mut self) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.skip(rest.len().saturating_sub(trimmed.len()));
    }

    /// Takes `symbol`, and white space before it, if it comes next.
    pub(super) fn take(&mut self, symbol: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(symbol);
        if found {
            self.skip(symbol.len());
        }
        found
    }

    /// Takes `word`, and white space before it, if it comes next as a whole.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        self.space();
        let found = self.word() == word;
        if found {
            self.skip(word.len());
        }
        found
    }

    /// The name that comes next, not taken.
    pub(super) fn word(&self) -> &'s str {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')));
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    }

    /// What comes next, for an error message.
    pub(super) fn found(&self) -> String {
        match (self.word(), self.peek()) {
            (_, None) => String::from("found the end"),
            ("", Some('"')) => String::from("found a string"),
            ("", Some(c)) => format!("found {}", c.escape_debug()),
            (word, _) => format!("found {}", brief(word)),
        }
    }

    pub(super) fn at_string(&self) -> bool {
        let rest = self.rest();
        rest.starts_with(['"', '\'']) || rest.starts_with("r\"") || rest.starts_with("r#")
    }

    /// A string. In a `pattern`, a backslash before anything but `"` and `\`
    /// is the pattern's own.
    pub(super) fn string(&mut self, pattern: bool) -> Result<Quoted, Fault> {
        let start = self.at;
        if self.peek() == Some('\'') {
            return Err(fault(start, "a string is written in double quotes"));
        }
        if self.peek() == Some('r') {
            return self.raw_string();
        }
        self.skip(1);
        let (mut bytes, mut places) = (Vec::new(), Vec::new());
        loop {
            let at = self.at;
            let mut push = |byte: u8| {
                bytes.push(byte);
                places.push(at);
            };
            let Some(c) = self.peek() else {
                return Err(fault(start, "this string has no closing quote"));
            };
            self.skip(c.len_utf8());
            match (c, self.peek()) {
                ('"', _) => {
                    return Ok(Quoted {
                        bytes,
                        places,
                        end: at,
                    });
                }
                ('\\', Some(next @ ('"' | '\\'))) => {
                    push(u8::try_from(next).unwrap_or_default());
                    self.skip(1);
                }
                ('\\', Some('x')) if !pattern => {
                    let digits = self
                        .rest()
                        .get(1..3)
                        .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
                    let byte = digits.and_then(|d| u8::from_str_radix(d, 16).ok());
                    push(byte.ok_or_else(|| fault(at, "\\x takes two hexadecimal digits"))?);
                    self.skip(3);
                }
                ('\\', Some(_)) if !pattern => {
                    return Err(fault(
                        at,
                        "expected \\\", \\\\ or \\xHH; in a raw string r\"…\" a backslash is plain",
                    ));
                }
                (c, _) => c.encode_utf8(&mut [0; 4]).bytes().for_each(push),
            }
        }
    }

    fn raw_string(&mut self) -> Result<Quoted, Fault> {
        let start = self.at;
        self.skip(1);
        let hashes = self.rest().bytes().take_while(|b| *b == b'#').count();
        let fence = self.rest().get(..hashes).unwrap_or_default();
        self.skip(hashes);
        let Some(body) = self.rest().strip_prefix('"') else {
            return Err(fault(
                self.at,
                "expected a raw string such as r\"…\" or r#\"…\"#",
            ));
        };
        self.skip(1);
        let Some(length) = body.bytes().enumerate().position(|(at, byte)| {
            let behind = || body.get(at.saturating_add(1)..).unwrap_or_default();
            byte == b'"' && behind().starts_with(fence)
        }) else {
            return Err(fault(
                start,
                format!("this raw string has no closing \"{fence}"),
            ));
        };
        let from = self.at;
        let end = from.saturating_add(length);
        self.at = end.saturating_add(hashes).saturating_add(1);
        let bytes = body.get(..length).unwrap_or_default().as_bytes().to_vec();
        Ok(Quoted {
            bytes,
            places: (from..end).collect(),
            end,
        })
    }

    /// A number, address or boolean, or a range.
    pub(super) fn bare(&mut self, expected: &str) -> Result<Bare, Fault> {
        let start = self.at;
        let rest = self.rest();
        let end = rest.find(|c: char| {
            !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '/' | '-' | '+'))
        });
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if word.is_empty() {
            return Err(fault(
                start,
                format!("expected {expected}, {}", self.found()),
            ));
        }
        self.skip(word.len());
        literal::bare(word).map_err(|message| {
            let otherwise = || format!("expected {expected}, found {}", brief(word));
            fault(start, message.unwrap_or_else(otherwise))
        })
    }
}

pub(super) fn fault(offset: usize, message: impl Into<String>) -> Fault {
    Fault {
        offset,
        message: message.into(),
    }
}

/// Enough of a name to recognise it in a message.
pub(super) fn brief(name: &str) -> String {
    name.chars().take(40).collect()
}
