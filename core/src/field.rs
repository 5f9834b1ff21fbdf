//! Names of the facts a policy can refer to: in the characteristics that key a
//! limit and in the expressions of `filter`.
//!
//! | name | is |
//! | --- | --- |
//! | `ip.src` | the client's address; as a characteristic, IPv6 by /64 |
//! | `ip.src.network` | the network around it: IPv4 by /24, IPv6 by /64 |
//! | `email.canonical` | the mailbox that `context.email` reaches, in one way of writing |
//! | `email.domain` | the part of its domain that somebody registered |
//! | `ip.src.country`, `ip.src.asnum`, … | what the application's database knows of it, see [`crate::ip_facts`] |
//! | `http.host` | authority in lower case |
//! | `http.request.method` | as sent |
//! | `http.request.uri.path` | decoded once, dot segments removed |
//! | `http.request.headers["x"]` | first header of that name |
//! | `http.request.cookie["x"]` | first cookie of that name |
//! | `http.request.uri.args["x"]` | first query parameter of that name |
//! | `context["x"]`, or `x` alone as a characteristic | the application's fact |

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt;
use core::net::IpAddr;

use crate::ip_facts::IpFact;
use crate::units::Number;

/// A fact a policy refers to by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// `ip.src`
    IpSrc,
    /// `ip.src.network`
    IpNetwork,
    /// `email.canonical`
    EmailCanonical,
    /// `email.domain`
    EmailDomain,
    /// `ip.src.country` and its like.
    IpFact(IpFact),
    /// `http.host`
    Host,
    /// `http.request.method`
    Method,
    /// `http.request.uri.path`
    Path,
    /// `http.request.headers["name"]`, lower case.
    Header(String),
    /// `http.request.cookie["name"]`
    Cookie(String),
    /// `http.request.uri.args["name"]`
    Arg(String),
    /// `context["dotted.path"]`
    Context(String),
}

/// What a field holds for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue<'a> {
    /// Not there, or not visible to this host.
    Missing,
    /// Text, as bytes.
    Text(Cow<'a, [u8]>),
    /// A number from the context.
    Number(Number),
    /// A boolean from the context.
    Bool(bool),
    /// An address.
    Ip(IpAddr),
}

/// Where fields get their values.
pub trait Fields {
    /// The value of `field` for the request at hand.
    fn field(&self, field: &Field) -> FieldValue<'_>;
}

/// The plain names and the names that take a `["key"]`, as error messages list them.
pub const FIELD_NAMES: &str = "ip.src, ip.src.network, email.canonical, email.domain, http.host, http.request.method, http.request.uri.path, \
http.request.headers[\"…\"], http.request.cookie[\"…\"], http.request.uri.args[\"…\"], context[\"…\"]";

impl Field {
    /// A field by its plain name (`ip.src`), or `None`.
    #[must_use]
    pub fn plain(name: &str) -> Option<Self> {
        Some(match name {
            "ip.src" => Self::IpSrc,
            "ip.src.network" => Self::IpNetwork,
            "email.canonical" => Self::EmailCanonical,
            "email.domain" => Self::EmailDomain,
            "http.host" => Self::Host,
            "http.request.method" => Self::Method,
            "http.request.uri.path" => Self::Path,
            _ => return IpFact::named(name.strip_prefix("ip.src.")?).map(Self::IpFact),
        })
    }

    /// A field by the name before its bracket and the key inside, or `None`.
    #[must_use]
    pub fn keyed(name: &str, key: &str) -> Option<Self> {
        Some(match name {
            "http.request.headers" => Self::Header(key.to_ascii_lowercase()),
            "http.request.cookie" => Self::Cookie(key.to_string()),
            "http.request.uri.args" => Self::Arg(key.to_string()),
            "context" => Self::Context(key.to_string()),
            _ => return None,
        })
    }

    /// A characteristic: a field, or the bare name of a context fact.
    #[must_use]
    pub fn characteristic(text: &str) -> Option<Self> {
        if let Some(field) = Self::plain(text) {
            return Some(field);
        }
        if let Some((name, rest)) = text.split_once('[') {
            let key = rest.strip_suffix(']')?;
            let quoted = |q| key.strip_prefix(q).and_then(|k| k.strip_suffix(q));
            let key = quoted('"').or_else(|| quoted('\''))?;
            return if key.is_empty() {
                None
            } else {
                Self::keyed(name, key)
            };
        }
        let bare = !text.is_empty()
            && text.len() <= 128
            && !text.starts_with("http.")
            && !text.starts_with("ip.")
            && text
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$'));
        bare.then(|| Self::Context(text.to_string()))
    }
}

impl Field {
    /// The application or the connection vouches for it, and it is one
    /// client's: not what clients claim, nor what many of them share.
    #[must_use]
    pub fn is_firm(&self) -> bool {
        match self {
            Self::IpSrc => true,
            Self::Context(path) => {
                let head = path.split('.').next().unwrap_or_default();
                !crate::context::CLAIMS.contains(&head)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IpSrc => f.write_str("ip.src"),
            Self::IpNetwork => f.write_str("ip.src.network"),
            Self::EmailCanonical => f.write_str("email.canonical"),
            Self::EmailDomain => f.write_str("email.domain"),
            Self::IpFact(fact) => write!(f, "{fact}"),
            Self::Host => f.write_str("http.host"),
            Self::Method => f.write_str("http.request.method"),
            Self::Path => f.write_str("http.request.uri.path"),
            Self::Header(name) => write!(f, "http.request.headers[\"{name}\"]"),
            Self::Cookie(name) => write!(f, "http.request.cookie[\"{name}\"]"),
            Self::Arg(name) => write!(f, "http.request.uri.args[\"{name}\"]"),
            Self::Context(path) => f.write_str(path),
        }
    }
}
