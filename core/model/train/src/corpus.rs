//! What there is to learn from: texts, which requests hold them, and which text
//! of an attack may be the payload.

use crate::made;
use crate::rows::Row;
use doorward_core::rules::shield::{GRAMS, Inspect, Open, each_gram, inspect_with};
use doorward_core::text::values::Kind;
use std::collections::HashMap;

/// A text once, however many requests hold it.
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    pub(crate) grams: Vec<[u16; GRAMS]>,
}

/// One reading of a value of a request.
pub(crate) struct Reading {
    pub(crate) text: usize,
    /// What the detectors made of it.
    pub(crate) score: u16,
    pub(crate) unfolded: bool,
    /// It may be the payload of an attack.
    pub(crate) payload: bool,
    /// 0 a short value, 1 a text, 2 a document.
    pub(crate) shape: usize,
}

pub(crate) struct Request {
    pub(crate) attack: bool,
    pub(crate) permissive: bool,
    pub(crate) whole: bool,
    pub(crate) source: usize,
    pub(crate) readings: Vec<Reading>,
    /// The detectors' score of the whole.
    pub(crate) score: u16,
}

#[derive(Default)]
pub(crate) struct Corpus {
    pub(crate) texts: Vec<Text>,
    pub(crate) requests: Vec<Request>,
    pub(crate) sources: Vec<String>,
    numbers: HashMap<Vec<u8>, usize>,
}

/// The name of the source of what the trainer makes up.
pub(crate) const MADE: &str = "made";

impl Corpus {
    pub(crate) fn of(rows: &[Row]) -> Self {
        let mut corpus = Self::default();
        for row in rows {
            corpus.add(row);
        }
        let source = corpus.source(MADE);
        for text in made::values() {
            let text = corpus.text(text.as_bytes());
            corpus.requests.push(Request {
                attack: false,
                permissive: true,
                whole: false,
                source,
                readings: vec![Reading {
                    text,
                    score: 0,
                    unfolded: false,
                    payload: false,
                    shape: 0,
                }],
                score: 0,
            });
        }
        corpus.numbers = HashMap::new();
        corpus
    }

    fn source(&mut self, name: &str) -> usize {
        let known = self.sources.iter().position(|source| source == name);
        known.unwrap_or_else(|| {
            self.sources.push(name.to_owned());
            self.sources.len() - 1
        })
    }

    fn text(&mut self, bytes: &[u8]) -> usize {
        if let Some(number) = self.numbers.get(bytes) {
            return *number;
        }
        let mut grams = Vec::new();
        each_gram(bytes, &mut |of_token| {
            grams.push(of_token.map(|gram| gram as u16));
        });
        let number = self.texts.len();
        self.numbers.insert(bytes.to_vec(), number);
        self.texts.push(Text {
            bytes: bytes.to_vec(),
            grams,
        });
        number
    }

    fn add(&mut self, row: &Row) {
        let source = self.source(&row.source);
        let mut readings = Vec::new();
        let request = row.request();
        let hit = inspect_with(&request, &Inspect::default(), &mut |open| {
            readings.push(Reading {
                text: self.text(open.text),
                score: open.score,
                unfolded: open.text.as_ptr() != open.value.text.as_ptr(),
                payload: row.attack && is_payload(&row.place, open),
                shape: open.texture.shape(),
            });
            None
        });
        self.requests.push(Request {
            attack: row.attack,
            permissive: row.permissive,
            whole: row.place == "request",
            source,
            readings,
            score: hit.map_or(0, |hit| hit.score.get()),
        });
    }
}

/// Whether a value stands where the data says that the payload is.
fn is_payload(place: &str, open: &Open<'_>) -> bool {
    let (kind, name) = place.split_once(':').unwrap_or((place, ""));
    let value = open.value;
    if value.is_name && !matches!(kind, "path" | "body" | "request") {
        return false;
    }
    // a plain name or path in an attack is not what makes it one
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_');
    if open.text.iter().all(plain) && (open.score < 5000 || kind == "request") {
        return false;
    }
    let last = |name: &[u8]| {
        let part = name.rsplit(|b| matches!(b, b'/' | b'.')).next();
        part.unwrap_or_default().to_vec()
    };
    match kind {
        "query" => value.kind == Kind::Query && value.name == name.as_bytes(),
        "form" => value.kind == Kind::Form && value.name == name.as_bytes(),
        "json" => value.kind == Kind::Json && last(value.name) == last(name.as_bytes()),
        "cookie" => value.kind == Kind::Cookie && value.name == name.as_bytes(),
        "header" => value.kind == Kind::Header && value.name.eq_ignore_ascii_case(name.as_bytes()),
        "path" => value.kind == Kind::Path,
        "body" => matches!(value.kind, Kind::Body | Kind::Json | Kind::Form),
        "file" => value.kind == Kind::File,
        // a captured request: its browser is no payload unless a detector says so
        _ => value.kind != Kind::Header || open.score >= 5000,
    }
}

/// A text with what varies between copies of one payload taken out.
pub(crate) fn folded(text: &[u8]) -> Vec<u8> {
    let mut decoded = text
        .get(..text.len().min(2000))
        .unwrap_or_default()
        .to_vec();
    for _ in 0..2 {
        decoded = unescape(&decoded);
    }
    decoded.make_ascii_lowercase();
    let mut out: Vec<u8> = Vec::with_capacity(decoded.len());
    for byte in decoded {
        let byte = match byte {
            b'0'..=b'9' => b'0',
            b'\t' | b'\n' | b'\r' => b' ',
            other => other,
        };
        if matches!(byte, b'0' | b' ') && out.last() == Some(&byte) {
            continue;
        }
        out.push(byte);
        for period in 1..=4 {
            let Some(start) = out.len().checked_sub(3 * period) else {
                break;
            };
            let tail = &out[start..];
            if tail[..period] == tail[period..2 * period] && tail[..period] == tail[2 * period..] {
                out.truncate(start + 2 * period);
                break;
            }
        }
    }
    let text = String::from_utf8_lossy(&out);
    let text = text.replace("confirm", "alert").replace("prompt", "alert");
    text.trim().as_bytes().to_vec()
}

fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let digits = text.get(at + 1..at + 3);
        let value = digits
            .filter(|_| text[at] == b'%')
            .and_then(|d| std::str::from_utf8(d).ok())
            .and_then(|d| u8::from_str_radix(d, 16).ok());
        out.push(value.unwrap_or(text[at]));
        at += if value.is_some() { 3 } else { 1 };
    }
    out
}
