//! `cargo xtask eval email`: agreement of `text::email` with the verdicts
//! of labelled addresses, under the defaults of a sign-up form.
//!
//! `valid` and `valid-utf8` shall be accepted. Everything else shall be
//! refused: `invalid`, `deprecated` and `not-for-smtp` because no mail system
//! delivers there, `valid-unusual` (quoted local parts, address literals)
//! and `policy-*` (display names, no top-level domain, reserved domains)
//! because nobody signs up with them; validators of forms do the same.

use doorward_core::text::email::{self, Accept, Invalid};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read as _;

/// Runs the command.
///
/// # Errors
/// What could not be read.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let [path] = args else {
        return Err("one argument is expected: syntax.jsonl.gz".into());
    };
    let packed = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .map_err(|e| format!("{path}: {e}"))?;
    let mut table: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let (mut right, mut all) = (0_u32, 0_u32);
    for (number, line) in text.lines().enumerate() {
        let row: Value =
            serde_json::from_str(line).map_err(|e| format!("{path}:{}: {e}", number + 1))?;
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let (address, expected) = (text("address"), text("expected"));
        let verdict = email::parse(address.as_bytes(), Accept::default());
        let agrees = matches!(expected, "valid" | "valid-utf8") == verdict.is_ok();
        let cell = table.entry(expected.into()).or_default();
        cell.0 += u32::from(agrees);
        cell.1 += 1;
        right += u32::from(agrees);
        all += 1;
        if !agrees {
            let said = verdict.map_or_else(Invalid::word, |_| "accepted");
            println!("  {expected}, but {said}: {address:?} ({})", text("detail"));
        }
    }
    for (expected, (right, all)) in &table {
        println!("  {expected:<24} {right:>3}/{all}");
    }
    println!(
        "agreement {right}/{all}, {:.2} %",
        100.0 * f64::from(right) / f64::from(all.max(1))
    );
    Ok(())
}
