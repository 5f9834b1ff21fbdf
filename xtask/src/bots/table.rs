//! The table that is generated: how literals are filed, and the file itself.
//!
//! Every literal is filed under one of its trigrams: the one that is rarest
//! among the other literals and does not occur in browsers' strings. The scan
//! hashes each trigram of a User-Agent to 14 bits, asks a bitmap, and compares
//! only the literals of that bucket: its cost does not grow with the lists.

use super::{Bot, Bots, CATEGORIES, Literal, SHORT, START, UNLESS};
use core::fmt::Write as _;
use std::collections::{BTreeMap, BTreeSet};

/// When the lists were merged into the input, which does not record their
/// versions.
const DATE: &str = "2026-11";

/// A record may be compared at every byte of a User-Agent: keep buckets small.
const BUCKET_MAX: usize = 16;
/// A record's second byte: five bits of its trigger's place in the literal,
/// three of the trigger's hash, so that most comparisons end there.
const TRIGGER_MAX: usize = 32;

/// What browsers send: trigrams in here make poor triggers.
const BROWSERS: &str = "mozilla/5.0 (windows nt 10.0; win64; x64; rv:109.0) applewebkit/537.36 \
(khtml, like gecko) chrome/131.0.0.0 mobile safari/537.36 edg/ edga/ opr/ firefox/ gecko/20100101 \
version/17.5 mobile/15e148 safari/604.1 (macintosh; intel mac os x 10_15_7) (x11; ubuntu; linux \
x86_64) (linux; android 10; k) build/ (iphone; cpu iphone os 17_5 like mac os x) ipad wow64 \
samsungbrowser/ msie 7.0; trident/7.0; .net clr 3.5.30729 sm-g pixel redmi fban/fbios instagram \
crios/ fxios/ gsa/ vivaldi yabrowser opera presto opt/ ddg/ en-us u; compatible;";

/// The parts of the generated file.
pub(super) struct Table {
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
    pub(super) fn build(bots: &Bots) -> Result<Self, String> {
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

    pub(super) fn sizes(&self) -> String {
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

    pub(super) fn source(&self, rows: usize, hashes: &(String, String)) -> String {
        let mut out = self.header(rows, hashes);
        self.names(&mut out);
        self.index(&mut out);
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }

    fn header(&self, rows: usize, (lists, hand): &(String, String)) -> String {
        format!(
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
        )
    }

    fn names(&self, out: &mut String) {
        let (n, listed, named) = (self.ids.len(), self.listed, self.named);
        let mut number = |doc: &str, name: &str, n: usize| {
            let _ = write!(out, "/// {doc}\npub(crate) const {name}: u16 = {n};\n\n");
        };
        number("Number of bots.", "BOTS", n);
        number("From here on: tools the lists lack.", "TOOLS", listed);
        number(
            "From here on: evidence that names nobody.",
            "GENERIC",
            named,
        );
        for (i, id) in self
            .ids
            .iter()
            .enumerate()
            .filter(|(_, id)| self.shapes.contains(*id))
        {
            number(
                &format!("`{id}`"),
                &id.to_ascii_uppercase().replace('-', "_"),
                i,
            );
        }
        let tags: Vec<String> = CATEGORIES.iter().map(|c| format!("{c:?}")).collect();
        array(
            out,
            "Names of the categories, by bit number.",
            "CATEGORIES: [&str",
            &tags,
        );
        let half = |set: &u32| format!("0x{:04x}_{:04x}", set >> 16, set & 0xffff);
        let sets: Vec<String> = self.sets.iter().map(half).collect();
        array(
            out,
            "Distinct sets of categories, as bits.",
            "SETS: [u32",
            &sets,
        );
        let set_of: Vec<String> = self.set_of.iter().map(usize::to_string).collect();
        array(out, "The set of each bot.", "SET_OF: [u8", &set_of);
        let mut at = 0_usize;
        let all = self.ids.iter().map(|id| {
            let start = at.to_string();
            at += id.len() + 1;
            start
        });
        let starts: Vec<String> = all.step_by(16).collect();
        array(
            out,
            "Where each sixteenth identifier starts in `IDS`.",
            "ID_STARTS: [u16",
            &starts,
        );
        let ids = self
            .ids
            .iter()
            .fold(String::new(), |all, id| all + id + "\\n\\\n");
        let _ = write!(
            out,
            "/// The identifiers, one a line.\npub(crate) static IDS: &str = \"\\\n{ids}\";\n\n"
        );
    }

    fn index(&self, out: &mut String) {
        let filter: Vec<String> = self.filter.iter().map(|w| grouped(*w)).collect();
        let doc = "One bit per hash of a trigram that triggers a comparison.";
        array(out, doc, "FILTER: [u64", &filter);
        let buckets: Vec<String> = self.buckets.iter().map(usize::to_string).collect();
        let doc = "Where each bucket of `RECORDS` starts, and the end.";
        array(out, doc, "BUCKETS: [u16", &buckets);
        let mut bytes = String::new();
        for chunk in self.records.chunks(64) {
            for byte in chunk {
                let _ = match byte {
                    b'"' | b'\\' => write!(bytes, "\\{}", char::from(*byte)),
                    b' '..=b'~' => write!(bytes, "{}", char::from(*byte)),
                    byte => write!(bytes, "\\x{byte:02x}"),
                };
            }
            bytes.push_str("\\\n");
        }
        // a line's continuation swallows the spaces that follow it
        let bytes = bytes.replace("\\\n ", "\\\n\\x20");
        let _ = write!(
            out,
            "/// Length and `unless`, trigger, bot and flags (low byte first), literal.\n\
             pub(crate) static RECORDS: &[u8] = b\"\\\n{bytes}\";\n"
        );
    }
}

/// Appends `static NAME: [TYPE; N] = […];` with a few items a line.
fn array(out: &mut String, doc: &str, start: &str, items: &[String]) {
    let wide = items.iter().any(|item| item.len() > 8);
    let _ = write!(
        out,
        "/// {doc}\npub(crate) static {start}; {}] = [",
        items.len()
    );
    for line in items.chunks(if wide { 4 } else { 16 }) {
        let _ = write!(out, "\n    {},", line.join(", "));
    }
    out.push_str("\n];\n\n");
}
