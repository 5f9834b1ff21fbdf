//! One pass over a value that says which detectors it deserves.
//!
//! Notes classes of bytes, pairs of them, the words of SQL and of
//! [`super::known`], and counts words and lines. A name, a number or a sentence
//! leaves with nothing set. Cost: about two nanoseconds a byte.

use super::evidence::Texture;
use super::known::Known;
use super::phrases::{ACTIVE, HEADER, SCHEME, SECRET, SHELL, SINK};
use super::script::is_event;
use crate::text::cursor::tick;
use crate::text::shell::COMMANDS;
use crate::text::sql::{self, Kind};
use crate::text::words::{LONGEST, SEED, hash_byte};

/// What a value holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signs {
    /// Classes of bytes and pairs of bytes.
    bytes: u32,
    /// Bit `n` set: a word of [`Kind`] `n` occurs.
    sql: u64,
    pub(crate) texture: Texture,
    pub(crate) known: Known,
}

const QUOTE: u32 = 1;
const COMPARE: u32 = 1 << 1;
const OPEN: u32 = 1 << 2;
const SEPARATOR: u32 = 1 << 3;
const LINE: u32 = 1 << 4;
const SLASH: u32 = 1 << 5;
const DOT: u32 = 1 << 6;
const COLON: u32 = 1 << 7;
const COMMENT: u32 = 1 << 8;
const NUL: u32 = 1 << 9;
const FOLDED: u32 = 1 << 10;
const BACKTICK: u32 = 1 << 11;
const OPERATOR: u32 = 1 << 12;
const COMMA: u32 = 1 << 13;
/// Bytes that matter with the one before them.
const PAIRED: u32 = 1 << 14;
const DIGIT: u32 = 1 << 15;
const LESS: u32 = 1 << 16;
/// `<` and a letter, `/`, `!` or `?`.
const TAG: u32 = 1 << 17;
/// `..`
const CLIMB: u32 = 1 << 18;
/// `{{`, `${`, `<%` and the like.
const TEMPLATE: u32 = 1 << 19;
/// `$(`
const SUBSTITUTE: u32 = 1 << 20;
/// `)(`
const FILTER: u32 = 1 << 21;
/// The name of an event handler.
const EVENT: u32 = 1 << 22;
/// The value begins with a command of a shell.
const COMMAND: u32 = 1 << 23;
/// A number that starts with `0x`.
const HEXADECIMAL: u32 = 1 << 24;
/// A letter, digit or underscore.
const WORD: u32 = 1 << 31;

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
            b'{' | b'[' => PAIRED,
            b'/' => SLASH | OPERATOR | PAIRED,
            b'\\' => SLASH | FOLDED,
            b'.' => DOT | PAIRED,
            b':' => COLON,
            b'#' => COMMENT,
            b'*' | b'-' => OPERATOR | PAIRED,
            b'+' | b'^' => OPERATOR,
            b'%' => FOLDED | PAIRED,
            b',' | b'@' => COMMA,
            0 => NUL,
            0xc0 | 0xc1 | 0xca | 0xe0 | 0xe2 | 0xef | 0xf0 | 0xf8 | 0xfc => FOLDED,
            _ => 0,
        };
        index += 1;
    }
    table
}

/// Reads a value once.
pub(crate) fn scan(text: &[u8]) -> Signs {
    tick(text.len());
    let mut signs = Signs {
        texture: Texture {
            length: text.len(),
            ..Texture::default()
        },
        ..Signs::default()
    };
    let mut hash = SEED;
    let mut start = None;
    let mut before = 0_u8;
    for (at, &byte) in text.iter().enumerate() {
        let class = CLASSES.get(usize::from(byte)).copied().unwrap_or_default();
        if class == WORD {
            if start.is_none() {
                start = Some(at);
                hash = SEED;
                if before == b'<' {
                    signs.bytes |= TAG;
                }
            }
            hash = hash_byte(hash, byte);
            before = byte;
            continue;
        }
        signs.bytes |= class;
        if let Some(start) = start.take() {
            signs.word(text, start, at, hash);
        }
        if class & PAIRED != 0 {
            signs.bytes |= pair(before, byte);
        }
        if byte == b'\n' {
            signs.texture.lines = signs.texture.lines.saturating_add(1);
        }
        before = byte;
    }
    if let Some(start) = start {
        signs.word(text, start, text.len(), hash);
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
        (b'$', b'(') => SUBSTITUTE,
        (b')', b'(') => FILTER,
        (b'<', b'!' | b'?' | b'/') => TAG,
        _ => 0,
    }
}

impl Signs {
    #[inline]
    fn word(&mut self, text: &[u8], start: usize, end: usize, hash: u32) {
        let Some(word) = text.get(start..end) else {
            return;
        };
        let Some(first) = word.first() else { return };
        if first.is_ascii_digit() {
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
        } else {
            self.texture.words = self.texture.words.saturating_add(1);
        }
        if word.len() > LONGEST {
            return;
        }
        if let Some(kind) = sql::WORDS.get_hashed(hash, word) {
            self.sql |= bit(kind);
        }
        self.known.word(text, start, end, hash);
        if self.texture.words == 1 && COMMANDS.get_hashed(hash, word).is_some() {
            self.bytes |= COMMAND;
        }
        if matches!(word, [b'o' | b'O', b'n' | b'N', _, _, ..]) && is_event(word) {
            self.bytes |= EVENT;
        }
    }

    fn has(&self, bytes: u32) -> bool {
        self.bytes & bytes != 0
    }

    fn says(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.sql & bit(*kind) != 0)
    }

    /// Something is written in a disguise that a second decoding may lift.
    pub(crate) fn folded(&self) -> bool {
        self.has(FOLDED)
    }

    pub(crate) fn secret(&self) -> bool {
        self.known.marked(SECRET)
    }

    pub(crate) fn scheme(&self) -> bool {
        self.known.marked(SCHEME) && self.has(COLON)
    }

    pub(crate) fn idiom(&self) -> bool {
        self.known.marked(SHELL) || (self.has(OPEN) && self.has(SEPARATOR))
    }

    pub(crate) fn markup(&self) -> bool {
        self.has(TAG)
            || (self.has(EVENT) && self.has(COMPARE))
            || (self.known.marked(SINK) && self.has(OPEN | BACKTICK | DOT))
            || (self.known.marked(ACTIVE) && self.has(COLON))
            || (self.has(QUOTE) && self.has(LESS))
    }

    pub(crate) fn path(&self) -> bool {
        let whole = self.texture.length <= 400 || self.has(CLIMB);
        self.has(NUL)
            || (self.has(CLIMB) && self.has(SLASH | FOLDED | DIGIT))
            || (whole && self.has(FOLDED))
            || (whole && self.has(HEXADECIMAL))
            || self.scheme()
            || (whole && (self.secret() || (self.has(SLASH) && !self.has(QUOTE | LESS))))
    }

    pub(crate) fn shell(&self) -> bool {
        self.has(SEPARATOR | LINE | BACKTICK | SUBSTITUTE | COMMAND | TEMPLATE)
            || self.known.marked(SHELL)
            || (self.has(SLASH) && self.texture.length <= 64)
    }

    pub(crate) fn markers(&self) -> bool {
        self.has(TEMPLATE | FILTER)
            || (self.has(TAG) && self.has(COMPARE))
            || (self.has(LINE) && self.has(COLON | SLASH) && self.known.marked(HEADER))
            || (self.has(COLON) && self.has(QUOTE) && self.has(DIGIT))
            || (self.texture.words <= 1 && self.texture.length > 11)
            || (self.has(OPEN) && self.texture.length <= 64)
    }

    pub(crate) fn sql(&self) -> bool {
        let quote = self.has(QUOTE);
        let short = self.texture.length <= 200;
        let digit = self.has(DIGIT);
        if self.sql == 0 {
            let joined = self.has(SEPARATOR) && self.has(COMPARE) && digit;
            return short
                && (joined || (quote && self.has(COMMENT | OPERATOR | COMPARE | SEPARATOR)));
        }
        let verb = [
            Kind::Union,
            Kind::Insert,
            Kind::Delete,
            Kind::Update,
            Kind::Drop,
            Kind::Create,
            Kind::Alter,
            Kind::Execute,
            Kind::Select,
        ];
        let compares = [Kind::Logic, Kind::Like, Kind::Between, Kind::In, Kind::Is];
        self.says(&[
            Kind::Schema,
            Kind::Procedure,
            Kind::Waitfor,
            Kind::Outfile,
            Kind::Shutdown,
            Kind::Declare,
        ]) || (self.says(&verb)
            && (digit || self.has(QUOTE | OPEN | SEPARATOR | COMMENT | COMMA | OPERATOR | COMPARE)))
            || (self.has(OPEN) && self.says(&[Kind::Sleep, Kind::Function]))
            || (self.has(OPEN)
                && self.says(&[Kind::WeakFunction, Kind::Object])
                && (quote || self.says(&[Kind::Logic])))
            || (self.says(&compares)
                && ((quote && (short || self.has(COMPARE)))
                    || self.has(COMPARE)
                    || (digit && self.says(&[Kind::Like, Kind::Between]))))
            || (digit && self.says(&[Kind::Order, Kind::Having, Kind::Where]))
            || (self.says(&[Kind::Logic]) && digit && self.has(COMMENT))
            || (quote && short && self.has(COMMENT | OPERATOR | COMPARE | SEPARATOR))
    }
}

fn bit(kind: Kind) -> u64 {
    1_u64.wrapping_shl(kind.index()) & !1
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
            scan(b"a b\nc").texture,
            Texture {
                length: 5,
                words: 3,
                lines: 1
            }
        );
    }
}
