//! What the desk does at the server, and for those who cannot reach it.

use super::Desk;
use crate::error::DeskError;
use crate::log::attachments::{AttachmentRow, FetchedAttachments};
use crate::log::bundles::PublishedBundles;
use crate::log::courier::{self, CourierOutcome};
use crate::log::link::ServerLink;
use crate::log::pull::{LogPull, PullOutcome};
use crate::log::{peers, repair, rosters};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::routes;
use minicbor::bytes::ByteVec;
use std::path::{Path, PathBuf};

impl Desk {
    /// Each errand has a link of its own: nothing is kept open while coordinators think.
    fn link(&self) -> Result<ServerLink<'_>, DeskError> {
        ServerLink::new(&self.workspace, self.own())
    }

    fn bundles(&self) -> PublishedBundles<'_> {
        PublishedBundles { workspace: &self.workspace, known: self.verified() }
    }

    /// Publishes the bundle to the server.
    ///
    /// # Errors
    /// The server does not answer or refuses; it has another desk's ([`DeskError::Conflict`]).
    pub fn publish(&self) -> Result<(), DeskError> {
        self.bundles().publish(&self.link()?)
    }

    /// Builds the bundle as [`Desk::build`] does, and publishes it; upon that of another desk, where that was faster.
    ///
    /// # Errors
    /// The tables have faults, the passphrase is wrong, or the server does not answer or refuses.
    pub fn build_and_publish(&self, passphrase: &str, now: i64, days: u32) -> Result<Manifest, DeskError> {
        self.bundles().build_and_publish(&self.link()?, self.builder(), (passphrase, now, days))
    }

    /// Sends the roster to the server; upon that of another desk, where that was faster.
    ///
    /// # Errors
    /// The server does not answer or refuses.
    pub fn publish_roster(&self, now: i64) -> Result<(), DeskError> {
        rosters::publish_roster(&self.link()?, self.rosters(), now)
    }

    /// The server's counters, one `name value` a line.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn metrics(&self, now: i64) -> Result<String, DeskError> {
        let link = self.link()?;
        let bytes = link.read(&link.enrolled(now)?, routes::METRICS)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Pulls what is new, verifies and opens it. `progress` is told how many objects are here. Waits for another pull into the same
    /// store, of this program or another one, to end.
    ///
    /// # Errors
    /// The server does not answer, or its log is not what it signed.
    pub fn pull(&mut self, now: i64, progress: &dyn Fn(u64)) -> Result<PullOutcome, DeskError> {
        let tree = self.tree.take();
        let (pulled, tree) = {
            let mut pull = LogPull { workspace: &self.workspace, own: self.own(), link: self.link()?, tree };
            (pull.run(now, progress), pull.tree)
        };
        self.tree = tree;
        pulled
    }

    /// Fetches the attachments that are lacking and that the server has; what broke off goes on.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn pull_attachments(&self, now: i64) -> Result<FetchedAttachments, DeskError> {
        self.fetch_attachments(&self.attachments().list()?, now)
    }

    /// Fetches those of some attachments that are lacking. Each stands for itself: one that fails is told, and the others come.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn fetch_attachments(&self, rows: &[AttachmentRow], now: i64) -> Result<FetchedAttachments, DeskError> {
        self.attachments().fetch(&self.link()?, rows, now)
    }

    /// Hands what a courier brought to the server: the file, and the attachments that came beside it. Doing it again changes nothing.
    ///
    /// # Errors
    /// It is no courier file of this mission, or the server does not answer.
    pub fn deliver(
        &self,
        file: &[u8],
        attachments: &[PathBuf],
        progress: &dyn Fn(usize),
    ) -> Result<CourierOutcome, DeskError> {
        courier::deliver(&self.link()?, file, attachments, progress)
    }

    /// A courier file with the bundle, and receipts if there are any: for phones that have no network.
    ///
    /// # Errors
    /// No bundle was built.
    pub fn courier(&self, receipts: Vec<(Hash, Receipt)>, kept: Vec<(Hash, ByteVec)>) -> Result<Vec<u8>, DeskError> {
        courier::courier_file(&self.workspace, self.mission(), receipts, kept)
    }

    /// Hands the server everything again that is here of its log: it takes the bytes of what is damaged there, whoever signed it, and
    /// has the rest already. Gives how many objects it has now.
    ///
    /// # Errors
    /// The server does not answer, or the database fails.
    pub fn hand_back(&self, now: i64) -> Result<usize, DeskError> {
        repair::hand_back(&self.link()?, &self.store, now)
    }

    /// Makes the folder of another desk of this mission: with the mission's keys but the root's, and a device of its own. It
    /// pulls the log itself. Give it away by hand; the passphrase is the same.
    ///
    /// # Errors
    /// There is a mission in that folder, or the disk refuses.
    pub fn add_desk(&self, folder: &Path, passphrase: &str) -> Result<(), DeskError> {
        peers::add_desk(&self.workspace, self.own(), folder, passphrase)
    }
}
