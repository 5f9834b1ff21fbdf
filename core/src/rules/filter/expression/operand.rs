//! The left side of a comparison: a field, or functions of one.

use crate::field::FieldValue;
use crate::units::Number;
use alloc::borrow::Cow;

/// A field and what is done to it. `lower(upper(f))` is `lower(f)` and
/// `len(lower(f))` is `len(f)`, so any nest of functions is one fold and one
/// length at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operand {
    /// Index into the expression's fields.
    pub(super) field: usize,
    pub(super) case: Option<Case>,
    pub(super) length: bool,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
}

/// What an operand is known to hold before any request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Ip,
    Flag,
    /// The application's fact.
    Any,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Ip => "an address",
            Self::Flag => "true or false",
            Self::Any => "a fact of the application",
        }
    }
}

impl Operand {
    /// What the functions make of a field's value; `Missing` where they do not
    /// apply to it.
    pub(super) fn of<'v>(&self, value: &'v FieldValue<'_>) -> FieldValue<'v> {
        let folds = self.case.is_some() || self.length;
        match value {
            FieldValue::Text(text) if self.length => {
                FieldValue::Number(Number::whole(i64::try_from(text.len()).unwrap_or(i64::MAX)))
            }
            FieldValue::Text(text) => FieldValue::Text(self.fold(text)),
            FieldValue::Number(number) if !folds => FieldValue::Number(*number),
            FieldValue::Bool(value) if !folds => FieldValue::Bool(*value),
            FieldValue::Ip(address) if !folds => FieldValue::Ip(address.to_canonical()),
            _ => FieldValue::Missing,
        }
    }

    fn fold<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self.case {
            Some(Case::Lower) if text.iter().any(u8::is_ascii_uppercase) => {
                Cow::Owned(text.to_ascii_lowercase())
            }
            Some(Case::Upper) if text.iter().any(u8::is_ascii_lowercase) => {
                Cow::Owned(text.to_ascii_uppercase())
            }
            _ => Cow::Borrowed(text),
        }
    }
}
