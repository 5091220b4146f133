//! The way to the mission's server: one client, one runtime and one challenge for everything that an errand asks, its deadlines, and
//! what an answer means.

use crate::error::DeskError;
use crate::faults::{ServerFault, ServerRefusal};
use crate::records::identity::OwnDevice;
use crate::store::VerifiedStore;
use crate::workspace::Workspace;
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::{AUTHORIZATION, CONNECTION};
use baqylau_http::{Call, CallError, Client, Deadlines, HttpReply, ReplyError, UnverifiedClient};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, PublicKey};
use baqylau_protocol::permit::UploadToken;
use baqylau_protocol::routes;
use baqylau_protocol::wire::{LogPage, ReadRequest, Upload, Verdict, Verdicts};
use baqylau_protocol::{VERSION, cbor};
use data_encoding::BASE64URL_NOPAD;
use minicbor::bytes::{ByteArray, ByteVec};
use std::cell::{Cell, RefCell};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

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

/// The server, for as long as one errand takes. Every call waits for its answer.
///
/// The connection is kept from call to call, and nobody looks after it in between: the server, or what stands before it, may have closed
/// it, and then a request is lost on it. So a call that had no answer on a connection that had carried one is sent once more, on a new one.
/// That is harmless: whatever the mission's servers take, they take once, and say the same of it again.
pub(crate) struct ServerLink<'d> {
    workspace: &'d Workspace,
    own: OwnDevice<'d>,
    /// Trusts the TLS roots of the newest bundle here.
    http: RefCell<Client>,
    runtime: Runtime,
    /// The mission's servers, all doors of one log.
    servers: Vec<String>,
    /// Which of them answered last.
    at: Cell<usize>,
    /// Good for some minutes: the server says when it is not any more.
    challenge: Cell<Option<ByteArray<40>>>,
    /// Whether the connection that is kept has carried an answer.
    used: Cell<bool>,
}

/// The one place where the desk's client is made.
fn client(workspace: &Workspace, known: VerifiedStore<'_>) -> Result<Client, DeskError> {
    let roots = known.tls_roots()?.map_or_else(|| workspace.tls_roots(), Ok)?;
    let roots: Vec<Vec<u8>> = roots.into_iter().map(Into::into).collect();
    match &workspace.transport {
        Some(transport) => Ok(Client::over(transport.clone(), DEADLINES)),
        None => Client::through(workspace.proxy()?.as_ref(), &roots, DEADLINES).map_err(DeskError::Client),
    }
}

/// Words of a server, in front of people: not more than fit a message.
fn said(words: &str) -> String {
    words.trim().chars().take(LONGEST_WORDS).collect()
}

impl<'d> ServerLink<'d> {
    /// A link to the mission's servers. Nothing is sent yet.
    pub(crate) fn new(workspace: &'d Workspace, own: OwnDevice<'d>) -> Result<Self, DeskError> {
        let http = RefCell::new(client(workspace, own.known)?);
        let servers = workspace.settings.servers.clone();
        if servers.is_empty() {
            return Err(DeskError::NoServer);
        }
        let runtime = Builder::new_current_thread().enable_all().build().map_err(DeskError::System)?;
        let (challenge, used) = (Cell::new(None), Cell::new(false));
        Ok(Self { workspace, own, http, runtime, servers, at: Cell::new(0), challenge, used })
    }

    /// The server that is asked, or that answered last.
    pub(crate) fn server(&self) -> &str {
        self.servers.get(self.at.get()).map_or("", String::as_str)
    }

    pub(super) fn mission(&self) -> MissionId {
        self.own.known.trust.mission()
    }

    /// Signs the heads of the mission's log.
    pub(super) fn receipt_key(&self) -> Result<PublicKey, DeskError> {
        Ok(self.own.known.manifest()?.log.key)
    }

    pub(super) fn failed(&self, why: ServerFault) -> DeskError {
        DeskError::Server { server: self.server().to_owned(), why }
    }

    /// Another web server stands at the mission's address.
    fn stranger(&self, answer: impl Into<String>) -> DeskError {
        DeskError::Stranger { server: self.server().to_owned(), answer: answer.into() }
    }

    /// What every mission's server has is missing only at another one.
    fn expected(&self, e: DeskError) -> DeskError {
        if matches!(e, DeskError::Missing) { self.stranger("\"404 Not Found\"") } else { e }
    }

    fn silent(&self, why: CallError) -> DeskError {
        DeskError::Unreachable { server: self.server().to_owned(), why }
    }

    /// Sends what `call` makes to the server that answered last, and waits for the answer; to the others in their order where nobody there
    /// takes it. What all of them lack is told of the one that tells most.
    fn ask(&self, call: impl Fn(&str) -> Call) -> Result<Vec<u8>, DeskError> {
        let first = self.at.get();
        let mut told: Option<(DeskError, usize)> = None;
        for step in 0..self.servers.len() {
            let at = (first + step) % self.servers.len();
            if self.at.replace(at) != at {
                // Every process of a server has challenges of its own.
                self.challenge.set(None);
                self.used.set(false);
            }
            match self.ask_one(&call) {
                Err(e) if tells(&e) > 0 => {
                    if told.as_ref().is_none_or(|(before, _)| tells(before) < tells(&e)) {
                        told = Some((e, at));
                    }
                }
                answered => return answered,
            }
        }
        let (e, at) = told.unwrap_or((DeskError::NoServer, first));
        self.at.set(at);
        Err(e)
    }

    fn ask_one(&self, call: impl Fn(&str) -> Call) -> Result<Vec<u8>, DeskError> {
        let server = self.server();
        self.runtime.block_on(async {
            let sent = match call(server).send().await {
                Err(CallError::Unreachable) if self.used.replace(false) => call(server).send().await,
                sent => sent,
            };
            let reply = sent.map_err(|why| self.silent(why))?;
            let kept = reply.headers().get(CONNECTION).is_none_or(|value| value != "close");
            let answer = self.answer(reply).await;
            self.used.set(kept);
            answer
        })
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
            return Err(DeskError::Locked { server: self.server().to_owned() });
        }
        let words = said(&String::from_utf8_lossy(&bytes));
        if status == StatusCode::CONFLICT {
            return Err(DeskError::Conflict { server: self.server().to_owned(), reason: words });
        }
        Err(self.failed(ServerFault::Status { status: status.as_u16(), words }))
    }

    /// Trusts the TLS roots of the bundle that is here by now.
    pub(super) fn follow_manifest(&self) -> Result<(), DeskError> {
        self.http.replace(client(self.workspace, self.own.known)?);
        self.used.set(false);
        Ok(())
    }

    /// Reads what verifies itself, from whoever answers at a server's address, signing and sending nothing: for a desk that was away
    /// while the servers' authority was replaced. `None` where nothing came.
    pub(super) fn find_unverified(&self, path: &str) -> Result<Option<Vec<u8>>, DeskError> {
        if self.workspace.transport.is_some() {
            return Ok(None);
        }
        let client =
            UnverifiedClient::through(self.workspace.proxy()?.as_ref(), DEADLINES).map_err(DeskError::Client)?;
        self.runtime.block_on(async {
            for server in &self.servers {
                let Ok(reply) = client.get(format!("{server}{path}")).send().await else { continue };
                if reply.status().is_success()
                    && let Ok(bytes) = reply.body(MAX_ANSWER).await
                {
                    return Ok(Some(bytes));
                }
            }
            Ok(None)
        })
    }

    /// Reads without signing; `None` where the server has nothing of that name yet.
    pub(crate) fn find(&self, path: &str) -> Result<Option<Vec<u8>>, DeskError> {
        if_there(self.get(path, None))
    }

    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Result<Vec<u8>, DeskError> {
        let call = |server: &str| self.http.borrow().post(format!("{server}{path}")).body(body.to_vec());
        self.ask(call).map_err(|e| self.expected(e))
    }

    /// Publishes something that the errand can do without. Gives why it was not taken.
    pub(crate) fn publish(&self, path: &str, body: &[u8]) -> Result<Option<ServerFault>, DeskError> {
        let status = |status, words| Some(ServerFault::Status { status, words });
        match self.ask(|server| self.http.borrow().post(format!("{server}{path}")).body(body.to_vec())) {
            Ok(_) => Ok(None),
            Err(DeskError::Server { why, .. }) => Ok(Some(why)),
            Err(DeskError::Conflict { reason, .. }) => Ok(status(409, reason)),
            // A server of an earlier version.
            Err(DeskError::Missing) => Ok(status(404, String::new())),
            Err(e) => Err(e),
        }
    }

    /// Sends bytes of an attachment, or a permit for it; `None` when the token opens nothing there.
    pub(crate) fn upload(&self, path: &str, token: &UploadToken, body: &[u8]) -> Result<Option<Vec<u8>>, DeskError> {
        let header = token.to_header();
        if_there(self.ask(|server| {
            let call = self.http.borrow().post(format!("{server}{path}")).header(AUTHORIZATION, &header);
            call.body(body.to_vec())
        }))
    }

    fn get(&self, path: &str, authorization: Option<&str>) -> Result<Vec<u8>, DeskError> {
        self.ask(|server| {
            let call = self.http.borrow().get(format!("{server}{path}"));
            authorization.into_iter().fold(call, |call, value| call.header(AUTHORIZATION, value))
        })
    }

    /// Has one object logged. Gives the receipt, verified.
    pub(crate) fn log(&self, object: Vec<u8>) -> Result<Vec<u8>, DeskError> {
        match self.log_all(vec![ByteVec::from(object)])?.pop() {
            Some((_, Verdict::Stored(receipt))) => Ok(cbor::encode(&receipt)),
            Some((_, Verdict::Refused(refusal))) => Err(DeskError::refused(refusal.code.into(), self.server())),
            None => Err(self.failed(ServerFault::Nonsense)),
        }
    }

    pub(crate) fn refused(&self, why: ServerRefusal) -> DeskError {
        DeskError::refused(why, self.server())
    }

    /// Has several objects logged, in their order. Gives the verdict on each; a receipt among them is verified.
    pub(crate) fn log_all(&self, objects: Vec<ByteVec>) -> Result<Vec<(Hash, Verdict)>, DeskError> {
        let hashes: Vec<Hash> = objects.iter().map(|object| Hash::of(object)).collect();
        let answer = self.post(routes::OBJECTS, &cbor::encode(&Upload { objects, known: None }))?;
        let verdicts: Verdicts = cbor::decode(&answer, "verdicts").map_err(|_| self.failed(ServerFault::Nonsense))?;
        if verdicts.verdicts.len() != hashes.len() {
            return Err(self.failed(ServerFault::Nonsense));
        }
        let (key, mission) = (self.receipt_key()?, self.mission());
        let all: Vec<(Hash, Verdict)> = hashes.into_iter().zip(verdicts.verdicts).collect();
        for (hash, verdict) in &all {
            if let Verdict::Stored(receipt) = verdict {
                let verified = receipt.verify(*hash, &[key], mission);
                verified.map_err(|_| self.failed(ServerFault::Receipt { object: *hash }))?;
            }
        }
        Ok(all)
    }

    /// This desk's device, made known to the server where no server has proved yet that it knows it.
    pub(crate) fn enrolled(&self) -> Result<DeviceId, DeskError> {
        if !self.own.is_enrolled()? {
            self.enrol()?;
        }
        Ok(self.own.device())
    }

    /// Makes this desk known to the server. Keeps the receipt.
    fn enrol(&self) -> Result<(), DeskError> {
        match self.log(self.own.secrets.identity.enrolment.clone()) {
            Ok(receipt) => self.own.note_enrolled(&receipt),
            Err(refused @ DeskError::Refused { .. }) => match self.find(routes::BUNDLE)? {
                Some(_) => Err(refused),
                None => Err(DeskError::Unpublished { server: self.server().to_owned() }),
            },
            Err(e) => Err(e),
        }
    }

    /// What only a desk may read. A server that does not know this desk has lost what it was given: the desk enrols again, once.
    pub(crate) fn read(&self, device: &DeviceId, asks: &str) -> Result<Vec<u8>, DeskError> {
        match self.read_signed(device, asks) {
            Err(DeskError::Locked { .. }) => {
                self.enrol()?;
                self.read_signed(device, asks)
            }
            done => done,
        }
    }

    /// Signs with the challenge that is here; where the server does not take it any more, with a new one.
    fn read_signed(&self, device: &DeviceId, asks: &str) -> Result<Vec<u8>, DeskError> {
        if let Some(challenge) = self.challenge.take() {
            match self.read_with(challenge, device, asks) {
                Err(DeskError::Locked { .. }) => {}
                done => return done,
            }
        }
        let challenge = self.get(routes::CHALLENGE, None).map_err(|e| self.expected(e))?;
        let challenge =
            cbor::decode(&challenge, "challenge").map_err(|_| self.stranger("something that is no challenge"))?;
        self.read_with(challenge, device, asks)
    }

    fn read_with(&self, challenge: ByteArray<40>, device: &DeviceId, asks: &str) -> Result<Vec<u8>, DeskError> {
        let request =
            ReadRequest { v: VERSION, mission: self.mission(), device: *device, challenge, asks: asks.to_owned() };
        let signed = BASE64URL_NOPAD.encode(&request.sign(&self.own.secrets.device));
        let answer = self.get(asks, Some(&format!("Baqylau {signed}")));
        if !matches!(answer, Err(DeskError::Locked { .. })) {
            self.challenge.set(Some(challenge));
        }
        answer
    }

    /// As [`ServerLink::read`]; `None` when there is nothing of that name yet.
    pub(crate) fn read_if_there(&self, device: &DeviceId, asks: &str) -> Result<Option<Vec<u8>>, DeskError> {
        if_there(self.read(device, asks))
    }

    pub(crate) fn page(&self, device: &DeviceId, from: u64) -> Result<LogPage, DeskError> {
        self.page_of(device, from, &routes::log(from))
    }

    /// A page of so many entries at most.
    pub(crate) fn page_part(&self, device: &DeviceId, from: u64, most: usize) -> Result<LogPage, DeskError> {
        self.page_of(device, from, &routes::log_part(from, most))
    }

    fn page_of(&self, device: &DeviceId, from: u64, asks: &str) -> Result<LogPage, DeskError> {
        let bytes = self.read(device, asks)?;
        let page: LogPage = cbor::decode_request(&bytes).map_err(|_| self.failed(ServerFault::Nonsense))?;
        if page.from == from { Ok(page) } else { Err(self.failed(ServerFault::Nonsense)) }
    }
}

/// How much it tells that a server is not to be had, so that another one is asked: 0 where it answered, and its answer counts.
fn tells(e: &DeskError) -> u8 {
    if let DeskError::Unreachable { why, .. } = e {
        return match why {
            CallError::Foreign | CallError::Plain => 4,
            CallError::Silent => 2,
            CallError::Unreachable => 1,
        };
    }
    let out_of_order = matches!(e, DeskError::Server { why: ServerFault::Status { status: 500.., .. }, .. });
    if out_of_order || matches!(e, DeskError::Stranger { .. }) { 3 } else { 0 }
}

fn if_there(answer: Result<Vec<u8>, DeskError>) -> Result<Option<Vec<u8>>, DeskError> {
    match answer {
        Ok(bytes) => Ok(Some(bytes)),
        Err(DeskError::Missing) => Ok(None),
        Err(e) => Err(e),
    }
}
