//! The schema of a database: the steps to it, and what a database has.

use crate::StorageError;
use crate::salvage::tables;
use rusqlite::Connection;
use std::fmt::Write;
use std::path::PathBuf;

/// The migrations from an empty database to the current schema. `user_version` counts those applied; a released step
/// never changes. `docs/adding.md` says how a schema is changed.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// SQL of each step, in order.
    pub steps: &'static [&'static str],
}

impl Schema {
    /// Applies the steps that a database lacks, each in a transaction of its own.
    pub(crate) fn migrate(self, db: &mut Connection) -> Result<(), StorageError> {
        let found = self.version(db)?;
        for (at, step) in self.steps.iter().enumerate().skip(found) {
            let tx = db.transaction()?;
            tx.execute_batch(step)?;
            tx.pragma_update(None, "user_version", i64::try_from(at + 1).unwrap_or(i64::MAX))?;
            tx.commit()?;
        }
        Ok(())
    }

    /// How many of the steps a database has.
    ///
    /// # Errors
    /// [`StorageError::Newer`] if it has more than there are here, [`StorageError::Damaged`] if it says what no number of steps is.
    pub(crate) fn version(self, db: &Connection) -> Result<usize, StorageError> {
        let damaged = |_| StorageError::Damaged { path: PathBuf::new() };
        let found = usize::try_from(user_version(db)?).map_err(damaged)?;
        let known = self.steps.len();
        if found > known { Err(StorageError::Newer { found, known }) } else { Ok(found) }
    }

    /// The tables that a database had before it was damaged: those of its steps, and those that are there where it does not say how many
    /// these are.
    ///
    /// # Errors
    /// As [`Schema::version`], but for that.
    pub(crate) fn tables_had(self, damaged: &Connection) -> Result<Vec<String>, StorageError> {
        let version = match self.version(damaged) {
            Err(StorageError::Damaged { .. }) if user_version(damaged)? < 0 => return tables(damaged),
            version => version?,
        };
        let db = Connection::open_in_memory()?;
        self.steps.iter().take(version).try_for_each(|step| db.execute_batch(step))?;
        tables(&db)
    }
}

fn user_version(db: &Connection) -> Result<i64, StorageError> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// The schema that a database has, as SQL which makes it again: tables, indexes and triggers in the order of their names, each in
/// one line and one spelling, and the version.
///
/// # Errors
/// [`StorageError`] if it cannot be read.
pub fn describe(db: &Connection) -> Result<String, StorageError> {
    // Tables first. SQLite's own have no SQL that anybody could run.
    let mut statement = db.prepare(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY type <> 'table', type, name",
    )?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut sql = String::new();
    for one in found {
        let line = one.split_whitespace().collect::<Vec<_>>().join(" ");
        let _infallible = writeln!(sql, "{};", line.replace("( ", "(").replace(" )", ")"));
    }
    let _infallible = writeln!(sql, "PRAGMA user_version = {};", user_version(db)?);
    Ok(sql)
}
