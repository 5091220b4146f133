//! Time of a simulated day, and clocks that tell it wrongly.

use crate::dice::Dice;
use baqylau_forms::value::Moment;
use baqylau_observer::clock::Clock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// When the day begins: 4 October 2026, 6:00 UTC, in milliseconds since 1970.
pub const MORNING: i64 = 1_791_093_600_000;
/// Milliseconds of an hour.
pub const HOUR: i64 = 3_600_000;

/// The time of the day, which passes when the simulation says so.
#[derive(Debug, Clone)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    /// The morning.
    #[must_use]
    pub fn morning() -> Self {
        Self(Arc::new(AtomicI64::new(MORNING)))
    }

    /// In milliseconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Lets so many milliseconds pass.
    pub fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

/// The clocks of one phone.
#[derive(Debug)]
pub struct PhoneClocks {
    time: Time,
    /// By how many milliseconds the wall clock is ahead.
    ahead: AtomicI64,
    starts: AtomicU64,
    chance: Mutex<Dice>,
}

impl PhoneClocks {
    /// Clocks that are right.
    #[must_use]
    pub fn new(time: Time, chance: Dice) -> Arc<Self> {
        Arc::new(Self { time, ahead: AtomicI64::new(0), starts: AtomicU64::new(1), chance: Mutex::new(chance) })
    }

    /// Puts the wall clock ahead by so many milliseconds, or back.
    pub fn put(&self, ahead: i64) {
        self.ahead.store(ahead, Ordering::SeqCst);
    }

    /// The phone is started again.
    pub fn start(&self) {
        self.starts.fetch_add(1, Ordering::SeqCst);
    }
}

impl Clock for PhoneClocks {
    fn wall(&self) -> Moment {
        Moment { ms: self.time.now() + self.ahead.load(Ordering::SeqCst), offset: 0 }
    }

    fn boot_ms(&self) -> i64 {
        self.time.now() - MORNING + HOUR
    }

    fn boot_id(&self) -> [u8; 8] {
        self.starts.load(Ordering::SeqCst).to_be_bytes()
    }

    fn jitter(&self) -> u32 {
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        u32::try_from(chance.below(1 << 32)).unwrap_or_default()
    }
}
