//! The table behind [`super::known`]: words worth noticing, and the phrases
//! that begin with them.
//!
//! Sources: the classes, functions and hosts named in published advisories
//! (CVE-2021-44228, CVE-2022-22965, CVE-2017-5638 and others), in the documents
//! of PHP, Java, Python, Node.js and Ruby on executing code, in cloud vendors'
//! pages on metadata services, and in `PayloadsAllTheThings` (MIT) as training
//! material. Beliefs are by hand.

mod code;
mod consoles;
mod exploits;
mod gadgets;
mod marks;
mod others;

use crate::text::words::{count, joined, word_table};

/// A word of a file worth stealing.
pub(super) const SECRET: u8 = 1;
/// A scheme that opens something.
pub(super) const SCHEME: u8 = 1 << 1;
/// A word of a shell idiom.
pub(super) const SHELL: u8 = 1 << 2;
/// A script's function or property that payloads use.
pub(super) const SINK: u8 = 1 << 3;
/// A scheme that runs code.
pub(super) const ACTIVE: u8 = 1 << 4;
/// A header's name or an HTTP status line.
pub(super) const HEADER: u8 = 1 << 5;
/// A function that runs, reads or decodes what it is given.
pub(super) const CALL: u8 = 1 << 6;
/// A word of `cmd.exe` or of another console.
pub(super) const CONSOLE: u8 = 1 << 7;

/// For [`Phrase::before`]: the phrase and a name are the whole value.
pub(super) const WHOLE: &str = "^";

/// One phrase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phrase {
    /// What follows the first word, in lower case.
    pub(super) tail: &'static [u8],
    /// What must stand before it, if anything.
    pub(super) before: &'static [u8],
    pub(super) code: &'static str,
    /// Belief in a short value, in a text, in a document.
    pub(super) scores: [u16; 3],
}

const fn phrase(
    before: &'static str,
    tail: &'static str,
    code: &'static str,
    scores: [u16; 3],
) -> Phrase {
    Phrase {
        tail: tail.as_bytes(),
        before: before.as_bytes(),
        code,
        scores,
    }
}

const SURE: [u16; 3] = [9600, 8500, 6000];
const LIKELY: [u16; 3] = [8200, 4500, 2500];
const HINT: [u16; 3] = [6200, 2500, 1500];
/// Short of a verdict; another sign may complete it.
const HALF: [u16; 3] = [4500, 2000, 1000];
const WEAK: [u16; 3] = [3500, 1500, 1000];

const PHP: &str = "shield.code.php";
const JAVA: &str = "shield.code.java";
const NODE: &str = "shield.code.node";
const PYTHON: &str = "shield.code.python";
const GADGET: &str = "shield.deserialization.gadget";
const PROTO: &str = "shield.proto.pollution";
const EXPLOIT: &str = "shield.probe.exploit";
const COMMAND: &str = "shield.rce.command";
const SSRF: &str = "shield.ssrf.metadata";

/// Every code of a phrase.
const CODES: [&str; 15] = [
    PHP,
    JAVA,
    NODE,
    PYTHON,
    GADGET,
    PROTO,
    EXPLOIT,
    COMMAND,
    SSRF,
    "shield.log4shell.jndi",
    "shield.probe.path",
    "shield.ssi.directive",
    "shield.traversal.wrapper",
    "shield.xss.script",
    "shield.xss.style",
];

/// What a word is worth knowing for, as it is written.
#[derive(Clone, Copy, Debug)]
struct Row {
    marks: u8,
    phrases: &'static [Phrase],
}

const fn row(marks: u8, phrases: &'static [Phrase]) -> Row {
    Row { marks, phrases }
}

/// Every list, one behind the other.
const LISTS: [&[(&str, Row)]; 6] = [
    code::ROWS,
    gadgets::ROWS,
    exploits::ROWS,
    consoles::ROWS,
    others::ROWS,
    marks::ROWS,
];

const COUNT: usize = count(&LISTS);
const LIST: [(&str, Row); COUNT] = joined(&LISTS);

// Phrases by their first word, and marked words. A word has one row.
word_table!(pub(super) static ROWS: Entry = packed());

/// What a word is worth knowing for, as the build keeps it: without addresses, of
/// which each would be four bytes that gzip makes little of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) marks: u8,
    /// How many phrases, which of all is the first, and where its text starts.
    count: u8,
    first: u16,
    text: u16,
}

/// A phrase without its text.
#[derive(Clone, Copy, Debug)]
struct Shape {
    before: u8,
    tail: u8,
    /// Of [`CODES`].
    code: u8,
    scores: [u16; 3],
}

const SIZES: (usize, usize) = sizes();

/// What stands before each phrase, and what follows its word.
static TEXT: [u8; SIZES.1] = texts();

static SHAPES: [Shape; SIZES.0] = shapes();

impl Entry {
    /// The phrases that begin with the word.
    pub(super) fn phrases(self) -> impl Iterator<Item = Phrase> {
        let shapes = SHAPES.get(usize::from(self.first)..).unwrap_or_default();
        let mut text = TEXT.get(usize::from(self.text)..).unwrap_or_default();
        let mut part = move |length: u8| {
            let (part, rest) = text.split_at_checked(length.into()).unwrap_or_default();
            text = rest;
            part
        };
        shapes
            .iter()
            .take(self.count.into())
            .map(move |shape| Phrase {
                before: part(shape.before),
                tail: part(shape.tail),
                code: CODES
                    .get(usize::from(shape.code))
                    .copied()
                    .unwrap_or_default(),
                scores: shape.scores,
            })
    }
}

/// Phrases, and bytes of their texts.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn sizes() -> (usize, usize) {
    let (mut index, mut count, mut length) = (0, 0, 0);
    while index < COUNT {
        let mut phrases = LIST[index].1.phrases;
        while let [phrase, rest @ ..] = phrases {
            count += 1;
            length += phrase.before.len() + phrase.tail.len();
            phrases = rest;
        }
        index += 1;
    }
    (count, length)
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn packed() -> [(&'static str, Entry); COUNT] {
    assert!(SIZES.0 <= u16::MAX as usize && SIZES.1 <= u16::MAX as usize);
    let none = Entry {
        marks: 0,
        count: 0,
        first: 0,
        text: 0,
    };
    let mut packed = [("", none); COUNT];
    let (mut index, mut first, mut text) = (0, 0, 0);
    while index < COUNT {
        let (word, Row { marks, mut phrases }) = LIST[index];
        assert!(phrases.len() <= u8::MAX as usize);
        let count = phrases.len() as u8;
        packed[index] = (
            word,
            Entry {
                marks,
                count,
                first,
                text,
            },
        );
        first += count as u16;
        while let [phrase, rest @ ..] = phrases {
            text += (phrase.before.len() + phrase.tail.len()) as u16;
            phrases = rest;
        }
        index += 1;
    }
    packed
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn shapes() -> [Shape; SIZES.0] {
    let mut shapes = [Shape {
        before: 0,
        tail: 0,
        code: 0,
        scores: [0; 3],
    }; SIZES.0];
    let (mut index, mut at) = (0, 0);
    while index < COUNT {
        let mut phrases = LIST[index].1.phrases;
        while let [phrase, rest @ ..] = phrases {
            let mut code = 0;
            while !same(CODES[code], phrase.code) {
                code += 1;
            }
            assert!(phrase.before.len() < 256 && phrase.tail.len() < 256);
            shapes[at] = Shape {
                before: phrase.before.len() as u8,
                tail: phrase.tail.len() as u8,
                code: code as u8,
                scores: phrase.scores,
            };
            at += 1;
            phrases = rest;
        }
        index += 1;
    }
    shapes
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn texts() -> [u8; SIZES.1] {
    let mut text = [0; SIZES.1];
    let (mut index, mut at) = (0, 0);
    while index < COUNT {
        let mut phrases = LIST[index].1.phrases;
        while let [phrase, rest @ ..] = phrases {
            let mut part = 0;
            while part < 2 {
                let mut bytes = [phrase.before, phrase.tail][part];
                while let [byte, rest @ ..] = bytes {
                    text[at] = *byte;
                    at += 1;
                    bytes = rest;
                }
                part += 1;
            }
            phrases = rest;
        }
        index += 1;
    }
    text
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs at compile time, where a fault is a compile error"
)]
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
