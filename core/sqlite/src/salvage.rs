//! Recovers the readable rows of a damaged database.

use crate::{Schema, StorageError, aside, beside, connect, open, set_aside};
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
/// [`StorageError::Damaged`] if nothing can be read: the first page is damaged, or the key is wrong. Nothing has been
/// moved then.
pub fn salvage(path: &Path, key: Option<&[u8; 32]>, schema: Schema) -> Result<Salvaged, StorageError> {
    let new_path = path.with_extension("salvaged");
    let damaged = |e| match e {
        StorageError::Damaged { .. } => StorageError::Damaged { path: path.to_owned() },
        other => other,
    };
    let io = |e: std::io::Error| StorageError::Io(e.to_string());
    if !path.exists() && new_path.exists() {
        // Interrupted between the two renames below: the new database is complete.
        let last = (1..).take_while(|n| aside(path, *n).exists()).last().unwrap_or(1);
        std::fs::rename(&new_path, path).map_err(io)?;
        return Ok(Salvaged { aside: aside(path, last), rows: count(&open(path, key, schema)?)?, lost: Vec::new() });
    }
    // The first page must be readable.
    let reopen = || connect(path, key, false).map_err(damaged);
    drop(reopen()?);
    // Left by an earlier, interrupted salvage.
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(&new_path, suffix));
    }
    let mut new = open(&new_path, key, schema)?;
    let lost = copy_all(&reopen, &mut new)?;
    let rows = count(&new)?;
    // Collect everything in a single file, so that one rename suffices.
    new.pragma_update(None, "journal_mode", "DELETE")?;
    drop(new);
    let moved = set_aside(path)?;
    std::fs::rename(&new_path, path).map_err(io)?;
    Ok(Salvaged { aside: moved, rows, lost })
}

fn tables(db: &Connection) -> Result<Vec<String>, StorageError> {
    let mut statement = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names = statement.query_map([], |r| r.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn count(db: &Connection) -> Result<usize, StorageError> {
    let rows = |table: &String| db.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |r| r.get::<_, i64>(0));
    let all: i64 = tables(db)?.iter().map(rows).sum::<Result<_, _>>()?;
    Ok(usize::try_from(all).unwrap_or(0))
}

/// After a damaged page, a connection fails every read; so each attempt gets a fresh one.
fn copy_all(
    old: &dyn Fn() -> Result<Connection, StorageError>,
    new: &mut Connection,
) -> Result<Vec<String>, StorageError> {
    new.pragma_update(None, "foreign_keys", "OFF")?;
    let tx = new.transaction()?;
    let mut lost = Vec::new();
    for table in tables(&tx)? {
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
    let mut write = new.prepare(&format!("INSERT OR IGNORE INTO \"{table}\" VALUES ({placeholders})"))?;
    let values = |row: &Row| (0..width).map(|i| row.get::<_, Value>(i)).collect::<Result<Vec<_>, _>>();
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        write.execute(params_from_iter(values(row)?))?;
    }
    Ok(())
}

fn primary_key(db: &Connection, table: &str) -> Result<Vec<String>, StorageError> {
    let mut statement = db.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?;
    let names = statement.query_map([table], |r| r.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}
