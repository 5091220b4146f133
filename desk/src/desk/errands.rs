//! What the desk does at the server, and for those who cannot reach it.

use super::Desk;
use crate::error::DeskError;
use crate::faults::NotHere;
use crate::log::attachments::{AttachmentRow, FetchedAttachments};
use crate::log::audit::{LogAudit, LogAuditor};
use crate::log::audited_attachments::AttachmentAudit;
use crate::log::bundles::PublishedBundles;
use crate::log::courier::{self, CourierOutcome};
use crate::log::epochs::{begin_epoch, send_stranded, vouchable};
use crate::log::handover::{ROTATED, learn_keys};
use crate::log::link::ServerLink;
use crate::log::notice::NoticeBoard;
use crate::log::pull::{LogPull, PullOutcome, send_decisions};
use crate::log::{peers, repair};
use crate::store::VerifiedStore;
use crate::workspace::WaitingBundle;
use crate::workspace::keys::{DeskKind, DeskSecrets, ReadingSeed};
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::authority::{DeskTerm, IssuerTerm, Reinstatement, VouchedHead};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::{DeviceId, Hash, PublicKey};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::routes;
use minicbor::bytes::ByteVec;
use std::path::{Path, PathBuf};

/// Keys that a mission replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotatedKeys {
    /// The issuer's.
    pub issuer: bool,
    /// Whether certificates by the issuer's key before let nobody enrol any more: it was stolen.
    pub end_issuer: bool,
    /// The reading key.
    pub reading: bool,
}

impl Desk {
    /// Each errand has a link of its own: nothing is kept open while coordinators think.
    fn link(&self) -> Result<ServerLink<'_>, DeskError> {
        ServerLink::new(&self.workspace, self.own())
    }

    fn board(&self) -> NoticeBoard<'_> {
        NoticeBoard { workspace: &self.workspace, own: self.own(), lacking: &self.lacking }
    }

    fn bundles(&self) -> PublishedBundles<'_> {
        PublishedBundles { workspace: &self.workspace, known: self.verified() }
    }

    /// Publishes the bundle to the server.
    ///
    /// # Errors
    /// The server does not answer or refuses; it has another desk's ([`DeskError::Conflict`]); it waits for signatures.
    pub fn publish(&self) -> Result<(), DeskError> {
        self.bundles().publish(&self.link()?, self.builder())
    }

    /// Whether the bundle here was not published yet, or waits for signatures.
    ///
    /// # Errors
    /// The database fails, or what waits does not read.
    pub fn has_unpublished(&self) -> Result<bool, DeskError> {
        Ok(self.workspace.waiting_bundle()?.is_some() || self.bundles().is_unpublished()?)
    }

    /// Signs the next version with nothing changed: phones and desks then know that none is kept from them. Where days are given it is promised
    /// to be renewed within them, and so are those that follow. It is yet to be published.
    ///
    /// # Errors
    /// Nothing was built yet, or the root key is not here.
    pub fn renew(&self, days: Option<u32>, passphrase: &str, now: i64) -> Result<Manifest, DeskError> {
        let builder = self.builder();
        builder.amend(&builder.root(passphrase)?, now, |manifest| {
            let promised = days.map_or(manifest.renew_by - manifest.issued, |days| i64::from(days) * DAY_MS);
            manifest.renew_by = manifest.issued + promised;
        })
    }

    /// Takes a bundle that waited for signatures and has them. It is yet to be published.
    ///
    /// # Errors
    /// Too few signed it, it is of another mission, or another bundle came since it was proposed.
    pub fn take_waiting(&self, waiting: &WaitingBundle) -> Result<Manifest, DeskError> {
        self.builder().take_waiting(waiting)
    }

    /// Builds the bundle as [`Desk::build`] does, and publishes it; upon that of another desk, where that was faster.
    ///
    /// # Errors
    /// The tables have faults, the passphrase is wrong, or the server does not answer or refuses.
    pub fn build_and_publish(&self, passphrase: &str, now: i64, days: u32) -> Result<Manifest, DeskError> {
        self.bundles().build_and_publish(&self.link()?, self.builder(), (passphrase, now, days))
    }

    /// Sends what this desk decided about devices and the server does not have.
    ///
    /// # Errors
    /// The server does not answer or refuses: its bundle does not list this desk.
    pub fn publish_decisions(&self) -> Result<(), DeskError> {
        let link = self.link()?;
        link.enrolled()?;
        send_stranded(&link, &self.store)?;
        let refused = send_decisions(&link, &self.store)?.refused;
        refused.first().map_or(Ok(()), |(_, why)| Err(link.refused(*why)))
    }

    /// The server's counters, one `name value` a line.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn metrics(&self) -> Result<String, DeskError> {
        let link = self.link()?;
        let bytes = link.read(&link.enrolled()?, routes::METRICS)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Pulls what is new, verifies and opens it. `progress` is told how many objects are here. Waits for another pull into the same
    /// store, of this program or another one, to end.
    ///
    /// # Errors
    /// The server does not answer, or its log is not what it signed.
    pub fn pull(&mut self, now: i64, progress: &dyn Fn(u64)) -> Result<PullOutcome, DeskError> {
        self.learn()?;
        let first = self.pull_once(now, progress)?;
        // Keys came, or a bundle that names other issuers: what is here was opened again, and the rest of the errand is done with them.
        if self.learn()? || first.keys {
            return Ok(self.pull_once(now, progress)?.after(&first));
        }
        Ok(first)
    }

    fn pull_once(&mut self, now: i64, progress: &dyn Fn(u64)) -> Result<PullOutcome, DeskError> {
        let tree = self.tree.take();
        let (pulled, tree) = {
            let mut pull = LogPull {
                workspace: &self.workspace,
                own: self.own(),
                link: self.link()?,
                lacking: &self.lacking,
                tree,
            };
            (pull.run(now, progress), pull.tree)
        };
        self.tree = tree;
        pulled
    }

    fn learn(&mut self) -> Result<bool, DeskError> {
        let known = VerifiedStore { store: &self.store, trust: &self.trust };
        learn_keys(&self.workspace, known, &mut self.secrets)
    }

    /// Replaces the issuer's key, the reading key, or both: the other desks get them with the log, phones with the bundle, which is yet to be
    /// published. Invites that are out stay good unless the issuer before is ended; what was sealed to the reading key before stays readable.
    ///
    /// # Errors
    /// The passphrase is wrong, the root key is not here, or the disk refuses.
    pub fn rotate(&mut self, keys: RotatedKeys, passphrase: &str, now: i64) -> Result<Manifest, DeskError> {
        let root = self.builder().root(passphrase)?;
        // Places of a log that was replaced are none any more.
        begin_epoch(self.verified())?;
        let (place, mut kept) = (self.store.cursor()?, self.workspace.keys(passphrase)?);
        let (issuer, latest) = (SigningKey::generate(), self.manifest()?.reading_key().number);
        let reading = ReadingSecret::generate(latest + 1);
        // First where they are kept: no manifest names what could be lost, and none that nobody would hand over.
        self.store.set_setting(ROTATED, &latest.to_be_bytes())?;
        if keys.issuer {
            kept.issuers.push(*issuer.seed());
        }
        if keys.reading {
            kept.reading.retain(|seed| seed.number <= latest);
            kept.reading.push(ReadingSeed::of(&reading));
        }
        self.workspace.keep_keys(passphrase, &kept)?;
        let manifest = self.builder().amend(&root, now, |manifest| {
            if keys.issuer {
                let in_use = manifest.issuers.iter_mut().filter(|term| term.until.is_none());
                in_use.for_each(|term| term.until = keys.end_issuer.then_some(place));
                manifest.issuers.push(IssuerTerm { key: issuer.public(), from: place, until: None });
            }
            if keys.reading {
                manifest.reading.push(reading.public());
            }
        })?;
        self.secrets = DeskSecrets::of(&kept).ok_or_else(|| self.workspace.damaged("reading key"))?;
        self.learn()?;
        Ok(manifest)
    }

    /// Makes another TLS authority and lists it beside the one before, so that servers may go over to it one by one; what they are to have
    /// lies in `server/tls-next.pem` and `server/tls-next-key.pem` then. The bundle is yet to be published.
    ///
    /// # Errors
    /// The passphrase is wrong, the root key is not here, or the disk refuses.
    pub fn rotate_tls(&self, passphrase: &str, now: i64) -> Result<Manifest, DeskError> {
        let builder = self.builder();
        let root = builder.root(passphrase)?;
        let authority = self.workspace.next_authority(passphrase)?;
        builder.amend(&root, now, |manifest| manifest.tls_roots.push(authority.into()))
    }

    /// Ends every TLS authority but the last one: servers that still show another are foreign to whoever has this bundle. It is yet to be published.
    ///
    /// # Errors
    /// The passphrase is wrong, or the root key is not here.
    pub fn end_tls(&self, passphrase: &str, now: i64) -> Result<Manifest, DeskError> {
        let builder = self.builder();
        builder.amend(&builder.root(passphrase)?, now, |manifest| {
            let ended = manifest.tls_roots.len().saturating_sub(1);
            manifest.tls_roots.drain(..ended);
        })
    }

    /// Fetches the attachments that are lacking and that the server has; what broke off goes on.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn pull_attachments(&self) -> Result<FetchedAttachments, DeskError> {
        self.fetch_attachments(&self.attachments().list()?)
    }

    /// Fetches those of some attachments that are lacking. Each stands for itself: one that fails is told, and the others come.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn fetch_attachments(&self, rows: &[AttachmentRow]) -> Result<FetchedAttachments, DeskError> {
        let link = self.link()?;
        let fetched = self.attachments().fetch(&link, rows)?;
        if fetched.came > 0 {
            // Told with the next pull where it is not taken now.
            let board = self.board();
            board.publish(&link, board.last()?)?;
        }
        Ok(fetched)
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
        courier::deliver(&self.link()?, self.board(), (file, attachments), progress)
    }

    /// A courier file with the bundle, and receipts if there are any: for phones that have no network.
    ///
    /// # Errors
    /// No bundle was built.
    pub fn courier(&self, receipts: Vec<(Hash, Receipt)>, kept: Vec<(Hash, ByteVec)>) -> Result<Vec<u8>, DeskError> {
        courier::courier_file(self.board(), receipts, kept)
    }

    /// Hands the server everything again that is here of its log: it takes the bytes of what is damaged there, whoever signed it, and
    /// has the rest already. Gives how many objects it has now.
    ///
    /// # Errors
    /// The server does not answer, or the database fails.
    pub fn hand_back(&self) -> Result<usize, DeskError> {
        repair::hand_back(&self.link()?, &self.store)
    }

    /// Reads the server's whole log again, as far as it was pulled, and compares it with what is here. What is damaged there and whole here
    /// is handed to the server. `progress` is told how many entries were compared. Nothing to compare before the first pull.
    ///
    /// # Errors
    /// The server does not answer, signs something else than what was pulled, or the log here does not lead to what it signed.
    pub fn audit(&self, progress: &dyn Fn(u64)) -> Result<LogAudit, DeskError> {
        let link = self.link()?;
        LogAuditor::new(&link, self.heads())?.map_or_else(|| Ok(LogAudit::default()), |auditor| auditor.all(progress))
    }

    /// Asks the server for the end of attachments that are here: of all, or of some that nobody can foresee.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn audit_attachments(&self, most: Option<usize>) -> Result<AttachmentAudit, DeskError> {
        self.attachments().audit(&self.link()?, most)
    }

    /// Makes the folder of another desk of this mission: with the mission's keys but the root's, and a device of its own, which the next
    /// version of the bundle lists. It pulls the log itself. Give it away by hand; the passphrase is the same. The bundle is yet to
    /// be published.
    ///
    /// # Errors
    /// There is a mission in that folder, the root key is not here, or the disk refuses.
    pub fn add_desk(&self, folder: &Path, passphrase: &str, now: i64) -> Result<DeviceId, DeskError> {
        peers::add_desk(self.builder(), folder, DeskKind::Signs, passphrase, now)
    }

    /// As [`Desk::add_desk`], of a desk that reads and signs nothing: it has the reading keys and not the issuer's.
    ///
    /// # Errors
    /// As there.
    pub fn add_reader(&self, folder: &Path, passphrase: &str, now: i64) -> Result<DeviceId, DeskError> {
        peers::add_desk(self.builder(), folder, DeskKind::ReadsOnly, passphrase, now)
    }

    /// Ends a desk: what its device signed at this place of the log and behind it counts no more. Without a place, what is not here yet.
    /// One that was ended may be ended at an earlier place. A reader reads no more. The bundle is yet to be published.
    ///
    /// # Errors
    /// The manifest does not list it there, it is this one, or the root key is not here.
    pub fn end_desk(
        &self,
        device: DeviceId,
        place: Option<u64>,
        passphrase: &str,
        now: i64,
    ) -> Result<Manifest, DeskError> {
        begin_epoch(self.verified())?;
        let end = place.map_or_else(|| self.store.cursor(), Ok)?;
        let in_use = |term: &DeskTerm| term.device == device && term.until.is_none_or(|until| end < until);
        let listed = self.manifest()?;
        let known = listed.readers.contains(&device) || listed.desks.iter().any(in_use);
        if device == self.own().device() || !known {
            return Err(NotHere::Desk { device }.into());
        }
        let builder = self.builder();
        builder.amend(&builder.root(passphrase)?, now, |manifest| {
            let terms = manifest.desks.iter_mut().filter(|term| term.device == device);
            terms.for_each(|term| term.until = Some(end));
            manifest.readers.retain(|reader| *reader != device);
        })
    }

    /// Has another log take the place of the mission's, which was lost or went back: it begins with what is here of the log, up to a size
    /// where one is given, and its server has a new receipt key (`baqylau new-log`). The bundle is yet to be published.
    ///
    /// # Errors
    /// Less than that is here, the key signed a log of the mission before, or the root key is not here.
    pub fn begin_log(
        &self,
        key: PublicKey,
        size: Option<u64>,
        passphrase: &str,
        now: i64,
    ) -> Result<Manifest, DeskError> {
        if self.manifest()?.log.keys().contains(&key) {
            return Err(DeskError::KnownReceiptKey);
        }
        let (size, root) = vouchable(self.verified(), size)?;
        let builder = self.builder();
        builder.amend(&builder.root(passphrase)?, now, |manifest| {
            let log = &mut manifest.log;
            log.before.push(VouchedHead { key: log.key, size, root });
            (log.epoch, log.key) = (log.epoch + 1, key);
            manifest.end_places_at(size);
        })
    }

    /// Reinstates a phone: whatever was decided about it so far holds no more, and desks decide anew. The bundle is yet to be published.
    ///
    /// # Errors
    /// There is no such phone, or the root key is not here.
    pub fn reinstate(&self, device: DeviceId, passphrase: &str, now: i64) -> Result<Manifest, DeskError> {
        if !self.store.devices()?.iter().any(|d| d.device == device && d.role == Role::Observer) {
            return Err(NotHere::Device { device }.into());
        }
        begin_epoch(self.verified())?;
        let (builder, before) = (self.builder(), self.store.cursor()?);
        builder.amend(&builder.root(passphrase)?, now, |manifest| {
            manifest.reinstated.retain(|r| r.device != device);
            manifest.reinstated.push(Reinstatement { device, before });
        })
    }
}
