//! Real headers and payloads of the corpora, permissively licensed rows only.

use flate2::read::GzDecoder;
use serde_json::Value;
use std::io::Read as _;

/// One set of headers, as `(name, value)`.
pub(crate) type Headers = Vec<(String, String)>;

/// What the simulator deals.
#[derive(Default)]
pub(crate) struct Samples {
    /// Headers of browsers, full ones.
    pub(crate) browsers: Vec<Headers>,
    /// Headers of tools and libraries that say what they are.
    pub(crate) tools: Vec<Headers>,
    /// Those of tools that say they are browsers.
    pub(crate) liars: Vec<Headers>,
    /// Requests that attack: target, body, content type.
    pub(crate) attacks: Vec<[String; 3]>,
    /// Payloads as text, for those who write about them.
    pub(crate) payloads: Vec<Box<str>>,
    /// What people write.
    pub(crate) texts: Vec<Box<str>>,
    /// What people ask a model, and what tries to instruct it.
    pub(crate) prompts: [Vec<Box<str>>; 2],
}

/// Bytes of a prompt at most.
const LONGEST: usize = 600;

const PERMISSIVE: [&str; 6] = ["MIT", "Apache", "BSD", "CC0", "public", "ISC"];

fn rows(path: &str) -> Result<Vec<Value>, String> {
    let packed = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .map_err(|e| format!("{path}: {e}"))?;
    text.lines()
        .map(|line| serde_json::from_str(line).map_err(|e| format!("{path}: {e}")))
        .collect()
}

impl Samples {
    /// Reads them from the data folder.
    pub(crate) fn read(data: &str) -> Result<Self, String> {
        let mut samples = Self::default();
        for row in rows(&format!("{data}/bots/train.jsonl.gz"))? {
            samples.client(&row);
        }
        for row in rows(&format!("{data}/waf/train.jsonl.gz"))? {
            samples.content(&row);
        }
        for row in rows(&format!("{data}/prompt-injection/train.jsonl.gz"))? {
            samples.prompt(&row);
        }
        Ok(samples)
    }

    fn client(&mut self, row: &Value) {
        let is = |name: &str| row.get(name).and_then(Value::as_bool).unwrap_or_default();
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        if is("ua_only") || is("ambiguous") || is("evasive") {
            return;
        }
        let pairs = row.get("headers").and_then(Value::as_array);
        let headers: Headers = pairs
            .into_iter()
            .flatten()
            .filter_map(|pair| {
                let part = |at: usize| Some(pair.get(at)?.as_str()?.to_owned());
                Some((part(0)?, part(1)?))
            })
            .filter(|(name, _)| !["cookie", "referer"].contains(&name.as_str()))
            .collect();
        if text("label") == "human" {
            self.browsers.push(headers);
        } else if text("source").starts_with("recorded") {
            let honest = headers
                .iter()
                .all(|(name, value)| name != "user-agent" || !value.contains("Mozilla"));
            let kind = if honest {
                &mut self.tools
            } else {
                &mut self.liars
            };
            kind.push(headers);
        }
    }

    fn prompt(&mut self, row: &Value) {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let said = text("text");
        if said.len() <= LONGEST && PERMISSIVE.iter().any(|name| text("license").contains(name)) {
            let [asked, injected] = &mut self.prompts;
            let kind = if text("label") == "injection" {
                injected
            } else {
                asked
            };
            kind.push(said.into());
        }
    }

    fn content(&mut self, row: &Value) {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        if !PERMISSIVE.iter().any(|name| text("license").contains(name)) {
            return;
        }
        let (path, query) = (text("path"), text("query"));
        let clean = |text: &str| text.chars().all(|c| !c.is_control() && c != ' ');
        if text("label") == "attack" {
            if clean(path) && clean(query) && path.starts_with('/') {
                let target = if query.is_empty() {
                    path.to_owned()
                } else {
                    format!("{path}?{query}")
                };
                let attack = [
                    target,
                    text("body").to_owned(),
                    text("content_type").to_owned(),
                ];
                self.attacks.push(attack);
            }
            let content = ["sqli", "xss", "ssti", "lfi", "rce"].contains(&text("category"));
            if let (Some((_, value)), true) = (query.split_once('='), content) {
                self.payloads.push(decoded(value).into());
            }
        } else if ["benign_text", "benign_code"].contains(&text("category")) {
            if let Some((_, value)) = query.split_once('=') {
                self.texts.push(decoded(value).into());
            } else if !text("body").is_empty() {
                self.texts.push(text("body").into());
            }
        }
    }
}

/// Percent-decoded, as far as it is text.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        let digits = tail
            .first_chunk::<2>()
            .and_then(|two| core::str::from_utf8(two).ok());
        match (
            byte,
            digits.and_then(|two| u8::from_str_radix(two, 16).ok()),
        ) {
            (b'%', Some(value)) => {
                bytes.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
