//! Attachments to the server: several at a time, each chunk by chunk, going on where it broke off. A permit opens the way, and what
//! the server has decides where, so that at most one chunk of each is sent twice.

use crate::drive::{StepError, SyncDriver, SyncOutcome, Trouble, body, failure, lock, unanswered};
use crate::error::{Error, RefusalReason};
use crate::listen::Change;
use crate::store::{SignedPermit, StoredBlob};
use baqylau_http::Call;
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::AUTHORIZATION;
use baqylau_protocol::blob::CHUNK;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::permit::UploadPermit;
use baqylau_protocol::receipt::AttachmentProof;
use baqylau_protocol::routes;
use baqylau_protocol::sync::{Event, Failure};
use baqylau_protocol::wire::UploadProgress;
use baqylau_sqlite::StorageError;
use futures_util::{TryStreamExt, stream};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// A server's answer to a chunk.
enum ChunkReply {
    Have(UploadProgress),
    /// It does not take it. Its words are signed by nobody: they end nothing and reach no observer.
    No,
    /// It knows of no report that permits it.
    Unknown,
}

/// The next bytes for the server, or why there are none.
enum Chunk {
    Bytes(Vec<u8>),
    /// Nothing in this run.
    Later,
    /// Nothing: the file is gone, or not what it was.
    Lost,
}

/// How many go at once, one chunk of each in memory.
const AT_ONCE: usize = 3;
/// How often one is sent anew in a run, where the server had something else of it.
const ANEW: u32 = 1;

/// One that is being sent.
struct Sending {
    blob: StoredBlob,
    device: DeviceId,
    file: Option<File>,
    /// Where the next chunk goes, when the server has what it got.
    next: u64,
    anew: u32,
}

impl SyncDriver {
    /// Sends what is due, or all that waits when an observer asked for it `now`, the small ones first. One that the server refuses is
    /// noted and tried again ever later; one that fails is tried again in the next run. Neither keeps the others waiting.
    pub(crate) async fn attachments(&self, now: bool, outcome: &mut SyncOutcome) -> Result<Event, StepError> {
        let at = if now { None } else { Some(self.now()?) };
        let mut due = lock(&self.outbox)?.due_blobs(at)?;
        // What is carried for others may have come without its file.
        due.retain(|b| !b.is_carried() || self.folder.join(b.hash.to_string()).exists());
        let (sent, full, failed) = (&AtomicU64::new(0), &AtomicBool::new(false), &Mutex::new((None, 0)));
        let each = stream::iter(due.into_iter().map(Ok));
        let ended = each.try_for_each_concurrent(AT_ONCE, |blob| async move {
            let done = self.attachment(blob, sent).await;
            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            match done {
                Ok(()) => failed.1 = 0,
                Err(StepError::Network(failure)) => {
                    *failed = (failed.0.or(Some(failure)), failed.1 + 1);
                    let line = matches!(failure, Failure::Offline | Failure::Silent | Failure::Untrusted);
                    // That many in a row: it is the line, and not these.
                    if line && failed.1 >= AT_ONCE {
                        return Err(failure.into());
                    }
                }
                // The others go all the same; this one is asked for in the next run.
                Err(StepError::Store(Error::Storage(StorageError::Full))) => full.store(true, Ordering::Relaxed),
                Err(store) => return Err(store),
            }
            Ok(())
        });
        let ended = ended.await;
        outcome.attachment_bytes += sent.load(Ordering::Relaxed);
        if full.load(Ordering::Relaxed) {
            outcome.trouble = Some(Trouble::Full);
        }
        ended?;
        let failed = failed.lock().unwrap_or_else(PoisonError::into_inner).0;
        match failed {
            Some(failure) => Err(StepError::Network(failure)),
            None => Ok(Event::AttachmentsDone),
        }
    }

    async fn attachment(&self, blob: StoredBlob, sent: &AtomicU64) -> Result<(), StepError> {
        let Some(SignedPermit { permit, token, .. }) = lock(&self.outbox)?.permit(blob.number)? else { return Ok(()) };
        let Ok(UploadPermit { device, .. }) = UploadPermit::peek(&permit) else { return Ok(()) };
        let (hash, token) = (blob.hash, token.to_header());
        let mut sending = Sending { blob, device, file: None, next: 0, anew: 0 };
        let post = |server: &str, path: &str| self.http().post(format!("{server}{path}")).header(AUTHORIZATION, &token);
        let path = routes::blob_permit(device, hash);
        let mut answer = self.asked(|server| post(server, &path).body(permit.clone())).await?;
        loop {
            let have = match answer {
                ChunkReply::Have(have) => have,
                ChunkReply::No => return self.put_off(blob, RefusalReason::FileNotTaken),
                ChunkReply::Unknown => {
                    // Its receipt says that the report is there: the server lost it.
                    lock(&self.outbox)?.offer_again(blob.number)?;
                    return Err(Failure::Busy(None).into());
                }
            };
            if let Some(proof) = &have.proof {
                return match self.store_proof(blob, sending.device, proof)? {
                    true => Ok(()),
                    false => Err(Failure::Nonsense.into()),
                };
            }
            let chunk = match self.chunk(&mut sending, have.bytes)? {
                Chunk::Bytes(chunk) => chunk,
                Chunk::Lost => return self.put_off(blob, RefusalReason::FileLost),
                Chunk::Later => return Err(Failure::Nonsense.into()),
            };
            sent.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            let place = have.bytes;
            sending.next = place + chunk.len() as u64;
            let path = routes::blob_chunk(device, hash, place);
            answer = self.asked(|server| post(server, &path).body(chunk.clone())).await?;
        }
    }

    /// Notes why one is not sent in this run, and tries it again ever later.
    fn put_off(&self, blob: StoredBlob, why: RefusalReason) -> Result<(), StepError> {
        let now = self.now()?;
        lock(&self.outbox)?.blob_refused(blob, why, now)?;
        self.notifier.notify(Change::Delivery);
        Ok(())
    }

    /// The chunk after so many bytes.
    fn chunk(&self, sending: &mut Sending, have: u64) -> Result<Chunk, StepError> {
        let StoredBlob { hash, length, .. } = sending.blob;
        let path = self.folder.join(hash.to_string());
        if have < sending.next {
            // It dropped what it had, because that was something else. It is sent anew, if it is right here.
            if !matches!(own_hash(&path), Ok(own) if own == hash) {
                return Ok(Chunk::Lost);
            }
            sending.anew += 1;
        }
        if sending.anew > ANEW || have >= length {
            // A server that has all bytes finishes or drops them when it is asked again.
            return Ok(Chunk::Later);
        }
        let file = match &mut sending.file {
            Some(file) => file,
            none => match File::open(&path) {
                Ok(file) => none.insert(file),
                Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Chunk::Lost),
                Err(_) => return Ok(Chunk::Later),
            },
        };
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = file.seek(SeekFrom::Start(have)).and_then(|_| file.take(CHUNK as u64).read_to_end(&mut chunk));
        match read {
            Ok(0) => Ok(Chunk::Lost),
            Ok(_) => Ok(Chunk::Bytes(chunk)),
            // It may be read the next time; the others are not kept waiting.
            Err(_) => Ok(Chunk::Later),
        }
    }

    /// Whether a proof verifies: only that makes an attachment delivered. What was carried for others is not needed any more.
    pub(crate) fn store_proof(&self, blob: StoredBlob, device: DeviceId, proof: &[u8]) -> Result<bool, Error> {
        let mut outbox = lock(&self.outbox)?;
        let key = self.manifest_in(&outbox)?.log.key;
        if AttachmentProof::verify(proof, (device, blob.hash), &[key], self.mission).is_err() {
            return Ok(false);
        }
        outbox.blob_kept(blob, proof)?;
        let spare = blob.is_carried() && !outbox.needs_file(blob)?;
        drop(outbox);
        self.notifier.notify(Change::Delivery);
        if spare {
            let _gone = std::fs::remove_file(self.folder.join(blob.hash.to_string()));
        }
        Ok(true)
    }

    /// Asks the servers in order, until one takes it.
    async fn asked(&self, request: impl Fn(&str) -> Call) -> Result<ChunkReply, StepError> {
        let (mut last, mut refused) = (Failure::Offline, false);
        for server in &self.servers {
            let response = match request(server).send().await {
                Ok(response) => response,
                Err(e) => {
                    last = unanswered(last, e);
                    continue;
                }
            };
            match response.status() {
                s if s.is_success() => {
                    let bytes = body(response, cbor::MAX_BYTES).await?;
                    return Ok(ChunkReply::Have(cbor::decode(&bytes, "have").map_err(|_| Failure::Nonsense)?));
                }
                StatusCode::CONFLICT | StatusCode::PAYLOAD_TOO_LARGE => refused = true,
                StatusCode::NOT_FOUND => return Ok(ChunkReply::Unknown),
                _ => last = failure(&response),
            }
        }
        if refused { Ok(ChunkReply::No) } else { Err(last.into()) }
    }
}

fn own_hash(path: &Path) -> std::io::Result<Hash> {
    baqylau_protocol::blob::copy(&mut File::open(path)?, &mut std::io::sink()).map(|(hash, _)| hash)
}
