//! Where the commands run, what they say, and whether it is what the core says.

use anyhow::{Context as _, bail, ensure};
use doorward_core::replay::{Pushed, Replay, ReplayOptions};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Under which identities in logs are hashed.
pub(super) const SECRET: &str = "correct horse battery staple";

/// What one run says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) decisions: Vec<u8>,
    pub(super) log: Vec<u8>,
    pub(super) words: String,
}

pub(super) struct Room {
    pub(super) folder: PathBuf,
    pub(super) hosts: Vec<(&'static str, PathBuf)>,
    pub(super) comparisons: usize,
}

pub(super) fn native<'l>(
    policy: &str,
    against: Option<&str>,
    lines: impl Iterator<Item = &'l [u8]>,
    options: &ReplayOptions,
) -> anyhow::Result<Said> {
    let mut replay = Replay::new(policy, against, options)?;
    let (mut decisions, mut log) = (String::new(), String::new());
    for line in lines {
        match replay
            .push("traffic", line, None)
            .map_err(anyhow::Error::msg)?
        {
            None => {}
            Some(Pushed::Needs(needs)) => bail!("asked for {needs}"),
            Some(Pushed::Decided {
                decision,
                log: entry,
            }) => {
                decisions.extend([decision.as_str(), "\n"]);
                log.extend(entry.iter().flat_map(|entry| [entry.as_str(), "\n"]));
            }
        }
    }
    let words = replay.summary(&mut []);
    Ok(Said {
        code: Some(0),
        decisions: decisions.into(),
        log: log.into(),
        words,
    })
}

impl Room {
    pub(super) fn write(&self, name: &str, contents: &[u8]) -> anyhow::Result<()> {
        std::fs::write(self.folder.join(name), contents).with_context(|| name.to_owned())
    }

    /// Runs a host's command in the folder; `--out` and `--log` count as said.
    fn say(
        &self,
        path: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> anyhow::Result<Said> {
        let file = |option: &str| {
            let at = arguments.iter().position(|argument| *argument == option);
            at.and_then(|at| arguments.get(at.saturating_add(1)))
                .map(|name| self.folder.join(name))
        };
        // what an earlier host wrote is not this one's
        for written in ["--out", "--log"].into_iter().filter_map(file) {
            if written.exists() {
                std::fs::remove_file(written)?;
            }
        }
        let output = Command::new(path)
            .arg("replay")
            .args(arguments)
            .current_dir(&self.folder)
            .env_remove("DOORWARD_MODE")
            .env("DOORWARD_SECRET", SECRET)
            .envs(environment.iter().copied())
            .output()
            .with_context(|| path.display().to_string())?;
        let decisions = match file("--out") {
            Some(file) => [output.stdout, std::fs::read(file)?].concat(),
            None => output.stdout,
        };
        let log = file("--log")
            .map(std::fs::read)
            .transpose()?
            .unwrap_or_default();
        // how long it took is the machine's
        let words = String::from_utf8_lossy(&output.stderr)
            .lines()
            .filter(|line| !line.starts_with("p50 "))
            .flat_map(|line| [line, "\n"])
            .collect();
        Ok(Said {
            code: output.status.code(),
            decisions,
            log,
            words,
        })
    }

    /// Every host says what the core says.
    pub(super) fn all_say(
        &mut self,
        arguments: &[&str],
        environment: &[(&str, &str)],
        native: &Said,
    ) -> anyhow::Result<()> {
        self.each_host(arguments, environment, &|found| {
            ensure!(
                found.code == native.code && found.words == native.words,
                "exit code {:?}\n{}\nexpected {:?}\n{}",
                found.code,
                found.words,
                native.code,
                native.words
            );
            for (what, found, wanted) in [
                ("decisions", &found.decisions, &native.decisions),
                ("log", &found.log, &native.log),
            ] {
                ensure!(found == wanted, "{what}\n{}", difference(found, wanted));
            }
            Ok(())
        })
    }

    /// What each host says holds, or is known not to.
    pub(super) fn each_host(
        &mut self,
        arguments: &[&str],
        environment: &[(&str, &str)],
        holds: &dyn Fn(&Said) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        for (name, path) in &self.hosts {
            let outcome = self
                .say(path, arguments, environment)
                .and_then(|said| holds(&said));
            outcome.with_context(|| format!("{name} {arguments:?}"))?;
            self.comparisons += 1;
        }
        Ok(())
    }
}

/// The first line that differs.
pub(super) fn difference(found: &[u8], wanted: &[u8]) -> String {
    let (mut found, mut wanted) = (found.split(|b| *b == b'\n'), wanted.split(|b| *b == b'\n'));
    for number in 1_usize.. {
        let pair = (found.next(), wanted.next());
        if pair.0 != pair.1 || pair.0.is_none() {
            let text = |line: Option<&[u8]>| {
                line.map_or("nothing".into(), |line| {
                    String::from_utf8_lossy(line).into_owned()
                })
            };
            return format!(
                "line {number}\n   found {}\nexpected {}",
                text(pair.0),
                text(pair.1)
            );
        }
    }
    String::new()
}
