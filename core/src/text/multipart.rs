//! multipart/form-data (RFC 7578) read leniently: parts with their names, file
//! names and content, line ends with or without CR, a missing or wrong
//! boundary parameter (then the first line is the boundary).

use super::cursor::{Cursor, find, find_ci, starts_with_ci};
use super::swar;

/// One part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    /// `name` of its Content-Disposition.
    pub(crate) name: &'a [u8],
    /// `filename`, if it has one.
    pub(crate) filename: Option<&'a [u8]>,
    /// The content.
    pub(crate) content: &'a [u8],
}

/// Visits every part of `body`, the last one even when it is cut off.
pub(crate) fn each_part<'a>(
    content_type: &'a [u8],
    body: &'a [u8],
    visit: &mut dyn FnMut(&Part<'a>),
) {
    let Some(boundary) = boundary(content_type, body) else {
        return;
    };
    let mut rest = body;
    let mut part_start: Option<&[u8]> = None;
    let mut consumed = 0_usize;
    while !rest.is_empty() {
        let line_length = swar::find_byte(rest, b'\n').map_or(rest.len(), |n| n.saturating_add(1));
        let line = rest.get(..line_length).unwrap_or_default();
        if line
            .strip_prefix(b"--")
            .is_some_and(|l| l.starts_with(boundary))
        {
            if let Some(start) = part_start {
                finish(start.get(..consumed).unwrap_or_default(), visit);
            }
            part_start = rest.get(line_length..);
            consumed = 0;
        } else {
            consumed = consumed.saturating_add(line_length);
        }
        rest = rest.get(line_length..).unwrap_or_default();
    }
    if let Some(start) = part_start.filter(|s| !s.is_empty()) {
        finish(start.get(..consumed).unwrap_or_default(), visit);
    }
}

fn boundary<'a>(content_type: &'a [u8], body: &'a [u8]) -> Option<&'a [u8]> {
    let first_line = body
        .split(|b| *b == b'\n')
        .next()?
        .trim_ascii_end()
        .strip_prefix(b"--")?;
    let declared = find_ci(content_type, b"boundary=").and_then(|at| {
        let value = content_type.get(at.saturating_add(9)..)?;
        let value = value.split(|b| *b == b';').next()?.trim_ascii();
        Some(
            value
                .strip_prefix(b"\"")
                .and_then(|v| v.strip_suffix(b"\""))
                .unwrap_or(value),
        )
    });
    declared
        .filter(|boundary| !boundary.is_empty() && first_line.starts_with(boundary))
        .or(Some(first_line))
        .filter(|boundary| !boundary.is_empty() && boundary.len() <= 100)
}

fn finish<'a>(part: &'a [u8], visit: &mut dyn FnMut(&Part<'a>)) {
    let crlf = find(part, b"\r\n\r\n");
    let lf = find(
        part.get(..crlf.unwrap_or(part.len())).unwrap_or_default(),
        b"\n\n",
    );
    let (headers, content) = match (crlf, lf) {
        (_, Some(lf)) => split(part, lf, 2),
        (Some(crlf), None) => split(part, crlf, 4),
        (None, None) => (part, &[][..]),
    };
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    let content = content.strip_suffix(b"\r").unwrap_or(content);
    let disposition = headers
        .split(|b| *b == b'\n')
        .find(|line| starts_with_ci(line, b"content-disposition"))
        .unwrap_or_default();
    visit(&Part {
        name: parameter(disposition, b"name").unwrap_or_default(),
        filename: parameter(disposition, b"filename")
            .or_else(|| parameter(disposition, b"filename*")),
        content,
    });
}

fn split(part: &[u8], at: usize, gap: usize) -> (&[u8], &[u8]) {
    (
        part.get(..at).unwrap_or_default(),
        part.get(at.saturating_add(gap)..).unwrap_or_default(),
    )
}

/// `; name="value"` or `; name=value`. Quotes matter: a file name may hold `;`.
fn parameter<'a>(header: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut cursor = Cursor::new(header);
    cursor.take_while(|b| b != b';');
    while cursor.eat(b';') {
        cursor.skip_space();
        let found = cursor.take_while(|b| b != b'=' && b != b';').trim_ascii();
        if !cursor.eat(b'=') {
            continue;
        }
        let value = if cursor.eat(b'"') {
            let value = cursor.take_while(|b| b != b'"');
            cursor.skip(1);
            cursor.take_while(|b| b != b';');
            value
        } else {
            cursor.take_while(|b| b != b';').trim_ascii()
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn parts_names_and_files() {
        let body = b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n--B\r\n\
            content-disposition: form-data; filename=\"x;y.php\"; name=f\r\nContent-Type: text/plain\r\n\r\n<?\r\n--B--\r\n";
        let mut seen = Vec::new();
        each_part(b"multipart/form-data; boundary=B", body, &mut |part| {
            seen.push((
                part.name.to_vec(),
                part.filename.map(<[u8]>::to_vec),
                part.content.to_vec(),
            ));
        });
        assert_eq!(seen.len(), 2);
        assert_eq!(
            seen.first(),
            Some(&(b"a".to_vec(), None, b"one\r\ntwo".to_vec()))
        );
        assert_eq!(
            seen.last(),
            Some(&(b"f".to_vec(), Some(b"x;y.php".to_vec()), b"<?".to_vec()))
        );
    }

    #[test]
    fn a_wrong_boundary_and_a_cut_body() {
        let mut seen = Vec::new();
        let body = b"--Real\nContent-Disposition: form-data; name=\"q\"\n\ncut of";
        each_part(b"multipart/form-data; boundary=Other", body, &mut |part| {
            seen.push(part.content.to_vec());
        });
        assert_eq!(seen, [b"cut of".to_vec()]);
    }
}
