//! How much one subject may send, in memory. Not each device, or a stolen invite could enrol devices without end. Addresses are not
//! kept, so nothing goes by them. Only the writer takes from it, for what it is about to log.

use baqylau_protocol::ids::SubjectId;
use std::collections::HashMap;

/// Objects that a subject may send at once after a silence; a week offline fits.
const BURST: i64 = 5_000;
/// How fast the bucket fills.
const PER_SECOND: i64 = 20;
/// Bytes of attachments that a subject may announce at once after a silence.
const BLOB_BURST: i64 = 4 << 30;
/// How many bytes of attachments come to it in a second: some 9 GB a day.
const BLOB_PER_SECOND: i64 = 100_000;

#[derive(Debug, Default)]
pub(crate) struct RateLimiter {
    subjects: HashMap<SubjectId, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// Tokens in thousandths.
    objects: i64,
    /// In thousandths of a byte.
    bytes: i64,
    last: i64,
}

impl RateLimiter {
    /// Takes a token for an object, and one for each byte of its attachments; `false`, and nothing taken, when there are not enough.
    pub fn take(&mut self, subject: SubjectId, attachments: u64, now: i64) -> bool {
        let fresh = || Bucket { objects: BURST * 1000, bytes: BLOB_BURST * 1000, last: now };
        let bucket = self.subjects.entry(subject).or_insert_with(fresh);
        let passed = (now - bucket.last).clamp(0, 30 * 86_400_000);
        bucket.objects = (bucket.objects + passed * PER_SECOND).min(BURST * 1000);
        bucket.bytes = (bucket.bytes + passed * BLOB_PER_SECOND).min(BLOB_BURST * 1000);
        bucket.last = now;
        let bytes = i64::try_from(attachments).unwrap_or(i64::MAX).saturating_mul(1000);
        if bucket.objects < 1000 || bucket.bytes < bytes {
            return false;
        }
        bucket.objects -= 1000;
        bucket.bytes -= bytes;
        true
    }
}
