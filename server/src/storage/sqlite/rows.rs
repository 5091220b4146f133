//! Rows as they are read, and what names them where they are damaged.

use super::SqliteStorage;
use crate::storage::{LogError, LoggedObject};
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_sqlite::StorageError;
use rusqlite::types::FromSql;
use rusqlite::{Params, Row};

/// Columns of a row in the order in which `entry` reads them.
pub(super) const ENTRY: &str = "received, device, seq, recipient, hash, object, idx";

/// Where [`ENTRY`] is read, with the column of its index.
pub(super) const LOG: (&str, Option<usize>) = ("log", Some(6));

/// An error of SQLite, with the table in which it was met.
pub(super) trait At<T> {
    fn at(self, table: &'static str) -> Result<T, LogError>;
}

impl<T> At<T> for rusqlite::Result<T> {
    fn at(self, table: &'static str) -> Result<T, LogError> {
        self.map_err(|e| told(e.into(), table))
    }
}

pub(super) fn told(e: StorageError, table: &'static str) -> LogError {
    match e {
        // Its remedy is for stores that can be salvaged.
        StorageError::Damaged { path } => {
            let file = (!path.as_os_str().is_empty()).then(|| path.display().to_string().into());
            LogError::Damaged { table, row: "unknown row".into(), cause: file }
        }
        StorageError::Full => LogError::Full(e.into()),
        StorageError::ReadOnly | StorageError::Io(_) => LogError::Unavailable(e.into()),
        StorageError::Newer { .. } => LogError::Newer(e.into()),
        StorageError::Other(_) => LogError::Other(e.into()),
    }
}

/// A number as SQLite keeps it; `None` for those that it cannot keep, which no row has.
pub(super) fn kept(n: u64) -> Option<i64> {
    i64::try_from(n).ok()
}

pub(super) fn to_keep(n: u64) -> Result<i64, LogError> {
    i64::try_from(n).map_err(|e| LogError::Other(e.into()))
}

/// The most rows of an answer.
pub(super) fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A row of a table, and what names it where it is damaged.
pub(super) struct Found<'r> {
    row: &'r Row<'r>,
    table: &'static str,
    /// The column of its index, if it is read.
    index: Option<usize>,
}

impl Found<'_> {
    pub(super) fn damaged(&self) -> LogError {
        let index = self.index.and_then(|i| self.row.get::<_, i64>(i).ok());
        LogError::damaged(self.table, index.map_or("unknown row".into(), |i| format!("index {i}")))
    }

    pub(super) fn get<T: FromSql>(&self, column: usize) -> Result<T, LogError> {
        self.row.get(column).map_err(|cause| match (self.damaged(), told(cause.into(), self.table)) {
            (LogError::Damaged { table, row, .. }, LogError::Damaged { cause, .. }) => {
                LogError::Damaged { table, row, cause }
            }
            (_, other) => other,
        })
    }

    /// A number that is never negative.
    pub(super) fn number(&self, column: usize) -> Result<u64, LogError> {
        u64::try_from(self.get::<i64>(column)?).map_err(|_| self.damaged())
    }

    /// A row of [`ENTRY`].
    pub(super) fn entry(&self) -> Result<(u64, LoggedObject), LogError> {
        let entry = LoggedObject {
            received: self.get(0)?,
            device: DeviceId(self.get(1)?),
            seq: self.number(2)?,
            recipient: self.get::<Option<[u8; 16]>>(3)?.map(DeviceId),
            hash: Hash(self.get(4)?),
            object: self.get(5)?,
        };
        Ok((self.number(6)?, entry))
    }
}

impl SqliteStorage {
    /// Reads rows of a table, in the statement's order, until `each` says that it has enough.
    pub(super) fn rows(
        &self,
        (table, index): (&'static str, Option<usize>),
        sql: &str,
        values: impl Params,
        each: &mut dyn FnMut(&Found<'_>) -> Result<bool, LogError>,
    ) -> Result<(), LogError> {
        let mut statement = self.db.prepare_cached(sql).at(table)?;
        let mut rows = statement.query(values).at(table)?;
        while let Some(row) = rows.next().at(table)? {
            if !each(&Found { row, table, index })? {
                break;
            }
        }
        Ok(())
    }

    /// The first row, if any.
    pub(super) fn first<T>(
        &self,
        place: (&'static str, Option<usize>),
        sql: &str,
        values: impl Params,
        read: impl Fn(&Found<'_>) -> Result<T, LogError>,
    ) -> Result<Option<T>, LogError> {
        let mut out = None;
        self.rows(place, sql, values, &mut |found| {
            out = Some(read(found)?);
            Ok(false)
        })?;
        Ok(out)
    }
}
