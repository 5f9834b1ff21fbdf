//! What holds for every decision, alone.

use doorward_core::decision::{Conclusion, Decision, Detail, Mode};
use doorward_core::engine::Engine;
use doorward_core::explain::explain;
use doorward_core::frame::Frame;
use doorward_core::keys::Keyer;
use doorward_core::log;
use serde_json::Value;

/// JSON that must be.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("no JSON ({error}): {text}"))
}

/// The decision says what it has to say, and says it in JSON of bounded length.
pub fn decision(engine: &Engine, decision: &Decision, frame: &[u8]) {
    let entries = &engine.policy().entries;
    let line = decision.to_json();
    assert!(
        line.len() < 4096 + 64 * frame.len(),
        "longer than linear: {}",
        line.len()
    );
    let parsed = json(&line);
    assert_eq!(parsed["conclusion"], decision.conclusion.word());
    let results = parsed["results"].as_array().expect("results");
    if Frame::parse(frame).is_none() {
        assert_eq!(decision.reason.code, "fault");
        assert_eq!(decision.conclusion, Conclusion::Deny);
        return;
    }
    assert_eq!(results.len(), entries.len(), "one result for each rule");
    for ((result, entry), shown) in decision.results.iter().zip(entries).zip(results) {
        assert_eq!((&result.id, result.rule), (&entry.id, entry.manual.name));
        assert_eq!(shown["reason"]["code"], result.reason.code);
        let known = entry
            .manual
            .codes
            .iter()
            .any(|code| code.code == result.reason.code);
        let common = matches!(result.reason.code, "skipped" | "unanswered");
        assert!(
            known || common,
            "{}: no code of {}",
            result.reason.code,
            result.rule
        );
        // law 7
        if result.undetermined {
            assert_eq!(result.conclusion, entry.on_error);
        }
        let listed = decision.undetermined.contains(&result.id);
        assert_eq!(listed, result.undetermined && result.mode == Mode::Live);
    }
    let strongest = decision
        .results
        .iter()
        .filter(|result| result.mode == Mode::Live)
        .map(|result| result.conclusion)
        .max()
        .unwrap_or(Conclusion::Allow);
    let body = matches!(decision.reason.code, "body.truncated" | "body.late");
    assert!(body || decision.conclusion == strongest, "{line}");

    let explained = json(&explain(&line));
    let summary = explained["summary"].as_str().expect("a summary");
    assert!(summary.starts_with(decision.conclusion.word()), "{summary}");
    assert!(!summary.contains(obeyed), "{summary:?}");
    let log = log::line(frame, decision, &Keyer::Seed(crate::SEED));
    assert!(!log.contains('\n'));
    assert_eq!(json(&log)["code"], decision.reason.code);
}

/// A character that a terminal obeys or that reorders a line.
fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The decision without its dry runs and without the policy's name.
#[must_use]
pub fn live_part(mut decision: Decision) -> String {
    decision.results.retain(|result| result.mode == Mode::Live);
    decision.engine = Default::default();
    decision.to_json()
}

/// Whether a limit counted by the address because its own key was absent.
#[must_use]
pub fn fell_back(details: &[(&'static str, Detail)]) -> bool {
    details.iter().any(|(name, _)| *name == "key_fallback")
}
