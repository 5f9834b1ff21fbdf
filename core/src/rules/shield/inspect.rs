//! The shield's look at one request: every value through the gate, what passes
//! it to the detectors, the strongest evidence out.
//!
//! A value is read as it is and, where something in it is written in a
//! disguise, once more unfolded; a value that is base64 of text is read decoded.
//! In a field the application marked as free text only what attacks a machine
//! by being read counts ([`COUNTS_IN_FREE_TEXT`]). Scores are beliefs per value;
//! the strongest is the request's. Linear in the request; three buffers live as
//! long as the call.

use super::evidence::{Evidence, Strongest};
use super::traversal::Clues;
use super::{gate, markers, rce, sqli, ssrf, traversal, xss};
use crate::request::Request;
use crate::text::cursor::starts_with_ci;
use crate::text::sql::Token;
use crate::text::values::{Kind, Value, each_value};
use crate::text::{hidden_text, unfold};
use crate::units::Score;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// From this score on a request is taken for an attack unless the policy says otherwise.
pub const DEFAULT_THRESHOLD: Score = Score::ten_thousandths(5000);

/// Code prefixes that count even where prose and code are expected.
const COUNTS_IN_FREE_TEXT: [&str; 4] = [
    "shield.log4shell.jndi",
    "shield.log4shell.lookup",
    "shield.deserialization.",
    "shield.code.java",
];

/// Longest name kept in a [`Place`].
const NAME_LENGTH: usize = 64;

/// How to look.
#[derive(Clone, Debug)]
pub struct Inspect {
    /// Names whose values are prose or code by design.
    pub free_text: Vec<String>,
    /// Names whose values are not looked at.
    pub ignore: Vec<String>,
    /// The score from which a hit means an attack.
    pub threshold: Score,
}

impl Default for Inspect {
    fn default() -> Self {
        Self {
            free_text: Vec::new(),
            ignore: Vec::new(),
            threshold: DEFAULT_THRESHOLD,
        }
    }
}

/// Where a value stands, e.g. `query:q`, `json:/user/name`, `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The kind of place.
    pub kind: Kind,
    /// Its name, cut to a bounded length; empty for the path, a raw body, and
    /// where the name itself was the value.
    pub name: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Path => "path",
            Kind::Query => "query",
            Kind::Form => "form",
            Kind::Json => "json",
            Kind::Cookie => "cookie",
            Kind::Header => "header",
            Kind::File | Kind::Upload => "file",
            Kind::Body | Kind::Xml => "body",
        })?;
        if self.name.is_empty() {
            Ok(())
        } else {
            write!(f, ":{}", self.name)
        }
    }
}

/// The strongest evidence in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// One of [`super::CODES`].
    pub code: &'static str,
    /// The belief that the request is an attack.
    pub score: Score,
    /// Where it was seen.
    pub place: Place,
    /// First byte in the decoded value.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// Looks at every value of `request` and returns the strongest hit, however weak.
#[must_use]
pub fn inspect(request: &Request<'_>, options: &Inspect) -> Option<Hit> {
    let mut room = Room::default();
    let mut best: Option<Hit> = None;
    each_value(request, &mut |value| {
        if is_named(value.name, &options.ignore) {
            return;
        }
        let free = is_named(value.name, &options.free_text);
        let Some(found) = room.value(&value, free) else {
            return;
        };
        if best
            .as_ref()
            .is_none_or(|kept| kept.score.get() < found.score)
        {
            best = Some(Hit {
                code: found.code,
                score: Score::ten_thousandths(found.score),
                place: Place {
                    kind: value.kind,
                    name: shown_name(value.name),
                },
                start: found.start,
                end: found.end,
            });
        }
    });
    best
}

/// Buffers that values share.
#[derive(Default)]
struct Room {
    unfolded: Vec<u8>,
    spare: Vec<u8>,
    tokens: Vec<Token>,
}

impl Room {
    fn value(&mut self, value: &Value<'_>, free: bool) -> Option<Evidence> {
        let mut best = Strongest::default();
        let signs = gate::scan(value.text);
        view(
            value,
            value.text,
            false,
            &signs,
            free,
            &mut self.tokens,
            &mut best,
        );
        if signs.folded() && unfold::unfold(value.text, &mut self.unfolded, &mut self.spare) {
            let signs = gate::scan(&self.unfolded);
            view(
                value,
                &self.unfolded,
                true,
                &signs,
                free,
                &mut self.tokens,
                &mut best,
            );
        }
        if signs.texture.words <= 4 && hidden_text::decode(value.text, &mut self.unfolded) {
            let signs = gate::scan(&self.unfolded);
            view(
                value,
                &self.unfolded,
                true,
                &signs,
                free,
                &mut self.tokens,
                &mut best,
            );
        }
        best.0
    }
}

/// One reading of a value through the detectors it deserves.
fn view(
    value: &Value<'_>,
    text: &[u8],
    unfolded: bool,
    signs: &gate::Signs,
    free: bool,
    tokens: &mut Vec<Token>,
    best: &mut Strongest,
) {
    let mut add = |found: Option<Evidence>| {
        let counts = |code: &str| {
            COUNTS_IN_FREE_TEXT
                .iter()
                .any(|prefix| code.starts_with(prefix))
        };
        if let Some(found) = found.filter(|found| !free || counts(found.code)) {
            best.add(found);
        }
    };
    let texture = signs.texture;
    add(signs.known.strongest(texture));
    if signs.markers() {
        add(markers::find_in(value.kind, text, texture));
    }
    if free || value.kind == Kind::Xml {
        return;
    }
    let reach = Reach::of(value);
    if reach.files && signs.path() {
        let clues = Clues {
            unfolded,
            secret: signs.secret(),
            scheme: signs.scheme(),
        };
        add(traversal::find_in(value.kind, text, clues, texture));
    }
    if signs.scheme() {
        add(ssrf::find_in(text));
    }
    if reach.database && signs.sql() {
        let part = statement_part(value.kind, text);
        let offset = text.len().saturating_sub(part.len());
        add(sqli::find(part, texture, tokens).map(|found| found.shifted(offset)));
    }
    if reach.page && signs.markup() {
        add(xss::find(text, texture));
    }
    if reach.shell && signs.shell() {
        add(rce::find_in(text, signs.idiom(), texture));
    }
}

/// What may land in a statement: a path's parameter is its first segment that
/// is no plain name.
fn statement_part(kind: Kind, text: &[u8]) -> &[u8] {
    if kind != Kind::Path {
        return text;
    }
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'~');
    let odd = text
        .iter()
        .position(|b| !plain(b) && *b != b'/')
        .unwrap_or(text.len());
    let start = text
        .get(..odd)
        .and_then(|head| head.iter().rposition(|b| *b == b'/'))
        .map_or(0, |at| at.saturating_add(1));
    text.get(start..).unwrap_or_default()
}

/// Where an application may put a value.
struct Reach {
    page: bool,
    database: bool,
    shell: bool,
    files: bool,
}

impl Reach {
    fn of(value: &Value<'_>) -> Self {
        let all = Self {
            page: true,
            database: true,
            shell: true,
            files: true,
        };
        match value.kind {
            // `;` and parentheses are the syntax of these headers
            Kind::Header => match value.name {
                b"referer" | b"x-forwarded-for" | b"x-forwarded-host" | b"x-original-url"
                | b"x-rewrite-url" | b"x-api-version" => all,
                b"user-agent" => Self {
                    shell: starts_with_ci(value.text, b"() {"),
                    ..all
                },
                _ => Self {
                    page: false,
                    database: false,
                    shell: false,
                    files: false,
                },
            },
            Kind::Upload => Self {
                page: false,
                database: false,
                shell: false,
                files: false,
            },
            Kind::File => Self {
                database: false,
                ..all
            },
            _ => all,
        }
    }
}

/// Whether `names` has this name: whole, or its last part in `a[b]`, `/a/b`, `a.b`.
fn is_named(name: &[u8], names: &[String]) -> bool {
    if names.is_empty() || name.is_empty() {
        return false;
    }
    let part = name
        .rsplit(|b| matches!(b, b'/' | b'[' | b'.'))
        .map(|part| part.strip_suffix(b"]").unwrap_or(part))
        .find(|part| !part.is_empty() && !part.iter().all(u8::is_ascii_digit));
    names.iter().any(|wanted| {
        let wanted = wanted.as_bytes();
        name.eq_ignore_ascii_case(wanted)
            || part.is_some_and(|part| part.eq_ignore_ascii_case(wanted))
    })
}

fn shown_name(name: &[u8]) -> String {
    let short = name.get(..name.len().min(NAME_LENGTH)).unwrap_or_default();
    String::from_utf8_lossy(short).into_owned()
}
