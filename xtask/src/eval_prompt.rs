//! `cargo xtask eval prompt`: what `detectPromptInjection` makes of the labelled
//! texts, at the threshold that ships.
//!
//! `train` and `train2` are read by weights that never saw the text's source (made
//! by `make train`), `dev` and `dev2` by those that ship; what is no chat also as
//! `source: "document"` reads it ("said so"). Beside them what other products say of
//! the same files (`xtask/peers/prompt.py`).

use doorward_core::pack::Pack;
use doorward_core::text::prompt::{Bar, Model};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::Command;
use std::sync::Arc;

#[path = "../../core/model/prompt/src/chats.rs"]
mod chats;

const DATA: &str = "../shared/data/prompt-injection";
const SHIPPED: &str = "core/packs/prompt.bin";
const PARTS: &str = "target/prompt-parts";
const PEERS: &str = "xtask/peers/prompt.py";
/// The script's exit code where the peers are not installed.
const ABSENT: i32 = 2;
const FILES: [(&str, bool); 4] = [
    ("train", true),
    ("train2", true),
    ("dev", false),
    ("dev2", false),
];
#[derive(Clone, Copy, Default)]
struct Count {
    texts: u32,
    found: u32,
}

impl Count {
    fn note(&mut self, found: bool) {
        self.texts += 1;
        self.found += u32::from(found);
    }

    fn rate(self) -> f64 {
        100.0 * f64::from(self.found) / f64::from(self.texts.max(1))
    }
}

/// The packs by number, read from the files of `make train`, and which source is
/// in which part.
struct Packs {
    shipped: Arc<[u8]>,
    parts: BTreeMap<u32, Arc<[u8]>>,
    of: BTreeMap<String, u32>,
}

fn body(path: &str) -> Result<Arc<[u8]>, String> {
    let bytes = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    let pack = Pack::parse(&bytes).map_err(|found| format!("{path}: {found}"))?;
    Ok(Arc::clone(pack.body()))
}

impl Packs {
    fn read() -> Result<Self, String> {
        let (mut parts, mut of) = (BTreeMap::new(), BTreeMap::new());
        let table = std::fs::read_to_string(format!("{PARTS}/parts.tsv")).unwrap_or_default();
        for (source, part) in table.lines().filter_map(|line| line.split_once('\t')) {
            let part: u32 = part.parse().map_err(|e| format!("{PARTS}: {e}"))?;
            if let std::collections::btree_map::Entry::Vacant(slot) = parts.entry(part) {
                slot.insert(body(&format!("{PARTS}/{part}.bin"))?);
            }
            of.insert(source.to_owned(), part);
        }
        Ok(Self {
            shipped: body(SHIPPED)?,
            parts,
            of,
        })
    }

    /// The pack for a text of this source; none where it would know the text.
    fn for_source(&self, source: &str, learnt: bool) -> Option<&Arc<[u8]>> {
        if learnt {
            self.parts.get(self.of.get(source)?)
        } else {
            Some(&self.shipped)
        }
    }
}

/// Whether a text is an injection as a user's, and as a document's.
fn found(body: &[u8], text: &str) -> Result<[bool; 2], String> {
    let model = Model::parse(body).map_err(|why| format!("the pack: {why:?}"))?;
    let read = model.read(text.as_bytes());
    Ok([Bar::User, Bar::Document].map(|bar| model.over(&read, bar) >= 0))
}

/// Runs the command.
///
/// # Errors
/// What could not be read.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let packs = Packs::read()?;
    if packs.parts.is_empty() {
        println!("(train and train2 left out: `make train` first)");
    }
    // attack, file, source → texts and how many are found; and pooled
    let mut sources: BTreeMap<(bool, &str, String), Count> = BTreeMap::new();
    let mut pooled: BTreeMap<(&str, &str), Count> = BTreeMap::new();
    for (file, learnt) in FILES {
        let path = format!("{DATA}/{file}.jsonl.gz");
        let packed = std::fs::File::open(&path).map_err(|e| format!("{path}: {e}"))?;
        for line in BufReader::new(GzDecoder::new(packed)).lines() {
            let line = line.map_err(|e| format!("{path}: {e}"))?;
            let row: Value = serde_json::from_str(&line).map_err(|e| format!("{path}: {e}"))?;
            let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
            let (source, kind) = (text("source"), text("category"));
            let Some(body) = packs.for_source(source, learnt) else {
                continue;
            };
            let [is_found, in_document] = found(body, text("text"))?;
            let attack = text("label") == "injection";
            let chat = chats::is_chat(source, kind);
            let group = match (attack, chat) {
                (true, true) => "direct attacks",
                (true, false) => "attacks in documents",
                (false, true) => "harmless, chat",
                (false, false) if source.contains("BigPromptLibrary") => "harmless, system prompts",
                (false, false) => "harmless, documents",
            };
            let split = if learnt { "left out" } else { "dev" };
            let by_source = (attack, file, source.to_owned());
            sources.entry(by_source).or_default().note(is_found);
            pooled.entry((group, split)).or_default().note(is_found);
            if !chat {
                let said = (
                    group,
                    if learnt {
                        "left out, said so"
                    } else {
                        "dev, said so"
                    },
                );
                pooled.entry(said).or_default().note(in_document);
            }
        }
    }
    print(&sources, &pooled);
    peers()
}

fn print(sources: &BTreeMap<(bool, &str, String), Count>, pooled: &BTreeMap<(&str, &str), Count>) {
    for (attack, title) in [(true, "attacks found"), (false, "harmless texts denied")] {
        println!("\n{title}, % (by source)");
        for ((_, file, source), count) in sources.iter().filter(|((of, ..), _)| *of == attack) {
            println!(
                "  {file:7} {source:58} {:6} {:7.2}",
                count.texts,
                count.rate()
            );
        }
    }
    for attack in [true, false] {
        let mut worst: Vec<_> = sources
            .iter()
            .filter(|((of, ..), count)| *of == attack && count.texts >= 50)
            .map(|((_, file, source), count)| (count.rate(), *file, source))
            .collect();
        worst.sort_by(|a, b| a.0.total_cmp(&b.0));
        if !attack {
            worst.reverse();
        }
        let what = if attack { "attacks" } else { "harmless" };
        for (rate, file, source) in worst.iter().take(2) {
            println!("worst of {what}: {rate:.2} {file} {source}");
        }
    }
    println!("\npooled, %");
    for ((group, split), count) in pooled {
        println!(
            "  {group:26} {split:17} {:6} {:7.2}",
            count.texts,
            count.rate()
        );
    }
}

fn peers() -> Result<(), String> {
    let status = Command::new("python3").arg(PEERS).arg(DATA).status();
    let status = status.map_err(|error| format!("{PEERS}: {error}"))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(ABSENT) => {
            println!("(peers left out)");
            Ok(())
        }
        _ => Err(format!("{PEERS}: {status}")),
    }
}
