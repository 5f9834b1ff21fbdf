//! Command injection in the words of Windows, batch files and `PowerShell`, and
//! what other interpreters run by shape alone: fork bombs, PHP functions called
//! through a variable, commands of mail servers on a line of their own.
//!
//! Source: Microsoft's references of `cmd` and of the modules that ship with
//! `PowerShell`; RFC 5321 and RFC 9051 for mail commands.

use super::evidence::{Evidence, Strongest, Texture};
use crate::text::cursor::{Cursor, find_ci, is_word, places, starts_with_ci};
use crate::text::words::words;

/// The strongest evidence in `text`.
pub(crate) fn find_in(text: &[u8], texture: Texture) -> Option<Evidence> {
    let mut best = Strongest::default();
    if texture.is_text() || text.len() > 1000 {
        return None;
    }
    let has = |byte: u8| text.contains(&byte);
    let mut add = |code, score, start, end| best.add(Evidence::new(code, score, start, end));
    if let Some(score) = batch(text) {
        add("shield.rce.command", score, 0, text.len());
    }
    if let Some((start, end)) = administration(text) {
        add("shield.rce.command", 7500, start, end);
    }
    if has(b'%') {
        if let Some(at) = part_of_variable(text) {
            add("shield.rce.command", 8000, at, text.len());
        }
        if let Some(at) = loops(text) {
            add("shield.rce.command", 7000, at, text.len());
        }
    }
    if has(b'$')
        && let Some((start, end)) = indirect(text)
    {
        add("shield.code.php", 6500, start, end);
    }
    if let Some(at) = mail(text) {
        add("shield.crlf.header", 7500, at, text.len());
    }
    best.0
}

/// `if %x% equ 1 …`, `if exist c:\\x …`
fn batch(text: &[u8]) -> Option<u16> {
    let head = text.trim_ascii_start();
    let head = head
        .strip_prefix(b"&")
        .or_else(|| head.strip_prefix(b"|"))
        .unwrap_or(head)
        .trim_ascii_start();
    if !starts_with_ci(head, b"if ") {
        return None;
    }
    let (mut compares, mut asks) = (false, false);
    for (_, word) in words(head).take(12).skip(1) {
        let says = |list: &[&[u8]]| list.iter().any(|w| word.eq_ignore_ascii_case(w));
        compares |= says(&[
            b"equ",
            b"neq",
            b"lss",
            b"leq",
            b"gtr",
            b"geq",
            b"errorlevel",
            b"cmdextversion",
        ]);
        asks |= says(&[b"exist", b"defined"]);
    }
    let variable = has_variable(head);
    let drive = find_ci(head, b":\\").is_some();
    let equal = find_ci(head, b"==").is_some() && (variable || starts_with_ci(head, b"if /i"));
    match (compares, asks, equal) {
        (true, ..) => Some(7000),
        (_, true, _) if variable || drive => Some(7000),
        (_, true, _) if head.starts_with(b"IF ") => Some(6000),
        (_, _, true) => Some(7000),
        _ => None,
    }
}

/// `%x%` or `%%x`, and no format of `printf`.
fn has_variable(text: &[u8]) -> bool {
    let mut cursor = Cursor::new(text);
    while !cursor.done() {
        cursor.take_until(b'%');
        cursor.skip(1);
        let double = cursor.eat(b'%');
        let name = cursor.take_while(is_word);
        let upper = name.len() > 1 && !name.iter().any(u8::is_ascii_lowercase);
        // `{%1}` and `"a%1"`, not `x % 1`
        let place = matches!(name, [digit] if digit.is_ascii_digit())
            && matches!(cursor.peek(), Some(b'}' | b'"' | b'\'' | b'=' | b']'));
        if place {
            return true;
        }
        let closed = cursor.peek() == Some(b'%');
        let compared = closed && cursor.peek_nth(1) == Some(b'=');
        if !name.is_empty() && (double || compared || (upper && closed)) {
            return true;
        }
    }
    false
}

/// `%PROGRAMFILES:~10,-5%`
fn part_of_variable(text: &[u8]) -> Option<usize> {
    places(text, b":~").take(8).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        let name = before.iter().rev().take_while(|b| is_word(**b)).count();
        let percent = before.len().checked_sub(name.saturating_add(1));
        let behind = text.get(at.saturating_add(2)..).unwrap_or_default();
        name > 0
            && percent.and_then(|at| before.get(at)) == Some(&b'%')
            && behind
                .first()
                .is_some_and(|b| b.is_ascii_digit() || *b == b'-')
    })
}

/// `for %x in (…) do …` of `cmd.exe` as the whole of a value.
fn loops(text: &[u8]) -> Option<usize> {
    let head = text.get(..text.len().min(160)).unwrap_or_default();
    let has = |needle| find_ci(head, needle).is_some();
    let start = find_ci(head, b"for ").filter(|start| *start < 4)?;
    ((has(b" in (") || has(b" in(")) && has(b"do ")).then_some(start)
}

/// `net user`, `reg add HKLM`, `type c:\…`, `dir c:\`
fn administration(text: &[u8]) -> Option<(usize, usize)> {
    const PAIRS: [(&[u8], &[&[u8]]); 10] = [
        (
            b"net",
            &[
                b"user",
                b"users",
                b"view",
                b"localgroup",
                b"share",
                b"start",
                b"accounts",
                b"group",
            ],
        ),
        (b"reg", &[b"add", b"query", b"save", b"delete", b"export"]),
        (
            b"netsh",
            &[b"firewall", b"advfirewall", b"interface", b"wlan", b"int"],
        ),
        (b"sc", &[b"query", b"create", b"stop", b"config"]),
        (b"wmic", &[b"process", b"service", b"os", b"useraccount"]),
        (b"ping", &[b"127", b"localhost"]),
        (b"arp", &[b"a"]),
        (
            b"which",
            &[
                b"perl", b"python", b"python3", b"gcc", b"wget", b"curl", b"nc", b"bash",
            ],
        ),
        (b"sleep", &[b"1", b"2", b"5", b"10", b"15", b"20", b"30"]),
        (b"uid", &[b"store", b"fetch"]),
    ];
    let count = words(text).take(13).count();
    let mut before: (usize, &[u8]) = (0, &[]);
    for (start, word) in words(text) {
        let gap = text
            .get(before.0.saturating_add(before.1.len())..start)
            .unwrap_or_default();
        let first = text
            .get(..before.0)
            .is_some_and(|head| head.iter().all(|b| !is_word(*b)));
        let blank = !gap.is_empty()
            && gap
                .iter()
                .all(|b| matches!(b, b' ' | b'\t' | b'+' | b'-' | b'/' | b'"'));
        if first
            && blank
            && PAIRS.iter().any(|(name, objects)| {
                before.1.eq_ignore_ascii_case(name)
                // ordinary words: the command alone
                && match *name {
                    b"which" | b"sleep" => count <= 2,
                    b"ping" => count <= 6,
                    b"reg" | b"netsh" | b"wmic" => true,
                    _ => count <= 12,
                }
                    && objects
                        .iter()
                        .any(|object| word.eq_ignore_ascii_case(object))
            })
        {
            return Some((before.0, start.saturating_add(word.len())));
        }
        let reads = [&b"type"[..], b"dir", b"del", b"copy", b"more"]
            .iter()
            .any(|w| word.eq_ignore_ascii_case(w));
        if reads {
            let mut cursor = Cursor::starting_at(text, start.saturating_add(word.len()));
            let blanks = cursor.take_while(|b| matches!(b, b' ' | b'\t' | b'+' | b'|' | b'"'));
            let rest = cursor.rest();
            let windows = matches!(rest, [d, b':', b'\\' | b'/', ..] if d.is_ascii_alphabetic())
                || (rest.starts_with(b"%")
                    && has_variable(rest.get(..rest.len().min(40)).unwrap_or_default()));
            if !blanks.is_empty() && windows {
                return Some((start, cursor.at()));
            }
        }
        before = (start, word);
    }
    None
}

/// `$a['x'](…)`, `$$x(…)`: a PHP function by the value of a variable.
fn indirect(text: &[u8]) -> Option<(usize, usize)> {
    let start = text.iter().position(|b| *b == b'$')?;
    let mut cursor = Cursor::starting_at(text, start.saturating_add(1));
    cursor.take_while(|b| b == b'$');
    if cursor.take_while(is_word).is_empty() {
        return None;
    }
    let mut indexed = false;
    for _ in 0..6 {
        gap(&mut cursor);
        if !cursor.eat(b'[') {
            break;
        }
        if cursor.take_while(|b| b != b']' && b != b'\n').len() > 40 || !cursor.eat(b']') {
            return None;
        }
        indexed = true;
    }
    if start == 0 {
        gap(&mut cursor);
    }
    (indexed && cursor.peek() == Some(b'(')).then(|| (start, cursor.at()))
}

/// Blanks and comments.
fn gap(cursor: &mut Cursor<'_>) {
    for _ in 0..4 {
        cursor.take_while(|b| b.is_ascii_whitespace());
        if !cursor.rest().starts_with(b"/*") {
            return;
        }
        cursor.skip(2);
        cursor.take_while(|b| b != b'*');
        cursor.skip(2);
    }
}

/// A command of SMTP or IMAP behind a line end.
fn mail(text: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    while let Some(next) = text
        .get(at..)?
        .iter()
        .position(|b| matches!(b, b'\r' | b'\n'))
    {
        at = at.saturating_add(next).saturating_add(1);
        let line = text.get(at..)?.trim_ascii_start();
        let smtp = [&b"rcpt to:"[..], b"mail from:", b"ehlo ", b"helo "]
            .iter()
            .any(|c| starts_with_ci(line, c));
        let tag = line
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        let command = line.get(tag..).unwrap_or_default();
        let tagged = (2..=6).contains(&tag)
            && line
                .get(..tag)
                .is_some_and(|t| t.iter().any(u8::is_ascii_digit));
        let imap = tagged
            && [
                &b" capability"[..],
                b" fetch ",
                b" store ",
                b" uid ",
                b" create ",
                b" delete ",
                b" rename ",
                b" examine ",
                b" select ",
                b" list ",
                b" login ",
                b" logout",
            ]
            .iter()
            .any(|c| starts_with_ci(command, c));
        if smtp || imap {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::gate;
    use super::*;

    fn score(text: &str) -> u16 {
        find_in(text.as_bytes(), gate::scan(text.as_bytes()).texture).map_or(0, |e| e.score)
    }

    #[test]
    fn commands_and_sentences() {
        for text in [
            "IF %ERRORLEVEL% NEQ 0 echo x",
            "net view",
            "FOR /L %%G IN (1,1,5) DO echo %%G",
            "ping%PROGRAMFILES:~10,-5%127.0.0.1",
            "&& reg add \"HKLM\\x\" /v y",
            "type C:\\WINNT\\repair\\SAM",
            "| dir c:\\",
            "$x['a'](1)",
            "x\r\nRCPT TO:<a@example.com>",
        ] {
            assert!(score(text) >= 5000, "{text}");
        }
        for text in [
            "if you like 10% off",
            "for sale in Paris, do call",
            "if (defined $x) {",
            "if x % 2 == 0 and y:",
            "Invalid type %r for option",
            "the net user count is up",
            "get-started with us",
            "sleep well",
            "ping 127.0.0.1 works but localhost does not",
            "Which python book?",
            "$(document).ready()",
            "$items[0]",
            "type your name",
        ] {
            assert!(score(text) < 5000, "{text}");
        }
    }
}
