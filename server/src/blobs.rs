//! Attachments on disk, one file each, beside the database. Each has its place by device and hash, so that nobody fills or blocks
//! another's. They arrive in chunks, at most once each, apart for each token, and are whole when their hash says so. What is no
//! attachment, because a disk damaged it or something else lies in its place, is moved aside and sent again. What they hold nobody
//! here can read.

use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_sqlite::private;
use data_encoding::HEXLOWER;
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
    verified: Mutex<HashMap<PathBuf, SystemTime>>,
}

/// The place of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobPlace {
    /// Whose it is.
    pub device: DeviceId,
    /// SHA-256 of its encrypted bytes.
    pub hash: Hash,
}

/// An attachment that is being uploaded with a token. What comes with another token is kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobUpload {
    /// Which.
    pub place: BlobPlace,
    /// The first bytes of the token's hash.
    pub token: [u8; 8],
    /// How many bytes it has.
    pub length: u64,
}

impl BlobUpload {
    /// An upload with the token of this hash.
    #[must_use]
    pub fn new(place: BlobPlace, token: Hash, length: u64) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&token.0[..8]);
        Self { place, token: first, length }
    }
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
        private::folder(&folder).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", folder.display())))?;
        Ok(Self { folder, writing: std::array::from_fn(|_| Mutex::default()), verified: Mutex::default() })
    }

    fn whole(&self, place: BlobPlace) -> PathBuf {
        self.folder.join(format!("{}-{}", place.device, place.hash))
    }

    fn part(&self, BlobUpload { place, token, .. }: BlobUpload) -> PathBuf {
        let name = format!("{}-{}-{}.part", place.device, place.hash, HEXLOWER.encode(&token));
        self.folder.join(name)
    }

    fn alone(&self, hash: Hash) -> MutexGuard<'_, ()> {
        self.writing[usize::from(hash.0[0])].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of which something is here, and that are not known to be whole, with the first bytes of their tokens' hashes.
    ///
    /// # Errors
    /// The disk fails.
    pub fn begun(&self) -> io::Result<Vec<(BlobPlace, [u8; 8])>> {
        let mut begun = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            begun.extend(entry?.file_name().to_str().and_then(part_of));
        }
        Ok(begun)
    }

    /// How many bytes are here of so many, and whether these are all, which they are when their hash says so. What has all its
    /// bytes and no name yet, because the server was stopped in between, is given its name, or dropped where they are the wrong
    /// ones; what has the name and other bytes is moved aside.
    ///
    /// # Errors
    /// The disk fails.
    pub fn have(&self, upload: BlobUpload) -> io::Result<(u64, bool)> {
        let _alone = self.alone(upload.place.hash);
        self.settle(upload)
    }

    /// Finishes or drops what has all its bytes.
    fn settle(&self, upload: BlobUpload) -> io::Result<(u64, bool)> {
        let (hash, part) = (upload.place.hash, self.part(upload));
        if let Some(whole) = self.sound(&self.whole(upload.place), hash)? {
            if part.is_file() {
                // It came another way meanwhile.
                fs::remove_file(&part)?;
            }
            return Ok((whole.metadata()?.len(), true));
        }
        let Some(file) = self.file(&part)? else { return Ok((0, false)) };
        let have = file.metadata()?.len();
        if have < upload.length {
            return Ok((have, false));
        }
        // They may have been written without having been made durable.
        file.sync_all()?;
        if have > upload.length || self.digest(&file, &part)? != Some(hash) {
            if part.exists() {
                fs::remove_file(&part)?;
            }
            return Ok((0, false));
        }
        let whole = self.whole(upload.place);
        private::rename(&part, &whole)?;
        self.note(whole, file.metadata()?.modified()?);
        Ok((have, true))
    }

    /// The whole attachment, where its bytes are those that its hash says; others are moved aside.
    fn sound(&self, path: &Path, hash: Hash) -> io::Result<Option<File>> {
        let Some(file) = self.file(path)? else { return Ok(None) };
        let changed = file.metadata()?.modified()?;
        if self.noted(path) == Some(changed) {
            return Ok(Some(file));
        }
        match self.digest(&file, path)? {
            Some(found) if found == hash => self.note(path.to_owned(), changed),
            Some(_) => {
                self.set_aside(path, "its bytes are not those that were signed")?;
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

    fn noted(&self, path: &Path) -> Option<SystemTime> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied()
    }

    fn note(&self, path: PathBuf, changed: SystemTime) {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner).insert(path, changed);
    }

    /// Takes a chunk that goes behind what is here; another one changes nothing. Durable when it returns. Gives how many bytes are
    /// here then, and whether these are all. None are, when all came and were others than those that were signed: it begins anew.
    ///
    /// # Errors
    /// It is too long, or the disk fails.
    pub fn append(&self, upload: BlobUpload, at: u64, chunk: &[u8]) -> Result<(u64, bool), BlobError> {
        let _alone = self.alone(upload.place.hash);
        let (have, whole) = self.settle(upload)?;
        if whole || at != have {
            return Ok((have, whole));
        }
        let end = have.saturating_add(chunk.len() as u64);
        if end > upload.length {
            return Err(BlobError::TooLong);
        }
        let mut file = private::options().append(true).open(self.part(upload))?;
        file.write_all(chunk)?;
        file.sync_data()?;
        Ok(self.settle(upload)?)
    }

    /// Bytes of a whole attachment, from a place on; `None` when it is not whole. From the beginning on it is hashed anew: a disk
    /// changes bytes without saying when.
    ///
    /// # Errors
    /// The disk fails.
    pub fn read(&self, place: BlobPlace, from: u64, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let whole = self.whole(place);
        let found = {
            let _alone = self.alone(place.hash);
            if from == 0 {
                self.verified.lock().unwrap_or_else(PoisonError::into_inner).remove(&whole);
            }
            match self.sound(&whole, place.hash)? {
                Some(found) => Some(found),
                // Servers of earlier versions named what they had by its hash alone.
                None => self.sound(&self.folder.join(place.hash.to_string()), place.hash)?,
            }
        };
        let Some(mut file) = found else { return Ok(None) };
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }
}

/// What the name of a part says.
fn part_of(name: &str) -> Option<(BlobPlace, [u8; 8])> {
    let mut names = name.strip_suffix(".part")?.split('-');
    let (device, hash, token) = (names.next()?, names.next()?, names.next()?);
    let token = HEXLOWER.decode(token.as_bytes()).ok()?.try_into().ok()?;
    Some((BlobPlace { device: DeviceId::from_hex(device)?, hash: Hash::from_hex(hash)? }, token))
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
