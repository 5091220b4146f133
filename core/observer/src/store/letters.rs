//! Letters of the coordinators. What asks about a report is encrypted under the key of its visit, and forgotten with it.

use super::main::{MainStore, aad};
use crate::error::Error;
use crate::lock::{open_with, seal_with};
use baqylau_protocol::ids::Hash;
use baqylau_report::Letter;
use rusqlite::{OptionalExtension, params};

/// A letter as stored.
pub(crate) struct StoredLetter {
    pub id: i64,
    pub hash: Hash,
    pub letter: Letter,
}

/// Number, hash, visit, body.
type LetterColumns = (i64, [u8; 32], Option<i64>, Vec<u8>);

fn letter_aad(id: i64) -> [u8; 9] {
    aad(b't', id)
}

impl MainStore {
    /// Keeps letters; those that are here already are left as they are.
    pub fn keep_letters(&mut self, letters: &[StoredLetter]) -> Result<(), Error> {
        for stored in letters {
            let known = "SELECT 1 FROM letter WHERE hash = ?1";
            if self.db.query_row(known, [stored.hash.0], |_| Ok(())).optional()?.is_some() {
                continue;
            }
            // Numbers of the outbox begin anew when it is lost: none is given twice.
            let id: i64 = self.db.query_row("SELECT coalesce(max(id), 0) + 1 FROM letter", [], |r| r.get(0))?;
            let visit = stored.letter.report.map(|r| self.visit_of(r)).transpose()?.flatten();
            let plain = stored.letter.encode();
            // Under a key that is damaged nobody could read it; it lies as one whose visit was forgotten.
            let visit = visit.filter(|visit| self.cipher(*visit).is_ok());
            let body = match visit {
                Some(visit) => seal_with(self.cipher(visit)?, &letter_aad(id), &plain),
                None => plain,
            };
            let insert = "INSERT OR IGNORE INTO letter (id, hash, visit, body) VALUES (?1, ?2, ?3, ?4)";
            self.db.execute(insert, params![id, stored.hash.0, visit, body])?;
        }
        Ok(())
    }

    /// The letters that the coordinators were not told of yet: they do not know that these arrived.
    pub fn unnotified_letters(&self) -> Result<Vec<Hash>, Error> {
        let mut statement = self.db.prepare("SELECT hash FROM letter WHERE told = 0 ORDER BY id")?;
        let rows = statement.query_map([], |r| Ok(Hash(r.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that the coordinators were told.
    pub fn mark_letters_notified(&self, letters: &[Hash]) -> Result<(), Error> {
        for letter in letters {
            self.db.execute("UPDATE letter SET told = 1 WHERE hash = ?1", [letter.0])?;
        }
        Ok(())
    }

    /// The letters that can still be read, oldest first. One that is damaged, or whose visit is, keeps no other back.
    pub fn letters(&mut self) -> Result<Vec<StoredLetter>, Error> {
        let rows: Vec<LetterColumns> = {
            let select = "SELECT l.id, l.hash, l.visit, l.body FROM letter l LEFT JOIN visit v ON v.id = l.visit
                          WHERE l.visit IS NULL OR v.facts IS NOT NULL ORDER BY l.id";
            let mut statement = self.db.prepare(select)?;
            let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let mut out = Vec::new();
        for (id, hash, visit, body) in rows {
            let plain = match visit {
                Some(visit) => {
                    let cipher = self.cipher(visit).ok();
                    cipher.and_then(|cipher| open_with(cipher, &letter_aad(id), &body)).map(|p| p.to_vec())
                }
                None => Some(body),
            };
            let letter = plain.and_then(|p| Letter::decode(&p).ok());
            out.extend(letter.map(|letter| StoredLetter { id, hash: Hash(hash), letter }));
        }
        Ok(out)
    }

    /// Puts a letter under the key of a visit, so that it is forgotten with it.
    pub fn file_letter(&mut self, letter: &StoredLetter, visit: i64) -> Result<(), Error> {
        let body = seal_with(self.cipher(visit)?, &letter_aad(letter.id), &letter.letter.encode());
        let update = "UPDATE letter SET visit = ?2, body = ?3 WHERE id = ?1";
        self.db.execute(update, params![letter.id, visit, body])?;
        Ok(())
    }

    /// The visit of the report in an envelope, unless it was forgotten.
    fn visit_of(&self, envelope: Hash) -> Result<Option<i64>, Error> {
        let select = "SELECT v.id FROM envelope e JOIN report r ON r.seq = e.seq JOIN draft d ON d.id = r.draft
                      JOIN visit v ON v.id = d.visit WHERE e.hash = ?1 AND v.facts IS NOT NULL";
        Ok(self.db.query_row(select, [envelope.0], |r| r.get(0)).optional()?)
    }
}
