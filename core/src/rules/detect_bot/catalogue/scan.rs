//! The pass over a User-Agent, and what counts of all that it saw.
//!
//! Every literal is filed under one of its trigrams ([`super::index`]).

use super::index::{Index, UNLESS, slot};
use super::{Bot, BotId, Match, Matches, generic};

/// Flags of a record, above the 11 bits of its bot.
const START: u16 = 1 << 11;
const END: u16 = 1 << 12;
const WORD_START: u16 = 1 << 13;
const WORD_END: u16 = 1 << 14;
const GAP: u16 = 1 << 15;
/// Bytes that a gap spans at most, so that a scan stays linear.
const GAP_MAX: usize = 64;
/// Exceptions that are remembered of one User-Agent; a list names at most two
/// for a bot, and generic evidence has five kinds.
const DENIED: usize = 16;
/// Names after which a scan stops: no browser's string has one.
const HITS: usize = 64;

#[derive(Default)]
pub(super) struct Scan {
    pub(super) named: Matches,
    generic: Matches,
    denied: [Option<BotId>; DENIED],
    hits: usize,
}

impl Scan {
    /// Looks for every literal of the bots from `first` on.
    pub(super) fn run(&mut self, index: &Index, text: &[u8], first: u16) {
        let mut gram: u32 = 0;
        for (at, byte) in text.iter().enumerate() {
            if self.hits > HITS {
                break;
            }
            // letters in lower case; what else this bit changes, the
            // comparison sorts out
            gram = (gram << 8 | u32::from(byte | 0x20)) & 0xff_ffff;
            let slot = slot(gram);
            let word = index.filter.get(slot >> 6).copied().unwrap_or_default();
            if word >> (slot & 63) & 1 == 1 {
                // the trigram began two bytes ago
                if let Some(at) = at.checked_sub(2) {
                    self.bucket(index.records(slot), text, at, slot, first);
                }
            }
        }
    }

    fn bucket(&mut self, mut records: &[u8], text: &[u8], at: usize, slot: usize, first: u16) {
        while let [size, trigger, low, high, rest @ ..] = records {
            let (literal, next) = rest
                .split_at_checked(usize::from(size & !UNLESS))
                .unwrap_or_default();
            records = next;
            // the place of the trigger in the literal, and three bits of its hash
            if usize::from(trigger >> 5) != slot & 7 {
                continue;
            }
            let head = u16::from_le_bytes([*low, *high]);
            let id = BotId(head & (START.wrapping_sub(1)));
            let Some(start) = at
                .checked_sub(usize::from(trigger & 31))
                .filter(|_| id.0 >= first)
            else {
                continue;
            };
            if let Some(end) = verify(text, start, literal, head) {
                self.hit(id, size & UNLESS != 0, start, end);
            }
        }
    }

    fn hit(&mut self, id: BotId, unless: bool, start: usize, end: usize) {
        let found = Match {
            bot: Bot::Known(id),
            start,
            end,
        };
        if unless {
            if !self.denies(&found)
                && let Some(free) = self.denied.iter_mut().find(|slot| slot.is_none())
            {
                *free = Some(id);
            }
            return;
        }
        self.hits = self.hits.saturating_add(1);
        if id.is_generic() {
            self.generic.add(found);
        } else {
            self.named.add(found);
        }
    }

    fn denies(&self, found: &Match) -> bool {
        matches!(found.bot, Bot::Known(id) if self.denied.contains(&Some(id)))
    }

    /// What counts of all that was seen.
    pub(super) fn settle(self, text: &[u8]) -> Matches {
        let mut found = self.named;
        found.retain(|m| !self.denies(m));
        if found.is_empty() {
            found = self.generic;
            found.retain(|m| !self.denies(m));
        }
        if found.is_empty() {
            for (id, span) in generic::find(text) {
                let shape = Match {
                    bot: Bot::Known(id),
                    start: span.start,
                    end: span.end,
                };
                if !self.denies(&shape) {
                    found.add(shape);
                }
            }
            return found;
        }
        found.prefer(|m| !matches!(m.bot, Bot::Known(id) if !id.is_listed()));
        let all = found;
        found.retain(|m| {
            !all.iter()
                .take_while(|longer| *longer != m)
                .any(|l| l.overlaps(m))
        });
        if found.iter().nth(1).is_some() {
            found.prefer(|m| !borrowed(text, m));
        }
        found
    }
}

/// The name stands in a contact address, or behind "like".
fn borrowed(text: &[u8], found: &Match) -> bool {
    let gap = |b: &u8| matches!(b, b' ' | b';' | b',' | b'(' | b')');
    let before = text.get(..found.start).unwrap_or_default();
    let from = before
        .iter()
        .rposition(gap)
        .map_or(0, |at| at.saturating_add(1));
    let rest = text.get(from..).unwrap_or_default();
    let word = rest.split(gap).next().unwrap_or_default();
    let address = word.contains(&b'@') || word.windows(3).any(|w| w == b"://");
    address || before.len() >= 5 && before.to_ascii_lowercase().ends_with(b"like ")
}

/// Where the literal ends, if it stands at `start` as its flags demand.
fn verify(text: &[u8], start: usize, literal: &[u8], flags: u16) -> Option<usize> {
    let (head, tail) = if flags & GAP == 0 {
        (literal, None)
    } else {
        let at = literal.iter().position(|b| *b == 0)?;
        (literal.get(..at)?, literal.get(at.saturating_add(1)..))
    };
    let mut end = start.checked_add(head.len())?;
    let here = text.get(start..end)?;
    // literals are stored in lower case; most records of a bucket fail here
    if here.first()?.to_ascii_lowercase() != *head.first()? || !here.eq_ignore_ascii_case(head) {
        return None;
    }
    if let Some(tail) = tail {
        let reach = end
            .saturating_add(GAP_MAX)
            .saturating_add(tail.len())
            .min(text.len());
        let rest = text.get(end..reach)?;
        let at = rest
            .windows(tail.len().max(1))
            .position(|w| w.eq_ignore_ascii_case(tail))?;
        end = end.saturating_add(at).saturating_add(tail.len());
    }
    let before = start.checked_sub(1).and_then(|i| text.get(i));
    let after = text.get(end);
    let holds = (flags & START == 0 || before.is_none())
        && (flags & END == 0 || after.is_none())
        && (flags & WORD_START == 0 || !before.is_some_and(u8::is_ascii_alphanumeric))
        && (flags & WORD_END == 0 || !after.is_some_and(u8::is_ascii_alphabetic));
    holds.then_some(end)
}
