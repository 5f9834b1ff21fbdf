//! One request as bytes: the only input of the hot path.
//!
//! A host copies what the policy reads into one buffer and makes one call.
//! Little endian; fourteen words, a table of header lengths, one region of
//! text, the body, the context:
//!
//! | word | is |
//! | --- | --- |
//! | 0 | magic `DWF1` |
//! | 1 | flags, see [`flag`] |
//! | 2, 3 | now in milliseconds since the epoch, low and high word |
//! | 4 – 8 | lengths of id, peer, platform, method, target |
//! | 9 | number of headers |
//! | 10, 11 | lengths of the body's head and tail |
//! | 12 | length of the context (JSON) |
//! | 13 | length of the text region as encoded here |
//!
//! then two words a header (name, value), then the text region: id, peer,
//! platform, method, target, name, value, name, …; then head, tail, context.
//!
//! Text is bytes. Hosts whose strings are UTF-16 (JavaScript) hold one byte in
//! one unit and encode the whole region with a single `encodeInto`; where that
//! made it longer they set [`flag::WIDE`] and the region is mapped back, so the
//! other lengths count bytes either way.
//!
//! Why not JSON or a schema compiler: measured for a 20-header request, JSON
//! text costs 8.4 µs, flatbuffers 13.5, this 2.4 (November 2026), and JSON lets
//! an attacker pick the error path with a lone surrogate.

use crate::request::{Body, Request, Scheme, Seen};
use crate::units::Millis;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// The bits of word 1.
pub mod flag {
    /// The text region is Latin-1 written as UTF-8.
    pub const WIDE: u32 = 1;
    /// Plain HTTP.
    pub const HTTP: u32 = 2;
    /// TLS.
    pub const HTTPS: u32 = 4;
    /// Every header was visible to the host.
    pub const ALL_HEADERS: u32 = 8;
    /// Headers are in wire order and case, repeats apart.
    pub const HEADER_ORDER: u32 = 16;
    /// The target is as on the wire.
    pub const RAW_TARGET: u32 = 32;
    /// Words 2 and 3 hold the time.
    pub const NOW: u32 = 64;
    /// The body was longer than what is here.
    pub const TRUNCATED: u32 = 128;
    /// The body did not come within its deadline.
    pub const LATE: u32 = 256;
}

const MAGIC: u32 = 0x3146_5744;
const WORDS: usize = 14;

/// A frame whose lengths were checked.
#[derive(Debug)]
pub struct Frame<'a> {
    words: [u32; WORDS],
    lengths: &'a [u8],
    text: Cow<'a, [u8]>,
    body: Body<'a>,
    context: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Checks a frame; `None` if its lengths do not fit. Frames come from our
    /// own shells, so that is a fault of ours, never of the client.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(WORDS.checked_mul(4)?)?;
        let mut words = [0; WORDS];
        for (word, chunk) in words.iter_mut().zip(head.chunks_exact(4)) {
            *word = read_word(chunk)?;
        }
        let [
            magic,
            flags,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            headers,
            body_head,
            body_tail,
            context,
            text,
        ] = words;
        if magic != MAGIC {
            return None;
        }
        let size = |n: u32| usize::try_from(n).ok();
        let (lengths, rest) = rest.split_at_checked(size(headers)?.checked_mul(8)?)?;
        let (text, rest) = rest.split_at_checked(size(text)?)?;
        let (head, rest) = rest.split_at_checked(size(body_head)?)?;
        let (tail, rest) = rest.split_at_checked(size(body_tail)?)?;
        if rest.len() != size(context)? {
            return None;
        }
        let text = if flags & flag::WIDE == 0 {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(narrow(text))
        };
        let body = Body {
            head,
            tail,
            truncated: flags & flag::TRUNCATED != 0,
            late: flags & flag::LATE != 0,
        };
        let frame = Self {
            words,
            lengths,
            text,
            body,
            context: rest,
        };
        let mut total: usize = 0;
        for length in frame
            .words
            .get(4..9)?
            .iter()
            .copied()
            .chain(frame.header_lengths())
        {
            total = total.checked_add(size(length)?)?;
        }
        (total == frame.text.len()).then_some(frame)
    }

    fn header_lengths(&self) -> impl Iterator<Item = u32> {
        self.lengths.chunks_exact(4).filter_map(read_word)
    }

    /// The context as it came: JSON text, or nothing.
    #[must_use]
    pub fn context(&self) -> &'a [u8] {
        self.context
    }

    /// The request, borrowed from this frame.
    #[must_use]
    pub fn request(&self) -> Request<'_> {
        let [_, flags, low, high, id, peer, platform, method, target, ..] = self.words;
        let mut rest: &[u8] = &self.text;
        let mut next = |length: u32| {
            let (piece, tail) = usize::try_from(length)
                .ok()
                .and_then(|n| rest.split_at_checked(n))
                .unwrap_or((rest, &[]));
            rest = tail;
            piece
        };
        let (id, peer, platform, method, target) = (
            next(id),
            next(peer),
            next(platform),
            next(method),
            next(target),
        );
        let mut headers = Vec::with_capacity(self.lengths.len() / 8);
        let mut lengths = self.header_lengths();
        while let (Some(name), Some(value)) = (lengths.next(), lengths.next()) {
            headers.push((next(name), next(value)));
        }
        let set = |bit: u32| flags & bit != 0;
        let now = u64::from(high).wrapping_shl(32) | u64::from(low);
        Request {
            id,
            now: set(flag::NOW).then_some(Millis(now)),
            peer,
            platform,
            method,
            target,
            scheme: match (set(flag::HTTP), set(flag::HTTPS)) {
                (true, false) => Scheme::Http,
                (false, true) => Scheme::Https,
                _ => Scheme::Unknown,
            },
            headers,
            seen: Seen {
                all_headers: set(flag::ALL_HEADERS),
                header_order: set(flag::HEADER_ORDER),
                raw_target: set(flag::RAW_TARGET),
            },
            body: self.body,
        }
    }
}

fn read_word(chunk: &[u8]) -> Option<u32> {
    chunk.try_into().ok().map(u32::from_le_bytes)
}

/// UTF-8 of Latin-1 text back to one byte a unit. A code point that is not
/// Latin-1 becomes `?`, one for each of its UTF-16 units, so lengths hold.
fn narrow(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match u8::try_from(u32::from(c)) {
                Ok(byte) => out.push(byte),
                Err(_) => out.extend(core::iter::repeat_n(b'?', c.len_utf16())),
            }
        }
        out.extend_from_slice(chunk.invalid());
    }
    out
}

/// What a host knows of a request, ready to be written as a frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrameFields<'a> {
    /// Flags without [`flag::NOW`] and [`flag::WIDE`].
    pub flags: u32,
    /// Now, if known.
    pub now: Option<Millis>,
    /// Id given by the application.
    pub id: &'a [u8],
    /// Peer address as text.
    pub peer: &'a [u8],
    /// Hosting platform.
    pub platform: &'a [u8],
    /// Method.
    pub method: &'a [u8],
    /// Target.
    pub target: &'a [u8],
    /// Body's first bytes.
    pub head: &'a [u8],
    /// Body's last bytes, where it was truncated.
    pub tail: &'a [u8],
    /// Context JSON.
    pub context: &'a [u8],
}

/// Writes frames, for hosts that speak Rust (Python's shell, replay, tests).
#[derive(Debug, Default)]
pub struct FrameBuilder {
    bytes: Vec<u8>,
    text: Vec<u8>,
}

impl FrameBuilder {
    /// Writes one frame into the builder's buffer, which is kept for the next.
    /// `None` if a length does not fit 32 bits.
    pub fn build<'h>(
        &mut self,
        fields: &FrameFields<'_>,
        headers: impl Iterator<Item = (&'h [u8], &'h [u8])>,
    ) -> Option<&[u8]> {
        self.bytes.clear();
        self.text.clear();
        let now = fields.now.map_or(0, |Millis(ms)| ms);
        let mut flags = fields.flags & !flag::WIDE;
        if fields.now.is_some() {
            flags |= flag::NOW;
        }
        let word = |length: usize| u32::try_from(length).ok();
        let texts = [
            fields.id,
            fields.peer,
            fields.platform,
            fields.method,
            fields.target,
        ];
        for text in texts {
            self.text.extend_from_slice(text);
        }
        self.bytes.resize(WORDS.checked_mul(4)?, 0);
        let mut count: u32 = 0;
        for (name, value) in headers {
            count = count.checked_add(1)?;
            for piece in [name, value] {
                self.bytes
                    .extend_from_slice(&word(piece.len())?.to_le_bytes());
                self.text.extend_from_slice(piece);
            }
        }
        let [id, peer, platform, method, target] = texts.map(<[u8]>::len);
        let words = [
            MAGIC,
            flags,
            u32::try_from(now & 0xffff_ffff).ok()?,
            u32::try_from(now.wrapping_shr(32)).ok()?,
            word(id)?,
            word(peer)?,
            word(platform)?,
            word(method)?,
            word(target)?,
            count,
            word(fields.head.len())?,
            word(fields.tail.len())?,
            word(fields.context.len())?,
            word(self.text.len())?,
        ];
        for (slot, word) in self.bytes.chunks_exact_mut(4).zip(words) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        for piece in [&self.text, fields.head, fields.tail, fields.context] {
            self.bytes.extend_from_slice(piece);
        }
        Some(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let fields = FrameFields {
            flags: flag::HTTPS | flag::ALL_HEADERS,
            now: Some(Millis(1_795_000_000_123)),
            id: b"a1",
            peer: b"203.0.113.7",
            method: b"POST",
            target: b"/login?x=1",
            head: b"user=1",
            context: b"{\"userId\":\"u\"}",
            ..FrameFields::default()
        };
        let headers: [(&[u8], &[u8]); 2] = [(b"Host", b"shop.example"), (b"x", b"\xff")];
        let mut builder = FrameBuilder::default();
        let frame = Frame::parse(builder.build(&fields, headers.into_iter()).unwrap()).unwrap();
        let request = frame.request();
        assert_eq!(request.now, fields.now);
        assert_eq!(
            (request.id, request.peer, request.method),
            (fields.id, fields.peer, fields.method)
        );
        assert_eq!(
            (request.raw_path(), request.raw_query()),
            (&b"/login"[..], &b"x=1"[..])
        );
        assert_eq!(request.headers, headers);
        assert_eq!(request.scheme, Scheme::Https);
        assert_eq!(
            (request.body.head, frame.context()),
            (fields.head, fields.context)
        );
    }

    #[test]
    fn wide_text_is_mapped_back() {
        assert_eq!(narrow("a\u{e9}\u{ff}".as_bytes()), b"a\xe9\xff");
        assert_eq!(narrow("\u{20ac}\u{1f600}".as_bytes()), b"???");
    }

    #[test]
    fn every_cut_of_a_frame_is_refused() {
        let fields = FrameFields {
            method: b"GET",
            target: b"/",
            ..FrameFields::default()
        };
        let mut builder = FrameBuilder::default();
        let bytes = builder
            .build(&fields, [(&b"a"[..], &b"b"[..])].into_iter())
            .unwrap();
        assert!(Frame::parse(bytes).is_some());
        for end in 0..bytes.len() {
            assert!(Frame::parse(bytes.get(..end).unwrap()).is_none());
        }
    }
}
