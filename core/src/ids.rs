//! Names of decisions: unique in the world without asking it.
//!
//! A shell draws the seed at random (and again after a fork); each name is the
//! keyed hash of a counter, so names of two processes never meet and nobody
//! can tell from one how many others there were.

use alloc::string::String;

/// Makes names of decisions.
#[derive(Clone, Debug)]
pub struct Ids {
    seed: [u8; 16],
    counter: u64,
}

impl Ids {
    /// Names under a random seed.
    #[must_use]
    pub const fn new(seed: [u8; 16]) -> Self {
        Self { seed, counter: 0 }
    }

    /// The next name: `dw_` and 26 letters and digits.
    pub fn next_id(&mut self) -> String {
        const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        self.counter = self.counter.wrapping_add(1);
        let hash = siphasher::sip128::SipHasher24::new_with_key(&self.seed)
            .hash(&self.counter.to_le_bytes());
        let mut out = String::with_capacity(29);
        out.push_str("dw_");
        // the topmost digit has the three bits that are over
        let (mut high, mut low) = (hash.h2.rotate_left(3), hash.h1.rotate_left(3));
        let mut digit = high & 7;
        high = (high & !7) | (low & 7);
        for _ in 0..26 {
            let letter = usize::try_from(digit).ok().and_then(|at| LETTERS.get(at));
            out.push(char::from(letter.copied().unwrap_or(b'0')));
            digit = high >> 59;
            high = (high << 5) | (low >> 59);
            low <<= 5;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn names_do_not_repeat() {
        let mut ids = Ids::new([7; 16]);
        let names: BTreeSet<String> = (0..10_000).map(|_| ids.next_id()).collect();
        assert_eq!(names.len(), 10_000);
        assert!(names.iter().all(|name| name.len() == 29));
        assert_ne!(Ids::new([7; 16]).next_id(), Ids::new([8; 16]).next_id());
    }
}
