//! Queries that applications take as values by design, and notations that
//! resemble calls: keys and filters of `OData`, search languages, references to
//! manuals, usage lines, printed objects, formulas of sheets.

use super::Maker;
use super::structures::{number, token, word};
use crate::chance::Chance;

pub(super) const MAKERS: &[(Maker, usize)] = &[
    (key, 1500),
    (filter, 2500),
    (search, 3000),
    (manual, 3000),
    (usage, 2000),
    (printed, 1500),
    (data_url, 600),
    (odd_key, 3000),
];

fn some(chance: &mut Chance) -> String {
    match chance.below(4) {
        0 => number(chance),
        1 => token(chance).chars().take(12).collect(),
        2 => format!("{}_{}", word(chance), word(chance)),
        _ => word(chance),
    }
}

/// `/People(Name='ann',Id=1)/Trips`
fn key(chance: &mut Chance) -> String {
    let set = chance.pick(&["/", "/odata/", "/api/v4/", "", "/_api/web/lists/"]);
    let count = chance.between(1, 3);
    let keys: Vec<String> = (0..count)
        .map(|_| match chance.below(3) {
            0 => format!("{}={}", word(chance), number(chance)),
            _ => format!("{}='{}'", word(chance), some(chance)),
        })
        .collect();
    let keys = if chance.may(25) {
        format!("'{}'", some(chance))
    } else {
        keys.join(",")
    };
    let rest = chance.pick(&["", "", "", "/items", "/$value", "/Trips('0')", "/$count"]);
    format!("{set}{}{}({keys}){rest}", word(chance), some(chance))
}

fn comparison(chance: &mut Chance) -> String {
    let (name, value) = (word(chance), some(chance));
    match chance.below(9) {
        0 => format!("{name} eq '{value}'"),
        1 => format!("{name} gt {}", number(chance)),
        2 => format!("startswith({name},'{value}')"),
        3 => format!("contains({name}, '{value}')"),
        4 => format!(
            "{name} ge datetime'2024-01-0{}T00:00:00Z'",
            chance.between(1, 9)
        ),
        5 => format!("{name} ne null"),
        6 => format!("substringof('{value}',{name})"),
        7 => format!("{name}/any(x:x eq '{value}')"),
        _ => format!("{name} in ('{value}','{}')", some(chance)),
    }
}

/// `$filter` of `OData`, SCIM and their like.
fn filter(chance: &mut Chance) -> String {
    let mut text = comparison(chance);
    for _ in 0..chance.below(4) {
        let join = chance.pick(&[" and ", " or ", " AND ", " and not "]);
        let more = comparison(chance);
        text = if chance.may(30) {
            format!("({text}){join}({more})")
        } else {
            format!("{text}{join}{more}")
        };
    }
    text
}

/// Search boxes, dashboards, trackers, metrics.
fn search(chance: &mut Chance) -> String {
    let (a, b, c, d) = (word(chance), some(chance), word(chance), some(chance));
    match chance.below(16) {
        0 => format!("{a}:{b} AND {c}:\"{d}\""),
        1 => format!(
            "{a}:[{} TO {}] OR NOT {c}:{d}*",
            number(chance),
            number(chance)
        ),
        2 => format!("project = {a} AND status in (\"{c}\", Done) ORDER BY created DESC"),
        3 => format!("sum(rate({a}_total{{{c}=\"{b}\"}}[5m])) by ({c})"),
        4 => format!("avg:{a}.{c}{{host:{b}}} by {{host}}"),
        5 => format!("is:open is:issue author:{a} label:\"{c}\""),
        6 => format!("+{a} -{c} \"{b} {d}\""),
        7 => format!("source={a} | stats count by {c} | sort -count"),
        8 => format!("{a} | where {c} > {} | project {a}, {c}", number(chance)),
        9 => format!("(& (objectClass={a}) (cn={b}*))").replace(' ', ""),
        10 => format!("name='{a}' and trashed=false and '{b}' in parents"),
        11 => format!("SELECT Id, {a} FROM {c} WHERE {a} = '{b}' LIMIT 10"),
        12 => format!("fields={a},{c}({a},{b}{{{d}}})&expand={a}"),
        13 => format!("filter[{a}][{c}]={b}"),
        14 => format!("$.{a}[?(@.{c}=='{b}')].{d}"),
        _ => format!("//{a}[@{c}=\"{b}\"]/text()"),
    }
}

/// `systemd.exec(5), org.example.name1(3)`
fn manual(chance: &mut Chance) -> String {
    let count = chance.between(1, 5);
    let pages: Vec<String> = (0..count)
        .map(|_| {
            let mut name = word(chance).to_lowercase();
            for _ in 0..chance.below(4) {
                name += chance.pick(&[".", "-", "_", "::", "/"]);
                name += &word(chance).to_lowercase();
            }
            if chance.may(30) {
                name += &chance.below(10).to_string();
            }
            format!(
                "{name}({})",
                chance.pick(&["1", "2", "3", "5", "7", "8", "", "x", "3pm"])
            )
        })
        .collect();
    pages.join(chance.pick(&[", ", " ", "; ", "\n", " und ", " and "]))
}

/// `NAME=<0 or 1>`, `command [--option] <file>`
fn usage(chance: &mut Chance) -> String {
    let (a, b, c) = (word(chance), word(chance), number(chance));
    match chance.below(10) {
        0 => format!("{}_{}=<0 or 1>", a.to_uppercase(), b.to_uppercase()),
        1 => format!("{a} [--{b}] [-x | -y] <{a}> [<{b}>...]"),
        2 => format!("{a} --{b}={c} '--{a}' \"$1\""),
        3 => format!("--{a}[={b}|{c}]"),
        4 => format!("-{} <{b}>, --{a} <{b}>", a.chars().next().unwrap_or('x')),
        5 => format!("{a}({b}, {c}[, {a}])"),
        6 => format!("<{a}> | <{b}> | '{c}'"),
        7 => format!("{a}=\"{b}\"; {b}='{c}'"),
        8 => format!("{}=1 {a} -{b} {c}", a.to_uppercase()),
        _ => format!("{a}.{b}() -> {c} | None"),
    }
}

/// What languages print of their objects.
fn printed(chance: &mut Chance) -> String {
    let (a, b, c) = (word(chance), word(chance), number(chance));
    match chance.below(10) {
        0 => format!("<_io.{a} name='{b}.txt'>"),
        1 => format!(
            "<{a} object at 0x7f{}>",
            token(chance).chars().take(10).collect::<String>()
        ),
        2 => format!("[object {a}]"),
        3 => format!("{{'{a}': '{b}', 'x': {c}, 'y': None}}"),
        4 => format!("{a}({b}='{c}', x=True)"),
        5 => format!("#<{a} @{b}=\"{c}\">"),
        6 => format!("array({c}) {{ [\"{a}\"]=> string(1) \"{b}\" }}"),
        7 => format!("Some({a} {{ {b}: \"{c}\" }})"),
        8 => format!("function {a}({b}) {{ [native code] }}"),
        _ => format!("[('{a}', {c}), ('{b}', {c})]"),
    }
}

fn data_url(chance: &mut Chance) -> String {
    let kind = chance.pick(&[
        "image/png;base64,iVBORw0KGgo",
        "image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'/>",
        "text/plain;base64,",
        "application/json;base64,eyJ",
        "font/woff2;base64,",
        "image/gif;base64,R0lGODlhAQABAIAAAAAAAP",
    ]);
    format!("data:{kind}{}", token(chance))
}

/// Names of members and fields as data formats write them.
fn odd_key(chance: &mut Chance) -> String {
    let a = word(chance);
    match chance.below(18) {
        0 => format!("${a}"),
        1 => format!("@{a}"),
        2 => format!("#{a}"),
        3 => format!("{a}[{}]", chance.below(20)),
        4 => format!("{a}[]"),
        5 => format!("{a}[{}][{}]", chance.below(9), word(chance)),
        6 => format!("{a}.{}", word(chance)),
        7 => format!("{a}:{}", word(chance)),
        8 => format!("x-{a}-{}", word(chance)),
        9 => format!("{a}*"),
        10 => format!("/{a}/"),
        11 => format!("{a}'s"),
        12 => format!("{a}/{}", word(chance)),
        13 => format!("{a}?"),
        14 => format!("__{a}__"),
        15 => format!("{a} ({})", word(chance)),
        16 => format!("'{a}'"),
        _ => chance
            .pick(&[
                "", "'", "\"", "''", "\"\"", "-", "--", "*", "/", "//", "#", "$", "<", ">", "()",
                "[]", "{}", ";", "|", "&", "'?'", "a'b", "\\n", "%", "%%", "..", "...", "?", "=",
                "<>", "!=", "||",
            ])
            .to_owned(),
    }
}
