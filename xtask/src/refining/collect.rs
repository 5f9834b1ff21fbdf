//! Simulated days through the engine: what it knew of each request.

use crate::simulate::day;
use crate::simulate::regime::Regime;
use crate::simulate::sample::Samples;
use anyhow::{Result, anyhow};
use doorward_core::decision::{Conclusion, Decision, Mode};
use doorward_core::engine::{Engine, Step};
use doorward_core::frame::{FrameBuilder, flag};
use doorward_core::keys::Keyer;
use doorward_core::need::{Embedded, Facts};
use doorward_core::pack::Packs;
use doorward_core::refine::{ACTIONS, Costs, OTHERS, Vector, report};
use doorward_core::store::Memory;
use doorward_core::traffic::Line;

/// One request.
pub(super) struct Sample {
    pub(super) regime: &'static str,
    pub(super) persona: &'static str,
    pub(super) attack: bool,
    pub(super) vector: Vector,
    pub(super) first: Conclusion,
    pub(super) floor: Conclusion,
    pub(super) costs: Costs,
    /// The strongest of the shield and of detectBot, and whether a limit of the
    /// address is why: for the baseline.
    pub(super) scores: [u16; 2],
    pub(super) limited: bool,
    /// Another rule objected as well.
    pub(super) other: bool,
}

/// The packs of the simulated policies.
pub(super) fn packs() -> Result<Packs> {
    let mut packs = Packs::default();
    packs
        .add(&std::fs::read("core/packs/prompt.bin")?)
        .map_err(anyhow::Error::msg)?;
    Ok(packs)
}

/// The days of these regimes.
pub(super) fn collect(
    regimes: &'static [Regime],
    samples: &Samples,
    seeds: &[u64],
) -> Result<Vec<Sample>> {
    let mut out = Vec::new();
    let packs = packs()?;
    for regime in regimes {
        let policy = regime.policy(",\"refine\":{\"mode\":\"LIVE\"}");
        for seed in seeds {
            let mut engine = Engine::with_packs(&policy, Keyer::Seed([0; 16]), &packs)
                .map_err(|error| anyhow!("{error}"))?;
            engine.rehearse();
            let mut store = Memory::new(engine.policy().store_bytes(), 0);
            let mut builder = FrameBuilder::default();
            for request in day(regime, samples, *seed) {
                let line = Line::parse(request.line.as_bytes()).map_err(anyhow::Error::msg)?;
                let mut fields = line.fields();
                let (head, tail, truncated) = engine.policy().body.split(line.body());
                (fields.head, fields.tail) = (head, tail);
                if truncated {
                    fields.flags |= flag::TRUNCATED;
                }
                let now = fields.now.unwrap_or_default();
                let frame = builder
                    .build(&fields, line.headers())
                    .ok_or_else(|| anyhow!("too long"))?;
                let judged = engine.judge_with(frame, Facts::NONE);
                let actors = judged.actors();
                let mut world = Embedded {
                    store: &mut store,
                    lost: false,
                };
                let Step::Decided(decision) = engine.conclude(judged, String::new, &mut world)
                else {
                    return Err(anyhow!("the store did not answer"));
                };
                if let Some(outcome) = &line.outcome {
                    report(actors, outcome, &mut store, now);
                }
                let action = action(&request.line);
                out.extend(sample(
                    regime.name,
                    request.persona,
                    request.attack,
                    &decision,
                    &action,
                ));
            }
        }
    }
    Ok(out)
}

fn action(line: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let action = value
        .pointer("/context/action")
        .and_then(|action| action.as_str());
    action.unwrap_or_default().to_owned()
}

fn sample(
    regime: &'static str,
    persona: &'static str,
    attack: bool,
    decision: &Decision,
    action: &str,
) -> Option<Sample> {
    let refined = decision.refined.as_ref()?;
    let (mut scores, mut limited, mut other) = ([0; 2], false, false);
    for result in decision
        .results
        .iter()
        .filter(|result| result.mode == Mode::Live)
    {
        let denied = result.conclusion != Conclusion::Allow;
        match (result.rule, scores.each_mut()) {
            ("shield", [shield, _]) if denied => *shield = result.score.get(),
            ("detectBot", [_, bot]) if denied => *bot = result.score.get(),
            ("slidingWindow", _) if &*result.id == "per-address" => limited |= denied,
            _ => other |= denied,
        }
    }
    let costs = ACTIONS.iter().find(|(name, _)| *name == action);
    Some(Sample {
        regime,
        persona,
        attack,
        vector: refined.vector,
        first: decision.conclusion,
        floor: refined.floor,
        costs: costs.map_or(OTHERS, |(_, costs)| *costs),
        scores,
        limited,
        other,
    })
}

impl Sample {
    /// A contract decided: aside, for refine may not touch it.
    pub(super) fn is_contract(&self) -> bool {
        self.floor == Conclusion::Deny
    }
}
