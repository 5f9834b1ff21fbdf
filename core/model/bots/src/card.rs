//! The model card: what the weights are, and how well they do.

use crate::rows::Row;
use doorward_core::rules::detect_bot::disguise::{LEAST, Model, SIGNS, Strength};
use std::fmt::Write as _;

pub(crate) fn card(rows: &[Row], weights: &[u8], unseen: &[(&str, Vec<u8>)]) -> String {
    let mut out = String::from(include_str!("card.md"));
    let people = rows.iter().filter(|row| row.human).count();
    let _ = write!(
        out,
        "\n## What it was trained on\n\n{people} requests of people and {} of automation that names a browser, \
         of `train`; nothing of `dev`. A source counts as much as any other. Rows without a permissive licence are \
         not in it.\n\n## What it is\n\n{} bytes, one a sign. From a sum of {LEAST} on a request is denied.\n\n\
         | sign | weight | requests of people | of automation |\n| --- | --- | --- | --- |\n",
        rows.len() - people,
        weights.len(),
    );
    let model = Model::from_bytes(weights);
    for sign in SIGNS {
        let weight = match sign.strength() {
            Strength::Certain => "decides".to_owned(),
            _ => model.weight(*sign).to_string(),
        };
        let count = |human: bool| {
            let here = |row: &&Row| row.human == human && row.signs.has(*sign);
            rows.iter().filter(here).count()
        };
        let _ = writeln!(
            out,
            "| {} | {weight} | {} | {} |",
            sign.words(),
            count(true),
            count(false)
        );
    }
    out.push_str(
        "\n## How well\n\nEach source judged by weights that never saw it.\n\n\
         | source | denied by a certain sign | by the model | of |\n| --- | --- | --- | --- |\n",
    );
    for (source, weights) in unseen {
        let model = Model::from_bytes(weights);
        let (mut certain, mut weighed, mut all) = (0, 0, 0);
        for row in rows.iter().filter(|row| row.source == *source) {
            all += 1;
            if row.signs.iter().any(|s| s.strength() == Strength::Certain) {
                certain += 1;
            } else if model.sum(row.signs) >= LEAST {
                weighed += 1;
            }
        }
        let _ = writeln!(out, "| {source} | {certain} | {weighed} | {all} |");
    }
    out
}
