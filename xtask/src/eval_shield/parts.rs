//! Weights that were trained without a part of the sources: `make train` leaves
//! them in `target/shield-parts`.

use doorward_core::rules::shield::Model;
use std::collections::HashMap;
use std::path::Path;

/// The weights of each part, and the part that leaves a source out.
pub(super) struct Parts {
    weights: Vec<Vec<u8>>,
    of: HashMap<String, usize>,
}

impl Parts {
    pub(super) fn read() -> Result<Self, String> {
        let folder = Path::new("target/shield-parts");
        let list = std::fs::read_to_string(folder.join("parts.tsv"))
            .map_err(|e| format!("{}: {e}: run `make train`", folder.display()))?;
        let of: HashMap<String, usize> = list
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .filter_map(|(source, part)| Some((source.to_owned(), part.parse().ok()?)))
            .collect();
        let count = of.values().max().map_or(0, |last| last + 1);
        let weights: Result<Vec<_>, _> = (0..count)
            .map(|part| std::fs::read(folder.join(format!("{part}.bin"))))
            .collect();
        Ok(Self {
            weights: weights.map_err(|e| format!("{}: {e}", folder.display()))?,
            of,
        })
    }

    /// The model that never saw `source`; the shipped one saw no source that is not listed.
    pub(super) fn model(&self, source: &str) -> Model {
        let part = self.of.get(source).and_then(|part| self.weights.get(*part));
        match part {
            Some(weights) => Model::from_bytes(weights),
            None => Model::shipped(),
        }
    }
}
