//! User-agent client hints: brands, version, platform, and the brand that is
//! none (GREASE).
//!
//! `Sec-CH-UA` is a list of brands, one of which Chromium makes up so that
//! nobody relies on the list. Since 103 it is made of the major version alone,
//! so that whoever writes the header by hand must know how. Sources: the
//! client-hints draft of the WICG, section on GREASE, and what browsers send.

use super::claim::{System, holds, major};

/// Brands that are looked at; Chromium sends three.
const MOST: usize = 6;

/// The characters around the `A` of the brand that is none.
const MARKS: [u8; 11] = *b" (:-./);=?_";
/// Its versions.
const VERSIONS: [&[u8]; 3] = [b"8", b"99", b"24"];

/// What a list of brands says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one brand that is there or not"
)]
pub(super) struct Brands {
    /// Chromium's major version.
    pub(super) chromium: Option<u16>,
    /// Google Chrome.
    pub(super) google: bool,
    /// A browser without a window.
    pub(super) headless: bool,
    /// A page inside an application, which may write any User-Agent.
    pub(super) web_view: bool,
    /// The made-up brand is that of Chromium before 103.
    pub(super) old_grease: bool,
    /// It is that of this version.
    pub(super) right_grease: bool,
    /// Nothing else is named: no browser that people install.
    pub(super) plain: bool,
}

impl Brands {
    pub(super) fn read(list: &[u8]) -> Self {
        let mut brands = Self::default();
        for (name, version) in each(list) {
            match name {
                b"Chromium" => brands.chromium = major(version),
                b"Google Chrome" => brands.google = true,
                b"HeadlessChrome" => brands.headless = true,
                b" Not A;Brand" => brands.old_grease = version == b"99",
                _ => brands.web_view |= holds(name, b"WebView"),
            }
        }
        if let Some(chromium) = brands.chromium {
            brands.right_grease = each(list).any(|(name, version)| grease(chromium, name, version));
            brands.plain = brands.right_grease && each(list).count() == 2;
        }
        brands
    }
}

/// Brand and version of each member.
fn each(list: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut quoted = list.split(|b| *b == b'"').skip(1).step_by(2);
    core::iter::from_fn(move || Some((quoted.next()?, quoted.next()?))).take(MOST)
}

/// The brand that Chromium makes up in this version.
fn grease(chromium: u16, name: &[u8], version: &[u8]) -> bool {
    let mark = |at: u16| MARKS.get(usize::from(at % 11)).copied();
    let [
        b'N',
        b'o',
        b't',
        first,
        b'A',
        second,
        b'B',
        b'r',
        b'a',
        b'n',
        b'd',
    ] = name
    else {
        return false;
    };
    Some(*first) == mark(chromium)
        && Some(*second) == mark(chromium.saturating_add(1))
        && VERSIONS.get(usize::from(chromium % 3)) == Some(&version)
}

/// The system that a platform hint names; those that are not told apart here are
/// not named.
pub(super) fn platform(hint: &[u8]) -> Option<System> {
    match hint.strip_prefix(b"\"")?.strip_suffix(b"\"")? {
        b"Windows" => Some(System::Windows),
        b"macOS" | b"Mac OS X" => Some(System::Mac),
        b"Linux" | b"Android" | b"Chrome OS" | b"Chromium OS" => Some(System::Linux),
        b"iOS" => Some(System::Ios),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_made_up_brand_follows_from_the_version() {
        for list in [
            r#""Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24""#,
            r#""Not:A-Brand";v="8", "Chromium";v="156""#,
            r#""Not)A;Brand";v="8", "Chromium";v="138", "Google Chrome";v="138""#,
        ] {
            let brands = Brands::read(list.as_bytes());
            assert!(brands.right_grease, "{list}");
            assert_eq!(brands.plain, !brands.google, "{list}");
        }
        let made = br#"" Not A;Brand";v="99", "Chromium";v="156", "Google Chrome";v="156""#;
        let brands = Brands::read(made);
        assert!(brands.old_grease && !brands.right_grease && brands.google);
        assert_eq!(brands.chromium, Some(156));
    }

    #[test]
    fn odd_lists_are_read_as_far_as_they_go() {
        assert_eq!(Brands::read(b""), Brands::default());
        assert_eq!(Brands::read(b"\"Chromium\""), Brands::default());
        assert_eq!(Brands::read(b"\"Chromium\";v=\"").chromium, None);
        assert!(Brands::read(b"\"Android WebView\";v=\"1\"").web_view);
    }
}
