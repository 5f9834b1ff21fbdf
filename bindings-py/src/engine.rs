//! The compiled policy as Python sees it.

use crate::fault::guarded;
use crate::frame::{self, Body, Wanted, clock};
use crate::home::Home;
use crate::packs::packs;
use core::sync::atomic::{AtomicBool, Ordering};
use doorward_core::behaviour;
use doorward_core::engine::{self, Judged, Step};
use doorward_core::frame::flag;
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts, Replies, World, write_needs};
use doorward_core::text::json::Value;
use doorward_core::units::Millis;
use doorward_core::{explain as explanation, log, response, settle};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::Arc;

/// Frames longer than this are judged without the interpreter.
const DETACH_ABOVE: usize = 4096;

/// A compiled policy and the store it shares with the engines derived from it.
#[pyclass(frozen, module = "doorward._doorward")]
pub(crate) struct Engine {
    core: engine::Engine,
    wanted: Vec<Wanted>,
    options: Options,
    log: Option<Keyer>,
    home: Arc<Home>,
    fail_next: AtomicBool,
}

/// What an engine is made with beside its policy.
#[derive(Clone)]
struct Options {
    platform: String,
    dry_run: bool,
    log_secret: Option<Vec<u8>>,
    store_secret: Option<Vec<u8>>,
    store_profiles: bool,
}

impl Engine {
    fn compile(
        py: Python<'_>,
        policy: &str,
        options: Options,
        home: Option<Arc<Home>>,
    ) -> PyResult<Self> {
        guarded(|| {
            let seed = home.as_ref().map_or([0; 16], |home| home.seed);
            let mut core = engine::Engine::with_packs(policy, Keyer::Seed(seed), &packs()?)
                .map_err(|error| PyValueError::new_err(error.to_string()))?;
            let home = home.unwrap_or_else(|| Arc::new(Home::new(core.policy().store_bytes())));
            let secret = options.store_secret.as_deref().and_then(Keyer::secret);
            core.rekey(secret.unwrap_or(Keyer::Seed(home.seed)));
            if options.dry_run {
                core.force_dry_run();
            }
            let wanted = wanted(py, &core.reads(None));
            let log = options.log_secret.as_deref().and_then(Keyer::secret);
            Ok(Self {
                core,
                wanted,
                options,
                log,
                home,
                fail_next: AtomicBool::new(false),
            })
        })?
    }

    /// The pure part. A long body is scanned without the interpreter; no lock
    /// is held here.
    fn judge(&self, py: Python<'_>, frame: &[u8], facts: &Facts) -> Judged {
        // the failure drill is a real panic
        assert!(
            !self.fail_next.swap(false, Ordering::Relaxed),
            "failure drill"
        );
        if frame.len() > DETACH_ABOVE {
            py.detach(|| self.core.judge_with(frame, facts))
        } else {
            self.core.judge_with(frame, facts)
        }
    }

    /// The conclusion's letter and the decision line, then on a line of its own
    /// the log line if there is a log; or `N` and the needs.
    fn conclude(&self, judged: Judged, frame: &[u8], world: &mut impl World) -> String {
        let client = judged.client();
        let actors = behaviour::write(judged.actors());
        let decision = match self.core.conclude(judged, || self.home.next_id(), world) {
            Step::Needs(needs) => return format!("N{}", write_needs(&needs, client, None)),
            Step::Decided(decision) => decision,
        };
        let mut out = String::with_capacity(1024);
        out.push(decision.effective().letter());
        decision.write(&mut out);
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
        out
    }

    /// The step that the facts known so far allow.
    fn step(&self, py: Python<'_>, frame: &[u8], facts: &Facts) -> String {
        let judged = self.judge(py, frame, facts);
        let mut store = self.home.store();
        if self.options.store_secret.is_some() {
            let mut world =
                Replies::new(facts.clone(), &mut *store).with_profiles(self.options.store_profiles);
            let mut out = self.conclude(judged, frame, &mut world);
            let observed = behaviour::observations(world.observed());
            if !observed.is_empty() {
                out.push_str("\nO");
                out.push_str(&observed);
            }
            return out;
        }
        let mut world = Embedded {
            store: &mut *store,
            lost: self.home.take_lost(),
        };
        self.conclude(judged, frame, &mut world)
    }
}

/// The headers the policy reads.
fn wanted(py: Python<'_>, reads: &str) -> Vec<Wanted> {
    let reads = Value::parse(reads.as_bytes()).unwrap_or(Value::Null);
    let names = reads
        .get("headers")
        .and_then(Value::as_list)
        .unwrap_or_default();
    names
        .iter()
        .filter_map(Value::as_text)
        .map(|name| Wanted::new(py, name))
        .collect()
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (policy, *, platform = String::new(), dry_run = false, log_secret = None, store_secret = None, store_profiles = false))]
    fn new(
        py: Python<'_>,
        policy: &str,
        platform: String,
        dry_run: bool,
        log_secret: Option<Vec<u8>>,
        store_secret: Option<Vec<u8>>,
        store_profiles: bool,
    ) -> PyResult<Self> {
        let options = Options {
            platform,
            dry_run,
            log_secret,
            store_secret,
            store_profiles,
        };
        Self::compile(py, policy, options, None)
    }

    /// An engine of another policy on the same store.
    fn derive(&self, py: Python<'_>, policy: &str) -> PyResult<Self> {
        Self::compile(
            py,
            policy,
            self.options.clone(),
            Some(Arc::clone(&self.home)),
        )
    }

    /// The letter of the effective conclusion, and the decision line reconsidered with
    /// this context.
    fn refine(&self, decision: &str, context: &str) -> PyResult<Option<String>> {
        guarded(|| self.core.refine(decision, context))
    }

    /// The canonical policy.
    fn policy(&self) -> &str {
        self.core.policy().canonical()
    }

    /// The policy's name in decision lines.
    fn hash(&self) -> String {
        self.core.policy().hash()
    }

    /// What to frame, as JSON.
    fn reads(&self) -> String {
        self.core.reads(None)
    }

    /// Ids of rules that are dry run because the policy gave them no mode.
    fn modeless(&self) -> Vec<String> {
        self.core.policy().modeless().map(str::to_owned).collect()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "plain arguments are the cheapest to pass"
    )]
    fn frame_asgi<'py>(
        &self,
        scope: &Bound<'py, PyAny>,
        peer: Option<Bound<'py, PyAny>>,
        now: Option<u64>,
        context: &[u8],
        head: &[u8],
        tail: &[u8],
        truncated: bool,
        late: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let body = Body {
            head,
            tail,
            truncated,
            late,
        };
        guarded(|| {
            frame::asgi(scope, peer, &self.wanted).frame(
                scope.py(),
                &self.options.platform,
                now,
                context,
                body,
            )
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "plain arguments are the cheapest to pass"
    )]
    fn frame_wsgi<'py>(
        &self,
        environ: &Bound<'py, PyAny>,
        now: Option<u64>,
        context: &[u8],
        head: &[u8],
        tail: &[u8],
        truncated: bool,
        late: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let body = Body {
            head,
            tail,
            truncated,
            late,
        };
        guarded(|| {
            frame::wsgi(environ, &self.wanted).frame(
                environ.py(),
                &self.options.platform,
                now,
                context,
                body,
            )
        })
    }

    #[expect(
        clippy::too_many_arguments,
        clippy::fn_params_excessive_bools,
        reason = "plain arguments are the cheapest to pass"
    )]
    fn frame_plain<'py>(
        &self,
        name: &Bound<'py, PyAny>,
        method: &Bound<'py, PyAny>,
        url: &Bound<'py, PyAny>,
        headers: &Bound<'py, PyAny>,
        complete: bool,
        ordered: bool,
        ip: &Bound<'py, PyAny>,
        now: Option<u64>,
        context: &[u8],
        head: &[u8],
        tail: &[u8],
        truncated: bool,
        late: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let body = Body {
            head,
            tail,
            truncated,
            late,
        };
        let mut flags = if complete { flag::ALL_HEADERS } else { 0 };
        if ordered {
            flags |= flag::HEADER_ORDER;
        }
        guarded(|| {
            let parts = frame::plain(name, method, url, headers, flags, ip, &self.wanted);
            parts.frame(method.py(), &self.options.platform, now, context, body)
        })
    }

    /// Decides if nothing is needed from the host; says the needs otherwise.
    fn ask(&self, py: Python<'_>, frame: &[u8]) -> PyResult<String> {
        guarded(|| self.step(py, frame, Facts::OPEN))
    }

    /// The same with the replies to each batch of needs, a line for each; what
    /// of its quota the host failed to answer comes from the embedded store.
    fn answer(&self, py: Python<'_>, frame: &[u8], replies: &str) -> PyResult<String> {
        guarded(|| self.step(py, frame, &Facts::parse(replies)))
    }

    /// Settles what a decision reserved when `used` units were. Where the store is
    /// the host's, what it has to settle, as JSON.
    fn settle(&self, reserved: &str, used: u32, now: u64) -> PyResult<String> {
        guarded(|| {
            if self.options.store_secret.is_some() {
                return settle::settlement(reserved, used, Millis(now));
            }
            settle::settle(reserved, used, Millis(now), &mut *self.home.store());
            String::new()
        })
    }

    /// Adds what followed a request to the profiles of those who took part in it.
    /// Where the host's store keeps them, what it is to be told, as JSON.
    fn report(&self, actors: &str, outcome: &str, now: u64) -> PyResult<String> {
        guarded(|| {
            let outcome = Value::parse(outcome.as_bytes()).unwrap_or(Value::Null);
            if self.options.store_secret.is_some() && self.options.store_profiles {
                return behaviour::reported(actors, &outcome);
            }
            let store = &mut *self.home.store();
            behaviour::report(actors, &outcome, store, Millis(now));
            String::new()
        })
    }

    /// The next decision panics: a drill.
    fn fail_next(&self) {
        self.fail_next.store(true, Ordering::Relaxed);
    }
}

/// What was seen and what would have changed it, for a decision line, as JSON.
#[pyfunction]
pub(crate) fn explain(decision: &str) -> PyResult<String> {
    guarded(|| explanation::explain(decision))
}

/// The header fields of a decision line's limits, as JSON.
#[pyfunction]
pub(crate) fn headers(decision: &str) -> PyResult<String> {
    guarded(|| response::headers(decision.as_bytes()))
}

/// How a decision line is refused, as JSON; `accept` as it was on the wire.
#[pyfunction]
pub(crate) fn respond(decision: &str, accept: &[u8]) -> PyResult<String> {
    guarded(|| response::respond(decision.as_bytes(), accept))
}

/// The log line of an outcome that came after its decision.
#[pyfunction]
pub(crate) fn outcome(decision_id: &str, outcome: &str) -> PyResult<String> {
    guarded(|| {
        let outcome = Value::parse(outcome.as_bytes()).unwrap_or(Value::Null);
        log::outcome(decision_id, Some(clock().0), &outcome)
    })
}
