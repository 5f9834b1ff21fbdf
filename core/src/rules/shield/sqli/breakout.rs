//! What follows the quote that ends the string a value stood in.
//!
//! A quote of prose or code opens a string; an injection's closes one. They are
//! told apart by what stands before the quote, by whether an expression follows
//! that parses to the end, and by whether the string at the end is one that the
//! application could close.

use super::super::sql_shapes::{ends, is_comparison, skip, statement};
use super::chain::{self, Chain, Tail};
use super::{Shape, View};
use crate::text::cursor::find;
use crate::text::sql::{Context, Kind, Token};

impl View<'_> {
    /// What follows the quote that ends the string the value stood in.
    pub(super) fn behind_quote(&self, quote: Token, tail: &[Token]) -> Option<Shape> {
        let before = self.text.get(..quote.start).unwrap_or_default();
        let behind = self.text.get(quote.end..).unwrap_or_default();
        let opening = opens(before);
        let closing = tail.iter().take_while(|t| t.kind == Kind::Shut).count();
        let rest = tail.get(closing..).unwrap_or_default();
        let [first, after @ ..] = rest else {
            return None;
        };
        let used = closing.saturating_add(2);
        let next = after.first().map(|t| t.kind);
        // the same quote once more: what stood between was a string
        let again = || {
            let Context::Inside(mark) = self.context else {
                return false;
            };
            find(behind, &[mark]).is_some()
        };
        match first.kind {
            Kind::Comment if self.context == Context::Inside(b'`') => None,
            Kind::Comment => self.cut(before, after, opening || again(), used),
            Kind::Semicolon if next == Some(Kind::Comment) && !(opening && again()) => {
                let drawn = self.is_drawn(before, after);
                Some(("shield.sqli.comment", if drawn { 4500 } else { 9000 }, used))
            }
            // the string of a driver that stops at NUL
            Kind::Semicolon if next.is_none() && behind.ends_with(b"\0") => {
                Some(("shield.sqli.comment", 8500, used))
            }
            Kind::Logic
            | Kind::Pipes
            | Kind::Compare
            | Kind::Like
            | Kind::Arithmetic
            | Kind::Is
            | Kind::In
            | Kind::Between
            | Kind::Not => self.continued(before, rest, opening, used),
            Kind::Name if next == Some(Kind::Like) && self.is_word(*first, &["sounds"]) => {
                self.continued(before, rest, opening, used)
            }
            Kind::Order if next == Some(Kind::By) => {
                let target = after.get(1).map(|t| t.kind);
                let probe = target == Some(Kind::Number) && ends(after.get(2..));
                let call = matches!(
                    target,
                    Some(Kind::Function | Kind::WeakFunction | Kind::Object)
                ) && after.get(2).is_some_and(|t| t.kind == Kind::Open);
                let probe = probe && (!is_mark(before) || is_cut(after));
                (probe || call && !opening).then_some((
                    "shield.sqli.probe",
                    8800,
                    used.saturating_add(2),
                ))
            }
            Kind::Having | Kind::Where | Kind::Limit => {
                let fits = matches!(next, Some(Kind::Number | Kind::Text { .. } | Kind::Name))
                    && (is_comparison(after.get(1).map(|t| t.kind))
                        || first.kind == Kind::Limit && next == Some(Kind::Number));
                (fits && (!is_mark(before) || is_cut(after))).then_some((
                    "shield.sqli.probe",
                    7500,
                    used.saturating_add(1),
                ))
            }
            Kind::WeakFunction
                if self.short(200) && matches!(next, Some(Kind::Open | Kind::Number)) =>
            {
                let sql = after.iter().take(12).any(|t| {
                    matches!(
                        t.kind,
                        Kind::Sleep | Kind::Select | Kind::Function | Kind::Procedure
                    )
                });
                (sql && !opening).then_some(("shield.sqli.subquery", 8500, used))
            }
            Kind::Comma if !opening => self.assigned(after, used),
            // SQL Server needs no semicolon
            Kind::Select if is_mark(before) && !is_cut(after) => None,
            _ if self.texture.words <= 14 && !opening && statement(rest) && !again()
                || first.kind == Kind::Insert
                    && !opening
                    && statement(rest)
                    && self.executed.is_some_and(|end| end > first.start) =>
            {
                Some(("shield.sqli.statement", 6800, used))
            }
            _ => None,
        }
    }

    /// `' or anything --`: whatever stands between, a string is left and the rest
    /// of the statement cut off, where the value ends.
    pub(super) fn left_and_cut(&self, quote: Token, tail: &[Token]) -> Option<Shape> {
        let before = self.text.get(..quote.start)?;
        let rest = skip(tail, &[Kind::Shut]);
        let code = match rest.first()?.kind {
            Kind::Logic | Kind::Pipes => "shield.sqli.tautology",
            Kind::Semicolon => "shield.sqli.stacked",
            _ => return None,
        };
        let fits = self.short(200)
            && self.texture.lines == 0
            && rest.len() > 2
            && !opens(before)
            && !is_mark(before)
            && self.cuts(rest.last());
        fits.then_some((code, 7000, tail.len()))
    }

    /// The string goes on as an expression.
    fn continued(
        &self,
        before: &[u8],
        rest: &[Token],
        opening: bool,
        used: usize,
    ) -> Option<Shape> {
        let chain = chain::read(rest, true);
        let used = used.saturating_add(chain.used);
        let cut = matches!(chain.tail, Tail::Cut | Tail::Closed);
        let tail = if cut && self.reopened(rest, &chain) {
            Tail::Broken
        } else {
            chain.tail
        };
        let chain = Chain { tail, ..chain };
        let literal = match tail {
            Tail::Literal { .. } => self.closable(rest, &chain),
            _ => false,
        };
        if chain.constant {
            let listed = matches!(tail, Tail::Literal { .. }) && !literal;
            let score = if listed || opening && !literal {
                4500
            } else {
                9300
            };
            return Some(("shield.sqli.tautology", score, used));
        }
        if chain.internal {
            let fits =
                literal || matches!(tail, Tail::Cut | Tail::Closed | Tail::Clause | Tail::End);
            let score = match (opening, fits) {
                (false, true) => 9000,
                (false, false) if self.short(200) => 8000,
                (true, true) => 6500,
                _ => 4500,
            };
            return Some(("shield.sqli.subquery", score, used));
        }
        if opening {
            // a sentence does not end in a condition and a comment mark
            let last = rest.len() == chain.used && tail == Tail::Cut;
            let fits = last && chain.logic && chain.joined && self.executed != Some(0);
            return fits.then_some(("shield.sqli.tautology", 7500, used));
        }
        let score = if chain.logic {
            self.widened(before, rest, &chain, literal)
        } else {
            self.computed(before, &chain, literal)
        };
        score.map(|score| ("shield.sqli.tautology", score, used))
    }

    /// The list of UPDATE … SET goes on: `x', role='admin' where id=1 --`.
    fn assigned(&self, rest: &[Token], used: usize) -> Option<Shape> {
        let named = matches!(rest.first()?.kind, Kind::Name | Kind::Object);
        if !named || rest.get(1)?.kind != Kind::Compare || !self.short(400) {
            return None;
        }
        let chain = chain::read(rest, false);
        let used = used.saturating_add(chain.used);
        let last = chain.used.checked_sub(1).and_then(|at| rest.get(at))?;
        let fits = match chain.tail {
            Tail::Cut => true,
            Tail::Clause => last.kind == Kind::Where || chain.internal,
            _ => false,
        };
        let joined = rest.iter().take(chain.used).any(|t| t.kind == Kind::Logic);
        (fits && !joined).then_some(("shield.sqli.subquery", 8000, used))
    }

    /// `the "union select" committee`: the words stand between quotes of which
    /// the first one opens.
    pub(super) fn is_quoted(&self, word: Token, tail: &[Token]) -> bool {
        let Some((mark @ (b'"' | b'\''), before)) =
            self.text.get(..word.start).and_then(<[u8]>::split_last)
        else {
            return false;
        };
        let last = tail
            .iter()
            .take(2)
            .take_while(|t| matches!(t.kind, Kind::All | Kind::Select))
            .last();
        last.is_some_and(|t| self.text.get(t.end) == Some(mark)) && opens(before)
    }

    /// Behind the comment or semicolon the same quote stands once more, so that
    /// what stood between was a string.
    fn reopened(&self, rest: &[Token], chain: &Chain) -> bool {
        let last = chain.used.checked_sub(1).and_then(|at| rest.get(at));
        let Context::Inside(mark) = self.context else {
            return false;
        };
        let behind = last
            .and_then(|t| self.text.get(t.end..))
            .unwrap_or_default();
        !chain.constant && find(behind, &[mark]).is_some()
    }

    /// Belief in `' or x`: the condition must parse to an end.
    fn widened(&self, before: &[u8], rest: &[Token], chain: &Chain, literal: bool) -> Option<u16> {
        let mark = is_mark(before);
        let word = rest
            .first()
            .is_some_and(|t| self.text.get(t.start).is_some_and(u8::is_ascii_alphabetic));
        match chain.tail {
            Tail::Cut | Tail::Closed if chain.compared || chain.ends_constant => Some(9000),
            Tail::Cut | Tail::Closed => self.short(80).then_some(7500),
            Tail::Literal { empty: true } if chain.operators == 1 => {
                // `'or'` is a word in quotes
                (self.short(24) && (!word || self.spaced(rest))).then_some(5500)
            }
            Tail::Literal { .. } => literal.then_some(9000),
            Tail::Clause => Some(8500),
            Tail::End if mark => None,
            Tail::End if chain.compared => self.short(200).then_some(8500),
            Tail::End => (chain.ends_constant && self.texture.words <= 6).then_some(8000),
            // what generators make of it: `x'OR'a='a`
            Tail::Broken => {
                let text = rest.get(1).is_some_and(|t| {
                    matches!(t.kind, Kind::Text { .. })
                        && t.end
                            .checked_sub(2)
                            .and_then(|at| self.text.get(at))
                            .is_some_and(|b| matches!(b, b'=' | b'<' | b'>'))
                });
                let name = rest.get(2).is_some_and(|t| t.kind == Kind::Name);
                (text && name && self.short(60) && ends(rest.get(3..))).then_some(8000)
            }
            // `' or 5 >`
            Tail::Dangling => (chain.compared && !mark && self.short(60)).then_some(7000),
        }
    }

    /// Nothing but symbols and numbers behind the quote, which is no measure.
    fn symbols(&self, before: &[u8]) -> bool {
        !is_mark(before)
            && self
                .text
                .get(before.len()..)
                .is_some_and(|t| !t.iter().any(u8::is_ascii_alphabetic))
    }

    fn spaced(&self, rest: &[Token]) -> bool {
        rest.first().is_some_and(|t| {
            t.start
                .checked_sub(1)
                .and_then(|at| self.text.get(at))
                .is_some_and(u8::is_ascii_whitespace)
        })
    }

    /// Belief in `'='`, `'-0#`, `' like 'x`: whole values only.
    fn computed(&self, before: &[u8], chain: &Chain, literal: bool) -> Option<u16> {
        if self.texture.words > 8 || !self.short(120) {
            return None;
        }
        match chain.tail {
            Tail::Literal { empty: true } if chain.operators == 1 && before.is_empty() => {
                let single = self.context == Context::Inside(b'\'');
                let word = self.text.iter().any(u8::is_ascii_alphabetic);
                (self.text.len() <= if word && single { 20 } else { 8 }).then_some(if single {
                    5500
                } else {
                    4000
                })
            }
            Tail::Literal { .. } => literal.then_some(8000),
            Tail::Cut | Tail::Closed => Some(8000),
            // `5'-7` is a length
            Tail::End => {
                (chain.compared && self.symbols(before) && chain.ends_constant && self.short(40))
                    .then_some(6500)
            }
            _ => None,
        }
    }

    /// The open string at the end is one that an application's quote closes:
    /// a few plain characters, no code.
    fn closable(&self, rest: &[Token], chain: &Chain) -> bool {
        let Some(open) = chain.used.checked_sub(1).and_then(|at| rest.get(at)) else {
            return false;
        };
        let content = self.text.get(open.start..open.end).unwrap_or_default();
        let quote = content.iter().position(|b| matches!(b, b'\'' | b'"'));
        let content = content
            .get(quote.unwrap_or_default().saturating_add(1)..)
            .unwrap_or_default();
        let plain = |b: &u8| !matches!(b, b'(' | b')' | b'{' | b'}' | b'[' | b']' | b';' | b'<');
        let starts = content.first().is_none_or(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'%' | b'_' | b'\'' | b'"') || *b >= 0x80
        }) || content.trim_ascii().is_empty();
        content.len() <= 48 && starts && content.iter().all(plain)
    }
}

/// The quote behind `before` may be a foot, an inch or a possessive: the word
/// before it is a number or ends in a sibilant.
pub(super) fn is_mark(before: &[u8]) -> bool {
    matches!(before.last(), Some(b'0'..=b'9' | b's' | b'S' | b'x' | b'z'))
}

/// A comment follows.
fn is_cut(tokens: &[Token]) -> bool {
    tokens.iter().take(12).any(|t| t.kind == Kind::Comment)
}

/// The quote behind `before` is one that opens a string of code or prose.
fn opens(before: &[u8]) -> bool {
    let mut words = before.trim_ascii_end();
    // b'x', r"x", f"x"
    if let [head @ .., letter] = words
        && words.len() == before.len()
        && matches!(letter.to_ascii_lowercase(), b'b' | b'r' | b'f' | b'u')
        && head
            .last()
            .is_some_and(|b| matches!(b, b' ' | b'(' | b'[' | b'{' | b'=' | b',' | b':' | b'|'))
    {
        words = head.trim_ascii_end();
    }
    let Some(last) = words.last() else {
        return false;
    };
    let blank = words.len() < before.len();
    match last {
        b'(' | b'[' | b'{' | b'=' | b',' | b':' => true,
        b'<' | b'>' | b'!' | b'&' | b'|' | b'?' | b'/' | b'~' | b'^' | b'+' | b'-' | b'*'
        | b'@' | b'"' | b'`' | b'\'' | b'$' | b'#' | b';' => blank || words.len() > 2,
        _ => blank,
    }
}

#[cfg(test)]
mod tests {
    use super::opens;

    #[test]
    fn quotes_that_open_and_quotes_that_close() {
        for text in [
            "app.get(",
            "x = ",
            "return ",
            "if byte == b",
            "mime-db@",
            "he said ",
        ] {
            assert!(opens(text.as_bytes()), "{text}");
        }
        for text in ["", "1", "admin", "1)", "x%", "\\", "a c", "\""] {
            assert!(!opens(text.as_bytes()), "{text}");
        }
    }
}
