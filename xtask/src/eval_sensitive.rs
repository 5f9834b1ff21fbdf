//! `cargo xtask eval sensitive`: strict spans of `text::sensitive` against
//! labelled texts: start, end and type must be right.
//!
//! Nothing of it was trained, so every source is unseen by weights; figures are
//! given for each source and split. A text without a labelled value of a core
//! type is clean, and a span in it is a false alarm. `--errors N` shows some.
//! The rules were read off these texts, though: what `xtask/peers/texts.py` makes
//! of other generators is measured beside them, where the peers are installed.

use doorward_core::text::sensitive::{self, Kind, Units, Wanted};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::Command;

/// Types that count, and what the corpus calls them where it differs.
const CORE: [(&str, &str); 12] = [
    ("EMAIL", "EMAIL"),
    ("PHONE_NUMBER", "PHONE"),
    ("IP_ADDRESS", "IP_ADDRESS"),
    ("CREDIT_CARD_NUMBER", "CREDIT_CARD"),
    ("IBAN", "IBAN"),
    ("US_SSN", "US_SSN"),
    ("UK_NHS", "UK_NHS"),
    ("CRYPTO_ADDRESS", "CRYPTO"),
    ("API_KEY", "API_KEY"),
    ("JWT", "JWT"),
    ("MAC_ADDRESS", "MAC_ADDRESS"),
    ("US_PASSPORT", "US_PASSPORT"),
];
/// Prose: what people write to assistants, of which hardly any has a value.
const PROSE: &str = "../shared/data/prompt-injection/train.jsonl.gz";
const PEERS: &str = "xtask/peers/sensitive.py";
/// The texts that the peers' script makes.
const UNSEEN: &str = "target/unseen-texts.jsonl.gz";
/// The script's exit code where the peers are not installed.
const ABSENT: i32 = 2;

/// Found and right, found and wrong, missed.
#[derive(Clone, Copy, Default)]
struct Count {
    right: u32,
    wrong: u32,
    missed: u32,
}

impl Count {
    fn f1(self) -> f64 {
        let twice = 2.0 * f64::from(self.right);
        let all = twice + f64::from(self.wrong) + f64::from(self.missed);
        if all > 0.0 { twice / all } else { 1.0 }
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

/// What one source came to.
#[derive(Default)]
struct Source {
    types: BTreeMap<&'static str, Count>,
    clean: u32,
    alarms: u32,
}

type Spans = Vec<(usize, usize, &'static str)>;

fn rows(path: &str) -> Result<Vec<Value>, String> {
    let packed = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .map_err(|e| format!("{path}: {e}"))?;
    text.lines()
        .enumerate()
        .map(|(at, line)| serde_json::from_str(line).map_err(|e| format!("{path}:{}: {e}", at + 1)))
        .collect()
}

fn found(text: &str) -> Spans {
    let mut spans = sensitive::scan(text.as_bytes(), Wanted::ALL, &[]);
    sensitive::convert(text.as_bytes(), &mut spans, Units::CodePoints);
    spans
        .iter()
        .filter_map(|span| match span.kind {
            Kind::Known(entity) => Some((span.start, span.end, entity.name())),
            Kind::Custom(_) => None,
        })
        .filter(|(.., name)| CORE.iter().any(|(core, _)| core == name))
        .collect()
}

fn labelled(row: &Value) -> Spans {
    let spans = row.get("spans").and_then(Value::as_array);
    spans
        .into_iter()
        .flatten()
        .filter_map(|span| {
            let place = |name: &str| usize::try_from(span.get(name)?.as_u64()?).ok();
            let kind = span.get("type")?.as_str()?;
            let (name, _) = CORE
                .iter()
                .find(|(ours, theirs)| *theirs == kind || *ours == kind)?;
            Some((place("start")?, place("end")?, *name))
        })
        .collect()
}

fn cut(text: &str, start: usize, end: usize) -> String {
    text.chars()
        .skip(start)
        .take(end.saturating_sub(start))
        .collect()
}

/// Runs the command.
///
/// # Errors
/// What could not be read.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let (folder, options) = args.split_first().ok_or("a folder is expected")?;
    let mut show = match options {
        [name, count] if name == "--errors" => {
            count.parse().map_err(|e| format!("--errors: {e}"))?
        }
        [] => 0_u32,
        _ => return Err("options: --errors N".into()),
    };
    for split in ["train", "dev"] {
        measure(
            split,
            &rows(&format!("{folder}/{split}.jsonl.gz"))?,
            &mut show,
        );
    }
    prose(&mut show)?;
    cost(folder)?;
    if peers(folder)? {
        measure("unseen", &rows(UNSEEN)?, &mut show);
    }
    Ok(())
}

/// Prints what is found of labelled texts, for each source and together.
fn measure(split: &str, texts: &[Value], show: &mut u32) {
    let mut sources: BTreeMap<String, Source> = BTreeMap::new();
    for row in texts {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let source = sources.entry(text("source").into()).or_default();
        let (expected, spans) = (labelled(row), found(text("text")));
        source.clean += u32::from(expected.is_empty());
        source.alarms += u32::from(expected.is_empty() && !spans.is_empty());
        let wrong = spans.iter().filter(|span| !expected.contains(span));
        let missed = expected.iter().filter(|span| !spans.contains(span));
        for span in &spans {
            let count = source.types.entry(span.2).or_default();
            count.right += u32::from(expected.contains(span));
            count.wrong += u32::from(!expected.contains(span));
        }
        for span in missed.clone() {
            source.types.entry(span.2).or_default().missed += 1;
        }
        let errors = wrong
            .map(|s| ("wrong", s))
            .chain(missed.map(|s| ("missed", s)));
        for (what, (start, end, name)) in errors {
            if *show > 0 {
                *show -= 1;
                let near = cut(text("text"), start.saturating_sub(40), end + 25);
                println!(
                    "  {what} {name} {:?} in {near:?}",
                    cut(text("text"), *start, *end)
                );
            }
        }
    }
    for (name, source) in &sources {
        report(split, name, source);
    }
    let mut pooled = Count::default();
    for count in sources.values().flat_map(|source| source.types.values()) {
        pooled.add(*count);
    }
    println!(
        "{split}, pooled: strict span F1 {:.4} (must .93, aim .97)",
        pooled.f1()
    );
}

fn report(split: &str, name: &str, source: &Source) {
    let mut pooled = Count::default();
    for count in source.types.values() {
        pooled.add(*count);
    }
    println!("{split}, {name}");
    for (kind, count) in &source.types {
        println!(
            "  {kind:<20} F1 {:.4}  right {} wrong {} missed {}",
            count.f1(),
            count.right,
            count.wrong,
            count.missed
        );
    }
    println!("  strict span F1 {:.4}", pooled.f1());
    if source.clean > 0 {
        println!(
            "  false alarms {:.1} per 1,000 of {} clean texts",
            1000.0 * f64::from(source.alarms) / f64::from(source.clean),
            source.clean
        );
    }
}

/// Alarms in what people write; some are right, nobody has labelled them.
fn prose(show: &mut u32) -> Result<(), String> {
    if !std::path::Path::new(PROSE).exists() {
        return Ok(());
    }
    let (mut all, mut alarms, mut bytes) = (0_u32, 0_u32, 0_usize);
    for row in rows(PROSE)? {
        let text = row.get("text").and_then(Value::as_str).unwrap_or_default();
        all += 1;
        bytes += text.len();
        let spans = found(text);
        alarms += u32::from(!spans.is_empty());
        for (start, end, name) in spans {
            if *show > 0 {
                *show -= 1;
                let near = cut(text, start.saturating_sub(40), end + 25);
                println!("  prose {name} {:?} in {near:?}", cut(text, start, end));
            }
        }
    }
    println!(
        "prose, not labelled: alarms {:.2} per 1,000 of {all} texts, {} bytes each",
        1000.0 * f64::from(alarms) / f64::from(all.max(1)),
        bytes / usize::try_from(all.max(1)).unwrap_or(1)
    );
    Ok(())
}

/// Microseconds per KB over the whole of dev; `make bench` measures one text.
fn cost(folder: &str) -> Result<(), String> {
    let texts: Vec<String> = rows(&format!("{folder}/dev.jsonl.gz"))?
        .iter()
        .map(|row| {
            row.get("text")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let best = (0..5)
        .map(|_| {
            let start = std::time::Instant::now();
            for text in &texts {
                core::hint::black_box(sensitive::scan(text.as_bytes(), Wanted::ALL, &[]));
            }
            start.elapsed().as_micros()
        })
        .min()
        .unwrap_or(0);
    println!(
        "cost: {:.1} µs per KB of these texts (must 30, aim 15 as built for release)",
        f64::from(u32::try_from(best).unwrap_or(u32::MAX))
            / (f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1024.0)
    );
    Ok(())
}

/// Presidio and Arcjet on the dev texts, and on others that are made there; false
/// where they are not installed.
fn peers(folder: &str) -> Result<bool, String> {
    let status = Command::new("python3")
        .args([PEERS, folder, UNSEEN])
        .status()
        .map_err(|error| format!("{PEERS}: {error}"))?;
    match status.code() {
        Some(0) => Ok(true),
        Some(ABSENT) => {
            println!("(peers left out)");
            Ok(false)
        }
        _ => Err(format!("{PEERS}: {status}")),
    }
}
