//! `cargo xtask eval email`: what `validateEmail` makes of labelled addresses
//! and domains, under the defaults of a sign-up form, beside email-validator,
//! validator.js and mailchecker (`xtask/peers/addresses.py`, which installs them).
//!
//! Syntax: `valid` and `valid-utf8` shall be accepted. Everything else shall be
//! refused: `invalid`, `deprecated` and `not-for-smtp` because no mail system
//! delivers there, `valid-unusual` (quoted local parts, address literals)
//! and `policy-*` (display names, no top-level domain, reserved domains)
//! because nobody signs up with them; validators of forms do the same.
//!
//! Disposable domains are looked up in a pack built without the list that they
//! are taken from, free providers in packs built without a fifth of them, so
//! the figures say what is found that no list named. What the whole pack says
//! of its own lists follows.

#![allow(
    clippy::indexing_slicing,
    reason = "a development tool: an index that is wrong shall stop it"
)]

use crate::email_data::{Sources, ascii, rows, text};
use doorward_core::text::email::data::EmailData;
use doorward_core::text::email::{self, Accept, Invalid};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const SCRIPT: &str = "xtask/peers/addresses.py";
/// The script's exit code where the peers cannot be installed.
const ABSENT: i32 = 2;
const FOLDS: usize = 5;

/// Runs the command.
///
/// # Errors
/// What could not be read.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let [folder] = args else {
        return Err("one argument is expected: the folder of e-mail data".into());
    };
    let peers = peers(folder)?;
    syntax(folder, &peers)?;
    let sources = Sources::read(folder)?;
    disposable(folder, &sources, &peers)?;
    free(&sources)?;
    typing(folder, &sources)?;
    made_up(&sources)
}

fn percent(part: usize, all: usize) -> String {
    let per_myriad = (part * 20_000 / all.max(1)).div_ceil(2);
    format!(
        "{part}/{all}, {}.{:02} %",
        per_myriad / 100,
        per_myriad % 100
    )
}

fn peers(folder: &str) -> Result<Value, String> {
    let run = Command::new("python3").args([SCRIPT, folder]).output();
    let said = run.map_err(|error| format!("{SCRIPT}: {error}"))?;
    match said.status.code() {
        Some(0) => serde_json::from_slice(&said.stdout).map_err(|e| format!("{SCRIPT}: {e}")),
        // `make eval` goes on without them
        Some(ABSENT) => {
            println!(
                "(peers left out: {})",
                String::from_utf8_lossy(&said.stderr).trim()
            );
            Ok(Value::Null)
        }
        _ => Err(format!("{SCRIPT}: {}", said.status)),
    }
}

fn syntax(folder: &str, peers: &Value) -> Result<(), String> {
    let cases = rows(&format!("{folder}/syntax.jsonl.gz"))?;
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut breaking = 0;
    for row in &cases {
        let (address, expected) = (text(row, "address"), text(row, "expected"));
        let verdict = email::parse(address.as_bytes(), Accept::default());
        let agrees = accepted(row) == verdict.is_ok();
        let cell = table.entry(expected).or_default();
        cell.0 += usize::from(agrees);
        cell.1 += 1;
        breaking += usize::from(verdict.is_ok() && address.chars().any(char::is_control));
        if !agrees {
            let said = verdict.map_or_else(Invalid::word, |_| "accepted");
            println!(
                "  {expected}, but {said}: {address:?} ({})",
                text(row, "detail")
            );
        }
    }
    for (expected, (right, all)) in &table {
        println!("  {expected:<24} {right:>3}/{all}");
    }
    let right = table.values().map(|(right, _)| right).sum();
    println!("syntax, agreement: {}", percent(right, cases.len()));
    println!("  addresses with a control character accepted: {breaking}");
    for (peer, said) in peers.as_object().into_iter().flatten() {
        let said = said.get("accepts").and_then(Value::as_array);
        let both = cases.iter().zip(said.into_iter().flatten());
        let agree = both.filter(|(row, said)| said.as_bool() == Some(accepted(row)));
        println!("  {peer:<24} {}", percent(agree.count(), cases.len()));
    }
    Ok(())
}

fn accepted(row: &Value) -> bool {
    matches!(text(row, "expected"), "valid" | "valid-utf8")
}

/// Each list in a pack of the others; then all lists in the whole pack.
fn disposable(folder: &str, sources: &Sources, peers: &Value) -> Result<(), String> {
    let listed = rows(&format!("{folder}/disposable-domains.jsonl.gz"))?;
    let on = |row: &Value, lists: &[&str]| {
        let names = row.get("lists").and_then(Value::as_array);
        names
            .into_iter()
            .flatten()
            .any(|name| name.as_str().is_some_and(|name| lists.contains(&name)))
    };
    println!("disposable domains that a list names, in a pack of the other lists:");
    // dedjs is nearly a part of pypi: the two are one source
    for (name, out, others) in [
        ("pypi and dedjs", &["pypi", "dedjs"][..], &["npm"][..]),
        ("npm", &["npm"], &["pypi", "dedjs"]),
    ] {
        let rest = listed.iter().filter(|row| on(row, others));
        let mut left = sources.clone();
        left.disposable = rest.map(|row| ascii(text(row, "domain"))).collect();
        let body = left.body()?;
        let data = EmailData::parse(&body).ok_or("no pack")?;
        let (mut found, mut new, mut all) = (0, 0, 0);
        for row in listed.iter().filter(|row| on(row, out)) {
            let domain = ascii(text(row, "domain"));
            all += 1;
            if data.is_disposable(&domain) {
                found += 1;
                new += usize::from(!left.disposable.contains(&domain));
            }
        }
        println!(
            "  {name:<24} {}; {new} of them on no list",
            percent(found, all)
        );
    }
    let body = sources.body()?;
    let data = EmailData::parse(&body).ok_or("no pack")?;
    let domains: Vec<String> = listed
        .iter()
        .map(|row| ascii(text(row, "domain")))
        .collect();
    let found = domains
        .iter()
        .filter(|domain| data.is_disposable(domain))
        .count();
    println!(
        "all lists, in the whole pack: {}",
        percent(found, domains.len())
    );
    let said = peers
        .get("mailchecker")
        .and_then(|peer| peer.get("disposable"));
    if let Some(said) = said {
        let says = |domain: &str| said.get(domain).and_then(Value::as_bool) == Some(true);
        let found = listed
            .iter()
            .filter(|row| says(text(row, "domain")))
            .count();
        println!("  {:<24} {}", "mailchecker", percent(found, listed.len()));
        let wrong = sources.free.iter().filter(|domain| says(domain)).count();
        println!(
            "  {:<24} {}",
            "mailchecker, of providers",
            percent(wrong, sources.free.len())
        );
    }
    let names = (0..300_000).map(|n| format!("{}{}.com", word(n), word(n / 7 + 13)));
    let strangers: BTreeSet<String> = names
        .filter(|name| !sources.disposable.contains(name))
        .collect();
    let wrong = strangers.iter().filter(|name| data.is_listed(name)).count();
    println!(
        "  made-up .com names that collide with a listed one: {}",
        percent(wrong, strangers.len())
    );
    Ok(())
}

/// Syllables in a row: a name that nobody has.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 24] = [
        "ba", "re", "mi", "to", "lu", "sen", "kor", "dal", "fin", "gra", "hol", "jun", "ket",
        "lor", "mar", "nev", "pol", "ris", "sta", "tur", "vel", "wes", "zan", "qui",
    ];
    let mut out = String::new();
    let mut rest = number.wrapping_mul(2_654_435_761);
    for _ in 0..3 {
        out.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    out
}

/// Providers that the pack does not know.
fn free(sources: &Sources) -> Result<(), String> {
    let all: Vec<&String> = sources.free.iter().collect();
    let (mut wrong, mut named) = (0, Vec::new());
    for fold in 0..FOLDS {
        let (held, known): (Vec<_>, Vec<_>) = all
            .iter()
            .enumerate()
            .partition(|(at, _)| at % FOLDS == fold);
        let mut left = sources.clone();
        left.free = known.into_iter().map(|(_, name)| (*name).clone()).collect();
        let body = left.body()?;
        let data = EmailData::parse(&body).ok_or("no pack")?;
        for (_, name) in held {
            if data.is_disposable(name) {
                wrong += 1;
                named.push(name.as_str());
            }
        }
    }
    println!(
        "free providers called disposable, in packs without them: {}",
        percent(wrong, all.len())
    );
    println!("  {}", named.join(" "));
    let body = sources.body()?;
    let data = EmailData::parse(&body).ok_or("no pack")?;
    let wrong = all.iter().filter(|name| data.is_disposable(name)).count();
    println!("  in the whole pack: {}", percent(wrong, all.len()));
    Ok(())
}

fn typing(folder: &str, sources: &Sources) -> Result<(), String> {
    let body = sources.body()?;
    let data = EmailData::parse(&body).ok_or("no pack")?;
    let slips = rows(&format!("{folder}/typo-domains.jsonl.gz"))?;
    let real = |row: &&Value| row.get("in_any_list").and_then(Value::as_bool) == Some(true);
    let (real, slips): (Vec<&Value>, Vec<&Value>) = slips.iter().partition(real);
    let meant = |row: &Value| data.meant(text(row, "domain"));
    let right = slips
        .iter()
        .filter(|row| meant(row) == Some(text(row, "suggest")));
    let other = slips
        .iter()
        .filter(|row| meant(row).is_some_and(|m| m != text(row, "suggest")));
    println!(
        "slips of the keyboard: right {}, another provider {}",
        percent(right.count(), slips.len()),
        other.count()
    );
    let wrong = real.iter().filter(|row| meant(row).is_some()).count();
    println!(
        "  real domains taken for one: {}",
        percent(wrong, real.len())
    );
    let of_lists = sources.free.iter().chain(&sources.disposable);
    let wrong = of_lists.filter(|name| data.meant(name).is_some()).count();
    println!("  domains of the lists taken for one: {wrong}");
    Ok(())
}

/// Names before the `@`: half of them teach, the other half is asked.
fn made_up(sources: &Sources) -> Result<(), String> {
    let (taught, asked): (Vec<_>, Vec<_>) = sources
        .locals
        .iter()
        .enumerate()
        .partition(|(at, _)| at % 2 == 0);
    let mut left = sources.clone();
    left.locals = taught.into_iter().map(|(_, row)| row.clone()).collect();
    let body = left.body()?;
    let data = EmailData::parse(&body).ok_or("no pack")?;
    let score = |local: &str| data.generated(local).get();
    let side = |side: bool| -> Vec<u16> {
        let rows = asked.iter().filter(|(_, (_, label))| *label == side);
        let mut scores: Vec<u16> = rows.map(|(_, (local, _))| score(local)).collect();
        scores.sort_unstable();
        scores
    };
    let (people, machines) = (side(false), side(true));
    let mut above = 0;
    for machine in &machines {
        above += people.partition_point(|person| person < machine);
    }
    println!(
        "made-up names above people's: {}",
        percent(above, people.len() * machines.len())
    );
    for least in [5_000, 7_500, 9_000] {
        let over = |scores: &[u16]| scores.len() - scores.partition_point(|score| *score <= least);
        println!(
            "  above 0.{least:04}: made up {}, people {}",
            percent(over(&machines), machines.len()),
            percent(over(&people), people.len())
        );
    }
    Ok(())
}
