//! The email part of `cargo xtask tables`: writes `core/packs/email-data.bin`.
//!
//! Reads the merged public lists of disposable domains (npm
//! disposable-email-domains, `PyPI` disposable-email-domains, npm
//! disposable-email-domains-js) and of free providers (npm free-email-domains,
//! email-providers), names of people that Faker made beside names that a
//! machine made up, and `core/data/email.txt`, what the lists do not say. A row
//! without a permissive licence is dropped. `core/src/text/email/data.rs` reads
//! the pack.

#![allow(
    clippy::indexing_slicing,
    reason = "a development tool: an index that is wrong shall stop it"
)]

use crate::ribbon;
use doorward_core::pack::Pack;
use doorward_core::text::email::Domain;
use doorward_core::text::email::data::{CLASSES, SECTIONS, class};
use doorward_core::text::email::mailbox::{is_provider, registered};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

const HAND: &str = "core/data/email.txt";
const OUT: &str = "core/packs/email-data.bin";
/// The day on which the lists were fetched.
const DATE: u32 = 20_261_121;
const LICENCES: [&str; 5] = ["MIT", "MIT/ISC", "CC0-1.0", "ISC", "project (Faker MIT)"];
/// Bits of fingerprints: of names under waste and cheap endings, of all
/// others, of providers.
const COLUMNS: [u8; 4] = [10, 12, 15, 16];

/// What a pack is made of.
#[derive(Clone, Default)]
pub(crate) struct Sources {
    /// Disposable domains, in ASCII.
    pub(crate) disposable: BTreeSet<String>,
    /// Free providers.
    pub(crate) free: BTreeSet<String>,
    /// Names before the `@`, and whether a machine made them up.
    pub(crate) locals: Vec<(String, bool)>,
    hand: BTreeMap<String, Vec<String>>,
}

/// Runs the command.
///
/// # Errors
/// What could not be read or written.
pub(crate) fn generate(args: &[String]) -> Result<(), String> {
    let [folder] = args else {
        return Err("one argument is expected: the folder of e-mail data".into());
    };
    let sources = Sources::read(folder)?;
    let body = sources.body()?;
    let pack = Pack::build("email-data", DATE, &body);
    std::fs::write(OUT, &pack).map_err(|e| format!("{OUT}: {e}"))?;
    println!(
        "{OUT}: {} disposable domains, {} free providers, {} bytes",
        sources.disposable.len(),
        sources.free.len(),
        pack.len()
    );
    Ok(())
}

/// The rows of a packed file of JSON lines.
pub(crate) fn rows(path: &str) -> Result<Vec<Value>, String> {
    let packed = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .map_err(|e| format!("{path}: {e}"))?;
    text.lines()
        .enumerate()
        .map(|(number, line)| {
            serde_json::from_str(line).map_err(|e| format!("{path}:{}: {e}", number + 1))
        })
        .collect()
}

/// A member of a row that is text.
pub(crate) fn text<'r>(row: &'r Value, name: &str) -> &'r str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A domain as DNS and the pack know it.
pub(crate) fn ascii(domain: &str) -> String {
    Domain::Name(domain).ascii().unwrap_or_default()
}

impl Sources {
    /// Reads everything.
    pub(crate) fn read(folder: &str) -> Result<Self, String> {
        let permissive = |row: &Value| LICENCES.contains(&text(row, "license"));
        let domains = |name: &str| -> Result<BTreeSet<String>, String> {
            let rows = rows(&format!("{folder}/{name}.jsonl.gz"))?;
            let rows = rows.iter().filter(|row| permissive(row));
            Ok(rows.map(|row| ascii(text(row, "domain"))).collect())
        };
        let locals = rows(&format!("{folder}/local-parts.jsonl.gz"))?;
        let locals = locals.iter().filter(|row| permissive(row));
        let disposable = domains("disposable-domains")?;
        let mut free = domains("free-provider-domains")?;
        // neighbours of a provider that some list of providers knows
        let neighbours = rows(&format!("{folder}/typo-domains.jsonl.gz"))?;
        let real = neighbours
            .iter()
            .filter(|row| row.get("in_any_list").and_then(Value::as_bool) == Some(true));
        free.extend(
            real.map(|row| ascii(text(row, "domain")))
                .filter(|name| !disposable.contains(name)),
        );
        Ok(Self {
            disposable,
            free,
            locals: locals
                .map(|row| (text(row, "local").into(), text(row, "label") == "gibberish"))
                .collect(),
            hand: hand()?,
        })
    }

    fn words(&self, key: &str) -> &[String] {
        self.hand.get(key).map_or(&[], Vec::as_slice)
    }

    /// The body of the pack.
    ///
    /// # Errors
    /// A filter cannot be solved.
    pub(crate) fn body(&self) -> Result<Vec<u8>, String> {
        let providers = self.words("providers").iter().cloned();
        let free: BTreeSet<String> = self.free.iter().cloned().chain(providers).collect();
        let real = |name: &str| free.contains(name) || is_provider(name);
        let mut groups: [Vec<&str>; 3] = Default::default();
        for name in &self.disposable {
            if real(name) || self.is_below(name) || country(name) {
                continue;
            }
            let ending = name.rsplit('.').next().unwrap_or_default();
            let under = |key| self.words(key).iter().any(|word| word == ending);
            let group = match (under("waste"), under("cheap")) {
                (true, _) => 0,
                (_, true) => 1,
                _ => 2,
            };
            groups[group].push(name);
        }
        let [waste, cheap, other] = groups;
        let free: Vec<&str> = free.iter().map(String::as_str).collect();
        let mut sections: Vec<Vec<u8>> = ["waste", "cheap", "hosts", "words"]
            .iter()
            .map(|key| self.words(key).join(" ").into_bytes())
            .collect();
        for (names, columns) in [&waste, &cheap, &other, &free].into_iter().zip(COLUMNS) {
            sections.push(ribbon::build(names, columns)?);
        }
        sections.push(pairs(&self.locals));
        assert_eq!(sections.len(), SECTIONS, "as many sections as are read");
        let mut body = Vec::new();
        for section in &sections {
            let length = u32::try_from(section.len()).map_err(|e| e.to_string())?;
            body.extend(length.to_le_bytes());
        }
        body.extend(sections.concat());
        Ok(body)
    }

    /// Found without being listed: below a listed domain or a host.
    fn is_below(&self, name: &str) -> bool {
        let own = registered(name);
        let hosts = self.words("hosts");
        let mut rest = name;
        while let Some((_, parent)) = rest.split_once('.') {
            let listed = parent.len() >= own.len() && self.disposable.contains(parent);
            if listed || hosts.iter().any(|host| host == parent) {
                return true;
            }
            rest = parent;
        }
        false
    }
}

/// What a country sells names under is nobody's own: `edu.pl`, `my.id`.
fn country(name: &str) -> bool {
    const SECOND: [&str; 20] = [
        "ac", "asso", "biz", "co", "com", "edu", "firm", "gen", "gob", "gov", "id", "ind", "info",
        "mil", "my", "name", "net", "or", "org", "web",
    ];
    let parts = name.split_once('.');
    parts.is_some_and(|(second, last)| last.len() == 2 && SECOND.contains(&second))
}

fn hand() -> Result<BTreeMap<String, Vec<String>>, String> {
    let text = std::fs::read_to_string(HAND).map_err(|e| format!("{HAND}: {e}"))?;
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut last = String::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let words = match line.split_once(": ") {
            Some((key, words)) if !line.starts_with(' ') => {
                last = key.into();
                words
            }
            _ => line,
        };
        let words = words.split_whitespace().map(str::to_owned);
        out.entry(last.clone()).or_default().extend(words);
    }
    Ok(out)
}

/// How much more often each pair of letters occurs in names that a machine
/// made up than in people's, in eighths of a natural logarithm.
fn pairs(locals: &[(String, bool)]) -> Vec<u8> {
    let ends = CLASSES - 1;
    let mut seen = [
        vec![0.5_f64; CLASSES * CLASSES],
        vec![0.5_f64; CLASSES * CLASSES],
    ];
    for (local, generated) in locals {
        let base = local.split('+').next().unwrap_or_default();
        let mut before = ends;
        for class in base.chars().take(64).map(class).chain([ends]) {
            seen[usize::from(*generated)][before * CLASSES + class] += 1.0;
            before = class;
        }
    }
    let chance = |side: &[f64], at: usize| {
        let row = at / CLASSES * CLASSES;
        side[at] / side[row..row + CLASSES].iter().sum::<f64>()
    };
    (0..CLASSES * CLASSES)
        .map(|at| {
            let odds = (chance(&seen[1], at) / chance(&seen[0], at)).ln() * 8.0;
            #[allow(clippy::cast_possible_truncation, reason = "clamped to what fits")]
            let weight = odds.round().clamp(-127.0, 127.0) as i8;
            weight.to_le_bytes()[0]
        })
        .collect()
}
