//! Attachments on disk, one file each, beside the database. They arrive in chunks, at most once each, and are whole when their
//! hash says so. What is no attachment, because a disk damaged it or something else lies in its place, is moved aside and sent
//! again. What they hold nobody here can read.

use baqylau_protocol::ids::Hash;
use ring::digest::{Context, SHA256};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// What the system answers where the disk cannot read a block (`EIO`).
const UNREADABLE: i32 = 5;

/// The attachments of a server.
pub struct Blobs {
    folder: PathBuf,
    /// One for each first byte of a hash: a large one that is hashed keeps few waiting.
    writing: [Mutex<()>; 256],
    /// Those that were hashed, and when the file was changed last: nobody has the same hashed again and again.
    verified: Mutex<HashMap<Hash, SystemTime>>,
}

/// Why a chunk is not taken.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// More than the envelope that names it says.
    #[error("more bytes than its envelope says")]
    TooLong,
    /// The disk.
    #[error("the disk: {0}")]
    Io(#[from] io::Error),
}

impl Blobs {
    /// The attachments beside a database.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn next_to(database: &Path) -> io::Result<Self> {
        let folder = database.with_extension("blobs");
        fs::create_dir_all(&folder).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", folder.display())))?;
        Ok(Self { folder, writing: std::array::from_fn(|_| Mutex::default()), verified: Mutex::default() })
    }

    fn whole(&self, hash: Hash) -> PathBuf {
        self.folder.join(hash.to_string())
    }

    fn part(&self, hash: Hash) -> PathBuf {
        self.folder.join(format!("{hash}.part"))
    }

    fn alone(&self, hash: Hash) -> MutexGuard<'_, ()> {
        self.writing[usize::from(hash.0[0])].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of which something is here, and that are not known to be whole.
    ///
    /// # Errors
    /// The disk fails.
    pub fn begun(&self) -> io::Result<Vec<Hash>> {
        let mut begun = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            begun.extend(entry?.file_name().to_str().and_then(|n| Hash::from_hex(n.strip_suffix(".part")?)));
        }
        Ok(begun)
    }

    /// How many bytes are here of so many, and whether these are all, which they are when their hash says so. What has all its
    /// bytes and no name yet, because the server was stopped in between, is given its name, or dropped where they are the wrong
    /// ones; what has the name and other bytes is moved aside.
    ///
    /// # Errors
    /// The disk fails.
    pub fn have(&self, hash: Hash, length: u64) -> io::Result<(u64, bool)> {
        let _alone = self.alone(hash);
        self.settle(hash, length)
    }

    /// Finishes or drops what has all its bytes.
    fn settle(&self, hash: Hash, length: u64) -> io::Result<(u64, bool)> {
        if let Some(whole) = self.sound(hash)? {
            return Ok((whole.metadata()?.len(), true));
        }
        let part = self.part(hash);
        let Some(file) = self.file(&part)? else { return Ok((0, false)) };
        let have = file.metadata()?.len();
        if have < length {
            return Ok((have, false));
        }
        // They may have been written without having been made durable.
        file.sync_all()?;
        if have > length || self.digest(&file, &part)? != Some(hash) {
            if part.exists() {
                fs::remove_file(&part)?;
            }
            return Ok((0, false));
        }
        fs::rename(&part, self.whole(hash))?;
        File::open(&self.folder)?.sync_all()?;
        self.note(hash, file.metadata()?.modified()?);
        Ok((have, true))
    }

    /// The whole attachment, where its bytes are those that its name says; others are moved aside.
    fn sound(&self, hash: Hash) -> io::Result<Option<File>> {
        let path = self.whole(hash);
        let Some(file) = self.file(&path)? else { return Ok(None) };
        let changed = file.metadata()?.modified()?;
        if self.noted(hash) == Some(changed) {
            return Ok(Some(file));
        }
        match self.digest(&file, &path)? {
            Some(found) if found == hash => self.note(hash, changed),
            Some(_) => {
                self.set_aside(&path, "its bytes are not those that were signed")?;
                return Ok(None);
            }
            None => return Ok(None),
        }
        Ok(Some(file))
    }

    /// A file that can be read; whatever else lies in its place is moved aside.
    fn file(&self, path: &Path) -> io::Result<Option<File>> {
        match fs::metadata(path) {
            Ok(found) if found.is_file() => {}
            Ok(_) => return self.set_aside(path, "it is no file").map(|()| None),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        }
        // What may not be read is whole, perhaps: whoever may change that is told.
        File::open(path).map(Some)
    }

    /// The hash of a file; one that the disk cannot read is moved aside.
    fn digest(&self, file: &File, path: &Path) -> io::Result<Option<Hash>> {
        match digest(file) {
            Err(e) if e.raw_os_error() == Some(UNREADABLE) => {
                self.set_aside(path, "the disk cannot read it").map(|()| None)
            }
            other => other.map(Some),
        }
    }

    /// Moves what is no attachment out of the way, under a name that says so. It is kept, for whoever looks into it.
    fn set_aside(&self, path: &Path, why: &str) -> io::Result<()> {
        let aside = baqylau_sqlite::set_aside(path).map_err(io::Error::other)?;
        tracing::error!(why, aside = %aside.display(), "an attachment is damaged on this disk: it was moved aside, and is taken again when its phone sends everything again");
        Ok(())
    }

    fn noted(&self, hash: Hash) -> Option<SystemTime> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).copied()
    }

    fn note(&self, hash: Hash, changed: SystemTime) {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, changed);
    }

    /// Takes a chunk that goes behind what is here; another one changes nothing. Durable when it returns. Gives how many bytes are
    /// here then, and whether these are all. None are, when all came and were others than those that were signed: it begins anew.
    ///
    /// # Errors
    /// It is too long, or the disk fails.
    pub fn append(&self, hash: Hash, length: u64, at: u64, chunk: &[u8]) -> Result<(u64, bool), BlobError> {
        let _alone = self.alone(hash);
        let (have, whole) = self.settle(hash, length)?;
        if whole || at != have {
            return Ok((have, whole));
        }
        let end = have.saturating_add(chunk.len() as u64);
        if end > length {
            return Err(BlobError::TooLong);
        }
        let mut file = File::options().append(true).create(true).open(self.part(hash))?;
        file.write_all(chunk)?;
        file.sync_data()?;
        Ok(self.settle(hash, length)?)
    }

    /// Bytes of a whole attachment, from a place on; `None` when it is not whole. From the beginning on it is hashed anew: a disk
    /// changes bytes without saying when.
    ///
    /// # Errors
    /// The disk fails.
    pub fn read(&self, hash: Hash, from: u64, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let found = {
            let _alone = self.alone(hash);
            if from == 0 {
                self.verified.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash);
            }
            self.sound(hash)?
        };
        let Some(mut file) = found else { return Ok(None) };
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }
}

fn digest(mut file: &File) -> io::Result<Hash> {
    file.rewind()?;
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            let mut hash = Hash([0; 32]);
            hash.0.copy_from_slice(context.finish().as_ref());
            return Ok(hash);
        }
        context.update(&buffer[..read]);
    }
}
