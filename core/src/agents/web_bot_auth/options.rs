//! The option `webBotAuth`: whose signatures are believed.

use super::WebBotAuth;
use super::directory::origin;
use crate::policy::{Fault, Options};
use crate::quota::key_prefix;
use crate::rules::{Kind, Opt, page};
use crate::store::{Key, Take};
use crate::text::json::Value;
use crate::text::jwk;
use crate::units::Millis;
use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

/// The option of a rule that verifies signatures.
pub(crate) const OPTION: Opt = Opt {
    name: "webBotAuth",
    kind: Kind::Group(OPTIONS),
    required: false,
    doc: page(
        "Verifies the signatures of agents (Web Bot Auth); without it they are not looked at.",
    ),
};

const OPTIONS: &[Opt] = &[
    Opt {
        name: "allow",
        kind: Kind::Texts,
        required: false,
        doc: page(
            "Origins of agents, such as `https://agent.example`, that pass once verified, whatever their User-Agent; `*` is every one.",
        ),
    },
    Opt {
        name: "directories",
        kind: Kind::Texts,
        required: false,
        doc: page(
            "Origins of agents whose key directory may be fetched, `*` for every https one; default the ones in `allow`.",
        ),
    },
    Opt {
        name: "keys",
        kind: Kind::Records(&["agent", "x"]),
        required: false,
        doc: page("Pinned keys: an agent's origin and the `x` of its Ed25519 JWK."),
    },
    Opt {
        name: "authorities",
        kind: Kind::Texts,
        required: false,
        doc: page(
            "The application's own hosts, with a port that is not the default one: a signature for another is refused. Default: whatever Host says.",
        ),
    },
    Opt {
        name: "strict",
        kind: Kind::Texts,
        required: false,
        doc: page(
            "Paths (`*` stands for anything) where `@method`, the path and a nonce must be covered too.",
        ),
    },
    Opt {
        name: "maxLifetime",
        kind: Kind::Integer {
            min: 1,
            max: u32::MAX,
        },
        required: false,
        doc: page("Longest time between `created` and `expires`, in seconds; default 86400."),
    },
    Opt {
        name: "clockSkew",
        kind: Kind::Duration,
        required: false,
        doc: page("How far clocks may differ; default 30 s."),
    },
    Opt {
        name: "testKeys",
        kind: Kind::Flag,
        required: false,
        doc: page(
            "Accepts keys whose private half is printed in an RFC: for tests only; default false.",
        ),
    },
];

impl WebBotAuth {
    pub(crate) fn compile(options: &Options<'_>) -> Result<Option<Self>, Fault> {
        let Some(group) = options.group(OPTION.name) else {
            return Ok(None);
        };
        let origins = |name: &'static str| {
            let list = group.texts(name).unwrap_or_default();
            for (index, text) in list.iter().enumerate() {
                if text != "*" && origin(text).as_deref() != Some(text.as_str()) {
                    let field = format!("{}.{name}[{index}]", OPTION.name);
                    let found = Value::Text(text.clone());
                    let allowed = "an origin such as \"https://agent.example\", or \"*\"";
                    return Err(Fault::found(field, &found, allowed));
                }
            }
            Ok(list.to_vec())
        };
        let allow = origins("allow")?;
        let directories = match group.texts("directories") {
            Some(_) => origins("directories")?,
            None => allow.clone(),
        };
        let mut keys = Vec::new();
        for (index, record) in group.records("keys").unwrap_or_default().iter().enumerate() {
            let member = |name| {
                let found = record.iter().find(|(known, _)| known == name);
                found.map(|(_, value)| value.as_str()).unwrap_or_default()
            };
            let (agent, x) = (member("agent"), member("x"));
            let fault = |name: &str, found: &str, allowed: &'static str| {
                let field = format!("{}.keys[{index}].{name}", OPTION.name);
                Fault::found(field, &Value::Text(found.to_string()), allowed)
            };
            let agent = origin(agent).ok_or_else(|| {
                fault(
                    "agent",
                    agent,
                    "an origin such as \"https://agent.example\"",
                )
            })?;
            let key = jwk::ed25519_key(x)
                .ok_or_else(|| fault("x", x, "32 bytes in base64url, the x of an Ed25519 JWK"))?;
            keys.push((agent, jwk::thumbprint(&key), key));
        }
        let list = |name| group.texts(name).unwrap_or_default().to_vec();
        let seconds = |millis: Millis| i64::try_from(millis.seconds_up()).unwrap_or(i64::MAX);
        let once = Take::once(Key(0), Millis(0));
        Ok(Some(Self {
            allow,
            directories,
            keys,
            authorities: list("authorities"),
            strict: list("strict"),
            lifetime: group.integer("maxLifetime").unwrap_or(86_400).into(),
            skew: group.duration("clockSkew").map_or(30, seconds),
            test_keys: group.flag("testKeys").unwrap_or(false),
            prefix: key_prefix(options, once.limit),
        }))
    }
}
