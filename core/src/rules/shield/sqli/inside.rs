//! What is SQL wherever it stands: conditions, calls, sub-selects, probes.

use super::super::sql_shapes::{called, ends, is_comparison, select_list, skip, starts};
use super::chain::{self, Tail};
use super::stacked::behind_number;
use super::{LOOK_AHEAD, Shape, View};
use crate::text::sql::{Context, Kind, Token};

impl View<'_> {
    /// `or 1=1`, `and 'a'='a'`, `|| 1 like 1`, `or a=a`
    pub(super) fn logic(&self, tail: &[Token]) -> Option<Shape> {
        let rest = skip(tail, &[Kind::Not, Kind::Open, Kind::Arithmetic]);
        let [first, after @ ..] = rest else {
            return None;
        };
        let attached = self.attached();
        match first.kind {
            Kind::Number | Kind::Text { .. } | Kind::Literal => {
                let after = skip(after, &[Kind::Shut, Kind::Not]);
                let next = after.first().map(|t| t.kind);
                let number = self.before == Some(Kind::Number);
                if number && next == Some(Kind::Comment) && self.texture.words <= 12 {
                    return Some(("shield.sqli.tautology", 7500, 4));
                }
                let second = after.get(1).filter(|_| is_comparison(next))?.kind;
                let text = matches!(first.kind, Kind::Text { .. });
                // `or "x" == "y"` of a script
                let same = || self.part(*first) == after.get(1).and_then(|t| self.part(*t));
                if text && matches!(second, Kind::Text { open: false, .. }) && !same() {
                    let near = self.index <= 3 && self.starts_constant();
                    return near.then_some(("shield.sqli.tautology", 9000, 4));
                }
                let constant = match second {
                    Kind::Number | Kind::Text { .. } | Kind::Literal | Kind::Open => true,
                    Kind::Arithmetic | Kind::Not => !text,
                    _ => false,
                } && (!text || matches!(next, Some(Kind::Compare | Kind::Like)));
                let near = attached
                    && self.before.is_some()
                    && self.index <= 3
                    && next == Some(Kind::Compare);
                let score = if attached { 9300 } else { 6000 };
                (constant || near && self.starts_constant()).then_some((
                    "shield.sqli.tautology",
                    score,
                    4,
                ))
            }
            Kind::Name => {
                let [compare, second, ..] = after else {
                    return None;
                };
                let same = compare.kind == Kind::Compare && self.part(*first) == self.part(*second);
                same.then_some(("shield.sqli.tautology", 8500, 4))
            }
            Kind::Variable
                if attached
                    && starts(after, &[Kind::Compare])
                    && self.is_server_variable(*first) =>
            {
                Some(("shield.sqli.tautology", 7500, 3))
            }
            Kind::Select if attached => Some(("shield.sqli.subquery", 9000, 3)),
            Kind::Function if attached && called(after) => {
                let near = self.index <= 4 && self.starts_constant();
                (near || nested(after)).then_some(("shield.sqli.subquery", 8800, 4))
            }
            Kind::Sleep | Kind::Procedure if attached && called(after) => {
                Some(("shield.sqli.subquery", 8800, 4))
            }
            Kind::Schema if attached => Some(("shield.sqli.schema", 8800, 3)),
            Kind::WeakFunction | Kind::Object if attached && called(after) => {
                let near = self.index <= 4 && self.before.is_some() && self.starts_constant();
                let compared = near && after.iter().take(7).any(|t| t.kind == Kind::Compare);
                (compared || nested(after)).then_some(("shield.sqli.subquery", 8500, 5))
            }
            _ => None,
        }
    }

    pub(super) fn sleep(&self, tail: &[Token]) -> Option<Shape> {
        let argument = tail.get(1).map(|t| t.kind);
        let called = match tail.first().map(|t| t.kind) {
            Some(Kind::Open) => true,
            // `dbms_lock.sleep`
            Some(Kind::Dot) => argument == Some(Kind::Sleep),
            _ => false,
        };
        let fits = called
            && matches!(
                argument,
                Some(
                    Kind::Number
                        | Kind::Open
                        | Kind::Text { .. }
                        | Kind::Sleep
                        | Kind::Name
                        | Kind::Function
                        | Kind::Select
                )
            );
        let attached = matches!(
            self.before,
            Some(
                Kind::Select
                    | Kind::Logic
                    | Kind::Pipes
                    | Kind::Arithmetic
                    | Kind::Compare
                    | Kind::Comma
                    | Kind::Close
                    | Kind::Open
                    | Kind::Where
                    | Kind::Number
                    | Kind::Semicolon
            )
        );
        // `run(sleep(1))` of a script
        let attached = attached
            && (self.before != Some(Kind::Open)
                || self.index <= 3
                || self.context != Context::Bare);
        match (fits, attached, self.before) {
            (true, true, _) => Some(("shield.sqli.time", 9000, 4)),
            // a line of a script ends in a semicolon
            (true, _, None) if tail.last().is_some_and(|t| t.kind != Kind::Semicolon) => {
                Some(("shield.sqli.time", 6500, 4))
            }
            _ => None,
        }
    }

    pub(super) fn schema(&self, tail: &[Token]) -> Option<Shape> {
        match self.before {
            Some(Kind::From | Kind::Into | Kind::Logic | Kind::Select | Kind::Compare) => {
                Some(("shield.sqli.schema", 9000, 2))
            }
            None if starts(tail, &[Kind::Dot]) && self.short(80) => {
                Some(("shield.sqli.schema", 6500, 2))
            }
            _ => None,
        }
    }

    pub(super) fn procedure(&self, tail: &[Token]) -> Option<Shape> {
        let arguments = called(tail) && tail.get(1).is_some_and(|t| t.kind != Kind::Shut);
        // a package's name: `||utl_http.request`
        let dotted = starts(tail, &[Kind::Dot]);
        match self.before {
            None | Some(Kind::Pipes) if dotted && self.texture.words <= 8 => {
                Some(("shield.sqli.schema", 7500, 2))
            }
            Some(Kind::Execute | Kind::Dot | Kind::Semicolon) if self.texture.words <= 40 => {
                Some(("shield.sqli.schema", 9300, 2))
            }
            None if tail
                .first()
                .is_some_and(|t| matches!(t.kind, Kind::Text { .. })) =>
            {
                Some(("shield.sqli.schema", 8000, 2))
            }
            // `x = extractValue(y)` is a script
            Some(Kind::Compare | Kind::Name) if !self.starts_constant() => None,
            None if arguments && tail.get(1).is_some_and(|t| t.kind == Kind::Name) => None,
            _ if arguments => Some(("shield.sqli.schema", 8800, 3)),
            _ => None,
        }
    }

    pub(super) fn order(&self, tail: &[Token]) -> Option<Shape> {
        let [by, what, after @ ..] = tail else {
            return None;
        };
        let attached = matches!(
            self.before,
            Some(Kind::Number | Kind::Shut | Kind::Text { .. })
        );
        if !attached || by.kind != Kind::By {
            return None;
        }
        let probe = match what.kind {
            Kind::Number => {
                let listed = after
                    .iter()
                    .take(24)
                    .take_while(|t| matches!(t.kind, Kind::Comma | Kind::Number))
                    .count();
                let direction = after
                    .get(listed)
                    .is_some_and(|t| self.is_word(*t, &["asc", "desc"]));
                let rest = after.get(listed.saturating_add(usize::from(direction))..);
                // `size 7 order by 5` without a comment is prose
                let number = self.context != Context::Bare
                    || self.index <= 3
                        && self.first.is_some_and(|t| {
                            matches!(t.kind, Kind::Number | Kind::Arithmetic | Kind::Open)
                        });
                let cut = rest.is_some_and(|r| r.iter().take(3).any(|t| t.kind == Kind::Comment));
                ends(rest) && (number || cut) || rest.is_some_and(|r| starts(r, &[Kind::Having]))
            }
            Kind::Function | Kind::WeakFunction | Kind::Object => {
                called(after) && self.starts_constant()
            }
            _ => false,
        };
        probe.then_some(("shield.sqli.probe", 8500, 3))
    }

    /// A select that is no beginning: `(select …`, `=select`, or a whole value.
    pub(super) fn select(&self, tail: &[Token]) -> Option<Shape> {
        if self.before.is_none() {
            return self.statement(tail);
        }
        let listed = select_list(tail)?;
        let from = tail.iter().take(LOOK_AHEAD).any(|t| t.kind == Kind::From);
        match self.before {
            Some(Kind::Open | Kind::Compare | Kind::Arithmetic) => Some((
                "shield.sqli.subquery",
                if from || listed >= 2 { 8000 } else { 5500 },
                4,
            )),
            Some(Kind::Comma) if from => Some(("shield.sqli.subquery", 7000, 4)),
            _ => None,
        }
    }

    /// A whole statement as a value: one line that asks for constants or for
    /// the server, as a script's statements hardly do.
    fn statement(&self, tail: &[Token]) -> Option<Shape> {
        if self.context != Context::Bare {
            return None;
        }
        let strength = select_list(tail)?;
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

    /// A value that opens as an expression of SQL.
    pub(super) fn opening(&self, rest: &[Token]) -> Option<Shape> {
        if self.context != Context::Bare {
            return None;
        }
        if let Some(found) = self.condition(rest) {
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
    fn condition(&self, rest: &[Token]) -> Option<Shape> {
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
            (true, false, false) if number && chain.ends_constant && chain.tail == Tail::Cut => {
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
        (then && (constant(operand) || when > 0 && constant(near.first()))).then_some((
            "shield.sqli.subquery",
            7500,
            when.saturating_add(4),
        ))
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
        let score = match chain.tail {
            Tail::Literal { empty: true } if chain.compared && chain.operators == 1 => 6000,
            Tail::Cut if word && self.texture.words <= 8 => 6500,
            Tail::End | Tail::Closed if word && chain.internal && self.texture.words <= 8 => 6000,
            _ => return None,
        };
        Some(("shield.sqli.tautology", score, chain.used))
    }

    /// The value begins with what a number may be replaced by.
    fn starts_constant(&self) -> bool {
        self.context != Context::Bare
            || self.first.is_none_or(|t| {
                matches!(
                    t.kind,
                    Kind::Number
                        | Kind::Literal
                        | Kind::Text { .. }
                        | Kind::Shut
                        | Kind::Logic
                        | Kind::Arithmetic
                ) && self.texture.words <= 60
            })
    }

    fn part(&self, token: Token) -> Option<&[u8]> {
        self.text.get(token.start..token.end)
    }

    /// `@@version`
    fn is_server_variable(&self, token: Token) -> bool {
        self.text
            .get(token.start..token.end)
            .is_some_and(|name| name.len() > 2 && name.starts_with(b"@@"))
    }
}

/// Inside a call something of a database is asked for.
fn nested(after: &[Token]) -> bool {
    after.iter().take(7).any(|t| {
        matches!(
            t.kind,
            Kind::Select | Kind::Function | Kind::Schema | Kind::Sleep | Kind::Object
        )
    })
}
