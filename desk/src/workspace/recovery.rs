//! When something befell the desk itself: its store is damaged, or its passphrase is known to others.

use crate::error::DeskError;
use crate::files::FileFault;
use crate::log::verify::Opener;
use crate::parallel::CHUNK;
use crate::store::DeskStore;
use crate::workspace::keys::{self, DeskKeys};
use crate::workspace::{Desk, DeskSettings};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{MissionId, PublicKey};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_sqlite::StorageError;
use minicbor::bytes::ByteVec;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Every file that the passphrase keeps, where it is here.
const KEPT: [&str; 3] = ["desk.key", "root.key", "tls.key"];
/// The shortest passphrase, in characters.
pub(crate) const SHORTEST: usize = 8;
/// What a salvage brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalvageOutcome {
    /// Where the damaged file lies now; it is never deleted. `None` where there was none.
    pub aside: Option<PathBuf>,
    /// How much of the log is here, from its beginning without a gap; the next pull fetches the rest.
    pub kept: u64,
    /// Tables of which something could not be read.
    pub lost: Vec<String>,
}

/// Puts the desk's keys under another passphrase; gives how many files. Killed in between, it is called again: a file that has the new
/// one is left.
///
/// # Errors
/// The old passphrase is wrong, the new one is too short, or the disk refuses. Then nothing was changed.
pub fn change_passphrase(folder: &Path, old: &str, new: &str) -> Result<usize, DeskError> {
    long_enough(new)?;
    let files = KEPT.iter().map(|name| folder.join("keys").join(name)).filter(|path| path.exists());
    let mut under_old = Vec::new();
    for path in files {
        match keys::read::<serde_json::Value>(&path, old) {
            Ok(secrets) => under_old.push((path, secrets)),
            Err(DeskError::Passphrase { .. }) if keys::read::<serde_json::Value>(&path, new).is_ok() => {}
            Err(e) => return Err(e),
        }
    }
    for (path, secrets) in &under_old {
        keys::write(path, new, secrets)?;
    }
    Ok(under_old.len())
}

/// Whether a passphrase is long enough.
pub(crate) fn long_enough(passphrase: &str) -> Result<(), DeskError> {
    if passphrase.chars().count() < SHORTEST {
        return Err(DeskError::PassphraseTooShort { least: SHORTEST });
    }
    Ok(())
}

/// Makes the store anew from what can be read of a damaged one, or an empty one where there is none. What was opened is opened again from the bytes of the log, so that no
/// damaged answer is taken over; needs no network.
///
/// # Errors
/// The passphrase is wrong, or nothing at all can be read: then nothing was moved.
pub fn salvage(folder: &Path, passphrase: &str) -> Result<SalvageOutcome, DeskError> {
    let settings = DeskSettings::read(folder)?;
    let secrets: DeskKeys = keys::read(&folder.join("keys/desk.key"), passphrase)?;
    let path = folder.join("desk.db");
    let (aside, lost) = if path.exists() || path.with_extension("salvaged").exists() {
        let salvaged = DeskStore::salvage(&path, &secrets.database).map_err(|e| unreadable(&path, e))?;
        (Some(salvaged.aside), salvaged.lost)
    } else {
        (None, Vec::new())
    };
    let mut store = DeskStore::open(&path, &secrets.database)?;
    let kept = store.cut_at_gap()?;
    let damaged = |what: &str| DeskError::damaged(folder.join("desk.json"), what);
    let root = PublicKey::from_hex(&settings.root).ok_or_else(|| damaged("root"))?;
    let reading = ReadingSecret::from_bytes(secrets.reading_number, &secrets.reading);
    let reading = reading.ok_or_else(|| damaged("reading key"))?;
    let issuer = SigningKey::from_seed(secrets.issuer).public();
    let opener = Opener { mission: MissionId::of(&root), issuer, reading: &reading };
    let mut known = HashMap::new();
    let mut from = 0;
    loop {
        let objects = store.objects_from(from, CHUNK)?;
        if objects.is_empty() {
            break;
        }
        let found = opener.page(from, &objects, &known);
        store.open_again(&found.devices, &found.envelopes)?;
        known.extend(found.devices.into_iter().map(|d| (d.device, d)));
        from += objects.len() as u64;
    }
    drop(store);
    Desk::open(folder, passphrase)?.complete()?;
    Ok(SalvageOutcome { aside, kept, lost })
}

/// Nothing is moved by itself where not even the first page can be read: it may be another desk's.
fn unreadable(path: &Path, error: DeskError) -> DeskError {
    if !matches!(error, DeskError::Storage(StorageError::Damaged { .. })) {
        return error;
    }
    DeskError::file(path, FileFault::Lost)
}

impl Desk {
    /// Brings back what lies outside the store too: the last bundle, the people of the tables, and what desks told each other of them.
    fn complete(&mut self) -> Result<(), DeskError> {
        let published = crate::workspace::published(&self.folder)?;
        let damaged = |e: &dyn std::fmt::Display| DeskError::damaged(self.folder.join("publish/bundle.cbor"), e);
        let (bytes, parts): (ByteVec, Vec<ByteVec>) = cbor::decode_request(&published).map_err(|e| damaged(&e))?;
        let manifest = Manifest::open(&bytes, &self.root).map_err(|e| damaged(&e))?;
        let unpacked = manifest.parts.iter().zip(&parts).map(|(part, packed)| Ok((part.hash, part.unpack(packed)?)));
        let unpacked = unpacked.collect::<Result<Vec<_>, baqylau_protocol::bundle::BundleError>>();
        self.store.restore_bundle(manifest.version, &bytes, &unpacked.map_err(|e| damaged(&e))?)?;
        self.store.set_people(&self.source()?.people)?;
        self.apply_register()
    }
}
