//! Regular expressions whose cost the text cannot choose.
//!
//! Answers one question: does the pattern occur in these bytes? A pattern
//! becomes a Thompson automaton, and that a table with one row per reachable
//! set of states; a search is then one look-up per byte and allocates nothing.
//! A pattern whose table would pass [`MAX_TABLE`] entries (`x.{40}y` has
//! exponentially many sets) keeps the automaton and steps its states as a bit
//! set: at most [`MAX_STATES`] visits per byte, four allocations per search.
//! There is no backtracking, so `(a+)+$` costs what `a+$` does.
//!
//! | written | means |
//! | --- | --- |
//! | `.` `[a-z_]` `[^…]` `[[:alpha:]]` | one byte; `.` is any but a line feed |
//! | `\d \w \s` `\D \W \S` | ASCII classes and their complements |
//! | `\n \r \t \f \v \a` `\xHH` | one byte |
//! | `é` `\x{e9}` `\u{e9}` | the bytes of a character in UTF-8; not inside `[…]` |
//! | `^ $` `\A \z` | start and end of the text; `(?m)` makes `^ $` those of a line |
//! | `\b \B` | at an edge of a run of `\w`, or not |
//! | `* + ? {n} {n,} {n,m}` | repeats; a lazy `?` behind them changes nothing here |
//! | `a\|b` `(…)` `(?:…)` `(?<name>…)` | alternatives, groups |
//! | `(?i) (?s) (?m)` `(?i:…)` `(?-i)` | ASCII letters match either case; `.` takes line feeds; lines |
//!
//! Does not: back-references and look-around (not regular), Unicode classes
//! and Unicode case, positions of matches, captures. Text is bytes: `.` takes
//! one byte of a longer character. What is not understood is an error with its
//! place, never a guess.
//!
//! Own code because of size. Added to a wasm module optimised for size
//! (`opt-level = "s"`, link-time optimisation; in brackets at 3), with
//! everything optional switched off, the `regex-automata` crate (0.4.18,
//! `alloc syntax nfa-pikevm`) is 213 KB (310), 78 KB gzipped (101); this is
//! 42 KB (49), 19 KB gzipped (21).
//!
//! After K. Thompson, "Regular Expression Search Algorithm", CACM 11(6), 1968,
//! and R. Cox, "Regular Expression Matching Can Be Simple And Fast", 2007.

mod bytes;
mod class;
mod nfa;
mod parse;
mod table;

use alloc::borrow::Cow;
use nfa::Nfa;
use table::Table;

/// States a compiled pattern may have; repeats count once per copy.
pub const MAX_STATES: usize = 1024;

/// Entries of a search table; a pattern that needs more is searched by its
/// automaton.
pub const MAX_TABLE: usize = 1 << 14;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Regex(Engine);

#[derive(Clone, Debug)]
enum Engine {
    Table(Table),
    States(Nfa),
}

/// What is wrong with a pattern, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexError {
    /// Byte offset into the pattern.
    pub offset: usize,
    /// What was found or expected there.
    pub message: Cow<'static, str>,
}

impl Regex {
    /// Compiles `pattern`.
    ///
    /// # Errors
    /// The first place that is not understood, or the pattern's end where it
    /// compiles to more than [`MAX_STATES`] states.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        let nfa = Nfa::new(&parse::parse(pattern)?).ok_or(RegexError {
            offset: pattern.len(),
            message: Cow::Borrowed("the pattern is too large: at most 1024 states, where a repeat counts once per copy"),
        })?;
        Ok(Self(match Table::new(&nfa) {
            Some(table) => Engine::Table(table),
            None => Engine::States(nfa),
        }))
    }

    /// Whether the pattern occurs anywhere in `text`.
    #[must_use]
    pub fn is_match(&self, text: &[u8]) -> bool {
        match &self.0 {
            Engine::Table(table) => table.is_match(text),
            Engine::States(nfa) => nfa.is_match(text),
        }
    }
}

#[cfg(test)]
mod tests;
