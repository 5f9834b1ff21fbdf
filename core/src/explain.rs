//! A decision in sentences: what each rule saw, and what would have changed
//! the outcome. For the application and its logs, never for the client.
//!
//! Works on the decision line alone, so a line from a log explains itself
//! years later. The sentences stand beside the codes in each rule's manual.

use crate::refine::{SIGNALS, Signal};
use crate::rules::codes;
use crate::text::json::{Value, escaped, write_text};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;

/// Signals that the summary names.
const SENTENCES: usize = 4;

/// `{"summary", "rules": [{"rule", "id", "mode", "conclusion", "saw", "change"}]}`
/// for a decision line, and `"refined": [{"signal", "weight", "says"}]` where it has
/// a second opinion; empty sentences for what is none.
#[must_use]
pub fn explain(decision: &str) -> String {
    let decision = Value::parse(decision.as_bytes()).unwrap_or(Value::Null);
    let results = decision
        .get("results")
        .and_then(Value::as_list)
        .unwrap_or_default();
    let mut out = String::from("{\"summary\":");
    write_text(&shown(&summary(&decision, results)), &mut out);
    out.push_str(",\"rules\":[");
    for (index, result) in results.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let (saw, change) = sentences(result.get("reason"));
        let members =
            ["rule", "id", "mode", "conclusion"].map(|name| (name, text(result, name).to_string()));
        out.push('{');
        for (name, value) in members
            .into_iter()
            .chain([("saw", shown(&saw)), ("change", shown(&change))])
        {
            if !out.ends_with('{') {
                out.push(',');
            }
            write_text(name, &mut out);
            out.push(':');
            write_text(&value, &mut out);
        }
        out.push('}');
    }
    out.push(']');
    if let Some(refined) = decision.get("refined") {
        out.push_str(",\"refined\":[");
        for (index, (signal, weight)) in signals(refined).enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str("{\"signal\":\"");
            out.push_str(signal.name);
            let _ = write!(out, "\",\"weight\":{weight},\"says\":\"{}\"}}", signal.says);
        }
        out.push(']');
    }
    out.push('}');
    out
}

/// The signals of a second opinion that have a sentence, with their weights.
fn signals(refined: &Value) -> impl Iterator<Item = (&'static Signal, i64)> {
    let list = refined.get("explanation").and_then(Value::as_list);
    list.unwrap_or_default().iter().filter_map(|row| {
        let name = text(row, "signal");
        let signal = SIGNALS.iter().find(|signal| signal.name == name)?;
        Some((signal, row.get("weight")?.as_number()?.as_i64()?))
    })
}

/// What the second opinion is and, heaviest first, why.
fn opinion(refined: &Value) -> String {
    let mut out = match refined.get("would").and_then(Value::as_text) {
        Some(would) => format!(" In dry run, refine would conclude {would}"),
        None => format!(" Refined to {}", text(refined, "conclusion")),
    };
    out.push_str(", probability of abuse ");
    if let Some(score) = refined.get("score") {
        score.write(&mut out);
    }
    let mut mark = ':';
    for (signal, weight) in signals(refined).take(SENTENCES) {
        let toward = if weight < 0 { "for" } else { "against" };
        let _ = write!(
            out,
            "{mark} {} ({toward} it, {})",
            signal.says,
            weight.unsigned_abs()
        );
        mark = ';';
    }
    out.push('.');
    out
}

/// Sentences are printed: what a terminal would obey, or what reorders a line,
/// is written out. Quotes and backslashes of an expression stay as they are.
fn shown(sentence: &str) -> String {
    escaped(sentence)
        .replace("\\\"", "\"")
        .replace("\\\\", "\\")
}

fn summary(decision: &Value, results: &[Value]) -> String {
    let conclusion = text(decision, "conclusion");
    let live = |result: &&Value| text(result, "mode") == "LIVE";
    let decided: Vec<&Value> = results
        .iter()
        .filter(live)
        .filter(|result| conclusion != "ALLOW" && text(result, "conclusion") == conclusion)
        .collect();
    let first = decided.first();
    let (saw, change) = sentences(first.copied().unwrap_or(decision).get("reason"));
    let mut out = match first {
        Some(first) => format!("{conclusion} by {}: {saw}.", text(first, "id")),
        None => format!("{conclusion}: {saw}."),
    };
    if decided.len() > 1 {
        let others: Vec<&str> = decided.iter().skip(1).map(|r| text(r, "id")).collect();
        let _ = write!(out, " So would {}.", others.join(", "));
    } else if !change.is_empty() {
        let _ = write!(out, " What would have changed it: {change}.");
    }
    if let Some(refined) = decision.get("refined") {
        out.push_str(&opinion(refined));
    }
    let dry: Vec<&str> = results
        .iter()
        .filter(|result| !live(result) && text(result, "conclusion") != "ALLOW")
        .map(|result| text(result, "id"))
        .collect();
    if !dry.is_empty() {
        let _ = write!(
            out,
            " In dry run, {} would not have let it pass.",
            dry.join(", ")
        );
    }
    let unsure = names(decision.get("undetermined"));
    if !unsure.is_empty() {
        let _ = write!(out, " Could not judge: {unsure}.");
    }
    let degraded = names(decision.get("degraded"));
    if !degraded.is_empty() {
        let _ = write!(out, " Degraded: {degraded}.");
    }
    out
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_text).unwrap_or_default()
}

fn names(value: Option<&Value>) -> String {
    let list = value.and_then(Value::as_list).unwrap_or_default();
    list.iter()
        .filter_map(Value::as_text)
        .collect::<Vec<_>>()
        .join(", ")
}

fn sentences(reason: Option<&Value>) -> (String, String) {
    let Some(reason) = reason else {
        return Default::default();
    };
    let name = text(reason, "code");
    let Some(code) = codes().find(|code| code.code == name) else {
        return Default::default();
    };
    let mut saw = filled(code.saw, reason);
    if let Some(place) = reason.get("place").and_then(Value::as_text) {
        let _ = write!(saw, " in {place}");
    }
    (saw, filled(code.change, reason))
}

/// The sentence with `{name}` replaced by the reason's detail of that name.
fn filled(sentence: &str, reason: &Value) -> String {
    let mut out = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        match reason.get(name) {
            Some(Value::Text(text)) => out.push_str(text),
            Some(Value::List(list)) => out.push_str(&names(Some(&Value::List(list.clone())))),
            Some(value) => value.write(&mut out),
            None => out.push('?'),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}
