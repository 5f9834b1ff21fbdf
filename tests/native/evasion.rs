//! How many attacks in disguise the shield denies, and how many of the plain
//! ones they were made of.
//!
//! `evasion/CLASS.jsonl` holds what survived its engine; `evasion/prove.py` wrote
//! it and says how. A line is a mutant where a mutation's name is its third tag
//! or its carrier is none that a browser would choose.
#![allow(clippy::expect_used, reason = "a failing test panics")]

use doorward_core::replay::{Pushed, Replay, ReplayOptions};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const POLICY: &str = r#"{"rules":[{"rule":"shield","mode":"LIVE"}]}"#;
/// Each with what is denied of the plain and of the mutated at least, per mille;
/// the aim is 920 of the plain, and not thirty fewer of the mutated.
const CLASSES: [(&str, usize, usize); 5] = [
    ("rce", 995, 970),
    ("sqli", 990, 985),
    ("ssti", 1000, 975),
    ("traversal", 990, 985),
    ("xss", 990, 985),
];
const PLAIN: [&str; 3] = ["query", "form", "json"];

/// Denied, of all.
#[derive(Clone, Copy, Default)]
struct Share(usize, usize);

impl Share {
    fn add(&mut self, denied: bool) {
        self.0 += usize::from(denied);
        self.1 += 1;
    }

    /// In tenths of a per cent.
    fn per_mille(self) -> usize {
        1000 * self.0 / self.1.max(1)
    }

    fn told(self) -> String {
        let per_mille = self.per_mille();
        format!(
            "{}/{} = {}.{} %",
            self.0,
            self.1,
            per_mille / 10,
            per_mille % 10
        )
    }
}

#[derive(Default)]
struct Class {
    unmutated: Share,
    mutated: Share,
    /// By name of mutation or carrier.
    by_name: BTreeMap<String, Share>,
    missed: Vec<String>,
}

fn measure(class: &str) -> Class {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("evasion")
        .join(format!("{class}.jsonl"));
    let text = std::fs::read_to_string(path).expect("readable");
    let mut found = Class::default();
    let mut replay = Replay::new(POLICY, None, &ReplayOptions::default()).expect("a policy");
    for line in text.lines().skip(1) {
        let Ok(Some(Pushed::Decided { decision, .. })) = replay.push(class, line.as_bytes(), None)
        else {
            continue;
        };
        let decision: Value = serde_json::from_str(&decision).expect("a decision line");
        let request: Value = serde_json::from_str(line).expect("a traffic line");
        let tag = |index: usize| {
            request
                .pointer(&format!("/tags/{index}"))
                .and_then(Value::as_str)
        };
        let (carrier, mutation) = (tag(1).unwrap_or_default(), tag(2));
        let denied = decision.get("conclusion") == Some(&Value::from("DENY"));
        if mutation.is_none() && PLAIN.contains(&carrier) {
            found.unmutated.add(denied);
        } else {
            found.mutated.add(denied);
            for name in [Some(carrier), mutation].into_iter().flatten() {
                found
                    .by_name
                    .entry(name.to_owned())
                    .or_default()
                    .add(denied);
            }
        }
        if !denied {
            let shown: String = line.chars().take(400).collect();
            found.missed.push(shown);
        }
    }
    found
}

#[test]
fn disguises_are_seen_through() {
    let mut wrong = Vec::new();
    for (class, unmutated, mutated) in CLASSES {
        let found = measure(class);
        println!(
            "evasion {class}: unmutated {}, mutated {}",
            found.unmutated.told(),
            found.mutated.told()
        );
        for (name, share) in &found.by_name {
            if share.0 < share.1 {
                println!("  {name}: {}", share.told());
            }
        }
        for line in &found.missed {
            println!("    {line}");
        }
        assert!(found.mutated.1 >= 300, "{class}: too few");
        if found.unmutated.per_mille() < unmutated || found.mutated.per_mille() < mutated {
            wrong.push(format!(
                "{class}: unmutated {}, mutated {}",
                found.unmutated.told(),
                found.mutated.told()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
