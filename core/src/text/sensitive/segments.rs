//! Text in segments, for redaction of what comes in chunks.
//!
//! A segment ends behind a line, behind a sentence, or at a blank once it is
//! long; never inside a private key. Where it ends depends on the text alone and
//! is known as soon as its last byte is there, so chunks do not matter: what is
//! found in a stream is what is found in the whole text.

use super::{Custom, Kind, Span, Wanted, byte, context, part, scan};
use crate::text::cursor::{find, tick};
use alloc::vec::Vec;

/// From here on a segment ends at the next blank.
const LONG: usize = 1024;
/// No segment is longer.
const LONGEST: usize = 16_384;
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";

/// Where the segment that begins at `start` ends; `None` where more text decides.
fn end(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let most = rest.len().min(LONGEST);
    // a key is one piece
    let key = rest
        .starts_with(b"-----")
        .then(|| find(part(rest, 0, most), END))
        .filter(|_| rest.starts_with(BEGIN));
    let from = match key {
        Some(Some(at)) => at,
        Some(None) if most < LONGEST => return None,
        Some(None) => LONGEST,
        None => 0,
    };
    let mut last = 0;
    for (at, one) in rest.iter().enumerate().take(most).skip(from) {
        tick(1);
        let blank = matches!(one, b' ' | b'\n' | b'\t' | b'\r');
        let sentence = matches!(last, b'.' | b'!' | b'?');
        let far = at >= LONG && !last.is_ascii_digit();
        if *one == b'\n' || blank && (sentence || far) {
            return Some(start.saturating_add(at).saturating_add(1));
        }
        last = *one;
    }
    // in the middle of nothing, but not of a character
    (most == LONGEST && rest.len() > LONGEST).then(|| {
        let cut = (0..4)
            .map(|back| LONGEST.saturating_sub(back))
            .find(|cut| byte(rest, *cut) & 0xc0 != 0x80);
        start.saturating_add(cut.unwrap_or(LONGEST))
    })
}

/// What was found in some segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The values, in order; those that only look like a token with `None`.
    pub spans: Vec<(Span, Option<(usize, usize)>)>,
    /// Where the segments end that could be looked at.
    pub cut: usize,
}

/// The values in `text` behind `from`, segment by segment; what is before `from`
/// was looked at earlier and is context only. With `last` no more text follows.
#[must_use]
pub fn segments(text: &[u8], from: usize, last: bool, wanted: Wanted, customs: &[Custom]) -> Found {
    let mut found = Found {
        spans: Vec::new(),
        cut: from,
    };
    while found.cut < text.len() {
        let start = found.cut;
        let stop = match end(text, start) {
            Some(stop) => stop,
            None if last => text.len(),
            None => break,
        };
        // so far back words are looked at, and no further, wherever chunks begin
        let mut floor = start.saturating_sub(context::BEFORE);
        while floor < start && byte(text, floor) & 0xc0 == 0x80 {
            floor = floor.saturating_add(1);
        }
        let segment = part(text, floor, stop);
        let own = start.saturating_sub(floor);
        let mut spans = scan(segment, wanted, customs);
        spans.retain(|span| span.start >= own);
        let mut tokens = tokens(segment, own);
        tokens.retain(|(token, _)| {
            !spans
                .iter()
                .any(|span| span.start < token.end && token.start < span.end)
        });
        let mut all: Vec<_> = spans
            .into_iter()
            .map(|span| (span, None))
            .chain(tokens.into_iter().map(|(span, name)| (span, Some(name))))
            .collect();
        all.sort_by_key(|(span, _)| span.start);
        found.spans.extend(all.into_iter().map(|(span, name)| {
            let up = |at: usize| at.saturating_add(floor);
            let moved = Span {
                start: up(span.start),
                end: up(span.end),
                ..span
            };
            (moved, name.map(|(start, end)| (up(start), up(end))))
        }));
        found.cut = stop;
    }
    found
}

/// What looks like a token that redaction writes, `<EMAIL_1>`, and where its
/// name is: it is redacted itself, so that no two things look alike.
fn tokens(text: &[u8], from: usize) -> Vec<(Span, (usize, usize))> {
    let mut tokens = Vec::new();
    let mut at = from;
    while let Some(place) = find(text.get(at..).unwrap_or_default(), b"<") {
        let start = at.saturating_add(place);
        let name = start.saturating_add(1);
        let stop = super::run(text, name, 80, |b| {
            b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'
        });
        let digits = part(text, name, stop)
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let sign = stop.saturating_sub(digits).saturating_sub(1);
        if byte(text, stop) == b'>' && digits > 0 && sign > name && byte(text, sign) == b'_' {
            let span = Span {
                start,
                end: stop.saturating_add(1),
                kind: Kind::Custom(u16::MAX),
                score: 100,
            };
            tokens.push((span, (name, sign)));
        }
        at = stop.max(name);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn chunks_do_not_matter() {
        let text = "Hi. Tel. 0151 496 0615 or ana@example.com!\n<EMAIL_1> and\n-----BEGIN PRIVATE \
                    KEY-----\nMIIE. x\n-----END PRIVATE KEY----- é 4111 1111\u{a0}1111 1111 ok";
        let long: String = core::iter::repeat_n(text, 40).collect();
        for text in [text.as_bytes(), long.as_bytes(), &alloc::vec![b'a'; 20_000]] {
            let whole = segments(text, 0, true, Wanted::ALL, &[]);
            assert_eq!(whole.cut, text.len());
            for size in [7, 64, 5000] {
                let (mut spans, mut cut, mut seen) = (Vec::new(), 0, 0);
                while seen < text.len() {
                    seen = (seen + size).min(text.len());
                    let head = text.get(..seen).unwrap_or_default();
                    let found = segments(head, cut, seen == text.len(), Wanted::ALL, &[]);
                    spans.extend(found.spans);
                    cut = found.cut;
                }
                assert_eq!(spans, whole.spans, "{size}");
            }
        }
    }

    #[test]
    fn a_token_that_is_there_is_one_to_write() {
        let found = tokens(b"<A_1><EMAIL_22> <_1> <a_1> <A1> <<B_C_3>", 0);
        let places: Vec<_> = found
            .iter()
            .map(|(span, _)| (span.start, span.end))
            .collect();
        assert_eq!(places, [(0, 5), (5, 15), (33, 40)]);
    }
}
