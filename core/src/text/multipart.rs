//! multipart/form-data (RFC 7578) read leniently: parts with their names, file
//! names and content, line ends with or without CR, a preamble, a missing or
//! wrong boundary parameter (then the first line is the boundary), headers
//! folded over lines or sent twice, `filename*` (RFC 5987) beside `filename`,
//! quoted pairs. Where parsers differ every reading is handed out.

use super::cursor::{Cursor, find, find_ci, starts_with_ci};
use super::swar;
use alloc::vec::Vec;

/// One part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    /// Each `name` of its Content-Disposition.
    pub(crate) names: Vec<&'a [u8]>,
    /// Each `filename`.
    pub(crate) filenames: Vec<&'a [u8]>,
    /// Its Content-Type; empty where it has none.
    pub(crate) media: &'a [u8],
    /// The content.
    pub(crate) content: &'a [u8],
}

/// So many parameters of a part are kept.
const PARAMETERS: usize = 16;

/// Visits every part of `body`, the last one even when it is cut off.
pub(crate) fn each_part<'a>(
    content_type: &'a [u8],
    body: &'a [u8],
    visit: &mut dyn FnMut(&Part<'a>),
) {
    let Some(boundaries) = boundaries(content_type, body) else {
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
            .is_some_and(|l| boundaries.iter().any(|boundary| l.starts_with(boundary)))
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

/// What starts a delimiter line: the boundary parameter, where it comes twice
/// the first and the last; the first line where none of them occurs.
fn boundaries<'a>(content_type: &'a [u8], body: &'a [u8]) -> Option<[&'a [u8]; 2]> {
    let mut declared = [&b""[..]; 2];
    let mut rest = content_type;
    while let Some(at) = find_ci(rest, b"boundary=") {
        rest = rest.get(at.saturating_add(9)..).unwrap_or_default();
        let value = match rest.strip_prefix(b"\"") {
            Some(quoted) => quoted.split(|b| *b == b'"').next(),
            None => rest.split(|b| matches!(b, b';' | b',')).next(),
        };
        let value = value.unwrap_or_default().trim_ascii();
        let value = value.get(..value.len().min(100)).unwrap_or_default();
        if value.is_empty() || !is_delimiter(body, value) {
            continue;
        }
        let [first, last] = &mut declared;
        if first.is_empty() {
            *first = value;
        }
        *last = value;
    }
    let [first, _] = declared;
    if !first.is_empty() {
        return Some(declared);
    }
    let line = body.trim_ascii_start().split(|b| *b == b'\n').next()?;
    let line = line.trim_ascii_end().strip_prefix(b"--")?;
    (!line.is_empty() && line.len() <= 100).then_some([line; 2])
}

/// `--` and `boundary` begin a line of `body`.
fn is_delimiter(body: &[u8], boundary: &[u8]) -> bool {
    let begins = |text: &[u8]| {
        text.strip_prefix(b"--")
            .is_some_and(|line| line.starts_with(boundary))
    };
    let mut rest = body;
    while !begins(rest) {
        let Some(at) = find(rest, b"\n--") else {
            return false;
        };
        rest = rest.get(at.saturating_add(1)..).unwrap_or_default();
    }
    true
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
    let mut found = Part {
        content,
        ..Part::default()
    };
    let mut cursor = Cursor::new(headers);
    while !cursor.done() {
        let start = cursor.at();
        // a line that begins with a blank goes on with the header before it
        loop {
            cursor.take_until(b'\n');
            cursor.skip(1);
            if !matches!(cursor.peek(), Some(b' ' | b'\t')) {
                break;
            }
        }
        let header = headers.get(start..cursor.at()).unwrap_or_default();
        if starts_with_ci(header, b"content-disposition") {
            parameters(header, &mut found);
        } else if starts_with_ci(header, b"content-type:") {
            found.media = header.get(13..).unwrap_or_default().trim_ascii();
        }
    }
    visit(&found);
}

fn split(part: &[u8], at: usize, gap: usize) -> (&[u8], &[u8]) {
    (
        part.get(..at).unwrap_or_default(),
        part.get(at.saturating_add(gap)..).unwrap_or_default(),
    )
}

/// `; name="value"` or `; name=value`. Quotes matter: a file name may hold `;`.
fn parameters<'a>(header: &'a [u8], part: &mut Part<'a>) {
    let mut cursor = Cursor::new(header);
    cursor.take_while(|b| b != b';');
    let mut left = PARAMETERS;
    while left > 0 && cursor.eat(b';') {
        left = left.saturating_sub(1);
        cursor.skip_space();
        let name = cursor.take_while(|b| b != b'=' && b != b';').trim_ascii();
        if !cursor.eat(b'=') {
            continue;
        }
        cursor.take_while(|b| matches!(b, b' ' | b'\t'));
        let value = if cursor.eat(b'"') {
            let value = quoted(&mut cursor);
            cursor.take_while(|b| b != b';');
            value
        } else {
            cursor.take_while(|b| b != b';').trim_ascii()
        };
        if name.eq_ignore_ascii_case(b"name") && !value.is_empty() {
            part.names.push(value);
        } else if name.eq_ignore_ascii_case(b"filename") {
            part.filenames.push(value);
        } else if starts_with_ci(name, b"filename*") {
            // `UTF-8'en'a%20b`
            let after = value.splitn(3, |b| *b == b'\'').nth(2);
            part.filenames.push(after.unwrap_or(value));
        }
    }
}

/// Up to the closing quote, quoted pairs passed over; to the first quote where
/// none closes it otherwise, as in `C:\dir\`.
fn quoted<'a>(cursor: &mut Cursor<'a>) -> &'a [u8] {
    let mut ahead = *cursor;
    let start = ahead.rest();
    loop {
        ahead.take_until_either(b'"', b'\\');
        match ahead.next() {
            Some(b'\\') => ahead.skip(1),
            Some(_) => {
                let length = start
                    .len()
                    .saturating_sub(ahead.rest().len())
                    .saturating_sub(1);
                *cursor = ahead;
                return start.get(..length).unwrap_or_default();
            }
            None => {
                let value = cursor.take_until(b'"');
                cursor.skip(1);
                return value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    #[test]
    fn parts_names_and_files() {
        let body = b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n--B\r\n\
            content-disposition: form-data; filename=\"x;y.php\"; name=f\r\nContent-Type: text/plain\r\n\r\n<?\r\n--B--\r\n";
        let seen = shown(b"multipart/form-data; boundary=B", body);
        assert_eq!(seen, ["a||one\r\ntwo", "f|x;y.php|<?"]);
    }

    fn shown(content_type: &[u8], body: &[u8]) -> Vec<String> {
        let mut seen = Vec::new();
        each_part(content_type, body, &mut |part| {
            let text = |pieces: &[&[u8]]| String::from_utf8_lossy(&pieces.join(&b'+')).into_owned();
            seen.push(format!(
                "{}|{}|{}",
                text(&part.names),
                text(&part.filenames),
                text(&[part.content])
            ));
        });
        seen
    }

    #[test]
    fn every_reading_of_a_part() {
        let kind = b"multipart/form-data; boundary=A; boundary=\"B\"";
        let body = b"preamble\n--A\nContent-Disposition: form-data;\n name=a; name=b\n\n1\n\
            --B\r\nContent-Disposition: form-data; name=f; filename=\"a\\\"b.png\"; filename*=UTF-8''c%2ephp\r\n\
            Content-Disposition: form-data; filename=\"C:\\d\\\"\r\n\r\nx\r\n--A--";
        assert_eq!(
            shown(kind, body),
            ["a+b||1", "f|a\\\"b.png+c%2ephp+C:\\d\\|x"]
        );
    }

    #[test]
    fn a_wrong_boundary_and_a_cut_body() {
        let body = b"--Real\nContent-Disposition: form-data; name=\"q\"\n\ncut of";
        assert_eq!(
            shown(b"multipart/form-data; boundary=Other", body),
            ["q||cut of"]
        );
    }
}
