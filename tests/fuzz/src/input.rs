//! A policy and a few requests, written so that any bytes are one.
//!
//! ```text
//! case     = rules *( %x1D request )
//! request  = settings %x1E peer %x1E platform %x1E method %x1E target %x1E body %x1E context
//!            *( %x1E name %x1F value )
//! settings = flags, more flags, seconds since the request before
//! ```
//!
//! What is missing is empty. %x1C and a letter is the control character whose
//! key that letter is: `%x1C ]` is %x1D in a body.

use doorward_core::frame::{FrameBuilder, FrameFields, flag};
use doorward_core::units::Millis;
use std::borrow::Cow;

const ESCAPE: u8 = 0x1c;
const NEXT_REQUEST: u8 = 0x1d;
const NEXT_PIECE: u8 = 0x1e;
const NEXT_VALUE: u8 = 0x1f;

/// The bit of the settings that hides the clock; the others are [`flag`]s.
const NO_CLOCK: u32 = flag::NOW;

/// When the first request comes.
const START: u64 = 1_795_000_000_000;

/// Requests of one case that are looked at.
const MOST: usize = 6;

/// Bytes of the input, or what was written in their place.
pub type Piece<'a> = Cow<'a, [u8]>;

/// What a target is given.
#[derive(Debug)]
pub struct Case<'a> {
    /// Letters of the policy, see [`crate::policies`].
    pub rules: &'a [u8],
    /// The requests, in the order of their times.
    pub requests: Vec<Sent<'a>>,
}

/// One request.
#[derive(Clone, Debug, Default)]
pub struct Sent<'a> {
    /// Flags of the frame.
    pub flags: u32,
    /// Its time, where there is a clock.
    pub now: Option<Millis>,
    /// The peer's address.
    pub peer: Piece<'a>,
    /// The hosting platform.
    pub platform: Piece<'a>,
    /// The method.
    pub method: Piece<'a>,
    /// The target.
    pub target: Piece<'a>,
    /// The body.
    pub body: Piece<'a>,
    /// The context, as JSON.
    pub context: Piece<'a>,
    /// Headers.
    pub headers: Vec<(Piece<'a>, Piece<'a>)>,
}

impl<'a> Case<'a> {
    /// Reads any bytes.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Self {
        let mut pieces = bytes.split(|byte| *byte == NEXT_REQUEST);
        let rules = pieces.next().unwrap_or_default();
        let mut seconds = 0;
        let requests = pieces
            .take(MOST)
            .map(|piece| Sent::read(piece, &mut seconds))
            .collect();
        Self { rules, requests }
    }
}

impl<'a> Sent<'a> {
    fn read(bytes: &'a [u8], seconds: &mut u64) -> Self {
        let mut pieces = bytes.split(|byte| *byte == NEXT_PIECE);
        let settings = pieces.next().unwrap_or_default();
        let setting = |index| settings.get(index).copied().unwrap_or_default();
        let flags = u32::from(u16::from_le_bytes([setting(0), setting(1)]));
        *seconds += u64::from(setting(2));
        let mut next = || unescape(pieces.next().unwrap_or_default());
        Self {
            flags: flags & !(flag::WIDE | flag::NOW),
            now: (flags & NO_CLOCK == 0).then_some(Millis(START + *seconds * 1000)),
            peer: next(),
            platform: next(),
            method: next(),
            target: next(),
            body: next(),
            context: next(),
            headers: pieces
                .map(|header| {
                    let mut parts = header.splitn(2, |byte| *byte == NEXT_VALUE);
                    let mut part = || unescape(parts.next().unwrap_or_default());
                    (part(), part())
                })
                .collect(),
        }
    }

    /// Head and tail of the body: one, unless it is truncated.
    #[must_use]
    pub fn body(&self) -> (&[u8], &[u8]) {
        if self.flags & flag::TRUNCATED == 0 {
            return (&self.body, &[]);
        }
        self.body.split_at(self.body.len() / 4 * 3)
    }

    /// As the fields of a frame.
    #[must_use]
    pub fn fields(&self) -> FrameFields<'_> {
        let (head, tail) = self.body();
        FrameFields {
            flags: self.flags,
            now: self.now,
            id: b"",
            peer: &self.peer,
            platform: &self.platform,
            method: &self.method,
            target: &self.target,
            head,
            tail,
            context: &self.context,
        }
    }

    /// As a frame.
    #[must_use]
    pub fn frame(&self) -> Vec<u8> {
        let headers = self.headers.iter().map(|(n, v)| (n.as_ref(), v.as_ref()));
        FrameBuilder::default()
            .build(&self.fields(), headers)
            .expect("an input fits a frame")
            .to_vec()
    }

    /// As an input, for seeds.
    pub fn write(&self, seconds: u8, out: &mut Vec<u8>) {
        let [low, high, ..] = self.flags.to_le_bytes();
        let hidden = if self.now.is_none() {
            flag::NOW.to_le_bytes()[0]
        } else {
            0
        };
        out.push(NEXT_REQUEST);
        out.extend([low | hidden, high, seconds]);
        for piece in [
            &self.peer,
            &self.platform,
            &self.method,
            &self.target,
            &self.body,
            &self.context,
        ] {
            out.push(NEXT_PIECE);
            escape(piece, out);
        }
        for (name, value) in &self.headers {
            out.push(NEXT_PIECE);
            escape(name, out);
            out.push(NEXT_VALUE);
            escape(value, out);
        }
    }
}

fn unescape(piece: &[u8]) -> Cow<'_, [u8]> {
    if !piece.contains(&ESCAPE) {
        return Cow::Borrowed(piece);
    }
    let mut out = Vec::with_capacity(piece.len());
    let mut bytes = piece.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            &ESCAPE => out.extend(bytes.next().map(|letter| letter & 0x1f)),
            byte => out.push(*byte),
        }
    }
    Cow::Owned(out)
}

fn escape(piece: &[u8], out: &mut Vec<u8>) {
    for byte in piece {
        match byte {
            ESCAPE..=NEXT_VALUE => out.extend([ESCAPE, byte | 0x40]),
            byte => out.push(*byte),
        }
    }
}
