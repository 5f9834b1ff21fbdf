//! `shield`: attacks in what the client sends.
//!
//! Looks at decoded path, query, form, JSON, multipart, cookies and a short
//! list of headers, and finds SQL injection, cross-site scripting, path
//! traversal, command injection and their kin by lexing, not by searching for
//! words ([`inspect`]). It denies from `threshold` on; weaker evidence shows in
//! the score. Values of fields that hold prose or code by design (`freeText`
//! here, or `context.freeText` for one request) count only for classes that run
//! in a machine that merely logs or deserialises them.
//!
//! The application knows better: it names what fields hold (`expect`), what is
//! judged (`classes`) and what is prose or code. An uploaded file is judged as a
//! file. Evidence names a code, the place and the bytes of the decoded value; an
//! excerpt, masked, only where the policy asks. Whoever keeps sending attacks is
//! believed less, where the policy asks for that too (`probing`).
//!
//! It never reads `Authorization`, `sec-*`, tokens or ids as content. It does
//! not find logic errors, stolen sessions or anything in an encrypted value.
//! Costs one cheap pass over each value, lexers only where that pass saw a
//! reason. Of a body longer than the bound head and tail are read.

mod calls;
mod classes;
mod codes;
mod entities;
mod evidence;
mod excerpt;
mod expectation;
mod exploits;
mod files;
mod framing;
mod functions;
mod gate;
mod graphql;
mod inspect;
mod known;
mod ldap;
mod markers;
mod model;
mod nosql;
mod phrases;
mod probing;
mod rce;
mod remote;
mod script;
mod shell_idioms;
mod shell_settings;
mod shell_tricks;
mod signs;
mod sql_shapes;
mod sqli;
mod ssrf;
mod templates;
mod traversal;
mod upload;
mod whole;
mod windows;
mod xpath;
mod xss;

pub use classes::Classes;
pub use codes::CODES;
pub use expectation::Expectation;
pub use graphql::Bounds;
pub use inspect::{DEFAULT_THRESHOLD, Hit, Inspect, Place, inspect};
#[doc(hidden)]
pub use {
    evidence::{Evidence, Texture},
    inspect::{Open, inspect_with},
    model::{BITS, GRAMS, HEAD, LEAK, Model, NEVER, Stretch, UNIT, contract, each_gram, read},
};

use super::{Finding, Judgement, Kind, Manual, Memo, Opt, Rule, page};
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::need::Reply;
use crate::policy::{Fault, Options};
use crate::text::json::{Value, escaped};
use crate::text::values;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use probing::Probing;

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "shield",
    summary: page(
        "Attacks in path, query, body, cookies and headers: a WAF that knows the application.",
    ),
    options: &[
        Opt {
            name: "freeText",
            kind: Kind::Texts,
            required: false,
            doc: page("Names of fields that hold prose or code by design."),
        },
        Opt {
            name: "ignore",
            kind: Kind::Texts,
            required: false,
            doc: page("Names of fields that are not looked at."),
        },
        Opt {
            name: "expect",
            kind: Kind::Fields(expectation::KINDS),
            required: false,
            doc: "What fields hold, by name. Anything else is evidence: alone it scores 0.2 if it is \
                  words, 0.35 with the marks of a sentence, 0.6 with more syntax; beside evidence of \
                  a detector 0.8.",
        },
        Opt {
            name: "classes",
            kind: Kind::Words(classes::CLASSES),
            required: false,
            doc: page("The classes of attacks that are judged; default all."),
        },
        Opt {
            name: "threshold",
            kind: Kind::Fraction,
            required: false,
            doc: page("The score from which a request is denied; default 0.5."),
        },
        Opt {
            name: "excerpt",
            kind: Kind::Flag,
            required: false,
            doc: "Show up to 64 characters around what matched in the decision, letters and digits \
                  masked; never in the log. Default false.",
        },
        probing::OPTION,
        graphql::DEPTH,
        graphql::ALIASES,
        graphql::INTROSPECTION,
    ],
    codes: CODES,
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let texts = |name| options.texts(name).unwrap_or_default().to_vec();
    let look = Inspect {
        free_text: texts("freeText"),
        ignore: texts("ignore"),
        expect: expectation::all(options.fields("expect").unwrap_or_default()),
        classes: options
            .texts("classes")
            .map(Classes::of)
            .unwrap_or_default(),
        excerpt: options.flag("excerpt").unwrap_or_default(),
        graphql: graphql::Bounds::new(options),
        threshold: options.fraction("threshold").unwrap_or(DEFAULT_THRESHOLD),
        model: Model::shipped(),
    };
    for (option, names) in [("freeText", &look.free_text), ("ignore", &look.ignore)] {
        let both = look.expect.iter().find(|expected| {
            names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&expected.field))
        });
        if let Some(both) = both {
            return Err(Fault::new(
                format!("expect.{}", escaped(&both.field)),
                format!("a field that {option} names too"),
                "it in one of them",
            ));
        }
    }
    Ok(Box::new(Shield {
        probing: Probing::new(options, look.threshold),
        look,
    }))
}

#[derive(Debug)]
struct Shield {
    look: Inspect,
    probing: Option<Probing>,
}

impl Rule for Shield {
    fn reads(&self, reads: &mut Reads) {
        reads.target();
        reads.body();
        reads.context();
        for header in values::HEADERS
            .iter()
            .chain(&framing::HEADERS)
            .chain(&["content-type", "cookie"])
        {
            reads.header(header);
        }
        if self.probing.is_some() {
            reads.ip();
        }
    }

    fn find(&self, view: &View<'_>) -> Finding {
        let named = view
            .context
            .get("freeText")
            .and_then(Value::as_list)
            .unwrap_or_default();
        let hit = if named.is_empty() {
            inspect(view.request, &self.look)
        } else {
            let mut options = self.look.clone();
            options.free_text.extend(
                named
                    .iter()
                    .filter_map(Value::as_text)
                    .map(ToString::to_string),
            );
            inspect(view.request, &options)
        };
        let Some(hit) = hit else {
            return Finding::Judged(Judgement::pass(Reason::code("shield.clean")));
        };
        let judgement = Judgement {
            conclusion: if hit.score >= self.look.threshold {
                Conclusion::Deny
            } else {
                Conclusion::Allow
            },
            score: hit.score,
            reason: reason(hit),
        };
        match &self.probing {
            Some(probing) => probing.count(judgement, view),
            None => Finding::Judged(judgement),
        }
    }

    fn counted(&self, judgement: Judgement, memo: Memo, reply: &Reply) -> Finding {
        match &self.probing {
            Some(probing) => probing.escalated(judgement, memo, reply),
            None => Finding::Judged(judgement),
        }
    }
}

fn reason(hit: Hit) -> Reason {
    let count = |n: usize| Detail::Count(u64::try_from(n).unwrap_or(u64::MAX));
    let mut reason = Reason::code(hit.code)
        .with("place", Detail::Text(hit.place.to_string()))
        .with("start", count(hit.start))
        .with("end", count(hit.end));
    if let Some((field, expected)) = hit.expected {
        reason = reason
            .with("field", Detail::Text(field))
            .with("expected", Detail::Text(expected));
    }
    if hit.findings.len() > 1 {
        let codes = hit.findings.iter().map(ToString::to_string).collect();
        reason = reason.with("findings", Detail::Names(codes));
    }
    match hit.excerpt {
        Some(excerpt) => reason.with("excerpt", Detail::Text(excerpt)),
        None => reason,
    }
}
