//! Corrected time: a wrong phone clock must not stop delivery, nor make an expired bundle look fresh.

use crate::clock::Clock;
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

impl Anchor {
    /// The later of what was known and what a head says now. A server that replays an old head moves nothing.
    pub fn after(known: Option<Self>, head: &TreeHead, clock: &dyn Clock) -> Self {
        match known {
            Some(known) if (known.size, known.time) >= (head.size, head.time) => known,
            _ => Self {
                size: head.size,
                root: head.root,
                time: head.time,
                wall: clock.wall().ms,
                boot_ms: clock.boot_ms(),
                boot_id: clock.boot_id().into(),
            },
        }
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
