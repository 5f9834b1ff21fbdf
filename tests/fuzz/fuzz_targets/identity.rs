//! Who is asking: the address is the peer's unless the peer is trusted, and
//! what a client writes in front of a chain changes nothing. Compared with a
//! model that knows only the words of the documentation.
#![no_main]

use core::net::{IpAddr, Ipv6Addr};
use doorward_core::context::Context;
use doorward_core::frame::Frame;
use doorward_core::identity::{Network, address};
use doorward_core::pack::Packs;
use doorward_core::policy::Policy;
use doorward_fuzz::input::{Case, Sent};
use libfuzzer_sys::fuzz_target;
use std::borrow::Cow;

/// Headers of platforms, and the platforms' names.
const PLATFORMS: [&[u8]; 4] = [b"vercel", b"fly", b"render", b"cloudflare"];

/// Entries that are looked at, from the right.
const MOST: usize = 32;

fuzz_target!(|bytes: &[u8]| {
    let case = Case::read(bytes);
    // `rules` is here: networks, one a line, or a number of hops
    let text = String::from_utf8_lossy(case.rules);
    let networks: Vec<&str> = text
        .lines()
        .filter(|line| Network::parse(line).is_some())
        .collect();
    let hops = text
        .parse::<usize>()
        .ok()
        .filter(|hops| (1..=MOST).contains(hops));
    let policy = match hops {
        Some(hops) => format!("{{\"proxies\":{hops},\"rules\":[]}}"),
        None => {
            let list: Vec<String> = networks.iter().map(|n| format!("\"{n}\"")).collect();
            format!("{{\"proxies\":[{}],\"rules\":[]}}", list.join(","))
        }
    };
    let policy =
        Policy::parse(&policy, Packs::NONE).unwrap_or_else(|error| panic!("{policy}: {error}"));
    for network in &networks {
        contains(network, &case);
    }
    for sent in &case.requests {
        let found = client(&policy, sent);
        if PLATFORMS.contains(&&*sent.platform) {
            continue;
        }
        let peer = if sent.peer.is_empty() {
            let context = Context::parse(&sent.context).unwrap_or_default();
            let ip = context
                .get("ip")
                .and_then(|ip| ip.as_text().map(str::to_owned));
            ip.and_then(|ip| address(ip.as_bytes()))
        } else {
            address(&sent.peer)
        };
        assert_eq!(found, modelled(sent, peer, &networks, hops), "{sent:?}");

        let trusted = peer.is_some_and(|peer| trusts(&networks, peer));
        if hops.is_none() && !trusted {
            assert_eq!(found, peer, "chosen by an untrusted peer: {sent:?}");
        }
        // what a client puts in front of what proxies wrote is never reached
        let chain = chain(sent);
        let reached = chain
            .iter()
            .any(|entry| entry.is_none_or(|ip| !trusts(&networks, ip)));
        let decided = match hops {
            Some(hops) => chain.len() >= hops,
            None => reached || !trusted,
        };
        let has = |name: &str| {
            sent.headers
                .iter()
                .any(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
        };
        if decided && (has("x-forwarded-for") || hops.is_none() && !trusted) {
            let mut forged = sent.clone();
            forged
                .headers
                .insert(0, pair("X-Forwarded-For", "6.6.6.6, 10.0.0.1"));
            assert_eq!(client(&policy, &forged), found, "forged in front: {sent:?}");
        }
        let mut other = sent.clone();
        for name in [
            "X-Real-IP",
            "X-Client-IP",
            "True-Client-IP",
            "X-Forwarded",
            "X-Forwarded-Host",
            "Via",
        ] {
            other.headers.push(pair(name, "6.6.6.6"));
        }
        assert_eq!(
            client(&policy, &other),
            found,
            "by another header: {sent:?}"
        );
    }
});

fn pair(name: &'static str, value: &'static str) -> (Cow<'static, [u8]>, Cow<'static, [u8]>) {
    (
        Cow::Borrowed(name.as_bytes()),
        Cow::Borrowed(value.as_bytes()),
    )
}

fn client(policy: &Policy, sent: &Sent<'_>) -> Option<IpAddr> {
    let frame = sent.frame();
    let frame = Frame::parse(&frame).expect("a frame");
    let context = Context::parse(frame.context()).unwrap_or_default();
    let client = policy.trust.client(&frame.request(), &context);
    if let Some(ip) = client.ip {
        assert_eq!(ip, ip.to_canonical());
        assert_eq!(
            address(ip.to_string().as_bytes()),
            Some(ip),
            "what is shown is read"
        );
        match (ip, client.network()) {
            (IpAddr::V4(_), network) => assert_eq!(network, Some(ip)),
            (IpAddr::V6(v6), network) => {
                let [a, b, c, d, ..] = v6.segments();
                assert_eq!(
                    network,
                    Some(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
                );
            }
        }
    }
    client.ip
}

/// The documentation's words, in the plainest code.
fn modelled(
    sent: &Sent<'_>,
    peer: Option<IpAddr>,
    networks: &[&str],
    hops: Option<usize>,
) -> Option<IpAddr> {
    let chain = chain(sent);
    if let Some(hops) = hops {
        return chain.get(hops - 1).copied().unwrap_or(peer);
    }
    let peer = peer?;
    if !trusts(networks, peer) {
        return Some(peer);
    }
    let mut nearest = peer;
    for entry in chain {
        nearest = entry?;
        if !trusts(networks, nearest) {
            return Some(nearest);
        }
    }
    Some(nearest)
}

/// Forwarding entries from right to left.
fn chain(sent: &Sent<'_>) -> Vec<Option<IpAddr>> {
    let listed = |name: &str| -> Vec<Vec<u8>> {
        let values: Vec<&[u8]> = sent
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| &**value)
            .collect();
        let mut entries: Vec<Vec<u8>> = values
            .iter()
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(<[u8]>::to_vec)
            .collect();
        entries.reverse();
        entries.truncate(MOST);
        entries
    };
    let plain = listed("x-forwarded-for");
    if !plain.is_empty() {
        return plain.iter().map(|entry| address(entry)).collect();
    }
    listed("forwarded")
        .iter()
        .map(|entry| named(entry))
        .collect()
}

/// The `for` of an element of RFC 7239.
fn named(element: &[u8]) -> Option<IpAddr> {
    for pair in element.split(|byte| *byte == b';') {
        let pair = pair.trim_ascii();
        if pair.len() >= 4 && pair[..4].eq_ignore_ascii_case(b"for=") {
            let value = pair[4..].trim_ascii();
            let quoted = value.len() >= 2 && value.starts_with(b"\"") && value.ends_with(b"\"");
            return address(if quoted {
                &value[1..value.len() - 1]
            } else {
                value
            });
        }
    }
    None
}

fn trusts(networks: &[&str], ip: IpAddr) -> bool {
    networks.iter().any(|network| inside(network, ip))
}

/// Bit by bit: whether the address is in the network.
fn inside(network: &str, ip: IpAddr) -> bool {
    let (base, prefix) = network.split_once('/').unwrap_or((network, ""));
    let base: IpAddr = base.parse().expect("it was read");
    let mut prefix: usize = prefix
        .parse()
        .unwrap_or(if base.is_ipv4() { 32 } else { 128 });
    let mut canonical = base;
    if base.is_ipv6() && base.to_canonical().is_ipv4() && prefix >= 96 {
        canonical = base.to_canonical();
        prefix -= 96;
    }
    let bits = |ip: IpAddr| -> Vec<u8> {
        let octets = match ip {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        octets
            .iter()
            .flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1))
            .collect()
    };
    let (one, other) = (bits(canonical), bits(ip));
    one.len() == other.len() && one[..prefix] == other[..prefix]
}

fn contains(network: &str, case: &Case<'_>) {
    let read = Network::parse(network).expect("it was read");
    let given = case.requests.iter().filter_map(|sent| address(&sent.peer));
    for ip in
        given.chain(["10.0.0.1", "::1", "203.0.113.9"].map(|ip| ip.parse().expect("an address")))
    {
        assert_eq!(read.contains(ip), inside(network, ip), "{ip} in {network}");
    }
}
