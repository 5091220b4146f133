//! The mission's server of a simulated day.

use crate::clock::Time;
use crate::disk;
use crate::line::Network;
use crate::template::{copy, server_folder};
use baqylau_protocol::exported::ExportedLog;
use baqylau_protocol::ids::{MissionRoot, PublicKey};
use baqylau_protocol::keys::SigningKey;
use baqylau_server::beginning::{BegunLog, begin};
use baqylau_server::{Limits, OpenedServer, ServerConfig, WitnessList};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::runtime::Runtime;

/// A server that can crash, be put back from a copy, and be wrong about the time.
pub struct SimulatedServer {
    folder: PathBuf,
    aside: PathBuf,
    network: Arc<Network>,
    time: Time,
    ahead: Arc<AtomicI64>,
    runtime: Runtime,
}

impl SimulatedServer {
    /// A server that is not started yet.
    ///
    /// # Panics
    /// When the machine has no threads left.
    #[must_use]
    pub fn new(day: &Path, network: Arc<Network>, time: Time) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let (folder, aside) = (server_folder(day), day.join("aside"));
        Self { folder, aside, network, time, ahead: Arc::default(), runtime: runtime.expect("a runtime") }
    }

    fn hex(&self, name: &str) -> PublicKey {
        let text = std::fs::read_to_string(self.folder.join(name)).expect("a key of the server");
        PublicKey::from_hex(text.trim()).expect("hexadecimal")
    }

    fn root(&self) -> MissionRoot {
        self.hex("root.pub").into()
    }

    /// Opens it.
    ///
    /// # Panics
    /// When it does not open: whatever happened to it before, its files are those that it left.
    pub fn start(&self) {
        let (time, ahead) = (self.time.clone(), self.ahead.clone());
        let config = ServerConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            database: self.folder.join("server.db"),
            root: self.root(),
            receipt_key: SigningKey::from_seed(self.hex("receipt.key").0),
            tls: None,
            now: Arc::new(move || time.now() + ahead.load(Ordering::SeqCst)),
            limits: Limits::default(),
            witnesses: WitnessList::default(),
        };
        let opened = self.runtime.block_on(baqylau_server::open(config)).expect("the server opens");
        self.network.serve(Some(Arc::new(opened)));
    }

    /// Ends it, and what was wrong with its disk.
    ///
    /// # Panics
    /// When a request is still under way.
    pub fn stop(&self) {
        if let Some(server) = self.network.serve(None) {
            let server: OpenedServer = Arc::into_inner(server).expect("nobody asks it any more");
            self.runtime.block_on(server.close());
        }
        disk::mend(&self.folder);
    }

    /// Has it crash after so many more calls that change its files.
    pub fn crash_after(&self, calls: u64) {
        disk::crash_after(&self.folder, calls);
    }

    /// Whether it has crashed.
    #[must_use]
    pub fn has_crashed(&self) -> bool {
        disk::has_crashed(&self.folder)
    }

    /// Leaves its disk no room, or some again.
    pub fn set_full(&self, full: bool) {
        if full { disk::fill(&self.folder) } else { disk::mend(&self.folder) }
    }

    /// Puts its clock ahead by so many milliseconds, or back.
    pub fn put_clock(&self, ahead: i64) {
        self.ahead.store(ahead, Ordering::SeqCst);
    }

    /// Makes a copy of its files, while it is stopped.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn save(&self) {
        let _none = std::fs::remove_dir_all(&self.aside);
        copy(&self.folder, &self.aside).expect("copied");
    }

    /// Puts the copy in the place of its files, while it is stopped. Gives whether there was one.
    ///
    /// # Panics
    /// When the disk refuses.
    #[must_use]
    pub fn put_back(&self) -> bool {
        let there = self.aside.is_dir();
        if there {
            std::fs::remove_dir_all(&self.folder).expect("removed");
            copy(&self.aside, &self.folder).expect("copied");
            std::fs::remove_dir_all(&self.aside).expect("removed");
        }
        there
    }

    /// Begins a log that a desk vouches for in the place of the one that is here, while it is stopped.
    ///
    /// # Panics
    /// When it does not begin.
    #[must_use]
    pub fn begin_again(&self, log: &ExportedLog) -> BegunLog {
        // A copy of the log before is none of this one.
        let _none = std::fs::remove_dir_all(&self.aside);
        begin(&self.folder, self.root(), log).expect("a log begins")
    }
}
