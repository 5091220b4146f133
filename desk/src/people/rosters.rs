//! The roster: changed here, and put upon that of another desk. The server takes the successor of the one that it has and no other, so
//! whoever comes second puts what it changed upon the other's, and tries again.

use crate::error::DeskError;
use crate::faults::{LogFault, NotHere};
use crate::store::VerifiedStore;
use baqylau_protocol::VERSION;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::roster::{Roster, RosterEntry, Standing};
use std::fmt;

/// Setting: the roster as the server last had it.
const BASE: &str = "roster_base";

/// Two desks revoked one phone and disagree what still counts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispute {
    /// The phone that both revoked.
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

/// Changes the roster. Needs no network; what it signs is published by the next pull.
#[derive(Clone, Copy)]
pub struct Rosters<'d> {
    /// Has the rosters, and knows the devices.
    pub known: VerifiedStore<'d>,
    /// Signs them.
    pub issuer: &'d SigningKey,
}

impl Rosters<'_> {
    /// Notes a roster as the one that the server has.
    pub(crate) fn note_published(&self, bytes: &[u8]) -> Result<(), DeskError> {
        self.known.store.set_setting(BASE, bytes)
    }

    /// Signs the next roster with some devices changed; `None` when nothing changes.
    ///
    /// # Errors
    /// The database fails.
    pub fn change(&self, changes: Vec<RosterEntry>) -> Result<Option<Vec<u8>>, DeskError> {
        loop {
            let known = self.known.roster()?;
            let before = known.as_ref().map(|(r, b)| (r, b.as_slice()));
            let Some((version, bytes)) = self.next(before, &changes) else { return Ok(None) };
            // Another program may work in this folder.
            if self.known.store.replace_rosters(before.map(|b| b.1), &[(version, &bytes)], None)? {
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
        let devices = self.known.roster()?.map(|(r, _)| r.devices).unwrap_or_default();
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
        let roster = Roster { v: VERSION, mission: self.known.trust.mission(), version, prev, devices };
        Some((version, roster.sign(self.issuer)))
    }

    /// Confirms a device: one that is contested, or of a mission that does not confirm on pull.
    ///
    /// # Errors
    /// There is no such device, or it was revoked.
    pub fn confirm(&self, device: DeviceId) -> Result<(), DeskError> {
        self.stand(device, Standing::Confirmed)
    }

    /// Contests a device: what it sent counts nowhere until it is confirmed or revoked.
    ///
    /// # Errors
    /// There is no such device, or it was revoked.
    pub fn contest(&self, device: DeviceId) -> Result<(), DeskError> {
        self.stand(device, Standing::Contested)
    }

    fn stand(&self, device: DeviceId, standing: Standing) -> Result<(), DeskError> {
        self.enrolled_device(device)?;
        let known = self.known.roster()?.and_then(|(r, _)| r.find(device).map(|e| e.standing));
        if known == Some(Standing::Revoked) {
            return Err(DeskError::Revoked { device });
        }
        self.change(vec![RosterEntry::new(device, standing)]).map(drop)
    }

    fn enrolled_device(&self, device: DeviceId) -> Result<(), DeskError> {
        let known = self.known.store.devices()?.iter().any(|d| d.device == device);
        if known { Ok(()) } else { Err(NotHere::Device { device }.into()) }
    }

    /// Revokes a device: what it sent up to `good_seq` still counts, nothing after it.
    ///
    /// # Errors
    /// There is no such device or envelope.
    pub fn revoke(&self, device: DeviceId, good_seq: Option<u64>) -> Result<RosterEntry, DeskError> {
        self.enrolled_device(device)?;
        let envelopes = self.known.store.envelopes()?;
        let mine = envelopes.iter().filter(|e| e.device == device);
        let last = good_seq.or_else(|| mine.clone().map(|e| e.seq).max()).unwrap_or(0);
        let good = mine.clone().find(|e| e.seq == last);
        if last > 0 && good.is_none() {
            return Err(NotHere::Envelope { device, seq: last }.into());
        }
        let good_hash = good.map(|e| e.hash);
        let entry = RosterEntry { good_seq: last, good_hash, ..RosterEntry::new(device, Standing::Revoked) };
        self.change(vec![entry.clone()])?;
        Ok(entry)
    }

    /// Puts what changed here since the server's roster was last seen upon the one that it has now, in one step: who is stopped in
    /// between has lost nothing. A revoked device stays revoked, whoever revoked it, and an older roster than was seen is not taken.
    pub(crate) fn rebase(&self, remote: &[u8]) -> Result<(), DeskError> {
        let theirs = self.known.trust.roster(remote).map_err(|_| LogFault::Roster)?;
        loop {
            let base = self.base_of(&theirs, remote)?;
            if base.as_ref().is_some_and(|b| b.version > theirs.version) {
                return Ok(());
            }
            let ours = self.known.roster()?;
            let known = ours.as_ref().map(|(_, bytes)| bytes.as_slice());
            let changes = ours.as_ref().map(|(r, _)| changes(r, base.as_ref(), &theirs)).unwrap_or_default();
            let next = self.next(Some((&theirs, remote)), &changes);
            let mut rosters = vec![(theirs.version, remote)];
            rosters.extend(next.as_ref().map(|(version, bytes)| (*version, bytes.as_slice())));
            if known == Some(remote) {
                rosters.clear();
            }
            if self.known.store.replace_rosters(known, &rosters, Some((BASE, remote)))? {
                return Ok(());
            }
        }
    }

    /// What both rosters came from: the one that the server last had, as far as its answers came. It may have taken one whose answer
    /// was lost, and another desk's upon it; then that one is here, and theirs names it.
    fn base_of(&self, theirs: &Roster, remote: &[u8]) -> Result<Option<Roster>, DeskError> {
        let open = |bytes: Vec<u8>| self.known.trust.roster(&bytes).ok();
        let base = self.known.store.setting(BASE)?.and_then(open);
        let same = self.known.store.roster_at(theirs.version)?.filter(|own| own == remote);
        let before = self.known.store.roster_at(theirs.version.saturating_sub(1))?;
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
