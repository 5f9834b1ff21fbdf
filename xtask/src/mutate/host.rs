//! The application under test, a process of its own that ends with its
//! standard input, however this one does.

use core::net::{Ipv4Addr, SocketAddr};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use super::FOUND;
use crate::tree::Absent;

/// An application: how it is started, and what `make` has to have built.
pub(super) struct Kind {
    pub(super) name: &'static str,
    command: &'static [&'static str],
}

pub(super) const HOSTS: [Kind; 2] = [
    Kind {
        name: "express",
        // Express parses absolute targets with a function that Node gives up
        command: &[
            "node",
            "--disable-warning=DEP0170",
            "tests/mutated/express.mjs",
        ],
    },
    Kind {
        name: "fastapi",
        command: &[".venv/bin/python", "tests/mutated/fastapi_app.py"],
    },
];

/// A running application.
pub(super) struct Host {
    pub(super) kind: &'static Kind,
    pub(super) address: SocketAddr,
    process: Child,
    errors: PathBuf,
}

impl Host {
    /// Starts it and waits for its port.
    pub(super) fn start(kind: &'static Kind) -> Result<Self> {
        let (program, arguments) = kind.command.split_first().context("a command")?;
        if program.contains('/') && !Path::new(program).exists() {
            return Err(Absent(format!("{program} is absent: run `make build`")).into());
        }
        fs::create_dir_all(FOUND)?;
        let errors = Path::new(FOUND).join(format!("{}.stderr", kind.name));
        let mut process = Command::new(program)
            .args(arguments)
            .env("NODE_ENV", "production")
            .env_remove("DOORWARD_MODE")
            .env_remove("DOORWARD_SECRET")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&errors)?)
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let mut host = Self {
            kind,
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            process,
            errors,
        };
        let port = line.trim().parse().with_context(|| {
            format!(
                "{}: found {line:?}, expected a port\n{}",
                kind.name,
                host.errors()
            )
        })?;
        host.address.set_port(port);
        Ok(host)
    }

    /// Its resident memory in kilobytes; `None` if it is gone.
    pub(super) fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    }

    /// What it wrote to standard error.
    pub(super) fn errors(&self) -> String {
        fs::read_to_string(&self.errors).unwrap_or_default()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
