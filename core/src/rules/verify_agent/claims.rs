//! What a token says, read before it is believed.

use super::{Checked, SCOPES, denied, deny, undetermined};
use crate::engine::View;
use crate::text::json::Value;
use crate::text::route;
use crate::units::Number;
use alloc::string::String;
use alloc::vec::Vec;

/// When a token is valid, in seconds.
pub(super) struct Times {
    pub(super) expires: i64,
    pub(super) not_before: Option<i64>,
    pub(super) issued: Option<i64>,
}

/// Who acts for whom.
pub(super) struct Delegation<'c> {
    pub(super) issuer: &'c str,
    pub(super) user: &'c str,
    /// `None` where the user acts.
    pub(super) agent: Option<&'c str>,
    pub(super) scopes: Vec<&'c str>,
}

fn missing<T>(claim: &str) -> Checked<T> {
    Err(denied("agent.claim", "claim", claim))
}

impl Times {
    pub(super) fn read(claims: &Value) -> Checked<Self> {
        // a date may have a fraction (RFC 7519 section 2), which is cut off
        let date = |name: &'static str| match claims.get(name) {
            None => Ok(None),
            Some(value) => match value.as_number().and_then(seconds) {
                Some(date) => Ok(Some(date)),
                None => missing(name),
            },
        };
        let Some(expires) = date("exp")? else {
            return missing("exp");
        };
        Ok(Self {
            expires,
            not_before: date("nbf")?,
            issued: date("iat")?,
        })
    }
}

fn seconds(number: Number) -> Option<i64> {
    let millionths = number.times(1_000_000)?;
    i64::try_from(millionths.div_euclid(1_000_000)).ok()
}

/// Whether the token names one of these audiences.
pub(super) fn audience(claims: &Value, ours: &[String]) -> Checked<bool> {
    let is_ours = |value: &Value| {
        value
            .as_text()
            .is_some_and(|name| ours.iter().any(|own| own == name))
    };
    match claims.get("aud") {
        Some(Value::List(list)) => Ok(list.iter().any(is_ours)),
        Some(one @ Value::Text(_)) => Ok(is_ours(one)),
        _ => missing("aud"),
    }
}

impl<'c> Delegation<'c> {
    pub(super) fn read(claims: &'c Value) -> Checked<Self> {
        let text = |value: Option<&'c Value>| {
            let text = value.and_then(Value::as_text);
            text.filter(|text| !text.is_empty() && text.len() <= 512)
        };
        let Some(user) = text(claims.get("sub")) else {
            return missing("sub");
        };
        let agent = match claims.get("act") {
            None => None,
            Some(act) => match text(act.get("sub")) {
                Some(agent) => Some(agent),
                None => return missing("act.sub"),
            },
        };
        let scopes = match claims.get("scope") {
            None => "",
            Some(Value::Text(scopes)) => scopes.as_str(),
            Some(_) => return missing("scope"),
        };
        Ok(Self {
            issuer: text(claims.get("iss")).unwrap_or_default(),
            user,
            agent,
            scopes: scopes.split_ascii_whitespace().take(SCOPES).collect(),
        })
    }
}

/// Holds the request against the token's own constraints; how often the token
/// may be used, if it says so. One that nobody here knows is not kept, so it is
/// not passed over.
pub(super) fn constraints(view: &View<'_>, claims: &Value, risky: bool) -> Checked<Option<u32>> {
    let constraints = match claims.get("constraints") {
        None => return Ok(None),
        Some(Value::Object(members)) => members,
        Some(_) => return missing("constraints"),
    };
    let mut count = None;
    for (name, value) in constraints {
        match name.as_str() {
            "routes" => {
                let Some(routes) = value.as_list() else {
                    return missing("constraints.routes");
                };
                let path = view.request.path();
                let fits = |route: &Value| fits(route, view.request.method, &path);
                if !routes.iter().any(fits) {
                    return deny("agent.route");
                }
            }
            "maxAmount" => {
                let Some(most) = value.as_number() else {
                    return missing("constraints.maxAmount");
                };
                match view.context.get("amount") {
                    Some(amount) => match amount.as_number() {
                        Some(amount) if amount <= most => {}
                        Some(_) => return deny("agent.amount"),
                        None => return undetermined("agent.amount_unknown"),
                    },
                    None if risky => return undetermined("agent.amount_unknown"),
                    None => {}
                }
            }
            "currency" => {
                let currency = view.context.get("currency");
                if currency.is_some_and(|currency| currency != value) {
                    return deny("agent.amount");
                }
                if currency.is_none() && view.context.get("amount").is_some() {
                    return undetermined("agent.amount_unknown");
                }
            }
            "count" => {
                let uses = value.as_number().and_then(Number::as_i64);
                match uses.and_then(|n| u32::try_from(n).ok()) {
                    Some(uses @ 1..) => count = Some(uses),
                    _ => return missing("constraints.count"),
                }
            }
            _ => return missing("constraints"),
        }
    }
    Ok(count)
}

/// `/path*`, or `METHOD /path*`.
fn fits(route: &Value, method: &[u8], path: &[u8]) -> bool {
    let Some(route) = route.as_text() else {
        return false;
    };
    match route.split_once(' ') {
        Some((verb, pattern)) => {
            verb.as_bytes().eq_ignore_ascii_case(method) && route::matches(pattern, path)
        }
        None => route::matches(route, path),
    }
}
