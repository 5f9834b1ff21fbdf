//! What a response needs of a decision line, read in one pass.
//!
//! A host that tells its limits asks for every request, so nothing is built on
//! the way. Total: of broken text it keeps what could be read.

use crate::text::json::Value;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Parts of a decision line, strings without their quotes and as they are
/// escaped there.
#[derive(Default)]
pub(super) struct Line<'a> {
    pub(super) id: &'a [u8],
    pub(super) limits: Vec<LimitResult<'a>>,
    conclusion: &'a [u8],
    refined: Option<&'a [u8]>,
    code: &'a [u8],
}

/// The result of a LIVE limit.
#[derive(Default)]
pub(super) struct LimitResult<'a> {
    pub(super) id: &'a [u8],
    pub(super) limit: Option<u64>,
    pub(super) remaining: Option<u64>,
    pub(super) window: Option<u64>,
    pub(super) reset: Option<u64>,
    retry_after: Option<u64>,
    mode: &'a [u8],
    conclusion: &'a [u8],
    code: &'a [u8],
}

/// The member of a decision line that is being read.
#[derive(Clone, Copy)]
enum Member {
    Id,
    Conclusion,
    Reason,
    Results,
    Refined,
    Other,
}

impl<'a> Line<'a> {
    pub(super) fn read(text: &'a [u8]) -> Self {
        let mut line = Self::default();
        let mut result = LimitResult::default();
        let mut depth = 0_usize;
        let mut member = Member::Other;
        let mut name: &[u8] = &[];
        for token in Tokens(text) {
            match token {
                Token::Open => depth = depth.saturating_add(1),
                Token::Close => {
                    depth = depth.saturating_sub(1);
                    if let (2, Member::Results) = (depth, member) {
                        if result.mode == b"LIVE" && is_limit(result.code) {
                            line.limits.push(result);
                        }
                        result = LimitResult::default();
                    }
                }
                Token::Name(found) => {
                    name = found;
                    if depth == 1 {
                        member = match name {
                            b"id" => Member::Id,
                            b"conclusion" => Member::Conclusion,
                            b"reason" => Member::Reason,
                            b"results" => Member::Results,
                            b"refined" => Member::Refined,
                            _ => Member::Other,
                        };
                    }
                }
                Token::Scalar(value) => match (member, depth) {
                    (Member::Id, 1) => line.id = value,
                    (Member::Conclusion, 1) => line.conclusion = value,
                    (Member::Reason, 2) if name == b"code" => line.code = value,
                    (Member::Refined, 2) if name == b"conclusion" => line.refined = Some(value),
                    (Member::Results, 3) => result.tells(name, value),
                    (Member::Results, 4) => result.reasons(name, value),
                    _ => {}
                },
            }
        }
        line
    }

    /// Whether a limit is why the request does not pass.
    pub(super) fn limit_decided(&self) -> bool {
        self.refined.unwrap_or(self.conclusion) != b"ALLOW" && is_limit(self.code)
    }
}

impl<'a> LimitResult<'a> {
    /// Seconds after which the limit, where it refused, may let the request pass.
    pub(super) fn wait(&self) -> Option<u64> {
        if self.conclusion == b"ALLOW" {
            return None;
        }
        [self.retry_after, self.reset, self.window]
            .into_iter()
            .flatten()
            .find(|seconds| *seconds > 0)
    }

    fn tells(&mut self, name: &[u8], value: &'a [u8]) {
        match name {
            b"id" => self.id = value,
            b"mode" => self.mode = value,
            b"conclusion" => self.conclusion = value,
            _ => {}
        }
    }

    fn reasons(&mut self, name: &[u8], value: &'a [u8]) {
        match name {
            b"code" => self.code = value,
            b"limit" => self.limit = whole(value),
            b"remaining" => self.remaining = whole(value),
            b"window" => self.window = whole(value),
            b"reset" => self.reset = whole(value),
            b"retryAfter" => self.retry_after = whole(value),
            _ => {}
        }
    }
}

fn whole(value: &[u8]) -> Option<u64> {
    value.iter().try_fold(0_u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        Some(sum.saturating_mul(10).saturating_add(digit.into()))
    })
}

fn is_limit(code: &[u8]) -> bool {
    code.starts_with(b"rate_limit.")
}

/// The text of a string as it was between its quotes.
pub(super) fn unescaped(text: &[u8]) -> Cow<'_, str> {
    if !text.contains(&b'\\') {
        return String::from_utf8_lossy(text);
    }
    match Value::parse(&[b"\"", text, b"\""].concat()) {
        Ok(Value::Text(text)) => text.into(),
        _ => Cow::default(),
    }
}

enum Token<'a> {
    Open,
    Close,
    Name(&'a [u8]),
    Scalar(&'a [u8]),
}

/// What is left to read.
struct Tokens<'a>(&'a [u8]);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let [byte, rest @ ..] = self.0 else {
                return None;
            };
            match byte {
                b'{' | b'[' => {
                    self.0 = rest;
                    return Some(Token::Open);
                }
                b'}' | b']' => {
                    self.0 = rest;
                    return Some(Token::Close);
                }
                b'"' => {
                    let (string, rest) = string(rest);
                    let [b':', rest @ ..] = rest.trim_ascii_start() else {
                        self.0 = rest;
                        return Some(Token::Scalar(string));
                    };
                    self.0 = rest;
                    return Some(Token::Name(string));
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => self.0 = rest,
                _ => {
                    let end = self.0.iter().position(|b| b",]}\" \t\r\n".contains(b));
                    let (word, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
                    self.0 = rest;
                    return Some(Token::Scalar(word));
                }
            }
        }
    }
}

/// A string's text, and what follows its closing quote.
fn string(text: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0_usize;
    while let Some(rest) = text.get(end..) {
        let Some(length) = rest.iter().position(|b| matches!(b, b'"' | b'\\')) else {
            break;
        };
        end = end.saturating_add(length);
        if rest.get(length) == Some(&b'"') {
            let (string, rest) = text.split_at(end);
            return (string, rest.get(1..).unwrap_or_default());
        }
        end = end.saturating_add(2);
    }
    (text, &[])
}
