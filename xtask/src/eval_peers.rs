//! `cargo xtask eval peers`: what libinjection and ModSecurity with CRS make of
//! the same labelled requests (`xtask/peers/waf.py`, which keeps what they said).

use std::process::Command;

const SCRIPT: &str = "xtask/peers/waf.py";
/// The script's exit code where the peers are not installed.
const ABSENT: i32 = 2;

/// Runs the script over the folder of labelled requests.
///
/// # Errors
/// The script fails.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let status = Command::new("python3")
        .arg(SCRIPT)
        .args(args)
        .status()
        .map_err(|error| format!("{SCRIPT}: {error}"))?;
    match status.code() {
        Some(0) => Ok(()),
        // `make eval` goes on without them
        Some(ABSENT) => Ok(println!("(peers left out)")),
        _ => Err(format!("{SCRIPT}: {status}")),
    }
}
