//! Letters in the outbox: fetched and verified while the phone is locked, sealed until it is unlocked.

use super::names::LETTERS_FROM;
use super::outbox::Outbox;
use crate::error::Error;
use baqylau_protocol::ids::Hash;
use rusqlite::params;

/// A letter that was fetched: number, envelope, the enrolment of the desk that wrote it.
pub(crate) type Fetched = (i64, Vec<u8>, Vec<u8>);

/// A letter whose desk and signature were verified, as the server handed it out.
pub(crate) struct Genuine<'l> {
    /// In the log, by the server's word.
    pub index: u64,
    pub bytes: &'l [u8],
    /// The enrolment of the desk that wrote it.
    pub desk: &'l [u8],
}

impl Outbox {
    /// Keeps letters that verified, sealed, each with the enrolment of the desk that wrote it, and where to go on asking: never
    /// further than the largest log that was proved. How many are new.
    pub fn keep_letters(&mut self, letters: &[Genuine]) -> Result<usize, Error> {
        let proved = self.anchor()?.map_or(0, |anchor| anchor.size);
        let from = u64::try_from(self.number(LETTERS_FROM)?).unwrap_or(0);
        let tx = self.db.transaction()?;
        let mut new = 0;
        for letter in letters {
            let insert = "INSERT OR IGNORE INTO letter (hash, bytes, desk) VALUES (?1, ?2, ?3)";
            new += tx.execute(insert, params![Hash::of(letter.bytes).0, letter.bytes, letter.desk])?;
        }
        let last = letters.iter().map(|letter| letter.index.saturating_add(1)).max().unwrap_or(0);
        let next = i64::try_from(last.min(proved).max(from)).unwrap_or(0).to_be_bytes();
        tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![LETTERS_FROM, &next[..]])?;
        tx.commit()?;
        Ok(new)
    }

    /// Letters that were not opened yet: number, envelope, the desk's enrolment.
    pub fn unread(&self) -> Result<Vec<Fetched>, Error> {
        let mut statement = self.db.prepare("SELECT id, bytes, desk FROM letter WHERE read = 0 ORDER BY id")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that letters were opened, or are none.
    pub fn read(&mut self, letters: &[i64]) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        for index in letters {
            tx.execute("UPDATE letter SET read = 1 WHERE id = ?1", [index])?;
        }
        Ok(tx.commit()?)
    }
}
