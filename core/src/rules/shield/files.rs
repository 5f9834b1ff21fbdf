//! Files that only an intruder names: an account's dot files, logs and
//! databases of servers, scripts that hold passwords, and names spelled through
//! encodings that some decoder would have read.
//!
//! Counts where the whole value is the file. Source: the lists of operating
//! system and restricted files of OWASP CRS 3.3 (Apache-2.0), Microsoft's and
//! Apache's documents on default locations.

use super::evidence::{Evidence, Texture};
use super::remote::is_placeholder;
use crate::text::cursor::{find_ci, starts_with_ci};
use crate::text::path;
use crate::text::swar;
use crate::text::values::Kind;

/// Files and folders of an account, the dot left out.
const DOTTED: [&[u8]; 40] = [
    b"htaccess",
    b"htpasswd",
    b"htdigest",
    b"htusers",
    b"htgroup",
    b"passwd",
    b"pass",
    b"shadow",
    b"bash_history",
    b"bash_logout",
    b"bash_profile",
    b"sh_history",
    b"ksh_history",
    b"zsh_history",
    b"history",
    b"mysql_history",
    b"psql_history",
    b"sqlite_history",
    b"python_history",
    b"php_history",
    b"rediscli_history",
    b"netrc",
    b"rhosts",
    b"shosts",
    b"xauthority",
    b"forward",
    b"pgpass",
    b"viminfo",
    b"lesshst",
    b"profile",
    b"cshrc",
    b"login",
    b"logout",
    b"ssh",
    b"gnupg",
    b"aws",
    b"kube",
    b"npmrc",
    b"subversion",
    b"nsr",
];

/// Where servers keep what they know.
const FOLDERS: [&[u8]; 20] = [
    b"/var/spool/",
    b"/var/run/",
    b"/var/lib/mlocate",
    b"/var/lib/mysql",
    b"/var/saf/",
    b"/var/apache",
    b"/var/mysql",
    b"/var/cpanel",
    b"/var/adm",
    b"/var/local/",
    b"/usr/spool/",
    b"/usr/ports/",
    b"/usr/lib/security/",
    b"/usr/lib/cron/",
    b"/usr/local/pureftpd",
    b"/private/etc/",
    b"/library/webserver/",
    b"/sys/class/",
    b"/dev/fd/",
    b"/var/nm",
];

/// The same on Windows, behind a drive.
const DRIVES: [&[u8]; 12] = [
    b"inetpub",
    b"wwwroot",
    b"winnt",
    b"system32",
    b"repair",
    b"appserv",
    b"xampp",
    b"wamp",
    b"apache",
    b"mysql",
    b"boot.ini",
    b"php",
];

/// What a script or database with passwords is called.
const SECRETS: [&[u8]; 22] = [
    b"config",
    b"_config",
    b"configuration",
    b"conf",
    b"config.inc",
    b"settings",
    b"database",
    b"data",
    b"db",
    b"users",
    b"users.db",
    b"user",
    b"passwd",
    b"password",
    b"passwords",
    b"pass",
    b"install",
    b"setup",
    b"connect",
    b"conn",
    b"global",
    b"admin",
];

/// Endings of those.
const ENDINGS: [&[u8]; 14] = [
    b"php", b"asp", b"aspx", b"asa", b"jsp", b"inc", b"mdb", b"dat", b"bak", b"cfg", b"ini",
    b"old", b"pl", b"sql",
];

/// Files that prove a reading, as the end of a value.
const PROOFS: [&[u8]; 9] = [
    b"boot.ini",
    b"win.ini",
    b"etc/passwd",
    b"etc/issue",
    b"etc/hosts",
    b"etc/shadow",
    b"drivers/etc/hosts",
    b"web.config",
    b"access.log",
];

/// What a slash or dot looks like behind an encoding that nobody decodes.
const REMAINS: [&[u8]; 12] = [
    b"%c0%", b"%c1%", b"%bg%", b"%e0%80%", b"%f0%80%", b"%f8%80%", b"%fc%80%", b"0x2f", b"0x5c",
    b"%uf025", b"%uefc8", b"..\x01",
];

/// The strongest evidence in `text`.
pub(crate) fn find_in(kind: Kind, text: &[u8], texture: Texture) -> Option<Evidence> {
    let name = text.trim_ascii();
    if name.len() > 400 || name.iter().filter(|b| b.is_ascii_whitespace()).count() > 2 {
        return None;
    }
    let encoded = swar::find_either(name, b'%', 1).is_some() || find_ci(name, b"0x").is_some();
    let filled = matches!(name.last(), Some(b'}' | b'X' | b'Z' | b'L'));
    let score = (if encoded { remains(name) } else { 0 })
        .max(if filled { placeholder(name) } else { 0 })
        .max(if kind == Kind::Path { 0 } else { place(name) });
    (score > 0).then(|| {
        let score = texture.weigh(score, 3000, 1500);
        Evidence::new("shield.traversal.file", score, 0, text.len())
    })
}

/// `%c0%qfetc%c0%qfpasswd`, `windows0x5csystem32`
fn remains(name: &[u8]) -> u16 {
    let mut seen = 0_usize;
    for spelled in REMAINS {
        let mut rest = name;
        while let Some(at) = find_ci(rest, spelled) {
            seen = seen.saturating_add(1);
            rest = rest
                .get(at.saturating_add(spelled.len())..)
                .unwrap_or_default();
        }
    }
    let names = [
        &b"passwd"[..],
        b"boot.ini",
        b"windows",
        b"hosts",
        b"issue",
        b"shadow",
        b"etc",
    ]
    .iter()
    .any(|file| find_ci(name, file).is_some());
    match (seen, names) {
        (0, _) => 0,
        (_, true) => 8500,
        (3.., false) => 6000,
        _ => 2500,
    }
}

/// `../{FILE}`: a climb whose file was to be filled in.
fn placeholder(name: &[u8]) -> u16 {
    let last = name
        .rsplit(|b| matches!(b, b'/' | b'\\'))
        .next()
        .unwrap_or_default();
    if last.len() < name.len() && is_placeholder(last) && name.contains(&b'.') {
        7000
    } else {
        0
    }
}

/// `/.git/config`, `../.env`: what a version control or a deployment left in the
/// root of a site. The bare name is one of an editor's files.
fn is_left_behind(name: &[u8]) -> bool {
    const LEFT: [&[u8]; 7] = [
        b".git/config",
        b".git/head",
        b".git/index",
        b".svn/entries",
        b".svn/wc.db",
        b".hg/hgrc",
        b".env",
    ];
    let mut rest = name;
    while let Some(inner) = rest
        .strip_prefix(b"/")
        .or_else(|| rest.strip_prefix(b"../"))
    {
        rest = inner;
    }
    rest.len() < name.len() && LEFT.iter().any(|file| rest.eq_ignore_ascii_case(file))
}

fn place(name: &[u8]) -> u16 {
    if is_left_behind(name) {
        return 6500;
    }
    let slash = |b: &u8| matches!(b, b'/' | b'\\');
    let parts = || name.split(slash).filter(|part| !part.is_empty());
    let known = |list: &[&[u8]], word: &[u8]| list.iter().any(|w| word.eq_ignore_ascii_case(w));
    let drive = matches!(name, [d, b':', b'\\' | b'/', ..] if d.is_ascii_alphabetic());
    let url = !drive && swar::find_byte(name, b':').is_some();
    let hidden = name.first() == Some(&b'.')
        || name
            .windows(2)
            .any(|pair| matches!(pair, [b'/' | b'\\', b'.']));
    let dotted = |part: &[u8]| {
        part.strip_prefix(b".")
            .is_some_and(|bare| known(&DOTTED, bare))
    };
    if hidden && !url && parts().take(7).any(dotted) && parts().count() <= 6 {
        return 6500;
    }
    let rest = name
        .strip_prefix(b"/")
        .filter(|rest| rest.starts_with(b"/"))
        .unwrap_or(name);
    let rooted = rest.first() == Some(&b'/');
    if rooted && FOLDERS.iter().any(|folder| starts_with_ci(rest, folder)) {
        return 6500;
    }
    let cut = name.iter().rposition(slash);
    let last = cut.and_then(|at| name.get(at.saturating_add(1)..));
    let last = last.unwrap_or(name);
    let program =
        rooted && (starts_with_ci(rest, b"/program files") || starts_with_ci(rest, b"/winnt"));
    if (drive || program)
        && is_asked_for(last)
        && parts().any(|part| DRIVES.iter().any(|word| starts_with_ci(part, word)))
    {
        return 6500;
    }
    let Some((stem, ending)) = path::split_ending(last) else {
        // `etc/passwd`
        return proof(name, url);
    };
    let alone = !url && parts().take(3).count() <= 2;
    if alone && known(&ENDINGS, ending) && known(&SECRETS, stem) {
        return 5200;
    }
    proof(name, url)
}

/// A folder is a setting, a file in it is asked for.
fn is_asked_for(last: &[u8]) -> bool {
    last.contains(&b'.') || starts_with_ci(last, b"sam") || find_ci(last, b"log").is_some()
}

/// The name ends in a file that proves a reading.
fn proof(name: &[u8], url: bool) -> u16 {
    // their last letters
    let may = matches!(
        name.last(),
        Some(b'i' | b'I' | b'd' | b'D' | b'e' | b'E' | b's' | b'S' | b'w' | b'W' | b'g' | b'G')
    );
    let ends = |file: &&[u8]| {
        let at = name.len().checked_sub(file.len());
        at.and_then(|at| name.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(file))
    };
    if may && !url && name.len() > 8 && PROOFS.iter().any(ends) {
        6500
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> u16 {
        let texture = Texture {
            length: text.len(),
            ..Texture::default()
        };
        find_in(Kind::Query, text.as_bytes(), texture).map_or(0, |e| e.score)
    }

    #[test]
    fn files_and_names() {
        for text in [
            "/.sh_history",
            "/.git/config",
            "../.env",
            "/.svn/entries",
            "root/.htpasswd",
            "config.inc.php",
            "/var/spool/locks",
            "C:\\inetpub\\wwwroot\\global.asa",
            "%c0%ae%c0%qfetc%c0%qfpasswd",
            "..0x5cwindows0x5csystem32",
            "../{FILE}",
            ".?\u{f025}boot.ini",
        ] {
            assert!(score(text) >= 5000, "{text}");
        }
        for text in [
            "readme.md",
            ".env",
            "/home/ann/.env.example",
            "c:\\xampp\\mysql\\data",
            "C:\\Users\\ann\\Documents\\report.docx",
            "/home/ann/project/config.rs",
            "https://example.com/.well-known/x",
            "main.php",
            "a.profile",
            "100%c0mplete",
        ] {
            assert!(score(text) < 5000, "{text}");
        }
    }
}
