//! `cargo xtask eval shield [--split dev|train] [--source NAME] [--show-fp N] [--show-fn CLASS N] [--cost]`
//!
//! Runs the shield over labelled requests (`DIR/*.jsonl.gz`, one JSON object a
//! line) and prints how many attacks it catches and how many benign requests it
//! takes for one, per class and per source, at the default threshold, by the
//! rules alone and with the model. Without a split: `dev`, and `train` with each
//! row read by weights that never saw its source (`--loso`; `make train` leaves
//! them in `target/`). The worst false positives and the misses of a class are
//! shown on request.
//!
//! `--list FILE [--paragraphs]`: classifies every line, or every paragraph, of a
//! text file as the value of a query parameter and prints what is denied.

mod cost;
mod list;
mod options;
mod parts;
mod rows;
mod tables;

use doorward_core::rules::shield::{DEFAULT_THRESHOLD, Hit, Inspect, Model, inspect_with};

use cost::cost;
use options::Options;
use parts::Parts;
use rows::{files, read};
use tables::{Scores, Table};

/// Reads the files and prints the tables.
///
/// # Errors
/// A bad option, or a file that cannot be read.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let options = Options::parse(args)?;
    let look = Inspect::default();
    if let Some(list) = &options.list {
        return list::run(list, options.paragraphs, &look);
    }
    if let Some(split) = &options.split {
        let parts = options.loso.then(Parts::read).transpose()?;
        return corpus(split, parts.as_ref(), &options, &look);
    }
    println!("== dev, by the shipped weights");
    corpus("dev", None, &options, &look)?;
    println!("\n== train, each row by weights that never saw its source");
    match Parts::read() {
        Ok(parts) => corpus("train", Some(&parts), &options, &look),
        Err(missing) => {
            println!("{missing}");
            Ok(())
        }
    }
}

/// One split.
fn corpus(
    split: &str,
    parts: Option<&Parts>,
    options: &Options,
    look: &Inspect,
) -> Result<(), String> {
    let mut table = Table::default();
    let mut positives: Vec<(Hit, String)> = Vec::new();
    let mut misses: Vec<(u16, String)> = Vec::new();
    let mut rows_for_cost = Vec::new();
    for file in files(&options.dir, split)? {
        let stem = file
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default()
            .replace(".jsonl.gz", "");
        for row in read(&file)? {
            if options.source.as_ref().is_some_and(|s| *s != row.source) {
                continue;
            }
            let model = match parts {
                Some(parts) => parts.model(&row.source),
                None => Model::shipped(),
            };
            let request = row.request();
            let rules = inspect_with(&request, look, &mut |_| None);
            let hit = inspect_with(&request, look, &mut |open| model.weigh(open));
            let score = |hit: &Option<Hit>| hit.as_ref().map_or(0, |hit| hit.score.get());
            let scores = Scores {
                rules: score(&rules),
                both: score(&hit),
            };
            table.add(&stem, &row, scores);
            if let Some(hit) = hit.filter(|hit| hit.score >= DEFAULT_THRESHOLD) {
                table.reason(hit.code, row.label_attack);
                if !row.label_attack {
                    let shown = format!("{}/{} {}", row.category, row.source, row.shown());
                    positives.push((hit, shown));
                }
            } else if let Some((class, _)) = &options.show_fn
                && row.label_attack
                && (*class == row.category || *class == row.source || class == "all")
            {
                let (source, place) = (&row.source, &row.place);
                let shown = format!("{}/{source} {place} {}", row.category, row.shown());
                misses.push((scores.both, shown));
            }
            if options.cost && !row.label_attack {
                rows_for_cost.push(row);
            }
        }
    }
    table.print();
    positives.sort_by_key(|(hit, _)| core::cmp::Reverse(hit.score));
    for (hit, row) in positives.iter().take(options.show_fp) {
        println!(
            "FP {} {} {} {}..{}: {row}",
            hit.score, hit.code, hit.place, hit.start, hit.end
        );
    }
    if let Some((_, count)) = options.show_fn {
        // evenly over the file, since neighbours are alike
        let step = (misses.len() / count.max(1)).max(1);
        for (score, row) in misses.iter().step_by(step).take(count) {
            println!("FN {score}: {row}");
        }
    }
    if options.cost {
        cost(&rows_for_cost, look);
    }
    Ok(())
}
