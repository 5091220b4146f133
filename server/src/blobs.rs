//! Attachments on disk, one file each, beside the database. They arrive in chunks, at most once each, and are whole when their
//! hash says so. What they hold nobody here can read.

use baqylau_protocol::ids::Hash;
use ring::digest::{Context, SHA256};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The attachments of a server.
pub struct Blobs {
    folder: PathBuf,
    /// One for each first byte of a hash: a large one that is hashed keeps few waiting.
    writing: [Mutex<()>; 256],
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
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, writing: std::array::from_fn(|_| Mutex::default()) })
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

    /// How many bytes are here of so many, and whether these are all. What has all its bytes and no name yet, because the server
    /// was stopped in between, is given its name, or dropped where they are the wrong ones.
    ///
    /// # Errors
    /// The disk fails.
    pub fn have(&self, hash: Hash, length: u64) -> io::Result<(u64, bool)> {
        let (have, whole) = self.found(hash)?;
        if whole || have < length {
            return Ok((have, whole));
        }
        let _alone = self.alone(hash);
        self.settle(hash, length)
    }

    fn found(&self, hash: Hash) -> io::Result<(u64, bool)> {
        for (path, whole) in [(self.whole(hash), true), (self.part(hash), false)] {
            match fs::metadata(path) {
                Ok(found) => return Ok((found.len(), whole)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(e),
            }
        }
        Ok((0, false))
    }

    /// Finishes or drops what has all its bytes.
    fn settle(&self, hash: Hash, length: u64) -> io::Result<(u64, bool)> {
        let (have, whole) = self.found(hash)?;
        if whole || have < length {
            return Ok((have, whole));
        }
        let part = self.part(hash);
        let file = File::open(&part)?;
        // They may have been written without having been made durable.
        file.sync_all()?;
        if have > length || digest(file)? != hash {
            fs::remove_file(&part)?;
            return Ok((0, false));
        }
        fs::rename(&part, self.whole(hash))?;
        File::open(&self.folder)?.sync_all()?;
        Ok((have, true))
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

    /// Bytes of a whole attachment, from a place on; `None` when it is not whole.
    ///
    /// # Errors
    /// The disk fails.
    pub fn read(&self, hash: Hash, from: u64, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let mut file = match File::open(self.whole(hash)) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }
}

fn digest(mut file: File) -> io::Result<Hash> {
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
