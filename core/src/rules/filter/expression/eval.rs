//! The tree of an expression and its value for one request.

use super::Tri;
use super::compare::Predicate;
use super::operand::Operand;
use crate::field::{Field, FieldValue, Fields};
use alloc::boxed::Box;
use alloc::vec::Vec;

#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Xor(Vec<Node>),
    Not(Box<Node>),
    Test(Operand, Predicate),
}

impl Node {
    /// Recurses as deep as the source nests.
    pub(super) fn eval(&self, facts: &mut Facts<'_>) -> Tri {
        match self {
            Self::All(parts) => until(parts, Tri::False, facts),
            Self::Any(parts) => until(parts, Tri::True, facts),
            Self::Xor(parts) => parts.iter().fold(Tri::False, |so_far, part| {
                match (so_far, part.eval(facts)) {
                    (Tri::Unknown, _) | (_, Tri::Unknown) => Tri::Unknown,
                    (one, other) => Tri::from(one != other),
                }
            }),
            Self::Not(part) => part.eval(facts).not(),
            Self::Test(operand, predicate) => {
                let answer = facts.with(operand.field, |value| predicate.test(&operand.of(value)));
                answer.map_or(Tri::Unknown, Tri::from)
            }
        }
    }
}

/// The first part that is `end` decides; without one, an unknown part does.
fn until(parts: &[Node], end: Tri, facts: &mut Facts<'_>) -> Tri {
    let mut result = end.not();
    for part in parts {
        match part.eval(facts) {
            value if value == end => return end,
            Tri::Unknown => result = Tri::Unknown,
            _ => {}
        }
    }
    result
}

impl Tri {
    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// Fields read so far: reading one may decode it anew each time.
const HELD: usize = 8;

/// The facts of one request, the first few of them read at most once.
pub(super) struct Facts<'a> {
    source: &'a dyn Fields,
    names: &'a [Field],
    held: [Option<FieldValue<'a>>; HELD],
}

impl<'a> Facts<'a> {
    pub(super) fn new(source: &'a dyn Fields, names: &'a [Field]) -> Self {
        Self {
            source,
            names,
            held: [const { None }; HELD],
        }
    }

    fn with<T>(&mut self, index: usize, read: impl FnOnce(&FieldValue<'_>) -> T) -> T {
        let (source, names) = (self.source, self.names);
        let fetch = || {
            names
                .get(index)
                .map_or(FieldValue::Missing, |name| source.field(name))
        };
        match self.held.get_mut(index) {
            Some(slot) => read(slot.get_or_insert_with(fetch)),
            None => read(&fetch()),
        }
    }
}
