//! Trains the weights of the pack `doorward/prompt`: `make train`.
//!
//! `doorward-prompt-train DATA MODEL PACKS PARTS`: reads the labelled texts in DATA and
//! the word list and templates in MODEL, writes `prompt.md` beside them, `prompt.bin`
//! into PACKS, and into PARTS the packs that were trained without a part of the
//! sources, for `cargo xtask eval prompt`. The same input gives the same bytes
//! everywhere. With WORST in the environment it prints what is taken for the other.

#[path = "../../train/src/chance.rs"]
#[allow(dead_code, reason = "the shield's trainer uses all of it")]
mod chance;
mod chats;
mod copies;
mod corpus;
mod fit;
mod lexicon;
mod made;
mod pack;
mod parts;
mod rows;
mod study;

use anyhow::{Result, bail};
use corpus::Corpus;
use doorward_core::pack::Pack;
use fit::fit;
use parts::Parts;
use std::path::Path;
use std::time::Instant;

/// The date of the data, as packs name it.
const VERSION: u32 = 20_261_121;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, model, packs, parts_out] = arguments.as_slice() else {
        bail!("usage: doorward-prompt-train DATA MODEL PACKS PARTS");
    };
    let clock = Instant::now();
    let said = |what: &str| eprintln!("{:>4} s  {what}", clock.elapsed().as_secs());
    let corpus = Corpus::read(Path::new(data), Path::new(model))?;
    said("read");
    let parts = Parts::of(&corpus);
    let mut out_of_source = vec![None; corpus.rows.len()];
    let mut files = Vec::new();
    for part in 0..parts.names.len() {
        let weights = fit(
            &corpus.texts,
            &corpus.lessons(|n| parts.learns(&corpus, part, n)),
        );
        for (number, sum) in out_of_source.iter_mut().enumerate() {
            if parts.of[number] == Some(part) && !corpus.rows[number].copy {
                *sum = Some(weights.best(&corpus.texts[number]).1);
            }
        }
        files.push(weights);
        said(&parts.names[part]);
    }
    let bars = study::bars(&corpus, &out_of_source);
    let weights = fit(&corpus.texts, &corpus.lessons(|_| true));
    said("all");
    let body = pack::body(&corpus.tables, &weights, &bars);
    let bytes = Pack::build("prompt", VERSION, &body);
    std::fs::create_dir_all(packs)?;
    std::fs::write(Path::new(packs).join("prompt.bin"), &bytes)?;
    let card = study::card(&corpus, &out_of_source, &bars, &body);
    std::fs::write(Path::new(model).join("../prompt.md"), card)?;
    std::fs::create_dir_all(parts_out)?;
    for (number, weights) in files.iter().enumerate() {
        let body = pack::body(&corpus.tables, weights, &bars);
        std::fs::write(
            Path::new(parts_out).join(format!("{number}.bin")),
            Pack::build("prompt", VERSION, &body),
        )?;
    }
    std::fs::write(Path::new(parts_out).join("parts.tsv"), parts.table(&corpus))?;
    if std::env::var_os("WORST").is_some() {
        study::worst(&corpus, &out_of_source, &weights, &bars);
    }
    said("written");
    Ok(())
}
