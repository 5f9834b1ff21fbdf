//! Policies: any text compiles or is an error in one line; the canonical form
//! is a fixed point, is the same policy and has the same name.
#![no_main]

use doorward_core::engine::Engine;
use doorward_core::keys::Keyer;
use doorward_core::pack::Packs;
use doorward_core::policy::Policy;
use doorward_core::text::json::Value;
use doorward_fuzz::{SEED, check, decide, memory};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    json(bytes);
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    let policy = match Policy::parse(text, Packs::NONE) {
        Ok(policy) => policy,
        Err(error) => {
            let said = error.to_string();
            assert!(
                said.starts_with("policy: ") && said.contains(", expected "),
                "{said}"
            );
            return;
        }
    };
    let canonical = policy.canonical();
    check::json(canonical);
    let again = Policy::parse(canonical, Packs::NONE)
        .unwrap_or_else(|error| panic!("{canonical}: {error}"));
    assert_eq!(again.canonical(), canonical);
    assert_eq!(again.hash(), policy.hash());
    assert_eq!(again.body, policy.body);
    assert_eq!(again.store_bytes(), policy.store_bytes());
    assert_eq!(again.step_up, policy.step_up);
    assert_eq!(format!("{:?}", again.trust), format!("{:?}", policy.trust));
    assert_eq!(again.entries.len(), policy.entries.len());
    for (one, other) in again.entries.iter().zip(&policy.entries) {
        assert_eq!(
            (&one.id, one.mode, one.on_error),
            (&other.id, other.mode, other.on_error)
        );
        assert_eq!(format!("{:?}", one.rule), format!("{:?}", other.rule));
    }

    let engine = Engine::new(text, Keyer::Seed(SEED)).expect("it compiled");
    let same = Engine::new(canonical, Keyer::Seed(SEED)).expect("it compiled");
    assert_eq!(engine.reads(None), same.reads(None));
    check::json(&engine.reads(None));
    for frame in FRAMES.with(Clone::clone) {
        let decision = decide(&engine, &mut memory(), &frame);
        check::decision(&engine, &decision, &frame);
        assert_eq!(decision, decide(&same, &mut memory(), &frame));
    }
});

thread_local! {
    static FRAMES: Vec<Vec<u8>> = frames();
}

/// A few requests that any policy has to decide.
fn frames() -> Vec<Vec<u8>> {
    const CASE: &[u8] = b"\x1d\x38\x00\x00\x1e203.0.113.1\x1e\x1ePOST\x1e/a?q=1\x1eq=%27%20or%201=1--\x1e\
        {\"userId\":\"u\",\"email\":\"a@b.example\",\"requested\":2}\x1eHost\x1fshop.example\x1eUser-Agent\x1fcurl/8\
        \x1d\x00\x00\x01\x1e\x1e\x1eGET\x1e/";
    let case = doorward_fuzz::input::Case::read(CASE);
    case.requests
        .iter()
        .map(doorward_fuzz::input::Sent::frame)
        .collect()
}

/// JSON as the core reads it: what it accepts another reader accepts, and what
/// it writes it reads back.
fn json(bytes: &[u8]) {
    let value = match Value::parse(bytes) {
        Ok(value) => value,
        Err(error) => {
            assert!(error.offset <= bytes.len() && !error.expected.is_empty());
            return;
        }
    };
    let mut written = String::new();
    value.write(&mut written);
    assert_eq!(
        Value::parse(written.as_bytes()).as_ref(),
        Ok(&value),
        "{written}"
    );
    check::json(&written);
}
