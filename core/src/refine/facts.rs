//! Signals of the context: what the application knows, and what only together
//! says something (an established customer, a session that was taken over).

use super::signals::{At, Vector, level};
use crate::context::Context;
use crate::text::json::Value;
use crate::units::Number;

/// Actions that a thief heads for.
const THEFT: [&str; 6] = [
    "checkout",
    "payment",
    "token_create",
    "password_reset",
    "email_change",
    "admin",
];

/// Actions whose content is prose or code.
const PROSE: [&str; 2] = ["post_content", "inference"];

/// Raises the signals of the context; true where it names somebody or a session.
pub(super) fn read(context: &Context, vector: &mut Vector) -> bool {
    let whole = |path: &str| {
        let number = context.get(path)?.as_number()?;
        Some(whole(number))
    };
    let yes = |path: &str| context.get(path).and_then(Value::as_bool);
    let set = |path: &str| yes(path) == Some(true);
    let there = |path: &str| matches!(context.get(path), Some(Value::Text(_) | Value::Number(_)));

    let age = whole("account.ageDays");
    let orders = whole("account.orders").unwrap_or(0);
    let chargebacks = whole("account.chargebacks").unwrap_or(0);
    let device = whole("device.ageDays").unwrap_or(0);
    let verified = set("account.emailVerified");
    let mfa = set("account.mfa");
    let step_up = whole("session.stepUpAgeSeconds");
    let fresh = match age {
        Some(..1) => 2,
        Some(1..7) => 1,
        _ => 0,
    };
    let passed = match step_up {
        Some(0..3_600) => 2,
        Some(3_600..86_400) => 1,
        _ => 0,
    };
    let changed = match (set("session.ipChanged"), set("session.userAgentChanged")) {
        (false, false) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (true, true) => 3,
    };
    let action = action(context);
    let theft = THEFT.contains(&action);
    let takeover: u8 = match (changed, theft) {
        _ if passed == 2 => 0,
        (0, _) | (1 | 2, false) => 0,
        (1, true) => 1,
        (2, true) | (3, false) => 2,
        _ => 3,
    };
    let known = device >= 30;

    let age = age.unwrap_or(0);
    vector.raise(At::AGE, level(age, &[7, 30, 90, 365, 1000]));
    vector.raise(At::ORDERS, level(orders, &[1, 3, 10, 30]));
    vector.raise(At::VERIFIED, verified.into());
    vector.raise(At::MFA, mfa.into());
    let session = whole("session.ageSeconds").unwrap_or(0);
    vector.raise(At::SESSION, level(session / 60, &[5, 60, 1_440]));
    vector.raise(At::DEVICE, level(device, &[1, 7, 30]));
    vector.raise(At::STEP_UP, passed);
    vector.raise(At::CHARGEBACKS, level(chargebacks, &[1, 2]));
    vector.raise(At::FRESH, fresh);
    vector.raise(At::CHANGED, changed);
    vector.raise(At::TAKEOVER, takeover.saturating_sub(known.into()));

    let user = there("userId");
    let account = context
        .get("account.ageDays")
        .or(context.get("account.orders"));
    if (user || account.is_some()) && chargebacks < 1 {
        let points = level(age, &[30, 180, 365])
            .saturating_add(level(orders, &[1, 3, 10]))
            .saturating_add(verified.into())
            .saturating_add(mfa.into())
            .saturating_add(level(device, &[7, 30]));
        // neither a month nor three orders: nothing is proven yet
        let points = if age < 30 && orders < 3 {
            points / 2
        } else {
            points
        };
        // age can be bought: it takes an order, or a step-up, to be more than patient
        let patient = match (context.get("account.orders"), orders, passed) {
            (_, 1.., _) | (.., 2) => u8::MAX,
            (None, ..) => 5,
            _ => 3,
        };
        let points = points.min(patient);
        let broken = match (changed, passed) {
            (_, 2) | (0, _) => 0,
            (1, _) => 2_u8.saturating_sub(u8::from(known).saturating_mul(2)),
            (2, _) => 3,
            _ => u8::MAX,
        };
        let points = points.saturating_sub(broken);
        vector.raise(At::STANDING, level(points, &[1, 2, 3, 4, 6, 8]));
    }
    user || there("session.id") || there("device.id")
}

/// The action at stake; empty if the application does not say.
pub(super) fn action(context: &Context) -> &str {
    context
        .get("action")
        .and_then(Value::as_text)
        .unwrap_or_default()
}

/// Whether prose or code is what the application expects here.
pub(super) fn prose(context: &Context) -> bool {
    let free = context.get("freeText").and_then(Value::as_list);
    PROSE.contains(&action(context)) || free.is_some_and(|list| !list.is_empty())
}

/// Whole part, at least zero.
fn whole(number: Number) -> u64 {
    u64::try_from(number.floor()).unwrap_or(0)
}
