//! The headers that are compared, found in one pass.

use super::claim::holds;
use crate::request::Request;

macro_rules! named {
    ($($field:ident = $name:literal),+ $(,)?) => {
        /// The headers that are read.
        pub const NAMES: &[&str] = &[$($name),+];

        /// The first value of each.
        #[derive(Clone, Copy, Debug, Default)]
        pub(super) struct Headers<'a> {
            $(pub(super) $field: Option<&'a [u8]>,)+
        }

        impl<'a> Headers<'a> {
            fn slot(&mut self, name: &[u8]) -> Option<&mut Option<&'a [u8]>> {
                $(if name.eq_ignore_ascii_case($name.as_bytes()) {
                    return Some(&mut self.$field);
                })+
                None
            }
        }
    };
}

named! {
    accept = "accept",
    language = "accept-language",
    encoding = "accept-encoding",
    brands = "sec-ch-ua",
    hint_mobile = "sec-ch-ua-mobile",
    hint_platform = "sec-ch-ua-platform",
    site = "sec-fetch-site",
    mode = "sec-fetch-mode",
    dest = "sec-fetch-dest",
    user = "sec-fetch-user",
    insecure = "upgrade-insecure-requests",
    content_type = "content-type",
    range = "range",
    upgrade = "upgrade",
    via = "via",
    referer = "referer",
}

impl<'a> Headers<'a> {
    pub(super) fn read(request: &Request<'a>) -> Self {
        let mut headers = Self::default();
        for (name, value) in &request.headers {
            if let Some(slot @ None) = headers.slot(name) {
                *slot = Some(value.trim_ascii());
            }
        }
        headers
    }

    /// The list of a browser that shows a page.
    pub(super) fn wants_page(&self) -> bool {
        self.accept
            .is_some_and(|list| list.starts_with(b"text/html,application/xhtml+xml"))
    }

    pub(super) fn accepts(&self, word: &[u8]) -> bool {
        self.accept.is_some_and(|list| holds(list, word))
    }

    /// A client hint is there.
    pub(super) const fn hinted(&self) -> bool {
        self.brands.is_some() || self.hint_mobile.is_some() || self.hint_platform.is_some()
    }

    /// Fetch metadata is there.
    pub(super) const fn fetched(&self) -> bool {
        self.site.is_some() || self.mode.is_some() || self.dest.is_some()
    }
}

/// What an Accept-Encoding lists.
#[derive(Clone, Copy, Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one coding that is there or not"
)]
pub(super) struct Encodings {
    pub(super) deflate: bool,
    pub(super) brotli: bool,
    pub(super) zstd: bool,
    /// What no browser has sent in ten years: `compress`, a weight, `deflate`
    /// before `gzip`.
    pub(super) odd: bool,
}

impl Encodings {
    pub(super) fn read(list: &[u8]) -> Self {
        let mut found = Self::default();
        let mut gzip = false;
        for member in list.split(|b| *b == b',').map(<[u8]>::trim_ascii) {
            match member {
                b"gzip" => gzip = true,
                b"deflate" => {
                    found.deflate = true;
                    found.odd |= !gzip && holds(list, b"gzip");
                }
                b"br" => found.brotli = true,
                b"zstd" => found.zstd = true,
                b"compress" | b"x-compress" => found.odd = true,
                // `identity;q=1, *;q=0` is what Chrome asks of a film
                other if other.starts_with(b"identity") || other.starts_with(b"*") => {}
                other => found.odd |= holds(other, b"q="),
            }
        }
        found
    }
}
