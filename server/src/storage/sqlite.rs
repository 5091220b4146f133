//! The log in SQLite. Keys grow with the log or with a device's chain, so that inserts stay at the ends of the trees.

use super::{Document, Entry, Follows, Place, Storage};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_sqlite::{Schema, StorageError, open};
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
    "],
};

/// SQLite, in one file.
pub struct Sqlite {
    db: Connection,
}

impl Sqlite {
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

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn entry_of(row: &Row) -> rusqlite::Result<(u64, Entry)> {
    let entry = Entry {
        received: row.get(0)?,
        device: DeviceId(row.get(1)?),
        seq: unsigned(row.get(2)?),
        recipient: row.get::<_, Option<[u8; 16]>>(3)?.map(DeviceId),
        hash: Hash(row.get(4)?),
        blobs: Vec::new(),
        object: row.get(5)?,
    };
    Ok((unsigned(row.get(6)?), entry))
}

impl Storage for Sqlite {
    fn append(&mut self, mission: MissionId, first: u64, entries: &[Entry]) -> Result<(), StorageError> {
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
    ) -> Result<Option<Place>, StorageError> {
        // Named, because the planner would walk the whole log to have it in order.
        let sql =
            "SELECT idx, received, hash FROM log INDEXED BY log_chain WHERE mission = ?1 AND device = ?2 AND seq = ?3";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params![mission.0, device.0, signed(seq)])?;
        // A forked chain has several of one number; all are kept.
        while let Some(row) = rows.next()? {
            if row.get::<_, [u8; 32]>(2)? == hash.0 {
                return Ok(Some(Place { index: unsigned(row.get(0)?), received: row.get(1)? }));
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
        let mut statement = self.db.prepare("SELECT object FROM log WHERE mission = ?1 AND seq = 0 ORDER BY idx")?;
        let rows = statement.query_map([mission.0], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn page(&mut self, mission: MissionId, from: u64, limit: usize, bytes: usize) -> Result<Vec<Entry>, StorageError> {
        let sql = "SELECT received, device, seq, recipient, hash, object, idx FROM log
                   WHERE mission = ?1 AND idx >= ?2 ORDER BY idx LIMIT ?3";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params![mission.0, signed(from), signed(limit as u64)])?;
        let (mut out, mut total) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let (_, entry) = entry_of(row)?;
            total += entry.object.len();
            if total > bytes && !out.is_empty() {
                break;
            }
            out.push(entry);
        }
        Ok(out)
    }

    fn letters(
        &mut self,
        mission: MissionId,
        recipient: DeviceId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Entry)>, StorageError> {
        let sql = "SELECT received, device, seq, recipient, hash, object, idx FROM log INDEXED BY log_letter
                   WHERE mission = ?1 AND recipient = ?2 AND idx >= ?3 ORDER BY idx LIMIT ?4";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows =
            statement.query_map(params![mission.0, recipient.0, signed(from), signed(limit as u64)], entry_of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn enrolment(&mut self, mission: MissionId, device: DeviceId) -> Result<Option<Vec<u8>>, StorageError> {
        let sql = "SELECT object FROM log INDEXED BY log_chain WHERE mission = ?1 AND device = ?2 AND seq = 0";
        Ok(self.db.query_row(sql, params![mission.0, device.0], |r| r.get(0)).optional()?)
    }

    fn blob(&mut self, mission: MissionId, hash: Hash) -> Result<Option<u64>, StorageError> {
        let sql = "SELECT length FROM blob WHERE mission = ?1 AND hash = ?2";
        let length = self.db.query_row(sql, params![mission.0, hash.0], |r| r.get(0)).optional()?;
        Ok(length.map(unsigned))
    }

    fn document(&mut self, mission: MissionId, which: Document) -> Result<Option<Vec<u8>>, StorageError> {
        let sql = "SELECT bytes FROM document WHERE mission = ?1 AND which = ?2";
        Ok(self.db.query_row(sql, params![mission.0, which as u8], |r| r.get(0)).optional()?)
    }

    fn publish(
        &mut self,
        mission: MissionId,
        which: Document,
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
            tx.execute("INSERT OR IGNORE INTO part VALUES (?1, ?2, ?3)", params![mission.0, hash.0, packed])?;
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
