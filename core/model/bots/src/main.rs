//! Trains the weights of detectBot's signs: `make train`.
//!
//! Arguments: the folder of labelled header sets, the folder of models, a folder
//! for weights that never saw a source.

mod card;
mod fit;
mod rows;

use anyhow::{Context as _, Result, bail};
use rows::Row;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [data, models, parts] = arguments.as_slice() else {
        bail!("expected: DATA MODELS PARTS");
    };
    let rows = rows::read(&data.join("train.jsonl.gz"))?;
    let weights = fit::fit(&rows.iter().collect::<Vec<_>>());
    write(&models.join("bots.bin"), &weights)?;
    let sources: BTreeSet<&str> = rows.iter().map(|row| row.source.as_str()).collect();
    std::fs::create_dir_all(parts).with_context(|| parts.display().to_string())?;
    let mut unseen = Vec::new();
    for source in sources {
        let others: Vec<&Row> = rows.iter().filter(|row| row.source != source).collect();
        let without = fit::fit(&others);
        write(&parts.join(format!("{}.bin", file_name(source))), &without)?;
        unseen.push((source, without));
    }
    let card = card::card(&rows, &weights, &unseen);
    std::fs::write(models.join("bots.md"), card)?;
    Ok(())
}

/// Letters and digits of a source's name.
fn file_name(source: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    source.chars().map(plain).collect()
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| path.display().to_string())
}
