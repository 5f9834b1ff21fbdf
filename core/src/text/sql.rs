//! SQL as an injection writes it: a token stream that starts inside or outside
//! a string and never fails.
//!
//! The idea is libinjection's (Nick Galbreath, "libinjection: a C library for
//! `SQLi` detection and generation through lexical analysis", 2012): an input is
//! read as SQL in each context it may land in: bare, behind `'`, behind `"`.
//! `MySQL`, `PostgreSQL`, MSSQL, `SQLite` and Oracle share one lexer that accepts
//! what any of them accepts. Comments in the middle are white space; a line
//! comment is a token and reading goes on behind it, so nothing can be hidden
//! by a comment mark that the database would have seen inside a string.

use super::cursor::{ByteSet, Cursor, find, is_word};
pub(crate) use super::sql_kinds::Kind;
pub(crate) use super::sql_words::WORDS;
use super::swar::{self, find_byte};
use super::words::{LONGEST, hash_head};

/// A token and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Where an input lands in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// Outside any string.
    Bare,
    /// Inside a string in these quotes.
    Inside(u8),
}

/// Bytes of a name; high bytes are letters.
static NAME: ByteSet = ByteSet::word().and(b"$").range(0x80, 0xff);
/// 0xA0 is a space to `MySQL`.
static BLANK: ByteSet = ByteSet::of(&[0x7f, 0xa0]).range(0, b' ');
/// Of a no-break space in UTF-8.
const NO_BREAK: [u8; 2] = [0xc2, 0xa0];

/// Reads `text` as SQL.
#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    cursor: Cursor<'a>,
    /// A string to leave first.
    leaving: Option<u8>,
    /// No `*/` is ahead, so it is not looked for again.
    unclosed: bool,
    /// Line comments are white space.
    blank_comments: bool,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a [u8], context: Context) -> Self {
        let leaving = match context {
            Context::Bare => None,
            Context::Inside(quote) => Some(quote),
        };
        Self {
            cursor: Cursor::new(text),
            leaving,
            unclosed: false,
            blank_comments: false,
        }
    }

    /// The same, read as a database does that takes a line comment for white
    /// space: reading goes on in the next line.
    pub(crate) fn over_comments(text: &'a [u8], context: Context) -> Self {
        Self {
            blank_comments: true,
            ..Self::new(text, context)
        }
    }

    /// A line comment: white space if lines follow and that is wanted.
    fn line_comment(&mut self) -> Option<Kind> {
        if self.blank_comments {
            let mut rest = self.cursor;
            rest.take_until(b'\n');
            if !rest.done() {
                self.cursor = rest;
                return None;
            }
        }
        Some(Kind::Comment)
    }

    fn one(&mut self, kind: Kind) -> Kind {
        self.cursor.skip(1);
        kind
    }

    fn read(&mut self, byte: u8) -> Option<Kind> {
        let next = self.cursor.peek_nth(1);
        Some(match byte {
            b'\'' | b'"' | b'`' => self.string(byte),
            b'0'..=b'9' => self.number(),
            b'.' if next.is_some_and(|b| b.is_ascii_digit()) => self.number(),
            b'.' => self.one(Kind::Dot),
            b'-' if next == Some(b'-') => {
                self.cursor.take_while(|b| b == b'-');
                return self.line_comment();
            }
            // `->`, `->>` of JSON
            b'-' if next == Some(b'>') => {
                self.cursor.skip(2);
                self.cursor.eat(b'>');
                Kind::Arithmetic
            }
            b'#' => {
                self.cursor.skip(1);
                return self.line_comment();
            }
            b'/' if next == Some(b'*') => return self.comment(),
            b'*' if next == Some(b'/') => {
                self.cursor.skip(2);
                return None;
            }
            b'|' if next == Some(b'|') => {
                self.cursor.skip(2);
                Kind::Pipes
            }
            b'&' if next == Some(b'&') => {
                self.cursor.skip(2);
                Kind::Logic
            }
            b'!' if next != Some(b'=') => self.one(Kind::Not),
            b'=' | b'<' | b'>' | b'!' | b'~' => {
                let start = self.cursor.rest();
                self.cursor.skip(1);
                let more = self.cursor.take_while(|b| matches!(b, b'=' | b'<' | b'>'));
                // `===`, `!==`, `=>` are no SQL
                let script = matches!(more, [b'=', b'=', ..]) || start.starts_with(b"=>");
                // `<@` of PostgreSQL's JSON
                self.cursor.eat(b'@');
                if script { Kind::Other } else { Kind::Compare }
            }
            // `MySQL`'s NULL
            b'\\' if next == Some(b'N') => {
                self.cursor.skip(2);
                Kind::Literal
            }
            // a blank that was encoded as `+` and never decoded
            b'+' if next.is_some_and(|b| b.is_ascii_alphabetic()) || self.after_letter() => {
                self.cursor.skip(1);
                return None;
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'&' | b'|' => self.one(Kind::Arithmetic),
            b'[' => self.bracket(),
            b'(' => self.one(Kind::Open),
            b')' => self.one(Kind::Shut),
            b',' => self.one(Kind::Comma),
            b';' => self.one(Kind::Semicolon),
            b'@' if next == Some(b'>') => {
                self.cursor.skip(2);
                Kind::Compare
            }
            // PostgreSQL's cast
            b':' if next == Some(b':') => {
                self.cursor.skip(2);
                self.cursor.take_while(is_word);
                return None;
            }
            b'@' => {
                self.cursor.take_while(|b| b == b'@');
                self.cursor.take_while(is_word);
                Kind::Variable
            }
            b'_' | b'$' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => self.word(),
            // ODBC escapes and `MySQL`'s `{f 1}` are white space
            b'{' | b'}' => {
                self.cursor.skip(1);
                return None;
            }
            _ => self.one(Kind::Other),
        })
    }

    /// A name in brackets, as SQL Server and `SQLite` take it.
    fn bracket(&mut self) -> Kind {
        self.cursor.skip(1);
        let mut inner = self.cursor;
        let named = inner.peek().is_some_and(|b| b.is_ascii_alphabetic());
        inner.take_while(is_word);
        if named && inner.eat(b']') {
            self.cursor = inner;
            return Kind::Name;
        }
        Kind::Other
    }

    fn word(&mut self) -> Kind {
        let rest = self.cursor.rest();
        let word = self.name();
        if matches!(self.cursor.peek(), Some(b'\'' | b'"'))
            && (word.first() == Some(&b'_')
                || matches!(
                    word,
                    [b'n' | b'N' | b'x' | b'X' | b'b' | b'B' | b'e' | b'E']
                ))
            && let Some(quote) = self.cursor.peek()
        {
            return self.string(quote);
        }
        if word.len() > LONGEST {
            return Kind::Name;
        }
        let hash = hash_head(rest, swar::head(rest), word.len());
        WORDS.get_hashed(hash, word).unwrap_or(Kind::Name)
    }

    /// A name; it ends before a no-break space, alone or in UTF-8, which is
    /// white space to `MySQL`.
    fn name(&mut self) -> &'a [u8] {
        let start = self.cursor.rest();
        let mut length = self.cursor.take_while(|b| NAME.has(b)).len();
        let long = start.get(..length).unwrap_or_default();
        if let Some(at) = find_byte(long, 0xa0) {
            let before = at.checked_sub(1).and_then(|at| long.get(at)).copied();
            let blank = match before {
                Some(0xc2) => at.checked_sub(1),
                Some(0x80..) => None,
                _ => Some(at),
            };
            if let Some(blank) = blank.filter(|blank| *blank > 0) {
                length = blank;
                let back = long.len().saturating_sub(blank);
                self.cursor = Cursor::starting_at(
                    self.cursor
                        .passed(self.cursor.at().saturating_add(self.cursor.rest().len())),
                    self.cursor.at().saturating_sub(back),
                );
            }
        }
        start.get(..length).unwrap_or_default()
    }

    fn number(&mut self) -> Kind {
        if self.cursor.rest().starts_with(b"0x") || self.cursor.rest().starts_with(b"0X") {
            self.cursor.skip(2);
            self.cursor.take_while(|b| b.is_ascii_hexdigit());
            return Kind::Number;
        }
        self.cursor.take_while(|b| b.is_ascii_digit() || b == b'.');
        // an exponent needs a digit: `1e1`, but `1else` is two tokens
        if matches!(self.cursor.peek(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.cursor.peek_nth(1), Some(b'+' | b'-')));
            if self
                .cursor
                .peek_nth(sign.saturating_add(1))
                .is_some_and(|b| b.is_ascii_digit())
            {
                self.cursor.skip(sign.saturating_add(1));
                self.cursor.take_while(|b| b.is_ascii_digit());
            }
        }
        Kind::Number
    }

    /// A string from its opening quote; a doubled quote stays inside.
    fn string(&mut self, quote: u8) -> Kind {
        self.cursor.skip(1);
        let start = self.cursor.at();
        loop {
            self.cursor.take_until_either(quote, b'\\');
            match self.cursor.peek() {
                None if quote == b'`' => return Kind::Other,
                None => {
                    return Kind::Text {
                        open: true,
                        empty: self.cursor.at() == start,
                    };
                }
                Some(b'\\') => self.cursor.skip(2),
                Some(_) if self.cursor.peek_nth(1) == Some(quote) && self.cursor.at() != start => {
                    self.cursor.skip(2);
                }
                Some(_) => {
                    let empty = self.cursor.at() == start;
                    self.cursor.skip(1);
                    return if quote == b'`' {
                        Kind::Name
                    } else {
                        Kind::Text { open: false, empty }
                    };
                }
            }
        }
    }

    fn after_letter(&self) -> bool {
        self.cursor
            .before()
            .is_some_and(|b| b.is_ascii_alphabetic())
    }

    /// `/* … */` is white space, `/*! … */` `MySQL`'s conditional code.
    fn comment(&mut self) -> Option<Kind> {
        if self.cursor.peek_nth(2) == Some(b'!') {
            self.cursor.skip(3);
            self.cursor.take_while(|b| b.is_ascii_digit());
            return None;
        }
        self.cursor.skip(2);
        let close = if self.unclosed {
            None
        } else {
            find(self.cursor.rest(), b"*/")
        };
        if let Some(length) = close {
            self.cursor.skip(length.saturating_add(2));
            None
        } else {
            self.unclosed = true;
            Some(Kind::Comment)
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some(quote) = self.leaving.take() {
            self.cursor.take_until(quote);
            let start = self.cursor.at();
            self.cursor.next()?;
            return Some(Token {
                kind: Kind::Close,
                start,
                end: self.cursor.at(),
            });
        }
        loop {
            self.cursor.take_while(|b| BLANK.has(b));
            if self.cursor.rest().starts_with(&NO_BREAK) {
                self.cursor.skip(2);
                continue;
            }
            let start = self.cursor.at();
            let byte = self.cursor.peek()?;
            if let Some(kind) = self.read(byte) {
                return Some(Token {
                    kind,
                    start,
                    end: self.cursor.at(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn kinds(text: &str, context: Context) -> String {
        let kinds: Vec<String> = Lexer::new(text.as_bytes(), context)
            .map(|token| match token.kind {
                Kind::Text { open: true, .. } => "Text…".into(),
                Kind::Text { .. } => "Text".into(),
                kind => format!("{kind:?}"),
            })
            .collect();
        kinds.join(" ")
    }

    #[test]
    fn bare() {
        assert_eq!(
            kinds(
                "1 UnIoN/**/aLl SELECT null,'a''b',0x41,@@v FROM t--x",
                Context::Bare
            ),
            "Number Union All Select Literal Comma Text Comma Number Comma Variable From Name Comment Name"
        );
        assert_eq!(
            kinds("1or 1e3<>.5||1e", Context::Bare),
            "Number Logic Number Compare Number Pipes Number Name"
        );
        assert_eq!(
            kinds("/*!50000select*/ N'x' _utf8\"y\" `z`", Context::Bare),
            "Select Text Text Name"
        );
        assert_eq!(
            kinds("from [main].[t] a[0] [x", Context::Bare),
            "From Name Dot Name Name Other Number Other Other Name"
        );
    }

    #[test]
    fn behind_a_quote() {
        assert_eq!(
            kinds("x' or 'a'='a", Context::Inside(b'\'')),
            "Close Logic Text Compare Text…"
        );
        assert_eq!(
            kinds("' or ''='", Context::Inside(b'\'')),
            "Close Logic Text Compare Text…"
        );
        assert_eq!(kinds("no quote", Context::Inside(b'\'')), "");
        assert_eq!(kinds("admin\"/*", Context::Inside(b'"')), "Close Comment");
    }
}
