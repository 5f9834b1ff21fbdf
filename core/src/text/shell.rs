//! Shell words behind the marks that start a new command.
//!
//! Reads `;`, `|`, `&`, line ends, backquotes, `$(`, `<(` and `>(` of POSIX
//! shells and `cmd.exe`, and undoes what hides a word: quotes, backslashes,
//! carets, empty expansions (`$@`, `$1`, `${x}`), the directory in front.

use super::cursor::{ByteSet, Cursor, is_space, is_word, starts_with_ci};
pub(crate) use super::shell_words::{COMMANDS, Command};
use super::swar;

/// What makes the shell start a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing: the value begins with the command.
    Start,
    /// `;` `|` `||` `&` `&&`
    Separator,
    /// The end of a line.
    Line,
    /// `$(`, `<(`, `>(`
    Substitution,
    /// A backquote, which quotes code in Markdown.
    Quoted,
}

/// What follows a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    /// Nothing, or the next mark.
    None,
    /// A flag, path, variable or redirection.
    Flag,
    /// Quoted text, a number, an address, a file's name.
    Technical,
    /// A word, or something shells do not write there.
    Word,
}

/// A command after a mark.
#[derive(Clone, Copy, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "signs that come in any combination"
)]
pub(crate) struct Invocation {
    pub(crate) mark: Mark,
    pub(crate) command: Command,
    pub(crate) argument: Argument,
    /// The word is broken up by quotes, escapes, expansions or wildcards.
    pub(crate) hidden: bool,
    /// The word has its directory in front.
    pub(crate) rooted: bool,
    /// `{` is in front: a brace expansion if a comma follows.
    pub(crate) braced: bool,
    /// An assignment, a redirection or a word that runs another is in front.
    pub(crate) led: bool,
    /// The word is written like the first of a sentence.
    pub(crate) title: bool,
    /// What stands before the mark is no sentence.
    pub(crate) bare: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Bytes that may start a command behind them.
static MARKS: ByteSet = ByteSet::of(b";|&\n\r`$<>");

/// Visits every command of the table that stands where a shell runs it.
pub(crate) fn each_invocation(text: &[u8], visit: &mut dyn FnMut(Invocation)) {
    let mut cursor = Cursor::new(text);
    // a line end that was escaped once too often
    while matches!(cursor.rest(), [b'\\', b'n' | b'r', ..]) {
        cursor.skip(2);
    }
    let mark = if cursor.at() > 0 {
        Mark::Line
    } else {
        Mark::Start
    };
    invocation(cursor, mark, 0, visit);
    while let Some(byte) = cursor.peek() {
        let start = cursor.at();
        let next = cursor.peek_nth(1);
        let mark = match byte {
            b';' | b'|' | b'&' => Mark::Separator,
            b'\n' | b'\r' => Mark::Line,
            // two of them are markup, or nothing to run
            b'`' if next == Some(b'`') => {
                cursor.take_while(|b| b == b'`');
                continue;
            }
            b'`' => Mark::Quoted,
            b'$' | b'<' | b'>' if next == Some(b'(') => {
                cursor.skip(1);
                Mark::Substitution
            }
            _ => {
                cursor.skip(1);
                cursor.take_while(|b| !MARKS.has(b));
                continue;
            }
        };
        cursor.skip(1);
        cursor.take_while(|b| matches!(b, b';' | b'|' | b'&') && mark == Mark::Separator);
        invocation(cursor, mark, start, visit);
    }
}

/// Bytes that a command may begin with, in whatever disguise.
static BEGINS: ByteSet = ByteSet::word().and(b"'\"\\^$./~");

/// The command at the cursor, at most [`WORD`] bytes of it.
const WORD: usize = 64;

fn invocation(cursor: Cursor<'_>, mark: Mark, start: usize, visit: &mut dyn FnMut(Invocation)) {
    command(cursor, mark, start, false, visit);
    if mark == Mark::Start {
        return;
    }
    // `&a=1 b` is a query
    let single = cursor.before() == Some(b'&') && start.saturating_add(1) == cursor.at();
    let mut inner = cursor;
    for _ in 0..3 {
        let length = preamble(inner.rest(), !single);
        if length == 0 {
            return;
        }
        inner.skip(length);
        command(inner, mark, start, true, visit);
    }
}

fn command(
    mut cursor: Cursor<'_>,
    mark: Mark,
    start: usize,
    led: bool,
    visit: &mut dyn FnMut(Invocation),
) {
    let before = cursor.passed(start);
    let amp = cursor.before() == Some(b'&');
    let mut braced = false;
    // blanks, groups, quotes the value may have to leave, `$IFS` for a blank
    let mut blanks = 0_u8;
    loop {
        blanks = blanks.saturating_add(1);
        match cursor.peek() {
            _ if blanks > 8 => return,
            Some(b'{') => {
                braced = true;
                cursor.skip(1);
            }
            Some(b) if is_space(b) || matches!(b, b'(' | b'!') => cursor.skip(1),
            Some(b'$') if ifs(cursor.rest()) > 0 => cursor.skip(ifs(cursor.rest())),
            _ => break,
        }
    }
    let gap = cursor.at();
    if !cursor.peek().is_some_and(|b| BEGINS.has(b)) {
        return;
    }
    let mut spelled = Spelled::default();
    if !spelled.read(&mut cursor) {
        return;
    }
    let Some(command) = COMMANDS.get(spelled.word()) else {
        return;
    };
    let end = cursor.at();
    if amp && mark == Mark::Separator && !spelled.hidden {
        let single = before.last() != Some(&b'&') && start.saturating_add(1) == gap;
        // `&copy;` is an entity of HTML, `(&id)` a reference of C and its kin
        let entity = cursor.peek() == Some(b';');
        let behind = before.trim_ascii_end();
        let reference = match behind.last() {
            Some(b'(' | b'<' | b'[' | b',' | b':' | b'>') => true,
            Some(b'=') => behind.len() < before.len(),
            Some(_) => behind.len() < before.len() && cursor.peek() == Some(b')'),
            None => false,
        };
        if entity || (single && reference) {
            return;
        }
    }
    if let Some(argument) = argument(cursor, braced, mark) {
        visit(Invocation {
            mark,
            command,
            argument,
            hidden: spelled.hidden,
            rooted: spelled.rooted,
            braced,
            led,
            title: spelled.title(),
            bare: start <= 32 && !before.trim_ascii().iter().any(|b| is_space(*b)),
            start,
            end,
        });
    }
}

/// A word as the shell reads it: what hides it is left out.
struct Spelled {
    bytes: [u8; WORD],
    length: usize,
    hidden: bool,
    rooted: bool,
}

impl Default for Spelled {
    fn default() -> Self {
        Self {
            bytes: [0; WORD],
            length: 0,
            hidden: false,
            rooted: false,
        }
    }
}

impl Spelled {
    fn word(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// `Find`, as at the start of a sentence.
    fn title(&self) -> bool {
        matches!(self.word(), [first, second, ..]
            if first.is_ascii_uppercase() && second.is_ascii_lowercase())
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
        }
        self.length = self.length.saturating_add(1);
    }

    /// Reads the word at the cursor; `false` if there is none.
    fn read(&mut self, cursor: &mut Cursor<'_>) -> bool {
        let begin = cursor.at();
        let first = cursor.peek();
        // a quote or escape since the last byte of the word
        let mut broken = false;
        // within `$'…'`
        let mut ansi = false;
        while let Some(byte) = cursor.peek() {
            if cursor.at().saturating_sub(begin) > WORD {
                return false;
            }
            match byte {
                b'\\'
                    if matches!(
                        cursor.rest(),
                        [_, b'n' | b'r'] | [_, b'n' | b'r', b';' | b'|' | b'&' | b'\\', ..]
                    ) =>
                {
                    break;
                }
                b'\\' if ansi && escape(cursor.rest()).is_some() => {
                    let (byte, length) = escape(cursor.rest()).unwrap_or_default();
                    self.push(byte);
                    cursor.skip(length.saturating_sub(1));
                }
                b'$' if cursor.peek_nth(1) == Some(b'\'') => {
                    (ansi, self.hidden) = (true, true);
                    cursor.skip(1);
                }
                b'\'' if ansi => ansi = false,
                b'\'' | b'"' | b'\\' | b'^' => broken = true,
                b'`' if self.length > 0 && cursor.peek_nth(1) == Some(b'`') => {
                    broken = true;
                    cursor.skip(1);
                }
                b'$' if ifs(cursor.rest()) == 0 => {
                    let gap = empty_expansion(cursor.rest());
                    if gap == 0 {
                        break;
                    }
                    broken = true;
                    cursor.skip(gap.saturating_sub(1));
                }
                b'.' if self.length == 0 && first == Some(b'.') => {}
                b'~' if cursor.at() == begin => {}
                b'/' if matches!(first, Some(b'/' | b'.' | b'~' | b'\'' | b'"' | b'\\')) => {
                    self.length = 0;
                    self.rooted = true;
                    broken = false;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => {
                    self.hidden |= broken && self.length > 0;
                    broken = false;
                    self.push(byte);
                }
                b'.' if starts_with_ci(cursor.rest(), b".exe") => cursor.skip(3),
                // `python3.11`
                b'.' if self.length > 2
                    && self.word().last().is_some_and(u8::is_ascii_digit)
                    && cursor.peek_nth(1).is_some_and(|b| b.is_ascii_digit()) =>
                {
                    cursor.skip(1);
                    cursor.take_while(|b| b.is_ascii_digit());
                    return true;
                }
                _ => break,
            }
            cursor.skip(1);
        }
        self.length = self.length.min(WORD);
        self.length > 0
    }
}

/// `\x69`, `\151` of `$'…'`: the byte, and how long it is written.
fn escape(rest: &[u8]) -> Option<(u8, usize)> {
    let (digits, radix, head) = match rest {
        [b'\\', b'x', tail @ ..] => (tail.get(..2)?, 16, 2_usize),
        [b'\\', tail @ ..] => (tail.get(..3)?, 8, 1),
        _ => return None,
    };
    let byte = digits.iter().try_fold(0_u32, |sum, digit| {
        let digit = char::from(*digit).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(digit)
    })?;
    let byte = u8::try_from(byte).ok()?;
    Some((byte, head.saturating_add(digits.len())))
}

/// Words of the shell that run what follows them.
const LEADS: [&[u8]; 13] = [
    b"eval", b"exec", b"command", b"builtin", b"time", b"then", b"do", b"else", b"if", b"while",
    b"until", b"env", b"nohup",
];

/// `x=1 `, `</dev/null `, `then `: what may stand before a command and runs it
/// all the same; how long, or 0. POSIX.1-2017, 2.9.1 and 2.9.4.
fn preamble(rest: &[u8], assigns: bool) -> usize {
    let head = rest.get(..rest.len().min(WORD)).unwrap_or_default();
    let mut cursor = Cursor::new(head);
    cursor.take_while(|b| matches!(b, b' ' | b'\t' | b'{' | b'('));
    let word = cursor.take_while(is_word);
    match cursor.peek() {
        Some(b' ' | b'\t') if LEADS.contains(&word) => {}
        Some(b'=') if assigns && word.first().is_some_and(|b| !b.is_ascii_digit()) => {
            cursor.skip(1);
            cursor.take_while(|b| !is_space(b) && !matches!(b, b';' | b'|' | b'&' | b'(' | b')'));
        }
        Some(b'<' | b'>') if word.iter().all(u8::is_ascii_digit) => {
            cursor.take_while(|b| matches!(b, b'<' | b'>' | b'&' | b' '));
            if cursor
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_'))
                .is_empty()
            {
                return 0;
            }
        }
        _ => return 0,
    }
    if cursor.take_while(|b| matches!(b, b' ' | b'\t')).is_empty() {
        return 0;
    }
    cursor.at()
}

/// `$IFS`, `${IFS}`, `$IFS$9`: how long, or 0.
fn ifs(rest: &[u8]) -> usize {
    if rest.starts_with(b"${IFS}") {
        6
    } else if rest.starts_with(b"$IFS") {
        if rest.get(4) == Some(&b'$') { 6 } else { 4 }
    } else {
        0
    }
}

/// `$@`, `$1`, `${x}`, `$()`: expands to nothing; how long, or 0.
fn empty_expansion(rest: &[u8]) -> usize {
    match rest {
        [b'$', b'@' | b'*' | b'!' | b'0'..=b'9', ..] => 2,
        [b'$', b'(', b')', ..] => 3,
        // `$u`: most likely unset
        [b'$', name, next, ..] if name.is_ascii_alphabetic() && !is_word(*next) => 2,
        [b'$', b'{', tail @ ..] => {
            let name = tail.get(..tail.len().min(12)).unwrap_or_default();
            swar::find_byte(name, b'}').map_or(0, |n| n.saturating_add(3))
        }
        _ => 0,
    }
}

/// What stands behind the command; `None` if it is no command after all.
fn argument(mut cursor: Cursor<'_>, braced: bool, mark: Mark) -> Option<Argument> {
    if ifs(cursor.rest()) > 0 {
        return Some(Argument::Flag);
    }
    let space = cursor.take_while(|b| matches!(b, b' ' | b'\t' | b'+'));
    let Some(byte) = cursor.peek() else {
        return Some(Argument::None);
    };
    let glued = space.is_empty();
    Some(match byte {
        b'\'' | b'"' if glued => Argument::None,
        // a line end, escaped
        b'\\' if glued && matches!(cursor.peek_nth(1), Some(b'n' | b'r')) => Argument::None,
        // a substitution as an argument
        b'`' if !glued && mark != Mark::Quoted => Argument::Flag,
        b';' | b'|' | b'&' | b'\n' | b'\r' | b'`' | b')' | b'}' | b'#' => Argument::None,
        b'<' | b'>' => Argument::Flag,
        b',' if glued && braced => Argument::Flag,
        b'/' | b'\\' if glued => Argument::Technical,
        _ if glued => return None,
        b'-' => {
            // a flag, not a dash between words
            if cursor
                .peek_nth(1)
                .is_some_and(|b| b.is_ascii_alphanumeric() || b == b'-')
            {
                Argument::Flag
            } else {
                Argument::Word
            }
        }
        b'/' | b'~' | b'$' => Argument::Flag,
        b'.' | b'*' | b'%' | b'\\' | b'\'' | b'"' | b'0'..=b'9' | b'{' | b'?' => {
            Argument::Technical
        }
        _ => {
            let head = cursor.rest();
            let mut cursor = Cursor::new(head.get(..head.len().min(WORD)).unwrap_or_default());
            let word = cursor.take_while(|b| !is_space(b) && !matches!(b, b';' | b'|' | b'&'));
            let inner = word.get(..word.len().saturating_sub(1)).unwrap_or_default();
            // an address or file: `evil.example`, `a/b`, `c:\x`
            if inner
                .iter()
                .any(|b| matches!(b, b'.' | b'/' | b':' | b'\\' | b'*'))
            {
                Argument::Technical
            } else {
                Argument::Word
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn shown(text: &str) -> String {
        let mut out = Vec::new();
        each_invocation(text.as_bytes(), &mut |i| {
            out.push(format!("{:?}/{:?}/{:?}", i.mark, i.command, i.argument));
        });
        out.join(" ")
    }

    #[test]
    fn commands_behind_marks() {
        assert_eq!(shown("x; cat /etc/passwd"), "Separator/Plain/Flag");
        assert_eq!(shown("x|id"), "Separator/Terse/None");
        assert_eq!(shown(";x=1 </dev/null ls"), "Separator/Telling/None");
        assert_eq!(shown(";{ whoami;}"), "Separator/Telling/None");
        assert_eq!(shown(";do id;"), "Separator/Terse/None");
        assert_eq!(shown(";$'i'd"), "Separator/Terse/None");
        assert_eq!(shown(";$'\\151\\x64'"), "Separator/Terse/None");
        assert_eq!(shown("$(whoami)"), "Substitution/Telling/None");
        assert_eq!(shown("a`ls -la`"), "Quoted/Telling/Flag");
        assert_eq!(shown("&& /bin/c'a't${IFS}x"), "Separator/Plain/Flag");
        assert_eq!(shown(";w\\ho$@ami"), "Separator/Telling/None");
        assert_eq!(shown("\\nid|"), "Line/Terse/None");
        assert_eq!(shown(";id\\n"), "Separator/Terse/None");
        assert_eq!(shown("wh''oami"), "Start/Telling/None");
        assert_eq!(shown("x;un``ame -a"), "Separator/Telling/Flag");
        assert_eq!(shown("ping -c 3 x"), "Start/Plain/Flag");
        assert_eq!(shown("|ping evil.example"), "Separator/Plain/Technical");
    }

    #[test]
    fn words_that_are_none() {
        assert_eq!(shown("cats; find out more"), "Separator/Common/Word");
        assert_eq!(shown("?a=1&id=3&type=x&cat=4"), "");
        assert_eq!(shown("?a=1&q=x id"), "");
        assert_eq!(shown("$(document).ready"), "");
        assert_eq!(shown("```bash\n"), "");
        assert_eq!(shown("f(&id); a.zip(&set)"), "");
    }
}
