//! Trains the weights of the shield's model: `make train`.
//!
//! `doorward-shield-train DATA OUT FOLDS [WORST]`: reads the labelled requests in DATA,
//! writes `shield.bin` and `shield.md` into OUT, and into FOLDS the weights that
//! were trained without a part of the sources, for `cargo xtask eval shield
//! --loso`; WORST prints so many benign requests that read most like attacks. The
//! same input gives the same bytes everywhere.

mod chance;
mod corpus;
mod fit;
mod folds;
mod made;
mod rows;
mod study;
mod weights;

use anyhow::{Result, bail};
use corpus::{Corpus, MADE};
use fit::{Lesson, fit};
use folds::{Folds, part};
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

/// Benign requests of a million that the model alone may deny, out of source: the most at
/// which no look-alike of `tests/lookalikes` is denied by it.
const BUDGET: usize = 60;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (data, out, folds_out, worst) = match arguments.as_slice() {
        [data, out, folds] => (data, out, folds, None),
        [data, out, folds, worst] => (data, out, folds, Some(worst)),
        _ => bail!("usage: doorward-shield-train DATA OUT FOLDS [WORST]"),
    };
    let clock = Instant::now();
    let said = |what: &str| eprintln!("{:>4} s  {what}", clock.elapsed().as_secs());
    let rows = rows::read(Path::new(data))?;
    let corpus = Corpus::of(&rows);
    said("read");
    let folds = Folds::of(&corpus);
    said("parts trained");
    let least = least(&corpus, &folds);
    let mut file = weights::quantised(&fit(
        &corpus,
        &Lesson::of(&corpus, &|number| corpus.requests[number].permissive),
    ));
    said("trained");
    weights::set_least(&mut file, least);
    std::fs::create_dir_all(folds_out)?;
    std::fs::write(Path::new(out).join("shield.bin"), &file)?;
    let card = study::card(&corpus, &folds, least, &file);
    std::fs::write(Path::new(out).join("shield.md"), card)?;
    if let Some(count) = worst {
        study::worst(&corpus, &folds, count.parse()?);
    }
    for (number, mut file) in folds.files.into_iter().enumerate() {
        weights::set_least(&mut file, least);
        std::fs::write(Path::new(folds_out).join(format!("{number}.bin")), &file)?;
    }
    let mut parts = String::new();
    for source in corpus.sources.iter().filter(|source| *source != MADE) {
        let _ = writeln!(parts, "{source}\t{}", part(source));
    }
    std::fs::write(Path::new(folds_out).join("parts.tsv"), parts)?;
    Ok(())
}

/// The least sum that keeps the budget on benign requests, each read by weights
/// that never saw its source.
fn least(corpus: &Corpus, folds: &Folds) -> i32 {
    let mut sums: Vec<i32> = corpus
        .requests
        .iter()
        .zip(&folds.over)
        .filter(|(request, _)| {
            !request.attack
                && request.permissive
                && corpus.sources[request.source] != MADE
                && request.score < 5000
        })
        .map(|(_, over)| *over)
        .collect();
    sums.sort_unstable_by_key(|sum| core::cmp::Reverse(*sum));
    let allowed = sums.len() * BUDGET / 1_000_000;
    sums.get(allowed).copied().unwrap_or_default() + 1
}
