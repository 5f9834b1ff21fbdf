//! From a pattern to its tree. Groups nest at most [`MAX_DEPTH`] deep and a
//! repeat is not repeated without a group, so neither is the tree deeper.

use super::RegexError;
use super::bytes::ByteSet;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

const MAX_DEPTH: usize = 64;
const MAX_REPEAT: u16 = 1000;

#[derive(Clone, Debug)]
pub(super) enum Node {
    One(ByteSet),
    Look(Look),
    /// All in turn; nothing where empty.
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat {
        node: Box<Node>,
        min: u16,
        max: Option<u16>,
    },
}

/// What holds between two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Start,
    End,
    LineStart,
    LineEnd,
    WordEdge,
    NoWordEdge,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) any_case: bool,
    dot_takes_all: bool,
    lines: bool,
}

pub(super) fn parse(pattern: &str) -> Result<Node, RegexError> {
    let mut parser = Parser {
        pattern,
        at: 0,
        flags: Flags::default(),
    };
    let node = parser.either(0)?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.error("this ) closes no group; for the character write \\)")),
    }
}

pub(super) struct Parser<'p> {
    pub(super) pattern: &'p str,
    pub(super) at: usize,
    pub(super) flags: Flags,
}

/// What an escape or a plain character stands for.
pub(super) enum Atom {
    Set(ByteSet),
    Byte(u8),
    Wide(char),
    Look(Look),
}

impl Parser<'_> {
    fn either(&mut self, depth: usize) -> Result<Node, RegexError> {
        let mut branches = Vec::new();
        loop {
            branches.push(self.sequence(depth)?);
            if !self.take('|') {
                break;
            }
        }
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            last => {
                branches.extend(last);
                Node::Either(branches)
            }
        })
    }

    fn sequence(&mut self, depth: usize) -> Result<Node, RegexError> {
        let mut items = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            if let Some(node) = self.item(c, depth)? {
                items.push(self.repeat(node)?);
            }
        }
        Ok(Node::Sequence(items))
    }

    /// One item before its repeat; `None` for flags such as `(?i)`.
    fn item(&mut self, c: char, depth: usize) -> Result<Option<Node>, RegexError> {
        let start = self.at;
        self.skip(c);
        Ok(Some(match c {
            '(' => return self.group(start, depth),
            '[' => Node::One(self.class(start)?),
            '.' if self.flags.dot_takes_all => Node::One(ByteSet::default().complement()),
            '.' => Node::One(ByteSet::one(b'\n').complement()),
            '^' if self.flags.lines => Node::Look(Look::LineStart),
            '^' => Node::Look(Look::Start),
            '$' if self.flags.lines => Node::Look(Look::LineEnd),
            '$' => Node::Look(Look::End),
            '*' | '+' | '?' => {
                return Err(error(
                    start,
                    format!("nothing before {c} to repeat; for the character write \\{c}"),
                ));
            }
            '{' => {
                return Err(error(
                    start,
                    "nothing before { to repeat; for the character write \\{",
                ));
            }
            '\\' => match self.escape(start)? {
                Atom::Set(set) => Node::One(set),
                Atom::Byte(byte) => self.byte(byte),
                Atom::Wide(c) => self.literal(c),
                Atom::Look(look) => Node::Look(look),
            },
            c => self.literal(c),
        }))
    }

    fn byte(&self, byte: u8) -> Node {
        let set = ByteSet::one(byte);
        Node::One(if self.flags.any_case {
            set.any_case()
        } else {
            set
        })
    }

    fn literal(&self, c: char) -> Node {
        let mut buffer = [0; 4];
        match c.encode_utf8(&mut buffer).as_bytes() {
            [byte] => self.byte(*byte),
            bytes => Node::Sequence(bytes.iter().map(|b| Node::One(ByteSet::one(*b))).collect()),
        }
    }

    fn repeat(&mut self, node: Node) -> Result<Node, RegexError> {
        let start = self.at;
        let (min, max) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => self.counts(start)?,
            _ => return Ok(node),
        };
        if self.at == start {
            self.at = self.at.saturating_add(1);
        }
        self.take('?');
        if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
            return Err(self.error("a repeat of a repeat needs a group: (…)"));
        }
        Ok(Node::Repeat {
            node: Box::new(node),
            min,
            max,
        })
    }

    fn counts(&mut self, start: usize) -> Result<(u16, Option<u16>), RegexError> {
        self.skip('{');
        let min = self.count()?;
        let max = match (self.take(','), self.peek()) {
            (false, _) => Some(min),
            (true, Some('}')) => None,
            (true, _) => Some(self.count()?),
        };
        if !self.take('}') {
            return Err(self.error("expected } after the count"));
        }
        if max.is_some_and(|max| max < min) {
            return Err(error(start, "the counts are the wrong way round"));
        }
        Ok((min, max))
    }

    fn count(&mut self) -> Result<u16, RegexError> {
        let start = self.at;
        let mut value: Option<u16> = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let digit = u16::try_from(digit).unwrap_or_default();
            value = Some(
                value
                    .unwrap_or_default()
                    .saturating_mul(10)
                    .saturating_add(digit),
            );
            self.at = self.at.saturating_add(1);
        }
        match value {
            None => Err(error(
                start,
                "expected a count such as {2,5}; for the character write \\{",
            )),
            Some(n) if n > MAX_REPEAT => Err(error(start, "a count is at most 1000")),
            Some(n) => Ok(n),
        }
    }

    fn group(&mut self, start: usize, depth: usize) -> Result<Option<Node>, RegexError> {
        if depth >= MAX_DEPTH {
            return Err(error(start, "groups nest at most 64 deep"));
        }
        let outer = self.flags;
        if self.take('?') && self.after_question_mark(start)? {
            return Ok(None);
        }
        let node = self.either(depth.saturating_add(1))?;
        self.flags = outer;
        if !self.take(')') {
            return Err(error(
                start,
                "this group is not closed; for the character write \\(",
            ));
        }
        Ok(Some(node))
    }

    /// What follows `(?`; true if it was the whole group, as in `(?i)`.
    fn after_question_mark(&mut self, start: usize) -> Result<bool, RegexError> {
        let rest = self.rest();
        if rest.starts_with(['=', '!']) || rest.starts_with("<=") || rest.starts_with("<!") {
            return Err(error(start, "look-around is not supported"));
        }
        if rest.starts_with('<') || rest.starts_with("P<") {
            let length = rest.find('>').filter(|end| {
                let name = rest
                    .get(..*end)
                    .unwrap_or_default()
                    .trim_start_matches("P<")
                    .trim_start_matches('<');
                !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            });
            let Some(length) = length else {
                return Err(self.error("expected a group name such as <name>"));
            };
            self.at = self.at.saturating_add(length).saturating_add(1);
            return Ok(false);
        }
        let mut on = true;
        loop {
            match self.peek() {
                Some(':') => {
                    self.skip(':');
                    return Ok(false);
                }
                Some(')') => {
                    self.skip(')');
                    return Ok(true);
                }
                Some('-') if on => on = false,
                Some('i') => self.flags.any_case = on,
                Some('s') => self.flags.dot_takes_all = on,
                Some('m') => self.flags.lines = on,
                _ => return Err(self.error("expected flags among i, s and m, then : or )")),
            }
            self.at = self.at.saturating_add(1);
        }
    }

    pub(super) fn escape(&mut self, start: usize) -> Result<Atom, RegexError> {
        let Some(c) = self.peek() else {
            return Err(error(
                start,
                "a backslash with nothing behind it; for the character write \\\\",
            ));
        };
        self.skip(c);
        Ok(match c {
            'd' => Atom::Set(ByteSet::digit()),
            'D' => Atom::Set(ByteSet::digit().complement()),
            'w' => Atom::Set(ByteSet::word()),
            'W' => Atom::Set(ByteSet::word().complement()),
            's' => Atom::Set(ByteSet::space()),
            'S' => Atom::Set(ByteSet::space().complement()),
            'n' => Atom::Byte(b'\n'),
            'r' => Atom::Byte(b'\r'),
            't' => Atom::Byte(b'\t'),
            'f' => Atom::Byte(0x0c),
            'v' => Atom::Byte(0x0b),
            'a' => Atom::Byte(0x07),
            'A' => Atom::Look(Look::Start),
            'z' => Atom::Look(Look::End),
            'b' => Atom::Look(Look::WordEdge),
            'B' => Atom::Look(Look::NoWordEdge),
            'x' if self.peek() != Some('{') => Atom::Byte(self.hex_byte(start)?),
            'x' | 'u' => Atom::Wide(self.hex_char(start)?),
            'p' | 'P' => return Err(error(start, "Unicode classes are not supported")),
            '0'..='9' => {
                return Err(error(
                    start,
                    "back-references are not supported; a byte is written \\xHH",
                ));
            }
            c if c.is_ascii_alphabetic() => {
                return Err(error(start, format!("\\{c} has no meaning here")));
            }
            c => Atom::Wide(c),
        })
    }

    fn hex_byte(&mut self, start: usize) -> Result<u8, RegexError> {
        let digits = self.rest().get(..2).unwrap_or_default();
        let valid = digits.bytes().all(|b| b.is_ascii_hexdigit());
        let byte = u8::from_str_radix(digits, 16).ok().filter(|_| valid);
        self.at = self.at.saturating_add(2);
        byte.ok_or(error(
            start,
            "\\x takes two hexadecimal digits, or a character as in \\x{e9}",
        ))
    }

    fn hex_char(&mut self, start: usize) -> Result<char, RegexError> {
        let digits = self
            .rest()
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
            .map(|(digits, _)| digits);
        let digits = digits.filter(|d| d.len() <= 6 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        let c = digits
            .and_then(|d| u32::from_str_radix(d, 16).ok())
            .and_then(char::from_u32);
        self.at = self
            .at
            .saturating_add(digits.map_or(0, str::len))
            .saturating_add(2);
        c.ok_or(error(
            start,
            "expected a character's number in hexadecimal, as in \\x{e9}",
        ))
    }

    pub(super) fn rest(&self) -> &str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip(&mut self, c: char) {
        self.at = self.at.saturating_add(c.len_utf8());
    }

    pub(super) fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.skip(c);
        }
        found
    }

    pub(super) fn error(&self, message: impl Into<Cow<'static, str>>) -> RegexError {
        error(self.at, message)
    }
}

pub(super) fn error(offset: usize, message: impl Into<Cow<'static, str>>) -> RegexError {
    RegexError {
        offset,
        message: message.into(),
    }
}
