//! A request of a Python host as one frame.
//!
//! ASGI headers and WSGI environs are walked where they are: nothing is copied
//! but what the policy reads, once, into the frame. A value of an unexpected
//! type counts as absent. What a host cannot show is flagged: both lose the
//! case of header names, WSGI also their order and repeats.

use crate::text::Text;
use doorward_core::frame::{FrameBuilder, FrameFields, flag};
use doorward_core::units::Millis;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use std::time::{SystemTime, UNIX_EPOCH};

/// A header the policy reads: its name, and its key in a WSGI environ.
pub(crate) struct Wanted {
    name: Vec<u8>,
    key: Py<PyString>,
}

impl Wanted {
    pub(crate) fn new(py: Python<'_>, name: &str) -> Self {
        let upper = name.to_ascii_uppercase().replace('-', "_");
        let key = match name {
            "content-type" | "content-length" => upper,
            _ => format!("HTTP_{upper}"),
        };
        Self {
            name: name.as_bytes().to_vec(),
            key: PyString::intern(py, &key).unbind(),
        }
    }
}

/// What was seen of the body.
#[derive(Clone, Copy)]
pub(crate) struct Body<'a> {
    pub(crate) head: &'a [u8],
    pub(crate) tail: &'a [u8],
    pub(crate) truncated: bool,
    pub(crate) late: bool,
}

/// A request being put together.
pub(crate) struct Parts<'py> {
    method: Text<'py>,
    target: Text<'py>,
    peer: Text<'py>,
    headers: Vec<(Text<'py>, Text<'py>)>,
    id: Text<'py>,
    flags: u32,
}

impl Parts<'_> {
    /// The frame; nothing if a length does not fit it, which the core answers
    /// as a fault.
    pub(crate) fn frame<'py>(
        &self,
        py: Python<'py>,
        platform: &str,
        now: Option<u64>,
        context: &[u8],
        body: Body<'_>,
    ) -> Bound<'py, PyBytes> {
        let mut flags = self.flags;
        if body.truncated {
            flags |= flag::TRUNCATED;
        }
        if body.late {
            flags |= flag::LATE;
        }
        let fields = FrameFields {
            flags,
            now: Some(now.map_or_else(clock, Millis)),
            id: self.id.bytes(),
            peer: self.peer.bytes(),
            platform: platform.as_bytes(),
            method: self.method.bytes(),
            target: self.target.bytes(),
            head: body.head,
            tail: body.tail,
            context,
        };
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (name.bytes(), value.bytes()));
        let mut builder = FrameBuilder::default();
        PyBytes::new(py, builder.build(&fields, headers).unwrap_or_default())
    }
}

/// The clock.
pub(crate) fn clock() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// An ASGI scope, and its peer where the scope shows another.
pub(crate) fn asgi<'py>(
    scope: &Bound<'py, PyAny>,
    peer: Option<Bound<'py, PyAny>>,
    wanted: &[Wanted],
) -> Parts<'py> {
    let py = scope.py();
    let client = || get(scope, intern!(py, "client")).and_then(|client| client.get_item(0).ok());
    let peer = peer.or_else(client);
    let scheme = get(scope, intern!(py, "scheme"));
    let (target, raw) = asgi_target(scope);
    let mut headers = Vec::with_capacity(wanted.len());
    if let Some(list) = get(scope, intern!(py, "headers")) {
        each_pair(&list, |name, value| {
            if wants(wanted, name.bytes()) {
                headers.push((name, value));
            }
        });
    }
    Parts {
        method: Text::of_option(get(scope, intern!(py, "method")).as_ref()),
        target,
        peer: Text::of_option(peer.as_ref()),
        headers,
        id: Text::NONE,
        flags: flag::ALL_HEADERS | raw | scheme_flag(Text::of_option(scheme.as_ref()).bytes()),
    }
}

fn asgi_target<'py>(scope: &Bound<'py, PyAny>) -> (Text<'py>, u32) {
    let py = scope.py();
    let query = Text::of_option(get(scope, intern!(py, "query_string")).as_ref());
    let raw_path = get(scope, intern!(py, "raw_path")).and_then(|path| Text::of(&path));
    if let Some(path) = raw_path {
        return (joined(path, query.bytes()), flag::RAW_TARGET);
    }
    let path = get(scope, intern!(py, "path")).and_then(|path| path.extract::<String>().ok());
    let path = encoded(path.unwrap_or_default().as_bytes());
    (joined(Text::Owned(path), query.bytes()), 0)
}

/// A WSGI environ. The key of each wanted header is looked up: an environ also
/// holds everything else the server knows.
pub(crate) fn wsgi<'py>(environ: &Bound<'py, PyAny>, wanted: &[Wanted]) -> Parts<'py> {
    let py = environ.py();
    let text = |key: &Bound<'py, PyString>| Text::of_option(get(environ, key).as_ref());
    let raw = [intern!(py, "RAW_URI"), intern!(py, "REQUEST_URI")]
        .into_iter()
        .map(text)
        .find(|target| !target.bytes().is_empty());
    let (target, raw) = if let Some(target) = raw {
        (target, flag::RAW_TARGET)
    } else {
        let mut path = text(intern!(py, "SCRIPT_NAME")).bytes().to_vec();
        path.extend_from_slice(text(intern!(py, "PATH_INFO")).bytes());
        let query = text(intern!(py, "QUERY_STRING"));
        (joined(Text::Owned(encoded(&path)), query.bytes()), 0)
    };
    let header = |header: &Wanted| {
        let value = get(environ, header.key.bind(py)).and_then(|value| Text::of(&value))?;
        // servers put an empty CONTENT_TYPE where the request had none
        let absent = value.bytes().is_empty() && header.name.starts_with(b"content-");
        (!absent).then(|| (Text::Owned(header.name.clone()), value))
    };
    Parts {
        method: text(intern!(py, "REQUEST_METHOD")),
        target,
        peer: text(intern!(py, "REMOTE_ADDR")),
        headers: wanted.iter().filter_map(header).collect(),
        id: Text::NONE,
        flags: flag::ALL_HEADERS | raw | scheme_flag(text(intern!(py, "wsgi.url_scheme")).bytes()),
    }
}

/// A request written down by the application.
pub(crate) fn plain<'py>(
    name: &Bound<'py, PyAny>,
    method: &Bound<'py, PyAny>,
    url: &Bound<'py, PyAny>,
    list: &Bound<'py, PyAny>,
    flags: u32,
    ip: &Bound<'py, PyAny>,
    wanted: &[Wanted],
) -> Parts<'py> {
    let target = Text::of_option(Some(url));
    let scheme = target
        .bytes()
        .iter()
        .position(|b| *b == b':')
        .unwrap_or_default();
    let scheme = scheme_flag(target.bytes().get(..scheme).unwrap_or_default());
    let mut headers = Vec::new();
    each_pair(list, |name, value| {
        if wants(wanted, name.bytes()) {
            headers.push((name, value));
        }
    });
    Parts {
        method: Text::of_option(Some(method)),
        target,
        peer: Text::of_option(Some(ip)),
        headers,
        id: Text::of_option(Some(name)),
        flags: flags | scheme | flag::RAW_TARGET,
    }
}

fn get<'py>(mapping: &Bound<'py, PyAny>, key: &Bound<'py, PyString>) -> Option<Bound<'py, PyAny>> {
    match mapping.cast::<PyDict>() {
        Ok(dict) => dict.get_item(key).ok().flatten(),
        Err(_) => mapping.get_item(key).ok(),
    }
}

/// Calls `with` for each pair of texts in a sequence of pairs.
fn each_pair<'py>(list: &Bound<'py, PyAny>, mut with: impl FnMut(Text<'py>, Text<'py>)) {
    let mut one = |item: &Bound<'py, PyAny>| {
        let pair = match item.cast::<PyTuple>() {
            Ok(pair) => pair.get_item(0).ok().zip(pair.get_item(1).ok()),
            Err(_) => item.get_item(0).ok().zip(item.get_item(1).ok()),
        };
        let texts = pair.and_then(|(name, value)| Text::of(&name).zip(Text::of(&value)));
        if let Some((name, value)) = texts {
            with(name, value);
        }
    };
    if let Ok(list) = list.cast::<PyList>() {
        list.iter().for_each(|item| one(&item));
    } else if let Ok(items) = list.try_iter() {
        items.flatten().for_each(|item| one(&item));
    }
}

fn wants(wanted: &[Wanted], name: &[u8]) -> bool {
    wanted
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case(name))
}

fn scheme_flag(scheme: &[u8]) -> u32 {
    match scheme.to_ascii_lowercase().as_slice() {
        b"http" | b"ws" => flag::HTTP,
        b"https" | b"wss" => flag::HTTPS,
        _ => 0,
    }
}

fn joined<'py>(path: Text<'py>, query: &[u8]) -> Text<'py> {
    if query.is_empty() {
        return path;
    }
    Text::Owned([path.bytes(), b"?", query].concat())
}

/// A decoded path as a target again.
fn encoded(path: &[u8]) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(path.len());
    for byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(byte) {
            out.push(*byte);
        } else {
            let digit = |n: u8| HEX.get(usize::from(n)).copied().unwrap_or(b'0');
            out.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}
