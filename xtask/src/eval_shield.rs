//! `cargo xtask eval shield [--split dev|train] [--source NAME] [--show-fp N] [--show-fn CLASS N] [--cost] [--loso]`
//!
//! Runs the shield over labelled requests (`DIR/*.jsonl.gz`, one JSON object a
//! line) and prints how many attacks it catches and how many benign requests it
//! takes for one, per class and per source, at the default threshold. The
//! worst false positives and the misses of a class are shown on request.
//!
//! `--loso`: each row is read by weights that never saw its source.
//!
//! `--list FILE [--paragraphs]`: classifies every line, or every paragraph, of a
//! text file as the value of a query parameter and prints what is denied.

mod cost;
mod list;
mod options;
mod parts;
mod rows;
mod tables;

use doorward_core::rules::shield::{DEFAULT_THRESHOLD, Hit, Inspect, inspect, inspect_with};

use cost::cost;
use options::Options;
use parts::Parts;
use rows::{files, read};
use tables::{Table, count, print};

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
    let parts = options.loso.then(Parts::read).transpose()?;
    let mut table = Table::default();
    let mut positives: Vec<(Hit, String)> = Vec::new();
    let mut misses: Vec<(u16, String)> = Vec::new();
    let mut rows_for_cost = Vec::new();
    for file in files(&options)? {
        let stem = file
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default()
            .replace(".jsonl.gz", "");
        for row in read(&file)? {
            if options.source.as_ref().is_some_and(|s| *s != row.source) {
                continue;
            }
            let hit = match &parts {
                Some(parts) => {
                    let model = parts.model(&row.source);
                    inspect_with(&row.request(), &look, &mut |open| model.weigh(open))
                }
                None => inspect(&row.request(), &look),
            };
            let flagged = hit.as_ref().is_some_and(|h| h.score >= DEFAULT_THRESHOLD);
            count(&mut table, &stem, &row, flagged);
            if let Some(hit) = hit.clone().filter(|_| flagged) {
                *table.codes.entry((hit.code, row.label_attack)).or_default() += 1;
                if !row.label_attack {
                    positives.push((
                        hit,
                        format!("{}/{} {}", row.category, row.source, row.shown()),
                    ));
                }
            } else if let Some((class, _)) = &options.show_fn
                && row.label_attack
                && (*class == row.category || *class == row.source || class == "all")
            {
                let score = hit.map_or(0, |h| h.score.get());
                misses.push((
                    score,
                    format!(
                        "{}/{} {} {}",
                        row.category,
                        row.source,
                        row.place,
                        row.shown()
                    ),
                ));
            }
            if options.cost && !row.label_attack {
                rows_for_cost.push(row);
            }
        }
    }
    print(&table);
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
        cost(&rows_for_cost, &look);
    }
    Ok(())
}
