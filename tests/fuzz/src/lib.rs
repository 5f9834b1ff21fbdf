//! What the fuzz targets share: requests and policies written in few bytes,
//! and the checks that hold for every decision.
//!
//! A target reads its input with [`Case::read`], so that cutting, copying and
//! splicing bytes gives another request rather than a frame whose lengths do
//! not fit. A law that does not hold is a panic.

pub mod check;
pub mod input;
pub mod module;
pub mod policies;

use doorward_core::decision::Decision;
use doorward_core::engine::{Engine, Step};
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts};
use doorward_core::store::Memory;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The seed of everything: what a target sees, it sees again.
pub const SEED: [u8; 16] = [module::RANDOM; 16];

/// Engines kept compiled.
const ENGINES: usize = 512;

thread_local! {
    static COMPILED: RefCell<HashMap<(String, bool), Rc<Engine>>> = RefCell::default();
}

/// The engine of a policy that compiles, kept for the next input.
pub fn engine(policy: &str, dry_run: bool) -> Rc<Engine> {
    COMPILED.with_borrow_mut(|kept| {
        if kept.len() >= ENGINES {
            kept.clear();
        }
        let compile = || {
            let mut engine = Engine::new(policy, Keyer::Seed(SEED))
                .unwrap_or_else(|error| panic!("{policy}: {error}"));
            if dry_run {
                engine.force_dry_run();
            }
            Rc::new(engine)
        };
        Rc::clone(
            kept.entry((policy.to_owned(), dry_run))
                .or_insert_with(compile),
        )
    })
}

/// An empty store, the smallest there is.
pub fn memory() -> Memory {
    Memory::new(0, 5)
}

/// A whole decision by the embedded store.
pub fn decide(engine: &Engine, store: &mut Memory, frame: &[u8]) -> Decision {
    let mut world = Embedded { store, lost: false };
    match engine.conclude(
        engine.judge_with(frame, Facts::NONE),
        || "id".into(),
        &mut world,
    ) {
        Step::Decided(decision) => decision,
        Step::Needs(_) => panic!("the embedded store answers inside the call"),
    }
}
