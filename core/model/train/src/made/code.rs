//! Lines of programs, put together from names, calls, literals and operators:
//! as content of editors and notebooks they come line by line.

use super::Maker;
use super::structures::{number, word};
use crate::chance::Chance;

pub(super) const MAKERS: &[(Maker, usize)] = &[(line, 16_000), (lines, 2500), (tag_line, 3000)];

const NAMES: &[&str] = &[
    "x",
    "y",
    "i",
    "df",
    "np",
    "plt",
    "ax",
    "self",
    "data",
    "np.random",
    "os.path",
    "pd",
    "model",
    "result",
    "obj",
    "ctx",
    "req",
    "res",
    "app",
    "user",
    "this",
    "$",
    "props",
    "state",
    "it",
    "el",
    "e",
    "err",
    "items",
    "rows",
    "key",
    "fig",
    "train",
    "test",
    "labels",
    "url",
    "path",
    "msg",
    "buf",
    "ptr",
    "args",
    "kwargs",
    "opts",
    "window",
    "document",
    "console",
    "Math",
    "JSON",
    "axes",
    "db",
    "cursor",
    "session",
    "query",
    "table",
    "node",
    "doc",
    "page",
    "system",
];
const CALLS: &[&str] = &[
    "get",
    "set",
    "plot",
    "map",
    "filter",
    "join",
    "split",
    "format",
    "append",
    "push",
    "read",
    "write",
    "open",
    "close",
    "mean",
    "sum",
    "sort",
    "sort_values",
    "groupby",
    "fit",
    "predict",
    "array",
    "linspace",
    "arange",
    "zeros",
    "subplots",
    "hist",
    "scatter",
    "show",
    "log",
    "print",
    "len",
    "str",
    "int",
    "range",
    "list",
    "dict",
    "sorted",
    "require",
    "find",
    "select",
    "where",
    "orderBy",
    "insert",
    "update",
    "delete",
    "execute",
    "count",
    "replace",
    "match",
    "test",
    "exec",
    "parse",
    "stringify",
    "concat",
    "slice",
    "substring",
    "indexOf",
    "then",
    "catch",
    "forEach",
    "querySelector",
    "getElementById",
    "addEventListener",
    "setTimeout",
    "fetch",
    "eval",
    "sleep",
    "exists",
    "isdir",
    "mkdir",
    "char",
    "cat",
    "echo",
    "load",
    "dump",
    "loc",
    "iloc",
    "head",
    "tail",
    "drop",
    "merge",
    "union",
    "reshape",
    "T",
    "dtype",
];

fn name(chance: &mut Chance) -> String {
    match chance.below(4) {
        0 => word(chance),
        1 => format!(
            "{}_{}",
            word(chance).to_lowercase(),
            word(chance).to_lowercase()
        ),
        _ => chance.pick(NAMES).to_owned(),
    }
}

fn text(chance: &mut Chance) -> String {
    let quote = chance.pick(&["'", "'", "\"", "\"", "`", "\"\"\""]);
    let inside = match chance.below(9) {
        0 => String::new(),
        1 => format!("{} {}", word(chance), word(chance)),
        2 => format!(
            "{}/{}.{}",
            word(chance),
            word(chance),
            chance.pick(&["csv", "png", "js", "txt"])
        ),
        3 => format!("%s: %d {}", word(chance)),
        4 => format!("{{}} {}", word(chance)),
        5 => chance
            .pick(&[
                "-", "--", "o", "\\n", ",", "*", "#", "/", ".", ":", ";", "<br>", "&", "=", "$",
            ])
            .to_owned(),
        6 => format!("#{:06x}", chance.below(1 << 24)),
        7 => format!("[^{}]+", word(chance)),
        _ => word(chance),
    };
    format!("{quote}{inside}{quote}")
}

fn term(chance: &mut Chance, depth: usize) -> String {
    match chance.below(if depth > 2 { 5 } else { 12 }) {
        0 | 1 => name(chance),
        2 => number(chance),
        3 => text(chance),
        4 => chance
            .pick(&[
                "True",
                "None",
                "null",
                "false",
                "undefined",
                "nil",
                "[]",
                "{}",
                "()",
                "''",
            ])
            .to_owned(),
        5 => format!("{}.{}", name(chance), word(chance)),
        6 | 7 => call(chance, depth + 1),
        8 => format!("{}[{}]", name(chance), term(chance, depth + 1)),
        9 => format!("[{}]", arguments(chance, depth + 1)),
        10 => format!("({})", expression(chance, depth + 1)),
        _ => format!("{}[{}:{}]", name(chance), number(chance), number(chance)),
    }
}

fn arguments(chance: &mut Chance, depth: usize) -> String {
    let count = chance.below(5);
    let gap = chance.pick(&[", ", ", ", ","]);
    let all: Vec<String> = (0..count)
        .map(|_| {
            let value = term(chance, depth);
            match chance.below(4) {
                0 => format!("{}={value}", name(chance)),
                1 if chance.may(30) => format!("{}: {value}", name(chance)),
                _ => value,
            }
        })
        .collect();
    all.join(gap)
}

fn call(chance: &mut Chance, depth: usize) -> String {
    let mut text = if chance.may(60) {
        format!("{}.{}", name(chance), chance.pick(CALLS))
    } else {
        chance.pick(CALLS).to_owned()
    };
    text = format!("{text}({})", arguments(chance, depth + 1));
    while chance.may(20) {
        text = format!(
            "{text}.{}({})",
            chance.pick(CALLS),
            arguments(chance, depth + 1)
        );
    }
    text
}

fn expression(chance: &mut Chance, depth: usize) -> String {
    let mut text = term(chance, depth);
    for _ in 0..chance.below(3) {
        let sign = chance.pick(&[
            " + ", " - ", " * ", "*", "+", " / ", "**", " == ", " != ", " < ", " > ", " >= ",
            " && ", " || ", " and ", " or ", " & ", " | ", " % ", " // ", " in ", " is not ",
            " ? ", " : ", " === ", " << ", " ~ ",
        ]);
        text = format!("{text}{sign}{}", term(chance, depth + 1));
    }
    text
}

fn line(chance: &mut Chance) -> String {
    let value = expression(chance, 0);
    let (a, b) = (name(chance), name(chance));
    let text = match chance.below(35) {
        0..=4 => format!("{a} = {value}"),
        5..=9 => call(chance, 0),
        10 => format!("{a}, {b} = {value}"),
        11 => format!("for {a} in {value}:"),
        12 => format!("if {value}:"),
        13 => format!("if ({value}) {{"),
        14 => format!("return {value}"),
        15 => format!("const {a} = {value};"),
        16 => format!("from {a} import {b}"),
        17 => format!("# {} {} {}", word(chance), chance.pick(NAMES), value),
        18 => format!("// {} {}", word(chance), value),
        19 => format!("def {}({}):", word(chance), arguments(chance, 1)),
        20 => format!("function {}({a}, {b}) {{ return {value}; }}", word(chance)),
        21 => format!("({a}, {b}) => {value}"),
        22 => format!("{a} += {value};"),
        23 => format!("{{ {a}: {value}, {b}: {} }}", term(chance, 1)),
        24 => format!("print({value})"),
        25 => format!("}} else if ({value}) {{"),
        26 => format!(
            "%{} {a}",
            chance.pick(&["matplotlib inline", "timeit", "run", "load_ext"])
        ),
        27 => format!(
            "!{} {a} | {} {b}",
            chance.pick(&["ls", "cat", "head", "pip install", "curl -O", "wc -l"]),
            chance.pick(&["head", "grep", "sort", "less"])
        ),
        30 | 31 => format!(
            "{}.{}({})",
            text(chance),
            chance.pick(&["join", "format", "split", "replace", "concat", "repeat"]),
            arguments(chance, 1)
        ),
        32 => {
            let name = chance.pick(&[
                "VLOOKUP",
                "SUMIF",
                "IF",
                "COUNTIF",
                "INDEX",
                "CONCATENATE",
                "TEXT",
                "LEFT",
                "MATCH",
            ]);
            format!(
                "={name}({a}{};'{b} {}'!$A$1:$B${};{};{value})",
                number(chance),
                word(chance),
                chance.below(99),
                chance.pick(&["2", "0", "FALSE", "\"\""])
            )
        }
        33 | 34 => format!(
            "{}({})",
            chance.pick(&[
                "system", "exec", "eval", "include", "require", "open", "print", "assert", "import"
            ]),
            expression(chance, 1)
        ),
        28 => format!("[{value} for {a} in {b} if {}]", expression(chance, 1)),
        29 => pattern(chance),
        _ => format!("lambda {a}: {value}"),
    };
    let indent = chance.pick(&["", "", "    ", "  ", "\t", "        "]);
    let end = chance.pick(&["", "", ";", "\n", "\n", ");", ",", ")", "  # ok\n"]);
    format!("{indent}{text}{end}")
}

/// A regular expression at work.
fn pattern(chance: &mut Chance) -> String {
    let (a, b) = (name(chance), word(chance));
    let body = chance.pick(&["", "\\d+", "^", "(.*?)", "[a-z]+", "\\s*", "|"]);
    let flags = chance.pick(&["", "", "g", "i", "gi", "m"]);
    let use_of = match chance.below(4) {
        0 => format!("/{body}{b}/{flags}.exec({a})"),
        1 => format!("/{b}{body}/{flags}.test({a})"),
        2 => format!("{a}.match(/{b}{body}/{flags})"),
        _ => format!("{a}.replace(/{body}{b}/{flags}, '{b}')"),
    };
    match chance.below(3) {
        0 => format!("{} {a} = {use_of};", chance.pick(&["const", "let", "var"])),
        1 => format!("if ({use_of}) {{"),
        _ => use_of,
    }
}

fn lines(chance: &mut Chance) -> String {
    let count = chance.between(2, 20);
    let all: Vec<String> = (0..count).map(|_| line(chance)).collect();
    all.join(chance.pick(&["\n", "\n", "\n\n", "\\n", "; "]))
}

/// One tag on a line of its own, as editors and printed tables send them.
fn tag_line(chance: &mut Chance) -> String {
    let tag = chance.pick(&[
        "div",
        "p",
        "table",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "style",
        "style scoped",
        "span",
        "ul",
        "li",
        "a",
        "t t-if",
        "h3",
        "b",
        "i",
        "br/",
        "hr /",
        "img",
        "section",
        "v-card",
        "x:foo",
        "template",
        "field",
        "item",
        "g",
        "rect",
        "html",
        "head",
        "body",
        "link",
        "meta",
        "form",
        "input",
        "label",
        "button",
        "select",
        "option",
        "svg",
        "path",
        "code",
    ]);
    let (a, b) = (word(chance), word(chance));
    let indent = chance.pick(&["", "", "  ", "    ", "\t"]);
    let end = chance.pick(&["", "\n", "\n", "\r\n"]);
    let text = match chance.below(9) {
        0 | 1 => format!("<{tag}>"),
        2 | 3 => format!("</{}>", tag.split([' ', '/']).next().unwrap_or_default()),
        4 => format!("<{tag} {a}=\"{b}\">"),
        5 => format!(
            "<{tag} class='{a} {b}' id=\"{b}\">{a}</{}>",
            tag.split([' ', '/']).next().unwrap_or_default()
        ),
        6 => format!("<{tag} style=\"text-align: {a};\">"),
        7 => format!("<{tag} t-if=\"{a}.{b}() &amp;&amp; !{b}\" data-{a}='{{\"{b}\":1}}'>"),
        _ => format!("<{tag}>{a} &lt;{b}&gt;"),
    };
    format!("{indent}{text}{end}")
}
