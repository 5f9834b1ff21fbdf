//! Facts about the outside, asked for and answered.
//!
//! The core never waits: where a rule lacks a fact it returns a [`Need`], the
//! host answers all of them in one batch, and the same function runs again.
//! A need is asked once; there are two rounds at most.

use crate::store::{Key, Limit, Take, Taken};
use crate::text::json::{Value, write_text};
use crate::units::Millis;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;

/// A fact asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Quota from a store that the host keeps.
    Take(Take),
}

/// A fact answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Quota given or refused.
    Taken(Taken),
    /// The world failed: what the host says of it.
    Failed(String),
}

/// Who answers needs while a decision is being made.
pub trait World {
    /// The reply, or `None` while the fact is still outstanding.
    fn answer(&mut self, need: &Need, now: Millis) -> Option<Reply>;
    /// What of the world is not as it should be (`store`), for the decision.
    fn degraded(&self) -> Option<&'static str> {
        None
    }
}

/// The store inside the process: it answers at once.
#[derive(Debug)]
pub struct Embedded<'s, S> {
    /// The store.
    pub store: &'s mut S,
    /// It was lost in a fault and starts anew; the decision says so.
    pub lost: bool,
}

impl<S: crate::store::Store> World for Embedded<'_, S> {
    fn answer(&mut self, need: &Need, now: Millis) -> Option<Reply> {
        match need {
            Need::Take(take) => Some(Reply::Taken(self.store.take(take, now))),
        }
    }

    fn degraded(&self) -> Option<&'static str> {
        self.lost.then_some("store_lost")
    }
}

/// What the host has answered so far, with the embedded store behind it for
/// takes that the host's store could not answer.
#[derive(Debug)]
pub struct Replies<'s, S> {
    answered: Vec<(String, Reply)>,
    fallback: &'s mut S,
    failed: bool,
}

impl<'s, S: crate::store::Store> Replies<'s, S> {
    /// Reads `{"replies":[…]}`; what does not read as a reply is not one, so its
    /// need counts as failed rather than being asked again.
    pub fn parse(text: &str, fallback: &'s mut S) -> Self {
        let value = Value::parse(text.as_bytes()).unwrap_or(Value::Null);
        let list = value
            .get("replies")
            .and_then(Value::as_list)
            .unwrap_or_default();
        let answered = list
            .iter()
            .filter_map(|reply| Some((reply.get("id")?.as_text()?.to_string(), read_reply(reply))))
            .collect();
        Self {
            answered,
            fallback,
            failed: false,
        }
    }
}

fn read_reply(reply: &Value) -> Reply {
    let number = |name| {
        reply
            .get(name)
            .and_then(Value::as_number)
            .and_then(|n| u64::try_from(n.as_i64()?).ok())
    };
    let taken = || {
        Some(Taken {
            allowed: reply.get("allowed")?.as_bool()?,
            remaining: u32::try_from(number("remaining")?).ok()?,
            reset: Millis(number("reset")?),
            retry_after: number("retryAfter").map(Millis),
        })
    };
    taken().map_or_else(
        || {
            let said = reply
                .get("error")
                .and_then(Value::as_text)
                .unwrap_or("malformed reply");
            Reply::Failed(said.to_string())
        },
        Reply::Taken,
    )
}

impl<S: crate::store::Store> World for Replies<'_, S> {
    fn answer(&mut self, need: &Need, now: Millis) -> Option<Reply> {
        let id = need.id();
        let found = self
            .answered
            .iter()
            .find(|(name, _)| *name == id)
            .map(|(_, reply)| reply.clone());
        let reply = found.unwrap_or_else(|| Reply::Failed("not answered".into()));
        match (need, reply) {
            (Need::Take(take), Reply::Failed(_)) => {
                self.failed = true;
                Some(Reply::Taken(self.fallback.take(take, now)))
            }
            (_, reply) => Some(reply),
        }
    }

    fn degraded(&self) -> Option<&'static str> {
        self.failed.then_some("store")
    }
}

/// Nobody answers: every need is outstanding and goes to the host.
#[derive(Debug)]
pub struct Nobody;

impl World for Nobody {
    fn answer(&mut self, _: &Need, _: Millis) -> Option<Reply> {
        None
    }
}

impl Need {
    /// The name under which a reply comes back.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Take(take) => format!("take:{:032x}", take.key.0),
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str("{\"id\":");
        write_text(&self.id(), out);
        match self {
            Self::Take(Take {
                key: Key(key),
                limit,
                cost,
            }) => {
                let _ = write!(
                    out,
                    ",\"kind\":\"take\",\"key\":\"{key:032x}\",\"limit\":{{"
                );
                let _ = match limit {
                    Limit::FixedWindow { max, window } => {
                        write!(
                            out,
                            "\"kind\":\"fixedWindow\",\"max\":{max},\"window\":{}",
                            window.0
                        )
                    }
                    Limit::SlidingWindow { max, interval } => {
                        write!(
                            out,
                            "\"kind\":\"slidingWindow\",\"max\":{max},\"interval\":{}",
                            interval.0
                        )
                    }
                    Limit::TokenBucket {
                        capacity,
                        refill,
                        interval,
                    } => write!(
                        out,
                        "\"kind\":\"tokenBucket\",\"capacity\":{capacity},\"refillRate\":{refill},\"interval\":{}",
                        interval.0
                    ),
                };
                let _ = write!(out, "}},\"cost\":{cost}}}");
            }
        }
    }
}

/// `{"needs":[…]}`, as the host reads it; with `"now"` where a recording's clock
/// counts instead of the store's own.
#[must_use]
pub fn write_needs(needs: &[Need], now: Option<Millis>) -> String {
    let mut out = String::from("{\"needs\":[");
    for (i, need) in needs.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        need.write(&mut out);
    }
    out.push(']');
    if let Some(Millis(now)) = now {
        let _ = write!(out, ",\"now\":{now}");
    }
    out.push('}');
    out
}
