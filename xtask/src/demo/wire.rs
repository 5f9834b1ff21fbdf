//! One HTTP/1.1 request on a connection of its own, byte for byte as the
//! traffic line has it, so that malformed requests go out malformed. Of the
//! headers it changes what a reverse proxy changes: `Connection`, and the end
//! of `X-Forwarded-For`.

use core::fmt::Write as _;
use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context, Result};
use serde_json::Value;

use super::traffic::{Line, Said, names, text};

const PATIENCE: Duration = Duration::from_secs(10);

/// Status, and the decision unless the host answered before the application was asked.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) decision: Option<Decision>,
}

/// The decision as the examples show it in a header.
pub(super) struct Decision {
    pub(super) said: Said,
    /// Ids of the rules in the policy.
    pub(super) rules: Vec<String>,
    /// Version and policy hash.
    pub(super) engine: String,
    /// What `protect` took.
    pub(super) micros: u64,
}

/// Whether an HTTP server answers there.
pub(super) fn answers(address: SocketAddr) -> bool {
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    exchange(address, request).is_ok_and(|response| response.starts_with(b"HTTP/1.1 "))
}

pub(super) fn ask(address: SocketAddr, line: &Line) -> Result<Answer> {
    let response = exchange(address, &request(line))?;
    let response = String::from_utf8_lossy(&response);
    let head = response.split("\r\n\r\n").next().unwrap_or_default();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    let shown = head
        .lines()
        .find_map(|header| header.strip_prefix("x-doorward-decision: "));
    Ok(Answer {
        status: status.with_context(|| format!("found {head:?}, expected an HTTP response"))?,
        decision: shown.map(decision).transpose()?,
    })
}

fn request(line: &Line) -> Vec<u8> {
    let mut out = format!("{} {} HTTP/1.1\r\n", line.method, line.url);
    let mut forwarded = String::new();
    for (name, value) in &line.headers {
        match name.to_ascii_lowercase().as_str() {
            "connection" => {}
            "x-forwarded-for" => forwarded = format!("{value}, "),
            _ => {
                let _ = write!(out, "{name}: {value}\r\n");
            }
        }
    }
    let ip = &line.ip;
    let _ = write!(
        out,
        "X-Forwarded-For: {forwarded}{ip}\r\nConnection: close\r\n\r\n"
    );
    let mut out = out.into_bytes();
    out.extend(line.body.iter().flatten());
    out
}

fn exchange(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // A host may refuse, and hang up, before it read everything.
    let written = stream.write_all(request);
    let mut response = Vec::new();
    let read = stream.read_to_end(&mut response);
    if response.is_empty() {
        written.context("cannot send")?;
        read.context("no answer")?;
    }
    Ok(response)
}

fn decision(header: &str) -> Result<Decision> {
    let value: Value = serde_json::from_str(header)?;
    Ok(Decision {
        said: Said {
            conclusion: text(&value, "conclusion")?,
            code: text(&value, "code")?,
            dry_run: names(value.get("dryRun")),
        },
        rules: names(value.get("rules")),
        engine: text(&value, "engine")?,
        micros: value
            .get("micros")
            .and_then(Value::as_u64)
            .context("micros: expected a number")?,
    })
}
