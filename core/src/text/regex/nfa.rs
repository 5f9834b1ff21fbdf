//! Thompson's automaton and one step of it.

use super::MAX_STATES;
use super::bytes::ByteSet;
use super::parse::{Look, Node};
use alloc::vec;
use alloc::vec::Vec;

/// Nodes visited while compiling: a bound for repeats of nothing, which make
/// no states.
const MAX_VISITS: usize = 8 * MAX_STATES;

#[derive(Clone, Debug)]
pub(super) struct Nfa {
    states: Vec<State>,
    start: u16,
    /// Some state looks at words, some at lines.
    pub(super) words: bool,
    pub(super) lines: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    One(ByteSet, u16),
    Look(Look, u16),
    Either(u16, u16),
    Match,
}

/// What stands beside a position, as far as the pattern can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// The start or the end of the text.
    Edge,
    Word,
    LineFeed,
    Other,
}

/// A set of states, one bit each.
pub(super) type States = Vec<u64>;

/// Memory a step needs, kept between steps.
pub(super) struct Scratch {
    seen: States,
    stack: Vec<u16>,
}

impl Nfa {
    /// `None` if the pattern is too large.
    pub(super) fn new(node: &Node) -> Option<Self> {
        let nfa = Self {
            states: vec![State::Match],
            start: 0,
            words: false,
            lines: false,
        };
        let mut builder = Builder { nfa, visits: 0 };
        builder.nfa.start = builder.emit(node, 0)?;
        Some(builder.nfa)
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        let mut scratch = self.scratch();
        let (mut now, mut next) = (self.first(), self.first());
        let mut before = Side::Edge;
        for byte in text {
            if self.step(&now, before, Some(*byte), &mut next, &mut scratch) {
                return true;
            }
            core::mem::swap(&mut now, &mut next);
            before = self.side(Some(*byte));
        }
        self.step(&now, before, None, &mut next, &mut scratch)
    }

    /// The set a search starts from: a match may begin here.
    pub(super) fn first(&self) -> States {
        let mut states = self.none();
        insert(&mut states, self.start);
        states
    }

    pub(super) fn scratch(&self) -> Scratch {
        Scratch {
            seen: self.none(),
            stack: Vec::with_capacity(self.states.len()),
        }
    }

    fn none(&self) -> States {
        vec![0; self.states.len().div_ceil(64)]
    }

    pub(super) fn side(&self, byte: Option<u8>) -> Side {
        match byte {
            None => Side::Edge,
            Some(b'\n') if self.lines => Side::LineFeed,
            Some(b) if self.words && (b.is_ascii_alphanumeric() || b == b'_') => Side::Word,
            Some(_) => Side::Other,
        }
    }

    /// The sets of bytes the pattern tells apart.
    pub(super) fn sets(&self) -> impl Iterator<Item = ByteSet> {
        let words = self.words.then(ByteSet::word);
        let lines = self.lines.then(|| ByteSet::one(b'\n'));
        let states = self.states.iter().filter_map(|state| match state {
            State::One(set, _) => Some(*set),
            _ => None,
        });
        states.chain(words).chain(lines)
    }

    /// One byte forward, or the end of the text (`None`): fills `out` with the
    /// states behind the byte. True if a match ends before it.
    pub(super) fn step(
        &self,
        now: &States,
        before: Side,
        byte: Option<u8>,
        out: &mut States,
        scratch: &mut Scratch,
    ) -> bool {
        let after = self.side(byte);
        out.fill(0);
        insert(out, self.start);
        scratch.seen.clone_from(now);
        scratch.stack.clear();
        scratch.stack.extend(members(now));
        while let Some(id) = scratch.stack.pop() {
            let mut follow = |next: u16| {
                if insert(&mut scratch.seen, next) {
                    scratch.stack.push(next);
                }
            };
            match self.states.get(usize::from(id)) {
                Some(State::One(set, next)) if byte.is_some_and(|b| set.contains(b)) => {
                    insert(out, *next);
                }
                Some(State::Look(look, next)) if look.holds(before, after) => follow(*next),
                Some(State::Either(first, second)) => {
                    follow(*first);
                    follow(*second);
                }
                Some(State::Match) => return true,
                Some(State::One(..) | State::Look(..)) | None => {}
            }
        }
        false
    }
}

impl Scratch {
    /// States the last step visited: what it cost.
    pub(super) fn visited(&self) -> usize {
        members(&self.seen).count()
    }
}

impl Look {
    fn holds(self, before: Side, after: Side) -> bool {
        let word_edge = (before == Side::Word) != (after == Side::Word);
        match self {
            Self::Start => before == Side::Edge,
            Self::End => after == Side::Edge,
            Self::LineStart => matches!(before, Side::Edge | Side::LineFeed),
            Self::LineEnd => matches!(after, Side::Edge | Side::LineFeed),
            Self::WordEdge => word_edge,
            Self::NoWordEdge => !word_edge,
        }
    }
}

/// Adds a state; true if it was not there.
fn insert(states: &mut States, id: u16) -> bool {
    let bit = 1_u64.wrapping_shl(u32::from(id & 63));
    match states.get_mut(usize::from(id >> 6)) {
        Some(word) if *word & bit == 0 => {
            *word |= bit;
            true
        }
        _ => false,
    }
}

fn members(states: &States) -> impl Iterator<Item = u16> {
    states
        .iter()
        .zip((0_u16..).step_by(64))
        .flat_map(|(word, base)| {
            let mut rest = *word;
            core::iter::from_fn(move || {
                let bit = u16::try_from(rest.trailing_zeros())
                    .ok()
                    .filter(|bit| *bit < 64)?;
                rest &= rest.wrapping_sub(1);
                Some(base | bit)
            })
        })
}

/// Emits states back to front, so every state knows what follows it.
struct Builder {
    nfa: Nfa,
    visits: usize,
}

impl Builder {
    fn emit(&mut self, node: &Node, next: u16) -> Option<u16> {
        self.visits = self.visits.saturating_add(1);
        if self.visits > MAX_VISITS {
            return None;
        }
        match node {
            Node::One(set) => self.push(State::One(*set, next)),
            Node::Look(look) => {
                self.nfa.words |= matches!(look, Look::WordEdge | Look::NoWordEdge);
                self.nfa.lines |= matches!(look, Look::LineStart | Look::LineEnd);
                self.push(State::Look(*look, next))
            }
            Node::Sequence(items) => items
                .iter()
                .rev()
                .try_fold(next, |next, item| self.emit(item, next)),
            Node::Either(branches) => {
                let mut branches = branches.iter().rev();
                let last = self.emit(branches.next()?, next)?;
                branches.try_fold(last, |rest, branch| {
                    let first = self.emit(branch, next)?;
                    self.push(State::Either(first, rest))
                })
            }
            Node::Repeat { node, min, max } => self.repeat(node, *min, *max, next),
        }
    }

    fn repeat(&mut self, node: &Node, min: u16, max: Option<u16>, next: u16) -> Option<u16> {
        let (mut entry, mut copies) = (next, min);
        if let Some(max) = max {
            for _ in min..max {
                let body = self.emit(node, entry)?;
                entry = self.push(State::Either(body, next))?;
            }
        } else {
            let fork = self.push(State::Either(next, next))?;
            let body = self.emit(node, fork)?;
            *self.nfa.states.get_mut(usize::from(fork))? = State::Either(body, next);
            // a loop entered at its body has run once
            entry = if min == 0 { fork } else { body };
            copies = min.saturating_sub(1);
        }
        for _ in 0..copies {
            entry = self.emit(node, entry)?;
        }
        Some(entry)
    }

    fn push(&mut self, state: State) -> Option<u16> {
        let id = self.nfa.states.len();
        if id >= MAX_STATES {
            return None;
        }
        self.nfa.states.push(state);
        u16::try_from(id).ok()
    }
}
