//! Places of the log whose objects the server could not hand out, and heads that contradict the one that is kept.

use super::envelopes::{PageContents, insert};
use super::{DeskStore, LogObject, damaged, set_setting, setting, signed, unsigned};
use crate::error::DeskError;
use crate::faults::Contradiction;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::{DeviceId, Hash};
use rusqlite::{Connection, Transaction, params};

/// How often the log here was changed behind what was read of it.
const REWRITTEN: &str = "rewritten";
/// How many heads that contradict are kept.
const MOST_EVIDENCE: i64 = 100;

/// A place of the log whose object is damaged at the server. Its hash is known, so that the tree adds up without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Counted from 0.
    pub index: u64,
    /// The hash of the object.
    pub hash: Hash,
    /// When the server received it, in milliseconds since 1970.
    pub received: i64,
    /// Which device sent it, by the server's word.
    pub device: DeviceId,
    /// Its number in the device's chain, 0 for an enrolment; by the server's word.
    pub seq: u64,
    /// Whether that device is a desk, as far as its enrolment is here.
    pub desk: bool,
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self { index, hash, device, seq, desk, .. } = self;
        write!(
            f,
            "object {index} (number {seq} of the device {device}, {hash}) is damaged at the server and is not here; everything \
             else is. "
        )?;
        f.write_str(if *desk {
            "That device is a desk: let it, or another desk that pulled the object before, hand everything to the server again \
             (`baqylau desk pull --again`)"
        } else {
            "Let that phone send everything again (`observe sync --again`), let a desk that pulled the object before hand \
             everything to the server again (`baqylau desk pull --again`), deliver a courier file that holds it"
        })?;
        f.write_str(", or put the server's database back from a copy: the next pull then takes it")
    }
}

/// A signed head that contradicts the log here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// English words, from when it came.
    pub why: Contradiction,
    /// The bytes that the server signed.
    pub head: Vec<u8>,
}

impl DeskStore {
    /// The places whose objects are not here, in the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub fn gaps(&self) -> Result<Vec<Gap>, DeskError> {
        let sql = "SELECT g.idx, o.hash, o.received, g.device, g.seq,
                   EXISTS (SELECT 1 FROM device d WHERE d.device = g.device AND d.role = ?1)
                   FROM gap g JOIN object o ON o.idx = g.idx ORDER BY g.idx";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([Role::Desk as u8], |r| {
            let (hash, device) = (Hash(r.get(1)?), DeviceId(r.get(3)?));
            Ok(Gap { index: unsigned(r, 0)?, hash, received: r.get(2)?, device, seq: unsigned(r, 4)?, desk: r.get(5)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Puts objects where gaps were, with what was found in them and in what waited for them.
    pub(crate) fn fill(&self, objects: &[(u64, LogObject)], found: PageContents<'_>) -> Result<(), DeskError> {
        let tx = self.writing()?;
        for (index, object) in objects {
            tx.execute("UPDATE object SET bytes = ?2 WHERE idx = ?1", params![signed(*index), object.bytes])?;
            tx.execute("DELETE FROM gap WHERE idx = ?1", [signed(*index)])?;
        }
        for envelope in found.envelopes {
            tx.execute("DELETE FROM envelope WHERE idx = ?1", [signed(envelope.index)])?;
        }
        insert(&tx, found)?;
        rewritten(&tx)?;
        Ok(tx.commit()?)
    }

    /// The places of what a device signed and could not be verified or opened.
    pub(crate) fn unopened(&self, device: DeviceId) -> Result<Vec<u64>, DeskError> {
        let sql = "SELECT idx FROM envelope WHERE device = ?1 AND kind IS NULL
                   UNION ALL SELECT idx FROM decision WHERE desk = ?1 AND NOT verified ORDER BY idx";
        let mut statement = self.db.prepare(sql)?;
        Ok(statement.query_map([device.0], |r| unsigned(r, 0))?.collect::<Result<_, _>>()?)
    }

    /// Takes the log back to a size that the server's signature covers: what lies behind does not lead to what it signs.
    pub(crate) fn cut_back(&self, size: u64) -> Result<(), DeskError> {
        let tx = self.writing()?;
        cut(&tx, size)?;
        Ok(tx.commit()?)
    }

    /// The same for a log that is replaced: its objects from a place on are kept apart, until the new log has them. Notes which log is here,
    /// and forgets a head that covers more; all of it or nothing.
    pub(crate) fn strand(
        &self,
        size: u64,
        (name, value): (&str, &[u8]),
        forgotten: Option<&str>,
    ) -> Result<(), DeskError> {
        let tx = self.writing()?;
        let sql = "INSERT OR IGNORE INTO stranded SELECT hash, idx, received, bytes FROM object
                   WHERE idx >= ?1 AND length(bytes) > 0 ORDER BY idx";
        tx.execute(sql, [signed(size)])?;
        cut(&tx, size)?;
        set_setting(&tx, name, value)?;
        if let Some(name) = forgotten {
            tx.execute("DELETE FROM setting WHERE name = ?1", [name])?;
        }
        Ok(tx.commit()?)
    }

    /// Objects of a log before that the log of now does not have, in the order that they had.
    ///
    /// # Errors
    /// The database fails.
    pub fn stranded(&self) -> Result<Vec<Vec<u8>>, DeskError> {
        let mut statement = self.db.prepare("SELECT bytes FROM stranded ORDER BY idx")?;
        Ok(statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Forgets what the log of now turned out to have.
    pub(crate) fn forget_stranded_here(&self) -> Result<(), DeskError> {
        self.db.execute("DELETE FROM stranded WHERE hash IN (SELECT hash FROM object)", [])?;
        Ok(())
    }

    /// The log of now has these.
    pub(crate) fn unstrand(&self, hashes: &[Hash]) -> Result<(), DeskError> {
        let tx = self.writing()?;
        for hash in hashes {
            tx.execute("DELETE FROM stranded WHERE hash = ?1", [hash.0])?;
        }
        Ok(tx.commit()?)
    }

    /// Changes whenever something behind the end of the log here was changed.
    pub(crate) fn rewritten(&self) -> Result<i64, DeskError> {
        times_rewritten(&self.db)
    }

    /// Keeps a head that contradicts the log here; the one that was verified stays.
    pub(crate) fn add_evidence(&self, head: &[u8], why: Contradiction) -> Result<(), DeskError> {
        let insert = "INSERT OR IGNORE INTO evidence (head, why)
                      SELECT ?1, ?2 WHERE (SELECT count(*) FROM evidence) < ?3";
        self.db.execute(insert, params![head, why.kept(), MOST_EVIDENCE])?;
        Ok(())
    }

    /// The heads that contradict the log here, in the order in which they came; the first hundred.
    ///
    /// # Errors
    /// The database fails.
    pub fn evidence(&self) -> Result<Vec<Evidence>, DeskError> {
        let mut statement = self.db.prepare("SELECT why, head FROM evidence ORDER BY id")?;
        let rows = statement
            .query_map([], |r| Ok(Evidence { why: Contradiction::of(&r.get::<_, String>(0)?), head: r.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn times_rewritten(db: &Connection) -> Result<i64, DeskError> {
    let Some(bytes) = setting(db, REWRITTEN)? else { return Ok(0) };
    Ok(i64::from_be_bytes(bytes.try_into().map_err(|_| damaged())?))
}

pub(super) fn rewritten(tx: &Connection) -> Result<(), DeskError> {
    set_setting(tx, REWRITTEN, &times_rewritten(tx)?.wrapping_add(1).to_be_bytes())
}

fn cut(tx: &Transaction<'_>, size: u64) -> Result<(), DeskError> {
    for table in ["object", "device", "envelope", "decision", "gap"] {
        tx.execute(&format!("DELETE FROM {table} WHERE idx >= ?1"), [signed(size)])?;
    }
    rewritten(tx)?;
    Ok(())
}
