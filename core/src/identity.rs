//! Who is asking: the client's address, found without believing the client.
//!
//! A forwarding header is the client's claim unless somebody trusted wrote it.
//! The address comes, in this order, from
//! 1. the hosting platform's own header, where the policy or the host's
//!    environment names the platform, whose edge overwrites it;
//! 2. the peer's address; where that is a trusted proxy of the policy
//!    (`proxies`: addresses and CIDR ranges), `X-Forwarded-For` is read from
//!    right to left past every trusted proxy, or `Forwarded` (RFC 7239) where
//!    there is no `X-Forwarded-For`;
//! 3. a number of hops (`proxies`: 2), which counts from the right without
//!    looking at the peer, for hosts that show none;
//! 4. `context.ip`, where the host shows no peer.
//!
//! Otherwise it is unknown, and what needs it is undetermined.
//!
//! Attacks: a forged `X-Forwarded-For`, `X-Real-IP`, `Client-IP` from an
//! untrusted peer (ignored); a forged entry left of the real one (never
//! reached); garbage where a proxy hid the address (unknown, not a guess); an
//! IPv6 client that rotates its interface id (limits key IPv6 by /64);
//! IPv4-mapped spellings (folded).

use crate::context::Context;
use crate::policy::Fault;
use crate::request::Request;
use crate::text::json::{Value, write_count};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest chain of forwarding entries that is looked at, from the right.
const MAX_HOPS: usize = 32;

/// Headers by which platforms name the client, tried in order.
const PLATFORMS: [(&str, &[&str]); 4] = [
    ("vercel", &["x-vercel-forwarded-for", "x-real-ip"]),
    ("fly", &["fly-client-ip"]),
    ("render", &["true-client-ip", "cf-connecting-ip"]),
    ("cloudflare", &["cf-connecting-ip"]),
];

/// Whose forwarding headers are believed.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    proxies: Vec<Network>,
    hops: usize,
    platform: Option<&'static str>,
}

/// The client as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Its address; `None` if nobody trustworthy said.
    pub ip: Option<IpAddr>,
}

impl Client {
    /// Its address with those of its neighbours: IPv4 by /24, IPv6 by /64.
    #[must_use]
    pub fn neighbours(self) -> Option<IpAddr> {
        self.network().map(|ip| match ip {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & 0xffff_ff00)),
            IpAddr::V6(_) => ip,
        })
    }

    /// What limits are keyed by: IPv4 whole, IPv6 by /64, since one client has
    /// at least that many addresses.
    #[must_use]
    pub fn network(self) -> Option<IpAddr> {
        self.ip.map(|ip| match ip {
            IpAddr::V4(_) => ip,
            IpAddr::V6(v6) => {
                let mask = u128::MAX.wrapping_shl(64);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
        })
    }
}

impl Trust {
    pub(crate) fn parse(proxies: Option<&Value>, platform: Option<&Value>) -> Result<Self, Fault> {
        let mut trust = Self::default();
        let allowed = "an array of addresses and CIDR ranges, or a number of hops from 1 to 32";
        match proxies {
            None => {}
            Some(Value::List(list)) => {
                for (index, item) in list.iter().enumerate() {
                    let network = item.as_text().and_then(Network::parse).ok_or_else(|| {
                        let field = alloc::format!("proxies[{index}]");
                        Fault::found(
                            field,
                            item,
                            "an address or a CIDR range such as \"10.0.0.0/8\"",
                        )
                    })?;
                    trust.proxies.push(network);
                }
            }
            Some(value) => {
                trust.hops = value
                    .as_number()
                    .and_then(crate::units::Number::as_i64)
                    .and_then(|n| usize::try_from(n).ok())
                    .filter(|n| (1..=MAX_HOPS).contains(n))
                    .ok_or_else(|| Fault::found("proxies", value, allowed))?;
            }
        }
        if let Some(value) = platform {
            let known = PLATFORMS
                .iter()
                .find(|(name, _)| Some(*name) == value.as_text());
            let (name, _) = known.ok_or_else(|| {
                let names: Vec<&str> = PLATFORMS.iter().map(|(name, _)| *name).collect();
                Fault::found(
                    "platform",
                    value,
                    alloc::format!("one of {}", names.join(", ")),
                )
            })?;
            trust.platform = Some(name);
        }
        Ok(trust)
    }

    /// The headers that may name the client on a host of this platform, or on
    /// any host.
    pub(crate) fn headers(&self, host: Option<&str>) -> impl Iterator<Item = &'static str> {
        let forwarding = !self.proxies.is_empty() || self.hops > 0;
        let platform = self.platform.or(host);
        PLATFORMS
            .iter()
            .filter(move |(name, _)| platform.is_none_or(|platform| platform == *name))
            .flat_map(|(_, headers)| headers.iter().copied())
            .chain(
                ["x-forwarded-for", "forwarded"]
                    .into_iter()
                    .filter(move |_| forwarding),
            )
    }

    /// Finds the client.
    #[must_use]
    pub fn client(&self, request: &Request<'_>, context: &Context) -> Client {
        let platform = self
            .platform
            .map(str::as_bytes)
            .or(Some(request.platform))
            .and_then(|name| PLATFORMS.iter().find(|(known, _)| known.as_bytes() == name));
        if let Some((_, headers)) = platform {
            let named = headers.iter().find_map(|header| request.header(header));
            return Client {
                ip: named.and_then(address),
            };
        }
        if self.hops > 0 {
            let chain = forwarded(request);
            let hop = chain.get(self.hops.saturating_sub(1)).copied();
            return Client {
                ip: hop.unwrap_or_else(|| peer(request, context)),
            };
        }
        Client {
            ip: self.through_proxies(request, peer(request, context)),
        }
    }

    /// The first address from the right that is no trusted proxy.
    fn through_proxies(&self, request: &Request<'_>, peer: Option<IpAddr>) -> Option<IpAddr> {
        let mut nearest = peer?;
        if self.proxies.is_empty() || !self.trusts(nearest) {
            return Some(nearest);
        }
        for entry in forwarded(request) {
            nearest = entry?;
            if !self.trusts(nearest) {
                break;
            }
        }
        Some(nearest)
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(ip))
    }
}

fn peer(request: &Request<'_>, context: &Context) -> Option<IpAddr> {
    if request.peer.is_empty() {
        return context
            .get("ip")
            .and_then(Value::as_text)
            .and_then(|text| address(text.as_bytes()));
    }
    address(request.peer)
}

/// Forwarding entries from right to left; an entry that is no address is `None`.
fn forwarded(request: &Request<'_>) -> Vec<Option<IpAddr>> {
    let listed = |name: &'static str| {
        let values: Vec<&[u8]> = request.headers_named(name).collect();
        values
            .into_iter()
            .rev()
            .flat_map(|value| value.rsplit(|b| *b == b','))
    };
    let plain: Vec<_> = listed("x-forwarded-for")
        .take(MAX_HOPS)
        .map(address)
        .collect();
    if !plain.is_empty() {
        return plain;
    }
    listed("forwarded")
        .take(MAX_HOPS)
        .map(forwarded_for)
        .collect()
}

/// The `for` parameter of one RFC 7239 element.
fn forwarded_for(element: &[u8]) -> Option<IpAddr> {
    element
        .split(|b| *b == b';')
        .map(<[u8]>::trim_ascii)
        .find_map(|pair| match pair.split_at_checked(4) {
            Some((name, value)) if name.eq_ignore_ascii_case(b"for=") => Some(value),
            _ => None,
        })
        .map(<[u8]>::trim_ascii)
        .map(|value| {
            value
                .strip_prefix(b"\"")
                .and_then(|v| v.strip_suffix(b"\""))
                .unwrap_or(value)
        })
        .and_then(address)
}

/// An address as proxies write it: bare, with a port, in brackets, with a zone.
#[must_use]
pub fn address(text: &[u8]) -> Option<IpAddr> {
    let text = core::str::from_utf8(text.trim_ascii()).ok()?;
    if let Ok(v4) = text.parse::<Ipv4Addr>() {
        return Some(IpAddr::V4(v4));
    }
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => match text.split_once(':') {
            Some((host, port)) if !port.contains(':') => host,
            _ => text,
        },
    };
    let bare = bare.split_once('%').map_or(bare, |(ip, _)| ip);
    bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// Writes the address as decisions show it.
pub(crate) fn write_address(ip: IpAddr, out: &mut String) {
    match ip {
        IpAddr::V4(v4) => {
            for (index, octet) in v4.octets().into_iter().enumerate() {
                if index > 0 {
                    out.push('.');
                }
                write_count(octet.into(), out);
            }
        }
        IpAddr::V6(v6) => {
            let _ = write!(out, "{v6}");
        }
    }
}

/// An address range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    mask: u128,
    v4: bool,
}

impl Network {
    /// Reads an address or a CIDR range; IPv4-mapped ones count as IPv4.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (ip, prefix) = match text.split_once('/') {
            Some((ip, prefix)) => (ip, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (bits, width, v4) = match ip.parse::<IpAddr>().ok()? {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32, true),
            IpAddr::V6(v6) => (v6.to_bits(), 128, false),
        };
        let prefix = prefix.unwrap_or(width);
        let host_bits = width.checked_sub(prefix)?;
        let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
        match (v4, IpAddr::V6(Ipv6Addr::from_bits(bits)).to_canonical()) {
            (false, IpAddr::V4(mapped)) if prefix >= 96 => Some(Self {
                bits: u128::from(mapped.to_bits()) & mask,
                mask,
                v4: true,
            }),
            _ => Some(Self {
                bits: bits & mask,
                mask,
                v4,
            }),
        }
    }

    /// Whether the (canonical) address lies in the range.
    #[must_use]
    pub fn contains(self, ip: IpAddr) -> bool {
        match ip {
            IpAddr::V4(v4) => self.v4 && u128::from(v4.to_bits()) & self.mask == self.bits,
            IpAddr::V6(v6) => !self.v4 && v6.to_bits() & self.mask == self.bits,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]
    use super::*;
    use crate::frame::{Frame, FrameBuilder, FrameFields};
    use alloc::string::{String, ToString as _};

    fn client(proxies: &str, peer: &str, headers: &[(&str, &str)]) -> Option<String> {
        let value = Value::parse(proxies.as_bytes()).unwrap();
        let trust = Trust::parse(Some(&value), None).unwrap();
        with(&trust, peer, "", headers)
    }

    fn with(trust: &Trust, peer: &str, platform: &str, headers: &[(&str, &str)]) -> Option<String> {
        let fields = FrameFields {
            peer: peer.as_bytes(),
            platform: platform.as_bytes(),
            ..FrameFields::default()
        };
        let mut builder = FrameBuilder::default();
        let headers = headers.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
        let frame = Frame::parse(builder.build(&fields, headers).unwrap()).unwrap();
        trust
            .client(&frame.request(), &Context::default())
            .ip
            .map(|ip| ip.to_string())
    }

    #[test]
    fn an_untrusted_peer_chooses_nothing() {
        let forged = [
            ("X-Forwarded-For", "1.2.3.4"),
            ("X-Real-IP", "1.2.3.4"),
            ("X-Client-IP", "1.2.3.4"),
            ("Forwarded", "for=1.2.3.4"),
            ("CF-Connecting-IP", "1.2.3.4"),
            ("X-Vercel-Forwarded-For", "1.2.3.4"),
        ];
        assert_eq!(
            client("[]", "203.0.113.9", &forged).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(
            client("[\"10.0.0.0/8\"]", "203.0.113.9", &forged).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(client("[]", "", &forged), None);
    }

    #[test]
    fn the_chain_is_read_from_the_right() {
        let chain = [
            ("x-forwarded-for", "6.6.6.6, 198.51.100.1"),
            ("x-forwarded-for", "10.0.0.2"),
        ];
        let proxies = "[\"10.0.0.0/8\", \"2001:db8::/32\"]";
        assert_eq!(
            client(proxies, "10.0.0.1", &chain).as_deref(),
            Some("198.51.100.1")
        );
        let hidden = [("x-forwarded-for", "6.6.6.6, unknown")];
        assert_eq!(client(proxies, "10.0.0.1", &hidden), None);
        let inside = [("x-forwarded-for", "10.9.9.9")];
        assert_eq!(
            client(proxies, "10.0.0.1", &inside).as_deref(),
            Some("10.9.9.9")
        );
        let rfc7239 = [(
            "forwarded",
            "for=6.6.6.6, For=\"[2001:db9::17]:4711\";proto=https;by=x",
        )];
        assert_eq!(
            client(proxies, "2001:db8::1", &rfc7239).as_deref(),
            Some("2001:db9::17")
        );
        assert_eq!(client("1", "", &chain).as_deref(), Some("10.0.0.2"));
        assert_eq!(client("2", "", &chain).as_deref(), Some("198.51.100.1"));
    }

    #[test]
    fn platforms_are_believed_only_by_name() {
        let trust = Trust::default();
        let headers = [
            ("fly-client-ip", "198.51.100.1"),
            ("x-forwarded-for", "6.6.6.6"),
        ];
        assert_eq!(
            with(&trust, "172.16.0.1", "fly", &headers).as_deref(),
            Some("198.51.100.1")
        );
        assert_eq!(
            with(&trust, "172.16.0.1", "other", &headers).as_deref(),
            Some("172.16.0.1")
        );
    }

    #[test]
    fn spellings_of_addresses() {
        let read = |text: &str| {
            address(text.as_bytes()).map(|ip| {
                let mut out = String::new();
                write_address(ip, &mut out);
                assert_eq!(out, ip.to_string());
                out
            })
        };
        for (text, expected) in [
            (" 192.0.2.1:8080", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("192.0.2.1.", None),
            ("0x7f.1", None),
            ("_hidden", None),
            ("", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn networks() {
        let inside = |n: &str, ip: &str| {
            Network::parse(n)
                .unwrap()
                .contains(ip.parse::<IpAddr>().unwrap())
        };
        assert!(inside("10.0.0.0/8", "10.255.1.2"));
        assert!(!inside("10.0.0.0/8", "11.0.0.1"));
        assert!(inside("0.0.0.0/0", "1.2.3.4") && !inside("0.0.0.0/0", "::1"));
        assert!(inside("::/0", "2001:db8::1"));
        assert!(inside("::ffff:10.0.0.0/104", "10.1.1.1"));
        for bad in [
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "x",
            "10.0.0.0/-1",
            "10.0.0.0/",
        ] {
            assert!(Network::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn ipv6_is_keyed_by_its_network() {
        let client = Client {
            ip: Some("2001:db8:1:2:3:4:5:6".parse().unwrap()),
        };
        assert_eq!(
            client.network().map(|ip| ip.to_string()).as_deref(),
            Some("2001:db8:1:2::")
        );
    }
}
