//! SQL injection: shapes over the tokens of [`crate::text::sql`], in each
//! context the value may land in: bare, behind `'`, behind `"`, behind a backtick.
//!
//! Sees tautologies, UNION SELECT, stacked statements, truncation by comment,
//! time delays, system tables, sub-selects, string arithmetic behind a broken
//! quote ([`breakout`]), and conditions that parse to the end ([`chain`]). Does
//! not see second-order injection, or a whole statement in a field that is meant
//! to hold one. Prose is told from SQL by what follows a keyword: a select list
//! has commas, numbers or calls; prose has another word. In a long value counts
//! what the database would execute: from where the value lands to the comment
//! that cuts the rest off, if that reads as SQL throughout.
//! Cost: one pass of the lexer per context; shapes look ahead a few tokens.

mod breakout;
mod chain;
mod cut;
mod inside;
mod landing;
mod stacked;
mod value;

use super::evidence::{Evidence, Strongest, Texture};
use super::sql_shapes::{skip, starts, union};
use crate::text::cursor;
use crate::text::sql::{Context, Kind, Lexer, Token};
use crate::text::swar::find_byte;
use alloc::vec::Vec;

/// Tokens judged at a time; shapes see [`LOOK_AHEAD`] of the next window.
const WINDOW: usize = 512;
const LOOK_AHEAD: usize = 32;
/// The first window of a document that has little left to show.
const SETTLED: usize = landing::IN_DOCUMENT + LOOK_AHEAD;

/// What a shape says: code, belief, tokens it took.
type Shape = (&'static str, u16, usize);

/// The strongest evidence in `text`. `room` is reused between values.
pub(crate) fn find(text: &[u8], texture: Texture, room: &mut Vec<Token>) -> Option<Evidence> {
    let mut best = Strongest::default();
    let mut each = |context| {
        read(
            Lexer::new(text, context),
            text,
            context,
            texture,
            room,
            &mut best,
        );
        // `union#x⏎select`: comments as white space between the words
        if texture.lines > 0 && text.len() <= 4000 && lands(text) && has_line_comment(text) {
            let lexer = Lexer::over_comments(text, context);
            read(lexer, text, context, texture, room, &mut best);
        }
    };
    each(Context::Bare);
    for quote in [b'\'', b'"'] {
        if find_byte(text, quote).is_some() {
            each(Context::Inside(quote));
        }
    }
    // names in backticks come in pairs
    let lone = find_byte(text, b'`').and_then(|at| text.get(at.saturating_add(1)..));
    if lone.is_some_and(|rest| find_byte(rest, b'`').is_none()) {
        each(Context::Inside(b'`'));
    }
    best.0
}

/// The value begins as one that lands in a statement, not as a page of text.
fn lands(text: &[u8]) -> bool {
    let head = text.get(..text.len().min(24)).unwrap_or_default();
    head.first()
        .is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b')' | b'@'))
        || head.iter().any(|b| matches!(b, b'\'' | b'"'))
}

fn has_line_comment(text: &[u8]) -> bool {
    find_byte(text, b'#').is_some() || cursor::find(text, b"--").is_some()
}

fn read(
    lexer: Lexer<'_>,
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
        index: 0,
        executed: None,
    };
    for token in lexer {
        view.first = view.first.or(Some(token));
        room.push(token);
        // a document that gave what documents give: only what is executed counts
        let settled = view.texture().is_document()
            && best
                .0
                .is_some_and(|found| found.score >= landing::MOST_IN_DOCUMENT);
        let window = if settled { SETTLED } else { WINDOW };
        if room.len() >= window {
            let judged = room.len().saturating_sub(LOOK_AHEAD);
            view.judge(room, judged, best);
            room.drain(..judged);
            if settled && view.executed.is_some_and(|end| end <= token.start) {
                return;
            }
        }
    }
    view.judge(room, room.len(), best);
}

struct View<'t> {
    text: &'t [u8],
    texture: Texture,
    context: Context,
    /// The first token of the value.
    first: Option<Token>,
    /// The token before the one being judged.
    before: Option<Kind>,
    /// How many tokens were before the one being judged.
    index: usize,
    /// Up to here the value reads as SQL from where it lands.
    executed: Option<usize>,
}

impl View<'_> {
    fn judge(&mut self, tokens: &[Token], starts: usize, best: &mut Strongest) {
        let executed = match self.executed {
            Some(end) => end,
            None => landing::executed(tokens, self.texture.is_document()),
        };
        self.executed = Some(executed);
        for (index, token) in tokens.iter().take(starts).enumerate() {
            let rest = tokens.get(index..).unwrap_or_default();
            if let Some((code, score, length)) = self.shape(rest) {
                let last = rest
                    .get(length.saturating_sub(1))
                    .or(rest.last())
                    .unwrap_or(token);
                best.add(Evidence::new(
                    code,
                    self.weigh(code, score, token.start < executed),
                    token.start,
                    last.end,
                ));
            }
            self.before = Some(token.kind);
            self.index = self.index.saturating_add(1);
        }
    }

    /// `token` is one of these words.
    fn is_word(&self, token: Token, words: &[&str]) -> bool {
        self.text.get(token.start..token.end).is_some_and(|word| {
            words
                .iter()
                .any(|w| w.as_bytes().eq_ignore_ascii_case(word))
        })
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
        if let Some(found) = self.remainder(*first, tail) {
            return Some(found);
        }
        match first.kind {
            Kind::Close => self
                .behind_quote(*first, tail)
                .or_else(|| self.left_and_cut(*first, tail)),
            Kind::Union if self.is_quoted(*first, tail) => None,
            Kind::Union => union(tail, self.before.is_some() && self.attached()),
            Kind::Logic | Kind::Pipes => self.logic(tail).or_else(|| self.cut_off(rest)),
            Kind::Sleep => self.sleep(*first, tail),
            Kind::Waitfor => starts(tail, &[Kind::Delay]).then_some(("shield.sqli.time", 9500, 3)),
            Kind::Schema => self.schema(tail),
            Kind::Procedure => self.procedure(tail),
            Kind::Into => starts(tail, &[Kind::Outfile]).then_some(("shield.sqli.file", 9000, 3)),
            Kind::Having => {
                let operands = skip(tail, &[Kind::Open, Kind::Not]);
                let constant = operands
                    .first()
                    .is_some_and(|t| matches!(t.kind, Kind::Number | Kind::Literal));
                let next = operands.get(1).map(|t| t.kind);
                let compares = matches!(next, Some(Kind::Compare | Kind::Logic));
                (constant && compares).then_some(("shield.sqli.probe", 8500, 4))
            }
            Kind::Semicolon => self.stacked(tail),
            Kind::Order => self.order(tail),
            // `exec(@s)`
            Kind::Execute => starts(tail, &[Kind::Open, Kind::Variable]).then_some((
                "shield.sqli.stacked",
                8000,
                3,
            )),
            Kind::WeakFunction | Kind::Function if self.choice(*first, tail).is_some() => {
                self.choice(*first, tail)
            }
            Kind::Case => self.case(tail),
            Kind::Variable if self.server(*first).is_some() => self.server(*first),
            Kind::As if self.index <= 2 && self.texture.words <= 8 => {
                let name = tail.first().is_some_and(|t| t.kind != Kind::From);
                let from = tail.iter().take(3).any(|t| t.kind == Kind::From);
                let left = matches!(
                    self.before,
                    Some(
                        Kind::Shut
                            | Kind::Semicolon
                            | Kind::Number
                            | Kind::Other
                            | Kind::Not
                            | Kind::Close
                    )
                );
                (name && from && left).then_some(("shield.sqli.subquery", 7000, 4))
            }
            Kind::From if self.before == Some(Kind::Shut) && self.index <= 2 => starts(
                tail,
                &[Kind::Name, Kind::Where],
            )
            .then_some(("shield.sqli.subquery", 8000, 4)),
            Kind::Where if self.before.is_none() => starts(
                tail,
                &[Kind::Number, Kind::Compare, Kind::Number],
            )
            .then_some(("shield.sqli.tautology", 7000, 4)),
            Kind::Select => self.select(*first, tail),
            Kind::Declare => {
                starts(tail, &[Kind::Variable]).then_some(("shield.sqli.stacked", 7500, 2))
            }
            Kind::Open if self.before.is_none() && self.short(160) => {
                if let Some(found) = self.opening(rest) {
                    return Some(found);
                }
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
            Kind::Number
            | Kind::Function
            | Kind::WeakFunction
            | Kind::Object
            | Kind::Literal
            | Kind::Text { .. }
            | Kind::Name
            | Kind::Variable
            | Kind::Arithmetic
            | Kind::Compare
            | Kind::Not
                if self.before.is_none() =>
            {
                self.opening(rest)
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
