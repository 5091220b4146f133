//! The server's signed proof that an object is durably in its log.

use crate::cbor::{self, Malformed};
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{Hash, MissionId, PublicKey};
use crate::keys::SigningKey;
use crate::merkle;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// What the server signs once for every group of commits.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TreeHead {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission whose log it is.
    #[n(1)]
    pub mission: MissionId,
    /// How many leaves the log had.
    #[n(2)]
    pub size: u64,
    /// Their root.
    #[n(3)]
    pub root: Hash,
    /// When, in milliseconds since 1970, by the server's clock.
    #[n(4)]
    pub time: i64,
}

impl TreeHead {
    /// Signs it as the server.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::TreeHead, key, &[], &cbor::encode(self))
    }

    /// Verifies one against the receipt keys of the bundle.
    ///
    /// # Errors
    /// Signed by none of them, of another mission, or malformed.
    pub fn open(bytes: &[u8], keys: &[PublicKey], mission: MissionId) -> Result<Self, ReceiptError> {
        let opened = keys.iter().find_map(|key| cose::open(ObjectType::TreeHead, bytes, key, &[]).ok());
        let payload = opened.ok_or(CoseError::Signature(ObjectType::TreeHead))?;
        let head: Self = cbor::decode(payload, "tree head").map_err(CoseError::from)?;
        if head.mission == mission { Ok(head) } else { Err(ReceiptError::Mission { found: head.mission }) }
    }
}

/// What the server signs when it has all of an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AttachmentProof {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission.
    #[n(1)]
    pub mission: MissionId,
    /// SHA-256 of the encrypted attachment.
    #[n(2)]
    pub hash: Hash,
    /// How many bytes it has.
    #[n(3)]
    pub length: u64,
}

impl AttachmentProof {
    /// Signs it as the server.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Kept, key, &[], &cbor::encode(self))
    }

    /// Verifies a proof for an attachment.
    ///
    /// # Errors
    /// Not by the server, or for another.
    pub fn verify(bytes: &[u8], hash: Hash, keys: &[PublicKey], mission: MissionId) -> Result<(), ReceiptError> {
        let opened = keys.iter().find_map(|key| cose::open(ObjectType::Kept, bytes, key, &[]).ok());
        let payload = opened.ok_or(CoseError::Signature(ObjectType::Kept))?;
        let kept: Self = cbor::decode(payload, "proof of an attachment").map_err(CoseError::from)?;
        match kept {
            Self { mission: found, .. } if found != mission => Err(ReceiptError::Mission { found }),
            Self { hash: found, .. } if found != hash => Err(ReceiptError::Path),
            _ => Ok(()),
        }
    }
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not signed by the server.
    #[error("the receipt is refused: {0}")]
    Cose(#[from] CoseError),
    /// Malformed.
    #[error("the receipt is refused: {0}")]
    Malformed(#[from] Malformed),
    /// For the log of another mission.
    #[error("the receipt is for the mission {found}")]
    Mission {
        /// Which.
        found: MissionId,
    },
    /// The path does not lead from the object to the root.
    #[error("the receipt is for something else: its path does not lead to the signed root")]
    Path,
}

/// The leaf of an object: CBOR `[1, hash, received]`.
#[must_use]
pub fn leaf_hash(object: Hash, received: i64) -> Hash {
    merkle::leaf_hash(&cbor::encode(&(1u8, object, received)))
}

/// A tree head with the way from one object to it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Receipt {
    /// The signed tree head.
    #[n(0)]
    pub head: ByteVec,
    /// The object's place in the log.
    #[n(1)]
    pub index: u64,
    /// When the server received it, in milliseconds since 1970.
    #[n(2)]
    pub received: i64,
    /// The inclusion path, lowest first.
    #[n(3)]
    pub path: Vec<Hash>,
}

impl Receipt {
    /// Verifies that the receipt is for an object: the head is signed and the path leads to it.
    ///
    /// # Errors
    /// It proves nothing.
    pub fn verify(&self, object: Hash, keys: &[PublicKey], mission: MissionId) -> Result<TreeHead, ReceiptError> {
        let head = TreeHead::open(&self.head, keys, mission)?;
        let leaf = leaf_hash(object, self.received);
        match merkle::root_from_path(leaf, self.index, head.size, &self.path) {
            Some(root) if root == head.root => Ok(head),
            _ => Err(ReceiptError::Path),
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// Malformed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReceiptError> {
        Ok(cbor::decode(bytes, "receipt")?)
    }
}
