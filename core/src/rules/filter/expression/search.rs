//! Text in text, and wildcards, in one pass whatever the text.
//!
//! After D. E. Knuth, J. H. Morris, V. R. Pratt, "Fast Pattern Matching in
//! Strings", SIAM J. Comput. 6(2), 1977. A wildcard's pieces are found one
//! after the other, the leftmost place of each; a later one never helps.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// Text to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needle {
    bytes: Box<[u8]>,
    /// For each prefix, the length of the longest shorter prefix it ends with.
    borders: Box<[u16]>,
    any_case: bool,
}

impl Needle {
    /// Where `any_case`, ASCII letters match either case.
    pub(super) fn new(text: &[u8], any_case: bool) -> Self {
        let bytes = if any_case {
            text.to_ascii_lowercase()
        } else {
            text.to_vec()
        };
        let mut borders: Vec<u16> = Vec::with_capacity(bytes.len());
        for byte in bytes.iter().copied() {
            let border = match borders.last() {
                Some(last) => extend(&bytes, &borders, usize::from(*last), byte),
                None => 0,
            };
            borders.push(u16::try_from(border).unwrap_or_default());
        }
        Self {
            bytes: bytes.into_boxed_slice(),
            borders: borders.into_boxed_slice(),
            any_case,
        }
    }

    /// Where the first occurrence ends.
    pub(super) fn end_in(&self, text: &[u8]) -> Option<usize> {
        let mut matched = 0;
        if self.bytes.is_empty() {
            return Some(0);
        }
        for (at, byte) in text.iter().enumerate() {
            let byte = if self.any_case {
                byte.to_ascii_lowercase()
            } else {
                *byte
            };
            matched = extend(&self.bytes, &self.borders, matched, byte);
            if matched == self.bytes.len() {
                return Some(at.saturating_add(1));
            }
        }
        None
    }
}

/// The longest prefix that ends with `byte`, after one of length `matched`.
fn extend(bytes: &[u8], borders: &[u16], mut matched: usize, byte: u8) -> usize {
    loop {
        if bytes.get(matched) == Some(&byte) {
            return matched.saturating_add(1);
        }
        let Some(shorter) = matched.checked_sub(1).and_then(|at| borders.get(at)) else {
            return 0;
        };
        matched = usize::from(*shorter);
    }
}

/// A pattern for the whole text, `*` for any run of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wildcard {
    head: Box<[u8]>,
    middle: Vec<Needle>,
    /// `None` where there is no `*`.
    tail: Option<Box<[u8]>>,
    any_case: bool,
}

impl Wildcard {
    /// From the texts between the `*`; `first` comes before all of them.
    pub(super) fn new(first: Vec<u8>, mut others: Vec<Vec<u8>>, any_case: bool) -> Self {
        let tail = others.pop().map(Vec::into_boxed_slice);
        let middle = others
            .iter()
            .map(|piece| Needle::new(piece, any_case))
            .collect();
        Self {
            head: first.into_boxed_slice(),
            middle,
            tail,
            any_case,
        }
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        let Some(tail) = &self.tail else {
            return self.same(text, &self.head);
        };
        let Some(rest) = text.len().checked_sub(tail.len()) else {
            return false;
        };
        let Some((text, end)) = text.split_at_checked(rest) else {
            return false;
        };
        let Some((start, mut text)) = text.split_at_checked(self.head.len()) else {
            return false;
        };
        self.same(end, tail)
            && self.same(start, &self.head)
            && self.middle.iter().all(|needle| {
                let found = needle.end_in(text);
                text = found.and_then(|end| text.get(end..)).unwrap_or_default();
                found.is_some()
            })
    }

    fn same(&self, text: &[u8], piece: &[u8]) -> bool {
        if self.any_case {
            text.eq_ignore_ascii_case(piece)
        } else {
            text == piece
        }
    }
}
