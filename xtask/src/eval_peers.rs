//! `cargo xtask eval peers`: what other WAFs, libinjection and the OWASP rules,
//! make of the same labelled requests (`xtask/peers/waf.py`, which keeps what they said).

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
        Some(ABSENT) => {
            println!("(peers left out)");
            Ok(())
        }
        _ => Err(format!("{SCRIPT}: {status}")),
    }
}
