//! The end of a store: its keys are destroyed, its files go, and a core that is open looks again before it takes anything.

use super::{BLOBS, MAIN, OUTBOX, ObserverApp, PhoneConfig, UNFINISHED};
use crate::error::Error;
use crate::lock::Lock;
use crate::reason::InvalidReason;
use baqylau_sqlite::StorageError;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many stores this process has wiped.
pub(super) static WIPES: AtomicU64 = AtomicU64::new(0);

impl ObserverApp {
    /// Wipes a store, needing no PIN: its keys are destroyed first, then its files. What was not delivered is lost. Close the core
    /// before.
    ///
    /// # Errors
    /// The vault or the disk refuses; call it again.
    pub fn wipe(config: &PhoneConfig) -> Result<(), Error> {
        // An open core of this process looks again before it takes anything.
        WIPES.fetch_add(1, Ordering::SeqCst);
        let wiped = Self::wipe_files(config);
        WIPES.fetch_add(1, Ordering::SeqCst);
        wiped
    }

    fn wipe_files(config: &PhoneConfig) -> Result<(), Error> {
        if Self::has_files(config) {
            Lock::of(&config.folder).destroy(&*config.vault)?;
        }
        config.vault.destroy(crate::lock::OUTBOX_ALIAS)?;
        // What is gone already is no fault: SQLite takes its own files away while a connection is closed.
        ignore_not_found(std::fs::remove_dir_all(config.folder.join(BLOBS)))?;
        let Some(entries) = ignore_not_found(std::fs::read_dir(&config.folder))? else { return Ok(()) };
        for entry in entries {
            let Some(entry) = ignore_not_found(entry)? else { continue };
            if is_of_a_store(&entry.file_name()) && entry.file_name() != UNFINISHED {
                ignore_not_found(std::fs::remove_file(entry.path()))?;
            }
        }
        // Last: without it, what is left of a store that was never made would be taken for one.
        ignore_not_found(std::fs::remove_file(config.folder.join(UNFINISHED)))?;
        Ok(())
    }

    /// Whether anything of a store is in a folder that a wipe would take away: also where its lock is gone, and nothing opens it.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn is_left(folder: &Path) -> Result<bool, Error> {
        if Lock::of(folder).exists() || folder.join(BLOBS).exists() {
            return Ok(true);
        }
        let entries = ignore_not_found(std::fs::read_dir(folder))?.into_iter().flatten();
        Ok(entries.flatten().any(|entry| is_of_a_store(&entry.file_name())))
    }

    /// A store that was wiped takes nothing more: what it would say is saved lies in files that are gone.
    pub(super) fn ensure_not_wiped(&self) -> Result<(), Error> {
        if Self::exists(&self.config) {
            return Ok(());
        }
        Err(InvalidReason::Wiped.into())
    }

    /// The same, without a look at the disk where nothing was wiped since the last one.
    pub(super) fn still_there(&self) -> Result<(), Error> {
        let wipes = WIPES.load(Ordering::SeqCst);
        if self.wipes.load(Ordering::SeqCst) != wipes {
            self.ensure_not_wiped()?;
            self.wipes.store(wipes, Ordering::SeqCst);
        }
        Ok(())
    }
}

/// Whether a file belongs to one of the databases: its log, or what was put aside, too.
fn is_of_a_store(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    [MAIN, OUTBOX].iter().any(|database| name.starts_with(database.trim_end_matches("db")))
}

/// What a call on the disk gave; nothing where the file is not there.
fn ignore_not_found<T>(done: std::io::Result<T>) -> Result<Option<T>, Error> {
    match done {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StorageError::from(e).into()),
    }
}
