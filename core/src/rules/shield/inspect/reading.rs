//! One reading of a value through the detectors it deserves.
//!
//! Each group of detectors is a function of its own: inlined into one they are
//! thirty kilobytes of WebAssembly that a cold start compiles before the first
//! request, and a register allocator does badly.

use super::super::evidence::{Evidence, Findings, Strongest};
use super::super::signs::Signs;
use super::super::{
    calls, exploits, files, ldap, markers, nosql, rce, remote, sqli, ssrf, traversal, upload,
    whole, windows, xpath, xss,
};
use super::Inspect;
use super::place::{Reach, statement_part};
use crate::text::sql::Token;
use crate::text::values::{Kind, Value};
use alloc::vec::Vec;

/// Code prefixes that count even where prose and code are expected.
const COUNTS_IN_FREE_TEXT: [&str; 4] = [
    "shield.log4shell.jndi",
    "shield.log4shell.lookup",
    "shield.deserialization.",
    "shield.code.java",
];

/// A value as it is, or as it is without a disguise.
pub(super) struct Reading<'r> {
    pub(super) value: &'r Value<'r>,
    pub(super) text: &'r [u8],
    /// `text` is not what the application decodes, but what is behind it.
    pub(super) unfolded: bool,
    pub(super) signs: &'r Signs,
    /// Prose or code by design: only what attacks a machine by being read counts.
    pub(super) free: bool,
    pub(super) options: &'r Inspect,
    pub(super) findings: &'r mut Findings,
    pub(super) tokens: &'r mut Vec<Token>,
    pub(super) best: &'r mut Strongest,
}

impl Reading<'_> {
    pub(super) fn look(mut self) {
        let signs = self.signs;
        if matches!(self.value.kind, Kind::Path | Kind::Header) && !self.unfolded {
            self.add(exploits::find_in(
                self.value.kind,
                self.value.name,
                self.text,
            ));
            if self.value.name.ends_with(b"name") {
                self.add(upload::named(self.text));
            }
        }
        if self.value.is_name {
            self.add(markers::name(self.text, self.value.name));
        }
        if signs.plain() {
            return;
        }
        self.anything();
        if self.free || self.value.kind == Kind::Xml {
            return;
        }
        let reach = Reach::of(self.value);
        if reach.has(Reach::FILES) {
            self.paths();
        }
        if signs.host() {
            self.add(ssrf::find_in(self.text));
        }
        if signs.piece() && self.value.kind != Kind::Path {
            self.add(whole::find_in(self.text));
        }
        if reach.has(Reach::FILES) {
            self.names();
        }
        if reach.has(Reach::SHELL) && signs.console() && self.value.kind != Kind::Path {
            self.add(windows::find_in(self.text, signs.texture));
        }
        if reach.has(Reach::DATABASE) && signs.sql() {
            self.statement();
        }
        if reach.has(Reach::PAGE) && signs.markup() {
            self.page();
        }
        if reach.has(Reach::SHELL) && signs.shell() {
            self.shell();
        }
        if signs.calls() && (reach.has(Reach::DATABASE) || reach.has(Reach::FILES)) {
            self.calls();
        }
    }

    fn add(&mut self, found: Option<Evidence>) {
        let Some(found) = found else {
            return;
        };
        let counts = !self.free
            || COUNTS_IN_FREE_TEXT
                .iter()
                .any(|prefix| found.code.starts_with(prefix));
        if counts && self.options.classes.judge(found.code) {
            if found.score >= self.options.threshold.get() {
                self.findings.add(found.code);
            }
            self.best.add(found.within(self.text.len()));
        }
    }

    #[inline(never)]
    fn anything(&mut self) {
        self.add(self.signs.known.strongest(self.signs.texture));
        if self.signs.markers() || (self.value.kind == Kind::Path && self.signs.line()) {
            self.add(markers::find_in(self.value.kind, self.text, self.signs));
        }
        if self.value.kind != Kind::Header {
            self.queries();
        }
    }

    /// Queries of other kinds than SQL.
    #[inline(never)]
    fn queries(&mut self) {
        let (text, texture) = (self.text, self.signs.texture);
        if self.signs.open() {
            self.add(ldap::find_in(text, texture));
        }
        if self.signs.dollar() {
            self.add(nosql::operators(text, self.value.is_name, texture));
        }
        if self.signs.left() {
            self.add(nosql::script(text, texture));
        }
        if self.signs.steps() {
            self.add(xpath::find_in(text, texture));
        }
    }

    #[inline(never)]
    fn paths(&mut self) {
        if self.signs.path() {
            let (kind, unfolded) = (self.value.kind, self.unfolded);
            self.add(traversal::find_in(kind, self.text, unfolded, self.signs));
        }
    }

    #[inline(never)]
    fn names(&mut self) {
        let texture = self.signs.texture;
        if self.signs.file() {
            self.add(files::find_in(self.value.kind, self.text, texture));
        }
        if self.signs.address() && self.value.kind != Kind::Header {
            self.add(remote::find_in(self.text, texture));
        }
    }

    #[inline(never)]
    fn statement(&mut self) {
        let part = statement_part(self.value.kind, self.text);
        let offset = self.text.len().saturating_sub(part.len());
        let found = sqli::find(part, self.signs.texture, self.tokens);
        self.add(found.map(|found| found.shifted(offset)));
    }

    #[inline(never)]
    fn page(&mut self) {
        self.add(xss::find_in(
            self.text,
            self.signs.sink(),
            self.signs.texture,
        ));
    }

    #[inline(never)]
    fn calls(&mut self) {
        self.add(calls::find_in(self.text, self.signs.texture));
    }

    #[inline(never)]
    fn shell(&mut self) {
        self.add(rce::find_in(
            self.text,
            self.signs.idiom(),
            self.signs.texture,
        ));
    }
}
