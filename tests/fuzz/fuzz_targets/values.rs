//! The decoders: any request is a bounded number of values, in linear time; what
//! is decoded once more is what it says.
#![no_main]

use doorward_core::frame::Frame;
use doorward_core::text::cursor::steps;
use doorward_core::text::json::Value;
use doorward_core::text::values::each_value;
use doorward_core::text::{base64, decode};
use doorward_fuzz::input::Case;
use libfuzzer_sys::fuzz_target;

/// Bytes handed out for each byte sent, at most: names and values, of a
/// referer twice.
const GIVEN: usize = 8;

/// Steps for each byte sent, at most.
const STEPS: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    let case = Case::read(bytes);
    for sent in &case.requests {
        let frame = sent.frame();
        let frame = Frame::parse(&frame).expect("a frame");
        let request = frame.request();
        let sent_bytes = bytes.len().saturating_add(64);
        let mut given = 0_usize;
        let took = steps::of(|| {
            each_value(&request, &mut |value| {
                assert!(!value.text.is_empty(), "an empty value of {:?}", value.kind);
                given += value.text.len() + value.name.len() + 1;
            });
        });
        assert!(given <= GIVEN * sent_bytes, "{given} of {sent_bytes}");
        assert!(took <= STEPS * sent_bytes, "{took} for {sent_bytes}");
    }
    text(bytes);
});

/// Decodings of one text.
fn text(bytes: &[u8]) {
    // every byte escaped is every byte
    let escaped: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    for decoder in [decode::percent, decode::form] {
        assert_eq!(*decoder(escaped.as_bytes()), *bytes);
        let decoded = decoder(bytes);
        assert!(decoded.len() <= bytes.len());
        let plain = !bytes.iter().any(|byte| matches!(byte, b'%' | b'+'));
        assert!(!plain || *decoded == *bytes);
    }
    let cleaned = decode::remove_dot_segments(bytes);
    assert!(cleaned.len() <= bytes.len() + 1);
    assert_eq!(decode::remove_dot_segments(&cleaned), cleaned);
    if let Some(decoded) = base64::decode(bytes) {
        assert!(decoded.len() <= bytes.len() / 4 * 3 + 3);
    }
    if let Ok(value) = Value::parse(bytes) {
        let mut written = String::new();
        value.write(&mut written);
        let again = Value::parse(written.as_bytes()).expect("what is written parses");
        let mut twice = String::new();
        again.write(&mut twice);
        assert_eq!(written, twice);
    }
}
