//! The automaton worked out ahead: one row per set of states a search can be
//! in, one column per class of bytes and one for the end of the text.

use super::MAX_TABLE;
use super::nfa::{Nfa, Side, States};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// State visits that working out a table may take; it bounds the time a
/// policy takes to compile.
const MAX_WORK: usize = 1 << 17;

/// A match ended; nothing will match. Every other entry is where a row starts.
const MATCH: u16 = u16::MAX;
const DEAD: u16 = MATCH - 1;

#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Byte to column.
    classes: Box<[u8; 256]>,
    /// Column of the end of the text, the last.
    end: u8,
    entries: Box<[u16]>,
}

impl Table {
    /// `None` if it would grow too large or take too long.
    pub(super) fn new(nfa: &Nfa) -> Option<Self> {
        let (classes, examples) = classes(nfa);
        let end = u8::try_from(examples.len()).ok()?;
        let width = examples.len().saturating_add(1);

        let mut rows: Vec<(States, Side)> = vec![(nfa.first(), Side::Edge)];
        // the rows' numbers in the order of the rows
        let mut order: Vec<usize> = vec![0];
        let mut entries: Vec<u16> = Vec::new();
        let (mut scratch, mut next, mut work) = (nfa.scratch(), nfa.first(), 0_usize);
        let mut done = 0;
        while let Some((states, before)) = rows.get(done).cloned() {
            done = done.saturating_add(1);
            for byte in examples.iter().copied().map(Some).chain([None]) {
                let matched = nfa.step(&states, before, byte, &mut next, &mut scratch);
                work = work.saturating_add(scratch.visited()).saturating_add(1);
                if work > MAX_WORK || entries.len() >= MAX_TABLE {
                    return None;
                }
                entries.push(match byte {
                    _ if matched => MATCH,
                    None => DEAD,
                    Some(_) => {
                        let row = (next.clone(), nfa.side(byte));
                        let place = order.binary_search_by(|at| rows.get(*at).cmp(&Some(&row)));
                        let at = match place {
                            Ok(place) => order.get(place).copied().unwrap_or_default(),
                            Err(place) => {
                                order.insert(place, rows.len());
                                rows.push(row);
                                rows.len().saturating_sub(1)
                            }
                        };
                        u16::try_from(at.saturating_mul(width)).ok()?
                    }
                });
            }
        }
        mark_dead(&mut entries, width);
        Some(Self {
            classes,
            end,
            entries: entries.into_boxed_slice(),
        })
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        let mut row = 0;
        for byte in text {
            let class = self
                .classes
                .get(usize::from(*byte))
                .copied()
                .unwrap_or_default();
            row = self.entry(row, class);
            if row >= DEAD {
                return row == MATCH;
            }
        }
        self.entry(row, self.end) == MATCH
    }

    fn entry(&self, row: u16, class: u8) -> u16 {
        let at = usize::from(row).saturating_add(usize::from(class));
        self.entries.get(at).copied().unwrap_or(DEAD)
    }
}

/// Columns of bytes that no state tells apart, and one byte of each.
fn classes(nfa: &Nfa) -> (Box<[u8; 256]>, Vec<u8>) {
    let mut classes = Box::new([0_u8; 256]);
    let mut examples = vec![0_u8];
    for set in nfa.sets() {
        // class before the split to class of its members outside and inside
        let mut split = [[None; 2]; 256];
        examples.clear();
        for (class, byte) in classes.iter_mut().zip(0_u8..=255) {
            let sides = split.get_mut(usize::from(*class));
            let side = sides.and_then(|sides| sides.get_mut(usize::from(set.contains(byte))));
            let Some(side) = side else { continue };
            *class = *side.get_or_insert_with(|| {
                examples.push(byte);
                u8::try_from(examples.len().saturating_sub(1)).unwrap_or(u8::MAX)
            });
        }
    }
    (classes, examples)
}

/// A row that leads only to itself and does not match at the end ends a search.
fn mark_dead(entries: &mut [u16], width: usize) {
    let dead = entries
        .chunks(width)
        .zip((0_u16..).step_by(width))
        .find_map(|(row, start)| {
            let loops = row
                .split_last()
                .is_some_and(|(end, rest)| *end == DEAD && rest.iter().all(|to| *to == start));
            loops.then_some(start)
        });
    for entry in entries.iter_mut() {
        if Some(*entry) == dead {
            *entry = DEAD;
        }
    }
}
