//! The log as it was pulled: its objects and their leaves.

use super::envelopes::{PageContents, insert};
use super::gaps::rewritten;
use super::{DeskStore, Gap, SCHEMA, set_setting, signed, unsigned};
use crate::error::DeskError;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::leaf_hash;
use baqylau_sqlite::{Salvaged, salvage};
use rusqlite::{OptionalExtension, params};
use std::path::Path;

/// Setting: the keys that everything here was opened with; empty while it is opened again.
pub(crate) const OPENED_WITH: &str = "opened_with";

/// An object of the log. Where the server's copy is damaged, a gap: its hash is known, and its bytes are not here.
pub struct LogObject {
    /// When the server received it.
    pub received: i64,
    /// SHA-256, as it stands in the leaf of the Merkle tree.
    pub hash: Hash,
    /// As the server handed them out; empty for a gap.
    pub bytes: Vec<u8>,
}

impl LogObject {
    /// Whether its bytes are not here.
    #[must_use]
    pub fn is_gap(&self) -> bool {
        self.bytes.is_empty() && self.hash != Hash::of(&[])
    }
}

impl DeskStore {
    /// How much of the log is here.
    ///
    /// # Errors
    /// The database fails.
    pub fn cursor(&self) -> Result<u64, DeskError> {
        Ok(self.db.query_row("SELECT coalesce(max(idx) + 1, 0) FROM object", [], |r| unsigned(r, 0))?)
    }

    /// The tree of the first objects, as many of them as are here.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn tree(&self, size: u64) -> Result<MerkleTree, DeskError> {
        let mut tree = MerkleTree::default();
        let mut statement = self.db.prepare("SELECT hash, received FROM object WHERE idx < ?1 ORDER BY idx")?;
        for leaf in statement.query_map([signed(size)], |r| Ok(leaf_hash(Hash(r.get(0)?), r.get(1)?)))? {
            tree.push(leaf?);
        }
        Ok(tree)
    }

    /// The objects of the log, in order.
    ///
    /// # Errors
    /// The database fails.
    pub fn objects(&self) -> Result<Vec<(u64, LogObject)>, DeskError> {
        let mut statement = self.db.prepare("SELECT idx, received, hash, bytes FROM object ORDER BY idx")?;
        let rows = statement.query_map([], |r| {
            Ok((unsigned(r, 0)?, LogObject { received: r.get(1)?, hash: Hash(r.get(2)?), bytes: r.get(3)? }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Some objects, from a place in the log on.
    ///
    /// # Errors
    /// The database fails.
    pub fn objects_from(&self, from: u64, count: usize) -> Result<Vec<LogObject>, DeskError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let sql = "SELECT received, hash, bytes FROM object WHERE idx >= ?1 ORDER BY idx LIMIT ?2";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map([signed(from), count], |r| {
            Ok(LogObject { received: r.get(0)?, hash: Hash(r.get(1)?), bytes: r.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When the server received the object at a place, in milliseconds since 1970.
    pub(crate) fn received_at(&self, place: u64) -> Result<Option<i64>, DeskError> {
        let mut statement = self.db.prepare_cached("SELECT received FROM object WHERE idx = ?1")?;
        Ok(statement.query_row([signed(place)], |r| r.get(0)).optional()?)
    }

    /// Makes a store anew from what can be read of a damaged one.
    ///
    /// # Errors
    /// Nothing can be read.
    pub(crate) fn salvage(path: &Path, key: &[u8; 32]) -> Result<Salvaged, DeskError> {
        Ok(salvage(path, Some(key), SCHEMA)?)
    }

    /// Keeps of the log what lies before the first gap, or the first object that is not what was pulled; and nothing of what was opened.
    /// Gives how much is left.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn cut_at_gap(&self) -> Result<u64, DeskError> {
        let kept = {
            let select = "SELECT o.idx, o.hash, o.bytes, g.idx IS NOT NULL
                          FROM object o LEFT JOIN gap g ON g.idx = o.idx ORDER BY o.idx";
            let mut statement = self.db.prepare(select)?;
            let mut rows = statement.query([])?;
            let mut kept = 0;
            while let Some(row) = rows.next()? {
                let (hash, bytes): ([u8; 32], Vec<u8>) = (row.get(1)?, row.get(2)?);
                let whole = Hash::of(&bytes) == Hash(hash) || row.get(3)?;
                if unsigned(row, 0)? != kept || !whole {
                    break;
                }
                kept += 1;
            }
            kept
        };
        let tx = self.writing()?;
        tx.execute("DELETE FROM object WHERE idx >= ?1", [signed(kept)])?;
        tx.execute("DELETE FROM gap WHERE idx >= ?1", [signed(kept)])?;
        tx.execute_batch("DELETE FROM device; DELETE FROM envelope; DELETE FROM decision")?;
        tx.execute("DELETE FROM setting WHERE name = ?1", [OPENED_WITH])?;
        tx.commit()?;
        Ok(kept)
    }

    /// Forgets what was opened, to open it again: with keys that came since. Notes that this is under way.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn forget_opened(&self) -> Result<(), DeskError> {
        let tx = self.writing()?;
        set_setting(&tx, OPENED_WITH, &[])?;
        tx.execute_batch("DELETE FROM device; DELETE FROM envelope; DELETE FROM decision")?;
        rewritten(&tx)?;
        Ok(tx.commit()?)
    }

    /// Notes that everything was opened again.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn opened_again(&self, with: &[u8]) -> Result<(), DeskError> {
        let tx = self.writing()?;
        set_setting(&tx, OPENED_WITH, with)?;
        rewritten(&tx)?;
        Ok(tx.commit()?)
    }

    /// Keeps what was found in objects that are here already.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn open_again(&self, found: PageContents<'_>) -> Result<(), DeskError> {
        let tx = self.writing()?;
        insert(&tx, found)?;
        Ok(tx.commit()?)
    }

    /// Keeps a page of the log with what was found in it, all or none.
    ///
    /// # Errors
    /// The database fails.
    pub fn add_page(
        &self,
        first: u64,
        objects: &[LogObject],
        found: PageContents<'_>,
        gaps: &[Gap],
    ) -> Result<(), DeskError> {
        let tx = self.writing()?;
        for (o, index) in objects.iter().zip(first..) {
            let sql = "INSERT INTO object VALUES (?1, ?2, ?3, ?4)";
            tx.prepare_cached(sql)?.execute(params![signed(index), o.received, o.hash.0, o.bytes])?;
        }
        for gap in gaps {
            tx.execute(
                "INSERT INTO gap VALUES (?1, ?2, ?3)",
                params![signed(gap.index), gap.device.0, signed(gap.seq)],
            )?;
        }
        insert(&tx, found)?;
        Ok(tx.commit()?)
    }
}
