//! Where the scan finds literals: built once, when the first engine asks, from the
//! table, which keeps them in the order of their bots, where they pack best.
//!
//! `xtask/src/bots/table.rs` chooses the trigram that each literal is filed under
//! and says how its text begins.

use crate::tables::bots as table;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use once_cell::race::OnceBox;

/// In the byte of the length: this literal speaks against the bot.
pub(super) const UNLESS: u8 = 1 << 7;

static INDEX: OnceBox<Index> = OnceBox::new();

/// Literals by the hash of a trigram.
pub(super) struct Index {
    /// One bit per hash of a trigram that triggers a comparison.
    pub(super) filter: Vec<u64>,
    /// Where each bucket of `records` starts, and the end.
    buckets: Vec<u16>,
    /// Length and [`UNLESS`]; the place of the trigger in the literal and three
    /// bits of its hash; bot and flags (low byte first); the literal.
    records: Vec<u8>,
}

impl Index {
    /// The one of the table.
    pub(super) fn shared() -> &'static Self {
        INDEX.get_or_init(|| Box::new(Self::new()))
    }

    fn new() -> Self {
        let mut index = Self {
            filter: vec![0; 256],
            buckets: vec![0; 513],
            records: Vec::new(),
        };
        let (mut written, mut places) = (Vec::new(), Vec::new());
        let mut literals = table::FLAGS.iter().zip(&table::TRIGGERS);
        for (bot, line) in (0_u16..).zip(table::TEXT.as_bytes().split(|b| *b == b'\n')) {
            let mut parts = line.split_inclusive(|b| matches!(b, 1..=6));
            let marked = |part: &&[u8]| matches!(part, [.., 1..=6]);
            let first = parts.next().filter(marked);
            let mut base = first.and_then(<[u8]>::split_last);
            let id = base.map(|(_, id)| id).unwrap_or_default();
            // each part ends with how the next one begins
            while let Some((how, _)) = base {
                let Some((flags, trigger)) = literals.next() else {
                    break;
                };
                let part = parts.next().unwrap_or_default();
                base = Some(part).filter(marked).and_then(<[u8]>::split_last);
                let rest = base.map_or(part, |(_, rest)| rest);
                let from = written.len();
                let head = bot | u16::from(flags & 31).wrapping_shl(11);
                written.extend([0, 0]);
                written.extend(head.to_le_bytes());
                begin(*how, id, &mut written);
                written.extend(rest);
                places.push((from, index.file(&mut written, from, *flags, *trigger)));
            }
        }
        let mut end = 0_u16;
        for start in &mut index.buckets {
            end = end.saturating_add(*start);
            *start = end.saturating_sub(*start);
        }
        index.records.resize(written.len(), 0);
        // `starts` moves to the end of each bucket while it is filled
        let mut starts = index.buckets.clone();
        for (from, bucket) in places {
            let record = written.get(from..).unwrap_or_default();
            let length = record.first().map_or(0, |size| usize::from(size & !UNLESS));
            let record = record.get(..length.saturating_add(4)).unwrap_or_default();
            let Some(start) = starts.get_mut(bucket) else {
                continue;
            };
            let at = usize::from(*start);
            if let Some(slots) = index.records.get_mut(at..at.saturating_add(record.len())) {
                slots.copy_from_slice(record);
            }
            *start = start.saturating_add(u16::try_from(record.len()).unwrap_or_default());
        }
        index
    }

    /// Completes the record that starts at `from` and says which bucket it is for.
    fn file(&mut self, written: &mut [u8], from: usize, flags: u8, trigger: u8) -> usize {
        let record = written.get_mut(from..).unwrap_or_default();
        let size = record.len();
        let Some((head, literal)) = record.split_at_mut_checked(4) else {
            return 0;
        };
        let gram = literal.iter().skip(usize::from(trigger)).take(3);
        let gram = gram.fold(0, |gram, byte| gram << 8 | u32::from(byte | 0x20));
        let slot = slot(gram);
        if let [length, place, ..] = head {
            let unless = if flags & 32 == 0 { 0 } else { UNLESS };
            *length = u8::try_from(literal.len()).unwrap_or_default() | unless;
            *place = trigger | u8::try_from(slot & 7).unwrap_or_default().wrapping_shl(5);
        }
        if let Some(word) = self.filter.get_mut(slot >> 6) {
            *word |= 1 << (slot & 63);
        }
        let bucket = slot >> 5;
        if let Some(bytes) = self.buckets.get_mut(bucket) {
            *bytes = bytes.saturating_add(u16::try_from(size).unwrap_or_default());
        }
        bucket
    }

    /// The records that may have a trigram with this hash.
    pub(super) fn records(&self, slot: usize) -> &[u8] {
        let bucket = slot >> 5;
        let [from, to] = [bucket, bucket.saturating_add(1)]
            .map(|i| self.buckets.get(i).copied().map_or(0, usize::from));
        self.records.get(from..to).unwrap_or_default()
    }
}

/// The 14-bit hash of a trigram with bit 5 set in each byte.
pub(super) fn slot(gram: u32) -> usize {
    usize::try_from(gram.wrapping_mul(0x9E37_79B1) >> 18).unwrap_or_default()
}

/// What a literal begins with.
fn begin(how: u8, id: &[u8], out: &mut Vec<u8>) {
    for byte in id {
        out.extend(match (how, byte) {
            (6, _) | (3, b'-') => None,
            (2, b'-') => Some(b' '),
            (4, b'-') => Some(b'_'),
            (5, b'-') => Some(b'.'),
            _ => Some(*byte),
        });
    }
}
