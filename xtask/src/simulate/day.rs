//! What the personas of a day share: a clock, addresses, accounts, lines.

use super::random::Random;
use super::regime::Regime;
use super::sample::{Headers, Samples};
use serde_json::{Map, Value, json};

/// 2027-01-15T08:00:00Z
const START: u64 = 1_800_000_000_000;
/// Milliseconds of a day that is lived.
pub(crate) const HOURS: u64 = 8 * 3_600_000;

/// One line and whose it is.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) time: u64,
    pub(crate) persona: &'static str,
    pub(crate) attack: bool,
    pub(crate) line: String,
}

/// Somebody at a client.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) persona: &'static str,
    pub(crate) attack: bool,
    pub(crate) ip: String,
    pub(crate) headers: Headers,
    pub(crate) cookies: bool,
    /// A page's headers go with what a script sends.
    pub(crate) careless: bool,
    pub(crate) context: Map<String, Value>,
    /// Milliseconds since the start.
    pub(crate) at: u64,
}

/// What one request says.
#[derive(Clone, Default)]
pub(crate) struct Said<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: String,
    pub(crate) action: &'a str,
    pub(crate) body: Option<String>,
    pub(crate) kind: &'a str,
    pub(crate) email: Option<String>,
    /// What is said to a model.
    pub(crate) message: Option<String>,
    pub(crate) status: u64,
    pub(crate) login_failed: bool,
}

/// What a browser sends where a script of the page asks, not its reader.
fn as_script(headers: &mut Headers) {
    headers.retain(|(name, _)| {
        !["sec-fetch-user", "upgrade-insecure-requests", "priority"].contains(&name.as_str())
    });
    let is_browser = headers.iter().any(|(name, _)| name == "accept-language");
    for (name, value) in headers.iter_mut() {
        let said = match name.as_str() {
            "sec-fetch-mode" => "cors",
            "sec-fetch-dest" => "empty",
            "sec-fetch-site" => "same-origin",
            "accept" if is_browser => "*/*",
            _ => continue,
        };
        said.clone_into(value);
    }
    if is_browser {
        headers.push(("origin".into(), "https://app.example".into()));
    }
}

/// A day being lived.
pub(crate) struct Day<'s> {
    pub(crate) regime: &'static Regime,
    pub(crate) samples: &'s Samples,
    pub(crate) random: Random,
    lines: Vec<Request>,
    serial: u64,
}

impl<'s> Day<'s> {
    pub(crate) fn new(regime: &'static Regime, samples: &'s Samples, seed: u64) -> Self {
        let named = regime.name.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self {
            regime,
            samples,
            random: Random(named),
            lines: Vec::new(),
            serial: 0,
        }
    }

    /// In the order of time.
    pub(crate) fn requests(mut self) -> Vec<Request> {
        self.lines.sort_by_key(|request| request.time);
        self.lines
    }

    pub(crate) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(crate) fn address(&mut self) -> String {
        let n = self.random.next();
        if n.is_multiple_of(9) {
            return format!(
                "2001:db8:{:x}:{:x}::{:x}",
                n >> 8 & 0xffff,
                n >> 24 & 0xffff,
                n >> 40 & 0xff
            );
        }
        format!(
            "{}.{}.{}.{}",
            20 + n % 180,
            n >> 8 & 0xff,
            n >> 16 & 0xff,
            1 + (n >> 24) % 250
        )
    }

    pub(crate) fn browser(&mut self) -> Headers {
        self.random
            .pick(&self.samples.browsers)
            .cloned()
            .unwrap_or_default()
    }

    /// A tool that says so.
    pub(crate) fn tool(&mut self) -> Headers {
        self.random
            .pick(&self.samples.tools)
            .cloned()
            .unwrap_or_default()
    }

    /// A tool of abuse: two of three say they are browsers.
    pub(crate) fn weapon(&mut self) -> Headers {
        if self.random.may(33) {
            return self.tool();
        }
        self.random
            .pick(&self.samples.liars)
            .cloned()
            .unwrap_or_default()
    }

    /// What is asked of a model, or tries to instruct it.
    pub(crate) fn prompt(&mut self, injected: bool) -> String {
        let [asked, instructing] = &self.samples.prompts;
        self.random
            .pick(if injected { instructing } else { asked })
            .map_or_else(String::new, ToString::to_string)
    }

    pub(crate) fn text(&mut self) -> String {
        self.random
            .pick(&self.samples.texts)
            .map_or("", |text| text)
            .chars()
            .take(400)
            .collect()
    }

    pub(crate) fn payload(&mut self) -> String {
        self.random
            .pick(&self.samples.payloads)
            .map_or("", |text| text)
            .chars()
            .take(300)
            .collect()
    }

    pub(crate) fn visitor(&mut self, persona: &'static str, attack: bool) -> Visitor {
        let careless = if attack { 40 } else { self.regime.careless };
        Visitor {
            persona,
            attack,
            ip: self.address(),
            headers: self.browser(),
            cookies: !attack || self.random.may(60),
            careless: self.random.may(careless),
            context: Map::new(),
            at: self.random.below(HOURS),
        }
    }

    /// An account of this age with these orders, as far as the application tells.
    pub(crate) fn account(&mut self, visitor: &mut Visitor, age: u64, orders: u64) {
        let id = format!("u{}", self.serial());
        visitor.context.insert("userId".into(), json!(id));
        let mut account = Map::new();
        let [_, _, tells_orders, tells_verified, _, tells_age] = self.regime.tells;
        if tells_age {
            account.insert("ageDays".into(), json!(age));
        }
        if tells_orders {
            account.insert("orders".into(), json!(orders));
        }
        if tells_verified {
            account.insert(
                "emailVerified".into(),
                json!(self.random.may(if age > 3 { 92 } else { 45 })),
            );
            account.insert("mfa".into(), json!(age > 20 && self.random.may(25)));
        }
        if !account.is_empty() {
            visitor
                .context
                .insert("account".into(), Value::Object(account));
        }
    }

    /// A session, as far as the application tells; changed in address, agent.
    pub(crate) fn session(&mut self, visitor: &mut Visitor, age: u64, changed: [bool; 2]) {
        if !self.regime.tells.first().copied().unwrap_or_default() {
            return;
        }
        let id = format!("s{}", self.serial());
        let [ip, agent] = changed;
        let session =
            json!({"id": id, "ageSeconds": age, "ipChanged": ip, "userAgentChanged": agent});
        visitor.context.insert("session".into(), session);
    }

    pub(crate) fn device(&mut self, visitor: &mut Visitor, age: u64) {
        if self.regime.tells.get(1).copied().unwrap_or_default() {
            let id = format!("d{}", self.serial());
            visitor
                .context
                .insert("device".into(), json!({"id": id, "ageDays": age}));
        }
    }

    /// A pause and then a request.
    pub(crate) fn send(&mut self, visitor: &mut Visitor, pause: u64, said: Said<'_>) {
        let jitter = self.random.skewed(pause / 4, pause * 3);
        visitor.at += jitter.max(1);
        self.send_now(visitor, said);
    }

    /// A request at the visitor's time.
    pub(crate) fn send_now(&mut self, visitor: &Visitor, said: Said<'_>) {
        let mut headers = visitor.headers.clone();
        if said.body.is_some() && !visitor.careless {
            as_script(&mut headers);
        }
        headers.insert(0, ("Host".into(), "app.example".into()));
        if visitor.cookies {
            headers.push(("Cookie".into(), "sid=5f2b8c; theme=dark".into()));
        }
        if said.body.is_some() {
            let kind = if said.kind.is_empty() {
                "application/json"
            } else {
                said.kind
            };
            headers.push(("Content-Type".into(), kind.into()));
        }
        let mut context = visitor.context.clone();
        context.insert("action".into(), json!(said.action));
        if let Some(email) = &said.email {
            context.insert("email".into(), json!(email));
        }
        if let Some(message) = &said.message {
            context.insert("message".into(), json!(message));
        }
        let id = format!("{}-{}", visitor.persona, self.serial());
        let mut line = json!({
            "id": id,
            "time": START + visitor.at,
            "ip": visitor.ip,
            "method": said.method,
            "url": self.regime.route(&said.target),
            "headers": headers,
            "context": context,
            "label": if visitor.attack { "attack" } else { "legit" },
            "tags": [visitor.persona],
        });
        let mut put = |name: &str, value: Value| {
            if let Some(members) = line.as_object_mut() {
                members.insert(name.into(), value);
            }
        };
        if let Some(body) = said.body {
            put("body", json!(body));
        }
        let [.., tells_outcomes, _] = self.regime.tells;
        if tells_outcomes {
            let outcome = if said.login_failed {
                json!({"status": 401, "loginFailed": true})
            } else {
                json!({"status": said.status.max(200)})
            };
            put("outcome", outcome);
        }
        self.lines.push(Request {
            time: visitor.at,
            persona: visitor.persona,
            attack: visitor.attack,
            line: line.to_string(),
        });
    }
}
