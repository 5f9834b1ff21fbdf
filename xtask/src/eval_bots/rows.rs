//! Labelled requests, and what detectBot makes of them.

use doorward_core::request::{Body, Request, Scheme, Seen};
use doorward_core::rules::detect_bot::catalogue::{Bot, Catalogue};
use doorward_core::rules::detect_bot::disguise::{LEAST, Model, Sign, Strength, look};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::io::Read as _;
use std::sync::LazyLock;

/// The table, ready to be searched.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::default);

/// One request.
pub(super) struct Row {
    pub(super) dev: bool,
    pub(super) source: String,
    pub(super) class: &'static str,
    pub(super) human: bool,
    pub(super) user_agent: Option<String>,
    headers: Vec<(String, String)>,
    method: String,
    scheme: Scheme,
    complete: bool,
}

/// What was found, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Named,
    Nameless,
    Certain,
    Likely,
}

/// The rows of a file; those whose label says nothing are left out.
pub(super) fn read(path: &str, dev: bool, rows: &mut Vec<Row>) -> Result<(), String> {
    let packed = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .map_err(|e| format!("{path}: {e}"))?;
    for (number, line) in text.lines().enumerate() {
        let value: Value =
            serde_json::from_str(line).map_err(|e| format!("{path}:{}: {e}", number + 1))?;
        rows.extend(row(&value, dev));
    }
    Ok(())
}

fn row(value: &Value, dev: bool) -> Option<Row> {
    let flag = |name: &str| value[name].as_bool().unwrap_or_default();
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    if flag("ambiguous") {
        return None;
    }
    let pair = |pair: &Value| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()));
    let headers: Vec<(String, String)> = value["headers"]
        .as_array()?
        .iter()
        .filter_map(pair)
        .collect();
    let named = headers.iter().find(|(name, _)| name == "user-agent");
    let user_agent = named.map(|(_, value)| value.clone());
    let (human, source) = (value["label"] == "human", text("source"));
    let copies = user_agent.as_deref().is_some_and(copies_a_browser);
    let automation = ["puppeteer", "playwright", "selenium", "chrom"]
        .iter()
        .any(|name| source.contains(name));
    let class = match (human, flag("ua_only"), flag("hard")) {
        (true, true, _) => "people, User-Agent only",
        (true, false, true) => "people, hard cases",
        (true, false, false) => "people, all headers",
        (false, true, _) => "bots, User-Agent only",
        (false, false, _) if flag("evasive") => "bots with every header of a browser",
        (false, false, _) if !copies => "honest tools and headless",
        (false, false, _) if automation => "spoofed automation",
        (false, false, _) => "spoofed User-Agent",
    };
    Some(Row {
        dev,
        source,
        class,
        human,
        user_agent,
        headers,
        method: text("method"),
        scheme: match value["scheme"].as_str() {
            Some("https") => Scheme::Https,
            Some("http") => Scheme::Http,
            _ => Scheme::Unknown,
        },
        complete: !flag("ua_only"),
    })
}

/// The string of a browser: nothing in it can tell.
fn copies_a_browser(user_agent: &str) -> bool {
    let plain = |c: char| c.is_ascii_digit() || c == '.';
    let last = user_agent.rsplit(' ').next().unwrap_or_default();
    let (name, version) = last.split_once('/').unwrap_or_default();
    let ends = ["Safari", "Firefox", "Edg", "OPR", "Ddg", "Mobile"].contains(&name);
    ends && version.chars().all(plain)
        && user_agent.starts_with("Mozilla/5.0 (")
        && !user_agent.contains("Headless")
        && !user_agent.contains("compatible")
}

impl Row {
    /// What the rule finds with these weights.
    pub(super) fn judged(&self, model: &Model<'_>) -> Found {
        let Some(user_agent) = self.user_agent.as_deref().filter(|text| !text.is_empty()) else {
            return if self.complete {
                Found::Nameless
            } else {
                Found::Nothing
            };
        };
        if !CATALOGUE.find(user_agent.as_bytes(), &[]).is_empty() {
            return Found::Named;
        }
        let Some((_, signs)) = look(&self.request(), user_agent.as_bytes()) else {
            return Found::Nothing;
        };
        if signs
            .iter()
            .any(|sign| sign.strength() == Strength::Certain)
        {
            Found::Certain
        } else if model.sum(signs) >= LEAST {
            Found::Likely
        } else {
            Found::Nothing
        }
    }

    /// What of the row says that automation sent it, if something does.
    pub(super) fn declares(&self) -> Option<String> {
        let user_agent = self.user_agent.as_deref().unwrap_or_default();
        let bots = CATALOGUE.find(user_agent.as_bytes(), &[]);
        let names: Vec<&str> = bots
            .iter()
            .filter_map(|found| match found.bot {
                Bot::Known(id) => Some(id.name()),
                Bot::Custom(_) => None,
            })
            .collect();
        if !names.is_empty() {
            return Some(format!("User-Agent: {}", names.join(" ")));
        }
        let brands = self.headers.iter().find(|(name, _)| name == "sec-ch-ua");
        let headless = brands.is_some_and(|(_, brands)| brands.contains("HeadlessChrome"));
        headless.then(|| "client hints: HeadlessChrome".to_owned())
    }

    /// The certain sign that denies it, if it is one and nothing else would do.
    pub(super) fn alone(&self) -> Option<Sign> {
        let user_agent = self.user_agent.as_deref()?.as_bytes();
        if !CATALOGUE.find(user_agent, &[]).is_empty() {
            return None;
        }
        let (_, signs) = look(&self.request(), user_agent)?;
        let mut certain = signs
            .iter()
            .filter(|sign| sign.strength() == Strength::Certain);
        let first = certain.next()?;
        let others = Model::shipped().sum(signs).saturating_sub(LEAST);
        (certain.next().is_none() && others < LEAST).then_some(first)
    }

    /// The contradictions in words, for those who look closer.
    pub(super) fn told(&self) -> String {
        let user_agent = self.user_agent.as_deref().unwrap_or_default();
        let signs = look(&self.request(), user_agent.as_bytes())
            .map_or_else(Vec::new, |(_, signs)| signs.iter().collect());
        let words: Vec<&str> = signs.iter().map(|sign| sign.words()).collect();
        format!("{user_agent} | {}", words.join("; "))
    }

    fn request(&self) -> Request<'_> {
        Request {
            id: b"",
            now: None,
            peer: b"",
            platform: b"",
            method: self.method.as_bytes(),
            target: b"/",
            scheme: self.scheme,
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
                .collect(),
            seen: Seen {
                all_headers: self.complete,
                header_order: true,
                raw_target: true,
            },
            body: Body::default(),
        }
    }
}
