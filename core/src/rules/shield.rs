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
//! It never reads `Authorization`, `sec-*`, tokens or ids as content. It does
//! not find logic errors, stolen sessions or anything in an encrypted value.
//! Costs one cheap pass over each value, lexers only where that pass saw a
//! reason. Of a body longer than the bound head and tail are read.

mod codes;
mod evidence;
mod files;
mod gate;
mod inspect;
mod known;
mod ldap;
mod markers;
mod phrases;
mod rce;
mod remote;
mod script;
mod signs;
mod sql_shapes;
mod sqli;
mod ssrf;
mod templates;
mod traversal;
mod windows;
mod xss;

pub use codes::CODES;
pub use inspect::{DEFAULT_THRESHOLD, Hit, Inspect, Place, inspect};

use super::{Finding, Judgement, Kind, Manual, Opt, Rule};
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::policy::{Fault, Options};
use crate::text::json::Value;
use crate::text::values;
use alloc::boxed::Box;
use alloc::string::ToString;

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "shield",
    summary: "Attacks in path, query, body, cookies and headers: a WAF that knows the application.",
    options: &[
        Opt {
            name: "freeText",
            kind: Kind::Texts,
            required: false,
            doc: "Names of fields that hold prose or code by design.",
        },
        Opt {
            name: "ignore",
            kind: Kind::Texts,
            required: false,
            doc: "Names of fields that are not looked at.",
        },
        Opt {
            name: "threshold",
            kind: Kind::Fraction,
            required: false,
            doc: "The score from which a request is denied; default 0.5.",
        },
    ],
    codes: CODES,
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let texts = |name| options.texts(name).unwrap_or_default().to_vec();
    Ok(Box::new(Shield(Inspect {
        free_text: texts("freeText"),
        ignore: texts("ignore"),
        threshold: options.fraction("threshold").unwrap_or(DEFAULT_THRESHOLD),
    })))
}

#[derive(Debug)]
struct Shield(Inspect);

impl Rule for Shield {
    fn reads(&self, reads: &mut Reads) {
        reads.target();
        reads.body();
        reads.context();
        for header in values::HEADERS.iter().chain(&["content-type", "cookie"]) {
            reads.header(header);
        }
    }

    fn find(&self, view: &View<'_>) -> Finding {
        let named = view
            .context
            .get("freeText")
            .and_then(Value::as_list)
            .unwrap_or_default();
        let hit = if named.is_empty() {
            inspect(view.request, &self.0)
        } else {
            let mut options = self.0.clone();
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
        let count = |n: usize| Detail::Count(u64::try_from(n).unwrap_or(u64::MAX));
        let denied = hit.score >= self.0.threshold;
        Finding::Judged(Judgement {
            conclusion: if denied {
                Conclusion::Deny
            } else {
                Conclusion::Allow
            },
            score: hit.score,
            reason: Reason::code(hit.code)
                .with("place", Detail::Text(hit.place.to_string()))
                .with("start", count(hit.start))
                .with("end", count(hit.end)),
        })
    }
}
