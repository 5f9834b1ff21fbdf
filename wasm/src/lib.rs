//! Doorward for JavaScript hosts: bytes in, text out. Marshalling only.
//!
//! A decision crosses as text: `A`, `C` or `D` for its conclusion, in lower case
//! where a LIVE rule could not judge, and then the decision line, or `N` and the
//! needs; where logging is on, a newline and the log line follow. So a host that
//! only asks "may it pass?" parses nothing.
//!
//! Every method takes `&self`: after a trap the object is still callable, so
//! the host can carry the store over into a fresh instance.

pub mod calibrate;
pub mod output;
pub mod redact;
pub mod replay;
pub mod scan;

use core::cell::{Cell, RefCell};
use doorward_core::behaviour;
use doorward_core::engine::{Engine as Core, Step};
use doorward_core::ids::Ids;
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts, Replies, World, write_needs};
use doorward_core::pack::Packs;
use doorward_core::store::Memory;
use doorward_core::text::json::Value;
use doorward_core::units::Millis;
use doorward_core::{explain as explanation, log, response, settle};
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
    /// Made without randomness: tells what its policy is and decides nothing.
    draft: bool,
}

/// A compiled policy with its store.
#[wasm_bindgen]
pub struct Engine(Rc<Inner>);

struct Inner {
    core: Core,
    shared: Rc<Shared>,
    input: RefCell<Vec<u8>>,
    output: RefCell<String>,
    log: Option<Keyer>,
    host_store: bool,
    host_profiles: bool,
    fail: Cell<bool>,
}

/// What an engine is made with beside its policy.
#[wasm_bindgen]
#[derive(Clone, Default)]
pub struct EngineOptions {
    dry_run: bool,
    draft: bool,
    log_secret: Option<Vec<u8>>,
    store_secret: Option<Vec<u8>>,
    store_profiles: bool,
    packs: Packs,
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

    /// The host has no randomness yet, as a Worker before its first request.
    pub fn draft(&mut self) {
        self.draft = true;
    }

    /// Decisions are followed by log lines with identities under this secret.
    pub fn log_secret(&mut self, secret: &[u8]) {
        self.log_secret = Some(secret.to_vec());
    }

    /// Takes go to the host's store, with keys under this secret.
    pub fn store_secret(&mut self, secret: &[u8]) {
        self.store_secret = Some(secret.to_vec());
    }

    /// The host's store keeps profiles, too.
    pub fn store_profiles(&mut self) {
        self.store_profiles = true;
    }

    /// A pack that rules may need.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn pack(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        self.packs.add(bytes).map_err(|error| JsError::new(&error))
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
        for seed in seeds.iter_mut().filter(|_| !options.draft) {
            getrandom::fill(seed)
                .map_err(|error| JsError::new(&format!("no randomness: {error}")))?;
        }
        let [keys, ids, slots] = seeds;
        let shared = Rc::new(Shared {
            store: RefCell::new(Memory::new(0, 0)),
            ids: RefCell::new(Ids::new(ids)),
            seed: keys,
            lost: Cell::new(false),
            draft: options.draft,
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
        let mut core = Core::with_packs(policy, keyer, &options.packs)
            .map_err(|error| JsError::new(&error.to_string()))?;
        if options.dry_run {
            core.force_dry_run();
        }
        Ok(Self(Rc::new(Inner {
            core,
            shared,
            input: RefCell::default(),
            output: RefCell::default(),
            log: options.log_secret.as_deref().and_then(Keyer::secret),
            host_store,
            host_profiles: options.store_profiles,
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

    /// What to frame on a host of this platform (empty: on none), as JSON.
    #[must_use]
    pub fn reads(&self, platform: &str) -> String {
        self.0.core.reads(Some(platform))
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

    /// Decides on the frame of `length` bytes in the input buffer. The answer's
    /// length; until the next call it lies where [`Engine::answer`] says. With
    /// `waits` the answer may be that facts of the outside are needed: then
    /// [`Engine::drive`] asks for them. Without, what is not known stays so.
    #[must_use]
    pub fn decide(&self, length: usize, waits: bool) -> usize {
        let input = self.0.input.borrow();
        let frame = input.get(..length).unwrap_or_default();
        let mut output = self.0.output.borrow_mut();
        output.clear();
        let facts = if waits { Facts::OPEN } else { Facts::NONE };
        self.0.answer(frame, facts, &mut output);
        output.len()
    }

    /// The address of the last answer.
    #[must_use]
    pub fn answer(&self) -> *const u8 {
        self.0.output.borrow().as_ptr()
    }

    /// Decides with what the host knows: asks `host(needs) → Promise<replies>`
    /// for facts of the outside, and for quota where the store is the host's.
    pub fn drive(&self, length: usize, host: Function) -> Promise {
        let inner = Rc::clone(&self.0);
        let frame = inner
            .input
            .borrow()
            .get(..length)
            .unwrap_or_default()
            .to_vec();
        future_to_promise(async move {
            let mut answer = String::new();
            let mut said = String::new();
            inner.answer(&frame, Facts::OPEN, &mut answer);
            for _ in 0..Facts::ROUNDS {
                let Some(needs) = answer.strip_prefix('N') else {
                    break;
                };
                let replies = host.call1(&JsValue::NULL, &needs.into())?;
                let replies = JsFuture::from(Promise::resolve(&replies)).await;
                if !said.is_empty() {
                    said.push('\n');
                }
                said.push_str(
                    &replies
                        .ok()
                        .and_then(|text| text.as_string())
                        .unwrap_or_default(),
                );
                answer.clear();
                inner.answer(&frame, &Facts::parse(&said), &mut answer);
            }
            Ok(answer.into())
        })
    }

    /// Settles what a decision reserved when `used` units were. Where the store is
    /// the host's, what it has to settle, as JSON.
    #[must_use]
    pub fn settle(&self, reserved: &str, used: u32, now: f64) -> String {
        let now = millis(now);
        if self.0.host_store {
            return settle::settlement(reserved, used, now);
        }
        settle::settle(reserved, used, now, &mut *self.0.shared.store.borrow_mut());
        String::new()
    }

    /// Adds what followed a request to the profiles of those who took part in it.
    /// Where the host's store keeps them, what it is to be told, as JSON.
    #[must_use]
    pub fn report(&self, actors: &str, outcome: &str, now: f64) -> String {
        let outcome = Value::parse(outcome.as_bytes()).unwrap_or(Value::Null);
        if self.0.host_store && self.0.host_profiles {
            return behaviour::reported(actors, &outcome);
        }
        let store = &mut *self.0.shared.store.borrow_mut();
        behaviour::report(actors, &outcome, store, millis(now));
        String::new()
    }

    /// The letter of the effective conclusion, and the decision line reconsidered with
    /// this context.
    #[must_use]
    pub fn refine(&self, decision: &str, context: &str) -> Option<String> {
        self.0.core.refine(decision, context)
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
            draft: false,
        };
        Self::compile(policy, options, Rc::new(shared))
    }
}

impl Inner {
    fn answer(&self, frame: &[u8], facts: &Facts, out: &mut String) {
        // the drill is a real trap
        assert!(!self.fail.replace(false), "failure drill");
        assert!(!self.shared.draft, "a draft decides nothing");
        let judged = self.core.judge_with(frame, facts);
        let mut store = self.shared.store.borrow_mut();
        let lost = self.shared.lost.replace(false);
        if self.host_store {
            let mut world =
                Replies::new(facts.clone(), &mut *store).with_profiles(self.host_profiles);
            self.conclude(judged, frame, &mut world, out);
            let observed = behaviour::observations(world.observed());
            if !observed.is_empty() {
                out.push_str("\nO");
                out.push_str(&observed);
            }
            return;
        }
        let mut world = Embedded {
            store: &mut *store,
            lost,
        };
        self.conclude(judged, frame, &mut world, out);
    }

    fn conclude(
        &self,
        judged: doorward_core::engine::Judged,
        frame: &[u8],
        world: &mut dyn World,
        out: &mut String,
    ) {
        let client = judged.client();
        let actors = behaviour::write(judged.actors());
        let id = || self.shared.ids.borrow_mut().next_id();
        let decision = match self.core.conclude(judged, id, world) {
            Step::Needs(needs) => {
                out.push('N');
                return out.push_str(&write_needs(&needs, client, None));
            }
            Step::Decided(decision) => decision,
        };
        out.push(decision.letter());
        decision.write(out);
        if let Some(keyer) = &self.log {
            out.push('\n');
            out.push_str(&log::line(frame, &decision, keyer));
        }
        if !decision.reserved.is_empty() {
            out.push_str("\nR");
            out.push_str(&settle::write(&decision.reserved));
        }
        if !actors.is_empty() {
            out.push_str("\nP");
            out.push_str(&actors);
        }
    }
}

/// A decision line in sentences, as JSON.
#[wasm_bindgen]
#[must_use]
pub fn explain(decision: &str) -> String {
    explanation::explain(decision)
}

/// The header fields of a decision line's limits, as JSON. Bytes, because the
/// glue copies them in one go and text one by one, and every request may ask.
#[wasm_bindgen]
#[must_use]
pub fn headers(decision: &[u8]) -> String {
    response::headers(decision)
}

/// How a decision line is refused, as JSON.
#[wasm_bindgen]
#[must_use]
pub fn respond(decision: &str, accept: &str) -> String {
    response::respond(decision.as_bytes(), accept.as_bytes())
}

/// The log line of an outcome that came after its decision.
#[wasm_bindgen]
#[must_use]
pub fn outcome(decision_id: &str, time: Option<f64>, outcome: &str) -> String {
    let outcome = Value::parse(outcome.as_bytes()).unwrap_or(Value::Null);
    let time = time.map(|time| millis(time).0);
    log::outcome(decision_id, time, &outcome)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "JavaScript's clock is a double; the cast saturates"
)]
fn millis(time: f64) -> Millis {
    Millis(time as u64)
}
