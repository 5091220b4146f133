//! From the server's log into the store. Every page is verified before it is kept; at the end the log must lead to the root that
//! the server signed.

use crate::error::DeskError;
use crate::log::faults::{Contradiction, LogFault, ObjectFault};
use crate::log::link::block;
use crate::log::pages::{Pulling, read};
use crate::log::peers::hashes;
use crate::log::rosters::Dispute;
use crate::log::verify::{Opener, VerifiedPage};
use crate::store::{DeskStore, Gap, KnownDevice, LogObject};
use crate::workspace::identity::UnsentRecord;
use crate::workspace::{Desk, published};
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash, PublicKey};
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::{TreeHead, leaf_hash};
use baqylau_protocol::roster::{RosterEntry, Standing};
use baqylau_protocol::routes;
use baqylau_protocol::wire::LogPage;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;

/// How often an end of the log that is not where the head says is asked for again.
const WITHHELD_TRIES: u32 = 20;
/// The setting that holds the last head that the log here led to.
pub(crate) const HEAD: &str = "head";
/// What a pull did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullOutcome {
    /// New objects.
    pub objects: usize,
    /// New devices.
    pub devices: usize,
    /// Envelopes that were opened.
    pub opened: usize,
    /// Reports among them.
    pub reports: usize,
    /// Envelopes that could not be verified or opened.
    pub refused: usize,
    /// Objects that are neither enrolment nor envelope.
    pub strange: usize,
    /// Devices that were confirmed.
    pub confirmed: usize,
    /// Whether another desk told of the register.
    pub told: bool,
    /// Devices that share an invite with another; counted nowhere until it is decided.
    pub contested: usize,
    /// Phones that two desks revoked at different places, and nobody has decided since.
    pub disputes: Vec<Dispute>,
    /// What this desk signed and had a receipt for, but is not in the log: the next pull sends it again.
    pub sent_again: usize,
    /// What this desk signed and the server refused, with its reasons: kept, and sent again by the next pull.
    pub unsent: Vec<UnsentRecord>,
    /// Objects that were damaged at the server and came whole now.
    pub filled: usize,
    /// What is damaged at the server and is not here.
    pub gaps: Vec<Gap>,
}

impl PullOutcome {
    /// Counts what was found in a page.
    pub(crate) fn count(&mut self, found: &VerifiedPage) {
        self.devices += found.devices.len();
        let opened = || found.envelopes.iter().filter_map(|e| e.plain.as_ref().ok());
        self.opened += opened().count();
        self.reports += opened().filter(|o| o.kind == ObjectType::Report).count();
        self.refused += found.envelopes.iter().filter(|e| e.plain.is_err()).count();
        self.strange += found.strange.len();
        self.told |= found.envelopes.iter().any(crate::log::peers::is_register);
    }
}

impl Desk {
    /// Publishes the bundle to the server.
    ///
    /// # Errors
    /// The server does not answer or refuses; it has another desk's ([`DeskError::Conflict`]).
    pub fn publish(&self) -> Result<(), DeskError> {
        let body = published(&self.folder)?;
        let place = baqylau_protocol::published::manifest(&body).ok().flatten();
        let manifest = place.and_then(|place| body.get(place)).map(<[u8]>::to_vec);
        block(async { self.link()?.post(routes::BUNDLE, body).await })?;
        let Some(manifest) = manifest else { return Ok(()) };
        self.store.set_setting(crate::log::peers::PUBLISHED, &Hash::of(&manifest).0)?;
        self.note_tables(&hashes(&self.manifest_of(&manifest)?.parts))
    }

    /// The server's counters, one `name value` a line.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn metrics(&self, now: i64) -> Result<String, DeskError> {
        let identity = self.enrolled(now)?;
        let bytes = block(async { self.link()?.read(&identity, routes::METRICS.into()).await })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Pulls what is new, verifies and opens it. `progress` is told how many objects are here. Waits for another pull into the same
    /// store, of this program or another one, to end.
    ///
    /// # Errors
    /// The server does not answer, or its log is not what it signed.
    pub fn pull(&mut self, now: i64, progress: &dyn Fn(u64)) -> Result<PullOutcome, DeskError> {
        let _alone = self.alone()?;
        let identity = self.enrolled(now)?;
        self.refresh_bundle()?;
        self.publish_register(now)?;
        let mut pulled = PullOutcome::default();
        // Only a server whose log holds what was pulled before gets what this desk signed.
        self.fetch(&identity, &mut pulled, progress)?;
        if self.send_records(&mut pulled)? > 0 {
            self.fetch(&identity, &mut pulled, progress)?;
        }
        pulled.sent_again = self.store.send_again()?;
        self.fill_gaps(&identity, &mut pulled)?;
        if pulled.told {
            self.apply_register()?;
        }
        // What people decided at other desks comes first: nothing is confirmed by itself against it.
        self.settle_roster(&identity)?;
        if self.settle_devices(&mut pulled)? {
            self.settle_roster(&identity)?;
        }
        pulled.disputes = self.disputes()?;
        Ok(pulled)
    }

    /// Held by whoever pulls: two that begin at the same place of the log would both write what follows. It is a lock on the folder
    /// itself, which needs no room on the disk, and ends with the program that holds it.
    fn alone(&self) -> Result<File, DeskError> {
        let io = |e: std::io::Error| DeskError::file(&self.folder, e);
        let folder = File::open(&self.folder).map_err(io)?;
        folder.lock().map_err(io)?;
        Ok(folder)
    }

    /// Fetches the log to its end. What does not lead to the head that the server signed is not kept: a server that was put right is
    /// pulled from again.
    fn fetch(
        &mut self,
        identity: &DeviceId,
        pulled: &mut PullOutcome,
        progress: &dyn Fn(u64),
    ) -> Result<(), DeskError> {
        let mut log = Pulling { tree: self.tree()?, known: HashMap::new(), suspects: Vec::new(), misled: false };
        log.known.extend(self.store.devices()?.into_iter().map(|d| (d.device, d)));
        let done = self.fetch_pages(identity, &mut log, pulled, progress);
        match done {
            Ok(()) => self.tree = Some(log.tree),
            Err(_) if log.misled => self.store.cut_back(self.signed_head()?.map_or(0, |head| head.size))?,
            Err(_) => {}
        }
        done
    }

    fn fetch_pages(
        &mut self,
        identity: &DeviceId,
        log: &mut Pulling,
        pulled: &mut PullOutcome,
        progress: &dyn Fn(u64),
    ) -> Result<(), DeskError> {
        let mut tries = 0;
        loop {
            let from = self.store.cursor()?;
            let page = block(async { self.link()?.page(identity, from).await })?;
            let head = page.head.clone();
            let (size, end) = self.keep(page, from, log, pulled)?;
            progress(self.store.cursor()?);
            if end && size == log.tree.len() as u64 {
                return Ok(());
            }
            // A commit may lie between the head and the page; a server that withholds objects stays behind its own head.
            tries += u32::from(end);
            if tries > WITHHELD_TRIES {
                let here = log.tree.len() as u64;
                let withheld = Contradiction::Withheld { signed: size, here };
                return Err(self.contradicted(&head, size, (withheld, LogFault::Withheld { signed: size, here }))?);
            }
        }
    }

    /// Keeps a head of some size that contradicts the log here, and gives what to say of it: that the log went back, where a larger one
    /// was verified and kept, or what else is wrong.
    fn contradicted(
        &self,
        head: &[u8],
        signed: u64,
        (why, otherwise): (Contradiction, LogFault),
    ) -> Result<DeskError, DeskError> {
        if let Some(kept) = self.signed_head()?.filter(|kept| kept.size > signed) {
            let pulled = kept.size;
            self.store.add_evidence(head, Contradiction::WentBack { signed, pulled })?;
            return Ok(DeskError::Shrunk { signed, pulled });
        }
        self.store.add_evidence(head, why)?;
        Ok(otherwise.into())
    }

    /// The tree of what is here, kept from the pull before; another program may have pulled into the same store.
    fn tree(&mut self) -> Result<MerkleTree, DeskError> {
        let here = self.store.cursor()?;
        if let Some(tree) = self.tree.take().filter(|tree| tree.len() as u64 == here) {
            return Ok(tree);
        }
        let mut tree = MerkleTree::default();
        self.store.leaves()?.iter().for_each(|(hash, received)| tree.push(leaf_hash(*hash, *received)));
        Ok(tree)
    }

    /// The last head that the log here led to: how large the log was, and the bytes that the server signed.
    ///
    /// # Errors
    /// The store is damaged.
    pub fn last_head(&self) -> Result<Option<(u64, Vec<u8>)>, DeskError> {
        Ok(self.signed_head()?.map(|head| head.size).zip(self.store.setting(HEAD)?))
    }

    pub(crate) fn signed_head(&self) -> Result<Option<TreeHead>, DeskError> {
        let Some(bytes) = self.store.setting(HEAD)? else { return Ok(None) };
        let head = TreeHead::open(&bytes, &self.receipt_keys()?, self.mission());
        head.map(Some).map_err(|_| baqylau_sqlite::StorageError::Damaged { path: self.folder.join("desk.db") }.into())
    }

    /// Gives how large the log is by the page's head, and whether the page held nothing of that.
    fn keep(
        &mut self,
        mut page: LogPage,
        from: u64,
        log: &mut Pulling,
        pulled: &mut PullOutcome,
    ) -> Result<(u64, bool), DeskError> {
        let head = TreeHead::open(&page.head, &self.receipt_keys()?, self.mission()).map_err(|_| LogFault::Head)?;
        // Nobody vouches yet for what lies beyond the head; it comes again with the next one.
        page.entries.truncate(usize::try_from(head.size.saturating_sub(from)).unwrap_or(usize::MAX));
        let (objects, gaps) = read(page.entries, from);
        let opener = Opener { mission: self.mission(), issuer: self.issuer.public(), reading: &self.reading };
        let found = opener.page(from, &objects, &log.known);
        log.suspects.extend(found.strange.iter().cloned());
        log.suspects.extend(found.envelopes.iter().filter_map(|e| Some((e.index, *e.plain.as_ref().err()?))));
        let mut verified = log.check(&head);
        for object in &objects {
            log.tree.push(leaf_hash(object.hash, object.received));
            // The moment the log here is as long as the head says, both must agree.
            verified = verified.and_then(|()| log.check(&head));
        }
        if let Err(why) = verified {
            let root = Contradiction::Root { signed: head.size };
            return Err(self.contradicted(&page.head, head.size, (root, why))?);
        }
        if !objects.is_empty() {
            self.store.add_page(from, &objects, &found.devices, &found.envelopes, &gaps)?;
        }
        // Only a head that everything here leads to takes the place of the one before.
        if head.size == log.tree.len() as u64 {
            self.store.set_setting(HEAD, &page.head)?;
        }
        pulled.objects += objects.len() - gaps.len();
        pulled.count(&found);
        log.known.extend(found.devices.into_iter().map(|d| (d.device, d)));
        Ok((head.size, objects.is_empty()))
    }

    /// Confirms new devices where the mission says so. An invite serves once: two devices that enrolled with one before either was
    /// confirmed are both contested; one that comes after a confirmed one is contested alone. Gives whether
    /// the roster changed.
    fn settle_devices(&mut self, pulled: &mut PullOutcome) -> Result<bool, DeskError> {
        if !self.source()?.mission.confirm_on_pull {
            return Ok(false);
        }
        let roster = self.roster()?.map(|(r, _)| r);
        let standing = |d: &KnownDevice| roster.as_ref().and_then(|r| r.find(d.device)).map(|e| e.standing);
        let devices = self.store.devices()?;
        let mut by_invite: BTreeMap<PublicKey, Vec<&KnownDevice>> = BTreeMap::new();
        devices.iter().for_each(|d| by_invite.entry(d.invite).or_default().push(d));
        let mut changes = Vec::new();
        for same in by_invite.into_values() {
            let once = same.len() == 1 && standing(same[0]).is_none();
            let verdict = if once { Standing::Confirmed } else { Standing::Contested };
            for device in same.into_iter().filter(|d| d.in_time && standing(d).is_none()) {
                match verdict {
                    Standing::Confirmed => pulled.confirmed += 1,
                    Standing::Contested | Standing::Revoked => pulled.contested += 1,
                }
                changes.push(RosterEntry::new(device.device, verdict));
            }
        }
        Ok(self.change_roster(changes)?.is_some())
    }
}

/// How many envelopes of a store verify again now, and which do not: everything, from the bytes of the log.
///
/// # Errors
/// The database fails.
pub fn verify_all(desk: &Desk) -> Result<(usize, Vec<(u64, ObjectFault)>), DeskError> {
    let store: &DeskStore = &desk.store;
    let opener = Opener { mission: desk.mission(), issuer: desk.issuer.public(), reading: &desk.reading };
    let objects: Vec<LogObject> = store.objects()?.into_iter().map(|(_, o)| o).collect();
    let found = opener.page(0, &objects, &HashMap::new());
    let altered = objects.iter().zip(0..).filter(|(o, _)| !o.is_gap() && Hash::of(&o.bytes) != o.hash);
    let mut faults: Vec<(u64, ObjectFault)> = altered.map(|(_, i)| (i, ObjectFault::Altered)).collect();
    let noted = store.gaps()?;
    let emptied =
        objects.iter().zip(0..).filter(|(o, i)| o.is_gap() && noted.binary_search_by_key(i, |gap| gap.index).is_err());
    faults.extend(emptied.map(|(_, i)| (i, ObjectFault::Gone)));
    faults.extend(noted.iter().map(|gap| (gap.index, ObjectFault::Gap(*gap))));
    let unopened = found.envelopes.iter().filter_map(|e| Some((e.index, *e.plain.as_ref().err()?)));
    faults.extend(found.strange.into_iter().chain(unopened).map(|(i, why)| (i, ObjectFault::Unverifiable(why))));
    Ok((found.envelopes.iter().filter(|e| e.plain.is_ok()).count(), faults))
}
