//! Lines of traffic, made of samples and a small random number generator.
//!
//! Each line is one of a few scenes: people browse, bots crawl, somebody
//! attacks, tries passwords, signs up or talks to a model, and some requests
//! are mutilated. Samples are dealt in turn, so a few thousand lines hold all of
//! them. Times never step back.

mod agents;
mod line;
mod random;
mod samples;

use line::{Line, base64, percent, percent_bytes, quoted};
use random::Random;
use samples::{
    ATTACKS, BOTS, BROWSERS, FILES, LIARS, MAILBOXES, METHODS, ODD_TARGETS, PEERS, PROMPTS,
    TARGETS, TEXTS, UNITS,
};

/// 2027-01-15T08:00:00Z
const START: u64 = 1_800_000_000_000;
/// Stand for what text cannot hold; written as the bytes beside them.
const HOLES: [(char, &[u8]); 3] = [
    ('\u{e000}', b"\\ud800"),
    ('\u{e001}', b"\xff\xc3"),
    ('\u{e002}', b"\\udc00\\ud83d"),
];

/// `count` lines for a seed, with their newlines.
pub(crate) fn traffic(count: usize, seed: u64) -> Vec<u8> {
    let mut maker = Maker {
        random: Random(seed),
        elapsed: 0,
        dealt: 0,
    };
    let mut out = Vec::new();
    for number in 1..=count {
        let line = maker.line(number).write();
        let mut rest = line.as_str();
        while let Some(at) = rest.find(HOLES.map(|(mark, _)| mark)) {
            let (before, after) = rest.split_at(at);
            out.extend_from_slice(before.as_bytes());
            let mut chars = after.chars();
            let mark = chars.next();
            let bytes = HOLES.iter().find(|(known, _)| Some(*known) == mark);
            out.extend_from_slice(bytes.map_or(b"", |(_, bytes)| bytes));
            rest = chars.as_str();
        }
        out.extend_from_slice(rest.as_bytes());
        out.extend_from_slice(if number % 97 == 0 { b"\r\n" } else { b"\n" });
    }
    out
}

/// Adds the signature of an agent.
fn signed(line: &mut Line, turn: usize) {
    let at = turn
        .checked_rem(agents::SIGNATURES.len())
        .unwrap_or_default();
    let names = ["Signature-Agent", "Signature-Input", "Signature"];
    let values = agents::SIGNATURES.get(at).into_iter().flatten();
    for (name, value) in names.into_iter().zip(values) {
        if !value.is_empty() {
            line.header(name, *value);
        }
        if value.contains("content-digest") {
            line.header("Content-Digest", agents::DIGEST);
            // without its length nobody knows whether all of a body is here
            let length = line.body.as_ref().map_or(0, String::len);
            if turn.is_multiple_of(2) {
                line.header("Content-Length", length.to_string());
            }
        }
    }
    if turn.is_multiple_of(29) {
        // a recording without a clock, of a client that nobody else is
        line.time = None;
        line.ip = Some("192.0.2.200".into());
        line.context.clear();
    }
}

/// Adds the token of an agent.
fn delegated(line: &mut Line, turn: usize) {
    let at = turn.checked_rem(agents::TOKENS.len()).unwrap_or_default();
    let Some([method, action, token, amount]) = agents::TOKENS.get(at) else {
        return;
    };
    line.header("Authorization", format!("Bearer {token}"));
    if *method == "POST" {
        line.method = (*method).into();
    }
    for (name, value) in [("action", action), ("amount", amount)] {
        line.context
            .retain(|(known, _)| *known != name || value.is_empty());
        if !value.is_empty() {
            line.context.push((name, (*value).into()));
        }
    }
}

struct Maker {
    random: Random,
    /// Milliseconds since the start.
    elapsed: u64,
    /// Samples dealt so far.
    dealt: usize,
}

impl Maker {
    fn line(&mut self, number: usize) -> Line {
        let pause = if self.random.one_in(200) {
            600_000
        } else {
            400
        };
        let pause = self.random.below(pause);
        self.elapsed = self
            .elapsed
            .saturating_add(u64::try_from(pause).unwrap_or_default());
        let mut line = Line {
            id: format!("t{number}"),
            time: Some(self.time()),
            ..Line::default()
        };
        self.client(&mut line);
        match self.random.below(20) {
            0..=6 => self.browse(&mut line),
            7..=8 => self.crawl(&mut line),
            9..=12 => self.attack(&mut line),
            13..=14 => self.login(&mut line),
            15 => self.sign_up(&mut line),
            16..=17 => self.chat(&mut line),
            _ => self.mutilated(&mut line),
        }
        if number.is_multiple_of(7) {
            signed(&mut line, number / 7);
        }
        if number % 7 == 3 {
            delegated(&mut line, number / 7);
        }
        line
    }

    /// The next sample, so that each has its turn.
    fn deal<T: Copy + Default>(&mut self, items: &[T]) -> T {
        self.dealt = self.dealt.wrapping_add(1);
        let at = self.dealt.checked_rem(items.len()).unwrap_or_default();
        items.get(at).copied().unwrap_or_default()
    }

    fn time(&mut self) -> String {
        let seconds = self.elapsed / 1000;
        // text for the first day only: no calendar is needed
        if seconds < 57_600 && self.random.one_in(20) {
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            return format!(
                "\"2027-01-15T{:02}:{minutes:02}:{:02}.{:03}-05:00\"",
                hours.saturating_add(3),
                seconds % 60,
                self.elapsed % 1000
            );
        }
        START.saturating_add(self.elapsed).to_string()
    }

    /// Who asks, directly or through a proxy that the policy trusts.
    fn client(&mut self, line: &mut Line) {
        let host = self.random.below(24).saturating_add(1);
        let client = match self.random.below(6) {
            0 => format!("2001:db8:{host:x}::{:x}", self.random.below(0xffff)),
            1 => format!("198.51.100.{host}"),
            _ => format!("203.0.113.{host}"),
        };
        let forged = format!("1.2.3.{host}");
        match self.random.below(8) {
            0 => {
                line.ip = Some(format!("10.0.0.{host}"));
                line.header("X-Forwarded-For", format!("{forged}, {client}, 10.9.9.9"));
            }
            1 => {
                line.ip = Some("2001:db8:ffff::7".into());
                let bracketed = if client.contains(':') {
                    format!("\"[{client}]:4711\"")
                } else {
                    client
                };
                line.header("Forwarded", format!("for={bracketed};proto=https"));
            }
            2 => {
                line.ip = Some(client);
                line.header("X-Forwarded-For", forged.clone());
                line.header("X-Real-IP", forged);
            }
            _ => line.ip = Some(client),
        }
    }

    fn browser(&mut self, line: &mut Line) {
        line.header("Host", "shop.example");
        let (agent, hints) = self.random.pick(BROWSERS);
        line.header("User-Agent", agent);
        for (name, value) in hints {
            line.header(name, *value);
        }
        line.header("Accept", "*/*");
        line.header("Accept-Language", "pl,en;q=0.9");
        line.header("Accept-Encoding", "gzip, deflate, br, zstd");
        if self.random.one_in(2) {
            line.header("Cookie", "sid=5f2b8c; theme=dark; lang=\"pl\"");
        }
    }

    fn user(&mut self, line: &mut Line) {
        let user = self.random.below(40);
        let id = if user == 0 {
            "7".into()
        } else {
            format!("\"u{user}\"")
        };
        line.context.push(("userId", id));
        if self.random.one_in(3) {
            line.context.push((
                "account",
                format!(
                    "{{\"ageDays\":{},\"mfa\":{}}}",
                    user,
                    user.is_multiple_of(2)
                ),
            ));
        }
        if self.random.one_in(4) {
            line.context.push((
                "plan",
                self.random.pick(&["\"free\"", "\"pro\"", "3"]).into(),
            ));
        }
        if self.random.one_in(6) {
            line.context.push((
                "staff",
                self.random.pick(&["true", "false", "\"yes\""]).into(),
            ));
        }
    }

    fn browse(&mut self, line: &mut Line) {
        line.label = "legit";
        line.method = "GET".into();
        let text = self.deal(TEXTS);
        line.url = match self.random.below(6) {
            0 => "/".into(),
            1 => format!("/items/{}", self.random.below(500)),
            2 => "https://shop.example/cart#pay".into(),
            3 => "/admin/orders".into(),
            _ => format!("/search?q={}&page={}", percent(text), self.random.below(9)),
        };
        self.browser(line);
        if self.random.one_in(2) {
            self.user(line);
        }
        if self.random.one_in(5) {
            line.method = "POST".into();
            line.url = "/api/reviews".into();
            line.header("Content-Type", "application/json");
            line.body = Some(format!(
                "{{\"title\":{},\"stars\":5,\"tags\":[\"a\",\"b\"]}}",
                quoted(text)
            ));
        }
        if self.random.one_in(12) {
            line.headers_incomplete = true;
            line.headers.retain(|(name, _)| name != "User-Agent");
        }
    }

    fn crawl(&mut self, line: &mut Line) {
        line.method = self.random.pick(&["GET", "HEAD"]).into();
        line.url = format!("/items/{}?ref=feed", self.random.below(500));
        line.header("Host", "shop.example");
        if self.random.one_in(3) {
            for (name, value) in self.deal(LIARS) {
                line.header(name, *value);
            }
            line.tags.push("bot");
            return;
        }
        let bot = self.deal(BOTS);
        if bot.is_empty() && self.random.one_in(2) {
            line.headers_incomplete = self.random.one_in(2);
        } else {
            line.header("user-agent", bot);
        }
        line.tags.push("bot");
        if self.random.one_in(2) {
            line.label = "attack";
        }
    }

    fn attack(&mut self, line: &mut Line) {
        line.label = "attack";
        line.method = "GET".into();
        self.browser(line);
        if self.random.one_in(6) {
            let (class, target) = self.deal(TARGETS);
            line.url = target.into();
            line.tags.push(class);
            return;
        }
        if self.random.one_in(8) {
            let (name, media, text) = self.deal(FILES);
            line.method = "POST".into();
            line.url = "/api/photos".into();
            line.tags.push("upload");
            line.header("Content-Type", "multipart/form-data; boundary=b");
            line.body = Some(format!(
                "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"{name}\"\r\n\
                 Content-Type: {media}\r\n\r\n{text}\r\n--b--\r\n"
            ));
            return;
        }
        let (class, text) = self.deal(ATTACKS);
        line.tags.push(class);
        line.url = "/search".into();
        match self.random.below(9) {
            0 => {
                line.method = "POST".into();
                line.header("Content-Type", "application/x-www-form-urlencoded");
                line.body = Some(format!("name=ann&comment={}", percent(text)));
            }
            1 => {
                line.method = "PUT".into();
                line.header("Content-Type", "application/json; charset=utf-8");
                line.body = Some(format!(
                    "{{\"user\":{{\"names\":[\"ann\",{}]}}}}",
                    quoted(text)
                ));
            }
            2 => line.header("Cookie", format!("lang={}", percent(text))),
            3 => line.header("Referer", format!("https://x.example/?r={}", percent(text))),
            4 => {
                line.method = "POST".into();
                line.header("Content-Type", "multipart/form-data; boundary=b");
                line.body = Some(format!(
                    "--b\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n{text}\r\n--b--\r\n"
                ));
            }
            5 => {
                line.method = "POST".into();
                line.header("Content-Type", "application/x-www-form-urlencoded");
                let raw = [b"\xff\xfe=1&q=".as_slice(), percent(text).as_bytes()].concat();
                line.body_base64 = Some(base64(&raw));
            }
            _ => line.url = format!("/search?page=1&q={}", percent(text)),
        }
    }

    fn login(&mut self, line: &mut Line) {
        line.method = "POST".into();
        line.url = "/api/login".into();
        self.browser(line);
        line.header("Content-Type", "application/json");
        let mailbox = self.random.below(3);
        line.body = Some(format!(
            "{{\"email\":\"victim{mailbox}@example.com\",\"password\":\"p{}\"}}",
            self.random.below(9999)
        ));
        line.context.push(("action", "\"login\"".into()));
        line.context
            .push(("email", format!("\"victim{mailbox}@example.com\"")));
        line.tags.push("credential-stuffing");
        line.label = "attack";
        line.outcome = Some(self.random.pick(&[
            "{\"status\":401,\"loginFailed\":true}",
            "{\"status\":200,\"loginFailed\":false,\"stepUpPassed\":true}",
            "null",
        ]));
        if self.random.one_in(3) {
            line.ip = Some("192.0.2.66".into());
        }
    }

    fn sign_up(&mut self, line: &mut Line) {
        line.method = "POST".into();
        line.url = "/api/signup".into();
        self.browser(line);
        let mailbox = self.deal(MAILBOXES);
        line.context.push(("action", "\"signup\"".into()));
        line.context.push(("email", mailbox.into()));
        line.header("Content-Type", "application/x-www-form-urlencoded");
        line.body = Some(format!("email={}", percent(mailbox)));
    }

    fn chat(&mut self, line: &mut Line) {
        line.method = "POST".into();
        line.url = "/api/chat".into();
        self.browser(line);
        self.user(line);
        line.header("Content-Type", "application/json");
        let text = if self.random.one_in(8) {
            line.label = "attack";
            line.tags.push("prompt-injection");
            self.deal(PROMPTS)
        } else {
            self.deal(TEXTS)
        };
        line.body = Some(if self.random.one_in(3) {
            format!(
                "{{\"messages\":[{{\"role\":\"system\",\"content\":\"Be kind.\"}},\
                 {{\"role\":\"user\",\"content\":{}}}]}}",
                quoted(text)
            )
        } else {
            format!("{{\"message\":{}}}", quoted(text))
        });
        line.context.push(("message", quoted(text)));
        line.context.push(("requested", self.deal(UNITS).into()));
        line.context.push(("freeText", "[\"message\"]".into()));
    }

    /// Whatever a client can send that no client should.
    fn mutilated(&mut self, line: &mut Line) {
        line.method = "GET".into();
        line.url = "/".into();
        line.tags.push("mutilated");
        if self.random.one_in(2) {
            self.browser(line);
        }
        if self.random.one_in(4) {
            line.ip = Some(self.deal(PEERS).into());
        }
        match self.random.below(14) {
            0 => line.method = self.deal(METHODS).into(),
            1..=2 => line.url = self.deal(ODD_TARGETS).into(),
            3 => {
                line.url = "/\u{e000}?\u{e002}=\u{e001}%ff".into();
                line.id.push('\u{e000}');
                line.header("User-Agent", "\u{e001}\u{e002}");
                line.context.push(("userId", "\"\u{e000}\u{e001}\"".into()));
            }
            4 => {
                line.method = "POST".into();
                line.header(
                    "Content-Type",
                    self.random.pick(&[
                        "application/json",
                        "application/x-www-form-urlencoded",
                        "multipart/form-data; boundary=x",
                        "multipart/form-data",
                        "application/xml",
                        "text/plain; charset=utf-16",
                        "\u{0}",
                        "",
                    ]),
                );
                line.body_base64 = Some(base64(&self.random.bytes(300)));
            }
            5 => line.header("X-Huge", "a;b=c, ".repeat(self.random.below(12_000))),
            6 => {
                for number in 0..self.random.below(300) {
                    line.header(&format!("x-{number}"), "y");
                    line.header("Cookie", format!("c{number}={number};;=; ="));
                }
            }
            7 => line.header("", ""),
            8 => {
                line.method.clear();
                line.url.clear();
                line.ip = None;
                line.id.clear();
                line.body = Some(String::new());
            }
            9 => {
                line.method = "POST".into();
                line.header("Content-Type", "text/plain");
                // beyond what is inspected, and beyond what is kept to see its end
                let length = self
                    .random
                    .pick(&[4_096, 4_097, 12_288, 65_536, 65_537, 90_000]);
                line.body = Some("lorem ipsum ".repeat(length).chars().take(length).collect());
            }
            10 => {
                line.method = "POST".into();
                line.header("Content-Type", "application/json");
                line.body = Some(self.random.pick(&["[", "{\"a\":", "[0,"]).repeat(900));
            }
            11 => {
                line.context
                    .push(("__proto__", "{\"userId\":\"admin\"}".into()));
                line.context
                    .push(("constructor", "{\"prototype\":{\"staff\":true}}".into()));
                line.url = "/api?constructor[prototype][staff]=true".into();
            }
            12 => {
                line.time = self
                    .random
                    .pick(&[None, Some("0"), Some("253402300800000")])
                    .map(Into::into);
                // a clock that is far off belongs to a client that nobody else is
                line.ip = Some(format!(
                    "192.0.2.{}",
                    self.random.below(60).saturating_add(100)
                ));
            }
            _ => {
                line.url = format!("/?{}", percent_bytes(&self.random.bytes(120)));
                line.header("Cookie", self.deal(ODD_TARGETS));
                line.header("Referer", self.deal(ODD_TARGETS));
                line.header("X-Forwarded-For", self.deal(PEERS));
            }
        }
    }
}
