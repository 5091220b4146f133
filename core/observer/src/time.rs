//! Corrected time: a wrong phone clock must not stop delivery, nor make an expired bundle look fresh.

use crate::clock::Clock;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::authority::VouchedHead;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::TreeHead;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

/// The largest tree head that a receipt proved, and what the phone's clocks said then.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Anchor {
    #[n(0)]
    pub size: u64,
    #[n(1)]
    pub root: Hash,
    #[n(2)]
    time: i64,
    #[n(3)]
    wall: i64,
    #[n(4)]
    boot_ms: i64,
    #[n(5)]
    boot_id: ByteArray<8>,
}

/// How far a head's time may be from what the phone knows, in milliseconds.
const NEAR_MS: i64 = DAY_MS;
/// How long after the end of enrolment a mission may go on, in milliseconds.
const AFTER_END_MS: i64 = 365 * DAY_MS;
/// How much a log may have grown between two heads that this phone saw. The largest mission has a few million objects.
pub(crate) const MOST_GROWTH: u64 = 1 << 24;

impl Anchor {
    /// The same times, of the log that another one begins with: it is no larger than what is vouched for.
    pub fn within(self, kept: &VouchedHead) -> Self {
        if self.size <= kept.size { self } else { Self { size: kept.size, root: kept.root, ..self } }
    }

    /// What is known after a head: the larger log, and the later time. A server that replays an old head moves nothing, and neither
    /// does one that signs what cannot be: its own clock is not the phone's.
    pub fn after(known: Option<Self>, head: &TreeHead, clock: &dyn Clock, manifest: &Manifest) -> Option<Self> {
        let wall = clock.wall().ms;
        let near = |one: i64, other: i64| one.abs_diff(other) <= NEAR_MS.unsigned_abs();
        let of_mission = manifest.issued.saturating_sub(NEAR_MS)..=manifest.expires.saturating_add(AFTER_END_MS);
        let size = known.as_ref().map_or(0, |known| known.size);
        if !of_mission.contains(&head.time) || head.size > size.saturating_add(MOST_GROWTH) {
            return known;
        }
        let fresh = |size, root| Self {
            size,
            root,
            time: head.time,
            wall,
            boot_ms: clock.boot_ms(),
            boot_id: clock.boot_id().into(),
        };
        let Some(known) = known else { return Some(fresh(head.size, head.root)) };
        let now = corrected(clock, Some(&known), manifest.issued);
        let same_boot = *known.boot_id == clock.boot_id();
        let likely = !same_boot || near(head.time, now) || near(head.time, wall);
        let mends = near(head.time, wall) && !near(now, wall);
        let later = (head.size, head.time) > (known.size, known.time);
        let (size, root) = if head.size > known.size { (head.size, head.root) } else { (known.size, known.root) };
        Some(match likely && (later || mends) {
            true => fresh(size, root),
            false => known,
        })
    }
}

/// How long this phone has run, summed over its starts, sleep included. Nothing from outside moves it; what it ran between the last
/// time that it was kept and a restart is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Uptime {
    #[n(0)]
    boot_id: ByteArray<8>,
    #[n(1)]
    boot_ms: i64,
    /// In milliseconds.
    #[n(2)]
    pub sum: i64,
}

/// How often uptime is kept, in milliseconds: at most so much of it is lost at a restart.
const KEPT_EVERY_MS: i64 = 60_000;

impl Uptime {
    /// Whether it is to be kept again after what was kept last.
    pub fn moved_since(&self, kept: Option<&Self>) -> bool {
        kept.is_none_or(|kept| {
            kept.boot_id != self.boot_id || self.boot_ms.abs_diff(kept.boot_ms) >= KEPT_EVERY_MS.unsigned_abs()
        })
    }

    /// The sum up to now; a restart adds what ran since the start only.
    pub fn after(known: Option<Self>, clock: &dyn Clock) -> Self {
        let (boot_id, boot_ms) = (ByteArray::from(clock.boot_id()), clock.boot_ms());
        let sum = match known {
            Some(known) if known.boot_id == boot_id => known.sum.saturating_add((boot_ms - known.boot_ms).max(0)),
            Some(known) => known.sum.saturating_add(boot_ms.max(0)),
            None => 0,
        };
        Self { boot_id, boot_ms, sum }
    }
}

/// Now, in milliseconds since 1970: the last receipt and what the boot clock counted since. After a restart of the phone, the wall
/// clock with the error that it had then, never before the receipt. Without a receipt, the wall clock, never before the bundle
/// was issued.
pub(crate) fn corrected(clock: &dyn Clock, anchor: Option<&Anchor>, issued: i64) -> i64 {
    let wall = clock.wall().ms;
    match anchor {
        None => wall.max(issued),
        Some(a) if *a.boot_id == clock.boot_id() => a.time.saturating_add((clock.boot_ms() - a.boot_ms).max(0)),
        Some(a) => wall.saturating_add(a.time.saturating_sub(a.wall)).max(a.time),
    }
}
