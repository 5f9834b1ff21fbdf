//! What is known of mail domains: the content of the pack `email-data`.
//!
//! Disposable domains are in three filters ([`super::ribbon`]), by what else
//! lives under their ending: where nearly every name is a throw-away one a
//! name may collide more easily than under `.com`. Real providers are in a
//! filter of their own, with 16 bits each, and are looked up first, so none of
//! them is ever taken for a disposable one. What a list cannot name: hosts
//! that give away subdomains (every mailbox below them costs nothing), words
//! that only disposable services bear in their names, and subdomains of listed
//! ones.
//!
//! How a generated name before the `@` differs from a person's is a table of
//! pairs of letters: how much more often each occurs in the one than in the
//! other.
//!
//! Any bytes are read; what is no pack is refused, what a section lacks is
//! not known. `cargo xtask tables` writes the pack.

use super::mailbox::registered;
use super::ribbon::Ribbon;
use crate::units::Score;

/// Sections of a pack, in order: text of lists, then filters, then the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Endings under which nearly all names are disposable ones.
    Waste,
    /// Endings under which many are.
    Cheap,
    /// Hosts of free subdomains.
    Hosts,
    /// Words of disposable services; `^` and `$` bind to a name's ends.
    Words,
    /// Disposable domains under [`Section::Waste`].
    DisposableWaste,
    /// Disposable domains under [`Section::Cheap`].
    DisposableCheap,
    /// All other disposable domains.
    Disposable,
    /// Domains of free providers.
    Free,
    /// Pairs of letters.
    Pairs,
}

/// How many sections there are.
pub const SECTIONS: usize = 9;
/// Classes of characters: letters, digit, mark, anything else, and the ends.
pub const CLASSES: usize = 30;
/// Labels of a domain that are looked at, from the right.
const DEPTH: usize = 6;

/// A pack, read from bytes.
#[derive(Clone, Copy, Debug)]
pub struct EmailData<'a> {
    sections: [&'a [u8]; SECTIONS],
}

impl<'a> EmailData<'a> {
    /// Reads a pack: the sections' lengths, then the sections.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (lengths, mut rest) = bytes.split_at_checked(SECTIONS.checked_mul(4)?)?;
        let mut sections = [&[][..]; SECTIONS];
        for (section, length) in sections.iter_mut().zip(lengths.chunks_exact(4)) {
            let length = u32::from_le_bytes(*length.first_chunk()?);
            let (this, others) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            *section = this;
            rest = others;
        }
        let pack = Self { sections };
        let filters = [
            Section::DisposableWaste,
            Section::DisposableCheap,
            Section::Disposable,
            Section::Free,
        ];
        let sound = rest.is_empty()
            && filters.iter().all(|filter| pack.filter(*filter).is_some())
            && pack.section(Section::Pairs).len() == CLASSES.checked_mul(CLASSES)?;
        sound.then_some(pack)
    }

    fn section(&self, section: Section) -> &'a [u8] {
        self.sections
            .get(section as usize)
            .copied()
            .unwrap_or_default()
    }

    fn filter(&self, section: Section) -> Option<Ribbon<'a>> {
        Ribbon::parse(self.section(section))
    }

    fn words(&self, section: Section) -> impl Iterator<Item = &'a str> {
        core::str::from_utf8(self.section(section))
            .unwrap_or_default()
            .split(' ')
            .filter(|word| !word.is_empty())
    }

    /// Whether the domain (ASCII, lower case) is a free provider's.
    #[must_use]
    pub fn is_free(&self, domain: &str) -> bool {
        super::mailbox::is_provider(domain)
            || self
                .filter(Section::Free)
                .is_some_and(|free| free.contains(domain.as_bytes()))
    }

    /// Whether a list names exactly this domain as disposable.
    #[must_use]
    pub fn is_listed(&self, domain: &str) -> bool {
        let ending = domain.rsplit('.').next().unwrap_or_default();
        let under = |section| self.words(section).any(|word| word == ending);
        let section = if under(Section::Waste) {
            Section::DisposableWaste
        } else if under(Section::Cheap) {
            Section::DisposableCheap
        } else {
            Section::Disposable
        };
        self.filter(section)
            .is_some_and(|listed| listed.contains(domain.as_bytes()))
    }

    /// Whether mailboxes of the domain (ASCII, lower case) are thrown away.
    #[must_use]
    pub fn is_disposable(&self, domain: &str) -> bool {
        if self.is_free(domain) {
            return false;
        }
        self.is_listed(domain) || self.is_below(domain) || self.is_named(domain)
    }

    /// Below a listed domain, or below a host of free subdomains.
    fn is_below(&self, domain: &str) -> bool {
        let registered = registered(domain);
        let mut name = domain;
        for _ in 0..DEPTH {
            let Some((_, parent)) = name.split_once('.') else {
                return false;
            };
            if !parent.contains('.') {
                return false;
            }
            if self.words(Section::Hosts).any(|host| host == parent) {
                return true;
            }
            // what countries sell names under is nobody's in particular
            if parent.len() >= registered.len() {
                if self.is_free(parent) {
                    return false;
                }
                if self.is_listed(parent) {
                    return true;
                }
            }
            name = parent;
        }
        false
    }

    /// Called like a disposable service.
    fn is_named(&self, domain: &str) -> bool {
        let Some((names, _)) = domain.rsplit_once('.') else {
            return false;
        };
        self.words(Section::Words).any(|word| {
            let (first, word) = match word.strip_prefix('^') {
                Some(word) => (true, word),
                None => (false, word),
            };
            let (last, word) = match word.strip_suffix('$') {
                Some(word) => (true, word),
                None => (false, word),
            };
            names.split('.').any(|name| match (first, last) {
                (false, false) => name.contains(word),
                (true, false) => name.starts_with(word),
                (false, true) => name.ends_with(word),
                (true, true) => name == word,
            })
        })
    }

    /// The provider's domain that was meant, where this one is a slip of the
    /// keyboard. A provider that the list knows is real, so it is none; a disposable
    /// domain may be one, as such slips are registered to catch the mail.
    #[must_use]
    pub fn meant(&self, domain: &str) -> Option<&'static str> {
        let meant = super::typo::meant(domain)?;
        (!self.is_free(domain)).then_some(meant)
    }

    /// The belief that a machine made up the part before the `@`.
    #[must_use]
    pub fn generated(&self, local: &str) -> Score {
        let table = self.section(Section::Pairs);
        let base = local.split('+').next().unwrap_or_default();
        let mut before = CLASSES.saturating_sub(1);
        let mut weight = 0_i32;
        let classes = base.chars().take(64).map(class);
        for class in classes.chain([CLASSES.saturating_sub(1)]) {
            let at = before.saturating_mul(CLASSES).saturating_add(class);
            let pair = table.get(at).copied().unwrap_or_default();
            weight = weight.saturating_add(i32::from(i8::from_le_bytes([pair])));
            before = class;
        }
        belief(weight)
    }
}

/// The class of a character; the last class is the ends of the text.
#[must_use]
pub fn class(c: char) -> usize {
    match c.to_ascii_lowercase() {
        letter @ 'a'..='z' => usize::try_from(u32::from(letter))
            .unwrap_or_default()
            .saturating_sub(97),
        '0'..='9' => 26,
        '.' | '_' | '-' => 27,
        _ => 28,
    }
}

/// From eighths of a natural logarithm of odds, `x / (1 + |x|)` in place of the
/// logistic function: the same order without a table.
fn belief(weight: i32) -> Score {
    let weight = weight.clamp(-10_000, 10_000);
    let scale = weight.saturating_abs().saturating_add(16);
    let share = weight
        .saturating_mul(5000)
        .checked_div(scale)
        .unwrap_or_default();
    let score = share.saturating_add(5000).clamp(0, 10_000);
    Score::ten_thousandths(u16::try_from(score).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn pack(hosts: &str, words: &str) -> Vec<u8> {
        // a filter of one place whose every answer is wrong for most names
        let filter: Vec<u8> =
            [super::super::ribbon::head(16, 0, 1).to_vec(), vec![0; 256]].concat();
        let pairs = vec![0; CLASSES * CLASSES];
        let sections: [&[u8]; SECTIONS] = [
            b"tk ml",
            b"xyz",
            hosts.as_bytes(),
            words.as_bytes(),
            &filter,
            &filter,
            &filter,
            &filter,
            &pairs,
        ];
        let mut out = Vec::new();
        for section in sections {
            out.extend(
                u32::try_from(section.len())
                    .unwrap_or_default()
                    .to_le_bytes(),
            );
        }
        out.extend(sections.concat());
        out
    }

    #[test]
    fn hosts_and_words() {
        let bytes = pack("dyn.example fr.nf", "tempmail ^trash emailtemp$");
        let data = EmailData::parse(&bytes);
        let disposable = |domain: &str| data.is_some_and(|data| data.is_disposable(domain));
        for domain in [
            "a.dyn.example",
            "a.b.dyn.example",
            "x.fr.nf",
            "my-tempmail.com",
            "trash-box.net",
            "x.emailtemp.de",
        ] {
            assert!(disposable(domain), "{domain}");
        }
        for domain in [
            "dyn.example",
            "notdyn.example",
            "a.example",
            "untrash.com",
            "emailtemplates.com",
            "gmail.com",
            "com",
            "",
            "..",
            "tempmail",
        ] {
            assert!(!disposable(domain), "{domain}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in ".{0,80}") {
            let whole = pack("a.b", "x");
            for bytes in [bytes, whole] {
                if let Some(data) = EmailData::parse(&bytes) {
                    let _ = (data.is_disposable(&text), data.is_free(&text), data.meant(&text), data.generated(&text));
                }
            }
        }
    }
}
