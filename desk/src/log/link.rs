//! The way to the mission's server: one call, its deadlines, and what its answer means.

use crate::error::DeskError;
use crate::log::faults::ServerFault;
use crate::log::undone::ServerRefusal;
use crate::workspace::Desk;
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::AUTHORIZATION;
use baqylau_http::{CallError, Client, Deadlines, HttpReply, ReplyError};
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::permit::UploadToken;
use baqylau_protocol::routes;
use baqylau_protocol::wire::{LogPage, ReadRequest, Upload, Verdict, Verdicts};
use baqylau_protocol::{VERSION, cbor};
use data_encoding::BASE64URL_NOPAD;
use minicbor::bytes::{ByteArray, ByteVec};
use std::time::Duration;

/// The largest answer that is read.
const MAX_ANSWER: usize = 16 << 20;

/// How many characters of what a server says are shown.
const LONGEST_WORDS: usize = 200;
/// A coordinator waits half a minute for a server that is silent, and as long as a slow line needs where bytes move.
const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_secs(10),
    quiet: Duration::from_secs(20),
    bytes_per_second: 1 << 10,
    total: Duration::from_secs(1800),
};

/// The server as one call reaches it.
pub(crate) struct ServerLink<'d> {
    pub(super) desk: &'d Desk,
    http: Client,
    pub(crate) server: String,
}

impl Desk {
    pub(crate) fn link(&self) -> Result<ServerLink<'_>, DeskError> {
        let roots: Vec<Vec<u8>> = self.tls_roots()?.into_iter().map(Into::into).collect();
        let http = match &self.transport {
            Some(transport) => Client::over(transport.clone(), DEADLINES),
            None => Client::new(&roots, DEADLINES).map_err(DeskError::Client)?,
        };
        let server = self.settings.servers.first().cloned();
        Ok(ServerLink { desk: self, http, server: server.ok_or(DeskError::NoServer)? })
    }
}

/// Waits for what is asked of the server. Nothing is kept for the next call: between calls nobody would notice that the server closed
/// an idle connection, and the next request would be lost on it.
pub(crate) fn block<T>(future: impl Future<Output = Result<T, DeskError>>) -> Result<T, DeskError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(DeskError::System)?.block_on(future)
}

/// Words of a server, in front of people: not more than fit a message.
fn said(words: &str) -> String {
    words.trim().chars().take(LONGEST_WORDS).collect()
}

impl ServerLink<'_> {
    pub(super) fn failed(&self, why: ServerFault) -> DeskError {
        DeskError::Server { server: self.server.clone(), why }
    }

    /// Another web server stands at the mission's address.
    fn stranger(&self, answer: impl Into<String>) -> DeskError {
        DeskError::Stranger { server: self.server.clone(), answer: answer.into() }
    }

    /// What every mission's server has is missing only at another one.
    fn expected(&self, e: DeskError) -> DeskError {
        if matches!(e, DeskError::Missing) { self.stranger("\"404 Not Found\"") } else { e }
    }

    fn silent(&self, why: CallError) -> DeskError {
        DeskError::Unreachable { server: self.server.clone(), why }
    }

    async fn answer(&self, response: HttpReply) -> Result<Vec<u8>, DeskError> {
        let status = response.status();
        let bytes = response.body(MAX_ANSWER).await.map_err(|e| match e {
            ReplyError::TooLong => self.failed(ServerFault::TooLong { limit: MAX_ANSWER }),
            ReplyError::Silent => self.silent(CallError::Silent),
            ReplyError::Broken => self.silent(CallError::Unreachable),
        })?;
        if status.is_success() {
            return Ok(bytes);
        }
        if status == StatusCode::NOT_FOUND {
            return Err(DeskError::Missing);
        }
        if status.is_redirection() || status == StatusCode::METHOD_NOT_ALLOWED {
            return Err(self.stranger(format!("\"{status}\"")));
        }
        if status == StatusCode::UNAUTHORIZED {
            return Err(DeskError::Locked { server: self.server.clone() });
        }
        let words = said(&String::from_utf8_lossy(&bytes));
        if status == StatusCode::CONFLICT {
            return Err(DeskError::Conflict { server: self.server.clone(), reason: words });
        }
        Err(self.failed(ServerFault::Status { status: status.as_u16(), words }))
    }

    /// What anybody may read; `None` when there is nothing of that name yet.
    pub(crate) async fn find(&self, path: &str) -> Result<Option<Vec<u8>>, DeskError> {
        match self.get(path, None).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(DeskError::Missing) => Ok(None),
            Err(e) => Err(e),
        }
    }

    pub(crate) async fn post(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, DeskError> {
        let sent = self.http.post(format!("{}{path}", self.server)).body(body).send().await;
        self.answer(sent.map_err(|why| self.silent(why))?).await.map_err(|e| self.expected(e))
    }

    /// Sends bytes of an attachment, or a permit for it; `None` when the token opens nothing there.
    pub(crate) async fn upload(
        &self,
        path: &str,
        token: &UploadToken,
        body: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, DeskError> {
        let call = self.http.post(format!("{}{path}", self.server)).header(AUTHORIZATION, &token.to_header());
        match self.answer(call.body(body).send().await.map_err(|why| self.silent(why))?).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(DeskError::Missing) => Ok(None),
            Err(e) => Err(e),
        }
    }

    async fn get(&self, path: &str, authorization: Option<String>) -> Result<Vec<u8>, DeskError> {
        let mut call = self.http.get(format!("{}{path}", self.server));
        if let Some(value) = authorization {
            call = call.header(AUTHORIZATION, &value);
        }
        self.answer(call.send().await.map_err(|why| self.silent(why))?).await
    }

    /// Has one object logged. Gives the receipt, verified.
    pub(crate) async fn log(&self, object: Vec<u8>) -> Result<Vec<u8>, DeskError> {
        match self.log_all(vec![ByteVec::from(object)]).await?.pop() {
            Some((_, Verdict::Stored(receipt))) => Ok(cbor::encode(&receipt)),
            Some((_, Verdict::Refused(refusal))) => Err(ServerRefusal::from(refusal.code).at(&self.server)),
            None => Err(self.failed(ServerFault::Nonsense)),
        }
    }

    /// Has several objects logged, in their order. Gives the verdict on each; a receipt among them is verified.
    pub(crate) async fn log_all(&self, objects: Vec<ByteVec>) -> Result<Vec<(Hash, Verdict)>, DeskError> {
        let hashes: Vec<Hash> = objects.iter().map(|object| Hash::of(object)).collect();
        let answer = self.post(routes::OBJECTS, cbor::encode(&Upload { objects, known: None })).await?;
        let verdicts: Verdicts = cbor::decode(&answer, "verdicts").map_err(|_| self.failed(ServerFault::Nonsense))?;
        if verdicts.verdicts.len() != hashes.len() {
            return Err(self.failed(ServerFault::Nonsense));
        }
        let (keys, mission) = (self.desk.receipt_keys()?, self.desk.mission());
        let all: Vec<(Hash, Verdict)> = hashes.into_iter().zip(verdicts.verdicts).collect();
        for (hash, verdict) in &all {
            if let Verdict::Stored(receipt) = verdict {
                let verified = receipt.verify(*hash, &keys, mission);
                verified.map_err(|_| self.failed(ServerFault::Receipt { object: *hash }))?;
            }
        }
        Ok(all)
    }

    /// Makes this desk known to the server. Keeps the receipt.
    pub(crate) async fn enrol(&self) -> Result<(), DeskError> {
        let enrolment = self.desk.stored_enrolment()?;
        match self.log(enrolment).await {
            Ok(receipt) => self.desk.note_enrolled(&receipt),
            Err(refused @ DeskError::Refused { .. }) => match self.find(routes::BUNDLE).await? {
                Some(_) => Err(refused),
                None => Err(DeskError::Unpublished { server: self.server.clone() }),
            },
            Err(e) => Err(e),
        }
    }

    /// What only a desk may read. A server that does not know this desk has lost what it was given: the desk enrols again, once.
    pub(crate) async fn read(&self, device: &DeviceId, asks: String) -> Result<Vec<u8>, DeskError> {
        match self.read_signed(device, asks.clone()).await {
            Err(DeskError::Locked { .. }) => {
                self.enrol().await?;
                self.read_signed(device, asks).await
            }
            done => done,
        }
    }

    async fn read_signed(&self, device: &DeviceId, asks: String) -> Result<Vec<u8>, DeskError> {
        let challenge = self.get(routes::CHALLENGE, None).await.map_err(|e| self.expected(e))?;
        let challenge: ByteArray<40> =
            cbor::decode(&challenge, "challenge").map_err(|_| self.stranger("something that is no challenge"))?;
        let request =
            ReadRequest { v: VERSION, mission: self.desk.mission(), device: *device, challenge, asks: asks.clone() };
        let signed = BASE64URL_NOPAD.encode(&request.sign(&self.desk.device));
        self.get(&asks, Some(format!("Baqylau {signed}"))).await
    }

    /// As [`ServerLink::read`]; `None` when there is nothing of that name yet.
    pub(crate) async fn read_if_there(&self, device: &DeviceId, asks: String) -> Result<Option<Vec<u8>>, DeskError> {
        match self.read(device, asks).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(DeskError::Missing) => Ok(None),
            Err(e) => Err(e),
        }
    }

    pub(crate) async fn page(&self, device: &DeviceId, from: u64) -> Result<LogPage, DeskError> {
        let bytes = self.read(device, routes::log(from)).await?;
        let page: LogPage = cbor::decode_request(&bytes).map_err(|_| self.failed(ServerFault::Nonsense))?;
        if page.from == from { Ok(page) } else { Err(self.failed(ServerFault::Nonsense)) }
    }
}
