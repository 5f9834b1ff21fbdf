//! `cargo xtask eval shield [--split dev|train] [--show-fp N] [--show-fn CLASS N] [--cost]`
//!
//! Runs the shield over labelled requests (`DIR/*.jsonl.gz`, one JSON object a
//! line) and prints how many attacks it catches and how many benign requests it
//! takes for one, per class and per source, at the default threshold. The
//! worst false positives and the misses of a class are shown on request.

use doorward_core::request::{Body, Request, Scheme, Seen};
use doorward_core::rules::shield::{DEFAULT_THRESHOLD, Hit, Inspect, inspect};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Categories whose content looks like code by design.
const CODE: [&str; 5] = [
    "benign_code",
    "benign_html",
    "benign_markdown",
    "benign_template",
    "benign_xml",
];

struct Options {
    dir: PathBuf,
    split: String,
    show_fp: usize,
    show_fn: Option<(String, usize)>,
    cost: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self {
            dir: PathBuf::new(),
            split: "dev".into(),
            show_fp: 0,
            show_fn: None,
            cost: false,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut number = |what: &str| -> Result<usize, String> {
                args.next()
                    .and_then(|n| n.parse().ok())
                    .ok_or_else(|| format!("{what}: expected a number"))
            };
            match arg.as_str() {
                "--show-fp" => options.show_fp = number("--show-fp")?,
                "--show-fn" => {
                    let class = args
                        .next()
                        .ok_or("--show-fn: expected a class and a number")?;
                    let count = args.next().and_then(|n| n.parse().ok());
                    options.show_fn =
                        Some((class.clone(), count.ok_or("--show-fn: expected a number")?));
                }
                "--split" => {
                    let split = args.next().ok_or("--split: expected dev or train")?;
                    options.split.clone_from(split);
                }
                "--cost" => options.cost = true,
                dir if !dir.starts_with("--") => options.dir = dir.into(),
                other => return Err(format!("unknown option {other}")),
            }
        }
        if options.dir.as_os_str().is_empty() {
            return Err("expected the folder of the *.jsonl.gz files".into());
        }
        Ok(options)
    }
}

/// One labelled request, owned.
struct Row {
    label_attack: bool,
    category: String,
    source: String,
    place: String,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let row: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| {
            row.get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let mut headers: Vec<(String, String)> = row
            .get("headers")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        let content_type = text("content_type");
        if !content_type.is_empty()
            && !headers
                .iter()
                .any(|(n, _)| n.eq_ignore_ascii_case("content-type"))
        {
            headers.push(("Content-Type".into(), content_type));
        }
        let (path, query) = (text("path"), text("query"));
        let source = text("source");
        Some(Self {
            label_attack: text("label") == "attack",
            category: text("category"),
            source: source.split('/').next().unwrap_or_default().to_owned(),
            place: text("where"),
            method: text("method"),
            target: if query.is_empty() {
                path
            } else {
                format!("{path}?{query}")
            },
            headers,
            body: text("body"),
        })
    }

    fn request(&self) -> Request<'_> {
        Request {
            id: b"",
            now: None,
            peer: b"",
            platform: b"",
            method: self.method.as_bytes(),
            target: self.target.as_bytes(),
            scheme: Scheme::Https,
            headers: self
                .headers
                .iter()
                .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
                .collect(),
            seen: Seen {
                all_headers: true,
                header_order: false,
                raw_target: true,
            },
            body: Body {
                head: self.body.as_bytes(),
                ..Body::default()
            },
        }
    }

    fn shown(&self) -> String {
        let cookie = self
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case("cookie"));
        let cookie = cookie
            .filter(|_| self.place.starts_with("cookie"))
            .map_or("", |(_, v)| v);
        let mut text = format!("{} {} {cookie} | {}", self.method, self.target, self.body)
            .replace('\n', "\\n");
        if let Some((end, _)) = text.char_indices().nth(600) {
            text.truncate(end);
        }
        text
    }
}

#[derive(Default, Clone, Copy)]
struct Count {
    flagged: u32,
    all: u32,
}

impl Count {
    fn add(&mut self, flagged: bool) {
        self.flagged += u32::from(flagged);
        self.all += 1;
    }

    fn shown(self) -> String {
        let percent = 100.0 * f64::from(self.flagged) / f64::from(self.all.max(1));
        format!("{:>6} / {:<6} {percent:7.3} %", self.flagged, self.all)
    }
}

#[derive(Default)]
struct Table {
    by_category: BTreeMap<(bool, String), Count>,
    by_source: BTreeMap<(bool, String), Count>,
    pooled: BTreeMap<String, Count>,
    codes: BTreeMap<(&'static str, bool), u32>,
}

/// Reads the files and prints the tables.
///
/// # Errors
/// A bad option, or a file that cannot be read.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let options = Options::parse(args)?;
    let look = Inspect::default();
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
            let hit = inspect(&row.request(), &look);
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

fn files(options: &Options) -> Result<Vec<PathBuf>, String> {
    let entries =
        std::fs::read_dir(&options.dir).map_err(|e| format!("{}: {e}", options.dir.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default();
            name.starts_with(&options.split) && name.ends_with(".jsonl.gz")
        })
        .collect();
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> Result<Vec<Row>, String> {
    let opened = File::open(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(GzDecoder::new(opened)).lines().enumerate() {
        let place = || format!("{}:{}", file.display(), number + 1);
        let line = line.map_err(|e| format!("{}: {e}", place()))?;
        rows.push(Row::parse(&line).ok_or_else(|| format!("{}: expected a JSON object", place()))?);
    }
    Ok(rows)
}

fn count(table: &mut Table, stem: &str, row: &Row, flagged: bool) {
    let attack = row.label_attack;
    table
        .by_category
        .entry((attack, row.category.clone()))
        .or_default()
        .add(flagged);
    table
        .by_source
        .entry((attack, row.source.clone()))
        .or_default()
        .add(flagged);
    let pool = match (attack, CODE.contains(&row.category.as_str())) {
        (true, _) => "attacks".to_owned(),
        (false, true) => "benign, code-like".to_owned(),
        (false, false) => "benign, not code-like".to_owned(),
    };
    table.pooled.entry(pool).or_default().add(flagged);
    table
        .pooled
        .entry(format!(
            "{} in {stem}",
            if attack { "attacks" } else { "benign" }
        ))
        .or_default()
        .add(flagged);
}

fn print(table: &Table) {
    let label = |attack: bool| if attack { "attack" } else { "benign" };
    println!("threshold {DEFAULT_THRESHOLD}");
    for (pool, count) in &table.pooled {
        println!("{pool:<36} {}", count.shown());
    }
    println!("\nby class");
    for ((attack, name), count) in &table.by_category {
        println!("{} {name:<29} {}", label(*attack), count.shown());
    }
    println!("\nby source");
    for ((attack, name), count) in &table.by_source {
        println!("{} {name:<29} {}", label(*attack), count.shown());
    }
    println!("\nby code: attack, benign");
    let codes: std::collections::BTreeSet<_> = table.codes.keys().map(|(code, _)| *code).collect();
    for code in codes {
        let of = |attack| {
            table
                .codes
                .get(&(code, attack))
                .copied()
                .unwrap_or_default()
        };
        println!("{code:<36} {:>6} {:>6}", of(true), of(false));
    }
}

/// Time per request of about 1 KB, benign, one thread.
fn cost(rows: &[Row], look: &Inspect) {
    for (low, high) in [(0, 512), (512, 1536), (1536, 6000), (6000, 40_000)] {
        let mut micros: Vec<f64> = Vec::new();
        let mut bytes = 0;
        for row in rows {
            let size = row.target.len()
                + row.body.len()
                + row
                    .headers
                    .iter()
                    .map(|(n, v)| n.len() + v.len())
                    .sum::<usize>();
            if !(low..high).contains(&size) {
                continue;
            }
            let request = row.request();
            let times = (0..5).map(|_| {
                let start = Instant::now();
                core::hint::black_box(inspect(core::hint::black_box(&request), look));
                start.elapsed().as_secs_f64() * 1e6
            });
            micros.push(times.fold(f64::MAX, f64::min));
            bytes += size;
        }
        micros.sort_by(f64::total_cmp);
        let at = |percent: usize| {
            let last = micros.len().saturating_sub(1);
            micros
                .get(last * percent / 100)
                .copied()
                .unwrap_or_default()
        };
        println!(
            "cost {low}..{high} B: {} requests, mean {} B, p50 {:.2} µs, p99 {:.2} µs, max {:.1} µs",
            micros.len(),
            bytes / micros.len().max(1),
            at(50),
            at(99),
            at(100)
        );
    }
}
