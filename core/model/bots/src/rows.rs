//! Labelled requests, as the signs in them.

use anyhow::{Context as _, Result};
use doorward_core::request::{Body, Request, Scheme, Seen};
use doorward_core::rules::detect_bot::catalogue::Catalogue;
use doorward_core::rules::detect_bot::disguise::{Signs, look};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;
use std::sync::LazyLock;

/// The table, ready to be searched.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::default);

/// One request.
pub(crate) struct Row {
    pub(crate) source: String,
    pub(crate) human: bool,
    pub(crate) signs: Signs,
}

/// The rows with all headers, without those that say themselves who they are.
pub(crate) fn read(path: &Path) -> Result<Vec<Row>> {
    let packed = std::fs::read(path).with_context(|| path.display().to_string())?;
    let mut text = String::new();
    GzDecoder::new(packed.as_slice()).read_to_string(&mut text)?;
    let mut rows = Vec::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line)?;
        rows.extend(row(&value));
    }
    Ok(rows)
}

fn row(value: &Value) -> Option<Row> {
    let flag = |name: &str| value[name].as_bool().unwrap_or_default();
    if flag("ua_only") || flag("evasive") || flag("ambiguous") {
        return None;
    }
    let pairs = value["headers"].as_array()?.iter();
    let headers: Vec<(&[u8], &[u8])> = pairs
        .filter_map(|pair| Some((pair[0].as_str()?.as_bytes(), pair[1].as_str()?.as_bytes())))
        .collect();
    let user_agent = headers.iter().find(|(name, _)| *name == b"user-agent")?.1;
    if !CATALOGUE.find(user_agent, &[]).is_empty() {
        return None;
    }
    let request = Request {
        id: b"",
        now: None,
        peer: b"",
        platform: b"",
        method: value["method"].as_str()?.as_bytes(),
        target: b"/",
        scheme: match value["scheme"].as_str() {
            Some("https") => Scheme::Https,
            Some("http") => Scheme::Http,
            _ => Scheme::Unknown,
        },
        headers: headers.clone(),
        seen: Seen {
            all_headers: true,
            header_order: true,
            raw_target: true,
        },
        body: Body::default(),
    };
    let signs = look(&request, user_agent).map(|(_, signs)| signs);
    Some(Row {
        source: value["source"].as_str()?.to_owned(),
        human: value["label"] == "human",
        signs: signs.unwrap_or_default(),
    })
}
