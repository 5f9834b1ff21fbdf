//! What refine costs on native code: in the call, as the difference that the key
//! makes to a decision, and on a decision line afterwards, read and written again.
//! Machines are shared: medians of many rounds, taken in turn.
#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    missing_docs,
    reason = "a bench prints what it measured, and may panic if it cannot start"
)]

use core::hint::black_box;
use doorward_core::engine::{Engine, Step};
use doorward_core::frame::{FrameBuilder, flag};
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts};
use doorward_core::store::Memory;
use doorward_core::traffic::Line;
use serde_json::json;
use std::time::Instant;

const ROUNDS: usize = 301;
const TIMES: usize = 200;
const RULES: &str = r#"[{"rule":"shield","mode":"LIVE"},{"rule":"detectBot","mode":"LIVE","allow":[]},{"rule":"fixedWindow","mode":"LIVE","window":"1h","max":2}]"#;
const REQUEST: &str = r#"{"id":"1","time":1800000000000,"ip":"203.0.113.7","method":"GET","url":"/items/7","headers":[["User-Agent","curl/8.5.0"]],"context":{"userId":"ana","action":"read","account":{"ageDays":812,"orders":14,"emailVerified":true},"session":{"id":"s1","ageSeconds":4000}}}"#;
const LEARNT: &str = r#"{"session":{"ipChanged":true,"stepUpAgeSeconds":30}}"#;

fn microseconds(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..TIMES {
        work();
    }
    start.elapsed().as_nanos() as f64 / 1_000.0 / TIMES as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}

fn main() {
    let line = Line::parse(REQUEST.as_bytes()).expect("a traffic line");
    let mut fields = line.fields();
    fields.flags |= flag::ALL_HEADERS;
    let mut builder = FrameBuilder::default();
    let frame = builder.build(&fields, line.headers()).expect("fits");
    let engine = |refine: &str| {
        let policy = format!("{{\"rules\":{RULES}{refine}}}");
        Engine::new(&policy, Keyer::Seed([1; 16])).expect("a policy")
    };
    let (plain, refined) = (engine(""), engine(r#","refine":{"mode":"LIVE"}"#));
    let mut store = Memory::new(8 << 20, 1);
    let mut decide = |engine: &Engine| {
        let mut world = Embedded {
            store: &mut store,
            lost: false,
        };
        let judged = engine.judge_with(black_box(frame), Facts::NONE);
        match engine.conclude(judged, || "id".into(), &mut world) {
            Step::Decided(decision) => Some(decision),
            Step::Needs(_) => None,
        }
        .expect("the store answers at once")
    };
    let decision = decide(&refined).to_json();
    let (mut with, mut again) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let without = microseconds(|| drop(black_box(decide(&plain))));
        with.push(microseconds(|| drop(black_box(decide(&refined)))) - without);
        again.push(microseconds(|| {
            black_box(refined.refine(black_box(&decision), LEARNT));
        }));
    }
    let (with, again) = (median(with), median(again));
    println!(
        "{}",
        json!({
            "row": "refine",
            "value": with,
            "ours": format!("{with:.2} µs in the call, {again:.2} µs on a decision line"),
        })
    );
}
