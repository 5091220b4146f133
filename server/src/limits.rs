//! How much one subject may send: a bucket of tokens for each, in memory. Not each device, or a stolen invite could enrol
//! devices without end. Addresses are not kept, so nothing goes by them.

use baqylau_protocol::ids::SubjectId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Objects that a subject may send at once after a silence; a week offline fits.
const BURST: i64 = 5_000;
/// How fast the bucket fills.
const PER_SECOND: i64 = 20;

#[derive(Debug, Default)]
pub(crate) struct Buckets {
    subjects: Mutex<HashMap<SubjectId, (i64, i64)>>,
}

impl Buckets {
    /// Takes a token; `false` when there is none.
    pub fn take(&self, subject: SubjectId, now: i64) -> bool {
        let mut subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        // Tokens in thousandths.
        let (tokens, last) = subjects.entry(subject).or_insert((BURST * 1000, now));
        *tokens = (*tokens + (now - *last).max(0) * PER_SECOND).min(BURST * 1000);
        *last = now;
        if *tokens < 1000 {
            return false;
        }
        *tokens -= 1000;
        true
    }
}
