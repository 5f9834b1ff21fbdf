//! The signature base of HTTP Message Signatures (RFC 9421 section 2): the bytes
//! that were signed, made again from a message.
//!
//! Made: `@method`, `@authority`, `@scheme`, `@target-uri`, `@request-target`,
//! `@path`, `@query`, header fields, and one member of a dictionary field
//! (`;key`). Not made, because nobody signs them here: `@query-param`,
//! `@status`, `;sf`, `;bs`, `;tr`; `;req` only in a response.

use super::structured_field::{Bare, Item, Member, Parameters, dictionary};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// A message that can be signed.
pub trait Message {
    /// A derived component, by its name after the `@`; of the request where
    /// this is a response.
    fn derived(&self, name: &str) -> Option<Cow<'_, [u8]>>;
    /// The values of a header field, in order.
    fn field(&self, name: &str) -> Vec<&[u8]>;
    /// It answers a request: that one's components carry `;req`.
    fn is_response(&self) -> bool {
        false
    }
}

/// Why there is no signature base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBase {
    /// A component is covered twice (section 2.5).
    Duplicate,
    /// A component is covered that the message does not have, or that is none.
    Absent,
}

/// The bytes that were signed.
///
/// # Errors
/// A component that is covered twice or cannot be found.
pub fn base(
    message: &impl Message,
    components: &[Item],
    parameters: &Parameters,
) -> Result<Vec<u8>, NoBase> {
    let mut out = Vec::new();
    for (index, component) in components.iter().enumerate() {
        if components
            .iter()
            .take(index)
            .any(|earlier| same(earlier, component))
        {
            return Err(NoBase::Duplicate);
        }
        let mut name = String::new();
        component.write(&mut name);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        let value = value(message, component).ok_or(NoBase::Absent)?;
        // a value on several lines could hold a component of its own
        if value.iter().any(|b| matches!(b, b'\n' | b'\r')) {
            return Err(NoBase::Absent);
        }
        out.extend_from_slice(&value);
        out.push(b'\n');
    }
    let mut signed = String::new();
    Member::Inner(components.to_vec(), parameters.clone()).write(&mut signed);
    out.extend_from_slice(b"\"@signature-params\": ");
    out.extend_from_slice(signed.as_bytes());
    Ok(out)
}

/// The same component: the order of its parameters does not matter.
fn same(a: &Item, b: &Item) -> bool {
    a.value == b.value
        && a.parameters.len() == b.parameters.len()
        && a.parameters.iter().all(|p| b.parameters.contains(p))
}

fn value<'m>(message: &'m impl Message, component: &Item) -> Option<Cow<'m, [u8]>> {
    let name = component.value.as_text()?;
    let (mut key, mut req) = (None, false);
    for (parameter, value) in &component.parameters {
        match (parameter.as_str(), value) {
            ("key", Bare::Text(member)) => key = Some(member),
            ("req", Bare::Bool(true)) => req = true,
            _ => return None,
        }
    }
    if let Some(derived) = name.strip_prefix('@') {
        if key.is_some() || req != message.is_response() {
            return None;
        }
        return message.derived(derived);
    }
    // RFC 9421 section 2.1: names are lower case, and only so the same for all
    if req || name.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let values = message.field(name);
    let (first, rest) = values.split_first()?;
    let mut joined = Cow::Borrowed(first.trim_ascii());
    for more in rest {
        let joined = joined.to_mut();
        joined.extend_from_slice(b", ");
        joined.extend_from_slice(more.trim_ascii());
    }
    let Some(key) = key else {
        return Some(joined);
    };
    let members = dictionary(&joined)?;
    let (_, member) = members.iter().find(|(name, _)| name == key)?;
    let mut out = String::new();
    member.write(&mut out);
    Some(Cow::Owned(out.into_bytes()))
}
