//! The right side of a comparison.

use super::search::{Needle, Wildcard};
use super::set::Set;
use crate::field::FieldValue;
use crate::text::regex::Regex;
use crate::units::Number;
use alloc::boxed::Box;
use core::cmp::Ordering;
use core::net::IpAddr;

#[derive(Clone, Debug)]
pub(super) enum Predicate {
    /// A boolean on its own.
    Holds,
    Compare(Relation, Literal),
    In(Set),
    Contains(Needle),
    Matches(Regex),
    Wildcard(Wildcard),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(Box<[u8]>),
    Number(Number),
    Bool(bool),
    Ip(IpAddr),
}

impl Predicate {
    /// `None` where the value is missing or of another type.
    pub(super) fn test(&self, value: &FieldValue<'_>) -> Option<bool> {
        match (self, value) {
            (Self::Holds, FieldValue::Bool(value)) => Some(*value),
            (Self::Compare(relation, literal), value) => {
                literal.order(value).map(|order| relation.holds(order))
            }
            (Self::In(set), value) => set.holds(value),
            (Self::Contains(needle), FieldValue::Text(text)) => Some(needle.end_in(text).is_some()),
            (Self::Matches(regex), FieldValue::Text(text)) => Some(regex.is_match(text)),
            (Self::Wildcard(wildcard), FieldValue::Text(text)) => Some(wildcard.is_match(text)),
            _ => None,
        }
    }
}

impl Literal {
    /// How `value` stands to the literal.
    fn order(&self, value: &FieldValue<'_>) -> Option<Ordering> {
        Some(match (value, self) {
            (FieldValue::Text(text), Self::Text(literal)) => text.as_ref().cmp(literal),
            (FieldValue::Number(number), Self::Number(literal)) => number.cmp(literal),
            (FieldValue::Bool(value), Self::Bool(literal)) => value.cmp(literal),
            (FieldValue::Ip(address), Self::Ip(literal)) => address.cmp(literal),
            _ => return None,
        })
    }
}

impl Relation {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}
