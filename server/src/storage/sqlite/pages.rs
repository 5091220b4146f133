//! Pages of the log, whole or row by row, with what was taken in again in the place of what is damaged.

use super::SqliteStorage;
use super::rows::{ENTRY, LOG, at_most, kept};
use crate::storage::{LogError, LoggedObject};
use baqylau_protocol::ids::{Hash, MissionId};
use rusqlite::params;

/// A page of the log that is being filled.
struct FilledPage {
    entries: Vec<LoggedObject>,
    /// The most bytes of its objects, and how many they have.
    most: usize,
    total: usize,
}

impl FilledPage {
    fn new(bytes: usize) -> Self {
        Self { entries: Vec::new(), most: bytes, total: 0 }
    }

    /// Puts an entry in, if it fits; the first one does. Gives whether it did.
    fn takes(&mut self, entry: LoggedObject) -> bool {
        self.total += entry.object.len();
        let fits = self.total <= self.most || self.entries.is_empty();
        if fits {
            self.entries.push(entry);
        }
        fits
    }
}

impl SqliteStorage {
    /// An object as it was taken in: where the stored bytes are others, those that were taken in again since. What cannot be mended
    /// is given as it is.
    pub(super) fn sound(
        &self,
        mission: MissionId,
        index: u64,
        hash: Hash,
        object: Vec<u8>,
    ) -> Result<Vec<u8>, LogError> {
        if Hash::of(&object) == hash {
            return Ok(object);
        }
        let select = "SELECT object FROM mended WHERE mission = ?1 AND idx = ?2";
        let mended: Option<Vec<u8>> =
            self.first(("mended", None), select, params![mission.0, kept(index)], |found| found.get(0))?;
        Ok(mended.filter(|m| Hash::of(m) == hash).unwrap_or(object))
    }

    /// The first index that has another number of rows than the log itself: each with the condition that it is partial by, and how many
    /// rows it should have.
    pub(super) fn lacks(
        &self,
        mission: MissionId,
        has: &[(&'static str, &str, u64)],
    ) -> Result<Option<&'static str>, LogError> {
        for (index, only, rows) in has {
            let sql = format!("SELECT count(*) FROM log INDEXED BY {index} WHERE mission = ?1{only}");
            if self.first((*index, None), &sql, [mission.0], |found| found.number(0))? != Some(*rows) {
                return Ok(Some(*index));
            }
        }
        Ok(None)
    }

    /// A page whose rows cannot all be read: each on its own, without the objects that are lost.
    pub(super) fn page_by_rows(
        &self,
        mission: MissionId,
        from: u64,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<LoggedObject>, LogError> {
        let head = "SELECT received, device, seq, recipient, hash, x'', idx FROM log WHERE mission = ?1 AND idx = ?2";
        let body = "SELECT object FROM log WHERE mission = ?1 AND idx = ?2";
        let mut page = FilledPage::new(bytes);
        for index in (from..).take(limit) {
            let at = params![mission.0, kept(index)];
            let Some((_, mut entry)) = self.first(LOG, head, at, |found| found.entry())? else { break };
            let object = match self.first(("log", None), body, at, |found| found.get(0)) {
                Err(LogError::Damaged { .. }) => Vec::new(),
                other => other?.unwrap_or_default(),
            };
            entry.object = self.sound(mission, index, entry.hash, object)?;
            if !page.takes(entry) {
                break;
            }
        }
        Ok(page.entries)
    }

    pub(super) fn page_at_once(
        &self,
        mission: MissionId,
        from: u64,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<LoggedObject>, LogError> {
        let sql = format!("SELECT {ENTRY} FROM log WHERE mission = ?1 AND idx >= ?2 ORDER BY idx LIMIT ?3");
        let mut page = FilledPage::new(bytes);
        self.rows(LOG, &sql, params![mission.0, kept(from), at_most(limit)], &mut |found| {
            let (index, mut entry) = found.entry()?;
            entry.object = self.sound(mission, index, entry.hash, entry.object)?;
            Ok(page.takes(entry))
        })?;
        Ok(page.entries)
    }
}
