//! Packs: tables and weights too large for the module, handed in as bytes.
//!
//! ```text
//! "DOORPACK"  8 bytes
//! length of the name  1 byte, then the name
//! version     4 bytes, little-endian: the date of its data as a number, 20261121
//! SHA-256 of the body  32 bytes
//! body        the rest: what the rule that wants it reads
//! ```
//!
//! A pack is read whole or not at all; a rule without its pack fails at
//! construction. The body's own reader is the rule's, total as every reader.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use sha2::{Digest as _, Sha256};

const MAGIC: &[u8] = b"DOORPACK";

/// One pack.
#[derive(Clone)]
pub struct Pack {
    name: Arc<str>,
    version: u32,
    body: Arc<[u8]>,
}

impl fmt::Debug for Pack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

impl Pack {
    /// Reads a pack.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or("bytes that begin otherwise")?;
        let cut = "a pack that was cut short";
        let (&length, rest) = rest.split_first().ok_or(cut)?;
        let (name, rest) = rest.split_at_checked(length.into()).ok_or(cut)?;
        let (version, rest) = rest.split_first_chunk::<4>().ok_or(cut)?;
        let (hash, body) = rest.split_first_chunk::<32>().ok_or(cut)?;
        if Sha256::digest(body).as_slice() != hash {
            return Err("a pack whose content is not what was built");
        }
        Ok(Self {
            name: core::str::from_utf8(name).map_err(|_| cut)?.into(),
            version: u32::from_le_bytes(*version),
            body: body.into(),
        })
    }

    /// The bytes of a pack.
    #[must_use]
    pub fn build(name: &str, version: u32, body: &[u8]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        out.extend(name.bytes().take(usize::from(u8::MAX)));
        out.extend(version.to_le_bytes());
        out.extend(Sha256::digest(body));
        out.extend(body);
        out
    }

    /// The date of its data, as a number: 20261121.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// What the rule reads.
    #[must_use]
    pub fn body(&self) -> &Arc<[u8]> {
        &self.body
    }
}

/// The packs an engine is made with.
#[derive(Clone, Debug, Default)]
pub struct Packs(Vec<Pack>);

impl Packs {
    /// None.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// Adds one; a later one of the same name counts.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        let pack = Pack::parse(bytes).map_err(|found| {
            format!("policy: packs: found {found}, expected a pack of Doorward")
        })?;
        self.0.retain(|known| known.name != pack.name);
        self.0.push(pack);
        Ok(())
    }

    /// The pack of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Pack> {
        self.0.iter().find(|pack| &*pack.name == name)
    }

    /// Their names, as an error says them.
    pub(crate) fn names(&self) -> String {
        if self.0.is_empty() {
            return "no pack".to_string();
        }
        let names: Vec<&str> = self.0.iter().map(|pack| &*pack.name).collect();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_is_read_whole_or_not_at_all() {
        let bytes = Pack::build("email-data", 20_261_121, b"body");
        let read = Pack::parse(&bytes).map(|pack| (pack.version(), pack.body().to_vec()));
        assert_eq!(read, Ok((20_261_121, b"body".to_vec())));
        for end in 0..bytes.len() {
            let cut = bytes.get(..end).unwrap_or_default();
            assert!(Pack::parse(cut).is_err(), "cut at {end}");
            let mut changed = bytes.clone();
            if let Some(byte) = changed.get_mut(end) {
                *byte ^= 1;
            }
            let same = Pack::parse(&changed).is_ok_and(|pack| &*pack.name == "email-data");
            // the version is a date that nothing checks
            assert!(!same || (19..23).contains(&end), "changed at {end}");
        }
    }
}
