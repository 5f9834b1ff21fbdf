//! What the parts say about sources they never saw.

use crate::corpus::{Corpus, MADE};
use crate::folds::{Folds, part};
use doorward_core::rules::shield::{BITS, HEAD, Model, UNIT, contract, read};
use doorward_core::weights::unpack;
use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Default)]
struct Count {
    all: usize,
    rules: usize,
    model: usize,
    both: usize,
}

impl Count {
    fn add(&mut self, rules: bool, model: bool) {
        self.all += 1;
        self.rules += usize::from(rules);
        self.model += usize::from(model);
        self.both += usize::from(rules || model);
    }

    fn row(&self, name: &str) -> String {
        let share = |part: usize| 100.0 * part as f64 / self.all.max(1) as f64;
        let (rules, model, both) = (share(self.rules), share(self.model), share(self.both));
        format!(
            "| {name} | {} | {rules:.2} | {model:.2} | {both:.2} |\n",
            self.all
        )
    }
}

/// The model card.
pub(crate) fn card(corpus: &Corpus, folds: &Folds, least: i32, file: &[u8]) -> String {
    let mut attacks: BTreeMap<String, Count> = BTreeMap::new();
    let mut benign: BTreeMap<String, Count> = BTreeMap::new();
    let (mut learned, mut made) = ([0, 0], 0);
    for (request, over) in corpus.requests.iter().zip(&folds.over) {
        let source = &corpus.sources[request.source];
        if source == MADE {
            made += 1;
            continue;
        }
        learned[usize::from(request.attack)] += usize::from(request.permissive);
        let table = if request.attack {
            &mut attacks
        } else {
            &mut benign
        };
        for name in [source, "all"] {
            let count = table.entry(name.to_owned()).or_default();
            count.add(request.score >= 5000, *over >= least);
        }
    }
    let zeros = unpack(&file[HEAD..], 1 << BITS)
        .iter()
        .map(|weight| usize::from(*weight == 0))
        .sum::<usize>();
    let mut text = include_str!("card.md")
        .replace("BUDGET", &crate::BUDGET.to_string())
        .replace("ATTACKS", &learned[1].to_string())
        .replace("BENIGN", &learned[0].to_string())
        .replace("MADE", &made.to_string())
        .replace("CONTRACT", &format!("{:08x}", contract()))
        .replace(
            "LEAST",
            &format!("{:.2}", f64::from(least) / f64::from(UNIT)),
        )
        .replace("BYTES", &file.len().to_string())
        .replace("ZEROS", &zeros.to_string());
    text +=
        "\n| attacks of | requests | detectors | model | both |\n| --- | --- | --- | --- | --- |\n";
    for (name, count) in &attacks {
        text += &count.row(name);
    }
    text += "\n| benign requests of | requests | detectors | model | both |\n| --- | --- | --- | --- | --- |\n";
    let mut quiet = 0;
    for (name, count) in &benign {
        if count.both == 0 {
            quiet += 1;
        } else {
            text += &count.row(name);
        }
    }
    let _ = writeln!(text, "\n{quiet} more benign sources have none denied.");
    text
}

/// Prints the benign requests that the model takes most for attacks.
pub(crate) fn worst(corpus: &Corpus, folds: &Folds, count: usize) {
    let mut order: Vec<usize> = (0..corpus.requests.len())
        .filter(|n| {
            !corpus.requests[*n].attack && corpus.sources[corpus.requests[*n].source] != MADE
        })
        .collect();
    order.sort_by_key(|n| core::cmp::Reverse(folds.over[*n]));
    for number in order.into_iter().take(count) {
        let request = &corpus.requests[number];
        let model = Model::from_bytes(&folds.files[part(&corpus.sources[request.source])]);
        let best = request
            .readings
            .iter()
            .max_by_key(|r| read(&model, &corpus.texts[r.text].bytes).units());
        let Some(best) = best else { continue };
        let bytes = &corpus.texts[best.text].bytes;
        let stretch = read(&model, bytes);
        let shown =
            String::from_utf8_lossy(&bytes[stretch.start..stretch.end]).replace('\n', "\\n");
        println!(
            "{:>6} {:>5} {}: {}",
            folds.over[number],
            request.score,
            corpus.sources[request.source],
            shown.chars().take(200).collect::<String>()
        );
    }
}
