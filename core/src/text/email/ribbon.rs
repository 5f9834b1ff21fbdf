//! Is this name in a set of a hundred thousand? A static filter of a few bits
//! for each name.
//!
//! A name's hash says at which slots to look (128 in a row, from a byte's
//! start) and which of them count; the parity of those that are set is one bit
//! of its fingerprint, one such bit for each column of the filter. Whoever
//! wrote the filter solved the linear equations, so a name of the set always
//! answers with its fingerprint; another name does so once in `2^columns`.
//! Costs about 1.04 times `columns` bits for each name, where a list of sorted
//! fingerprints costs 1.5 bits more. No allocation; a name that is not in the
//! set is refused after two columns on average.
//!
//! Source: Dillinger and Walzer, "Ribbon filter: practically smaller than
//! Bloom and Xor" (2021).

/// Bytes that a name looks at in each column.
pub const WINDOW: usize = 16;
/// Columns, seed, and the number of places where a window may begin.
const HEAD: usize = 6;
/// Bits of a fingerprint.
pub const MAX_COLUMNS: u8 = 16;

/// Where a name looks, and what it finds there if it is in the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// First byte of the window in a column.
    pub start: usize,
    /// Which bits of the window count; the first always does.
    pub mask: [u8; WINDOW],
    /// One bit for each column, from the lowest.
    pub fingerprint: u16,
}

impl Place {
    /// The place of a name in a filter with this many places.
    #[must_use]
    pub fn of(name: &[u8], seed: u8, places: u32) -> Self {
        let hash = siphasher::sip128::SipHasher13::new_with_key(&[seed; 16]).hash(name);
        let start = (hash.h1 >> 32).saturating_mul(u64::from(places)) >> 32;
        // the second half of the mask is the first one's, well stirred
        let more = (hash.h2 ^ hash.h1.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let more = more ^ (more >> 31);
        let bits = u128::from(hash.h2) | (u128::from(more) << 64) | 1;
        Self {
            start: usize::try_from(start).unwrap_or_default(),
            mask: bits.to_le_bytes(),
            fingerprint: u16::try_from(hash.h1 & 0xffff).unwrap_or_default(),
        }
    }
}

/// A filter, read from bytes.
#[derive(Clone, Copy, Debug)]
pub struct Ribbon<'a> {
    seed: u8,
    places: u32,
    columns: u8,
    width: usize,
    bits: &'a [u8],
}

impl<'a> Ribbon<'a> {
    /// Reads a filter; `None` if the bytes are none.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (head, bits) = bytes.split_first_chunk::<HEAD>()?;
        let [columns, seed, places @ ..] = *head;
        let places = u32::from_le_bytes(places);
        let width = usize::try_from(places)
            .ok()?
            .checked_add(WINDOW.checked_sub(1)?)?;
        let length = width.checked_mul(usize::from(columns))?;
        let fits = (1..=MAX_COLUMNS).contains(&columns) && places > 0 && bits.len() == length;
        fits.then_some(Self {
            seed,
            places,
            columns,
            width,
            bits,
        })
    }

    /// Whether the name is in the set; of others, one in `2^columns` is too.
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        let place = Place::of(name, self.seed, self.places);
        let mut columns = self.bits.chunks_exact(self.width);
        (0..u32::from(self.columns)).all(|column| {
            let window = columns
                .next()
                .and_then(|bits| bits.get(place.start..)?.first_chunk::<WINDOW>());
            window.is_some_and(|window| {
                let counted = u128::from_le_bytes(*window) & u128::from_le_bytes(place.mask);
                counted.count_ones() & 1 == u32::from(place.fingerprint) >> column & 1
            })
        })
    }
}

/// The head of a filter, as [`Ribbon::parse`] reads it.
#[must_use]
pub fn head(columns: u8, seed: u8, places: u32) -> [u8; HEAD] {
    let [a, b, c, d] = places.to_le_bytes();
    [columns, seed, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn what_is_no_filter_is_refused() {
        for bytes in [
            &[][..],
            &[1, 0, 0, 0, 0, 0],
            &[0, 0, 1, 0, 0, 0],
            &[17, 0, 1, 0, 0, 0],
            &[1, 0, 1, 0, 0, 0, 9],
            &[16, 0, 255, 255, 255, 255],
        ] {
            assert!(Ribbon::parse(bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn one_name_answers_with_its_fingerprint() {
        let place = Place::of(b"example.com", 7, 1);
        let mut bytes: Vec<u8> = head(2, 7, 1).to_vec();
        for column in 0..2 {
            // a window whose first bit, which always counts, is the answer
            let bit = u8::from(place.fingerprint >> column & 1 == 1);
            bytes.push(bit);
            bytes.extend([0; WINDOW - 1]);
        }
        let contains =
            |bytes: &[u8]| Ribbon::parse(bytes).is_some_and(|r| r.contains(b"example.com"));
        assert!(contains(&bytes));
        if let Some(bit) = bytes.get_mut(HEAD) {
            *bit ^= 1;
        }
        assert!(!contains(&bytes));
    }
}
