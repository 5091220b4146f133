//! What is signed offline and replaces what was there: the bundle and the roster. Whether it follows is decided where it is
//! written, so that of two that come at once one is told that it lost.

use crate::documents::{apply_roster, load_documents};
use crate::sequencer::{LogState, Unavailable, read, write};
use crate::storage::{Storage, StoredDocument};
use crate::writer::report;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{Hash, MissionId, PublicKey};
use baqylau_protocol::roster::Roster;
use std::sync::Arc;

/// Something signed offline that replaces what was there.
pub enum Publication {
    /// A manifest with its packed parts.
    Manifest(Box<Manifest>, Vec<u8>, Vec<(Hash, Vec<u8>)>),
    /// A roster.
    Roster(Roster, Vec<u8>),
}

/// Why something was not published. What was there stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationError {
    /// It does not follow what is published: another desk was faster.
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
        mission: MissionId,
        root: &PublicKey,
        log: &LogState,
    ) -> Result<(), PublicationError> {
        match self {
            Self::Manifest(manifest, bytes, parts) => {
                let follows = |known: &[u8]| manifest_follows(&manifest, &bytes, known, root);
                replace(storage, mission, (StoredDocument::Manifest, &bytes, &parts), &follows)?;
                if read(&log.manifest).is_some() {
                    *write(&log.manifest) = Some(Arc::new((*manifest, bytes)));
                } else {
                    // Devices may be in the log of a server that lacked a bundle.
                    load_documents(storage, mission, root, log)
                        .map_err(|e| PublicationError::Failed(report("bundle", &e)))?;
                }
            }
            Self::Roster(roster, bytes) => {
                let manifest = read(&log.manifest).clone();
                let issuer = manifest.map(|m| m.0.issuer);
                // A bundle that names another issuer may have come since it was looked at.
                if issuer.is_none_or(|issuer| Roster::open(&bytes, &issuer, mission).is_err()) {
                    return Err(PublicationError::Conflict(
                        "the bundle names another issuer by now; pull first".into(),
                    ));
                }
                let follows = |known: &[u8]| roster_follows(&roster, &bytes, known, issuer, mission);
                replace(storage, mission, (StoredDocument::Roster, &bytes, &[]), &follows)?;
                apply_roster(&mut write(&log.devices), &roster);
                *write(&log.roster) = Some((roster, bytes));
            }
        }
        Ok(())
    }
}

type Material<'m> = (StoredDocument, &'m [u8], &'m [(Hash, Vec<u8>)]);

fn replace(
    storage: &mut dyn Storage,
    mission: MissionId,
    (which, bytes, parts): Material<'_>,
    follows: &dyn Fn(&[u8]) -> Result<(), String>,
) -> Result<(), PublicationError> {
    let mut verdict = Ok(());
    let stored = storage.publish(mission, which, bytes, parts, &mut |known| {
        verdict = known.map_or(Ok(()), follows);
        verdict.is_ok()
    });
    let request = match which {
        StoredDocument::Manifest => "bundle",
        StoredDocument::Roster => "roster",
    };
    stored.map_err(|e| report(request, &e))?;
    verdict.map_err(PublicationError::Conflict)
}

/// One that does not read any more binds nobody.
fn manifest_follows(manifest: &Manifest, bytes: &[u8], known: &[u8], root: &PublicKey) -> Result<(), String> {
    match Manifest::open(known, root) {
        Ok(before) => manifest.succeeds(bytes, &before, known).map_err(|e| e.to_string()),
        Err(cause) => {
            tracing::error!(%cause, "the published manifest does not read any more; it binds nobody");
            Ok(())
        }
    }
}

fn roster_follows(
    roster: &Roster,
    bytes: &[u8],
    known: &[u8],
    issuer: Option<PublicKey>,
    mission: MissionId,
) -> Result<(), String> {
    let Some(issuer) = issuer else { return Ok(()) };
    match Roster::open(known, &issuer, mission) {
        Ok(before) if bytes != known && !roster.succeeds(&before, known) => {
            Err(format!("the roster is not the successor of version {}; pull first", before.version))
        }
        Ok(_) => Ok(()),
        Err(cause) => {
            tracing::error!(%cause, "the published roster does not read any more; it binds nobody");
            Ok(())
        }
    }
}
