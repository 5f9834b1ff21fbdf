//! Ranges of addresses, packed and written: membership is what a plain list
//! of them says, and a crawler is what its ranges say.
#![no_main]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use doorward_core::agents::crawlers::is_in;
use doorward_core::decision::Detail;
use doorward_core::frame::flag;
use doorward_core::identity::Network;
use doorward_core::units::Millis;
use doorward_fuzz::input::Sent;
use doorward_fuzz::{check, decide, engine, memory};
use libfuzzer_sys::fuzz_target;
use std::borrow::Cow;

/// A time at which the application's lists are a day old.
const NOW: Millis = Millis(1_800_086_400_000);
const DATE: &str = "2027-01-15T08:00:00Z";
const AGENT: &[u8] = b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

fuzz_target!(|bytes: &[u8]| {
    packed(bytes);
    written(bytes);
});

/// The packed form, whatever it holds, against the ranges read from it.
fn packed(bytes: &[u8]) {
    let list = unpacked(bytes);
    let near = list
        .iter()
        .flat_map(|(start, end)| [start.wrapping_sub(1), *start, end.wrapping_sub(1), *end]);
    for wanted in near.chain([0, 1, u64::from(u32::MAX), u64::MAX]) {
        let inside = list
            .iter()
            .any(|(start, end)| (*start..*end).contains(&wanted));
        assert_eq!(is_in(bytes, wanted), inside, "{wanted} in {list:?}");
    }
}

/// Gap and length, in turn, as numbers of seven bits a byte.
fn unpacked(bytes: &[u8]) -> Vec<(u64, u64)> {
    let (mut numbers, mut number, mut shift) = (Vec::new(), 0_u64, 0_u32);
    for byte in bytes {
        if shift > 63 {
            break;
        }
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            numbers.push(number);
            (number, shift) = (0, 0);
        }
    }
    let (mut out, mut at) = (Vec::new(), 0_u64);
    for pair in numbers.chunks_exact(2) {
        let start = at.saturating_add(pair[0]);
        at = start.saturating_add(pair[1]);
        out.push((start, at));
    }
    out
}

/// Pairs of an address and a length, as a policy has them.
fn written(bytes: &[u8]) {
    let mut ranges = Vec::new();
    for entry in bytes.chunks_exact(6).take(8) {
        let [kind, length, rest @ ..] = entry else {
            continue;
        };
        let low = u32::from_le_bytes(rest.try_into().expect("four bytes"));
        ranges.push(if kind & 1 == 0 {
            let base = IpAddr::V4(Ipv4Addr::from_bits(low));
            (base, u32::from(length % 33))
        } else {
            let high = u128::from(0x2000_0000 | low >> 3) << 96;
            let base = IpAddr::V6(Ipv6Addr::from_bits(high | u128::from(low)));
            (base, u32::from(length % 129))
        });
    }
    let Some((first, _)) = ranges.first().copied() else {
        return;
    };
    let texts: Vec<String> = ranges
        .iter()
        .map(|(base, length)| format!("{base}/{length}"))
        .collect();
    let (last, _) = ranges[ranges.len() - 1];
    for ip in [first, last, next(last), next(first)] {
        let listed = ranges.iter().any(|range| inside(*range, ip));
        let networks = texts
            .iter()
            .map(|text| Network::parse(text).expect("a range"));
        assert_eq!(
            networks.into_iter().any(|n| n.contains(ip)),
            listed,
            "{ip} in {texts:?}"
        );
    }
    // a whole decision for some: a policy takes a thousand times as long to compile
    if bytes.first().is_none_or(|kind| kind & 0x70 != 0x70) {
        return;
    }
    let listed = ranges.iter().any(|range| inside(*range, last));
    let policy = format!(
        r#"{{"rules":[{{"rule":"detectBot","mode":"LIVE","allow":["google-crawler"],"ranges":[{{"bot":"google-crawler","date":"{DATE}","ranges":"{}"}}]}}]}}"#,
        texts.join(" ")
    );
    let peer = last.to_string();
    let frame = Sent {
        flags: flag::HTTPS | flag::ALL_HEADERS,
        now: Some(NOW),
        peer: Cow::Borrowed(peer.as_bytes()),
        method: Cow::Borrowed(b"GET"),
        target: Cow::Borrowed(b"/"),
        headers: vec![(Cow::Borrowed(b"user-agent"), Cow::Borrowed(AGENT))],
        ..Sent::default()
    }
    .frame();
    let engine = engine(&policy, false);
    let decision = decide(&engine, &mut memory(), &frame);
    check::decision(&engine, &decision, &frame);
    let reason = &decision.results[0].reason;
    let verified = reason
        .details
        .iter()
        .any(|(name, detail)| *name == "verified" && *detail == Detail::Flag(true));
    assert_eq!(verified, listed && public(last), "{last}: {policy}");
    // the lists are a day old, so an address that is in none of them is somebody else's
    let spoofed = reason.code == "bot.spoofed.crawler";
    assert_eq!(spoofed, !listed && public(last), "{last}: {policy}");
}

fn next(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits().wrapping_add(1)).into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits().wrapping_add(1)).into(),
    }
}

/// Whether the leading bits are the same.
fn inside((base, length): (IpAddr, u32), ip: IpAddr) -> bool {
    match (base, ip) {
        (IpAddr::V4(base), IpAddr::V4(ip)) => (0..length).all(|bit| {
            let of = |ip: Ipv4Addr| ip.to_bits() >> (31 - bit) & 1;
            of(base) == of(ip)
        }),
        (IpAddr::V6(base), IpAddr::V6(ip)) => (0..length).all(|bit| {
            let of = |ip: Ipv6Addr| ip.to_bits() >> (127 - bit) & 1;
            of(base) == of(ip)
        }),
        _ => false,
    }
}

/// Addresses that the documentation calls public.
fn public(ip: IpAddr) -> bool {
    const PRIVATE: [(&str, u32); 9] = [
        ("0.0.0.0", 8),
        ("10.0.0.0", 8),
        ("100.64.0.0", 10),
        ("127.0.0.0", 8),
        ("169.254.0.0", 16),
        ("172.16.0.0", 12),
        ("192.168.0.0", 16),
        ("224.0.0.0", 4),
        ("240.0.0.0", 4),
    ];
    match ip {
        IpAddr::V4(_) => !PRIVATE
            .iter()
            .any(|(base, length)| inside((base.parse().expect("an address"), *length), ip)),
        IpAddr::V6(ip) => ip.segments()[0] >> 13 == 1,
    }
}
