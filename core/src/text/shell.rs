//! Shell words behind the marks that start a new command.
//!
//! Reads `;`, `|`, `&`, line ends, backquotes, `$(`, `<(` and `>(` of POSIX
//! shells and `cmd.exe`, and undoes what hides a word: quotes, backslashes,
//! carets, empty expansions (`$@`, `$1`, `${x}`), the directory in front.

use super::cursor::{ByteSet, Cursor, is_space};
use super::swar;
use super::words::Words;

/// How a word reads outside a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Hardly a word of prose or code.
    Plain,
    /// A word of prose or code as well: its arguments decide.
    Common,
}

/// Commands that intruders run.
pub(crate) static COMMANDS: Words<Command, 512> = Words::new(&[
    ("whoami", Command::Plain),
    ("uname", Command::Plain),
    ("ifconfig", Command::Plain),
    ("ipconfig", Command::Plain),
    ("nslookup", Command::Plain),
    ("wget", Command::Plain),
    ("curl", Command::Plain),
    ("netcat", Command::Plain),
    ("ncat", Command::Plain),
    ("nc", Command::Plain),
    ("ls", Command::Plain),
    ("dir", Command::Plain),
    ("cat", Command::Plain),
    ("tac", Command::Plain),
    ("pwd", Command::Plain),
    ("chmod", Command::Plain),
    ("chown", Command::Plain),
    ("ps", Command::Plain),
    ("netstat", Command::Plain),
    ("bash", Command::Plain),
    ("sh", Command::Plain),
    ("zsh", Command::Plain),
    ("ksh", Command::Plain),
    ("dash", Command::Common),
    ("perl", Command::Plain),
    ("python", Command::Plain),
    ("python2", Command::Plain),
    ("python3", Command::Plain),
    ("php", Command::Plain),
    ("ruby", Command::Plain),
    ("node", Command::Common),
    ("powershell", Command::Plain),
    ("pwsh", Command::Plain),
    ("cmd", Command::Plain),
    ("tftp", Command::Plain),
    ("telnet", Command::Plain),
    ("ftp", Command::Plain),
    ("ssh", Command::Plain),
    ("scp", Command::Plain),
    ("rm", Command::Plain),
    ("cp", Command::Plain),
    ("mv", Command::Plain),
    ("mkdir", Command::Plain),
    ("rmdir", Command::Plain),
    ("grep", Command::Plain),
    ("egrep", Command::Plain),
    ("awk", Command::Plain),
    ("sed", Command::Plain),
    ("xargs", Command::Plain),
    ("uniq", Command::Plain),
    ("systeminfo", Command::Plain),
    ("tasklist", Command::Plain),
    ("taskkill", Command::Plain),
    ("wmic", Command::Plain),
    ("certutil", Command::Plain),
    ("bitsadmin", Command::Plain),
    ("mshta", Command::Plain),
    ("rundll32", Command::Plain),
    ("regsvr32", Command::Plain),
    ("schtasks", Command::Plain),
    ("nmap", Command::Plain),
    ("gcc", Command::Plain),
    ("printenv", Command::Plain),
    ("lsof", Command::Plain),
    ("busybox", Command::Plain),
    ("socat", Command::Plain),
    ("mkfifo", Command::Plain),
    ("base64", Command::Plain),
    ("xxd", Command::Plain),
    ("printf", Command::Plain),
    ("nohup", Command::Plain),
    ("sudo", Command::Plain),
    ("crontab", Command::Plain),
    ("useradd", Command::Plain),
    ("adduser", Command::Plain),
    ("ping", Command::Plain),
    ("ping6", Command::Plain),
    ("traceroute", Command::Plain),
    ("tracert", Command::Plain),
    ("dig", Command::Common),
    ("iptables", Command::Plain),
    ("killall", Command::Plain),
    ("pkill", Command::Plain),
    ("netsh", Command::Plain),
    ("sleep", Command::Common),
    ("id", Command::Common),
    ("ver", Command::Common),
    ("type", Command::Common),
    ("find", Command::Common),
    ("sort", Command::Common),
    ("head", Command::Common),
    ("tail", Command::Common),
    ("more", Command::Common),
    ("less", Command::Common),
    ("host", Command::Common),
    ("hostname", Command::Common),
    ("timeout", Command::Common),
    ("date", Command::Common),
    ("who", Command::Common),
    ("last", Command::Common),
    ("set", Command::Common),
    ("net", Command::Common),
    ("reg", Command::Common),
    ("start", Command::Common),
    ("echo", Command::Common),
    ("cut", Command::Common),
    ("kill", Command::Common),
    ("history", Command::Common),
    ("make", Command::Common),
    ("service", Command::Common),
    ("systemctl", Command::Plain),
    ("copy", Command::Common),
    ("del", Command::Common),
    ("move", Command::Common),
    ("touch", Command::Common),
    ("read", Command::Common),
    ("exec", Command::Common),
    ("eval", Command::Common),
    ("source", Command::Common),
    ("which", Command::Common),
    ("wait", Command::Common),
    ("cd", Command::Common),
    ("env", Command::Common),
    ("tee", Command::Common),
    ("wc", Command::Common),
    ("nl", Command::Common),
    ("od", Command::Common),
    ("df", Command::Common),
    ("du", Command::Common),
    ("su", Command::Common),
    ("tar", Command::Common),
    ("zip", Command::Common),
    ("unzip", Command::Common),
    ("export", Command::Common),
    ("file", Command::Common),
    ("stat", Command::Common),
    ("split", Command::Common),
    ("rev", Command::Common),
    ("lwp", Command::Common),
    ("mail", Command::Common),
    ("man", Command::Common),
    ("git", Command::Common),
    ("passwd", Command::Common),
    ("shutdown", Command::Common),
    ("reboot", Command::Common),
    ("route", Command::Common),
    ("arp", Command::Common),
    ("expr", Command::Common),
    ("getent", Command::Plain),
    ("lscpu", Command::Plain),
    ("groups", Command::Common),
]);

/// What makes the shell start a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing: the value begins with the command.
    Start,
    /// `;` `|` `||` `&` `&&`
    Separator,
    /// The end of a line.
    Line,
    /// A backquote, `$(`, `<(`, `>(`
    Substitution,
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
pub(crate) struct Invocation {
    pub(crate) mark: Mark,
    pub(crate) command: Command,
    pub(crate) argument: Argument,
    /// The word was written in a disguise, or with a directory in front.
    pub(crate) disguised: bool,
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
    invocation(cursor, Mark::Start, 0, visit);
    while let Some(byte) = cursor.peek() {
        let start = cursor.at();
        let next = cursor.peek_nth(1);
        let mark = match byte {
            b';' | b'|' | b'&' => Mark::Separator,
            b'\n' | b'\r' => Mark::Line,
            b'`' => Mark::Substitution,
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

fn invocation(mut cursor: Cursor<'_>, mark: Mark, start: usize, visit: &mut dyn FnMut(Invocation)) {
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
    if !cursor.peek().is_some_and(|b| BEGINS.has(b)) {
        return;
    }
    let mut word = [0_u8; WORD];
    let (mut length, mut disguised) = (0_usize, false);
    let begin = cursor.at();
    let rooted = matches!(
        cursor.peek(),
        Some(b'/' | b'.' | b'~' | b'\'' | b'"' | b'\\')
    );
    while let Some(byte) = cursor.peek() {
        if cursor.at().saturating_sub(begin) > WORD {
            return;
        }
        match byte {
            b'\'' | b'"' | b'\\' | b'^' => disguised |= cursor.at() > begin || byte == b'\\',
            b'$' if ifs(cursor.rest()) == 0 => {
                let gap = empty_expansion(cursor.rest());
                if gap == 0 {
                    break;
                }
                disguised = true;
                cursor.skip(gap.saturating_sub(1));
            }
            b'.' if length == 0 && rooted => disguised = true,
            b'~' if cursor.at() == begin => {}
            b'/' if rooted => {
                length = 0;
                disguised = true;
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => {
                if let Some(slot) = word.get_mut(length) {
                    *slot = byte;
                }
                length = length.saturating_add(1);
            }
            b'.' if matches!(
                cursor.rest(),
                [b'.', b'e' | b'E', b'x' | b'X', b'e' | b'E', ..]
            ) =>
            {
                cursor.skip(3);
            }
            _ => break,
        }
        cursor.skip(1);
    }
    let word = word.get(..length).filter(|word| !word.is_empty());
    let Some(command) = word.and_then(|word| COMMANDS.get(word)) else {
        return;
    };
    let end = cursor.at();
    // `&copy;` is an entity of HTML
    if amp && cursor.peek() == Some(b';') && mark == Mark::Separator && !disguised {
        return;
    }
    if let Some(argument) = argument(cursor, braced) {
        visit(Invocation {
            mark,
            command,
            argument,
            disguised,
            bare: start <= 32 && !before.trim_ascii().iter().any(|b| is_space(*b)),
            start,
            end,
        });
    }
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
        [b'$', b'{', tail @ ..] => {
            let name = tail.get(..tail.len().min(12)).unwrap_or_default();
            swar::find_byte(name, b'}').map_or(0, |n| n.saturating_add(3))
        }
        _ => 0,
    }
}

/// What stands behind the command; `None` if it is no command after all.
fn argument(mut cursor: Cursor<'_>, braced: bool) -> Option<Argument> {
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
        assert_eq!(shown("x|id"), "Separator/Common/None");
        assert_eq!(shown("$(whoami)"), "Substitution/Plain/None");
        assert_eq!(shown("a`ls -la`"), "Substitution/Plain/Flag");
        assert_eq!(shown("&& /bin/c'a't${IFS}x"), "Separator/Plain/Flag");
        assert_eq!(shown(";w\\ho$@ami"), "Separator/Plain/None");
        assert_eq!(shown("ping -c 3 x"), "Start/Plain/Flag");
        assert_eq!(shown("|ping evil.example"), "Separator/Plain/Technical");
    }

    #[test]
    fn words_that_are_none() {
        assert_eq!(shown("cats; find out more"), "Separator/Common/Word");
        assert_eq!(shown("?a=1&id=3&type=x&cat=4"), "");
        assert_eq!(shown("$(document).ready"), "");
    }
}
