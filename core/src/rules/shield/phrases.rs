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
    pub(super) tail: &'static str,
    /// What must stand before it, if anything.
    pub(super) before: &'static str,
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
        tail,
        before,
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

/// What a word is worth knowing for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) marks: u8,
    pub(super) phrases: &'static [Phrase],
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
word_table!(pub(super) static ROWS: Row = LIST);
