//! A short value that is one piece of code from its first byte to its last: a
//! command behind the separator it begins with, a call of a PHP function, a
//! function called through a variable, an endless loop, a statement that moves
//! or rewrites the page.
//!
//! The same words are harmless in a sentence, a manual or a program; nobody fills
//! a field with nothing else. What stands there is not known by name, but by what
//! surrounds it. Sources: POSIX.1-2017 section 2 (lists, alias), Bash's manual
//! (brace expansion), PHP's manual (variable functions, modules and the prefixes
//! of their functions), WHATWG HTML (location), CWE-95.

use super::evidence::Evidence;
use crate::text::cursor::{Cursor, find, is_word, starts_with_ci};
use crate::text::words::words;

/// Longer values hold more than one piece.
const LONGEST: usize = 160;

/// What the functions of PHP's modules begin with.
const MODULES: &[u8] = b"posix_ pcntl_ proc_ call_user_ func_get_ preg_ curl_ ftp_ ldap_ mysqli_ \
mysql_ odbc_ openssl_ sodium_ zend_ apache_ ini_ stream_ socket_ fsock get_defined_ session_ ob_ \
simplexml_ assert tidy_ strip_ gz base64_ php spl_ ssh2_ shell_ imap_ highlight_ show_source \
error_log file_ parse_ini var_ unserialize gethostby symlink readlink fopen fput fget readfile \
passthru popen hex2bin bin2hex str_rot mb_ereg xmlrpc_";

/// Names in a condition that is always the same.
const CONSTANTS: [&[u8]; 6] = [b"", b"true", b"false", b"null", b"undefined", b"nan"];

/// The evidence in `text`.
pub(crate) fn find_in(text: &[u8]) -> Option<Evidence> {
    let end = text.trim_ascii_end().len();
    let text = text.get(..end)?;
    if text.len() > LONGEST || text.len() < 4 || text.contains(&b'\n') {
        return None;
    }
    let (code, score) = match text.first()? {
        b';' | b'|' | b'&' => ("shield.rce.separator", separated(text)?),
        b'$' => ("shield.code.php", variable(text)?),
        b'{' => {
            let expands = text.get(1) == Some(&b',') && text.ends_with(b"}");
            ("shield.rce.substitution", expands.then_some(6500)?)
        }
        b'a'..=b'z' | b'A'..=b'Z' => worded(text)?,
        _ => return None,
    };
    Some(Evidence::new(code, score, 0, end))
}

/// `;tool -x y`, `| tool /path`; `&& (x == `, which is no shell's.
fn separated(text: &[u8]) -> Option<u16> {
    let mut cursor = Cursor::new(text);
    let marks = cursor.take_while(|b| matches!(b, b';' | b'|' | b'&'));
    cursor.skip_space();
    let name = cursor.take_while(|b| is_word(b) || matches!(b, b'.' | b'/' | b'-'));
    // a row of a table
    if name.len() < 2 || marks.len() > 2 || text.ends_with(b"|") {
        return None;
    }
    let blank = cursor.take_while(|b| b == b' ' || b == b'\t');
    match cursor.rest() {
        [b'-', b'-' | b'a'..=b'z' | b'A'..=b'Z', ..] if !blank.is_empty() => Some(7000),
        [b'/', b'a'..=b'z', ..] if !blank.is_empty() => Some(6500),
        _ => None,
    }
}

/// `$x(1)`, `$$x()`, `${'x'}(1)`, `$x->$y()`: PHP calls what a variable names.
fn variable(text: &[u8]) -> Option<u16> {
    let open = text.iter().rposition(|b| *b == b'(')?;
    let argument = text.get(open.saturating_add(1)..)?;
    let closed = argument.iter().position(|b| *b == b')')?;
    let (argument, behind) = argument.split_at_checked(closed)?;
    let before = text.get(..open)?.trim_ascii_end();
    let number = !argument.is_empty() && argument.iter().all(u8::is_ascii_digit);
    let through = before.starts_with(b"$$")
        || before.starts_with(b"${")
        || find(before, b"->$").is_some()
        || find(before, b"::$").is_some();
    let ended = matches!(behind, [b')'] | [b')', b';']);
    let named = before
        .last()
        .is_some_and(|b| is_word(*b) || matches!(b, b'}' | b']' | b'/'));
    let plain = !before.iter().any(|b| matches!(b, b' ' | b'"' | b'.'));
    (ended && named && (number && plain || through && (number || argument.is_empty())))
        .then_some(6500)
}

/// A value that begins with a word.
fn worded(text: &[u8]) -> Option<(&'static str, u16)> {
    let mut cursor = Cursor::new(text);
    let word = cursor.take_while(is_word);
    let rest = cursor.rest();
    let behind = rest.trim_ascii_start();
    if word.eq_ignore_ascii_case(b"alias") && behind.len() < rest.len() {
        return aliases(behind).then_some(("shield.rce.command", 6000));
    }
    if find(behind.get(..behind.len().min(2))?, b"::").is_some() {
        return (behind.get(2) == Some(&b'$') && text.contains(&b'('))
            .then_some(("shield.code.php", 6500));
    }
    if behind.starts_with(b"(") {
        if word.eq_ignore_ascii_case(b"while") {
            return is_endless(behind).then_some(("shield.code.node", 6500));
        }
        let module = MODULES
            .split(|b| *b == b' ')
            .any(|module| starts_with_ci(word, module));
        let whole = [&b"("[..], b")", b");", b");//"]
            .iter()
            .any(|end| behind.ends_with(end));
        return (module && whole).then_some(("shield.code.php", 6000));
    }
    moves_page(word, rest).then_some(("shield.xss.call", 6000))
}

/// `a=b`, `-p a=b`
fn aliases(rest: &[u8]) -> bool {
    let mut cursor = Cursor::new(rest);
    cursor.take_while(|b| matches!(b, b'-' | b'+' | b' ') || b.is_ascii_alphanumeric());
    cursor.take_while(|b| matches!(b, b'.' | b'_'));
    cursor.at() > 0 && cursor.peek() == Some(b'=')
}

/// Nothing in the condition can change.
fn is_endless(behind: &[u8]) -> bool {
    behind.len() <= 32
        && behind
            .split(|b| !is_word(*b))
            .all(|word| word.iter().all(u8::is_ascii_digit) || is_constant(word))
}

fn is_constant(word: &[u8]) -> bool {
    CONSTANTS
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}

/// `document.location="…"`, `window.location.assign('…')`, `location=location.hash`.
fn moves_page(word: &[u8], rest: &[u8]) -> bool {
    let object = [
        &b"document"[..],
        b"window",
        b"self",
        b"top",
        b"parent",
        b"location",
    ]
    .contains(&word);
    if !object || words(rest).count() > 12 {
        return false;
    }
    let at = word == b"location" || find(rest, b"location").is_some_and(|at| at == 1);
    let written = [
        &b".body"[..],
        b".cookie",
        b".domain",
        b".write",
        b".referrer",
    ]
    .iter()
    .any(|property| rest.starts_with(property));
    let Some(equals) = rest.iter().position(|b| matches!(b, b'=' | b'(')) else {
        return false;
    };
    let set = rest.get(equals.saturating_add(1)..).unwrap_or_default();
    let set = set.trim_ascii_start();
    let quoted = matches!(set.first(), Some(b'"' | b'\'' | b'`'))
        || [
            &b"location"[..],
            b"document",
            b"name",
            b"window",
            b"unescape",
        ]
        .iter()
        .any(|object| set.starts_with(object));
    (at || written) && quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> u16 {
        find_in(text.as_bytes()).map_or(0, |e| e.score)
    }

    #[test]
    fn pieces_of_code() {
        for text in [
            ";ltool -l 100 -f x",
            "|uconv -f utf-8",
            "& tool /opt/x",
            "$x(19)",
            "$$z(2)",
            "${'a'}(11);",
            "$foo->$name()",
            "Foo::$name()",
            "{,echo,x}",
            "alias a=b",
            "alias -p a=b",
            "posix_getegid()",
            "Curl_Init (",
            "while(!0);",
            "while((true))",
            "document.location=\"http://e.example/\"",
            "window.location.assign('//e.example')",
            "location=location.hash",
        ] {
            assert!(score(text) >= 5000, "{text}");
        }
    }

    #[test]
    fn other_values() {
        for text in [
            "; charset=utf-8",
            "|direct|none|",
            "| a -b | c |",
            "&nbsp;-x",
            "$(document).ready()",
            "$t('key')",
            "$scope.save(1)",
            "$5 (five)",
            "{name}",
            "alias of the host",
            "while (i < 5)",
            "location=Berlin",
            "document.pdf",
            "parent (or guardian)",
            "window.open",
            "format(x)",
            "file_name (required",
            "self=1",
        ] {
            assert!(score(text) < 5000, "{text}: {}", score(text));
        }
    }
}
