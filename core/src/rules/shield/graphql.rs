//! Bounds that an application sets for GraphQL: how deep a document selects, how
//! many fields it renames, whether it may ask for the schema. Nothing is found
//! unless a bound is set; what a schema makes expensive is not known here.

use super::evidence::Evidence;
use crate::policy::Options;
use crate::rules::{Kind, Opt, page};
use crate::text::graphql;
use crate::text::values::{Kind as Place, Value};

/// The application's own rule, so no guess.
const BELIEF: u16 = 9000;

/// How deep.
pub(super) const DEPTH: Opt = Opt {
    name: "graphqlMaxDepth",
    kind: Kind::Integer { min: 1, max: 1000 },
    required: false,
    doc: page("Selections inside each other that a GraphQL document may have; default no bound."),
};

/// How often.
pub(super) const ALIASES: Opt = Opt {
    name: "graphqlMaxAliases",
    kind: Kind::Integer {
        min: 0,
        max: 10_000,
    },
    required: false,
    doc: page("Fields that a GraphQL document may rename; default no bound."),
};

/// Whether the schema.
pub(super) const INTROSPECTION: Opt = Opt {
    name: "graphqlIntrospection",
    kind: Kind::Flag,
    required: false,
    doc: page("Whether a GraphQL document may ask for the schema; default true."),
};

/// The bounds; none by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    max_depth: Option<u32>,
    max_aliases: Option<u32>,
    hides_schema: bool,
}

impl Bounds {
    pub(super) fn new(options: &Options<'_>) -> Self {
        Self {
            max_depth: options.integer("graphqlMaxDepth"),
            max_aliases: options.integer("graphqlMaxAliases"),
            hides_schema: options.flag("graphqlIntrospection") == Some(false),
        }
    }

    /// The first bound that the document in `value` breaks.
    pub(super) fn judge(&self, value: &Value<'_>) -> Option<Evidence> {
        let place = matches!(
            value.kind,
            Place::Query | Place::Form | Place::Json | Place::Body
        );
        if *self == Self::default() || !place || value.is_name || !graphql::looks_like(value.text) {
            return None;
        }
        let shape = graphql::read(value.text, &mut |_| {});
        let code = if self.hides_schema && shape.introspects {
            "shield.graphql.introspection"
        } else if self.max_depth.is_some_and(|max| shape.depth > max) {
            "shield.graphql.depth"
        } else if self.max_aliases.is_some_and(|max| shape.aliases > max) {
            "shield.graphql.aliases"
        } else {
            return None;
        };
        Some(Evidence::new(code, BELIEF, 0, value.text.len()))
    }
}
