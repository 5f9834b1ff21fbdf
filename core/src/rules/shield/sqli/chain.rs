//! An expression of SQL read to its end: operand, operator, operand, up to a
//! comment, a clause or the end of the value. What parses is a condition; prose
//! breaks at the second word.

use crate::text::sql::{Kind, Token};

/// Tokens read at most.
const LONGEST: usize = 48;

/// How an expression ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// With the value.
    End,
    /// By a comment.
    Cut,
    /// By a semicolon.
    Closed,
    /// By another clause, which an expression may be followed by.
    Clause,
    /// In a string that the application closes; whether it is empty yet.
    Literal { empty: bool },
    /// Behind an operator.
    Dangling,
    /// In something that is no expression.
    Broken,
}

/// What an expression holds.
#[derive(Clone, Copy, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent observations about one expression"
)]
pub(super) struct Chain {
    /// `and`, `or`, `||` …
    pub(super) logic: bool,
    /// A comparison.
    pub(super) compared: bool,
    /// Behind `and` or `or`: a comparison.
    pub(super) joined: bool,
    /// Behind `and` or `or`: a comparison of two constants.
    pub(super) constant: bool,
    /// A call or table that databases have and applications' users do not ask for.
    pub(super) internal: bool,
    /// The last operand is a constant.
    pub(super) ends_constant: bool,
    pub(super) operators: usize,
    pub(super) tail: Tail,
    /// Tokens read.
    pub(super) used: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operand {
    Constant,
    Name,
    Open {
        empty: bool,
    },
    /// The expression goes on in a way not read here.
    Clause,
    Missing,
    Broken,
}

/// Reads `tokens`; the first is an operator where the operand before it is the
/// string that was just left.
pub(super) fn read(tokens: &[Token], from_operator: bool) -> Chain {
    let mut reader = Reader {
        tokens: tokens.get(..tokens.len().min(LONGEST)).unwrap_or_default(),
        at: 0,
        depth: 0,
        chain: Chain {
            logic: false,
            compared: false,
            joined: false,
            constant: false,
            internal: false,
            ends_constant: false,
            operators: 0,
            tail: Tail::Broken,
            used: 0,
        },
    };
    reader.run(from_operator);
    reader.chain.used = reader.at;
    reader.chain
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
    chain: Chain,
}

impl Reader<'_> {
    fn kind(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|t| t.kind)
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn run(&mut self, from_operator: bool) {
        let mut left = Operand::Name;
        if !from_operator {
            left = self.operand();
            if let Some(tail) = stopped(left) {
                self.chain.tail = tail;
                return;
            }
        }
        // since the last `and` or `or` only constants; and now compared
        let (mut fresh, mut comparing) = (false, false);
        loop {
            let operator = match self.operator() {
                Ok(operator) => operator,
                Err(tail) => {
                    self.chain.tail = tail;
                    return;
                }
            };
            self.chain.operators = self.chain.operators.saturating_add(1);
            match operator {
                Kind::Logic | Kind::Pipes => {
                    self.chain.logic = true;
                    (fresh, comparing) = (true, false);
                }
                Kind::Compare | Kind::Like | Kind::In | Kind::Is | Kind::Between => {
                    self.chain.compared = true;
                    self.chain.joined |= self.chain.logic;
                    (fresh, comparing) = (false, fresh && left == Operand::Constant);
                }
                _ => {}
            }
            let right = self.operand();
            let settled = matches!(right, Operand::Constant | Operand::Open { .. });
            self.chain.constant |= settled && comparing;
            fresh &= settled;
            self.chain.ends_constant = settled;
            if let Some(tail) = stopped(right) {
                self.chain.tail = tail;
                return;
            }
            left = right;
        }
    }

    fn operand(&mut self) -> Operand {
        while let Some(kind) = self.kind() {
            match kind {
                Kind::Open => self.depth = self.depth.saturating_add(1),
                // `~1` is a comparison to the lexer
                Kind::Not | Kind::Arithmetic | Kind::All | Kind::Compare => {}
                _ => break,
            }
            self.step();
        }
        let Some(kind) = self.kind() else {
            return Operand::Missing;
        };
        self.step();
        match kind {
            Kind::Number | Kind::Literal => Operand::Constant,
            Kind::Variable => Operand::Name,
            Kind::Text { open: true, empty } => Operand::Open { empty },
            Kind::Text { .. } => {
                // strings side by side are one
                while let Some(Kind::Text { open, empty }) = self.kind() {
                    self.step();
                    if open {
                        return Operand::Open { empty };
                    }
                }
                Operand::Constant
            }
            Kind::Select => {
                self.chain.internal = true;
                Operand::Clause
            }
            Kind::Case => {
                self.chain.internal |= self.kind() == Some(Kind::When);
                Operand::Clause
            }
            Kind::Name
            | Kind::Function
            | Kind::WeakFunction
            | Kind::Object
            | Kind::Sleep
            | Kind::Schema
            | Kind::Procedure => self.named(kind),
            Kind::Comment => Operand::Missing,
            _ => Operand::Broken,
        }
    }

    /// A column, a table's column or a call.
    fn named(&mut self, kind: Kind) -> Operand {
        let mut kind = kind;
        while self.kind() == Some(Kind::Dot) {
            self.step();
            if let Some(next) = self.kind() {
                kind = if kind == Kind::Schema { kind } else { next };
                self.step();
            }
        }
        let called = self.kind() == Some(Kind::Open);
        let ends = self.at.saturating_add(1);
        let alone = self.tokens.get(ends).is_some_and(|t| t.kind == Kind::Shut);
        let built_in =
            matches!(kind, Kind::Function | Kind::Object) || kind == Kind::WeakFunction && alone;
        self.chain.internal |= match kind {
            Kind::Schema | Kind::Procedure => true,
            Kind::Function | Kind::Sleep | Kind::Object => called,
            _ => false,
        };
        if !called {
            return Operand::Name;
        }
        let mut depth = 0_usize;
        while let Some(kind) = self.kind() {
            self.step();
            match kind {
                Kind::Open => depth = depth.saturating_add(1),
                Kind::Shut => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && built_in {
                        return Operand::Constant;
                    } else if depth == 0 {
                        return Operand::Name;
                    }
                }
                Kind::Text { open: true, empty } => return Operand::Open { empty },
                Kind::Select | Kind::Schema | Kind::Function | Kind::Sleep => {
                    self.chain.internal = true;
                }
                _ => {}
            }
        }
        Operand::Name
    }

    fn operator(&mut self) -> Result<Kind, Tail> {
        while let Some(kind) = self.kind() {
            self.step();
            match kind {
                Kind::Shut => self.depth = self.depth.saturating_sub(1),
                // a list behind IN
                Kind::Comma if self.depth > 0 => return Ok(Kind::Comma),
                // `not like`; `sounds like`
                Kind::Not => {}
                Kind::Name if self.kind() == Some(Kind::Like) => {}
                Kind::Logic
                | Kind::Pipes
                | Kind::Compare
                | Kind::Like
                | Kind::In
                | Kind::Is
                | Kind::Between
                | Kind::Arithmetic => return Ok(kind),
                Kind::Comment => return Err(Tail::Cut),
                Kind::Semicolon => return Err(Tail::Closed),
                Kind::Order
                | Kind::Having
                | Kind::Limit
                | Kind::Union
                | Kind::Into
                | Kind::Where => return Err(Tail::Clause),
                _ => return Err(Tail::Broken),
            }
        }
        Err(Tail::End)
    }
}

/// The end of an expression that an operand makes.
fn stopped(operand: Operand) -> Option<Tail> {
    match operand {
        Operand::Constant | Operand::Name => None,
        Operand::Open { empty } => Some(Tail::Literal { empty }),
        Operand::Clause => Some(Tail::Clause),
        Operand::Missing => Some(Tail::Dangling),
        Operand::Broken => Some(Tail::Broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sql::{Context, Lexer};
    use alloc::vec::Vec;

    fn chain(text: &str) -> Chain {
        let tokens: Vec<Token> = Lexer::new(text.as_bytes(), Context::Bare).collect();
        read(&tokens, true)
    }

    #[test]
    fn conditions_are_read_to_their_end() {
        for (text, constant, tail) in [
            ("or (1)=(1) --", true, Tail::Cut),
            ("or 1 not like 0", true, Tail::End),
            ("or a = 'b", false, Tail::Literal { empty: false }),
            ("or ''='", true, Tail::Literal { empty: true }),
            ("and 1 not between 0 and 1", true, Tail::End),
            ("= 'a' = 'b'", false, Tail::End),
            ("|| x.y in (1, 2) order by 1", false, Tail::Clause),
            ("or", false, Tail::Dangling),
            ("and the people of", false, Tail::Broken),
            (
                "or 1 sounds like (1)|'1",
                true,
                Tail::Literal { empty: false },
            ),
        ] {
            let chain = chain(text);
            assert_eq!((chain.constant, chain.tail), (constant, tail), "{text}");
        }
        assert!(chain("and ascii(user())>1").internal);
        assert!(!chain("and length(name)>1").internal);
    }
}
