//! What isbot and crawler-user-agents say of the same User-Agents, installed
//! from npm into a folder of their own.

use crate::tree;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const PACKAGES: [&str; 2] = ["isbot@5.2.3", "crawler-user-agents@1.60.0"];
const SCRIPT: &str = "xtask/peers/bots.mjs";

/// Peers by name, each with a verdict for every agent; none where they cannot
/// be installed.
pub(super) fn ask(agents: &[&str]) -> Vec<(String, Vec<bool>)> {
    said(agents).unwrap_or_else(|why| {
        println!("(peers left out: {why})");
        Vec::new()
    })
}

fn said(agents: &[&str]) -> Result<Vec<(String, Vec<bool>)>, String> {
    let folder = folder();
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let installed = Command::new("npm")
        .args([
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
        ])
        .args(["--prefix", "."])
        .args(PACKAGES)
        .current_dir(&folder)
        .status()
        .map_err(|e| format!("npm: {e}"))?;
    if !installed.success() {
        return Err(format!("npm: {installed}"));
    }
    let script = tree::root().join(SCRIPT);
    let mut child = Command::new("node")
        .arg(script)
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("node: {e}"))?;
    let list = serde_json::to_vec(agents).map_err(|e| e.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&list).map_err(|e| e.to_string())?;
    }
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    let root: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|e| format!("{SCRIPT}: {e}"))?;
    let peers = root.as_object().ok_or("no object")?;
    Ok(peers
        .iter()
        .map(|(name, list)| {
            let list = list.as_array().into_iter().flatten();
            (name.clone(), list.map(|v| v == true).collect())
        })
        .collect())
}

fn folder() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    tree::root().join(target).join("peers/bots")
}
