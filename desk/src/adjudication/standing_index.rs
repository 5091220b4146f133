//! What holds of devices, and which chains are forked.

use crate::adjudication::status::DeviceObjection;
use crate::error::DeskError;
use crate::store::{KnownDevice, LogExtent, PulledEnvelope, VerifiedStore};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::standing::{Standing, Standings};
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
pub(crate) struct StandingIndex<'d> {
    manifest: Option<Manifest>,
    standings: Standings,
    devices: &'d HashMap<DeviceId, KnownDevice>,
    links: &'d ChainLinks,
}

impl<'d> StandingIndex<'d> {
    pub fn new(
        known: VerifiedStore<'_>,
        devices: &'d HashMap<DeviceId, KnownDevice>,
        links: &'d ChainLinks,
        extent: LogExtent,
    ) -> Result<Self, DeskError> {
        let standings = known.standings_within(extent)?;
        Ok(Self { manifest: known.latest_manifest()?, standings, devices, links })
    }

    /// Whether a device was confirmed.
    pub fn confirmed(&self, device: DeviceId) -> bool {
        self.standings.of(device).is_some_and(|held| held.decision.standing == Standing::Confirmed)
    }

    /// Whether a desk that the root lists signed an envelope, while it was listed.
    pub fn is_desk(&self, envelope: &PulledEnvelope) -> bool {
        let role = self.devices.get(&envelope.device).map(|d| d.role);
        role == Some(Role::Desk) && self.objection(envelope.device, envelope.hash, envelope.index).is_none()
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
    pub fn objection(&self, device: DeviceId, envelope: Hash, place: u64) -> Option<DeviceObjection> {
        let known = self.devices.get(&device)?;
        let certified = |m: &Manifest| m.issuers_at(known.index).contains(&known.issuer);
        if !known.in_time || !self.manifest.as_ref().is_some_and(certified) {
            return Some(DeviceObjection::ExpiredInvite);
        }
        if known.role == Role::Desk {
            return self.objection_to_desk(device, place);
        }
        let held = self.standings.of(device).map(|held| &held.decision);
        match held.map(|d| d.standing) {
            None => Some(DeviceObjection::Unconfirmed),
            Some(Standing::Confirmed) => None,
            Some(Standing::Contested) => Some(DeviceObjection::Contested),
            // Only the ancestors of the good envelope count; signing times prove nothing.
            Some(Standing::Revoked) => {
                let mut at = held.and_then(|d| d.good_hash);
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

    /// Only the root makes a desk, and ends one.
    fn objection_to_desk(&self, device: DeviceId, place: u64) -> Option<DeviceObjection> {
        let manifest = self.manifest.as_ref()?;
        match (manifest.is_desk_at(device, place), manifest.is_desk(device)) {
            (true, _) => None,
            (false, true) => Some(DeviceObjection::Revoked),
            (false, false) => Some(DeviceObjection::Unconfirmed),
        }
    }
}
