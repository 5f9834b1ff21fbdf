//! Replay for JavaScript hosts.
#![allow(
    clippy::needless_pass_by_value,
    reason = "optional text crosses from JavaScript by value only"
)]

use doorward_core::replay::{Pushed, Replay as Core, ReplayOptions};
use doorward_core::traffic;
use wasm_bindgen::prelude::*;

/// Recorded traffic through a policy.
#[wasm_bindgen]
pub struct Replay(Core);

#[wasm_bindgen]
impl Replay {
    /// A replay through `policy`, and through `against` if given.
    ///
    /// # Errors
    /// What is wrong with a policy.
    #[wasm_bindgen(constructor)]
    pub fn new(
        policy: &str,
        against: Option<String>,
        options: &super::EngineOptions,
    ) -> Result<Replay, JsError> {
        let options = ReplayOptions {
            dry_run: options.dry_run,
            log_secret: options.log_secret.clone(),
            store_secret: options.store_secret.clone(),
            packs: options.packs.clone(),
        };
        Core::new(policy, against.as_deref(), &options)
            .map(Self)
            .map_err(|error| JsError::new(&error.to_string()))
    }

    /// Runs the line at `place` (`FILE:LINE`): `D` and the decision line (and,
    /// after a newline, the log line), `N` and the needs, or nothing for a
    /// blank line.
    ///
    /// # Errors
    /// `FILE:LINE: what is wrong and what was expected`.
    pub fn push(
        &mut self,
        place: &str,
        line: &[u8],
        replies: Option<String>,
    ) -> Result<Option<String>, JsError> {
        let pushed = self.0.push(place, line, replies.as_deref());
        let pushed = pushed.map_err(|error| JsError::new(&error))?;
        Ok(pushed.map(|pushed| match pushed {
            Pushed::Needs(needs) => format!("N{needs}"),
            Pushed::Decided {
                decision,
                log: None,
            } => format!("D{decision}"),
            Pushed::Decided {
                decision,
                log: Some(log),
            } => format!("D{decision}\n{log}"),
        }))
    }

    /// The summary; `nanos` are timings of the lines.
    #[must_use]
    pub fn summary(&self, mut nanos: Vec<u32>) -> String {
        self.0.summary(&mut nanos)
    }
}

/// The traffic lines of a HAR file.
///
/// # Errors
/// What is wrong and what was expected.
#[wasm_bindgen]
pub fn har_lines(har: &[u8]) -> Result<Vec<String>, JsError> {
    traffic::har_lines(har).map_err(|error| JsError::new(&error))
}
