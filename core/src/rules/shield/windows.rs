//! Command injection in the words of Windows, batch files and `PowerShell`, and
//! what other interpreters run by shape alone: fork bombs, PHP functions called
//! through a variable, commands of mail servers on a line of their own.
//!
//! Source: Microsoft's references of `cmd` and of the modules that ship with
//! `PowerShell`; RFC 5321 and RFC 9051 for mail commands.

use super::evidence::{Evidence, Strongest, Texture};
use crate::text::cursor::{Cursor, find_ci, is_word, starts_with_ci};
use crate::text::words::{Words, words};

/// Nouns of cmdlets, behind a verb and a hyphen.
static NOUNS: Words<(), 256> = Words::new(&[
    ("webrequest", ()),
    ("restmethod", ()),
    ("expression", ()),
    ("command", ()),
    ("item", ()),
    ("itemproperty", ()),
    ("childitem", ()),
    ("content", ()),
    ("process", ()),
    ("service", ()),
    ("wmimethod", ()),
    ("wmiobject", ()),
    ("ciminstance", ()),
    ("cimmethod", ()),
    ("object", ()),
    ("location", ()),
    ("variable", ()),
    ("alias", ()),
    ("module", ()),
    ("psdrive", ()),
    ("pssession", ()),
    ("psremoting", ()),
    ("executionpolicy", ()),
    ("acl", ()),
    ("credential", ()),
    ("computer", ()),
    ("eventlog", ()),
    ("hotfix", ()),
    ("job", ()),
    ("member", ()),
    ("scheduledtask", ()),
    ("securestring", ()),
    ("csv", ()),
    ("clixml", ()),
    ("host", ()),
    ("output", ()),
    ("string", ()),
    ("null", ()),
    ("file", ()),
    ("connection", ()),
    ("path", ()),
    ("sleep", ()),
    ("date", ()),
    ("culture", ()),
    ("history", ()),
    ("localuser", ()),
    ("localgroup", ()),
    ("netipaddress", ()),
    ("nettcpconnection", ()),
    ("type", ()),
    ("webserviceproxy", ()),
    ("bitstransfer", ()),
]);

/// Verbs that start something, and those that prose also puts before a hyphen.
const VERBS: [&[u8]; 12] = [
    b"invoke", b"set", b"get", b"new", b"start", b"stop", b"remove", b"out", b"import", b"export",
    b"write", b"expand",
];

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
    if let Some((start, end)) = cmdlet(text) {
        add("shield.rce.command", 7500, start, end);
    }
    if let Some((start, end)) = administration(text) {
        add("shield.rce.command", 7500, start, end);
    }
    if has(b'{')
        && let Some(at) = bomb(text)
    {
        add("shield.rce.command", 8500, at, text.len());
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

/// `if %x% equ 1 …`, `for %a in (…) do …`
fn batch(text: &[u8]) -> Option<u16> {
    let head = text.trim_ascii_start();
    let head = head
        .strip_prefix(b"&")
        .or_else(|| head.strip_prefix(b"|"))
        .unwrap_or(head)
        .trim_ascii_start();
    let conditional = starts_with_ci(head, b"if ");
    if !conditional && !starts_with_ci(head, b"for ") {
        return None;
    }
    let percent = head.contains(&b'%');
    let mut operators = 0_u8;
    for (_, word) in words(head).take(40).skip(1) {
        let says = |list: &[&[u8]]| list.iter().any(|w| word.eq_ignore_ascii_case(w));
        if conditional
            && says(&[
                b"errorlevel",
                b"defined",
                b"exist",
                b"equ",
                b"neq",
                b"lss",
                b"leq",
                b"gtr",
                b"geq",
                b"goto",
                b"cmdextversion",
            ])
        {
            operators = operators.saturating_add(1);
        }
        if !conditional && says(&[b"in", b"do"]) {
            operators = operators.saturating_add(1);
        }
    }
    let compares = conditional && find_ci(head, b"==").is_some() && percent;
    match (conditional, operators, percent, compares) {
        (true, _, _, true) => Some(7000),
        (true, 2.., _, _) | (true, 1.., true, _) | (false, 2.., true, _) => Some(7500),
        (true, 1, false, _) if words(head).count() <= 8 => Some(5500),
        _ => None,
    }
}

/// `Invoke-WebRequest`, `iwr http`, `iex (`
fn cmdlet(text: &[u8]) -> Option<(usize, usize)> {
    let mut before: (usize, &[u8]) = (0, &[]);
    for (start, word) in words(text) {
        let hyphen = start.checked_sub(1) == Some(before.0.saturating_add(before.1.len()))
            && start.checked_sub(1).and_then(|at| text.get(at)) == Some(&b'-');
        if hyphen
            && VERBS.iter().any(|verb| before.1.eq_ignore_ascii_case(verb))
            && NOUNS.get(word).is_some()
            && word.len() >= 7
        {
            return Some((before.0, start.saturating_add(word.len())));
        }
        let end = start.saturating_add(word.len());
        if [&b"iwr"[..], b"iex", b"irm", b"iwmi"]
            .iter()
            .any(|w| word.eq_ignore_ascii_case(w))
        {
            let rest = text.get(end..).unwrap_or_default().trim_ascii_start();
            if starts_with_ci(rest, b"http")
                || matches!(rest.first(), Some(b'(' | b'-' | b'$' | b'"'))
            {
                return Some((start, end));
            }
        }
        before = (start, word);
    }
    None
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
    if count > 12 {
        return None;
    }
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
                && (count <= 2 || !matches!(*name, b"which" | b"sleep"))
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
                || (rest.starts_with(b"%") && rest.get(1).is_some_and(u8::is_ascii_alphabetic));
            if !blanks.is_empty() && windows {
                return Some((start, cursor.at()));
            }
        }
        before = (start, word);
    }
    None
}

/// `:(){ :|:& };:`
fn bomb(text: &[u8]) -> Option<usize> {
    let at = find_ci(text, b"()")?;
    let rest = text.get(at.saturating_add(2)..)?.trim_ascii_start();
    let body = rest.strip_prefix(b"{")?;
    let end = body.iter().position(|b| *b == b'}')?;
    let inside = body.get(..end)?;
    let name_at = text
        .get(..at)?
        .iter()
        .rposition(|b| !(is_word(*b) || *b == b':'))
        .map_or(0, |n| n.saturating_add(1));
    let name = text.get(name_at..at)?;
    let again = !name.is_empty() && find_ci(inside, name).is_some();
    (again && inside.contains(&b'&')).then_some(name_at)
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
    gap(&mut cursor);
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
            "FOR /L %%G IN (1,1,5) DO echo %%G",
            ";iwr http://e.example/x.ps1",
            "Invoke-WebRequest http://e.example/x.ps1",
            "net view",
            "&& reg add \"HKLM\\x\" /v y",
            "type C:\\WINNT\\repair\\SAM",
            "| dir c:\\",
            "f(){ f|f& };f",
            "$x['a'](1)",
            "x\r\nRCPT TO:<a@example.com>",
        ] {
            assert!(score(text) >= 5000, "{text}");
        }
        for text in [
            "if you like 10% off",
            "for sale in Paris, do call",
            "the net user count is up",
            "get-started with us",
            "sleep well",
            "Which python book?",
            "$(document).ready()",
            "$items[0]",
            "type your name",
        ] {
            assert!(score(text) < 5000, "{text}");
        }
    }
}
