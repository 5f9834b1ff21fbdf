//! File names as an intruder writes them: steps upwards and the files worth
//! reading.
//!
//! A step is `..` between separators of any system, also written `....//`,
//! `..;/`, `.\./`; percent and overlong forms are decoded before this.

use super::cursor::{Cursor, is_word, starts_with_ci};
use super::words::{word_table, words};

/// The name of a path's last part, and what is behind its last dot.
pub(crate) fn split_ending(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let last = path.rsplit(|b| matches!(b, b'/' | b'\\')).next()?;
    let dot = last.iter().rposition(|b| *b == b'.')?;
    Some((last.get(..dot)?, last.get(dot.saturating_add(1)..)?))
}

/// The steps upwards in a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Climb {
    pub(crate) steps: usize,
    /// Some step is written to slip past a filter.
    pub(crate) disguised: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Counts the steps upwards.
pub(crate) fn climb(text: &[u8]) -> Climb {
    let mut found = Climb::default();
    let mut cursor = Cursor::new(text);
    let mut before = None;
    while let Some(byte) = cursor.peek() {
        if byte != b'.' {
            cursor.take_until(b'.');
            before = cursor.before();
            continue;
        }
        let start = cursor.at();
        let dots = cursor.take_while(|b| b == b'.').len();
        let path_parameter = cursor.peek() == Some(b';') || cursor.peek() == Some(0);
        if path_parameter && dots == 2 {
            cursor.skip(1);
            // `..;x=y/`
            let rest = cursor.rest();
            let named = rest
                .iter()
                .take(16)
                .take_while(|b| is_word(**b) || **b == b'=');
            let length = named.count();
            if matches!(rest.get(length), Some(b'/' | b'\\')) {
                cursor.skip(length);
            }
        }
        let separators = cursor.take_while(|b| b == b'/' || b == b'\\').len();
        let at_start = before.is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'.');
        let last = cursor.done() && separators == 0 && matches!(before, Some(b'/' | b'\\'));
        let is_step = dots >= 2
            && (separators > 0 || (last && dots == 2))
            && (at_start || found.end == start);
        // `./` inside `.../...//` belongs to the disguise
        if is_step {
            if found.steps == 0 {
                found.start = start;
            }
            found.steps = found.steps.saturating_add(1);
            found.disguised |= path_parameter
                || (dots > 2 && dots != 3)
                || (dots == 3 && found.steps > 1)
                || separators > 2;
            found.end = cursor.at();
        }
        before = text.get(cursor.at().saturating_sub(1)).copied();
    }
    found
}

/// What a word says about a file's name.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// It names a secret.
    Whole,
    /// It does with one of these words behind it.
    Before(&'static [&'static str]),
}

const PART_LIST: &[(&str, Part)] = &[
    (
        "etc",
        Part::Before(&[
            "passwd", "shadow", "hosts", "group", "issue", "motd", "master", "apache2", "httpd",
        ]),
    ),
    ("proc", Part::Before(&["self", "version", "cmdline"])),
    ("boot", Part::Before(&["ini"])),
    ("win", Part::Before(&["ini"])),
    ("system", Part::Before(&["ini"])),
    ("windows", Part::Before(&["system32", "win"])),
    ("winnt", Part::Before(&["system32", "win"])),
    ("web", Part::Before(&["inf", "config"])),
    ("meta", Part::Before(&["inf"])),
    ("aws", Part::Before(&["credentials"])),
    ("wp", Part::Before(&["config"])),
    ("httpd", Part::Before(&["conf"])),
    ("apache2", Part::Before(&["conf"])),
    ("access", Part::Before(&["log"])),
    ("error", Part::Before(&["log"])),
    ("php", Part::Before(&["ini"])),
    ("my", Part::Before(&["cnf"])),
    ("server", Part::Before(&["xml"])),
    ("autoexec", Part::Before(&["bat"])),
    ("htaccess", Part::Whole),
    ("htpasswd", Part::Whole),
    ("id_rsa", Part::Whole),
    ("bash_history", Part::Whole),
    ("access_log", Part::Whole),
    ("error_log", Part::Whole),
    ("authorized_keys", Part::Whole),
];

word_table!(static PARTS: Part = *PART_LIST);

/// A file of the system or of the application's secrets: where its name starts.
///
/// Names are word sequences, so the separator does not matter: slashes of any
/// kind, or what is left of an encoding that nobody could decode.
pub(crate) fn names_secret(text: &[u8]) -> Option<usize> {
    // the word before, if it is the first of two
    let mut before: Option<(usize, &[u8], &[&str])> = None;
    for (start, word) in words(text) {
        let part = PARTS.get(word);
        if matches!(part, Some(Part::Whole)) {
            return Some(start);
        }
        if let Some((first_start, first, seconds)) = before
            && seconds
                .iter()
                .any(|s| word.eq_ignore_ascii_case(s.as_bytes()))
            && joined(text.get(first_start.saturating_add(first.len())..start))
        {
            return Some(first_start);
        }
        before = match part {
            Some(Part::Before(seconds)) => Some((start, word, seconds)),
            _ => None,
        };
    }
    None
}

/// What stands between two parts of a name: separators, or what is left of an
/// encoding.
fn joined(gap: Option<&[u8]>) -> bool {
    gap.is_some_and(|gap| {
        !gap.is_empty()
            && gap.len() <= 12
            && !gap
                .iter()
                .any(|b| matches!(b, b' ' | b',' | b'(' | b')' | b'"' | b'<' | b'>' | b'='))
    })
}

/// An absolute path into a part of a system that no user input names.
pub(crate) fn is_system_path(text: &[u8]) -> bool {
    const ROOTS: [&[u8]; 11] = [
        b"/etc/",
        b"/proc/",
        b"/root/",
        b"/var/log/",
        b"/var/www/",
        b"/var/adm/",
        b"/logs/",
        b"/apache",
        b"/boot/",
        b"/windows/",
        b"/winnt/",
    ];
    const LOGS: [&[u8]; 3] = [b"/usr/local/", b"/opt/", b"/var/lib/"];
    let rest = text
        .strip_prefix(b"/")
        .filter(|r| r.starts_with(b"/"))
        .unwrap_or(text);
    let under = |roots: &[&[u8]]| roots.iter().any(|root| starts_with_ci(rest, root));
    let talks = || {
        words(rest).any(|(_, word)| {
            [
                &b"log"[..],
                b"logs",
                b"conf",
                b"apache",
                b"apache2",
                b"httpd",
                b"etc",
            ]
            .iter()
            .any(|w| word.eq_ignore_ascii_case(w))
        })
    };
    under(&ROOTS) || (under(&LOGS) && talks())
}

/// `c:\…`, `\\server\share`
pub(crate) fn is_windows_path(text: &[u8]) -> bool {
    matches!(text, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic())
        || matches!(text, [b'\\', b'\\', next, ..] if next.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings() {
        assert_eq!(
            split_ending(b"a.b/c.d.php"),
            Some((&b"c.d"[..], &b"php"[..]))
        );
        assert_eq!(split_ending(b"a.b/c"), None);
    }

    #[test]
    fn counts_steps_upwards() {
        let steps = |text: &str| {
            let climb = climb(text.as_bytes());
            (climb.steps, climb.disguised)
        };
        assert_eq!(steps("../../etc/passwd"), (2, false));
        assert_eq!(steps("a/..\\..\\b"), (2, false));
        assert_eq!(steps("....//....//x"), (2, true));
        assert_eq!(steps("/x/..;/manager"), (1, true));
        assert_eq!(steps("/a/.."), (1, false));
        assert_eq!(
            steps("wait... what/.. no, 1..2/3 and file..txt"),
            (0, false)
        );
    }
}
