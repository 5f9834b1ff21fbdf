//! The policy's key `refine`.

use super::costs::{ACTIONS, Costs, OTHERS};
use super::model::POINTS;
use super::signals::contract;
use crate::decision::{Conclusion, Mode};
use crate::policy::{Fault, conclusion, integer, known};
use crate::rules::filter::expression::Expression;
use crate::text::json::Value;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const KEYS: &[&str] = &[
    "mode",
    "harden",
    "firm",
    "actions",
    "invariants",
    "calibration",
];
const COSTS: &[&str] = &["falseBlock", "miss", "stepUp"];
const INVARIANT: &[&str] = &["when", "atMost", "atLeast"];
const CALIBRATION: &[&str] = &["contract", "points", "least"];
const MAX_COST: u32 = 1_000_000;

/// What the application declares of some requests.
#[derive(Debug)]
pub(super) struct Invariant {
    pub(super) when: Expression,
    pub(super) at_most: Conclusion,
    pub(super) at_least: Conclusion,
}

/// The checked key.
#[derive(Debug)]
pub struct Refine {
    pub(super) mode: Mode,
    pub(super) harden: bool,
    pub(super) firm: Vec<String>,
    actions: Vec<(String, Costs)>,
    pub(super) invariants: Vec<Invariant>,
    pub(super) points: Option<[u16; POINTS]>,
    /// The least margin from which anybody is stopped.
    pub(super) least: Option<i32>,
}

impl Default for Refine {
    /// LIVE, and nothing else said.
    fn default() -> Self {
        Self {
            mode: Mode::Live,
            harden: false,
            firm: Vec::new(),
            actions: Vec::new(),
            invariants: Vec::new(),
            points: None,
            least: None,
        }
    }
}

impl Refine {
    /// Reads the key; `entries` are names and ids of the policy's rules.
    pub(crate) fn parse(value: &Value, entries: &[(&str, &str)]) -> Result<Self, Fault> {
        let members = object("refine", value)?;
        known("refine.", members, KEYS)?;
        let mode = match value.get("mode").map(Value::as_text) {
            None => return Err(Fault::new("refine.mode", "nothing", MODES)),
            Some(Some("LIVE")) => Mode::Live,
            Some(Some("DRY_RUN")) => Mode::DryRun,
            Some(_) => {
                return Err(Fault::found(
                    "refine.mode",
                    value.get("mode").unwrap_or(value),
                    MODES,
                ));
            }
        };
        let harden = match value.get("harden") {
            None => false,
            Some(v) => v
                .as_bool()
                .ok_or_else(|| Fault::found("refine.harden", v, "true or false"))?,
        };
        let mut firm = Vec::new();
        for (index, item) in list("refine.firm", value.get("firm"))?.iter().enumerate() {
            let name = item.as_text().filter(|name| {
                name.contains('.') || entries.iter().any(|(rule, id)| rule == name || id == name)
            });
            let Some(name) = name else {
                let allowed = "a rule's name or id in this policy, or a reason code";
                return Err(Fault::found(format!("refine.firm[{index}]"), item, allowed));
            };
            firm.push(name.to_string());
        }
        let mut actions = Vec::new();
        if let Some(value) = value.get("actions") {
            for (name, value) in object("refine.actions", value)? {
                actions.push((name.clone(), costs(name, value)?));
            }
        }
        let mut invariants = Vec::new();
        let listed = list("refine.invariants", value.get("invariants"))?;
        for (index, item) in listed.iter().enumerate() {
            invariants.push(invariant(&format!("refine.invariants[{index}]"), item)?);
        }
        Ok(Self {
            mode,
            harden,
            firm,
            actions,
            invariants,
            points: value.get("calibration").map(points).transpose()?,
            least: value.get("calibration").map_or(Ok(None), least)?,
        })
    }

    /// The costs of an action.
    pub(super) fn costs(&self, action: &str) -> Costs {
        let own = self.actions.iter().find(|(name, _)| name == action);
        own.map_or_else(|| default(action), |(_, costs)| *costs)
    }
}

const MODES: &str = "\"LIVE\" or \"DRY_RUN\"";

fn default(action: &str) -> Costs {
    let known = ACTIONS.iter().find(|(name, _)| *name == action);
    known.map_or(OTHERS, |(_, costs)| *costs)
}

fn object<'v>(field: &str, value: &'v Value) -> Result<&'v [(String, Value)], Fault> {
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(Fault::found(field.to_string(), value, "an object")),
    }
}

fn list<'v>(field: &str, value: Option<&'v Value>) -> Result<&'v [Value], Fault> {
    match value {
        None => Ok(&[]),
        Some(value) => value
            .as_list()
            .filter(|list| list.len() <= 64)
            .ok_or_else(|| Fault::found(field.to_string(), value, "an array of at most 64 items")),
    }
}

fn costs(action: &str, value: &Value) -> Result<Costs, Fault> {
    let parent = format!("refine.actions.{}.", crate::text::json::escaped(action));
    known(&parent, object(&parent, value)?, COSTS)?;
    let mut costs = default(action);
    if let Some(v) = value.get("falseBlock") {
        costs.false_block = integer("falseBlock", v, 0, MAX_COST)?;
    }
    if let Some(v) = value.get("miss") {
        costs.miss = integer("miss", v, 0, MAX_COST)?;
    }
    match value.get("stepUp") {
        None => {}
        Some(Value::Null) => costs.step_up = None,
        Some(v) => costs.step_up = Some(integer("stepUp", v, 0, MAX_COST)?),
    }
    Ok(costs)
}

fn invariant(field: &str, value: &Value) -> Result<Invariant, Fault> {
    known(&format!("{field}."), object(field, value)?, INVARIANT)?;
    let text = value.get("when").and_then(Value::as_text);
    let Some(text) = text else {
        return Err(Fault::new(
            format!("{field}.when"),
            "nothing",
            "an expression",
        ));
    };
    let when = Expression::parse(text).map_err(|error| {
        let allowed = format!("one that parses:\n{error}");
        Fault::new(
            format!("{field}.when"),
            "an expression with an error",
            allowed,
        )
    })?;
    let bound = |name: &'static str, otherwise| {
        value
            .get(name)
            .map_or(Ok(otherwise), |v| conclusion(name, v))
    };
    Ok(Invariant {
        when,
        at_most: bound("atMost", Conclusion::Deny)?,
        at_least: bound("atLeast", Conclusion::Allow)?,
    })
}

/// The bar of a calibration, in thousandths of a logit.
fn least(value: &Value) -> Result<Option<i32>, Fault> {
    let Some(given) = value.get("least") else {
        return Ok(None);
    };
    let whole = given.as_number().and_then(crate::units::Number::as_i64);
    match whole.and_then(|whole| i32::try_from(whole).ok()) {
        Some(whole) => Ok(Some(whole)),
        None => Err(Fault::found(
            "refine.calibration.least",
            given,
            "an integer",
        )),
    }
}

/// `{"contract", "points"}` as `doorward calibrate` writes it: ten-thousandths
/// that never fall, one for every half logit from -10 to 10.
fn points(value: &Value) -> Result<[u16; POINTS], Fault> {
    let members = object("refine.calibration", value)?;
    known("refine.calibration.", members, CALIBRATION)?;
    let ours = format!("{:016x}", contract());
    if value.get("contract").and_then(Value::as_text) != Some(&ours) {
        let found = value.get("contract").cloned().unwrap_or(Value::Null);
        let allowed = format!("\"{ours}\": calibrate again with this version");
        return Err(Fault::found("refine.calibration.contract", &found, allowed));
    }
    let mut points = [0; POINTS];
    let listed = value
        .get("points")
        .and_then(Value::as_list)
        .unwrap_or_default();
    let mut last = 0;
    for (slot, item) in points.iter_mut().zip(listed) {
        *slot =
            u16::try_from(integer("refine.calibration.points", item, last, 10_000)?).unwrap_or(0);
        last = (*slot).into();
    }
    if listed.len() == POINTS {
        Ok(points)
    } else {
        let found = format!("{} points", listed.len());
        Err(Fault::new(
            "refine.calibration.points",
            found,
            format!("{POINTS} points"),
        ))
    }
}
