//! JSON, read totally: any bytes give a value or a place where it stopped.
//!
//! One reader serves policies and context (strict: an error names the byte)
//! and what attackers write. Objects keep order and repeats; a lone surrogate
//! becomes U+FFFD instead of an error, so nobody picks the error path.
//! Depth is bounded by [`MAX_DEPTH`]; numbers are decimals ([`Number`]).

use crate::units::Number;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// Nesting beyond this is refused.
pub const MAX_DEPTH: usize = 64;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, in order; of repeated names the last one counts.
    Object(Vec<(String, Value)>),
}

/// Where reading stopped and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Byte offset into the text.
    pub offset: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl Value {
    /// Reads exactly one value, surrounded by white space at most.
    ///
    /// # Errors
    /// The first byte that is not JSON, and what was expected instead.
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let mut reader = Reader { text, at: 0 };
        reader.space();
        let value = reader.value(0)?;
        reader.space();
        if reader.at < text.len() {
            return Err(reader.error("the end"));
        }
        Ok(value)
    }

    /// The member `name` of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .rev()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v),
            _ => None,
        }
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The elements of an array.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// What kind of value it is, for error messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// Writes the value without white space, members in their order.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(number) => {
                let _ = write!(out, "{number}");
            }
            Self::Text(text) => write_text(text, out),
            Self::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (i, (name, value)) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_text(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Writes a JSON string. Control, bidirectional and line-separator characters
/// are escaped, so text from traffic is harmless wherever it is shown.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    // most text needs no escape and is copied whole
    let care = |byte: u8| byte.wrapping_sub(b' ') > b'~' - b' ' || byte == b'"' || byte == b'\\';
    if !text.bytes().fold(false, |any, byte| any | care(byte)) {
        out.push_str(text);
        return out.push('"');
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Writes a whole number.
pub fn write_count(n: u64, out: &mut String) {
    // wasm divides 64 bits by a constant ten times slower than 32
    let Ok(mut n) = u32::try_from(n) else {
        let _ = write!(out, "{n}");
        return;
    };
    let mut digits = [b'0'; 10];
    let mut first = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0'.wrapping_add(u8::try_from(n % 10).unwrap_or(0));
        first = first.saturating_sub(1);
        n /= 10;
        if n == 0 {
            break;
        }
    }
    // one by one: so few bytes are cheaper than a call that copies them
    for digit in digits.iter().skip(first) {
        out.push(char::from(*digit));
    }
}

/// Text from elsewhere, safe to show: JSON escapes without the quotes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    write_text(text, &mut out);
    out.pop();
    out.split_off(1.min(out.len()))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn error(&self, expected: &'static str) -> JsonError {
        JsonError {
            offset: self.at,
            expected,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.step();
        }
    }

    fn literal(&mut self, word: &'static str, value: Value) -> Result<Value, JsonError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            self.at = self.at.saturating_add(word.len());
            Ok(value)
        } else {
            Err(self.error("a JSON value"))
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        if depth > MAX_DEPTH {
            return Err(self.error("at most 64 levels of nesting"));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.text().map(Value::Text),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.error("a JSON value")),
        }
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        while matches!(
            self.peek(),
            Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
        ) {
            self.step();
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        Number::parse(digits).map(Value::Number).ok_or(JsonError {
            offset: start,
            expected: "a JSON number",
        })
    }

    fn list(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.step();
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.step();
            return Ok(Value::List(items));
        }
        loop {
            self.space();
            items.push(self.value(depth.saturating_add(1))?);
            self.space();
            match self.peek() {
                Some(b',') => self.step(),
                Some(b']') => {
                    self.step();
                    return Ok(Value::List(items));
                }
                _ => return Err(self.error("\",\" or \"]\"")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.step();
        let mut members = Vec::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.step();
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a member name in quotes"));
            }
            let name = self.text()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.error("\":\""));
            }
            self.step();
            self.space();
            members.push((name, self.value(depth.saturating_add(1))?));
            self.space();
            match self.peek() {
                Some(b',') => self.step(),
                Some(b'}') => {
                    self.step();
                    return Ok(Value::Object(members));
                }
                _ => return Err(self.error("\",\" or \"}\"")),
            }
        }
    }

    fn text(&mut self) -> Result<String, JsonError> {
        self.step();
        let mut out: Vec<u8> = Vec::new();
        loop {
            let start = self.at;
            while let Some(byte) = self.peek() {
                if byte == b'"' || byte == b'\\' || byte < 0x20 {
                    break;
                }
                self.step();
            }
            out.extend_from_slice(self.text.get(start..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.step();
                    return Ok(String::from_utf8(out).unwrap_or_else(|bad| {
                        String::from_utf8_lossy(bad.as_bytes()).into_owned()
                    }));
                }
                Some(b'\\') => {
                    self.step();
                    let c = self.escape()?;
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => return Err(self.error("a closing quote")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.step();
                return self.unicode();
            }
            _ => return Err(self.error("an escape")),
        };
        self.step();
        Ok(c)
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.hex4()?;
        if (0xd800..0xdc00).contains(&first) {
            let back = self.at;
            if self.peek() == Some(b'\\') {
                self.step();
                if self.peek() == Some(b'u') {
                    self.step();
                    let second = self.hex4()?;
                    if (0xdc00..0xe000).contains(&second) {
                        let high = first.saturating_sub(0xd800).saturating_mul(0x400);
                        let low = second.saturating_sub(0xdc00);
                        let code = 0x1_0000_u32.saturating_add(high).saturating_add(low);
                        return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                }
                self.at = back;
            }
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut value: u32 = 0;
        for _ in 0..4 {
            let digit = self
                .peek()
                .and_then(|b| char::from(b).to_digit(16))
                .ok_or(self.error("four hexadecimal digits"))?;
            value = value.saturating_mul(16).saturating_add(digit);
            self.step();
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> String {
        let mut out = String::new();
        match Value::parse(text.as_bytes()) {
            Ok(value) => value.write(&mut out),
            Err(error) => {
                let _ = write!(out, "{}: {}", error.offset, error.expected);
            }
        }
        out
    }

    #[test]
    fn reads_and_writes() {
        assert_eq!(
            round(r#" {"a": [1, 2.50, -3e2, true, null], "b": {"c":"x\u0041\n"}} "#),
            r#"{"a":[1,2.5,-300,true,null],"b":{"c":"xA\n"}}"#
        );
        assert_eq!(
            round(r#""\ud83d\ude00 \ud83d x \udc00""#),
            "\"\u{1f600} \u{fffd} x \u{fffd}\""
        );
        assert_eq!(round("\"a\u{202e}b\u{7f}\""), "\"a\\u202eb\\u007f\"");
    }

    #[test]
    fn says_where_it_stopped() {
        assert_eq!(round("{\"a\" 1}"), "5: \":\"");
        assert_eq!(round("[1,]"), "3: a JSON value");
        assert_eq!(round("[1] x"), "4: the end");
        assert_eq!(round("\"abc"), "4: a closing quote");
        assert_eq!(round(&"[".repeat(100)), "65: at most 64 levels of nesting");
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        assert_eq!(
            Value::parse(b"\"a\xffb\""),
            Ok(Value::Text("a\u{fffd}b".into()))
        );
    }
}
