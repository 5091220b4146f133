//! The lock on disk: two copies, each with a checksum. They are written one after the other, in place where they are there: so that
//! a battery that is pulled spoils one of them at most, and a full disk locks nobody out. One copy that cannot be read or written is
//! as good as none; the other suffices.

use crate::error::Error;
use crate::reason::InvalidReason;
use baqylau_protocol::ids::Hash;
use baqylau_sqlite::{StorageError, private};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The version of the file.
pub(super) const FORMAT: u32 = 3;
/// How long each copy is, in bytes; it is filled with spaces, so that writing it anew takes no room.
const LENGTH: usize = 2048;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyHeader {
    pub format: u32,
    /// Grows with every writing: of two whole copies the later one holds.
    pub written: u64,
    pub memory_kib: u32,
    pub passes: u32,
    pub salt: String,
    /// Which of the vault's two keys of a guess it is sealed under: 0 or 1.
    pub guess: u32,
    pub wrong: u32,
    /// [`Slots`](super::Slots), sealed; hexadecimal.
    pub sealed: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<BiometricSlot>,
    /// SHA-256 of the header with this empty, hexadecimal.
    pub checksum: String,
}

/// The database key once more, for face or finger.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BiometricSlot {
    pub slot: u32,
    pub salt: String,
    pub wrapped: String,
}

/// Where they lie.
#[derive(Debug)]
pub(super) struct HeaderCopies {
    folder: PathBuf,
    paths: [PathBuf; 2],
}

/// Guesses of this process, whatever the file system locks.
static GUESSING: Mutex<()> = Mutex::new(());

/// Held by who counts a guess.
#[derive(Debug)]
pub(super) struct AloneWithLock {
    _process: MutexGuard<'static, ()>,
    _folder: File,
}

impl HeaderCopies {
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), paths: [folder.join("lock.json"), folder.join("lock.copy.json")] }
    }

    /// Waits until nobody else, in this process or another, counts a guess here; nobody does while it is held. The standard library's lock
    /// does nothing on Android.
    pub fn alone(&self) -> Result<AloneWithLock, Error> {
        // What a guess that broke off left, the next one reads from the disk.
        let process = GUESSING.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = File::open(&self.folder).map_err(StorageError::from)?;
        match flock(&folder, FlockOperation::LockExclusive) {
            // Of a file system that knows no locks.
            Err(Errno::NOSYS | Errno::OPNOTSUPP | Errno::NOLCK) => {}
            locked => locked.map_err(|e| StorageError::from(io::Error::from(e)))?,
        }
        Ok(AloneWithLock { _process: process, _folder: folder })
    }

    /// Whether one of them is there, whole or not.
    pub fn exist(&self) -> bool {
        self.paths.iter().any(|path| path.exists())
    }

    /// The copies that are whole, the later one first: one of them at least.
    pub fn whole(&self) -> Result<Vec<KeyHeader>, Error> {
        let found: Vec<io::Result<Option<KeyHeader>>> = self.paths.iter().map(|path| read(path)).collect();
        let mut whole: Vec<KeyHeader> =
            found.iter().filter_map(|copy| copy.as_ref().ok()?.as_ref()).map(KeyHeader::clone).collect();
        whole.sort_by_key(|header| std::cmp::Reverse(header.written));
        if let Some(latest) = whole.first() {
            if latest.format > FORMAT {
                return Err(StorageError::Newer { found: latest.format as usize, known: FORMAT as usize }.into());
            }
            return Ok(whole);
        }
        // That of a later version may have other members.
        if let Some(found) = self.paths.iter().filter_map(|path| format_of(path)).find(|format| *format > FORMAT) {
            return Err(StorageError::Newer { found: found as usize, known: FORMAT as usize }.into());
        }
        // A disk that fails is no damage: it may read again.
        match found.into_iter().find_map(|copy| copy.err().filter(|e| e.kind() != io::ErrorKind::NotFound)) {
            Some(e) => Err(StorageError::from(e).into()),
            None => Err(self.damaged()),
        }
    }

    /// The later of the copies that are whole.
    pub fn latest(&self) -> Result<KeyHeader, Error> {
        self.whole()?.into_iter().next().ok_or_else(|| self.damaged())
    }

    /// Writes both, one after the other, durably. One that cannot be written does not hinder the other.
    ///
    /// # Errors
    /// Neither could be written; what was there before is put back as far as the disk allows.
    pub fn write(&self, header: &mut KeyHeader) -> Result<(), Error> {
        let mut next = KeyHeader { written: header.written + 1, ..header.clone() };
        next.checksum = checksum(&next)?;
        let mut text = serde_json::to_vec_pretty(&next).map_err(|e| Error::Internal(e.to_string()))?;
        text.resize(LENGTH.max(text.len()), b' ');
        let before = self.paths.each_ref().map(|path| fs::read(path).ok());
        let [first, second] = self.order();
        let one = store(&self.paths[first], &text);
        // Where one copy takes nothing, the other is all there is: it is not written over before the new one is whole.
        let whole = one.is_err().then(|| private::replace(&self.paths[second], &text)).filter(Result::is_ok);
        let other = whole.unwrap_or_else(|| store(&self.paths[second], &text));
        if one.is_ok() || other.is_ok() {
            *header = next;
            return Ok(());
        }
        for (path, before) in self.paths.iter().zip(before) {
            // What failed may have changed the file for all that: nothing may hold that was said to have failed.
            let _ = before.filter(|before| fs::read(path).is_ok_and(|now| now != *before)).map(|b| store(path, &b));
        }
        let why = one.err().or(other.err());
        Err(StorageError::from(why.unwrap_or_else(|| io::Error::other("no copy of the lock was written"))).into())
    }

    /// The copy that is missed least first: the other one holds meanwhile.
    fn order(&self) -> [usize; 2] {
        let age = |at: usize| read(&self.paths[at]).ok().flatten().map(|header| header.written);
        if age(0) > age(1) { [1, 0] } else { [0, 1] }
    }

    /// Removes both.
    pub fn remove(&self) -> Result<(), Error> {
        for path in &self.paths {
            private::remove(path).map_err(StorageError::from)?;
        }
        Ok(())
    }

    /// Says what there is to do when none can be read.
    pub fn damaged(&self) -> Error {
        InvalidReason::LockDamaged.into()
    }
}

/// A copy; nothing where it is damaged.
fn read(path: &Path) -> io::Result<Option<KeyHeader>> {
    let header: Option<KeyHeader> = serde_json::from_slice(&fs::read(path)?).ok();
    Ok(header.filter(|header| checksum(header).is_ok_and(|sum| sum == header.checksum)))
}

fn format_of(path: &Path) -> Option<u32> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    serde_json::from_slice::<Format>(&fs::read(path).ok()?).ok().map(|read| read.format)
}

fn checksum(header: &KeyHeader) -> Result<String, Error> {
    let bare = KeyHeader { checksum: String::new(), ..header.clone() };
    let bytes = serde_json::to_vec(&bare).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Hash::of(&bytes).to_string())
}

/// In place when it is there and as long; else under another name first.
fn store(path: &Path, text: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|m| m.len() == text.len() as u64) {
        let mut file = File::options().write(true).open(path)?;
        file.write_all(text)?;
        return file.sync_all();
    }
    private::replace(path, text)
}
