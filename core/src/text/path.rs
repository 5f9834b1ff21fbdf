//! File names as an intruder writes them: steps upwards and the files worth
//! reading.
//!
//! A step is `..` between separators of any system, also written `....//`,
//! `..;/`, `.\./`; percent and overlong forms are decoded before this.

use super::cursor::{Cursor, starts_with_ci};
use super::words::words;

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
            before = cursor.next();
            continue;
        }
        let start = cursor.at();
        let dots = cursor.take_while(|b| b == b'.').len();
        let path_parameter = cursor.peek() == Some(b';') || cursor.peek() == Some(0);
        if path_parameter && dots == 2 {
            cursor.skip(1);
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

/// A file of the system or of the application's secrets: where its name starts.
///
/// Names are word sequences, so the separator does not matter: slashes of any
/// kind, or what is left of an encoding that nobody could decode.
pub(crate) fn names_secret(text: &[u8]) -> Option<usize> {
    const PAIRS: [(&[u8], &[u8]); 32] = [
        (b"etc", b"passwd"),
        (b"etc", b"shadow"),
        (b"etc", b"hosts"),
        (b"etc", b"group"),
        (b"etc", b"issue"),
        (b"etc", b"motd"),
        (b"etc", b"master"),
        (b"etc", b"apache2"),
        (b"etc", b"httpd"),
        (b"proc", b"self"),
        (b"proc", b"version"),
        (b"proc", b"cmdline"),
        (b"boot", b"ini"),
        (b"win", b"ini"),
        (b"system", b"ini"),
        (b"windows", b"system32"),
        (b"windows", b"win"),
        (b"winnt", b"system32"),
        (b"winnt", b"win"),
        (b"web", b"inf"),
        (b"meta", b"inf"),
        (b"web", b"config"),
        (b"aws", b"credentials"),
        (b"wp", b"config"),
        (b"httpd", b"conf"),
        (b"apache2", b"conf"),
        (b"access", b"log"),
        (b"error", b"log"),
        (b"php", b"ini"),
        (b"my", b"cnf"),
        (b"server", b"xml"),
        (b"autoexec", b"bat"),
    ];
    const NAMES: [&[u8]; 7] = [
        b"htaccess",
        b"htpasswd",
        b"id_rsa",
        b"bash_history",
        b"access_log",
        b"error_log",
        b"authorized_keys",
    ];
    let mut before: (usize, &[u8]) = (0, &[]);
    for (start, word) in words(text) {
        if NAMES.iter().any(|name| word.eq_ignore_ascii_case(name)) {
            return Some(start);
        }
        let gap = text
            .get(before.0.saturating_add(before.1.len())..start)
            .unwrap_or_default();
        let joined = !gap.is_empty()
            && gap.len() <= 12
            && !gap
                .iter()
                .any(|b| matches!(b, b' ' | b',' | b'(' | b')' | b'"' | b'<' | b'>' | b'='));
        if joined
            && PAIRS
                .iter()
                .any(|(a, b)| before.1.eq_ignore_ascii_case(a) && word.eq_ignore_ascii_case(b))
        {
            return Some(before.0);
        }
        // `..2fetc`: a digit or two of an encoding may stick to the word
        before = (start, word);
    }
    None
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
    let talks = words(rest).any(|(_, word)| {
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
    });
    under(&ROOTS) || (talks && under(&LOGS))
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
