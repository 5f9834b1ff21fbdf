//! One case at a time, for the ledger (callgrind, allocations) and for the
//! benches in JavaScript (the same frames in wasm, in the same run).
//!
//! - `frames`: every case as a line of JSON, its frame in hexadecimal;
//! - `decide CASE TIMES`: decides, for a profiler;
//! - `allocations`: a line of JSON, what one decision of each case allocates;
//! - `time`: reads lines `TIMES CASE` and answers each with the nanoseconds of
//!   CPU that it took.
#![allow(clippy::expect_used, reason = "a bench that cannot start may panic")]

use core::alloc::{GlobalAlloc, Layout};
use core::fmt::Write as _;
use core::hint::black_box;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use doorward_benches::{Case, cases};
use serde_json::{Map, json};
use std::alloc::System;
use std::io::{BufRead as _, stdin};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// One thread counts, so no exchange is needed, which would cost time.
fn count() {
    ALLOCATIONS.store(ALLOCATIONS.load(Relaxed).wrapping_add(1), Relaxed);
}

#[allow(unsafe_code, reason = "an allocator is unsafe by its trait")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let mut cases = cases().expect("the workload");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["frames"] => cases.iter().for_each(show),
        ["decide", name, times] => {
            let times = times.parse().expect("a number");
            black_box(named(&mut cases, name).decide(times));
        }
        ["allocations"] => {
            let counts: Map<_, _> = cases
                .iter_mut()
                .map(|case| (case.name.to_owned(), allocations(case).into()))
                .collect();
            println!("{}", json!(counts));
        }
        ["time"] => {
            for line in stdin().lock().lines().map_while(Result::ok) {
                let (times, name) = line.split_once(' ').expect("TIMES CASE");
                let times = times.parse().expect("a number");
                let case = named(&mut cases, name);
                let before = cpu();
                black_box(case.decide(times));
                println!("{}", cpu().saturating_sub(before));
            }
        }
        _ => eprintln!("frames | decide CASE TIMES | allocations | time"),
    }
}

fn named<'c>(cases: &'c mut [Case], name: &str) -> &'c mut Case {
    let known = cases.iter_mut().find(|case| case.name == name);
    known.expect("a case of this name")
}

fn show(case: &Case) {
    let frame = case.frame.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    println!(
        "{}",
        json!({ "name": case.name, "policy": case.policy, "frame": frame })
    );
}

/// Of one decision, when everything that is kept is there.
fn allocations(case: &mut Case) -> u64 {
    black_box(case.decide(10));
    let before = ALLOCATIONS.load(Relaxed);
    black_box(case.decide(1));
    ALLOCATIONS.load(Relaxed).wrapping_sub(before)
}

/// Nanoseconds of CPU of this thread: Linux tells them to the last switch, so
/// there is one first.
fn cpu() -> u64 {
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let first = text.split(' ').next().unwrap_or_default();
    first.parse().unwrap_or_default()
}
