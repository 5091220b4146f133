//! Where the log lies. Callers know [`open`] and the trait, no backend: another one passes the suite of `tests/it/storage_suite.rs`
//! and is chosen in [`open`].

mod error;
mod sqlite;

pub use error::{Cause, LogError, with_causes};
pub use sqlite::SCHEMA as SQLITE_SCHEMA;

use baqylau_protocol::envelope::Blob;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use std::path::Path;

/// Opens or makes the storage of a server, as the server's `database` names it: the path of a SQLite file.
///
/// # Errors
/// It is damaged, of a later version, or cannot be reached.
pub fn open(database: &Path) -> Result<Box<dyn Storage>, LogError> {
    Ok(Box::new(sqlite::SqliteStorage::open(database)?))
}

/// An object of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedObject {
    /// When it was received, in milliseconds since 1970.
    pub received: i64,
    /// The device: its enrolment has number 0, its envelopes theirs.
    pub device: DeviceId,
    /// The number in the device's chain.
    pub seq: u64,
    /// The phone that a desk's letter is for.
    pub recipient: Option<DeviceId>,
    /// The object's hash.
    pub hash: Hash,
    /// The attachments that it names.
    pub blobs: Vec<Blob>,
    /// The object.
    pub object: Vec<u8>,
}

/// Where something is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPosition {
    /// Counted from 0, without gaps.
    pub index: u64,
    /// When it was received.
    pub received: i64,
}

/// Things that are kept by name, one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredDocument {
    /// The signed manifest.
    Manifest,
    /// The signed roster.
    Roster,
}

/// Whether a document may replace the one that is there, if any.
pub type Follows<'f> = &'f mut dyn FnMut(Option<&[u8]>) -> bool;

/// Storage of one or more missions; `mission` leads every key. Only the sequencer writes. Times are milliseconds since 1970, lengths
/// are bytes. Every method gives [`LogError::Full`] or [`LogError::Unavailable`] where the disk says so, and [`LogError::Damaged`]
/// where what it reads was never written: a negative number, a hash of another length, a gap.
pub trait Storage: Send {
    /// Appends entries in their order, the first at index `first`, which is the length of the log so far. All or none, durably.
    ///
    /// # Errors
    /// An index is taken, a number is above `i64::MAX`, or the storage fails. Nothing was appended.
    fn append(&mut self, mission: MissionId, first: u64, entries: &[LoggedObject]) -> Result<(), LogError>;

    /// Where an object is; of several that are the same, any.
    ///
    /// # Errors
    /// The storage fails, or a row of this device and number is damaged.
    fn find(
        &mut self,
        mission: MissionId,
        device: DeviceId,
        seq: u64,
        hash: Hash,
    ) -> Result<Option<LogPosition>, LogError>;

    /// Hash and time of receipt of every entry, by index from 0.
    ///
    /// # Errors
    /// The storage fails, or an index is missing; `each` was called for those before it.
    fn leaves(&mut self, mission: MissionId, each: &mut dyn FnMut(Hash, i64)) -> Result<(), LogError>;

    /// The enrolments, by index. One that is damaged comes as it is read.
    ///
    /// # Errors
    /// The storage fails, or a row cannot be read.
    fn enrolments(&mut self, mission: MissionId) -> Result<Vec<Vec<u8>>, LogError>;

    /// Up to `limit` entries by index, from `from` on: as many as have objects of `bytes` bytes together, but at least one. `blobs` is
    /// empty. The object of an entry that cannot be read is empty; one that was damaged has another hash than the entry.
    ///
    /// # Errors
    /// The storage fails, or what stands beside an object is damaged.
    fn page(
        &mut self,
        mission: MissionId,
        from: u64,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<LoggedObject>, LogError>;

    /// Takes an object in again whose stored bytes are no longer those that its hash names. Gives whether they were not.
    ///
    /// # Errors
    /// The storage fails; what was there stays.
    fn mend(&mut self, mission: MissionId, index: u64, object: &[u8]) -> Result<bool, LogError>;

    /// Up to `limit` letters for a phone by index, from `from` on, each with its index.
    ///
    /// # Errors
    /// The storage fails, or a row is damaged.
    fn letters(
        &mut self,
        mission: MissionId,
        recipient: DeviceId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, LoggedObject)>, LogError>;

    /// The enrolment of a device.
    ///
    /// # Errors
    /// The storage fails, or the row is damaged.
    fn enrolment(&mut self, mission: MissionId, device: DeviceId) -> Result<Option<Vec<u8>>, LogError>;

    /// Takes the attachments of a logged envelope in again whose rows were lost or cannot be read; the others stay.
    ///
    /// # Errors
    /// The storage fails.
    fn know_blobs(&mut self, mission: MissionId, blobs: &[Blob]) -> Result<(), LogError>;

    /// The length in bytes of an attachment that an envelope of the log names, by the first that does; `None` when none does.
    ///
    /// # Errors
    /// The storage fails, or the length is damaged.
    fn blob(&mut self, mission: MissionId, hash: Hash) -> Result<Option<u64>, LogError>;

    /// A document.
    ///
    /// # Errors
    /// The storage fails.
    fn document(&mut self, mission: MissionId, which: StoredDocument) -> Result<Option<Vec<u8>>, LogError>;

    /// Replaces a document and adds parts, durably, where `follows` says so of the document that is there. Nothing comes between its
    /// word and the change. Gives its word. A part that is here already is replaced: it may be damaged.
    ///
    /// # Errors
    /// The storage fails; nothing was replaced or added.
    fn publish(
        &mut self,
        mission: MissionId,
        which: StoredDocument,
        bytes: &[u8],
        parts: &[(Hash, Vec<u8>)],
        follows: Follows<'_>,
    ) -> Result<bool, LogError>;

    /// A part, packed.
    ///
    /// # Errors
    /// The storage fails.
    fn part(&mut self, mission: MissionId, hash: Hash) -> Result<Option<Vec<u8>>, LogError>;

    /// Writes the time into a row of its own, durably, and reads it back: whether the storage stores.
    ///
    /// # Errors
    /// The storage fails, or reads something else.
    fn probe(&mut self, mission: MissionId, now: i64) -> Result<(), LogError>;
}
