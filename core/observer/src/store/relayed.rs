//! Objects of other phones that this one carries, sealed, until a server has them.

use super::number::Number;
use super::outbox::Outbox;
use super::queue::{Queued, add_blobs, due, number, put_off};
use crate::error::Error;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::wire::RefusalCode;
use rusqlite::{OptionalExtension, params};

impl Outbox {
    /// Takes objects, in one transaction. Gives how many are new.
    pub fn relay(&mut self, objects: &[&[u8]]) -> Result<usize, Error> {
        let tx = self.db.transaction()?;
        let insert = "INSERT OR IGNORE INTO carried (hash, bytes) VALUES (?1, ?2)";
        let mut new = 0;
        for object in objects {
            if tx.prepare_cached(insert)?.execute(params![Hash::of(object).0, object])? > 0 {
                new += 1;
                add_blobs(&tx, Number::Carried(tx.last_insert_rowid()), object)?;
            }
        }
        tx.commit()?;
        Ok(new)
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
        tx.execute(update, params![id, number(refusal), tries, not_before])?;
        Ok(tx.commit()?)
    }

    /// Everything carried: bytes, and the receipt where there is one.
    pub fn relayed(&self) -> Result<Vec<Relayed>, Error> {
        let mut statement = self.db.prepare("SELECT hash, bytes, receipt FROM carried ORDER BY id")?;
        let rows = statement.query_map([], |r| Ok((Hash(r.get(0)?), r.get(1)?, r.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The number of an own envelope, by its hash.
    pub fn find(&self, hash: Hash) -> Result<Option<i64>, Error> {
        let select = "SELECT seq FROM envelope WHERE hash = ?1";
        Ok(self.db.query_row(select, [hash.0], |r| r.get(0)).optional()?)
    }
}

/// Hash, bytes, receipt.
pub(crate) type Relayed = (Hash, Vec<u8>, Option<Vec<u8>>);
