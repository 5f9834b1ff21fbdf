//! `cargo xtask sbom`: what is in the two packages, as `CycloneDX` 1.5 in `dist/`.
//!
//! - `doorward-npm.cdx.json`: the npm package, with the crates in its module;
//! - `doorward-wheel.cdx.json`: the wheel, with the crates in its library;
//! - `doorward-core.cdx.json`: the core alone.
//!
//! Crates are those that are compiled in: what builds or expands code stays on
//! the machine that builds. No time and no serial number, so the same sources
//! give the same bytes. `npm sbom` is no help here: it refuses a workspace
//! whose root has no version, and knows nothing of a module's crates.
//!
//! Before that both packages in `dist/` are looked at: a runtime dependency or a
//! script that runs at installation is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::tree;

const WASM: &str = "wasm32-unknown-unknown";
const LINUX: &str = "x86_64-unknown-linux-gnu";

/// Keys of a package.json that make npm install something else.
const FOREIGN: [&str; 5] = [
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
    "bundleDependencies",
    "bundledDependencies",
];

/// Scripts that npm runs where the package is installed.
const AT_INSTALL: [&str; 4] = ["preinstall", "install", "postinstall", "prepare"];

pub(crate) fn run(_arguments: &[String]) -> Result<()> {
    npm_stands_alone()?;
    wheel_stands_alone()?;
    let version = env!("CARGO_PKG_VERSION");
    let of = |kind: &str, name: &str| {
        json!({
            "type": kind,
            "bom-ref": format!("pkg:{name}@{version}"),
            "name": "doorward",
            "version": version,
            "licenses": [{"expression": "MIT OR Apache-2.0"}],
            "purl": format!("pkg:{name}@{version}"),
        })
    };
    let wasm = Crates::read(WASM)?;
    let linux = Crates::read(LINUX)?;
    wasm.write("npm", Some(of("library", "npm/doorward")), "doorward-wasm")?;
    linux.write("wheel", Some(of("library", "pypi/doorward")), "doorward-py")?;
    linux.write("core", None, "doorward-core")
}

/// The npm package needs no other one and runs nothing at installation.
fn npm_stands_alone() -> Result<()> {
    let tarball = built("tgz")?;
    let text = output(
        Command::new("tar")
            .arg("-xOzf")
            .arg(&tarball)
            .arg("package/package.json"),
    )?;
    let manifest: Value = serde_json::from_slice(&text)?;
    for key in FOREIGN {
        let count = match manifest.get(key) {
            Some(Value::Object(members)) => members.len(),
            Some(Value::Array(members)) => members.len(),
            _ => 0,
        };
        ensure!(count == 0, "{}: {key} is not empty", tarball.display());
    }
    for name in AT_INSTALL {
        let script = manifest
            .get("scripts")
            .and_then(|scripts| scripts.get(name));
        ensure!(
            script.is_none(),
            "{}: has the script {name}",
            tarball.display()
        );
    }
    println!("{}: no dependencies, no install scripts", tarball.display());
    Ok(())
}

/// The wheel needs no other one; wheels run nothing at installation.
fn wheel_stands_alone() -> Result<()> {
    const READ: &str = "import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
name = next(n for n in wheel.namelist() if n.endswith('.dist-info/METADATA'))
sys.stdout.buffer.write(wheel.read(name))";
    let wheel = built("whl")?;
    let text = output(Command::new("python3").args(["-c", READ]).arg(&wheel))?;
    let text = String::from_utf8(text)?;
    ensure!(
        text.contains("\nName: doorward\n"),
        "{}: no metadata",
        wheel.display()
    );
    // what an extra asks for is the application's to install
    let needed = text
        .lines()
        .find(|line| line.starts_with("Requires-Dist:") && !line.contains("extra =="));
    ensure!(
        needed.is_none(),
        "{}: {}",
        wheel.display(),
        needed.unwrap_or_default()
    );
    println!("{}: no dependencies", wheel.display());
    Ok(())
}

/// The one file of this kind in `dist/`.
fn built(ending: &str) -> Result<PathBuf> {
    let found = std::fs::read_dir("dist").ok().into_iter().flatten();
    let path = found
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|found| found == ending));
    path.ok_or_else(|| tree::Absent(format!("no dist/*.{ending}: run `make build`")).into())
}

fn output(command: &mut Command) -> Result<Vec<u8>> {
    let done = command
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    ensure!(
        done.status.success(),
        "{} from {command:?}: {}",
        done.status,
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(done.stdout)
}

/// The crates that a platform compiles in, by the id that cargo gives them.
struct Crates {
    packages: BTreeMap<String, Value>,
    needs: BTreeMap<String, Vec<String>>,
    /// SHA-256 by name and version, of Cargo.lock.
    hashes: BTreeMap<(String, String), String>,
}

impl Crates {
    fn read(platform: &str) -> Result<Self> {
        let text = output(
            Command::new("cargo")
                .args(["metadata", "--format-version", "1", "--locked"])
                .args(["--filter-platform", platform]),
        )?;
        let metadata: Value = serde_json::from_slice(&text)?;
        let list = |value: &Value, name: &str| {
            value
                .get(name)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let mut packages = BTreeMap::new();
        for package in list(&metadata, "packages") {
            packages.insert(text_of(&package, "id")?, package);
        }
        let mut needs = BTreeMap::new();
        let nodes = metadata.get("resolve").context("resolve: expected")?;
        for node in list(nodes, "nodes") {
            let compiled_in = |need: &Value| -> Option<String> {
                let id = need.get("pkg")?.as_str()?;
                let normal = list(need, "dep_kinds")
                    .iter()
                    .any(|kind| kind.get("kind").is_some_and(Value::is_null));
                let expands = list(packages.get(id)?, "targets")
                    .iter()
                    .any(|target| list(target, "kind").iter().any(|kind| kind == "proc-macro"));
                (normal && !expands).then(|| id.to_owned())
            };
            let needed = list(&node, "deps").iter().filter_map(compiled_in).collect();
            needs.insert(text_of(&node, "id")?, needed);
        }
        Ok(Self {
            packages,
            needs,
            hashes: hashes()?,
        })
    }

    /// Writes what is in the crate `name`, or in the package made of it.
    fn write(&self, file: &str, package: Option<Value>, name: &str) -> Result<()> {
        let is = |package: &Value| package.get("name").and_then(Value::as_str) == Some(name);
        let root = self.packages.iter().find(|(_, package)| is(package));
        let (root, _) = root.with_context(|| format!("no crate {name}"))?;
        let (mut inside, mut next) = (BTreeSet::new(), vec![root.clone()]);
        while let Some(id) = next.pop() {
            if inside.insert(id.clone()) {
                next.extend(self.needs.get(&id).into_iter().flatten().cloned());
            }
        }
        let mut dependencies = Vec::new();
        let mut components = Vec::new();
        let top = match package {
            Some(package) => {
                let (package_ref, root_ref) = (text_of(&package, "bom-ref")?, self.purl(root)?);
                dependencies.push(json!({"ref": package_ref, "dependsOn": [root_ref]}));
                components.push(self.component(root)?);
                package
            }
            None => self.component(root)?,
        };
        for id in &inside {
            if id != root {
                components.push(self.component(id)?);
            }
            let needs = self.needs.get(id).into_iter().flatten();
            let mut needs = needs.map(|id| self.purl(id)).collect::<Result<Vec<_>>>()?;
            needs.sort();
            dependencies.push(json!({"ref": self.purl(id)?, "dependsOn": needs}));
        }
        components.sort_by_key(|component| component.get("purl").map(Value::to_string));
        dependencies.sort_by_key(|dependency| dependency.get("ref").map(Value::to_string));
        let document = json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {"component": top},
            "components": components,
            "dependencies": dependencies,
        });
        let path = Path::new("dist").join(format!("doorward-{file}.cdx.json"));
        tree::write(&path, format!("{document:#}\n"))?;
        println!("{}: {} crates", path.display(), inside.len());
        Ok(())
    }

    fn purl(&self, id: &str) -> Result<String> {
        let package = self
            .packages
            .get(id)
            .with_context(|| format!("no crate {id}"))?;
        Ok(format!(
            "pkg:cargo/{}@{}",
            text_of(package, "name")?,
            text_of(package, "version")?
        ))
    }

    fn component(&self, id: &str) -> Result<Value> {
        let package = self
            .packages
            .get(id)
            .with_context(|| format!("no crate {id}"))?;
        let (name, version) = (text_of(package, "name")?, text_of(package, "version")?);
        let purl = self.purl(id)?;
        // `MIT/Apache-2.0` is how it was written once
        let license = text_of(package, "license")?.replace('/', " OR ");
        let mut component = json!({
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "licenses": [{"expression": license}],
            "purl": purl,
        });
        if let (Some(hash), Some(members)) =
            (self.hashes.get(&(name, version)), component.as_object_mut())
        {
            members.insert(
                "hashes".to_owned(),
                json!([{"alg": "SHA-256", "content": hash}]),
            );
        }
        Ok(component)
    }
}

fn text_of(value: &Value, name: &str) -> Result<String> {
    let text = value.get(name).and_then(Value::as_str);
    Ok(text
        .with_context(|| format!("{name}: expected text"))?
        .to_owned())
}

/// The checksums of Cargo.lock.
fn hashes() -> Result<BTreeMap<(String, String), String>> {
    let lock = String::from_utf8(tree::read(Path::new("Cargo.lock"))?)?;
    let mut out = BTreeMap::new();
    for block in lock.split("[[package]]") {
        let field = |name: &str| {
            let mut lines = block.lines().filter_map(|line| line.split_once(" = "));
            lines
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.trim_matches('"').to_owned())
        };
        if let (Some(name), Some(version), Some(hash)) =
            (field("name"), field("version"), field("checksum"))
        {
            out.insert((name, version), hash);
        }
    }
    ensure!(!out.is_empty(), "Cargo.lock: no checksums");
    Ok(out)
}
