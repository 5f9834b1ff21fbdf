//! `cargo xtask ledger [--check]`: what a change costs, exactly. Sizes of what
//! is shipped, allocations and instructions of one decision, in
//! `benches/ledger.json`. With `--check` nothing is written, and a figure that
//! moved beyond its tolerance is an error, downwards too: what was won is
//! written down, or it would be lost unseen.
//!
//! Figures depend on the compiler, so the ledger names it; one of another
//! compiler may differ five times as far. Wants the npm package (`make js`)
//! and valgrind.

use crate::tree;
use anyhow::{Context as _, Result, bail, ensure};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const LEDGER: &str = "benches/ledger.json";

/// Decisions of a run under callgrind: the first are dearer, the rest the same.
const DECISIONS: u64 = 50;

/// What is compared: a name, and how many thousandths it may move.
const KINDS: [(&str, u64); 3] = [("bytes", 10), ("allocations", 0), ("instructions", 30)];

const OTHER_COMPILER: u64 = 5;

type Figures = BTreeMap<String, u64>;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let now = json!({ "wasm": shipped()?, "native": decided()? });
    let path = tree::root().join(LEDGER);
    if arguments.iter().any(|argument| argument == "--check") {
        let known = serde_json::from_slice(&tree::read(&path)?).context(LEDGER)?;
        return compare(&known, &now);
    }
    tree::write(&path, format!("{now:#}\n"))?;
    println!("wrote {LEDGER}");
    Ok(())
}

/// Sizes of the npm package and what is in it.
fn shipped() -> Result<Value> {
    let root = tree::root();
    let built = root.join("bindings-js/dist/wasm/generated");
    let Some(tarball) = tarball(&root.join("dist")).filter(|_| built.exists()) else {
        bail!(tree::Absent("no npm package: `make js` first".into()));
    };
    let module = tree::read(&built.join("doorward.wasm"))?;
    let commands = tree::read(&built.join("commands.wasm"))?;
    let entry = said(
        Command::new(root.join("node_modules/.bin/esbuild"))
            .args(["bindings-js/dist/index.js", "--bundle", "--minify"])
            .args(["--format=esm", "--platform=node", "--log-level=error"]),
    )?;
    let compiler = said(Command::new("bash").args([
        "-c",
        r#"t=$(xtask/wasm-toolchain.sh 2>/dev/null) && eval "$t" && exec rustc --version"#,
    ]))?;
    Ok(json!({
        "compiler": compiler.trim(),
        "bytes": {
            "wasm": module.len(),
            "wasm with gzip": zipped(&module)?,
            "wasm of commands": commands.len(),
            "wasm of commands with gzip": zipped(&commands)?,
            "npm tarball": tree::read(&tarball)?.len(),
            "bundled entry": entry.len(),
        },
    }))
}

fn zipped(bytes: &[u8]) -> Result<usize> {
    let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
    zipped.write_all(bytes)?;
    Ok(zipped.finish()?.len())
}

fn tarball(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten();
    files
        .map(|file| file.path())
        .find(|path| path.extension().is_some_and(|end| end == "tgz"))
}

/// What one decision of each case costs.
fn decided() -> Result<Value> {
    let measure = measure()?;
    let text = said(Command::new(&measure).arg("allocations"))?;
    let allocations: Figures = serde_json::from_str(&text)?;
    let mut instructions = Map::new();
    for case in allocations.keys() {
        instructions.insert(case.clone(), counted(&measure, case)?.into());
    }
    Ok(json!({
        "compiler": said(Command::new("rustc").arg("--version"))?.trim(),
        "allocations": allocations,
        "instructions": instructions,
    }))
}

/// Builds the binary that decides, and says where it is.
fn measure() -> Result<PathBuf> {
    let root = tree::root();
    tree::run(Command::new("cargo").args([
        "build",
        "--quiet",
        "--locked",
        "--release",
        "--package=doorward-benches",
        "--bin=doorward-measure",
    ]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Ok(root.join(target).join("release/doorward-measure"))
}

/// Instructions of one decision, counted inside of `Case::decide` only.
fn counted(measure: &Path, case: &str) -> Result<u64> {
    let out = std::env::temp_dir().join(format!("doorward-ledger-{}", std::process::id()));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*Case*decide*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(measure)
        .args(["decide", case, &DECISIONS.to_string()])
        .output()
        .context("valgrind: run `make setup`")?;
    let _ = std::fs::remove_file(&out);
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind: {said}");
    let count = said
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .and_then(|(_, count)| count.trim().parse::<u64>().ok())
        .with_context(|| format!("valgrind counted nothing: {said}"))?;
    ensure!(count > 0, "valgrind saw no `Case::decide`");
    Ok(count / DECISIONS)
}

fn said(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    ensure!(
        output.status.success(),
        "{} from {command:?}",
        output.status
    );
    Ok(String::from_utf8(output.stdout)?)
}

fn compare(known: &Value, now: &Value) -> Result<()> {
    let mut moved = 0;
    let mut compared = 0;
    for part in ["wasm", "native"] {
        let (known, now) = (&known[part], &now[part]);
        let same = known["compiler"] == now["compiler"];
        if !same {
            let (theirs, ours) = (&known["compiler"], &now["compiler"]);
            println!("{part}: the ledger is of {theirs}, this is {ours}: compared loosely");
        }
        for (kind, thousandths) in KINDS {
            let allowed = thousandths * if same { 1 } else { OTHER_COMPILER };
            let (before, after) = (figures(&known[kind]), figures(&now[kind]));
            let names = before
                .keys()
                .chain(after.keys().filter(|name| !before.contains_key(*name)));
            for name in names {
                compared += 1;
                let (before, after) = (before.get(name), after.get(name));
                if !near(before, after, allowed) {
                    moved += 1;
                    println!("{}", line(kind, name, before, after, allowed));
                }
            }
        }
    }
    ensure!(
        moved == 0,
        "{moved} of {compared} figures moved; where that is meant, run `cargo xtask ledger` and commit {LEDGER}"
    );
    println!("ledger: {compared} figures hold");
    Ok(())
}

fn figures(value: &Value) -> Figures {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

fn near(before: Option<&u64>, after: Option<&u64>, thousandths: u64) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    before.abs_diff(*after) * 1000 <= before * thousandths
}

fn line(kind: &str, name: &str, before: Option<&u64>, after: Option<&u64>, allowed: u64) -> String {
    let shown = |figure: Option<&u64>| figure.map_or("nothing".into(), u64::to_string);
    let change = match (before, after) {
        (Some(before), Some(after)) if *before > 0 => {
            let tenths = before.abs_diff(*after) * 1000 / before;
            let sign = if after > before { '+' } else { '-' };
            format!("{sign}{}.{} %, ", tenths / 10, tenths % 10)
        }
        _ => String::new(),
    };
    format!(
        "{kind:13} {name:16} {:>10} → {:>10}  {change}allowed {}.{} %",
        shown(before),
        shown(after),
        allowed / 10,
        allowed % 10
    )
}
