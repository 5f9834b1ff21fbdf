//! `filter`: the application's own expressions over the request and context.
//!
//! Finds what the policy's author describes: `http.request.uri.path eq
//! "/admin" and not ip.src in {10.0.0.0/8}`. The language, its three values and
//! its costs: see [`expression`]. With `deny`, a request is denied if one of
//! the expressions holds; with `allow`, if none does.
//!
//! A comparison with a missing field is unknown, so what depends on it is
//! undetermined rather than passed or denied by accident; `onError` says what
//! then applies. What the application's database knows of the client's address
//! (`ip.src.country`) is asked for only where an expression depends on it; with
//! no database, or where the database does not say, it is missing.
//!
//! Costs one pass over each field an expression names.

pub mod expression;

use super::{Code, Finding, Judgement, Kind, Manual, Opt, Rule, page};
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::field::Field;
use crate::need::Reply;
use crate::policy::{Fault, Options};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use expression::{Expression, Tri};

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "filter",
    summary: page("The application's own expressions over the request and its context."),
    options: &[
        Opt {
            name: "allow",
            kind: Kind::Texts,
            required: false,
            doc: page(
                "Expressions; a request for which none holds is denied. Either this or `deny`.",
            ),
        },
        Opt {
            name: "deny",
            kind: Kind::Texts,
            required: false,
            doc: page(
                "Expressions; a request for which one holds is denied. Either this or `allow`.",
            ),
        },
    ],
    codes: &[
        Code {
            code: "filter.matched",
            saw: "the expression holds: {expression}",
            change: "a request for which the expression does not hold",
        },
        Code {
            code: "filter.allowed",
            saw: "the expression holds: {expression}",
            change: "",
        },
        Code {
            code: "filter.not_matched",
            saw: "no expression holds",
            change: "",
        },
        Code {
            code: "filter.not_allowed",
            saw: "none of the allowing expressions holds",
            change: "a request for which one of them holds",
        },
        Code {
            code: "filter.unknown",
            saw: "the expression depends on a fact that is missing: {expression}",
            change: "pass the fact to protect(), or set onError",
        },
    ],
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let Some(list) = options.one_of("allow", "deny")? else {
        return Err(Fault::new(
            "allow, deny",
            "neither",
            "one of allow and deny",
        ));
    };
    let texts = options.texts(list).unwrap_or_default();
    if texts.is_empty() {
        return Err(Fault::new(
            list,
            "an empty array",
            "at least one expression",
        ));
    }
    let compiled = texts.iter().enumerate().map(|(index, text)| {
        Expression::parse(text).map_err(|error| {
            let field = format!("{list}[{index}]");
            Fault::new(
                field,
                "an expression with an error",
                format!("one that parses:\n{error}"),
            )
        })
    });
    Ok(Box::new(Filter {
        denies: list == "deny",
        expressions: compiled.collect::<Result<_, _>>()?,
    }))
}

#[derive(Debug)]
struct Filter {
    denies: bool,
    expressions: Vec<Expression>,
}

impl Rule for Filter {
    fn contract(&self) -> bool {
        true
    }

    fn reads(&self, reads: &mut Reads) {
        for field in self.expressions.iter().flat_map(Expression::fields) {
            reads.field(field);
        }
    }

    fn find(&self, view: &View<'_>) -> Finding {
        let (mut unknown, mut lacks) = (None, None);
        for expression in &self.expressions {
            match expression.eval(view) {
                Tri::True => {
                    let code = if self.denies {
                        "filter.matched"
                    } else {
                        "filter.allowed"
                    };
                    let reason = with(code, expression);
                    return Finding::Judged(if self.denies {
                        Judgement::deny(reason)
                    } else {
                        Judgement::pass(reason)
                    });
                }
                Tri::Unknown => {
                    unknown = unknown.or(Some(expression));
                    lacks = lacks.or_else(|| view.lacks(expression.fields()));
                }
                Tri::False => {}
            }
        }
        if let Some(need) = lacks {
            return Finding::Asks(alloc::vec![need]);
        }
        match unknown {
            Some(expression) => {
                let mut reason = with("filter.unknown", expression);
                let asked = expression.fields().any(|f| matches!(f, Field::IpFact(_)));
                if let (true, Some(Reply::Failed(why))) = (asked, view.ip_reply()) {
                    reason = reason.with("error", Detail::Text(why));
                }
                Finding::Undetermined(reason)
            }
            None if self.denies => {
                Finding::Judged(Judgement::pass(Reason::code("filter.not_matched")))
            }
            None => Finding::Judged(Judgement::deny(Reason::code("filter.not_allowed"))),
        }
    }
}

fn with(code: &'static str, expression: &Expression) -> Reason {
    Reason::code(code).with("expression", Detail::Text(expression.to_string()))
}
