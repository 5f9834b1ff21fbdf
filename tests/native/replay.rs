//! The recorded traffic of `cargo xtask traffic` through a policy of every rule,
//! natively: every reason code occurs, and the same traffic gives the same bytes.
//! `tests/replay-everywhere.sh` runs the same lines through both packages.
#![allow(clippy::expect_used, clippy::panic, reason = "a failing test panics")]

#[path = "../../xtask/src/traffic/generate.rs"]
mod generate;

use doorward_core::replay::{Pushed, Replay, ReplayOptions};
use doorward_core::rules;
use doorward_tests::{folder, with_packs};
use serde_json::Value;
use std::collections::BTreeSet;

/// Codes that no replay gives, and why.
const IMPOSSIBLE: [(&str, &str); 5] = [
    (
        "shield.smuggling.framing",
        "the same traffic goes to real hosts, whose servers refuse such framing",
    ),
    ("email.no_mx", "nobody looks up names for a recording"),
    ("body.late", "a recorded body is all there"),
    ("unanswered", "the embedded store answers every need"),
    ("fault", "the core reads its own frames"),
];

/// Codes that a replay may give or not.
const OPEN: [(&str, &str); 1] = [(
    "shield.learned",
    "what detectors do not know changes with them and with the weights",
)];

fn policy() -> String {
    let path = folder().join("../traffic/everything.json");
    std::fs::read_to_string(path).expect("tests/traffic/everything.json")
}

/// Decision lines, log lines and the summary.
fn replay(traffic: &[u8]) -> (Vec<String>, Vec<String>, String) {
    let options = ReplayOptions {
        log_secret: Some(b"secret".to_vec()),
        ..with_packs()
    };
    let mut replay = Replay::new(&policy(), None, &options).expect("a policy");
    let (mut decisions, mut logs) = (Vec::new(), Vec::new());
    for (index, line) in traffic.split(|byte| *byte == b'\n').enumerate() {
        match replay.push(&format!("traffic:{}", index + 1), line, None) {
            Ok(Some(Pushed::Decided { decision, log })) => {
                decisions.push(decision);
                logs.push(log.expect("a log line"));
            }
            Ok(None) => {}
            other => panic!("{other:?}"),
        }
    }
    (decisions, logs, replay.summary(&mut []))
}

#[test]
fn every_reason_code_occurs() {
    let (decisions, logs, summary) = replay(&generate::traffic(5_000, 1));
    assert_eq!((decisions.len(), logs.len()), (5_000, 5_000));
    let keys = [
        "id",
        "conclusion",
        "reason",
        "results",
        "undetermined",
        "degraded",
        "ip",
        "actor",
        "engine",
    ];
    let mut seen = BTreeSet::new();
    for line in &decisions {
        let decision: Value = serde_json::from_str(line).expect("JSON");
        let members = decision.as_object().expect("an object");
        assert!(members.keys().eq(keys), "{line}");
        let results = members.get("results").and_then(Value::as_array);
        let reasons = results
            .expect("results")
            .iter()
            .filter_map(|result| result.get("reason"));
        for reason in reasons.chain(members.get("reason")) {
            let code = reason.get("code").and_then(Value::as_str).expect("a code");
            seen.insert(code.to_owned());
        }
    }
    let known: BTreeSet<String> = rules::codes().map(|code| code.code.to_owned()).collect();
    let impossible = BTreeSet::from(IMPOSSIBLE.map(|(code, _)| code.to_owned()));
    let expected: BTreeSet<String> = known.difference(&impossible).cloned().collect();
    let open = OPEN.map(|(code, _)| code.to_owned());
    let absent: Vec<_> = expected
        .difference(&seen)
        .filter(|code| !open.contains(code))
        .collect();
    let unknown: Vec<_> = seen.difference(&expected).collect();
    assert!(absent.is_empty(), "never given: {absent:?}");
    assert!(unknown.is_empty(), "not in the table: {unknown:?}");
    println!("{summary}codes {} of {}", seen.len(), known.len());
}

#[test]
fn the_same_traffic_gives_the_same_bytes() {
    let traffic = generate::traffic(1_000, 7);
    assert_eq!(traffic, generate::traffic(1_000, 7));
    assert_ne!(traffic, generate::traffic(1_000, 8));
    assert_eq!(replay(&traffic), replay(&traffic));
}
