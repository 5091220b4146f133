//! What is signed and logged.

use baqylau_protocol::VERSION;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::merkle::{MerkleTree, leaf_hash};
use baqylau_protocol::standing::{Standing, StandingDecision, StandingRecord};

/// The one mission.
pub(crate) const MISSION: MissionId = MissionId([7; 16]);

/// What a desk says of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ruling {
    /// It counts.
    Confirmed,
    /// It counts nowhere yet.
    Contested,
    /// Its reports up to this number count.
    RevokedAfter(u8),
}

/// A record of standings about one phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelledDecision {
    /// Which desk signed it, from 0.
    pub desk: u8,
    /// Counted by the desk, from 0: two that say the same are two.
    pub number: u8,
    /// Whether a person decided.
    pub by_hand: bool,
    /// Which phone it is about, from 0.
    pub phone: u8,
    /// What it says.
    pub ruling: Ruling,
    /// Whether the root had not listed the desk, or had ended it, before this was signed. Nobody can see that; the properties can.
    pub late: bool,
}

/// A leaf of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModelledObject {
    /// Of a phone.
    Enrolment(u8),
    /// Of a phone, with its number in the chain, from 1.
    Report(u8, u8),
    /// Of a desk.
    Decision(ModelledDecision),
}

pub(crate) fn phone_id(phone: u8) -> DeviceId {
    DeviceId([phone; 16])
}

pub(crate) fn desk_id(desk: u8) -> DeviceId {
    DeviceId([0x80 + desk; 16])
}

/// Stands for the hash of an envelope.
pub(crate) fn report_hash(phone: u8, seq: u8) -> Hash {
    let mut bytes = [seq; 32];
    bytes[0] = phone;
    Hash(bytes)
}

impl ModelledDecision {
    /// What it makes of a phone.
    pub(crate) fn standing(&self) -> Standing {
        match self.ruling {
            Ruling::Confirmed => Standing::Confirmed,
            Ruling::Contested => Standing::Contested,
            Ruling::RevokedAfter(_) => Standing::Revoked,
        }
    }

    /// As desks sign it.
    pub(crate) fn record(&self) -> StandingRecord {
        let device = phone_id(self.phone);
        let decision = match self.ruling {
            Ruling::Confirmed => StandingDecision::new(device, Standing::Confirmed),
            Ruling::Contested => StandingDecision::new(device, Standing::Contested),
            Ruling::RevokedAfter(seq) => StandingDecision {
                device,
                standing: Standing::Revoked,
                good_seq: seq.into(),
                good_hash: (seq > 0).then(|| report_hash(self.phone, seq)),
            },
        };
        let (desk, by_hand, decisions) = (desk_id(self.desk), self.by_hand, vec![decision]);
        StandingRecord { v: VERSION, mission: MISSION, desk, at: 0, by_hand, decisions }
    }
}

impl ModelledObject {
    /// The decision that it is.
    pub(crate) fn decision(&self) -> Option<&ModelledDecision> {
        match self {
            Self::Decision(decision) => Some(decision),
            Self::Enrolment(_) | Self::Report(..) => None,
        }
    }
}

/// The Merkle tree of a log.
pub(crate) fn tree(log: &[ModelledObject]) -> MerkleTree {
    let mut tree = MerkleTree::default();
    log.iter().for_each(|object| tree.push(leaf_hash(format!("{object:?}").as_bytes())));
    tree
}
