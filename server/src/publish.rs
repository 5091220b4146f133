//! What is signed offline and replaces what was there: the bundle. Whether it follows is decided where it is written, so that of two
//! that come at once one is told that it lost.

use crate::documents::{ServerIdentity, apply_manifest};
use crate::sequencer::{LogState, Unavailable, read};
use crate::storage::Storage;
use crate::writer::report;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{Hash, MissionId, MissionRoot};

/// A manifest with the bytes that were signed, and packed parts.
pub struct Publication {
    /// Opened.
    pub manifest: Manifest,
    /// As the root signed it.
    pub bytes: Vec<u8>,
    /// By the hashes that the manifest names.
    pub parts: Vec<(Hash, Vec<u8>)>,
    /// What it is to be.
    pub as_what: PublishedAs,
}

/// What a bundle is published as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishedAs {
    /// The mission's, in the place of the one before.
    Current,
    /// One of before: who missed it may still ask for it, by its hash.
    Earlier,
}

/// Why something was not published. What was there stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationError {
    /// It does not follow what is published: another desk was faster; or it means another log than this server's.
    #[error("{0}")]
    Conflict(String),
    /// The storage failed.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl Publication {
    /// Publishes it where it follows; only the writer calls this.
    pub(crate) fn carry_out(
        self,
        storage: &mut dyn Storage,
        whose: &ServerIdentity,
        log: &LogState,
    ) -> Result<(), PublicationError> {
        let failed = |e| PublicationError::Failed(report("bundle", &e));
        if self.as_what == PublishedAs::Earlier {
            return self.keep(storage, whose.mission(), log);
        }
        let Self { manifest, bytes, mut parts, .. } = self;
        // The same again changes nothing but what is damaged here, and anybody can send it.
        let known = read(&log.manifest).as_ref().is_some_and(|known| known.1 == bytes);
        if known {
            parts.retain(|(hash, _)| !is_whole(storage, &manifest, *hash));
        }
        if known && parts.is_empty() {
            return Ok(());
        }
        whose.keeps(&manifest, log).map_err(|other| PublicationError::Conflict(other.to_string()))?;
        // Who comes when another has taken its place asks for it by its hash.
        parts.push((Manifest::hash(&bytes), bytes.clone()));
        let mut verdict = Ok(());
        let follows = &mut |known: Option<&[u8]>| {
            verdict = known.map_or(Ok(()), |known| manifest_follows(&manifest, &bytes, known, &whose.root));
            verdict.is_ok()
        };
        storage.publish(whose.mission(), &bytes, &parts, follows).map_err(failed)?;
        verdict.map_err(PublicationError::Conflict)?;
        if known {
            return Ok(());
        }
        let before = read(&log.manifest).clone().filter(|before| before.0.issuers == manifest.issuers);
        let kept = before.map(|_| read(&log.devices).clone());
        apply_manifest(storage, manifest, bytes, log, kept).map_err(failed)
    }

    /// Keeps one of before. What the root signed is the mission's, whichever bundle came after it.
    fn keep(mut self, storage: &mut dyn Storage, mission: MissionId, log: &LogState) -> Result<(), PublicationError> {
        let current = read(&log.manifest).as_ref().map(|current| current.0.version);
        if current.is_none_or(|current| self.manifest.version >= current) {
            return Err(PublicationError::Conflict("no bundle after this one is published here".into()));
        }
        self.parts.retain(|(hash, _)| !is_whole(storage, &self.manifest, *hash));
        let hash = Manifest::hash(&self.bytes);
        let known = storage.part(mission, hash).ok().flatten();
        if known.is_none_or(|known| Manifest::hash(&known) != hash) {
            self.parts.push((hash, self.bytes));
        }
        if self.parts.is_empty() {
            return Ok(());
        }
        storage.keep_parts(mission, &self.parts).map_err(|e| PublicationError::Failed(report("bundle", &e)))
    }
}

/// Whether a part of a manifest is here as it was published.
fn is_whole(storage: &mut dyn Storage, manifest: &Manifest, hash: Hash) -> bool {
    let packed = storage.part(manifest.mission, hash).ok().flatten();
    let part = manifest.parts.iter().find(|part| part.hash == hash);
    packed.zip(part).is_some_and(|(packed, part)| part.verify(&packed).is_ok())
}

/// One that does not read any more binds nobody.
fn manifest_follows(manifest: &Manifest, bytes: &[u8], known: &[u8], root: &MissionRoot) -> Result<(), String> {
    match Manifest::open(known, root) {
        Ok(before) => manifest.succeeds(bytes, &before, known).map_err(|e| e.to_string()),
        Err(cause) => {
            tracing::error!(%cause, "the published manifest does not read any more; it binds nobody");
            Ok(())
        }
    }
}
