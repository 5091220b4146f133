//! What crosses crates: phone, server and desk together, in one process.

pub mod flood;
pub mod line;
pub mod lying;
pub mod observed;
pub mod rogue;
pub mod socks;

use baqylau_desk::Desk;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::answers::ReportAnswers;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::{MissionCache, PhoneConfig};
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_observer::vault::FileVault;
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::ids::PublicKey;
use baqylau_protocol::keys::SigningKey;
use baqylau_server::{Limits, OpenedServer, RunningServer, ServerConfig, TlsFiles, WitnessList, start};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;

/// The passphrase of every mission here.
pub const PASSPHRASE: &str = "for tests only";
/// The PIN of every phone here.
pub const PIN: &str = "2468";
/// How long a phone waits.
pub const BUDGET: Duration = Duration::from_secs(30);

/// A mission's tables in the workspace.
#[must_use]
pub fn tables(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../missions").join(name)
}

/// Now, in milliseconds since 1970.
#[must_use]
pub fn now() -> i64 {
    SystemClock.wall().ms
}

/// The reports of a desk in the order of the log, with everything that supersedes.
///
/// # Panics
/// When the desk fails.
#[must_use]
pub fn reports(desk: &Desk) -> Vec<ReportRow> {
    desk.report_table(None, AnswerBasis::Effective).expect("a table").1.rows
}

/// The reports of a desk in the order of the log, each with what it says, where it fits its checklist.
///
/// # Panics
/// When the desk fails.
#[must_use]
pub fn answered_reports(desk: &Desk, answers: AnswerBasis) -> Vec<(ReportRow, Option<ReportAnswers>)> {
    let (_, table) = desk.report_table(None, answers).expect("a table");
    table.with_answers(&desk.store, &table.rows, |row, said| (row.clone(), said)).expect("answers")
}

/// The settings of a phone that keeps its store in a folder.
///
/// # Panics
/// When the disk refuses.
#[must_use]
pub fn phone_in(folder: &Path) -> PhoneConfig {
    let vault = Arc::new(FileVault::open(&folder.join("vault")).expect("a vault"));
    PhoneConfig {
        folder: folder.to_owned(),
        vault,
        clock: Arc::new(SystemClock),
        language: "en".into(),
        missions: Arc::default(),
        transport: None,
    }
}

/// A mission with a running server and a desk.
pub struct World {
    /// Everything lies here.
    pub folder: tempfile::TempDir,
    /// The desk.
    pub desk: Desk,
    /// How far the server's clock is ahead, in milliseconds.
    pub server_clock: Arc<AtomicI64>,
    missions: Arc<MissionCache>,
    port: u16,
    /// Without TLS: somebody stands in front of it.
    plain: bool,
    /// Who the server shows its heads to, from its next start on.
    pub witnesses: WitnessList,
    runtime: Runtime,
    running: Option<RunningServer>,
}

impl World {
    /// Makes a mission from tables, and publishes it.
    ///
    /// # Panics
    /// When anything fails: this is for tests.
    #[must_use]
    pub fn new(tables: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        let mission = folder.path().join("mission");
        let desk = Desk::new(&mission, tables, &[format!("https://127.0.0.1:{port}")], PASSPHRASE).expect("a mission");
        desk.build(PASSPHRASE, now(), 30).expect("a bundle");
        let (server_clock, missions) = Default::default();
        let witnesses = WitnessList::default();
        let mut world =
            Self { folder, desk, server_clock, missions, port, plain: false, witnesses, runtime, running: None };
        world.start_server();
        world.desk.publish().expect("publishes");
        world
    }

    /// The folder that a server needs.
    #[must_use]
    pub fn server_folder(&self) -> PathBuf {
        self.folder.path().join("mission/server")
    }

    /// Puts a server that lies where everybody looks for the mission's, with all its keys. The honest one goes on behind it.
    ///
    /// # Panics
    /// When it does not start.
    pub fn lying(&mut self) -> Arc<lying::Lying> {
        let folder = self.server_folder();
        self.lying_with(&folder)
    }

    /// As [`World::lying`], with another mission's certificate: of the folder of its server.
    ///
    /// # Panics
    /// When it does not start.
    pub fn lying_with(&mut self, certificate: &Path) -> Arc<lying::Lying> {
        let (known, port) = self.move_server();
        self.stop_server();
        self.plain = true;
        self.start_server();
        lying::Lying::start((known, port), certificate)
    }

    /// Starts the server.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_server(&mut self) {
        let config = self.server_config();
        self.running = Some(self.runtime.block_on(start(config)).expect("the server starts"));
    }

    fn server_config(&self) -> ServerConfig {
        let folder = self.server_folder();
        let read = |name: &str| std::fs::read(folder.join(name)).expect("a file of the server");
        let ahead = self.server_clock.clone();
        let hex = |name: &str| PublicKey::from_hex(&String::from_utf8_lossy(&read(name))).expect("hexadecimal");
        ServerConfig {
            listen: ([127, 0, 0, 1], self.port).into(),
            database: folder.join("server.db"),
            root: hex("root.pub").into(),
            receipt_key: SigningKey::from_seed(hex("receipt.key").0),
            tls: (!self.plain).then(|| TlsFiles { chain: read("tls.pem"), key: read("tls-key.pem") }),
            now: Arc::new(move || now() + ahead.load(Ordering::SeqCst)),
            limits: Limits::default(),
            witnesses: self.witnesses.clone(),
        }
    }

    /// Stops the server, and opens it in this process, where no network reaches it.
    ///
    /// # Panics
    /// When it does not open.
    pub fn take_server_in(&mut self) -> OpenedServer {
        self.stop_server();
        self.runtime.block_on(baqylau_server::open(self.server_config())).expect("the server opens")
    }

    /// Moves the server to another port, so that a test can stand in between. Gives the port that everybody knows, and the new one.
    ///
    /// # Panics
    /// When it does not start there.
    pub fn move_server(&mut self) -> (u16, u16) {
        self.stop_server();
        let known = self.port;
        self.port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        self.start_server();
        (known, self.port)
    }

    /// Has the server lose everything that it was given, the mission too.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn lose_server(&mut self) {
        self.stop_server();
        for suffix in ["", "-wal", "-shm"] {
            let _none = std::fs::remove_file(self.server_folder().join(format!("server.db{suffix}")));
        }
        self.start_server();
    }

    /// Stops the server.
    pub fn stop_server(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }

    /// A fresh invite for somebody.
    ///
    /// # Panics
    /// When there is nobody of this code.
    pub fn invite(&mut self, person: &str) -> String {
        self.desk.invites().make(&[person.to_owned()], now(), 9).expect("an invite").remove(0).text
    }

    /// Another desk of the mission, which the root lists.
    ///
    /// # Panics
    /// When there is one in this folder.
    #[must_use]
    pub fn another_desk(&self, name: &str) -> Desk {
        let folder = self.folder.path().join(name);
        self.desk.add_desk(&folder, PASSPHRASE, now()).expect("a desk");
        self.desk.publish().expect("published");
        Desk::open(&folder, PASSPHRASE).expect("opens")
    }

    /// An invite to another mission, whose server is this one.
    ///
    /// # Panics
    /// When there is no such person.
    pub fn foreign(&mut self, tables: &Path, person: &str) -> String {
        let servers = Invite::from_text(&self.invite(person)).expect("an invite").servers;
        let folder = self.folder.path().join("another");
        let desk = Desk::new(&folder, tables, &servers, PASSPHRASE).expect("a mission");
        desk.build(PASSPHRASE, now(), 30).expect("a bundle");
        desk.invites().make(&[person.to_owned()], now(), 9).expect("an invite").remove(0).text
    }

    /// The settings of the phone that keeps its store in the folder of this name.
    ///
    /// # Panics
    /// When the disk refuses.
    #[must_use]
    pub fn phone(&self, name: &str) -> PhoneConfig {
        PhoneConfig { missions: self.missions.clone(), ..phone_in(&self.folder.path().join(name)) }
    }

    /// An enrolled phone.
    ///
    /// # Panics
    /// When it does not enrol.
    #[must_use]
    pub fn enrolled(&self, name: &str, invite: &str) -> ObserverApp {
        let core = ObserverApp::create(self.phone(name), PIN, invite).expect("a store");
        assert!(core.enrol(BUDGET).expect("enrols").enrolled);
        core
    }
}
