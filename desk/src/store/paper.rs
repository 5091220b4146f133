//! Paper forms under way.

use super::DeskStore;
use crate::error::DeskError;
use rusqlite::{OptionalExtension, params};

impl DeskStore {
    /// Keeps a form that was begun; gives its number.
    ///
    /// # Errors
    /// The database fails.
    pub fn add_paper(&self, head: &str, tree: &[u8]) -> Result<i64, DeskError> {
        self.db.execute("INSERT INTO paper(head, tree, remarks) VALUES (?1, ?2, '[]')", params![head, tree])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Keeps its answers and the reasons given.
    ///
    /// # Errors
    /// The database fails.
    pub fn set_paper(&self, id: i64, tree: &[u8], remarks: &str) -> Result<(), DeskError> {
        self.db.execute("UPDATE paper SET tree = ?2, remarks = ?3 WHERE id = ?1", params![id, tree, remarks])?;
        Ok(())
    }

    /// Number and head of each, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn papers(&self) -> Result<Vec<(i64, String)>, DeskError> {
        let mut statement = self.db.prepare("SELECT id, head FROM paper ORDER BY id")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Head, answers and reasons of one.
    ///
    /// # Errors
    /// The database fails.
    pub fn paper(&self, id: i64) -> Result<Option<(String, Vec<u8>, String)>, DeskError> {
        let select = "SELECT head, tree, remarks FROM paper WHERE id = ?1";
        Ok(self.db.query_row(select, [id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?)
    }

    /// Forgets one.
    ///
    /// # Errors
    /// The database fails.
    pub fn drop_paper(&self, id: i64) -> Result<(), DeskError> {
        self.db.execute("DELETE FROM paper WHERE id = ?1", [id])?;
        Ok(())
    }
}
