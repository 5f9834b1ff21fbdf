//! Ways to write a command that only a shell undoes: variables put together,
//! wildcards for a program's name, escapes in `$'…'`, parts of variables, a loop
//! that starts itself.
//!
//! Each is legal in a script too, so it counts in a short value only. Source:
//! POSIX.1-2017 section 2.6 and Bash's manual on expansions.

use super::evidence::{Evidence, Strongest};
use crate::text::cursor::{Cursor, find, find_ci, is_space, is_word, places};

/// The longest value that is looked at.
const LONGEST: usize = 600;

/// Adds what `text` shows to `best`.
pub(super) fn find_in(text: &[u8], best: &mut Strongest) {
    if text.len() > LONGEST {
        return;
    }
    let mut add = |code, score, at: Option<usize>| {
        if let Some(at) = at {
            best.add(Evidence::new(code, score, at, text.len()));
        }
    };
    if text.contains(&b'?') || text.contains(&b'[') {
        add("shield.rce.separator", 7500, wildcard(text));
    }
    if text.contains(&b'$') {
        add("shield.rce.substitution", 8200, part_of_variable(text));
        add("shield.rce.substitution", 8200, escaped(text));
        add("shield.rce.separator", 7500, put_together(text));
        add("shield.rce.substitution", 7500, spliced_group(text));
        add("shield.rce.substitution", 8000, written(text));
    }
    if text.contains(&b'`') {
        add("shield.rce.substitution", 7500, spliced(text));
    }
    if text.contains(&b'{') {
        add("shield.rce.command", 8500, bomb(text));
    }
}

/// `/???/c?t`, `/bin/c[a]t` where a command stands.
fn wildcard(text: &[u8]) -> Option<usize> {
    let mut at_command = true;
    let mut cursor = Cursor::new(text);
    while let Some(byte) = cursor.peek() {
        let start = cursor.at();
        if byte != b'/' || !at_command {
            at_command =
                matches!(byte, b';' | b'|' | b'&' | b'{' | b'\n') || (at_command && is_space(byte));
            cursor.skip(1);
            continue;
        }
        let word = cursor.take_while(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'/' | b'?' | b'*' | b'[' | b']' | b'-' | b'_')
        });
        let marks = word.iter().filter(|b| matches!(b, b'?' | b'[')).count();
        let parts = word.split(|b| *b == b'/').filter(|part| !part.is_empty());
        // `/a/b?c[]=1` is an address: there `?` comes once
        let many = parts.clone().filter(|part| part.contains(&b'?')).count() > 1 || marks > 2;
        let behind_mark =
            start > 0 && marks > 0 && cursor.peek() != Some(b'=') && parts.count() == 2;
        if (many || behind_mark) && word.split(|b| *b == b'/').count() >= 3 {
            return Some(start);
        }
        at_command = false;
    }
    None
}

/// `${PATH:0:1}`, `${HOME%%x}` in a word.
fn part_of_variable(text: &[u8]) -> Option<usize> {
    places(text, b"${").take(8).find(|at| {
        let mut cursor = Cursor::starting_at(text, at.saturating_add(2));
        let name = cursor.take_while(is_word);
        let upper = !name.is_empty() && !name.iter().any(u8::is_ascii_lowercase);
        upper
            && cursor.eat(b':')
            && !cursor.take_while(|b| b.is_ascii_digit()).is_empty()
            && matches!(cursor.peek(), Some(b':' | b'}'))
    })
}

/// `$'\x63\x61\x74'`
fn escaped(text: &[u8]) -> Option<usize> {
    places(text, b"$'").take(8).find(|at| {
        let rest = text.get(at.saturating_add(2)..).unwrap_or_default();
        let inner = rest.split(|b| *b == b'\'').next().unwrap_or_default();
        let hexadecimal = find(inner, b"\\x").is_some();
        let octal = inner
            .windows(3)
            .any(|w| matches!(w, [b'\\', b'0'..=b'7', b'0'..=b'7']));
        hexadecimal || octal
    })
}

/// `a=wh;b=oami;$a$b`: a command out of variables set in the same value.
fn put_together(text: &[u8]) -> Option<usize> {
    let mut cursor = Cursor::new(text);
    let mut tries = 0_u8;
    while !cursor.done() && tries < 16 {
        cursor.take_while(|b| !matches!(b, b';' | b'|' | b'&' | b'\n'));
        cursor.take_while(|b| matches!(b, b';' | b'|' | b'&' | b'\n' | b' ' | b'{' | b'('));
        let start = cursor.at();
        if !cursor.eat(b'$') {
            continue;
        }
        tries = tries.saturating_add(1);
        cursor.eat(b'{');
        let name = cursor.take_while(is_word);
        cursor.eat(b'}');
        // `$a = 1` sets, `$a->b` and `$a(` are of PHP
        let runs = match cursor.peek() {
            None | Some(b'$' | b';' | b'|' | b'&' | b'`' | b'\n') => true,
            Some(b' ') => !matches!(cursor.peek_nth(1), Some(b'=' | b'.' | b'+' | b'-' | b'?')),
            _ => false,
        };
        if name.is_empty() || !runs {
            continue;
        }
        let before = text.get(..start).unwrap_or_default();
        let set = places(before, name).take(8).any(|at| {
            let glued = at
                .checked_sub(1)
                .and_then(|at| before.get(at))
                .is_some_and(|b| is_word(*b) || matches!(b, b'$' | b'?' | b'.'));
            !glued && before.get(at.saturating_add(name.len())) == Some(&b'=')
        });
        if set {
            return Some(start);
        }
    }
    None
}

/// ``who`echo am`i``: a part of a word that a command writes.
fn spliced(text: &[u8]) -> Option<usize> {
    let open = text.iter().position(|b| *b == b'`')?;
    let rest = text.get(open.saturating_add(1)..)?;
    let close = rest.iter().position(|b| *b == b'`')?;
    let before = open.checked_sub(1).and_then(|at| text.get(at));
    let behind = rest.get(close.saturating_add(1));
    let inner = rest.get(..close)?;
    let writes = [&b"echo "[..], b"printf ", b"which ", b"cat "]
        .iter()
        .any(|command| inner.starts_with(command));
    let glued = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphabetic);
    (writes && (glued(before) || glued(behind))).then_some(open)
}

/// `who$(echo am)i`
fn spliced_group(text: &[u8]) -> Option<usize> {
    places(text, b"$(echo ").take(4).find(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let rest = text.get(*at..).unwrap_or_default();
        let close = rest.iter().position(|b| *b == b')');
        let behind = close.and_then(|close| rest.get(close.saturating_add(1)));
        let glued = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphabetic);
        glued(before) || glued(behind)
    })
}

/// `; $(tr A-Z a-z<<<ID)`, `; $(echo aWQ=|base64 -d)`: the command itself is
/// what another one writes.
fn written(text: &[u8]) -> Option<usize> {
    const WRITERS: [&[u8]; 7] = [
        b"echo", b"printf", b"tr", b"rev", b"base64", b"base32", b"xxd",
    ];
    const TURNED: [&[u8]; 6] = [
        b"<<<",
        b"base64 -",
        b"base32 -",
        b"xxd -r",
        b"|rev",
        b"|tr ",
    ];
    places(text, b"$(").take(8).find(|at| {
        let before = text.get(..*at).unwrap_or_default().trim_ascii_end();
        let starts = matches!(before.last(), None | Some(b';' | b'|' | b'&' | b'{' | b'('))
            || text.get(before.len()) == Some(&b'\n');
        let rest = text.get(at.saturating_add(2)..).unwrap_or_default();
        let rest = rest.trim_ascii_start();
        let inner = rest.split(|b| *b == b')').next().unwrap_or_default();
        let writer = inner.split(|b| !is_word(*b)).next().unwrap_or_default();
        starts && WRITERS.contains(&writer) && TURNED.iter().any(|t| find(inner, t).is_some())
    })
}

/// `:(){ :|:& };:`, and with any name.
fn bomb(text: &[u8]) -> Option<usize> {
    let at = find_ci(text, b"()")?;
    let rest = text.get(at.saturating_add(2)..)?.trim_ascii_start();
    let body = rest.strip_prefix(b"{")?;
    let end = body.iter().position(|b| *b == b'}')?;
    let inside = body.get(..end)?;
    let name_at = text
        .get(..at)?
        .iter()
        .rposition(|b| !(is_word(*b) || *b == b':'))
        .map_or(0, |n| n.saturating_add(1));
    let name = text.get(name_at..at)?;
    let again = !name.is_empty() && find_ci(inside, name).is_some();
    (again && (inside.contains(&b'&') || inside.contains(&b'|'))).then_some(name_at)
}
