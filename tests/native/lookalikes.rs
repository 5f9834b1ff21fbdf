//! What real customers send that looks like an attack, in both figures that are
//! promised: none denied where the field is free text, one in a hundred at most
//! where nothing says so.
//!
//! `vectors/shield-lookalikes.toml` asks every host; here it is only counted.
#![allow(clippy::expect_used, reason = "a failing test panics")]

use doorward_core::replay::{Pushed, Replay, ReplayOptions};
use doorward_tests::{File, folder};
use serde_json::Value;

const AT_LEAST: usize = 300;
/// Of which so many are denied today.
const DENIED: [usize; 2] = [0, 2];

#[test]
fn lookalikes_pass() {
    let text = std::fs::read_to_string(folder().join("shield-lookalikes.toml")).expect("readable");
    let file: File = toml::from_str(&text).expect("vectors");
    let mut asked = [0_usize; 2];
    let mut denied: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    for vector in &file.vector {
        let mut replay =
            Replay::new(&file.policy, None, &ReplayOptions::default()).expect("a policy");
        for ((line, asked), denied) in vector.traffic.iter().zip(&mut asked).zip(&mut denied) {
            let pushed = replay.push("traffic", line.as_bytes(), None);
            let Ok(Some(Pushed::Decided { decision, .. })) = pushed else {
                continue;
            };
            let decision: Value = serde_json::from_str(&decision).expect("a decision line");
            *asked += 1;
            if decision.get("conclusion") != Some(&Value::from("ALLOW")) {
                let reason = decision.get("reason").unwrap_or(&Value::Null);
                denied.push(format!("{}: {reason}", vector.name));
            }
        }
    }
    let [as_free_text, as_they_are] = denied;
    println!(
        "look-alikes: {} of {} denied as free text, {} of {} as they are",
        as_free_text.len(),
        asked[0],
        as_they_are.len(),
        asked[1]
    );
    println!(
        "{}\n--\n{}",
        as_free_text.join("\n"),
        as_they_are.join("\n")
    );
    assert!(asked.iter().all(|n| *n >= AT_LEAST), "{asked:?}");
    assert!(
        as_free_text.len() <= DENIED[0],
        "{}",
        as_free_text.join("\n")
    );
    assert!(as_they_are.len() <= DENIED[1], "{}", as_they_are.join("\n"));
}
