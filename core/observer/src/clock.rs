//! Time, injected at open: everything else bans the system's clock.

use baqylau_forms::value::Moment;

/// The clocks of a phone.
pub trait Clock: Send + Sync {
    /// The wall clock, with the phone's offset.
    fn wall(&self) -> Moment;
    /// Milliseconds since the phone was started, sleep included.
    fn boot_ms(&self) -> i64;
    /// Changes with every start of the phone.
    fn boot_id(&self) -> [u8; 8];
    /// A fresh random number, to spread attempts.
    fn jitter(&self) -> u32;
}

/// The clocks of the machine this runs on, in UTC.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the clock comes in")]
    fn wall(&self) -> Moment {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Moment { ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX), offset: 0 }
    }

    fn boot_ms(&self) -> i64 {
        // Darwin's monotonic clock goes on while it sleeps, Linux's does not.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let clock = rustix::time::ClockId::Boottime;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let clock = rustix::time::ClockId::Monotonic;
        let since = rustix::time::clock_gettime(clock);
        since.tv_sec.saturating_mul(1000).saturating_add(since.tv_nsec / 1_000_000)
    }

    fn boot_id(&self) -> [u8; 8] {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let hash = baqylau_protocol::ids::Hash::of(id.as_bytes());
        let mut out = [0; 8];
        out.copy_from_slice(&hash.0[..8]);
        out
    }

    fn jitter(&self) -> u32 {
        u32::from_le_bytes(baqylau_protocol::keys::random())
    }
}
