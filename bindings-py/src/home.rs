//! What the engines of one ward share: the store, the names of decisions.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use doorward_core::ids::Ids;
use doorward_core::store::Memory;
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Counts the forks that led to this process.
static FORKS: AtomicU64 = AtomicU64::new(0);

/// Called in a forked child: engines seed their ids anew.
#[pyfunction]
pub(crate) fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) struct Home {
    /// Keys of the embedded store.
    pub(crate) seed: [u8; 16],
    max_bytes: usize,
    store: Mutex<Memory>,
    /// The store did not survive a panic, and no decision has said so yet.
    lost: AtomicBool,
    ids: Mutex<(u64, Ids)>,
}

impl Home {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            seed: seed(),
            max_bytes,
            store: Mutex::new(Memory::new(max_bytes, slots())),
            lost: AtomicBool::new(false),
            ids: Mutex::new((FORKS.load(Ordering::Relaxed), Ids::new(seed()))),
        }
    }

    /// The store, whole: one that a panic left half-written is checked, and
    /// replaced if it does not hold.
    pub(crate) fn store(&self) -> MutexGuard<'_, Memory> {
        self.store.lock().unwrap_or_else(|poisoned| {
            self.store.clear_poison();
            let mut store = poisoned.into_inner();
            *store = Memory::import(&store.export(), self.max_bytes).unwrap_or_else(|| {
                self.lost.store(true, Ordering::Relaxed);
                Memory::new(self.max_bytes, slots())
            });
            store
        })
    }

    /// The store was lost since this was last asked.
    pub(crate) fn take_lost(&self) -> bool {
        self.lost.swap(false, Ordering::Relaxed)
    }

    /// The next decision's name; a forked process begins a sequence of its own.
    pub(crate) fn next_id(&self) -> String {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let forks = FORKS.load(Ordering::Relaxed);
        if ids.0 != forks {
            *ids = (forks, Ids::new(seed()));
        }
        ids.1.next_id()
    }
}

/// Seed of the store's own hash.
fn slots() -> u64 {
    seed()
        .first_chunk::<8>()
        .copied()
        .map_or(0, u64::from_le_bytes)
}

/// Sixteen random bytes; where the system has none, the time and the process.
fn seed() -> [u8; 16] {
    let mut seed = [0; 16];
    if getrandom::fill(&mut seed).is_err() {
        let time = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        seed = (time.as_nanos() ^ u128::from(std::process::id()).rotate_right(32)).to_le_bytes();
    }
    seed
}
