//! The desk: a handle that holds a mission's folder, its store and its keys, and gives out the parts that work with them. Each part has
//! what it needs and no more, and can be made without a desk.

use crate::adjudication::devices::{DeviceRow, device_rows};
use crate::adjudication::status::AnswerBasis;
use crate::error::DeskError;
use crate::evaluation::{BundleForms, ReportReader};
use crate::export::Exports;
use crate::files::FileFault;
use crate::index::filter::ReportFilter;
use crate::index::report_table::ReportTable;
use crate::log::attachments::{AttachmentFolder, AttachmentRow, FetchedAttachments};
use crate::log::bundles::PublishedBundles;
use crate::log::courier::{self, CourierOutcome};
use crate::log::heads::SignedHeads;
use crate::log::link::ServerLink;
use crate::log::proof::Prover;
use crate::log::pull::{LogPull, PullOutcome};
use crate::log::recheck::ObjectFault;
use crate::log::verify::Opener;
use crate::log::{peers, recheck, repair, rosters};
use crate::people::Invites;
use crate::people::rosters::Rosters;
use crate::records::Records;
use crate::records::identity::OwnDevice;
use crate::records::paper::PaperForms;
use crate::store::{DeskStore, MissionTrust, VerifiedStore};
use crate::tables::MissionTables;
use crate::workspace::keys::{DeskKeys, DeskSecrets};
use crate::workspace::{BundleBuilder, Workspace};
use baqylau_findings::Computed;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{Hash, MissionId};
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::roster::Roster;
use baqylau_protocol::routes;
use minicbor::bytes::ByteVec;
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An open mission folder.
pub struct Desk {
    /// The folder, and what `desk.json` says.
    pub workspace: Workspace,
    /// The database.
    pub store: DeskStore,
    trust: MissionTrust,
    secrets: DeskSecrets,
    /// The tree of what was pulled.
    tree: Option<MerkleTree>,
    /// The forms that reports were read with.
    forms: RefCell<BundleForms>,
}

impl Desk {
    /// Makes a mission's folder with all its keys. The tables are checked first.
    ///
    /// # Errors
    /// The tables have faults, the folder is not empty, or the disk refuses.
    pub fn new(folder: &Path, source: &Path, servers: &[String], passphrase: &str) -> Result<Self, DeskError> {
        let tables = MissionTables::read(source)?;
        let (workspace, keys) = Workspace::make(folder, source, servers, passphrase)?;
        DeskStore::open(&workspace.store(), &keys.database)?;
        let desk = Self::over(workspace, &keys)?;
        desk.store.set_people(&tables.people)?;
        Ok(desk)
    }

    /// Opens a mission's folder.
    ///
    /// # Errors
    /// There is none, or the passphrase is wrong.
    pub fn open(folder: &Path, passphrase: &str) -> Result<Self, DeskError> {
        let workspace = Workspace::open(folder)?;
        let keys = workspace.keys(passphrase)?;
        Self::over(workspace, &keys)
    }

    fn over(workspace: Workspace, keys: &DeskKeys) -> Result<Self, DeskError> {
        let root = workspace.root()?;
        let secrets = DeskSecrets::of(keys).ok_or_else(|| workspace.damaged("reading key"));
        let store = workspace.store();
        if !store.exists() {
            return Err(DeskError::file(store, FileFault::NoStore));
        }
        let length = |path: &Path| fs::metadata(path).map_or(0, |m| m.len());
        // What was written last may still lie beside it.
        if !store.is_file() || length(&store) + length(&workspace.folder.join("desk.db-wal")) == 0 {
            let empty = store.is_file();
            return Err(DeskError::file(store, FileFault::NoStoreButOther { empty }));
        }
        let store = DeskStore::open(&store, &keys.database)?;
        let secrets = secrets?;
        let trust = MissionTrust { root, issuer: secrets.issuer.public() };
        Ok(Self { workspace, store, trust, secrets, tree: None, forms: RefCell::default() })
    }

    /// What was pulled, with the keys that it is verified with.
    #[must_use]
    pub fn verified(&self) -> VerifiedStore<'_> {
        VerifiedStore { store: &self.store, trust: &self.trust }
    }

    /// This desk's own device.
    #[must_use]
    pub fn own(&self) -> OwnDevice<'_> {
        OwnDevice { known: self.verified(), secrets: &self.secrets }
    }

    /// Invites for observers.
    #[must_use]
    pub fn invites(&self) -> Invites<'_> {
        Invites { workspace: &self.workspace, known: self.verified(), secrets: &self.secrets }
    }

    /// The roster of devices.
    #[must_use]
    pub fn rosters(&self) -> Rosters<'_> {
        Rosters { known: self.verified(), issuer: &self.secrets.issuer }
    }

    /// Single reports, opened and evaluated again.
    #[must_use]
    pub fn reports(&self) -> ReportReader<'_> {
        ReportReader { known: self.verified(), forms: &self.forms }
    }

    /// What coordinators decide, write and correct.
    #[must_use]
    pub fn records(&self) -> Records<'_> {
        Records { workspace: &self.workspace, own: self.own(), reports: self.reports() }
    }

    /// Paper forms.
    #[must_use]
    pub fn papers(&self) -> PaperForms<'_> {
        PaperForms { workspace: &self.workspace, own: self.own(), reports: self.reports() }
    }

    /// Attachments.
    #[must_use]
    pub fn attachments(&self) -> AttachmentFolder<'_> {
        AttachmentFolder { store: &self.store, folder: &self.workspace.folder }
    }

    /// The heads that the server signed.
    #[must_use]
    pub fn heads(&self) -> SignedHeads<'_> {
        SignedHeads { workspace: &self.workspace, known: self.verified() }
    }

    /// What proves a report.
    #[must_use]
    pub fn prover(&self) -> Prover<'_> {
        Prover { heads: self.heads(), secrets: &self.secrets }
    }

    /// Answers as files and tables.
    #[must_use]
    pub fn exports(&self) -> Exports<'_> {
        Exports { known: self.verified() }
    }

    fn bundles(&self) -> PublishedBundles<'_> {
        PublishedBundles { workspace: &self.workspace, known: self.verified() }
    }

    fn builder(&self) -> BundleBuilder<'_> {
        BundleBuilder { workspace: &self.workspace, known: self.verified(), secrets: &self.secrets }
    }

    /// Each errand has a link of its own: nothing is kept open while coordinators think.
    fn link(&self) -> Result<ServerLink<'_>, DeskError> {
        ServerLink::new(&self.workspace, self.own())
    }

    /// The mission.
    #[must_use]
    pub fn mission(&self) -> MissionId {
        self.trust.mission()
    }

    /// The mission's tables, read anew.
    ///
    /// # Errors
    /// They have faults.
    pub fn source(&self) -> Result<MissionTables, DeskError> {
        self.workspace.tables()
    }

    /// As [`VerifiedStore::manifest`].
    ///
    /// # Errors
    /// None was built yet.
    pub fn manifest(&self) -> Result<Manifest, DeskError> {
        self.verified().manifest()
    }

    /// As [`VerifiedStore::roster`].
    ///
    /// # Errors
    /// The database fails.
    pub fn roster(&self) -> Result<Option<(Roster, Vec<u8>)>, DeskError> {
        self.verified().roster()
    }

    /// Every observer's phone, as [`device_rows`].
    ///
    /// # Errors
    /// The database fails.
    pub fn devices(&self, now: i64) -> Result<Vec<DeviceRow>, DeskError> {
        device_rows(self.verified(), now)
    }

    /// As [`ReportReader::read`].
    ///
    /// # Errors
    /// There is no such report, it does not open or does not fit its checklist; the database fails.
    pub fn read(&self, report: Hash) -> Result<(baqylau_report::Report, baqylau_forms::Filling), DeskError> {
        self.reports().read(report)
    }

    /// The tables, and everything that was received up to a moment, as [`ReportTable::read`].
    ///
    /// # Errors
    /// The tables have faults, or the database fails.
    pub fn report_table(
        &self,
        as_of: Option<i64>,
        answers: AnswerBasis,
    ) -> Result<(Arc<MissionTables>, ReportTable), DeskError> {
        let tables = Arc::new(self.source()?);
        let table = ReportTable::read(&tables, self.verified(), as_of, answers)?;
        Ok((tables, table))
    }

    /// Computes every figure, of what was received up to a moment, raw or with what supersedes.
    ///
    /// # Errors
    /// The tables have faults, or the database fails.
    pub fn figures(&self, as_of: Option<i64>, answers: AnswerBasis) -> Result<Vec<Computed>, DeskError> {
        let (tables, table) = self.report_table(as_of, answers)?;
        Ok(table.figures(&tables, &ReportFilter::default()))
    }

    /// As [`Exports::export`], with the tables as they are now.
    ///
    /// # Errors
    /// The tables have faults; else as there.
    pub fn export(&self, answers: AnswerBasis, folder: &Path, internal: bool) -> Result<(usize, usize), DeskError> {
        self.exports().export(&Arc::new(self.source()?), answers, folder, internal)
    }

    /// How many envelopes of the store verify again now, and which do not, as [`recheck::verify_all`].
    ///
    /// # Errors
    /// The database fails.
    pub fn verify_all(&self) -> Result<(usize, Vec<(u64, ObjectFault)>), DeskError> {
        recheck::verify_all(&self.store, &Opener::of(&self.trust, &self.secrets))
    }

    /// As [`BundleBuilder::build`].
    ///
    /// # Errors
    /// The tables have faults, or the passphrase is wrong.
    pub fn build(&self, passphrase: &str, now: i64, days: u32) -> Result<Manifest, DeskError> {
        self.builder().build(passphrase, now, days)
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
