//! Small questions about SQL tokens that several shapes ask.

use crate::text::sql::{Kind, Token};

/// `union [all] [(] select` and a select list.
pub(super) fn union(tail: &[Token], attached: bool) -> Option<(&'static str, u16, usize)> {
    let rest = skip(tail, &[Kind::All, Kind::Open, Kind::Comment, Kind::Other]);
    let [first, after @ ..] = rest else {
        return None;
    };
    let score = match first.kind {
        Kind::Select => match select_list(after) {
            Some(2..) => 9700,
            Some(_) => 8500,
            None if after.len() <= 1 => 8500,
            // `union (select name)`, `union select name`
            None if attached => {
                let two = |i: usize| after.get(i).is_some_and(|t| t.kind == Kind::Name);
                if two(0) && two(1) && two(2) {
                    4000
                } else {
                    8000
                }
            }
            None => 4000,
        },
        Kind::Values => 7000,
        _ => return None,
    };
    Some(("shield.sqli.union", score, 5))
}

/// How much what follows SELECT is a select list: 1 by its first item, 2 by
/// what follows that; `None` for anything prose could say.
pub(super) fn select_list(tail: &[Token]) -> Option<u8> {
    let rest = skip(tail, &[Kind::All, Kind::Open, Kind::Comment, Kind::Not]);
    let [first, after @ ..] = rest else {
        return None;
    };
    let next = after.first().map(|t| t.kind);
    let follows = matches!(
        next,
        None | Some(
            Kind::Comma
                | Kind::From
                | Kind::Comment
                | Kind::Shut
                | Kind::Semicolon
                | Kind::Pipes
                | Kind::Arithmetic
                | Kind::Into
                | Kind::Where
                | Kind::Limit
        )
    );
    let surely = |sure: bool| Some(if sure { 2 } else { 1 });
    match first.kind {
        Kind::Number | Kind::Text { .. } | Kind::Literal | Kind::Variable => surely(follows),
        Kind::Arithmetic => surely(follows || next == Some(Kind::Number)),
        Kind::Function
        | Kind::Sleep
        | Kind::WeakFunction
        | Kind::Schema
        | Kind::Procedure
        | Kind::Object
            if next == Some(Kind::Open) =>
        {
            Some(2)
        }
        Kind::Function | Kind::Sleep | Kind::Schema | Kind::Procedure | Kind::Case => Some(1),
        Kind::Select => Some(2),
        Kind::Name | Kind::Object | Kind::WeakFunction => match next {
            Some(Kind::From) => {
                let Some(table) = after.get(1) else {
                    return Some(2);
                };
                let named = matches!(
                    table.kind,
                    Kind::Name | Kind::Schema | Kind::Open | Kind::Object
                );
                let quoted = matches!(
                    table,
                    Token {
                        kind: Kind::Text { .. },
                        ..
                    }
                ) && after.get(2).is_some_and(|t| t.kind == Kind::Dot);
                let prose = after.get(2).is_some_and(|t| t.kind == Kind::Name);
                (named && !prose || quoted).then_some(2)
            }
            Some(Kind::Comma | Kind::Dot) => Some(1),
            Some(Kind::Open) => Some(2),
            _ => None,
        },
        _ => None,
    }
}

/// A statement's verb with the object that belongs to it.
pub(super) fn statement(rest: &[Token]) -> bool {
    let [verb, after @ ..] = rest else {
        return false;
    };
    let next = after.first().map(|t| t.kind);
    match verb.kind {
        Kind::Drop | Kind::Create | Kind::Alter => matches!(next, Some(Kind::Object)),
        Kind::Insert => next == Some(Kind::Into),
        Kind::Delete => {
            next == Some(Kind::From)
                || next == Some(Kind::Name) && after.get(1).is_some_and(|t| t.kind == Kind::From)
        }
        Kind::Update => after.get(1).is_some_and(|t| t.kind == Kind::Set),
        Kind::Execute => matches!(
            next,
            Some(Kind::Procedure | Kind::Function | Kind::Variable | Kind::Text { .. })
        ),
        Kind::Declare => next == Some(Kind::Variable),
        Kind::Select => select_list(after).is_some(),
        Kind::Waitfor => next == Some(Kind::Delay),
        _ => false,
    }
}

/// The tokens begin with these kinds.
pub(super) fn starts(tokens: &[Token], kinds: &[Kind]) -> bool {
    kinds
        .iter()
        .enumerate()
        .all(|(i, kind)| tokens.get(i).is_some_and(|t| t.kind == *kind))
}

/// A parenthesis opens.
pub(super) fn called(tokens: &[Token]) -> bool {
    starts(tokens, &[Kind::Open])
}

/// Leaves out leading tokens of these kinds, a few at most.
pub(super) fn skip<'t>(tokens: &'t [Token], kinds: &[Kind]) -> &'t [Token] {
    let count = tokens
        .iter()
        .take(8)
        .take_while(|t| kinds.contains(&t.kind))
        .count();
    tokens.get(count..).unwrap_or_default()
}

pub(super) fn is_comparison(kind: Option<Kind>) -> bool {
    matches!(
        kind,
        Some(Kind::Compare | Kind::Like | Kind::Between | Kind::In | Kind::Is)
    )
}

/// Nothing follows that the statement would have to make sense of.
pub(super) fn ends(rest: Option<&[Token]>) -> bool {
    let rest = skip(rest.unwrap_or_default(), &[Kind::Shut, Kind::Semicolon]);
    rest.first().is_none_or(|t| t.kind == Kind::Comment)
}
