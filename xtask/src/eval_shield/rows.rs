//! The labelled requests: `DIR/*.jsonl.gz`, one JSON object a line.

use doorward_core::request::{Body, Request, Scheme, Seen};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// One labelled request, owned.
pub(super) struct Row {
    pub(super) label_attack: bool,
    pub(super) category: String,
    pub(super) source: String,
    pub(super) place: String,
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Row {
    pub(super) fn parse(line: &str) -> Option<Self> {
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

    pub(super) fn request(&self) -> Request<'_> {
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

    pub(super) fn shown(&self) -> String {
        let mut text = format!("{} {}", self.method, self.target);
        // a browser's own headers say nothing of an attack
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            let usual = name.starts_with("sec-") || USUAL.contains(&name.as_str());
            if !usual && (name != "user-agent" || !value.starts_with("Mozilla")) {
                text += &[" ", &name, ": ", value].concat();
            }
        }
        text = format!("{text} | {}", self.body).replace('\n', "\\n");
        if let Some((end, _)) = text.char_indices().nth(600) {
            text.truncate(end);
        }
        text
    }
}

/// Headers that every browser sends.
const USUAL: [&str; 9] = [
    "host",
    "accept",
    "accept-language",
    "accept-encoding",
    "connection",
    "content-type",
    "content-length",
    "cache-control",
    "upgrade-insecure-requests",
];

pub(super) fn files(dir: &Path, split: &str) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default();
            name.starts_with(split) && name.ends_with(".jsonl.gz")
        })
        .collect();
    files.sort();
    Ok(files)
}

pub(super) fn read(file: &Path) -> Result<Vec<Row>, String> {
    let opened = File::open(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(GzDecoder::new(opened)).lines().enumerate() {
        let place = || format!("{}:{}", file.display(), number + 1);
        let line = line.map_err(|e| format!("{}: {e}", place()))?;
        rows.push(Row::parse(&line).ok_or_else(|| format!("{}: expected a JSON object", place()))?);
    }
    Ok(rows)
}
