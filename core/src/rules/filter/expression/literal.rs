//! Literals without quotes: numbers, booleans, addresses, networks, ranges.

use super::scan::brief;
use crate::units::Number;
use alloc::format;
use alloc::string::String;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A number, an address or a boolean as written, or a range of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bare {
    Number(Number),
    Numbers(Number, Number),
    Bool(bool),
    Ip(IpAddr),
    Ips(IpAddr, IpAddr),
}

/// What `word` is. An error without a message: none of these.
pub(super) fn bare(word: &str) -> Result<Bare, Option<String>> {
    match word {
        "true" => return Ok(Bare::Bool(true)),
        "false" => return Ok(Bare::Bool(false)),
        _ => {}
    }
    if let Some((address, prefix)) = word.split_once('/') {
        return network(address, prefix).map_err(Some);
    }
    match word.split_once("..") {
        Some((first, last)) => range(first, last).map_err(Some),
        None => single(word).ok_or(None),
    }
}

fn single(word: &str) -> Option<Bare> {
    if let Some(address) = address(word) {
        return Some(Bare::Ip(address));
    }
    let plain = word
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    let number = Number::parse(word.as_bytes()).filter(|_| plain && !word.ends_with('.'))?;
    Some(Bare::Number(number))
}

/// IPv4 mapped into IPv6 is IPv4, as it is in requests.
fn address(word: &str) -> Option<IpAddr> {
    word.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

fn range(first: &str, last: &str) -> Result<Bare, String> {
    match (single(first), single(last)) {
        (Some(Bare::Number(first)), Some(Bare::Number(last))) if first <= last => {
            Ok(Bare::Numbers(first, last))
        }
        (Some(Bare::Ip(first)), Some(Bare::Ip(last)))
            if first.is_ipv4() == last.is_ipv4() && first <= last =>
        {
            Ok(Bare::Ips(first, last))
        }
        (Some(Bare::Number(_)), Some(Bare::Number(_))) | (Some(Bare::Ip(_)), Some(Bare::Ip(_))) => {
            Err(String::from("the range is the wrong way round"))
        }
        _ => Err(String::from(
            "a range is written 1..10, or with two addresses",
        )),
    }
}

fn network(address: &str, prefix: &str) -> Result<Bare, String> {
    let Ok(base) = address.parse::<IpAddr>() else {
        return Err(format!("{} is no address", brief(address)));
    };
    let width: u8 = if base.is_ipv4() { 32 } else { 128 };
    let digits = prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_digit());
    let Some(prefix) = prefix
        .parse::<u8>()
        .ok()
        .filter(|bits| digits && *bits <= width)
    else {
        return Err(format!(
            "a prefix of this address is 0 to {width} bits long"
        ));
    };
    // a prefix inside the mapped block is an IPv4 prefix
    let (base, prefix) = match base.to_canonical() {
        mapped @ IpAddr::V4(_) if width == 128 && prefix >= 96 => {
            (mapped, prefix.saturating_sub(96))
        }
        _ => (base, prefix),
    };
    let (first, last) = match base {
        IpAddr::V4(v4) => {
            let host = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
            let bits = v4.to_bits();
            (
                IpAddr::V4(Ipv4Addr::from_bits(bits & !host)),
                IpAddr::V4(Ipv4Addr::from_bits(bits | host)),
            )
        }
        IpAddr::V6(v6) => {
            let host = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
            let bits = v6.to_bits();
            (
                IpAddr::V6(Ipv6Addr::from_bits(bits & !host)),
                IpAddr::V6(Ipv6Addr::from_bits(bits | host)),
            )
        }
    };
    if first != base {
        return Err(format!(
            "{base}/{prefix} has bits beyond its prefix; the network is {first}/{prefix}"
        ));
    }
    Ok(Bare::Ips(first, last))
}
