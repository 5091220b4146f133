//! Corrected time: a wrong phone clock must not stop delivery, nor make an expired bundle look fresh.

use crate::clock::Clock;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::authority::VouchedHead;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::TreeHead;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

/// The largest tree head that a receipt proved, and the time that one told.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Anchor {
    #[n(0)]
    pub size: u64,
    #[n(1)]
    pub root: Hash,
    /// Nothing until a head came from which the time can be taken.
    #[n(2)]
    pub mark: Option<TimeMark>,
}

/// The time of a head, and what the phone's clocks said when it came. All but the start are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct TimeMark {
    #[n(0)]
    time: i64,
    #[n(1)]
    wall: i64,
    #[n(2)]
    boot_ms: i64,
    #[n(3)]
    boot_id: ByteArray<8>,
}

/// How a head came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// In the answer to what was just sent.
    Fresh,
    /// By hand, or kept for a while: it was signed some time ago.
    Late,
}

/// How long before its manifest was issued a head may have been signed, in milliseconds.
const BEFORE_ISSUE_MS: i64 = DAY_MS;
/// How long after the end of enrolment a mission may go on, in milliseconds.
const AFTER_END_MS: i64 = 365 * DAY_MS;
/// How much a log may have grown between two heads that this phone saw. The largest mission has a few million objects.
pub(crate) const MOST_GROWTH: u64 = 1 << 24;

impl Anchor {
    /// The same time, of the log that another one begins with: it is no larger than what is vouched for.
    pub fn within(self, kept: &VouchedHead) -> Self {
        if self.size <= kept.size { self } else { Self { size: kept.size, root: kept.root, ..self } }
    }

    /// What is known after a head: the larger log, and the time where [`TimeMark::takes`] it. A head that cannot be of this mission
    /// changes nothing.
    pub fn after(
        known: Option<Self>,
        (head, arrival): (&TreeHead, Arrival),
        clock: &dyn Clock,
        manifest: &Manifest,
    ) -> Option<Self> {
        let of_mission =
            manifest.issued.saturating_sub(BEFORE_ISSUE_MS)..=manifest.expires.saturating_add(AFTER_END_MS);
        let size = known.as_ref().map_or(0, |known| known.size);
        if !of_mission.contains(&head.time) || head.size > size.saturating_add(MOST_GROWTH) {
            return known;
        }
        let now = corrected(clock, known.as_ref(), manifest.issued);
        let mark = known.as_ref().and_then(|known| known.mark.clone());
        let mark = match TimeMark::takes(mark.as_ref(), (head.time, arrival), now, clock) {
            true => Some(TimeMark::new(head.time, clock)),
            false => mark,
        };
        Some(match known {
            Some(known) if known.size >= head.size => Self { mark, ..known },
            Some(_) | None => Self { size: head.size, root: head.root, mark },
        })
    }
}

impl TimeMark {
    fn new(time: i64, clock: &dyn Clock) -> Self {
        Self { time, wall: clock.wall().ms, boot_ms: clock.boot_ms(), boot_id: clock.boot_id().into() }
    }

    /// Whether the time of a head takes the place of what is known. Once in each run of the phone it may say anything that is not
    /// before the last one and what the phone ran since. After that it only brings the time nearer to the phone's own clock: however
    /// many heads a server signs, they move nothing further than the first one did.
    fn takes(known: Option<&Self>, (time, arrival): (i64, Arrival), now: i64, clock: &dyn Clock) -> bool {
        let wall = clock.wall().ms;
        let nearer = time.abs_diff(wall) < now.abs_diff(wall);
        let once = known.is_none_or(|mark| *mark.boot_id != clock.boot_id() && time >= mark.earliest(clock));
        // What was signed a while ago only shows that it is later by now.
        (arrival == Arrival::Fresh || time > now) && (once || nearer)
    }

    /// The least that it can be now: that time, and what the phone is known to have run since.
    fn earliest(&self, clock: &dyn Clock) -> i64 {
        let since = if *self.boot_id == clock.boot_id() { clock.boot_ms() - self.boot_ms } else { clock.boot_ms() };
        self.time.saturating_add(since.max(0))
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

/// Now, in milliseconds since 1970: the time that was taken from a head and what the boot clock counted since. After a restart of the
/// phone, the wall clock with the error that it had then, never before that time and what the phone ran since its start. Without such a
/// time, the wall clock, never before the bundle was issued.
pub(crate) fn corrected(clock: &dyn Clock, anchor: Option<&Anchor>, issued: i64) -> i64 {
    let wall = clock.wall().ms;
    match anchor.and_then(|anchor| anchor.mark.as_ref()) {
        None => wall.max(issued),
        Some(mark) if *mark.boot_id == clock.boot_id() => mark.earliest(clock),
        Some(mark) => wall.saturating_add(mark.time.saturating_sub(mark.wall)).max(mark.earliest(clock)),
    }
}
