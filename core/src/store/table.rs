//! The hash table under everything the embedded store remembers.
//!
//! An entry is `W` words, the first its tag (never zero; zero marks a slot never
//! used). Each tag has two buckets of [`SLOTS`] slots and lies in one of them, so
//! looking up and taking a place touch a fixed number of slots, whatever the
//! keys. A newcomer goes to the bucket with more room (Azar et al., "Balanced
//! allocations", 1994), which keeps them evenly filled.
//!
//! The table grows one bucket at a time (linear hashing: Litwin, 1980) whenever
//! a newcomer finds little room: no pause, no moment with two tables, and about
//! a fifth of the slots free while it grows. It never shrinks. Entries that have
//! lost their worth are written over where they lie; nothing is deleted, swept
//! or timed. At its bound, or when there is no more memory, it stops growing and
//! the newcomer gets the least valuable slot of both buckets.

use alloc::vec::Vec;
use core::array;
use core::mem::size_of;

/// Slots in a bucket.
const SLOTS: usize = 16;
/// Buckets of a segment.
const SEGMENT: usize = 64;
/// Buckets allocated at once.
const STEP: usize = 8;
/// Buckets added for one newcomer at most.
const PATIENCE: usize = 8;

/// Words of a bucket, slot by slot within a row, the tags in the first row.
type Bucket<const W: usize> = [[u64; SLOTS]; W];

/// See the module.
#[derive(Clone)]
pub(super) struct Table<const W: usize> {
    /// All full but the last.
    segments: Vec<Vec<Bucket<W>>>,
    /// Buckets in use.
    buckets: usize,
    /// Buckets allocated.
    allocated: usize,
    /// Buckets allocated at most.
    most: usize,
}

/// A slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    bucket: usize,
    slot: usize,
}

impl<const W: usize> Table<W> {
    /// What a segment costs besides its buckets: its allocation, and its place in
    /// the list of segments, which may double when it grows.
    const OVERHEAD: usize = 16 + 2 * size_of::<Vec<Bucket<W>>>();

    /// An empty table that grows to `bytes`, or one step if that is more.
    pub(super) fn new(bytes: usize) -> Self {
        let bucket = size_of::<Bucket<W>>();
        let segment = bucket
            .saturating_mul(SEGMENT)
            .saturating_add(Self::OVERHEAD);
        let whole = bytes.checked_div(segment).unwrap_or(0);
        let rest = bytes.saturating_sub(whole.saturating_mul(segment));
        let steps = rest
            .saturating_sub(Self::OVERHEAD)
            .checked_div(bucket.saturating_mul(STEP))
            .unwrap_or(0);
        let most = whole
            .saturating_mul(SEGMENT)
            .saturating_add(steps.saturating_mul(STEP));
        Self {
            segments: Vec::new(),
            buckets: 0,
            allocated: 0,
            most: most.max(STEP),
        }
    }

    /// Bytes allocated.
    pub(super) fn bytes(&self) -> usize {
        let segments = self.segments.len().saturating_mul(Self::OVERHEAD);
        self.allocated
            .saturating_mul(size_of::<Bucket<W>>())
            .saturating_add(segments)
    }

    /// Where the entry of a tag is.
    pub(super) fn find(&self, tag: u64) -> Option<Place> {
        let homes = self.homes(tag);
        homes.into_iter().find_map(|bucket| {
            let slot = self
                .bucket(bucket)?
                .first()?
                .iter()
                .position(|t| *t == tag)?;
            Some(Place { bucket, slot })
        })
    }

    /// The entry at a place.
    pub(super) fn get(&self, place: Place) -> [u64; W] {
        self.bucket(place.bucket)
            .map_or([0; W], |bucket| entry(bucket, place.slot))
    }

    /// Writes an entry.
    pub(super) fn set(&mut self, place: Place, words: [u64; W]) {
        if let Some(bucket) = self.bucket_mut(place.bucket) {
            write(bucket, place.slot, words);
        }
    }

    /// A place for a newcomer: a slot of rank zero if growing can make one, else
    /// the slot of the lowest rank. `None` only without any memory.
    pub(super) fn room(
        &mut self,
        tag: u64,
        rank: impl Fn(&[u64; W]) -> u64 + Copy,
    ) -> Option<Place> {
        for _ in 0..PATIENCE {
            let choice = self.choose(tag, rank);
            if choice.as_ref().is_some_and(|choice| choice.free > 0) || !self.grow(rank) {
                return choice.map(|choice| choice.place);
            }
            if let Some(place) = self.relocate(tag, rank) {
                return Some(place);
            }
        }
        self.choose(tag, rank).map(|choice| choice.place)
    }

    /// Empties a slot by moving its entry to the other bucket it may lie in.
    fn relocate(&mut self, tag: u64, rank: impl Fn(&[u64; W]) -> u64 + Copy) -> Option<Place> {
        for bucket in self.homes(tag) {
            for slot in 0..SLOTS {
                let from = Place { bucket, slot };
                let words = self.get(from);
                if rank(&words) == 0 {
                    return Some(from);
                }
                let to = self.choose(first(&words), rank)?;
                if to.free > 0 {
                    self.set(to.place, words);
                    self.set(from, [0; W]);
                    return Some(from);
                }
            }
        }
        None
    }

    fn choose(&self, tag: u64, rank: impl Fn(&[u64; W]) -> u64 + Copy) -> Option<Choice> {
        // equal ranks are told apart by where the search starts
        let turn = usize::try_from((tag >> 28) % 16).unwrap_or(0);
        self.homes(tag)
            .into_iter()
            .filter_map(|at| {
                let bucket = self.bucket(at)?;
                let mut choice = Choice {
                    free: 0,
                    rank: u64::MAX,
                    place: Place {
                        bucket: at,
                        slot: turn,
                    },
                };
                for step in 0..SLOTS {
                    let slot = step.wrapping_add(turn) % SLOTS;
                    let rank = rank(&entry(bucket, slot));
                    if rank == 0 {
                        choice.free = choice.free.saturating_add(1);
                    }
                    if rank < choice.rank {
                        choice.rank = rank;
                        choice.place.slot = slot;
                    }
                }
                Some(choice)
            })
            .reduce(|a, b| {
                if (b.free, a.rank) > (a.free, b.rank) {
                    b
                } else {
                    a
                }
            })
    }

    /// Adds a bucket and moves into it what now belongs there.
    fn grow(&mut self, rank: impl Fn(&[u64; W]) -> u64) -> bool {
        let new = self.buckets;
        if new >= self.allocated && !self.allocate() {
            return false;
        }
        self.buckets = new.saturating_add(1);
        let old = new & (self.mask() >> 1);
        if old == new {
            return true;
        }
        let Some(mut from) = self.bucket(old).copied() else {
            return true;
        };
        let mut to = [[0; SLOTS]; W];
        for slot in 0..SLOTS {
            let words = entry(&from, slot);
            let stays = self.homes(first(&words)).contains(&old);
            if rank(&words) == 0 {
                write(&mut from, slot, [0; W]);
            } else if !stays {
                write(&mut to, slot, words);
                write(&mut from, slot, [0; W]);
            }
        }
        for (index, bucket) in [(new, to), (old, from)] {
            if let Some(place) = self.bucket_mut(index) {
                *place = bucket;
            }
        }
        true
    }

    /// Allocates a step more, unless that is too much.
    fn allocate(&mut self) -> bool {
        if self.allocated >= self.most {
            return false;
        }
        if self.segments.len().saturating_mul(SEGMENT) == self.allocated {
            if self.segments.try_reserve(1).is_err() {
                return false;
            }
            self.segments.push(Vec::new());
        }
        let Some(segment) = self.segments.last_mut() else {
            return false;
        };
        if segment.try_reserve_exact(STEP).is_err() {
            return false;
        }
        segment.resize(segment.len().saturating_add(STEP), [[0; SLOTS]; W]);
        self.allocated = self.allocated.saturating_add(STEP);
        true
    }

    /// The two buckets of a tag.
    fn homes(&self, tag: u64) -> [usize; 2] {
        let mask = self.mask();
        [tag & 0xffff_ffff, tag >> 32].map(|half| {
            let home = usize::try_from(half).unwrap_or(0) & mask;
            if home < self.buckets {
                home
            } else {
                home & (mask >> 1)
            }
        })
    }

    fn mask(&self) -> usize {
        self.buckets.next_power_of_two().saturating_sub(1)
    }

    fn bucket(&self, index: usize) -> Option<&Bucket<W>> {
        self.segments.get(index / SEGMENT)?.get(index % SEGMENT)
    }

    fn bucket_mut(&mut self, index: usize) -> Option<&mut Bucket<W>> {
        self.segments
            .get_mut(index / SEGMENT)?
            .get_mut(index % SEGMENT)
    }

    /// Appends the number of buckets and their words.
    pub(super) fn export(&self, out: &mut Vec<u8>) {
        let count = u64::try_from(self.buckets).unwrap_or(0);
        out.extend_from_slice(&count.to_le_bytes());
        for bucket in (0..self.buckets).filter_map(|index| self.bucket(index)) {
            for word in bucket.iter().flatten() {
                out.extend_from_slice(&word.to_le_bytes());
            }
        }
    }

    /// Reads what [`Self::export`] wrote from the front of `bytes`, into a table
    /// of at most `limit` bytes. An entry in a bucket that is not its own is
    /// dropped.
    pub(super) fn import(bytes: &mut &[u8], limit: usize) -> Option<Self> {
        let mut table = Self::new(limit);
        let buckets = usize::try_from(word(bytes)?).ok()?;
        let size = buckets.checked_mul(size_of::<Bucket<W>>())?;
        if size > bytes.len() {
            return None;
        }
        while table.allocated < buckets {
            if !table.allocate() {
                return None;
            }
        }
        table.buckets = buckets;
        for index in 0..buckets {
            let mut bucket = [[0; SLOTS]; W];
            for place in bucket.iter_mut().flatten() {
                *place = word(bytes)?;
            }
            for slot in 0..SLOTS {
                let tag = first(&entry(&bucket, slot));
                if tag == 0 || !table.homes(tag).contains(&index) {
                    write(&mut bucket, slot, [0; W]);
                }
            }
            *table.bucket_mut(index)? = bucket;
        }
        Some(table)
    }
}

/// The best slot of a bucket for a newcomer.
struct Choice {
    /// Slots of rank zero in the bucket.
    free: usize,
    rank: u64,
    place: Place,
}

fn first<const W: usize>(words: &[u64; W]) -> u64 {
    words.first().copied().unwrap_or(0)
}

fn entry<const W: usize>(bucket: &Bucket<W>, slot: usize) -> [u64; W] {
    array::from_fn(|row| {
        bucket
            .get(row)
            .and_then(|row| row.get(slot))
            .copied()
            .unwrap_or(0)
    })
}

fn write<const W: usize>(bucket: &mut Bucket<W>, slot: usize, words: [u64; W]) {
    for (row, word) in bucket.iter_mut().zip(words) {
        if let Some(place) = row.get_mut(slot) {
            *place = word;
        }
    }
}

/// Takes a word off the front.
pub(super) fn word(bytes: &mut &[u8]) -> Option<u64> {
    let (word, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::arithmetic_side_effects,
        reason = "tests may fail loudly"
    )]
    use super::*;

    /// Tags as well mixed as hashes are.
    fn tag(n: u64) -> u64 {
        let bits = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (bits ^ (bits >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) | 1
    }

    /// A word in use is worth its value.
    fn rank(words: &[u64; 2]) -> u64 {
        words[1]
    }

    fn insert(table: &mut Table<2>, n: u64, value: u64) -> u64 {
        let place = table.room(tag(n), rank).unwrap();
        let [_, displaced] = table.get(place);
        table.set(place, [tag(n), value]);
        displaced
    }

    #[test]
    fn grows_without_losing_anybody() {
        let mut table = Table::<2>::new(1 << 22);
        let all = 20_000;
        for n in 0..all {
            assert_eq!(insert(&mut table, n, n + 1), 0, "{n}");
            if n.is_power_of_two() || n == all - 1 {
                for old in 0..=n {
                    let place = table.find(tag(old)).unwrap();
                    assert_eq!(table.get(place), [tag(old), old + 1]);
                }
            }
        }
        assert!(table.bytes() < 20_000 * 16 * 3 / 2, "{}", table.bytes());
        assert!(table.find(tag(all)).is_none());
    }

    #[test]
    fn keeps_the_most_valuable_at_its_bound() {
        let limit = 20_000;
        let mut table = Table::<2>::new(limit);
        for n in 0..100 {
            insert(&mut table, n, 1000);
        }
        for n in 100..100_000 {
            let displaced = insert(&mut table, n, 2);
            assert!(displaced < 1000);
            assert!(table.bytes() <= limit);
        }
        assert!((0..100).all(|n| table.find(tag(n)).is_some()));
        // several of the last remain, not only the very last
        assert!(
            (99_000..100_000)
                .filter(|n| table.find(tag(*n)).is_some())
                .count()
                > 300
        );
    }

    #[test]
    fn the_worthless_make_room_without_growth() {
        let mut table = Table::<2>::new(1 << 20);
        for n in 0..1000 {
            insert(&mut table, n, 1);
        }
        let bytes = table.bytes();
        for n in 1000..100_000_u64 {
            let old = |words: &[u64; 2]| u64::from(words[1] + 500 > n);
            let place = table.room(tag(n), old).unwrap();
            assert_eq!(old(&table.get(place)), 0);
            table.set(place, [tag(n), n]);
        }
        assert_eq!(table.bytes(), bytes);
    }

    #[test]
    fn a_bound_of_nothing_still_holds_somebody() {
        let mut table = Table::<2>::new(0);
        insert(&mut table, 1, 1);
        assert!(table.find(tag(1)).is_some());
        assert!(table.bytes() < 4096);
    }
}
