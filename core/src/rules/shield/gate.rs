//! One pass over a value that says which detectors it deserves.
//!
//! Notes the classes of bytes and of SQL words, counts words and lines, and
//! finds the phrases of [`super::known`] on the way. A name, a number or a
//! sentence leaves with nothing set. Cost: about two nanoseconds a byte.

use super::evidence::Texture;
use super::known::Known;
use crate::text::sql;
use crate::text::words::{LONGEST, SEED, hash_byte};

/// What a value holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signs {
    /// Bits of `BYTE_*`.
    bytes: u32,
    /// Bit `n` set: a word of [`sql::Kind`] `n` occurs.
    sql: u64,
    pub(crate) texture: Texture,
    pub(crate) known: Known,
}

const QUOTE: u32 = 1;
const LESS: u32 = 1 << 1;
const COMPARE: u32 = 1 << 2;
const OPEN: u32 = 1 << 3;
const SEPARATOR: u32 = 1 << 4;
const LINE: u32 = 1 << 5;
const DOLLAR: u32 = 1 << 6;
const BRACE: u32 = 1 << 7;
const SLASH: u32 = 1 << 8;
const DOT: u32 = 1 << 9;
const COLON: u32 = 1 << 10;
const COMMENT: u32 = 1 << 11;
const NUL: u32 = 1 << 12;
const FOLDED: u32 = 1 << 13;
const PERCENT: u32 = 1 << 14;
const BRACKET: u32 = 1 << 15;
const BACKTICK: u32 = 1 << 16;
const OPERATOR: u32 = 1 << 17;
const COMMA: u32 = 1 << 18;
const STAR: u32 = 1 << 19;
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
            b'=' | b'>' | b'~' | b'!' => COMPARE,
            b'(' => OPEN,
            b';' => SEPARATOR,
            b'|' => SEPARATOR | OPERATOR,
            b'&' => SEPARATOR | OPERATOR | FOLDED,
            b'\n' | b'\r' => LINE,
            b'$' => DOLLAR,
            b'{' => BRACE,
            b'/' => SLASH,
            b'\\' => SLASH | FOLDED,
            b'.' => DOT,
            b':' => COLON,
            b'#' => COMMENT,
            b'*' => STAR | OPERATOR,
            b'+' | b'-' | b'^' => OPERATOR,
            b'%' => PERCENT | FOLDED,
            b'[' => BRACKET,
            b',' => COMMA,
            0 => NUL,
            0xc0 | 0xc1 | 0xca | 0xe0 | 0xe2 | 0xef => FOLDED,
            _ => 0,
        };
        index += 1;
    }
    table
}

/// Reads a value once.
pub(crate) fn scan(text: &[u8]) -> Signs {
    let mut signs = Signs { texture: Texture { length: text.len(), ..Texture::default() }, ..Signs::default() };
    let mut hash = SEED;
    let mut word = None;
    for (at, byte) in text.iter().enumerate() {
        let class = CLASSES.get(usize::from(*byte)).copied().unwrap_or_default();
        if class == WORD {
            if word.is_none() {
                word = Some(at);
                hash = SEED;
            }
            hash = hash_byte(hash, *byte);
            continue;
        }
        signs.bytes |= class;
        if let Some(start) = word.take() {
            signs.word(text, start, at, hash);
        }
        if class & (LINE | OPERATOR) != 0 {
            if *byte == b'\n' {
                signs.texture.lines = signs.texture.lines.saturating_add(1);
            }
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            if (*byte == b'-' && before == Some(&b'-')) || (*byte == b'*' && before == Some(&b'/')) {
                signs.bytes |= COMMENT;
            }
        }
    }
    if let Some(start) = word {
        signs.word(text, start, text.len(), hash);
    }
    signs
}

impl Signs {
    #[inline]
    fn word(&mut self, text: &[u8], start: usize, end: usize, hash: u32) {
        self.texture.words = self.texture.words.saturating_add(1);
        let Some(word) = text.get(start..end).filter(|w| w.len() <= LONGEST) else { return };
        if let Some(kind) = sql::WORDS.get_hashed(hash, word) {
            self.sql |= kind.bit();
        }
        self.known.word(text, start, end, hash);
        // `1or`, `0x1union`: digits in front of a word
        if word.first().is_some_and(u8::is_ascii_digit) {
            self.sql |= DIGITS;
            let digits = word.iter().take_while(|b| b.is_ascii_digit()).count();
            if let Some(kind) = word.get(digits..).and_then(|w| sql::WORDS.get(w)) {
                self.sql |= kind.bit();
            }
        }
    }

    fn has(&self, bytes: u32) -> bool {
        self.bytes & bytes != 0
    }

    fn says(&self, kinds: &[sql::Kind]) -> bool {
        kinds.iter().any(|kind| self.sql & kind.bit() != 0)
    }

    /// Something is written in a disguise that a second decoding may lift.
    pub(crate) fn folded(&self) -> bool {
        self.has(FOLDED)
    }

    pub(crate) fn markup(&self) -> bool {
        self.has(LESS) || (self.has(QUOTE) && self.has(COMPARE | OPEN)) || (self.has(COLON | OPEN | BACKTICK | DOT) && self.has(OPEN | COLON | BACKTICK | BRACKET | COMPARE))
    }

    pub(crate) fn path(&self) -> bool {
        self.has(NUL) || (self.has(SLASH) && self.has(DOT | COLON | WORD)) || (self.has(DOT | COLON) && self.has(SLASH | COMMA | DOT))
    }

    pub(crate) fn shell(&self) -> bool {
        self.has(SEPARATOR | LINE | BACKTICK | SLASH) || (self.has(DOLLAR) && self.has(OPEN | BRACE)) || (self.has(OPERATOR | DOT))
    }

    pub(crate) fn markers(&self) -> bool {
        self.has(BRACE | LINE | BRACKET) || (self.has(LESS) && self.has(PERCENT | COMPARE)) || (self.has(COLON) && self.has(QUOTE)) || self.has(OPEN) || (self.texture.words <= 1 && self.texture.length > 11)
    }

    pub(crate) fn sql(&self) -> bool {
        use sql::Kind;
        if self.sql & !DIGITS == 0 {
            return self.has(QUOTE) && self.has(COMMENT | OPERATOR | COMPARE) ;
        }
        let digits = self.sql & DIGITS != 0;
        let quote = self.has(QUOTE);
        (self.says(&[Kind::Union, Kind::Insert, Kind::Delete, Kind::Update, Kind::Drop, Kind::Create, Kind::Alter, Kind::Execute, Kind::Select]) && (self.has(QUOTE | OPEN | SEPARATOR | COMMENT | COMMA | STAR | COMPARE) || digits))
            || (self.says(&[Kind::Sleep, Kind::Function, Kind::WeakFunction]) && self.has(OPEN) && (quote || digits || self.has(OPERATOR) || self.says(&[Kind::Logic, Kind::Select])))
            || (self.says(&[Kind::Schema, Kind::Waitfor, Kind::Outfile, Kind::Shutdown, Kind::Declare]))
            || (self.says(&[Kind::Logic, Kind::Like, Kind::Between, Kind::In, Kind::Is]) && (quote || (self.has(COMPARE) && digits) || self.says(&[Kind::Like, Kind::Between])))
            || (self.says(&[Kind::Order, Kind::Having]) && digits)
            || (quote && self.has(COMMENT | OPERATOR | COMPARE | SEPARATOR))
    }
}

/// Stands for "a number occurs" beside the kinds of SQL words.
const DIGITS: u64 = 1 << 63;

impl sql::Kind {
    fn bit(self) -> u64 {
        1_u64.wrapping_shl(self.index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_deserve_nothing() {
        for text in ["ann", "12345", "Zażółć gęślą jaźń", "a longer sentence of words"] {
            let signs = scan(text.as_bytes());
            assert!(!signs.sql() && !signs.markup() && !signs.path() && !signs.shell(), "{text}");
        }
    }

    #[test]
    fn attacks_deserve_their_detector() {
        let sql = |text: &str| scan(text.as_bytes()).sql();
        assert!(sql("1 union select 2") && sql("' or 'a'='a") && sql("admin'--") && sql("1or 1=1") && sql("1;drop table x"));
        assert!(scan(b"<b").markup() && scan(b"x;id").shell() && scan(b"../x").path());
        assert_eq!(scan(b"a b\nc").texture, Texture { length: 5, words: 3, lines: 1 });
    }
}
