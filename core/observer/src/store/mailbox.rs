//! Letters in the outbox: fetched and verified while the phone is locked, sealed until it is unlocked.

use super::names::{LETTERS_ASKED, LETTERS_FROM};
use super::outbox::Outbox;
use crate::error::Error;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{DeviceId, Hash};
use rusqlite::{OptionalExtension, params};

/// A letter that was fetched: number, envelope, the enrolment of the desk that wrote it.
pub(crate) type Fetched = (i64, Vec<u8>, Vec<u8>);

/// A letter whose desk and signature were verified.
pub(crate) struct Genuine<'l> {
    pub bytes: &'l [u8],
    /// The enrolment of the desk that wrote it.
    pub desk: &'l [u8],
    /// In the log that this phone knows, where that is proved.
    pub place: Option<u64>,
    /// The receipt that would prove it, where its head waits to be compared.
    pub receipt: Option<Vec<u8>>,
}

impl Outbox {
    /// Keeps letters, sealed, each with the enrolment of the desk that wrote it, and from where to go on asking. Gives how many can be
    /// opened now that could not before.
    pub fn keep_letters(&mut self, letters: &[Genuine], next: Option<u64>) -> Result<usize, Error> {
        let from = self.position(LETTERS_FROM)?;
        let tx = self.db.transaction()?;
        let mut new = 0;
        for letter in letters {
            let hash = Hash::of(letter.bytes);
            let known = "SELECT place IS NOT NULL, read FROM letter WHERE hash = ?1";
            let known = tx.query_row(known, [hash.0], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
            let (proved, opened): (bool, bool) = known.unwrap_or_default();
            if proved {
                continue;
            }
            let place = letter.place.and_then(|place| i64::try_from(place).ok());
            let writer = DeviceId::of(Hash::of(letter.desk));
            let upsert = "INSERT INTO letter (hash, bytes, desk, writer, place) VALUES (?1, ?2, ?3, ?4, ?5)
                          ON CONFLICT (hash) DO UPDATE SET writer = excluded.writer, place = excluded.place";
            tx.execute(upsert, params![hash.0, letter.bytes, letter.desk, writer.0, place])?;
            new += usize::from(place.is_some() && !opened);
            match &letter.receipt {
                Some(receipt) => {
                    tx.execute("INSERT OR REPLACE INTO uncompared VALUES (?1, ?2)", params![hash.0, receipt])?;
                }
                None if place.is_some() => {
                    tx.execute("DELETE FROM uncompared WHERE hash = ?1", [hash.0])?;
                }
                None => {}
            }
        }
        if let Some(next) = next.filter(|next| *next > from) {
            let next = next.to_be_bytes();
            tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![LETTERS_FROM, &next[..]])?;
        }
        tx.commit()?;
        Ok(new)
    }

    /// Notes where a letter is proved to be, if it is one that waited for that. Gives whether it can be opened now.
    pub fn letter_proved(&mut self, hash: Hash, place: u64) -> Result<bool, Error> {
        let Ok(place) = i64::try_from(place) else { return Ok(false) };
        let update = "UPDATE letter SET place = ?2 WHERE hash = ?1 AND place IS NULL RETURNING read = 0";
        Ok(self.db.query_row(update, params![hash.0, place], |r| r.get(0)).optional()?.unwrap_or(false))
    }

    /// A letter that this phone took for proved, because a courier brought it, waits again.
    pub fn letter_unproved(&mut self, hash: Hash) -> Result<(), Error> {
        self.db.execute("UPDATE letter SET place = NULL WHERE hash = ?1", [hash.0])?;
        Ok(())
    }

    /// How far the log was read by each desk that wrote more letters to this phone, as far as it read, than are proved here.
    pub fn lacking_letters(&self, manifest: &Manifest) -> Result<Vec<u64>, Error> {
        let select = "SELECT count(*) FROM letter WHERE writer = ?1 AND place < ?2";
        let mut statement = self.db.prepare_cached(select)?;
        let mut lacking = Vec::new();
        for (desk, size, letters) in self.read_rows(manifest)?.letters() {
            let below = i64::try_from(size).unwrap_or(i64::MAX);
            let here: i64 = statement.query_row(params![desk.0, below], |r| r.get(0))?;
            if u64::try_from(here).unwrap_or(0) < letters {
                lacking.push(size);
            }
        }
        Ok(lacking)
    }

    /// Whether a desk says of letters that are not here, which were not asked for since.
    pub fn has_unasked_letters(&self, manifest: &Manifest) -> Result<bool, Error> {
        let asked = self.position(LETTERS_ASKED)?;
        Ok(self.lacking_letters(manifest)?.into_iter().any(|size| size > asked))
    }

    /// Whether letters that a desk wrote to this phone were asked for since it said so, and not handed out.
    pub fn withholds_letters(&self, manifest: &Manifest) -> Result<bool, Error> {
        let asked = self.position(LETTERS_ASKED)?;
        Ok(self.lacking_letters(manifest)?.into_iter().any(|size| size <= asked))
    }

    /// Letters that are proved and were not opened yet: number, envelope, the desk's enrolment.
    pub fn unread(&self) -> Result<Vec<Fetched>, Error> {
        let select = "SELECT id, bytes, desk FROM letter WHERE read = 0 AND place IS NOT NULL ORDER BY id";
        let mut statement = self.db.prepare(select)?;
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
