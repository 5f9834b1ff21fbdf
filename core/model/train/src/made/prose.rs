//! Sentences put together from the words that prose shares with queries,
//! commands and pages: letters to a shop, contracts, search terms, notes, feeds.

use super::Maker;
use super::structures::{number, word};
use crate::chance::Chance;
use std::fmt::Write;

pub(super) const MAKERS: &[(Maker, usize)] = &[
    (prose, 14_000),
    (terms, 5000),
    (amount, 2500),
    (scraps, 3000),
    (feed, 1500),
    (embedded, 2500),
];

const PLAIN: &[&str] = &[
    "the",
    "a",
    "of",
    "to",
    "I",
    "you",
    "we",
    "it",
    "that",
    "this",
    "please",
    "door",
    "shop",
    "goods",
    "price",
    "week",
    "day",
    "minutes",
    "hours",
    "people",
    "room",
    "chairs",
    "red",
    "blue",
    "new",
    "old",
    "my",
    "your",
    "our",
    "was",
    "were",
    "have",
    "has",
    "can",
    "will",
    "would",
    "should",
    "need",
    "want",
    "think",
    "about",
    "with",
    "without",
    "for",
    "on",
    "at",
    "after",
    "before",
    "again",
    "still",
    "only",
    "also",
    "very",
    "good",
    "bad",
    "first",
    "second",
    "next",
    "last",
    "answer",
    "question",
    "problem",
    "error",
    "page",
    "button",
    "sensor",
    "invoice",
    "customer",
    "buyer",
    "seller",
    "party",
    "agreement",
    "unit",
    "student",
    "teacher",
    "club",
    "book",
    "story",
    "music",
    "dinner",
    "dog",
    "water",
    "house",
    "street",
    "train",
    "ticket",
    "don't",
    "can't",
    "it's",
    "I'm",
    "he's",
    "we'll",
    "they're",
    "who's",
    "o'clock",
    "cat's",
    "users'",
    "isn't",
];
const SHARED: &[&str] = &[
    "select",
    "Select",
    "union",
    "Union",
    "all",
    "where",
    "WHEREAS",
    "order",
    "by",
    "group",
    "having",
    "drop",
    "table",
    "insert",
    "into",
    "update",
    "set",
    "delete",
    "from",
    "or",
    "or",
    "and",
    "and",
    "like",
    "between",
    "in",
    "is",
    "not",
    "null",
    "case",
    "when",
    "then",
    "else",
    "end",
    "limit",
    "values",
    "join",
    "left",
    "right",
    "cast",
    "convert",
    "char",
    "count",
    "if",
    "exists",
    "sleep",
    "delay",
    "wait",
    "load",
    "file",
    "user",
    "system",
    "cat",
    "rm",
    "ls",
    "ping",
    "id",
    "who",
    "kill",
    "date",
    "echo",
    "script",
    "image",
    "alert",
    "eval",
    "form",
    "input",
    "body",
    "link",
    "open",
    "close",
    "exec",
    "execute",
    "call",
    "master",
    "schema",
    "database",
    "password",
    "admin",
    "root",
    "function",
    "document",
    "cookie",
    "window",
    "src",
    "onload",
    "find",
    "grep",
    "head",
    "tail",
    "more",
    "less",
    "host",
    "port",
    "config",
    "include",
    "require",
    "version",
    "benchmark",
    "procedure",
];
const TERMS: &[&str] = &[
    "sql",
    "mysql",
    "postgres",
    "javascript",
    "python",
    "php",
    "java",
    "linux",
    "bash",
    "css",
    "html",
    "react",
    "node",
    "docker",
    "how",
    "to",
    "vs",
    "example",
    "tutorial",
    "error",
    "performance",
    "in",
    "with",
    "not working",
    "w3schools",
    "install",
    "windows",
    "command",
    "query",
    "statement",
    "tag",
    "attribute",
    "syntax",
    "escape",
    "string",
    "multiple",
    "columns",
    "rows",
    "server",
];

fn prose(chance: &mut Chance) -> String {
    let shared = [8, 20, 35][chance.below(3)];
    let mut text = String::new();
    for place in 0..chance.between(3, 36) {
        if place > 0 {
            text += match chance.below(24) {
                0 | 1 => ", ",
                2 => ". ",
                3 => "; ",
                4 => " - ",
                5 => " -- ",
                6 => "/",
                7 => " & ",
                8 => "? ",
                9 => "... ",
                10 if chance.may(40) => "\n",
                11 if chance.may(40) => " = ",
                12 if chance.may(40) => " + ",
                _ => " ",
            };
        }
        let one = if chance.may(shared) {
            chance.pick(SHARED).to_owned()
        } else if chance.may(7) {
            number(chance)
        } else {
            chance.pick(PLAIN).to_owned()
        };
        let _ = match chance.below(40) {
            0 => write!(text, "'{one}'"),
            1 => write!(text, "\"{one}\""),
            2 => write!(text, "({one})"),
            3 => write!(text, "(\"{one}\")"),
            4 => write!(text, "`{one}`"),
            5 => write!(text, "{}", one.to_uppercase()),
            6 => write!(text, "[{one}]"),
            _ => write!(text, "{one}"),
        };
    }
    text + chance.pick(&["", "", ".", "?", "!", " :-)", " --", "'", "..."])
}

/// What is typed into a search box.
fn terms(chance: &mut Chance) -> String {
    let count = chance.between(1, 7);
    let all: Vec<&str> = (0..count)
        .map(|_| match chance.below(5) {
            0 | 1 => chance.pick(SHARED),
            2 => chance.pick(PLAIN),
            _ => chance.pick(TERMS),
        })
        .collect();
    let text = all.join(" ");
    match chance.below(8) {
        0 => format!("\"{text}\""),
        1 => format!("{text} {}", number(chance)),
        2 => format!("{text}?"),
        _ => text,
    }
}

/// `1 or 2 people`
fn amount(chance: &mut Chance) -> String {
    let (a, b) = (chance.below(60), chance.below(60));
    let noun = chance.pick(PLAIN);
    let join = chance.pick(&[
        "or", "and", "to", "x", "of", "in", "/", "-", "or maybe", "and/or", "=", "<", "+", "like",
        "by",
    ]);
    let lead = chance.pick(&[
        "",
        "",
        "I'd take ",
        "for ",
        "about ",
        "buy ",
        "if ",
        "only ",
    ]);
    match chance.below(5) {
        0 => format!("{lead}{a} {join} {b}"),
        1 => format!("{lead}{a} {join} {b} {noun} {}", chance.pick(PLAIN)),
        2 => format!("{lead}{a} {join} get {b} for {a}"),
        3 => format!("{lead}{a} {noun} {join} {b} {noun}"),
        _ => format!("{lead}{a} {join} {b} {noun}"),
    }
}

/// Faces, arrows, drawings, marks of other scripts.
fn scraps(chance: &mut Chance) -> String {
    let marks = [
        "<3",
        ":-)",
        ";-)",
        "<(^_^)>",
        "(╯°□°)╯",
        "->",
        "<-",
        "=>",
        "<<",
        ">>",
        "***",
        "---",
        "===",
        "|",
        "/\\",
        "\\o/",
        "^^",
        "~~",
        "#1",
        "@",
        "&",
        "%",
        "$$",
        "!!",
        "?!",
        "...",
        "'",
        "\"",
        "(",
        ")",
        "[x]",
        "[ ]",
        "{}",
        "<b>",
        "<none>",
        "<insert name>",
        "+1",
        "-1",
        "1/2",
        "½",
        "您好",
        "谢谢",
        "；",
        "（或者",
        "）",
        "“",
        "”",
        "ありがとう",
        "привет",
        "مرحبا",
        "🎉",
        "❤️",
        "§",
        "©",
        "°",
        "€",
        "A+",
        "C++",
        "C#",
        ".NET",
        "&amp;",
        "&lt;",
        "&quot;",
    ];
    let count = chance.between(1, 8);
    let mut text = String::new();
    for _ in 0..count {
        text += chance.pick(&marks);
        text += chance.pick(&["", " ", " ", ""]);
        if chance.may(40) {
            text += chance.pick(PLAIN);
            text += chance.pick(&["", " "]);
        }
    }
    text
}

/// Documents in XML, whole.
fn feed(chance: &mut Chance) -> String {
    let (a, b) = (word(chance), word(chance));
    let space = chance.pick(&[
        "http://www.w3.org/2005/Atom",
        "http://www.w3.org/1999/xhtml",
        "urn:x",
        "http://schemas.xmlsoap.org/soap/envelope/",
        "DAV:",
        "http://www.w3.org/2000/svg",
        "http://purl.org/rss/1.0/",
    ]);
    let head = chance.pick(&[
        "",
        "<?xml version=\"1.0\"?>",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n",
        "<!DOCTYPE html>",
    ]);
    let inside = prose(chance);
    match chance.below(4) {
        0 => format!("{head}<{a} xmlns=\"{space}\"><{b} type=\"html\">{inside}</{b}></{a}>"),
        1 => format!(
            "{head}<x:{a} xmlns:x=\"{space}\"><x:{b}>{inside}</x:{b}><id>urn:uuid:{}</id></x:{a}>",
            number(chance)
        ),
        2 => format!(
            "{head}<html xmlns=\"{space}\"\n      xml:lang=\"en\">\n<body>{inside}</body></html>"
        ),
        _ => format!("{head}<{a} xmlns='{space}'/>"),
    }
}

/// Frames, scripts and styles that editors store, and the same escaped.
fn embedded(chance: &mut Chance) -> String {
    let host = chance.pick(&[
        "www.youtube.com/embed/",
        "maps.example/embed?pb=!1m18!1m12",
        "player.example/video/",
        "cdn.example/",
        "/assets/",
    ]);
    let (a, n) = (word(chance), number(chance));
    let text = match chance.below(8) {
        0 | 1 => format!(
            "<iframe src=\"https://{host}{a}{n}\" width=\"600\" height=\"450\" style=\"border:0;\" loading=\"lazy\" allowfullscreen></iframe>"
        ),
        2 => format!("<script src=\"https://{host}{a}.js\" async></script>"),
        3 => format!("<script src=\"/{a}.js\"></script>"),
        4 => format!("<img src=\"https://{host}{a}.png\" width={n} loading=lazy alt=\"{a}'s\"/>"),
        5 => format!("<link rel=\"stylesheet\" href=\"https://{host}{a}.css\"/>"),
        6 => {
            format!("<div id=\"{a}\" class=\"{a}\"><style>.{a} {{position: fixed;}}</style></div>")
        }
        _ => format!("<object data=\"{a}.pdf\" type=\"application/pdf\"></object>"),
    };
    if chance.may(40) {
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let text = if chance.may(50) {
            text.replace('"', "&quot;")
        } else {
            text
        };
        return format!("{text} {}", prose(chance));
    }
    text
}
