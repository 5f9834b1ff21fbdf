//! One pass over a value that says which detectors it deserves.
//!
//! Notes classes of bytes, pairs of them, the words of SQL and of
//! [`super::known`], and counts words and lines. It goes from edge to edge of
//! the words, eight bytes at a time, and looks a word up only in the tables
//! that a sieve says may know it. Cost: about a nanosecond a byte.

use super::evidence::Texture;
use super::phrases::ROWS;
use super::script::EVENTS;
use super::signs::{
    ASK, BACKTICK, CLIMB, COLON, COMMA, COMMAND, COMMENT, COMPARE, DECLARATION, DIGIT, DOLLAR, DOT,
    EVENT, FILTER, FOLDED, HEXADECIMAL, INDEXED, LESS, LINE, NUL, OPEN, OPERATOR, PAIRED, QUESTION,
    QUOTE, SEPARATOR, SLASH, SUBSTITUTE, Signs, TAG, TEMPLATE, WORD, bit,
};
use super::templates::ASKS;
use crate::text::cursor::tick;
use crate::text::shell::COMMANDS;
use crate::text::sql;
use crate::text::swar;
use crate::text::words::{LONGEST, Sieve, hash_head};
use alloc::boxed::Box;
use once_cell::race::OnceBox;

static CLASSES: [u32; 256] = classes();

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn classes() -> [u32; 256] {
    let mut table = [0_u32; 256];
    let mut index = 0_usize;
    while index < 256 {
        let byte = index as u8;
        table[index] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => WORD,
            b'\'' | b'"' => QUOTE,
            b'`' => BACKTICK | QUOTE,
            b'<' => LESS | COMPARE,
            b'=' | b'>' | b'~' => COMPARE,
            b'!' | b'?' => COMPARE | PAIRED,
            b'(' => OPEN | PAIRED,
            b';' | b'|' => SEPARATOR,
            b'&' => SEPARATOR | FOLDED,
            b'\n' | b'\r' => LINE,
            // lead bytes of letters that fold among them
            b'{' | b'[' | 0xc4 | 0xc5 | 0x98 => PAIRED,
            b'/' => SLASH | OPERATOR | PAIRED,
            b'\\' => SLASH | FOLDED,
            b'.' => DOT | PAIRED,
            b':' => COLON,
            b'#' => COMMENT,
            b'*' | b'-' => OPERATOR | PAIRED,
            b'+' | b'^' => OPERATOR,
            b'%' => FOLDED | PAIRED,
            b',' | b'@' => COMMA,
            b'$' => DOLLAR,
            0 => NUL,
            0xc0 | 0xc1 | 0xca | 0xe0 | 0xe2 | 0xef | 0xf0 | 0xf8 | 0xfc => FOLDED,
            _ => 0,
        };
        index += 1;
    }
    table
}

/// The tables that a word may be in.
static TABLES: OnceBox<Sieve> = OnceBox::new();

fn tables() -> Sieve {
    Sieve::new(&[
        (sql::WORDS.list(), IN_SQL),
        (ROWS.list(), IN_ROWS),
        (COMMANDS.list(), IN_COMMANDS),
        (EVENTS.list(), IN_EVENTS),
        (ASKS.list(), IN_ASKS),
    ])
}

const IN_SQL: u8 = 1;
const IN_ROWS: u8 = 1 << 1;
const IN_COMMANDS: u8 = 1 << 2;
const IN_EVENTS: u8 = 1 << 3;
const IN_ASKS: u8 = 1 << 4;

/// Reads a value once: from edge to edge of its words, 64 bytes at a time.
pub(crate) fn scan(text: &[u8]) -> Signs {
    tick(text.len());
    let mut signs = Signs {
        texture: Texture {
            length: text.len(),
            ..Texture::default()
        },
        ..Signs::default()
    };
    let (mut base, mut edge) = (0_usize, 0_usize);
    let mut in_word = false;
    let tables = TABLES.get_or_init(|| Box::new(tables()));
    for block in text.chunks(64) {
        let words = swar::word_mask(block);
        let mut edges = words ^ (words.wrapping_shl(1) | u64::from(in_word));
        while edges != 0 {
            let offset = usize::try_from(edges.trailing_zeros()).unwrap_or_default();
            let at = base.saturating_add(offset);
            if in_word {
                signs.word(tables, text, edge, at);
            } else {
                signs.gap(text, edge, at);
            }
            in_word = !in_word;
            edge = at;
            edges &= edges.wrapping_sub(1);
        }
        base = base.saturating_add(block.len());
    }
    if in_word {
        signs.word(tables, text, edge, text.len());
    } else {
        signs.gap(text, edge, text.len());
    }
    signs
}

fn pair(before: u8, byte: u8) -> u32 {
    match (before, byte) {
        (b'-', b'-') | (b'/', b'*') => COMMENT,
        (b'.', b'.') => CLIMB,
        (b'{' | b'$' | b'#' | b'*' | b'@' | b'%', b'{') | (b'{' | b'<', b'%') | (b'[', b'[') => {
            TEMPLATE
        }
        (b'@', b'(') => TEMPLATE,
        (b'$', b'(') => SUBSTITUTE,
        (b')', b'(') => FILTER,
        (b']', b'(') => INDEXED,
        (b'<', b'!') => TAG | DECLARATION,
        (b'<', b'?') => TAG | QUESTION,
        (b'<', b'/') => TAG,
        // `<\u{17f}cript>`, and a letter whose last byte is a line end
        (b'<', 0xc4 | 0xc5) | (0xe5, 0x98) => FOLDED,
        _ => 0,
    }
}

impl Signs {
    /// What stands between two words.
    #[inline]
    fn gap(&mut self, text: &[u8], start: usize, end: usize) {
        let mut before = start
            .checked_sub(1)
            .and_then(|at| text.get(at))
            .copied()
            .unwrap_or_default();
        for &byte in text.get(start..end).unwrap_or_default() {
            let class = CLASSES.get(usize::from(byte)).copied().unwrap_or_default();
            self.bytes |= class;
            self.filled |= byte > b' ';
            if class & PAIRED != 0 {
                self.bytes |= pair(before, byte);
            } else if byte == b'\n' {
                let letter = self.lone && !self.filled;
                (self.lone, self.filled) = (false, false);
                self.texture.lines = self.texture.lines.saturating_add(usize::from(!letter));
            }
            before = byte;
        }
        // a word follows; UTF-7 spells ASCII with an `A` first
        if before == b'<' && end < text.len() {
            self.bytes |= TAG;
        } else if before == b'+' && text.get(end) == Some(&b'A') {
            self.bytes |= FOLDED;
        }
    }

    #[inline]
    fn word(&mut self, tables: &Sieve, text: &[u8], start: usize, end: usize) {
        let rest = text.get(start..).unwrap_or_default();
        let length = end.saturating_sub(start);
        let head = swar::head(rest);
        let [first, ..] = head.to_le_bytes();
        self.filled |= length > 1 || self.lone;
        self.lone = true;
        if first.is_ascii_digit() {
            self.number(rest.get(..length).unwrap_or_default());
        } else {
            self.texture.words = self.texture.words.saturating_add(1);
        }
        if length > LONGEST {
            return;
        }
        let hash = hash_head(rest, head, length);
        let tables = tables.of(hash);
        if tables != 0 {
            self.known_word(tables, hash, text, start, end);
        }
    }

    fn number(&mut self, word: &[u8]) {
        self.bytes |= if matches!(word, [b'0', b'x' | b'X', ..]) {
            DIGIT | HEXADECIMAL
        } else {
            DIGIT
        };
        // `1or`, `0x1union`: digits in front of a word
        if word.len() <= LONGEST && word.last().is_some_and(u8::is_ascii_alphabetic) {
            let digits = word.iter().take_while(|b| b.is_ascii_digit()).count();
            if let Some(kind) = word.get(digits..).and_then(|w| sql::WORDS.get(w)) {
                self.sql |= bit(kind);
            }
        }
    }

    /// A word that `tables` may know.
    fn known_word(&mut self, tables: u8, hash: u32, text: &[u8], start: usize, end: usize) {
        let word = text.get(start..end).unwrap_or_default();
        if tables & IN_SQL != 0
            && let Some(kind) = sql::WORDS.get_hashed(hash, word)
        {
            self.sql |= bit(kind);
        }
        if tables & IN_ROWS != 0 {
            self.known.word(text, start, end, hash);
        }
        if tables & IN_COMMANDS != 0
            && self.texture.words == 1
            && COMMANDS.get_hashed(hash, word).is_some()
        {
            self.bytes |= COMMAND;
        }
        if tables & IN_ASKS != 0 && ASKS.get_hashed(hash, word).is_some() {
            self.bytes |= ASK;
        }
        if tables & IN_EVENTS != 0 && EVENTS.get_hashed(hash, word).is_some() {
            self.bytes |= EVENT;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_deserve_nothing() {
        for text in [
            "ann",
            "12345",
            "Zażółć gęślą jaźń",
            "a longer sentence of words, and more.",
            "2024-01-31T10:00:00Z",
        ] {
            let signs = scan(text.as_bytes());
            assert!(
                !signs.sql() && !signs.markup() && !signs.path() && !signs.shell(),
                "{text}"
            );
        }
    }

    #[test]
    fn attacks_deserve_their_detector() {
        let sql = |text: &str| scan(text.as_bytes()).sql();
        assert!(
            sql("1 union select 2")
                && sql("' or 'a'='a")
                && sql("admin'--")
                && sql("1or 1=1")
                && sql("1;drop table x")
        );
        assert!(scan(b"<b").markup() && scan(b"x;id").shell() && scan(b"../x").path());
        assert_eq!(
            scan(b"ab c\nd\n\te\n").texture,
            Texture {
                length: 10,
                words: 4,
                lines: 1
            }
        );
    }
}
