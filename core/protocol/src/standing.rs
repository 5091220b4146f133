//! Which devices count. Desks sign it as records of the log; everybody who reads the log folds them, in their order, into the same
//! standings. There is nothing to replace and nothing to race: two desks that revoke two phones append two records.

use crate::bundle::Manifest;
use crate::cbor;
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::SigningKey;
use minicbor::{Decode, Encode};
use std::collections::HashMap;

/// Most decisions of a record; more devices than that need another.
pub const MAX_DECISIONS: usize = 10_000;

/// The desks' decision about a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Standing {
    /// Reports of this device count.
    #[n(0)]
    Confirmed,
    /// Another device enrolled with the same invite; reports are kept and counted nowhere.
    #[n(1)]
    Contested,
    /// Seized, lost or replaced: only envelopes up to and including [`StandingDecision::good_seq`] count. Final: only the root
    /// reinstates a device.
    #[n(2)]
    Revoked,
}

/// What a record says of one device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct StandingDecision {
    /// First 16 bytes of the hash of its enrolment.
    #[n(0)]
    pub device: DeviceId,
    /// The decision.
    #[n(1)]
    pub standing: Standing,
    /// For a revoked device: the `seq` of its last good envelope; 0 if none is good.
    #[n(2)]
    pub good_seq: u64,
    /// For a revoked device: the hash of that envelope. Its ancestors count; signing times prove nothing.
    #[n(3)]
    pub good_hash: Option<Hash>,
}

impl StandingDecision {
    /// Of a device that is not revoked.
    #[must_use]
    pub fn new(device: DeviceId, standing: Standing) -> Self {
        Self { device, standing, good_seq: 0, good_hash: None }
    }
}

/// Decisions of a desk, signed by its device. Not sealed: the server obeys them too.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StandingRecord {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The only mission in which it is valid.
    #[n(1)]
    pub mission: MissionId,
    /// The desk that decides. Its word holds where the manifest lists it at the place of the record.
    #[n(2)]
    pub desk: DeviceId,
    /// Time of signing by the desk's clock, in milliseconds since 1970. It orders nothing.
    #[n(3)]
    pub at: i64,
    /// Whether a person decided. What a desk does by itself holds for devices that nobody decided about before.
    #[n(4)]
    pub by_hand: bool,
    /// At most [`MAX_DECISIONS`].
    #[cbor(n(5), decode_with = "cbor::at_most::<_, _, MAX_DECISIONS>")]
    pub decisions: Vec<StandingDecision>,
}

/// Why a record is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    /// Not signed by the desk's device, or malformed.
    #[error("the record of standings was rejected: {0}")]
    Cose(#[from] CoseError),
    /// Of another mission.
    #[error("the record of standings belongs to mission {found}, not to this one")]
    Mission {
        /// The mission named in it.
        found: MissionId,
    },
}

impl StandingRecord {
    /// Signs with the desk's device key; returns the `COSE_Sign1` bytes.
    #[must_use]
    pub fn sign(&self, device: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Standing, device, &[], &cbor::encode(self))
    }

    /// Decodes without verifying, to find the key of [`StandingRecord::desk`].
    ///
    /// # Errors
    /// [`StandingError`] if it is malformed or of another mission.
    pub fn untrusted(bytes: &[u8], mission: MissionId) -> Result<Self, StandingError> {
        let unverified = cose::Unverified::parse(ObjectType::Standing, bytes)?;
        Self::of_mission(unverified.untrusted(), mission)
    }

    /// Verifies and decodes a record that the device with this key signed. Whether it may is for [`Standings::apply`].
    ///
    /// # Errors
    /// [`StandingError`] if that device did not sign it, or it is malformed or of another mission.
    pub fn open(bytes: &[u8], device: &PublicKey, mission: MissionId) -> Result<Self, StandingError> {
        Self::of_mission(cose::open(ObjectType::Standing, bytes, device, &[])?, mission)
    }

    fn of_mission(payload: &[u8], mission: MissionId) -> Result<Self, StandingError> {
        let record: Self = cbor::decode(payload, "standings").map_err(CoseError::from)?;
        if record.mission == mission { Ok(record) } else { Err(StandingError::Mission { found: record.mission }) }
    }
}

/// What holds of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceStanding {
    /// The decision that holds; of a revoked device the strictest.
    pub decision: StandingDecision,
    /// The desk that took it.
    pub desk: DeviceId,
    /// Where two desks revoked it after different numbers: the other one, until somebody signs the number that holds again.
    pub disputed: Option<u64>,
}

/// The fold of the records of a log, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standings {
    devices: HashMap<DeviceId, DeviceStanding>,
}

impl Standings {
    /// What holds of a device; `None` where nobody decided.
    #[must_use]
    pub fn of(&self, device: DeviceId) -> Option<&DeviceStanding> {
        self.devices.get(&device)
    }

    /// Every device that somebody decided about, in no order.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceStanding> {
        self.devices.values()
    }

    /// Hears the next record: at a place of the log (its index), signed by the device that it names. Gives `false` for one of a desk that
    /// the manifest does not list there, which changes nothing.
    pub fn apply(&mut self, place: u64, record: &StandingRecord, manifest: &Manifest) -> bool {
        if !manifest.is_desk_at(record.desk, place) {
            return false;
        }
        for decision in &record.decisions {
            // Only the root ends a desk, and what it reinstated forgets what was decided before.
            if !manifest.is_desk(decision.device) && !manifest.is_reinstated(decision.device, place) {
                self.decide(record, decision);
            }
        }
        true
    }

    fn decide(&mut self, record: &StandingRecord, new: &StandingDecision) {
        let fresh = DeviceStanding { decision: new.clone(), desk: record.desk, disputed: None };
        let Some(held) = self.devices.get_mut(&new.device) else {
            self.devices.insert(new.device, fresh);
            return;
        };
        let revoked = |d: &StandingDecision| d.standing == Standing::Revoked;
        match (revoked(&held.decision), revoked(new)) {
            (false, revokes) if record.by_hand || revokes => *held = fresh,
            (true, true) => held.revoke_again(fresh),
            (false, _) | (true, false) => {}
        }
    }
}

impl DeviceStanding {
    /// The smaller number holds, whoever signed it: a stolen desk cannot give a seized phone its voice back.
    fn revoke_again(&mut self, other: Self) {
        let place = |d: &StandingDecision| (d.good_seq, d.good_hash);
        let (before, now) = (place(&self.decision), place(&other.decision));
        if before == now {
            self.disputed = None;
            return;
        }
        let looser = before.max(now).0;
        if now < before {
            *self = other;
        }
        self.disputed = Some(looser);
    }
}
