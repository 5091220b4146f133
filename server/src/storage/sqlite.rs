//! The log in SQLite. Keys grow with the log or with a device's chain, so that inserts stay at the ends of the trees.

use super::{Follows, LogPosition, LoggedObject, Storage, StoredDocument};
use baqylau_protocol::envelope::Blob;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_sqlite::{Schema, StorageError, open, unsigned};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use std::path::Path;

const SCHEMA: Schema = Schema {
    steps: &["
    CREATE TABLE log(
        id INTEGER PRIMARY KEY, mission BLOB NOT NULL, idx INTEGER NOT NULL, received INTEGER NOT NULL, device BLOB NOT NULL,
        seq INTEGER NOT NULL, recipient BLOB, hash BLOB NOT NULL, object BLOB NOT NULL) STRICT;
    CREATE UNIQUE INDEX log_place ON log(mission, idx);
    CREATE INDEX log_chain ON log(mission, device, seq);
    CREATE INDEX log_enrolment ON log(mission, idx) WHERE seq = 0;
    CREATE INDEX log_letter ON log(mission, recipient, idx) WHERE recipient IS NOT NULL;
    CREATE TABLE blob(mission BLOB NOT NULL, hash BLOB NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (mission, hash)) STRICT;
    CREATE TRIGGER log_is_immutable BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
    CREATE TRIGGER log_is_kept BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
    CREATE TABLE document(mission BLOB NOT NULL, which INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (mission, which)) STRICT;
    CREATE TABLE part(mission BLOB NOT NULL, hash BLOB NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (mission, hash)) STRICT;
    ", "
    CREATE TABLE mended(mission BLOB NOT NULL, idx INTEGER NOT NULL, object BLOB NOT NULL, PRIMARY KEY (mission, idx)) STRICT;
    "],
};

/// SQLite, in one file.
pub struct SqliteStorage {
    db: Connection,
}

impl SqliteStorage {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// It is damaged or of a later version.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        Ok(Self { db: open(path, None, SCHEMA)? })
    }
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn entry_of(row: &Row) -> rusqlite::Result<(u64, LoggedObject)> {
    let entry = LoggedObject {
        received: row.get(0)?,
        device: DeviceId(row.get(1)?),
        seq: unsigned(row, 2)?,
        recipient: row.get::<_, Option<[u8; 16]>>(3)?.map(DeviceId),
        hash: Hash(row.get(4)?),
        blobs: Vec::new(),
        object: row.get(5)?,
    };
    Ok((unsigned(row, 6)?, entry))
}

/// What a page reads of a row, in this order.
const ENTRY: &str = "received, device, seq, recipient, hash, object, idx";

impl SqliteStorage {
    /// An object as it was taken in: where the stored bytes are others, those that were taken in again since. What cannot be mended
    /// is given as it is.
    fn sound(&self, mission: MissionId, index: u64, hash: Hash, object: Vec<u8>) -> Result<Vec<u8>, StorageError> {
        if Hash::of(&object) == hash {
            return Ok(object);
        }
        let select = "SELECT object FROM mended WHERE mission = ?1 AND idx = ?2";
        let mended: Option<Vec<u8>> =
            self.db.query_row(select, params![mission.0, signed(index)], |r| r.get(0)).optional()?;
        Ok(mended.filter(|m| Hash::of(m) == hash).unwrap_or(object))
    }

    /// A page whose rows cannot all be read: each on its own, without the objects that are lost.
    fn page_by_rows(
        &self,
        mission: MissionId,
        from: u64,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<LoggedObject>, StorageError> {
        let head = "SELECT received, device, seq, recipient, hash, x'', idx FROM log WHERE mission = ?1 AND idx = ?2";
        let body = "SELECT object FROM log WHERE mission = ?1 AND idx = ?2";
        let (mut out, mut total) = (Vec::new(), 0);
        for index in (from..).take(limit) {
            let at = params![mission.0, signed(index)];
            let Some((_, mut entry)) = self.db.query_row(head, at, entry_of).optional()? else { break };
            let object = match self.db.query_row(body, at, |r| r.get(0)).map_err(StorageError::from) {
                Err(StorageError::Damaged { .. }) => Vec::new(),
                other => other?,
            };
            entry.object = self.sound(mission, index, entry.hash, object)?;
            total += entry.object.len();
            if total > bytes && !out.is_empty() {
                break;
            }
            out.push(entry);
        }
        Ok(out)
    }

    fn page_at_once(
        &self,
        mission: MissionId,
        from: u64,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<LoggedObject>, StorageError> {
        let sql = format!("SELECT {ENTRY} FROM log WHERE mission = ?1 AND idx >= ?2 ORDER BY idx LIMIT ?3");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![mission.0, signed(from), signed(limit as u64)])?;
        let (mut out, mut total) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let (index, mut entry) = entry_of(row)?;
            entry.object = self.sound(mission, index, entry.hash, entry.object)?;
            total += entry.object.len();
            if total > bytes && !out.is_empty() {
                break;
            }
            out.push(entry);
        }
        Ok(out)
    }
}

impl Storage for SqliteStorage {
    fn append(&mut self, mission: MissionId, first: u64, entries: &[LoggedObject]) -> Result<(), StorageError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let sql = "INSERT INTO log (mission, idx, received, device, seq, recipient, hash, object)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let mut insert = tx.prepare_cached(sql)?;
            for (entry, index) in entries.iter().zip(first..) {
                let e = entry;
                insert.execute(params![
                    mission.0,
                    signed(index),
                    e.received,
                    e.device.0,
                    signed(e.seq),
                    e.recipient.map(|r| r.0),
                    e.hash.0,
                    e.object
                ])?;
                for blob in &e.blobs {
                    let sql = "INSERT OR IGNORE INTO blob VALUES (?1, ?2, ?3)";
                    tx.prepare_cached(sql)?.execute(params![mission.0, blob.hash.0, signed(blob.length)])?;
                }
            }
        }
        Ok(tx.commit()?)
    }

    fn find(
        &mut self,
        mission: MissionId,
        device: DeviceId,
        seq: u64,
        hash: Hash,
    ) -> Result<Option<LogPosition>, StorageError> {
        // Named, because the planner would walk the whole log to have it in order.
        let sql =
            "SELECT idx, received, hash FROM log INDEXED BY log_chain WHERE mission = ?1 AND device = ?2 AND seq = ?3";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params![mission.0, device.0, signed(seq)])?;
        // A forked chain has several of one number; all are kept.
        while let Some(row) = rows.next()? {
            if row.get::<_, [u8; 32]>(2)? == hash.0 {
                return Ok(Some(LogPosition { index: unsigned(row, 0)?, received: row.get(1)? }));
            }
        }
        Ok(None)
    }

    fn leaves(&mut self, mission: MissionId, each: &mut dyn FnMut(Hash, i64)) -> Result<(), StorageError> {
        let mut statement = self.db.prepare("SELECT hash, received FROM log WHERE mission = ?1 ORDER BY idx")?;
        let mut rows = statement.query([mission.0])?;
        while let Some(row) = rows.next()? {
            each(Hash(row.get(0)?), row.get(1)?);
        }
        Ok(())
    }

    fn enrolments(&mut self, mission: MissionId) -> Result<Vec<Vec<u8>>, StorageError> {
        let select = "SELECT object, hash, idx FROM log WHERE mission = ?1 AND seq = 0 ORDER BY idx";
        let mut statement = self.db.prepare(select)?;
        let mut rows = statement.query([mission.0])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(self.sound(mission, unsigned(row, 2)?, Hash(row.get(1)?), row.get(0)?)?);
        }
        Ok(out)
    }

    fn page(
        &mut self,
        mission: MissionId,
        from: u64,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<LoggedObject>, StorageError> {
        match self.page_at_once(mission, from, limit, bytes) {
            Err(StorageError::Damaged { .. }) => self.page_by_rows(mission, from, limit, bytes),
            other => other,
        }
    }

    fn mend(&mut self, mission: MissionId, index: u64, object: &[u8]) -> Result<bool, StorageError> {
        let found = self.page(mission, index, 1, 0)?;
        if found.first().is_none_or(|e| Hash::of(&e.object) == e.hash || Hash::of(object) != e.hash) {
            return Ok(false);
        }
        let insert = "INSERT OR REPLACE INTO mended VALUES (?1, ?2, ?3)";
        self.db.execute(insert, params![mission.0, signed(index), object])?;
        Ok(true)
    }

    fn letters(
        &mut self,
        mission: MissionId,
        recipient: DeviceId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, LoggedObject)>, StorageError> {
        let sql = format!(
            "SELECT {ENTRY} FROM log INDEXED BY log_letter
             WHERE mission = ?1 AND recipient = ?2 AND idx >= ?3 ORDER BY idx LIMIT ?4"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params![mission.0, recipient.0, signed(from), signed(limit as u64)])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let (index, mut entry) = entry_of(row)?;
            entry.object = self.sound(mission, index, entry.hash, entry.object)?;
            out.push((index, entry));
        }
        Ok(out)
    }

    fn enrolment(&mut self, mission: MissionId, device: DeviceId) -> Result<Option<Vec<u8>>, StorageError> {
        let sql =
            "SELECT object, hash, idx FROM log INDEXED BY log_chain WHERE mission = ?1 AND device = ?2 AND seq = 0";
        let read = |row: &Row| Ok((row.get(0)?, Hash(row.get(1)?), unsigned(row, 2)?));
        let found = self.db.query_row(sql, params![mission.0, device.0], read).optional()?;
        found.map(|(object, hash, index)| self.sound(mission, index, hash, object)).transpose()
    }

    fn blob(&mut self, mission: MissionId, hash: Hash) -> Result<Option<u64>, StorageError> {
        let sql = "SELECT length FROM blob WHERE mission = ?1 AND hash = ?2";
        Ok(self.db.query_row(sql, params![mission.0, hash.0], |r| unsigned(r, 0)).optional()?)
    }

    fn know_blobs(&mut self, mission: MissionId, blobs: &[Blob]) -> Result<(), StorageError> {
        for blob in blobs {
            if !matches!(self.blob(mission, blob.hash), Ok(Some(length)) if length == blob.length) {
                let insert = "INSERT OR REPLACE INTO blob VALUES (?1, ?2, ?3)";
                self.db.execute(insert, params![mission.0, blob.hash.0, signed(blob.length)])?;
            }
        }
        Ok(())
    }

    fn document(&mut self, mission: MissionId, which: StoredDocument) -> Result<Option<Vec<u8>>, StorageError> {
        let sql = "SELECT bytes FROM document WHERE mission = ?1 AND which = ?2";
        Ok(self.db.query_row(sql, params![mission.0, which as u8], |r| r.get(0)).optional()?)
    }

    fn publish(
        &mut self,
        mission: MissionId,
        which: StoredDocument,
        bytes: &[u8],
        parts: &[(Hash, Vec<u8>)],
        follows: Follows<'_>,
    ) -> Result<bool, StorageError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = "SELECT bytes FROM document WHERE mission = ?1 AND which = ?2";
        let known: Option<Vec<u8>> = tx.query_row(sql, params![mission.0, which as u8], |r| r.get(0)).optional()?;
        if !follows(known.as_deref()) {
            return Ok(false);
        }
        for (hash, packed) in parts {
            tx.execute("INSERT OR REPLACE INTO part VALUES (?1, ?2, ?3)", params![mission.0, hash.0, packed])?;
        }
        tx.execute("INSERT OR REPLACE INTO document VALUES (?1, ?2, ?3)", params![mission.0, which as u8, bytes])?;
        tx.commit()?;
        Ok(true)
    }

    fn part(&mut self, mission: MissionId, hash: Hash) -> Result<Option<Vec<u8>>, StorageError> {
        let sql = "SELECT packed FROM part WHERE mission = ?1 AND hash = ?2";
        Ok(self.db.query_row(sql, params![mission.0, hash.0], |r| r.get(0)).optional()?)
    }
}
