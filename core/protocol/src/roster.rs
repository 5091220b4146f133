//! Which devices count. Signed by the issuer; no server can be trusted to know that an invite was used once.

use crate::cbor;
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::SigningKey;
use minicbor::{Decode, Encode};

/// What is decided about a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Standing {
    /// Its reports count.
    #[n(0)]
    Confirmed,
    /// Another device enrolled with the same invite; reports are kept and counted nowhere.
    #[n(1)]
    Contested,
    /// Seized, lost or replaced; only what came before a known good envelope counts.
    #[n(2)]
    Revoked,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RosterEntry {
    /// Which.
    #[n(0)]
    pub device: DeviceId,
    /// What is decided.
    #[n(1)]
    pub standing: Standing,
    /// For a revoked device: the number of its last good envelope, 0 for none.
    #[n(2)]
    pub good_seq: u64,
    /// For a revoked device: the hash of that envelope. Its ancestors count; signing times prove nothing.
    #[n(3)]
    pub good_hash: Option<Hash>,
}

/// The roster. A later version replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Roster {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission.
    #[n(1)]
    pub mission: MissionId,
    /// Grows with every change.
    #[n(2)]
    pub version: u64,
    /// The hash of the version before.
    #[n(3)]
    pub prev: Option<Hash>,
    /// The devices, ascending.
    #[n(4)]
    pub devices: Vec<RosterEntry>,
}

impl Roster {
    /// Signs it as the issuer.
    #[must_use]
    pub fn sign(&self, issuer: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Roster, issuer, &[], &cbor::encode(self))
    }

    /// Verifies one.
    ///
    /// # Errors
    /// Not by this issuer, of another mission, or malformed.
    pub fn open(bytes: &[u8], issuer: &PublicKey, mission: MissionId) -> Result<Self, RosterError> {
        let payload = cose::open(ObjectType::Roster, bytes, issuer, &[])?;
        let roster: Self = cbor::decode(payload, "roster").map_err(CoseError::from)?;
        if roster.mission == mission { Ok(roster) } else { Err(RosterError::Mission { found: roster.mission }) }
    }

    /// Whether it is the version right after a known one.
    #[must_use]
    pub fn succeeds(&self, known: &Self, known_bytes: &[u8]) -> bool {
        known.version.checked_add(1) == Some(self.version) && self.prev == Some(Hash::of(known_bytes))
    }

    /// What it says of a device.
    #[must_use]
    pub fn find(&self, device: DeviceId) -> Option<&RosterEntry> {
        self.devices.iter().find(|e| e.device == device)
    }
}

/// Why a roster is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// Not by the issuer, or malformed.
    #[error("the roster is refused: {0}")]
    Cose(#[from] CoseError),
    /// Of another mission.
    #[error("the roster is of the mission {found}")]
    Mission {
        /// Which.
        found: MissionId,
    },
}
