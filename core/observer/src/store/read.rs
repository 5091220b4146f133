//! What each desk has of this phone, as it said so last.

use super::names::ROW_KEY;
use super::outbox::Outbox;
use crate::error::Error;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::notice::{ReadNotice, ReadRow, RowKey};
use rusqlite::{OptionalExtension, params};

/// A desk's row, and the log that it was made from.
struct KeptRow {
    desk: DeviceId,
    epoch: u32,
    /// Leaves of that log.
    size: u64,
    row: ReadRow,
}

/// What the desks that the mission lists now have of this phone.
pub(crate) struct ReadRows {
    rows: Vec<KeptRow>,
    epoch: u32,
    desks: usize,
}

impl ReadRows {
    /// Whether so many desks have the envelope with this number.
    pub fn are_read(&self, seq: i64, desks: u32) -> bool {
        desks > 0 && self.count(seq, |row, seq| row.covers(seq)) >= desks as usize
    }

    /// Whether so many desks have its attachments too.
    pub fn are_fetched(&self, seq: i64, desks: u32) -> bool {
        desks > 0 && self.count(seq, |row, seq| row.covers(seq) && seq <= row.attachments) >= desks as usize
    }

    /// Whether every desk has the envelope with its attachments: nothing more can be heard of it.
    fn is_settled(&self, seq: i64) -> bool {
        self.count(seq, |row, seq| row.covers(seq) && seq <= row.attachments) == self.desks
    }

    /// Whether a desk that read the log beyond this place of it did not find the envelope, and no desk has it.
    pub fn is_missing(&self, seq: i64, index: u64) -> bool {
        let Ok(seq) = u64::try_from(seq) else { return false };
        let lacks = |kept: &KeptRow| kept.epoch == self.epoch && index < kept.size && kept.row.lacks(seq);
        !self.rows.iter().any(|kept| kept.row.covers(seq)) && self.rows.iter().any(lacks)
    }

    /// How far each desk read the log of now, and how many letters to this phone that has by it.
    pub fn letters(&self) -> impl Iterator<Item = (DeviceId, u64, u64)> {
        self.rows.iter().filter(|kept| kept.epoch == self.epoch).map(|kept| (kept.desk, kept.size, kept.row.letters))
    }

    fn count(&self, seq: i64, has: impl Fn(&ReadRow, u64) -> bool) -> usize {
        let Ok(seq) = u64::try_from(seq) else { return 0 };
        self.rows.iter().filter(|kept| has(&kept.row, seq)).count()
    }
}

impl Outbox {
    /// Names and opens this phone's rows; `None` until the phone was unlocked once since it enrolled.
    pub fn row_key(&self) -> Result<Option<RowKey>, Error> {
        let bytes = self.setting(ROW_KEY)?.and_then(|bytes| <[u8; 48]>::try_from(bytes).ok());
        Ok(bytes.map(|bytes| RowKey::from_bytes(&bytes)))
    }

    /// Keeps what a desk has of this phone, where it says so later than what is here and names an envelope of this phone. Gives whether it
    /// was kept.
    pub fn keep_row(&mut self, notice: &ReadNotice, row: &ReadRow, enrolment: Hash) -> Result<bool, Error> {
        let own = match i64::try_from(row.last) {
            Ok(0) => Some(enrolment),
            Ok(seq) => {
                let select = "SELECT hash FROM envelope WHERE seq = ?1";
                self.db.query_row(select, [seq], |r| Ok(Hash(r.get(0)?))).optional()?
            }
            Err(_) => None,
        };
        if own != Some(row.hash) {
            return Ok(false);
        }
        let size = i64::try_from(notice.size).unwrap_or(i64::MAX);
        let upsert = "INSERT INTO read_row VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET
                      at = excluded.at, epoch = excluded.epoch, size = excluded.size, body = excluded.body
                      WHERE (epoch, size, at) < (excluded.epoch, excluded.size, excluded.at)";
        let kept = self.db.execute(upsert, params![notice.desk.0, notice.at, notice.epoch, size, cbor::encode(row)])?;
        Ok(kept > 0)
    }

    /// What the desks that a manifest lists have of this phone. A row that is damaged is none: the next notice brings another.
    pub fn read_rows(&self, manifest: &Manifest) -> Result<ReadRows, Error> {
        let mut statement = self.db.prepare_cached("SELECT desk, epoch, size, body FROM read_row")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get::<_, i64>(2)?, r.get(3)?)))?;
        let all: Vec<([u8; 16], u32, i64, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
        let row = |(desk, epoch, size, body): ([u8; 16], u32, i64, Vec<u8>)| {
            let (desk, row) = (DeviceId(desk), minicbor::decode(&body).ok()?);
            manifest.is_current_desk(desk).then(|| KeptRow { desk, epoch, size: u64::try_from(size).unwrap_or(0), row })
        };
        let mut desks: Vec<DeviceId> = manifest.desks.iter().map(|term| term.device).collect();
        desks.retain(|desk| manifest.is_current_desk(*desk));
        desks.sort_unstable();
        desks.dedup();
        Ok(ReadRows { rows: all.into_iter().filter_map(row).collect(), epoch: manifest.log.epoch, desks: desks.len() })
    }

    /// Whether a desk may have more of this phone than it said so far.
    pub fn has_unread(&self, manifest: &Manifest) -> Result<bool, Error> {
        let rows = self.read_rows(manifest)?;
        Ok(self.numbers()?.into_iter().any(|seq| !rows.is_settled(seq)))
    }

    /// Lets be offered once more what a desk did not find where its receipt says that it is. Gives how much.
    pub fn offer_missing(&mut self, manifest: &Manifest) -> Result<usize, Error> {
        let rows = self.read_rows(manifest)?;
        let missing = self.stored_places()?.into_iter().filter(|(seq, index)| rows.is_missing(*seq, *index));
        let tx = self.db.transaction()?;
        let mut offered = 0;
        for (seq, _) in missing {
            let update = "UPDATE envelope SET again = 1, not_before = 0 WHERE seq = ?1 AND again = 0";
            offered += tx.execute(update, [seq])?;
            let update = "UPDATE blob SET again = 1, not_before = 0 WHERE seq = ?1 AND proof IS NOT NULL AND again = 0";
            tx.execute(update, [seq])?;
        }
        tx.commit()?;
        Ok(offered)
    }
}
