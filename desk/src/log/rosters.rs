//! The roster: changed here, and agreed upon with the other desks. The server takes the successor of the one that it has and no
//! other, so whoever comes second puts what it changed upon the other's, and tries again.

use crate::error::DeskError;
use crate::log::pull::block;
use crate::workspace::Desk;
use baqylau_protocol::VERSION;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::roster::{Roster, RosterEntry, Standing};

/// Setting: the roster as the server last had it.
const BASE: &str = "roster_base";
/// How often a roster is put upon another desk's that came in between. Each time that one lost, another won.
const TRIES: u32 = 50;

impl Desk {
    /// The current roster.
    ///
    /// # Errors
    /// The database fails.
    pub fn roster(&self) -> Result<Option<(Roster, Vec<u8>)>, DeskError> {
        let Some(bytes) = self.store.roster()? else { return Ok(None) };
        let roster = Roster::open(&bytes, &self.issuer.public(), self.mission());
        Ok(Some((roster.map_err(|e| DeskError::file(self.folder.join("desk.db"), e))?, bytes)))
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
        block(async { self.link()?.post("/v1/roster", bytes.clone()).await })?;
        self.store.set_setting(BASE, &bytes)
    }

    /// Brings this desk's roster and the server's together, and publishes what is new in this one.
    pub(crate) fn settle_roster(&self, identity: &DeviceId) -> Result<(), DeskError> {
        let mut tries = 0;
        loop {
            let remote = block(async { self.link()?.read_if_there(identity, "/v1/roster".into()).await })?;
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
        let theirs = open(remote).map_err(|e| DeskError::Log(format!("its roster: {e}")))?;
        loop {
            let base = self.store.setting(BASE)?.and_then(|bytes| open(&bytes).ok());
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
}

/// What of one roster is to be put upon another, which came from `base` too.
fn changes(ours: &Roster, base: Option<&Roster>, theirs: &Roster) -> Vec<RosterEntry> {
    let changed = |e: &RosterEntry| base.and_then(|b| b.find(e.device)) != Some(e);
    let kept = |e: &&RosterEntry| match theirs.find(e.device).map(|t| t.standing) {
        Some(Standing::Revoked) => e.standing == Standing::Revoked && changed(e),
        _ => e.standing == Standing::Revoked || changed(e),
    };
    ours.devices.iter().filter(kept).cloned().collect()
}
