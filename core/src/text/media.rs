//! How a body is to be read: its content type, checked against its first bytes,
//! since the type can lie.

use super::cursor::{find, find_ci, starts_with_ci};

/// How a body is to be read.
pub(crate) enum Media<'a> {
    Form,
    Json,
    Multipart(&'a [u8]),
    Xml,
    Text,
    Binary,
}

impl<'a> Media<'a> {
    /// By the type, checked against the first bytes.
    pub(crate) fn of(content_type: &'a [u8], head: &[u8]) -> Self {
        let start = head.trim_ascii_start();
        let says = |word: &[u8]| find_ci(content_type, word).is_some();
        let bare = start.first();
        if (says(b"multipart/") || says(b"json")) && start.starts_with(b"--") {
            return Self::Multipart(content_type);
        }
        if says(b"multipart/") && find(head, b"\n--").is_some() {
            return Self::Multipart(content_type);
        }
        if looks_like_json(start) {
            return Self::Json;
        }
        if says(b"json") {
            return if bare == Some(&b'<') {
                Self::Xml
            } else {
                Self::Json
            };
        }
        if starts_with_ci(start, b"<?xml")
            || starts_with_ci(start, b"<!doctype")
            || (says(b"xml") && bare == Some(&b'<'))
        {
            return Self::Xml;
        }
        if says(b"urlencoded") {
            return Self::Form;
        }
        if start.starts_with(b"--") && find(start, b"ontent-").is_some() {
            return Self::Multipart(content_type);
        }
        if starts_with_ci(content_type, b"image/")
            || starts_with_ci(content_type, b"video/")
            || starts_with_ci(content_type, b"audio/")
            || starts_with_ci(content_type, b"font/")
            || says(b"octet-stream")
            || says(b"protobuf")
            || says(b"grpc")
            || says(b"zip")
        {
            return Self::Binary;
        }
        // no type, and pairs by the look of it: a form sent by hand
        if content_type.is_empty() && begins_like_a_form(head) {
            return Self::Form;
        }
        Self::Text
    }
}

/// `{"`, `{}`, `[{`, `["` and the like.
pub(crate) fn looks_like_json(start: &[u8]) -> bool {
    let Some((b'{' | b'[', rest)) = start.split_first() else {
        return false;
    };
    matches!(
        rest.trim_ascii_start().first(),
        Some(b'"' | b'{' | b'[' | b'}' | b']')
    )
}

/// `name=`.
fn begins_like_a_form(text: &[u8]) -> bool {
    let name =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']' | b'%');
    let end = text.iter().position(|b| !name(b));
    end.is_some_and(|at| at > 0 && text.get(at) == Some(&b'='))
}

/// Pairs in lines of their own, the lines ended as a browser ends them.
pub(crate) fn looks_like_lines(text: &[u8]) -> bool {
    text.ends_with(b"\r\n") && begins_like_a_form(text)
}

/// Pairs, under whatever type: no blank or line end among the first bytes, which
/// text has.
pub(crate) fn looks_like_a_form(text: &[u8]) -> bool {
    let head = text.get(..text.len().min(512)).unwrap_or_default();
    begins_like_a_form(head) && head.trim_ascii_end().iter().all(|b| *b > b' ')
}
