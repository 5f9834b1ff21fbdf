//! What the part of a body that nobody saw means: hosts flag it, recordings
//! cannot, so this stands beside the vectors.
#![allow(clippy::expect_used, clippy::panic, reason = "a failing test panics")]

use doorward_core::decision::Conclusion::{self, Allow, Challenge, Deny};
use doorward_core::engine::{Engine, Step};
use doorward_core::frame::{FrameBuilder, FrameFields, flag};
use doorward_core::keys::Keyer;
use doorward_core::need::Nobody;

fn decide(policy: &str, flags: u32) -> (Conclusion, String) {
    let fields = FrameFields {
        flags: flags | flag::ALL_HEADERS,
        method: b"POST",
        target: b"/",
        head: b"name=Ada",
        ..FrameFields::default()
    };
    let mut builder = FrameBuilder::default();
    let frame = builder.build(&fields, core::iter::empty()).expect("fits");
    let engine = Engine::new(policy, Keyer::Seed([1; 16])).expect("a policy");
    match engine.conclude(engine.judge(frame), || "1".into(), &mut Nobody) {
        Step::Decided(decision) => (decision.conclusion, decision.reason.code.to_string()),
        Step::Needs(needs) => panic!("{needs:?}"),
    }
}

fn policy(mode: &str, oversize: &str) -> String {
    format!(
        r#"{{"rules":[{{"rule":"shield","mode":"{mode}"}}],"body":{{"oversize":"{oversize}"}}}}"#
    )
}

#[test]
fn a_late_body_is_challenged_at_least() {
    for (oversize, truncated, late) in [
        ("allow", Allow, Challenge),
        ("challenge", Challenge, Challenge),
        ("deny", Deny, Deny),
    ] {
        let live = policy("LIVE", oversize);
        assert_eq!(decide(&live, 0), (Allow, "allow".into()));
        assert_eq!(decide(&live, flag::TRUNCATED).0, truncated);
        assert_eq!(decide(&live, flag::LATE), (late, "body.late".into()));
        assert_eq!(decide(&live, flag::LATE | flag::TRUNCATED).0, late);
    }
}

#[test]
fn where_no_live_rule_looks_at_bodies_it_means_nothing() {
    let dry = policy("DRY_RUN", "deny");
    for flags in [flag::LATE, flag::TRUNCATED] {
        assert_eq!(decide(&dry, flags), (Allow, "allow".into()));
    }
}
