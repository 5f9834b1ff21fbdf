//! The right side of a comparison, read and checked against the left.

use super::compare::{Literal, Predicate, Relation};
use super::error::Fault;
use super::eval::Node;
use super::literal::Bare;
use super::operand::{Kind, Operand};
use super::parse::Parser;
use super::scan::{Quoted, fault};
use super::search::Wildcard;
use super::set::{Ranges, Set};
use crate::text::regex::Regex;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

/// Compiled patterns hold tens of kilobytes at most; this bounds their sum.
const MAX_PATTERNS: usize = 64;

/// An operand and its source, for messages.
pub(super) struct Left<'s> {
    pub(super) operand: Operand,
    pub(super) source: &'s str,
}

/// A value on the right side.
enum Value {
    Text(Vec<u8>),
    Bare(Bare),
}

impl Parser<'_> {
    pub(super) fn compare(&mut self, left: &Left<'_>, relation: Relation) -> Result<Node, Fault> {
        let equality = matches!(relation, Relation::Eq | Relation::Ne);
        self.scanner.space();
        let at = self.scanner.at;
        let literal = match self.value(left)? {
            Value::Text(text) => Literal::Text(text.into_boxed_slice()),
            Value::Bare(Bare::Number(number)) => Literal::Number(number),
            Value::Bare(Bare::Ip(address)) => Literal::Ip(address),
            Value::Bare(Bare::Bool(value)) if equality => Literal::Bool(value),
            Value::Bare(Bare::Bool(_)) => {
                return Err(fault(
                    at,
                    "booleans are not ordered; compare them with eq or ne",
                ));
            }
            Value::Bare(Bare::Ips(first, last)) if equality => {
                let set = Set::Ips(Ranges::new(vec![(first, last)]));
                let node = Node::Test(left.operand, Predicate::In(set));
                return Ok(if relation == Relation::Eq {
                    node
                } else {
                    Node::Not(Box::new(node))
                });
            }
            Value::Bare(Bare::Ips(..) | Bare::Numbers(..)) => {
                return Err(fault(at, "a range belongs in a set: in {…}"));
            }
        };
        Ok(Node::Test(
            left.operand,
            Predicate::Compare(relation, literal),
        ))
    }

    /// A value the left side can be compared with.
    fn value(&mut self, left: &Left<'_>) -> Result<Value, Fault> {
        let at = self.scanner.at;
        let string = self.scanner.at_string();
        match left.operand.kind {
            Kind::Text => Ok(Value::Text(self.string(left, false)?.bytes)),
            Kind::Any if string => Ok(Value::Text(self.scanner.string(false)?.bytes)),
            Kind::Any => self
                .scanner
                .bare("a string, a number, an address, true or false")
                .map(Value::Bare),
            Kind::Ip if string => Err(fault(
                at,
                format!(
                    "{} is an address, written without quotes: 192.0.2.1 or 192.0.2.0/24",
                    left.source
                ),
            )),
            Kind::Ip => match self
                .scanner
                .bare("an address such as 192.0.2.1 or 192.0.2.0/24")?
            {
                bare @ (Bare::Ip(_) | Bare::Ips(..)) => Ok(Value::Bare(bare)),
                _ => Err(fault(
                    at,
                    format!(
                        "{} is an address; expected one such as 192.0.2.1 or 192.0.2.0/24",
                        left.source
                    ),
                )),
            },
            Kind::Flag => match self.scanner.bare("true or false") {
                Ok(bare @ Bare::Bool(_)) => Ok(Value::Bare(bare)),
                _ => Err(fault(
                    at,
                    format!("{} is true or false; expected one", left.source),
                )),
            },
            Kind::Number if string => Err(fault(
                at,
                format!("{} is a number; expected one without quotes", left.source),
            )),
            Kind::Number => match self.scanner.bare("a number")? {
                bare @ (Bare::Number(_) | Bare::Numbers(..)) => Ok(Value::Bare(bare)),
                _ => Err(fault(
                    at,
                    format!("{} is a number; expected one", left.source),
                )),
            },
        }
    }

    pub(super) fn string(&mut self, left: &Left<'_>, pattern: bool) -> Result<Quoted, Fault> {
        self.scanner.space();
        if !self.scanner.at_string() {
            let what = if left.operand.kind == Kind::Text {
                format!(
                    "{} is text; expected a string in double quotes, {}",
                    left.source,
                    self.scanner.found()
                )
            } else {
                format!(
                    "expected a string in double quotes, {}",
                    self.scanner.found()
                )
            };
            return Err(fault(self.scanner.at, what));
        }
        self.scanner.string(pattern)
    }

    pub(super) fn regex(&mut self, left: &Left<'_>) -> Result<Regex, Fault> {
        let quoted = self.string(left, true)?;
        self.patterns = self.patterns.saturating_add(1);
        if self.patterns > MAX_PATTERNS {
            return Err(fault(
                quoted.place(0),
                format!(
                    "an expression has at most {MAX_PATTERNS} regular expressions; join them with |"
                ),
            ));
        }
        let pattern = str::from_utf8(&quoted.bytes).unwrap_or_default();
        Regex::new(pattern).map_err(|error| {
            fault(
                quoted.place(error.offset),
                format!("in the regular expression: {}", error.message),
            )
        })
    }

    pub(super) fn set(&mut self, left: &Left<'_>) -> Result<Set, Fault> {
        if !self.scanner.take("{") {
            return Err(self.expected("a set such as {1 2 3}"));
        }
        let (mut texts, mut numbers, mut ips) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            self.scanner.space();
            let at = self.scanner.at;
            if self.scanner.peek() == Some(',') {
                return Err(fault(at, "values of a set are separated by spaces"));
            }
            let some = !texts.is_empty() || !numbers.is_empty() || !ips.is_empty();
            if some && self.scanner.take("}") {
                break;
            }
            match self.value(left)? {
                Value::Text(text) => texts.push(text.into_boxed_slice()),
                Value::Bare(Bare::Number(number)) => numbers.push((number, number)),
                Value::Bare(Bare::Numbers(first, last)) => numbers.push((first, last)),
                Value::Bare(Bare::Ip(address)) => ips.push((address, address)),
                Value::Bare(Bare::Ips(first, last)) => ips.push((first, last)),
                Value::Bare(Bare::Bool(_)) => {
                    return Err(fault(at, "a set holds strings, numbers or addresses"));
                }
            }
            let kinds = [texts.is_empty(), numbers.is_empty(), ips.is_empty()];
            if kinds.iter().filter(|empty| !**empty).count() > 1 {
                return Err(fault(
                    at,
                    "the values of a set are of one kind: strings, numbers or addresses",
                ));
            }
        }
        Ok(if !texts.is_empty() {
            Set::texts(texts)
        } else if !numbers.is_empty() {
            Set::Numbers(Ranges::new(numbers))
        } else {
            Set::Ips(Ranges::new(ips))
        })
    }
}

impl Left<'_> {
    pub(super) fn must_be_text(&self, operation: &str, at: usize) -> Result<(), Fault> {
        match self.operand.kind {
            Kind::Text | Kind::Any => Ok(()),
            kind => Err(fault(
                at,
                format!(
                    "{operation} needs text, and {} is {}",
                    self.source,
                    kind.name()
                ),
            )),
        }
    }
}

/// Splits at `*`; `\*` and `\\` are the characters.
pub(super) fn wildcard(quoted: &Quoted, any_case: bool) -> Result<Wildcard, Fault> {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let mut piece = Vec::new();
    let mut bytes = quoted.bytes.iter().copied().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        let next = bytes.peek().map(|(_, next)| *next);
        match (byte, next) {
            (b'*', Some(b'*')) => {
                return Err(fault(quoted.place(at), "two * in a row; one takes any run"));
            }
            (b'*', _) => pieces.push(core::mem::take(&mut piece)),
            (b'\\', Some(escaped @ (b'*' | b'\\'))) => {
                bytes.next();
                piece.push(escaped);
            }
            (b'\\', _) => {
                return Err(fault(
                    quoted.place(at),
                    "in a wildcard a backslash stands before * or \\",
                ));
            }
            (byte, _) => piece.push(byte),
        }
    }
    pieces.push(piece);
    let first = pieces.remove(0);
    Ok(Wildcard::new(first, pieces, any_case))
}
