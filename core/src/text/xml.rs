//! The text of an XML or HTML body as its parser would hand it out: text
//! between tags, attribute values and CDATA, with the five named entities and
//! numeric references decoded. Tags themselves, comments and declarations are
//! structure and not visited; the caller looks at those on the raw text.

use super::cursor::{Cursor, find};
use alloc::vec::Vec;

/// Visits each piece of text that is not blank.
pub(crate) fn each_text(body: &[u8], visit: &mut dyn FnMut(&[u8])) {
    let mut cursor = Cursor::new(body);
    let mut buffer = Vec::new();
    while !cursor.done() {
        let text = cursor.take_until(b'<');
        give(text, &mut buffer, visit);
        if cursor.rest().starts_with(b"<![CDATA[") {
            cursor.skip(9);
            let end = find(cursor.rest(), b"]]>").unwrap_or(cursor.rest().len());
            let data = cursor.rest().get(..end).unwrap_or_default();
            if !data.trim_ascii().is_empty() {
                visit(data);
            }
            cursor.skip(end.saturating_add(3));
        } else if cursor.rest().starts_with(b"<!--") {
            let end = find(cursor.rest(), b"-->").unwrap_or(cursor.rest().len());
            cursor.skip(end.saturating_add(3));
        } else {
            tag(&mut cursor, &mut buffer, visit);
        }
    }
}

fn tag(cursor: &mut Cursor<'_>, buffer: &mut Vec<u8>, visit: &mut dyn FnMut(&[u8])) {
    while let Some(byte) = cursor.next() {
        match byte {
            b'>' => return,
            b'"' | b'\'' => {
                let value = cursor.take_until(byte);
                cursor.skip(1);
                give(value, buffer, visit);
            }
            _ => {}
        }
    }
}

fn give(text: &[u8], buffer: &mut Vec<u8>, visit: &mut dyn FnMut(&[u8])) {
    if text.trim_ascii().is_empty() {
        return;
    }
    if !text.contains(&b'&') {
        visit(text);
        return;
    }
    buffer.clear();
    let mut cursor = Cursor::new(text);
    while !cursor.done() {
        buffer.extend_from_slice(cursor.take_until(b'&'));
        let named = [
            (&b"&lt;"[..], b'<'),
            (b"&gt;", b'>'),
            (b"&amp;", b'&'),
            (b"&quot;", b'"'),
            (b"&apos;", b'\''),
        ]
        .into_iter()
        .find(|(name, _)| cursor.rest().starts_with(name));
        match named {
            Some((name, byte)) => {
                buffer.push(byte);
                cursor.skip(name.len());
            }
            None => buffer.extend(cursor.next()),
        }
    }
    visit(buffer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn text_attributes_and_cdata() {
        let mut seen = String::new();
        let body = b"<?xml version='1.0'?><a b=\"c&lt;d\"> x <!-- no > --><![CDATA[<y>]]>&amp;z</a> <open attr='cut";
        each_text(body, &mut |text| {
            seen += &String::from_utf8_lossy(text);
            seen.push('|');
        });
        assert_eq!(seen, "1.0|c<d| x |<y>|&z|cut|");
    }
}
