//! A day of a mission with one phone, one server and one desk, each in a folder of its own, recorded from the first file on.

use crate::recording::{Recording, Tape};
use baqylau_desk::Desk;
use baqylau_http::reqwest::{Body, Request, Response};
use baqylau_http::{CallError, InTransit, Transport};
use baqylau_observer::ObserverApp;
use baqylau_observer::app::{CellKey, MissionCache, PhoneConfig};
use baqylau_protocol::ids::{Hash, MissionRoot, PublicKey};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::routes;
use baqylau_protocol::wire::{Upload, UploadProgress, Verdict, Verdicts};
use baqylau_server::{Limits, OpenedServer, ServerConfig, WitnessList};
use baqylau_tests::{PASSPHRASE, phone_in, tables};
use http_body_util::BodyExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Runtime;

/// The address that nobody listens at.
const SERVER: &str = "https://server.invalid";

/// What was acknowledged, and has to be there after a power cut.
#[derive(Debug, Clone)]
pub enum Claim {
    /// The phone's store opens with this PIN.
    Pin(String),
    /// A draft has this number as its answer.
    Answer(i64, CellKey, i64),
    /// A report is signed, under its hash and number.
    Signed(String, i64),
    /// A draft has a file of this name and these bytes.
    Attached(i64, String, Vec<u8>),
    /// The phone shows this report as delivered.
    Delivered(String),
    /// The phone has so many letters.
    Letters(usize),
    /// The server gave a receipt for an object.
    Receipt(Vec<u8>, Receipt),
    /// The server signed that it has all bytes of an attachment: the path under which it is asked for.
    Kept(String),
    /// The server took a bundle.
    Published(Vec<u8>),
    /// The desk's folder is made, or holds a bundle of this version.
    Desk(u64),
    /// The desk has so much of the log, and of it so many reports.
    Pulled(u64, usize),
    /// The desk has signed so many letters.
    Written(usize),
    /// The desk has made so many invites.
    Invited(usize),
    /// The desk has an attachment.
    Fetched(Hash),
    /// A database has so many rows.
    Rows(usize),
    /// A server's log began anew, in the place of another one.
    Begun {
        /// What it began with, as the desk exported it.
        log: Vec<u8>,
        /// Signs its heads.
        key: PublicKey,
        /// Objects of the log before.
        before: usize,
        /// Objects that it begins with.
        after: usize,
    },
    /// A phone was wiped.
    Wiped,
    /// The desk exported into a folder, which holds so many files.
    Exported(String, usize),
}

/// A claim, and when it came to hold.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    /// How many steps were recorded when the call began.
    pub begun: usize,
    /// How many when it returned.
    pub at: usize,
    /// What it acknowledged.
    pub claim: Claim,
}

/// Where claims are noted.
#[derive(Debug, Clone)]
pub struct Notes {
    tape: Arc<Tape>,
    claims: Arc<Mutex<Vec<Acknowledged>>>,
}

impl Notes {
    /// Does something, and notes what it acknowledged.
    pub fn note<T>(&self, act: impl FnOnce() -> T, claim: impl FnOnce(&T) -> Vec<Claim>) -> T {
        let begun = self.tape.steps();
        let done = act();
        self.add(begun, claim(&done));
        done
    }

    fn add(&self, begun: usize, claims: Vec<Claim>) {
        let at = self.tape.steps();
        let new = claims.into_iter().map(|claim| Acknowledged { begun, at, claim });
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).extend(new);
    }
}

/// What carries requests into the server of this process, and notes what it answers.
#[derive(Clone)]
pub struct Line {
    server: Arc<Mutex<Option<Arc<OpenedServer>>>>,
    notes: Option<Notes>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a line")
    }
}

impl Transport for Line {
    fn carry(&self, request: Request) -> InTransit {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let notes = self.notes.clone();
        Box::pin(async move {
            let server = server.ok_or(CallError::Unreachable)?;
            let request = http::Request::<Body>::try_from(request).map_err(|_| CallError::Plain)?;
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(|_| CallError::Unreachable)?.to_bytes();
            let (path, posted) = (head.uri.path().to_owned(), head.method == http::Method::POST);
            let begun = notes.as_ref().map_or(0, |notes| notes.tape.steps());
            let request = http::Request::from_parts(head, Body::from(body.clone()));
            let answer = server.answer(request).await.map_err(|_| CallError::Unreachable)?;
            if let Some(notes) = notes.filter(|_| posted && answer.status().is_success()) {
                notes.add(begun, promised(&path, &body, answer.body()));
            }
            Ok(Response::from(answer))
        })
    }
}

/// What an answer of the server promises.
fn promised(path: &str, asked: &[u8], answer: &[u8]) -> Vec<Claim> {
    if path == routes::OBJECTS {
        let upload = minicbor::decode::<Upload>(asked).ok().map(|u| u.objects).unwrap_or_default();
        let verdicts = minicbor::decode::<Verdicts>(answer).ok().map(|v| v.verdicts).unwrap_or_default();
        let stored = upload.into_iter().zip(verdicts).filter_map(|(object, verdict)| match verdict {
            Verdict::Stored(receipt) => Some(Claim::Receipt(object.to_vec(), receipt)),
            Verdict::Refused(_) => None,
        });
        return stored.collect();
    }
    if path == routes::BUNDLE {
        return vec![Claim::Published(asked.to_owned())];
    }
    let kept = path.starts_with("/v1/blobs/")
        && minicbor::decode::<UploadProgress>(answer).is_ok_and(|progress| progress.proof.is_some());
    if kept { vec![Claim::Kept(path.to_owned())] } else { Vec::new() }
}

/// What the server of a mission is made with.
#[derive(Debug, Clone, Copy)]
pub struct ServerKeys {
    /// The mission's root.
    pub root: MissionRoot,
    seed: [u8; 32],
}

impl ServerKeys {
    fn read(desk: &Path) -> Self {
        let hex = |name: &str| {
            let text = std::fs::read_to_string(desk.join("server").join(name)).expect("a key of the server");
            PublicKey::from_hex(&text).expect("hexadecimal")
        };
        Self { root: hex("root.pub").into(), seed: hex("receipt.key").0 }
    }

    /// The key that signs receipts.
    #[must_use]
    pub fn receipts(&self) -> SigningKey {
        SigningKey::from_seed(self.seed)
    }

    /// A server over a database.
    #[must_use]
    pub fn config(&self, database: PathBuf) -> ServerConfig {
        ServerConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            database,
            root: self.root,
            receipt_key: self.receipts(),
            tls: None,
            now: Arc::new(baqylau_tests::now),
            limits: Limits::default(),
            witnesses: WitnessList::default(),
        }
    }
}

/// A mission under way.
pub struct Mission {
    /// Everything lies here: `phone`, `server` and `desk`.
    pub folder: tempfile::TempDir,
    /// Where claims are noted.
    pub notes: Notes,
    /// The desk.
    pub desk: Desk,
    /// What the server is made with.
    pub keys: ServerKeys,
    /// Missions that phones have decoded.
    pub missions: Arc<MissionCache>,
    line: Line,
    runtime: Runtime,
}

impl Mission {
    /// Makes a mission, recorded from the first file on, with a server and a desk. Careless, its databases do not sync their commits.
    ///
    /// # Panics
    /// When anything fails.
    #[must_use]
    pub fn begin(careless: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        if careless {
            crate::normal::make_careless(folder.path());
        }
        let notes = Notes { tape: Arc::new(Tape::start(folder.path())), claims: Arc::default() };
        let place = folder.path().join("desk");
        let make = || Desk::new(&place, &tables("sahra-2026"), &[SERVER.into()], PASSPHRASE).expect("a mission");
        let desk = notes.note(make, |_| vec![Claim::Desk(0)]);
        notes.note(
            || desk.build(PASSPHRASE, baqylau_tests::now(), 30).expect("a bundle"),
            |m| vec![Claim::Desk(m.version)],
        );
        let keys = ServerKeys::read(&place);
        // Whoever sets a server up makes its folder.
        std::fs::create_dir(folder.path().join("server")).expect("a folder");
        std::fs::File::open(folder.path()).and_then(|folder| folder.sync_all()).expect("synced");
        let line = Line { server: Arc::default(), notes: Some(notes.clone()) };
        let desk = desk.over(Arc::new(line.clone()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let mut mission = Self { folder, notes, desk, keys, missions: Arc::default(), line, runtime };
        mission.start_server();
        mission.desk.publish().expect("published");
        mission
    }

    /// Opens the server.
    ///
    /// # Panics
    /// When it does not open.
    pub fn start_server(&mut self) {
        let config = self.keys.config(self.folder.path().join("server/server.db"));
        let server = self.runtime.block_on(baqylau_server::open(config)).expect("the server opens");
        *self.line.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(server));
    }

    /// Closes the server.
    pub fn stop_server(&mut self) {
        let server = self.line.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(server) = server.and_then(Arc::into_inner) {
            self.runtime.block_on(server.close());
        }
    }

    /// Closes the desk and opens it again.
    ///
    /// # Panics
    /// When it does not open.
    pub fn reopen_desk(&mut self) {
        let place = self.folder.path().join("desk");
        // The folder is closed before it is opened again: the last connection writes its log back.
        let other = tempfile::tempdir().expect("a folder");
        let stand_in = Desk::new(&other.path().join("desk"), &tables("sahra-2026"), &[SERVER.into()], PASSPHRASE);
        drop(std::mem::replace(&mut self.desk, stand_in.expect("a desk")));
        self.desk = Desk::open(&place, PASSPHRASE).expect("opens").over(Arc::new(self.line.clone()));
    }

    /// The settings of the phone.
    #[must_use]
    pub fn phone(&self) -> PhoneConfig {
        let config = phone_in(&self.folder.path().join("phone"));
        PhoneConfig { missions: self.missions.clone(), transport: Some(Arc::new(self.line.clone())), ..config }
    }

    /// Ends it, with everything closed.
    #[must_use]
    pub fn end(mut self, phone: ObserverApp) -> RecordedDay {
        drop(phone);
        self.stop_server();
        let Self { folder, notes, desk, keys, missions, .. } = self;
        drop(desk);
        let recording = notes.tape.stop();
        let claims = notes.claims.lock().unwrap_or_else(PoisonError::into_inner).clone();
        RecordedDay { folder, recording, claims, keys, missions }
    }
}

/// A day that is over.
pub struct RecordedDay {
    /// As it was left.
    pub folder: tempfile::TempDir,
    /// What was done.
    pub recording: Recording,
    /// What was acknowledged.
    pub claims: Vec<Acknowledged>,
    /// What the server was made with.
    pub keys: ServerKeys,
    /// Missions that phones have decoded.
    pub missions: Arc<MissionCache>,
}
