//! Scanners that rules share: decoding, lexers, multi-pattern search,
//! checksums. All are total, linear and bounded.

pub mod base64;
pub mod decode;
pub mod email;
pub mod json;
pub mod regex;
