//! The phones of the mission: whose they are, how much of each chain is here, and what is missing.

use crate::error::DeskError;
use crate::store::{KnownDevice, VerifiedStore};
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::roster::Standing;
use baqylau_report::ChainClose;
use std::collections::{BTreeMap, BTreeSet};

/// A phone as its chain shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// The first 16 bytes of the hash of its enrolment.
    pub device: DeviceId,
    /// The code and team of the person, when the register knows.
    pub person: Option<(String, String)>,
    /// What the roster says; `None` when it is not in it yet.
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

/// The most missing numbers that are listed; a device may sign any number.
const LISTED: usize = 1_000;

/// Every observer's phone that enrolled, in the order of the log, with the teams of a moment.
///
/// # Errors
/// The database fails.
pub fn device_rows(known: VerifiedStore<'_>, now: i64) -> Result<Vec<DeviceRow>, DeskError> {
    let register = known.store.register_at(now)?;
    let roster = known.roster()?.map(|(r, _)| r);
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
        let entry = roster.as_ref().and_then(|r| r.find(d.device));
        DeviceRow {
            device: d.device,
            person: register.get(&d.subject).map(|p| (p.code.clone(), p.team.clone())),
            standing: entry.map(|e| e.standing),
            disputed: entry.and_then(|e| e.disputed),
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
