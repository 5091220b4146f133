//! Two exported logs of one mission beside each other: whether one begins with the other, or one key signed two logs. The proof of that
//! stands without the files.

use crate::bundle::{BundleError, Manifest};
use crate::cbor;
use crate::exported::{ExportedLog, ExportedLogError};
use crate::ids::{Hash, MissionId, MissionRoot, PublicKey};
use crate::merkle::MerkleTree;
use crate::receipt::{Receipt, TreeHead, leaf_hash};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// Version of the file with the proof.
const VERSION: u8 = 1;

/// An exported log whose objects lead to the head that it has.
pub struct StandingLog<'l> {
    /// The file.
    pub log: &'l ExportedLog,
    /// Verified under the root.
    pub manifest: Manifest,
    /// Verified under a key of a log of the mission.
    pub head: TreeHead,
    /// Signed the head.
    pub key: PublicKey,
    tree: MerkleTree,
}

/// Why an exported log does not stand by itself: whoever wrote or changed the file is in question, and no server.
#[derive(Debug, thiserror::Error)]
pub enum Unsound {
    /// Manifest or head.
    #[error(transparent)]
    File(#[from] ExportedLogError),
    /// Other objects, times, or another number of them.
    #[error("the log does not lead to the root that the server signed ({signed} objects)")]
    Root {
        /// How many the head is for.
        signed: u64,
    },
}

/// How two logs stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogComparison {
    /// They are of two missions.
    OtherMission,
    /// The smaller one is the beginning of the larger one.
    Consistent {
        /// How many objects both have.
        shared: u64,
    },
    /// One key signed two logs.
    Forked(Box<ForkProof>),
    /// The later one took the earlier one's place, and begins with what the root vouches for of it.
    Replaced {
        /// How many objects both have to have.
        kept: u64,
    },
    /// The earlier one is not what the root vouches for of it: somebody signed another one for those who vouched.
    Parted {
        /// Signed the earlier one.
        key: PublicKey,
        /// The first place where they differ.
        first: u64,
    },
    /// A key signed one of them that no manifest here names beside the other's.
    OtherKey,
}

/// One key signed two leaves at one place. Whoever has the mission's root key's public half can check it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ForkProof {
    #[n(0)]
    version: u8,
    /// The mission's root key.
    #[n(1)]
    pub root: MissionRoot,
    /// Names the key, as the root signed it.
    #[n(2)]
    pub manifest: ByteVec,
    /// Signed both heads.
    #[n(3)]
    pub key: PublicKey,
    /// What stood there in one log.
    #[n(4)]
    pub one: SignedLeaf,
    /// And in the other.
    #[n(5)]
    pub other: SignedLeaf,
}

/// What a signed head says of a place.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct SignedLeaf {
    /// SHA-256 of the object.
    #[n(0)]
    pub object: Hash,
    /// Head, place, time and path.
    #[n(1)]
    pub receipt: Receipt,
}

/// Why a file proves no fork.
#[derive(Debug, thiserror::Error)]
pub enum NoFork {
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] BundleError),
    /// The key is no log's of the mission.
    #[error("no log of the mission has this key")]
    Key,
    /// One of the heads or paths.
    #[error("a head or a path in it does not verify")]
    Receipt,
    /// Both say the same, or speak of two places.
    #[error("its heads do not contradict each other")]
    Same,
}

impl<'l> StandingLog<'l> {
    /// Verifies that the objects lead to the head, and the head to the root key.
    ///
    /// # Errors
    /// [`Unsound`] with the first that does not hold.
    pub fn of(log: &'l ExportedLog) -> Result<Self, Unsound> {
        let (manifest, head) = log.open()?;
        let tree = log.tree();
        let signed = head.size;
        if tree.len() as u64 != signed || tree.root() != head.root {
            return Err(Unsound::Root { signed });
        }
        let opens = |key: &PublicKey| TreeHead::open(&log.head, &[*key], manifest.mission).is_ok();
        let key = manifest.log.keys().into_iter().find(opens).ok_or(Unsound::Root { signed })?;
        Ok(Self { log, manifest, head, key, tree })
    }

    /// How this one and another stand to each other.
    #[must_use]
    pub fn compare(&self, other: &Self) -> LogComparison {
        if self.log.root != other.log.root {
            return LogComparison::OtherMission;
        }
        let newest = if self.manifest.version >= other.manifest.version { self } else { other };
        if self.key == other.key {
            let shared = self.head.size.min(other.head.size);
            return match self.first_difference(other, shared) {
                None => LogComparison::Consistent { shared },
                Some(first) => self.fork(other, newest, first).map_or(LogComparison::OtherKey, LogComparison::Forked),
            };
        }
        let (Some(one), Some(two)) = (newest.epoch_of(self.key), newest.epoch_of(other.key)) else {
            return LogComparison::OtherKey;
        };
        let (earlier, later) = if one < two { (self, other) } else { (other, self) };
        // What was left of the earlier one when the later one began.
        let between = newest.manifest.log.before.get(one.min(two)..one.max(two)).unwrap_or_default();
        let kept = between.iter().map(|head| head.size).min().unwrap_or(0);
        let shared = kept.min(earlier.head.size).min(later.head.size);
        match earlier.first_difference(later, shared) {
            None => LogComparison::Replaced { kept },
            Some(first) => LogComparison::Parted { key: earlier.key, first },
        }
    }

    fn epoch_of(&self, key: PublicKey) -> Option<usize> {
        let log = &self.manifest.log;
        let now = (log.key == key).then_some(log.before.len());
        log.before.iter().position(|head| head.key == key).or(now)
    }

    /// The first of some places where the leaves differ.
    fn first_difference(&self, other: &Self, shared: u64) -> Option<u64> {
        if self.tree.root_at(shared) == other.tree.root_at(shared) {
            return None;
        }
        let leaf = |log: &ExportedLog, at: usize| log.entries.get(at).map(|e| (e.hash(), e.received));
        (0..shared).find(|at| {
            let at = usize::try_from(*at).unwrap_or(usize::MAX);
            leaf(self.log, at) != leaf(other.log, at)
        })
    }

    fn fork(&self, other: &Self, newest: &Self, first: u64) -> Option<Box<ForkProof>> {
        Some(Box::new(ForkProof {
            version: VERSION,
            root: self.log.root,
            manifest: newest.log.manifest.clone(),
            key: self.key,
            one: self.leaf(first)?,
            other: other.leaf(first)?,
        }))
    }

    fn leaf(&self, index: u64) -> Option<SignedLeaf> {
        let at = usize::try_from(index).ok()?;
        let entry = self.log.entries.get(at)?;
        let receipt =
            Receipt { head: self.log.head.clone(), index, received: entry.received, path: self.tree.path(at)? };
        Some(SignedLeaf { object: entry.hash(), receipt })
    }
}

impl ForkProof {
    /// As a file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads a file; `None` where it is something else. Nothing in it is verified.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let fork: Self = cbor::decode_request(bytes).ok()?;
        (fork.version == VERSION && fork.encode() == bytes).then_some(fork)
    }

    /// The mission that the root names.
    #[must_use]
    pub fn mission(&self) -> MissionId {
        MissionId::of(self.root)
    }

    /// Verifies that the key, which the mission's root names, signed two logs. Gives the place where they part.
    ///
    /// # Errors
    /// [`NoFork`] with the first that does not hold.
    pub fn verify(&self) -> Result<u64, NoFork> {
        let manifest = Manifest::open(&self.manifest, self.root)?;
        if !manifest.log.keys().contains(&self.key) {
            return Err(NoFork::Key);
        }
        for leaf in [&self.one, &self.other] {
            let verified = leaf.receipt.verify(leaf.object, &[self.key], manifest.mission);
            verified.map_err(|_| NoFork::Receipt)?;
        }
        let leaf = |leaf: &SignedLeaf| (leaf.receipt.index, leaf_hash(leaf.object, leaf.receipt.received));
        let ((place, one), (elsewhere, other)) = (leaf(&self.one), leaf(&self.other));
        if place == elsewhere && one != other { Ok(place) } else { Err(NoFork::Same) }
    }
}
