//! Every line or paragraph of a text file, as the value of a query parameter.

use core::fmt::Write;
use doorward_core::request::{Body, Request, Scheme, Seen};
use doorward_core::rules::shield::{DEFAULT_THRESHOLD, Inspect, inspect};
use std::collections::BTreeMap;
use std::path::Path;

/// Prints what of `file` is denied, with code and range, and how much of it.
pub(super) fn run(file: &Path, paragraphs: bool, look: &Inspect) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    let pieces: Vec<&str> = if paragraphs {
        text.split("\n\n").collect()
    } else {
        text.lines().collect()
    };
    let (mut all, mut denied) = (0_u32, 0_u32);
    let mut codes: BTreeMap<&str, u32> = BTreeMap::new();
    for piece in pieces.into_iter().map(str::trim).filter(|p| !p.is_empty()) {
        all += 1;
        let target = target(piece);
        let Some(hit) = inspect(&request(&target), look) else {
            continue;
        };
        if hit.score < DEFAULT_THRESHOLD {
            continue;
        }
        denied += 1;
        *codes.entry(hit.code).or_default() += 1;
        println!(
            "{} {} {}..{}: {}",
            hit.score,
            hit.code,
            hit.start,
            hit.end,
            piece.replace('\n', "\\n")
        );
    }
    for (code, count) in codes {
        println!("{code:<36} {count:>6}");
    }
    let percent = 100.0 * f64::from(denied) / f64::from(all.max(1));
    println!("{denied} of {all} denied, {percent:.3} %");
    Ok(())
}

fn target(value: &str) -> String {
    let mut target = String::from("/?q=");
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() {
            target.push(char::from(byte));
        } else {
            let _ = write!(target, "%{byte:02X}");
        }
    }
    target
}

fn request(target: &str) -> Request<'_> {
    Request {
        id: b"",
        now: None,
        peer: b"",
        platform: b"",
        method: b"GET",
        target: target.as_bytes(),
        scheme: Scheme::Https,
        headers: Vec::new(),
        seen: Seen {
            all_headers: true,
            header_order: false,
            raw_target: true,
        },
        body: Body::default(),
    }
}
