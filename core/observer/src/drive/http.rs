//! Asking the mission's servers, one after the other, until one answers with sense.

use super::{StepError, SyncDriver, SyncOutcome, Trouble};
use crate::error::{Error, words};
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::{CONTENT_TYPE, IF_NONE_MATCH};
use baqylau_http::{CallError, HttpReply, ReplyError};
use baqylau_protocol::cbor;
use baqylau_protocol::routes;
use baqylau_protocol::sync::Failure;
use baqylau_protocol::wire::{MEDIA_TYPE, Refusal, Upload, Verdict, Verdicts};
use baqylau_sqlite::StorageError;
use minicbor::bytes::ByteVec;

impl SyncDriver {
    /// Sends to the first server that answers with sense.
    pub(super) async fn upload(
        &self,
        objects: Vec<ByteVec>,
        outcome: &mut SyncOutcome,
    ) -> Result<Vec<Verdict>, StepError> {
        let request = cbor::encode(&Upload { objects, known: self.known_size()? });
        let mut last = Failure::Offline;
        for server in &self.servers {
            outcome.bytes_sent += request.len() as u64;
            match self.upload_to(server, request.clone()).await {
                Ok(Verdicts { verdicts, proof }) => {
                    match self.compare_heads(&verdicts, proof.as_deref()) {
                        // What the server has, it has: what cannot be noted of its head is compared again with the next answer.
                        Err(Error::Storage(StorageError::Full)) => outcome.trouble = Some(Trouble::Full),
                        compared => compared?,
                    }
                    return Ok(verdicts.into_iter().map(without_server_text).collect());
                }
                Err(Unsent::Unanswered(e)) => last = unanswered(last, e),
                Err(Unsent::Failed(failure)) => last = failure,
            }
        }
        Err(StepError::Network(last))
    }

    async fn upload_to(&self, server: &str, request: Vec<u8>) -> Result<Verdicts, Unsent> {
        let call = self.http().post(format!("{server}{}", routes::OBJECTS)).header(CONTENT_TYPE, MEDIA_TYPE);
        let response = call.body(request).send().await.map_err(Unsent::Unanswered)?;
        if !response.status().is_success() {
            return Err(Unsent::Failed(failure(&response)));
        }
        let bytes = body(response, cbor::MAX_BYTES).await.map_err(Unsent::Failed)?;
        cbor::decode(&bytes, "verdicts").map_err(|_| Unsent::Failed(Failure::Nonsense))
    }

    pub(crate) async fn get(&self, path: &str, etag: Option<&str>) -> Result<HttpReply, StepError> {
        let mut last = Failure::Offline;
        for server in &self.servers {
            let mut call = self.http().get(format!("{server}{path}"));
            if let Some(etag) = etag {
                call = call.header(IF_NONE_MATCH, etag);
            }
            match call.send().await {
                Ok(r) if r.status().is_success() || r.status() == StatusCode::NOT_MODIFIED => return Ok(r),
                Ok(response) if path == routes::BUNDLE && response.status() == StatusCode::NOT_FOUND => {
                    last = Failure::NotPublished;
                }
                Ok(response) => last = failure(&response),
                Err(e) => last = unanswered(last, e),
            }
        }
        Err(StepError::Network(last))
    }
}

/// What the server says in words is signed by nobody and reaches no observer: a code has words of ours.
fn without_server_text(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Refused(Refusal { code, .. }) => Verdict::Refused(Refusal { code, reason: words(code).into() }),
        stored @ Verdict::Stored(_) => stored,
    }
}

/// Why envelopes were not taken.
enum Unsent {
    Unanswered(CallError),
    Failed(Failure),
}

pub(crate) fn failure(response: &HttpReply) -> Failure {
    response.busy().map_or(Failure::Nonsense, Failure::Busy)
}

/// How asking several servers failed, after one more of them did not answer: what tells most is kept.
pub(crate) fn unanswered(last: Failure, e: CallError) -> Failure {
    match (e, last) {
        (CallError::Foreign, _) => Failure::Untrusted,
        (CallError::Silent, Failure::Offline) => Failure::Silent,
        _ => last,
    }
}

pub(crate) async fn body(response: HttpReply, limit: usize) -> Result<Vec<u8>, Failure> {
    response.body(limit).await.map_err(|e| match e {
        ReplyError::TooLong => Failure::Nonsense,
        ReplyError::Broken => Failure::Offline,
        ReplyError::Silent => Failure::Silent,
    })
}
