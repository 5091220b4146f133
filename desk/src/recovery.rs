//! What helps when the desk's store is damaged or gone.

use crate::error::DeskError;
use crate::files::FileFault;
use crate::log::handover::open_all;
use crate::log::peers::apply_register;
use crate::log::verify::Opener;
use crate::store::{DeskStore, MissionTrust, VerifiedStore};
use crate::workspace::Workspace;
use crate::workspace::keys::DeskSecrets;
use baqylau_protocol::bundle::BundleError;
use baqylau_sqlite::StorageError;
use std::path::{Path, PathBuf};

/// How much of a store could be saved, and where the damaged file went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalvageOutcome {
    /// Where the damaged file lies now; it is never deleted. `None` where there was none.
    pub aside: Option<PathBuf>,
    /// How much of the log is here, from its beginning without a gap; the next pull fetches the rest.
    pub kept: u64,
    /// Tables of which something could not be read.
    pub lost: Vec<String>,
}

/// Makes the store anew from what can be read of a damaged one, or an empty one where there is none. What was opened is opened again from the bytes of the log, so that no
/// damaged answer is taken over; needs no network.
///
/// # Errors
/// The passphrase is wrong, or nothing at all can be read: then nothing was moved.
pub fn salvage(folder: &Path, passphrase: &str) -> Result<SalvageOutcome, DeskError> {
    let workspace = Workspace::open(folder)?;
    let keys = workspace.keys(passphrase)?;
    let path = workspace.store();
    let (aside, lost) = if path.exists() || path.with_extension("salvaged").exists() {
        let salvaged = DeskStore::salvage(&path, &keys.database).map_err(|e| unreadable(&path, e))?;
        (Some(salvaged.aside), salvaged.lost)
    } else {
        (None, Vec::new())
    };
    let store = DeskStore::open(&path, &keys.database)?;
    let kept = store.cut_at_gap()?;
    let secrets = DeskSecrets::of(&keys).ok_or_else(|| workspace.damaged("reading key"))?;
    let trust = MissionTrust { root: workspace.root()? };
    let known = VerifiedStore { store: &store, trust: &trust };
    restore_bundle(&workspace, known)?;
    open_all(&store, &Opener::of(known.manifest()?, &secrets))?;
    store.set_people(&workspace.tables()?.people)?;
    apply_register(known)?;
    Ok(SalvageOutcome { aside, kept, lost })
}

/// Brings back the last bundle, which lies outside the store too: it says who may sign what.
fn restore_bundle(workspace: &Workspace, known: VerifiedStore<'_>) -> Result<(), DeskError> {
    let damaged = |e: BundleError| DeskError::unless_newer(e, |e| DeskError::damaged(workspace.bundle_file(), e));
    let (bytes, parts) = workspace.published_parts()?;
    let manifest = known.trust.manifest(&bytes).map_err(damaged)?;
    let unpacked = manifest.parts.iter().zip(&parts).map(|(part, packed)| Ok((part.hash, part.unpack(packed)?)));
    let unpacked = unpacked.collect::<Result<Vec<_>, BundleError>>();
    known.store.restore_bundle(manifest.version, &bytes, &unpacked.map_err(damaged)?)
}

/// Nothing is moved by itself where not even the first page can be read: it may be another desk's.
fn unreadable(path: &Path, error: DeskError) -> DeskError {
    if !matches!(error, DeskError::Storage(StorageError::Damaged { .. })) {
        return error;
    }
    DeskError::file(path, FileFault::Lost)
}
