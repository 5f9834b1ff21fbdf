//! The signs, in words, and when they are there.

use super::claim::{Claim, Engine, System};
use super::headers::{Encodings, Headers};
use super::hints::{Brands, platform};
use super::known;
use crate::request::{Request, Scheme};

/// How much a sign says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// No browser can cause it.
    Certain,
    /// A browser hardly would.
    Weak,
    /// The claimed browser sends it always, and nobody on the way removes it.
    Missing,
    /// The claimed browser sends it, but intermediaries are known to remove it:
    /// all of these together do not decide.
    Stripped,
}

/// What contradicts the User-Agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Client hints.
    Hints,
    /// Fetch metadata.
    Fetch,
    /// What the client accepts.
    Accept,
}

macro_rules! signs {
    ($($name:ident $strength:ident $kind:ident $words:literal)+) => {
        /// One contradiction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Sign {
            $(#[doc = $words] $name,)+
        }

        /// Every sign, in the order of their numbers and of the weights.
        pub const SIGNS: &[Sign] = &[$(Sign::$name),+];

        impl Sign {
            /// How much it says.
            #[must_use]
            pub const fn strength(self) -> Strength {
                match self { $(Self::$name => Strength::$strength,)+ }
            }

            /// What contradicts the User-Agent.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)+ }
            }

            /// The contradiction in words.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }
        }
    };
}

signs! {
    HintsHeadless Certain Hints "sec-ch-ua names a browser without a window"
    HintsForeign Certain Hints "client hints, which this browser does not send"
    HintsVersion Weak Hints "sec-ch-ua names another version"
    HintsPlatform Weak Hints "sec-ch-ua-platform names another system"
    HintsMobile Certain Hints "sec-ch-ua-mobile says the opposite"
    HintsBrand Certain Hints "sec-ch-ua names another brand"
    HintsOldGrease Certain Hints "sec-ch-ua is made up as years before this version"
    HintsWithheld Certain Hints "fetch metadata and zstd of a secure origin, but no client hints"
    HintsStale Certain Hints "sec-ch-ua names a plain Chromium that is newer"
    FetchPartial Certain Fetch "sec-fetch-mode without sec-fetch-site"
    FetchImpossible Certain Fetch "fetch metadata that cannot occur together"
    FetchBody Certain Fetch "a page opened with a body that no form sends"
    FetchAccept Certain Fetch "an Accept that cannot belong to sec-fetch-dest"
    LanguageAny Certain Accept "accept-language without a language"
    EncodingOdd Certain Accept "an accept-encoding that no browser sends"
    EncodingFetch Certain Accept "zstd and fetch metadata, as Safari of that age does not send them"
    HintsGrease Weak Hints "sec-ch-ua is not made up as in this version"
    HintsOverFetch Weak Fetch "client hints without fetch metadata"
    FetchReferer Weak Fetch "a referer, but sec-fetch-site says there was no page before"
    FetchUser Weak Fetch "sec-fetch-user, which Safari does not send"
    LanguageStyle Weak Accept "languages weighted as another browser weights them"
    EncodingNewer Weak Accept "accept-encoding is newer than the browser"
    EncodingOlder Weak Accept "accept-encoding is older than the browser"
    AcceptNewer Weak Accept "an Accept newer than the browser"
    AcceptPage Weak Accept "a page's Accept, but not as this browser asks for one"
    AcceptTool Weak Accept "an Accept that no browser writes for a page"
    Unreleased Weak Accept "a version that did not exist yet"
    EncodingIdentity Weak Accept "an accept-encoding that asks for no compression"
    LanguageMissing Missing Accept "no accept-language"
    EncodingMissing Stripped Accept "no accept-encoding"
    EncodingBare Stripped Accept "an accept-encoding with one coding"
    AcceptMissing Missing Accept "no accept"
    FetchMissing Stripped Fetch "no fetch metadata on a secure origin"
    HintsMissing Stripped Hints "no client hints on a secure origin"
}

impl Sign {
    /// Its place in [`SIGNS`].
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    fn bit(self) -> u64 {
        1_u64
            .checked_shl(u32::from(self.number()))
            .unwrap_or_default()
    }
}

/// A set of signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signs(pub u64);

impl Signs {
    fn when(&mut self, there: bool, sign: Sign) {
        if there {
            self.0 |= sign.bit();
        }
    }

    /// It is one of them.
    #[must_use]
    pub fn has(self, sign: Sign) -> bool {
        self.0 & sign.bit() != 0
    }

    /// The members, in the order of [`SIGNS`].
    pub fn iter(self) -> impl Iterator<Item = Sign> {
        SIGNS.iter().copied().filter(move |sign| self.has(*sign))
    }
}

/// The signs of a request.
pub(super) fn of(
    claim: Claim,
    desktop: bool,
    headers: &Headers<'_>,
    request: &Request<'_>,
) -> Signs {
    let mut signs = Signs::default();
    let encodings = headers.encoding.map(Encodings::read);
    hints(claim, headers, &mut signs);
    fetch(claim, headers, request, &mut signs);
    accept(claim, headers, encodings, &mut signs);
    if request.seen.all_headers {
        missing(claim, desktop, headers, encodings, request, &mut signs);
    }
    let unreleased = known::unreleased(claim.engine, claim.major, request.now);
    signs.when(unreleased, Sign::Unreleased);
    signs
}

fn hints(claim: Claim, headers: &Headers<'_>, signs: &mut Signs) {
    let brands = headers.brands.map(Brands::read).unwrap_or_default();
    signs.when(brands.headless, Sign::HintsHeadless);
    let known = known::knows(claim.engine, claim.major);
    if claim.engine != Engine::Chromium {
        // without fetch metadata no Chromium wrote them, but something on the way
        let sent = known && headers.hinted() && headers.fetched();
        signs.when(sent, Sign::HintsForeign);
        return;
    }
    // an application with a page inside may write any User-Agent; the hints
    // stay those of the system's browser
    if brands.web_view {
        return;
    }
    let other = |version| version != claim.major;
    signs.when(brands.chromium.is_some_and(other), Sign::HintsVersion);
    // scripts carry a User-Agent that grows old, and drive a Chromium without a
    // brand; an old one in a device claims to be newer
    let newer = brands.chromium.is_some_and(|version| version > claim.major);
    signs.when(brands.plain && newer, Sign::HintsStale);
    let elsewhere = |system: System| system != claim.system;
    let system = headers.hint_platform.and_then(platform);
    signs.when(system.is_some_and(elsewhere), Sign::HintsPlatform);
    // a large phone may show a site as for a desktop
    let opposite = match headers.hint_mobile {
        Some(b"?1") => !claim.mobile && claim.system != System::Linux,
        Some(b"?0") => claim.mobile,
        _ => false,
    };
    signs.when(opposite, Sign::HintsMobile);
    signs.when(claim.branded && brands.google, Sign::HintsBrand);
    if brands
        .chromium
        .is_some_and(|version| version >= 112 && known)
    {
        signs.when(brands.old_grease, Sign::HintsOldGrease);
        signs.when(!brands.right_grease, Sign::HintsGrease);
    }
}

fn fetch(claim: Claim, headers: &Headers<'_>, request: &Request<'_>, signs: &mut Signs) {
    let Some(mode) = headers.mode else {
        let expected = claim.engine != Engine::Chromium || claim.major >= 89;
        let without = expected && headers.brands.is_some() && !headers.fetched();
        signs.when(without && request.seen.all_headers, Sign::HintsOverFetch);
        return;
    };
    let dest = headers.dest.unwrap_or_default();
    let navigates = mode == b"navigate";
    signs.when(
        request.seen.all_headers && headers.site.is_none(),
        Sign::FetchPartial,
    );
    let page = matches!(dest, b"document" | b"iframe" | b"frame");
    // a download is a navigation without a destination
    let other = matches!(
        dest,
        b"script" | b"style" | b"image" | b"font" | b"worker" | b"manifest" | b"audio" | b"video"
    );
    let impossible = if navigates {
        other
    } else {
        dest == b"document" || headers.user.is_some() || headers.insecure.is_some()
    };
    signs.when(impossible, Sign::FetchImpossible);
    let written = matches!(request.method, b"POST" | b"PUT" | b"PATCH" | b"DELETE");
    let media = headers.content_type.unwrap_or_default();
    let form = is_form(media);
    let body = navigates && dest == b"document" && written && !media.is_empty() && !form;
    signs.when(body, Sign::FetchBody);
    let accepts_page = headers.accepts(b"text/html");
    let wrong = headers.accept.is_some()
        && if navigates {
            page && !accepts_page
        } else {
            other && accepts_page
        };
    signs.when(wrong, Sign::FetchAccept);
    let none = headers.site == Some(b"none");
    signs.when(none && headers.referer.is_some(), Sign::FetchReferer);
    let safari = claim.engine == Engine::WebKit && known::knows(claim.engine, claim.major);
    signs.when(safari && headers.user.is_some(), Sign::FetchUser);
}

/// What a form of a page is sent as.
fn is_form(media: &[u8]) -> bool {
    let forms = [
        b"application/x-www-form-urlencoded".as_slice(),
        b"multipart/form-data",
        b"text/plain",
    ];
    let starts = |form: &&[u8]| {
        media
            .get(..form.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(form))
    };
    forms.iter().any(starts)
}

fn accept(claim: Claim, headers: &Headers<'_>, encodings: Option<Encodings>, signs: &mut Signs) {
    let (engine, major) = (claim.engine, claim.major);
    if let Some(language) = headers.language {
        let words = language.iter().any(u8::is_ascii_alphabetic);
        signs.when(!words, Sign::LanguageAny);
        let style =
            engine == Engine::Chromium && second_weight(language).is_some_and(|w| w != b"0.9");
        signs.when(style, Sign::LanguageStyle);
    }
    if let Some(encodings) = encodings.filter(|_| headers.range.is_none()) {
        signs.when(encodings.odd, Sign::EncodingOdd);
        let zstd = match engine {
            Engine::Chromium => 118,
            Engine::Gecko => 126,
            Engine::WebKit => 26,
        };
        signs.when(encodings.zstd && major < zstd, Sign::EncodingNewer);
        // where the system is newer than Safari, it may know zstd before it
        let safari = engine == Engine::WebKit && major < 18 && headers.fetched();
        signs.when(safari && encodings.zstd, Sign::EncodingFetch);
        // of Safari not every system has it; hints come from a secure origin only;
        // without `deflate` a content network wrote the header
        let secure = encodings.deflate && (encodings.brotli || headers.hinted());
        let older = engine != Engine::WebKit && major > zstd.saturating_add(6) && secure;
        signs.when(older && !encodings.zstd, Sign::EncodingOlder);
    }
    let tool = headers.accepts(b"text/html") && !headers.wants_page() && !headers.fetched();
    signs.when(tool || headers.accept == Some(b"text/*"), Sign::AcceptTool);
    let newer = engine == Engine::Chromium && major < 147 && headers.accepts(b"image/jxl");
    signs.when(newer, Sign::AcceptNewer);
}

/// The weight of the second language; none where there is but one.
fn second_weight(language: &[u8]) -> Option<&[u8]> {
    let second = language.split(|b| *b == b',').nth(1)?;
    let at = second.windows(2).position(|w| w == b"q=")?;
    second.get(at.saturating_add(2)..).map(<[u8]>::trim_ascii)
}

fn missing(
    claim: Claim,
    desktop: bool,
    headers: &Headers<'_>,
    encodings: Option<Encodings>,
    request: &Request<'_>,
    signs: &mut Signs,
) {
    let (engine, major) = (claim.engine, claim.major);
    let modern = match engine {
        Engine::Chromium => 50,
        Engine::Gecko => 45,
        Engine::WebKit => 10,
    };
    let shown = headers.accept.is_some() || headers.language.is_some() || encodings.is_some();
    let media = headers.content_type.unwrap_or_default();
    // other rules hold for these: preflights, sockets, pieces of files, reports
    let other = request.method == b"OPTIONS"
        || headers.upgrade.is_some()
        || headers.range.is_some()
        || media.windows(6).any(|w| w == b"report");
    if major < modern || other || !shown {
        return;
    }
    signs.when(headers.language.is_none(), Sign::LanguageMissing);
    signs.when(headers.accept.is_none(), Sign::AcceptMissing);
    let reads = matches!(request.method, b"GET" | b"HEAD");
    let opens = headers.mode.is_none_or(|mode| mode == b"navigate") && (reads || is_form(media));
    let odd = match engine {
        Engine::Chromium => headers.insecure.is_none() || !headers.accepts(b"image/webp"),
        Engine::Gecko => headers.insecure.is_none(),
        Engine::WebKit => false,
    };
    signs.when(headers.wants_page() && opens && odd, Sign::AcceptPage);
    // an intermediary that names itself may have removed the rest
    if headers.via.is_some() {
        return;
    }
    match encodings {
        None => signs.when(true, Sign::EncodingMissing),
        Some(_) if headers.encoding == Some(b"identity") => {
            signs.when(true, Sign::EncodingIdentity);
        }
        Some(e) => signs.when(!e.deflate && !e.brotli && !e.zstd, Sign::EncodingBare),
    }
    let secure = request.scheme == Scheme::Https || headers.fetched() || headers.hinted();
    let fetches = match engine {
        Engine::Chromium => major >= 80,
        Engine::Gecko => major >= 90,
        Engine::WebKit => false,
    };
    signs.when(secure && fetches && !headers.fetched(), Sign::FetchMissing);
    if engine != Engine::Chromium || headers.hinted() {
        return;
    }
    signs.when(secure && major >= 100, Sign::HintsMissing);
    let complete = headers.site.is_some() && headers.mode.is_some() && headers.dest.is_some();
    let zstd = encodings.is_some_and(|e| e.zstd);
    // what a script posts is judged by the pages around it: the dearest mistake
    // is one about a purchase; what a form posts opens a page itself
    let asks = reads || headers.mode == Some(b"navigate") && is_form(media);
    let withheld =
        complete && asks && zstd && desktop && major >= 123 && !headers.accepts(b"image/heif");
    signs.when(withheld && known::knows(engine, major), Sign::HintsWithheld);
}
