//! Path traversal and file inclusion: steps upwards, files of the system,
//! stream wrappers, NUL bytes, remote files.
//!
//! A relative path in a page or in code is content; as a whole short value, or
//! in the path of the request, it is a question to the file system.

use super::evidence::{Evidence, Strongest, Texture};
use crate::text::cursor::{find_ci, is_space, starts_with_ci};
use crate::text::path;
use crate::text::values::Kind;

/// Schemes that make PHP, Java or curl open something.
const WRAPPERS: [&[u8]; 22] = [
    b"php://",
    b"phar://",
    b"expect://",
    b"zip://",
    b"zlib://",
    b"compress.",
    b"glob://",
    b"data://",
    b"data:;base64",
    b"data:text/plain;base64",
    b"data:text/plain,<?",
    b"ogg://",
    b"ssh2.",
    b"rar://",
    b"file:/",
    b"netdoc:/",
    b"jar:http",
    b"gopher://",
    b"dict://",
    b"tftp://",
    b"ldap://",
    b"url:file:",
];

/// The strongest evidence in `text`; `unfolded` when a second decoding showed it.
pub(crate) fn find(kind: Kind, text: &[u8], unfolded: bool, texture: Texture) -> Option<Evidence> {
    let mut best = Strongest::default();
    let spaces = text.iter().take(400).filter(|b| is_space(**b) && **b != 0).count();
    let whole = spaces <= 1 && text.len() <= 400;
    let secret = path::names_secret(text);
    steps(kind, text, unfolded, texture, whole, secret, &mut best);
    if kind != Kind::Path && whole {
        absolute(text, secret, texture, &mut best);
    }
    let target = text.trim_ascii_start();
    if WRAPPERS.iter().any(|wrapper| starts_with_ci(target, wrapper)) {
        let web = starts_with_ci(target, b"file:/") && texture.is_text();
        best.add(Evidence::new("shield.traversal.wrapper", texture.weigh(if web { 3000 } else { 8800 }, 3000, 2000), 0, text.len()));
    } else if let Some(at) = find_ci(text, b"php://").or_else(|| find_ci(text, b"phar://")).or_else(|| find_ci(text, b"expect://")) {
        best.add(Evidence::new("shield.traversal.wrapper", texture.weigh(8000, 3500, 2000), at, text.len()));
    }
    if whole && let Some(at) = text.iter().position(|b| *b == 0) {
        let score = if kind == Kind::Path || at.saturating_add(12) > text.len() { 8000 } else { 6000 };
        best.add(Evidence::new("shield.traversal.null", score, at, at.saturating_add(1)));
    }
    if whole && is_remote_file(target) {
        best.add(Evidence::new("shield.traversal.remote", 7500, 0, text.len()));
    }
    best.0
}

fn steps(kind: Kind, text: &[u8], unfolded: bool, texture: Texture, whole: bool, secret: Option<usize>, best: &mut Strongest) {
    let climb = path::climb(text);
    if climb.steps == 0 {
        return;
    }
    let odd = climb.disguised || unfolded;
    let score = match (climb.steps, secret.is_some(), odd) {
        (_, true, _) => 9600,
        (3.., _, true) => 9300,
        (2, _, true) => 8500,
        (1, _, true) => 7000,
        (3.., _, false) => 8800,
        (2, _, false) => 6500,
        _ => 3500,
    };
    let score = match kind {
        // clients resolve dot segments before they ask
        Kind::Path => score.max(if above_root(text) { 8500 } else { 4500 }),
        Kind::File => score.max(8500),
        _ if !whole => score.min(if secret.is_some() { 8000 } else { 4500 }),
        _ => score,
    };
    best.add(Evidence::new("shield.traversal.climb", texture.weigh(score, 4000, 2500), climb.start, climb.end));
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

fn absolute(text: &[u8], secret: Option<usize>, texture: Texture, best: &mut Strongest) {
    let target = text.trim_ascii();
    let target = target.strip_prefix(b"file=").unwrap_or(target);
    let windows = path::is_windows_path(target);
    let rooted = target.starts_with(b"/") || target.starts_with(b"\\") || windows;
    let score = match (secret.is_some(), rooted) {
        (true, true) => 8800,
        (true, false) if texture.words <= 6 => 6500,
        (false, true) if path::is_system_path(target) => 6500,
        (false, true) if windows && target.len() > 4 => 5500,
        _ => return,
    };
    let start = secret.unwrap_or(0);
    best.add(Evidence::new("shield.traversal.file", texture.weigh(score, 3000, 1500), start, text.len()));
}

/// A whole URL that ends in `?`, which turns what the application appends into
/// a query; a URL of a script that runs elsewhere; FTP.
fn is_remote_file(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let Some(scheme) = [&b"http://"[..], b"https://", b"ftp://", b"ftps://"].into_iter().find(|s| find_ci(text, s).is_some()) else {
        return false;
    };
    let bare = text.strip_suffix(b"?").or_else(|| text.strip_suffix(b"??"));
    if bare.is_some() {
        return true;
    }
    let script = [&b".txt"[..], b".php"].iter().any(|end| text.to_ascii_lowercase().ends_with(end));
    script && scheme.starts_with(b"ftp") && starts_with_ci(text, scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(kind: Kind, text: &str) -> u16 {
        let texture = super::super::gate::scan(text.as_bytes()).texture;
        find(kind, text.as_bytes(), false, texture).map_or(0, |e| e.score)
    }

    #[test]
    fn questions_to_the_file_system() {
        for text in ["../../../etc/passwd", "....//....//....//x", "/etc/passwd", "php://filter/x", "x.php\0.png", "c:\\boot.ini", "http://evil.example/x.txt?"] {
            assert!(score(Kind::Query, text) >= 6000, "{text}");
        }
        assert!(score(Kind::Path, "/static/../../x") >= 6000);
    }

    #[test]
    fn paths_in_content() {
        for text in ["see ../readme.md for more", "a..b/c", "/home/ann/a.txt", "https://example.com/a?b=c", "Have you seen http://example.com/ ?"] {
            assert!(score(Kind::Query, text) < 5000, "{text}");
        }
    }
}
