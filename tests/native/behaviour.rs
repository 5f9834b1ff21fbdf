//! A store that the host keeps decides as the embedded one: any requests and
//! outcomes, the same bytes; asked once, and told once.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a failing test panics"
)]

use doorward_core::behaviour;
use doorward_core::engine::{Engine, Step};
use doorward_core::frame::{FrameBuilder, FrameFields, flag};
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts, Need, Replies};
use doorward_core::store::{Memory, Observed, Store};
use doorward_core::text::json::Value;
use doorward_core::units::Millis;
use proptest::prelude::*;

const POLICY: &str = r#"{"rules":[
    {"rule":"shield","mode":"LIVE"},
    {"rule":"fixedWindow","mode":"LIVE","window":"1h","max":4},
    {"rule":"slidingWindow","mode":"DRY_RUN","interval":"1h","max":2,"characteristics":["userId"]}],
    "refine":{"mode":"LIVE","harden":true}}"#;

/// A request and what followed it.
#[derive(Clone, Debug)]
struct Turn {
    pause: u64,
    ip: &'static str,
    target: &'static str,
    agent: &'static str,
    context: &'static str,
    outcome: &'static str,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let one_of = |texts: &'static [&'static str]| prop::sample::select(texts);
    let turn = (
        prop_oneof![0..3_000_u64, 0..900_000_u64],
        one_of(&["203.0.113.1", "203.0.113.2", ""]),
        one_of(&["/", "/orders/1", "/orders/2", "/?q=1'%20or%20'1'='1"]),
        one_of(&[
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "curl/8.5.0",
        ]),
        one_of(&[
            "{}",
            r#"{"action":"login"}"#,
            r#"{"userId":"ana","session":{"id":"s1"},"action":"checkout","account":{"ageDays":400,"orders":9}}"#,
            r#"{"userId":"eve","session":{"id":"s2"},"action":"checkout"}"#,
        ]),
        one_of(&[
            "",
            r#"{"status":404}"#,
            r#"{"loginFailed":true}"#,
            r#"{"stepUpPassed":true}"#,
            r#"{"chargeback":true}"#,
        ]),
    );
    let turn = turn.prop_map(|(pause, ip, target, agent, context, outcome)| Turn {
        pause,
        ip,
        target,
        agent,
        context,
        outcome,
    });
    prop::collection::vec(turn, 1..30)
}

/// What the host's store answers, which is a [`Memory`] here.
fn answered(need: &Need, store: &mut Memory, now: Millis) -> String {
    let id = need.id();
    match need {
        Need::Take(take) => {
            let taken = store.take(take, now);
            let wait = taken
                .retry_after
                .map_or_else(|| "null".to_owned(), |wait| wait.0.to_string());
            format!(
                r#"{{"id":"{id}","allowed":{},"remaining":{},"reset":{},"retryAfter":{wait}}}"#,
                taken.allowed, taken.remaining, taken.reset.0
            )
        }
        Need::Profile(key) => {
            let known = store.profile(*key, &Observed::default(), now);
            let habits = known.habits;
            format!(
                r#"{{"id":"{id}","first":{},"last":{},"requests":{},"flagged":{},"failed":{},"good":{},"bad":{},"swing":{},"beats":{},"walked":{},"paths":{},"others":{},"agents":{}}}"#,
                known.first.0,
                known.last.0,
                known.requests,
                known.flagged,
                known.failed,
                habits.good,
                habits.bad,
                habits.swing,
                habits.beats,
                habits.walked,
                habits.paths,
                habits.others,
                habits.agents
            )
        }
        _ => panic!("{need:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn law_2_the_hosts_store_decides_as_the_embedded_one(turns in turns()) {
        let engine = Engine::new(POLICY, Keyer::Seed([7; 16])).expect("a policy");
        let [mut embedded, mut host, mut fallback] = [(); 3].map(|()| Memory::new(1 << 20, 3));
        let empty = fallback.export();
        let mut now = Millis(1_795_000_000_000);
        for turn in turns {
            now = Millis(now.0 + turn.pause);
            let fields = FrameFields {
                flags: flag::ALL_HEADERS,
                now: Some(now),
                peer: turn.ip.as_bytes(),
                method: b"POST",
                target: turn.target.as_bytes(),
                context: turn.context.as_bytes(),
                ..FrameFields::default()
            };
            let mut builder = FrameBuilder::default();
            let headers = [(&b"User-Agent"[..], turn.agent.as_bytes())];
            let frame = builder.build(&fields, headers.into_iter()).expect("fits");
            let judged = engine.judge_with(frame, Facts::NONE);
            let actors = behaviour::write(judged.actors());

            let mut world = Embedded { store: &mut embedded, lost: false };
            let Step::Decided(expected) = engine.conclude(judged, || "id".into(), &mut world) else {
                panic!("the embedded store answers inside the call");
            };

            let mut world = Replies::new(Facts::OPEN.clone(), &mut fallback).with_profiles(true);
            let facts = match engine.conclude(engine.judge(frame), || "id".into(), &mut world) {
                Step::Needs(needs) => {
                    let all: Vec<String> = needs.iter().map(|need| answered(need, &mut host, now)).collect();
                    Facts::parse(&format!("{{\"replies\":[{}]}}", all.join(",")))
                }
                // nobody takes part, and nothing is limited
                Step::Decided(_) => Facts::OPEN.clone(),
            };
            let mut world = Replies::new(facts.clone(), &mut fallback).with_profiles(true);
            let judged = engine.judge_with(frame, &facts);
            let Step::Decided(decision) = engine.conclude(judged, || "id".into(), &mut world) else {
                panic!("asked twice");
            };
            prop_assert_eq!(decision.to_json(), expected.to_json());
            for (key, observed) in world.observed() {
                host.profile(*key, observed, now);
            }

            let outcome = Value::parse(turn.outcome.as_bytes()).unwrap_or(Value::Null);
            behaviour::report(&actors, &outcome, &mut embedded, now);
            let told = behaviour::reported(&actors, &outcome);
            prop_assert_eq!(told.is_empty(), actors.is_empty() || turn.outcome.is_empty());
            // the same as a host's store is told
            behaviour::report(&actors, &outcome, &mut host, now);
        }
        prop_assert_eq!(fallback.export(), empty, "nothing is remembered beside the host's store");
    }

    #[test]
    fn law_7_behaviour_that_is_not_told_is_not_known_and_the_decision_says_so(turns in turns(), error in any::<bool>()) {
        let engine = Engine::new(POLICY, Keyer::Seed([7; 16])).expect("a policy");
        let mut fallback = Memory::new(1 << 20, 3);
        for turn in turns {
            let fields = FrameFields {
                peer: turn.ip.as_bytes(),
                target: turn.target.as_bytes(),
                context: turn.context.as_bytes(),
                ..FrameFields::default()
            };
            let mut builder = FrameBuilder::default();
            let frame = builder.build(&fields, core::iter::empty()).expect("fits");
            let takes_part = engine.judge(frame).actors().iter().any(Option::is_some);
            let mut world = Replies::new(Facts::OPEN.clone(), &mut fallback).with_profiles(true);
            let Step::Needs(needs) = engine.conclude(engine.judge(frame), || "id".into(), &mut world) else {
                prop_assert!(!takes_part);
                continue;
            };
            let wrong = if error { r#""error":"down""# } else { r#""requests":-1"# };
            let all: Vec<String> = needs.iter().map(|need| format!("{{\"id\":\"{}\",{wrong}}}", need.id())).collect();
            let facts = Facts::parse(&format!("{{\"replies\":[{}]}}", all.join(",")));
            let mut world = Replies::new(facts.clone(), &mut fallback).with_profiles(true);
            let judged = engine.judge_with(frame, &facts);
            let Step::Decided(decision) = engine.conclude(judged, || "id".into(), &mut world) else {
                panic!("asked twice");
            };
            prop_assert_eq!(decision.degraded.contains(&"profiles"), takes_part);
        }
    }
}
