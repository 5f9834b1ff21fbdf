//! `cargo xtask traffic --lines 5000 --seed 1 --out FILE`: varied recorded
//! traffic, the same bytes for the same seed. With the policy in
//! `tests/traffic/everything.json` every reason code occurs that a replay can
//! give; `tests/native/replay.rs` checks that.

// by its path, as `tests/native/replay.rs` takes it, too
#[path = "traffic/generate.rs"]
pub(crate) mod generate;

use anyhow::{Context as _, bail};

pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (mut count, mut seed, mut out) = (5_000_usize, 1_u64, None);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = rest
            .next()
            .with_context(|| format!("{name}: expected a value"))?;
        match name.as_str() {
            "--lines" => count = value.parse().context("--lines: expected a number")?,
            "--seed" => seed = value.parse().context("--seed: expected a number")?,
            "--out" => out = Some(value),
            _ => bail!("found {name}, expected --lines, --seed or --out"),
        }
    }
    let out = out.context("expected --out FILE")?;
    std::fs::write(out, generate::traffic(count, seed)).context(out.clone())?;
    println!("{out}: {count} lines, seed {seed}");
    Ok(())
}
