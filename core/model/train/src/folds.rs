//! Leave one source out: weights for each part of the sources, trained without
//! it and without copies of its payloads.

use crate::corpus::{Corpus, MADE, folded};
use crate::fit::{Lesson, fit};
use crate::weights::{over, quantised, set_least};
use doorward_core::rules::shield::Model;
use std::collections::HashSet;

/// Sources of attacks that are left out together.
const PARTS: [&[&str]; 6] = [
    &["PayloadsAllTheThings", "PayloadsAllTheThings-md"],
    &["coreruleset"],
    &["grananqvist"],
    &["libinjection"],
    &["payloadbox"],
    &["csic2010", "vulhub"],
];

/// The part that leaves `source` out: sources of attacks by the table, others spread.
pub(crate) fn part(source: &str) -> usize {
    let listed = PARTS.iter().position(|part| part.contains(&source));
    listed.unwrap_or_else(|| {
        let sum = source
            .bytes()
            .fold(0_usize, |sum, b| sum * 31 % 8191 + usize::from(b));
        sum % PARTS.len()
    })
}

pub(crate) struct Folds {
    /// A file of weights for each part.
    pub(crate) files: Vec<Vec<u8>>,
    /// For each request its sum by the weights that never saw its source.
    pub(crate) over: Vec<i32>,
}

impl Folds {
    pub(crate) fn of(corpus: &Corpus) -> Self {
        let keys: Vec<Vec<u8>> = corpus
            .texts
            .iter()
            .map(|text| folded(&text.bytes))
            .collect();
        let parts: Vec<usize> = corpus.sources.iter().map(|source| part(source)).collect();
        let made = corpus.sources.iter().position(|source| source == MADE);
        let mut folds = Self {
            files: Vec::new(),
            over: vec![0; corpus.requests.len()],
        };
        for left_out in 0..PARTS.len() {
            let is_out = |number: usize| {
                let source = corpus.requests[number].source;
                parts[source] == left_out && Some(source) != made
            };
            let payloads = |number: usize| {
                let readings = corpus.requests[number].readings.iter();
                readings
                    .filter(|reading| reading.payload)
                    .map(|reading| &keys[reading.text])
            };
            let known: HashSet<&Vec<u8>> = (0..corpus.requests.len())
                .filter(|number| is_out(*number))
                .flat_map(payloads)
                .collect();
            let taken = |number: usize| {
                let request = &corpus.requests[number];
                let copied = request.attack
                    && !request.whole
                    && payloads(number).any(|key| known.contains(key));
                request.permissive && !is_out(number) && !copied
            };
            let mut file = quantised(&fit(corpus, &Lesson::of(corpus, &taken)));
            set_least(&mut file, 0);
            let model = Model::from_bytes(&file);
            for number in (0..corpus.requests.len()).filter(|number| is_out(*number)) {
                folds.over[number] = over(corpus, &model, &corpus.requests[number]);
            }
            eprintln!("part {left_out} of {}", PARTS.len());
            folds.files.push(file);
        }
        folds
    }
}
