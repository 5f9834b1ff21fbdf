//! Doorward for JavaScript hosts: bytes in, text out. Marshalling only.
//!
//! A decision crosses as text: `A`, `C` or `D` for its conclusion and then the
//! decision line, or `N` and the needs; where logging is on, a newline and the
//! log line follow. So a host that only asks "may it pass?" parses nothing.
//!
//! Every method takes `&self`: after a trap the object is still callable, so
//! the host can carry the store over into a fresh instance.

pub mod replay;

use core::cell::{Cell, RefCell};
use doorward_core::engine::{Engine as Core, Step};
use doorward_core::ids::Ids;
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Nobody, Replies, World, write_needs};
use doorward_core::store::Memory;
use doorward_core::text::json::Value;
use doorward_core::{explain as explanation, log};
use js_sys::{Function, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// What engines of one ward share: the store and the names of decisions.
struct Shared {
    store: RefCell<Memory>,
    ids: RefCell<Ids>,
    seed: [u8; 16],
    lost: Cell<bool>,
}

/// A compiled policy with its store.
#[wasm_bindgen]
pub struct Engine(Rc<Inner>);

struct Inner {
    core: Core,
    shared: Rc<Shared>,
    input: RefCell<Vec<u8>>,
    log: Option<Keyer>,
    host_store: bool,
    fail: Cell<bool>,
}

/// What an engine is made with beside its policy.
#[wasm_bindgen]
#[derive(Clone, Default)]
pub struct EngineOptions {
    dry_run: bool,
    log_secret: Option<Vec<u8>>,
    store_secret: Option<Vec<u8>>,
}

#[wasm_bindgen]
impl EngineOptions {
    /// No option set.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every rule is a dry run: `DOORWARD_MODE=DRY_RUN`.
    pub fn dry_run(&mut self) {
        self.dry_run = true;
    }

    /// Decisions are followed by log lines with identities under this secret.
    pub fn log_secret(&mut self, secret: &[u8]) {
        self.log_secret = Some(secret.to_vec());
    }

    /// Takes go to the host's store, with keys under this secret.
    pub fn store_secret(&mut self, secret: &[u8]) {
        self.store_secret = Some(secret.to_vec());
    }
}

#[wasm_bindgen]
impl Engine {
    /// Compiles a policy, with a new store.
    ///
    /// # Errors
    /// What is wrong with the policy, or that the host has no randomness.
    #[wasm_bindgen(constructor)]
    pub fn new(policy: &str, options: &EngineOptions) -> Result<Engine, JsError> {
        let mut seeds = [[0_u8; 16]; 3];
        for seed in &mut seeds {
            getrandom::fill(seed)
                .map_err(|error| JsError::new(&format!("no randomness: {error}")))?;
        }
        let [keys, ids, slots] = seeds;
        let shared = Rc::new(Shared {
            store: RefCell::new(Memory::new(0, 0)),
            ids: RefCell::new(Ids::new(ids)),
            seed: keys,
            lost: Cell::new(false),
        });
        let engine = Self::compile(policy, options, Rc::clone(&shared))?;
        let slots = slots
            .first_chunk::<8>()
            .copied()
            .map_or(0, u64::from_le_bytes);
        shared
            .store
            .replace(Memory::new(engine.0.core.policy().store_bytes(), slots));
        Ok(engine)
    }

    fn compile(
        policy: &str,
        options: &EngineOptions,
        shared: Rc<Shared>,
    ) -> Result<Engine, JsError> {
        let store = options.store_secret.as_deref().and_then(Keyer::secret);
        let host_store = store.is_some();
        let keyer = store.unwrap_or(Keyer::Seed(shared.seed));
        let mut core =
            Core::new(policy, keyer).map_err(|error| JsError::new(&error.to_string()))?;
        if options.dry_run {
            core.force_dry_run();
        }
        Ok(Self(Rc::new(Inner {
            core,
            shared,
            input: RefCell::default(),
            log: options.log_secret.as_deref().and_then(Keyer::secret),
            host_store,
            fail: Cell::new(false),
        })))
    }

    /// Another policy on the same store.
    ///
    /// # Errors
    /// What is wrong with the policy.
    pub fn derive(&self, policy: &str, options: &EngineOptions) -> Result<Engine, JsError> {
        Self::compile(policy, options, Rc::clone(&self.0.shared))
    }

    /// The canonical policy.
    #[must_use]
    pub fn policy(&self) -> String {
        self.0.core.policy().canonical().to_owned()
    }

    /// The policy's name in decision lines.
    #[must_use]
    pub fn hash(&self) -> String {
        self.0.core.policy().hash()
    }

    /// Ids of rules that are dry run because the policy gave them no mode.
    #[must_use]
    pub fn modeless(&self) -> Vec<String> {
        self.0.core.policy().modeless().map(str::to_owned).collect()
    }

    /// What to frame, as JSON.
    #[must_use]
    pub fn reads(&self) -> String {
        self.0.core.reads()
    }

    /// Makes the input buffer at least `bytes` long; its address.
    #[must_use]
    pub fn reserve(&self, bytes: usize) -> *const u8 {
        let mut input = self.0.input.borrow_mut();
        if input.len() < bytes {
            input.resize(bytes, 0);
        }
        input.as_ptr()
    }

    /// Decides on the frame of `length` bytes in the input buffer.
    #[must_use]
    pub fn decide(&self, length: usize) -> String {
        let input = self.0.input.borrow();
        let frame = input.get(..length).unwrap_or_default();
        self.0.answer(frame, None)
    }

    /// Decides with a host store: asks `host(needs) → Promise<replies>`.
    pub fn drive(&self, length: usize, host: Function) -> Promise {
        let inner = Rc::clone(&self.0);
        let frame = inner
            .input
            .borrow()
            .get(..length)
            .unwrap_or_default()
            .to_vec();
        future_to_promise(async move {
            let first = inner.answer(&frame, None);
            let Some(needs) = first.strip_prefix('N') else {
                return Ok(first.into());
            };
            let replies = host.call1(&JsValue::NULL, &needs.into())?;
            let replies = JsFuture::from(Promise::resolve(&replies)).await;
            let text = replies
                .ok()
                .and_then(|text| text.as_string())
                .unwrap_or_default();
            Ok(inner.answer(&frame, Some(&text)).into())
        })
    }

    /// The next decision traps on purpose, for failure drills.
    pub fn fail_next(&self) {
        self.0.fail.set(true);
    }

    /// The store's bytes; callable even after a trap.
    #[must_use]
    pub fn store_export(&self) -> Vec<u8> {
        // After a trap inside the store its cell still counts as borrowed. The
        // instance is dead by then, so nobody else holds the store, and what is
        // half-written is found by the import.
        #[allow(
            unsafe_code,
            reason = "a trap leaves the borrow flag set; nothing runs beside this"
        )]
        let store = unsafe { &*self.0.shared.store.as_ptr() };
        store.export()
    }

    /// The seed under which the store's keys are made; goes with its bytes.
    #[must_use]
    pub fn store_seed(&self) -> Vec<u8> {
        self.0.shared.seed.to_vec()
    }

    /// Compiles a policy on a store that another instance exported; where its
    /// bytes are no store, starts an empty one and says `store_lost`.
    ///
    /// # Errors
    /// What is wrong with the policy, or that the host has no randomness.
    pub fn restore(
        policy: &str,
        options: &EngineOptions,
        bytes: &[u8],
        seed: &[u8],
    ) -> Result<Engine, JsError> {
        let fresh = Self::new(policy, options)?;
        let limit = fresh.0.core.policy().store_bytes();
        let (Some(store), Ok(seed)) = (Memory::import(bytes, limit), seed.try_into()) else {
            fresh.0.shared.lost.set(true);
            return Ok(fresh);
        };
        let ids = fresh.0.shared.ids.borrow().clone();
        let shared = Shared {
            store: RefCell::new(store),
            ids: RefCell::new(ids),
            seed,
            lost: Cell::new(false),
        };
        Self::compile(policy, options, Rc::new(shared))
    }
}

impl Inner {
    fn answer(&self, frame: &[u8], replies: Option<&str>) -> String {
        // the drill is a real trap
        assert!(!self.fail.replace(false), "failure drill");
        let judged = self.core.judge(frame);
        let mut store = self.shared.store.borrow_mut();
        let lost = self.shared.lost.replace(false);
        match (self.host_store, replies) {
            (false, _) => self.conclude(
                judged,
                frame,
                &mut Embedded {
                    store: &mut *store,
                    lost,
                },
            ),
            (true, None) => self.conclude(judged, frame, &mut Nobody),
            (true, Some(text)) => {
                self.conclude(judged, frame, &mut Replies::parse(text, &mut *store))
            }
        }
    }

    fn conclude(
        &self,
        judged: doorward_core::engine::Judged,
        frame: &[u8],
        world: &mut impl World,
    ) -> String {
        let id = || self.shared.ids.borrow_mut().next_id();
        let decision = match self.core.conclude(judged, id, world) {
            Step::Needs(needs) => return format!("N{}", write_needs(&needs, None)),
            Step::Decided(decision) => decision,
        };
        let mut out = String::with_capacity(1024);
        out.push(decision.conclusion.letter());
        decision.write(&mut out);
        if let Some(keyer) = &self.log {
            out.push('\n');
            out.push_str(&log::line(frame, &decision, keyer));
        }
        out
    }
}

/// A decision line in sentences, as JSON.
#[wasm_bindgen]
#[must_use]
pub fn explain(decision: &str) -> String {
    explanation::explain(decision)
}

/// The log line of an outcome that came after its decision.
#[wasm_bindgen]
#[must_use]
pub fn outcome(decision_id: &str, time: Option<f64>, outcome: &str) -> String {
    let outcome = Value::parse(outcome.as_bytes()).unwrap_or(Value::Null);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "JavaScript's clock is a double; the cast saturates"
    )]
    let time = time.map(|time| time as u64);
    log::outcome(decision_id, time, &outcome)
}
