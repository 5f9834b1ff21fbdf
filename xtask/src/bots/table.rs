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
    text: String,
    flags: Vec<u8>,
    triggers: Vec<u8>,
}

/// How a literal begins: like this with the bot's identifier, then the rest.
/// `core/src/rules/detect_bot/catalogue/index.rs` undoes it.
const BASES: [fn(&str) -> String; 6] = [
    str::to_owned,
    |id| id.replace('-', " "),
    |id| id.replace('-', ""),
    |id| id.replace('-', "_"),
    |id| id.replace('-', "."),
    |_| String::new(),
];

/// A literal beside its bot's identifier: the number of its base, the rest.
fn beside(id: &str, literal: &str) -> String {
    let bases = BASES.iter().zip('\u{1}'..);
    let (rest, base) = bases
        .filter_map(|(base, number)| Some((literal.strip_prefix(&base(id))?, number)))
        .min_by_key(|(rest, _)| rest.len())
        .unwrap_or((literal, '\u{6}'));
    format!("{base}{rest}")
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
        let mut filed: BTreeMap<usize, usize> = BTreeMap::new();
        let mut triggers: BTreeMap<(usize, &Literal, usize), u8> = BTreeMap::new();
        // Literals with few trigrams choose first.
        let mut order = rows.clone();
        order.sort_by_key(|(bot, literal, _)| (literal.text.len(), *bot));
        for (bot, literal, unless) in order {
            let best = trigrams(&literal.text)
                .into_iter()
                .take(TRIGGER_MAX)
                .min_by_key(|(at, gram)| {
                    let slot = slot(*gram);
                    let load = filed.get(&(slot >> 5)).copied().unwrap_or_default();
                    (browsers.contains(&slot), load, *at)
                });
            let (at, gram) = best.ok_or_else(|| format!("under three bytes: {literal:?}"))?;
            if literal.text.len() >= UNLESS || bot >= usize::from(START) {
                return Err(format!("does not fit a record: {literal:?}"));
            }
            let at = u8::try_from(at).map_err(|_| format!("too long: {literal:?}"))?;
            triggers.insert((bot, literal, unless), at);
            let bucket = filed.entry(slot(gram) >> 5).or_default();
            *bucket += 1;
            if *bucket > BUCKET_MAX {
                return Err(format!("bucket {} is too full", slot(gram) >> 5));
            }
        }
        let (mut text, mut flags) = (String::new(), Vec::new());
        let mut literals = triggers.keys().peekable();
        for (i, bot) in bots.all.iter().enumerate() {
            text.push_str(&bot.id);
            while let Some((_, literal, unless)) = literals.next_if(|(bot, ..)| *bot == i) {
                text.push_str(&beside(&bot.id, &literal.text));
                let bounds = u8::try_from(literal.flags >> 11).unwrap_or_default();
                flags.push(bounds | u8::from(*unless != 0) << 5);
            }
            text.push('\n');
        }
        let triggers = triggers.into_values().collect();
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
        let (listed, named) = (bots.listed, bots.named);
        Ok(Self {
            ids,
            shapes,
            listed,
            named,
            sets,
            set_of,
            text,
            flags,
            triggers,
        })
    }

    pub(super) fn sizes(&self) -> String {
        let fixed = self.sets.len() * 4 + self.ids.len().div_ceil(16) * 2;
        let literals = self.flags.len() + self.triggers.len();
        format!(
            "{} bots, {} literals; bytes: text {}, flags and triggers {literals}, sets {fixed}",
            self.ids.len(),
            self.flags.len(),
            self.text.len(),
        )
    }

    pub(super) fn source(&self, rows: usize, hashes: &(String, String)) -> String {
        let mut out = self.header(rows, hashes);
        self.names(&mut out);
        self.literals(&mut out);
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
            self.flags.len(),
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
        let all = self.text.split_inclusive('\n').map(|line| {
            let start = at.to_string();
            at += line.len();
            start
        });
        let starts: Vec<String> = all.step_by(16).collect();
        array(
            out,
            "Where each sixteenth line of `TEXT` starts.",
            "STARTS: [u16",
            &starts,
        );
    }

    fn literals(&self, out: &mut String) {
        let flags: Vec<String> = self.flags.iter().map(u8::to_string).collect();
        let doc = "Of each literal: how it is bounded, and whether it speaks against the bot.";
        array(out, doc, "FLAGS: [u8", &flags);
        let triggers: Vec<String> = self.triggers.iter().map(u8::to_string).collect();
        let doc = "Of each literal: the place of the trigram that it is filed under.";
        array(out, doc, "TRIGGERS: [u8", &triggers);
        let text = self.text.replace('\\', "\\\\").replace('"', "\\\"");
        let escaped = |c: char| match c {
            '\n' => "\\n\\\n".to_owned(),
            '\0'..='\u{1f}' => format!("\\x{:02x}", u32::from(c)),
            c => c.to_string(),
        };
        let text: String = text.chars().map(escaped).collect();
        // a line's continuation swallows the spaces that follow it
        let text = text.replace("\\\n ", "\\\n\\x20");
        let _ = write!(
            out,
            "/// A line for each bot: its identifier, then each literal as one byte (what it begins\n\
             /// with, see xtask/src/bots/table.rs) and the rest; a gap is a zero.\n\
             pub(crate) static TEXT: &str = \"\\\n{text}\";\n"
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
