//! A comment right behind the quote, which cuts the rest of the statement off;
//! and what has the same marks but ends a raw string, cites a number, rules a
//! line or is a password.

use super::breakout::is_mark;
use super::{Shape, View};
use crate::text::sql::Token;

impl View<'_> {
    /// Behind the comment mark comes no blank but more marks and letters, and
    /// the other quote stands before: a password, drawn at random.
    pub(super) fn is_drawn(&self, before: &[u8], after: &[Token]) -> bool {
        let mixed = before.iter().any(|b| matches!(b, b'\'' | b'"'));
        let said = after.first().and_then(|t| self.text.get(t.end..));
        let said = said.unwrap_or_default();
        let marked = said.iter().any(u8::is_ascii_punctuation);
        let blank = self.text.iter().any(u8::is_ascii_whitespace);
        mixed && marked && !blank && said.first().is_some_and(u8::is_ascii_alphanumeric)
    }

    /// The value begins with what ends a raw string, cites a number or rules a
    /// line: `"#)`, `'#3`, `"-----`.
    fn is_delimiter(&self) -> bool {
        match self.text {
            [_, b'#', next, ..] => matches!(next, b',' | b')' | b']' | b';' | b'0'..=b'9'),
            [_, rest @ ..] => rest.starts_with(b"-----"),
            [] => false,
        }
    }

    /// A comment right behind the quote.
    pub(super) fn cut(
        &self,
        before: &[u8],
        after: &[Token],
        opening: bool,
        used: usize,
    ) -> Option<Shape> {
        // glued to the quote, and nothing behind
        let end = self.text.trim_ascii_end();
        let glued = after.is_empty()
            && !opening
            && end.len() <= before.len().saturating_add(4)
            && end.get(before.len().saturating_add(1)) != Some(&b' ');
        if glued && self.texture.words > 12 {
            return Some(("shield.sqli.comment", 6000, used));
        }
        if before.is_empty() && self.is_delimiter() {
            return None;
        }
        if opening || self.texture.words > 12 || is_mark(before) && after.len() > 1 {
            return None;
        }
        let spaced = self
            .text
            .get(before.len().saturating_add(1))
            .is_some_and(u8::is_ascii_whitespace);
        if spaced && is_mark(before) && !after.is_empty() {
            return None;
        }
        // `the boys' -- and girls`
        let prose = before.trim_ascii().contains(&b' ');
        let score = match after.len() {
            0 | 1 if !prose => 8500,
            0 => 7000,
            _ if self.short(40) && !prose => 7000,
            _ => return None,
        };
        Some(("shield.sqli.comment", score, used))
    }
}
