//! A whole decision beside `serde_json` writing the same request, and the
//! parts of a decision. Read the ratios: machines are shared and noisy.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench that cannot start may panic"
)]

use core::hint::black_box;
use core::time::Duration;
use criterion::{Criterion, criterion_group, criterion_main};
use doorward_benches::WORKLOAD;
use doorward_core::engine::Engine;
use doorward_core::frame::{FrameBuilder, flag};
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts};
use doorward_core::store::Memory;
use doorward_core::traffic::Line;
use serde_json::Value;

fn frame(line: &Line, body: &[u8]) -> Vec<u8> {
    let mut fields = line.fields();
    fields.flags |= flag::ALL_HEADERS;
    fields.head = body;
    FrameBuilder::default()
        .build(&fields, line.headers())
        .expect("fits")
        .to_vec()
}

fn benches(c: &mut Criterion) {
    let workload: Value = serde_json::from_str(WORKLOAD).expect("JSON");
    let (policy, request) = (&workload["policy"], &workload["request"]);
    let line = Line::parse(request.to_string().as_bytes()).expect("a traffic line");
    let frame = frame(&line, line.body());
    let engine = Engine::new(&policy.to_string(), Keyer::Seed([1; 16])).expect("a policy");
    let mut store = Memory::new(32 << 20, 1);

    c.bench_function("serde_json writes the request", |b| {
        b.iter(|| black_box(request).to_string());
    });
    c.bench_function("judge", |b| {
        b.iter(|| engine.judge_with(black_box(&frame), Facts::NONE));
    });
    c.bench_function("decide", |b| {
        b.iter(|| {
            let mut world = Embedded {
                store: &mut store,
                lost: false,
            };
            let judged = engine.judge_with(black_box(&frame), Facts::NONE);
            engine.conclude(judged, || "id".into(), &mut world)
        });
    });
    for (rule, policy) in policy["rules"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|rule| {
            (
                rule["rule"].as_str().unwrap_or_default(),
                serde_json::json!({ "rules": [rule] }),
            )
        })
    {
        let engine = Engine::new(&policy.to_string(), Keyer::Seed([1; 16])).expect("a policy");
        c.bench_function(&format!("{rule} alone"), |b| {
            b.iter(|| {
                let mut world = Embedded {
                    store: &mut store,
                    lost: false,
                };
                engine.conclude(
                    engine.judge_with(black_box(&frame), Facts::NONE),
                    || "id".into(),
                    &mut world,
                )
            });
        });
    }
}

criterion_group! {
    name = all;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2));
    targets = benches
}
criterion_main!(all);
