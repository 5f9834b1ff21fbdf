//! JSON Web Tokens (RFC 7519) as compact JWS (RFC 7515), read strictly.
//!
//! What two readers could take for different tokens is no token: padding, the
//! other base64 alphabet, bits left over, a member given twice, anything beside
//! three parts. Nothing is verified here. Total, linear, at most [`LIMIT`] bytes.

use super::json::Value;
use super::jwk;
use alloc::vec::Vec;

/// Bytes of a token that are read.
pub const LIMIT: usize = 8192;

/// A token's parts.
#[derive(Clone, Debug)]
pub struct Jwt<'t> {
    /// The header, an object.
    pub header: Value,
    /// The claims, an object.
    pub claims: Value,
    /// What was signed.
    pub message: &'t [u8],
    /// The signature.
    pub signature: Vec<u8>,
}

/// Whether the text has the shape of a JWS or JWE: parts between dots.
#[must_use]
pub fn looks_like(text: &[u8]) -> bool {
    text.starts_with(b"ey") && matches!(text.split(|b| *b == b'.').count(), 3 | 5)
}

/// Reads a token; `None` for what is none.
#[must_use]
pub fn parse(text: &[u8]) -> Option<Jwt<'_>> {
    if text.len() > LIMIT {
        return None;
    }
    let mut parts = text.split(|b| *b == b'.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let length = header.len().checked_add(claims.len())?.checked_add(1)?;
    Some(Jwt {
        header: object(header)?,
        claims: object(claims)?,
        message: text.get(..length)?,
        signature: jwk::decoded(core::str::from_utf8(signature).ok()?)?,
    })
}

fn object(part: &[u8]) -> Option<Value> {
    let text = jwk::decoded(core::str::from_utf8(part).ok()?)?;
    // the reader mends broken UTF-8: a token is to have none
    core::str::from_utf8(&text).ok()?;
    let value = Value::parse(&text).ok()?;
    (matches!(value, Value::Object(_)) && is_plain(&value)).then_some(value)
}

/// No object in it has a member twice. Depth is bounded by the reader.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            names
                .windows(2)
                .all(|pair| !matches!(pair, [a, b] if a == b))
                && members.iter().all(|(_, member)| is_plain(member))
        }
        Value::List(items) => items.iter().all(is_plain),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::base64;
    use super::*;
    use alloc::format;
    use alloc::string::String;

    fn encoded(text: &str) -> String {
        let mut out = String::new();
        base64::encode_url(text.as_bytes(), &mut out);
        out
    }

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.{}", encoded(header), encoded(claims), encoded("s"))
    }

    #[test]
    fn a_token_is_three_parts() {
        let text = token(r#"{"alg":"none"}"#, r#"{"sub":"u","act":{"sub":"a"}}"#);
        let jwt = parse(text.as_bytes());
        assert!(jwt.is_some_and(|jwt| {
            jwt.claims.get("sub").and_then(Value::as_text) == Some("u")
                && jwt.signature == b"s"
                && text.as_bytes().starts_with(jwt.message)
                && jwt.message.len() + 3 == text.len()
        }));
    }

    #[test]
    fn what_readers_could_disagree_on_is_none() {
        let good = token("{}", "{}");
        for bad in [
            token(r#"{"alg":"EdDSA","alg":"none"}"#, "{}"),
            token("{}", r#"{"act":{"sub":"a","sub":"b"}}"#),
            token("[]", "{}"),
            token("{} x", "{}"),
            format!("{good}.x"),
            format!("{good}="),
            format!("{good}\n"),
            good.replacen('.', "=.", 1),
            format!("{}.{}.", encoded("{}"), encoded("{}")).replacen('.', "", 1),
            "a".repeat(LIMIT + 1),
        ] {
            assert!(parse(bad.as_bytes()).is_none(), "{bad}");
        }
        assert!(parse(b"e30.eyJhIjoi_yJ9.").is_none(), "no UTF-8");
    }
}
