//! The pack's body: what characters fold to, what words mean, what features
//! weigh. A total parser over bytes that stay where they are.
//!
//! Layout, little-endian: `contract u32`, three bars `i16` per [`Bar`] (one for each
//! length), then four
//! tables, each with its length in bytes as `u32`: folds (code point in three
//! bytes, kind, three bytes), words (hash in four bytes each, then one byte of
//! meaning each), weights (`i8`).

use super::features;
use super::window::Read;

/// Bits of a feature's hash that choose its weight.
pub const SLOTS_BITS: u32 = 19;

/// From which sum on a text is an injection, by where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// A person's message.
    User,
    /// What a tool gave back.
    Tool,
    /// A document that a model is to read.
    Document,
}

/// Why bytes are no pack body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A table is cut or of an impossible length.
    Cut,
    /// It was made for other features than this build's.
    Contract,
}

/// What a code point folds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    Itself,
    /// Up to three characters; zeros are none.
    Ascii([u8; 3]),
    Other(u32),
    /// Another, which looks like an ASCII letter.
    Like(u32, u8),
}

/// The tables.
#[derive(Clone, Copy, Debug)]
pub struct Model<'p> {
    bars: [[i32; 3]; 3],
    folds: &'p [u8],
    hashes: &'p [u8],
    meanings: &'p [u8],
    weights: &'p [u8],
}

/// Bytes of one fold.
const FOLD: usize = 7;

struct Parts<'p>(&'p [u8]);

impl<'p> Parts<'p> {
    fn take(&mut self, count: usize) -> Result<&'p [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed::Cut)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, Malformed> {
        Ok(u32_at(self.take(4)?, 0))
    }

    fn table(&mut self) -> Result<&'p [u8], Malformed> {
        let length = usize::try_from(self.number()?).map_err(|_| Malformed::Cut)?;
        self.take(length)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(<[u8]>::first_chunk);
    u32::from_le_bytes(four.copied().unwrap_or_default())
}

impl<'p> Model<'p> {
    /// Reads a pack's body.
    ///
    /// # Errors
    /// It is no body of this build's.
    pub fn parse(body: &'p [u8]) -> Result<Self, Malformed> {
        let mut parts = Parts(body);
        if parts.number()? != features::contract() {
            return Err(Malformed::Contract);
        }
        let mut bars = [[0_i32; 3]; 3];
        for bar in bars.iter_mut().flatten() {
            let two = parts.take(2)?.first_chunk().copied().unwrap_or_default();
            *bar = i32::from(i16::from_le_bytes(two));
        }
        let folds = parts.table()?;
        let (hashes, meanings) = (parts.table()?, parts.table()?);
        let weights = parts.table()?;
        let sound = folds.len().is_multiple_of(FOLD)
            && hashes.len() == meanings.len().saturating_mul(4)
            && weights.len() == 1 << SLOTS_BITS
            && parts.0.is_empty();
        sound
            .then_some(Self {
                bars,
                folds,
                hashes,
                meanings,
                weights,
            })
            .ok_or(Malformed::Cut)
    }

    /// Tables without weights, for training: folds, hashes and meanings as in a body.
    #[must_use]
    pub const fn untrained(folds: &'p [u8], hashes: &'p [u8], meanings: &'p [u8]) -> Self {
        Self {
            bars: [[0; 3]; 3],
            folds,
            hashes,
            meanings,
            weights: &[],
        }
    }

    /// The same tables with other weights.
    #[must_use]
    pub const fn with_weights(self, weights: &'p [u8]) -> Self {
        Self { weights, ..self }
    }

    /// How far a text is over the least sum of an injection, in [`super::UNIT`]s:
    /// a long text has more chances than a short one, and needs more.
    #[must_use]
    pub fn over(&self, read: &Read, bar: Bar) -> i32 {
        let [user, tool, document] = self.bars;
        let [short, some, long] = match bar {
            Bar::User => user,
            Bar::Tool => tool,
            Bar::Document => document,
        };
        let least = match read.windows {
            0..=2 => short,
            3..=8 => some,
            _ => long,
        };
        read.sum.saturating_sub(least)
    }

    pub(super) fn weight(&self, feature: u32) -> i32 {
        let slot = usize::try_from(feature).ok();
        let byte = slot.and_then(|slot| self.weights.get(slot));
        i32::from(i8::from_le_bytes([byte.copied().unwrap_or_default()]))
    }

    pub(super) fn folded(&self, ch: u32) -> To {
        let found = position(self.folds.len() / FOLD, ch, |index| {
            u32_at(self.folds, index.saturating_mul(FOLD)) & 0x00ff_ffff
        });
        let entry = found.and_then(|index| self.folds.get(index.saturating_mul(FOLD)..));
        match entry.and_then(<[u8]>::first_chunk) {
            Some([_, _, _, 4, a, b, c]) => To::Other(u32::from_le_bytes([*a, *b, *c, 0])),
            Some([_, _, _, 5, a, b, like]) => To::Like(u32::from_le_bytes([*a, *b, 0, 0]), *like),
            Some([_, _, _, _, a, b, c]) => To::Ascii([*a, *b, *c]),
            None => To::Itself,
        }
    }

    /// What the word of this hash means; 0 for nothing known.
    pub(super) fn meaning(&self, hash: u32) -> u8 {
        let found = position(self.meanings.len(), hash, |index| {
            u32_at(self.hashes, index.saturating_mul(4))
        });
        let meaning = found.and_then(|index| self.meanings.get(index));
        meaning.copied().unwrap_or_default()
    }
}

/// Where `wanted` stands among `count` sorted numbers.
fn position(count: usize, wanted: u32, number: impl Fn(usize) -> u32) -> Option<usize> {
    let (mut low, mut high) = (0_usize, count);
    while low < high {
        let middle = low.midpoint(high);
        match number(middle).cmp(&wanted) {
            core::cmp::Ordering::Less => low = middle.saturating_add(1),
            core::cmp::Ordering::Equal => return Some(middle),
            core::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}
