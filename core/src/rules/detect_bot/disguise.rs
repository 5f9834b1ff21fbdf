//! Automation that writes a browser's User-Agent: what else it sends gives it
//! away.
//!
//! Judged are contradictions between the headers of one request, see
//! `signs`. Some no browser can cause: one is enough. The others are weighed
//! by a small model of integers that only add up ([`Model`]); nothing that is
//! merely missing decides alone, because intermediaries strip and recordings
//! leave out. Who claims no browser that is known here, or one of its kin with
//! habits of their own (web views, applications, televisions, consoles), is
//! not looked at.
//!
//! What a browser does is known up to the versions of [`known`]. A newer one
//! is no evidence, and what may have changed in it is not held against it.
//!
//! Not found: a request whose every header is that of the browser it claims to
//! be; a bare request, with nothing but a User-Agent; a User-Agent that differs
//! from the hints in its version alone or in its system alone, which people
//! with an extension that switches it send too.
//!
//! Found although people sit there: a User-Agent switched to another version and
//! another system at once, and a Chromium whose owner has it withhold client
//! hints from secure origins (Cromite, a flag of ungoogled-chromium). Drivers
//! of browsers do the same, so an application with many of those lets
//! `CATEGORY:SPOOFED` pass, or challenges it with `refine`.
//!
//! Sources: RFC 9110 (Accept and its kin), W3C Fetch Metadata, WICG
//! User-Agent Client Hints, and what browsers and tools were seen to send.

mod claim;
mod headers;
mod hints;
pub mod known;
mod signs;
#[cfg(test)]
mod tests;

pub use claim::{Claim, Engine, System};
pub use headers::NAMES;
pub use signs::{Kind, SIGNS, Sign, Signs, Strength};

use crate::request::Request;
use crate::units::Score;
use headers::Headers;

/// The weights in the build, written by `make train`.
static SHIPPED: &[u8] = include_bytes!("../../../model/bots.bin");

/// The sum from which signs deny together.
pub const LEAST: u16 = 60;

/// What one sign may weigh, so that no weak one decides, and none of those that
/// intermediaries cause, not even all of them.
#[must_use]
pub const fn most(sign: Sign) -> u8 {
    match (sign, sign.strength()) {
        (_, Strength::Certain) => 60,
        // a browser that weighs languages at random, behind a middlebox
        (Sign::LanguageStyle, _) => 19,
        // without it an intermediary's doing is enough, without an Accept it is not
        (Sign::LanguageMissing, _) => 41,
        (_, Strength::Missing | Strength::Weak) => 40,
        // with one weak sign it decides
        (Sign::FetchMissing, _) => 20,
        (_, Strength::Stripped) => 19,
    }
}

/// The contradictions of a request that claims to be a browser.
#[must_use]
pub fn look(request: &Request<'_>, user_agent: &[u8]) -> Option<(Claim, Signs)> {
    let claim = claim::read(user_agent)?;
    let headers = Headers::read(request);
    Some((
        claim,
        signs::of(claim, claim.is_desktop(user_agent), &headers, request),
    ))
}

/// Weights of the signs that are not certain.
#[derive(Clone, Copy, Debug)]
pub struct Model<'w>(&'w [u8]);

impl Model<'static> {
    /// The one in the build.
    #[must_use]
    pub fn shipped() -> Self {
        Self(SHIPPED)
    }
}

impl<'w> Model<'w> {
    /// One byte a sign, in the order of [`SIGNS`]; missing ones are zeros.
    #[must_use]
    pub const fn from_bytes(bytes: &'w [u8]) -> Self {
        Self(bytes)
    }

    /// What a sign weighs.
    #[must_use]
    pub fn weight(&self, sign: Sign) -> u16 {
        if sign.strength() == Strength::Certain {
            return LEAST;
        }
        let byte = self.0.get(usize::from(sign.number())).copied();
        u16::from(byte.unwrap_or_default().min(most(sign)))
    }

    /// What the signs weigh together.
    #[must_use]
    pub fn sum(&self, signs: Signs) -> u16 {
        signs
            .iter()
            .fold(0, |sum, sign| sum.saturating_add(self.weight(sign)))
    }
}

/// The belief that a sum is worth: half of it below [`LEAST`], and from there on
/// at least 0.8.
#[must_use]
pub fn score(sum: u16) -> Score {
    let (sum, least) = (u32::from(sum), u32::from(LEAST));
    let belief = match sum.checked_sub(least) {
        None => sum.saturating_mul(5_000).checked_div(least),
        Some(over) => over
            .saturating_mul(1_900)
            .checked_div(sum.max(1))
            .map(|more| more.saturating_add(8_000)),
    };
    Score::ten_thousandths(u16::try_from(belief.unwrap_or_default()).unwrap_or(9_900))
}
