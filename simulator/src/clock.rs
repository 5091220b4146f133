//! The phones' simulated clock: it stands on the election day and advances a few seconds with every answer.

use baqylau_forms::value::Moment;
use baqylau_observer::clock::{Clock, SystemClock};
use std::sync::atomic::{AtomicI64, Ordering};

/// A settable wall clock in UTC. Boot clock and jitter are the machine's.
#[derive(Debug, Default)]
pub struct SimulatedClock {
    ms: AtomicI64,
}

/// Time that an observer needs for one answer, in milliseconds.
const STEP_MS: i64 = 4_000;

impl SimulatedClock {
    /// A clock showing `ms` milliseconds since 1970.
    #[must_use]
    pub fn at(ms: i64) -> Self {
        Self { ms: AtomicI64::new(ms) }
    }

    /// Advances the clock to `ms` milliseconds since 1970; an earlier time is ignored.
    pub fn set(&self, ms: i64) {
        self.ms.fetch_max(ms, Ordering::Relaxed);
    }

    /// Advances the clock by the time for one answer.
    pub fn step(&self) {
        self.ms.fetch_add(STEP_MS, Ordering::Relaxed);
    }
}

impl Clock for SimulatedClock {
    fn wall(&self) -> Moment {
        Moment { ms: self.ms.load(Ordering::Relaxed), offset: 0 }
    }

    fn boot_ms(&self) -> i64 {
        SystemClock.boot_ms()
    }

    fn boot_id(&self) -> [u8; 8] {
        SystemClock.boot_id()
    }

    fn jitter(&self) -> u32 {
        SystemClock.jitter()
    }
}
