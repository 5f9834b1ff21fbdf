//! The presets' canonical rules, as `tests/presets.json` has them and both
//! packages make them: they compile, let one customer through, stop who hammers
//! a mailbox, and never lock its owner out.
#![allow(clippy::expect_used, clippy::panic, reason = "a failing test panics")]

use doorward_core::replay::{Pushed, Replay};
use doorward_tests::{folder, with_packs};
use serde_json::{Value, json};

fn presets() -> Vec<(String, Replay)> {
    let path = folder().join("../presets.json");
    let text = std::fs::read_to_string(path).expect("tests/presets.json");
    let presets: Value = serde_json::from_str(&text).expect("JSON");
    let presets = presets.as_object().expect("an object");
    presets
        .iter()
        .map(|(name, rules)| {
            let policy = json!({ "rules": rules }).to_string();
            let replay = Replay::new(&policy, None, &with_packs());
            (
                name.clone(),
                replay.unwrap_or_else(|error| panic!("{name}: {error}")),
            )
        })
        .collect()
}

/// The conclusion about a browser's request.
fn conclusion(replay: &mut Replay, ip: &str, email: &str) -> String {
    let line = json!({
        "id": "1", "time": 1_770_000_000_000_u64, "ip": ip, "method": "POST", "url": "/form",
        "headers_complete": false,
        "headers": [["Host", "shop.example"], ["User-Agent",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"]],
        "context": { "email": email },
    });
    match replay.push("traffic:1", line.to_string().as_bytes(), None) {
        Ok(Some(Pushed::Decided { decision, .. })) => {
            let decision: Value = serde_json::from_str(&decision).expect("JSON");
            let conclusion = decision.get("conclusion").and_then(Value::as_str);
            conclusion.unwrap_or_default().into()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_customer_passes() {
    for (name, mut replay) in presets() {
        for _ in 0..2 {
            assert_eq!(
                conclusion(&mut replay, "192.0.2.7", "ana@shop.example"),
                "ALLOW",
                "{name}"
            );
        }
    }
}

#[test]
fn who_hammers_a_mailbox_is_stopped_and_never_locks_its_owner_out() {
    for (name, mut replay) in presets() {
        let mut denied = 0;
        for n in 0..400 {
            // many addresses, some of them the victim's neighbours, and one that insists
            let ip = match n % 3 {
                0 => "203.0.113.66".to_owned(),
                1 => format!("198.51.{}.{}", n % 256, n / 3 % 256),
                _ => format!("192.0.2.{}", n % 200),
            };
            let mailbox = match n % 2 {
                0 => "victim@shop.example",
                _ => "Victim+1@shop.example",
            };
            denied += usize::from(conclusion(&mut replay, &ip, mailbox) == "DENY");
        }
        assert!(denied > 90, "{name}: {denied} denied");
        for ip in ["192.0.2.254", "2001:db8::7"] {
            let owner = conclusion(&mut replay, ip, "victim@shop.example");
            assert_ne!(owner, "DENY", "{name} from {ip}");
        }
    }
}

#[test]
fn customers_of_a_big_provider_do_not_use_up_each_others_quota() {
    for (name, mut replay) in presets() {
        for n in 0..200 {
            let ip = format!("10.{}.{}.1", n / 250, n % 250);
            let passes = conclusion(&mut replay, &ip, &format!("ana.lopez{n}@gmail.com"));
            assert_eq!(passes, "ALLOW", "{name} after {n}");
        }
    }
}
