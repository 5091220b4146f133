//! The desk: a handle that holds a mission's folder, its store and its keys, and gives out the parts that work with them. Each part has
//! what it needs and no more, and can be made without a desk.

mod errands;

pub use errands::RotatedKeys;

use crate::adjudication::devices::{DeskRow, DeviceRow, desk_rows, device_rows};
use crate::adjudication::status::AnswerBasis;
use crate::error::DeskError;
use crate::evaluation::{BundleForms, ReportReader};
use crate::export::Exports;
use crate::files::FileFault;
use crate::index::filter::ReportFilter;
use crate::index::report_table::ReportTable;
use crate::log::attachments::AttachmentFolder;
use crate::log::handover::learn_keys;
use crate::log::heads::SignedHeads;
use crate::log::lacking::LackingFiles;
use crate::log::proof::Prover;
use crate::log::recheck;
use crate::log::recheck::ObjectFault;
use crate::log::verify::Opener;
use crate::people::Invites;
use crate::people::decisions::Decisions;
use crate::records::Records;
use crate::records::identity::OwnDevice;
use crate::records::paper::PaperForms;
use crate::statement::Statements;
use crate::store::{DeskStore, MissionTrust, VerifiedStore};
use crate::tables::MissionTables;
use crate::workspace::keys::{DeskKeys, DeskSecrets};
use crate::workspace::{BundleBuilder, RootHolders, Workspace};
use baqylau_findings::Computed;
use baqylau_http::Transport;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{Hash, MissionId};
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::standing::Standings;
use std::cell::RefCell;
use std::fs;
use std::path::Path;
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
    /// Which files of reports are not here.
    lacking: RefCell<LackingFiles>,
    /// The forms that reports were read with.
    forms: RefCell<BundleForms>,
}

impl Desk {
    /// Makes a mission's folder with all its keys. The tables are checked first.
    ///
    /// # Errors
    /// The tables have faults, the folder is not empty, or the disk refuses.
    pub fn new(folder: &Path, source: &Path, servers: &[String], passphrase: &str) -> Result<Self, DeskError> {
        Self::with_holders(folder, source, servers, passphrase, &RootHolders::default())
    }

    /// As [`Desk::new`], of a mission whose root others hold too.
    ///
    /// # Errors
    /// As there; or the holders do not fit.
    pub fn with_holders(
        folder: &Path,
        source: &Path,
        servers: &[String],
        passphrase: &str,
        holders: &RootHolders,
    ) -> Result<Self, DeskError> {
        let tables = MissionTables::read(source)?;
        let (workspace, keys) = Workspace::make(folder, source, servers, passphrase, holders)?;
        DeskStore::open(&workspace.store(), &keys.database)?;
        let desk = Self::of(workspace, &keys)?;
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
        Self::of(workspace, &keys)
    }

    fn of(workspace: Workspace, keys: &DeskKeys) -> Result<Self, DeskError> {
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
        let mut secrets = secrets?;
        let trust = MissionTrust { root };
        learn_keys(&workspace, VerifiedStore { store: &store, trust: &trust }, &mut secrets)?;
        Ok(Self {
            workspace,
            store,
            trust,
            secrets,
            tree: None,
            lacking: RefCell::default(),
            forms: RefCell::default(),
        })
    }

    /// The same desk, whose requests something else than the network carries.
    #[must_use]
    pub fn over(mut self, transport: Arc<dyn Transport>) -> Self {
        self.workspace.transport = Some(transport);
        self
    }

    /// Enough to read, count and export: no secret, no folder.
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

    /// What this desk decides about devices.
    #[must_use]
    pub fn decisions(&self) -> Decisions<'_> {
        Decisions { own: self.own() }
    }

    /// Single reports, opened and evaluated again.
    #[must_use]
    pub fn reports(&self) -> ReportReader<'_> {
        ReportReader { known: self.verified(), forms: &self.forms }
    }

    /// Signs; needs no network.
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

    /// Verifies single reports again, from the bytes of the log.
    #[must_use]
    pub fn prover(&self) -> Prover<'_> {
        Prover { heads: self.heads(), secrets: &self.secrets }
    }

    /// The figures of the statement, to be signed.
    #[must_use]
    pub fn statements(&self) -> Statements<'_> {
        Statements { workspace: &self.workspace, own: self.own() }
    }

    /// Answers as files and tables.
    #[must_use]
    pub fn exports(&self) -> Exports<'_> {
        Exports { known: self.verified() }
    }

    fn builder(&self) -> BundleBuilder<'_> {
        BundleBuilder { workspace: &self.workspace, known: self.verified(), secrets: &self.secrets }
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

    /// As [`VerifiedStore::standings`].
    ///
    /// # Errors
    /// The database fails.
    pub fn standings(&self) -> Result<Standings, DeskError> {
        self.verified().standings()
    }

    /// Every desk, as [`desk_rows`].
    ///
    /// # Errors
    /// The database fails.
    pub fn desks(&self) -> Result<Vec<DeskRow>, DeskError> {
        desk_rows(self.verified(), self.own().device())
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
        recheck::verify_all(&self.store, &Opener::of(self.manifest()?, &self.secrets))
    }

    /// As [`BundleBuilder::build`].
    ///
    /// # Errors
    /// The tables have faults, or the passphrase is wrong.
    pub fn build(&self, passphrase: &str, now: i64, days: u32) -> Result<Manifest, DeskError> {
        self.builder().build(passphrase, now, days)
    }
}
