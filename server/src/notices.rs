//! What desks have read, handed to phones row by row. A notice is signed, so the server is believed nothing; it keeps the last of each
//! desk, and those of desks that the mission lists.

use crate::sequencer::{LogState, Unavailable, read, write};
use crate::storage::{LogError, Storage};
use crate::writer::report;
use baqylau_protocol::ids::{DeviceId, MissionId, RowLabel};
use baqylau_protocol::notice::{ProvedRow, ReadNotice, ReadTable};
use std::collections::HashMap;
use std::sync::Arc;

/// A notice with the bytes that were signed, and its rows.
pub struct PublishedNotice {
    /// Verified.
    pub notice: ReadNotice,
    /// As the desk signed it.
    pub bytes: Vec<u8>,
    /// The table that it names.
    pub table: ReadTable,
}

/// The last notice of each desk.
pub type Notices = HashMap<DeviceId, Arc<PublishedNotice>>;

/// Why a notice is not kept. What was there stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefused {
    /// No desk that the mission lists signed it.
    #[error("no desk that this mission lists signed this notice")]
    Unlisted,
    /// A later one of the same desk is here.
    #[error("a later notice of this desk is here already")]
    Older,
    /// The storage failed.
    #[error(transparent)]
    Failed(#[from] Unavailable),
}

impl PublishedNotice {
    /// Verifies a notice against the devices that are enrolled and the manifest.
    pub(crate) fn verify(bytes: &[u8], mission: MissionId, log: &LogState) -> Result<ReadNotice, NoticeRefused> {
        let desk = ReadNotice::untrusted(bytes, mission).map_err(|_| NoticeRefused::Unlisted)?.desk;
        let key = read(&log.devices).get(&desk).map(|device| device.key).ok_or(NoticeRefused::Unlisted)?;
        let notice = ReadNotice::open(bytes, &key, mission).map_err(|_| NoticeRefused::Unlisted)?;
        if is_listed(log, desk) { Ok(notice) } else { Err(NoticeRefused::Unlisted) }
    }

    /// Keeps it where it is the latest of its desk; only the writer calls this.
    pub(crate) fn keep(
        self,
        storage: &mut dyn Storage,
        mission: MissionId,
        log: &LogState,
    ) -> Result<(), NoticeRefused> {
        let desk = self.notice.desk;
        if !is_listed(log, desk) {
            return Err(NoticeRefused::Unlisted);
        }
        let known = read(&log.notices).get(&desk).cloned();
        match known {
            Some(known) if known.bytes == self.bytes => return Ok(()),
            Some(known) if known.notice.place() >= self.notice.place() => return Err(NoticeRefused::Older),
            Some(_) | None => {}
        }
        let stored = storage.put_notice(mission, desk, &self.bytes, self.table.as_bytes());
        stored.map_err(|e| NoticeRefused::Failed(report("notice", &e)))?;
        write(&log.notices).insert(desk, Arc::new(self));
        Ok(())
    }
}

/// Whether no notice of its desk is here that is as late.
pub(crate) fn is_later(log: &LogState, notice: &ReadNotice) -> bool {
    read(&log.notices).get(&notice.desk).is_none_or(|known| known.notice.place() < notice.place())
}

fn is_listed(log: &LogState, desk: DeviceId) -> bool {
    read(&log.manifest).as_ref().is_some_and(|published| published.0.is_current_desk(desk))
}

/// Loads what was published. What does not verify any more is told, and handed to nobody: its desk publishes another.
pub(crate) fn load_notices(storage: &mut dyn Storage, mission: MissionId, log: &LogState) -> Result<(), LogError> {
    let mut notices = Notices::new();
    storage.notices(mission, &mut |bytes, rows| {
        let table = ReadTable::from_bytes(rows);
        match PublishedNotice::verify(&bytes, mission, log).ok().zip(table).filter(|(n, table)| table.is_of(n)) {
            Some((notice, table)) => {
                notices.insert(notice.desk, Arc::new(PublishedNotice { notice, bytes, table }));
            }
            None => tracing::warn!("a notice of a desk does not verify; the desk publishes another when it pulls"),
        }
    })?;
    *write(&log.notices) = notices;
    Ok(())
}

/// What each desk that is listed now has of a phone.
pub(crate) fn rows(log: &LogState, label: RowLabel) -> Vec<ProvedRow> {
    let notices: Vec<Arc<PublishedNotice>> = read(&log.notices).values().cloned().collect();
    let listed = notices.into_iter().filter(|n| is_listed(log, n.notice.desk));
    listed.filter_map(|n| n.table.prove(label, &n.bytes)).collect()
}
