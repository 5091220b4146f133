//! Attachments to the server: chunk by chunk, going on where it broke off. What the server has decides where, so that at most one
//! chunk is sent twice.

use crate::drive::{Broken, Driver, Ran, body, failure, lock};
use crate::error::Error;
use baqylau_http::reqwest::{RequestBuilder, StatusCode};
use baqylau_protocol::blob::CHUNK;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::Kept;
use baqylau_protocol::sync::{Event, Failure};
use baqylau_protocol::wire::Have;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// What a server says to a chunk.
enum Answer {
    Have(Have),
    /// Never: with its reason.
    No(String),
}

impl Driver {
    /// Sends what is due, the small ones first. One that the server refuses for good is noted and keeps none waiting.
    pub(crate) async fn attachments(&self, ran: &mut Ran) -> Result<Event, Broken> {
        let due = lock(&self.outbox)?.due_blobs()?;
        for (hash, length) in due {
            self.attachment(hash, length, ran).await?;
        }
        Ok(Event::AttachmentsDone)
    }

    async fn attachment(&self, hash: Hash, length: u64, ran: &mut Ran) -> Result<(), Broken> {
        let Ok(mut file) = File::open(self.folder.join(hash.to_string())) else {
            let reason = "the file is no longer on this phone";
            return Ok(lock(&self.outbox)?.blob_refused(hash, reason)?);
        };
        let mut answer = self.asked(|server| self.http.get(format!("{server}/v1/blobs/{hash}/have"))).await?;
        loop {
            let have = match answer {
                Answer::Have(have) => have,
                Answer::No(reason) => return Ok(lock(&self.outbox)?.blob_refused(hash, &reason)?),
            };
            if let Some(proof) = &have.proof {
                self.kept(hash, proof)?;
                return Ok(());
            }
            if have.bytes >= length {
                return Err(Failure::Nonsense.into());
            }
            let mut chunk = Vec::with_capacity(CHUNK);
            let read = file
                .seek(SeekFrom::Start(have.bytes))
                .and_then(|_| (&mut file).take(CHUNK as u64).read_to_end(&mut chunk));
            read.map_err(|e| Error::from(baqylau_sqlite::StorageError::Io(e.to_string())))?;
            ran.attachment_bytes += chunk.len() as u64;
            let place = have.bytes;
            answer = self
                .asked(|server| self.http.post(format!("{server}/v1/blobs/{hash}/at/{place}")).body(chunk.clone()))
                .await?;
        }
    }

    /// Only a proof that verifies makes an attachment delivered.
    fn kept(&self, hash: Hash, proof: &[u8]) -> Result<(), Broken> {
        let mut outbox = lock(&self.outbox)?;
        let manifest = outbox.setting(crate::drive::names::MANIFEST)?.unwrap_or_default();
        let keys = Manifest::open(&manifest, &self.root).map_err(Error::from)?.receipt_keys;
        if Kept::verify(proof, hash, &keys, self.mission).is_err() {
            return Err(Failure::Nonsense.into());
        }
        Ok(outbox.blob_kept(hash, proof)?)
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
                _ => last = failure(&response),
            }
        }
        Err(last.into())
    }
}
