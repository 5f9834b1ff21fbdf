//! What is mutated: the demo's recording, generated traffic, odd requests.

use std::path::Path;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::traffic::generate;
use crate::tree;

const RECORDING: &str = "examples/traffic.jsonl";
const GENERATED: usize = 1000;

/// A request in pieces, so that a mutation may keep it a request.
#[derive(Clone)]
pub(super) struct Seed {
    pub(super) method: Vec<u8>,
    pub(super) target: Vec<u8>,
    pub(super) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

pub(super) fn read() -> Result<Vec<Seed>> {
    let recorded = tree::read(Path::new(RECORDING))?;
    let generated = generate::traffic(GENERATED, 1);
    let lines = recorded.split(|byte| *byte == b'\n');
    // a generated line may be no JSON by design: nothing for the wire
    let mut seeds: Vec<Seed> = lines
        .chain(generated.split(|byte| *byte == b'\n'))
        .filter_map(|line| seed(&serde_json::from_slice(line).ok()?))
        .collect();
    ensure!(
        seeds.len() > GENERATED / 2,
        "too few seeds: {}",
        seeds.len()
    );
    seeds.extend(odd());
    Ok(seeds)
}

fn seed(line: &Value) -> Option<Seed> {
    let text = |name: &str| {
        line.get(name)?
            .as_str()
            .map(str::as_bytes)
            .map(<[u8]>::to_vec)
    };
    let mut headers: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for header in line
        .get("headers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let part = |at: usize| {
            header
                .get(at)?
                .as_str()
                .map(|text| text.as_bytes().to_vec())
        };
        headers.push((part(0)?, part(1)?));
    }
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case(b"connection"));
    if let Some(ip) = text("ip") {
        headers.push((b"X-Forwarded-For".to_vec(), ip));
    }
    if let Some(context) = line.get("context") {
        headers.push((b"X-Context".to_vec(), context.to_string().into_bytes()));
    }
    let body = text("body").or_else(|| STANDARD.decode(text("body_base64")?).ok());
    Some(Seed {
        method: text("method")?,
        target: text("url")?,
        headers,
        body: body.unwrap_or_default(),
    })
}

/// Requests that are rare in recordings and dear to attackers.
fn odd() -> Vec<Seed> {
    let request = |method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]| Seed {
        method: method.into(),
        target: target.into(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
            .collect(),
        body: body.to_vec(),
    };
    let nested = |open: &str, close: &str| [open.repeat(2000), close.repeat(2000)].concat();
    let long = "a".repeat(12_000);
    let json = [("Content-Type", "application/json")];
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let parts = [("Content-Type", "multipart/form-data; boundary=x")];
    let many: Vec<(String, String)> = (0..80).map(|n| (format!("X-{n}"), n.to_string())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    vec![
        request("OPTIONS", "*", &[], b""),
        request("GET", "http://shop.example/a?b=c", &[("Host", "evil.example")], b""),
        request("GET", "//a//../..%2f%2e%2e\\..;/%00%ff%u0041", &[], b""),
        request("GET", &format!("/?{}", "a=1&".repeat(1500)), &[], b""),
        request("GET", &format!("/{long}"), &[], b""),
        request("GET", "/", &[("Cookie", &long)], b""),
        request("GET", "/", &many, b""),
        request("GET", "/?q=%F0%9F%92%A9%C0%AF%ED%A0%80", &[("X-Context", "{\"userId\":\"\\ud800\"}")], b""),
        request("GET", "/", &[("X-Context", "{\"__proto__\":{\"toJSON\":1},\"email\":[[]],\"requested\":1e99}")], b""),
        request("HEAD", "/", &[("Expect", "100-continue")], b""),
        request("POST", "/", &[("Expect", "100-continue")], b"a=b"),
        request("GET", "/", &[("Connection", "Upgrade"), ("Upgrade", "websocket")], b""),
        request("PRI", "*", &[], b"SM\r\n\r\n"),
        request("POST", "/", &[("Transfer-Encoding", "chunked")], b"3\r\na=b\r\n0\r\n\r\n"),
        request("POST", "/", &[("Transfer-Encoding", "chunked")], b"ffffffffffff\r\na=b"),
        request("POST", "/", &[("Content-Length", "5"), ("Transfer-Encoding", "chunked")], b"0\r\n\r\nX"),
        request("POST", "/", &[("Content-Encoding", "gzip")], b"\x1f\x8b\x08\x00\x00"),
        request("POST", "/", &json, nested("[", "]").as_bytes()),
        request("POST", "/", &json, nested("{\"a\":", "}").as_bytes()),
        request("POST", "/", &json, b"{\"a\":\"\\ud800\",\"__proto__\":{},\"\\u0000\":1e999,\"q\":\"' or 1=1--\"}"),
        request("POST", "/", &json, &[b'[' ; 40_000]),
        request("POST", "/", &form, "a%=%zz&%00=+&".repeat(1300).as_bytes()),
        request("POST", "/", &form, &[0xff; 17_000]),
        request("POST", "/", &parts, b"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../a.php\"\r\n\r\n<?php system($_GET[0]);\r\n--x--"),
        request("POST", "/", &parts, "--x\r\n\r\n".repeat(2000).as_bytes()),
        request("POST", "/", &[("Content-Type", "text/xml")], b"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"),
        request("POST", "/", &[("Content-Type", "text/plain; charset=utf-16")], b"\xff\xfe<\0s\0c\0r\0i\0p\0t\0>\0"),
    ]
}
