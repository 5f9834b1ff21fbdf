//! The bots part of `cargo xtask tables`: writes `core/src/tables/bots.rs`.
//!
//! Reads two things: the merged public lists (arcjet/well-known-bots,
//! monperrus/crawler-user-agents, ai-robots-txt/ai.robots.txt; a row without a
//! permissive licence is dropped) and `core/data/bots.txt`, what the lists do
//! not say. The few patterns that are regular expressions are expanded into
//! literals here, so that nothing interprets one at run time.
//!
//! # Categories
//! The table speaks Arcjet's names, plus `SEO`, `SCANNER`, `AI_CRAWLER`,
//! `BROWSER_AUTOMATION` and `SPOOFED`. What Arcjet says of a bot always stays; what another
//! list says is added by [`category`]: `seo` → SEO, `monitoring` → MONITOR,
//! `feed-reader` → FEEDFETCHER, `archiver` → ARCHIVE, `social-preview` →
//! PREVIEW, `ai-crawler` → AI and `AI_CRAWLER`, `http-library` → PROGRAMMATIC
//! (unless Arcjet calls it a TOOL), `browser-automation` → TOOL and
//! `BROWSER_AUTOMATION`, `scanner` → SCANNER. A bot that none of Arcjet's
//! categories describes is also UNKNOWN, as it would be there.

mod table;

use core::fmt::Write as _;
use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use table::Table;

const HAND: &str = "core/data/bots.txt";
const OUT: &str = "core/src/tables/bots.rs";
const LICENCES: [&str; 5] = ["MIT", "Apache-2.0", "BSD-3-Clause", "CC0-1.0", "ISC"];
/// Up to this length a list's literal does not match inside a longer word
/// (`NING/` in `Lightning/`, `Sonic` in `Panasonic`).
const SHORT: usize = 6;

/// Bit numbers of the table, in the order of `CATEGORIES`.
const CATEGORIES: [&str; 28] = [
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
    "SPOOFED",
];
/// How many of them are Arcjet's.
const ARCJET: usize = 23;

/// Flags of a record, above the 11 bits of its bot; `core` reads the same bits.
const START: u16 = 1 << 11;
const END: u16 = 1 << 12;
const WORD_START: u16 = 1 << 13;
const WORD_END: u16 = 1 << 14;
const GAP: u16 = 1 << 15;
/// In the byte of the length: this literal speaks against the bot.
const UNLESS: usize = 1 << 7;

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
    let found = names.iter().flat_map(|n| category(n, tool)).filter_map(bit);
    described(found.fold(0, |set, one| set | one))
}

/// Adds UNKNOWN to what no category of Arcjet's describes.
fn described(set: u32) -> u32 {
    let arcjet = CATEGORIES
        .iter()
        .take(ARCJET)
        .filter_map(|n| bit(n))
        .any(|one| set & one != 0);
    // who lies is let pass by nobody who allows what he does not know
    let spoofed = bit("SPOOFED").is_some_and(|one| set & one != 0);
    if arcjet || spoofed {
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
