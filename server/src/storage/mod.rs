//! Where the log lies. Every backend passes the tests of [`suite`].

pub mod sqlite;
pub mod suite;

use baqylau_protocol::envelope::Blob;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_sqlite::StorageError;

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
    /// Its index, from 0, without gaps.
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

/// Storage of one or more missions; `mission` leads every key. Only the sequencer writes.
pub trait Storage: Send {
    /// Appends entries from index `first` on, all or none, durably.
    ///
    /// # Errors
    /// The storage fails; nothing was appended.
    fn append(&mut self, mission: MissionId, first: u64, entries: &[LoggedObject]) -> Result<(), StorageError>;

    /// Where an object is.
    ///
    /// # Errors
    /// The storage fails.
    fn find(
        &mut self,
        mission: MissionId,
        device: DeviceId,
        seq: u64,
        hash: Hash,
    ) -> Result<Option<LogPosition>, StorageError>;

    /// Hash and time of every entry, in order.
    ///
    /// # Errors
    /// The storage fails.
    fn leaves(&mut self, mission: MissionId, each: &mut dyn FnMut(Hash, i64)) -> Result<(), StorageError>;

    /// The enrolments, in order.
    ///
    /// # Errors
    /// The storage fails.
    fn enrolments(&mut self, mission: MissionId) -> Result<Vec<Vec<u8>>, StorageError>;

    /// Up to `limit` entries from an index on, as many as fit in `bytes` but at least one. The object of an entry that cannot be
    /// read is empty; one that was damaged has another hash than the entry.
    ///
    /// # Errors
    /// The storage fails.
    fn page(
        &mut self,
        mission: MissionId,
        from: u64,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<LoggedObject>, StorageError>;

    /// Takes an object in again whose stored bytes are no longer those that its hash names. Gives whether they were not.
    ///
    /// # Errors
    /// The storage fails.
    fn mend(&mut self, mission: MissionId, index: u64, object: &[u8]) -> Result<bool, StorageError>;

    /// Up to `limit` letters for a phone from an index on, each with its index.
    ///
    /// # Errors
    /// The storage fails.
    fn letters(
        &mut self,
        mission: MissionId,
        recipient: DeviceId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, LoggedObject)>, StorageError>;

    /// The enrolment of a device.
    ///
    /// # Errors
    /// The storage fails.
    fn enrolment(&mut self, mission: MissionId, device: DeviceId) -> Result<Option<Vec<u8>>, StorageError>;

    /// Takes the attachments of a logged envelope in again whose rows were lost or damaged.
    ///
    /// # Errors
    /// The storage fails.
    fn know_blobs(&mut self, mission: MissionId, blobs: &[Blob]) -> Result<(), StorageError>;

    /// The length of an attachment that an envelope of the log names; `None` when none does.
    ///
    /// # Errors
    /// The storage fails.
    fn blob(&mut self, mission: MissionId, hash: Hash) -> Result<Option<u64>, StorageError>;

    /// A document.
    ///
    /// # Errors
    /// The storage fails.
    fn document(&mut self, mission: MissionId, which: StoredDocument) -> Result<Option<Vec<u8>>, StorageError>;

    /// Replaces a document and adds parts, durably, where `follows` says so of the document that is there. Nothing comes between its
    /// word and the change. Gives its word.
    ///
    /// # Errors
    /// The storage fails.
    fn publish(
        &mut self,
        mission: MissionId,
        which: StoredDocument,
        bytes: &[u8],
        parts: &[(Hash, Vec<u8>)],
        follows: Follows<'_>,
    ) -> Result<bool, StorageError>;

    /// A part.
    ///
    /// # Errors
    /// The storage fails.
    fn part(&mut self, mission: MissionId, hash: Hash) -> Result<Option<Vec<u8>>, StorageError>;
}
