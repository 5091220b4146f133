//! The signed description of a mission: a small manifest that names content-addressed, compressed parts.

use crate::authority::{DeskTerm, IssuerTerm, LogEpoch, Reinstatement};
use crate::cbor::{self, Malformed};
use crate::checkpoint::NoteKey;
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{DeviceId, Hash, MissionId, MissionRoot, PublicKey};
use crate::inflate::{hash_inflated, inflate_to};
use crate::keys::{ReadingKey, SigningKey};
use crate::root::{JointManifest, RootError};
use crate::witnesses::{self, WitnessListFault};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use miniz_oxide::deflate::compress_to_vec;

/// Most bytes that a part may inflate to (64 MiB).
pub const MAX_PART: usize = 64 << 20;

/// Most parts of a bundle.
pub const MAX_PARTS: usize = 1024;
/// Most issuers, reading keys, desks, readers, TLS roots, servers and witnesses of a manifest, each.
pub const MAX_NAMED: usize = 256;
/// Most devices that a manifest reinstates.
pub const MAX_REINSTATED: usize = 4096;

/// Kind of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum PartKind {
    /// The mission's settings, as JSON.
    #[n(0)]
    Mission,
    /// The tree of places, as JSON.
    #[n(1)]
    Places,
    /// The definition of a checklist, as JSON.
    #[n(2)]
    Checklist,
}

/// A part of the bundle, identified by the hash of its uncompressed bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct BundlePart {
    /// Decides how the content is decoded.
    #[n(0)]
    pub kind: PartKind,
    /// The checklist's id; unique within the kind.
    #[n(1)]
    pub name: String,
    /// SHA-256 of the uncompressed bytes. Reports name their checklist by it.
    #[n(2)]
    pub hash: Hash,
    /// Uncompressed length in bytes; at most [`MAX_PART`].
    #[n(3)]
    pub size: u64,
}

/// One version of a mission, signed by its root key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Manifest {
    /// [`Manifest::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The name of the root that signed it.
    #[n(1)]
    pub mission: MissionId,
    /// Grows with every change; a phone never goes back to a lower one.
    #[n(2)]
    pub version: u64,
    /// [`Manifest::hash`] of the preceding manifest; `None` for the first.
    #[n(3)]
    pub prev: Option<Hash>,
    /// Time of signing, in milliseconds since 1970.
    #[n(4)]
    pub issued: i64,
    /// End of enrolment, in milliseconds since 1970; after it the phone warns. Reports can still be signed.
    #[n(5)]
    pub expires: i64,
    /// Keys that sign certificates, each for the places of the log that it is listed for. At least one, at most [`MAX_NAMED`].
    #[cbor(n(6), decode_with = "cbor::at_most::<_, _, MAX_NAMED>")]
    pub issuers: Vec<IssuerTerm>,
    /// The log that receipts come from, and those before it.
    #[n(7)]
    pub log: LogEpoch,
    /// Trusted TLS roots (X.509, DER); two while one replaces the other. At most [`MAX_NAMED`].
    #[cbor(n(8), decode_with = "cbor::at_most::<_, _, MAX_NAMED>")]
    pub tls_roots: Vec<ByteVec>,
    /// Keys that reports are sealed to, by ascending number: the last is the current one, the others open what was sealed before.
    /// At least one, at most [`MAX_NAMED`].
    #[cbor(n(9), decode_with = "cbor::at_most::<_, _, MAX_NAMED>")]
    pub reading: Vec<ReadingKey>,
    /// Server URLs, in the order in which to try them. At most [`MAX_NAMED`].
    #[cbor(n(10), decode_with = "cbor::at_most::<_, _, MAX_NAMED>")]
    pub servers: Vec<String>,
    /// Every part of the bundle; at most [`MAX_PARTS`].
    #[cbor(n(11), decode_with = "cbor::at_most::<_, _, MAX_PARTS>")]
    pub parts: Vec<BundlePart>,
    /// The desks: what they sign counts while they are listed. At most [`MAX_NAMED`].
    #[cbor(n(12), decode_with = "cbor::at_most::<_, _, MAX_NAMED>")]
    pub desks: Vec<DeskTerm>,
    /// Devices of which whatever was decided before some place holds no more. At most [`MAX_REINSTATED`].
    #[cbor(n(13), decode_with = "cbor::at_most::<_, _, MAX_REINSTATED>")]
    pub reinstated: Vec<Reinstatement>,
    /// Until when the next manifest is promised, in milliseconds since 1970: whoever has heard of none by then says so. It ends nothing.
    #[n(14)]
    pub renew_by: i64,
    /// Desks that may read the log and sign nothing; ended by being left out. At most [`MAX_NAMED`].
    #[cbor(n(15), decode_with = "cbor::at_most::<_, _, MAX_NAMED>")]
    pub readers: Vec<DeviceId>,
    /// Who may cosign heads of the log; no key twice, and none of a log of the mission. At most [`MAX_NAMED`].
    #[cbor(n(16), decode_with = "cbor::at_most::<_, _, MAX_NAMED>")]
    pub witnesses: Vec<NoteKey>,
    /// How many of them must; 0 asks for none. At most as many as are named.
    #[n(17)]
    pub cosignatures: u32,
}

/// Why a manifest or part is rejected. What the phone already has stays in use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not signed by the mission's root, or malformed.
    #[error("the mission bundle was rejected: {0}")]
    Cose(#[from] CoseError),
    /// Not signed by as many holders of the mission's root as must.
    #[error("the mission bundle was rejected: {0}")]
    Root(#[from] RootError),
    /// Signed by its root, and of a later version than this program reads: the mission's programs were updated, and this one was not.
    #[error("the mission bundle is of version {found}, and this program reads version {known}: update this program")]
    Newer {
        /// [`Manifest::v`] of what came.
        found: u64,
        /// [`Manifest::VERSION`].
        known: u8,
    },
    /// Signed by its root, with witnesses that cannot be meant so.
    #[error("the mission bundle was rejected, for its witnesses: {0}")]
    Witnesses(#[from] WitnessListFault),
    /// Signed by its root, for another mission.
    #[error("the bundle belongs to mission {found}, not to this one")]
    Mission {
        /// The mission named in the manifest.
        found: MissionId,
    },
    /// Older than the known version.
    #[error(
        "the bundle went back from version {known} to {found}: somebody may be replaying an old one; tell the coordinators"
    )]
    Rollback {
        /// Version that is known.
        known: u64,
        /// Version that arrived.
        found: u64,
    },
    /// The known version with other bytes, or a successor to another manifest.
    #[error(
        "bundle version {version} does not follow the known one: two different bundles are in circulation; tell the coordinators"
    )]
    Fork {
        /// Version that arrived.
        version: u64,
    },
    /// The bytes of a part do not have the hash that the manifest names.
    #[error("part {name} of the bundle is damaged; it will be fetched again")]
    Part {
        /// [`BundlePart::name`].
        name: String,
    },
}

impl Manifest {
    /// Version of a manifest; those of version 1 named one issuer and no desks.
    pub const VERSION: u8 = 2;

    /// Signs with the root key; returns the `COSE_Sign1` bytes.
    #[must_use]
    pub fn sign(&self, root: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Manifest, root, &[], &cbor::encode(self))
    }

    /// Verifies and decodes a signed manifest. Whether it may replace the known one is checked by
    /// [`Manifest::succeeds`].
    ///
    /// # Errors
    /// [`BundleError`] if the root did not sign it, it is of a later version, names another mission, or is malformed. The signature comes
    /// first: nobody else can tell a program to be updated.
    pub fn open(bytes: &[u8], root: impl Into<MissionRoot>) -> Result<Self, BundleError> {
        let root = root.into();
        if JointManifest::is_one(bytes) {
            let joint = JointManifest::open(bytes, root)?;
            joint.complete()?;
            return joint.manifest();
        }
        Self::decode(cose::open(ObjectType::Manifest, bytes, &PublicKey(root.0), &[])?, root)
    }

    /// What a later manifest names this one by: the SHA-256 of its bytes; of one that several signed, of its bytes without signatures,
    /// so that it is the same whoever of them signed.
    #[must_use]
    pub fn hash(bytes: &[u8]) -> Hash {
        JointManifest::unsigned(bytes).map_or_else(|| Hash::of(bytes), |unsigned| Hash::of(&unsigned))
    }

    pub(crate) fn decode(payload: &[u8], root: MissionRoot) -> Result<Self, BundleError> {
        let manifest: Self = cbor::decode_version(payload, "manifest", Self::VERSION).map_err(unread)?;
        if let Some(lacking) = manifest.lacks() {
            return Err(CoseError::from(Malformed::Shape { what: "manifest", detail: lacking.into() }).into());
        }
        witnesses::check(&manifest.witnesses, manifest.cosignatures, Some(&manifest.log))?;
        if manifest.mission == MissionId::of(root) {
            Ok(manifest)
        } else {
            Err(BundleError::Mission { found: manifest.mission })
        }
    }

    /// Whether the next one was promised by now, in milliseconds since 1970: somebody keeps it back, or nobody renewed it.
    #[must_use]
    pub fn is_overdue(&self, now: i64) -> bool {
        now > self.renew_by
    }

    fn lacks(&self) -> Option<&'static str> {
        let ascending = self.reading.windows(2).all(|w| w[0].number < w[1].number);
        match () {
            () if self.issuers.is_empty() => Some("it names no issuer"),
            () if self.reading.is_empty() => Some("it names no reading key"),
            () if !ascending => Some("its reading keys do not ascend"),
            () if self.log.epoch as usize != self.log.before.len() => Some("it does not name every log before"),
            () => None,
        }
    }

    /// Checks that it may replace a known manifest: it is a later version, or the same one. The direct successor must
    /// name the hash of the known one; versions in between may have been missed.
    ///
    /// # Errors
    /// [`BundleError::Rollback`] for an earlier version, [`BundleError::Fork`] for another branch.
    pub fn succeeds(&self, bytes: &[u8], known: &Self, known_bytes: &[u8]) -> Result<(), BundleError> {
        let fork = || Err(BundleError::Fork { version: self.version });
        match self.version {
            v if v < known.version => Err(BundleError::Rollback { known: known.version, found: v }),
            v if v == known.version && Self::hash(bytes) != Self::hash(known_bytes) => fork(),
            v if v == known.version + 1 && self.prev != Some(Self::hash(known_bytes)) => fork(),
            _ if !known.log.is_followed_by(&self.log) => fork(),
            _ => Ok(()),
        }
    }

    /// The part that packed bytes inflate to; `None` if it is none of them. Takes no memory for what they inflate to.
    #[must_use]
    pub fn part_of(&self, packed: &[u8]) -> Option<&BundlePart> {
        let largest = self.parts.iter().map(BundlePart::most).max()?;
        let (hash, _) = hash_inflated(packed, largest)?;
        self.parts.iter().find(|p| p.hash == hash)
    }

    /// The part with this kind and name, if any.
    #[must_use]
    pub fn part(&self, kind: PartKind, name: &str) -> Option<&BundlePart> {
        self.parts.iter().find(|p| p.kind == kind && p.name == name)
    }
}

impl BundlePart {
    /// Compresses the bytes of a part (raw DEFLATE); returns its description and the packed bytes.
    #[must_use]
    pub fn pack(kind: PartKind, name: &str, bytes: &[u8]) -> (Self, Vec<u8>) {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let part = Self { kind, name: name.to_owned(), hash: Hash::of(bytes), size };
        (part, compress_to_vec(bytes, 9))
    }

    /// Most bytes that the packed part may have: incompressible data grows a little.
    #[must_use]
    pub fn longest(&self) -> usize {
        let size = self.most();
        (size + size / 10 + 256).min(MAX_PART)
    }

    /// Most bytes that it may inflate to.
    fn most(&self) -> usize {
        usize::try_from(self.size).unwrap_or(usize::MAX).min(MAX_PART)
    }

    /// Checks that packed bytes are this part. Takes no memory for what they inflate to.
    ///
    /// # Errors
    /// [`BundleError::Part`] if they cannot be inflated or are not this part.
    pub fn verify(&self, packed: &[u8]) -> Result<(), BundleError> {
        match hash_inflated(packed, self.most()) {
            Some((hash, _)) if hash == self.hash => Ok(()),
            Some(_) | None => Err(self.damaged()),
        }
    }

    /// Inflates packed bytes, once their hash is known to be the part's: others cost no memory.
    ///
    /// # Errors
    /// [`BundleError::Part`] if they cannot be inflated or are not this part.
    pub fn unpack(&self, packed: &[u8]) -> Result<Vec<u8>, BundleError> {
        inflate_to(packed, self.hash, self.most()).ok_or_else(|| self.damaged())
    }

    fn damaged(&self) -> BundleError {
        BundleError::Part { name: self.name.clone() }
    }
}

/// Why what the root signed does not read.
fn unread(e: Malformed) -> BundleError {
    if let Malformed::Version { found, known, .. } = e
        && found > u64::from(known)
    {
        return BundleError::Newer { found, known };
    }
    CoseError::from(e).into()
}

/// Whether packed bytes are the part with this hash, without a manifest. Takes no memory for what they inflate to, at most [`MAX_PART`].
#[must_use]
pub fn is_part(hash: Hash, packed: &[u8]) -> bool {
    hash_inflated(packed, MAX_PART).is_some_and(|(found, _)| found == hash)
}

/// Inflates packed bytes to those with this hash, without a manifest; `None` if they are others.
#[must_use]
pub fn inflate(packed: &[u8], hash: Hash) -> Option<Vec<u8>> {
    inflate_to(packed, hash, MAX_PART)
}
