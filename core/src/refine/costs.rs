//! What the mistakes cost: a probability becomes a conclusion by the least
//! expected cost, not by a threshold.
//!
//! For each action: what it costs to block somebody who means well
//! (`falseBlock`), to let abuse pass (`miss`), and to ask somebody who means
//! well for a step-up (`stepUp`; `null` where there is none to ask for). Abuse
//! passes a step-up in one case of five: codes are phished, sessions ridden. Most
//! who are asked out of the blue give up, so it costs three quarters of a block:
//! where the evidence decides it decides, and few are asked.

use crate::decision::Conclusion;
use crate::units::Score;

/// The costs of an action, in any one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// Of blocking somebody who means well.
    pub false_block: u32,
    /// Of letting abuse pass.
    pub miss: u32,
    /// Of a step-up asked of somebody who means well.
    pub step_up: Option<u32>,
}

/// Words for actions and their costs unless the policy says otherwise.
pub const ACTIONS: &[(&str, Costs)] = &[
    ("read", costs(100, 50, 78)),
    ("search", costs(100, 60, 78)),
    ("signup", costs(100, 120, 78)),
    ("login", costs(100, 200, 78)),
    ("password_reset", costs(100, 200, 78)),
    ("checkout", costs(200, 200, 156)),
    ("payment", costs(200, 300, 156)),
    ("token_create", costs(100, 300, 78)),
    ("post_content", costs(100, 100, 78)),
    ("inference", costs(100, 100, 78)),
    ("admin", costs(100, 500, 78)),
];

/// Those of any other action.
pub const OTHERS: Costs = costs(100, 100, 78);

/// One case of abuse in this many passes a step-up.
const PASSES: u64 = 5;

const fn costs(false_block: u32, miss: u32, step_up: u32) -> Costs {
    Costs {
        false_block,
        miss,
        step_up: Some(step_up),
    }
}

impl Costs {
    /// The least expected cost decides; of equals the stronger.
    #[must_use]
    pub fn decide(self, abuse: Score) -> Conclusion {
        let bad = u64::from(abuse.get());
        let good = u64::from(Score::ONE.get()).saturating_sub(bad);
        let deny = good.saturating_mul(self.false_block.into());
        let allow = bad.saturating_mul(self.miss.into());
        let challenge = self.step_up.map_or(u64::MAX, |step_up| {
            good.saturating_mul(step_up.into())
                .saturating_add(allow / PASSES)
        });
        if deny <= challenge && deny <= allow {
            Conclusion::Deny
        } else if challenge <= allow {
            Conclusion::Challenge
        } else {
            Conclusion::Allow
        }
    }
}
