//! Where a value lands in a statement, and how much of it a database would
//! execute there: what evidence in a long value, a script or a sentence is worth.

use super::super::evidence::Texture;
use super::View;
use crate::text::sql::{Context, Kind, Token};

/// Words that a script of SQL begins with, next to its verbs.
const STATEMENTS: &[&str] = &[
    "with", "explain", "pragma", "begin", "start", "set", "use", "show", "grant", "revoke",
    "commit", "merge", "copy", "analyze", "vacuum", "attach", "prepare", "describe",
];

/// So many tokens an injection in a document has at most.
pub(super) const IN_DOCUMENT: usize = 160;

/// What a document is worth where nothing of it is executed.
pub(super) const MOST_IN_DOCUMENT: u16 = 3000;

impl View<'_> {
    /// A script of statements is content, however dangerous it reads; texts
    /// quote SQL, and only what is `executed` counts there.
    pub(super) fn weigh(&self, code: &'static str, score: u16, executed: bool) -> u16 {
        let bare = self.context == Context::Bare;
        let timed = code == "shield.sqli.time";
        let script = bare && self.is_script();
        let score = match script && !timed {
            true if self.is_finished() => score.min(4500),
            true => score.min(6000),
            false => score,
        };
        if executed && !script && (!bare || self.lands_bare()) {
            return score;
        }
        // prose that quotes SQL is not executed, whatever its length
        let sentence = self.texture.words >= 6 && self.executed == Some(0);
        let prose = bare && sentence && self.first.is_some_and(|t| t.kind == Kind::Name);
        let score = if prose && !timed && score < 9500 {
            score.min(4500)
        } else {
            score
        };
        // a full select list behind UNION is no prose
        let in_text = if score >= 9500 { 7500 } else { score.min(4500) };
        self.texture()
            .weigh(score, in_text, score.min(MOST_IN_DOCUMENT))
    }

    /// The value begins with a statement or a comment.
    pub(super) fn is_script(&self) -> bool {
        self.first.is_some_and(|t| {
            matches!(
                t.kind,
                Kind::Select
                    | Kind::Insert
                    | Kind::Create
                    | Kind::Update
                    | Kind::Delete
                    | Kind::Alter
                    | Kind::Drop
                    | Kind::Comment
            ) || t.kind == Kind::Name && (self.is_word(t, STATEMENTS) || self.prompts(t))
        })
    }

    /// `sqlite> `: a shell's session, pasted.
    fn prompts(&self, word: Token) -> bool {
        let behind = self.text.get(word.end..).unwrap_or_default();
        behind.starts_with(b"> ") || behind.starts_with(b"=> ")
    }

    /// The value ends as a script does, or has lines as one.
    fn is_finished(&self) -> bool {
        self.texture.lines > 0 || self.text.trim_ascii_end().ends_with(b";")
    }

    /// The value begins as one that goes into a statement without quotes.
    fn lands_bare(&self) -> bool {
        self.first.is_some_and(|t| {
            matches!(
                t.kind,
                Kind::Number
                    | Kind::Literal
                    | Kind::Shut
                    | Kind::Union
                    | Kind::Logic
                    | Kind::Semicolon
                    | Kind::Arithmetic
            ) || t.kind == Kind::Open && self.asks_behind(t)
        })
    }

    /// `(select …`, `(case …`
    fn asks_behind(&self, open: Token) -> bool {
        let inner = self.text.get(open.end..).unwrap_or_default();
        let inner = inner.trim_ascii_start();
        [b"select".as_slice(), b"case"].iter().any(|word| {
            inner
                .get(..word.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(word))
        })
    }

    /// The value's texture; where hardly a line has more than one word its line
    /// ends are blanks, as an injection writes them that may not use a space.
    pub(super) fn texture(&self) -> Texture {
        let Texture { words, lines, .. } = self.texture;
        if words <= 40 && lines.saturating_mul(2) >= words {
            Texture {
                lines: 0,
                ..self.texture
            }
        } else {
            self.texture
        }
    }
}

/// The end of what a database would execute of a value: from its first token
/// to the first comment, if hardly two operands stand side by side there, as
/// words of prose do.
pub(super) fn executed(tokens: &[Token], document: bool) -> usize {
    let (mut joints, mut count, mut end) = (0_usize, 0_usize, 0_usize);
    let mut before = None;
    for token in tokens.iter().take_while(|t| t.kind != Kind::Comment) {
        count = count.saturating_add(1);
        end = token.end;
        let operand = matches!(
            token.kind,
            Kind::Name | Kind::Number | Kind::Text { .. } | Kind::Other | Kind::Variable
        );
        if operand && before == Some(true) {
            joints = joints.saturating_add(1);
        }
        before = Some(operand || matches!(token.kind, Kind::Close | Kind::Literal));
    }
    // a page of code has hardly such joints either
    let long = document && count > IN_DOCUMENT;
    if !long && joints.saturating_mul(8) <= count.saturating_add(6) {
        end
    } else {
        0
    }
}
