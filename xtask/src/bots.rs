//! The bots part of `cargo xtask tables`: writes `core/src/tables/bots.rs`.
//!
//! Reads two things: the merged public lists (arcjet/well-known-bots,
//! monperrus/crawler-user-agents, ai-robots-txt/ai.robots.txt; a row without a
//! permissive licence is dropped) and `core/data/bots.txt`, what the lists do
//! not say. The few patterns that are regular expressions are expanded into
//! literals here, so that nothing interprets one at run time.
//!
//! # Categories
//! The table speaks Arcjet's names, plus `SEO`, `SCANNER`, `AI_CRAWLER` and
//! `BROWSER_AUTOMATION`. What Arcjet says of a bot always stays; what another
//! list says is added by [`category`]: `seo` → SEO, `monitoring` → MONITOR,
//! `feed-reader` → FEEDFETCHER, `archiver` → ARCHIVE, `social-preview` →
//! PREVIEW, `ai-crawler` → AI and `AI_CRAWLER`, `http-library` → PROGRAMMATIC
//! (unless Arcjet calls it a TOOL), `browser-automation` → TOOL and
//! `BROWSER_AUTOMATION`, `scanner` → SCANNER. A bot that none of Arcjet's
//! categories describes is also UNKNOWN, as it would be there.
//!
//! # The table
//! Every literal is filed under one of its trigrams: the one that is rarest
//! among the other literals and does not occur in browsers' strings. The scan
//! hashes each trigram of a User-Agent to 14 bits, asks a bitmap, and compares
//! only the literals of that bucket: its cost does not grow with the lists.

use core::fmt::Write as _;
use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

const HAND: &str = "core/data/bots.txt";
const OUT: &str = "core/src/tables/bots.rs";
const LICENCES: [&str; 5] = ["MIT", "Apache-2.0", "BSD-3-Clause", "CC0-1.0", "ISC"];
/// When the lists were merged into the input, which does not record their
/// versions.
const DATE: &str = "2026-11";
/// A record may be compared at every byte of a User-Agent: keep buckets small.
const BUCKET_MAX: usize = 16;
/// Up to this length a list's literal does not match inside a longer word
/// (`NING/` in `Lightning/`, `Sonic` in `Panasonic`).
const SHORT: usize = 6;

/// Bit numbers of the table, in the order of `CATEGORIES`.
const CATEGORIES: [&str; 27] = [
    "ACADEMIC",
    "ADVERTISING",
    "AI",
    "AMAZON",
    "APPLE",
    "ARCHIVE",
    "BOTNET",
    "FEEDFETCHER",
    "GOOGLE",
    "META",
    "MICROSOFT",
    "MONITOR",
    "OPTIMIZER",
    "PREVIEW",
    "PROGRAMMATIC",
    "SEARCH_ENGINE",
    "SLACK",
    "SOCIAL",
    "TOOL",
    "UNKNOWN",
    "VERCEL",
    "WEBHOOK",
    "YAHOO",
    "AI_CRAWLER",
    "BROWSER_AUTOMATION",
    "SCANNER",
    "SEO",
];
/// How many of them are Arcjet's.
const ARCJET: usize = 23;

/// Flags of a record, above the 11 bits of its bot; `core` reads the same bits.
const START: u16 = 1 << 11;
const END: u16 = 1 << 12;
const WORD_START: u16 = 1 << 13;
const WORD_END: u16 = 1 << 14;
const GAP: u16 = 1 << 15;
/// A record's second byte: five bits of its trigger's place in the literal,
/// three of the trigger's hash, so that most comparisons end there.
const TRIGGER_MAX: usize = 32;
/// In the byte of the length: this literal speaks against the bot.
const UNLESS: usize = 1 << 7;

/// What browsers send: trigrams in here make poor triggers.
const BROWSERS: &str = "mozilla/5.0 (windows nt 10.0; win64; x64; rv:109.0) applewebkit/537.36 \
(khtml, like gecko) chrome/131.0.0.0 mobile safari/537.36 edg/ edga/ opr/ firefox/ gecko/20100101 \
version/17.5 mobile/15e148 safari/604.1 (macintosh; intel mac os x 10_15_7) (x11; ubuntu; linux \
x86_64) (linux; android 10; k) build/ (iphone; cpu iphone os 17_5 like mac os x) ipad wow64 \
samsungbrowser/ msie 7.0; trident/7.0; .net clr 3.5.30729 sm-g pixel redmi fban/fbios instagram \
crios/ fxios/ gsa/ vivaldi yabrowser opera presto opt/ ddg/ en-us u; compatible;";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Literal {
    flags: u16,
    /// Lower case; a gap is one zero byte.
    text: String,
}

#[derive(Clone, Debug, Default)]
struct Bot {
    id: String,
    categories: u32,
    literals: BTreeSet<Literal>,
    unless: BTreeSet<Literal>,
}

/// Runs the command.
///
/// # Errors
/// What could not be read, understood or written.
pub(crate) fn generate(args: &[String]) -> Result<(), String> {
    let [input] = args else {
        return Err("one argument is expected: bots.json.gz".into());
    };
    let packed = std::fs::read(input).map_err(|e| format!("{input}: {e}"))?;
    let mut json = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut json)
        .map_err(|e| format!("{input}: {e}"))?;
    let hand = std::fs::read_to_string(HAND).map_err(|e| format!("{HAND}: {e}"))?;
    let rows = listed(&json)?;
    let count = rows.len();
    let bots = merge(rows, &hand)?;
    let table = Table::build(&bots)?;
    let hashes = (hash(&packed), hash(hand.as_bytes()));
    std::fs::write(OUT, table.source(count, &hashes)).map_err(|e| format!("{OUT}: {e}"))?;
    println!("{OUT}: {}", table.sizes());
    Ok(())
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

// --- reading the lists ------------------------------------------------------

fn listed(json: &str) -> Result<Vec<Bot>, String> {
    let root: Value = serde_json::from_str(json).map_err(|e| e.to_string())?;
    let rows = root
        .get("bots")
        .and_then(Value::as_array)
        .ok_or("no array `bots`")?;
    let mut out = Vec::new();
    for row in rows {
        let field = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let texts = |name: &str| -> Vec<&str> {
            let list = row.get(name).and_then(Value::as_array);
            list.into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect()
        };
        let sources = row.get("sources").and_then(Value::as_array);
        let permissive = sources.into_iter().flatten().any(|source| {
            let licence = source.get("license").and_then(Value::as_str);
            licence.is_some_and(|l| LICENCES.contains(&l))
        });
        if !permissive {
            continue;
        }
        let mut bot = Bot {
            id: field("id").into(),
            ..Bot::default()
        };
        for pattern in texts("patterns") {
            bot.literals
                .extend(expand(pattern)?.into_iter().map(bounded));
        }
        for pattern in texts("forbidden") {
            bot.unless.extend(expand(pattern)?);
        }
        // The prefixes name the list a row came from, and behind them stands
        // its pattern, which reads badly where it was a regular expression.
        if let Some(slug) = bot
            .id
            .strip_prefix("cua-")
            .or_else(|| bot.id.strip_prefix("ai-"))
        {
            let odd = texts("patterns")
                .iter()
                .any(|p| p.contains(['[', '(', '|', '*']));
            let first = bot.literals.first().map(|l| name_of(&l.text));
            bot.id = first.filter(|_| odd).unwrap_or_else(|| slug.into());
        }
        bot.categories = categories(&texts("categories"));
        out.push(bot);
    }
    Ok(out)
}

fn name_of(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join("-")
}

fn bit(name: &str) -> Option<u32> {
    let at = CATEGORIES.iter().position(|c| *c == name)?;
    u32::try_from(at).ok().and_then(|at| 1_u32.checked_shl(at))
}

fn categories(names: &[&str]) -> u32 {
    let tool = names.contains(&"tool");
    let found = names
        .iter()
        .flat_map(|n| category(n, tool))
        .filter_map(|n| bit(n));
    described(found.fold(0, |set, one| set | one))
}

/// Adds UNKNOWN to what no category of Arcjet's describes.
fn described(set: u32) -> u32 {
    let arcjet = CATEGORIES
        .iter()
        .take(ARCJET)
        .filter_map(|n| bit(n))
        .any(|one| set & one != 0);
    if arcjet {
        set
    } else {
        set | bit("UNKNOWN").unwrap_or_default()
    }
}

fn category(name: &str, tool: bool) -> Vec<&'static str> {
    match name {
        "monitor" | "monitoring" => vec!["MONITOR"],
        "feedfetcher" | "feed-reader" => vec!["FEEDFETCHER"],
        "archive" | "archiver" => vec!["ARCHIVE"],
        "preview" | "social-preview" => vec!["PREVIEW"],
        "ai-crawler" => vec!["AI", "AI_CRAWLER"],
        "http-library" if tool => vec![],
        "http-library" => vec!["PROGRAMMATIC"],
        "browser-automation" => vec!["TOOL", "BROWSER_AUTOMATION"],
        other => {
            let upper = other.to_ascii_uppercase().replace('-', "_");
            CATEGORIES
                .iter()
                .filter(|c| **c == upper)
                .copied()
                .collect()
        }
    }
}

/// The literals a list's pattern stands for. Understood: escapes, `^`, `$`,
/// groups with `|`, `?`, `{0,1}`, classes that only vary case, `[\s\S]*` and
/// digits as gaps, `(^| )` as a word's start.
fn expand(pattern: &str) -> Result<Vec<Literal>, String> {
    let pattern = pattern
        .replace("([^-]|$)", "")
        .replace("(^| )", "\u{1}")
        .replace("[\\s\\S]*", "\0")
        .replace("\\d\\.\\d+", "\0")
        .replace("{0,1}", "?")
        .replace("?:", "");
    let mut chars: Vec<char> = pattern.chars().collect();
    chars.reverse();
    let texts =
        alternatives(&mut chars).ok_or_else(|| format!("pattern not understood: {pattern}"))?;
    Ok(texts.iter().map(|text| literal(text)).collect())
}

fn alternatives(rest: &mut Vec<char>) -> Option<Vec<String>> {
    let mut all = Vec::new();
    let mut current = vec![String::new()];
    while let Some(c) = rest.pop() {
        let mut piece = match c {
            ')' => break,
            '|' => {
                all.append(&mut current);
                current = vec![String::new()];
                continue;
            }
            '(' => alternatives(rest)?,
            '[' => {
                let mut class = BTreeSet::new();
                while let Some(member) = rest.pop().filter(|c| *c != ']') {
                    class.insert(member.to_ascii_lowercase());
                }
                if class.len() != 1 {
                    return None;
                }
                vec![class.into_iter().collect()]
            }
            '\\' => vec![match rest.pop()? {
                's' => " ".into(),
                c if c.is_ascii_alphanumeric() => return None,
                c => c.to_string(),
            }],
            '^' => vec!["\u{2}".into()],
            '$' => vec!["\u{3}".into()],
            '*' | '+' | '?' | '{' => return None,
            c => vec![c.to_ascii_lowercase().to_string()],
        };
        if rest.last() == Some(&'?') {
            rest.pop();
            piece.push(String::new());
        }
        current = current
            .iter()
            .flat_map(|head| piece.iter().map(move |tail| format!("{head}{tail}")))
            .collect();
    }
    all.append(&mut current);
    Some(all)
}

/// From the marks of [`expand`]: 1 word start, 2 start, 3 end, 0 gap.
fn literal(text: &str) -> Literal {
    let flag = |mark, flag| if text.contains(mark) { flag } else { 0 };
    Literal {
        flags: flag('\u{1}', WORD_START)
            | flag('\u{2}', START)
            | flag('\u{3}', END)
            | flag('\0', GAP),
        text: text.replace(['\u{1}', '\u{2}', '\u{3}'], ""),
    }
}

fn bounded(mut literal: Literal) -> Literal {
    if literal.text.len() <= SHORT {
        literal.flags |= WORD_START;
    }
    if literal.text.len() <= SHORT && literal.text.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        literal.flags |= WORD_END;
    }
    literal
}

// --- reading what was written by hand ---------------------------------------

/// Bots of the lists, then tools, then generic evidence.
struct Bots {
    all: Vec<Bot>,
    listed: usize,
    named: usize,
}

fn merge(rows: Vec<Bot>, hand: &str) -> Result<Bots, String> {
    let mut listed: BTreeMap<String, Bot> = BTreeMap::new();
    for row in rows {
        let bot = listed.entry(row.id.clone()).or_default();
        bot.id = row.id;
        bot.categories |= row.categories;
        bot.literals.extend(row.literals);
        bot.unless.extend(row.unless);
    }
    let (mut tools, mut generic) = (Vec::<Bot>::new(), Vec::<Bot>::new());
    for line in joined(hand) {
        let fault = |why: &str| format!("{HAND}: {why}: {line}");
        let (head, rest) = line.split_once(" :").ok_or_else(|| fault("no ` :`"))?;
        let words: Vec<&str> = head.split_whitespace().collect();
        let [verb, id, tags @ ..] = words.as_slice() else {
            return Err(fault("no identifier"));
        };
        let literals: BTreeSet<Literal> = rest
            .split(" | ")
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .map(by_hand)
            .collect();
        match *verb {
            "tool" | "generic" | "shape" => {
                if listed.contains_key(*id) {
                    return Err(fault("a list already has this id"));
                }
                let mut set = 0;
                for tag in tags {
                    set |= bit(tag).ok_or_else(|| fault("unknown category"))?;
                }
                let to = if *verb == "tool" {
                    &mut tools
                } else {
                    &mut generic
                };
                let unless = BTreeSet::new();
                to.push(Bot {
                    id: (*id).into(),
                    categories: described(set),
                    literals,
                    unless,
                });
            }
            "unless" | "replace" => {
                let others = tools.iter_mut().chain(&mut generic);
                let bot = listed
                    .get_mut(*id)
                    .or_else(|| others.into_iter().find(|bot| bot.id == *id))
                    .ok_or_else(|| fault("no such bot"))?;
                if *verb == "unless" {
                    bot.unless.extend(literals);
                } else {
                    bot.literals = literals;
                }
            }
            _ => return Err(fault("unknown verb")),
        }
    }
    let mut all: Vec<Bot> = listed.into_values().collect();
    let listed = all.len();
    all.append(&mut tools);
    let named = all.len();
    all.append(&mut generic);
    Ok(Bots { all, listed, named })
}

/// Lines without comments; one that starts with a space continues the last.
fn joined(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for line in text
        .lines()
        .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
    {
        match out.last_mut() {
            Some(last) if line.starts_with(' ') => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => out.push(line.into()),
        }
    }
    out
}

fn by_hand(text: &str) -> Literal {
    let (mut text, mut flags) = (text.to_ascii_lowercase(), 0);
    for (mark, flag) in [('^', START), ('<', WORD_START)] {
        if let Some(rest) = text.strip_prefix(mark) {
            (text, flags) = (rest.to_owned(), flags | flag);
        }
    }
    for (mark, flag) in [('$', END), ('>', WORD_END)] {
        if let Some(rest) = text.strip_suffix(mark) {
            (text, flags) = (rest.to_owned(), flags | flag);
        }
    }
    if text.contains('*') {
        flags |= GAP;
    }
    Literal {
        flags,
        text: text.replace('~', " ").replace('*', "\0"),
    }
}

// --- writing the table ------------------------------------------------------

struct Table {
    ids: Vec<String>,
    shapes: BTreeSet<String>,
    listed: usize,
    named: usize,
    sets: Vec<u32>,
    set_of: Vec<usize>,
    filter: Vec<u64>,
    buckets: Vec<usize>,
    records: Vec<u8>,
    literals: usize,
}

fn trigrams(text: &str) -> Vec<(usize, u32)> {
    let head = text.split('\0').next().unwrap_or_default();
    let code = |w: &[u8]| {
        w.iter()
            .fold(0_u32, |gram, byte| (gram << 8) | u32::from(*byte | 0x20))
    };
    head.as_bytes().windows(3).map(code).enumerate().collect()
}

/// The 14-bit hash of a trigram with bit 5 set in each byte; `core` computes
/// the same.
fn slot(gram: u32) -> usize {
    usize::try_from(gram.wrapping_mul(0x9E37_79B1) >> 18).unwrap_or_default()
}

/// A hexadecimal number as clippy wants it read.
fn grouped(word: u64) -> String {
    let part = |shift: u32| word >> shift & 0xffff;
    format!(
        "0x{:04x}_{:04x}_{:04x}_{:04x}",
        part(48),
        part(32),
        part(16),
        part(0)
    )
}

impl Table {
    fn build(bots: &Bots) -> Result<Self, String> {
        let rows: Vec<(usize, &Literal, usize)> = bots
            .all
            .iter()
            .enumerate()
            .flat_map(|(i, bot)| {
                let hits = bot.literals.iter().map(move |l| (i, l, 0));
                hits.chain(bot.unless.iter().map(move |l| (i, l, UNLESS)))
            })
            .collect();
        let browsers: BTreeSet<usize> = trigrams(BROWSERS)
            .into_iter()
            .map(|(_, gram)| slot(gram))
            .collect();
        let mut filed: BTreeMap<usize, Vec<Vec<u8>>> = BTreeMap::new();
        let mut filter = vec![0_u64; 256];
        // Literals with few trigrams choose first.
        let mut order = rows.clone();
        order.sort_by_key(|(bot, literal, _)| (literal.text.len(), *bot));
        for (bot, literal, unless) in order {
            let best = trigrams(&literal.text)
                .into_iter()
                .take(TRIGGER_MAX)
                .min_by_key(|(at, gram)| {
                    let slot = slot(*gram);
                    let load = filed.get(&(slot >> 5)).map_or(0, Vec::len);
                    (browsers.contains(&slot), load, *at)
                });
            let (at, gram) = best.ok_or_else(|| format!("under three bytes: {literal:?}"))?;
            let small = |n: usize| u8::try_from(n).map_err(|_| format!("too long: {literal:?}"));
            if literal.text.len() >= UNLESS || bot >= usize::from(START) {
                return Err(format!("does not fit a record: {literal:?}"));
            }
            let bot = u16::try_from(bot).unwrap_or_default();
            let trigger = at | (slot(gram) & 7) << 5;
            let mut record = vec![small(literal.text.len() | unless)?, small(trigger)?];
            record.extend((bot | literal.flags).to_le_bytes());
            record.extend(literal.text.bytes());
            let slot = slot(gram);
            if let Some(word) = filter.get_mut(slot >> 6) {
                *word |= 1 << (slot & 63);
            }
            let bucket = filed.entry(slot >> 5).or_default();
            bucket.push(record);
            if bucket.len() > BUCKET_MAX {
                return Err(format!("bucket {} is too full", slot >> 5));
            }
        }
        let (mut buckets, mut records) = (vec![0], Vec::new());
        for bucket in 0..512 {
            records.extend(filed.remove(&bucket).into_iter().flatten().flatten());
            buckets.push(records.len());
        }
        let mut sets: Vec<u32> = bots.all.iter().map(|bot| bot.categories).collect();
        sets.sort_unstable();
        sets.dedup();
        let place = |bot: &Bot| {
            sets.iter()
                .position(|s| *s == bot.categories)
                .unwrap_or_default()
        };
        let set_of = bots.all.iter().map(place).collect();
        let ids = bots.all.iter().map(|bot| bot.id.clone()).collect();
        let bare = bots.all.iter().filter(|bot| bot.literals.is_empty());
        let shapes = bare.map(|bot| bot.id.clone()).collect();
        let (listed, named, literals) = (bots.listed, bots.named, rows.len());
        Ok(Self {
            ids,
            shapes,
            listed,
            named,
            sets,
            set_of,
            filter,
            buckets,
            records,
            literals,
        })
    }

    fn sizes(&self) -> String {
        let ids: usize = self.ids.iter().map(|id| id.len().saturating_add(1)).sum();
        let fixed = self.filter.len() * 8 + self.buckets.len() * 2 + self.sets.len() * 4;
        let index = self.ids.len().div_ceil(16) * 2;
        let total = ids + fixed + index + self.set_of.len() + self.records.len();
        let fullest = self
            .buckets
            .windows(2)
            .map(|w| w.iter().rev().fold(0, |a, b| b.abs_diff(a)));
        format!(
            "{} bots, {} literals; bytes: ids {ids}, records {}, index {fixed}, total {total}; \
             fullest bucket {} bytes",
            self.ids.len(),
            self.literals,
            self.records.len(),
            fullest.max().unwrap_or_default(),
        )
    }

    fn source(&self, rows: usize, (lists, hand): &(String, String)) -> String {
        let mut out = format!(
            "//! Bots by User-Agent: identifiers, categories and the literals that name them.\n\
             //!\n\
             //! Generated by `cargo xtask tables` from bots.json.gz; do not edit.\n\
             //!\n\
             //! | source | licence |\n\
             //! | --- | --- |\n\
             //! | arcjet/well-known-bots | MIT |\n\
             //! | monperrus/crawler-user-agents | MIT |\n\
             //! | ai-robots-txt/ai.robots.txt | MIT |\n\
             //! | core/data/bots.txt | this project |\n\
             //!\n\
             //! Lists as of {DATE} (they carry no version), {rows} rows;\n\
             //! sha256 {lists}.\n\
             //! core/data/bots.txt:\n\
             //! sha256 {hand}.\n\
             //! {} bots of the lists, {} tools, {} kinds of generic evidence; {} literals.\n\
             //!\n\
             //! All literals ignore ASCII case. Those of {SHORT} bytes or fewer match whole words\n\
             //! only, the ones that `replace` and `unless` name in core/data/bots.txt were\n\
             //! narrowed for the reason given there. How the lists' categories map to these is\n\
             //! told in xtask/src/bots.rs.\n\n\
             #![cfg_attr(rustfmt, rustfmt_skip)]\n\n",
            self.listed,
            self.named - self.listed,
            self.ids.len() - self.named,
            self.literals,
        );
        let mut constant = |doc: &str, text: String| {
            let _ = write!(out, "/// {doc}\n{text}\n\n");
        };
        let numbers = |items: Vec<String>| {
            // rustfmt skips the file: keep its lines short anyway
            items
                .chunks(if items.iter().any(|i| i.len() > 8) {
                    4
                } else {
                    16
                })
                .fold(String::new(), |mut all, line| {
                    let _ = write!(all, "\n    {},", line.join(", "));
                    all
                })
        };
        let (n, listed, named) = (self.ids.len(), self.listed, self.named);
        constant(
            "Number of bots.",
            format!("pub(crate) const BOTS: u16 = {n};"),
        );
        constant(
            "From here on: tools the lists lack.",
            format!("pub(crate) const TOOLS: u16 = {listed};"),
        );
        constant(
            "From here on: evidence that names nobody.",
            format!("pub(crate) const GENERIC: u16 = {named};"),
        );
        let names: Vec<String> = CATEGORIES.iter().map(|c| format!("{c:?}")).collect();
        constant(
            "Names of the categories, by bit number.",
            format!(
                "pub(crate) static CATEGORIES: [&str; {}] = [{}\n];",
                names.len(),
                numbers(names)
            ),
        );
        let sets: Vec<String> = self
            .sets
            .iter()
            .map(|s| format!("0x{:04x}_{:04x}", s >> 16, s & 0xffff))
            .collect();
        for (i, id) in self
            .ids
            .iter()
            .enumerate()
            .filter(|(_, id)| self.shapes.contains(*id))
        {
            let name = id.to_ascii_uppercase().replace('-', "_");
            constant(
                &format!("`{id}`"),
                format!("pub(crate) const {name}: u16 = {i};"),
            );
        }
        constant(
            "Distinct sets of categories, as bits.",
            format!(
                "pub(crate) static SETS: [u32; {}] = [{}\n];",
                sets.len(),
                numbers(sets)
            ),
        );
        let set_of: Vec<String> = self.set_of.iter().map(usize::to_string).collect();
        constant(
            "The set of each bot.",
            format!(
                "pub(crate) static SET_OF: [u8; {n}] = [{}\n];",
                numbers(set_of)
            ),
        );
        let mut starts = Vec::new();
        let mut at = 0_usize;
        for (i, id) in self.ids.iter().enumerate() {
            if i % 16 == 0 {
                starts.push(at.to_string());
            }
            at += id.len() + 1;
        }
        constant(
            "Where each sixteenth identifier starts in `IDS`.",
            format!(
                "pub(crate) static ID_STARTS: [u16; {}] = [{}\n];",
                starts.len(),
                numbers(starts)
            ),
        );
        let ids = self
            .ids
            .iter()
            .fold(String::new(), |all, id| all + id + "\\n\\\n");
        constant(
            "The identifiers, one a line.",
            format!("pub(crate) static IDS: &str = \"\\\n{ids}\";"),
        );
        let filter: Vec<String> = self.filter.iter().map(|w| grouped(*w)).collect();
        constant(
            "One bit per hash of a trigram that triggers a comparison.",
            format!(
                "pub(crate) static FILTER: [u64; 256] = [{}\n];",
                numbers(filter)
            ),
        );
        let buckets: Vec<String> = self.buckets.iter().map(usize::to_string).collect();
        constant(
            "Where each bucket of `RECORDS` starts, and the end.",
            format!(
                "pub(crate) static BUCKETS: [u16; 513] = [{}\n];",
                numbers(buckets)
            ),
        );
        let mut bytes = String::new();
        for chunk in self.records.chunks(64) {
            for byte in chunk {
                let _ = match byte {
                    b'"' | b'\\' => write!(bytes, "\\{}", char::from(*byte)),
                    b' '..=b'~' => write!(bytes, "{}", char::from(*byte)),
                    byte => write!(bytes, "\\x{byte:02x}"),
                };
            }
            // A line's continuation swallows the spaces that follow it.
            bytes.push_str("\\\n");
        }
        let bytes = bytes.replace("\\\n ", "\\\n\\x20");
        constant(
            "Length and `unless`, trigger, bot and flags (low byte first), literal.",
            format!("pub(crate) static RECORDS: &[u8] = b\"\\\n{bytes}\";"),
        );
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }
}
