//! Who acts: agents that sign their requests, crawlers that publish where they
//! come from, and the actor that a decision names.
//!
//! Each proof has three outcomes that are never mixed up. Verified: it was
//! checked and holds. Invalid or spoofed: it was checked and does not hold.
//! Unverified: it could not be checked, which is no evidence of anything.

pub mod crawlers;
pub mod web_bot_auth;

use crate::text::json::{write_count, write_text};
use alloc::string::String;
use alloc::vec::Vec;

/// Somebody who acts for somebody, proven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// Who acts.
    pub agent: String,
    /// For whom, if it does not act for itself.
    pub on_behalf_of: Option<String>,
    /// Who says so, if it is not the agent's own signature.
    pub issuer: Option<String>,
    /// What it may do here.
    pub scopes: Vec<String>,
    /// Until when, in seconds since the Unix epoch.
    pub expires: u64,
    /// What proves it: `web-bot-auth` or `jwt`.
    pub proof: &'static str,
}

impl Actor {
    /// Writes it as decision lines hold it.
    pub(crate) fn write(&self, out: &mut String) {
        let text = |text: Option<&str>, out: &mut String| match text {
            Some(text) => write_text(text, out),
            None => out.push_str("null"),
        };
        out.push_str("{\"agent\":");
        write_text(&self.agent, out);
        out.push_str(",\"onBehalfOf\":");
        text(self.on_behalf_of.as_deref(), out);
        out.push_str(",\"issuer\":");
        text(self.issuer.as_deref(), out);
        out.push_str(",\"scopes\":");
        crate::decision::write_names(&self.scopes, out);
        out.push_str(",\"expires\":");
        write_count(self.expires, out);
        out.push_str(",\"proof\":\"");
        out.push_str(self.proof);
        out.push_str("\"}");
    }
}
