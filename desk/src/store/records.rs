//! What this desk signed, until and after the server has it.

use super::{Store, signed, unsigned};
use crate::error::DeskError;
use baqylau_protocol::cose::Type;
use baqylau_protocol::ids::{DeviceId, Hash};
use rusqlite::{OptionalExtension, params};

/// A letter that this desk wrote.
#[derive(Debug, Clone)]
pub struct Written {
    /// The hash of its envelope.
    pub hash: Hash,
    /// The phone.
    pub recipient: DeviceId,
    /// What it says: [`baqylau_report::Letter`].
    pub payload: Vec<u8>,
    /// Whether the server has it.
    pub sent: bool,
}

impl Store {
    /// Keeps an envelope of this desk's chain. `make` gets the number and hash of the one before, and gives the bytes.
    ///
    /// # Errors
    /// The database fails, or `make` does.
    pub fn add_record(
        &self,
        kind: Type,
        recipient: Option<DeviceId>,
        payload: &[u8],
        make: impl FnOnce(Option<(u64, Hash)>) -> Result<Vec<u8>, DeskError>,
    ) -> Result<(), DeskError> {
        let tx = self.db.unchecked_transaction()?;
        let select = "SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1";
        let last = tx.query_row(select, [], |r| Ok((unsigned(r.get(0)?), Hash(r.get(1)?)))).optional()?;
        let bytes = make(last)?;
        let seq = last.map_or(1, |l| l.0 + 1);
        let insert = "INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)";
        let recipient = recipient.map(|r| r.0);
        tx.execute(insert, params![signed(seq), kind as u16, recipient, Hash::of(&bytes).0, bytes, payload])?;
        Ok(tx.commit()?)
    }

    /// What the server does not have yet, in order.
    ///
    /// # Errors
    /// The database fails.
    pub fn waiting_records(&self) -> Result<Vec<(u64, Vec<u8>)>, DeskError> {
        let mut statement = self.db.prepare("SELECT seq, bytes FROM record WHERE receipt IS NULL ORDER BY seq")?;
        let rows = statement.query_map([], |r| Ok((unsigned(r.get(0)?), r.get(1)?)))?;
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

    /// The letters of this desk, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn letters(&self) -> Result<Vec<Written>, DeskError> {
        let select = "SELECT hash, recipient, payload, receipt IS NOT NULL FROM record
                      WHERE recipient IS NOT NULL ORDER BY seq";
        let mut statement = self.db.prepare(select)?;
        let rows = statement.query_map([], |r| {
            Ok(Written { hash: Hash(r.get(0)?), recipient: DeviceId(r.get(1)?), payload: r.get(2)?, sent: r.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
