//! What is measured natively, in wasm and in the ledger: a policy, a framed
//! request, its decision.

use core::net::Ipv4Addr;
use doorward_core::engine::{Engine, Step};
use doorward_core::frame::{FrameBuilder, flag};
use doorward_core::ids::Ids;
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts};
use doorward_core::store::Memory;
use doorward_core::traffic::Line;
use serde_json::{Value, json};

/// The policy and the request that every bench uses, as JSON.
pub const WORKLOAD: &str = include_str!("../workload.json");

/// A policy with its store, and a request for it.
pub struct Case {
    /// Names it in the ledger and to the benches in JavaScript.
    pub name: &'static str,
    /// The policy, as JSON.
    pub policy: String,
    /// The request, framed.
    pub frame: Vec<u8>,
    engine: Engine,
    store: Memory,
    ids: Ids,
}

impl Case {
    fn new(name: &'static str, policy: &Value, request: &Value) -> Option<Self> {
        let policy = policy.to_string();
        let line = Line::parse(request.to_string().as_bytes()).ok()?;
        let mut fields = line.fields();
        fields.flags |= flag::ALL_HEADERS;
        // hosts give no name, so one is made
        fields.id = b"";
        fields.head = line.body();
        let mut builder = FrameBuilder::default();
        Some(Self {
            name,
            frame: builder.build(&fields, line.headers())?.to_vec(),
            engine: Engine::new(&policy, Keyer::Seed([1; 16])).ok()?,
            store: Memory::new(32 << 20, 1),
            ids: Ids::new([2; 16]),
            policy,
        })
    }

    /// Decides so many times, as the shells do; how many bytes that wrote.
    /// Never inlined: callgrind counts what happens inside of it.
    #[inline(never)]
    pub fn decide(&mut self, times: u64) -> usize {
        let mut bytes = 0_usize;
        for _ in 0..times {
            let mut world = Embedded {
                store: &mut self.store,
                lost: false,
            };
            let judged = self.engine.judge_with(&self.frame, Facts::NONE);
            let id = || self.ids.next_id();
            if let Step::Decided(decision) = self.engine.conclude(judged, id, &mut world) {
                let mut out = String::with_capacity(1024);
                out.push(decision.conclusion.letter());
                decision.write(&mut out);
                bytes = bytes.wrapping_add(out.len());
            }
        }
        bytes
    }
}

/// Every case; `None` where the workload is not what it should be.
#[must_use]
pub fn cases() -> Option<Vec<Case>> {
    let workload: Value = serde_json::from_str(WORKLOAD).ok()?;
    let (full, post) = (workload.get("policy")?, workload.get("request")?);
    let shield = json!({ "rules": [{ "rule": "shield", "mode": "LIVE" }] });
    let limit = json!({ "rules": [{
        "rule": "slidingWindow", "mode": "LIVE", "interval": "60s", "max": 1_000_000_000,
    }] });
    let bare = json!({
        "id": "", "ip": post.get("ip")?, "time": post.get("time")?,
        "method": "GET", "url": "https://shop.example/", "headers": [],
    });
    Some(vec![
        Case::new("workload", full, post)?,
        Case::new("rate limit only", &limit, &bare)?,
        Case::new("benign GET", full, &page(post)?)?,
        Case::new("shield 1 KB", &shield, post)?,
        Case::new("shield 16 KB", &shield, &longer(post, 16 << 10)?)?,
        Case::new("200 addresses", &blocklist(200), &bare)?,
        Case::new("2000 addresses", &blocklist(2000), &bare)?,
    ])
}

/// Four filters that refuse so many addresses: one may be 8 KB long.
fn blocklist(addresses: u32) -> Value {
    let addresses: Vec<u32> = (0..addresses).collect();
    let deny = addresses.chunks(addresses.len() / 4).map(|chunk| {
        let shown = chunk
            .iter()
            .map(|n| Ipv4Addr::from_bits((198 << 24) + 2 * n));
        let shown: Vec<String> = shown.map(|address| address.to_string()).collect();
        format!("ip.src in {{{}}}", shown.join(" "))
    });
    let deny: Vec<String> = deny.collect();
    json!({ "rules": [{ "rule": "filter", "mode": "LIVE", "deny": deny }] })
}

/// The same client asking for a page.
fn page(post: &Value) -> Option<Value> {
    let mut request = post.clone();
    let fields = request.as_object_mut()?;
    fields.remove("body");
    fields.insert("method".into(), "GET".into());
    fields.insert("url".into(), "https://shop.example/products/48213".into());
    let headers = fields.get_mut("headers")?.as_array_mut()?;
    headers.retain(|pair| pair.get(0).is_none_or(|name| name != "Content-Type"));
    Some(request)
}

/// The same review, written on until its body has so many bytes.
fn longer(post: &Value, bytes: usize) -> Option<Value> {
    let mut request = post.clone();
    let mut body: Value = serde_json::from_str(post.get("body")?.as_str()?).ok()?;
    let text = body.get("text")?.as_str()?.to_owned() + " ";
    let rest = body.to_string().len().checked_sub(text.len())?;
    let wanted = bytes.checked_sub(rest)?;
    *body.get_mut("text")? = text.chars().cycle().take(wanted).collect::<String>().into();
    *request.get_mut("body")? = body.to_string().into();
    Some(request)
}
