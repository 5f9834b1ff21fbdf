//! Values that machines write: lists, pairs, nested marks, JSON, URLs, tokens,
//! browsers' names, measurements, log lines.

use super::Maker;
use crate::chance::Chance;
use std::fmt::Write;

pub(super) const MAKERS: &[(Maker, usize)] = &[
    (list, 5000),
    (pairs, 6000),
    (nested, 4000),
    (json, 4000),
    (url, 6000),
    (token, 5000),
    (browser, 1500),
    (log_line, 1500),
    (style, 1500),
    (measure, 1200),
    (file_name, 2500),
    (place, 2500),
    (path, 2500),
];

const WORDS: &str = "page view user cart item sess id uid gid ref src time date start end zone area event click scroll load tag key val x y w h lang os br ua dev mobile web app shop home news sport list grid top left right main menu header footer promo hero ad slot size pos idx cnt num sum avg total price tax qty sku cat brand color red blue green black small large medium new old true false null none yes no on off ok err code status state city zip country de en fr us uk jp sort group order select from where and or not in like is by set update delete union all case when then limit offset table index count max min char length sleep version exec system cmd cat ls dir find grep head tail echo ping test admin login root script image style href onload title form input button video audio frame link meta base data config env log file path bin etc tmp var proc host port http https php html css js json xml";

pub(super) fn word(chance: &mut Chance) -> String {
    if chance.may(70) {
        let words: Vec<&str> = WORDS.split(' ').collect();
        return chance.pick(&words).to_owned();
    }
    let length = chance.between(1, 10);
    letters(
        chance,
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        length,
    )
}

fn letters(chance: &mut Chance, alphabet: &str, length: usize) -> String {
    let alphabet = alphabet.as_bytes();
    (0..length)
        .map(|_| char::from(alphabet[chance.below(alphabet.len())]))
        .collect()
}

pub(super) fn number(chance: &mut Chance) -> String {
    match chance.below(20) {
        0..=7 => chance.below(100).to_string(),
        8..=11 => chance.between(100, 99_999).to_string(),
        12..=14 => chance.between(1_000_000_000, 9_999_999_999_999).to_string(),
        15..=17 => {
            let (whole, part) = (chance.below(2000), chance.below(1_000_000));
            let sign = if chance.may(15) { "-" } else { "" };
            format!("{sign}{whole}.{part}")
        }
        _ => format!("-{}", chance.between(1, 99)),
    }
}

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX: &str = "0123456789abcdef";

pub(super) fn token(chance: &mut Chance) -> String {
    let lengths = [8, 12, 16, 22, 24, 32, 40, 43, 64, 86, 120, 300, 700];
    let length = lengths[chance.below(lengths.len())];
    match chance.below(20) {
        0..=4 => letters(chance, HEX, length),
        5..=6 => {
            let part = |chance: &mut Chance, length| letters(chance, HEX, length);
            let parts = [8, 4, 4, 4, 12].map(|length| part(chance, length));
            parts.join("-")
        }
        7..=10 => letters(chance, BASE64_URL, length),
        11..=15 => {
            let mut text = letters(chance, BASE64, length);
            if chance.may(30) {
                let run = chance.pick(&["/", "+", "A"]).repeat(chance.between(2, 12));
                text.insert_str(chance.below(text.len()), &run);
            }
            text + &"=".repeat(chance.below(3))
        }
        16..=17 => {
            let part = |chance: &mut Chance| {
                let length = chance.between(20, 200);
                letters(chance, BASE64_URL, length)
            };
            let parts = [part(chance), part(chance), part(chance)];
            format!("eyJ{}", parts.join("."))
        }
        18 => {
            // a good password
            let length = chance.between(6, 18);
            let signs = format!("{BASE64}!$%&*()_+-=[]{{}}|;:,.<>?/~^#@'\"");
            letters(chance, &signs, length)
        }
        _ => {
            let head = chance.pick(&["GA1.1.", "GS1.1.", "fb.1.", "amp-", "s:", "v1.", "_ga_"]);
            format!("{head}{}.{}", number(chance), number(chance))
        }
    }
}

fn atom(chance: &mut Chance) -> String {
    match chance.below(100) {
        0..=44 => word(chance),
        45..=79 => number(chance),
        80..=86 => token(chance),
        87..=92 => format!("{}_{}", word(chance), word(chance)),
        93..=96 => String::new(),
        _ => format!("{} {}", word(chance), word(chance)),
    }
}

const BETWEEN: &[&str] = &[
    "|", ",", ";", "~", "&", ".", ":", "/", "-", "_", "!", "*", "^", "@", "#", "%", " ", "%2C",
    "%7C", "||", ";;", "::", "--", "**", "__", "~~", "|~|", "\t", "; ", ", ", " | ", " - ", "$",
    "+", "%3B", "%26", "\n",
];
const EQUALS: &[&str] = &[
    "=", ":", "@", "-", ".", "~", "|", "::", "=>", " = ", ": ", "%3D", "_", "==",
];

fn list(chance: &mut Chance) -> String {
    let between = chance.pick(BETWEEN);
    let count = chance.between(2, 30);
    let items: Vec<String> = (0..count).map(|_| atom(chance)).collect();
    items.join(between)
}

fn pairs(chance: &mut Chance) -> String {
    let (between, equals) = (chance.pick(BETWEEN), chance.pick(EQUALS));
    let count = chance.between(1, 24);
    let items: Vec<String> = (0..count)
        .map(|_| format!("{}{equals}{}", word(chance), atom(chance)))
        .collect();
    items.join(between)
}

fn nested(chance: &mut Chance) -> String {
    let marks = [
        "()", "[]", "{}", "<>", "\"\"", "''", "||", "%%", "``", "**", "((", "[[",
    ];
    let marks = chance.pick(&marks);
    let (open, close) = marks.split_at(1);
    let between = chance.pick(BETWEEN);
    let count = chance.between(1, 8);
    let items: Vec<String> = (0..count)
        .map(|_| {
            let name = if chance.may(50) {
                word(chance)
            } else {
                String::new()
            };
            let inside: String = list(chance).chars().take(60).collect();
            format!("{name}{open}{inside}{close}")
        })
        .collect();
    items.join(between)
}

fn json_value(chance: &mut Chance, depth: usize) -> serde_json::Value {
    if depth > 2 || chance.may(50) {
        return match chance.below(8) {
            0 | 1 => word(chance).into(),
            2 => chance.below(1_000_000).into(),
            3 => serde_json::Value::Null,
            4 => chance.may(50).into(),
            5 => token(chance).into(),
            6 => format!("{} {}", word(chance), number(chance)).into(),
            _ => "".into(),
        };
    }
    let count = chance.below(6);
    if chance.may(60) {
        (0..count)
            .map(|_| (word(chance), json_value(chance, depth + 1)))
            .collect()
    } else {
        (0..count).map(|_| json_value(chance, depth + 1)).collect()
    }
}

fn json(chance: &mut Chance) -> String {
    let text = json_value(chance, 0).to_string();
    match chance.below(20) {
        0..=2 => text.replace('"', "\\\""),
        3..=4 => escaped(&text),
        5..=6 => text.chars().take(chance.between(1, 80)).collect(),
        7..=8 => text.replace(':', ": ").replace(',', ", "),
        9 => text.replace('"', "'"),
        _ => text,
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn url(chance: &mut Chance) -> String {
    let scheme = chance.pick(&[
        "https://",
        "http://",
        "//",
        "",
        "android-app://",
        "https://www.",
    ]);
    let host: Vec<String> = (0..chance.between(1, 3))
        .map(|_| word(chance).to_lowercase())
        .collect();
    let end = chance.pick(&[
        ".com", ".org", ".net", ".co.uk", ".de", ".io", ".jp", ".example",
    ]);
    let mut text = String::new();
    if chance.may(70) {
        let _ = write!(text, "{scheme}{}{end}", host.join("."));
    }
    for _ in 0..chance.below(7) {
        let _ = write!(text, "/{}", atom(chance));
    }
    text += chance.pick(&[
        "", "", ".html", ".php", ".aspx", ".jsp", "/", ".png", ".js", ".min.css",
    ]);
    for place in 0..chance.below(8) {
        let sign = if place == 0 { '?' } else { '&' };
        let value = match chance.below(10) {
            0..=2 => escaped(&pairs(chance)),
            3 => escaped(&url(chance)),
            _ => atom(chance),
        };
        let _ = write!(text, "{sign}{}={value}", word(chance));
    }
    if chance.may(20) {
        let _ = write!(text, "#{}", word(chance));
    }
    if chance.may(15) { escaped(&text) } else { text }
}

fn browser(chance: &mut Chance) -> String {
    let mut text = chance
        .pick(&[
            "Mozilla/5.0",
            "Opera/9.80",
            "Dalvik/2.1.0",
            "okhttp/4.9.3",
            "MyApp/2.4",
            "AppleCoreMedia/1.0.0",
        ])
        .to_owned();
    let inside: Vec<String> = (0..chance.between(1, 5)).map(|_| atom(chance)).collect();
    let _ = write!(text, " ({})", inside.join("; "));
    for _ in 0..chance.below(5) {
        let _ = write!(text, " {}/{}", word(chance), number(chance));
        if chance.may(30) {
            text += " (KHTML, like Gecko)";
        }
    }
    text
}

fn log_line(chance: &mut Chance) -> String {
    let level = chance.pick(&["INFO", "WARN", "ERROR", "DEBUG", "TRACE", "[error]", "E/"]);
    let (day, hour, minute) = (chance.between(1, 28), chance.below(24), chance.below(60));
    let mut text = format!(
        "2024-0{}-{day:02}T{hour:02}:{minute:02}:00Z {level}",
        chance.between(1, 9)
    );
    let shape = chance.below(5);
    let (a, b, c) = (word(chance), word(chance), number(chance));
    let _ = match shape {
        0 => write!(text, " [{a}] {b}: took {c}ms (id={})", token(chance)),
        1 => write!(
            text,
            " at {a}.{b}(/app/src/{a}/{b}.js:{}:{})",
            chance.below(900),
            chance.below(80)
        ),
        2 => write!(
            text,
            " TypeError: Cannot read properties of undefined (reading '{a}')\n    at {b} (https://cdn.example/{a}.js:1:{})",
            chance.below(90_000)
        ),
        3 => write!(
            text,
            " \"GET /{a}/{b}?{a}={c} HTTP/1.1\" 200 {} \"-\" \"curl/8.4.0\"",
            chance.below(90_000)
        ),
        _ => write!(
            text,
            " Uncaught (in promise) {a}: {b} is not a function; {a}={c}"
        ),
    };
    text
}

fn style(chance: &mut Chance) -> String {
    let name = chance.pick(&[".", "#", "@media ", "div > ", "a:hover, .", "table td."]);
    let rules = [
        "color: #fff",
        "margin: 0 auto",
        "padding:10px 5px",
        "font-family: \"Open Sans\", Arial, sans-serif",
        "background: url(/img/a.png) no-repeat",
        "width: calc(100% - 20px)",
        "display:none!important",
        "transition: all .2s ease-in-out",
        "content: '\\201C'",
        "border-left: 1px solid rgba(0,0,0,.1)",
        "grid-template-columns: repeat(auto-fit, minmax(200px, 1fr))",
        "@import url('theme.css')",
        "filter: drop-shadow(0 0 2px #000)",
        "--main: var(--accent, #06c)",
        "left:-9999px",
    ];
    let count = chance.between(1, 8);
    let body: Vec<&str> = (0..count).map(|_| chance.pick(&rules)).collect();
    match chance.below(3) {
        0 => body.join(";"),
        1 => format!("{name}{} {{ {}; }}", word(chance), body.join("; ")),
        _ => format!(
            "<p style=\"{}\">{}</p>",
            body.join(";").replace('"', "'"),
            word(chance)
        ),
    }
}

fn measure(chance: &mut Chance) -> String {
    let (a, b, c) = (number(chance), number(chance), number(chance));
    match chance.below(10) {
        0 => format!("{a}' {b}\""),
        1 => format!("{a} x {b} x {c} cm"),
        2 => format!("{a}-{b}"),
        3 => format!("+{a} ({b}) {c}"),
        4 => format!("{a}°{b}'{c}\" N"),
        5 => format!("{a}/{b}"),
        6 => format!("<{a}, >{b}"),
        7 => format!("{a}+{b}={c}"),
        8 => format!("${a}.{b} (-{c}%)"),
        _ => format!("{a}:{b}:{c}"),
    }
}

fn file_name(chance: &mut Chance) -> String {
    let parts: Vec<String> = (0..chance.between(1, 5)).map(|_| word(chance)).collect();
    let end = chance.pick(&[
        ".docx", ".pdf", ".png", ".tar.gz", " (1).jpg", ".min.js", ".php", ".txt", ".csv", ".log",
        "", ".conf", ".py",
    ]);
    match chance.below(6) {
        0 => format!("C:\\Users\\{}\\{}{end}", word(chance), parts.join("\\")),
        1 => format!("./{}{end}", parts.join("/")),
        2 => format!("../{}{end}", parts.join("/")),
        3 => format!("/home/{}/{}{end}", word(chance), parts.join("/")),
        4 => format!("{}{end}", parts.join(" ")),
        _ => format!("{}{end}", parts.join("/")),
    }
}

/// Paths of systems and addresses of developers' machines, as people name them.
fn place(chance: &mut Chance) -> String {
    let root = chance.pick(&[
        "/etc",
        "/usr/lib",
        "/usr/share/doc",
        "/var/log",
        "/var/www/html",
        "/opt",
        "/home/ann",
        "/tmp",
        "/files",
        "/bin",
        "/proc",
        "~/.config",
        "%APPDATA%",
        "D:\\data",
        "/Applications",
        "/mnt",
        "/usr/local/bin",
    ]);
    let (a, b) = (word(chance), word(chance));
    match chance.below(8) {
        0 => format!("{root}/{a}"),
        1 => format!("{root}/{a}/{b}.conf"),
        2 => format!("{root}/{a} {root}/{a}.d/{b}"),
        3 => format!("http://localhost:{}/", chance.between(1000, 65_535)),
        4 => format!(
            "http://127.0.0.1:{}/{a}?{b}=1",
            chance.between(1000, 65_535)
        ),
        5 => format!("http://192.168.0.{}/{a}", chance.below(255)),
        6 => format!("{root}/{a}\n    {b} ({a})"),
        _ => format!("see {root}/{a} or {root}/{b}"),
    }
}

/// What is asked for, as applications name it.
fn path(chance: &mut Chance) -> String {
    let mut text = String::new();
    for _ in 0..chance.below(5) {
        let part = match chance.below(6) {
            0 => number(chance),
            1 => format!("v{}", chance.below(10)),
            2 => format!("{}-{}", word(chance), word(chance)),
            _ => word(chance).to_lowercase(),
        };
        let _ = write!(text, "/{part}");
    }
    text + chance.pick(&["", "", "/", ".php", ".html", ".json", ".jsp", ".aspx"])
}
