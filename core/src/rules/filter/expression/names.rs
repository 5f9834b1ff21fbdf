//! Names that are not known, and which were meant.

use super::scan::brief;
use crate::field::FIELD_NAMES;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

const NAMES: [&str; 15] = [
    "ip.src",
    "ip.src.asname",
    "ip.src.asnum",
    "ip.src.country",
    "ip.src.hosting",
    "ip.src.network",
    "email.canonical",
    "email.domain",
    "http.host",
    "http.request.method",
    "http.request.uri.path",
    "http.request.headers",
    "http.request.cookie",
    "http.request.uri.args",
    "context",
];
pub(super) const FUNCTIONS: [&str; 3] = ["len", "lower", "upper"];
/// What other products call what has another name here.
const ELSEWHERE: [(&str, &str); 6] = [
    ("local", "context[\"…\"]"),
    ("http.user_agent", "http.request.headers[\"user-agent\"]"),
    ("http.referer", "http.request.headers[\"referer\"]"),
    ("http.cookie", "http.request.headers[\"cookie\"]"),
    ("http.request.uri", "http.request.uri.path"),
    ("http.request.path", "http.request.uri.path"),
];

/// Says that there is no field `name`, and which one may be meant.
pub(super) fn unknown_field(name: &str) -> String {
    let shown = brief(name);
    if let Some((_, ours)) = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name) {
        return format!("unknown field {shown}; here it is {ours}");
    }
    if let Some(fact) = name.strip_prefix("context.") {
        return format!(
            "unknown field {shown}; a fact of the application is written context[\"{}\"]",
            brief(fact)
        );
    }
    match nearest(name, &NAMES) {
        Some(near) => format!("unknown field {shown}; did you mean {near}?"),
        None if !name.contains('.') => {
            format!(
                "unknown field {shown}; a fact of the application is written context[\"{shown}\"]"
            )
        }
        None => format!("unknown field {shown}; fields are {FIELD_NAMES}"),
    }
}

/// The same for a function.
pub(super) fn unknown_function(name: &str) -> String {
    match nearest(name, &FUNCTIONS) {
        Some(near) => format!("unknown function {}; did you mean {near}?", brief(name)),
        None => format!(
            "unknown function {}; functions are len, lower and upper",
            brief(name)
        ),
    }
}

/// The known name within a third of its length in edits (Levenshtein), if any.
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let near = known
        .iter()
        .map(|candidate| (edits(name, candidate), *candidate))
        .min()?;
    (name.len() <= 40 && near.0 <= near.1.len() / 3).then_some(near.1)
}

fn edits(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().take(64).enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        for (j, b) in other.bytes().enumerate() {
            let Some([above_left, above]) = row.get_mut(j..j.saturating_add(2)) else {
                break;
            };
            let cost = diagonal.saturating_add(usize::from(a != b));
            diagonal = *above;
            *above_left = left;
            left = cost
                .min(above.saturating_add(1))
                .min(left.saturating_add(1));
        }
        if let Some(last) = row.last_mut() {
            *last = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
