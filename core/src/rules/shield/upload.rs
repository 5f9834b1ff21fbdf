//! An uploaded file as a file: what its name would make a server do, whether its
//! first bytes are what name and type claim, and code inside what claims to be a
//! picture.
//!
//! Finds names that web servers execute or obey (also doubled, `x.php.jpg`, and
//! cut off, `x.php.`, `x.asp;.jpg`), server code and pages in what claims to be
//! an image, images that are a page or a program too (polyglots), SVG and HTML
//! that run scripts. An honest HTML page is weak evidence: mail and content
//! management send them. It does not open archives, documents or compressed
//! streams, and does not look for malware.
//!
//! Two passes at most over what is there of the file. Sources: OWASP "Unrestricted File
//! Upload" and "File Upload Cheat Sheet", Apache `mod_mime` (files with multiple
//! extensions), CVE-2009-4444 (IIS, semicolon), CWE-434; magic bytes as in the
//! WHATWG MIME Sniffing standard.

use super::evidence::Evidence;
use crate::text::cursor::{find_ci, starts_with_ci, tick};
use crate::text::swar;
use alloc::vec::Vec;

/// What a file claims to be: its name and the type sent with it, for one part.
#[derive(Debug, Default)]
pub(super) struct Claim {
    /// The end of the name.
    name: Vec<u8>,
    media: Vec<u8>,
}

/// So much of a name or type is kept.
const KEPT: usize = 96;

impl Claim {
    pub(super) fn clear(&mut self) {
        self.name.clear();
        self.media.clear();
    }

    /// The last of several names is what counts for most parsers.
    pub(super) fn named(&mut self, name: &[u8]) {
        self.name.clear();
        let from = name.len().saturating_sub(KEPT);
        self.name
            .extend_from_slice(name.get(from..).unwrap_or_default());
    }

    pub(super) fn typed(&mut self, media: &[u8]) {
        self.media.clear();
        let media = media.get(..media.len().min(KEPT)).unwrap_or_default();
        self.media.extend_from_slice(media);
    }

    fn family(&self) -> Family {
        match Family::of_ending(ending(&self.name)) {
            Family::Other => Family::of_media(&self.media),
            family => family,
        }
    }
}

/// What kind of file it is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Image,
    Svg,
    Page,
    /// A server runs it.
    Program,
    Other,
}

/// Endings of files that a web server runs or reads as its configuration.
const PROGRAMS: [&[u8]; 30] = [
    b"php", b"php2", b"php3", b"php4", b"php5", b"php6", b"php7", b"php8", b"phps", b"pht",
    b"phtm", b"phtml", b"phar", b"asp", b"aspx", b"asa", b"asax", b"ascx", b"ashx", b"asmx",
    b"jsp", b"jspx", b"jspf", b"jsw", b"jsv", b"cfm", b"cfml", b"cfc", b"shtml", b"cgi",
];

/// Files by which a folder's behaviour is configured.
const CONFIGURATION: [&[u8]; 5] = [
    b".htaccess",
    b".htpasswd",
    b".user.ini",
    b"web.config",
    b"php.ini",
];

/// Endings that a desktop runs.
const DESKTOP: [&[u8]; 9] = [
    b"exe", b"scr", b"com", b"pif", b"bat", b"cmd", b"vbs", b"hta", b"lnk",
];

const IMAGES: [&[u8]; 12] = [
    b"png", b"jpg", b"jpeg", b"jpe", b"gif", b"webp", b"bmp", b"ico", b"tif", b"tiff", b"avif",
    b"heic",
];

const DOCUMENTS: [&[u8]; 8] = [
    b"pdf", b"doc", b"docx", b"xls", b"xlsx", b"txt", b"csv", b"rtf",
];

fn is_one_of(word: &[u8], list: &[&[u8]]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known))
}

impl Family {
    fn of_ending(ending: &[u8]) -> Self {
        if is_one_of(ending, &IMAGES) {
            Self::Image
        } else if ending.eq_ignore_ascii_case(b"svg") {
            Self::Svg
        } else if is_one_of(ending, &[b"html", b"htm", b"xhtml", b"xht"]) {
            Self::Page
        } else if is_one_of(ending, &PROGRAMS) {
            Self::Program
        } else {
            Self::Other
        }
    }

    fn of_media(media: &[u8]) -> Self {
        if starts_with_ci(media, b"image/svg") {
            Self::Svg
        } else if starts_with_ci(media, b"image/") {
            Self::Image
        } else if find_ci(media, b"html").is_some() {
            Self::Page
        } else {
            Self::Other
        }
    }
}

/// The last part of a path.
fn base(name: &[u8]) -> &[u8] {
    name.rsplit(|b| matches!(b, b'/' | b'\\'))
        .next()
        .unwrap_or(name)
}

/// What stands behind the last dot.
fn ending(name: &[u8]) -> &[u8] {
    let base = base(name);
    match base.iter().rposition(|b| *b == b'.') {
        Some(at) => base.get(at.saturating_add(1)..).unwrap_or_default(),
        None => &[],
    }
}

/// What a file's name alone tells.
pub(super) fn named(name: &[u8]) -> Option<Evidence> {
    let base = base(name);
    let evidence = |score| Evidence::new("shield.upload.name", score, 0, name.len());
    if is_one_of(base, &CONFIGURATION) {
        return Some(evidence(7500));
    }
    // U+202E turns the ending around for whoever reads the name
    if find_ci(base, b"\xe2\x80\xae").is_some() {
        return Some(evidence(7000));
    }
    // file systems drop blanks and dots at the end, Windows a stream's name
    let stream = find_ci(base, b"::$").unwrap_or(base.len());
    let whole = base.get(..stream).unwrap_or_default();
    let kept = whole
        .iter()
        .rposition(|b| !matches!(b, b'.' | b' ' | 0))
        .map_or(0, |at| at.saturating_add(1));
    let cut = kept < base.len();
    let kept = whole.get(..kept).unwrap_or_default();
    let mut parts = kept.split(|b| *b == b'.');
    parts.next();
    let last = parts.next_back()?;
    if is_one_of(last, &PROGRAMS) {
        return Some(evidence(if cut { 8500 } else { 6200 }));
    }
    let mut before = parts.next_back();
    if is_one_of(last, &DESKTOP) && before.is_some_and(is_document) {
        return Some(evidence(7000));
    }
    while let Some(part) = before {
        // IIS cuts at a semicolon, C libraries at a NUL
        let cut = part.iter().position(|b| matches!(b, b';' | 0 | b' '));
        let word = part.get(..cut.unwrap_or(part.len())).unwrap_or_default();
        if is_one_of(word, &PROGRAMS) {
            return Some(evidence(if cut.is_some() { 8500 } else { 7000 }));
        }
        before = parts.next_back();
    }
    None
}

fn is_document(ending: &[u8]) -> bool {
    is_one_of(ending, &DOCUMENTS) || is_one_of(ending, &IMAGES)
}

/// What a file holds, against what it claims.
pub(super) fn content(claim: &Claim, file: &[u8]) -> Option<Evidence> {
    let family = claim.family();
    let magic = Magic::of(file);
    let code = server_code(file);
    let start = code.map_or(0, |(at, _)| at);
    let evidence = |code, score, length: usize| {
        Evidence::new(code, score, start, start.saturating_add(length))
    };
    let picture = family == Family::Image || magic == Magic::Image;
    match code {
        Some((_, length)) if magic == Magic::Image => {
            return Some(evidence("shield.upload.polyglot", 9500, length));
        }
        Some((_, length)) if picture || family == Family::Svg => {
            return Some(evidence("shield.upload.script", 9500, length));
        }
        Some((_, length)) if family == Family::Program => {
            return Some(evidence("shield.upload.script", 8500, length));
        }
        _ => {}
    }
    if magic == Magic::Image {
        return polyglot(file);
    }
    let markup = matches!(family, Family::Image | Family::Svg | Family::Page)
        || matches!(magic, Magic::Svg | Magic::Page);
    let active = if markup { active(file) } else { None };
    let at = |code, score| {
        let (start, end) = active.unwrap_or((0, file.len().min(16)));
        Some(Evidence::new(code, score, start, end))
    };
    match (family, magic) {
        (Family::Image, Magic::Program) => at("shield.upload.mismatch", 7500),
        (Family::Image, Magic::Page) => at("shield.upload.mismatch", 8000),
        (Family::Image, Magic::Svg) => at(
            "shield.upload.mismatch",
            if active.is_some() { 8000 } else { 3000 },
        ),
        (Family::Image, Magic::Text) => at("shield.upload.mismatch", 3000),
        (Family::Svg, _) | (_, Magic::Svg) if active.is_some() => at("shield.upload.active", 8000),
        (Family::Page, _) if active.is_some() => at("shield.upload.active", 4500),
        // a template has an ending of its own and is a page too
        (_, Magic::Page) if active.is_some() => at(
            "shield.upload.active",
            if is_document(ending(&claim.name)) {
                6500
            } else {
                4500
            },
        ),
        _ => None,
    }
}

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Magic {
    Image,
    Svg,
    Page,
    Program,
    Text,
    Other,
}

impl Magic {
    fn of(file: &[u8]) -> Self {
        let images: [&[u8]; 9] = [
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"GIF87a",
            b"GIF89a",
            b"BM",
            b"II*\0",
            b"MM\0*",
            b"\0\0\x01\0",
            b"\0\0\x02\0",
        ];
        let at = |from: usize| file.get(from..).unwrap_or_default();
        if images.iter().any(|magic| file.starts_with(magic))
            || (file.starts_with(b"RIFF") && at(8).starts_with(b"WEBP"))
            || (at(4).starts_with(b"ftyp"))
        {
            return Self::Image;
        }
        let programs: [&[u8]; 5] = [
            b"\x7fELF",
            b"MZ",
            b"#!",
            b"\xca\xfe\xba\xbe",
            b"\xcf\xfa\xed\xfe",
        ];
        if programs.iter().any(|magic| file.starts_with(magic)) {
            return Self::Program;
        }
        let head = file.get(..file.len().min(512)).unwrap_or_default();
        let start = head
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(head)
            .trim_ascii_start();
        let begins = |word: &&[u8]| starts_with_ci(start, word);
        if begins(&&b"<svg"[..]) || (start.starts_with(b"<") && find_ci(head, b"<svg").is_some()) {
            return Self::Svg;
        }
        let pages: [&[u8]; 7] = [
            b"<!doctype html",
            b"<html",
            b"<head",
            b"<body",
            b"<script",
            b"<iframe",
            b"<img",
        ];
        if pages.iter().any(begins) {
            return Self::Page;
        }
        let text = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        if head.len() >= 16 && head.iter().all(text) {
            Self::Text
        } else {
            Self::Other
        }
    }
}

/// A page or script inside what begins like an image.
fn polyglot(file: &[u8]) -> Option<Evidence> {
    let evidence = |start, end| Some(Evidence::new("shield.upload.polyglot", 8500, start, end));
    // `GIF89a/*…*/=1` and `GIF89a=1;…` are JavaScript, as is `BM=…`
    for magic in [&b"GIF89a"[..], b"GIF87a", b"BM"] {
        let rest = file.strip_prefix(magic).unwrap_or_default();
        let assigned = rest.starts_with(b"/*") || rest.trim_ascii_start().starts_with(b"=");
        let text = rest.get(..16.min(rest.len())).unwrap_or_default();
        if assigned
            && text
                .iter()
                .all(|b| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
        {
            return evidence(0, magic.len().saturating_add(2));
        }
    }
    let mut at = 0;
    while let Some(next) = swar::find_byte(file.get(at..).unwrap_or_default(), b'<') {
        at = at.saturating_add(next);
        let rest = file.get(at..).unwrap_or_default();
        if starts_with_ci(rest, b"<script") || starts_with_ci(rest, b"<svg/") {
            return evidence(at, at.saturating_add(7));
        }
        at = at.saturating_add(1);
    }
    None
}

/// Where code for a server begins, and how long its opening is.
fn server_code(file: &[u8]) -> Option<(usize, usize)> {
    tick(file.len());
    let mut at = 0_usize;
    while let Some(next) = swar::find_byte(file.get(at..).unwrap_or_default(), b'<') {
        at = at.saturating_add(next);
        let rest = file.get(at..).unwrap_or_default();
        if let Some(length) = opening(rest) {
            return Some((at, length));
        }
        at = at.saturating_add(1);
    }
    None
}

/// The length of an opening of PHP, ASP, JSP or server-side includes. In the
/// noise of a picture two bytes occur by chance, so short ones want text behind.
fn opening(rest: &[u8]) -> Option<usize> {
    let text = |from: usize, length: usize| {
        rest.get(from..from.saturating_add(length))
            .is_some_and(|text| {
                text.iter()
                    .all(|b| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
            })
    };
    match rest {
        [b'<', b'?', b'=', ..] if text(3, 8) => Some(3),
        [b'<', b'?', ..] if starts_with_ci(rest, b"<?php") => match rest.get(5) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'/') => Some(5),
            Some(_) => None,
        },
        [b'<', b'%', b'@' | b'=' | b'!' | b' ' | b'\n' | b'\r', ..] if text(3, 12) => Some(3),
        [b'<', b'j' | b'J', ..] if starts_with_ci(rest, b"<jsp:") => Some(5),
        [b'<', b'c' | b'C', ..] if starts_with_ci(rest, b"<cfexecute") => Some(10),
        [b'<', b'!', ..] if starts_with_ci(rest, b"<!--#") && text(5, 4) => Some(5),
        [b'<', b's' | b'S', ..] if starts_with_ci(rest, b"<script") => {
            let tag = rest.get(..rest.len().min(80)).unwrap_or_default();
            let end = tag.iter().position(|b| *b == b'>').unwrap_or(tag.len());
            let tag = tag.get(..end).unwrap_or_default();
            (find_ci(tag, b"runat").is_some() || find_ci(tag, b"php").is_some()).then_some(end)
        }
        _ => None,
    }
}

/// Where markup runs a script: an element, a handler, a URL.
fn active(file: &[u8]) -> Option<(usize, usize)> {
    tick(file.len());
    let mut inside = false;
    let mut before = 0_u8;
    for (at, byte) in file.iter().enumerate() {
        let rest = || file.get(at..).unwrap_or_default();
        match byte {
            b'<' => {
                inside = true;
                if starts_with_ci(rest(), b"<script") {
                    return Some((at, at.saturating_add(7)));
                }
            }
            b'>' => inside = false,
            b'o' | b'O'
                if inside
                    && matches!(before, b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'"' | b'\'') =>
            {
                if let Some(length) = handler(rest()) {
                    return Some((at, at.saturating_add(length)));
                }
            }
            b'j' | b'J' if inside && starts_with_ci(rest(), b"javascript:") => {
                return Some((at, at.saturating_add(11)));
            }
            _ => {}
        }
        before = *byte;
    }
    None
}

/// The length of `onload` where `=` follows.
fn handler(rest: &[u8]) -> Option<usize> {
    let name = rest
        .iter()
        .take(32)
        .position(|b| !b.is_ascii_alphabetic())?;
    let after = rest.get(name..).unwrap_or_default();
    let after = after.get(..after.len().min(8)).unwrap_or_default();
    let is = starts_with_ci(rest, b"on") && name >= 5 && after.trim_ascii_start().starts_with(b"=");
    is.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn score(name: &str, media: &str, file: &[u8]) -> (u16, alloc::string::String) {
        let mut claim = Claim::default();
        claim.named(name.as_bytes());
        claim.typed(media.as_bytes());
        content(&claim, file).map_or_else(Default::default, |found| {
            (found.score, found.code.to_string())
        })
    }

    #[test]
    fn names_that_servers_obey() {
        for (name, expected) in [
            ("shell.php", 6200),
            ("Shell.PhTml", 6200),
            ("x.php.jpg", 7000),
            ("x.asp;.jpg", 8500),
            ("x.php\0.png", 8500),
            ("x.php.", 8500),
            ("x.php::$DATA", 8500),
            ("..\\x.jsp", 6200),
            (".htaccess", 7500),
            ("invoice.pdf.exe", 7000),
            ("photo\u{202e}gpj.exe", 7000),
            ("setup.exe", 0),
            ("holiday.jpg", 0),
            ("archive.tar.gz", 0),
            ("jquery.min.js", 0),
            ("report.v1.2.final.pdf", 0),
            ("index.html", 0),
            ("php", 0),
            ("php.net-notes.txt", 0),
            ("", 0),
        ] {
            let found = named(name.as_bytes()).map_or(0, |found| found.score);
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn files_that_are_not_what_they_claim() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\0\0\0\x01\0\x08\x06";
        let with = |tail: &[u8]| [&png[..], tail].concat();
        let code = |name, media, file: &[u8]| score(name, media, file).1;
        assert_eq!(code("a.png", "image/png", png), "");
        assert_eq!(
            code("a.png", "image/png", &with(b"<?php system($_GET[0]);")),
            "shield.upload.polyglot"
        );
        assert_eq!(
            code(
                "a.png",
                "image/png",
                &with(b"<?xpacket begin='' id='x'?><x:xmpmeta>")
            ),
            "",
            "XMP"
        );
        assert_eq!(
            code("a.png", "image/png", &with(b"\x01<%\x80\x02<?=\x9a\xff")),
            ""
        );
        assert_eq!(
            code("a.jpg", "", b"<?php echo 1; ?>"),
            "shield.upload.script"
        );
        assert_eq!(
            code("a", "image/gif", b"<%@ page import=\"java.io.*\" %>"),
            "shield.upload.script"
        );
        assert_eq!(
            code("a.gif", "", b"GIF89a/*<svg/onload=alert(1)>*/=alert(1)"),
            "shield.upload.polyglot"
        );
        assert_eq!(
            code("a.jpg", "image/jpeg", b"<html><script>alert(1)</script>"),
            "shield.upload.mismatch"
        );
        assert_eq!(code("a.jpg", "", b"MZ\x90\0\x03"), "shield.upload.mismatch");
        assert_eq!(score("a.jpg", "", b"just some words, no image").0, 3000);
        assert_eq!(
            code("a.jpg", "", b"\x12\x34\x56"),
            "",
            "unknown is no evidence"
        );
        assert_eq!(
            code("readme.md", "text/markdown", b"Use `<?php` to begin."),
            ""
        );
    }

    #[test]
    fn markup_that_runs_scripts() {
        let score = |name, file: &[u8]| score(name, "", file).0;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0h24'/></svg>";
        assert_eq!(score("icon.svg", svg), 0);
        assert_eq!(score("icon.svg", b"<svg onload=alert(1)>"), 8000);
        assert_eq!(
            score("icon.svg", b"<?xml version='1.0'?><svg><script>x</script>"),
            8000
        );
        assert_eq!(score("icon.svg", b"<svg><a href='javascript:x'>"), 8000);
        assert_eq!(
            score("icon.svg", b"<svg><text>on time = now</text></svg>"),
            0
        );
        assert_eq!(score("page.html", b"<html><script src=x></script>"), 4500);
        assert_eq!(score("page.html", b"<html><p>Hello</p>"), 0);
        assert_eq!(score("notes.txt", b"<html><script src=x></script>"), 6500);
        assert_eq!(
            score("theme.liquid", b"<html><script src=x></script>"),
            4500
        );
    }
}
