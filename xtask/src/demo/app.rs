//! An example application in a process of its own, on a free port of loopback.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::wire;
use crate::tree::Absent;

const PATIENCE: Duration = Duration::from_secs(60);
const LOGS: &str = "target/demo";

/// Runs a command until it ends, or standard input does, which it does however
/// the demo ends; signals, which a terminal sends to all of us, are left to that.
const GUARD: &str = "trap '' INT TERM HUP
exec 3<&0
\"$@\" </dev/null 3<&- &
app=$!
(cat <&3 >/dev/null; kill -KILL $app) &
wait $app";

/// A running application; it ends with this value.
pub(super) struct App {
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    log: PathBuf,
    guard: Child,
}

impl App {
    /// `examples/nextjs` and `examples/fastapi`, ready, with or without a rule.
    pub(super) fn start_both(without: Option<&str>) -> Result<(Self, Self)> {
        // Held until both are known, so that they differ.
        let ports = [listener()?, listener()?];
        let [next, fastapi] = [ports[0].local_addr()?, ports[1].local_addr()?];
        drop(ports);
        let mut next = Self::start(
            "next",
            next,
            without,
            &[
                "node_modules/.bin/next",
                "start",
                "examples/nextjs",
                "--hostname",
                "127.0.0.1",
            ],
        )?;
        let mut fastapi = Self::start(
            "fastapi",
            fastapi,
            without,
            &[
                ".venv/bin/uvicorn",
                "main:app",
                "--app-dir",
                "examples/fastapi",
                "--no-proxy-headers",
            ],
        )?;
        next.wait()?;
        fastapi.wait()?;
        Ok((next, fastapi))
    }

    fn start(
        name: &'static str,
        address: SocketAddr,
        without: Option<&str>,
        command: &[&str],
    ) -> Result<Self> {
        let program = Path::new(command.first().copied().unwrap_or_default());
        if !program.exists() {
            return Err(Absent(format!("{} is absent: run `make demo`", program.display())).into());
        }
        fs::create_dir_all(LOGS)?;
        let log = Path::new(LOGS).join(format!("{name}.log"));
        let output = File::create(&log)?;
        let mut guard = Command::new("sh");
        guard
            .args(["-c", GUARD, "sh"])
            .args(command)
            .args(["--port", &address.port().to_string()])
            .env("NEXT_TELEMETRY_DISABLED", "1")
            .env_remove("DOORWARD_MODE")
            .stdin(Stdio::piped())
            .stderr(output.try_clone()?)
            .stdout(output);
        if let Some(rule) = without {
            guard.env("DEMO_WITHOUT", rule);
        }
        let guard = guard
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            name,
            address,
            log,
            guard,
        })
    }

    fn wait(&mut self) -> Result<()> {
        let start = Instant::now();
        while !wire::answers(self.address) {
            if self.guard.try_wait()?.is_some() || start.elapsed() > PATIENCE {
                bail!("{} does not answer\n{}", self.name, self.log());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// What the application wrote.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// On a port below those that the system hands to clients: one of theirs could be
/// a connection's by the time the application starts.
fn listener() -> Result<TcpListener> {
    let process = u16::try_from(std::process::id() % 20_000)?;
    (10_000..32_000)
        .cycle()
        .skip(usize::from(process))
        .take(22_000)
        .find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .context("no port is free")
}

impl Drop for App {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // It ended before if it could not start; then there is nothing to wait for.
        let _ = self.guard.wait();
    }
}
