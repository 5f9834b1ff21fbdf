//! From source to tree: recursive descent, types checked where they are known.

use super::MAX_SOURCE;
use super::compare::{Predicate, Relation};
use super::error::Fault;
use super::eval::Node;
use super::names::{FUNCTIONS, unknown_field, unknown_function};
use super::operand::{Case, Kind, Operand};
use super::scan::{Scanner, fault};
use super::search::Needle;
use super::values::{Left, wildcard};
use crate::field::Field;
use crate::ip_facts::IpFactKind;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

const MAX_DEPTH: usize = 64;

type Join = fn(Vec<Node>) -> Node;
/// The loosest first.
const LOGIC: [(&str, &str, Join); 3] = [
    ("or", "||", Node::Any as Join),
    ("xor", "^^", Node::Xor as Join),
    ("and", "&&", Node::All as Join),
];

#[derive(Clone, Copy)]
enum Operator {
    Compare(Relation),
    In,
    Contains,
    Matches,
    Wildcard,
    StrictWildcard,
}

const WORDS: [(&str, Operator); 10] = [
    ("eq", Operator::Compare(Relation::Eq)),
    ("ne", Operator::Compare(Relation::Ne)),
    ("lt", Operator::Compare(Relation::Lt)),
    ("le", Operator::Compare(Relation::Le)),
    ("gt", Operator::Compare(Relation::Gt)),
    ("ge", Operator::Compare(Relation::Ge)),
    ("in", Operator::In),
    ("contains", Operator::Contains),
    ("matches", Operator::Matches),
    ("wildcard", Operator::Wildcard),
];
/// Longer ones before their prefixes.
const SYMBOLS: [(&str, Operator); 7] = [
    ("==", Operator::Compare(Relation::Eq)),
    ("!=", Operator::Compare(Relation::Ne)),
    ("<=", Operator::Compare(Relation::Le)),
    (">=", Operator::Compare(Relation::Ge)),
    ("<", Operator::Compare(Relation::Lt)),
    (">", Operator::Compare(Relation::Gt)),
    ("~", Operator::Matches),
];
const OPERATORS: &str =
    "eq, ne, lt, le, gt, ge, in, contains, matches, wildcard or strict wildcard";

pub(super) fn parse(source: &str) -> Result<(Node, Vec<Field>), Fault> {
    if source.len() > MAX_SOURCE {
        return Err(fault(
            0,
            format!(
                "an expression is at most {MAX_SOURCE} bytes long, this one is {}",
                source.len()
            ),
        ));
    }
    let mut parser = Parser {
        scanner: Scanner { source, at: 0 },
        fields: Vec::new(),
        patterns: 0,
    };
    let root = parser.chain(0, 0)?;
    parser.scanner.space();
    if parser.scanner.peek().is_some() {
        return Err(parser.expected("and, or, xor or the end"));
    }
    Ok((root, parser.fields))
}

pub(super) struct Parser<'s> {
    pub(super) scanner: Scanner<'s>,
    fields: Vec<Field>,
    /// Regular expressions so far.
    pub(super) patterns: usize,
}

impl Parser<'_> {
    /// Parts joined by the operator at `level` of [`LOGIC`].
    fn chain(&mut self, level: usize, depth: usize) -> Result<Node, Fault> {
        let Some((word, symbol, join)) = LOGIC.get(level) else {
            return self.part(depth);
        };
        let first = self.chain(level.saturating_add(1), depth)?;
        let mut others = Vec::new();
        while self.scanner.take_word(word) || self.scanner.take(symbol) {
            others.push(self.chain(level.saturating_add(1), depth)?);
        }
        if others.is_empty() {
            return Ok(first);
        }
        others.insert(0, first);
        Ok(join(others))
    }

    fn part(&mut self, depth: usize) -> Result<Node, Fault> {
        let depth = self.deeper(depth)?;
        let start = self.scanner.at;
        if self.scanner.take_word("not") || self.scanner.take("!") {
            return Ok(Node::Not(Box::new(self.part(depth)?)));
        }
        if self.scanner.take("(") {
            let inner = self.chain(0, depth)?;
            if !self.scanner.take(")") {
                return Err(match self.scanner.peek() {
                    None => fault(start, "this ( is not closed"),
                    Some(_) => self.expected("and, or, xor or )"),
                });
            }
            return Ok(inner);
        }
        self.test()
    }

    fn deeper(&mut self, depth: usize) -> Result<usize, Fault> {
        self.scanner.space();
        if depth > MAX_DEPTH {
            return Err(fault(
                self.scanner.at,
                format!("an expression nests at most {MAX_DEPTH} deep"),
            ));
        }
        Ok(depth.saturating_add(1))
    }

    fn test(&mut self) -> Result<Node, Fault> {
        let start = self.scanner.at;
        let operand = self.operand(0)?;
        let source = self
            .scanner
            .source
            .get(start..self.scanner.at)
            .unwrap_or_default();
        let left = Left { operand, source };
        self.scanner.space();
        let at = self.scanner.at;
        let predicate = match self.operator() {
            None if matches!(operand.kind, Kind::Any | Kind::Flag) && self.at_end_of_test() => {
                Predicate::Holds
            }
            None if self.scanner.peek() == Some('=') => {
                return Err(fault(at, "equality is written eq or =="));
            }
            None if self.scanner.word() == "not" => {
                return Err(fault(
                    at,
                    format!("not stands before the whole comparison: not {source} …"),
                ));
            }
            None => return Err(self.expected(OPERATORS)),
            Some(Operator::Compare(relation)) => return self.compare(&left, relation),
            Some(Operator::In) => Predicate::In(self.set(&left)?),
            Some(Operator::Contains) => {
                left.must_be_text("contains", at)?;
                Predicate::Contains(Needle::new(&self.string(&left, false)?.bytes, false))
            }
            Some(Operator::Matches) => {
                left.must_be_text("matches", at)?;
                Predicate::Matches(self.regex(&left)?)
            }
            Some(Operator::Wildcard) => {
                left.must_be_text("wildcard", at)?;
                Predicate::Wildcard(wildcard(&self.string(&left, true)?, true)?)
            }
            Some(Operator::StrictWildcard) => {
                left.must_be_text("strict wildcard", at)?;
                Predicate::Wildcard(wildcard(&self.string(&left, true)?, false)?)
            }
        };
        Ok(Node::Test(operand, predicate))
    }

    fn operand(&mut self, depth: usize) -> Result<Operand, Fault> {
        let depth = self.deeper(depth)?;
        let start = self.scanner.at;
        let name = self.scanner.word();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || self.scanner.at_string() {
            return Err(self.expected("a field such as http.host"));
        }
        self.scanner.skip(name.len());
        if self.scanner.take("(") {
            return self.function(name, start, depth);
        }
        let field = self.field(name, start)?;
        let kind = match field {
            Field::IpSrc | Field::IpNetwork => Kind::Ip,
            Field::IpFact(fact) => match fact.kind() {
                IpFactKind::Text => Kind::Text,
                IpFactKind::Number => Kind::Number,
                IpFactKind::Flag => Kind::Flag,
            },
            Field::Context(_) => Kind::Any,
            _ => Kind::Text,
        };
        let index = self
            .fields
            .iter()
            .position(|known| *known == field)
            .unwrap_or_else(|| {
                self.fields.push(field);
                self.fields.len().saturating_sub(1)
            });
        Ok(Operand {
            field: index,
            case: None,
            length: false,
            kind,
        })
    }

    fn function(&mut self, name: &str, start: usize, depth: usize) -> Result<Operand, Fault> {
        if !FUNCTIONS.contains(&name) {
            return Err(fault(start, unknown_function(name)));
        }
        self.scanner.space();
        let (inside, mut operand) = (self.scanner.at, self.operand(depth)?);
        let source = self
            .scanner
            .source
            .get(inside..self.scanner.at)
            .unwrap_or_default();
        Left { operand, source }.must_be_text(name, inside)?;
        if !self.scanner.take(")") {
            return Err(self.expected(")"));
        }
        match name {
            "len" => {
                operand.length = true;
                operand.kind = Kind::Number;
            }
            "lower" => (operand.case, operand.kind) = (Some(Case::Lower), Kind::Text),
            _ => (operand.case, operand.kind) = (Some(Case::Upper), Kind::Text),
        }
        Ok(operand)
    }

    fn field(&mut self, name: &str, start: usize) -> Result<Field, Fault> {
        self.scanner.space();
        let bracket = self.scanner.at;
        if !self.scanner.take("[") {
            self.scanner.at = start.saturating_add(name.len());
            return match Field::plain(name) {
                Some(field) => Ok(field),
                None if Field::keyed(name, "").is_some() => Err(fault(
                    self.scanner.at,
                    format!("expected a name in brackets: {name}[\"…\"]"),
                )),
                None => Err(fault(start, unknown_field(name))),
            };
        }
        if Field::plain(name).is_some() {
            return Err(fault(bracket, format!("{name} takes no brackets")));
        }
        if Field::keyed(name, "").is_none() {
            return Err(fault(start, unknown_field(name)));
        }
        self.scanner.space();
        let at = self.scanner.at;
        if !self.scanner.at_string() {
            return Err(self.expected("a name in double quotes"));
        }
        let key = String::from_utf8(self.scanner.string(false)?.bytes)
            .ok()
            .filter(|key| !key.is_empty());
        let field = key.and_then(|key| Field::keyed(name, &key));
        if !self.scanner.take("]") {
            return Err(self.expected("]"));
        }
        field.ok_or_else(|| fault(at, "expected a name that is not empty and is UTF-8"))
    }

    fn operator(&mut self) -> Option<Operator> {
        let start = self.scanner.at;
        if self.scanner.take_word("strict") {
            if self.scanner.take_word("wildcard") {
                return Some(Operator::StrictWildcard);
            }
            self.scanner.at = start;
            return None;
        }
        let word = WORDS.iter().find(|(word, _)| self.scanner.take_word(word));
        word.or_else(|| SYMBOLS.iter().find(|(symbol, _)| self.scanner.take(symbol)))
            .map(|(_, operator)| *operator)
    }

    /// Nothing, a logical operator or a closing parenthesis comes next.
    fn at_end_of_test(&self) -> bool {
        let rest = self.scanner.rest();
        rest.is_empty()
            || rest.starts_with(')')
            || LOGIC
                .iter()
                .any(|(word, symbol, _)| self.scanner.word() == *word || rest.starts_with(symbol))
    }

    pub(super) fn expected(&self, what: &str) -> Fault {
        fault(
            self.scanner.at,
            format!("expected {what}, {}", self.scanner.found()),
        )
    }
}
