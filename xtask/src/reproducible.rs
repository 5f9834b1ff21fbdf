//! `cargo xtask reproducible`: the module built here and once more in a copy of
//! the tree elsewhere, with a target folder of its own, is the same bytes.

use core::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::{tree, wasm};

// the other module is made of the same build
const MODULE: &str = "bindings-js/src/wasm/generated/doorward.wasm";

/// Copies what git knows or would, and nothing built.
const COPY: &str = r#"git ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
  tar --null --files-from=- -c | tar -x -C "$1""#;

pub(crate) fn run(_arguments: &[String]) -> Result<()> {
    let copy = std::env::temp_dir().join(format!("doorward elsewhere {}", std::process::id()));
    std::fs::create_dir_all(&copy).with_context(|| copy.display().to_string())?;
    let done = compare(&copy);
    let _ = std::fs::remove_dir_all(&copy);
    done
}

fn compare(copy: &Path) -> Result<()> {
    tree::run(
        Command::new("bash")
            .args(["-o", "pipefail", "-c", COPY, "copy"])
            .arg(copy),
    )?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(tree::root().join("node_modules"), copy.join("node_modules"))?;
    wasm::run(&[])?;
    // the same tool, told that the tree is elsewhere
    tree::run(
        Command::new(std::env::current_exe()?)
            .arg("wasm")
            .env(tree::ROOT, copy)
            .env("CARGO_TARGET_DIR", copy.join("target"))
            .stdout(Stdio::null()),
    )?;
    let hash = |root: &Path| -> Result<String> {
        let mut text = String::new();
        for byte in Sha256::digest(tree::read(&root.join(MODULE))?) {
            let _ = write!(text, "{byte:02x}");
        }
        Ok(text)
    };
    let (here, there) = (hash(&tree::root())?, hash(copy)?);
    println!("sha256 here       {here}\nsha256 elsewhere  {there}");
    ensure!(here == there, "the module depends on where it is built");
    Ok(())
}
