//! `detectPromptInjection`: texts that would have a model obey somebody else.
//!
//! Judges `context.message`, and the user's and tools' texts in a JSON body of a
//! chat (`messages[].content`, `prompt`, `input` and their kin) or a plain one, by
//! a model that is in the pack `doorward/prompt` ([`crate::text::prompt`];
//! `core/model/prompt.md` says what it learnt and how well it does). What looks
//! different is read as it looks, what is encoded is decoded. The window that
//! weighs most is the text's score and its place in the reason; the text itself
//! is never shown.
//!
//! It finds instructions to ignore instructions, to give away the system prompt,
//! to play someone without rules, faked turns and their kin, in many languages.
//! Whoever asks about such things is none. It does not find harmful requests as
//! such, nor a polite sentence in a document that asks for something the
//! application does not want: say `source: "document"` there, and never give a
//! model that reads strangers' texts the power to act on them. Costs some ten
//! microseconds for a sentence.

use super::{Code, Finding, Judgement, Kind, Manual, Opt, Rule, page};
use crate::decision::{Conclusion, Detail, Reason};
use crate::engine::{Reads, View};
use crate::pack::Pack;
use crate::policy::{Fault, Options};
use crate::text::json::Value;
use crate::text::prompt::{Bar, Disguise, Model, Read};
use crate::units::Score;
use alloc::boxed::Box;
use alloc::string::{String, ToString};

mod chat;

/// The pack's name.
pub const PACK: &str = "prompt";

const SOURCES: &[&str] = &["user", "tool", "document"];

/// Belief from which a text is an injection, unless the policy says otherwise.
pub const THRESHOLD: Score = Score::ten_thousandths(5000);

/// Its manual page.
pub(super) const MANUAL: Manual = Manual {
    name: "detectPromptInjection",
    summary: page("Prompt injection in `context.message` and in the bodies of chats."),
    options: &[
        Opt {
            name: "source",
            kind: Kind::Word(SOURCES),
            required: false,
            doc: "Where the texts come from: `user` (default), or `tool` or `document`, in which \
                  instructions do not belong, so that less is enough.",
        },
        Opt {
            name: "threshold",
            kind: Kind::Fraction,
            required: false,
            doc: page("The score from which a text is denied; default 0.5."),
        },
    ],
    codes: &[
        Code {
            code: "prompt.ok",
            saw: "no text reads like an injection",
            change: "",
        },
        Code {
            code: "prompt.absent",
            saw: "there is neither context.message nor a body with the text of a chat",
            change: "",
        },
        Code {
            code: "prompt.injection",
            saw: "bytes {start} to {end} of {place} read like instructions to the model",
            change: "a text without them, a higher threshold, or a DRY_RUN rule until it is trusted",
        },
    ],
    on_error: Conclusion::Allow,
    compile,
};

fn compile(options: &Options<'_>) -> Result<Box<dyn Rule>, Fault> {
    let pack = options.pack("packs", PACK)?;
    if Model::parse(pack.body()).is_err() {
        return Err(Fault::new(
            "packs",
            "a pack \"prompt\" of another version of Doorward",
            "the one that came with this version",
        ));
    }
    Ok(Box::new(DetectPromptInjection {
        pack: pack.clone(),
        bar: match options.word("source") {
            Some("tool") => Bar::Tool,
            Some("document") => Bar::Document,
            _ => Bar::User,
        },
        threshold: options.fraction("threshold").unwrap_or(THRESHOLD),
    }))
}

#[derive(Debug)]
struct DetectPromptInjection {
    pack: Pack,
    bar: Bar,
    threshold: Score,
}

/// The strongest text.
struct Strongest {
    score: Score,
    read: Read,
    place: String,
}

/// What a model makes of one text: belief, and where it comes from.
#[must_use]
pub fn judge(model: &Model<'_>, text: &[u8], bar: Bar) -> (Score, Read) {
    let read = model.read(text);
    (Score::ten_thousandths(belief(model.over(&read, bar))), read)
}

/// A belief in ten thousandths from how far a sum is over the least of an
/// injection: half there, and never quite certain.
fn belief(over: i32) -> u16 {
    const HALFWAY: i32 = 48;
    let over = over.clamp(-1_000_000, 1_000_000);
    let scale = over.saturating_abs().saturating_add(HALFWAY);
    let part = i64::from(over).saturating_mul(5000);
    // the scale is never zero
    let part = part.checked_div(i64::from(scale)).unwrap_or_default();
    u16::try_from(part.saturating_add(5000)).unwrap_or_default()
}

impl Rule for DetectPromptInjection {
    fn reads(&self, reads: &mut Reads) {
        reads.context();
        reads.body();
        reads.header("content-type");
    }

    fn find(&self, view: &View<'_>) -> Finding {
        // parsed when the policy was compiled: these bytes read
        let Ok(model) = Model::parse(self.pack.body()) else {
            return Finding::Undetermined(Reason::code("prompt.absent"));
        };
        let mut best: Option<Strongest> = None;
        let mut look = |text: &str, place: &dyn Fn() -> String, tool: bool| {
            let bar = if tool && self.bar == Bar::User {
                Bar::Tool
            } else {
                self.bar
            };
            let (score, read) = judge(&model, text.as_bytes(), bar);
            if best.as_ref().is_none_or(|best| score > best.score) {
                best = Some(Strongest {
                    score,
                    read,
                    place: place(),
                });
            }
        };
        if let Some(message) = view.context.get("message").and_then(Value::as_text) {
            look(message, &|| "context.message".to_string(), false);
        }
        chat::each(view.request, &mut look);
        match best {
            Some(best) if best.score >= self.threshold => Finding::Judged(Judgement {
                conclusion: Conclusion::Deny,
                score: best.score,
                reason: found(&best),
            }),
            Some(best) => Finding::Judged(Judgement {
                conclusion: Conclusion::Allow,
                score: best.score,
                reason: Reason::code("prompt.ok"),
            }),
            None => Finding::Judged(Judgement::pass(Reason::code("prompt.absent"))),
        }
    }
}

fn found(best: &Strongest) -> Reason {
    let count = |n: usize| Detail::Count(u64::try_from(n).unwrap_or(u64::MAX));
    let reason = Reason::code("prompt.injection")
        .with("place", Detail::Text(best.place.clone()))
        .with("start", count(best.read.start))
        .with("end", count(best.read.end));
    match best.read.disguise {
        Disguise::None => reason,
        disguise => reason.with("disguise", Detail::Text(disguise.word().to_string())),
    }
}
