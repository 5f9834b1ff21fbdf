//! What there is to learn from, as the windows that core reads, each a list of
//! features.

use crate::fit::Lesson;
use crate::rows::{Row, read};
use crate::{copies, lexicon, made};
use anyhow::Result;
use doorward_core::text::prompt::{Model, counted, each_feature, each_reading, each_window};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// So many windows of a text are learnt from, of every size.
const MOST: usize = 360;

/// So many texts are made of each template of attacks, and of harmless texts.
const ATTACKS: usize = 60;
const HARMLESS: usize = 120;

/// What one made text weighs: harmless ones more, for they keep users in.
const MADE: f32 = 0.5;
const MADE_HARMLESS: f32 = 0.7;

/// The tables that are no weights.
pub(crate) struct Tables {
    pub(crate) folds: Vec<u8>,
    pub(crate) hashes: Vec<u8>,
    pub(crate) meanings: Vec<u8>,
}

/// A text's windows, in one list of features.
pub(crate) struct Text {
    features: Vec<u32>,
    ends: Vec<u32>,
    /// Windows of the text as it stands, as core counts them.
    pub(crate) plain: usize,
}

impl Text {
    fn of(model: &Model<'_>, text: &str) -> Self {
        let mut of_text = Self {
            features: Vec::new(),
            ends: Vec::new(),
            plain: 0,
        };
        each_reading(model, text.as_bytes(), &mut |reading| {
            let mut tokens = Vec::new();
            each_feature(reading, &mut |features| tokens.push(features));
            each_window(tokens.len(), &mut |start, end| {
                if of_text.ends.len() == MOST {
                    return;
                }
                let mut window: Vec<u32> = tokens[start..end].iter().flatten().copied().collect();
                window.retain(|feature| *feature != u32::MAX);
                window.sort_unstable();
                window.dedup();
                of_text.features.extend(window);
                of_text.ends.push(of_text.features.len() as u32);
            });
            if reading.is_plain() {
                of_text.plain += counted(tokens.len());
            }
        });
        of_text
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn window(&self, number: usize) -> &[u32] {
        let start = number
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        &self.features[start..self.ends[number] as usize]
    }
}

/// The messages that tests judge by, which are never learnt.
fn judging(folder: &Path) -> Result<BTreeSet<String>> {
    let mut out = BTreeSet::new();
    for file in std::fs::read_dir(folder)? {
        let text = std::fs::read_to_string(file?.path())?;
        out.extend(text.lines().map(str::to_owned));
    }
    Ok(out)
}

pub(crate) struct Corpus {
    pub(crate) rows: Vec<Row>,
    pub(crate) texts: Vec<Text>,
    pub(crate) tables: Tables,
    weights: Vec<f32>,
}

impl Corpus {
    pub(crate) fn read(data: &Path, here: &Path) -> Result<Self> {
        let file = |name: &str| std::fs::read_to_string(here.join(name));
        let folds = lexicon::folds();
        let (hashes, meanings) = lexicon::words(&file("lexicon.txt")?, &folds);
        let tables = Tables {
            folds,
            hashes,
            meanings,
        };
        let model = Model::untrained(&tables.folds, &tables.hashes, &tables.meanings);
        let mut rows = read(data, &["train.jsonl.gz", "train2.jsonl.gz"], true)?;
        rows.extend(read(data, &["dev.jsonl.gz", "dev2.jsonl.gz"], false)?);
        let judging = judging(&here.join("../../../tests/prompts"))?;
        for (name, attack, each) in [
            ("attacks.txt", true, ATTACKS),
            ("benign.txt", false, HARMLESS),
        ] {
            let mut made = made::texts(&file(name)?, each, 11);
            made.retain(|made| !judging.contains(&made.text));
            rows.extend(made.into_iter().map(|made| Row::made(made, attack)));
        }
        let copies = copies::of(&rows, &file("lexicon.txt")?);
        rows.extend(copies);
        let texts = rows.iter().map(|row| Text::of(&model, &row.text)).collect();
        let mut counts: BTreeMap<(&str, bool), f32> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.learnt && !row.copy) {
            *counts.entry((&row.source, row.attack)).or_default() += 1.0;
        }
        let weights = rows
            .iter()
            .map(|row| {
                let count = counts.get(&(row.source.as_str(), row.attack));
                if row.is_made() && !row.attack {
                    MADE_HARMLESS
                } else if row.is_made() || row.copy {
                    MADE
                } else {
                    count.map_or(0.0, |count| (1000.0 / count).sqrt().clamp(0.3, 3.0))
                }
            })
            .collect();
        Ok(Self {
            rows,
            texts,
            tables,
            weights,
        })
    }

    /// What is learnt of the rows that `taken` says, never of those to judge by.
    pub(crate) fn lessons(&self, taken: impl Fn(usize) -> bool) -> Vec<Lesson> {
        (0..self.rows.len())
            .filter(|n| self.rows[*n].learnt && taken(*n))
            .map(|n| Lesson {
                text: n,
                attack: self.rows[n].attack,
                weight: self.weights[n],
            })
            .collect()
    }
}
