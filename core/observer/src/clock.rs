//! Time, injected at open: everything else bans the system's clock.

use baqylau_forms::value::Moment;
use baqylau_protocol::ids::Hash;

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
        shortened(&id)
    }

    fn jitter(&self) -> u32 {
        u32::from_le_bytes(baqylau_protocol::keys::random())
    }
}

/// [`SystemClock`] with what only the app is told on a phone.
#[derive(Debug, Clone, Default)]
pub struct PhoneClock {
    /// Changes with every start of the phone; empty where the system tells.
    pub boot: String,
    /// Minutes east of UTC.
    pub offset: i16,
}

impl Clock for PhoneClock {
    fn wall(&self) -> Moment {
        Moment { offset: self.offset, ..SystemClock.wall() }
    }

    fn boot_ms(&self) -> i64 {
        SystemClock.boot_ms()
    }

    fn boot_id(&self) -> [u8; 8] {
        if self.boot.is_empty() { SystemClock.boot_id() } else { shortened(&self.boot) }
    }

    fn jitter(&self) -> u32 {
        SystemClock.jitter()
    }
}

fn shortened(id: &str) -> [u8; 8] {
    let mut out = [0; 8];
    out.copy_from_slice(&Hash::of(id.as_bytes()).0[..8]);
    out
}
