//! Development tool: `cargo xtask COMMAND`. The Makefile is the door, this is
//! the room behind it.
//!
//! A command is one row of [`COMMANDS`] and one module. It runs in the root of
//! the tree, prints what it did and fails with a sentence; exit code 2 means
//! that something the command reads is absent, so nothing was done.

mod bots;
mod crawlers;
mod data;
mod demo;
#[cfg(feature = "core")]
mod email_data;
#[cfg(feature = "core")]
mod eval;
#[cfg(feature = "core")]
mod eval_bots;
#[cfg(feature = "core")]
mod eval_email;
#[cfg(feature = "core")]
mod eval_peers;
mod eval_prompt;
#[cfg(feature = "core")]
mod eval_sensitive;
#[cfg(feature = "core")]
mod eval_shield;
mod ledger;
mod mutate;
#[cfg(feature = "core")]
mod refining;
#[cfg(feature = "core")]
mod replay;
mod reproducible;
#[cfg(feature = "core")]
mod ribbon;
mod sbom;
#[cfg(feature = "core")]
mod simulate;
mod tables;
mod traffic;
mod tree;
#[cfg(feature = "core")]
mod types;
mod wasm;

use std::process::ExitCode;

type Command = fn(&[String]) -> anyhow::Result<()>;

const COMMANDS: &[(&str, &str, Command)] = &[
    (
        "demo",
        "the same traffic to both example applications, one table",
        demo::run,
    ),
    #[cfg(feature = "core")]
    (
        "eval",
        "what the rules find in the corpora of ../shared/data",
        eval::run,
    ),
    (
        "ledger",
        "write benches/ledger.json: sizes, allocations, instructions; --check only compares",
        ledger::run,
    ),
    (
        "mutate",
        "mutated requests to Express and FastAPI: --requests 20000 --seed 1 --host NAME",
        mutate::run,
    ),
    #[cfg(feature = "core")]
    (
        "replay",
        "the same traffic natively and through both packages, compared",
        replay::run,
    ),
    (
        "reproducible",
        "the wasm module built here and in a copy of the tree: the same bytes",
        reproducible::run,
    ),
    (
        "sbom",
        "what is in the packages, as CycloneDX in dist/; they depend on nothing",
        sbom::run,
    ),
    #[cfg(feature = "core")]
    (
        "refine",
        "train refine's weights on simulated days: core/model/refine.bin and its card; --check only compares",
        refining::train,
    ),
    #[cfg(feature = "core")]
    (
        "simulate",
        "a day of an application as traffic: --regime shop --seed 1 --out FILE",
        simulate::run,
    ),
    (
        "tables",
        "write core/src/tables and core/packs from ../shared/data and core/data",
        tables::run,
    ),
    (
        "traffic",
        "varied recorded traffic: --lines 5000 --seed 1 --out FILE",
        traffic::run,
    ),
    #[cfg(feature = "core")]
    (
        "types",
        "write rules.ts, _generated.py, docs/rules.md and docs/reasons.md; --check only compares",
        types::run,
    ),
    (
        "wasm",
        "build the module and its glue into bindings-js/src/wasm/generated",
        wasm::run,
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        return usage();
    };
    let Some((_, _, run)) = COMMANDS.iter().find(|(command, _, _)| command == name) else {
        eprintln!("xtask: no command `{name}`");
        return usage();
    };
    let done = std::env::set_current_dir(tree::root())
        .map_err(anyhow::Error::from)
        .and_then(|()| run(rest));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error:#}");
            ExitCode::from(if error.is::<tree::Absent>() { 2 } else { 1 })
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: cargo xtask COMMAND");
    for (name, help, _) in COMMANDS {
        eprintln!("  {name:12} {help}");
    }
    ExitCode::from(64)
}
