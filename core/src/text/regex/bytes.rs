//! Sets of bytes.

/// A set of bytes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(super) fn one(byte: u8) -> Self {
        Self::default().with(byte, byte)
    }

    /// The set and every byte from `first` to `last`.
    pub(super) fn with(mut self, first: u8, last: u8) -> Self {
        for byte in first..=last {
            if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
                *word |= bit(byte);
            }
        }
        self
    }

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0
            .get(usize::from(byte >> 6))
            .is_some_and(|word| word & bit(byte) != 0)
    }

    pub(super) fn union(mut self, other: Self) -> Self {
        for (word, more) in self.0.iter_mut().zip(other.0) {
            *word |= more;
        }
        self
    }

    pub(super) fn complement(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    /// The set with the other case of each of its ASCII letters.
    pub(super) fn any_case(mut self) -> Self {
        for (lower, upper) in (b'a'..=b'z').zip(b'A'..=b'Z') {
            if self.contains(lower) || self.contains(upper) {
                self = self.with(lower, lower).with(upper, upper);
            }
        }
        self
    }

    pub(super) fn digit() -> Self {
        Self::default().with(b'0', b'9')
    }

    pub(super) fn word() -> Self {
        Self::digit()
            .with(b'a', b'z')
            .with(b'A', b'Z')
            .with(b'_', b'_')
    }

    pub(super) fn space() -> Self {
        Self::default().with(b'\t', b'\r').with(b' ', b' ')
    }

    /// The POSIX class `[:name:]`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let none = Self::default();
        let alpha = none.with(b'a', b'z').with(b'A', b'Z');
        let punctuation = none
            .with(b'!', b'/')
            .with(b':', b'@')
            .with(b'[', b'`')
            .with(b'{', b'~');
        Some(match name {
            "alpha" => alpha,
            "digit" => Self::digit(),
            "alnum" => alpha.union(Self::digit()),
            "upper" => none.with(b'A', b'Z'),
            "lower" => none.with(b'a', b'z'),
            "word" => Self::word(),
            "space" => Self::space(),
            "blank" => none.with(b' ', b' ').with(b'\t', b'\t'),
            "punct" => punctuation,
            "graph" => none.with(b'!', b'~'),
            "print" => none.with(b' ', b'~'),
            "cntrl" => none.with(0, 0x1f).with(0x7f, 0x7f),
            "xdigit" => Self::digit().with(b'a', b'f').with(b'A', b'F'),
            "ascii" => none.with(0, 0x7f),
            _ => return None,
        })
    }
}

fn bit(byte: u8) -> u64 {
    1_u64.wrapping_shl(u32::from(byte & 63))
}
