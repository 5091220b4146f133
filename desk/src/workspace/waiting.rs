//! A bundle that not enough holders of the root have signed yet. It travels as a file from one to the next; none of them needs the mission's
//! folder, only a key.

use super::Workspace;
use crate::error::DeskError;
use baqylau_protocol::bundle::{BundleError, Manifest};
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::MissionRoot;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::root::{JointManifest, RootError, RootStatement};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use std::fs;
use std::path::PathBuf;

/// The most bytes of a file: the largest published bundle, and a manifest more.
const MAX_FILE: usize = 33 << 20;

/// Why a file is no bundle that waits for signatures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WaitingBundleError {
    /// Not in the form of one.
    #[error("this is no bundle that waits for signatures: {0}")]
    Malformed(#[from] Malformed),
    /// Its keys or signatures.
    #[error(transparent)]
    Root(#[from] RootError),
    /// What is proposed does not read, or does not follow what it says it follows.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// It is a later version of a manifest that the file does not have, so that nobody can see what it changes.
    #[error("the file lacks the manifest before, so that nobody can see what changes; do not sign it")]
    NoBefore,
}

/// A manifest that fewer than must have signed, with its packed parts and the manifest that it follows.
pub struct WaitingBundle {
    joint: JointManifest,
    packed: Vec<ByteVec>,
    before: Option<ByteVec>,
}

#[derive(Encode, Decode)]
struct WaitingBundleFile {
    #[n(0)]
    manifest: ByteVec,
    #[n(1)]
    packed: Vec<ByteVec>,
    #[n(2)]
    before: Option<ByteVec>,
}

impl WaitingBundle {
    pub(super) fn new(joint: JointManifest, packed: Vec<ByteVec>, before: Option<Vec<u8>>) -> Self {
        Self { joint, packed, before: before.map(Into::into) }
    }

    /// Reads a file, and verifies the signatures in it and that it follows the manifest that it brings along.
    ///
    /// # Errors
    /// [`WaitingBundleError`].
    pub fn read(bytes: &[u8]) -> Result<Self, WaitingBundleError> {
        if bytes.len() > MAX_FILE {
            return Err(Malformed::TooLong { found: bytes.len(), limit: MAX_FILE }.into());
        }
        let WaitingBundleFile { manifest, packed, before } = cbor::decode_request(bytes)?;
        let root = JointManifest::read_statement(&manifest)?.root();
        let this = Self { joint: JointManifest::open(&manifest, root)?, packed, before };
        match (this.manifest()?, this.manifest_before()?) {
            (manifest, None) if manifest.version != 1 => Err(WaitingBundleError::NoBefore),
            (_, None) => Ok(this),
            (manifest, Some(before)) => {
                let bytes = this.before.as_deref().map_or(&[][..], Vec::as_slice);
                manifest.succeeds(&this.joint.encode(), &before, bytes)?;
                if manifest.version == before.version + 1 { Ok(this) } else { Err(WaitingBundleError::NoBefore) }
            }
        }
    }

    /// As it is written.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (packed, before) = (self.packed.clone(), self.before.clone());
        cbor::encode(&WaitingBundleFile { manifest: self.joint.encode().into(), packed, before })
    }

    /// What pins the mission whose holders of the root are to sign.
    ///
    /// # Errors
    /// Never of one that was read.
    pub fn root(&self) -> Result<MissionRoot, RootError> {
        Ok(self.joint.statement()?.root())
    }

    /// What is proposed.
    ///
    /// # Errors
    /// Never of one that was read.
    pub fn manifest(&self) -> Result<Manifest, BundleError> {
        self.joint.manifest()
    }

    /// What it would take the place of; `None` where it is the first.
    ///
    /// # Errors
    /// Too few signed that one, or it is of another mission.
    pub fn manifest_before(&self) -> Result<Option<Manifest>, WaitingBundleError> {
        let root = self.root()?;
        let before = self.before.as_ref().map(|bytes| Manifest::open(bytes, root));
        Ok(before.transpose()?)
    }

    /// How many signed it, and how many must.
    ///
    /// # Errors
    /// Never of one that was read.
    pub fn signatures(&self) -> Result<(usize, u8), RootError> {
        Ok((self.joint.signed(), self.joint.statement()?.needed()))
    }

    /// Adds a signature.
    ///
    /// # Errors
    /// The key is none of the root's, or signed it already; or enough have.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), RootError> {
        self.joint.sign(key)
    }

    pub(crate) fn signed(&self) -> (Vec<u8>, &[ByteVec]) {
        (self.joint.encode(), &self.packed)
    }
}

impl Workspace {
    /// Who must sign bundles, where it is more than who has this folder.
    pub(crate) fn root_statement(&self) -> Result<Option<RootStatement>, DeskError> {
        let Some(text) = &self.settings.root_statement else { return Ok(None) };
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|e| self.damaged(e))?;
        RootStatement::decode(&bytes).map(Some).map_err(|e| self.damaged(e))
    }

    /// Where a bundle waits for signatures.
    #[must_use]
    pub fn waiting_file(&self) -> PathBuf {
        self.folder.join("publish/waiting.cbor")
    }

    /// The bundle that waits for signatures, if there is one.
    ///
    /// # Errors
    /// The file does not read.
    pub fn waiting_bundle(&self) -> Result<Option<WaitingBundle>, DeskError> {
        let path = self.waiting_file();
        if !path.exists() {
            return Ok(None);
        }
        let bytes = fs::read(&path).map_err(|e| DeskError::file(&path, e))?;
        WaitingBundle::read(&bytes).map(Some).map_err(|e| DeskError::damaged(path, e))
    }
}
