//! One line of traffic, written by hand so that its members stand in one order
//! everywhere, and the encodings that requests use.

use core::fmt::Write as _;

/// One line before it is written; JSON that has a form of its own is kept as text.
#[derive(Default)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) time: Option<String>,
    pub(super) ip: Option<String>,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) headers_incomplete: bool,
    pub(super) body: Option<String>,
    pub(super) body_base64: Option<String>,
    pub(super) context: Vec<(&'static str, String)>,
    pub(super) label: &'static str,
    pub(super) tags: Vec<&'static str>,
    pub(super) outcome: Option<&'static str>,
}

impl Line {
    pub(super) fn header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_owned(), value.into()));
    }

    pub(super) fn write(&self) -> String {
        let mut out = format!("{{\"id\":{}", quoted(&self.id));
        let mut member = |name: &str, value: &str| {
            let _ = write!(out, ",\"{name}\":{value}");
        };
        if let Some(time) = &self.time {
            member("time", time);
        }
        if let Some(ip) = &self.ip {
            member("ip", &quoted(ip));
        }
        member("method", &quoted(&self.method));
        member("url", &quoted(&self.url));
        let pairs: Vec<String> = self
            .headers
            .iter()
            .map(|(name, value)| format!("[{},{}]", quoted(name), quoted(value)))
            .collect();
        member("headers", &format!("[{}]", pairs.join(",")));
        if self.headers_incomplete {
            member("headers_complete", "false");
        }
        if let Some(body) = &self.body {
            member("body", &quoted(body));
        }
        if let Some(body) = &self.body_base64 {
            member("body_base64", &quoted(body));
        }
        if !self.context.is_empty() {
            let facts: Vec<String> = self
                .context
                .iter()
                .map(|(name, value)| format!("\"{name}\":{value}"))
                .collect();
            member("context", &format!("{{{}}}", facts.join(",")));
        }
        if !self.label.is_empty() {
            member("label", &quoted(self.label));
        }
        if !self.tags.is_empty() {
            member("tags", &format!("[\"{}\"]", self.tags.join("\",\"")));
        }
        if let Some(outcome) = self.outcome {
            member("outcome", outcome);
        }
        out.push('}');
        out
    }
}

pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn percent(text: &str) -> String {
    percent_bytes(text.as_bytes())
}

pub(super) fn percent_bytes(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let mut bits = [0_u8; 4];
        for (slot, byte) in bits.iter_mut().skip(1).zip(group) {
            *slot = *byte;
        }
        let bits = u32::from_be_bytes(bits);
        for position in 0..4_usize {
            let shift = 18_u32.saturating_sub(u32::try_from(position).unwrap_or_default() * 6);
            let digit = DIGITS.get(usize::try_from(bits >> shift & 63).unwrap_or_default());
            let there = position <= group.len();
            out.push(
                digit
                    .filter(|_| there)
                    .map_or('=', |digit| char::from(*digit)),
            );
        }
    }
    out
}
