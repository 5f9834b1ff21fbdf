//! A rule's options, read by the kinds its manual declares.
//!
//! Kinds and ranges are checked here, once for all rules; a rule only says
//! what its options mean together.

use super::error::Fault;
use crate::decision::Mode;
use crate::field::{FIELD_NAMES, Field};
use crate::pack::{Pack, Packs};
use crate::rules::{Kind, Manual, Opt};
use crate::text::json::{Value, escaped};
use crate::units::{Millis, Number, Score};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Longest list an option takes.
const MAX_ITEMS: usize = 10_000;
/// Longest list of the values a field may have.
const MAX_VALUES: usize = 256;
/// 366 days.
const MAX_DURATION: u64 = 366 * 24 * 3_600_000;

/// The checked options of one rule, with what the policy says for all.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The rule's id.
    pub id: &'a str,
    /// The rule's mode.
    pub mode: Mode,
    /// The policy's characteristics.
    pub shared: &'a [Field],
    pub(super) packs: &'a Packs,
    pub(super) found: &'a Found,
}

/// One option's value.
#[derive(Clone, Debug)]
enum Item {
    Integer(u32),
    Duration(Millis),
    Fraction(Score),
    Flag(bool),
    Texts(Vec<String>),
    Characteristics(Vec<Field>),
    Records(Vec<Vec<(String, String)>>),
    Fields(Vec<(String, Held)>),
    Group(Found),
}

/// What the application says a field of a request holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// A value of this kind.
    Kind(&'static str),
    /// One of these values.
    OneOf(Vec<String>),
}

/// The options that are there, by name.
#[derive(Clone, Debug)]
pub(super) struct Found(Vec<(&'static str, Item)>);

impl Found {
    pub(super) fn read(manual: &Manual, rule: &Value) -> Result<Self, Fault> {
        Self::of(manual.options, rule)
    }

    fn of(options: &'static [Opt], rule: &Value) -> Result<Self, Fault> {
        let mut items = Vec::new();
        for option in options {
            match rule.get(option.name) {
                Some(value) => items.push((option.name, item(option.name, option.kind, value)?)),
                None if option.required => {
                    return Err(Fault::new(option.name, "nothing", expected(option.kind)));
                }
                None => {}
            }
        }
        Ok(Self(items))
    }

    fn get(&self, name: &str) -> Option<&Item> {
        self.0
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, item)| item)
    }
}

impl Options<'_> {
    /// The pack of this name, for a rule whose `option` needs it.
    ///
    /// # Errors
    /// That the engine was made without it.
    pub fn pack(&self, option: &str, name: &str) -> Result<&Pack, Fault> {
        self.packs.get(name).ok_or_else(|| {
            let wanted = format!("the pack \"{name}\" among the engine's packs");
            Fault::new(option, self.packs.names(), wanted)
        })
    }

    /// A whole number, if given.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<u32> {
        match self.found.get(name) {
            Some(Item::Integer(n)) => Some(*n),
            _ => None,
        }
    }

    /// A length of time, if given.
    #[must_use]
    pub fn duration(&self, name: &str) -> Option<Millis> {
        match self.found.get(name) {
            Some(Item::Duration(d)) => Some(*d),
            _ => None,
        }
    }

    /// A decimal in `[0, 1]`, if given.
    #[must_use]
    pub fn fraction(&self, name: &str) -> Option<Score> {
        match self.found.get(name) {
            Some(Item::Fraction(s)) => Some(*s),
            _ => None,
        }
    }

    /// Yes or no, if given.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.found.get(name) {
            Some(Item::Flag(yes)) => Some(*yes),
            _ => None,
        }
    }

    /// A list of text or words, if given.
    #[must_use]
    pub fn texts(&self, name: &str) -> Option<&[String]> {
        match self.found.get(name) {
            Some(Item::Texts(list)) => Some(list),
            _ => None,
        }
    }

    /// The word chosen, if given.
    #[must_use]
    pub fn word(&self, name: &str) -> Option<&str> {
        self.texts(name)?.first().map(String::as_str)
    }

    /// A list of records, if given: each the members in the order written.
    #[must_use]
    pub fn records(&self, name: &str) -> Option<&[Vec<(String, String)>]> {
        match self.found.get(name) {
            Some(Item::Records(list)) => Some(list),
            _ => None,
        }
    }

    /// What fields hold, if given: in the order written.
    #[must_use]
    pub fn fields(&self, name: &str) -> Option<&[(String, Held)]> {
        match self.found.get(name) {
            Some(Item::Fields(list)) => Some(list),
            _ => None,
        }
    }

    /// The options inside an option, if given.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<Options<'_>> {
        match self.found.get(name) {
            Some(Item::Group(found)) => Some(Options { found, ..*self }),
            _ => None,
        }
    }

    /// The rule's own characteristics, or the policy's.
    #[must_use]
    pub fn characteristics(&self) -> &[Field] {
        match self.found.get("characteristics") {
            Some(Item::Characteristics(list)) => list,
            _ => self.shared,
        }
    }

    /// Which of two options that exclude each other is given.
    ///
    /// # Errors
    /// Both are.
    pub fn one_of(&self, a: &'static str, b: &'static str) -> Result<Option<&'static str>, Fault> {
        match (self.found.get(a), self.found.get(b)) {
            (Some(_), Some(_)) => Err(Fault::new(
                format!("{a}, {b}"),
                "both",
                format!("one of {a} and {b}"),
            )),
            (Some(_), None) => Ok(Some(a)),
            (None, Some(_)) => Ok(Some(b)),
            (None, None) => Ok(None),
        }
    }
}

fn item(name: &'static str, kind: Kind, value: &Value) -> Result<Item, Fault> {
    Ok(match kind {
        Kind::Integer { min, max } => Item::Integer(integer(name, value, min, max)?),
        Kind::Duration => Item::Duration(duration(name, value)?),
        Kind::Fraction => Item::Fraction(fraction(name, value)?),
        Kind::Flag => Item::Flag(
            value
                .as_bool()
                .ok_or_else(|| Fault::found(name, value, expected(kind)))?,
        ),
        Kind::Texts => Item::Texts(texts(name, value, |_| true, expected(kind))?),
        Kind::Word(words) => {
            let word = value.as_text().filter(|word| words.contains(word));
            let word = word.ok_or_else(|| Fault::found(name, value, expected(kind)))?;
            Item::Texts(Vec::from([word.to_string()]))
        }
        Kind::Words(words) => Item::Texts(texts(
            name,
            value,
            |text| words.contains(&text),
            expected(kind),
        )?),
        Kind::Characteristics => {
            Item::Characteristics(characteristics(name, Some(value))?.unwrap_or_default())
        }
        Kind::Records(members) => Item::Records(records(name, value, members)?),
        Kind::Fields(kinds) => Item::Fields(fields(name, value, kinds)?),
        Kind::Group(options) => Item::Group(group(name, value, options)?),
    })
}

/// What an option takes, as error messages and the documentation say it.
#[must_use]
pub(crate) fn expected(kind: Kind) -> String {
    match kind {
        Kind::Integer { min, max } => format!("an integer from {min} to {max}"),
        Kind::Duration => {
            "seconds, or a duration such as \"60s\" or \"1h30m\", from 1 ms to 366 days".into()
        }
        Kind::Fraction => "a number from 0 to 1".into(),
        Kind::Flag => "true or false".into(),
        Kind::Texts => "an array of text".into(),
        Kind::Word(words) => format!("one of {}", words.join(", ")),
        Kind::Words(words) => format!("an array of {}", words.join(", ")),
        Kind::Characteristics => {
            format!("an array of names of facts ({FIELD_NAMES}, or a context field)")
        }
        Kind::Records(members) => format!("an array of objects with {}", members.join(", ")),
        Kind::Fields(kinds) => format!(
            "an object of names of fields, each with one of {}, or an array of the values it may have",
            kinds.join(", ")
        ),
        Kind::Group(options) => {
            let names: Vec<&str> = options.iter().map(|option| option.name).collect();
            format!("an object with {}", names.join(", "))
        }
    }
}

/// Refuses a key of `parent` that is not in the list, and a key given twice.
pub(crate) fn known(parent: &str, members: &[(String, Value)], keys: &[&str]) -> Result<(), Fault> {
    for (index, (name, _)) in members.iter().enumerate() {
        let field = || format!("{parent}{}", escaped(name));
        if !keys.contains(&name.as_str()) {
            let allowed = format!("one of {}", keys.join(", "));
            return Err(Fault::new(field(), "an unknown key", allowed));
        }
        if members
            .iter()
            .take(index)
            .any(|(earlier, _)| earlier == name)
        {
            return Err(Fault::new(field(), "the key twice", "it once"));
        }
    }
    Ok(())
}

pub(crate) fn integer(
    field: &'static str,
    value: &Value,
    min: u32,
    max: u32,
) -> Result<u32, Fault> {
    value
        .as_number()
        .and_then(Number::as_i64)
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| (min..=max).contains(n))
        .ok_or_else(|| Fault::found(field, value, expected(Kind::Integer { min, max })))
}

fn fraction(field: &'static str, value: &Value) -> Result<Score, Fault> {
    let ten_thousandths = |n: Number| n.times(10_000).and_then(|n| u16::try_from(n).ok());
    value
        .as_number()
        .and_then(ten_thousandths)
        .filter(|n| *n <= 10_000)
        .map(Score::ten_thousandths)
        .ok_or_else(|| Fault::found(field, value, expected(Kind::Fraction)))
}

pub(super) fn duration(field: &'static str, value: &Value) -> Result<Millis, Fault> {
    let millis = match value {
        Value::Number(n) => n.times(1000).and_then(|n| u64::try_from(n).ok()),
        Value::Text(text) => duration_text(text),
        _ => None,
    };
    millis
        .filter(|ms| (1..=MAX_DURATION).contains(ms))
        .map(Millis)
        .ok_or_else(|| Fault::found(field, value, expected(Kind::Duration)))
}

/// `1h30m`, `500ms`, `60` (seconds): digits and a unit, repeated.
fn duration_text(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse::<u64>() {
        return seconds.checked_mul(1000);
    }
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .len()
            .checked_sub(rest.trim_start_matches(|c: char| c.is_ascii_digit()).len())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let letters = tail.len().checked_sub(
            tail.trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len(),
        )?;
        let (unit, tail) = tail.split_at_checked(letters)?;
        let factor: u64 = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(factor)?)?;
        rest = tail;
    }
    Some(total)
}

fn texts(
    field: &'static str,
    value: &Value,
    accept: impl Fn(&str) -> bool,
    allowed: String,
) -> Result<Vec<String>, Fault> {
    let list = value
        .as_list()
        .ok_or_else(|| Fault::found(field, value, allowed.clone()))?;
    if list.len() > MAX_ITEMS {
        return Err(Fault::new(
            field,
            format!("{} items", list.len()),
            "at most 10000 items",
        ));
    }
    let mut out = Vec::with_capacity(list.len());
    for (index, item) in list.iter().enumerate() {
        match item.as_text() {
            Some(text) if accept(text) => out.push(text.to_string()),
            _ => return Err(Fault::found(format!("{field}[{index}]"), item, allowed)),
        }
    }
    Ok(out)
}

/// A list of characteristics; `None` where there is none.
pub(super) fn characteristics(
    field: &'static str,
    value: Option<&Value>,
) -> Result<Option<Vec<Field>>, Fault> {
    let Some(value) = value else { return Ok(None) };
    let allowed = expected(Kind::Characteristics);
    let names = texts(
        field,
        value,
        |text| Field::characteristic(text).is_some(),
        allowed.clone(),
    )?;
    if names.is_empty() {
        return Err(Fault::found(field, value, allowed));
    }
    Ok(Some(
        names
            .iter()
            .filter_map(|name| Field::characteristic(name))
            .collect(),
    ))
}

fn records(
    field: &'static str,
    value: &Value,
    names: &'static [&'static str],
) -> Result<Vec<Vec<(String, String)>>, Fault> {
    let allowed = || expected(Kind::Records(names));
    let list = value
        .as_list()
        .ok_or_else(|| Fault::found(field, value, allowed()))?;
    let mut out = Vec::with_capacity(list.len());
    for (index, record) in list.iter().enumerate() {
        let place = || format!("{field}[{index}]");
        let Value::Object(members) = record else {
            return Err(Fault::found(place(), record, allowed()));
        };
        let mut read = Vec::with_capacity(members.len());
        for (name, member) in members {
            match member.as_text() {
                Some(text) if names.contains(&name.as_str()) => {
                    read.push((name.clone(), text.to_string()));
                }
                _ => return Err(Fault::found(place(), record, allowed())),
            }
        }
        out.push(read);
    }
    Ok(out)
}

fn fields(
    field: &'static str,
    value: &Value,
    kinds: &'static [&'static str],
) -> Result<Vec<(String, Held)>, Fault> {
    let Value::Object(members) = value else {
        return Err(Fault::found(field, value, expected(Kind::Fields(kinds))));
    };
    if members.len() > MAX_ITEMS {
        return Err(Fault::new(
            field,
            format!("{} fields", members.len()),
            "at most 10000 fields",
        ));
    }
    let mut out: Vec<(String, Held)> = Vec::with_capacity(members.len());
    for (name, member) in members {
        let place = || format!("{field}.{}", escaped(name));
        if name.is_empty() {
            return Err(Fault::new(place(), "no name", "the name of a field"));
        }
        if out.iter().any(|(earlier, _)| earlier == name) {
            return Err(Fault::new(place(), "the key twice", "it once"));
        }
        out.push((name.clone(), held(&place(), member, kinds)?));
    }
    Ok(out)
}

fn held(place: &str, value: &Value, kinds: &'static [&'static str]) -> Result<Held, Fault> {
    let Some(list) = value.as_list() else {
        let kind = kinds.iter().find(|kind| Some(**kind) == value.as_text());
        return kind.map(|kind| Held::Kind(kind)).ok_or_else(|| {
            let allowed = format!(
                "one of {}, or an array of the values it may have",
                kinds.join(", ")
            );
            Fault::found(place, value, allowed)
        });
    };
    if list.is_empty() {
        return Err(Fault::new(place, "[]", "at least one value"));
    }
    if list.len() > MAX_VALUES {
        let found = format!("{} values", list.len());
        return Err(Fault::new(place, found, "at most 256 values"));
    }
    let mut values = Vec::with_capacity(list.len());
    for (index, item) in list.iter().enumerate() {
        let text = item
            .as_text()
            .ok_or_else(|| Fault::found(format!("{place}[{index}]"), item, "text"))?;
        values.push(text.to_string());
    }
    Ok(Held::OneOf(values))
}

fn group(field: &'static str, value: &Value, options: &'static [Opt]) -> Result<Found, Fault> {
    let Value::Object(members) = value else {
        return Err(Fault::found(field, value, expected(Kind::Group(options))));
    };
    let names: Vec<&str> = options.iter().map(|option| option.name).collect();
    known(&format!("{field}."), members, &names)?;
    Found::of(options, value).map_err(|fault| Fault {
        field: format!("{field}.{}", fault.field),
        ..fault
    })
}
