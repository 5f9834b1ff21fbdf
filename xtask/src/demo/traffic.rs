//! `examples/traffic.jsonl`: traffic lines in the public format, each with what
//! the demo shows (`scene`, `what`) and expects (`expect`, `host_refuses`).

use core::fmt;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;

use super::wire::Answer;
use crate::tree;

const FILE: &str = "examples/traffic.jsonl";

pub(super) struct Line {
    pub(super) id: String,
    pub(super) scene: String,
    pub(super) what: String,
    pub(super) ip: String,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) label: Option<Label>,
    expect: Expect,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Attack,
    Legit,
}

/// What a decision says: where the two applications have to agree.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) conclusion: String,
    pub(super) code: String,
    /// Rules in dry run that would not have let it pass.
    pub(super) dry_run: Vec<String>,
}

enum Expect {
    Decision(Said),
    /// The host's own parser or router refuses it before the application is asked.
    Refusal,
}

impl Line {
    /// Whether this is the answer that `app` is expected to give.
    pub(super) fn expects(&self, answer: &Answer) -> bool {
        match (&self.expect, &answer.decision) {
            (Expect::Decision(said), Some(decision)) => *said == decision.said,
            (Expect::Refusal, None) => (400..500).contains(&answer.status),
            _ => false,
        }
    }

    /// The expectation in words.
    pub(super) fn expected(&self) -> String {
        match &self.expect {
            Expect::Decision(said) => said.to_string(),
            Expect::Refusal => "a refusal by both hosts".to_owned(),
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.conclusion, self.code)?;
        if self.dry_run.is_empty() {
            return Ok(());
        }
        write!(f, ", dry run {}", self.dry_run.join(" "))
    }
}

pub(super) fn read() -> Result<Vec<Line>> {
    let bytes = tree::read(Path::new(FILE))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{FILE} is not UTF-8"))?;
    let lines = text.lines().enumerate();
    lines
        .map(|(index, line)| parse(line).with_context(|| format!("{FILE}:{}", index + 1)))
        .collect()
}

fn parse(line: &str) -> Result<Line> {
    let value: Value = serde_json::from_str(line)?;
    let text = |name: &str| text(&value, name);
    let headers = value
        .get("headers")
        .and_then(Value::as_array)
        .context("headers: expected an array")?;
    let body = match (value.get("body"), value.get("body_base64")) {
        (Some(body), _) => Some(
            body.as_str()
                .context("body: expected text")?
                .as_bytes()
                .to_vec(),
        ),
        (None, Some(body)) => Some(base64(body)?),
        (None, None) => None,
    };
    let label = match value.get("label").and_then(Value::as_str) {
        None => None,
        Some("attack") => Some(Label::Attack),
        Some("legit") => Some(Label::Legit),
        Some(other) => return Err(anyhow!("label: found {other}, expected attack or legit")),
    };
    Ok(Line {
        id: text("id")?,
        scene: text("scene")?,
        what: text("what")?,
        ip: text("ip")?,
        method: text("method")?,
        url: text("url")?,
        headers: headers.iter().map(pair).collect::<Result<_>>()?,
        body,
        label,
        expect: expect(&value)?,
    })
}

fn expect(line: &Value) -> Result<Expect> {
    if let Some(hosts) = line.get("host_refuses") {
        ensure!(
            names(Some(hosts)) == ["next", "fastapi"],
            "host_refuses: expected both hosts"
        );
        return Ok(Expect::Refusal);
    }
    let expect = line
        .get("expect")
        .context("expected expect or host_refuses")?;
    Ok(Expect::Decision(Said {
        conclusion: text(expect, "conclusion")?,
        code: text(expect, "code")?,
        dry_run: names(expect.get("dry_run")),
    }))
}

pub(super) fn text(object: &Value, name: &str) -> Result<String> {
    let value = object.get(name).and_then(Value::as_str);
    Ok(value
        .with_context(|| format!("{name}: expected text"))?
        .to_owned())
}

/// The texts of an array; none where it is absent.
pub(super) fn names(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn pair(value: &Value) -> Result<(String, String)> {
    match value.as_array().map(Vec::as_slice) {
        Some([Value::String(name), Value::String(value)]) => Ok((name.clone(), value.clone())),
        _ => Err(anyhow!("headers: expected [name, value]")),
    }
}

fn base64(value: &Value) -> Result<Vec<u8>> {
    use base64::Engine as _;
    let text = value.as_str().context("body_base64: expected text")?;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .context("body_base64: expected Base64")
}
