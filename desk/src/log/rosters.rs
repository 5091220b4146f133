//! The roster: changed here, and agreed upon with the other desks. The server takes the successor of the one that it has and no
//! other, so whoever comes second puts what it changed upon the other's, and tries again.

use crate::error::DeskError;
use crate::log::faults::LogFault;
use crate::log::link::block;
use crate::workspace::Desk;
use baqylau_protocol::VERSION;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::roster::{Roster, RosterEntry, Standing};
use baqylau_protocol::routes;
use std::fmt;

/// Setting: the roster as the server last had it.
pub(crate) const BASE: &str = "roster_base";
/// How often a roster is put upon another desk's that came in between. Each time that one lost, another won.
const TRIES: u32 = 50;

/// Two desks revoked one phone and disagree what still counts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispute {
    /// Which.
    pub device: DeviceId,
    /// The last number that counts meanwhile, the smaller of both.
    pub kept: u64,
    /// The other desk's.
    pub other: u64,
}

impl fmt::Display for Dispute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, kept, other } = self;
        write!(
            f,
            "two desks revoked {device}, one after number {kept}, one after {other}: nothing after {kept} counts until \
             somebody revokes it once more, after the number that shall hold"
        )
    }
}

impl Desk {
    /// The current roster.
    ///
    /// # Errors
    /// The database fails.
    pub fn roster(&self) -> Result<Option<(Roster, Vec<u8>)>, DeskError> {
        let Some(bytes) = self.store.roster()? else { return Ok(None) };
        let roster = Roster::open(&bytes, &self.issuer.public(), self.mission());
        Ok(Some((roster.map_err(|e| DeskError::damaged(self.folder.join("desk.db"), e))?, bytes)))
    }

    /// Signs the next roster with some devices changed; `None` when nothing changes.
    ///
    /// # Errors
    /// The database fails.
    pub fn change_roster(&self, changes: Vec<RosterEntry>) -> Result<Option<Vec<u8>>, DeskError> {
        loop {
            let known = self.roster()?;
            let before = known.as_ref().map(|(r, b)| (r, b.as_slice()));
            let Some((version, bytes)) = self.next(before, &changes) else { return Ok(None) };
            // Another program may work in this folder.
            if self.store.replace_rosters(before.map(|b| b.1), &[(version, &bytes)], None)? {
                return Ok(Some(bytes));
            }
        }
    }

    /// Where two desks revoked one phone at different places, and nobody has decided since. It stands in the roster, so every desk
    /// has the same, and one that lets the stricter place hold has signed that.
    ///
    /// # Errors
    /// The database fails.
    pub fn disputes(&self) -> Result<Vec<Dispute>, DeskError> {
        let devices = self.roster()?.map(|(r, _)| r.devices).unwrap_or_default();
        let dispute = |e: &RosterEntry| Some(Dispute { device: e.device, kept: e.good_seq, other: e.disputed? });
        Ok(devices.iter().filter_map(dispute).collect())
    }

    /// The version after a roster, with some devices changed; `None` when nothing changes.
    fn next(&self, before: Option<(&Roster, &[u8])>, changes: &[RosterEntry]) -> Option<(u64, Vec<u8>)> {
        let old = before.map(|(r, _)| r.devices.as_slice()).unwrap_or_default();
        let mut devices = old.to_vec();
        for change in changes {
            match devices.iter_mut().find(|d| d.device == change.device) {
                Some(entry) => entry.clone_from(change),
                None => devices.push(change.clone()),
            }
        }
        devices.sort_by_key(|d| d.device);
        if devices == old {
            return None;
        }
        let version = before.map_or(1, |(r, _)| r.version + 1);
        let prev = before.map(|(_, bytes)| Hash::of(bytes));
        let roster = Roster { v: VERSION, mission: self.mission(), version, prev, devices };
        Some((version, roster.sign(&self.issuer)))
    }

    /// Sends the roster to the server; upon that of another desk, where that was faster.
    ///
    /// # Errors
    /// The server does not answer or refuses.
    pub fn publish_roster(&self, now: i64) -> Result<(), DeskError> {
        match self.send_roster() {
            Err(DeskError::Conflict { .. }) => self.settle_roster(&self.enrolled(now)?),
            done => done,
        }
    }

    fn send_roster(&self) -> Result<(), DeskError> {
        let Some((_, bytes)) = self.roster()? else { return Ok(()) };
        block(async { self.link()?.post(routes::ROSTER, bytes.clone()).await })?;
        self.store.set_setting(BASE, &bytes)
    }

    /// Brings this desk's roster and the server's together, and publishes what is new in this one.
    pub(crate) fn settle_roster(&self, identity: &DeviceId) -> Result<(), DeskError> {
        let mut tries = 0;
        loop {
            let remote = block(async { self.link()?.read_if_there(identity, routes::ROSTER.into()).await })?;
            if let Some(remote) = &remote {
                self.rebase_roster(remote)?;
            }
            if self.roster()?.is_none_or(|(_, bytes)| Some(&bytes) == remote.as_ref()) {
                return Ok(());
            }
            match self.send_roster() {
                Err(DeskError::Conflict { .. }) if tries < TRIES => tries += 1,
                done => return done,
            }
        }
    }

    /// Puts what changed here since the server's roster was last seen upon the one that it has now, in one step: who is stopped in
    /// between has lost nothing. A revoked device stays revoked, whoever revoked it, and an older roster than was seen is not taken.
    fn rebase_roster(&self, remote: &[u8]) -> Result<(), DeskError> {
        let open = |bytes: &[u8]| Roster::open(bytes, &self.issuer.public(), self.mission());
        let theirs = open(remote).map_err(|_| LogFault::Roster)?;
        loop {
            let base = self.base_of(&theirs, remote)?;
            if base.as_ref().is_some_and(|b| b.version > theirs.version) {
                return Ok(());
            }
            let ours = self.roster()?;
            let known = ours.as_ref().map(|(_, bytes)| bytes.as_slice());
            let changes = ours.as_ref().map(|(r, _)| changes(r, base.as_ref(), &theirs)).unwrap_or_default();
            let next = self.next(Some((&theirs, remote)), &changes);
            let mut rosters = vec![(theirs.version, remote)];
            rosters.extend(next.as_ref().map(|(version, bytes)| (*version, bytes.as_slice())));
            if known == Some(remote) {
                rosters.clear();
            }
            if self.store.replace_rosters(known, &rosters, Some((BASE, remote)))? {
                return Ok(());
            }
        }
    }

    /// What both rosters came from: the one that the server last had, as far as its answers came. It may have taken one whose answer
    /// was lost, and another desk's upon it; then that one is here, and theirs names it.
    fn base_of(&self, theirs: &Roster, remote: &[u8]) -> Result<Option<Roster>, DeskError> {
        let open = |bytes: Vec<u8>| Roster::open(&bytes, &self.issuer.public(), self.mission()).ok();
        let base = self.store.setting(BASE)?.and_then(open);
        let same = self.store.roster_at(theirs.version)?.filter(|own| own == remote);
        let before = self.store.roster_at(theirs.version.saturating_sub(1))?;
        let before = before.filter(|own| theirs.prev == Some(Hash::of(own)));
        let sent = same.or(before).and_then(open);
        Ok(sent.filter(|s| base.as_ref().is_none_or(|b| b.version <= s.version)).or(base))
    }
}

/// What of one roster is to be put upon another, which came from `base` too. What only one desk decided holds. Where two decided
/// differently, a revoked device stays revoked, at the earlier of two places, and any other is contested: a coordinator decides.
fn changes(ours: &Roster, base: Option<&Roster>, theirs: &Roster) -> Vec<RosterEntry> {
    let mut changes = Vec::new();
    for own in &ours.devices {
        let before = base.and_then(|b| b.find(own.device));
        let other = theirs.find(own.device);
        let revoked = |e: Option<&RosterEntry>| e.is_some_and(|e| e.standing == Standing::Revoked);
        let decided_here = before != Some(own) || (revoked(Some(own)) && !revoked(other));
        if other == Some(own) || !decided_here {
            continue;
        }
        let decided_there = other.filter(|_| other != before);
        changes.push(match decided_there {
            Some(other) if revoked(Some(own)) && revoked(Some(other)) => stricter(own, other),
            _ if revoked(Some(own)) => own.clone(),
            _ if revoked(other) => continue,
            Some(_) => RosterEntry { standing: Standing::Contested, ..own.clone() },
            None => own.clone(),
        });
    }
    changes
}

/// Of two revocations of one device the one that lets less count, and with it where the other was, for a person to decide.
fn stricter(one: &RosterEntry, two: &RosterEntry) -> RosterEntry {
    let place = |e: &RosterEntry| (e.good_seq, e.good_hash);
    let (kept, dropped) = if place(one) <= place(two) { (one, two) } else { (two, one) };
    let dropped_at = Some(dropped.good_seq).filter(|_| place(kept) != place(dropped));
    RosterEntry { disputed: dropped_at.max(one.disputed).max(two.disputed), ..kept.clone() }
}
