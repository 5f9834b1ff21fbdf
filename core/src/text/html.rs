//! Tags and attributes the way browsers read broken markup.
//!
//! Follows the tokeniser of the WHATWG HTML standard where it matters to an
//! attacker: `/` separates attributes, values may be unquoted or in backquotes,
//! a tag needs no end, names may hold odd bytes. One difference on purpose: a
//! quote that is never closed does not swallow the rest, since the page around
//! the value decides where it closes.

use super::cursor::{ByteSet, Cursor};

/// White space as `is_space` has it, and other ends of names and values.
const SPACE: ByteSet = ByteSet::of(b" \0").range(b'\t', b'\r');
static TAG_END: ByteSet = SPACE.and(b"/><");
static NAME_END: ByteSet = SPACE.and(b"/>=");
static VALUE_END: ByteSet = SPACE.and(b">");
static BETWEEN: ByteSet = SPACE.and(b"/\"'");

/// Reads tags, and behind each its attributes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokenizer<'a> {
    cursor: Cursor<'a>,
}

/// The start of a tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    /// Its name as written; empty for `<!` and `<?`.
    pub(crate) name: &'a [u8],
    pub(crate) closing: bool,
    pub(crate) start: usize,
    pub(crate) name_end: usize,
}

/// One attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a [u8],
    /// `None` without `=`.
    pub(crate) value: Option<&'a [u8]>,
    /// Where the value starts, or would.
    pub(crate) value_start: usize,
    pub(crate) end: usize,
}

impl<'a> Tokenizer<'a> {
    /// From `at` on, outside any tag.
    pub(crate) fn new(text: &'a [u8], at: usize) -> Self {
        Self {
            cursor: Cursor::starting_at(text, at),
        }
    }

    /// The next tag. Attributes that were not read are skipped like text.
    pub(crate) fn tag(&mut self) -> Option<Tag<'a>> {
        loop {
            self.cursor.take_until(b'<');
            let start = self.cursor.at();
            self.cursor.next()?;
            let closing = self.cursor.eat(b'/');
            match self.cursor.peek()? {
                b'a'..=b'z' | b'A'..=b'Z' => {
                    let name = self.cursor.take_while(|b| !TAG_END.has(b));
                    return Some(Tag {
                        name,
                        closing,
                        start,
                        name_end: self.cursor.at(),
                    });
                }
                b'!' | b'?' if !closing => {
                    self.cursor.skip(1);
                    return Some(Tag {
                        name: &[],
                        closing,
                        start,
                        name_end: self.cursor.at(),
                    });
                }
                _ => {}
            }
        }
    }

    /// The next attribute of the tag at hand; `None` at its end.
    pub(crate) fn attribute(&mut self) -> Option<Attribute<'a>> {
        self.cursor.take_while(|b| BETWEEN.has(b));
        if matches!(self.cursor.peek()?, b'>' | b'<') {
            return None;
        }
        let name = self.cursor.take_while(|b| !NAME_END.has(b));
        self.cursor.skip_space();
        if !self.cursor.eat(b'=') {
            if name.is_empty() {
                self.cursor.skip(1);
            }
            return Some(Attribute {
                name,
                value: None,
                value_start: self.cursor.at(),
                end: self.cursor.at(),
            });
        }
        self.cursor.skip_space();
        let (value_start, value) = self.value();
        Some(Attribute {
            name,
            value: Some(value),
            value_start,
            end: self.cursor.at(),
        })
    }

    fn value(&mut self) -> (usize, &'a [u8]) {
        if let Some(quote @ (b'"' | b'\'' | b'`')) = self.cursor.peek() {
            let mut ahead = self.cursor;
            ahead.skip(1);
            let start = ahead.at();
            let value = ahead.take_until(quote);
            if ahead.eat(quote) {
                self.cursor = ahead;
                return (start, value);
            }
            self.cursor.skip(1);
        }
        let start = self.cursor.at();
        (start, self.cursor.take_while(|b| !VALUE_END.has(b)))
    }

    pub(crate) fn at(&self) -> usize {
        self.cursor.at()
    }
}

/// The scheme of a URL as browsers find it: leading control characters and
/// spaces dropped, tabs and line ends anywhere ignored.
pub(crate) fn has_scheme(url: &[u8], scheme: &[u8]) -> bool {
    let mut bytes = url
        .iter()
        .skip_while(|b| **b <= b' ')
        .filter(|b| !matches!(b, b'\t' | b'\n' | b'\r' | 0));
    scheme
        .iter()
        .all(|wanted| bytes.next().is_some_and(|b| b.eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use core::fmt::Write as _;

    fn shown(text: &str) -> String {
        let mut out = String::new();
        let mut html = Tokenizer::new(text.as_bytes(), 0);
        while let Some(tag) = html.tag() {
            let _ = write!(out, "<{}", String::from_utf8_lossy(tag.name));
            while let Some(attribute) = html.attribute() {
                let _ = write!(out, " {}", String::from_utf8_lossy(attribute.name));
                if let Some(value) = attribute.value {
                    let _ = write!(out, "={}", String::from_utf8_lossy(value));
                }
            }
        }
        out
    }

    #[test]
    fn reads_what_browsers_read() {
        assert_eq!(
            shown("a < b <img/src='x'/onerror = alert(1)>"),
            "<img src=x onerror=alert(1)"
        );
        assert_eq!(shown("<svg\n/onload='a b' c><p>"), "<svg onload=a b c<p");
        assert_eq!(shown("<a title=\"><script>x"), "<a title=<script");
        assert_eq!(shown("<x y=`1 2` z"), "<x y=1 2 z");
    }

    #[test]
    fn schemes() {
        assert!(has_scheme(b"\x01 java\nscr\tipt:x", b"javascript:"));
        assert!(!has_scheme(b"xjavascript:x", b"javascript:"));
    }
}
