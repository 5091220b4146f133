//! Opens, keys and migrates SQLite databases: WAL, `synchronous=FULL`, one writer. With a key it is SQLCipher, without one plain
//! SQLite.
//!
//! FULL, because NORMAL loses acknowledged commits at a power cut.

use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

mod salvage;

pub use rusqlite;
pub use salvage::{Salvaged, salvage};

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
    #[error("the disk is full: free some space; everything saved before is safe")]
    Full,
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

fn named(path: &Path) -> String {
    if path.as_os_str().is_empty() { String::new() } else { format!(" {}", path.display()) }
}

impl From<rusqlite::Error> for StorageError {
    fn from(e: rusqlite::Error) -> Self {
        match e.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged { path: PathBuf::new() },
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Io(e.to_string()),
            _ => Self::Other(e),
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

fn connect(path: &Path, key: Option<&[u8; 32]>, create: bool) -> Result<Connection, StorageError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    let db = Connection::open_with_flags(path, flags)?;
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
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // Checked on every read of a page; SQLCipher's own check covers keyed databases.
    db.pragma_update(None, "cell_size_check", "ON")?;
    Ok(db)
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
