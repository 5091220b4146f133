//! The signed description of a mission: a small manifest that names content-addressed, compressed parts.

use crate::cbor;
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{Hash, MissionId, PublicKey};
use crate::keys::{ReadingKey, SigningKey};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// The most bytes a part may inflate to.
pub const MAX_PART: usize = 64 << 20;

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum PartKind {
    /// The mission's settings: JSON.
    #[n(0)]
    Mission,
    /// The places: JSON.
    #[n(1)]
    Places,
    /// A checklist's definition: JSON.
    #[n(2)]
    Checklist,
}

/// A part, by the hash of its uncompressed bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct BundlePart {
    /// What it is.
    #[n(0)]
    pub kind: PartKind,
    /// Its name: the checklist's id.
    #[n(1)]
    pub name: String,
    /// SHA-256 of the uncompressed bytes; reports name checklists by it.
    #[n(2)]
    pub hash: Hash,
    /// How many bytes it has uncompressed.
    #[n(3)]
    pub size: u64,
}

/// A mission at one moment. Signed by the root key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Manifest {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission: the hash of its root key.
    #[n(1)]
    pub mission: MissionId,
    /// Only grows.
    #[n(2)]
    pub version: u64,
    /// The hash of the manifest before.
    #[n(3)]
    pub prev: Option<Hash>,
    /// When it was signed, in milliseconds since 1970.
    #[n(4)]
    pub issued: i64,
    /// When enrolment ends and the phone warns. Signing reports never ends.
    #[n(5)]
    pub expires: i64,
    /// Signs certificates and the roster.
    #[n(6)]
    pub issuer: PublicKey,
    /// Sign receipts; two while one replaces the other.
    #[n(7)]
    pub receipt_keys: Vec<PublicKey>,
    /// The roots that TLS trusts, DER; two while one replaces the other.
    #[n(8)]
    pub tls_roots: Vec<ByteVec>,
    /// What reports are sealed to.
    #[n(9)]
    pub reading: ReadingKey,
    /// The servers' addresses.
    #[n(10)]
    pub servers: Vec<String>,
    /// The parts.
    #[n(11)]
    pub parts: Vec<BundlePart>,
}

/// Why a manifest or part is refused. What was there before stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not by the mission's root.
    #[error("the mission bundle is refused: {0}")]
    Cose(#[from] CoseError),
    /// Of another mission.
    #[error("the bundle is of the mission {found}, not of this one")]
    Mission {
        /// Which.
        found: MissionId,
    },
    /// Older than the one that is known.
    #[error("the bundle went back from version {known} to {found}; somebody replays an old one: tell the coordinators")]
    Rollback {
        /// What is known.
        known: u64,
        /// What came.
        found: u64,
    },
    /// The same version with other bytes, or a successor of something else.
    #[error(
        "the bundle of version {version} is not the successor of the known one; two bundles are about: tell the coordinators"
    )]
    Fork {
        /// Which version.
        version: u64,
    },
    /// A part's bytes are not those that the manifest names.
    #[error("the part {name} of the bundle is damaged; it will be fetched again")]
    Part {
        /// Its name.
        name: String,
    },
}

impl Manifest {
    /// Signs it as the root.
    #[must_use]
    pub fn sign(&self, root: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Manifest, root, &[], &cbor::encode(self))
    }

    /// Verifies one.
    ///
    /// # Errors
    /// Not by the root, of another mission, or malformed.
    pub fn open(bytes: &[u8], root: &PublicKey) -> Result<Self, BundleError> {
        let payload = cose::open(ObjectType::Manifest, bytes, root, &[])?;
        let manifest: Self = cbor::decode(payload, "manifest").map_err(CoseError::from)?;
        let mission = MissionId::of(root);
        if manifest.mission == mission { Ok(manifest) } else { Err(BundleError::Mission { found: manifest.mission }) }
    }

    /// Verifies that it may replace a known one: a later version, or the same bytes. The direct successor must name the hash of
    /// the known one; versions in between may have been missed.
    ///
    /// # Errors
    /// It goes back, or it is another branch.
    pub fn succeeds(&self, bytes: &[u8], known: &Self, known_bytes: &[u8]) -> Result<(), BundleError> {
        let fork = || Err(BundleError::Fork { version: self.version });
        match self.version {
            v if v < known.version => Err(BundleError::Rollback { known: known.version, found: v }),
            v if v == known.version && bytes != known_bytes => fork(),
            v if v == known.version + 1 && self.prev != Some(Hash::of(known_bytes)) => fork(),
            _ => Ok(()),
        }
    }

    /// The part that packed bytes are, with what they unpack to. They are inflated once, to no more than the largest part has.
    #[must_use]
    pub fn unpack(&self, packed: &[u8]) -> Option<(&BundlePart, Vec<u8>)> {
        let largest = self.parts.iter().map(|p| p.size).max()?;
        let limit = usize::try_from(largest).unwrap_or(usize::MAX).min(MAX_PART);
        let bytes = decompress_to_vec_with_limit(packed, limit).ok()?;
        let hash = Hash::of(&bytes);
        self.parts.iter().find(|p| p.hash == hash).map(|part| (part, bytes))
    }

    /// The part of a kind and name.
    #[must_use]
    pub fn part(&self, kind: PartKind, name: &str) -> Option<&BundlePart> {
        self.parts.iter().find(|p| p.kind == kind && p.name == name)
    }
}

impl BundlePart {
    /// Describes and compresses the bytes of a part.
    #[must_use]
    pub fn pack(kind: PartKind, name: &str, bytes: &[u8]) -> (Self, Vec<u8>) {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let part = Self { kind, name: name.to_owned(), hash: Hash::of(bytes), size };
        (part, compress_to_vec(bytes, 9))
    }

    /// The most bytes that it has packed: what does not compress grows a little.
    #[must_use]
    pub fn longest(&self) -> usize {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX).min(MAX_PART);
        (size + size / 10 + 256).min(MAX_PART)
    }

    /// Inflates and verifies packed bytes.
    ///
    /// # Errors
    /// They are not this part.
    pub fn unpack(&self, packed: &[u8]) -> Result<Vec<u8>, BundleError> {
        let damaged = || BundleError::Part { name: self.name.clone() };
        let limit = usize::try_from(self.size).unwrap_or(usize::MAX).min(MAX_PART);
        let bytes = decompress_to_vec_with_limit(packed, limit).map_err(|_| damaged())?;
        if Hash::of(&bytes) == self.hash { Ok(bytes) } else { Err(damaged()) }
    }
}

/// Inflates packed bytes of a part whose manifest is gone; the caller knows them by their hash.
#[must_use]
pub fn inflate(packed: &[u8]) -> Option<Vec<u8>> {
    decompress_to_vec_with_limit(packed, MAX_PART).ok()
}
