//! A log as a desk exports it: everything that is needed to verify what the server logged, and nothing secret.

use crate::bundle::{BundleError, Manifest};
use crate::cbor::Malformed;
use crate::ids::{Hash, MissionId, MissionRoot};
use crate::merkle::MerkleTree;
use crate::receipt::{ReceiptError, TreeHead, leaf_hash};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// Version of the file.
const VERSION: u8 = 1;

/// `[version, root, manifest, entries, head]`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ExportedLog {
    #[n(0)]
    version: u8,
    /// The mission's root key. The file vouches for itself only: compare the mission with one that came another way.
    #[n(1)]
    pub root: MissionRoot,
    /// The latest manifest, as the root signed it.
    #[n(2)]
    pub manifest: ByteVec,
    /// In the order of the log.
    #[n(3)]
    pub entries: Vec<ExportedEntry>,
    /// The last head that these entries led to, as the server signed it.
    #[n(4)]
    pub head: ByteVec,
}

/// A leaf of the log with its object.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ExportedEntry {
    /// When the server received it, in milliseconds since 1970.
    #[n(0)]
    pub received: i64,
    /// Empty where it is not here.
    #[n(1)]
    pub object: ByteVec,
    /// Of an object that is not here, because the server's copy was damaged.
    #[n(2)]
    pub hash: Option<Hash>,
}

/// Why a file is no log of a mission.
#[derive(Debug, thiserror::Error)]
pub enum ExportedLogError {
    /// Cut off.
    #[error("the file is cut off; export it again with `baqylau desk log`")]
    Cut,
    /// Something else.
    #[error("it is no exported log: {0}")]
    Malformed(String),
    /// Bytes behind the log.
    #[error("bytes after the end")]
    Longer,
    /// Of a later program.
    #[error("the file has version {found}; update this program")]
    Version {
        /// In the file.
        found: u8,
    },
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] BundleError),
    /// The head.
    #[error(transparent)]
    Head(#[from] ReceiptError),
}

impl ExportedEntry {
    /// As it stands in the leaf.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash.unwrap_or_else(|| Hash::of(&self.object))
    }
}

impl ExportedLog {
    /// Puts one together.
    #[must_use]
    pub fn new(root: MissionRoot, manifest: Vec<u8>, entries: Vec<ExportedEntry>, head: Vec<u8>) -> Self {
        Self { version: VERSION, root, manifest: manifest.into(), entries, head: head.into() }
    }

    /// Reads a file. Nothing in it is verified.
    ///
    /// # Errors
    /// [`ExportedLogError`] if it is none, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, ExportedLogError> {
        let mut decoder = minicbor::Decoder::new(bytes);
        let log: Self = decoder.decode().map_err(|e| match e.is_end_of_input() {
            true => ExportedLogError::Cut,
            false => ExportedLogError::Malformed(Malformed::Shape { what: "log", detail: e.to_string() }.to_string()),
        })?;
        match (decoder.position() == bytes.len(), log.version) {
            (false, _) => Err(ExportedLogError::Longer),
            (true, VERSION) => Ok(log),
            (true, found) => Err(ExportedLogError::Version { found }),
        }
    }

    /// The mission that the root names.
    #[must_use]
    pub fn mission(&self) -> MissionId {
        MissionId::of(self.root)
    }

    /// Manifest and head, verified under the root. Whether the entries lead to the head, [`ExportedLog::tree`] says.
    ///
    /// # Errors
    /// The root did not sign the manifest, or no log of the manifest the head.
    pub fn open(&self) -> Result<(Manifest, TreeHead), ExportedLogError> {
        let manifest = Manifest::open(&self.manifest, self.root)?;
        let head = TreeHead::open(&self.head, &manifest.log.keys(), manifest.mission)?;
        Ok((manifest, head))
    }

    /// The tree of all entries.
    #[must_use]
    pub fn tree(&self) -> MerkleTree {
        let mut tree = MerkleTree::default();
        self.entries.iter().for_each(|entry| tree.push(leaf_hash(entry.hash(), entry.received)));
        tree
    }
}
