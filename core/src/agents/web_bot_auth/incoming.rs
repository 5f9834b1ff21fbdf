//! A request as it was signed.

use crate::request::{Request, Scheme};
use crate::text::signature::Message;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// A request, as RFC 9421 section 2.2 derives components from it.
pub(super) struct Incoming<'r> {
    pub(super) request: &'r Request<'r>,
    pub(super) scheme: &'r str,
}

impl Message for Incoming<'_> {
    fn derived(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        let path = match self.request.raw_path() {
            [] => b"/",
            path => path,
        };
        let query = self.request.raw_query();
        let with_query = |mut target: Vec<u8>| {
            target.extend_from_slice(path);
            if !query.is_empty() {
                target.push(b'?');
                target.extend_from_slice(query);
            }
            Cow::Owned(target)
        };
        Some(match name {
            "method" => Cow::Borrowed(self.request.method),
            "authority" => authority(self.request)?,
            "scheme" => Cow::Borrowed(self.scheme.as_bytes()),
            "path" => Cow::Borrowed(path),
            "query" => Cow::Owned([b"?", query].concat()),
            "request-target" => with_query(Vec::new()),
            "target-uri" => {
                let authority = authority(self.request)?;
                with_query([self.scheme.as_bytes(), b"://", &authority].concat())
            }
            _ => return None,
        })
    }

    fn field(&self, name: &str) -> Vec<&[u8]> {
        self.request.headers_named(name).collect()
    }
}

/// The host in lower case, without the scheme's default port.
pub(super) fn authority<'r>(request: &Request<'r>) -> Option<Cow<'r, [u8]>> {
    let host = request.host()?;
    let ports: &[&[u8]] = match request.scheme {
        Scheme::Http => &[b":80"],
        Scheme::Https => &[b":443"],
        Scheme::Unknown => &[b":443", b":80"],
    };
    let bare = ports.iter().find_map(|port| host.strip_suffix(*port));
    let length = bare.map_or(host.len(), <[u8]>::len);
    Some(match host {
        Cow::Borrowed(host) => Cow::Borrowed(host.get(..length)?),
        Cow::Owned(mut host) => {
            host.truncate(length);
            Cow::Owned(host)
        }
    })
}
