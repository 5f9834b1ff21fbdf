//! Path traversal and file inclusion: steps upwards, files of the system,
//! stream wrappers, NUL bytes, remote files.
//!
//! A relative path in a page or in code is content; as a whole short value, or
//! in the path of the request, it is a question to the file system.

use super::evidence::{Evidence, Strongest, Texture};
use super::signs::Signs;
use crate::text::cursor::{find, find_ci, is_space, starts_with_ci};
use crate::text::path;
use crate::text::values::Kind;

/// Schemes that make PHP, Java or curl open something.
const WRAPPERS: [&[u8]; 24] = [
    b"php://",
    b"phar://",
    b"expect://",
    b"zip://",
    b"zlib://",
    b"compress.zlib",
    b"compress.bzip2",
    b"glob://",
    b"data://",
    b"data:;base64",
    b"data:text/plain,<?",
    b"ogg://",
    b"ssh2.",
    b"rar://",
    b"netdoc:/",
    b"jar:http",
    b"gopher://",
    b"dict://",
    b"tftp://",
    b"url:file:",
    b"ldap://",
    b"ldaps://",
    b"rmi://",
    b"sftp://",
];

/// The strongest evidence in `text`; `unfolded` when a second decoding showed it.
pub(crate) fn find_in(kind: Kind, text: &[u8], unfolded: bool, signs: &Signs) -> Option<Evidence> {
    let texture = signs.texture;
    let mut best = Strongest::default();
    let spaces = text
        .get(..text.len().min(400))
        .unwrap_or_default()
        .iter()
        .filter(|b| is_space(**b) && **b != 0)
        .count();
    let whole = spaces <= 1 && text.len() <= 400;
    let secret = if signs.secret() {
        path::names_secret(text)
    } else {
        None
    };
    if signs.climbs() {
        steps(kind, text, unfolded, texture, whole, secret, &mut best);
    }
    if kind == Kind::Path {
        if let Some(at) = secret.filter(|at| {
            let name = text.get(*at..).unwrap_or_default();
            is_famous(name) || is_log(name)
        }) {
            best.add(Evidence::new("shield.traversal.file", 8000, at, text.len()));
        }
    } else if whole {
        absolute(text, secret, spaces, texture, &mut best);
    }
    let target = text.trim_ascii_start();
    if signs.scheme() {
        if WRAPPERS
            .iter()
            .any(|wrapper| starts_with_ci(target, wrapper))
        {
            best.add(Evidence::new(
                "shield.traversal.wrapper",
                texture.weigh(8800, 3000, 2000),
                0,
                text.len(),
            ));
        } else if starts_with_ci(target, b"file:/") && whole {
            let score = if secret.is_some() {
                9000
            } else if is_system_file(target) {
                8000
            } else {
                4500
            };
            best.add(Evidence::new(
                "shield.traversal.wrapper",
                texture.weigh(score, 3000, 2000),
                0,
                text.len(),
            ));
        }
        if whole && is_remote_file(target) {
            best.add(Evidence::new(
                "shield.traversal.remote",
                7500,
                0,
                text.len(),
            ));
        }
    }
    if whole
        && signs.nul()
        && let Some(at) = text.iter().position(|b| *b == 0)
    {
        let quoted = unfolded && text.iter().any(|b| matches!(b, b'"' | b'\''));
        let score = if quoted {
            // `b"\x00"` of a program
            4500
        } else if kind == Kind::Path || at.saturating_add(12) > text.len() {
            8000
        } else {
            6000
        };
        best.add(Evidence::new(
            "shield.traversal.null",
            score,
            at,
            at.saturating_add(1),
        ));
    }
    if whole && let Some((at, length)) = spelled(text, signs) {
        best.add(Evidence::new(
            "shield.traversal.climb",
            8000,
            at,
            at.saturating_add(length),
        ));
    }
    best.0
}

/// `file:/etc/x`, `file://localhost/etc/x` (RFC 8089).
fn is_system_file(url: &[u8]) -> bool {
    let path = url.get(b"file:".len()..).unwrap_or_default();
    let path = path.strip_prefix(b"//").unwrap_or(path);
    let path = path.strip_prefix(b"localhost").unwrap_or(path);
    path::is_system_path(path)
}

/// Dots and slashes in hexadecimal that no layer decoded: where, how long.
fn spelled(text: &[u8], signs: &Signs) -> Option<(usize, usize)> {
    let place = |needle: &[u8]| find_ci(text, needle).map(|at| (at, needle.len()));
    let overlong = || place(b"\xc0\xae\xc0\xae").filter(|_| signs.folded());
    place(b"0x2e0x2e")
        .or_else(|| dotted(text).filter(|_| signs.climbs()))
        .or_else(overlong)
}

/// The same with a step in plain dots; the first of the list counts.
fn dotted(text: &[u8]) -> Option<(usize, usize)> {
    const BEHIND: [&[u8]; 6] = [b"2f..2f", b"5c..5c", b"%5c", b"%2f", b"0x2f", b"0x5c"];
    const BEFORE: &[u8] = b"%5c";
    let mut found: Option<(usize, usize, usize)> = None;
    for (at, _) in text.windows(2).enumerate().filter(|(_, two)| two == b"..") {
        let (before, behind) = text.split_at_checked(at.saturating_add(2))?;
        let known = BEHIND
            .iter()
            .position(|ending| starts_with_ci(behind, ending));
        let start = at.checked_sub(BEFORE.len());
        let (which, start, length) = match (known, start) {
            (Some(which), _) => (which, at, BEHIND.get(which)?.len()),
            (None, Some(start)) if starts_with_ci(before.get(start..)?, BEFORE) => {
                (BEHIND.len(), start, BEFORE.len())
            }
            _ => continue,
        };
        if found.is_none_or(|(first, ..)| which < first) {
            found = Some((which, start, length.saturating_add(2)));
        }
    }
    found.map(|(_, start, length)| (start, length))
}

/// Files that are asked for to prove a point.
fn is_famous(name: &[u8]) -> bool {
    let head = name.get(..name.len().min(12)).unwrap_or_default();
    [
        &b"passwd"[..],
        b"shadow",
        b"htaccess",
        b"boot.ini",
        b"win.ini",
        b"self",
        b"web-inf",
    ]
    .iter()
    .any(|word| find_ci(head, word).is_some())
}

/// What servers write, and keys: nothing of it is served.
fn is_log(name: &[u8]) -> bool {
    [
        &b"error_log"[..],
        b"access_log",
        b"access.log",
        b"error.log",
        b"id_rsa",
        b"bash_history",
        b"authorized_keys",
    ]
    .iter()
    .any(|word| starts_with_ci(name, word))
}

fn steps(
    kind: Kind,
    text: &[u8],
    unfolded: bool,
    texture: Texture,
    whole: bool,
    secret: Option<usize>,
    best: &mut Strongest,
) {
    let climb = path::climb(text);
    if climb.steps == 0 {
        return;
    }
    // `import "../../x"`, `[x]: ../../y`
    let before = text.get(..climb.start).unwrap_or_default();
    let code = before
        .iter()
        .any(|b| matches!(b, b' ' | b'"' | b'\'' | b'(' | b'`' | b'['));
    let whole = whole && (!code || climb.steps > 3);
    let odd = climb.disguised || unfolded;
    // `/x/../var/log/y`
    let system = whole
        && text.starts_with(b"/")
        && climb
            .end
            .checked_sub(1)
            .and_then(|slash| text.get(slash..))
            .is_some_and(path::is_system_path);
    let score = match (climb.steps, secret.is_some(), odd) {
        (_, true, _) => 9600,
        (3.., _, true) => 9300,
        (2, _, true) => 8500,
        (1, _, true) => 7000,
        (3.., _, false) => 8800,
        (2, _, false) => 6500,
        _ if system => 6500,
        _ => 3500,
    };
    let score = match kind {
        // clients resolve dot segments before they ask
        Kind::Path => score.max(if above_root(text) { 8500 } else { 4500 }),
        Kind::File => score.max(8500),
        _ if !whole => score.min(if secret.is_some() { 8000 } else { 4500 }),
        _ => score,
    };
    best.add(Evidence::new(
        "shield.traversal.climb",
        texture.weigh(score, 4000, 2500),
        climb.start,
        climb.end,
    ));
}

/// The path has more steps upwards than segments before them.
fn above_root(path: &[u8]) -> bool {
    let mut depth = 0_i32;
    for segment in path.split(|b| matches!(b, b'/' | b'\\')) {
        match segment {
            b"" | b"." => {}
            b".." => depth = depth.saturating_sub(1),
            _ => depth = depth.saturating_add(1),
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

fn absolute(
    text: &[u8],
    secret: Option<usize>,
    spaces: usize,
    texture: Texture,
    best: &mut Strongest,
) {
    let target = text.trim_ascii();
    let windows = path::is_windows_path(target);
    let rooted = target.starts_with(b"/") || target.starts_with(b"\\") || windows;
    let score = match secret {
        Some(_) if rooted => 8800,
        // the whole value is the file's name
        Some(0 | 1)
            if is_famous(target)
                && texture.words <= 3
                && !target.ends_with(b"/")
                && texture.length <= 16 =>
        {
            6500
        }
        Some(at)
            if texture.words <= 8
                && at > 1
                && !target.contains(&b':')
                && !target.get(..at).is_some_and(|t| t.contains(&b'.'))
                && is_famous(target.get(at..).unwrap_or_default()) =>
        {
            6500
        }
        None if rooted
            && spaces == 0
            && path::is_system_path(target)
            && !target.ends_with(b".") =>
        {
            6500
        }
        None if windows => 3500,
        _ => return,
    };
    best.add(Evidence::new(
        "shield.traversal.file",
        texture.weigh(score, 3000, 1500),
        secret.unwrap_or(0),
        text.len(),
    ));
}

/// A whole URL of a script or text that ends in `?`, which turns what the
/// application appends into a query.
fn is_remote_file(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let Some(bare) = text.strip_suffix(b"??").or_else(|| text.strip_suffix(b"?")) else {
        return false;
    };
    let Some(at) = find(bare, b"://") else {
        return false;
    };
    let scheme = bare
        .get(at.saturating_sub(5)..at)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let remote = [&b"http"[..], b"https", b"ftp", b"ftps"]
        .iter()
        .any(|s| scheme.ends_with(s));
    let Some((_, ending)) = path::split_ending(bare) else {
        return false;
    };
    let script = [
        &b"txt"[..],
        b"php",
        b"php3",
        b"php5",
        b"phtml",
        b"asp",
        b"aspx",
        b"jsp",
        b"cgi",
        b"pl",
        b"inc",
        b"dat",
    ];
    remote && script.iter().any(|s| ending.eq_ignore_ascii_case(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(kind: Kind, text: &str) -> u16 {
        let signs = super::super::gate::scan(text.as_bytes());
        find_in(kind, text.as_bytes(), false, &signs).map_or(0, |e| e.score)
    }

    #[test]
    fn questions_to_the_file_system() {
        for text in [
            "../../../etc/passwd",
            "....//....//....//x",
            "/etc/passwd",
            "php://filter/x",
            "x.php\0.png",
            "c:\\boot.ini",
            "http://evil.example/x.txt?",
        ] {
            assert!(score(Kind::Query, text) >= 6000, "{text}");
        }
        assert!(score(Kind::Path, "/static/../../x") >= 6000);
    }

    #[test]
    fn paths_in_content() {
        for text in [
            "see ../readme.md for more",
            "a..b/c",
            "/home/ann/a.txt",
            "https://example.com/a?b=c",
            "Have you seen http://example.com/ ?",
        ] {
            assert!(score(Kind::Query, text) < 5000, "{text}");
        }
    }
}
