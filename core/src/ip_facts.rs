//! What the application's databases know of the client's address: the names
//! under which policies read it, and the form in which decisions show it.
//!
//! | name | is |
//! | --- | --- |
//! | `ip.src.country`, `.country.name` | ISO 3166-1 code; in English |
//! | `ip.src.continent`, `.continent.name` | two letters; in English |
//! | `ip.src.region`, `.city`, `.postal_code` | as the database writes them |
//! | `ip.src.timezone.name` | of the IANA database |
//! | `ip.src.lat`, `.lon`, `.accuracy_radius` | degrees; kilometres |
//! | `ip.src.asnum`, `.asname`, `.asnum.domain`, `.asnum.type` | the autonomous system |
//! | `ip.src.hosting`, `.vpn`, `.proxy`, `.tor`, `.relay`, `.mobile` | true or false |
//! | `ip.src.service` | whose VPN, proxy or relay it is |
//!
//! A fact that the database does not have is missing: what depends on it is
//! undetermined.

use crate::field::FieldValue;
use crate::need::Reply;
use crate::text::json::{Value, write_text};
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// What a fact holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpFactKind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
}

use IpFactKind::{Flag, Number, Text};

/// Name after `ip.src.`, member of replies and decision lines, kind.
const FACTS: [(&str, &str, IpFactKind); 22] = [
    ("country", "country", Text),
    ("country.name", "countryName", Text),
    ("continent", "continent", Text),
    ("continent.name", "continentName", Text),
    ("region", "region", Text),
    ("city", "city", Text),
    ("postal_code", "postalCode", Text),
    ("timezone.name", "timezone", Text),
    ("lat", "latitude", Number),
    ("lon", "longitude", Number),
    ("accuracy_radius", "accuracyRadius", Number),
    ("asnum", "asnum", Number),
    ("asname", "asname", Text),
    ("asnum.domain", "asdomain", Text),
    ("asnum.type", "astype", Text),
    ("hosting", "hosting", Flag),
    ("vpn", "vpn", Flag),
    ("proxy", "proxy", Flag),
    ("tor", "tor", Flag),
    ("relay", "relay", Flag),
    ("mobile", "mobile", Flag),
    ("service", "service", Text),
];

/// One of the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IpFact(usize);

impl IpFact {
    /// By its name after `ip.src.`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        FACTS.iter().position(|fact| fact.0 == name).map(Self)
    }

    fn row(self) -> (&'static str, &'static str, IpFactKind) {
        FACTS.get(self.0).copied().unwrap_or(("", "", Text))
    }

    /// What it holds.
    #[must_use]
    pub fn kind(self) -> IpFactKind {
        self.row().2
    }

    /// What a reply says of it.
    pub(crate) fn of(self, reply: &Value) -> FieldValue<'static> {
        let (_, member, kind) = self.row();
        match (kind, reply.get(member)) {
            (Text, Some(Value::Text(text))) => {
                FieldValue::Text(Cow::Owned(text.as_bytes().to_vec()))
            }
            (Number, Some(Value::Number(number))) => FieldValue::Number(*number),
            (Flag, Some(Value::Bool(yes))) => FieldValue::Bool(*yes),
            _ => FieldValue::Missing,
        }
    }
}

impl fmt::Display for IpFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ip.src.{}", self.row().0)
    }
}

/// A reply as decision lines show it: the facts that are known, or why none is.
pub(crate) fn shown(reply: &Reply) -> String {
    let mut out = String::from("{");
    let mut add = |name: &str, value: &Value| {
        if out.len() > 1 {
            out.push(',');
        }
        write_text(name, &mut out);
        out.push(':');
        value.write(&mut out);
    };
    match reply {
        Reply::Fact(reply) => {
            for (_, name, kind) in FACTS {
                match (kind, reply.get(name)) {
                    (Text, Some(value @ Value::Text(_)))
                    | (Number, Some(value @ Value::Number(_)))
                    | (Flag, Some(value @ Value::Bool(_))) => add(name, value),
                    _ => {}
                }
            }
        }
        Reply::Failed(why) => add("error", &Value::Text(why.clone())),
        Reply::Taken(_) => {}
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn names_are_read_back() {
        for (name, ..) in FACTS {
            let fact = IpFact::named(name);
            assert_eq!(
                fact.map(|fact| fact.to_string()),
                Some(alloc::format!("ip.src.{name}"))
            );
        }
        assert_eq!(IpFact::named("nothing"), None);
    }

    #[test]
    fn only_what_is_known_is_shown() {
        let reply = Value::parse(
            br#"{"id":"ip:192.0.2.1","asnum":64500,"country":"DE","hosting":"yes","tor":false,"x":1}"#,
        );
        let shown = |reply| shown(&Reply::Fact(reply));
        assert_eq!(
            reply.map(shown).as_deref(),
            Ok(r#"{"country":"DE","asnum":64500,"tor":false}"#)
        );
        assert_eq!(
            super::shown(&Reply::Failed("no_database".to_string())),
            r#"{"error":"no_database"}"#
        );
    }
}
