//! Recorded traffic through a policy, and through a second one beside it:
//! decisions, counts, differences, what a promotion would change.
//!
//! The clock is the recording's; nothing is read from the machine. So the same
//! traffic, policies and version give the same lines everywhere.

use crate::decision::{Conclusion, Decision, Mode};
use crate::engine::{Engine, Judged, Step};
use crate::frame::{FrameBuilder, FrameFields, flag};
use crate::keys::Keyer;
use crate::log;
use crate::need::{Embedded, Facts, Nobody, Replies, write_needs};
use crate::pack::Packs;
use crate::policy::PolicyError;
use crate::refine::{self, Actors};
use crate::store::Memory;
use crate::text::json::{Value, escaped};
use crate::traffic::{Label, Line};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// Lines that differ between two policies and are named in the summary.
const NAMED: usize = 20;

/// How a replay runs.
#[derive(Clone, Debug, Default)]
pub struct ReplayOptions {
    /// Every rule is a dry run (`DOORWARD_MODE=DRY_RUN`).
    pub dry_run: bool,
    /// Write log lines, with identities under this secret.
    pub log_secret: Option<Vec<u8>>,
    /// Takes go to a store that the host keeps, with keys under this secret.
    pub store_secret: Option<Vec<u8>>,
    /// The packs of the policies.
    pub packs: Packs,
}

/// What one line came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// Its decision line; if asked for, its log line and below it that of its outcome.
    Decided {
        /// The decision line.
        decision: String,
        /// The log line.
        log: Option<String>,
    },
    /// The host's store has to answer first; then push the same line again.
    Needs(String),
}

/// Replays traffic.
#[derive(Debug)]
pub struct Replay {
    side: Side,
    against: Option<Side>,
    log: Option<Keyer>,
    host_store: bool,
    builder: FrameBuilder,
    tally: Tally,
}

/// One policy and its store.
#[derive(Debug)]
struct Side {
    engine: Engine,
    store: Memory,
}

impl Side {
    fn new(policy: &str, options: &ReplayOptions) -> Result<Self, PolicyError> {
        let mut engine = Engine::with_packs(policy, Keyer::Seed([0; 16]), &options.packs)?;
        if options.dry_run {
            engine.force_dry_run();
        }
        let store = Memory::new(engine.policy().store_bytes(), 0);
        Ok(Self { engine, store })
    }

    /// The second policy of a comparison always uses the embedded store: its
    /// takes must not count in the first one's.
    fn decide(&mut self, judged: Judged, line: &Line) -> Option<Decision> {
        let mut world = Embedded {
            store: &mut self.store,
            lost: false,
        };
        let actors = judged.actors();
        match self.engine.conclude(judged, String::new, &mut world) {
            Step::Decided(decision) => {
                self.follow(actors, line);
                Some(decision)
            }
            Step::Needs(_) => None,
        }
    }

    /// What followed the request, as an application would report it.
    fn follow(&mut self, actors: Actors, line: &Line) {
        if let Some(outcome) = &line.outcome {
            let now = line.fields().now.unwrap_or_default();
            refine::report(actors, outcome, &mut self.store, now);
        }
    }
}

impl Replay {
    /// A replay through `policy`, and through `against` if given.
    ///
    /// # Errors
    /// What is wrong with a policy.
    pub fn new(
        policy: &str,
        against: Option<&str>,
        options: &ReplayOptions,
    ) -> Result<Self, PolicyError> {
        let mut side = Side::new(policy, options)?;
        let store_keyer = options.store_secret.as_deref().and_then(Keyer::secret);
        let host_store = store_keyer.is_some();
        if let Some(keyer) = store_keyer {
            side.engine.rekey(keyer);
        }
        let against = against
            .map(|policy| Side::new(policy, options))
            .transpose()?;
        let log = options.log_secret.as_deref().and_then(Keyer::secret);
        let tally = Tally::new(&side.engine);
        Ok(Self {
            side,
            against,
            log,
            host_store,
            builder: FrameBuilder::default(),
            tally,
        })
    }

    /// Runs one line of `place` (`FILE:LINE`). Blank lines are nothing.
    /// `replies` are the host store's, when it is asked the second time.
    ///
    /// # Errors
    /// `FILE:LINE: what is wrong and what was expected`.
    pub fn push(
        &mut self,
        place: &str,
        text: &[u8],
        replies: Option<&str>,
    ) -> Result<Option<Pushed>, String> {
        if text.trim_ascii().is_empty() {
            return Ok(None);
        }
        let line = Line::parse(text).map_err(|error| format!("{place}: {error}"))?;
        let too_long = || {
            format!("{place}: found a request that does not fit a frame, expected less than 4 GiB")
        };
        let frame = frame(&self.side.engine, &line, &mut self.builder).ok_or_else(too_long)?;
        // nobody looks names up weeks later: what is not among the replies stays unknown
        let facts = replies.map_or_else(|| Facts::NONE.clone(), |text| Facts::parse(text).closed());
        let judged = self.side.engine.judge_with(frame, &facts);
        let actors = judged.actors();
        let step = match (self.host_store, replies) {
            (false, _) => {
                let mut world = Embedded {
                    store: &mut self.side.store,
                    lost: false,
                };
                self.side.engine.conclude(judged, String::new, &mut world)
            }
            (true, None) => self.side.engine.conclude(judged, String::new, &mut Nobody),
            (true, Some(_)) => {
                let mut world = Replies::new(facts, &mut self.side.store);
                self.side.engine.conclude(judged, String::new, &mut world)
            }
        };
        let decision = match step {
            Step::Decided(decision) => decision,
            Step::Needs(needs) => {
                let now = Some(line.fields().now.unwrap_or_default());
                return Ok(Some(Pushed::Needs(write_needs(&needs, None, now))));
            }
        };
        self.side.follow(actors, &line);
        let log = self.log.as_ref().map(|keyer| {
            let mut lines = log::line(frame, &decision, keyer);
            if let Some(outcome) = followed(&line) {
                lines.push('\n');
                let time = line.fields().now.map(|now| now.0);
                lines.push_str(&log::outcome(&decision.id, time, &outcome));
            }
            lines
        });
        let other = match &mut self.against {
            Some(side) => {
                let frame =
                    self::frame(&side.engine, &line, &mut self.builder).ok_or_else(too_long)?;
                let judged = side.engine.judge_with(frame, Facts::NONE);
                side.decide(judged, &line)
            }
            None => None,
        };
        self.tally.count(&line, &decision, other.as_ref());
        Ok(Some(Pushed::Decided {
            decision: decision.to_json(),
            log,
        }))
    }

    /// What came of it all, as text. `nanos` are the host's timings of each
    /// line; sorted in place.
    #[must_use]
    pub fn summary(&self, nanos: &mut [u32]) -> String {
        self.tally
            .summary(&self.side.engine, self.against.is_some(), nanos)
    }
}

/// What an application would report of a line: its outcome, and its label as an
/// analyst's word.
fn followed(line: &Line) -> Option<Value> {
    let mut members = match &line.outcome {
        Some(Value::Object(members)) => members.clone(),
        _ => Vec::new(),
    };
    if let Some(label) = line.label {
        members.push(("abuse".into(), Value::Bool(label == Label::Attack)));
    }
    (!members.is_empty()).then_some(Value::Object(members))
}

fn frame<'b>(engine: &Engine, line: &Line, builder: &'b mut FrameBuilder) -> Option<&'b [u8]> {
    let mut fields: FrameFields<'_> = line.fields();
    if engine.reads_body() {
        let (head, tail, truncated) = engine.policy().body.split(line.body());
        fields.head = head;
        fields.tail = tail;
        if truncated {
            fields.flags |= flag::TRUNCATED;
        }
    }
    builder.build(&fields, line.headers())
}

/// Counts for the summary: by label (attack, legit, none).
#[derive(Debug)]
struct Tally {
    conclusions: BTreeMap<(Option<Label>, Conclusion), u64>,
    rules: Vec<[u64; 3]>,
    undetermined: u64,
    changes: BTreeMap<(Conclusion, Conclusion, Option<Label>), u64>,
    changed: Vec<String>,
}

const LABELS: [Option<Label>; 3] = [Some(Label::Attack), Some(Label::Legit), None];

fn word(label: Option<Label>) -> &'static str {
    match label {
        Some(Label::Attack) => "attack",
        Some(Label::Legit) => "legit",
        None => "unlabelled",
    }
}

impl Tally {
    fn new(engine: &Engine) -> Self {
        Self {
            conclusions: BTreeMap::new(),
            rules: alloc::vec![[0; 3]; engine.policy().entries.len()],
            undetermined: 0,
            changes: BTreeMap::new(),
            changed: Vec::new(),
        }
    }

    fn count(&mut self, line: &Line, decision: &Decision, other: Option<&Decision>) {
        add(self
            .conclusions
            .entry((line.label, decision.effective()))
            .or_default());
        let column = LABELS
            .iter()
            .position(|label| *label == line.label)
            .unwrap_or(2);
        for (counts, result) in self.rules.iter_mut().zip(&decision.results) {
            if result.conclusion != Conclusion::Allow
                && let Some(count) = counts.get_mut(column)
            {
                add(count);
            }
        }
        if !decision.undetermined.is_empty() {
            add(&mut self.undetermined);
        }
        if let Some(other) = other
            && other.effective() != decision.effective()
        {
            add(self
                .changes
                .entry((decision.effective(), other.effective(), line.label))
                .or_default());
            if self.changed.len() < NAMED {
                self.changed.push(escaped(&line.id));
            }
        }
    }

    fn summary(&self, engine: &Engine, compared: bool, nanos: &mut [u32]) -> String {
        let mut out = String::new();
        let of = |label, conclusion| {
            self.conclusions
                .get(&(label, conclusion))
                .copied()
                .unwrap_or(0)
        };
        let _ = writeln!(
            out,
            "{:<12} {:>9} {:>9} {:>9} {:>9}",
            "requests", "total", "ALLOW", "CHALLENGE", "DENY"
        );
        for label in LABELS {
            let counts =
                [Conclusion::Allow, Conclusion::Challenge, Conclusion::Deny].map(|c| of(label, c));
            let total = counts.iter().fold(0_u64, |sum, n| sum.saturating_add(*n));
            if total > 0 {
                let [allow, challenge, deny] = counts;
                let _ = writeln!(
                    out,
                    "{:<12} {total:>9} {allow:>9} {challenge:>9} {deny:>9}",
                    word(label)
                );
            }
        }
        let _ = writeln!(
            out,
            "\n{:<28} {:<8} {:>9} {:>9} {:>10}",
            "rule", "mode", "attack", "legit", "unlabelled"
        );
        for (entry, [attack, legit, none]) in engine.policy().entries.iter().zip(&self.rules) {
            let id = escaped(&entry.id);
            let mode = if entry.mode == Mode::Live {
                "LIVE"
            } else {
                "DRY_RUN"
            };
            let _ = writeln!(out, "{id:<28} {mode:<8} {attack:>9} {legit:>9} {none:>10}");
        }
        let stopped =
            |label| of(label, Conclusion::Deny).saturating_add(of(label, Conclusion::Challenge));
        let _ = writeln!(
            out,
            "\ndetections {} · false positives {} · undetermined {}",
            stopped(Some(Label::Attack)),
            stopped(Some(Label::Legit)),
            self.undetermined
        );
        if compared {
            let total = self
                .changes
                .values()
                .fold(0_u64, |sum, n| sum.saturating_add(*n));
            let _ = writeln!(out, "\nagainst the second policy {total} requests differ");
            for ((from, to, label), n) in &self.changes {
                let _ = writeln!(
                    out,
                    "{:>9} {} -> {} ({})",
                    n,
                    from.word(),
                    to.word(),
                    word(*label)
                );
            }
            if !self.changed.is_empty() {
                let more = if total > u64::try_from(self.changed.len()).unwrap_or(u64::MAX) {
                    ", …"
                } else {
                    ""
                };
                let _ = writeln!(out, "differ: {}{more}", self.changed.join(", "));
            }
        }
        nanos.sort_unstable();
        if let (Some(p50), Some(p99)) = (percentile(nanos, 50), percentile(nanos, 99)) {
            let _ = writeln!(out, "p50 {p50} µs · p99 {p99} µs");
        }
        out
    }
}

fn add(count: &mut u64) {
    *count = count.saturating_add(1);
}

/// Microseconds with one decimal at a percentile of sorted nanoseconds.
fn percentile(sorted: &[u32], percent: usize) -> Option<String> {
    let rank = sorted.len().saturating_mul(percent) / 100;
    let nanos = sorted.get(rank.min(sorted.len().checked_sub(1)?))?;
    Some(format!("{}.{}", nanos / 1000, nanos % 1000 / 100))
}
