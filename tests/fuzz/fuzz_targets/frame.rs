//! Frames: any bytes are read or refused; what is read is written back; what a
//! host writes is read, whichever way it encodes its text.
#![no_main]

use doorward_core::frame::{Frame, FrameBuilder, FrameFields, flag};
use doorward_core::request::{Request, Scheme};
use doorward_fuzz::input::{Case, Sent};
use libfuzzer_sys::fuzz_target;

const FLAGS: usize = 4;
const TEXT: usize = 13 * 4;

fuzz_target!(|bytes: &[u8]| {
    if let Some(frame) = Frame::parse(bytes) {
        rebuilt(&frame, bytes);
    }
    for sent in Case::read(bytes).requests {
        let frame = sent.frame();
        reads(&frame, &sent);
        reads(&wide(&frame), &sent);
        // what does not fit by one byte is refused
        assert!(Frame::parse(&frame[..frame.len() - 1]).is_none());
        assert!(Frame::parse(&[&frame[..], b"x"].concat()).is_none());
    }
});

/// Read, written and read again: nothing changes.
fn rebuilt(frame: &Frame<'_>, bytes: &[u8]) {
    let request = frame.request();
    let flags = u32::from_le_bytes(bytes[FLAGS..FLAGS + 4].try_into().expect("a word"));
    let fields = FrameFields {
        flags: flags & !flag::NOW,
        now: request.now,
        id: request.id,
        peer: request.peer,
        platform: request.platform,
        method: request.method,
        target: request.target,
        head: request.body.head,
        tail: request.body.tail,
        context: frame.context(),
    };
    let mut builder = FrameBuilder::default();
    let written = builder
        .build(&fields, request.headers.iter().copied())
        .expect("it was a frame");
    let again = Frame::parse(written).expect("it was written as a frame");
    assert_eq!(format!("{request:?}"), format!("{:?}", again.request()));
    assert_eq!(frame.context(), again.context());
    if flags & flag::WIDE == 0 && flags & flag::NOW != 0 {
        assert_eq!(bytes, written);
    }
}

/// What a host put in comes out.
fn reads(bytes: &[u8], sent: &Sent<'_>) {
    let frame = Frame::parse(bytes).expect("a frame");
    let request = frame.request();
    let (head, tail) = sent.body();
    let is = |bit: u32| sent.flags & bit != 0;
    assert_eq!(request.now, sent.now);
    assert_eq!(request.peer, &*sent.peer);
    assert_eq!(request.platform, &*sent.platform);
    assert_eq!(request.method, &*sent.method);
    assert_eq!(request.target, &*sent.target);
    assert_eq!((request.body.head, request.body.tail), (head, tail));
    assert_eq!(frame.context(), &*sent.context);
    assert_eq!(request.body.truncated, is(flag::TRUNCATED));
    assert_eq!(request.body.late, is(flag::LATE));
    assert_eq!(request.seen.all_headers, is(flag::ALL_HEADERS));
    assert_eq!(request.seen.header_order, is(flag::HEADER_ORDER));
    assert_eq!(request.seen.raw_target, is(flag::RAW_TARGET));
    assert_eq!(
        matches!(request.scheme, Scheme::Unknown),
        is(flag::HTTP) == is(flag::HTTPS)
    );
    let headers = sent.headers.iter().map(|(n, v)| (n.as_ref(), v.as_ref()));
    assert!(request.headers.iter().copied().eq(headers));
    parts(&request);
}

/// What the request says of itself is bounded by what it is.
fn parts(request: &Request<'_>) {
    let target = request.target.len();
    assert!(request.path().len() <= target + 1);
    assert!(request.raw_path().len() + request.raw_query().len() <= target.max(1));
    let args: usize = request.raw_args().map(|(n, v)| n.len() + v.len()).sum();
    assert!(args <= target);
    for (name, _) in &request.headers {
        if let Ok(name) = core::str::from_utf8(name) {
            let name = name.to_ascii_lowercase();
            assert!(request.header(&name).is_some() || name.is_empty());
        }
    }
    let _ = (request.host(), request.cookies().count());
}

/// The same frame as a host of UTF-16 strings writes it.
fn wide(frame: &[u8]) -> Vec<u8> {
    let word = |at: usize| {
        let word = frame[at..at + 4].try_into().expect("a word");
        usize::try_from(u32::from_le_bytes(word)).expect("64 bits")
    };
    let start = TEXT + 4 + word(9 * 4) * 8;
    let (head, rest) = frame.split_at(start);
    let (text, rest) = rest.split_at(word(TEXT));
    let text: String = text.iter().copied().map(char::from).collect();
    let mut out = [head, text.as_bytes(), rest].concat();
    let length = u32::try_from(text.len()).expect("short");
    out[TEXT..TEXT + 4].copy_from_slice(&length.to_le_bytes());
    out[FLAGS] |= u8::try_from(flag::WIDE).expect("the lowest bit");
    out
}
