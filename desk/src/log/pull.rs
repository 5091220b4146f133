//! From the server's log into the store. Every page is verified before it is kept; at the end the log must lead to the root that
//! the server signed.

use crate::error::DeskError;
use crate::faults::{Contradiction, EntryFault, LogFault, ServerFault, ServerRefusal, Suspicion};
use crate::log::audit::LogAuditor;
use crate::log::bundles::PublishedBundles;
use crate::log::earlier_bundles::EarlierBundles;
use crate::log::epochs::begin_epoch;
use crate::log::heads::SignedHeads;
use crate::log::lacking::LackingFiles;
use crate::log::link::ServerLink;
use crate::log::notice::NoticeBoard;
use crate::log::overdue::{OverdueBundle, overdue};
use crate::log::pages::{Pulling, read};
use crate::log::peers::{apply_register, publish_register};
use crate::log::suspicions::compare_seen;
use crate::log::verify::{Opener, VerifiedPage};
use crate::log::witnessed::{WitnessCheck, Witnessing};
use crate::people::decisions::{Decisions, Dispute};
use crate::records::identity::OwnDevice;
use crate::store::{BeyondLimit, DeskStore, Gap, KnownDevice};
use crate::workspace::Workspace;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, PublicKey};
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::leaf_hash;
use baqylau_protocol::standing::{Standing, StandingDecision};
use baqylau_protocol::wire::LogPage;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// How often an end of the log that is not where the head says is asked for again.
const WITHHELD_TRIES: u32 = 20;

/// Counts of one pull, and what it left undone.
#[derive(Debug, Clone, Default)]
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
    /// Desks that enrolled. What they sign counts while the root lists them.
    pub desks: Vec<DeviceId>,
    /// Whether a desk handed keys to this one.
    pub keys: bool,
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
    /// Objects that are damaged at the server and not here, of this pull and of those before.
    pub gaps: Vec<Gap>,
    /// Why the server did not take what this desk tells phones of what it read.
    pub unheard: Option<ServerFault>,
    /// Of a few entries at random places, those that the server hands out otherwise than when they were pulled.
    pub changed: Vec<EntryFault>,
    /// Phones that sent more reports than are looked at, by this pull and those before.
    pub beyond: Vec<BeyondLimit>,
    /// Reports whose phones say that they had seen another log, of this pull and of those before.
    pub suspicions: Vec<Suspicion>,
    /// The bundle, where another one was promised by now.
    pub overdue: Option<OverdueBundle>,
    /// How far the log is witnessed, where the mission asks for it.
    pub witnessed: Option<Witnessing>,
    /// Why the server was lost when everything was stored: the sample, or telling phones what was read, is left to the next pull.
    pub cut_short: Option<Arc<DeskError>>,
}

/// Something that this desk signed and the server refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsentRecord {
    /// Counted from 1 in the chain of this desk; 0 for a decision about devices, which is in no chain.
    pub seq: u64,
    /// Why.
    pub why: ServerRefusal,
}

impl fmt::Display for UnsentRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, why } = self;
        write!(
            f,
            "record {seq} of this desk was not taken: {why}. It is kept, and the next pull sends it again; if that goes on, ask \
             whoever runs the server, and see whether this desk was revoked"
        )
    }
}

impl PullOutcome {
    /// Adds what was counted before the pull was done again.
    pub(crate) fn after(mut self, first: &Self) -> Self {
        self.objects += first.objects;
        self.devices += first.devices;
        self.opened += first.opened;
        self.reports += first.reports;
        self.strange += first.strange;
        self.desks.extend(&first.desks);
        self
    }

    /// Counts what was found in a page.
    pub(crate) fn count(&mut self, found: &VerifiedPage) {
        self.devices += found.devices.len();
        self.desks.extend(found.devices.iter().filter(|d| d.role == Role::Desk).map(|d| d.device));
        let opened = || found.envelopes.iter().filter_map(|e| e.plain.as_ref().ok());
        self.opened += opened().count();
        self.reports += opened().filter(|o| o.kind == ObjectType::Report).count();
        self.refused += found.envelopes.iter().filter(|e| e.plain.is_err()).count();
        self.strange += found.strange.len();
        self.keys |= found.envelopes.iter().any(|e| e.plain.as_ref().is_ok_and(|o| o.kind == ObjectType::Keys));
    }
}

/// Pulls from the server's log into the store.
pub(crate) struct LogPull<'d> {
    pub workspace: &'d Workspace,
    pub own: OwnDevice<'d>,
    pub link: ServerLink<'d>,
    /// Which files were lacking, where an earlier pull left it.
    pub lacking: &'d RefCell<LackingFiles>,
    /// The tree of what was pulled, where an earlier pull left it.
    pub tree: Option<MerkleTree>,
}

impl<'d> LogPull<'d> {
    fn store(&self) -> &'d DeskStore {
        self.own.known.store
    }

    fn heads(&self) -> SignedHeads<'d> {
        SignedHeads { workspace: self.workspace, known: self.own.known }
    }

    fn decisions(&self) -> Decisions<'d> {
        Decisions { own: self.own }
    }

    pub(super) fn opener(&self) -> Result<Opener<'d>, DeskError> {
        Ok(Opener::of(self.own.known.manifest()?, self.own.secrets))
    }

    /// Pulls what is new, verifies and opens it, and sends what this desk signed.
    pub fn run(&mut self, now: i64, progress: &dyn Fn(u64)) -> Result<PullOutcome, DeskError> {
        let _alone = self.workspace.alone()?;
        let bundles = PublishedBundles { workspace: self.workspace, known: self.own.known };
        let identity = match self.link.enrolled() {
            // Another log may have taken the place of the one that is known here.
            Err(DeskError::Server { why: ServerFault::Receipt { .. }, .. }) => {
                bundles.refresh(&self.link)?;
                self.link.enrolled()?
            }
            known => known?,
        };
        bundles.refresh(&self.link)?;
        if begin_epoch(self.own.known)? {
            self.tree = None;
        }
        let mut pulled = PullOutcome::default();
        // Only a server whose log holds what was pulled before gets what this desk signed; and a desk whose store was lost finds its own
        // chain there.
        self.fetch(&identity, &mut pulled, progress)?;
        // What came cannot be judged without them: they are learned, and this is done again.
        if pulled.keys {
            return Ok(pulled);
        }
        // In the old order, before what was decided since.
        if self.send_stranded()? > 0 {
            self.fetch(&identity, &mut pulled, progress)?;
        }
        if self.own.may_sign().is_ok() {
            publish_register(self.own)?;
            self.own.hand_over_keys()?;
        }
        if self.send_records(&mut pulled)? > 0 {
            self.fetch(&identity, &mut pulled, progress)?;
        }
        pulled.sent_again = self.store().send_again()?;
        self.fill_gaps(&identity, &mut pulled)?;
        if self.store().register_came()? {
            apply_register(self.own.known)?;
        }
        // What people decided at other desks is here by now, and holds against it wherever it stands in the log.
        if self.settle_devices(&mut pulled, now)? && self.send_records(&mut pulled)? > 0 {
            self.fetch(&identity, &mut pulled, progress)?;
        }
        pulled.disputes = self.decisions().disputes()?;
        pulled.beyond = self.store().beyond_limit()?;
        let tree = self.tree()?;
        pulled.suspicions = compare_seen(self.own.known, &tree, now)?;
        pulled.witnessed = WitnessCheck { link: &self.link, heads: self.heads(), tree: &tree }.run(now)?;
        self.tree = Some(tree);
        pulled.overdue = overdue(self.own.known, now)?;
        match self.conclude(&mut pulled, now) {
            Err(lost) if lost.may_pass() => pulled.cut_short = Some(Arc::new(lost)),
            done => done?,
        }
        Ok(pulled)
    }

    /// What needs the server once more when everything is stored.
    fn conclude(&self, pulled: &mut PullOutcome, now: i64) -> Result<(), DeskError> {
        let board = NoticeBoard { workspace: self.workspace, own: self.own, lacking: self.lacking };
        pulled.unheard = board.publish(&self.link, now)?;
        EarlierBundles { known: self.own.known }.offer(&self.link)?;
        if let Some(auditor) = LogAuditor::new(&self.link, self.heads())? {
            auditor.a_few(&mut pulled.changed)?;
        }
        Ok(())
    }

    /// Sends what this desk signed and the server has not yet; gives how many it took.
    fn send_records(&self, pulled: &mut PullOutcome) -> Result<usize, DeskError> {
        let store = self.store();
        let records =
            send_each(&self.link, store.waiting_records()?, |seq, receipt| store.receipt_record(seq, receipt))?;
        let decided = send_decisions(&self.link, store)?;
        let of_chain = records.refused.into_iter().map(|(seq, why)| UnsentRecord { seq, why });
        let of_none = decided.refused.into_iter().map(|(_, why)| UnsentRecord { seq: 0, why });
        pulled.unsent = of_chain.chain(of_none).collect();
        Ok(records.sent + decided.sent)
    }

    /// Fetches the log to its end. What does not lead to the head that the server signed is not kept: a server that was put right is
    /// pulled from again.
    fn fetch(
        &mut self,
        identity: &DeviceId,
        pulled: &mut PullOutcome,
        progress: &dyn Fn(u64),
    ) -> Result<(), DeskError> {
        let known = self.own.known.known_devices()?;
        let vouched = self.own.known.manifest()?.log.kept();
        let mut log = Pulling { tree: self.tree()?, known, vouched, suspects: Vec::new(), misled: false };
        let done = self.fetch_pages(identity, &mut log, pulled, progress);
        match done {
            Ok(()) => self.tree = Some(log.tree),
            Err(_) if log.misled => self.store().cut_back(self.heads().verified()?.map_or(0, |head| head.size))?,
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
            let from = self.store().cursor()?;
            let page = self.link.page(identity, from)?;
            let head = page.head.clone();
            let (size, end) = self.keep(page, from, log, pulled)?;
            progress(self.store().cursor()?);
            if end && size == log.tree.len() as u64 {
                return Ok(());
            }
            // A commit may lie between the head and the page; a server that withholds objects stays behind its own head.
            tries += u32::from(end);
            if tries > WITHHELD_TRIES {
                let here = log.tree.len() as u64;
                let withheld = Contradiction::Withheld { signed: size, here };
                let why = (withheld, LogFault::Withheld { signed: size, here });
                return Err(self.heads().contradicted(&head, size, why)?);
            }
        }
    }

    /// The tree of what is here, kept from the pull before; another program may have pulled into the same store.
    fn tree(&mut self) -> Result<MerkleTree, DeskError> {
        let here = self.store().cursor()?;
        if let Some(tree) = self.tree.take().filter(|tree| tree.len() as u64 == here) {
            return Ok(tree);
        }
        self.store().tree(here)
    }

    /// Gives how large the log is by the page's head, and whether the page held nothing of that.
    fn keep(
        &mut self,
        mut page: LogPage,
        from: u64,
        log: &mut Pulling,
        pulled: &mut PullOutcome,
    ) -> Result<(u64, bool), DeskError> {
        let head = self.heads().open(&page.head)?.ok_or(LogFault::Head)?;
        // Nobody vouches yet for what lies beyond the head; it comes again with the next one.
        page.entries.truncate(usize::try_from(head.size.saturating_sub(from)).unwrap_or(usize::MAX));
        let (objects, gaps) = read(page.entries, from);
        let found = self.opener()?.page(from, &objects, &log.known);
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
            return Err(self.heads().contradicted(&page.head, head.size, (root, why))?);
        }
        if !objects.is_empty() {
            self.store().add_page(from, &objects, found.contents(), &gaps)?;
        }
        // Only a head that everything here leads to takes the place of the one before.
        if head.size == log.tree.len() as u64 {
            self.heads().note(&page.head)?;
        }
        pulled.objects += objects.len() - gaps.len();
        pulled.count(&found);
        log.known.extend(found.devices.into_iter().map(|d| (d.device, d)));
        Ok((head.size, objects.is_empty()))
    }

    /// Confirms new devices where the mission says so. An invite serves once: two devices that enrolled with one before either was
    /// confirmed are both contested; one that comes after a confirmed one is contested alone. Gives whether anything was decided.
    fn settle_devices(&mut self, pulled: &mut PullOutcome, now: i64) -> Result<bool, DeskError> {
        if self.own.may_sign().is_err() || !self.workspace.tables()?.mission.confirm_on_pull {
            return Ok(false);
        }
        let standings = self.own.known.standings()?;
        let undecided = |d: &&KnownDevice| standings.of(d.device).is_none();
        let devices = self.store().devices()?;
        let mut by_invite: BTreeMap<PublicKey, Vec<&KnownDevice>> = BTreeMap::new();
        let phones = devices.iter().filter(|d| d.role == Role::Observer);
        phones.for_each(|d| by_invite.entry(d.invite).or_default().push(d));
        let mut decisions = Vec::new();
        for same in by_invite.into_values() {
            let once = same.len() == 1;
            let standing = if once { Standing::Confirmed } else { Standing::Contested };
            for device in same.into_iter().filter(|d| d.in_time).filter(undecided) {
                match standing {
                    Standing::Confirmed => pulled.confirmed += 1,
                    Standing::Contested | Standing::Revoked => pulled.contested += 1,
                }
                decisions.push(StandingDecision::new(device.device, standing));
            }
        }
        Ok(self.decisions().settle(&decisions, now)? > 0)
    }
}

/// What became of objects that this desk signed.
pub(crate) struct SentObjects<N> {
    /// How many the server took.
    pub sent: usize,
    /// By their numbers here.
    pub refused: Vec<(N, ServerRefusal)>,
}

/// Sends what this desk decided about devices and the server does not have.
pub(crate) fn send_decisions(link: &ServerLink<'_>, store: &DeskStore) -> Result<SentObjects<i64>, DeskError> {
    send_each(link, store.waiting_decisions()?, |id, receipt| store.receipt_decision(id, receipt))
}

/// Has objects logged, each with its number here. Each receipt is kept at once; what is refused keeps nothing else waiting.
fn send_each<N: Copy>(
    link: &ServerLink<'_>,
    waiting: Vec<(N, Vec<u8>)>,
    keep: impl Fn(N, &[u8]) -> Result<(), DeskError>,
) -> Result<SentObjects<N>, DeskError> {
    let mut done = SentObjects { sent: 0, refused: Vec::new() };
    for (number, bytes) in waiting {
        match link.log(bytes) {
            Ok(receipt) => {
                keep(number, &receipt)?;
                done.sent += 1;
            }
            Err(DeskError::Refused { why, .. }) => done.refused.push((number, why)),
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}
