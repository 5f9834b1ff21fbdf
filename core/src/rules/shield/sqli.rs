//! SQL injection: shapes over the tokens of [`crate::text::sql`], in each
//! context the value may land in.
//!
//! Sees tautologies, UNION SELECT, stacked statements, truncation by comment,
//! time delays, system tables, sub-selects, string arithmetic behind a broken
//! quote. Does not see second-order injection, or a whole statement in a field
//! that is meant to hold one. Prose is told from SQL by what follows a keyword:
//! a select list has commas, numbers or calls; prose has another word.
//! Cost: one pass of the lexer per context; shapes look ahead a few tokens.

use super::evidence::{Evidence, Strongest, Texture};
use super::sql_shapes::{
    called, ends, is_comparison, select_list, skip, stacked, starts, statement, union,
};
use crate::text::sql::{Context, Kind, Lexer, Token};
use alloc::vec::Vec;

/// Tokens judged at a time; shapes see [`LOOK_AHEAD`] of the next window.
const WINDOW: usize = 512;
const LOOK_AHEAD: usize = 32;

/// What a shape says: code, belief, tokens it took.
type Shape = (&'static str, u16, usize);

/// The strongest evidence in `text`. `room` is reused between values.
pub(crate) fn find(text: &[u8], texture: Texture, room: &mut Vec<Token>) -> Option<Evidence> {
    let mut best = Strongest::default();
    read(text, Context::Bare, texture, room, &mut best);
    for quote in [b'\'', b'"'] {
        if text.contains(&quote) {
            read(text, Context::Inside(quote), texture, room, &mut best);
        }
    }
    best.0
}

fn read(
    text: &[u8],
    context: Context,
    texture: Texture,
    room: &mut Vec<Token>,
    best: &mut Strongest,
) {
    room.clear();
    let mut view = View {
        text,
        texture,
        context,
        first: None,
        before: None,
    };
    for token in Lexer::new(text, context) {
        view.first = view.first.or(Some(token.kind));
        room.push(token);
        if room.len() >= WINDOW {
            let judged = WINDOW.saturating_sub(LOOK_AHEAD);
            view.judge(room, judged, best);
            room.drain(..judged);
        }
    }
    view.judge(room, room.len(), best);
}

struct View<'t> {
    text: &'t [u8],
    texture: Texture,
    context: Context,
    /// The first token of the value.
    first: Option<Kind>,
    /// The token before the one being judged.
    before: Option<Kind>,
}

impl View<'_> {
    fn judge(&mut self, tokens: &[Token], starts: usize, best: &mut Strongest) {
        for (index, token) in tokens.iter().take(starts).enumerate() {
            let rest = tokens.get(index..).unwrap_or_default();
            if let Some((code, score, length)) = self.shape(rest) {
                let last = rest
                    .get(length.saturating_sub(1))
                    .or(rest.last())
                    .unwrap_or(token);
                best.add(Evidence::new(
                    code,
                    self.weigh(code, score),
                    token.start,
                    last.end,
                ));
            }
            self.before = Some(token.kind);
        }
    }

    /// A script of statements is content, however dangerous it reads; texts
    /// quote SQL.
    fn weigh(&self, code: &'static str, score: u16) -> u16 {
        let script = matches!(
            self.first,
            Some(
                Kind::Select
                    | Kind::Insert
                    | Kind::Create
                    | Kind::Update
                    | Kind::Delete
                    | Kind::Alter
                    | Kind::Drop
            )
        );
        let timed = code == "shield.sqli.time";
        let score = if script && self.context == Context::Bare && !timed {
            score.min(6000)
        } else {
            score
        };
        // a full select list behind UNION is no prose
        let in_text = if score >= 9500 { 7500 } else { score.min(4500) };
        self.texture.weigh(score, in_text, score.min(3000))
    }

    fn short(&self, length: usize) -> bool {
        self.text.len() <= length
    }

    /// The token before could end an operand, so that an operator may follow.
    fn attached(&self) -> bool {
        matches!(
            self.before,
            None | Some(
                Kind::Number
                    | Kind::Text { .. }
                    | Kind::Close
                    | Kind::Shut
                    | Kind::Literal
                    | Kind::Variable
                    | Kind::Comment
            )
        )
    }

    /// The shape that `rest` starts with.
    fn shape(&self, rest: &[Token]) -> Option<Shape> {
        let [first, tail @ ..] = rest else {
            return None;
        };
        match first.kind {
            Kind::Close => self.behind_quote(tail),
            Kind::Union => union(tail),
            Kind::Semicolon => stacked(tail, self.texture.words <= 5),
            Kind::Logic | Kind::Pipes => self.logic(tail),
            Kind::Sleep => self.sleep(tail),
            Kind::Waitfor => starts(tail, &[Kind::Delay]).then_some(("shield.sqli.time", 9500, 3)),
            Kind::Schema => self.schema(tail),
            Kind::Procedure => self.procedure(tail),
            Kind::Into => starts(tail, &[Kind::Outfile]).then_some(("shield.sqli.file", 9000, 3)),
            Kind::Order => self.order(tail),
            Kind::Having => {
                let operands = skip(tail, &[Kind::Open, Kind::Not]);
                starts(operands, &[Kind::Number, Kind::Compare]).then_some((
                    "shield.sqli.probe",
                    8500,
                    4,
                ))
            }
            Kind::Where if self.before.is_none() => starts(
                tail,
                &[Kind::Number, Kind::Compare, Kind::Number],
            )
            .then_some(("shield.sqli.tautology", 7000, 4)),
            Kind::Select => self.select(tail),
            Kind::Declare => {
                starts(tail, &[Kind::Variable]).then_some(("shield.sqli.stacked", 7500, 2))
            }
            Kind::Open if self.before.is_none() && self.short(160) => {
                // `(select …` or `( … ) --`: an expression with the rest cut off
                let select = starts(tail, &[Kind::Select]) && tail.len() > 1;
                let cut = rest.last().is_some_and(|t| t.kind == Kind::Comment)
                    && rest
                        .iter()
                        .rev()
                        .nth(1)
                        .is_some_and(|t| t.kind == Kind::Shut);
                (select || cut).then_some(("shield.sqli.subquery", 7000, 2))
            }
            Kind::Number | Kind::Function | Kind::WeakFunction if self.before.is_none() => {
                self.opening(rest)
            }
            _ => None,
        }
    }

    /// What follows the quote that ends the string the value stood in.
    fn behind_quote(&self, tail: &[Token]) -> Option<Shape> {
        let closing = tail.iter().take_while(|t| t.kind == Kind::Shut).count();
        let rest = tail.get(closing..).unwrap_or_default();
        let [first, after @ ..] = rest else {
            return None;
        };
        let used = closing.saturating_add(2);
        let next = after.first().map(|t| t.kind);
        match first.kind {
            // a sentence may end in a quote and a dash
            Kind::Comment if self.texture.words > 12 => None,
            Kind::Comment if after.len() <= 1 => Some(("shield.sqli.comment", 8500, used)),
            Kind::Comment if self.short(40) => Some(("shield.sqli.comment", 7000, used)),
            Kind::Semicolon if next == Some(Kind::Comment) => {
                Some(("shield.sqli.comment", 9000, used))
            }
            Kind::Logic | Kind::Pipes => self.widened(after).then_some((
                "shield.sqli.tautology",
                9300,
                used.saturating_add(2),
            )),
            Kind::Compare | Kind::Like | Kind::Arithmetic | Kind::Is | Kind::In | Kind::Between
                if self.short(200) =>
            {
                self.compared(after, closing == 0, used)
            }
            Kind::Name if self.short(60) && next == Some(Kind::Like) => {
                Some(("shield.sqli.tautology", 7000, used))
            }
            Kind::Order if next == Some(Kind::By) => {
                let target = after.get(1).map(|t| t.kind);
                (target == Some(Kind::Number) && ends(after.get(2..))).then_some((
                    "shield.sqli.probe",
                    8800,
                    used.saturating_add(2),
                ))
            }
            Kind::Having | Kind::Where | Kind::Limit => {
                let fits = matches!(next, Some(Kind::Number | Kind::Text { .. } | Kind::Name))
                    && (is_comparison(after.get(1).map(|t| t.kind))
                        || first.kind == Kind::Limit && next == Some(Kind::Number));
                fits.then_some(("shield.sqli.probe", 7500, used.saturating_add(1)))
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
                sql.then_some(("shield.sqli.subquery", 8500, used))
            }
            _ if self.texture.words <= 14 && statement(rest) => {
                Some(("shield.sqli.statement", 6800, used))
            }
            _ => None,
        }
    }

    /// Behind a broken quote: a condition that widens the query.
    fn widened(&self, after: &[Token]) -> bool {
        let rest = skip(after, &[Kind::Not, Kind::Open, Kind::Arithmetic]);
        let Some(head) = rest.first() else {
            return false;
        };
        let next = rest.get(1).map(|t| t.kind);
        match head.kind {
            Kind::Function
            | Kind::Sleep
            | Kind::Schema
            | Kind::Procedure
            | Kind::Select
            | Kind::Variable
            | Kind::Case => true,
            Kind::WeakFunction => next == Some(Kind::Open),
            Kind::Name | Kind::Object => {
                is_comparison(next)
                    || next == Some(Kind::Dot)
                    || (next == Some(Kind::Arithmetic)
                        && is_comparison(rest.get(3).map(|t| t.kind)))
                    || (next == Some(Kind::Open)
                        && (head.kind == Kind::Object
                            || is_comparison(rest.get(3).map(|t| t.kind))))
            }
            Kind::Text { open, empty } => {
                let next = skip(rest.get(1..).unwrap_or_default(), &[Kind::Shut])
                    .first()
                    .map(|t| t.kind);
                // the last part is what generators make of it: `x'OR'a='a`
                let odd = next == Some(Kind::Name) && self.short(60) && ends(rest.get(2..));
                (open && !empty)
                    || odd
                    || is_comparison(next)
                    || (next.is_some() && ends(rest.get(1..)))
            }
            Kind::Number | Kind::Literal => {
                is_comparison(next)
                    || next == Some(Kind::Arithmetic)
                    || ends(rest.get(1..))
                    || matches!(next, Some(Kind::Logic | Kind::Pipes))
            }
            _ => false,
        }
    }

    /// Behind a broken quote: the string compared or computed with.
    fn compared(&self, after: &[Token], bare: bool, used: usize) -> Option<Shape> {
        let rest = skip(
            after,
            &[
                Kind::Not,
                Kind::Open,
                Kind::Arithmetic,
                Kind::Compare,
                Kind::Like,
            ],
        );
        let head = rest.first()?;
        match head.kind {
            Kind::Text { open: true, empty } => {
                let prose = self.texture.words > if empty { 2 } else { 8 };
                Some((
                    "shield.sqli.tautology",
                    if prose { 4500 } else { 8000 },
                    used,
                ))
            }
            Kind::Number | Kind::Literal if bare && ends(rest.get(1..)) => {
                Some(("shield.sqli.tautology", 6500, used))
            }
            Kind::Number | Kind::Literal | Kind::Text { .. }
                if matches!(
                    rest.get(1).map(|t| t.kind),
                    Some(Kind::Logic | Kind::Pipes | Kind::Compare | Kind::Like)
                ) =>
            {
                Some(("shield.sqli.tautology", 8000, used))
            }
            Kind::Select | Kind::Function | Kind::Schema | Kind::Procedure | Kind::Sleep => {
                Some(("shield.sqli.subquery", 9000, used))
            }
            _ => None,
        }
    }

    /// `or 1=1`, `and 'a'='a'`, `|| 1 like 1`, `or a=a`
    fn logic(&self, tail: &[Token]) -> Option<Shape> {
        let rest = skip(tail, &[Kind::Not, Kind::Open, Kind::Arithmetic]);
        let [first, after @ ..] = rest else {
            return None;
        };
        let attached = self.attached();
        match first.kind {
            Kind::Number | Kind::Text { .. } | Kind::Literal => {
                let next = after.first().map(|t| t.kind);
                if attached && self.before == Some(Kind::Number) && next == Some(Kind::Comment) {
                    return Some(("shield.sqli.tautology", 7500, 4));
                }
                let second = after.get(1).filter(|_| is_comparison(next))?.kind;
                let constant = matches!(
                    second,
                    Kind::Number
                        | Kind::Text { .. }
                        | Kind::Literal
                        | Kind::Open
                        | Kind::Arithmetic
                        | Kind::Not
                );
                let score = if attached { 9300 } else { 6000 };
                (constant || (attached && next == Some(Kind::Compare))).then_some((
                    "shield.sqli.tautology",
                    score,
                    4,
                ))
            }
            Kind::Name => {
                let [compare, second, ..] = after else {
                    return None;
                };
                let same = compare.kind == Kind::Compare
                    && self.text.get(first.start..first.end)
                        == self.text.get(second.start..second.end);
                same.then_some(("shield.sqli.tautology", 8500, 4))
            }
            Kind::Variable if attached && starts(after, &[Kind::Compare]) => {
                Some(("shield.sqli.tautology", 7500, 3))
            }
            Kind::Select if attached => Some(("shield.sqli.subquery", 9000, 3)),
            Kind::Function | Kind::Sleep | Kind::Procedure if attached && called(after) => {
                Some(("shield.sqli.subquery", 8800, 4))
            }
            Kind::Schema if attached => Some(("shield.sqli.schema", 8800, 3)),
            Kind::WeakFunction | Kind::Object if attached && called(after) => {
                let sql = after.iter().take(7).any(|t| {
                    matches!(
                        t.kind,
                        Kind::Select
                            | Kind::Function
                            | Kind::Schema
                            | Kind::Sleep
                            | Kind::Compare
                            | Kind::Object
                    )
                });
                sql.then_some(("shield.sqli.subquery", 8500, 5))
            }
            _ => None,
        }
    }

    fn sleep(&self, tail: &[Token]) -> Option<Shape> {
        let argument = tail.get(1).map(|t| t.kind);
        let fits = matches!(tail.first().map(|t| t.kind), Some(Kind::Open | Kind::Dot))
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
        match (fits, attached, self.before) {
            (true, true, _) => Some(("shield.sqli.time", 9000, 4)),
            (true, _, None) => Some(("shield.sqli.time", 6500, 4)),
            _ => None,
        }
    }

    fn schema(&self, tail: &[Token]) -> Option<Shape> {
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

    fn procedure(&self, tail: &[Token]) -> Option<Shape> {
        let arguments = called(tail) && tail.get(1).is_some_and(|t| t.kind != Kind::Shut);
        match self.before {
            Some(Kind::Execute | Kind::Dot | Kind::Semicolon) if self.texture.words <= 40 => {
                Some(("shield.sqli.schema", 9300, 2))
            }
            None if tail
                .first()
                .is_some_and(|t| matches!(t.kind, Kind::Text { .. })) =>
            {
                Some(("shield.sqli.schema", 8000, 2))
            }
            _ if arguments => Some(("shield.sqli.schema", 8800, 3)),
            _ => None,
        }
    }

    fn order(&self, tail: &[Token]) -> Option<Shape> {
        let [by, what, after @ ..] = tail else {
            return None;
        };
        let attached = matches!(
            self.before,
            Some(Kind::Number | Kind::Shut | Kind::Text { .. })
        );
        (attached && by.kind == Kind::By && what.kind == Kind::Number && ends(Some(after)))
            .then_some(("shield.sqli.probe", 8500, 3))
    }

    /// A select that is no beginning: `(select …`, `=select`, or a whole value.
    fn select(&self, tail: &[Token]) -> Option<Shape> {
        let listed = select_list(tail)?;
        let from = tail.iter().take(LOOK_AHEAD).any(|t| t.kind == Kind::From);
        match self.before {
            Some(Kind::Open | Kind::Compare | Kind::Arithmetic) => Some((
                "shield.sqli.subquery",
                if from || listed >= 2 { 8000 } else { 5500 },
                4,
            )),
            Some(Kind::Comma) if from => Some(("shield.sqli.subquery", 7000, 4)),
            None if self.context == Context::Bare && listed >= 2 => {
                Some(("shield.sqli.statement", if from { 5500 } else { 5200 }, 4))
            }
            _ => None,
        }
    }

    /// A value that opens as an expression of SQL.
    fn opening(&self, rest: &[Token]) -> Option<Shape> {
        if self.context != Context::Bare {
            return None;
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (&'static str, u16) {
        let texture = super::super::gate::scan(text.as_bytes()).texture;
        find(text.as_bytes(), texture, &mut Vec::new()).map_or(("", 0), |e| (e.code, e.score))
    }

    #[test]
    fn injections() {
        let cases = [
            ("' or 1=1--", "shield.sqli.tautology"),
            ("\" or \"a\"=\"a", "shield.sqli.tautology"),
            ("1 or 1 like 1", "shield.sqli.tautology"),
            ("hi or a=a", "shield.sqli.tautology"),
            ("x'+or+1=1#", "shield.sqli.tautology"),
            (
                "1 union/**/all select null,version(),3",
                "shield.sqli.union",
            ),
            ("1; drop table users", "shield.sqli.stacked"),
            ("admin'--", "shield.sqli.comment"),
            ("1 and sleep(5)", "shield.sqli.time"),
            ("';waitfor delay '0:0:5'--", "shield.sqli.time"),
            ("1 order by 10--", "shield.sqli.probe"),
            (
                "1 and (select count(*) from users)>0",
                "shield.sqli.subquery",
            ),
            ("exec master..xp_cmdshell 'dir'", "shield.sqli.schema"),
        ];
        for (text, code) in cases {
            let (seen, score) = found(text);
            assert!(seen == code && score >= 6000, "{text}: {seen} {score}");
        }
    }

    #[test]
    fn prose_and_names() {
        for text in [
            "O'Neill",
            "select a plan from the list",
            "the union selected a new leader",
            "\"cats\" or \"dogs\"",
            "Don't order by phone; call us",
            "rock'n'roll and 'the blues'",
            "1 or 2 items",
            "keyword:\"OR\"",
            "drop the table in the corner",
            "it's -- well -- fine",
            "\"Where shall I begin?\" he asked",
            "see select(2), socketpair(2)",
        ] {
            let (seen, score) = found(text);
            assert!(score < 5000, "{text}: {seen} {score}");
        }
    }
}
