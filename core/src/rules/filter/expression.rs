//! Expressions of the `filter` rule: `http.request.uri.path eq "/admin" and
//! not ip.src in {10.0.0.0/8}`. The words are those of Cloudflare's rules
//! language (wirefilter), so an expression from there reads the same here.
//!
//! | written | means |
//! | --- | --- |
//! | `http.host` `http.request.method` `http.request.uri.path` | text |
//! | `http.request.headers["x"]` `http.request.cookie["x"]` `http.request.uri.args["x"]` | text |
//! | `ip.src` | an address; IPv4 mapped into IPv6 is IPv4 |
//! | `ip.src.country` `ip.src.asnum` `ip.src.hosting` … | what a database knows of it, see [`crate::ip_facts`] |
//! | `context["x"]` | the application's fact: text, number or boolean |
//! | `lower(f)` `upper(f)` `len(f)` | ASCII letters folded; length in bytes |
//! | `not` `!`, `and` `&&`, `xor` `^^`, `or` `\|\|` | logic, the tightest first; parentheses |
//! | `eq ne lt le gt ge`, `== != < <= > >=` | comparison; text byte by byte |
//! | `contains` | text holds text |
//! | `matches` `~` | a regular expression occurs in the text ([`crate::text::regex`]) |
//! | `wildcard`, `strict wildcard` | the whole text, `*` for any run; either case, or the case written |
//! | `in {"a" "b"}` `in {1 5..9}` `in {10.0.0.0/8 ::1}` | one of a set; ranges include both ends |
//! | `context["x"]`, `ip.src.hosting` alone | the boolean |
//! | `"a\"b\\c\x41"` `r"a"` `r#"a"#` | strings; raw ones have no escapes |
//!
//! In the string of `matches` or `wildcard` a backslash before anything but
//! `"` and `\` stays, so `"\.php$"`, `"\\.php$"` and `r"\.php$"` are one pattern.
//!
//! Logic is Kleene's, with three values: a comparison is unknown where its
//! field is missing or of another type, and an expression is unknown where
//! that could change it. So `not http.request.headers["x"] eq "y"` does not
//! hold for a request without the header.
//!
//! Does not: arithmetic, lists, assignments, user functions, presence tests.
//!
//! Costs one pass over a field per comparison. A field is read once per
//! evaluation (up to eight of them), nothing is allocated but by `lower` and
//! `upper` where they change something and by patterns too large for a table.
//! Source is at most 8 KiB, nested at most 64 deep, with at most 64 patterns.
//!
//! Knowledge: Cloudflare's "Rules language" reference; S. C. Kleene,
//! "Introduction to Metamathematics", 1952, §64.

mod compare;
mod error;
mod eval;
mod literal;
mod names;
mod operand;
mod parse;
mod scan;
mod search;
mod set;
mod values;

use crate::field::{Field, Fields};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

pub use error::ExpressionError;

/// Bytes an expression's source may have.
pub const MAX_SOURCE: usize = 8 * 1024;

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Expression {
    source: String,
    fields: Vec<Field>,
    root: eval::Node,
}

/// What an expression says about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tri {
    /// It holds.
    True,
    /// It does not.
    False,
    /// A fact is missing, or of another type, that decides it.
    Unknown,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// The first place that is wrong, and what was expected there.
    pub fn parse(source: &str) -> Result<Self, ExpressionError> {
        let (root, fields) =
            parse::parse(source).map_err(|fault| ExpressionError::new(source, &fault))?;
        Ok(Self {
            source: source.trim().to_string(),
            fields,
            root,
        })
    }

    /// What the expression says where `fields` holds the facts.
    #[must_use]
    pub fn eval(&self, fields: &dyn Fields) -> Tri {
        self.root.eval(&mut eval::Facts::new(fields, &self.fields))
    }

    /// The facts the expression reads, each once, in order of appearance.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter()
    }
}

/// The source, without white space around it.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl From<bool> for Tri {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

#[cfg(test)]
mod tests;
