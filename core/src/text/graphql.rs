//! GraphQL documents (October 2021 specification): the strings inside, and what
//! a service may want to bound: how deep selections nest, how many fields are
//! aliased, whether the schema is asked for.
//!
//! A lexer, not a parser: any text yields something, in one pass.

use super::cursor::{ByteSet, Cursor, find, is_space, starts_with_ci};
use alloc::vec::Vec;

/// What a document asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Selection sets inside each other.
    pub(crate) depth: u32,
    /// Fields under another name.
    pub(crate) aliases: u32,
    /// `__schema` or `__type` occurs as a field.
    pub(crate) introspects: bool,
}

static NAME: ByteSet = ByteSet::word();

/// Whether `text` begins like an operation or a selection.
pub(crate) fn looks_like(text: &[u8]) -> bool {
    let start = text.trim_ascii_start();
    let head = start.get(..start.len().min(256)).unwrap_or_default();
    if let Some(rest) = head.strip_prefix(b"{") {
        let mut cursor = Cursor::new(rest);
        cursor.skip_space();
        let name = cursor.take_while(|b| NAME.has(b));
        cursor.skip_space();
        let line = cursor.before() == Some(b'\n');
        let field = match cursor.peek() {
            Some(b'{' | b'(' | b'}' | b'@' | b'_') => true,
            Some(b':') => {
                cursor.skip(1);
                cursor.skip_space();
                cursor.peek().is_some_and(|b| b.is_ascii_alphabetic()) && !head.contains(&b';')
            }
            Some(byte) => byte.is_ascii_alphabetic() || line,
            None => line,
        };
        return field && name.first().is_some_and(|b| !b.is_ascii_digit());
    }
    [&b"query"[..], b"mutation", b"subscription", b"fragment"]
        .iter()
        .any(|word| {
            starts_with_ci(head, word)
                && matches!(
                    head.get(word.len()),
                    Some(b' ' | b'\t' | b'\n' | b'\r' | b'{' | b'(')
                )
        })
        && head.contains(&b'{')
}

/// Reads `text` and hands out its strings, unescaped as far as quotes go.
pub(crate) fn read(text: &[u8], visit: &mut dyn FnMut(&[u8])) -> Shape {
    let mut shape = Shape::default();
    let mut cursor = Cursor::new(text);
    let (mut depth, mut arguments) = (0_u32, 0_u32);
    let mut buffer = Vec::new();
    while let Some(byte) = cursor.next() {
        match byte {
            b'#' => {
                cursor.take_until(b'\n');
            }
            b'"' => string(&mut cursor, &mut buffer, visit),
            b'(' => arguments = arguments.saturating_add(1),
            b')' => arguments = arguments.saturating_sub(1),
            b'{' if arguments == 0 => {
                depth = depth.saturating_add(1);
                shape.depth = shape.depth.max(depth);
            }
            b'}' if arguments == 0 => depth = depth.saturating_sub(1),
            byte if NAME.has(byte) => {
                let start = cursor.at().saturating_sub(1);
                cursor.take_while(|b| NAME.has(b));
                let name = text.get(start..cursor.at()).unwrap_or_default();
                if arguments == 0 && depth > 0 {
                    cursor.take_while(is_space);
                    if cursor.peek() == Some(b':') {
                        shape.aliases = shape.aliases.saturating_add(1);
                    }
                    shape.introspects |= matches!(name, b"__schema" | b"__type");
                }
            }
            _ => {}
        }
    }
    shape
}

/// Behind an opening quote.
fn string(cursor: &mut Cursor<'_>, buffer: &mut Vec<u8>, visit: &mut dyn FnMut(&[u8])) {
    if cursor.rest().starts_with(b"\"\"") {
        cursor.skip(2);
        let end = find(cursor.rest(), b"\"\"\"").unwrap_or(cursor.rest().len());
        visit(cursor.rest().get(..end).unwrap_or_default());
        cursor.skip(end.saturating_add(3));
        return;
    }
    buffer.clear();
    loop {
        buffer.extend_from_slice(cursor.take_until_either(b'"', b'\\'));
        match cursor.next() {
            Some(b'\\') => match cursor.next() {
                Some(byte @ (b'"' | b'\\' | b'/')) => buffer.push(byte),
                Some(b'n') => buffer.push(b'\n'),
                Some(b'r') => buffer.push(b'\r'),
                Some(b't') => buffer.push(b'\t'),
                Some(byte) => buffer.extend_from_slice(&[b'\\', byte]),
                None => break,
            },
            _ => break,
        }
    }
    visit(buffer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn shown(text: &str) -> (Shape, String) {
        let mut seen = String::new();
        let shape = read(text.as_bytes(), &mut |string| {
            seen.push_str(&String::from_utf8_lossy(string));
            seen.push('|');
        });
        (shape, seen)
    }

    #[test]
    fn strings_and_shape() {
        let text = r#"query Q($a: Int = 1) { u: user(name: "O\"x", t: {b: 1}) { id # "no"
            n: name } __schema { types { name } } x(s: """block "q" """) }"#;
        let (shape, strings) = shown(text);
        assert_eq!(strings, r#"O"x|block "q" |"#);
        assert_eq!(
            shape,
            Shape {
                depth: 3,
                aliases: 2,
                introspects: true
            }
        );
        assert_eq!(shown("{ a(b: \"cut").1, "cut|");
    }

    #[test]
    fn documents_by_their_start() {
        for yes in [
            "{ user { id } }",
            "{ x: a y: a }",
            "query { a }",
            "mutation($a: Int) { b }",
            "{\n  id\n  name\n}",
            "fragment F on User { id }",
        ] {
            assert!(looks_like(yes.as_bytes()), "{yes}");
        }
        for no in [
            "{\"a\": 1}",
            "query the database",
            "hello { a }",
            "{{ user }}",
            "{1: 2}",
            "{a: 1}",
            "{color: red; top: auto}",
        ] {
            assert!(!looks_like(no.as_bytes()), "{no}");
        }
    }
}
