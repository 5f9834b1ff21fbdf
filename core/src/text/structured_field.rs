//! Structured field values (RFC 9651): dictionaries of items and inner lists,
//! with parameters.
//!
//! Read strictly, as the RFC demands: a field that breaks the grammar anywhere
//! is no field at all. Written in the one serialisation that the RFC gives, so
//! that what was signed can be made again. Total, linear; at most [`LIMIT`] bytes
//! and [`MEMBERS`] members, items or parameters in one place.

use super::base64;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::Write as _;

/// Bytes of a field that are read; a longer one is refused.
pub const LIMIT: usize = 16_384;
/// Members of a dictionary, items of an inner list, parameters of either.
pub const MEMBERS: usize = 32;

/// A bare item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bare {
    /// Up to fifteen digits.
    Integer(i64),
    /// In thousandths.
    Decimal(i64),
    /// Printable ASCII.
    Text(String),
    /// A word.
    Token(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Yes or no.
    Bool(bool),
    /// Seconds since the Unix epoch.
    Date(i64),
    /// Text of any script.
    Display(String),
}

/// Names with their values, in order, each once.
pub type Parameters = Vec<(String, Bare)>;

/// An item with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The value.
    pub value: Bare,
    /// What is said of it.
    pub parameters: Parameters,
}

/// The value of a dictionary's member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// One item.
    Item(Item),
    /// Several, with parameters of the list.
    Inner(Vec<Item>, Parameters),
}

/// Reads a dictionary: names with their members, in order. Of a name given
/// twice the last value counts, in the place of the first.
#[must_use]
pub fn dictionary(text: &[u8]) -> Option<Vec<(String, Member)>> {
    let mut reader = Reader::new(text)?;
    let mut out: Vec<(String, Member)> = Vec::new();
    while !reader.rest.is_empty() {
        let name = reader.key()?;
        let member = if reader.skip(b'=') {
            reader.member()?
        } else {
            Member::Item(Item {
                value: Bare::Bool(true),
                parameters: reader.parameters()?,
            })
        };
        put(&mut out, name, member)?;
        reader.blanks(b" \t");
        if reader.rest.is_empty() {
            return Some(out);
        }
        if !reader.skip(b',') {
            return None;
        }
        reader.blanks(b" \t");
        if reader.rest.is_empty() {
            return None;
        }
    }
    Some(out)
}

/// Reads one item.
#[must_use]
pub fn item(text: &[u8]) -> Option<Item> {
    let mut reader = Reader::new(text)?;
    let item = reader.item()?;
    reader.rest.is_empty().then_some(item)
}

/// The parameter of this name.
#[must_use]
pub fn parameter<'p>(parameters: &'p Parameters, name: &str) -> Option<&'p Bare> {
    parameters
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

fn put<T>(list: &mut Vec<(String, T)>, name: String, value: T) -> Option<()> {
    if let Some((_, held)) = list.iter_mut().find(|(known, _)| *known == name) {
        *held = value;
    } else if list.len() < MEMBERS {
        list.push((name, value));
    } else {
        return None;
    }
    Some(())
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8]) -> Option<Self> {
        let mut reader = Self { rest: text };
        if text.len() > LIMIT {
            return None;
        }
        while let [rest @ .., b' '] = reader.rest {
            reader.rest = rest;
        }
        reader.blanks(b" ");
        Some(reader)
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.next();
        }
        found
    }

    fn blanks(&mut self, blanks: &[u8]) {
        while self.rest.first().is_some_and(|b| blanks.contains(b)) {
            self.next();
        }
    }

    /// What comes before the first byte that does not belong.
    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|b| !belongs(*b));
        let (run, rest) = self
            .rest
            .split_at_checked(end.unwrap_or(self.rest.len()))
            .unwrap_or_default();
        self.rest = rest;
        run
    }

    fn key(&mut self) -> Option<String> {
        if !matches!(self.rest, [b'a'..=b'z' | b'*', ..]) {
            return None;
        }
        text(self.run(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'*')))
    }

    fn member(&mut self) -> Option<Member> {
        if !self.skip(b'(') {
            return self.item().map(Member::Item);
        }
        let mut items = Vec::new();
        loop {
            self.blanks(b" ");
            if self.skip(b')') {
                return Some(Member::Inner(items, self.parameters()?));
            }
            if items.len() >= MEMBERS {
                return None;
            }
            items.push(self.item()?);
            if !matches!(self.rest, [b' ' | b')', ..]) {
                return None;
            }
        }
    }

    fn item(&mut self) -> Option<Item> {
        Some(Item {
            value: self.bare()?,
            parameters: self.parameters()?,
        })
    }

    fn parameters(&mut self) -> Option<Parameters> {
        let mut out = Parameters::new();
        while self.skip(b';') {
            self.blanks(b" ");
            let name = self.key()?;
            let value = if self.skip(b'=') {
                self.bare()?
            } else {
                Bare::Bool(true)
            };
            put(&mut out, name, value)?;
        }
        Some(out)
    }

    fn bare(&mut self) -> Option<Bare> {
        match self.rest.first()? {
            b'-' | b'0'..=b'9' => self.number(),
            b'"' => self.text().map(Bare::Text),
            b'*' | b'A'..=b'Z' | b'a'..=b'z' => text(self.run(is_token)).map(Bare::Token),
            b':' => {
                self.next();
                let digits = self.run(|b| b != b':');
                let plain = !digits.iter().any(|b| matches!(b, b'-' | b'_'));
                (self.skip(b':') && plain)
                    .then(|| base64::decode(digits).map(Bare::Bytes))
                    .flatten()
            }
            b'?' => {
                self.next();
                match self.next()? {
                    b'0' => Some(Bare::Bool(false)),
                    b'1' => Some(Bare::Bool(true)),
                    _ => None,
                }
            }
            b'@' => {
                self.next();
                match self.number()? {
                    Bare::Integer(seconds) => Some(Bare::Date(seconds)),
                    _ => None,
                }
            }
            b'%' => self.display().map(Bare::Display),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<Bare> {
        let negative = self.skip(b'-');
        let whole = self.run(|b| b.is_ascii_digit());
        let mut value = digits(whole)?;
        let bare = if self.skip(b'.') {
            let part = self.run(|b| b.is_ascii_digit());
            if whole.len() > 12 || part.len() > 3 {
                return None;
            }
            let mut thousandths = digits(part)?;
            for _ in part.len()..3 {
                thousandths = thousandths.checked_mul(10)?;
            }
            value = value.checked_mul(1000)?.checked_add(thousandths)?;
            Bare::Decimal
        } else if whole.len() > 15 {
            return None;
        } else {
            Bare::Integer
        };
        Some(bare(if negative {
            value.checked_neg()?
        } else {
            value
        }))
    }

    fn text(&mut self) -> Option<String> {
        self.next();
        let mut out = String::new();
        loop {
            match self.next()? {
                b'"' => return Some(out),
                b'\\' => match self.next()? {
                    byte @ (b'"' | b'\\') => out.push(char::from(byte)),
                    _ => return None,
                },
                byte @ 0x20..=0x7e => out.push(char::from(byte)),
                _ => return None,
            }
        }
    }

    fn display(&mut self) -> Option<String> {
        self.next();
        if !self.skip(b'"') {
            return None;
        }
        let mut out = Vec::new();
        loop {
            match self.next()? {
                b'"' => return String::from_utf8(out).ok(),
                b'%' => {
                    let (high, low) = (hex(self.next()?)?, hex(self.next()?)?);
                    out.push(high.wrapping_shl(4) | low);
                }
                byte @ 0x20..=0x7e => out.push(byte),
                _ => return None,
            }
        }
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    core::str::from_utf8(bytes).ok().map(str::to_string)
}

fn digits(bytes: &[u8]) -> Option<i64> {
    core::str::from_utf8(bytes).ok()?.parse().ok()
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a').map(|n| n.saturating_add(10)),
        _ => None,
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&byte)
}

impl Bare {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(n) => Some(*n),
            _ => None,
        }
    }

    /// Writes it as the RFC serialises it.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Integer(n) => {
                let _ = write!(out, "{n}");
            }
            Self::Decimal(n) => {
                let magnitude = n.unsigned_abs();
                if *n < 0 {
                    out.push('-');
                }
                let _ = write!(out, "{}.{:03}", magnitude / 1000, magnitude % 1000);
                for _ in 0..2 {
                    if out.ends_with('0') {
                        out.pop();
                    }
                }
            }
            Self::Text(text) => {
                out.push('"');
                for c in text.chars() {
                    if matches!(c, '"' | '\\') {
                        out.push('\\');
                    }
                    out.push(c);
                }
                out.push('"');
            }
            Self::Token(token) => out.push_str(token),
            Self::Bytes(bytes) => {
                out.push(':');
                base64::encode(bytes, out);
                out.push(':');
            }
            Self::Bool(yes) => out.push_str(if *yes { "?1" } else { "?0" }),
            Self::Date(seconds) => {
                let _ = write!(out, "@{seconds}");
            }
            Self::Display(text) => {
                out.push_str("%\"");
                for byte in text.bytes() {
                    match byte {
                        b'%' | b'"' | 0..=0x1f | 0x7f.. => {
                            let _ = write!(out, "%{byte:02x}");
                        }
                        byte => out.push(char::from(byte)),
                    }
                }
                out.push('"');
            }
        }
    }
}

impl Item {
    /// Writes it as the RFC serialises it.
    pub fn write(&self, out: &mut String) {
        self.value.write(out);
        write_parameters(&self.parameters, out);
    }
}

impl Member {
    /// Writes it as the RFC serialises it.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Item(item) => item.write(out),
            Self::Inner(items, parameters) => {
                out.push('(');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    item.write(out);
                }
                out.push(')');
                write_parameters(parameters, out);
            }
        }
    }
}

fn write_parameters(parameters: &Parameters, out: &mut String) {
    for (name, value) in parameters {
        out.push(';');
        out.push_str(name);
        if *value != Bare::Bool(true) {
            out.push('=');
            value.write(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> Option<String> {
        let mut out = String::new();
        for (index, (name, member)) in dictionary(text.as_bytes())?.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            out.push_str(name);
            out.push('=');
            member.write(&mut out);
        }
        Some(out)
    }

    #[test]
    fn every_type_is_written_as_it_was_read() {
        for text in [
            "a=1, b=-999999999999999, c=1.5, d=-0.125, e=\"q\\\"\\\\\", f=tok/en:*",
            "a=:aGVsbG8=:, b=?0, c=@1659578233, d=%\"caf%c3%a9 %25\"",
            "sig1=(\"@authority\" \"signature-agent\";key=\"sig1\");created=1;tag=\"web-bot-auth\"",
            "a=()",
        ] {
            assert_eq!(round(text).as_deref(), Some(text));
        }
        assert_eq!(
            round(" a ,\t b;x; y=2 , a=( 1  2 );z ").as_deref(),
            Some("a=(1 2);z, b=?1;x;y=2")
        );
        assert_eq!(round("a=1.0").as_deref(), Some("a=1.0"));
        assert_eq!(round("").as_deref(), Some(""));
    }

    #[test]
    fn what_breaks_the_grammar_is_no_field() {
        for text in [
            "a=1,",
            "a=1 b=2",
            "A=1",
            "a=",
            "a=\"x",
            "a=\"\\x\"",
            "a=\"\u{e9}\"",
            "a=1.",
            "a=1.2345",
            "a=1234567890123456",
            "a=--1",
            "a=:a-_:",
            "a=:YQ==",
            "a=?2",
            "a=@1.5",
            "a=(1",
            "a=(1\t2)",
            "a=(\"x\"\"y\")",
            "a;",
            "a;=1",
            "a=%\"%C3\"",
            "a=%\"%c3\"",
            "=1",
            ",",
            "a=1, ,b=2",
            "a\0=1",
        ] {
            assert_eq!(round(text), None, "{text}");
        }
    }

    #[test]
    fn it_is_bounded() {
        let many: Vec<String> = (0..40).map(|n| alloc::format!("a{n}=1")).collect();
        assert_eq!(round(&many.join(", ")), None);
        assert_eq!(round(&"a".repeat(LIMIT + 1)), None);
        assert_eq!(
            item(b"\"x\";a=1").map(|item| item.parameters.len()),
            Some(1)
        );
        assert_eq!(item(b"\"x\" y"), None);
    }
}
