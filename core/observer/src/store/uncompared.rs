//! Receipts whose heads nothing proved to be of the log that this phone knows. They make nothing stored until they are compared.

use super::number::Number;
use super::outbox::Outbox;
use crate::error::Error;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::sync::refusal_pause;
use rusqlite::params;

impl Outbox {
    /// Keeps the receipt of an own envelope, of the enrolment or of something carried, to be compared later. A later one replaces it.
    pub fn keep_uncompared(&mut self, hash: Hash, receipt: &[u8]) -> Result<(), Error> {
        let insert = "INSERT INTO uncompared VALUES (?1, ?2)
                      ON CONFLICT DO UPDATE SET receipt = excluded.receipt WHERE receipt <> excluded.receipt";
        self.db.execute(insert, params![hash.0, receipt])?;
        Ok(())
    }

    /// As [`Outbox::keep_uncompared`], of what was sent just now: the same bytes go again after a pause, ever later, since the log that
    /// this receipt is of may not be the one that holds. A carried object keeps it as its receipt too, because its own phone compares it.
    pub fn sent_uncompared(&mut self, number: Number, receipt: &[u8], now: i64) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let (table, key, id, carried) = match number {
            Number::Own(seq) => ("envelope", "seq", seq, None),
            Number::Carried(id) => ("carried", "id", id, Some(receipt)),
        };
        let select = format!("SELECT hash, tries FROM {table} WHERE {key} = ?1");
        let (hash, tries): ([u8; 32], u32) = tx.query_row(&select, [id], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let tries = tries.saturating_add(1);
        let not_before = now.saturating_add(refusal_pause(tries));
        let refused = if carried.is_none() { ", reason = NULL" } else { "" };
        let update = format!(
            "UPDATE {table} SET again = receipt IS NOT NULL OR ?2 IS NOT NULL, receipt = coalesce(?2, receipt), refused = NULL{refused},
             tries = ?3, not_before = ?4 WHERE {key} = ?1"
        );
        tx.execute(&update, params![id, carried, tries, not_before])?;
        tx.execute("INSERT OR REPLACE INTO uncompared VALUES (?1, ?2)", params![hash, receipt])?;
        Ok(tx.commit()?)
    }

    /// The receipts that wait to be compared, each with the hash of its object.
    pub fn uncompared(&self) -> Result<Vec<(Hash, Vec<u8>)>, Error> {
        let mut statement = self.db.prepare_cached("SELECT hash, receipt FROM uncompared")?;
        let rows = statement.query_map([], |r| Ok((Hash(r.get(0)?), r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// An own envelope that this receipt made stored, because a courier brought it, waits again.
    pub fn take_back(&mut self, hash: Hash, receipt: &[u8]) -> Result<(), Error> {
        let update = "UPDATE envelope SET receipt = NULL, again = 0 WHERE hash = ?1 AND receipt = ?2";
        self.db.execute(update, params![hash.0, receipt])?;
        Ok(())
    }

    /// Forgets the receipt of an object: it was compared, or proves nothing any more.
    pub fn forget_uncompared(&mut self, hash: Hash) -> Result<(), Error> {
        self.db.execute("DELETE FROM uncompared WHERE hash = ?1", [hash.0])?;
        Ok(())
    }
}
