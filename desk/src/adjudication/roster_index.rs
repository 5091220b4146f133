//! What the roster says of devices, and which chains are forked.

use crate::adjudication::status::DeviceObjection;
use crate::error::DeskError;
use crate::store::{KnownDevice, PulledEnvelope, VerifiedStore};
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::roster::{Roster, Standing};
use std::collections::HashMap;

/// How envelopes hang together.
#[derive(Default)]
pub struct ChainLinks {
    /// The first envelope of each number of a chain, and whether there is another.
    numbers: HashMap<(DeviceId, u64), (Hash, bool)>,
    prevs: HashMap<Hash, Hash>,
}

impl ChainLinks {
    /// Of some envelopes.
    pub fn of(envelopes: &[PulledEnvelope]) -> Self {
        let mut links = Self::default();
        envelopes.iter().for_each(|e| links.add(e));
        links
    }

    /// Only what the device itself signed can fork its chain; a server cannot, by logging junk or the same bytes twice.
    pub fn add(&mut self, envelope: &PulledEnvelope) {
        self.prevs.insert(envelope.hash, envelope.prev);
        if envelope.plain.is_ok() {
            let number = self.numbers.entry((envelope.device, envelope.seq)).or_insert((envelope.hash, false));
            number.1 |= number.0 != envelope.hash;
        }
    }
}

/// Standings and forked chains of all devices, at one state of the log.
pub(crate) struct RosterIndex<'d> {
    roster: Option<Roster>,
    devices: &'d HashMap<DeviceId, KnownDevice>,
    links: &'d ChainLinks,
}

impl<'d> RosterIndex<'d> {
    pub fn new(
        known: VerifiedStore<'_>,
        devices: &'d HashMap<DeviceId, KnownDevice>,
        links: &'d ChainLinks,
    ) -> Result<Self, DeskError> {
        Ok(Self { roster: known.roster()?.map(|(r, _)| r), devices, links })
    }

    /// Whether the roster confirms a device.
    pub fn confirmed(&self, device: DeviceId) -> bool {
        self.roster.as_ref().and_then(|r| r.find(device)).is_some_and(|e| e.standing == Standing::Confirmed)
    }

    /// Whether a desk in good standing signed an envelope.
    pub fn is_desk(&self, envelope: &PulledEnvelope) -> bool {
        let role = self.devices.get(&envelope.device).map(|d| d.role);
        role == Some(Role::Desk) && self.objection(envelope.device, envelope.hash).is_none()
    }

    /// The device of an envelope.
    pub fn device(&self, device: DeviceId) -> Option<&'d KnownDevice> {
        self.devices.get(&device)
    }

    /// Every device.
    pub fn devices(&self) -> impl Iterator<Item = &'d KnownDevice> {
        self.devices.values()
    }

    /// Whether two envelopes of a device have one number.
    pub fn forked(&self, device: DeviceId, seq: u64) -> bool {
        self.links.numbers.get(&(device, seq)).is_some_and(|n| n.1)
    }

    /// Why an envelope does not count by the standing of its device.
    pub fn objection(&self, device: DeviceId, envelope: Hash) -> Option<DeviceObjection> {
        let known = self.devices.get(&device)?;
        if !known.in_time {
            return Some(DeviceObjection::ExpiredInvite);
        }
        let entry = self.roster.as_ref().and_then(|r| r.find(device));
        match entry.map(|e| e.standing) {
            // A desk that was never doubted needs no confirmation.
            None if known.role == Role::Desk => None,
            None => Some(DeviceObjection::Unconfirmed),
            Some(Standing::Confirmed) => None,
            Some(Standing::Contested) => Some(DeviceObjection::Contested),
            // Only the ancestors of the good envelope count; signing times prove nothing.
            Some(Standing::Revoked) => {
                let mut at = entry.and_then(|e| e.good_hash);
                while let Some(hash) = at {
                    if hash == envelope {
                        return None;
                    }
                    at = self.links.prevs.get(&hash).copied();
                }
                Some(DeviceObjection::Revoked)
            }
        }
    }
}
