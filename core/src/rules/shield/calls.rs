//! Calls that an interpreter would carry out: a function that runs a command,
//! evaluates code, reads a file or decodes what hides one, with an argument that
//! only an intruder gives it.
//!
//! The name alone is code like any other: `exec(` is a method of patterns,
//! `assert(` of tests, `system()` a word of manuals. What counts is what is
//! called with: a command, a file of the system, a superglobal, another of these
//! calls. Sources: the manuals of PHP, Perl, Ruby, Python and Node.js on
//! executing code, program execution and file systems.

use super::evidence::{Evidence, Strongest, Texture};
use super::functions::{FUNCTIONS, Function};
use crate::text::cursor::{Cursor, find, find_ci, is_word, places, starts_with_ci};
use crate::text::shell_words::COMMANDS;
use crate::text::words::words;

/// So much of a value is read.
const LONGEST: usize = 4000;
/// So much of an argument.
const ARGUMENT: usize = 96;
/// So many calls that count are looked at; the strongest is among the first.
const MOST: usize = 8;

/// The strongest evidence in `text`.
pub(crate) fn find_in(text: &[u8], texture: Texture) -> Option<Evidence> {
    let text = text.get(..text.len().min(LONGEST)).unwrap_or_default();
    let mut best = Strongest::default();
    let mut add = |code, score, start, end| {
        let score = texture.weigh(score, 3500, 1500);
        best.add(Evidence::new(code, score, start, end));
    };
    if let Some((start, score)) = open_tag(text) {
        add("shield.code.php", score, start, text.len());
    }
    let close = text.iter().rposition(|b| *b == b')');
    let tail = close.map_or(0, |at| text.len().saturating_sub(at.saturating_add(1)));
    // in a text every call counts the same, and the first is enough
    let mut judged = 0_usize;
    for (start, word) in words(text) {
        if judged >= MOST || (texture.is_text() && judged > 0) {
            break;
        }
        let end = start.saturating_add(word.len());
        if let Some(function) = FUNCTIONS.get(word)
            && let Some(call) = Call::read(text, start, end, tail)
            && let Some(score) = call.judge(function)
        {
            judged = judged.saturating_add(1);
            add(call.code(word), score, start, end);
        }
        if matches!(word, b"x" | b"qx")
            && let Some(score) = quoted_command(text, start, end)
        {
            add("shield.rce.command", score, start, end);
        }
    }
    best.0
}

/// One call: where it stands and what it is given.
struct Call<'t> {
    text: &'t [u8],
    /// The function belongs to an object or module.
    member: bool,
    /// Nothing but marks is before it, and nothing but marks behind it.
    whole: bool,
    /// A comment stands between the name and the parenthesis.
    broken: bool,
    argument: &'t [u8],
}

impl<'t> Call<'t> {
    fn read(text: &'t [u8], start: usize, end: usize, tail: usize) -> Option<Self> {
        let mut cursor = Cursor::starting_at(text, end);
        cursor.take_while(|b| b.is_ascii_whitespace());
        let mut broken = false;
        if cursor.rest().starts_with(b"/*") {
            let rest = cursor.rest();
            let head = rest.get(..rest.len().min(60)).unwrap_or_default();
            cursor.skip(find(head, b"*/")?.saturating_add(2));
            cursor.take_while(|b| b.is_ascii_whitespace());
            broken = true;
        }
        // `("system")("id")`
        let named = match cursor.rest() {
            [b'"' | b'\'', b')', b'(', ..] => 2,
            [b'"' | b'\'' | b')', b'(', ..] => 1,
            _ => 0,
        };
        broken |= named > 0 && cursor.peek() != Some(b')');
        cursor.skip(named);
        if !cursor.eat(b'(') {
            return None;
        }
        let rest = cursor.rest();
        let argument = rest.get(..rest.len().min(ARGUMENT)).unwrap_or_default();
        let before = text.get(..start).unwrap_or_default();
        let marks = |part: &[u8]| part.len() <= 12 && !part.iter().any(|b| is_word(*b));
        let behind = text
            .get(text.len().saturating_sub(tail)..)
            .unwrap_or_default();
        Some(Self {
            text,
            member: matches!(before, [.., b'.' | b'>' | b':']),
            whole: marks(before) && marks(behind),
            broken,
            argument: argument.trim_ascii_start(),
        })
    }

    fn judge(&self, function: Function) -> Option<u16> {
        use Function::{Decodes, Evaluates, Reads, Runs, Shows};
        let argument = self.argument.strip_prefix(b"@").unwrap_or(self.argument);
        if is_superglobal(argument) {
            return (function != Shows).then_some(8800);
        }
        let literal = literal(argument);
        let inner = words(argument).next().filter(|(at, word)| {
            *at <= 2 && argument.get(at.saturating_add(word.len())) == Some(&b'(')
        });
        let nested = inner.and_then(|(_, word)| FUNCTIONS.get(word));
        if function == Evaluates
            && (starts_with_ci(argument, b"string.fromcharcode")
                || starts_with_ci(argument, b"atob("))
        {
            return Some(8000);
        }
        match (function, literal, nested) {
            (Runs, Some(command), _) if is_command(command) => Some(8500),
            (Runs, None, _) if self.whole && !self.member && is_bare_command(argument) => {
                Some(7500)
            }
            (Runs, Some(_), _) if self.whole && !self.member => Some(6500),
            (Runs | Evaluates, _, Some(Runs | Evaluates | Decodes)) => Some(8500),
            (Shows, _, Some(Runs | Evaluates | Reads | Decodes)) if !self.member => Some(7500),
            (Decodes, _, Some(Decodes)) if self.whole => Some(6500),
            (Evaluates, Some(code), _) if runs_code(code) => Some(8500),
            (Evaluates, Some(file), _) if is_sought(file) && !is_relative(file) => Some(8000),
            (Evaluates, Some(_), _) if self.whole && !self.member && self.phrased() => Some(6000),
            (Reads, Some(file), _) if is_sought(file) || is_piped(file) => Some(8000),
            (Decodes, Some(code), _) if self.whole && code.len() >= 8 => Some(6500),
            (Runs | Evaluates, _, _) if self.broken => Some(7500),
            _ => None,
        }
    }

    /// Quotes or semicolons of the code it was put into are left.
    fn phrased(&self) -> bool {
        matches!(self.text, [b'\'' | b'"' | b';' | b'{' | b'$' | b'@', ..])
            || self.text.trim_ascii_end().ends_with(b";")
    }

    fn code(&self, word: &[u8]) -> &'static str {
        let says = |list: &[&[u8]]| list.iter().any(|w| word.eq_ignore_ascii_case(w));
        if says(&[
            b"__import__",
            b"check_output",
            b"getoutput",
            b"subprocess",
            b"compile",
        ]) {
            "shield.code.python"
        } else if says(&[
            b"require",
            b"spawn",
            b"spawnsync",
            b"execsync",
            b"execfile",
            b"execfilesync",
            b"readfilesync",
            b"readdirsync",
        ]) || find(self.text, b"require(").is_some()
        {
            "shield.code.node"
        } else if self.member {
            "shield.code.python"
        } else {
            "shield.code.php"
        }
    }
}

/// `<?=`, `<? echo`: PHP begins.
fn open_tag(text: &[u8]) -> Option<(usize, u16)> {
    places(text, b"<?").take(8).find_map(|at| {
        let rest = text.get(at.saturating_add(2)..).unwrap_or_default();
        let word = words(rest.get(..rest.len().min(40)).unwrap_or_default()).next();
        match rest.first()? {
            b'=' => Some((at, 8000)),
            b' ' | b'\t' | b'\n' | b'\r' => {
                let known = word.is_some_and(|(_, word)| FUNCTIONS.get(word).is_some());
                (known || rest.trim_ascii_start().starts_with(b"$")).then_some((at, 8000))
            }
            _ => None,
        }
    })
}

/// `%x(ls)`, `qx{id}` of Ruby and Perl.
fn quoted_command(text: &[u8], start: usize, end: usize) -> Option<u16> {
    let percent = start.checked_sub(1).and_then(|at| text.get(at)) == Some(&b'%');
    let perl = end.saturating_sub(start) == 2;
    let rest = text.get(end..)?;
    let opens = matches!(
        rest.first()?,
        b'(' | b'{' | b'[' | b'|' | b'/' | b'!' | b'<'
    );
    let command = rest.get(1..rest.len().min(ARGUMENT))?;
    let command = literal(command).unwrap_or(command);
    ((percent || perl) && opens && is_command(command)).then_some(8000)
}

/// What stands between quotes at the start of an argument.
fn literal(argument: &[u8]) -> Option<&[u8]> {
    let rest = argument
        .strip_prefix(b"[")
        .unwrap_or(argument)
        .trim_ascii_start();
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
    let (quote, inner) = rest.split_first()?;
    if !matches!(quote, b'\'' | b'"' | b'`') {
        return None;
    }
    inner.split(|b| b == quote).next()
}

fn is_superglobal(argument: &[u8]) -> bool {
    const NAMES: [&[u8]; 7] = [
        b"get", b"post", b"request", b"cookie", b"server", b"files", b"env",
    ];
    let Some(at) = find(argument, b"$_").filter(|at| *at < 24) else {
        return false;
    };
    let name = argument.get(at.saturating_add(2)..).unwrap_or_default();
    NAMES.iter().any(|known| starts_with_ci(name, known))
}

/// A command line as its first word says.
fn is_command(command: &[u8]) -> bool {
    let command = command.trim_ascii_start();
    let word = command
        .split(|b| {
            matches!(
                b,
                b' ' | b'\t' | b';' | b'|' | b'&' | b'<' | b'>' | b'$' | b')' | b'}' | b']'
            )
        })
        .next()
        .unwrap_or_default();
    let name = word
        .rsplit(|b| matches!(b, b'/' | b'\\'))
        .next()
        .unwrap_or_default();
    let name = name.strip_suffix(b".exe").unwrap_or(name);
    match COMMANDS.get(name) {
        None => false,
        Some(known) if !known.is_common() || name == b"id" => !name.is_empty(),
        // `sleep 5`, `type c:\x`, `echo x>y`
        Some(_) => command
            .iter()
            .any(|b| matches!(b, b'/' | b'\\' | b'>' | b'|' | b';' | b'0'..=b'9')),
    }
}

/// The same without quotes, which PHP once took for a string.
fn is_bare_command(argument: &[u8]) -> bool {
    let word = argument.split(|b| !is_word(*b)).next().unwrap_or_default();
    is_command(argument)
        && COMMANDS
            .get(word)
            .is_some_and(|c| !c.is_common() || word == b"id")
}

/// Code in a string that reaches the system.
fn runs_code(code: &[u8]) -> bool {
    let head = code.trim_ascii_start();
    starts_with_ci(head, b"import os")
        || starts_with_ci(head, b"import subprocess")
        || starts_with_ci(head, b"import socket")
        || starts_with_ci(head, b"__import__")
        || words(head).any(|(at, word)| {
            head.get(at.saturating_add(word.len())) == Some(&b'(')
                && matches!(
                    FUNCTIONS.get(word),
                    Some(Function::Runs | Function::Decodes | Function::Evaluates)
                )
        })
}

/// A module beside the script.
fn is_relative(file: &[u8]) -> bool {
    file.starts_with(b"..")
        && find_ci(file, b"/etc/").is_none()
        && find_ci(file, b"passwd").is_none()
}

/// `open("|ls")` of Perl and Ruby.
fn is_piped(file: &[u8]) -> bool {
    file.len() > 2 && (file.starts_with(b"|") || file.ends_with(b"|"))
}

/// A file or address that a script opens for an intruder.
fn is_sought(file: &[u8]) -> bool {
    [
        &b"/etc/"[..],
        b"/proc/",
        b"../..",
        b"..\\..",
        b"php://",
        b"data://",
        b"expect://",
        b"phar://",
        b"file://",
        b"c:\\",
        b"passwd",
        b"/flag",
        b".htaccess",
    ]
    .iter()
    .any(|place| find_ci(file, place).is_some())
}

#[cfg(test)]
mod tests {
    use super::super::gate;
    use super::*;
    use crate::text::cursor::steps;

    fn score(text: &str) -> u16 {
        let signs = gate::scan(text.as_bytes());
        if !signs.calls() {
            return 0;
        }
        find_in(text.as_bytes(), signs.texture).map_or(0, |e| e.score)
    }

    #[test]
    fn calls_that_are_carried_out() {
        for text in [
            "system('id')",
            ";system(\"cat /etc/passwd\");",
            "eval($_POST[1])",
            "assert(base64_decode('c3lzdGVt'))",
            "${@print(md5(31337))}",
            "include('../../etc/passwd')",
            "file_get_contents('/etc/passwd')",
            "os.system('whoami')",
            "os.popen(\"id\").read()",
            "system(whoami)",
            "exec('import os; os.system(\"id\")')",
            "subprocess.check_output('id', shell=True)",
            "open(\"|ls -la\")",
            "%x(ls -al /)",
            "qx(id)",
            "<?=`id`?>",
            "<? system('ls'); ?>",
            "exec/*x*/('x')",
            "(\"system\")(\"whoami\")",
            "(system)(whoami)",
            "require('child_process').exec('id')",
        ] {
            assert!(score(text) >= 5000, "{text}: {}", score(text));
        }
    }

    #[test]
    fn the_work_grows_with_the_text() {
        for part in [
            "system(",
            "exec('id') ",
            "eval($_",
            "<? x",
            "open(\"a\", %x(",
        ] {
            let work = |times: usize| {
                let text = part.repeat(times);
                let texture = gate::scan(text.as_bytes()).texture;
                steps::of(|| {
                    let _ = find_in(text.as_bytes(), texture);
                })
            };
            let (short, long) = (work(50), work(400));
            assert!(
                long <= short.saturating_mul(10).saturating_add(4000),
                "{part}: {short}, {long}"
            );
        }
    }

    #[test]
    fn calls_of_ordinary_code() {
        for text in [
            "const match = /x/.exec(text);",
            "assert(proto.length === 0);",
            "fs.readFile('index.html', f)",
            "the system (global) settings",
            "os.getenv(\"HOME\") or \"\"",
            "<?xml version=\"1.0\"?>",
            "require('./a.js')",
            "print(len(x))",
            "eval() is evil",
            "ps = x(y)",
            "spawn(move || {",
            "(0, a.execFileSync)(command, {})",
            "(r'(import|include)(x)')",
            "import { exec } from 'child_process'",
        ] {
            assert!(score(text) < 5000, "{text}: {}", score(text));
        }
    }
}
