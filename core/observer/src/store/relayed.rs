//! Objects of other phones that this one carries, sealed, until a server has them.

use super::number::Number;
use super::outbox::Outbox;
use super::queue::{Queued, add_blobs, due, put_off};
use crate::error::Error;
use baqylau_protocol::cose::{self, ObjectType};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::wire::RefusalCode;
use rusqlite::{OptionalExtension, Transaction, params};

impl Outbox {
    /// Begins to take objects, in one transaction.
    pub fn relay(&mut self) -> Result<Relaying<'_>, Error> {
        Ok(Relaying { tx: self.db.transaction()?, new: 0 })
    }

    /// The enrolments among what is carried, one after the other.
    pub fn relayed_enrolments(&self, each: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        // What is signed begins with its type.
        let start = cose::start(ObjectType::Enrolled);
        let mut statement = self.db.prepare("SELECT bytes FROM carried WHERE substr(bytes, 1, ?1) = ?2")?;
        let mut rows = statement.query(params![i64::try_from(start.len()).unwrap_or(0), start])?;
        while let Some(row) = rows.next()? {
            each(row.get_ref(0)?.as_blob().unwrap_or_default());
        }
        Ok(())
    }

    /// What is carried, in the order in which it came; of what was refused, that whose turn it is.
    pub fn relay_queue(&self, at: Option<i64>) -> Result<Vec<Queued>, Error> {
        let select = "SELECT id, length(bytes), not_before FROM carried WHERE receipt IS NULL OR again = 1 ORDER BY id";
        let mut statement = self.db.prepare_cached(select)?;
        let rows = statement.query_map([], |r| {
            let bytes = r.get::<_, i64>(1)?.try_into().unwrap_or(0);
            Ok((Queued { number: Number::Carried(r.get(0)?), bytes, urgent: false }, r.get::<_, i64>(2)?))
        })?;
        let all: Vec<(Queued, i64)> = rows.collect::<Result<_, _>>()?;
        Ok(all.into_iter().filter(|(_, not_before)| due(*not_before, at)).map(|(queued, _)| queued).collect())
    }

    /// Keeps the server's proof, to be carried back.
    pub fn relayed_receipted(&mut self, id: i64, receipt: &[u8]) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let former =
            "INSERT INTO former SELECT -id, receipt FROM carried WHERE id = ?1 AND again = 1 AND receipt <> ?2";
        tx.execute(former, params![id, receipt])?;
        let update = "UPDATE carried SET receipt = ?2, refused = NULL, not_before = 0, again = 0 WHERE id = ?1";
        tx.execute(update, params![id, receipt])?;
        Ok(tx.commit()?)
    }

    /// Keeps the proof for something carried that another way brought.
    pub fn relayed_proved(&mut self, hash: Hash, receipt: &[u8]) -> Result<(), Error> {
        let update = "UPDATE carried SET receipt = ?2, refused = NULL, again = 0 WHERE hash = ?1 AND receipt IS NOT ?2";
        self.db.execute(update, params![hash.0, receipt])?;
        Ok(())
    }

    /// Notes that the server does not take it.
    pub fn relayed_refused(&mut self, id: i64, refusal: RefusalCode, now: i64) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let tries: u32 = tx.query_row("SELECT tries FROM carried WHERE id = ?1", [id], |r| r.get(0))?;
        let (tries, not_before) = put_off(tries, refusal, now);
        let update = "UPDATE carried SET refused = ?2, tries = ?3, not_before = ?4 WHERE id = ?1";
        tx.execute(update, params![id, refusal.number(), tries, not_before])?;
        Ok(tx.commit()?)
    }

    /// Everything carried, in its order: the row, whether a receipt is here that reads, and whether it is carried on: without a
    /// receipt, or with one that is not compared.
    pub fn relayed(&self) -> Result<Vec<(i64, bool, bool)>, Error> {
        let select = "SELECT id, receipt, hash IN (SELECT hash FROM uncompared) FROM carried ORDER BY id";
        let mut statement = self.db.prepare(select)?;
        let rows = statement.query_map([], |r| {
            let receipt = r.get_ref(1)?.as_blob_or_null().unwrap_or_default();
            let receipted = receipt.is_some_and(|r| Receipt::from_bytes(r).is_ok());
            Ok((r.get(0)?, receipted, !receipted || r.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The receipt of something that is carried, with the hash of that.
    pub fn relayed_receipt(&self, id: i64) -> Result<(Hash, Vec<u8>), Error> {
        let select = "SELECT hash, receipt FROM carried WHERE id = ?1";
        Ok(self.db.prepare_cached(select)?.query_row([id], |r| Ok((Hash(r.get(0)?), r.get(1)?)))?)
    }

    /// The number of an own envelope, by its hash.
    pub fn find(&self, hash: Hash) -> Result<Option<i64>, Error> {
        let select = "SELECT seq FROM envelope WHERE hash = ?1";
        Ok(self.db.query_row(select, [hash.0], |r| r.get(0)).optional()?)
    }
}

/// Objects that are being taken; none is before [`Relaying::commit`].
pub(crate) struct Relaying<'o> {
    tx: Transaction<'o>,
    new: usize,
}

impl Relaying<'_> {
    pub fn take(&mut self, object: &[u8]) -> Result<(), Error> {
        let insert = "INSERT OR IGNORE INTO carried (hash, bytes) VALUES (?1, ?2)";
        if self.tx.prepare_cached(insert)?.execute(params![Hash::of(object).0, object])? > 0 {
            self.new += 1;
            add_blobs(&self.tx, Number::Carried(self.tx.last_insert_rowid()), object)?;
        }
        Ok(())
    }

    /// Keeps what was taken. Gives how many are new.
    pub fn commit(self) -> Result<usize, Error> {
        self.tx.commit()?;
        Ok(self.new)
    }
}
