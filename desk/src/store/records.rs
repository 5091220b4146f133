//! What this desk signed, until and after the server has it.

use super::{DeskStore, signed, unsigned};
use crate::error::DeskError;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash};
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::HashMap;

/// A link of this desk's own chain.
#[derive(Clone)]
pub struct WrittenRecord {
    /// The hash of its envelope.
    pub hash: Hash,
    /// Plain CBOR, as it was before it was sealed.
    pub payload: Vec<u8>,
    /// Whether the server has it.
    pub sent: bool,
}

baqylau_forms::redacted_debug! { WrittenRecord: hash, sent }

/// The end of this desk's chain, to be added to in one transaction.
pub struct DeskChain<'t> {
    tx: &'t Transaction<'t>,
    last: Option<(u64, Hash)>,
}

impl DeskChain<'_> {
    /// Adds an envelope; gives its hash. `make` gets the number and hash of the one before, and gives the bytes.
    ///
    /// # Errors
    /// The database fails, or `make` does.
    pub fn add(
        &mut self,
        kind: ObjectType,
        recipient: Option<DeviceId>,
        payload: &[u8],
        make: impl FnOnce(Option<(u64, Hash)>) -> Result<Vec<u8>, DeskError>,
    ) -> Result<Hash, DeskError> {
        let bytes = make(self.last)?;
        let (seq, hash) = (self.last.map_or(1, |l| l.0 + 1), Hash::of(&bytes));
        let insert = "INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)";
        let recipient = recipient.map(|r| r.0);
        self.tx.execute(insert, params![signed(seq), kind as u16, recipient, hash.0, bytes, payload])?;
        self.last = Some((seq, hash));
        Ok(hash)
    }
}

impl DeskStore {
    /// Adds to this desk's chain, of which it is the device: everything that `write` adds, or nothing.
    ///
    /// # Errors
    /// The database fails, or `write` does.
    pub fn sign<T>(
        &self,
        own: DeviceId,
        write: impl FnOnce(&mut DeskChain) -> Result<T, DeskError>,
    ) -> Result<T, DeskError> {
        let tx = self.db.unchecked_transaction()?;
        // A store that was lost and begun anew has its own records in the log only.
        let select = "SELECT seq, hash FROM record UNION ALL
                      SELECT seq, hash FROM envelope WHERE device = ?1 AND kind IS NOT NULL ORDER BY seq DESC LIMIT 1";
        let last = tx.query_row(select, [own.0], |r| Ok((unsigned(r, 0)?, Hash(r.get(1)?)))).optional()?;
        let out = write(&mut DeskChain { tx: &tx, last })?;
        tx.commit()?;
        Ok(out)
    }

    /// Number and envelope of each that has no receipt yet, in the order of the chain.
    ///
    /// # Errors
    /// The database fails.
    pub fn waiting_records(&self) -> Result<Vec<(u64, Vec<u8>)>, DeskError> {
        let mut statement = self.db.prepare("SELECT seq, bytes FROM record WHERE receipt IS NULL ORDER BY seq")?;
        let rows = statement.query_map([], |r| Ok((unsigned(r, 0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps the server's proof.
    ///
    /// # Errors
    /// The database fails.
    pub fn receipt_record(&self, seq: u64, receipt: &[u8]) -> Result<(), DeskError> {
        self.db.execute("UPDATE record SET receipt = ?2 WHERE seq = ?1", params![signed(seq), receipt])?;
        Ok(())
    }

    /// How much the server does not have yet.
    ///
    /// # Errors
    /// The database fails.
    pub fn waiting(&self) -> Result<usize, DeskError> {
        let sql = "SELECT (SELECT count(*) FROM record WHERE receipt IS NULL)
                   + (SELECT count(*) FROM own_decision WHERE receipt IS NULL)";
        let count = self.db.query_row(sql, [], |r| r.get(0));
        Ok(usize::try_from(count.map(|n: i64| n)?).unwrap_or(0))
    }

    /// What the server gave a receipt for and its log, pulled to the end, does not hold, is sent again; gives how much that is.
    ///
    /// # Errors
    /// The database fails.
    pub fn send_again(&self) -> Result<usize, DeskError> {
        let lost = "UPDATE record SET receipt = NULL WHERE receipt IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM envelope WHERE envelope.hash = record.hash)";
        let undecided = "UPDATE own_decision SET receipt = NULL WHERE receipt IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM decision WHERE decision.hash = own_decision.hash)";
        Ok(self.db.execute(lost, [])? + self.db.execute(undecided, [])?)
    }

    /// What this desk signed of a kind for a device, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn written_to(&self, kind: ObjectType, recipient: DeviceId) -> Result<Vec<Vec<u8>>, DeskError> {
        let select = "SELECT payload FROM record WHERE kind = ?1 AND recipient = ?2 ORDER BY seq";
        let mut statement = self.db.prepare(select)?;
        let rows = statement.query_map(params![kind as u16, recipient.0], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many letters of this desk to each phone are among the first `size` objects of the log.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn logged_letters(&self, size: u64) -> Result<HashMap<DeviceId, u64>, DeskError> {
        let select = "SELECT record.recipient, count(DISTINCT record.hash)
                      FROM record JOIN envelope ON envelope.hash = record.hash
                      WHERE record.kind = ?1 AND envelope.idx < ?2 GROUP BY record.recipient";
        let mut statement = self.db.prepare(select)?;
        let rows = statement.query_map(params![ObjectType::Letter as u16, signed(size)], |r| {
            Ok((DeviceId(r.get(0)?), unsigned(r, 1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Letters of this desk among the first `size` objects of the log, the last of them first: place, time of receipt, envelope.
    ///
    /// # Errors
    /// The database fails, or `each` does.
    pub(crate) fn each_logged_letter(
        &self,
        size: u64,
        each: &mut dyn FnMut(u64, i64, Vec<u8>) -> bool,
    ) -> Result<(), DeskError> {
        let select = "SELECT envelope.idx, object.received, record.bytes FROM record
                      JOIN envelope ON envelope.hash = record.hash JOIN object ON object.idx = envelope.idx
                      WHERE record.kind = ?1 AND envelope.idx < ?2 ORDER BY envelope.idx DESC";
        let mut statement = self.db.prepare(select)?;
        let mut rows = statement.query(params![ObjectType::Letter as u16, signed(size)])?;
        while let Some(row) = rows.next()? {
            if !each(unsigned(row, 0)?, row.get(1)?, row.get(2)?) {
                break;
            }
        }
        Ok(())
    }

    /// What this desk signed of a kind, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn written(&self, kind: ObjectType) -> Result<Vec<WrittenRecord>, DeskError> {
        let select = "SELECT hash, payload, receipt IS NOT NULL FROM record WHERE kind = ?1 ORDER BY seq";
        let mut statement = self.db.prepare(select)?;
        let rows = statement.query_map([kind as u16], |r| {
            Ok(WrittenRecord { hash: Hash(r.get(0)?), payload: r.get(1)?, sent: r.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
