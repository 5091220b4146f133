//! The phones' clock: on the election day, a few seconds further with every answer.

use baqylau_forms::value::Moment;
use baqylau_observer::clock::{Clock, SystemClock};
use std::sync::atomic::{AtomicI64, Ordering};

/// A wall clock that is set by hand. The boot clock is the machine's.
#[derive(Debug, Default)]
pub struct SimulatedClock {
    ms: AtomicI64,
}

/// How long an observer needs for an answer.
const STEP_MS: i64 = 4_000;

impl SimulatedClock {
    /// A clock at a moment.
    #[must_use]
    pub fn at(ms: i64) -> Self {
        Self { ms: AtomicI64::new(ms) }
    }

    /// Sets the clock, forward only.
    pub fn set(&self, ms: i64) {
        self.ms.fetch_max(ms, Ordering::Relaxed);
    }

    /// An answer takes its time.
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
