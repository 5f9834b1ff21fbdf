//! Server-side request forgery: a whole URL whose host is written so that a
//! filter does not know it, or is a metadata service.
//!
//! Plain `http://localhost:8080/` and private addresses are not taken for
//! attacks: developers and internal services send them. Source: RFC 3986
//! section 7.4 (rare IP formats), cloud vendors' metadata addresses.

use super::evidence::Evidence;
use crate::text::cursor::starts_with_ci;

/// The evidence in `text`, if it is a URL.
pub(crate) fn find_in(text: &[u8]) -> Option<Evidence> {
    let text = text.trim_ascii();
    let head = text.get(..text.len().min(16))?;
    let Some(at) = head.iter().position(|b| *b == b':') else {
        return bare(text);
    };
    let scheme = text.get(..at)?;
    if scheme.is_empty() || !scheme.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let rest = text.get(at.saturating_add(1)..)?;
    let slashes = rest
        .iter()
        .take_while(|b| matches!(b, b'/' | b'\\'))
        .count();
    // `http:127.0.0.1`, `http:\\\\x`: browsers and libraries fill in what is missing
    let web = scheme.eq_ignore_ascii_case(b"http") || scheme.eq_ignore_ascii_case(b"https");
    if slashes != 2 && !web {
        return None;
    }
    let odd = slashes != 2;
    let rest = rest.get(slashes..)?;
    let authority = rest.get(
        ..rest
            .iter()
            .position(|b| matches!(b, b'/' | b'?' | b'#' | b'\\'))
            .unwrap_or(rest.len()),
    )?;
    let host = authority.rsplit(|b| *b == b'@').next()?;
    let named = host.len() < authority.len();
    let score = if let Some(inner) = host.strip_prefix(b"[") {
        bracketed(inner)?
    } else {
        let host = host.split(|b| *b == b':').next()?;
        odd_ipv4(host)
            .or_else(|| helper(host))
            .or_else(|| loopback(host).filter(|_| named || odd).map(|_| 8000))
            // what a browser does not fetch, a server is asked for
            .or_else(|| (!web && !is_stored(scheme) && is_here(host)).then_some(7000))
            .or_else(|| loopback(host))?
    };
    let start = text.len().saturating_sub(rest.len());
    Some(Evidence::new(
        "shield.ssrf.metadata",
        score,
        start,
        start.saturating_add(authority.len()),
    ))
}

/// A host's name without a scheme, and perhaps a slash behind it.
fn bare(text: &[u8]) -> Option<Evidence> {
    let host = text.strip_suffix(b"/").unwrap_or(text);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let score = helper(host).filter(|_| host.iter().all(plain))?;
    Some(Evidence::new("shield.ssrf.metadata", score, 0, host.len()))
}

/// `localhost` and its address.
fn is_here(host: &[u8]) -> bool {
    host.eq_ignore_ascii_case(b"localhost") || loopback(host).is_some()
}

/// Schemes of sockets and stores that a configuration names at this machine.
fn is_stored(scheme: &[u8]) -> bool {
    const STORES: [&[u8]; 12] = [
        b"ws",
        b"wss",
        b"redis",
        b"rediss",
        b"postgres",
        b"postgresql",
        b"mysql",
        b"mongodb",
        b"amqp",
        b"nats",
        b"tcp",
        b"udp",
    ];
    STORES
        .iter()
        .any(|store| scheme.eq_ignore_ascii_case(store))
}

/// IPv6 loopback, link-local, unique local, or an IPv4 address inside.
fn bracketed(inner: &[u8]) -> Option<u16> {
    let host = inner.split(|b| *b == b']').next()?;
    let local =
        host == b"::" || host == b"::1" || host.ends_with(b"::1") || host.starts_with(b"0:0:0:0:");
    let linked = [&b"fe80:"[..], b"fc00:", b"fd00:", b"fd"]
        .iter()
        .any(|p| starts_with_ci(host, p));
    let mapped = starts_with_ci(host, b"::ffff:") || starts_with_ci(host, b"0:0:0:0:0:ffff:");
    (local || linked || mapped).then_some(7000)
}

/// Decimal, octal, hexadecimal or short spellings of an IPv4 address.
fn odd_ipv4(host: &[u8]) -> Option<u16> {
    let host = host.strip_suffix(b".").unwrap_or(host);
    let (mut parts, mut odd) = (0_usize, false);
    for part in host.split(|b| *b == b'.') {
        parts = parts.saturating_add(1);
        let hexadecimal = part
            .strip_prefix(b"0x")
            .or_else(|| part.strip_prefix(b"0X"));
        let digits = hexadecimal.unwrap_or(part);
        let fits = |b: &u8| {
            if hexadecimal.is_some() {
                b.is_ascii_hexdigit()
            } else {
                b.is_ascii_digit()
            }
        };
        if digits.is_empty() || !digits.iter().all(fits) {
            return None;
        }
        odd |= hexadecimal.is_some()
            || (part.len() > 1 && part.first() == Some(&b'0'))
            || part.len() > 3;
    }
    ((odd || parts < 4) && parts <= 4).then_some(7800)
}

/// This machine: nothing that a visitor's server should fetch. A browser's own
/// development server is at `localhost`, which is left to the policy.
fn loopback(host: &[u8]) -> Option<u16> {
    let dotted = host.split(|b| *b == b'.').count() == 4
        && host.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    let local = dotted && (host.starts_with(b"127.") || host.starts_with(b"0."));
    let other = dotted && host.starts_with(b"169.254.");
    (local || other).then_some(if host == b"127.0.0.1" { 4500 } else { 7000 })
}

/// Names that resolve to an address of the caller's choice.
fn helper(host: &[u8]) -> Option<u16> {
    let names = [
        &b".nip.io"[..],
        b".sslip.io",
        b".xip.io",
        b"localtest.me",
        b".burpcollaborator.net",
        b".oastify.com",
        b".interact.sh",
        b".interactsh.com",
        b".oast.fun",
        b".oast.pro",
        b".oast.live",
        b".oast.site",
        b".oast.online",
        b".oast.me",
        b".dnslog.cn",
        b".ceye.io",
        b".1u.ms",
        b".rbndr.us",
        b"lvh.me",
        b"vcap.me",
        b"lacolhost.com",
        b"host.docker.internal",
        b"host.containers.internal",
        b"kubernetes.default.svc",
        b"localhost.localdomain",
        b"localhost4",
        b"localhost6",
        b"ip6-localhost",
        b"metadata.tencentyun.com",
        b"rancher-metadata",
    ];
    let ends = |name: &&[u8]| {
        let at = host.len().checked_sub(name.len());
        at.and_then(|at| host.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(name))
    };
    names.iter().any(ends).then_some(7000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_hosts() {
        for text in [
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1",
            "http://[::1]:80/",
            "http://[::ffff:a9fe:a9fe]",
            "http://127.1",
            "http://a.nip.io/x",
            "http://x@127.0.0.1/",
            "http:127.0.0.1/",
            "http:/127.1",
            "http://127.13.37.1:80",
        ] {
            assert!(find_in(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "http://localhost:8080/cb",
            "https://example.com",
            "http://10.0.0.1/",
            "http://[2001:db8::5]/",
            "1://",
            "see http://2130706433",
        ] {
            assert!(find_in(text.as_bytes()).is_none(), "{text}");
        }
    }
}
