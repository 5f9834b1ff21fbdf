//! What is SQL wherever it stands: conditions, calls, sub-selects, probes.

use super::super::sql_shapes::{called, ends, is_comparison, select_list, skip, starts};
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
                let cut = next == Some(Kind::Comment) && !self.is_script();
                if number && cut && self.texture.words <= 12 {
                    return Some(("shield.sqli.tautology", 7500, 4));
                }
                let second = after.get(1).filter(|_| is_comparison(next))?.kind;
                let text = matches!(first.kind, Kind::Text { .. });
                // `or 'x' in ('x')`
                if text && starts(after, &[Kind::In, Kind::Open]) && self.before.is_none() {
                    let same = after.get(2).and_then(|t| self.part(*t)) == self.part(*first);
                    return same.then_some(("shield.sqli.tautology", 7500, 5));
                }
                // `or "x" == "y"` of a script
                let same = || self.part(*first) == after.get(1).and_then(|t| self.part(*t));
                if text && matches!(second, Kind::Text { open: false, .. }) && !same() {
                    let near = self.index <= 3 && self.starts_constant();
                    return near.then_some(("shield.sqli.tautology", 9000, 4));
                }
                let constant = match second {
                    Kind::Text { .. } if next == Some(Kind::Is) => false,
                    Kind::Number | Kind::Text { .. } | Kind::Literal | Kind::Open => true,
                    Kind::Arithmetic | Kind::Not => !text,
                    _ => false,
                } && (!text || matches!(next, Some(Kind::Compare | Kind::Like)));
                let near = attached
                    && self.before.is_some()
                    && self.index <= 3
                    && next == Some(Kind::Compare);
                // `what does or 1=1 mean`
                let lands = match self.context {
                    Context::Bare => self.starts_constant(),
                    Context::Inside(_) => attached,
                };
                let said = !lands
                    && (reads_on(after.get(2..).unwrap_or_default())
                        || after.get(1).is_some_and(|t| self.ends_sentence(*t)));
                let score = match (said, attached) {
                    (true, _) => 4500,
                    (_, true) => 9300,
                    _ => 6000,
                };
                (constant || near && self.starts_constant()).then_some((
                    "shield.sqli.tautology",
                    score,
                    4,
                ))
            }
            Kind::Object | Kind::WeakFunction | Kind::Function
                if self.before.is_none()
                    && self.texture.words <= 4
                    && starts(after, &[Kind::Compare])
                    && after.get(1).and_then(|t| self.part(*t)) == self.part(*first) =>
            {
                Some(("shield.sqli.tautology", 7500, 4))
            }
            Kind::Name => self.same_name(*first, after),
            Kind::Variable
                if attached
                    && starts(after, &[Kind::Compare])
                    && self.is_server_variable(*first) =>
            {
                Some(("shield.sqli.tautology", 7500, 3))
            }
            // `and select the entry` has no parenthesis
            Kind::Select
                if self.before.is_none()
                    && starts(tail, &[Kind::Select])
                    && select_list(after) < Some(2) =>
            {
                None
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

    /// `or a=a`
    fn same_name(&self, first: Token, after: &[Token]) -> Option<Shape> {
        let [compare, second, ..] = after else {
            return None;
        };
        // `or a <a href`, `&& (x = x.trim())`
        let equal = self.part(*compare).is_some_and(|c| c.contains(&b'='));
        let goes_on = after
            .get(2)
            .is_some_and(|t| matches!(t.kind, Kind::Dot | Kind::Open));
        // `n = {n}` of a text with places
        let ahead = self.text.get(..second.start).unwrap_or_default();
        let placed = ahead.ends_with(b"{");
        let same = compare.kind == Kind::Compare
            && equal
            && !goes_on
            && !placed
            && self.part(first) == self.part(*second);
        same.then_some(("shield.sqli.tautology", 8500, 4))
    }

    pub(super) fn sleep(&self, word: Token, tail: &[Token]) -> Option<Shape> {
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
        // `// sleep(1)` and `run(sleep(1))` of a script
        let ahead = self.text.get(..word.start).unwrap_or_default();
        let attached = attached
            && !ahead.trim_ascii_end().ends_with(b"//")
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
            // `information_schema.tables of postgres` is a search
            None if starts(tail, &[Kind::Dot])
                && self.short(80)
                && !is_said(tail.get(2..).unwrap_or_default()) =>
            {
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
    pub(super) fn select(&self, word: Token, tail: &[Token]) -> Option<Shape> {
        if self.before.is_none() {
            return self.statement(tail);
        }
        // a segment of a path: `/select-a-plan/`
        let ahead = self.text.get(..word.start).unwrap_or_default();
        let segment = ahead.ends_with(b"/") && !ahead.ends_with(b"*/");
        // `react-select`, `**select**`
        let hyphened = matches!(ahead, [.., b'a'..=b'z', b'-'] | [.., b'*', b'*']);
        if segment || hyphened {
            return None;
        }
        let listed = select_list(tail)?;
        let from = tail.iter().take(LOOK_AHEAD).any(|t| t.kind == Kind::From);
        match self.before {
            Some(Kind::Open | Kind::Compare | Kind::Arithmetic) => Some((
                "shield.sqli.subquery",
                if from || listed >= 2 { 8000 } else { 4500 },
                4,
            )),
            Some(Kind::Comma) if from => Some(("shield.sqli.subquery", 7000, 4)),
            _ => None,
        }
    }

    /// The value begins with what a number may be replaced by.
    pub(super) fn starts_constant(&self) -> bool {
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

    /// A number with a full stop: `when 1=1. Then`.
    fn ends_sentence(&self, number: Token) -> bool {
        let behind = self.text.get(number.end..).unwrap_or_default();
        self.part(number).is_some_and(|n| n.ends_with(b"."))
            && matches!(behind, [b' ' | b'\n', b'A'..=b'Z', ..])
    }

    pub(super) fn part(&self, token: Token) -> Option<&[u8]> {
        self.text.get(token.start..token.end)
    }

    /// `@@version`
    fn is_server_variable(&self, token: Token) -> bool {
        self.text
            .get(token.start..token.end)
            .is_some_and(|name| name.len() > 2 && name.starts_with(b"@@"))
    }
}

/// A sentence goes on, where an expression would have to end or to be joined.
fn reads_on(rest: &[Token]) -> bool {
    let next = rest.get(1).map(|t| t.kind);
    rest.first().is_some_and(|t| match t.kind {
        Kind::Name | Kind::Dot => true,
        Kind::In | Kind::Is => next == Some(Kind::Name),
        _ => false,
    })
}

/// Behind a table an alias may stand, and then a clause; words are a search.
fn is_said(rest: &[Token]) -> bool {
    let next = rest.get(2).map(|t| t.kind);
    match rest {
        [alias, word, ..] if alias.kind == Kind::Name => {
            word.kind == Kind::Name || word.kind == Kind::Order && next != Some(Kind::By)
        }
        _ => false,
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
