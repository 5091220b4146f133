//! A new log in the place of one that was lost or put back from an old copy: what the desks do not vouch for is sent again.

use super::names;
use super::outbox::Outbox;
use crate::error::Error;
use baqylau_protocol::authority::VouchedHead;
use baqylau_protocol::cbor;
use baqylau_protocol::receipt::Receipt;
use rusqlite::{Transaction, params};

impl Outbox {
    /// Stores a manifest whose log begins with what is vouched for, and takes back what receipts of the log before proved beyond it: all
    /// of it or nothing. What stands below is offered once more: the log before may have had another object in its place. Attachments too,
    /// since only the new log's key proves that they are there. What is vouched for is what later heads are compared with.
    pub fn begin_epoch(&mut self, settings: &[(&str, &[u8])], kept: &VouchedHead) -> Result<(), Error> {
        let anchor = self.anchor()?.map(|anchor| cbor::encode(&anchor.within(kept)));
        let enrolled = self.setting(names::ENROLMENT_RECEIPT)?;
        let enrolled = enrolled.and_then(|receipt| Receipt::from_bytes(&receipt).ok());
        let letters = self.position(names::LETTERS_FROM)?.min(kept.size).to_be_bytes();
        let tx = self.db.transaction()?;
        void(&tx, ("envelope", "seq"), "seq", kept.size)?;
        void(&tx, ("carried", "id"), "-id", kept.size)?;
        tx.execute_batch(
            "UPDATE blob SET again = 1, tries = 0, not_before = 0 WHERE proof IS NOT NULL;
             UPDATE envelope SET again = 1, not_before = 0 WHERE receipt IS NOT NULL;
             UPDATE carried SET again = 1, not_before = 0 WHERE receipt IS NOT NULL;
             UPDATE envelope SET not_before = 0 WHERE hash IN (SELECT hash FROM uncompared);
             DELETE FROM uncompared;
             UPDATE evidence SET settled = 1;",
        )?;
        let size = i64::try_from(kept.size).unwrap_or(i64::MAX);
        tx.execute("UPDATE letter SET place = NULL WHERE place >= ?1", [size])?;
        let mut all = vec![(names::UNPROVED, &b""[..]), (names::HEAD, &b""[..]), (names::LETTERS_FROM, &letters[..])];
        all.push((names::LETTERS_ASKED, &b""[..]));
        all.extend(settings.iter().copied());
        all.extend(anchor.as_ref().map(|anchor| (names::ANCHOR, &anchor[..])));
        all.extend(enrolled.filter(|receipt| receipt.index >= kept.size).map(|_| (names::ENROLMENT_RECEIPT, &b""[..])));
        for (name, value) in all {
            tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![name, value])?;
        }
        tx.commit()?;
        self.noted_manifest();
        Ok(())
    }
}

/// Receipts for places that nobody vouches for prove nothing any more; they are kept as what a server once signed.
fn void(tx: &Transaction<'_>, (table, key): (&str, &str), number: &str, size: u64) -> Result<(), Error> {
    let rows: Vec<(i64, Vec<u8>)> = {
        let mut statement = tx.prepare(&format!("SELECT {key}, receipt FROM {table} WHERE receipt IS NOT NULL"))?;
        statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?
    };
    for (id, receipt) in rows {
        if Receipt::from_bytes(&receipt).is_ok_and(|receipt| receipt.index < size) {
            continue;
        }
        tx.execute(&format!("INSERT INTO former SELECT {number}, receipt FROM {table} WHERE {key} = ?1"), [id])?;
        let update =
            format!("UPDATE {table} SET receipt = NULL, tries = 0, not_before = 0, again = 1 WHERE {key} = ?1");
        tx.execute(&update, [id])?;
    }
    Ok(())
}
