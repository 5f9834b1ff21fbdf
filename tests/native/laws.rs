//! The laws of the house, each over generated policies and requests.
//!
//! Law 6 over any result and context is in `refine.rs`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failing test panics"
)]

use doorward_core::decision::{Conclusion, Decision, Mode};
use doorward_core::engine::{Engine, Step};
use doorward_core::frame::{FrameBuilder, FrameFields, flag};
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts, Need, Nobody, Replies, Reply, World};
use doorward_core::store::Memory;
use doorward_core::units::Millis;
use proptest::prelude::*;
use std::collections::HashSet;

/// Rules that a generated policy is made of, without their mode.
const RULES: &[&str] = &[
    r#""rule":"shield""#,
    r#""rule":"shield","onError":"deny""#,
    r#""rule":"shield","expect":{"q":"integer"},"excerpt":true,"probing":{"max":1,"interval":"1h"}"#,
    r#""rule":"detectBot","allow":["CATEGORY:SEARCH_ENGINE"]"#,
    r#""rule":"detectBot","deny":["curl"],"onError":"challenge""#,
    r#""rule":"fixedWindow","window":"1h","max":2"#,
    r#""rule":"fixedWindow","window":"10s","max":0,"characteristics":["http.host"]"#,
    r#""rule":"slidingWindow","interval":"60s","max":3,"characteristics":["userId"]"#,
    r#""rule":"slidingWindow","interval":"60s","max":1,"characteristics":["http.request.headers[\"x-key\"]"]"#,
    r#""rule":"tokenBucket","refillRate":5,"interval":"10s","capacity":10,"characteristics":["ip.src","userId"]"#,
    r#""rule":"tokenBucket","refillRate":1,"interval":"1s","capacity":2,"characteristics":["email"],"onError":"deny""#,
    r#""rule":"validateEmail","deny":["INVALID"]"#,
    r#""rule":"filter","deny":["http.request.uri.path eq \"/admin\""]"#,
    r#""rule":"filter","allow":["context[\"plan\"] eq \"pro\" or http.request.method eq \"GET\""]"#,
];

#[derive(Clone, Debug)]
struct Sent {
    flags: u32,
    now: Option<u64>,
    peer: Vec<u8>,
    method: Vec<u8>,
    target: Vec<u8>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
    context: Vec<u8>,
}

impl Sent {
    fn frame(&self) -> Vec<u8> {
        let fields = FrameFields {
            flags: self.flags,
            now: self.now.map(Millis),
            peer: &self.peer,
            method: &self.method,
            target: &self.target,
            head: &self.body,
            context: &self.context,
            ..FrameFields::default()
        };
        let headers = self
            .headers
            .iter()
            .map(|(n, v)| (n.as_slice(), v.as_slice()));
        FrameBuilder::default()
            .build(&fields, headers)
            .expect("fits")
            .to_vec()
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..200)
}

fn one_of(known: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::sample::select(known).prop_map(|text| text.as_bytes().to_vec()),
        1 => bytes(),
    ]
}

fn sent() -> impl Strategy<Value = Sent> {
    let header = (
        one_of(&[
            "User-Agent",
            "host",
            "Cookie",
            "X-Key",
            "Content-Type",
            "X-Forwarded-For",
            "referer",
        ]),
        one_of(&[
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "curl/8.5.0",
            "Googlebot/2.1 (+http://www.google.com/bot.html)",
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "198.51.100.7",
            "a=1; b=' or 1=1--",
            "",
        ]),
    );
    (
        (0_u32..512).prop_map(|flags| flags & !(flag::WIDE | flag::NOW)),
        prop::option::of(prop_oneof![
            Just(0_u64),
            1_795_000_000_000_u64..1_795_000_100_000,
            any::<u64>()
        ]),
        one_of(&["203.0.113.1", "203.0.113.2", "2001:db8::1", ""]),
        one_of(&["GET", "POST"]),
        one_of(&[
            "/",
            "/admin",
            "/a?q=hello",
            "/a?q=1'%20or%20'1'='1",
            "/a?q=1:5",
            "/%2e%2e/etc/passwd",
            "http://h/x",
        ]),
        prop::collection::vec(header, 0..6),
        one_of(&[
            "",
            "{\"q\":\"x\"}",
            "q=<script>alert(1)</script>",
            "{\"a\":[{\"b\":\"$(id)\"}]}",
        ]),
        one_of(&[
            "",
            "{}",
            "{\"userId\":\"u1\"}",
            "{\"session\":{\"id\":\"s1\"}}",
            "{\"userId\":\"u2\",\"account\":{\"ageDays\":900,\"orders\":20,\"emailVerified\":true}}",
            "{\"userId\":7,\"email\":\"ana@shop.example\",\"plan\":\"pro\",\"requested\":3}",
            "{\"email\":\"not an address\",\"requested\":-1}",
            "{\"userId\":null,\"plan\":[\"pro\"],\"requested\":4000000000}",
        ]),
    )
        .prop_map(
            |(flags, now, peer, method, target, headers, body, context)| Sent {
                flags,
                now,
                peer,
                method,
                target,
                headers,
                body,
                context,
            },
        )
}

/// Several requests in the order of their times: a store may forget what has
/// expired, so a clock that jumps decades ahead and back is no case here.
fn several(most: usize) -> impl Strategy<Value = Vec<Sent>> {
    prop::collection::vec(sent(), 1..most).prop_map(|mut all| {
        all.sort_by_key(|sent| sent.now.unwrap_or_default());
        all
    })
}

fn rules() -> impl Strategy<Value = Vec<(usize, bool)>> {
    prop::collection::vec((0..RULES.len(), any::<bool>()), 0..8)
}

/// A policy of rules by place and whether each is live; ids follow the place
/// in the list, so that leaving rules out renames nothing.
fn policy(rules: &[(usize, bool)], keep: impl Fn(bool) -> bool) -> String {
    let text: Vec<String> = rules
        .iter()
        .enumerate()
        .filter(|(_, (_, live))| keep(*live))
        .map(|(place, (rule, live))| {
            let mode = if *live { "LIVE" } else { "DRY_RUN" };
            let body = RULES.get(*rule).expect("a rule");
            format!("{{{body},\"mode\":\"{mode}\",\"id\":\"r{place}\"}}")
        })
        .collect();
    // some with a second opinion
    let refine = match rules.first() {
        Some((rule, _)) if rule % 3 == 0 => ",\"refine\":{\"mode\":\"LIVE\",\"harden\":true}",
        Some((rule, _)) if rule % 3 == 1 => ",\"refine\":{\"mode\":\"DRY_RUN\"}",
        _ => "",
    };
    format!("{{\"rules\":[{}]{refine}}}", text.join(","))
}

fn engine(policy: &str) -> Engine {
    Engine::new(policy, Keyer::Seed([3; 16])).unwrap_or_else(|error| panic!("{error}"))
}

fn memory() -> Memory {
    Memory::new(1 << 20, 5)
}

fn decide(engine: &Engine, store: &mut Memory, frame: &[u8]) -> Decision {
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

/// The live part of a decision line: everything but the dry runs and the
/// policy's name.
fn live_part(mut decision: Decision) -> String {
    decision.results.retain(|result| result.mode == Mode::Live);
    decision.engine = "".into();
    decision.to_json()
}

/// A shield that remembers probing, and what it finds certain and doubtful.
const PROBED: &str = r#"{"rule":"shield","mode":"LIVE","expect":{"p":"integer"},"probing":{"max":3,"interval":"1h"}}"#;
const ATTACK: &[u8] = b"/?q=1%20or%201=1";
const WEAK: &[u8] = b"/?p=1:5";

/// The request of a client of whom only the address is known, without anything
/// else that the shield might find.
fn at_one_address(sent: Sent) -> Sent {
    Sent {
        flags: 0,
        peer: b"203.0.113.9".to_vec(),
        now: Some(1_000),
        headers: Vec::new(),
        body: Vec::new(),
        context: Vec::new(),
        ..sent
    }
}

/// A world that fails, for law 7.
struct Broken;

impl World for Broken {
    fn answer(&mut self, _: &Need, _: Millis) -> Option<Reply> {
        Some(Reply::Failed("down".into()))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn law_1_any_bytes_are_decided(frame in prop::collection::vec(any::<u8>(), 0..400), rules in rules()) {
        let engine = engine(&policy(&rules, |_| true));
        let decision = decide(&engine, &mut memory(), &frame);
        prop_assert_eq!(decision.conclusion, Conclusion::Deny, "an unreadable frame is a fault");
        prop_assert_eq!(decision.reason.code, "fault");
    }

    #[test]
    fn law_1_any_request_is_decided(sent in sent(), rules in rules()) {
        let engine = engine(&policy(&rules, |_| true));
        let decision = decide(&engine, &mut memory(), &sent.frame());
        prop_assert_eq!(decision.results.len(), rules.len());
        let line = decision.to_json();
        prop_assert!(line.len() < 4096 + 64 * sent.frame().len());
        let parsed: serde_json::Value = serde_json::from_str(&line).expect("a decision line is JSON");
        prop_assert_eq!(parsed["conclusion"].as_str(), Some(decision.conclusion.word()));
    }

    #[test]
    fn law_2_the_same_input_gives_the_same_bytes(all in several(6), rules in rules()) {
        let text = policy(&rules, |_| true);
        let run = || {
            let (engine, mut store) = (engine(&text), memory());
            all.iter().map(|sent| decide(&engine, &mut store, &sent.frame()).to_json()).collect::<Vec<_>>()
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn law_2_what_a_host_cannot_show_denies_nothing(mut sent in sent(), rules in rules()) {
        sent.flags |= flag::ALL_HEADERS | flag::HEADER_ORDER | flag::RAW_TARGET;
        let engine = engine(&policy(&rules, |_| true));
        let seen = decide(&engine, &mut memory(), &sent.frame());
        sent.flags &= !(flag::ALL_HEADERS | flag::HEADER_ORDER | flag::RAW_TARGET);
        let lost = decide(&engine, &mut memory(), &sent.frame());
        for (seen, lost) in seen.results.iter().zip(&lost.results) {
            if seen.conclusion == Conclusion::Allow && !lost.undetermined && seen.reason.code != "skipped" {
                prop_assert_ne!(lost.conclusion, Conclusion::Deny);
            }
        }
    }

    #[test]
    fn law_3_needs_are_asked_once(sent in sent(), rules in rules(), garbage in "\\PC{0,200}", garbled in 0_usize..4) {
        let engine = engine(&policy(&rules, |_| true));
        let frame = sent.frame();
        let (mut facts, mut said, mut asked) = (Facts::OPEN.clone(), Vec::new(), HashSet::new());
        let decision = loop {
            let mut store = memory();
            let mut world = Replies::new(facts.clone(), &mut store);
            let needs = match engine.conclude(engine.judge_with(&frame, &facts), String::new, &mut world) {
                Step::Decided(decision) => break decision,
                Step::Needs(needs) => needs,
            };
            let failed: Vec<String> = needs.iter().map(|need| {
                format!("{{\"id\":\"{}\",\"error\":\"down\"}}", need.id())
            }).collect();
            for need in needs {
                prop_assert!(asked.insert(need.id()), "asked again: {}", need.id());
            }
            let replies = format!("{{\"replies\":[{}]}}", failed.join(","));
            said.push(if said.len() == garbled { garbage.clone() } else { replies });
            prop_assert!(said.len() <= Facts::ROUNDS);
            facts = Facts::parse(&said.join("\n"));
        };
        let takes = asked.iter().any(|id| id.starts_with("take:"));
        prop_assert!(!takes || decision.degraded.contains(&"store"));
    }

    #[test]
    fn law_4_a_denied_request_takes_nothing(sent in sent(), others in 1_usize..5) {
        let limit = r#"{"rule":"fixedWindow","mode":"LIVE","window":"1h","max":3,"id":"limit"}"#;
        let dry = r#"{"rule":"fixedWindow","mode":"DRY_RUN","window":"1h","max":3,"id":"dry"}"#;
        let deny = r#"{"rule":"filter","mode":"LIVE","deny":["http.request.method ne \"OPEN\""]}"#;
        let engine = engine(&format!("{{\"rules\":[{limit},{dry},{deny}]}}"));
        let mut store = memory();
        let mut sent = Sent { peer: b"203.0.113.9".to_vec(), now: Some(1_000), ..sent };
        // an empty method is a missing one
        prop_assume!(sent.method != b"OPEN" && !sent.method.is_empty());
        for _ in 0..others {
            let denied = decide(&engine, &mut store, &sent.frame());
            prop_assert_eq!(denied.reason.code, "filter.matched");
        }
        sent.method = b"OPEN".to_vec();
        for left in [2_u64, 1, 0] {
            let decision = decide(&engine, &mut store, &sent.frame());
            prop_assert_eq!(decision.conclusion, Conclusion::Allow);
            for result in decision.results.iter().take(2) {
                let remaining = result.reason.details.iter().find(|(name, _)| *name == "remaining");
                prop_assert_eq!(remaining, Some(&("remaining", doorward_core::decision::Detail::Count(left))));
            }
        }
        prop_assert_eq!(decide(&engine, &mut store, &sent.frame()).conclusion, Conclusion::Deny);
    }

    #[test]
    fn law_4_takes_are_independent(all in several(12)) {
        // a limit that refuses consumes nothing of its own and rolls nothing else back
        let small = r#"{"rule":"fixedWindow","mode":"LIVE","window":"1h","max":1,"id":"small"}"#;
        let large = r#"{"rule":"fixedWindow","mode":"LIVE","window":"1h","max":100,"id":"large"}"#;
        let (both, alone) = (
            engine(&format!("{{\"rules\":[{small},{large}]}}")),
            engine(&format!("{{\"rules\":[{large}]}}")),
        );
        let (mut first, mut second) = (memory(), memory());
        for sent in &all {
            let frame = sent.frame();
            let with = decide(&both, &mut first, &frame);
            let without = decide(&alone, &mut second, &frame);
            prop_assert_eq!(with.results.get(1).map(|r| &r.reason), without.results.first().map(|r| &r.reason));
        }
    }

    #[test]
    fn law_5_dry_runs_change_nothing(all in several(10), rules in rules()) {
        let (all_rules, live_rules) =
            (engine(&policy(&rules, |_| true)), engine(&policy(&rules, |live| live)));
        let (mut first, mut second) = (memory(), memory());
        for sent in &all {
            let frame = sent.frame();
            let with = decide(&all_rules, &mut first, &frame);
            let dry = rules.iter().filter(|(_, live)| !live).count();
            prop_assert_eq!(with.results.iter().filter(|r| r.mode == Mode::DryRun).count(), dry);
            prop_assert_eq!(live_part(with), live_part(decide(&live_rules, &mut second, &frame)));
        }
    }

    #[test]
    fn law_7_an_unanswered_need_is_visible(sent in sent(), rules in rules()) {
        let engine = engine(&policy(&rules, |_| true));
        let judged = engine.judge_with(&sent.frame(), Facts::NONE);
        let Step::Decided(decision) = engine.conclude(judged, String::new, &mut Broken) else {
            panic!("answered")
        };
        for (result, entry) in decision.results.iter().zip(&engine.policy().entries) {
            if result.undetermined {
                prop_assert_eq!(result.conclusion, entry.on_error);
                let listed = decision.undetermined.contains(&result.id);
                prop_assert_eq!(listed, result.mode == Mode::Live);
            }
            prop_assert!(!result.reason.code.starts_with("rate_limit.ok"));
        }
    }

    #[test]
    fn law_8_claims_alone_never_deny(all in several(8), claim in prop::sample::select(vec![
        "email", "email.canonical", "email.domain", "email.x", "message", "ip.src.network", "http.host", "http.request.headers[\\\"x-key\\\"]", "http.request.cookie[\\\"a\\\"]",
        "http.request.uri.path", "http.request.uri.args[\\\"q\\\"]", "http.request.method",
    ])) {
        let engine = engine(&format!(
            "{{\"rules\":[{{\"rule\":\"slidingWindow\",\"mode\":\"LIVE\",\"interval\":\"1h\",\"max\":0,\
             \"characteristics\":[\"{claim}\"]}}]}}"
        ));
        for sent in &all {
            let decision = decide(&engine, &mut memory(), &sent.frame());
            let fell_back = decision.reason.details.iter().any(|(name, _)| *name == "key_fallback");
            if !fell_back {
                prop_assert_ne!(decision.conclusion, Conclusion::Deny);
            }
        }
    }

    #[test]
    fn law_8_who_hammers_a_mailbox_never_locks_its_owner_out(
        keys in prop::collection::vec(prop::collection::vec(prop::sample::select(vec![
            "email", "email.canonical", "email.domain", "ip.src.network", "ip.src", "http.request.uri.path",
        ]), 1..3), 1..5),
        attackers in prop::collection::vec((0_u8..4, 1_u8..9, prop::sample::select(vec![
            "victim@shop.example", "Victim@SHOP.example", "victim+1@shop.example", "victim+2@mail.shop.example",
        ])), 1..40),
    ) {
        let rules: Vec<String> = keys.iter().map(|key| format!(
            "{{\"rule\":\"fixedWindow\",\"mode\":\"LIVE\",\"window\":\"1h\",\"max\":2,\"characteristics\":{key:?}}}"
        )).collect();
        let engine = engine(&format!("{{\"rules\":[{}]}}", rules.join(",")));
        let mut store = memory();
        let from = |peer: String, mailbox: &str| Sent {
            peer: peer.into_bytes(),
            now: Some(1_000),
            target: b"/login".to_vec(),
            context: format!("{{\"email\":\"{mailbox}\"}}").into_bytes(),
            flags: 0,
            method: b"POST".to_vec(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        // some of them share the victim's network
        for (network, host, mailbox) in attackers {
            decide(&engine, &mut store, &from(format!("203.0.113.{host}").replace("113", &(110 + network).to_string()), mailbox).frame());
        }
        let victim = decide(&engine, &mut store, &from("203.0.113.200".into(), "victim@shop.example").frame());
        prop_assert_ne!(victim.conclusion, Conclusion::Deny);
    }

    #[test]
    fn law_8_a_client_never_uses_up_its_neighbours_quota(hammer in sent(), users in prop::collection::vec("[a-z]{1,6}", 2)) {
        prop_assume!(users.first() != users.get(1));
        let engine = engine(
            r#"{"rules":[{"rule":"slidingWindow","mode":"LIVE","interval":"1h","max":2,"characteristics":["ip.src","userId"]}]}"#,
        );
        let mut store = memory();
        let with = |user: &str| Sent {
            peer: b"203.0.113.9".to_vec(),
            now: Some(1_000),
            context: format!("{{\"userId\":\"{user}\"}}").into_bytes(),
            ..hammer.clone()
        };
        for _ in 0..20 {
            decide(&engine, &mut store, &with(&users[0]).frame());
        }
        prop_assert_eq!(decide(&engine, &mut store, &with(&users[0]).frame()).conclusion, Conclusion::Deny);
        prop_assert_eq!(decide(&engine, &mut store, &with(&users[1]).frame()).conclusion, Conclusion::Allow);
    }

    #[test]
    fn law_9_needs_are_bounded(sent in sent(), rules in rules()) {
        let engine = engine(&policy(&rules, |_| true));
        let count = |names: &[&str]| {
            let entries = engine.policy().entries.iter();
            entries.filter(|entry| names.contains(&entry.manual.name)).count()
        };
        let frame = sent.frame();
        if let Step::Needs(facts) = engine.conclude(engine.judge(&frame), String::new, &mut Nobody) {
            prop_assert!(facts.len() <= rules.len());
        }
        let judged = engine.judge_with(&frame, Facts::NONE);
        if let Step::Needs(takes) = engine.conclude(judged, String::new, &mut Nobody) {
            let limits = count(&["shield", "fixedWindow", "slidingWindow", "tokenBucket", "detectBot", "verifyAgent"]);
            prop_assert!(takes.len() <= limits);
        }
    }

    #[test]
    fn law_4_what_is_denied_is_counted_once_and_takes_no_quota(sent in sent(), attacks in 1_usize..6) {
        let limit = r#"{"rule":"fixedWindow","mode":"LIVE","window":"1h","max":3}"#;
        let engine = engine(&format!("{{\"rules\":[{PROBED},{limit}]}}"));
        let mut store = memory();
        let attack = Sent { target: ATTACK.to_vec(), ..at_one_address(sent) };
        for _ in 0..attacks {
            let decision = decide(&engine, &mut store, &attack.frame());
            prop_assert_eq!(decision.conclusion, Conclusion::Deny);
            prop_assert_eq!(decision.results.get(1).map(|result| result.reason.code), Some("skipped"));
        }
        let weak = Sent { target: WEAK.to_vec(), ..attack };
        let decision = decide(&engine, &mut store, &weak.frame());
        let expected = if attacks < 3 { Conclusion::Allow } else { Conclusion::Challenge };
        prop_assert_eq!(decision.conclusion, expected);
        let left = decision.results.get(1).and_then(|result| {
            result.reason.details.iter().find(|(name, _)| *name == "remaining").cloned()
        });
        prop_assert_eq!(left, Some(("remaining", doorward_core::decision::Detail::Count(2))));
    }

    #[test]
    fn law_7_an_attack_is_denied_without_the_store_and_weak_evidence_is_undetermined(sent in sent()) {
        let engine = engine(&format!("{{\"rules\":[{PROBED}]}}"));
        let mut sent = at_one_address(sent);
        for (target, conclusion, undetermined) in
            [(ATTACK, Conclusion::Deny, false), (WEAK, Conclusion::Allow, true)]
        {
            sent.target = target.to_vec();
            let step = engine.conclude(engine.judge_with(&sent.frame(), Facts::NONE), String::new, &mut Broken);
            let Step::Decided(decision) = step else { panic!("answered") };
            prop_assert_eq!(decision.conclusion, conclusion);
            prop_assert_eq!(!decision.undetermined.is_empty(), undetermined);
        }
    }

    #[test]
    fn law_8_a_prober_never_blocks_its_neighbour(hammer in sent(), neighbour in sent()) {
        let engine = engine(&format!("{{\"rules\":[{PROBED}]}}"));
        let (mut probed, mut fresh) = (memory(), memory());
        let attack = Sent { target: ATTACK.to_vec(), ..at_one_address(hammer) };
        for _ in 0..20 {
            decide(&engine, &mut probed, &attack.frame());
        }
        let neighbour = Sent { peer: attack.peer, now: attack.now, ..neighbour };
        let frame = neighbour.frame();
        if !matches!(engine.conclude(engine.judge(&frame), String::new, &mut Nobody), Step::Needs(_)) {
            // nothing found: nothing asked, nothing held against it
            prop_assert_eq!(
                decide(&engine, &mut probed, &frame).to_json(),
                decide(&engine, &mut fresh, &frame).to_json()
            );
        } else if decide(&engine, &mut fresh, &frame).conclusion == Conclusion::Allow {
            prop_assert_ne!(decide(&engine, &mut probed, &frame).conclusion, Conclusion::Deny);
        }
    }
}
