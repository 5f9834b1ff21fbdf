//! `cargo xtask wasm`: the modules that JavaScript hosts load, and their glue.
//!
//! cargo (toolchain by `xtask/wasm-toolchain.sh`) → wasm-bindgen as a library,
//! its version held equal to the crate's by `Cargo.lock` → `wasm-opt` of npm's
//! `binaryen` → `bindings-js/src/wasm/generated/`:
//!
//! - `commands.wasm`, which only the commands load: all that the shell exports;
//! - `doorward.wasm`, the same without what only commands call ([`COMMANDS`]),
//!   for hosts that compile it themselves;
//! - `inline.js`, its bytes as base64, for all others;
//! - `glue.js` and `glue.d.ts`: `instantiate(module)`, a fresh and independent
//!   instance at each call, so that a trapped one can be replaced. The host may
//!   hand in its own `queueMicrotask`, to catch a trap inside a task.
//!
//! The glue is wasm-bindgen's `no-modules` text without its loader, which
//! fetches and tests `instanceof WebAssembly.Module` (false for a module of
//! another realm, as in Next's edge sandbox).
//!
//! The same sources give the same bytes wherever the tree lies. With nothing
//! changed since the last run only cargo is asked.

mod order;

use core::hash::{Hash, Hasher};
use std::hash::DefaultHasher;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wasm_bindgen_cli_support::Bindgen;

use crate::tree;

const TARGET: &str = "wasm32-unknown-unknown";

/// What Node 20, Bun, Deno, workerd and every current browser accept, by name:
/// `--all-features` lets wasm-opt write what some of them reject.
const FEATURES: &[&str] = &[
    "bulk-memory",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
    "simd",
];

/// What exports begin with that only commands call. Without them wasm-opt drops
/// what they alone reach: so one build gives both modules, and what is the same in
/// them is tested in either.
const COMMANDS: &[&str] = &[
    "__wbg_calibrate_",
    "__wbg_replay_",
    "__wbg_scan_",
    "calibrate_",
    "har_lines",
    "replay_",
    "scan_",
];

const WRITTEN: &[&str] = &[
    "commands.wasm",
    "doorward.wasm",
    "glue.d.ts",
    "glue.js",
    "inline.d.ts",
    "inline.js",
];

pub(crate) fn run(_arguments: &[String]) -> Result<()> {
    let out = tree::root().join("bindings-js/src/wasm/generated");
    let compiled = compile()?;
    let key = key(&compiled)?;
    let stamp = out.join(".stamp");
    let fresh = std::fs::read_to_string(&stamp).is_ok_and(|found| found == key);
    if fresh && WRITTEN.iter().all(|name| out.join(name).exists()) {
        return report(&out);
    }
    std::fs::create_dir_all(&out)?;
    let _ = std::fs::remove_file(&stamp);

    let mut bound = Bindgen::new()
        .input_path(&compiled)
        .no_modules(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen")?;
    tree::write(&out.join("glue.js"), glue(bound.js())?)?;
    tree::write(
        &out.join("glue.d.ts"),
        declarations(bound.ts().unwrap_or_default())?,
    )?;

    let module = bound.wasm_mut();
    optimise(&module.emit_wasm(), &compiled, &out.join("commands.wasm"))?;
    let mut ids = Vec::new();
    for export in module.exports.iter() {
        if COMMANDS.iter().any(|name| export.name.starts_with(name)) {
            ids.push(export.id());
        }
    }
    for id in ids {
        module.exports.delete(id);
    }
    let base = out.join("doorward.wasm");
    optimise(&module.emit_wasm(), &compiled, &base)?;
    let text = STANDARD.encode(tree::read(&base)?);
    tree::write(
        &out.join("inline.js"),
        format!("{HEADER}export default \"{text}\";\n"),
    )?;
    tree::write(
        &out.join("inline.d.ts"),
        format!("{HEADER}declare const base64: string;\nexport default base64;\n"),
    )?;
    tree::write(&stamp, key)?;
    report(&out)
}

const HEADER: &str = "// Written by `cargo xtask wasm`.\n";

/// Builds crate `doorward-wasm` and says where the module is.
fn compile() -> Result<PathBuf> {
    let root = tree::root();
    let target_dir = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |path| root.join(path));
    let cargo_home = match (std::env::var("CARGO_HOME"), std::env::var("HOME")) {
        (Ok(path), _) => path,
        (_, home) => format!("{}/.cargo", home.context("no HOME")?),
    };
    let flags = [
        "-Ctarget-feature=+simd128".to_owned(),
        format!("--remap-path-prefix={}=/doorward", root.display()),
        format!("--remap-path-prefix={cargo_home}=/cargo"),
    ];
    tree::run(
        Command::new("bash")
            .args([
                "-c",
                r#"t=$(xtask/wasm-toolchain.sh) && eval "$t" && exec cargo build "$@""#,
            ])
            .args(["cargo", "--quiet", "--locked", "--package", "doorward-wasm"])
            .args(["--target", TARGET, "--profile", "wasm", "--target-dir"])
            .arg(&target_dir)
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
            .current_dir(&root),
    )?;
    Ok(target_dir.join(TARGET).join("wasm/doorward_wasm.wasm"))
}

/// Everything that the written files depend on, as one short text.
fn key(compiled: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    tree::read(compiled)?.hash(&mut hasher);
    tree::read(&tree::root().join("package-lock.json"))?.hash(&mut hasher);
    include_str!("wasm.rs").hash(&mut hasher);
    include_str!("wasm/order.rs").hash(&mut hasher);
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn optimise(bound: &[u8], compiled: &Path, module: &Path) -> Result<()> {
    let between = compiled.with_extension("bound.wasm");
    tree::write(&between, bound)?;
    // no table lies in the lowest kilobyte: it is the far end of the stack
    wasm_opt(&["-O3", "--low-memory-unused"], &between, module)?;
    tree::write(&between, order::named(&tree::read(module)?)?)?;
    let sorted = ["--reorder-functions-by-name", "--strip-debug"];
    wasm_opt(&sorted, &between, module)
}

fn wasm_opt(passes: &[&str], from: &Path, to: &Path) -> Result<()> {
    let wasm_opt = tree::root().join("node_modules/.bin/wasm-opt");
    ensure!(wasm_opt.exists(), "no wasm-opt: run `make setup`");
    tree::run(
        Command::new(wasm_opt)
            .args(passes)
            .args(FEATURES.iter().map(|name| format!("--enable-{name}")))
            .arg(from)
            .arg("-o")
            .arg(to),
    )
}

/// Cuts the loader off wasm-bindgen's text and closes the rest over one instance.
fn glue(text: &str) -> Result<String> {
    let (head, rest) = text
        .split_once("(function(exports) {")
        .context("glue: no opening")?;
    ensure!(
        head.trim() == "let wasm_bindgen =",
        "glue: opens with {head:?}"
    );
    let (_, rest) = rest
        .split_once("location.href).toString();")
        .and_then(|(_, rest)| rest.split_once('}'))
        .context("glue: no script_src")?;
    let (body, _) = rest
        .split_once("async function __wbg_load(")
        .context("glue: no loader")?;
    for foreign in ["script_src", "document", "import.meta", "fetch(", "eval("] {
        ensure!(!body.contains(foreign), "glue: uses {foreign}");
    }
    Ok(format!(
        "{HEADER}export function instantiate(module, queueMicrotask = globalThis.queueMicrotask) {{
const exports = {{ __proto__: null }};
{}
__wbg_finalize_init(new WebAssembly.Instance(module, __wbg_get_imports()), module);
return Object.assign(exports, {{ wasm }});
}}
",
        body.trim()
    ))
}

/// The types of what `instantiate` gives.
fn declarations(text: &str) -> Result<String> {
    let (classes, exports) = text
        .strip_prefix("declare namespace wasm_bindgen {")
        .and_then(|rest| rest.split_once("interface InitOutput {"))
        .context("types: no namespace, or no exports")?;
    let (classes, _) = classes
        .split_once("\ndeclare ")
        .and_then(|(classes, _)| classes.rsplit_once('}'))
        .context("types: namespace unclosed")?;
    let (exports, _) = exports.split_once('}').context("types: exports unclosed")?;
    Ok(format!(
        "{HEADER}declare namespace bindings {{
{}
}}

/** What the instance itself exports: memory, and one function for each bound one. */
export interface Exports {{{exports}}}

export type {{ bindings }};
export type Bindings = typeof bindings & {{ readonly wasm: Exports }};

/** A fresh instance, independent of all others. */
export function instantiate(
  module: WebAssembly.Module,
  queueMicrotask?: (task: () => void) => void,
): Bindings;
",
        classes.trim()
    ))
}

fn report(out: &Path) -> Result<()> {
    for name in ["doorward.wasm", "commands.wasm"] {
        let module = out.join(name);
        let zipped = Command::new("gzip").arg("-9c").arg(&module).output()?;
        ensure!(zipped.status.success(), "gzip: {}", zipped.status);
        println!(
            "{name}: {} bytes, {} with gzip",
            tree::read(&module)?.len(),
            zipped.stdout.len()
        );
    }
    Ok(())
}
