//! # Doorward's core
//!
//! > A decision is a pure function of (policy, request, context, now, replies).
//! > If the function lacks a fact about the world, it returns the facts it
//! > needs; the host fetches them in one batch and calls the same function
//! > again. Nothing else crosses.
//!
//! A rule finds, the policy decides, refine reconsiders.
//!
//! | word | module |
//! | --- | --- |
//! | Frame: one request as bytes, the only input of the hot path | [`frame`] |
//! | Request, Context: what is judged | [`request`], [`context`] |
//! | Policy: the rules with their modes, compiled into an Engine | [`policy`], [`engine`] |
//! | Rule, `RuleResult`: one detector and what it saw | [`rules`], [`decision`] |
//! | Need / Reply: a fact about the outside asked for / answered | [`need`] |
//! | Store: what is remembered between requests | [`store`] |
//! | Refine: the second opinion, which gives customers the benefit of the doubt | [`refine`] |
//! | Replay: recorded traffic through a policy | [`replay`] |
//! | Redaction: what hosts replace by tokens | [`redact`] |
//! | Calibrate: a decision log to refine's calibration | [`calibrate`] |
//! | Scan: lines of text through one detector | [`scan`] |
//!
//! A whole decision, from the policy to its explanation:
//!
//! ```
//! use doorward_core::decision::Conclusion;
//! use doorward_core::engine::{Engine, Step};
//! use doorward_core::explain::explain;
//! use doorward_core::frame::{FrameBuilder, FrameFields, flag};
//! use doorward_core::keys::Keyer;
//! use doorward_core::need::Embedded;
//! use doorward_core::store::Memory;
//! use doorward_core::units::Millis;
//!
//! let policy = r#"{"rules": [
//!     {"rule": "shield", "mode": "LIVE"},
//!     {"rule": "fixedWindow", "mode": "LIVE", "window": "1h", "max": 1}
//! ]}"#;
//! let engine = Engine::new(policy, Keyer::Seed([0; 16])).unwrap();
//! let mut store = Memory::new(1 << 20, 0);
//!
//! let mut builder = FrameBuilder::default();
//! let fields = FrameFields {
//!     flags: flag::ALL_HEADERS,
//!     now: Some(Millis(1_795_000_000_000)),
//!     peer: b"203.0.113.7",
//!     method: b"GET",
//!     target: b"/search?q=boots",
//!     ..FrameFields::default()
//! };
//! let frame = builder.build(&fields, std::iter::empty()).unwrap();
//!
//! let mut decide = || {
//!     let mut world = Embedded { store: &mut store, lost: false };
//!     match engine.conclude(engine.judge(frame), || "dw_1".into(), &mut world) {
//!         Step::Decided(decision) => decision,
//!         Step::Needs(_) => unreachable!("the embedded store answers inside the call"),
//!     }
//! };
//! assert_eq!(decide().conclusion, Conclusion::Allow);
//! let second = decide();
//! assert_eq!(second.conclusion, Conclusion::Deny);
//! assert_eq!(second.reason.code, "rate_limit.exceeded");
//! assert!(explain(&second.to_json()).contains("DENY by fixedWindow: more than 1 in 3600 s."));
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

extern crate alloc;

pub mod agents;
pub mod behaviour;
pub mod calibrate;
pub mod context;
pub mod decision;
pub mod engine;
pub mod explain;
pub mod field;
pub mod frame;
pub mod identity;
pub mod ids;
pub mod ip_facts;
pub mod keys;
pub mod log;
pub mod need;
pub mod pack;
pub mod policy;
mod quota;
pub mod redact;
pub mod refine;
pub mod replay;
pub mod request;
pub mod response;
pub mod rules;
pub mod scan;
pub mod settle;
pub mod store;
mod tables;
pub mod text;
pub mod traffic;
pub mod units;
pub mod weights;
