//! Text of Python objects as the bytes it was on the wire.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// Bytes borrowed from Python where they are ready, copied where not.
pub(crate) enum Text<'py> {
    Bytes(Bound<'py, PyBytes>),
    /// Text in ASCII, whose UTF-8 form the interpreter keeps.
    Ascii(Bound<'py, PyString>),
    Owned(Vec<u8>),
}

impl<'py> Text<'py> {
    pub(crate) const NONE: Self = Self::Owned(Vec::new());

    /// Bytes as they are, text as Latin-1 (as WSGI has it) or, where that does
    /// not hold it, UTF-8; `None` for anything else.
    pub(crate) fn of(value: &Bound<'py, PyAny>) -> Option<Self> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Some(Self::Bytes(bytes.clone()));
        }
        let text = value.cast::<PyString>().ok()?;
        let Ok(utf8) = text.to_str() else {
            // a lone surrogate has no UTF-8 form
            let encoded = text
                .call_method1("encode", ("utf-8", "surrogatepass"))
                .ok()?;
            return Some(Self::Bytes(encoded.cast_into().ok()?));
        };
        if utf8.is_ascii() {
            return Some(Self::Ascii(text.clone()));
        }
        let latin: Option<Vec<u8>> = utf8.chars().map(|c| u8::try_from(c).ok()).collect();
        Some(Self::Owned(
            latin.unwrap_or_else(|| utf8.as_bytes().to_vec()),
        ))
    }

    pub(crate) fn of_option(value: Option<&Bound<'py, PyAny>>) -> Self {
        value.and_then(Self::of).unwrap_or(Self::NONE)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(),
            Self::Ascii(text) => text.to_str().map(str::as_bytes).unwrap_or_default(),
            Self::Owned(bytes) => bytes,
        }
    }
}
