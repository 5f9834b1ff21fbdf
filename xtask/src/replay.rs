//! `cargo xtask replay`: the same recorded traffic natively, through the npm
//! package's `doorward replay` and through the Python package's. Decision lines,
//! log lines and summaries are the same bytes, and so are the words about bad
//! input. Wants both packages installed (`make build`).

use crate::traffic::generate::traffic;
use crate::tree;
use anyhow::{Context as _, bail, ensure};
use doorward_core::replay::{Pushed, Replay, ReplayOptions};
use doorward_core::traffic::har_lines;
use flate2::{Compression, write::GzEncoder};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const HOSTS: [(&str, &str); 2] = [
    ("js", "node_modules/.bin/doorward"),
    ("python", ".venv/bin/doorward"),
];
/// What a host does not refuse as it should yet, and why. One that is listed
/// and refused is an error, too.
const EXPECTED_FAILURES: [(&str, &str, &str); 1] = [(
    "python",
    "broken.jsonl.gz",
    "__main__.py catches OSError and EOFError of a broken file, not zlib.error",
)];
const LINES: usize = 5_000;
const SECRET: &str = "correct horse battery staple";

/// What one run says.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    code: Option<i32>,
    decisions: Vec<u8>,
    log: Vec<u8>,
    words: String,
}

struct Room {
    folder: PathBuf,
    hosts: Vec<(&'static str, PathBuf)>,
    comparisons: usize,
}

pub(crate) fn run(_: &[String]) -> anyhow::Result<()> {
    let root = tree::root();
    let hosts = HOSTS.map(|(name, path)| (name, root.join(path)));
    for (_, path) in &hosts {
        if !path.exists() {
            bail!(tree::Absent(format!(
                "no {}: `make build` first",
                path.display()
            )));
        }
    }
    let folder = root.join("target/replay");
    std::fs::create_dir_all(&folder)?;
    let mut all = Room {
        folder,
        hosts: hosts.into(),
        comparisons: 0,
    };
    let policy = std::fs::read_to_string("tests/traffic/everything.json")?;
    all.write("policy.json", policy.as_bytes())?;
    let lines = traffic(LINES, 1);
    recorded(&mut all, &policy, &lines)?;
    compared(&mut all, &policy, &lines)?;
    archived(&mut all, &policy)?;
    refused(&mut all)?;
    println!(
        "replay everywhere: {LINES} lines, {} comparisons hold",
        all.comparisons
    );
    Ok(())
}

/// Plain, compressed, in two files, and under the on-call switch.
fn recorded(room: &mut Room, policy: &str, lines: &[u8]) -> anyhow::Result<()> {
    room.write("traffic.jsonl", lines)?;
    let mut zipped = GzEncoder::new(Vec::new(), Compression::fast());
    zipped.write_all(lines)?;
    room.write("traffic.jsonl.gz", &zipped.finish()?)?;
    let middle = lines
        .iter()
        .take(lines.len() / 2)
        .rposition(|byte| *byte == b'\n');
    let (first, second) = lines.split_at(middle.context("lines")?.saturating_add(1));
    room.write("first.jsonl", first)?;
    // no newline at the end, and blank lines between
    room.write(
        "second.jsonl",
        &[b"\n \r\n", second.trim_ascii_end()].concat(),
    )?;

    let options = ReplayOptions {
        log_secret: Some(SECRET.into()),
        ..ReplayOptions::default()
    };
    let native = native(policy, None, lines.split(|byte| *byte == b'\n'), &options)?;
    let files = [
        "--policy",
        "policy.json",
        "--out",
        "out.jsonl",
        "--log",
        "log.jsonl",
    ];
    for traffic in [
        &["traffic.jsonl"][..],
        &["traffic.jsonl.gz"],
        &["first.jsonl", "second.jsonl"],
    ] {
        room.all_say(&[traffic, &files].concat(), &[], &native)?;
    }
    let native = Said {
        log: Vec::new(),
        ..native
    };
    room.all_say(&["traffic.jsonl", "--policy", "policy.json"], &[], &native)?;

    let options = ReplayOptions {
        dry_run: true,
        ..ReplayOptions::default()
    };
    let native = self::native(policy, None, lines.split(|byte| *byte == b'\n'), &options)?;
    let environment = [("DOORWARD_MODE", "DRY_RUN")];
    room.all_say(
        &["--policy", "policy.json", "traffic.jsonl"],
        &environment,
        &native,
    )
}

/// A second policy beside the first.
fn compared(room: &mut Room, policy: &str, lines: &[u8]) -> anyhow::Result<()> {
    let other = policy.replace("DRY_RUN", "LIVE");
    room.write("other.json", other.as_bytes())?;
    let options = ReplayOptions::default();
    let native = native(
        policy,
        Some(&other),
        lines.split(|byte| *byte == b'\n'),
        &options,
    )?;
    ensure!(
        native.words.contains("requests differ"),
        "the summary compares nothing"
    );
    room.all_say(
        &[
            "traffic.jsonl",
            "--policy",
            "policy.json",
            "--against",
            "other.json",
        ],
        &[],
        &native,
    )
}

/// A HAR file.
fn archived(room: &mut Room, policy: &str) -> anyhow::Result<()> {
    let har = serde_json::json!({"log": {"version": "1.2", "entries": [
        {"startedDateTime": "2027-01-15T08:00:00.250Z", "request": {
            "method": "GET", "url": "https://shop.example/search?q=%3Cscript%3E",
            "headers": [{"name": ":authority", "value": "shop.example"}, {"name": "User-Agent", "value": "curl/8.5.0"}]}},
        {"startedDateTime": "2027-01-15T09:00:01+01:00", "request": {
            "method": "POST", "url": "https://shop.example/api/login", "headers": [],
            "postData": {"mimeType": "application/json", "text": "{\"user\":\"zażółć\"}"}}},
    ]}})
    .to_string();
    room.write("traffic.har", har.as_bytes())?;
    let lines = har_lines(har.as_bytes()).map_err(anyhow::Error::msg)?;
    let lines = lines.iter().map(String::as_bytes);
    let native = native(policy, None, lines, &ReplayOptions::default())?;
    room.all_say(&["traffic.har", "--policy", "policy.json"], &[], &native)
}

/// Bad input: the place, what is wrong and what was expected, and exit code 2.
fn refused(room: &mut Room) -> anyhow::Result<()> {
    let good = "{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/\"}\n";
    room.write("good.jsonl", good.as_bytes())?;
    room.write(
        "broken.jsonl",
        format!("{good}\n{{\"id\":\"\u{1b}[2J\n").as_bytes(),
    )?;
    room.write(
        "label.jsonl",
        good.replace('}', ",\"label\":\"\u{202e}\"}").as_bytes(),
    )?;
    room.write("broken.har", b"{\"log\":{}}")?;
    room.write("broken.jsonl.gz", b"\x1f\x8b\x08\x00not deflate")?;
    room.write("unknown.json", b"{\"rules\":[],\"ruless\":[]}")?;
    room.write("broken.json", b"{\"rules\":")?;
    let with = |traffic: &'static str, policy: &'static str| vec![traffic, "--policy", policy];
    for (arguments, place) in [
        (
            with("broken.jsonl", "policy.json"),
            "broken.jsonl:3: not JSON at byte ",
        ),
        (
            with("label.jsonl", "policy.json"),
            "label.jsonl:1: label: found ",
        ),
        (
            with("good.jsonl", "unknown.json"),
            "unknown.json:1: policy: ruless: found an unknown key",
        ),
        (
            with("broken.har", "policy.json"),
            "broken.har:1: found no log.entries",
        ),
        (
            with("broken.jsonl.gz", "policy.json"),
            "broken.jsonl.gz:1: ",
        ),
        (with("missing.jsonl", "policy.json"), "missing.jsonl:1: "),
        (with("good.jsonl", "missing.json"), "missing.json:1: "),
        (with("good.jsonl", "broken.json"), "broken.json:1: "),
        (
            [
                with("good.jsonl", "policy.json"),
                vec!["--against", "unknown.json"],
            ]
            .concat(),
            "unknown.json:1: ",
        ),
        (vec!["good.jsonl"], ""),
        (
            vec!["good.jsonl", "--policy", "policy.json", "--no-such-option"],
            "",
        ),
    ] {
        for (name, path) in &room.hosts {
            let said = room.say(path, &arguments, &[])?;
            let hidden =
                |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            let right = said.code == Some(2)
                && said.words.starts_with(place)
                && !said.words.contains(hidden);
            let listed = EXPECTED_FAILURES
                .iter()
                .any(|(host, file, _)| host == name && arguments.first() == Some(file));
            ensure!(
                right || listed,
                "{name} {arguments:?}: expected {place:?}, nothing hidden, and exit code 2\n{said:?}"
            );
            ensure!(
                !(right && listed),
                "{name} {arguments:?}: listed as failing, is refused"
            );
        }
        room.comparisons += room.hosts.len();
    }
    Ok(())
}

fn native<'l>(
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
    fn write(&self, name: &str, contents: &[u8]) -> anyhow::Result<()> {
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
    fn all_say(
        &mut self,
        arguments: &[&str],
        environment: &[(&str, &str)],
        native: &Said,
    ) -> anyhow::Result<()> {
        for (name, path) in &self.hosts {
            let said = self.say(path, arguments, environment)?;
            ensure!(
                said.code == native.code && said.words == native.words,
                "{name} {arguments:?}: exit code {:?}\n{}\nexpected {:?}\n{}",
                said.code,
                said.words,
                native.code,
                native.words
            );
            for (what, found, wanted) in [
                ("decisions", &said.decisions, &native.decisions),
                ("log", &said.log, &native.log),
            ] {
                ensure!(
                    found == wanted,
                    "{name} {arguments:?}: {what}\n{}",
                    difference(found, wanted)
                );
            }
            self.comparisons += 1;
        }
        Ok(())
    }
}

/// The first line that differs.
fn difference(found: &[u8], wanted: &[u8]) -> String {
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
