//! The server's log, read again: whether it still hands out what it handed out before. A disk rots and a server changes after a pull, and
//! no pull reads twice. Nobody signed what differs, so it is a fault that is named and no evidence.

use crate::error::DeskError;
use crate::faults::{Contradiction, EntryDifference, EntryFault, LogFault, ServerFault, StorageError};
use crate::log::courier::batches;
use crate::log::heads::SignedHeads;
use crate::log::link::ServerLink;
use crate::log::pages::read;
use crate::store::{Gap, LogObject};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::keys::random;
use baqylau_protocol::merkle::is_consistent;
use baqylau_protocol::receipt::TreeHead;
use baqylau_protocol::routes;
use baqylau_protocol::wire::{ConsistencyProof, LogPage, MAX_BATCH};

/// How many faults are named; the others are counted. Memory stays bounded, whatever a server says.
const NAMED: usize = 200;
/// After how many pages without an entry the rest is counted as left out.
const EMPTY_PAGES: u32 = 16;
/// How many places of the log a pull reads again: each is a request, which takes a second on a line by satellite.
const REREAD_PLACES: u64 = 2;
/// How many entries it reads at each.
const REREAD_ENTRIES: u64 = 16;

/// Whether what the server signs now goes on from what was pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuditedHead {
    /// It signs what was pulled, and nothing more.
    #[default]
    Same,
    /// It signs more, and proved that this begins with what was pulled.
    Proved {
        /// How many objects it signs.
        signed: u64,
    },
    /// It signs more, and proved nothing: the next pull compares.
    Unproved {
        /// How many objects it signs.
        signed: u64,
    },
}

/// What a whole log turned out to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogAudit {
    /// How many entries were compared.
    pub compared: u64,
    /// What the server signs now.
    pub head: AuditedHead,
    /// What differs still, in the order of the log; the first 200.
    pub faults: Vec<EntryFault>,
    /// How many differ beyond these.
    pub unnamed: u64,
    /// Objects that were damaged at the server, were handed to it again, and are whole there now.
    pub mended: usize,
}

impl LogAudit {
    fn name(&mut self, found: Vec<EntryFault>) {
        let room = NAMED.saturating_sub(self.faults.len());
        self.unnamed += found.len().saturating_sub(room) as u64;
        self.faults.extend(found.into_iter().take(room));
    }
}

/// Reads a server's log again, as far as the last head that was verified covers it.
pub(crate) struct LogAuditor<'a, 'd> {
    link: &'a ServerLink<'d>,
    heads: SignedHeads<'d>,
    identity: DeviceId,
    /// The last head that the log here led to.
    kept: TreeHead,
}

impl<'a, 'd> LogAuditor<'a, 'd> {
    /// `None` where nothing was pulled yet.
    pub(crate) fn new(link: &'a ServerLink<'d>, heads: SignedHeads<'d>) -> Result<Option<Self>, DeskError> {
        let Some(kept) = heads.verified()? else { return Ok(None) };
        Ok(Some(Self { link, heads, identity: link.enrolled()?, kept }))
    }

    /// Everything, page by page; what is damaged there and whole here is handed to the server, and looked at again.
    pub(crate) fn all(&self, progress: &dyn Fn(u64)) -> Result<LogAudit, DeskError> {
        self.own_log()?;
        let mut audit = LogAudit::default();
        let (mut latest, mut next, mut left_out) = (None, 0, 0);
        while next < self.kept.size {
            let (behind, found, head) = self.compare(next, self.kept.size, MAX_BATCH)?;
            let all_left_out =
                found.len() as u64 == behind - next && found.iter().all(|f| f.what == EntryDifference::Missing);
            left_out = if all_left_out { left_out + 1 } else { 0 };
            audit.compared += behind - next;
            audit.name(found);
            (next, latest) = (behind, Some(head));
            progress(next);
            if left_out == EMPTY_PAGES {
                audit.unnamed += self.kept.size - next;
                break;
            }
        }
        if let Some(head) = latest {
            audit.head = self.goes_on(&head)?;
        }
        self.mend(&mut audit)?;
        Ok(audit)
    }

    /// What the server's entries are compared with has to lead to what it signed.
    fn own_log(&self) -> Result<(), DeskError> {
        let tree = self.heads.known.store.tree(self.kept.size)?;
        match tree.root_at(self.kept.size) == Some(self.kept.root) {
            true => Ok(()),
            false => Err(StorageError::Damaged { path: self.heads.workspace.store() }.into()),
        }
    }

    /// Adds what is wrong with a few entries at places that nobody can foresee, as far as it comes. What was a gap when it was pulled, and
    /// is one still, is told elsewhere.
    pub(crate) fn a_few(&self, found: &mut Vec<EntryFault>) -> Result<(), DeskError> {
        let gap = |fault: &EntryFault| !fault.here && fault.what == EntryDifference::Damaged;
        for from in places_to_read(self.kept.size) {
            let mut next = from;
            let until = (from + REREAD_ENTRIES).min(self.kept.size);
            while next < until {
                let most = usize::try_from(until - next).unwrap_or(MAX_BATCH);
                let (behind, faults, _) = self.compare(next, until, most)?;
                let new =
                    faults.into_iter().filter(|fault| !gap(fault) && found.iter().all(|f| f.index != fault.index));
                let new: Vec<EntryFault> = new.collect();
                found.extend(new);
                next = behind;
            }
        }
        found.sort_unstable_by_key(|fault| fault.index);
        Ok(())
    }

    /// Compares a page from a place on. Gives the place behind what was compared, what differs, and the page's head.
    fn compare(&self, from: u64, until: u64, most: usize) -> Result<(u64, Vec<EntryFault>, TreeHead), DeskError> {
        let page = self.page(from, most)?;
        let head = self.heads.open(&page.head)?.ok_or(LogFault::Head)?;
        let contradiction = (Contradiction::Root { signed: head.size }, LogFault::root(head.size, &[]));
        if head.size < self.kept.size || (head.size == self.kept.size && head.root != self.kept.root) {
            return Err(self.heads.contradicted(&page.head, head.size, contradiction)?);
        }
        let (said, damaged) = read(page.entries, from);
        let room = usize::try_from(until - from).unwrap_or(usize::MAX);
        let pulled = self.heads.known.store.objects_from(from, most.min(room))?;
        let (compared, found) = differences(from, &pulled, &said, &damaged);
        Ok((from + compared.max(1), found, head))
    }

    /// A server of an earlier version knows whole pages only.
    fn page(&self, from: u64, most: usize) -> Result<LogPage, DeskError> {
        let asked = self.link.page_part(&self.identity, from, most);
        let earlier =
            |e: &DeskError| matches!(e, DeskError::Server { why: ServerFault::Status { status: 400, .. }, .. });
        let mut page = match asked {
            Err(e) if earlier(&e) => self.link.page(&self.identity, from)?,
            asked => asked?,
        };
        page.entries.truncate(most);
        Ok(page)
    }

    /// Whether a head begins with the one that is kept. No proof, or a wrong one, is evidence of nothing.
    fn goes_on(&self, head: &TreeHead) -> Result<AuditedHead, DeskError> {
        let signed = head.size;
        if signed == self.kept.size {
            return Ok(AuditedHead::Same);
        }
        let proof = self.link.find(&routes::consistency(self.kept.size, signed))?;
        let proof = proof.and_then(|bytes| cbor::decode::<ConsistencyProof>(&bytes, "consistency").ok());
        let (one, other) = ((self.kept.size, self.kept.root), (signed, head.root));
        Ok(match proof.is_some_and(|proof| is_consistent(one, other, &proof.hashes)) {
            true => AuditedHead::Proved { signed },
            false => AuditedHead::Unproved { signed },
        })
    }

    /// A server takes the bytes of what it knows to be damaged. Of what it says to be something else it would take them as new.
    fn mend(&self, audit: &mut LogAudit) -> Result<(), DeskError> {
        let store = self.heads.known.store;
        let damaged = |fault: &EntryFault| fault.here && fault.what == EntryDifference::Damaged;
        let mut whole = Vec::new();
        for fault in audit.faults.iter().filter(|fault| damaged(fault)) {
            whole.extend(store.objects_from(fault.index, 1)?.into_iter().map(|object| object.bytes.into()));
        }
        for batch in batches(whole) {
            self.link.log_all(batch)?;
        }
        for fault in std::mem::take(&mut audit.faults) {
            let still = match damaged(&fault) {
                true => self.compare(fault.index, fault.index + 1, 1)?.1,
                false => vec![fault],
            };
            audit.mended += usize::from(still.is_empty());
            audit.faults.extend(still);
        }
        Ok(())
    }
}

/// Where a few entries of a log of this size are read again: everywhere, where it is that small.
fn places_to_read(size: u64) -> Vec<u64> {
    let places = size.div_ceil(REREAD_ENTRIES);
    if places <= REREAD_PLACES {
        return (0..places).map(|place| place * REREAD_ENTRIES).collect();
    }
    (0..REREAD_PLACES).map(|_| u64::from_be_bytes(random()) % size).collect()
}

/// What differs between entries that were pulled and those that are said to stand there now, and how many were compared. One that is left
/// out moves the others: it is found by the next that is as it was.
fn differences(from: u64, pulled: &[LogObject], said: &[LogObject], damaged: &[Gap]) -> (u64, Vec<EntryFault>) {
    let mut found = Vec::new();
    let mut at = 0;
    let fault = |at: usize, what| {
        let object: &LogObject = &pulled[at];
        let here = !object.is_gap() && Hash::of(&object.bytes) == object.hash;
        EntryFault { index: from + at as u64, hash: object.hash, here, what }
    };
    for (object, place) in said.iter().zip(from..) {
        let Some(own) = pulled.get(at) else { break };
        let same = |other: &LogObject| other.hash == object.hash && other.received == object.received;
        if object.hash != own.hash
            && let Some(left_out) = pulled[at..].iter().position(same)
        {
            found.extend((at..at + left_out).map(|at| fault(at, EntryDifference::Missing)));
            at += left_out;
        } else if object.hash != own.hash {
            found.push(fault(at, EntryDifference::Altered { there: object.hash }));
            at += 1;
            continue;
        }
        let own = &pulled[at];
        if damaged.binary_search_by_key(&place, |gap| gap.index).is_ok() {
            found.push(fault(at, EntryDifference::Damaged));
        } else if own.received != object.received {
            found.push(fault(at, EntryDifference::OtherTime { signed: own.received, said: object.received }));
        }
        at += 1;
    }
    // A page without an entry: what was asked for is left out.
    if said.is_empty() && !pulled.is_empty() {
        found.push(fault(0, EntryDifference::Missing));
        at = 1;
    }
    (at as u64, found)
}
