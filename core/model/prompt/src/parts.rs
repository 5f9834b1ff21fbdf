//! Which sources are left out together, so that each text can be read by weights
//! that saw neither its source nor copies of what is in it.

use crate::corpus::Corpus;
use std::fmt::Write;

/// Parts of documents, whose texts stand around composed attacks too.
const DOCUMENTS: usize = 3;

pub(crate) struct Parts {
    pub(crate) names: Vec<String>,
    /// The part of each row; none of what is made here, and of what judges.
    pub(crate) of: Vec<Option<usize>>,
}

impl Parts {
    pub(crate) fn of(corpus: &Corpus) -> Self {
        let rows = &corpus.rows;
        let ours = |n: usize| rows[n].learnt && !rows[n].is_made();
        let mut names: Vec<String> = (0..rows.len())
            .filter(|n| ours(*n) && rows[*n].attack && !rows[*n].copy)
            .map(|n| rows[n].family().to_owned())
            .collect();
        names.sort_unstable();
        names.dedup();
        let attacks = names.len();
        names.extend((0..DOCUMENTS).map(|n| format!("documents-{n}")));
        let place = |n: usize| {
            let row = &rows[n];
            if let Some(part) = names.iter().position(|name| name == row.family()) {
                return part;
            }
            let hash = row.source.bytes().fold(0_usize, |hash, byte| {
                hash.wrapping_mul(31).wrapping_add(usize::from(byte)) % 1_000_003
            });
            if row.is_chat() {
                hash % attacks
            } else {
                attacks + hash % DOCUMENTS
            }
        };
        let of = (0..rows.len()).map(|n| ours(n).then(|| place(n))).collect();
        Self { names, of }
    }

    /// Whether a row is learnt from while `part` is left out.
    pub(crate) fn learns(&self, corpus: &Corpus, part: usize, number: usize) -> bool {
        let documents = self.names[part].starts_with("documents");
        let row = &corpus.rows[number];
        let carries = row.source.starts_with("composed") || row.source.starts_with("encoded");
        self.of[number] != Some(part) && !(documents && carries)
    }

    /// Source and part, a line each.
    pub(crate) fn table(&self, corpus: &Corpus) -> String {
        let mut out = String::new();
        let mut had = std::collections::BTreeSet::new();
        for (row, part) in corpus.rows.iter().zip(&self.of) {
            if let Some(part) = part
                && had.insert(&row.source)
            {
                let _ = writeln!(out, "{}\t{part}", row.source);
            }
        }
        out
    }
}
