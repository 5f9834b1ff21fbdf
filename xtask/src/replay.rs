//! `cargo xtask replay`: the same recorded traffic natively, through the npm
//! package's `doorward replay` and through the Python package's. Decision lines,
//! log lines and summaries are the same bytes, and bad input is refused with its
//! place. Wants both packages installed (`make build`).

mod room;

use crate::traffic::generate::traffic;
use crate::tree;
use anyhow::{Context as _, bail, ensure};
use doorward_core::replay::ReplayOptions;
use doorward_core::traffic::har_lines;
use flate2::{Compression, write::GzEncoder};
use room::{Room, SECRET, Said, difference, native};
use std::io::Write as _;

const HOSTS: [(&str, &str); 2] = [
    ("js", "node_modules/.bin/doorward"),
    ("python", ".venv/bin/doorward"),
];
const LINES: usize = 5_000;

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
    refused(&mut all, &policy)?;
    println!(
        "replay everywhere: {LINES} lines, {} comparisons hold",
        all.comparisons
    );
    Ok(())
}

/// Options with every pack, as both packages have them.
fn with_packs() -> anyhow::Result<ReplayOptions> {
    let mut options = ReplayOptions::default();
    for file in std::fs::read_dir(tree::root().join("core/packs"))? {
        let path = file?.path();
        if path.extension().is_some_and(|name| name == "bin") {
            let added = options.packs.add(&std::fs::read(&path)?);
            added.map_err(anyhow::Error::msg)?;
        }
    }
    Ok(options)
}

/// Plain, compressed, in two files, and under the on-call switch.
fn recorded(room: &mut Room, policy: &str, lines: &[u8]) -> anyhow::Result<()> {
    room.write("traffic.jsonl", lines)?;
    let mut zipped = GzEncoder::new(Vec::new(), Compression::fast());
    zipped.write_all(lines)?;
    let zipped = zipped.finish()?;
    room.write("traffic.jsonl.gz", &zipped)?;
    room.write("zipped", &zipped)?;
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
        ..with_packs()?
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
        &["zipped"],
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
        ..with_packs()?
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
    let options = with_packs()?;
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
    let native = native(policy, None, lines, &with_packs()?)?;
    room.write("archive.json", har.as_bytes())?;
    for traffic in ["traffic.har", "archive.json"] {
        room.all_say(&[traffic, "--policy", "policy.json"], &[], &native)?;
    }
    Ok(())
}

/// Bad input: the place, what is wrong and what was expected, and exit code 2;
/// what came before it is decided.
fn refused(room: &mut Room, policy: &str) -> anyhow::Result<()> {
    let good = "{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/\"}\n";
    let label = good.replace('}', ",\"label\":\"\u{202e}\"}");
    let files: [(&str, &[u8]); 7] = [
        ("good.jsonl", good.as_bytes()),
        (
            "broken.jsonl",
            &[good, "\n{\"id\":\"\u{1b}[2J\n"].concat().into_bytes(),
        ),
        ("label.jsonl", label.as_bytes()),
        ("broken.har", b"{\"log\":{}}"),
        ("broken.jsonl.gz", b"\x1f\x8b\x08\x00not deflate"),
        ("unknown.json", b"{\"rules\":[],\"ruless\":[]}"),
        ("broken.json", b"{\"rules\":"),
    ];
    for (name, contents) in files {
        room.write(name, contents)?;
    }
    let decided = native(
        policy,
        None,
        good.lines().map(str::as_bytes),
        &with_packs()?,
    )?;
    for (traffic, policy, more, said) in [
        (
            "broken.jsonl",
            "policy.json",
            &[][..],
            "broken.jsonl:3: not JSON at byte ",
        ),
        (
            "label.jsonl",
            "policy.json",
            &[],
            "label.jsonl:1: label: found ",
        ),
        (
            "broken.har",
            "policy.json",
            &[],
            "broken.har:1: found no log.entries",
        ),
        ("broken.jsonl.gz", "policy.json", &[], "broken.jsonl.gz:1: "),
        ("missing.jsonl", "policy.json", &[], "missing.jsonl:1: "),
        (
            "good.jsonl",
            "unknown.json",
            &[],
            "unknown.json:1: policy: ruless: found an unknown key",
        ),
        ("good.jsonl", "missing.json", &[], "missing.json:1: "),
        ("good.jsonl", "broken.json", &[], "broken.json:1: "),
        (
            "good.jsonl",
            "policy.json",
            &["--against", "unknown.json"],
            "unknown.json:1: ",
        ),
        ("good.jsonl", "policy.json", &["--no-such-option"], ""),
    ] {
        let arguments = [&[traffic, "--policy", policy], more].concat();
        let before = if traffic == "broken.jsonl" {
            &decided.decisions[..]
        } else {
            b""
        };
        room.each_host(&arguments, &[], &|found| {
            ensure!(
                found.code == Some(2),
                "exit code {:?}, expected 2\n{}",
                found.code,
                found.words
            );
            ensure!(
                found.words.starts_with(said),
                "said {:?}, expected {said:?}",
                found.words
            );
            ensure!(!found.words.contains(obeyed), "said {:?}", found.words);
            ensure!(
                found.decisions == before,
                "{}",
                difference(&found.decisions, before)
            );
            Ok(())
        })?;
    }
    Ok(())
}

/// A terminal would obey it.
fn obeyed(c: char) -> bool {
    (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c)
}
