//! Attachments to the server: several at a time, each chunk by chunk, going on where it broke off. What the server has decides
//! where, so that at most one chunk of each is sent twice.

use crate::drive::{Broken, Driver, Ran, body, failure, lock};
use crate::error::Error;
use crate::listen::Change;
use crate::store::StoredBlob;
use baqylau_http::reqwest::{RequestBuilder, StatusCode};
use baqylau_protocol::blob::CHUNK;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::receipt::Kept;
use baqylau_protocol::sync::{Event, Failure};
use baqylau_protocol::wire::Have;
use futures_util::{TryStreamExt, stream};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a server says to a chunk.
enum Answer {
    Have(Have),
    /// Never: with its reason.
    No(String),
    /// It knows of no report that names it.
    Unknown,
}

/// How many go at once, one chunk of each in memory.
const AT_ONCE: usize = 3;

impl Driver {
    /// Sends what is due, the small ones first. One that the server refuses for good is noted and keeps none waiting.
    pub(crate) async fn attachments(&self, ran: &mut Ran) -> Result<Event, Broken> {
        let mut due = lock(&self.outbox)?.due_blobs()?;
        // What is carried for others may have come without its file.
        due.retain(|b| !b.carried || self.folder.join(b.hash.to_string()).exists());
        let sent = AtomicU64::new(0);
        let each = stream::iter(due.into_iter().map(Ok));
        let ended = each.try_for_each_concurrent(AT_ONCE, |blob| self.attachment(blob, &sent)).await;
        ran.attachment_bytes += sent.into_inner();
        ended.map(|()| Event::AttachmentsDone)
    }

    async fn attachment(&self, blob: StoredBlob, sent: &AtomicU64) -> Result<(), Broken> {
        let StoredBlob { hash, length, .. } = blob;
        let mut file = None;
        let mut answer = self.asked(|server| self.http.get(format!("{server}/v1/blobs/{hash}/have"))).await?;
        loop {
            let have = match answer {
                Answer::Have(have) => have,
                Answer::No(reason) => return Ok(lock(&self.outbox)?.blob_refused(hash, &reason)?),
                Answer::Unknown => {
                    // Its receipt says that the report is there: the server lost it.
                    lock(&self.outbox)?.send_again()?;
                    return Err(Failure::Busy(None).into());
                }
            };
            if let Some(proof) = &have.proof {
                return match self.kept(blob, proof)? {
                    true => Ok(()),
                    false => Err(Failure::Nonsense.into()),
                };
            }
            if have.bytes >= length {
                return Err(Failure::Nonsense.into());
            }
            if file.is_none() {
                file = File::open(self.folder.join(hash.to_string())).ok();
            }
            let Some(file) = &mut file else {
                let reason = "the file is no longer on this phone";
                return Ok(lock(&self.outbox)?.blob_refused(hash, reason)?);
            };
            let mut chunk = Vec::with_capacity(CHUNK);
            let read =
                file.seek(SeekFrom::Start(have.bytes)).and_then(|_| file.take(CHUNK as u64).read_to_end(&mut chunk));
            read.map_err(|e| Error::from(baqylau_sqlite::StorageError::Io(e.to_string())))?;
            sent.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            let place = have.bytes;
            answer = self
                .asked(|server| self.http.post(format!("{server}/v1/blobs/{hash}/at/{place}")).body(chunk.clone()))
                .await?;
        }
    }

    /// Whether a proof verifies: only that makes an attachment delivered. What was carried for others is not needed any more.
    pub(crate) fn kept(&self, blob: StoredBlob, proof: &[u8]) -> Result<bool, Error> {
        let mut outbox = lock(&self.outbox)?;
        let manifest = outbox.setting(crate::drive::names::MANIFEST)?.unwrap_or_default();
        let keys = Manifest::open(&manifest, &self.root)?.receipt_keys;
        if Kept::verify(proof, blob.hash, &keys, self.mission).is_err() {
            return Ok(false);
        }
        outbox.blob_kept(blob.hash, proof)?;
        drop(outbox);
        self.bell.ring(Change::Delivery);
        if blob.carried {
            let _gone = std::fs::remove_file(self.folder.join(blob.hash.to_string()));
        }
        Ok(true)
    }

    /// Asks the servers in order.
    async fn asked(&self, request: impl Fn(&str) -> RequestBuilder) -> Result<Answer, Broken> {
        let mut last = Failure::Offline;
        for server in &self.servers {
            let Ok(response) = request(server).send().await else { continue };
            match response.status() {
                s if s.is_success() => {
                    let bytes = body(response, cbor::MAX_BYTES).await?;
                    return Ok(Answer::Have(cbor::decode(&bytes, "have").map_err(|_| Failure::Nonsense)?));
                }
                StatusCode::CONFLICT | StatusCode::PAYLOAD_TOO_LARGE => {
                    let words = body(response, 4096).await?;
                    return Ok(Answer::No(String::from_utf8_lossy(&words).trim().to_owned()));
                }
                StatusCode::NOT_FOUND => return Ok(Answer::Unknown),
                _ => last = failure(&response),
            }
        }
        Err(last.into())
    }
}
