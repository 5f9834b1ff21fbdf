//! Nanoseconds of CPU for a whole decision on the workload, frame in, line
//! out: what `benches/js/protect.mjs` divides the same in wasm by.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench that cannot start may panic"
)]

use core::hint::black_box;
use doorward_benches::WORKLOAD;
use doorward_core::engine::{Engine, Step};
use doorward_core::frame::{FrameBuilder, flag};
use doorward_core::ids::Ids;
use doorward_core::keys::Keyer;
use doorward_core::need::Embedded;
use doorward_core::store::Memory;
use doorward_core::traffic::Line;
use serde_json::Value;
use std::time::Instant;

const ROUNDS: usize = 25;
const CALLS: u64 = 2000;

/// Nanoseconds this thread was on a processor; elapsed ones where the system
/// does not say.
fn clock(start: Instant) -> u64 {
    let elapsed = || u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .unwrap_or_else(elapsed)
}

fn main() {
    let workload: Value = serde_json::from_str(WORKLOAD).expect("JSON");
    let line = Line::parse(workload["request"].to_string().as_bytes()).expect("a traffic line");
    let mut fields = line.fields();
    fields.flags |= flag::ALL_HEADERS;
    fields.head = line.body();
    let mut builder = FrameBuilder::default();
    let frame = builder.build(&fields, line.headers()).expect("fits");
    let policy = workload["policy"].to_string();
    let engine = Engine::new(&policy, Keyer::Seed([1; 16])).expect("a policy");
    let mut store = Memory::new(32 << 20, 1);
    let mut ids = Ids::new([2; 16]);
    let mut out = String::new();

    let start = Instant::now();
    let mut times: Vec<u64> = (0..=ROUNDS)
        .map(|_| {
            let before = clock(start);
            for _ in 0..CALLS {
                let mut world = Embedded {
                    store: &mut store,
                    lost: false,
                };
                let judged = engine.judge(black_box(frame));
                if let Step::Decided(decision) =
                    engine.conclude(judged, || ids.next_id(), &mut world)
                {
                    out.clear();
                    decision.write(&mut out);
                    black_box(&out);
                }
            }
            (clock(start) - before) / CALLS
        })
        .collect();
    times.sort_unstable();
    println!("{}", times[ROUNDS / 2]);
}
