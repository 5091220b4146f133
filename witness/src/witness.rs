//! From the body of a request to a cosignature.

use crate::key::WitnessKey;
use crate::logs::{WitnessedLog, merged};
use crate::store::{CosignedHead, WitnessStore};
use baqylau_protocol::checkpoint::{Checkpoint, is_signed};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::merkle::is_consistent;
use baqylau_protocol::submission::CheckpointSubmission;
use baqylau_sqlite::StorageError;
use std::sync::{Arc, Mutex, PoisonError};

/// The time in milliseconds since 1970, injected.
pub type WitnessClock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The largest size that is taken; that of a number in SQLite.
const MAX_SIZE: u64 = i64::MAX as u64;

/// Why a checkpoint is not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum CosignRefusal {
    /// Not a request as the protocol has it, or a size below the one that it names as known.
    #[error("this is no submission of a checkpoint")]
    Malformed,
    /// No log of this origin is known.
    #[error("this witness does not know that log")]
    UnknownLog,
    /// No key of the log signed it.
    #[error("it is not signed by a key of that log")]
    Unsigned,
    /// The last head that was cosigned has another size than the request says.
    #[error("this witness cosigned {known} leaves last")]
    Stale {
        /// That size.
        known: u64,
    },
    /// Another root was cosigned for this size: the log showed two logs.
    #[error("this witness cosigned another root for {size} leaves")]
    Forked {
        /// The size of both.
        size: u64,
    },
    /// The proof does not lead from the last head to this one.
    #[error("the log is not proved to go on from {known} leaves")]
    Unproved {
        /// The size that was cosigned last.
        known: u64,
    },
    /// The disk. Nothing was signed.
    #[error("the witness cannot store now")]
    Storage(#[from] StorageError),
}

/// A witness: its key, the logs that it knows, and what it cosigned.
pub struct Witness {
    key: WitnessKey,
    logs: Vec<WitnessedLog>,
    store: Mutex<WitnessStore>,
    now: WitnessClock,
}

impl Witness {
    /// A witness over an open store.
    #[must_use]
    pub fn new(key: WitnessKey, logs: Vec<WitnessedLog>, store: WitnessStore, now: WitnessClock) -> Self {
        Self { key, logs: merged(logs), store: Mutex::new(store), now }
    }

    /// Judges the body of a request. Gives the line with the cosignature; the head is durable by then. Blocks on the disk.
    ///
    /// # Errors
    /// [`CosignRefusal`].
    pub fn cosign(&self, body: &[u8]) -> Result<String, CosignRefusal> {
        let submission = CheckpointSubmission::parse(body).map_err(|_| CosignRefusal::Malformed)?;
        let checkpoint = Checkpoint::peek(&submission.note).map_err(|_| CosignRefusal::Malformed)?;
        let log = self.logs.iter().find(|log| log.origin == checkpoint.origin).ok_or(CosignRefusal::UnknownLog)?;
        if !log.keys.iter().any(|key| is_signed(&submission.note, key)) {
            return Err(CosignRefusal::Unsigned);
        }
        if submission.old > checkpoint.size || checkpoint.size > MAX_SIZE {
            return Err(CosignRefusal::Malformed);
        }
        let CheckpointSubmission { old, proof, note } = submission;
        let next = CosignedHead { size: checkpoint.size, root: checkpoint.root, note };
        // Held until it is signed, so that no cosignature is later than one of a larger head.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let mut forked = None;
        let judged = store.advance(&log.origin, &next, |last| {
            let judged = judge(last, old, &next, &proof);
            forked = last.cloned().filter(|_| matches!(judged, Err(CosignRefusal::Forked { .. })));
            judged
        })?;
        if let Some(cosigned) = forked {
            tracing::error!(
                log = log.origin,
                size = next.size,
                "ALARM: a log signed two roots for one size; both notes are kept (`baqylau witness forks`)"
            );
            if let Err(cause) = store.keep_fork(&log.origin, &cosigned, &next) {
                tracing::error!(%cause, cosigned = cosigned.note, refused = next.note, "the notes cannot be kept: copy them from here");
            }
        }
        judged?;
        let seconds = u64::try_from((self.now)() / 1000).unwrap_or(0);
        Ok(checkpoint.cosign(&self.key.public.name, &self.key.secret, seconds))
    }
}

/// Whether `next` goes on from what was cosigned last. A log that is new may begin anywhere.
fn judge(last: Option<&CosignedHead>, old: u64, next: &CosignedHead, proof: &[Hash]) -> Result<(), CosignRefusal> {
    let (known, root) = last.map_or((0, Hash::of(&[])), |last| (last.size, last.root));
    if old != known {
        return Err(CosignRefusal::Stale { known });
    }
    if next.size == known && next.root != root {
        return Err(CosignRefusal::Forked { size: known });
    }
    if is_consistent((known, root), (next.size, next.root), proof) {
        Ok(())
    } else {
        Err(CosignRefusal::Unproved { known })
    }
}
