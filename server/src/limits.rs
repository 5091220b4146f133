//! How much one device may send: a bucket of tokens for each, in memory. Addresses are not kept, so nothing goes by them.

use baqylau_protocol::ids::DeviceId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Envelopes that a device may send at once after a silence; a week offline fits.
const BURST: i64 = 5_000;
/// How fast the bucket fills.
const PER_SECOND: i64 = 20;

#[derive(Debug, Default)]
pub(crate) struct Buckets {
    devices: Mutex<HashMap<DeviceId, (i64, i64)>>,
}

impl Buckets {
    /// Takes a token; `false` when there is none.
    pub fn take(&self, device: DeviceId, now: i64) -> bool {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        // Tokens in thousandths.
        let (tokens, last) = devices.entry(device).or_insert((BURST * 1000, now));
        *tokens = (*tokens + (now - *last).max(0) * PER_SECOND).min(BURST * 1000);
        *last = now;
        if *tokens < 1000 {
            return false;
        }
        *tokens -= 1000;
        true
    }
}
