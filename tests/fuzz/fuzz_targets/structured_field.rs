//! Structured fields: what is read is written as it reads, and bounded.
#![no_main]

use doorward_core::text::structured_field::{LIMIT, MEMBERS, dictionary, item};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(members) = dictionary(bytes) {
        assert!(bytes.len() <= LIMIT && members.len() <= MEMBERS);
        let mut text = String::new();
        for (index, (name, member)) in members.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            text.push_str(name);
            text.push('=');
            member.write(&mut text);
        }
        // what was not base64 to the last bit is longer once written anew
        if text.len() <= LIMIT {
            assert_eq!(dictionary(text.as_bytes()), Some(members), "{text}");
        }
    }
    if let Some(read) = item(bytes) {
        let mut text = String::new();
        read.write(&mut text);
        if text.len() <= LIMIT {
            assert_eq!(item(text.as_bytes()), Some(read), "{text}");
        }
    }
});
