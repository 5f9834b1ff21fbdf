//! The shield alone on native code: times of typical requests, and what hostile
//! bytes cost beside ordinary ones of the same length. Read the ratios: machines
//! are shared and noisy; each ratio is of medians taken in turns.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a bench that cannot start may panic, and prints what it measured"
)]

use core::hint::black_box;
use doorward_benches::WORKLOAD;
use doorward_core::request::{Body, Request, Scheme, Seen};
use doorward_core::rules::shield::{Inspect, inspect};
use serde_json::{Value, json};
use std::time::Instant;

/// Rounds of a comparison; a round times each side once.
const ROUNDS: usize = 41;
/// So long a side is timed for in one round.
const SLICE_NANOS: u128 = 300_000;
/// Bytes of a hostile body, and of the ordinary one beside it.
const LENGTH: usize = 4096;

/// Pieces that hostile bodies are made of.
const HOSTILE: [(&str, &str); 33] = [
    ("doubly encoded", "%25%32%35%33%63"),
    ("percent signs", "%25"),
    ("quotes", "'"),
    ("quotes and words", "\" or '"),
    ("brackets", "["),
    ("braces", "{"),
    ("template openers", "${"),
    ("templates", "{{x "),
    ("lookups", "${lower:"),
    ("base64", "UEhOamNtbHdkRDVoYkdWeWRDZ3hLVHd2YzJOeWFYQjBQZz09"),
    ("unicode escapes", "\\u003c\\u0073"),
    ("entities", "&#x3c;"),
    ("ampersands", "&"),
    ("markup", "<a b='c' d=e><i/><"),
    ("scripts", "<script>x"),
    ("comments", "/**/"),
    ("statements", "union select 1,"),
    ("conditions", "' or 1=1 and "),
    ("backslashes", "\\"),
    ("long numbers", "1234567890"),
    ("commands", ";cat "),
    ("steps", "../"),
    ("fullwidth", "\u{ff1c}\u{ff53}"),
    ("UTF-7", "+ADwAcwBjAHIAaQBwAHQAPg-"),
    ("UTF-16", "<\0s\0c\0"),
    ("the other UTF-16", "\0<\0s\0c"),
    ("fullwidth templates", "\u{ff5b}\u{ff5b}\u{ff17}"),
    ("JSON in a string", "{\\\"a\\\":\\\""),
    ("XML in a string", "<a b=\"c\"><![CDATA["),
    ("names in pieces", "{{''['__a'+"),
    ("set in templates", "{%set x=("),
    ("lines of a form", "a=b\r\n"),
    ("everything", "' \"<a %25 &#x; ${ `;|or 1=1"),
];

struct Sample {
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Sample {
    fn request(&self) -> Request<'_> {
        Request {
            id: b"",
            now: None,
            peer: b"",
            platform: b"",
            method: b"POST",
            target: self.target.as_bytes(),
            scheme: Scheme::Https,
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
                .collect(),
            seen: Seen {
                all_headers: true,
                header_order: true,
                raw_target: true,
            },
            body: Body {
                head: &self.body,
                ..Body::default()
            },
        }
    }
}

/// The workload's request with another body.
fn sample(workload: &Value, content_type: &str, body: Vec<u8>) -> Sample {
    let request = &workload["request"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headers = request["headers"].as_array().expect("headers");
    Sample {
        target: text(&request["url"]),
        headers: headers
            .iter()
            .map(|pair| (text(&pair[0]), text(&pair[1])))
            .map(|(name, value)| match name.as_str() {
                "Content-Type" => (name, content_type.to_owned()),
                _ => (name, value),
            })
            .collect(),
        body,
    }
}

fn filled(unit: &str, length: usize) -> String {
    let mut text = unit.repeat(length / unit.len());
    while text.len() < length {
        text.push(' ');
    }
    text
}

/// Nanoseconds of one call, over as many as fill a slice.
fn slice(request: &Request<'_>, options: &Inspect) -> f64 {
    let start = Instant::now();
    let mut calls = 0_u32;
    while start.elapsed().as_nanos() < SLICE_NANOS || calls == 0 {
        for _ in 0..4 {
            black_box(inspect(black_box(request), options));
        }
        calls += 4;
    }
    start.elapsed().as_nanos() as f64 / f64::from(calls)
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    sorted[(sorted.len() - 1) * percent / 100]
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    at(&times, 50)
}

/// The median of `one` in medians of `other`, timed in turns.
fn ratio(one: &Sample, other: &Sample) -> f64 {
    let options = Inspect::default();
    let requests = (one.request(), other.request());
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ones.push(slice(&requests.0, &options));
        others.push(slice(&requests.1, &options));
    }
    median(ones) / median(others)
}

fn percentiles(sample: &Sample) {
    let (request, options) = (sample.request(), Inspect::default());
    let mut times: Vec<f64> = (0..20_000)
        .map(|_| {
            let start = Instant::now();
            black_box(inspect(black_box(&request), &options));
            start.elapsed().as_nanos() as f64 / 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    for (row, percent) in [("shield-p50", 50), ("shield-p99", 99)] {
        let value = at(&times, percent);
        println!(
            "{}",
            json!({ "row": row, "value": value, "ours": format!("{value:.1} µs, wall-clock") })
        );
    }
}

fn main() {
    let workload: Value = serde_json::from_str(WORKLOAD).expect("JSON");
    let body = workload["request"]["body"].as_str().expect("a body");
    let review: Value = serde_json::from_str(body).expect("JSON");
    let prose = review["text"].as_str().expect("a text");
    let json = |body: &Value| sample(&workload, "application/json", body.to_string().into_bytes());
    let plain = |text: &str| sample(&workload, "text/plain", text.as_bytes().to_vec());

    let small = json(&review);
    percentiles(&small);
    let mut long = review.clone();
    long["text"] = json!(filled(prose, 16 * prose.len()));
    println!(
        "16 KB over 1 KB: {:.1} (must 16, aim 8)",
        ratio(&json(&long), &small)
    );

    let (text, text_json) = (
        plain(&filled(prose, LENGTH)),
        json(&json!({ "q": filled(prose, LENGTH) })),
    );
    let mut worst = (0.0, String::new());
    for (name, unit) in HOSTILE {
        let hostile = filled(unit, LENGTH);
        // escapes make it longer on the wire
        let escaped = json!(unit).to_string().len() - 2;
        let quoted = json!({ "q": unit.repeat(LENGTH / escaped) });
        for (kind, hostile, benign) in [
            ("text", &plain(&hostile), &text),
            ("JSON", &json(&quoted), &text_json),
        ] {
            let ratio = ratio(hostile, benign);
            println!("  {name} as {kind}: {ratio:.1}");
            if ratio > worst.0 {
                worst = (ratio, format!("{name} as {kind}"));
            }
        }
    }
    println!(
        "hostile over ordinary bytes, at worst: {:.1}, {} (must 5, aim 3)",
        worst.0, worst.1
    );
    println!(
        "{}",
        json!({ "row": "adversarial", "value": worst.0, "ours": worst.1 })
    );
}
