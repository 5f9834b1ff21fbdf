//! A whole value that is SQL: an expression, a condition, a choice by
//! constants, a statement.

use super::super::sql_shapes::{select_list, skip, starts};
use super::chain::{self, Tail};
use super::stacked::behind_number;
use super::{LOOK_AHEAD, Shape, View};
use crate::text::cursor::starts_with_ci;
use crate::text::sql::{Context, Kind, Token};

/// Functions of a server about itself.
const SERVER: [&str; 10] = [
    "version",
    "user",
    "database",
    "schema",
    "current_user",
    "current_database",
    "session_user",
    "system_user",
    "db_name",
    "sqlite_version",
];

impl View<'_> {
    /// What is left of a statement where the value begins in the middle of one.
    pub(super) fn remainder(&self, first: Token, tail: &[Token]) -> Option<Shape> {
        let next = tail.first().map(|t| t.kind);
        // keeps a statement out of SQL Server's log
        if first.kind == Kind::Comment && next == Some(Kind::Procedure) && tail.len() == 1 {
            return Some(("shield.sqli.schema", 7500, 2));
        }
        if self.before.is_some() || !self.short(60) {
            return None;
        }
        let ends = tail.len() == 1 && next == Some(Kind::Comment);
        match first.kind {
            // a system's table or procedure, and nothing else
            Kind::Procedure | Kind::Schema if tail.is_empty() && self.is_internal(first) => {
                Some(("shield.sqli.schema", 5800, 1))
            }
            // `1 -- `; without a blank it is a code of some kind
            Kind::Number
                if ends
                    && self.cuts(tail.first())
                    && self.text.iter().any(|b| matches!(b, b' ' | b'*')) =>
            {
                Some(("shield.sqli.comment", 6000, 2))
            }
            // ` order by 1-- `
            Kind::Order => starts(tail, &[Kind::By, Kind::Number, Kind::Comment]).then_some((
                "shield.sqli.probe",
                7500,
                4,
            )),
            Kind::Semicolon => (next == Some(Kind::Comment) && tail.len() == 1 && self.short(8))
                .then_some(("shield.sqli.comment", 6000, 2)),
            Kind::Variable => starts(tail, &[Kind::Select, Kind::Variable]).then_some((
                "shield.sqli.subquery",
                7500,
                3,
            )),
            _ => None,
        }
    }

    /// A name as only systems have it.
    fn is_internal(&self, word: Token) -> bool {
        const FAMILIES: [&[u8]; 8] = [
            b"xp_", b"sp_", b"sys", b"msys", b"utl_", b"dbms_", b"pg_", b"openr",
        ];
        let name = self.part(word).unwrap_or_default();
        FAMILIES.iter().any(|family| starts_with_ci(name, family))
    }

    /// A comment with nothing in it, up to the end of the value.
    pub(super) fn cuts(&self, comment: Option<&Token>) -> bool {
        let text = comment.and_then(|t| self.part(*t));
        matches!(text, Some(b"--" | b"/*"))
    }

    /// Constants and calls only, and the rest cut off: `(1 - cos(1)) --`; or what
    /// a server says of itself in a call: `length(version())`.
    fn computes(&self, rest: &[Token]) -> Option<Shape> {
        if !self.short(120) || rest.len() > LOOK_AHEAD {
            return None;
        }
        let (last, body) = rest.split_last()?;
        let plain = body.iter().all(|t| {
            matches!(
                t.kind,
                Kind::Open
                    | Kind::Shut
                    | Kind::Number
                    | Kind::Variable
                    | Kind::Arithmetic
                    | Kind::Not
                    | Kind::Literal
                    | Kind::Logic
                    | Kind::Function
                    | Kind::WeakFunction
                    | Kind::Name
            )
        });
        let operators = body
            .iter()
            .any(|t| matches!(t.kind, Kind::Arithmetic | Kind::Variable | Kind::Open));
        let names = body.iter().filter(|t| t.kind == Kind::Name).count();
        if last.kind == Kind::Comment && plain && operators && names <= 1 && self.cuts(Some(last)) {
            return Some(("shield.sqli.comment", 6500, rest.len()));
        }
        let called = body.iter().filter(|t| t.kind == Kind::Open).count();
        let asked = rest.windows(3).any(|three| {
            matches!(three, [name, open, shut]
                if open.kind == Kind::Open && shut.kind == Kind::Shut && self.is_word(*name, &SERVER))
        });
        (asked && called >= 2 && last.kind == Kind::Shut && self.texture.words <= 8).then_some((
            "shield.sqli.subquery",
            6500,
            rest.len(),
        ))
    }

    /// `@@version`: what the server says of itself.
    pub(super) fn server(&self, variable: Token) -> Option<Shape> {
        const NAMES: [&[u8]; 10] = [
            b"version",
            b"global",
            b"session",
            b"servername",
            b"hostname",
            b"datadir",
            b"basedir",
            b"variable",
            b"secure_",
            b"tmpdir",
        ];
        let name = self.part(variable)?.strip_prefix(b"@@")?;
        let known = NAMES.iter().any(|known| starts_with_ci(name, known));
        (known && self.short(160) && self.texture.words <= 20).then_some((
            "shield.sqli.subquery",
            6500,
            1,
        ))
    }

    /// A value that opens as an expression of SQL.
    pub(super) fn opening(&self, rest: &[Token]) -> Option<Shape> {
        if self.context != Context::Bare {
            return None;
        }
        if let Some(found) = self.condition(rest).or_else(|| self.computes(rest)) {
            return Some(found);
        }
        if let [number, tail @ ..] = rest
            && number.kind == Kind::Number
            && let Some(found) = behind_number(tail)
        {
            return Some(found);
        }
        let [first, second, third, ..] = rest else {
            return None;
        };
        match (first.kind, second.kind, third.kind) {
            (Kind::Number, Kind::Arithmetic, Kind::Open | Kind::Function | Kind::Sleep)
                if rest
                    .iter()
                    .take(8)
                    .any(|t| matches!(t.kind, Kind::Select | Kind::Sleep | Kind::Function)) =>
            {
                Some(("shield.sqli.subquery", 8500, 5))
            }
            (Kind::Function, Kind::Open, Kind::Function | Kind::WeakFunction | Kind::Select)
                if rest
                    .get(3)
                    .is_some_and(|t| matches!(t.kind, Kind::Open | Kind::Name))
                    && self.short(120) =>
            {
                Some(("shield.sqli.subquery", 6000, 5))
            }
            (Kind::WeakFunction, Kind::Open, _)
                if self.short(200) && rest.iter().take(16).any(|t| t.kind == Kind::Sleep) =>
            {
                Some(("shield.sqli.time", 8500, 5))
            }
            _ => None,
        }
    }

    /// A value that is one condition from its first to its last byte.
    pub(super) fn condition(&self, rest: &[Token]) -> Option<Shape> {
        let number = skip(rest, &[Kind::Open, Kind::Arithmetic])
            .first()
            .is_some_and(|t| t.kind == Kind::Number);
        let chain = chain::read(rest, false);
        let whole = matches!(
            chain.tail,
            Tail::End | Tail::Cut | Tail::Closed | Tail::Clause
        ) || matches!(chain.tail, Tail::Literal { .. }) && chain.compared;
        if !whole || !self.short(400) {
            return None;
        }
        let few = self.texture.words <= 30;
        let score = match (chain.logic, chain.constant, chain.internal) {
            (true, true, _) if few => 9000,
            (true, _, true) if number => 8800,
            (false, _, true) if number && chain.compared => 8000,
            (true, false, false) if number && chain.joined => 7000,
            (true, false, false)
                if number
                    && chain.ends_constant
                    && chain.tail == Tail::Cut
                    && self.texture.words <= 4 =>
            {
                7500
            }
            _ => return None,
        };
        let code = if chain.internal {
            "shield.sqli.subquery"
        } else {
            "shield.sqli.tautology"
        };
        Some((code, score, chain.used))
    }

    /// A whole statement as a value: one line that asks for constants or for
    /// the server, as a script's statements hardly do.
    pub(super) fn statement(&self, tail: &[Token]) -> Option<Shape> {
        if self.context != Context::Bare {
            return None;
        }
        let strength = select_list(tail)?;
        // `select/**/x/**/from/**/t`: nobody writes that to be read
        let glued = |t: &Token| {
            let behind = self.text.get(t.end..);
            behind.is_some_and(|b| b.starts_with(b"/*") && !b.starts_with(b"/*!"))
        };
        let from = tail.iter().take(8).find(|t| t.kind == Kind::From);
        if self.first.as_ref().is_some_and(glued) && from.is_some_and(glued) {
            return Some(("shield.sqli.statement", 6500, 4));
        }
        let items = tail.iter().take(LOOK_AHEAD);
        let listed = items.clone().any(|t| t.kind == Kind::Comma)
            && items.clone().any(|t| t.kind == Kind::From);
        if strength < 2 && !listed {
            return None;
        }
        let probe = tail
            .iter()
            .take(LOOK_AHEAD)
            .take_while(|t| t.kind != Kind::From)
            .any(|t| {
                matches!(
                    t.kind,
                    Kind::Number
                        | Kind::Text { .. }
                        | Kind::Literal
                        | Kind::Variable
                        | Kind::Function
                        | Kind::Procedure
                        | Kind::Sleep
                )
            });
        Some(("shield.sqli.statement", if probe { 5500 } else { 4500 }, 4))
    }

    /// A value that begins with `and` or `or` and ends in the string or behind
    /// the comparison where the application goes on.
    pub(super) fn cut_off(&self, rest: &[Token]) -> Option<Shape> {
        if self.context != Context::Bare || self.before.is_some() || !self.short(120) {
            return None;
        }
        let [logic, tail @ ..] = rest else {
            return None;
        };
        let chain = chain::read(tail, false);
        let word = self
            .part(*logic)
            .and_then(<[u8]>::first)
            .is_some_and(u8::is_ascii_alphabetic);
        // `and x != y  # why it is so`
        let names = tail.iter().skip(chain.used).take(8);
        let noted = names.filter(|t| t.kind == Kind::Name).count() >= 2;
        let score = match chain.tail {
            Tail::Literal { empty: true } if chain.compared && chain.operators == 1 => 6000,
            Tail::Cut if word && self.texture.words <= 8 && !noted => 6500,
            Tail::End | Tail::Closed if word && chain.internal && self.texture.words <= 8 => 6000,
            // `xor 5>`, `or 1234<`: where the application goes on
            Tail::Dangling
                if word
                    && chain.compared
                    && self.texture.words <= 3
                    && tail
                        .first()
                        .is_some_and(|t| matches!(t.kind, Kind::Number | Kind::Text { .. })) =>
            {
                6500
            }
            _ => return None,
        };
        Some(("shield.sqli.tautology", score, chain.used))
    }

    /// `case when 1=1 then`: a choice by constants.
    pub(super) fn case(&self, tail: &[Token]) -> Option<Shape> {
        let near = tail.get(..tail.len().min(16)).unwrap_or_default();
        let constant = |t: Option<&Token>| {
            t.is_some_and(|t| matches!(t.kind, Kind::Number | Kind::Text { .. } | Kind::Literal))
        };
        let when = near.iter().position(|t| t.kind == Kind::When)?;
        let behind = near.get(when.saturating_add(1)..).unwrap_or_default();
        let then = behind.iter().any(|t| self.is_word(*t, &["then"]));
        let operand = skip(behind, &[Kind::Open, Kind::Not]).first();
        let asked = operand.is_some_and(|t| t.kind == Kind::Select);
        (then && (constant(operand) || asked || when > 0 && constant(near.first()))).then_some((
            "shield.sqli.subquery",
            7500,
            when.saturating_add(4),
        ))
    }

    /// `if(1=1,a,b)`: a choice by constants.
    pub(super) fn choice(&self, word: Token, tail: &[Token]) -> Option<Shape> {
        let constants = starts(
            tail,
            &[Kind::Open, Kind::Number, Kind::Compare, Kind::Number],
        );
        let two = tail.get(4).is_some_and(|t| t.kind == Kind::Comma);
        let begins = self.before.is_none() && self.text.len() > word.end.saturating_add(200);
        (constants && two && !begins && self.is_word(word, &["if", "iif"])).then_some((
            "shield.sqli.subquery",
            8000,
            6,
        ))
    }
}
