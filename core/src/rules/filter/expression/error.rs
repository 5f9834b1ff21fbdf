//! Errors that point at their place in the source.

use alloc::string::String;
use core::fmt;

/// Characters of the line shown before and after the place.
const AROUND: usize = 60;

/// What is wrong with an expression, and where. Displays the message, the
/// line it is about and a caret below the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// Byte offset into the source.
    pub offset: usize,
    /// What was found or expected there.
    pub message: String,
    /// Number of the line, where the source has several.
    line: Option<usize>,
    excerpt: String,
    /// Characters of the excerpt before the place.
    column: usize,
}

/// An error before it knows its line.
pub(super) struct Fault {
    pub(super) offset: usize,
    pub(super) message: String,
}

impl ExpressionError {
    pub(super) fn new(source: &str, fault: &Fault) -> Self {
        let before = source.get(..fault.offset).unwrap_or(source);
        let after = source.get(fault.offset..).unwrap_or_default();
        let head = before.rsplit('\n').next().unwrap_or_default();
        let tail = after.split('\n').next().unwrap_or_default();

        let cut = head.chars().count().saturating_sub(AROUND);
        let mut excerpt: String = head.chars().skip(cut).map(shown).collect();
        if cut > 0 {
            excerpt.insert(0, '…');
        }
        let column = excerpt.chars().count();
        excerpt.extend(tail.chars().take(AROUND).map(shown));
        if tail.chars().nth(AROUND).is_some() {
            excerpt.push('…');
        }
        let lines_before = before.matches('\n').count();
        Self {
            offset: fault.offset,
            message: fault.message.chars().map(shown).collect(),
            line: source
                .trim()
                .contains('\n')
                .then_some(lines_before.saturating_add(1)),
            excerpt,
            column,
        }
    }
}

/// One column for every character, and nothing that reorders the line.
fn shown(c: char) -> char {
    match c {
        '\t' | '\r' | '\n' => ' ',
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        writeln!(f, "{}", self.message)?;
        writeln!(f, "  {}", self.excerpt.trim_end())?;
        write!(f, "  {:width$}^", "", width = self.column)
    }
}

impl core::error::Error for ExpressionError {}
