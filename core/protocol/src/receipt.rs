//! Receipts: the server's signed proof that an object is durably in its log.

use crate::cbor::{self, Malformed};
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::SigningKey;
use crate::merkle;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// A signed statement of the log's size and root, made once per group of commits.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TreeHead {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission whose log it is.
    #[n(1)]
    pub mission: MissionId,
    /// Number of leaves in the log.
    #[n(2)]
    pub size: u64,
    /// Merkle root over those leaves (RFC 6962).
    #[n(3)]
    pub root: Hash,
    /// Time of signing by the server's clock, in milliseconds since 1970.
    #[n(4)]
    pub time: i64,
}

impl TreeHead {
    /// Signs with the server's receipt key; returns the `COSE_Sign1` bytes.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::TreeHead, key, &[], &cbor::encode(self))
    }

    /// Whether both are of one log and cannot be: one size, two roots. Only of heads that one key signed: the log of another epoch is
    /// another log.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        self.mission == other.mission && self.size == other.size && self.root != other.root
    }

    /// Whether two signed heads are proof against the key that signed both: one size, two roots.
    #[must_use]
    pub fn contradict(one: &[u8], other: &[u8], keys: &[PublicKey], mission: MissionId) -> bool {
        keys.iter().any(|key| {
            let open = |bytes: &[u8]| Self::open(bytes, &[*key], mission).ok();
            open(one).zip(open(other)).is_some_and(|(one, other)| one.contradicts(&other))
        })
    }

    /// Verifies a signed tree head against the receipt keys of the bundle.
    ///
    /// # Errors
    /// [`ReceiptError`] if none of `keys` signed it, it is for another mission, or it is malformed.
    pub fn open(bytes: &[u8], keys: &[PublicKey], mission: MissionId) -> Result<Self, ReceiptError> {
        let opened = keys.iter().find_map(|key| cose::open(ObjectType::TreeHead, bytes, key, &[]).ok());
        let payload = opened.ok_or(CoseError::Signature(ObjectType::TreeHead))?;
        let head: Self = cbor::decode(payload, "tree head").map_err(CoseError::from)?;
        if head.mission == mission { Ok(head) } else { Err(ReceiptError::Mission { found: head.mission }) }
    }
}

/// The server's signed proof that it has the whole of an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AttachmentProof {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission in which the attachment was uploaded.
    #[n(1)]
    pub mission: MissionId,
    /// SHA-256 of the encrypted attachment.
    #[n(2)]
    pub hash: Hash,
    /// Bytes of the encrypted attachment.
    #[n(3)]
    pub length: u64,
    /// Whose place at the server it lies in.
    #[n(4)]
    pub device: DeviceId,
}

impl AttachmentProof {
    /// Signs with the server's receipt key; returns the `COSE_Sign1` bytes.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Kept, key, &[], &cbor::encode(self))
    }

    /// Verifies that a proof is for the attachment `hash` of a device.
    ///
    /// # Errors
    /// [`ReceiptError`] if none of `keys` signed it, or it is for another attachment, device or mission.
    pub fn verify(
        bytes: &[u8],
        (device, hash): (DeviceId, Hash),
        keys: &[PublicKey],
        mission: MissionId,
    ) -> Result<(), ReceiptError> {
        let opened = keys.iter().find_map(|key| cose::open(ObjectType::Kept, bytes, key, &[]).ok());
        let payload = opened.ok_or(CoseError::Signature(ObjectType::Kept))?;
        let kept: Self = cbor::decode(payload, "proof of an attachment").map_err(CoseError::from)?;
        match kept {
            Self { mission: found, .. } if found != mission => Err(ReceiptError::Mission { found }),
            Self { hash: found, device: whose, .. } if found != hash || whose != device => Err(ReceiptError::Path),
            _ => Ok(()),
        }
    }
}

/// Why a receipt or tree head is rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not signed by any of the server's receipt keys.
    #[error("the receipt was rejected: {0}")]
    Cose(#[from] CoseError),
    /// Cannot be decoded.
    #[error("the receipt was rejected: {0}")]
    Malformed(#[from] Malformed),
    /// Signed for the log of another mission.
    #[error("the receipt belongs to mission {found}, not to this one")]
    Mission {
        /// The mission named in the tree head.
        found: MissionId,
    },
    /// The inclusion path does not lead from the object to the signed root.
    #[error("the receipt is for another object: its path does not lead to the signed root")]
    Path,
}

/// Leaf hash of an object: over CBOR `[1, hash, received]`, `received` in milliseconds since 1970.
#[must_use]
pub fn leaf_hash(object: Hash, received: i64) -> Hash {
    merkle::leaf_hash(&cbor::encode(&(1u8, object, received)))
}

/// Most hashes of an inclusion path: those of the largest log that can be numbered.
pub const MAX_PATH: usize = 64;

/// A tree head with the inclusion path of one object.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Receipt {
    /// The signed [`TreeHead`].
    #[n(0)]
    pub head: ByteVec,
    /// Log index of the object, from 0.
    #[n(1)]
    pub index: u64,
    /// Time of receipt by the server's clock, in milliseconds since 1970.
    #[n(2)]
    pub received: i64,
    /// Inclusion path, lowest sibling first.
    #[cbor(n(3), decode_with = "cbor::at_most::<_, _, MAX_PATH>")]
    pub path: Vec<Hash>,
}

impl Receipt {
    /// Verifies that the object with this hash is in the log: the head is signed and the path leads to its root.
    ///
    /// # Errors
    /// [`ReceiptError`] if the head does not verify or the path leads elsewhere.
    pub fn verify(&self, object: Hash, keys: &[PublicKey], mission: MissionId) -> Result<TreeHead, ReceiptError> {
        let head = TreeHead::open(&self.head, keys, mission)?;
        let leaf = leaf_hash(object, self.received);
        match merkle::root_from_path(leaf, self.index, head.size, &self.path) {
            Some(root) if root == head.root => Ok(head),
            _ => Err(ReceiptError::Path),
        }
    }

    /// Decodes a receipt without verifying it; see [`Receipt::verify`].
    ///
    /// # Errors
    /// [`ReceiptError::Malformed`] if the bytes cannot be decoded.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReceiptError> {
        Ok(cbor::decode(bytes, "receipt")?)
    }
}
