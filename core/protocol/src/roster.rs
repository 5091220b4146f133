//! The roster: which devices count. The issuer signs it, because a server is not trusted to say that an invite was used
//! only once.

use crate::cbor;
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::SigningKey;
use minicbor::{Decode, Encode};

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
    /// Seized, lost or replaced: only envelopes up to and including [`RosterEntry::good_seq`] count.
    #[n(2)]
    Revoked,
}

/// One device and its standing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RosterEntry {
    /// First 16 bytes of the hash of its enrolment.
    #[n(0)]
    pub device: DeviceId,
    /// The decision in force; a later roster may change it.
    #[n(1)]
    pub standing: Standing,
    /// For a revoked device: the `seq` of its last good envelope; 0 if none is good.
    #[n(2)]
    pub good_seq: u64,
    /// For a revoked device: the hash of that envelope. Its ancestors count; signing times prove nothing.
    #[n(3)]
    pub good_hash: Option<Hash>,
    /// Where another desk revoked it at the same time, when that is another place: the stricter of both stands above until a person
    /// decides, with an entry that has none.
    #[n(4)]
    pub disputed: Option<u64>,
}

impl RosterEntry {
    /// The entry of a device that is not revoked.
    #[must_use]
    pub fn new(device: DeviceId, standing: Standing) -> Self {
        Self { device, standing, good_seq: 0, good_hash: None, disputed: None }
    }
}

/// A signed list of devices and their standings. A later version replaces an earlier one whole.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Roster {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The only mission in which this roster is valid.
    #[n(1)]
    pub mission: MissionId,
    /// One more than the version it replaces.
    #[n(2)]
    pub version: u64,
    /// SHA-256 of the signed bytes of the preceding version; `None` for the first.
    #[n(3)]
    pub prev: Option<Hash>,
    /// One entry per device, ascending by device.
    #[n(4)]
    pub devices: Vec<RosterEntry>,
}

impl Roster {
    /// Signs with the issuer's key; returns the `COSE_Sign1` bytes.
    #[must_use]
    pub fn sign(&self, issuer: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Roster, issuer, &[], &cbor::encode(self))
    }

    /// Verifies and decodes a signed roster. Whether it succeeds the known one is checked by [`Roster::succeeds`].
    ///
    /// # Errors
    /// [`RosterError::Cose`] if the issuer did not sign it or it is malformed, [`RosterError::Mission`] if it is for
    /// another mission.
    pub fn open(bytes: &[u8], issuer: &PublicKey, mission: MissionId) -> Result<Self, RosterError> {
        let payload = cose::open(ObjectType::Roster, bytes, issuer, &[])?;
        let roster: Self = cbor::decode(payload, "roster").map_err(CoseError::from)?;
        if roster.mission == mission { Ok(roster) } else { Err(RosterError::Mission { found: roster.mission }) }
    }

    /// Whether this version directly follows `known`: its number is one higher and it names the hash of `known_bytes`.
    #[must_use]
    pub fn succeeds(&self, known: &Self, known_bytes: &[u8]) -> bool {
        known.version.checked_add(1) == Some(self.version) && self.prev == Some(Hash::of(known_bytes))
    }

    /// The entry of a device; `None` if the roster does not list it.
    #[must_use]
    pub fn find(&self, device: DeviceId) -> Option<&RosterEntry> {
        self.devices.iter().find(|e| e.device == device)
    }
}

/// Why a roster is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// Not signed by the issuer, or malformed.
    #[error("the roster was rejected: {0}")]
    Cose(#[from] CoseError),
    /// Signed by the issuer, for another mission.
    #[error("the roster belongs to mission {found}, not to this one")]
    Mission {
        /// The mission named in the roster.
        found: MissionId,
    },
}
