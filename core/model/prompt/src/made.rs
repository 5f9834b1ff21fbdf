//! Texts that the trainer makes from `attacks.txt` and `benign.txt`.

use crate::chance::Chance;
use std::collections::{BTreeMap, BTreeSet};

/// A text and the family it is of.
pub(crate) struct Made {
    pub(crate) family: String,
    pub(crate) text: String,
}

/// At most `each` texts of every template of `source`.
pub(crate) fn texts(source: &str, each: usize, seed: u64) -> Vec<Made> {
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut family = String::new();
    let mut chance = Chance::new(seed);
    let mut out = Vec::new();
    for line in source.lines() {
        if line.starts_with("# ") && family.is_empty() || line.trim().is_empty() {
            continue;
        }
        let name = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'));
        if let Some(name) = name.filter(|name| name.bytes().all(|b| b.is_ascii_lowercase())) {
            name.clone_into(&mut family);
        } else if family.is_empty() {
            let (name, list) = line
                .split_once(" = ")
                .expect("`name = list` before families");
            lists.insert(name, split(list).into_iter().map(str::trim).collect());
        } else {
            let mut had = BTreeSet::new();
            for _ in 0..each * 2 {
                let mut text = String::new();
                expand(line, &lists, &mut chance, &mut text);
                let text = text.replace("\\n", "\n").trim().to_owned();
                if had.len() < each && had.insert(text.clone()) {
                    out.push(Made {
                        family: family.clone(),
                        text,
                    });
                }
            }
        }
    }
    out
}

/// The alternatives of `text` at the outermost level.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0_i32, 0);
    let mut out = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b'|' if depth == 0 => {
                out.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    out
}

fn expand(text: &str, lists: &BTreeMap<&str, Vec<&str>>, chance: &mut Chance, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '<']) {
        out.push_str(&rest[..at]);
        let inner = &rest[at..];
        if let Some(named) = inner.strip_prefix('<') {
            let end = inner.find('>').map_or(1, |end| end + 1);
            if let Some(list) = lists.get(named.split('>').next().unwrap_or_default()) {
                expand(chance.pick(list), lists, chance, out);
                rest = &inner[end..];
            } else {
                out.push('<');
                rest = named;
            }
            continue;
        }
        let mut depth = 0;
        let end = inner.bytes().position(|byte| {
            depth += i32::from(byte == b'{') - i32::from(byte == b'}');
            depth == 0
        });
        let Some(end) = end else {
            out.push('{');
            rest = &inner[1..];
            continue;
        };
        let choices = split(&inner[1..end]);
        // braces around one thing are themselves
        if choices.len() == 1 {
            out.push('{');
            expand(choices[0], lists, chance, out);
            out.push('}');
        } else {
            expand(chance.pick(&choices), lists, chance, out);
        }
        rest = &inner[end + 1..];
    }
    out.push_str(rest);
}
