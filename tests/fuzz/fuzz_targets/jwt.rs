//! Tokens: one spelling for each, and keys that only their own kind fits.
#![no_main]

use doorward_core::text::base64::encode_url;
use doorward_core::text::json::Value;
use doorward_core::text::jwk::Named;
use doorward_core::text::jwt::{LIMIT, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(jwt) = parse(bytes) {
        assert!(bytes.len() <= LIMIT);
        let mut text = String::from_utf8_lossy(jwt.message).into_owned();
        text.push('.');
        encode_url(&jwt.signature, &mut text);
        assert_eq!(text.as_bytes(), bytes);
        assert!(matches!(
            (&jwt.header, &jwt.claims),
            (Value::Object(_), Value::Object(_))
        ));
    }
    // the same bytes as the parts of a token, which a fuzzer would have to encode
    let (header, claims) = bytes.split_at(bytes.len() / 2);
    let mut text = String::new();
    encode_url(header, &mut text);
    text.push('.');
    encode_url(claims, &mut text);
    text.push_str(".AA");
    if let Some(jwt) = parse(text.as_bytes()) {
        assert_eq!(jwt.signature, [0]);
    }
    if let Ok(value) = Value::parse(bytes) {
        let _ = Named::read(&value);
        let _ = Named::read_set(&value);
    }
});
