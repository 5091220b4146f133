//! What this desk decides about devices: signed as records, which the log orders. Another desk's record of the same device is no
//! conflict; what both come to, [`baqylau_protocol::standing::Standings`] says.

use crate::error::DeskError;
use crate::faults::NotHere;
use crate::records::identity::OwnDevice;
use baqylau_protocol::VERSION;
use baqylau_protocol::ids::DeviceId;
use baqylau_protocol::standing::{DeviceStanding, MAX_DECISIONS, Standing, StandingDecision, StandingRecord};
use std::fmt;

/// Two desks revoked one phone and disagree what still counts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispute {
    /// The phone that both revoked.
    pub device: DeviceId,
    /// The last number that counts, the smaller of both.
    pub kept: u64,
    /// The other desk's.
    pub other: u64,
}

impl fmt::Display for Dispute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, kept, other } = self;
        write!(
            f,
            "two desks revoked {device}, one after number {kept}, one after {other}: nothing after {kept} counts. If that is right, \
             revoke it once more after {kept}; if {other} is, whoever holds the root key reinstates it first"
        )
    }
}

/// Decides about devices. Needs no network; what it signs is sent by the next pull.
#[derive(Clone, Copy)]
pub struct Decisions<'d> {
    /// Signs them.
    pub own: OwnDevice<'d>,
}

impl Decisions<'_> {
    /// Signs decisions; gives how many there are.
    fn sign(&self, decisions: &[StandingDecision], by_hand: bool, now: i64) -> Result<usize, DeskError> {
        let (desk, key) = (self.own.device(), self.own.key()?);
        for some in decisions.chunks(MAX_DECISIONS) {
            let (mission, decisions) = (self.own.known.trust.mission(), some.to_vec());
            let record = StandingRecord { v: VERSION, mission, desk, at: now, by_hand, decisions };
            self.own.known.store.add_own_decision(&record.sign(key))?;
        }
        Ok(decisions.len())
    }

    /// Signs what this desk does by itself about devices that nobody decided about.
    pub(crate) fn settle(&self, decisions: &[StandingDecision], now: i64) -> Result<usize, DeskError> {
        self.sign(decisions, false, now)
    }

    /// Confirms a device: one that is contested, or of a mission that does not confirm on pull.
    ///
    /// # Errors
    /// There is no such phone, or it was revoked.
    pub fn confirm(&self, device: DeviceId, now: i64) -> Result<(), DeskError> {
        self.stand(device, Standing::Confirmed, now)
    }

    /// Contests a device: what it sent counts nowhere until it is confirmed or revoked.
    ///
    /// # Errors
    /// There is no such phone, or it was revoked.
    pub fn contest(&self, device: DeviceId, now: i64) -> Result<(), DeskError> {
        self.stand(device, Standing::Contested, now)
    }

    fn stand(&self, device: DeviceId, standing: Standing, now: i64) -> Result<(), DeskError> {
        match self.held(device)?.map(|held| held.decision.standing) {
            Some(Standing::Revoked) => Err(DeskError::Revoked { device }),
            Some(held) if held == standing => Ok(()),
            _ => self.sign(&[StandingDecision::new(device, standing)], true, now).map(drop),
        }
    }

    /// What holds of a phone that enrolled.
    fn held(&self, device: DeviceId) -> Result<Option<DeviceStanding>, DeskError> {
        let known = self.own.known;
        if !known.store.devices()?.iter().any(|d| d.device == device) {
            return Err(NotHere::Device { device }.into());
        }
        let manifest = known.manifest()?;
        if manifest.is_desk(device) {
            return Err(DeskError::IsDesk { device });
        }
        self.own.may_sign()?;
        if !manifest.is_current_desk(self.own.device()) {
            return Err(DeskError::Unlisted);
        }
        Ok(known.standings()?.of(device).cloned())
    }

    /// Revokes a device: what it sent up to `good_seq` still counts, nothing after it; without it, everything that is here counts. Of
    /// several revocations the strictest holds. Gives what holds then.
    ///
    /// # Errors
    /// There is no such phone or envelope.
    pub fn revoke(&self, device: DeviceId, good_seq: Option<u64>, now: i64) -> Result<DeviceStanding, DeskError> {
        self.held(device)?;
        let known = self.own.known;
        let envelopes = known.store.envelopes()?;
        let mine = envelopes.iter().filter(|e| e.device == device);
        let last = good_seq.or_else(|| mine.clone().map(|e| e.seq).max()).unwrap_or(0);
        let good = mine.clone().find(|e| e.seq == last);
        if last > 0 && good.is_none() {
            return Err(NotHere::Envelope { device, seq: last }.into());
        }
        let decision =
            StandingDecision { device, standing: Standing::Revoked, good_seq: last, good_hash: good.map(|e| e.hash) };
        self.sign(&[decision], true, now)?;
        self.held(device)?.ok_or(DeskError::Unlisted)
    }

    /// Where two desks revoked one phone after different numbers, and nobody has settled it since.
    ///
    /// # Errors
    /// The database fails.
    pub fn disputes(&self) -> Result<Vec<Dispute>, DeskError> {
        let standings = self.own.known.standings()?;
        let dispute = |s: &DeviceStanding| {
            let (device, kept) = (s.decision.device, s.decision.good_seq);
            Some(Dispute { device, kept, other: s.disputed? })
        };
        let mut disputes: Vec<Dispute> = standings.devices().filter_map(dispute).collect();
        disputes.sort_by_key(|d| d.device);
        Ok(disputes)
    }
}
