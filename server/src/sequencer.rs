//! The way to the one writer. Requests that arrive together are committed together: one fsync, one signature, one receipt each.

use crate::accept::{Accepted, DeviceState};
use crate::documents::{ServerIdentity, load_documents};
use crate::notices::{NoticeRefused, Notices, PublishedNotice, load_notices};
use crate::publish::{Publication, PublicationError};
use crate::rate_limit::RateLimiter;
use crate::storage::{LogError, Storage, with_causes};
use crate::writer::Writer;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, MissionRoot};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::permit::UploadPermit;
use baqylau_protocol::receipt::leaf_hash;
use baqylau_protocol::standing::Standings;
use baqylau_protocol::wire::{Refusal, Verdict};
use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{mpsc, oneshot};

/// The most requests that wait for the writer; beyond it the server says that it is busy.
const QUEUE: usize = 1024;
/// The most objects of one commit.
pub(crate) const GROUP: usize = 2048;

/// The time in milliseconds since 1970, injected.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// State that handlers read while the writer writes; only the writer changes it.
#[derive(Default)]
pub struct LogState {
    /// The devices that are enrolled.
    pub devices: RwLock<HashMap<DeviceId, DeviceState>>,
    /// The current manifest.
    pub manifest: RwLock<Option<Arc<Published>>>,
    /// What desks decided about devices, by the records of the log.
    pub standings: RwLock<Standings>,
    /// What desks have read.
    pub notices: RwLock<Notices>,
    /// The last signed head.
    pub head: RwLock<Option<SignedHead>>,
    /// Every leaf that is durable.
    pub tree: RwLock<MerkleTree>,
    /// Counters for `/v1/metrics`.
    pub counters: Counters,
}

/// A tree head that was signed, and what it says.
#[derive(Debug, Clone)]
pub struct SignedHead {
    /// Number of leaves.
    pub size: u64,
    /// Merkle root over them.
    pub root: Hash,
    /// The signed object.
    pub bytes: Vec<u8>,
}

/// What became of the objects of a request.
pub struct Committed {
    /// One verdict for each, in their order.
    pub verdicts: Vec<Verdict>,
    /// Size of the head that their receipts have.
    pub size: u64,
    /// Whether any of them was not in the log before.
    pub fresh: bool,
}

/// A manifest with the bytes that were signed.
pub type Published = (Manifest, Vec<u8>);

/// Counters since the start.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "named as among the metrics")]
pub struct Counters {
    pub stored: AtomicU64,
    pub duplicates: AtomicU64,
    pub refused: AtomicU64,
    pub commits: AtomicU64,
    pub log_size: AtomicU64,
    pub pulled: AtomicU64,
}

/// A judged object: good, or refused already.
pub type Judged = Result<Accepted, Refusal>;

pub(crate) enum WriterJob {
    Append(Vec<Judged>, oneshot::Sender<Result<Committed, Unavailable>>),
    Publish(Box<Publication>, oneshot::Sender<Result<(), PublicationError>>),
    Notice(Box<PublishedNotice>, oneshot::Sender<Result<(), NoticeRefused>>),
    Permit(Box<UploadPermit>, Hash, oneshot::Sender<Result<(), PermitError>>),
    Probe(oneshot::Sender<Result<(), LogError>>),
}

/// The storage failed or the server is going down; the client tries again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server cannot store now")]
pub struct Unavailable;

/// Why a permit is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PermitError {
    /// The log has no such envelope of that device.
    #[error("no envelope here permits this attachment")]
    Unknown,
    /// More than the server allows this observer.
    #[error("this observer's devices send too much; it is tried again later")]
    Quota,
    /// The storage failed.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

/// The queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

/// The way to the writer.
#[derive(Clone)]
pub struct Sequencer {
    jobs: mpsc::Sender<WriterJob>,
}

/// Loads the log and starts the writer in a thread of its own. It ends when the last [`Sequencer`] is dropped.
///
/// # Errors
/// The storage fails.
pub fn start(
    mut storage: Box<dyn Storage>,
    root: MissionRoot,
    key: SigningKey,
    now: Now,
) -> Result<(Sequencer, Arc<LogState>, std::thread::JoinHandle<()>), LogError> {
    let mission = MissionId::of(root);
    let shared = Arc::new(LogState::default());
    storage.leaves(mission, &mut |hash, received| write(&shared.tree).push(leaf_hash(hash, received)))?;
    let whose = ServerIdentity { root, receipts: key.public() };
    load_documents(&mut *storage, &whose, &shared)?;
    // Desks publish them again; they keep no server from starting.
    if let Err(cause) = load_notices(&mut *storage, mission, &shared) {
        tracing::warn!(
            cause = with_causes(&cause),
            "what desks have read cannot be loaded: phones hear of it when desks pull"
        );
    }
    let mut writer = Writer { storage, mission, whose, key, log: shared.clone(), quotas: RateLimiter::default(), now };
    // Whatever is damaged there costs nobody anything, and keeps no server from starting.
    if let Err(cause) = writer.recount() {
        tracing::warn!(cause = with_causes(&cause), "what came lately cannot be counted: quotas begin anew");
    }
    writer.sign_head();
    let (jobs, inbox) = mpsc::channel(QUEUE);
    let thread = std::thread::spawn(move || writer.run(inbox));
    Ok((Sequencer { jobs }, shared, thread))
}

pub(crate) fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

impl Sequencer {
    /// Has judged objects stored; the verdicts come when they are durable.
    ///
    /// # Errors
    /// The queue is full.
    pub fn append(&self, judged: Vec<Judged>) -> Result<oneshot::Receiver<Result<Committed, Unavailable>>, Busy> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(WriterJob::Append(judged, reply)).map_err(|_| Busy)?;
        Ok(answer)
    }

    /// Has something published, if it follows what is published by then.
    ///
    /// # Errors
    /// The queue is full.
    pub fn publish(&self, what: Publication) -> Result<oneshot::Receiver<Result<(), PublicationError>>, Busy> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(WriterJob::Publish(Box::new(what), reply)).map_err(|_| Busy)?;
        Ok(answer)
    }

    /// Has a desk's notice kept, if it is the latest of that desk by then.
    ///
    /// # Errors
    /// The queue is full.
    pub fn notice(&self, notice: PublishedNotice) -> Result<oneshot::Receiver<Result<(), NoticeRefused>>, Busy> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(WriterJob::Notice(Box::new(notice), reply)).map_err(|_| Busy)?;
        Ok(answer)
    }

    /// Lets the attachments of an envelope be uploaded, whose device signed the permit.
    ///
    /// # Errors
    /// The queue is full.
    pub fn permit(&self, permit: UploadPermit, hash: Hash) -> Result<oneshot::Receiver<Result<(), PermitError>>, Busy> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(WriterJob::Permit(Box::new(permit), hash, reply)).map_err(|_| Busy)?;
        Ok(answer)
    }

    /// Has the storage write a row and read it back.
    ///
    /// # Errors
    /// The queue is full.
    pub fn probe(&self) -> Result<oneshot::Receiver<Result<(), LogError>>, Busy> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(WriterJob::Probe(reply)).map_err(|_| Busy)?;
        Ok(answer)
    }
}
