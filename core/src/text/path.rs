//! File names as an intruder writes them: steps upwards and the files worth
//! reading.
//!
//! A step is `..` between separators of any system, also written `....//`,
//! `..;/`, `.\./`; percent and overlong forms are decoded before this.

use super::cursor::{Cursor, find_ci, starts_with_ci};

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
        let is_step = dots >= 2 && (separators > 0 || (last && dots == 2)) && (at_start || found.end == start);
        // `./` inside `.../...//` belongs to the disguise
        if is_step {
            if found.steps == 0 {
                found.start = start;
            }
            found.steps = found.steps.saturating_add(1);
            found.disguised |= path_parameter || (dots > 2 && dots != 3) || (dots == 3 && found.steps > 1) || separators > 2;
            found.end = cursor.at();
        }
        before = text.get(cursor.at().saturating_sub(1)).copied();
    }
    found
}

/// Whether a value names a file of the system or of the application's secrets,
/// wherever it stands in the value.
pub(crate) fn names_secret(text: &[u8]) -> Option<usize> {
    const SECRETS: [&[u8]; 40] = [
        b"etc/passwd",
        b"etc\\passwd",
        b"etc/shadow",
        b"etc/hosts",
        b"etc/group",
        b"etc/issue",
        b"etc/motd",
        b"etc/master.passwd",
        b"proc/self/",
        b"proc/version",
        b"proc/cmdline",
        b"boot.ini",
        b"win.ini",
        b"system.ini",
        b"windows/system32",
        b"windows\\system32",
        b"winnt/",
        b"winnt\\",
        b"web-inf/",
        b"web-inf\\",
        b"meta-inf/",
        b"web.config",
        b".htaccess",
        b".htpasswd",
        b".ssh/",
        b"id_rsa",
        b".bash_history",
        b".aws/credentials",
        b"wp-config.php",
        b"httpd.conf",
        b"apache2.conf",
        b"access_log",
        b"access.log",
        b"error_log",
        b"error.log",
        b"php.ini",
        b"my.cnf",
        b"server.xml",
        b"windows/win",
        b"autoexec.bat",
    ];
    SECRETS.iter().find_map(|name| find_ci(text, name))
}

/// An absolute path into a part of a system that no user input names.
pub(crate) fn is_system_path(text: &[u8]) -> bool {
    const ROOTS: [&[u8]; 14] = [
        b"/etc/",
        b"/proc/",
        b"/root/",
        b"/var/log/",
        b"/var/www/",
        b"/var/lib/",
        b"/var/adm/",
        b"/usr/local/",
        b"/opt/",
        b"/logs/",
        b"/apache",
        b"/boot/",
        b"/windows/",
        b"/winnt/",
    ];
    let rest = text.strip_prefix(b"/").filter(|r| r.starts_with(b"/")).unwrap_or(text);
    ROOTS.iter().any(|root| starts_with_ci(rest, root))
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
        assert_eq!(steps("wait... what/.. no, 1..2/3 and file..txt"), (0, false));
    }
}
