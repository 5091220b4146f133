//! The phones of the mission: whose they are, how much of each chain is here, and what is missing.

use crate::error::DeskError;
use crate::store::{KnownDevice, VerifiedStore};
use baqylau_protocol::authority::DeskTerm;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::standing::Standing;
use baqylau_report::ChainClose;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A phone as its chain shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// The first 16 bytes of the hash of its enrolment.
    pub device: DeviceId,
    /// The code and team of the person, when the register knows.
    pub person: Option<(String, String)>,
    /// What holds; `None` when nobody decided yet.
    pub standing: Option<Standing>,
    /// The other number after which it was revoked, when two desks disagree.
    pub disputed: Option<u64>,
    /// The phone that it replaces.
    pub replaces: Option<DeviceId>,
    /// When its enrolment was received, in milliseconds since 1970.
    pub enrolled: i64,
    /// When its last envelope was received.
    pub heard: Option<i64>,
    /// Envelopes that are here, each number once.
    pub received: usize,
    /// Numbers that are missing before the last that is known.
    pub missing: Vec<u64>,
    /// Whether it signed that nothing follows.
    pub closed: bool,
    /// Numbers that two different envelopes have.
    pub forked: Vec<u64>,
}

baqylau_forms::redacted_debug! { DeviceRow: device, standing, received, missing, closed, forked }

/// A desk as the root and the log know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskRow {
    /// The first 16 bytes of the hash of its enrolment.
    pub device: DeviceId,
    /// Whether it is this one.
    pub own: bool,
    /// The term for which the root lists it; `None` for one that made itself, with a stolen issuer's key.
    pub term: Option<DeskTerm>,
    /// Whether the root lists it as one that reads and signs nothing.
    pub reader: bool,
    /// When its enrolment was received, in milliseconds since 1970; `None` for one that the log does not have yet.
    pub enrolled: Option<i64>,
    /// When its last envelope was received.
    pub heard: Option<i64>,
    /// How much of what it signed is in the log.
    pub signed: usize,
    /// How much of that counts nowhere, because the root did not list it there.
    pub ignored: usize,
}

/// Every desk that the root lists, in its order, then those that the log has and the root does not list.
///
/// # Errors
/// The database fails.
pub fn desk_rows(known: VerifiedStore<'_>, own: DeviceId) -> Result<Vec<DeskRow>, DeskError> {
    let manifest = known.latest_manifest()?;
    let terms = manifest.as_ref().map(|m| m.desks.as_slice()).unwrap_or_default();
    let enrolled: Vec<KnownDevice> = known.store.devices()?.into_iter().filter(|d| d.role == Role::Desk).collect();
    let (mut rows, mut at) = (Vec::new(), HashMap::new());
    let readers = manifest.as_ref().map(|m| m.readers.as_slice()).unwrap_or_default();
    let listed = terms.iter().map(|term| (term.device, Some(term))).chain(readers.iter().map(|d| (*d, None)));
    for (device, term) in listed.chain(enrolled.iter().map(|d| (d.device, None))) {
        at.entry(device).or_insert_with(|| {
            let (own, reader, term) = (device == own, readers.contains(&device), term.cloned());
            rows.push(DeskRow { device, own, term, reader, enrolled: None, heard: None, signed: 0, ignored: 0 });
            rows.len() - 1
        });
    }
    for desk in &enrolled {
        rows[at[&desk.device]].enrolled.get_or_insert(desk.received);
    }
    let links = known.store.chains()?.into_iter().map(|link| (link.index, link.device, Some(link.received)));
    let decided = known.store.deciders()?.into_iter().map(|(place, desk)| (place, desk, None));
    for (place, device, heard) in links.chain(decided) {
        if let Some(row) = at.get(&device).map(|at| &mut rows[*at]) {
            row.heard = row.heard.max(heard);
            row.signed += 1;
            row.ignored += usize::from(!manifest.as_ref().is_some_and(|m| m.is_desk_at(device, place)));
        }
    }
    Ok(rows)
}

/// The most missing numbers that are listed; a device may sign any number.
const LISTED: usize = 1_000;

/// Every observer's phone that enrolled, in the order of the log, with the teams of a moment.
///
/// # Errors
/// The database fails.
pub fn device_rows(known: VerifiedStore<'_>, now: i64) -> Result<Vec<DeviceRow>, DeskError> {
    let register = known.store.register_at(now)?;
    let standings = known.standings()?;
    let mut chains: BTreeMap<DeviceId, Chain> = BTreeMap::new();
    for link in known.store.chains()? {
        let chain = chains.entry(link.device).or_default();
        chain.numbers.entry(link.seq).or_default().insert(link.hash);
        chain.heard = chain.heard.max(Some(link.received));
        if let Some(close) = link.close {
            chain.last = ChainClose::decode(&close).ok().map(|c| c.last).filter(|l| *l == link.seq);
        }
    }
    let devices = known.store.devices()?.into_iter().filter(|d| d.role == Role::Observer);
    let row = |d: KnownDevice| {
        let chain = chains.remove(&d.device).unwrap_or_default();
        let held = standings.of(d.device);
        DeviceRow {
            device: d.device,
            person: register.get(&d.subject).map(|p| (p.code.clone(), p.team.clone())),
            standing: held.map(|h| h.decision.standing),
            disputed: held.and_then(|h| h.disputed),
            replaces: d.replaces,
            enrolled: d.received,
            heard: chain.heard,
            received: chain.numbers.len(),
            missing: chain.missing(),
            closed: chain.last.is_some(),
            forked: chain.numbers.iter().filter(|(_, hashes)| hashes.len() > 1).map(|(seq, _)| *seq).collect(),
        }
    };
    Ok(devices.map(row).collect())
}

#[derive(Default)]
struct Chain {
    numbers: BTreeMap<u64, BTreeSet<Hash>>,
    heard: Option<i64>,
    last: Option<u64>,
}

impl Chain {
    fn missing(&self) -> Vec<u64> {
        let mut expected = 1;
        let mut out = Vec::new();
        for seq in self.numbers.keys() {
            out.extend((expected..*seq).take(LISTED.saturating_sub(out.len())));
            expected = seq.saturating_add(1);
        }
        out
    }
}
