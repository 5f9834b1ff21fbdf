//! One signature of a request: what it says of itself, whose it says it is, and
//! whether it holds.

use super::directory::origin;
use super::incoming::Incoming;
use super::{COVERABLE, Checked, Outcome, invalid};
use crate::request::{Request, Scheme};
use crate::text::ed25519;
use crate::text::signature::{self, NoBase};
use crate::text::structured_field::{Bare, Item, Member, Parameters, dictionary, item, parameter};
use alloc::string::String;

/// A signature as the request carries it.
pub(super) struct Signed<'m> {
    pub(super) components: &'m [Item],
    pub(super) parameters: &'m Parameters,
    pub(super) value: &'m [u8],
    pub(super) created: i64,
    pub(super) expires: i64,
    pub(super) keyid: &'m str,
}

impl<'m> Signed<'m> {
    pub(super) fn read(
        components: &'m [Item],
        parameters: &'m Parameters,
        value: &'m [u8],
    ) -> Checked<Self> {
        let missing = |name| Outcome::Invalid("bot.signature.parameter", Some(name));
        let integer = |name| {
            let found = parameter(parameters, name).and_then(Bare::as_integer);
            found.ok_or_else(|| missing(name))
        };
        let keyid = parameter(parameters, "keyid").and_then(Bare::as_text);
        let signed = Self {
            components,
            parameters,
            value,
            created: integer("created")?,
            expires: integer("expires")?,
            keyid: keyid.ok_or_else(|| missing("keyid"))?,
        };
        match parameter(parameters, "alg") {
            None => {}
            Some(Bare::Text(name)) if name == "ed25519" => {}
            Some(_) => return invalid("bot.signature.algorithm"),
        }
        Ok(signed)
    }
}

/// The agent that the signature covers, `None` where the request names none.
pub(super) fn covered_agent(signed: &Signed<'_>, agents: Option<&[u8]>) -> Checked<Option<String>> {
    let Some(agents) = agents else {
        return Ok(None);
    };
    let component = signed
        .components
        .iter()
        .find(|item| item.value.as_text() == Some("signature-agent"));
    let Some(component) = component else {
        return invalid("bot.signature.agent_uncovered");
    };
    let named = match parameter(&component.parameters, "key") {
        Some(Bare::Text(key)) => dictionary(agents)
            .unwrap_or_default()
            .into_iter()
            .find(|(name, _)| name == key)
            .and_then(|(_, member)| match member {
                Member::Item(item) => Some(item),
                Member::Inner(..) => None,
            }),
        // the older form: one string
        _ => item(agents),
    };
    let Some(named) = named.as_ref().and_then(|item| item.value.as_text()) else {
        return invalid("bot.signature.agent_uncovered");
    };
    if !named.starts_with("https://") {
        return invalid("bot.signature.agent_scheme");
    }
    match origin(named) {
        Some(origin) => Ok(Some(origin)),
        None => Err(Outcome::Unverified("bot.signature.agent_address")),
    }
}

/// Whether the key's signature over this request is the one it carries.
pub(super) fn holds(request: &Request<'_>, signed: &Signed<'_>, key: &ed25519::Key) -> Checked<()> {
    for component in signed.components {
        let name = component.value.as_text().unwrap_or_default();
        if !name.starts_with('@') && !COVERABLE.contains(&name) {
            return Err(Outcome::Unverified("bot.signature.unseen"));
        }
    }
    let schemes: &[&str] = match request.scheme {
        // behind a proxy the application sees another scheme than the agent
        Scheme::Http => &["http", "https"],
        Scheme::Https | Scheme::Unknown => &["https"],
    };
    for scheme in schemes {
        let message = Incoming { request, scheme };
        match signature::base(&message, signed.components, signed.parameters) {
            Ok(base) if ed25519::verify(key, &base, signed.value) => return Ok(()),
            Ok(_) => {}
            Err(NoBase::Duplicate) => return invalid("bot.signature.duplicate"),
            Err(NoBase::Absent) if !request.seen.all_headers => {
                return Err(Outcome::Unverified("bot.signature.unseen"));
            }
            Err(NoBase::Absent) => return invalid("bot.signature.component"),
        }
        let depends = |item: &Item| matches!(item.value.as_text(), Some("@target-uri" | "@scheme"));
        if !signed.components.iter().any(depends) {
            break;
        }
    }
    let rewritten = |item: &Item| {
        let name = item.value.as_text().unwrap_or_default();
        matches!(name, "@path" | "@query" | "@target-uri" | "@request-target")
    };
    if !request.seen.raw_target && signed.components.iter().any(rewritten) {
        // the host shows a target that a parser has written anew
        return Err(Outcome::Unverified("bot.signature.unseen"));
    }
    invalid("bot.signature.mismatch")
}
