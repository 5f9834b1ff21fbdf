//! What a template's expression shows of itself: sums, literals whose methods are
//! called, objects made, names put together so that no filter reads them.

use super::Opener;
use crate::text::cursor::{Cursor, find, is_space, is_word, starts_with_ci};

/// So many words, brackets and comments may be before what an expression is about.
const LEADS: u8 = 12;

/// Where the value of an expression starts: behind brackets, a dash, a comment,
/// `print`, `set x =`, `with x =`, `for x in`, `if`.
pub(super) fn lead(code: &[u8]) -> usize {
    let mut cursor = Cursor::new(code);
    for _ in 0..LEADS {
        cursor.take_while(|b| is_space(b) || matches!(b, b'(' | b'[' | b'-' | b'=' | b'>' | b'~'));
        if eat(&mut cursor, b"/*") {
            cursor.take_until(b'/');
            cursor.skip(1);
            continue;
        }
        if eat(&mut cursor, b"//") {
            cursor.take_until(b'\n');
            continue;
        }
        // `()=>`
        if eat(&mut cursor, b")=>") {
            continue;
        }
        let at = cursor.at();
        let word = cursor.take_while(is_word);
        let keyword = |words: &[&[u8]]| words.contains(&word);
        if keyword(&[b"print", b"if", b"elif", b"echo", b"return", b"do"]) {
            continue;
        }
        if keyword(&[b"globalThis", b"global"]) && cursor.eat(b'.') {
            continue;
        }
        if keyword(&[b"set", b"with", b"let", b"var", b"const", b"assign", b"for"]) {
            cursor.skip_space();
            cursor.take_while(|b| is_word(b) || b == b'$');
            cursor.skip_space();
            if cursor.eat(b'=') || eat(&mut cursor, b"in ") || eat(&mut cursor, b"in[") {
                continue;
            }
        }
        return at;
    }
    cursor.at()
}

fn eat(cursor: &mut Cursor<'_>, mark: &[u8]) -> bool {
    let there = cursor.rest().starts_with(mark);
    if there {
        cursor.skip(mark.len());
    }
    there
}

/// Nothing but brackets, an index and one filter is `behind` a name.
pub(super) fn ends(behind: &[u8]) -> bool {
    let mut cursor = Cursor::new(behind);
    let mark = |b: u8| is_space(b) || b.is_ascii_digit() || b"()[]%->".contains(&b);
    cursor.take_while(mark);
    if cursor.eat(b'|') {
        cursor.take_while(|b| is_word(b) || mark(b));
    }
    cursor.done()
}

/// Nothing but expressions and marks is in `text`, and it is short.
pub(super) fn is_all_template(text: &[u8]) -> bool {
    let mut depth = 0_u8;
    text.len() <= 96
        && text.iter().all(|byte| {
            match byte {
                b'{' | b'<' => depth = depth.saturating_add(1),
                b'}' | b'>' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth > 0 || !byte.is_ascii_alphanumeric()
        })
}

/// Arithmetic to see whether it is evaluated: `7*7`, `'7'*7`, `0x7*0x7`, `(7)*(7)`.
pub(super) fn is_sum(code: &[u8]) -> bool {
    let mut cursor = Cursor::new(code);
    cursor.take_while(|b| matches!(b, b'\'' | b'"'));
    let digits = cursor.peek().is_some_and(|b| b.is_ascii_digit());
    cursor.take_while(|b| b.is_ascii_hexdigit() || matches!(b, b'_' | b'x'));
    cursor.take_while(|b| is_space(b) || matches!(b, b'\'' | b'"' | b')'));
    if !digits || !cursor.eat(b'*') {
        return false;
    }
    cursor.take_while(|b| is_space(b) || matches!(b, b'\'' | b'"' | b'('));
    cursor.peek().is_some_and(|b| b.is_ascii_digit())
}

/// What the process of a server is asked for: `process.env`, `process?.version`.
pub(super) fn reads_process(code: &[u8]) -> bool {
    code.strip_prefix(b"process").is_some_and(|rest| {
        let rest = rest.strip_prefix(b"?").unwrap_or(rest);
        let name = rest
            .strip_prefix(b".")
            .or_else(|| rest.strip_prefix(b"['"))
            .or_else(|| rest.strip_prefix(b"[\""))
            .unwrap_or_default();
        [
            &b"env"[..],
            b"version",
            b"main",
            b"binding",
            b"argv",
            b"cwd",
        ]
        .iter()
        .any(|property| name.starts_with(property))
    })
}

/// Two underscores, dashes or an escape occur: what [`disguises_name`] needs.
pub(super) fn hides_names(text: &[u8]) -> bool {
    [&b"__"[..], b"--", b"\\"]
        .iter()
        .any(|mark| find(text, mark).is_some())
}

/// A name that is put together or escaped where it could stand as it is:
/// `['__cl'+'ass__']`, `[['__cl','ass__']|join]`, `['__ssalc__'[::-1]]`,
/// `['--class--'|replace('-','_')]`, `['\137\137class…']`.
pub(super) fn disguises_name(code: &[u8]) -> bool {
    let mut cursor = Cursor::new(code);
    let (mut dunder, mut built) = (false, false);
    let mut before = b' ';
    while let Some(byte) = cursor.next() {
        if !matches!(byte, b'\'' | b'"') {
            before = if is_space(byte) { before } else { byte };
            continue;
        }
        let opened = before;
        let literal = cursor.take_until(byte);
        cursor.skip(1);
        dunder |= matches!(opened, b'[' | b'(' | b',' | b'+' | b'~' | b'\'' | b'"')
            && (literal.starts_with(b"__")
                || literal.starts_with(b"--")
                || literal.ends_with(b"__")
                || find(literal, b"\\x5f").is_some()
                || find(literal, b"\\137").is_some()
                || find(literal, b"\\u005f").is_some());
        cursor.skip_space();
        let rest = cursor.rest();
        built |= matches!(opened, b'[' | b'(')
            && (matches!(rest.first(), Some(b'+' | b'~' | b'%' | b'\'' | b'"'))
                || [
                    &b"[::"[..],
                    b",",
                    b"|join",
                    b"|replace",
                    b"|lower",
                    b"|reverse",
                    b"|format",
                    b".replace(",
                    b".lower(",
                    b".join(",
                ]
                .iter()
                .any(|operator| rest.starts_with(operator)))
            || literal.contains(&b'\\');
        before = byte;
    }
    dunder && built
}

/// `php}`, `system(`, `self::`, `$smarty.` behind a brace.
pub(super) fn is_smarty(rest: &[u8]) -> bool {
    [
        &b"php}"[..],
        b"system(",
        b"passthru(",
        b"shell_exec(",
        b"self::",
        b"Smarty_Internal",
        b"$smarty.version",
        b"$smarty.template_object",
    ]
    .iter()
    .any(|start| rest.starts_with(start))
}

/// `1+1`, `7/0`, `364|add:733`: numbers and one operator, nothing else.
pub(super) fn is_small_sum(code: &[u8]) -> bool {
    let mut cursor = Cursor::new(code);
    let left = cursor.take_while(|b| b.is_ascii_digit()).len();
    cursor.skip_space();
    let operator = cursor.take_while(|b| matches!(b, b'+' | b'-' | b'/' | b'%'));
    let added = operator.is_empty() && cursor.rest().starts_with(b"|add:");
    if added {
        cursor.skip(5);
    }
    cursor.skip_space();
    let right = cursor.take_while(|b| b.is_ascii_digit()).len();
    left > 0 && right > 0 && cursor.done() && (operator.len() == 1 || added)
}

/// A method of a literal, or a filter that calls functions on a list of them:
/// `'a'.toUpperCase()`, `['id']|filter('system')`, `[0]|map(…)`.
pub(super) fn calls_literal(code: &[u8]) -> bool {
    let mut cursor = Cursor::new(code);
    let open = cursor.next();
    let close = match open {
        Some(quote @ (b'\'' | b'"')) => quote,
        Some(b'[') => b']',
        Some(b'{') => b'}',
        Some(b'(') => b')',
        _ => return false,
    };
    cursor.take_until(close);
    cursor.skip(1);
    cursor.skip_space();
    let called = cursor.peek() == Some(b'.') && open.is_some_and(|b| matches!(b, b'\'' | b'"'));
    if called {
        cursor.skip(1);
        let name = cursor.take_while(is_word);
        // what templates of people do to a text they wrote themselves
        let plain = [
            &b"format"[..],
            b"join",
            b"replace",
            b"repeat",
            b"concat",
            b"split",
            b"padstart",
            b"length",
        ]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known));
        return !name.is_empty() && !plain && cursor.peek() == Some(b'(');
    }
    cursor.eat(b'|') && {
        cursor.skip_space();
        [&b"map("[..], b"filter(", b"reduce(", b"sort(", b"attr("]
            .iter()
            .any(|filter| cursor.rest().starts_with(filter))
    }
}

/// Objects made, modules imported, built-ins of an engine asked for.
pub(super) fn makes(code: &[u8], opener: Opener) -> bool {
    let begins = |words: &[&[u8]]| words.iter().any(|word| starts_with_ci(code, word));
    if opener.evaluates {
        let object = begins(&[
            b"new file(",
            b"new url(",
            b"new java.",
            b"new socket(",
            b"new scanner(",
            b"new processbuilder",
            b".version",
            b".data_model",
            b".vars",
        ]);
        let built_in = [
            &b"?new"[..],
            b"?api",
            b"?lower_abc",
            b"?upper_abc",
            b"?eval",
            b"?interpret",
        ]
        .iter()
        .any(|mark| find(code, mark).is_some());
        return object || built_in || code.starts_with(b"{<%");
    }
    opener.statement
        && begins(&[
            b"import os",
            b"import subprocess",
            b"import sys",
            b"debug ",
            b"`",
        ])
        || begins(&[b"#with \"", b"<%["])
}
