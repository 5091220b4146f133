//! Where the log lies. Callers know [`open`] and the trait, no backend: another one passes the suite of `tests/it/storage_suite.rs`
//! and is chosen in [`open`].

mod error;
mod sqlite;

pub use error::{Cause, LogError, with_causes};
pub use sqlite::SCHEMA as SQLITE_SCHEMA;

use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::permit::UploadPermit;
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

/// Who may upload an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermittedUpload {
    /// SHA-256 of a token that opens the way.
    pub token: Hash,
    /// Bytes of the encrypted file.
    pub length: u64,
}

/// How much came from a device at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceivedMaterial {
    /// From which.
    pub device: DeviceId,
    /// When, in milliseconds since 1970.
    pub received: i64,
    /// An object, or an attachment that was permitted.
    pub kind: MaterialKind,
    /// How many bytes.
    pub bytes: u64,
}

/// What came from a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaterialKind {
    /// An object of the log.
    Object,
    /// An attachment that may be uploaded.
    Attachment,
}

/// Whether a manifest may replace the one that is there, if any.
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

    /// What is not sealed, enrolments and records of standings, each with its index, in that order. What is damaged comes as it is read.
    ///
    /// # Errors
    /// The storage fails, or a row cannot be read; `each` was called for those before it.
    fn unsealed(&mut self, mission: MissionId, each: &mut dyn FnMut(u64, &[u8])) -> Result<(), LogError>;

    /// Up to `limit` entries by index, from `from` on: as many as have objects of `bytes` bytes together, but at least one. The object of an entry that cannot be read is empty; one that was damaged has another hash than the entry.
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

    /// An object of a device, if the log has it. Its bytes have another hash where they are damaged.
    ///
    /// # Errors
    /// The storage fails.
    fn object(&mut self, mission: MissionId, device: DeviceId, hash: Hash) -> Result<Option<Vec<u8>>, LogError>;

    /// Notes who may upload attachments of a device, durably, and when that was. Where that stands already, the length is put right.
    ///
    /// # Errors
    /// The storage fails; nothing was noted.
    fn permit(&mut self, mission: MissionId, permit: &UploadPermit, received: i64) -> Result<(), LogError>;

    /// Who may upload an attachment of a device. A row that is damaged is none: its permit is shown again.
    ///
    /// # Errors
    /// The storage fails.
    fn permitted(&mut self, mission: MissionId, device: DeviceId, hash: Hash)
    -> Result<Vec<PermittedUpload>, LogError>;

    /// What came since a time: the objects of the log in their order, then the attachments that were permitted, in that of time.
    ///
    /// # Errors
    /// The storage fails, or a row cannot be read; `each` was called for those before it.
    fn since(
        &mut self,
        mission: MissionId,
        received: i64,
        each: &mut dyn FnMut(&ReceivedMaterial),
    ) -> Result<(), LogError>;

    /// The signed manifest that is published.
    ///
    /// # Errors
    /// The storage fails.
    fn manifest(&mut self, mission: MissionId) -> Result<Option<Vec<u8>>, LogError>;

    /// Replaces the manifest and adds parts, durably, where `follows` says so of the one that is there. Nothing comes between its
    /// word and the change. Gives its word. A part that is here already is replaced: it may be damaged.
    ///
    /// # Errors
    /// The storage fails; nothing was replaced or added.
    fn publish(
        &mut self,
        mission: MissionId,
        bytes: &[u8],
        parts: &[(Hash, Vec<u8>)],
        follows: Follows<'_>,
    ) -> Result<bool, LogError>;

    /// Adds parts, durably. One that is here already is replaced: it may be damaged.
    ///
    /// # Errors
    /// The storage fails; nothing was added.
    fn keep_parts(&mut self, mission: MissionId, parts: &[(Hash, Vec<u8>)]) -> Result<(), LogError>;

    /// A part, packed; or a manifest, by [`baqylau_protocol::bundle::Manifest::hash`].
    ///
    /// # Errors
    /// The storage fails.
    fn part(&mut self, mission: MissionId, hash: Hash) -> Result<Option<Vec<u8>>, LogError>;

    /// Replaces what a desk says of what it read, durably: its signed notice, and the rows.
    ///
    /// # Errors
    /// The storage fails; what was there stays.
    fn put_notice(&mut self, mission: MissionId, desk: DeviceId, notice: &[u8], rows: &[u8]) -> Result<(), LogError>;

    /// The notices of all desks, each with its rows. One that cannot be read is none: its desk publishes another.
    ///
    /// # Errors
    /// The storage fails.
    fn notices(&mut self, mission: MissionId, each: &mut dyn FnMut(Vec<u8>, Vec<u8>)) -> Result<(), LogError>;

    /// Writes the time into a row of its own, durably, and reads it back: whether the storage stores.
    ///
    /// # Errors
    /// The storage fails, or reads something else.
    fn probe(&mut self, mission: MissionId, now: i64) -> Result<(), LogError>;
}
