//! Scanners that rules share: decoding, lexers, multi-pattern search,
//! checksums. All are total, linear and bounded.

pub mod base64;
pub mod charset;
pub mod cursor;
pub mod decode;
pub mod ed25519;
pub mod email;
pub mod fold;
pub mod graphql;
pub mod hidden_text;
pub mod html;
pub mod json;
pub mod json_scan;
pub mod jwk;
pub mod jwt;
pub mod leaks;
pub mod media;
pub mod multipart;
pub mod path;
pub mod prompt;
pub mod regex;
pub mod route;
pub mod sensitive;
pub mod shell;
pub(crate) mod shell_words;
pub mod signature;
pub mod sql;
pub mod sql_kinds;
pub mod sql_words;
pub mod structured_field;
pub mod swar;
pub mod unfold;
pub mod values;
pub mod words;
pub mod xml;
