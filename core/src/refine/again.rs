//! `refine(decision, context)`: a decision line reconsidered with what the
//! application has learnt since.
//!
//! The line and the context are all there is: neither the request nor behaviour
//! is seen again, and nothing is remembered.

use super::found::{self, Found};
use super::habits::Actions;
use super::signals::Vector;
use super::{Asked, Model, Refine, Refined, facts};
use crate::context::Context;
use crate::decision::Conclusion;
use crate::field::{Field, FieldValue, Fields};
use crate::policy::Entry;
use crate::rules::filter::expression::Tri;
use crate::text::json::{Value, write_text};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// What an invariant can look at when the request is gone.
struct Told<'a>(&'a Context);

impl Fields for Told<'_> {
    fn field(&self, field: &Field) -> FieldValue<'_> {
        let Field::Context(path) = field else {
            return FieldValue::Missing;
        };
        match self.0.get(path) {
            Some(Value::Text(fact)) => FieldValue::Text(Cow::Borrowed(fact.as_bytes())),
            Some(Value::Number(number)) => FieldValue::Number(*number),
            Some(Value::Bool(yes)) => FieldValue::Bool(*yes),
            _ => FieldValue::Missing,
        }
    }
}

fn conclusion(value: &Value) -> Conclusion {
    match value.get("conclusion").and_then(Value::as_text) {
        Some("ALLOW") => Conclusion::Allow,
        Some("CHALLENGE") => Conclusion::Challenge,
        _ => Conclusion::Deny,
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_text).unwrap_or_default()
}

fn told<'v>(entries: &[Entry], result: &'v Value) -> Found<'v> {
    let reason = result.get("reason").unwrap_or(&Value::Null);
    let list = |name: &str| {
        reason
            .get(name)
            .and_then(Value::as_list)
            .unwrap_or_default()
    };
    let count = |name: &str| {
        let number = reason.get(name).and_then(Value::as_number);
        number.map_or(0, |n| u64::try_from(n.floor()).unwrap_or(0))
    };
    let score = result.get("score").and_then(Value::as_number);
    let score = score.and_then(|score| score.times(10_000)).unwrap_or(0);
    let entry = entries
        .iter()
        .find(|entry| *entry.id == *text(result, "id"));
    let fell_back = reason.get("key_fallback").and_then(Value::as_bool) == Some(true);
    Found {
        rule: text(result, "rule"),
        conclusion: conclusion(result),
        score: u16::try_from(score).unwrap_or(u16::MAX),
        code: text(reason, "code"),
        place: text(reason, "place"),
        findings: list("findings").len(),
        tool: !list("categories").is_empty()
            && list("categories")
                .iter()
                .all(|name| matches!(name.as_text(), Some("TOOL" | "PROGRAMMATIC"))),
        spoofed: reason.get("spoofed").and_then(Value::as_bool) == Some(true),
        quota: (count("limit"), count("remaining")),
        // a rule that is not in the policy any more may have been a contract
        contract: !fell_back && entry.is_none_or(|entry| entry.rule.contract()),
    }
}

impl Refine {
    /// The line with this opinion, behind the letter of its effective conclusion.
    pub(crate) fn again(&self, entries: &[Entry], line: &Value, context: &Context) -> String {
        let mut vector = Vector::default();
        facts::read(context, &mut vector);
        let mut asked = Asked {
            costs: self.costs(facts::action(context)),
            prose: facts::prose(context),
            actions: Actions::default(),
            at_most: Conclusion::Deny,
            at_least: Conclusion::Allow,
            dry: !self.is_live(),
            vector,
        };
        for invariant in &self.invariants {
            if invariant.when.eval(&Told(context)) == Tri::True {
                asked.bound(invariant);
            }
        }
        let results = line
            .get("results")
            .and_then(Value::as_list)
            .unwrap_or_default();
        let counted: Vec<&Value> = results
            .iter()
            .filter(|result| text(result, "mode") == "LIVE")
            .collect();
        let all = || counted.iter().map(|result| told(entries, result));
        found::read(all(), asked.prose, 0, &mut vector);
        let weighed = Model::default().weigh(&vector, self.points.as_ref());
        let first = conclusion(line);
        let undetermined = |result: &Value| {
            let reason = result.get("reason");
            reason
                .and_then(|reason| reason.get("undetermined"))
                .and_then(Value::as_bool)
                == Some(true)
        };
        let mut floor = Conclusion::Allow;
        for (result, found) in counted.iter().zip(all()) {
            let stands =
                undetermined(result) || self.is_firm(found.rule, text(result, "id"), found.code);
            floor = floor.max(if stands {
                found.conclusion
            } else {
                found.floor(asked.prose)
            });
            if found.code == "skipped" {
                floor = floor.max(first.min(Conclusion::Challenge));
            }
        }
        let decided = counted.iter().map(|result| conclusion(result)).max();
        // what no rule concluded (an unseen body, a fault) nobody softens
        if decided.unwrap_or(Conclusion::Allow) < first {
            floor = floor.max(first);
        }
        let refined = Refined::of(
            &asked,
            &weighed,
            vector,
            first,
            self.conclude(&asked, &weighed, first, floor),
            floor,
        );
        let mut out = String::from(refined.conclusion.letter());
        out.push('{');
        let Value::Object(members) = line else {
            return out;
        };
        let mut comma = "";
        for (name, value) in members.iter().filter(|(name, _)| name != "refined") {
            if name == "undetermined" {
                out.push_str(comma);
                out.push_str("\"refined\":");
                refined.write(&mut out);
                comma = ",";
            }
            out.push_str(comma);
            write_text(name, &mut out);
            out.push(':');
            value.write(&mut out);
            comma = ",";
        }
        out.push('}');
        out
    }
}
