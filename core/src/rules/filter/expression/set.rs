//! Sets of `in {…}`: sorted, overlaps merged, found by halving.

use crate::field::FieldValue;
use crate::units::Number;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    Texts(Vec<Box<[u8]>>),
    Numbers(Ranges<Number>),
    /// IPv4 sorts before IPv6, so no range crosses from one to the other.
    Ips(Ranges<IpAddr>),
}

/// Disjoint ranges in order, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ranges<T>(Vec<(T, T)>);

impl Set {
    pub(super) fn texts(items: Vec<Box<[u8]>>) -> Self {
        Self::Texts(sorted(items))
    }

    /// `None` where the value is missing or of another type.
    pub(super) fn holds(&self, value: &FieldValue<'_>) -> Option<bool> {
        Some(match (self, value) {
            (Self::Texts(items), FieldValue::Text(text)) => items
                .binary_search_by(|item| item.as_ref().cmp(text.as_ref()))
                .is_ok(),
            (Self::Numbers(ranges), FieldValue::Number(number)) => ranges.contains(*number),
            (Self::Ips(ranges), FieldValue::Ip(address)) => ranges.contains(*address),
            _ => return None,
        })
    }
}

impl<T: Copy + Ord> Ranges<T> {
    pub(super) fn new(items: Vec<(T, T)>) -> Self {
        let mut merged: Vec<(T, T)> = Vec::with_capacity(items.len());
        for (first, last) in sorted(items) {
            match merged.last_mut() {
                Some((_, end)) if first <= *end => *end = last.max(*end),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    fn contains(&self, value: T) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= value);
        let candidate = after.checked_sub(1).and_then(|at| self.0.get(at));
        candidate.is_some_and(|(_, last)| value <= *last)
    }
}

/// In order and each once. By insertion, as the source bounds the number; a
/// sort for each type would be a tenth of this language's wasm.
fn sorted<T: Ord>(items: Vec<T>) -> Vec<T> {
    let mut all: Vec<T> = Vec::with_capacity(items.len());
    for item in items {
        let at = all.partition_point(|other| *other < item);
        if all.get(at) != Some(&item) {
            all.insert(at, item);
        }
    }
    all
}
