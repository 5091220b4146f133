//! Opens, keys and migrates SQLite databases: WAL, `synchronous=FULL`, one writer. With a key it is SQLCipher, without one plain
//! SQLite.
//!
//! FULL, because NORMAL loses acknowledged commits at a power cut.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

mod salvage;

pub use rusqlite;
pub use salvage::{Salvaged, salvage};

/// What a connection needs to be opened as usual, in bytes; a little more than the file that connections share.
const ROOM: usize = 64 << 10;

/// The steps that bring an empty database to today's schema. The loop writes the version; a step is never changed once it was
/// shipped.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// SQL of each step.
    pub steps: &'static [&'static str],
}

/// Why a database cannot be used. What is in it stays.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The disk is full; what was saved before is safe.
    #[error(
        "the disk is full: free some space by deleting films, downloads or other programs, nothing of this one; then go on. \
         Everything saved before is safe, and can be read, exported and delivered meanwhile"
    )]
    Full,
    /// The disk takes no writing at all.
    #[error(
        "the disk is read-only: nothing can be saved here. What is here can be read and exported; copy it to another disk to go on"
    )]
    ReadOnly,
    /// The file is no database of this key: damaged, or another key.
    #[error(
        "the database{} is damaged, or it was made with another key; salvage it, or bring a copy back",
        named(path)
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
    /// Written by a later version.
    #[error("the database has schema {found}, this program knows up to {known}: update it")]
    Newer {
        /// What it has.
        found: usize,
        /// What is known.
        known: usize,
    },
    /// Reading or writing failed; the connection must be closed and the database opened anew.
    #[error("the storage failed: {0}; close and open again")]
    Io(String),
    /// Something the code did not expect of the database.
    #[error("the database refused: {0}")]
    Other(#[source] rusqlite::Error),
}

/// A number that a column holds and that is never below zero.
///
/// # Errors
/// It is below zero: the row is damaged.
pub fn unsigned(row: &Row, column: usize) -> rusqlite::Result<u64> {
    let found: i64 = row.get(column)?;
    u64::try_from(found).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, found))
}

fn named(path: &Path) -> String {
    if path.as_os_str().is_empty() { String::new() } else { format!(" {}", path.display()) }
}

impl From<rusqlite::Error> for StorageError {
    fn from(e: rusqlite::Error) -> Self {
        let extended = e.sqlite_error().map(|e| e.extended_code);
        match e.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            // The file that connections share has no room.
            Some(_) if extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged { path: PathBuf::new() },
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Io(e.to_string()),
            _ => match e {
                // A value that no row of this program has: every table is strict.
                rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..) => Self::Damaged { path: PathBuf::new() },
                e => Self::Other(e),
            },
        }
    }
}

impl From<std::io::Error> for StorageError {
    fn from(e: std::io::Error) -> Self {
        use std::io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match e.kind() {
            StorageFull | QuotaExceeded => Self::Full,
            ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io(e.to_string()),
        }
    }
}

/// Opens a database, makes it if it is not there, and brings it to the schema.
///
/// # Errors
/// It is damaged, of a later version, or the disk refuses.
pub fn open(path: &Path, key: Option<&[u8; 32]>, schema: Schema) -> Result<Connection, StorageError> {
    open_inner(path, key, schema).map_err(|e| match e {
        StorageError::Damaged { .. } => StorageError::Damaged { path: path.to_owned() },
        other => other,
    })
}

fn open_inner(path: &Path, key: Option<&[u8; 32]>, schema: Schema) -> Result<Connection, StorageError> {
    let mut db = connect(path, key, true)?;
    migrate(&mut db, schema)?;
    Ok(db)
}

/// As usual, or without the file that connections share, which a full disk has no room for; on a disk that cannot be written, for
/// reading only.
fn connect(path: &Path, key: Option<&[u8; 32]>, create: bool) -> Result<Connection, StorageError> {
    let refused = match connect_as(path, key, create, OpenMode::Shared) {
        Err(e @ (StorageError::Io(_) | StorageError::Full | StorageError::ReadOnly)) if path.exists() => e,
        other => return other,
    };
    match room(path) {
        Some(StorageError::ReadOnly) => connect_as(path, key, false, OpenMode::Reading),
        Some(full) => connect_as(path, key, false, OpenMode::Alone).map_err(|e| match e {
            StorageError::Io(_) => full,
            other => other,
        }),
        None => Err(refused),
    }
}

/// Why nothing more can be written beside a file; nothing when it can, or cannot be told.
fn room(path: &Path) -> Option<StorageError> {
    let probe = beside(path, "-room");
    let written = File::create(&probe).and_then(|mut file| {
        file.write_all(&[0; ROOM])?;
        file.sync_all()
    });
    // What is left of it is in nobody's way, and overwritten the next time.
    let _left = std::fs::remove_file(&probe);
    use std::io::ErrorKind::{FileTooLarge, PermissionDenied};
    match written.map_err(|e| (e.kind(), StorageError::from(e))) {
        Ok(()) => None,
        Err((_, e @ (StorageError::Full | StorageError::ReadOnly))) => Some(e),
        // A limit on the size of files, and a folder that is somebody else's, are the same to us.
        Err((FileTooLarge, _)) => Some(StorageError::Full),
        Err((PermissionDenied, _)) => Some(StorageError::ReadOnly),
        Err(_) => None,
    }
}

/// How a database is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OpenMode {
    /// With other connections, by a file beside it.
    Shared,
    /// Alone: what would be in that file is in memory. It can be written as soon as there is room.
    Alone,
    /// Alone, with no lock that would have to be written, and never written.
    Reading,
}

fn connect_as(path: &Path, key: Option<&[u8; 32]>, create: bool, way: OpenMode) -> Result<Connection, StorageError> {
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let writes =
        if way == OpenMode::Reading { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    flags.insert(writes);
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    let journal = std::fs::metadata(beside(path, "-wal")).is_ok_and(|m| m.len() > 0);
    let db = match way {
        #[cfg(unix)]
        OpenMode::Reading if journal => Connection::open_with_flags_and_vfs(path, flags, "unix-none")?,
        OpenMode::Reading => Connection::open_with_flags(unchanging(path), flags | OpenFlags::SQLITE_OPEN_URI)?,
        _ => Connection::open_with_flags(path, flags)?,
    };
    if way != OpenMode::Shared {
        // What is in the journal stays there until it can be put into the database.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    }
    // Errors are typed; nothing writes to the terminal behind our back.
    db.execute_batch("PRAGMA cipher_log_level = NONE")?;
    if let Some(key) = key {
        let hex: Zeroizing<String> = Zeroizing::new(key.iter().map(|b| format!("{b:02x}")).collect());
        let sql = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", *hex));
        db.execute_batch(&sql)?;
    }
    db.busy_timeout(Duration::from_secs(10))?;
    // The first read tells whether the key fits.
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    if way != OpenMode::Reading {
        db.pragma_update(None, "journal_mode", "WAL")?;
    }
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // Checked on every read of a page; SQLCipher's own check covers keyed databases.
    db.pragma_update(None, "cell_size_check", "ON")?;
    Ok(db)
}

/// The address of a file that nobody changes, as SQLite takes it.
fn unchanging(path: &Path) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-".contains(&b);
    let encoded = |b: &u8| if plain(*b) { char::from(*b).to_string() } else { format!("%{b:02x}") };
    format!("file:{}?immutable=1", path.as_os_str().as_encoded_bytes().iter().map(encoded).collect::<String>())
}

/// The `synchronous` mode in force, by its name.
///
/// # Errors
/// The database does not answer.
pub fn synchronous(db: &Connection) -> Result<&'static str, StorageError> {
    let mode: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    Ok(["OFF", "NORMAL", "FULL", "EXTRA"].get(usize::try_from(mode).unwrap_or(9)).copied().unwrap_or("unknown"))
}

fn migrate(db: &mut Connection, schema: Schema) -> Result<(), StorageError> {
    let found: usize = db
        .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
        .map(|v| usize::try_from(v).unwrap_or(0))?;
    let known = schema.steps.len();
    if found > known {
        return Err(StorageError::Newer { found, known });
    }
    for (at, step) in schema.steps.iter().enumerate().skip(found) {
        let tx = db.transaction()?;
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", i64::try_from(at + 1).unwrap_or(i64::MAX))?;
        tx.commit()?;
    }
    Ok(())
}

/// Puts a damaged database aside, with its journal, for salvage; nothing is deleted. Gives the new name of the file.
///
/// # Errors
/// The files cannot be renamed.
pub fn set_aside(path: &Path) -> Result<PathBuf, StorageError> {
    let io = |e: std::io::Error| StorageError::Io(e.to_string());
    let free = (1..).find(|n| !aside(path, *n).exists()).unwrap_or(u32::MAX);
    let aside = aside(path, free);
    for suffix in ["-wal", "-shm", ""] {
        let from = beside(path, suffix);
        if from.exists() {
            std::fs::rename(&from, beside(&aside, suffix)).map_err(io)?;
        }
    }
    Ok(aside)
}

fn aside(path: &Path, n: u32) -> PathBuf {
    beside(path, &format!(".damaged-{n}"))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
