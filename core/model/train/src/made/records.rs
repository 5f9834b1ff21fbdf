//! What people paste when they ask for help, and keep in fields of their own: lines
//! of logs and of schedulers, formulas of spreadsheets, placeholders of letters and
//! pages. Commands stand in the first, quotes in the second, expressions in the
//! third, and none is meant for a shell, a database or a server's template.

use super::Maker;
use super::structures::{number, word};
use crate::chance::Chance;

pub(super) const MAKERS: &[(Maker, usize)] = &[(log, 3000), (formula, 2000), (placeholder, 3000)];

fn address(chance: &mut Chance) -> String {
    let mut part = || chance.below(256);
    format!("{}.{}.{}.{}", part(), part(), part(), part())
}

/// When, in the manner of syslog, of web servers, of journals and of kernels.
fn stamp(chance: &mut Chance) -> String {
    let (day, hour) = (chance.between(1, 28), chance.below(24));
    let (minute, second) = (chance.below(60), chance.below(60));
    let month = chance.pick(&[
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]);
    match chance.below(4) {
        0 => format!("{month} {day:>2} {hour:02}:{minute:02}:{second:02}"),
        1 => format!(
            "2026-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z",
            chance.between(1, 12)
        ),
        2 => format!("[{day:02}/{month}/2026:{hour:02}:{minute:02}:{second:02} +0000]"),
        _ => format!(
            "[{:>5}.{:06}]",
            chance.below(90_000),
            chance.below(1_000_000)
        ),
    }
}

fn entry(chance: &mut Chance) -> String {
    let (name, other) = (word(chance), word(chance));
    let id = chance.between(1, 32_000);
    let folder = chance.pick(&["hourly", "daily", "weekly", "monthly"]);
    let user = chance.pick(&["root", "www-data", "backup", "deploy", "admin", "postgres"]);
    match chance.below(14) {
        0 => format!(
            "{name} CRON[{id}]: ({user}) CMD (   cd / && run-parts --report /etc/cron.{folder})"
        ),
        1 => format!(
            "{name} CRON[{id}]: ({user}) CMD (test -x /usr/sbin/{other} || ( cd / && {other} -q ))"
        ),
        2 => format!(
            "{name} crond[{id}]: ({user}) CMD (/usr/bin/{other} --{folder} >/dev/null 2>&1)"
        ),
        3 => format!(
            "{name} sshd[{id}]: Failed password for {user} from {} port {id} ssh2",
            address(chance)
        ),
        4 => format!(
            "{name} sshd[{id}]: Invalid user {other} from {}",
            address(chance)
        ),
        5 => format!(
            "{name} sudo: {other} : TTY=pts/0 ; PWD=/home/{other} ; USER={user} ; COMMAND=/usr/bin/systemctl restart {name}"
        ),
        6 => format!(
            "{name} systemd[1]: {other}.service: Main process exited, code=exited, status={}/FAILURE",
            chance.below(256)
        ),
        7 => format!(
            "{} - {user} \"GET /{other}?id={id} HTTP/1.1\" {} {id}",
            address(chance),
            chance.pick(&["200", "301", "404", "500"])
        ),
        8 => format!("{name} kernel: {other} invoked oom-killer: gfp_mask=0x{id:x}, order=0"),
        9 => format!(
            "ERROR: relation \"{other}\" does not exist at character {}",
            chance.below(99)
        ),
        10 => format!("LOG: statement: SELECT {other} FROM {name} WHERE id = {id}"),
        11 => {
            format!("{name} dockerd[{id}]: exec: \"{other}\": executable file not found in $PATH")
        }
        12 => format!("time=\"now\" level=warning msg=\"{name} {other}\" pid={id} err='{other}'"),
        _ => format!(
            "at {name}.{other} (/srv/{name}/{other}.js:{id}:{})",
            chance.below(80)
        ),
    }
}

fn log(chance: &mut Chance) -> String {
    let count = chance.between(1, 6);
    let all: Vec<String> = (0..count)
        .map(|_| format!("{} {}", stamp(chance), entry(chance)))
        .collect();
    all.join(chance.pick(&["\n", "\n", "; ", " | ", "\r\n"]))
}

fn cell(chance: &mut Chance) -> String {
    let column = chance.pick(&["A", "B", "C", "D", "F", "AA"]);
    let sheet = match chance.below(5) {
        0 => format!("'{} {}'!", word(chance), chance.below(9)),
        1 => format!("{}!", word(chance)),
        _ => String::new(),
    };
    let row = chance.between(1, 400);
    match chance.below(3) {
        0 => format!("{sheet}{column}{row}"),
        1 => format!("{sheet}${column}${row}"),
        _ => format!("{sheet}{column}{row}:{column}{}", row + chance.below(90)),
    }
}

fn text(chance: &mut Chance) -> String {
    let sign = chance.pick(&[
        " or ", " and ", ", ", "; ", " - ", "'", "''", "%", ">0", "<>", "=",
    ]);
    format!("\"{sign}\"")
}

fn call(chance: &mut Chance, depth: usize) -> String {
    let name = chance.pick(&[
        "SUM",
        "AVERAGE",
        "COUNTIF",
        "SUMIF",
        "IF",
        "IFERROR",
        "VLOOKUP",
        "XLOOKUP",
        "INDEX",
        "MATCH",
        "CONCAT",
        "TEXT",
        "LEFT",
        "MID",
        "LEN",
        "SUBSTITUTE",
        "CHAR",
        "DATE",
        "ROUND",
        "OR",
        "AND",
        "NOT",
    ]);
    let count = chance.between(1, 4);
    let all: Vec<String> = (0..count)
        .map(|_| match chance.below(8) {
            0 | 1 => cell(chance),
            2 => text(chance),
            3 => number(chance),
            4 => chance.pick(&["TRUE", "FALSE", "0", "1", "39"]).to_owned(),
            5 => format!(
                "{}{}{}",
                cell(chance),
                chance.pick(&["=", "<", ">", "<>", "&", "*"]),
                number(chance)
            ),
            _ if depth > 0 => call(chance, depth - 1),
            _ => cell(chance),
        })
        .collect();
    format!("{name}({})", all.join(chance.pick(&[",", ", ", ";", "; "])))
}

fn formula(chance: &mut Chance) -> String {
    let mut all = call(chance, 2);
    for _ in 0..chance.below(4) {
        let next = match chance.below(3) {
            0 => text(chance),
            1 => cell(chance),
            _ => call(chance, 1),
        };
        all = format!("{all}{}{next}", chance.pick(&[" & ", "&", "+", " * ", "-"]));
    }
    format!("={all}")
}

/// Words of a letter with what is to be filled in.
fn placeholder(chance: &mut Chance) -> String {
    let (a, b) = (word(chance), word(chance));
    let inside = match chance.below(10) {
        0..=2 => a.clone(),
        3..=5 => format!("{a}.{b}"),
        6 => format!(
            "new Date().get{}()",
            chance.pick(&["FullYear", "Month", "Date", "Time"])
        ),
        7 => format!(
            "{a}.{}()",
            chance.pick(&["trim", "toFixed", "toLocaleDateString", "length", "name"])
        ),
        8 => format!(
            "{a} | {}",
            chance.pick(&["upper", "date", "currency", "default", "title", "translate"])
        ),
        _ => format!("{a}[{}]", chance.below(10)),
    };
    let [open, close] = *chance.pick_one(&[
        ["{{", "}}"],
        ["{{ ", " }}"],
        ["${", "}"],
        ["{", "}"],
        ["%", "%"],
        ["[[", "]]"],
        ["<<", ">>"],
        ["#{", "}"],
        ["<%= ", " %>"],
    ]);
    let mark = format!("{open}{inside}{close}");
    match chance.below(6) {
        0 | 1 => mark,
        2 => format!("Dear {mark}, your {b} is ready"),
        3 => format!("{mark} welcome back"),
        4 => format!("Copyright {mark} {a}"),
        _ => format!("{a} {mark} {b}"),
    }
}
