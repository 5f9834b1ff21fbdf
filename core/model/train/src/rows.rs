//! The labelled requests of `../shared/data/waf`: one JSON object a line.

use anyhow::{Context, Result};
use doorward_core::request::{Body, Request, Scheme, Seen};
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The files to learn from; the `dev` twins are for judging.
const FILES: [&str; 3] = [
    "train.jsonl.gz",
    "train-html.jsonl.gz",
    "train-traffic.jsonl.gz",
];

/// One labelled request.
pub(crate) struct Row {
    pub(crate) attack: bool,
    pub(crate) source: String,
    /// Its licence lets anyone use it in anything.
    pub(crate) permissive: bool,
    /// Where the payload stands: to find it, never a feature.
    pub(crate) place: String,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Licences whose rows weights may be trained on, as the data states them.
/// A word of another licence in the statement excludes the row.
fn is_permissive(license: &str) -> bool {
    const GOOD: [&str; 6] = ["MIT", "Apache", "BSD", "CC0", "CC-BY", "public-domain"];
    const BAD: [&str; 6] = [
        "GPL",
        "MPL",
        "CC-BY-SA",
        "not checked",
        "no explicit",
        "none",
    ];
    GOOD.iter().any(|word| license.contains(word)) && !BAD.iter().any(|word| license.contains(word))
}

/// Every row, in the order of the files.
pub(crate) fn read(folder: &Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for name in FILES {
        let path = folder.join(name);
        let file = File::open(&path).with_context(|| path.display().to_string())?;
        for line in BufReader::new(MultiGzDecoder::new(file)).lines() {
            let row: Value = serde_json::from_str(&line?)?;
            rows.push(Row::of(&row));
        }
    }
    Ok(rows)
}

impl Row {
    fn of(row: &Value) -> Self {
        let text = |name: &str| {
            let text = row.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let mut headers: Vec<(String, String)> = row
            .get("headers")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        let typed = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !typed && !text("content_type").is_empty() {
            headers.push(("Content-Type".into(), text("content_type")));
        }
        let (path, query, source) = (text("path"), text("query"), text("source"));
        Self {
            attack: text("label") == "attack",
            source: source.split('/').next().unwrap_or_default().to_owned(),
            permissive: is_permissive(&text("license")),
            place: text("where"),
            method: text("method"),
            target: if query.is_empty() {
                path
            } else {
                format!("{path}?{query}")
            },
            headers,
            body: text("body"),
        }
    }

    pub(crate) fn request(&self) -> Request<'_> {
        let headers = self.headers.iter();
        Request {
            id: b"",
            now: None,
            peer: b"",
            platform: b"",
            method: self.method.as_bytes(),
            target: self.target.as_bytes(),
            scheme: Scheme::Https,
            headers: headers.map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect(),
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
}
