//! What a detector saw in one value, and the reason codes it can give.

use alloc::vec::Vec;

/// One detector's strongest observation: a stable code, a belief in
/// ten-thousandths and the bytes of the value that carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct Evidence {
    pub(crate) code: &'static str,
    pub(crate) score: u16,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Evidence {
    pub(crate) fn new(code: &'static str, score: u16, start: usize, end: usize) -> Self {
        Self {
            code,
            score,
            start,
            end,
        }
    }

    /// The same, in a text of this length: some detectors name the length of
    /// what they look for rather than of what is there.
    pub(crate) fn within(self, length: usize) -> Self {
        let end = self.end.min(length);
        Self {
            start: self.start.min(end),
            end,
            ..self
        }
    }

    /// The same, in a text that has `offset` bytes in front.
    pub(crate) fn shifted(self, offset: usize) -> Self {
        Self {
            start: self.start.saturating_add(offset),
            end: self.end.saturating_add(offset),
            ..self
        }
    }
}

/// Keeps the strongest evidence; of equal ones the first.
#[derive(Debug, Default)]
pub(crate) struct Strongest(pub(crate) Option<Evidence>);

impl Strongest {
    pub(crate) fn add(&mut self, evidence: Evidence) {
        if self.0.is_none_or(|kept| kept.score < evidence.score) {
            self.0 = Some(evidence);
        }
    }

    /// It is in all of a value of this length, no part of it more than another.
    pub(crate) fn spread(&mut self, length: usize) {
        if let Some(kept) = &mut self.0 {
            (kept.start, kept.end) = (0, length);
        }
    }
}

/// The distinct codes of strong evidence in a request, the first few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings(Vec<&'static str>);

impl Findings {
    const MOST: usize = 4;

    pub(crate) fn add(&mut self, code: &'static str) {
        if self.0.len() < Self::MOST && !self.0.contains(&code) {
            self.0.push(code);
        }
    }

    pub(crate) fn codes(&self) -> &[&'static str] {
        &self.0
    }
}

/// How a value reads: a short token-like input or a text written by people.
/// The same bytes mean more as a whole value than as one line of a manual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[doc(hidden)]
pub struct Texture {
    pub(crate) length: usize,
    /// Runs of letters, digits and underscores.
    pub(crate) words: usize,
    pub(crate) lines: usize,
}

impl Texture {
    /// Long enough to be a document.
    pub(crate) fn is_document(self) -> bool {
        self.lines > 6 || self.words > 120
    }

    /// 0 a short value, 1 a text, 2 a document.
    #[must_use]
    pub fn shape(self) -> usize {
        if self.is_document() {
            2
        } else {
            usize::from(self.is_text())
        }
    }

    /// More than a sentence or two.
    pub(crate) fn is_text(self) -> bool {
        self.lines > 2 || self.words > 40
    }

    /// No more marks than base64 has.
    pub(crate) fn may_be_coded(self) -> bool {
        self.words <= 4 || self.words.saturating_mul(12) <= self.length
    }

    /// `score` by how much a value like this one can be content by design.
    pub(crate) fn weigh(self, score: u16, in_text: u16, in_document: u16) -> u16 {
        if self.is_document() {
            in_document
        } else if self.is_text() {
            in_text
        } else {
            score
        }
    }
}
