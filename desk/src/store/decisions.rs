//! What desks decided about devices: the records of the log, and those that this desk signed, until the log has them.

use super::{DeskStore, signed, unsigned};
use crate::error::DeskError;
use crate::faults::Unverifiable;
use baqylau_protocol::ids::{DeviceId, Hash};
use rusqlite::{Transaction, params};

/// A record of standings as it was found when it was pulled.
#[derive(Clone)]
pub struct PulledDecision {
    /// Place in the log.
    pub index: u64,
    /// The desk that it names.
    pub desk: DeviceId,
    /// As the log has it.
    pub bytes: Vec<u8>,
    /// Whether that desk's device signed it. Whether it may, the manifest says.
    pub verified: Result<(), Unverifiable>,
}

baqylau_forms::redacted_debug! { PulledDecision: index, desk, verified }

pub(super) fn insert(tx: &Transaction<'_>, decisions: &[PulledDecision]) -> Result<(), DeskError> {
    for d in decisions {
        let sql = "INSERT OR REPLACE INTO decision VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = params![signed(d.index), d.desk.0, Hash::of(&d.bytes).0, d.bytes, d.verified.is_ok()];
        tx.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

impl DeskStore {
    /// Place and bytes of each record that its desk signed, in the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub fn decisions(&self) -> Result<Vec<(u64, Vec<u8>)>, DeskError> {
        let mut statement = self.db.prepare("SELECT idx, bytes FROM decision WHERE verified ORDER BY idx")?;
        let rows = statement.query_map([], |r| Ok((unsigned(r, 0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Place and desk of each record of the log.
    ///
    /// # Errors
    /// The database fails.
    pub fn deciders(&self) -> Result<Vec<(u64, DeviceId)>, DeskError> {
        let mut statement = self.db.prepare("SELECT idx, desk FROM decision ORDER BY idx")?;
        let rows = statement.query_map([], |r| Ok((unsigned(r, 0)?, DeviceId(r.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What this desk signed and the log does not have, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn own_decisions(&self) -> Result<Vec<Vec<u8>>, DeskError> {
        let sql = "SELECT bytes FROM own_decision o
                   WHERE NOT EXISTS (SELECT 1 FROM decision d WHERE d.hash = o.hash) ORDER BY id";
        let mut statement = self.db.prepare(sql)?;
        Ok(statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Keeps a record that this desk signed, to be sent.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn add_own_decision(&self, bytes: &[u8]) -> Result<(), DeskError> {
        let sql = "INSERT OR IGNORE INTO own_decision (hash, bytes) VALUES (?1, ?2)";
        self.db.execute(sql, params![Hash::of(bytes).0, bytes])?;
        Ok(())
    }

    /// Number and bytes of each that has no receipt yet.
    ///
    /// # Errors
    /// The database fails.
    pub fn waiting_decisions(&self) -> Result<Vec<(i64, Vec<u8>)>, DeskError> {
        let mut statement = self.db.prepare("SELECT id, bytes FROM own_decision WHERE receipt IS NULL ORDER BY id")?;
        Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Keeps the server's proof.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn receipt_decision(&self, id: i64, receipt: &[u8]) -> Result<(), DeskError> {
        self.db.execute("UPDATE own_decision SET receipt = ?2 WHERE id = ?1", params![id, receipt])?;
        Ok(())
    }
}
