//! Recovers the readable rows of a damaged database.

use crate::{Schema, StorageError, aside, beside, connect, open, private, set_aside};
use rusqlite::{Connection, Row, params_from_iter, types::Value};
use std::path::{Path, PathBuf};

/// The outcome of [`salvage`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// New path of the damaged file.
    pub aside: PathBuf,
    /// Rows in the recovered database.
    pub rows: usize,
    /// Tables with rows that could not be read.
    pub lost: Vec<String>,
}

/// Rebuilds a database from the readable rows of a damaged one, which is renamed and never deleted. If interrupted,
/// call it again.
///
/// # Errors
/// [`StorageError::Damaged`] if nothing can be read: the first page is damaged, or the key is wrong.
/// [`StorageError::Newer`] if a later version of the program made it. Nothing has been moved then.
pub fn salvage(path: &Path, key: Option<&[u8; 32]>, schema: Schema) -> Result<Salvaged, StorageError> {
    let rebuilt = Rebuilt::from_damaged(path, key, schema)?;
    let rows = count(&open(&rebuilt.new, key, schema)?)?;
    let lost = rebuilt.lost.clone();
    Ok(Salvaged { aside: rebuilt.put_in_place()?, rows, lost })
}

/// A rebuilt database that lies beside the damaged one, so that it can be checked and completed before anything is
/// moved.
#[derive(Debug)]
pub struct Rebuilt {
    path: PathBuf,
    /// The file of the new database. Close every connection to it before [`Rebuilt::put_in_place`].
    pub new: PathBuf,
    /// Tables with rows that could not be read.
    pub lost: Vec<String>,
}

impl Rebuilt {
    /// Copies what can be read of a damaged database, which stays as it is.
    ///
    /// # Errors
    /// As [`salvage`].
    pub fn from_damaged(path: &Path, key: Option<&[u8; 32]>, schema: Schema) -> Result<Self, StorageError> {
        finish_interrupted(path)?;
        // SQLite would make a database of an empty file.
        if !is_written(path) {
            return Err(StorageError::Damaged { path: path.to_owned() });
        }
        let damaged = |e| match e {
            StorageError::Damaged { .. } => StorageError::Damaged { path: path.to_owned() },
            other => other,
        };
        // The first page must be readable, and this version must know every column.
        let reopen = || connect(path, key, false).map_err(damaged);
        let had = schema.tables_had(&reopen()?)?;
        let rebuilt = Self::empty(path)?;
        let mut new = open(&rebuilt.new, key, schema)?;
        let lost = copy_all(&reopen, &mut new, &had)?;
        Ok(Self { lost, ..rebuilt })
    }

    /// A place for a new database beside one of which nothing can be read.
    ///
    /// # Errors
    /// [`StorageError`] if what an interrupted salvage left cannot be removed.
    pub fn empty(path: &Path) -> Result<Self, StorageError> {
        let new = path.with_extension("salvaging");
        for left in [&new, &complete(path)] {
            for suffix in ["", "-wal", "-shm"] {
                match std::fs::remove_file(beside(left, suffix)) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
                    _ => {}
                }
            }
        }
        Ok(Self { path: path.to_owned(), new, lost: Vec::new() })
    }

    /// Renames the damaged database and puts the new one in its place. Returns the new path of the damaged one.
    ///
    /// # Errors
    /// [`StorageError`] if a file cannot be written or renamed; call [`salvage`] again.
    pub fn put_in_place(self) -> Result<PathBuf, StorageError> {
        // Closed without a WAL: a single file, so that one rename suffices. Under this name it is known to be complete.
        for suffix in ["-wal", "-shm"] {
            if beside(&self.new, suffix).exists() {
                return Err(StorageError::Io(format!("{} is in use", self.new.display())));
            }
        }
        private::rename(&self.new, &complete(&self.path))?;
        let aside = set_aside(&self.path)?;
        private::rename(&complete(&self.path), &self.path)?;
        Ok(aside)
    }
}

/// Where a rebuilt database lies from when it is complete until it has its name.
fn complete(path: &Path) -> PathBuf {
    path.with_extension("salvaged")
}

/// Whether anything of a database is at `path`, in its WAL, or in a complete salvage beside it: an empty file and a folder hold nothing.
#[must_use]
pub fn is_written(path: &Path) -> bool {
    let written = |path: &Path| std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() > 0);
    written(path) || written(&beside(path, "-wal")) || written(&complete(path))
}

/// Finishes a salvage that was interrupted between the renames of [`Rebuilt::put_in_place`].
pub(crate) fn finish_interrupted(path: &Path) -> Result<(), StorageError> {
    if path.exists() {
        return Ok(());
    }
    let last = (1..).take_while(|n| aside(path, *n).exists()).last();
    for suffix in ["-wal", "-shm"] {
        // Of the database that was set aside, not of the one that comes in its place.
        let (left, Some(last)) = (beside(path, suffix), last) else { continue };
        if left.exists() {
            private::rename(&left, &beside(&aside(path, last), suffix))?;
        }
    }
    match private::rename(&complete(path), path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}

pub(crate) fn tables(db: &Connection) -> Result<Vec<String>, StorageError> {
    let mut statement = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names = statement.query_map([], |r| r.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// How many rows a database has.
///
/// # Errors
/// [`StorageError`] if they cannot be read.
pub fn count(db: &Connection) -> Result<usize, StorageError> {
    let rows = |table: &String| db.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |r| r.get::<_, i64>(0));
    let all: i64 = tables(db)?.iter().map(rows).sum::<Result<_, _>>()?;
    Ok(usize::try_from(all).unwrap_or(0))
}

/// After a damaged page, a connection fails every read; so each attempt gets a fresh one.
fn copy_all(
    old: &dyn Fn() -> Result<Connection, StorageError>,
    new: &mut Connection,
    had: &[String],
) -> Result<Vec<String>, StorageError> {
    new.pragma_update(None, "foreign_keys", "OFF")?;
    let tx = new.transaction()?;
    let mut lost = Vec::new();
    // One that came with a later version is not lost.
    for table in tables(&tx)?.into_iter().filter(|table| had.contains(table)) {
        // From the front up to a damaged page, then from the back: only what lies between is lost.
        if copy_table(&old()?, &tx, &table, "").is_err() {
            let order = primary_key(&tx, &table)?;
            let _ = copy_table(&old()?, &tx, &table, &format!("ORDER BY {}", order.join(" DESC, ") + " DESC"));
            lost.push(table.clone());
        }
    }
    tx.commit()?;
    Ok(lost)
}

fn copy_table(old: &Connection, new: &Connection, table: &str, order: &str) -> Result<(), StorageError> {
    let mut read = old.prepare(&format!("SELECT * FROM \"{table}\" {order}"))?;
    let width = read.column_count();
    let placeholders = vec!["?"; width].join(", ");
    // By name: a later version of the table may have more columns.
    let columns: Vec<String> = read.column_names().map(|name| format!("\"{name}\"")).collect();
    let columns = columns.join(", ");
    let mut write = new.prepare(&format!("INSERT OR IGNORE INTO \"{table}\" ({columns}) VALUES ({placeholders})"))?;
    let values = |row: &Row| (0..width).map(|i| row.get::<_, Value>(i)).collect::<Result<Vec<_>, _>>();
    // SQLCipher hands a page that does not authenticate out as zeroes, and fails from the next read on: a row counts
    // when a read behind it succeeds.
    let mut probe = old.prepare("SELECT count(*) FROM sqlite_schema")?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let row = values(row)?;
        probe.query_row([], |_| Ok(()))?;
        write.execute(params_from_iter(row))?;
    }
    Ok(())
}

fn primary_key(db: &Connection, table: &str) -> Result<Vec<String>, StorageError> {
    let mut statement = db.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?;
    let names = statement.query_map([table], |r| r.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}
