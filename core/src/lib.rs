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
//! | Replay: recorded traffic through a policy | [`replay`] |
#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

extern crate alloc;

pub mod context;
pub mod decision;
pub mod engine;
pub mod explain;
pub mod field;
pub mod frame;
pub mod identity;
pub mod ids;
pub mod keys;
pub mod log;
pub mod need;
pub mod policy;
mod quota;
pub mod replay;
pub mod request;
pub mod rules;
pub mod store;
mod tables;
pub mod text;
pub mod traffic;
pub mod units;
