//! Opens, keys and migrates SQLite databases: WAL, `synchronous=FULL`, one writer. With a key the database is encrypted
//! (SQLCipher), without one it is plain SQLite.
//!
//! FULL, because NORMAL loses acknowledged commits in a power failure.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

pub mod private;
mod salvage;
mod schema;

pub use rusqlite;
pub use salvage::{Rebuilt, Salvaged, count, is_written, salvage};
pub use schema::{Schema, describe};

/// Bytes of free space that opening a shared connection needs: a little more than the WAL index (`-shm`).
const ROOM: usize = 64 << 10;

/// Why a database cannot be used. Its content stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The disk is full. Everything committed earlier is safe.
    #[error(
        "the disk is full: free some space by deleting videos, downloads or other programs, but no files of this one; then continue. \
         Everything saved earlier is safe, and can be read, exported and delivered in the meantime"
    )]
    Full,
    /// The disk or folder cannot be written to.
    #[error(
        "the disk is read-only: nothing can be saved here. Existing data can be read and exported; copy it to another disk to continue"
    )]
    ReadOnly,
    /// Not a database under this key: damaged, or encrypted with another key.
    #[error("the database{} is damaged, or was created with another key; salvage it, or restore a copy", named(path))]
    Damaged {
        /// The database file; empty if not known.
        path: PathBuf,
    },
    /// The schema is that of a later version of the program.
    #[error(
        "the database was made by a newer version of this program (schema {found}, and this version knows up to {known}): update \
         the program. Nothing in the database was changed"
    )]
    Newer {
        /// Schema version of the database.
        found: usize,
        /// Latest schema version that this program supports.
        known: usize,
    },
    /// Reading or writing failed. Close the connection and open the database again.
    #[error("reading or writing the database failed: {0}; close it and open it again")]
    Io(String),
    /// Any other error of SQLite.
    #[error("the database reported an error: {0}")]
    Other(#[source] rusqlite::Error),
}

/// Reads a column that never holds a negative number.
///
/// # Errors
/// `IntegralValueOutOfRange` if it does: the row is damaged.
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
            // No room for the WAL index.
            Some(_) if extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged { path: PathBuf::new() },
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Io(e.to_string()),
            _ => match e {
                // A value that this program never writes: every table is strict.
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

/// Opens a database, creating it if it does not exist, and applies missing migrations. A 32-byte `key` opens it with
/// SQLCipher.
///
/// # Errors
/// [`StorageError`] if it is damaged, under another key, of a later version, or on a disk that cannot be read. On a
/// full disk or a read-only one an existing database opens for reading.
pub fn open(path: &Path, key: Option<&[u8; 32]>, schema: Schema) -> Result<Connection, StorageError> {
    open_inner(path, key, schema).map_err(|e| match e {
        StorageError::Damaged { .. } => StorageError::Damaged { path: path.to_owned() },
        other => other,
    })
}

fn open_inner(path: &Path, key: Option<&[u8; 32]>, schema: Schema) -> Result<Connection, StorageError> {
    salvage::finish_interrupted(path)?;
    if path.exists() && !path.is_file() {
        return Err(StorageError::Damaged { path: path.to_owned() });
    }
    let mut db = connect(path, key, true)?;
    schema.migrate(&mut db)?;
    Ok(db)
}

/// Opens a shared connection; if a full disk has no room for the WAL index, one without it; on a read-only disk, one
/// for reading.
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

/// The cause behind an error of an open database. After a page that does not authenticate, SQLCipher refuses every write as on a
/// disk that is read-only; where files can be written beside the database, it is damaged.
#[must_use]
pub fn cause(db: &Connection, e: StorageError) -> StorageError {
    let path = db.path().map(PathBuf::from).unwrap_or_default();
    match e {
        StorageError::ReadOnly if room(&path).is_none() => StorageError::Damaged { path },
        other => other,
    }
}

/// Why no file can be written beside `path`; `None` if one can, or if the reason is unknown.
fn room(path: &Path) -> Option<StorageError> {
    let probe = beside(path, "-room");
    let written = private::create(&probe).and_then(|mut file| {
        file.write_all(&[0; ROOM])?;
        file.sync_all()
    });
    // A leftover probe does no harm and is overwritten the next time.
    let _left = std::fs::remove_file(&probe);
    use std::io::ErrorKind::{FileTooLarge, PermissionDenied};
    match written.map_err(|e| (e.kind(), StorageError::from(e))) {
        Ok(()) => None,
        Err((_, e @ (StorageError::Full | StorageError::ReadOnly))) => Some(e),
        // A limit on file sizes, and a folder of another user, have the same consequence.
        Err((FileTooLarge, _)) => Some(StorageError::Full),
        Err((PermissionDenied, _)) => Some(StorageError::ReadOnly),
        Err(_) => None,
    }
}

/// How a connection is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OpenMode {
    /// With other connections, through the WAL index beside the database.
    Shared,
    /// Exclusive, with the WAL index in memory. Writes succeed again once there is room.
    Alone,
    /// Exclusive and read-only, without locks, which would have to be written.
    Reading,
}

fn connect_as(path: &Path, key: Option<&[u8; 32]>, create: bool, way: OpenMode) -> Result<Connection, StorageError> {
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let writes =
        if way == OpenMode::Reading { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    flags.insert(writes);
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    if create && !path.exists() {
        // SQLite makes it otherwise, as everybody may read; its log takes the mode from it. Where it cannot be made, SQLite says why.
        let _made = private::options().open(path);
    }
    let journal = std::fs::metadata(beside(path, "-wal")).is_ok_and(|m| m.len() > 0);
    let db = match way {
        #[cfg(unix)]
        OpenMode::Reading if journal => Connection::open_with_flags_and_vfs(path, flags, "unix-none")?,
        OpenMode::Reading => Connection::open_with_flags(unchanging(path), flags | OpenFlags::SQLITE_OPEN_URI)?,
        _ => Connection::open_with_flags(path, flags)?,
    };
    if way != OpenMode::Shared {
        // The WAL stays until it can be written back to the database.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    }
    // Errors are typed; SQLCipher must not log to the terminal.
    db.execute_batch("PRAGMA cipher_log_level = NONE")?;
    if let Some(key) = key {
        let hex: Zeroizing<String> = Zeroizing::new(key.iter().map(|b| format!("{b:02x}")).collect());
        let sql = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", *hex));
        db.execute_batch(&sql)?;
    }
    db.busy_timeout(Duration::from_secs(10))?;
    // The first read shows whether the key is right.
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    if way != OpenMode::Reading {
        db.pragma_update(None, "journal_mode", "WAL")?;
    }
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // Checked whenever a page is read; SQLCipher authenticates the pages of keyed databases itself.
    db.pragma_update(None, "cell_size_check", "ON")?;
    Ok(db)
}

/// The SQLite URI of a file that nobody changes (`immutable=1`).
fn unchanging(path: &Path) -> String {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"/._-".contains(&b);
    let encoded = |b: &u8| if unreserved(*b) { char::from(*b).to_string() } else { format!("%{b:02x}") };
    format!("file:{}?immutable=1", path.as_os_str().as_encoded_bytes().iter().map(encoded).collect::<String>())
}

/// The `synchronous` mode in force: `OFF`, `NORMAL`, `FULL` or `EXTRA`.
///
/// # Errors
/// [`StorageError`] if the pragma cannot be read.
pub fn synchronous(db: &Connection) -> Result<&'static str, StorageError> {
    let mode: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    Ok(["OFF", "NORMAL", "FULL", "EXTRA"].get(usize::try_from(mode).unwrap_or(9)).copied().unwrap_or("unknown"))
}

/// Whether every page can be read and holds what its tables and indexes need. It reads as every other reader does, so that a
/// checkpoint of another connection is not taken for damage.
///
/// # Errors
/// [`StorageError`] if the file cannot be read for another reason than damage.
pub fn is_whole(db: &Connection) -> Result<bool, StorageError> {
    match db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)).map_err(StorageError::from) {
        Ok(found) => Ok(found == "ok"),
        Err(StorageError::Damaged { .. }) => Ok(false),
        Err(e) => Err(e),
    }
}

/// Renames a damaged database and its WAL to `*.damaged-N` for [`salvage`]; nothing is deleted. Returns the new path.
///
/// # Errors
/// [`StorageError`] if a file cannot be renamed.
pub fn set_aside(path: &Path) -> Result<PathBuf, StorageError> {
    let free = (1..).find(|n| !aside(path, *n).exists()).unwrap_or(u32::MAX);
    let aside = aside(path, free);
    // The database first, and each durably: interrupted, its log is not taken for that of another.
    for suffix in ["", "-wal", "-shm"] {
        let from = beside(path, suffix);
        if from.exists() {
            private::rename(&from, &beside(&aside, suffix))?;
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
