//! A second statement behind the first: after a semicolon, or, as SQL Server
//! allows, right after a number.

use super::super::sql_shapes::{ends, skip, statement};
use super::{Shape, View};
use crate::text::sql::{Context, Kind, Token};

impl View<'_> {
    /// What follows a semicolon.
    pub(super) fn stacked(&self, tail: &[Token]) -> Option<Shape> {
        let rest = skip(tail, &[Kind::Comment, Kind::Semicolon]);
        let first = rest.first()?;
        // `drop the table; select "x"`
        let said = self.context == Context::Bare
            && !self.starts_constant()
            && first.kind == Kind::Select
            && matches!(rest, [_, text] if matches!(text.kind, Kind::Text { .. }));
        if said {
            return None;
        }
        let shut = first.kind == Kind::Shutdown && ends(rest.get(1..));
        let brief = self.texture.words <= 5;
        let call = brief
            && first.kind == Kind::Execute
            && rest.get(1).is_some_and(|t| t.kind == Kind::Name);
        (shut || call || statement(rest) || self.command(rest)).then_some((
            "shield.sqli.stacked",
            9200,
            4,
        ))
    }

    /// Statements whose first word is no keyword to the lexer.
    fn command(&self, rest: &[Token]) -> bool {
        let [verb, after @ ..] = rest else {
            return false;
        };
        let next = after.first().map(|t| t.kind);
        let second = after.get(1);
        match verb.kind {
            // `if 1=1 drop table x`
            Kind::WeakFunction => {
                next == Some(Kind::Number) && second.is_some_and(|t| t.kind == Kind::Compare)
            }
            Kind::Set => {
                next == Some(Kind::Variable) && second.is_some_and(|t| t.kind == Kind::Compare)
            }
            Kind::Drop | Kind::Update | Kind::Delete => {
                // cut short, as probes are
                let cut = second.is_some_and(|t| t.kind == Kind::Comment)
                    && next == Some(Kind::Name)
                    && self.starts_constant();
                (after.len() <= 1 || cut) && self.short(40) && self.texture.words <= 3
            }
            Kind::Execute => {
                after
                    .first()
                    .is_some_and(|t| self.is_word(*t, &["immediate"]))
                    && second.is_some_and(|t| matches!(t.kind, Kind::Text { .. }))
            }
            Kind::Name if self.is_word(*verb, &["load"]) => {
                after.iter().take(6).any(|t| self.is_word(*t, &["infile"]))
            }
            Kind::Name if self.is_word(*verb, &["prepare"]) => {
                second.is_some_and(|t| t.kind == Kind::From)
            }
            Kind::Name if self.is_word(*verb, &["handler"]) => {
                second.is_some_and(|t| self.is_word(*t, &["open", "read"]))
            }
            Kind::Name if self.is_word(*verb, &["copy"]) => after
                .iter()
                .take(12)
                .any(|t| self.is_word(*t, &["program"])),
            Kind::Name if self.is_word(*verb, &["while"]) => {
                next == Some(Kind::Number) && second.is_some_and(|t| t.kind == Kind::Compare)
            }
            Kind::Name if self.is_word(*verb, &["desc", "print", "do", "backup", "grant"]) => {
                let server = matches!(
                    next,
                    Some(Kind::Variable | Kind::Schema | Kind::Object | Kind::Sleep)
                );
                server && self.texture.words <= 12
            }
            _ => false,
        }
    }
}

/// A number and a statement: `1 exec x`, `1 update t set a=b`.
pub(super) fn behind_number(tail: &[Token]) -> Option<Shape> {
    let first = tail.first()?;
    let verb = matches!(
        first.kind,
        Kind::Update | Kind::Delete | Kind::Drop | Kind::Insert | Kind::Declare | Kind::Execute
    );
    (verb && statement(tail)).then_some(("shield.sqli.stacked", 7500, 4))
}
