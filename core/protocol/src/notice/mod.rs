//! What the coordinators have read: a desk signs a notice over a table with a row for each phone. Nobody but that phone and the desks
//! can read it. The table does not say which row is whose; a server that hands a row to a phone learns it. It can hold a notice back, but
//! neither make nor change one.

mod row;

pub use row::{ProvedRow, ReadTable, RowKey};

use crate::cbor::{self, Malformed};
use crate::cose::{self, CoseError, ObjectType, Unverified};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::SigningKey;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use ring::aead::NONCE_LEN;
use std::collections::HashSet;

/// Most rows of a table.
pub const MAX_ROWS: usize = 1 << 18;
/// Most numbers that a row says are lacking; of a phone with more, the row ends before the next one.
pub const MAX_GAPS: usize = 8;
/// Bytes of a row before it is sealed; the largest that encodes has 135.
const PLAIN: usize = 144;
/// Bytes of a sealed row: nonce, ciphertext, tag.
pub const SEALED: usize = NONCE_LEN + PLAIN + 16;
/// Bytes of a row of a table: label and sealed row.
pub const ROW: usize = 16 + SEALED;
/// Most desks whose rows one response has.
pub const MAX_NOTICES: usize = crate::bundle::MAX_NAMED;

/// What a desk has of the log, and of every phone. Signed by the desk's device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReadNotice {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The only mission in which it is valid.
    #[n(1)]
    pub mission: MissionId,
    /// The desk. Its word holds while the manifest lists it.
    #[n(2)]
    pub desk: DeviceId,
    /// Time of signing by the desk's clock, in milliseconds since 1970. Of two notices over the same log the later holds.
    #[n(3)]
    pub at: i64,
    /// Epoch of the log that was read.
    #[n(4)]
    pub epoch: u32,
    /// How many leaves of that log the rows were made from.
    #[n(5)]
    pub size: u64,
    /// Merkle root over those leaves.
    #[n(6)]
    pub root: Hash,
    /// Number of rows; at most [`MAX_ROWS`].
    #[n(7)]
    pub rows: u64,
    /// Merkle root over the rows, by ascending label (RFC 6962).
    #[n(8)]
    pub table: Hash,
}

/// What a desk has of one phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ReadRow {
    /// The highest `seq` that the desk verified and opened; 0 if none.
    #[n(0)]
    pub last: u64,
    /// SHA-256 of that envelope; of the enrolment if there is none.
    #[n(1)]
    pub hash: Hash,
    /// Numbers below `last` that the desk does not have, ascending; at most [`MAX_GAPS`].
    #[cbor(n(2), decode_with = "cbor::at_most::<_, _, MAX_GAPS>")]
    pub gaps: Vec<u64>,
    /// The desk has every attachment of the envelopes up to this number.
    #[n(3)]
    pub attachments: u64,
    /// How many letters the desk wrote to this phone that are in the log as it read it.
    #[n(4)]
    pub letters: u64,
}

/// An envelope of a phone that a desk opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedNumber {
    /// Position in the device's chain, from 1.
    pub seq: u64,
    /// SHA-256 of the envelope.
    pub hash: Hash,
    /// The hash of the envelope before, as it says.
    pub prev: Hash,
}

impl ReadRow {
    /// Of what a desk opened of a phone, by ascending number; of two with one number the first counts, unless the next one names the other.
    /// `lacking` are those of which an attachment is not there. It says of no letter.
    #[must_use]
    pub fn of(enrolment: Hash, opened: &[OpenedNumber], lacking: &HashSet<Hash>) -> Self {
        let mut row = Self { last: 0, hash: enrolment, gaps: Vec::new(), attachments: 0, letters: 0 };
        let chain = one_chain(opened);
        for OpenedNumber { seq, hash, .. } in chain.iter().copied() {
            let between = row.last + 1..*seq;
            let room = (MAX_GAPS - row.gaps.len()) as u64;
            if between.end.saturating_sub(between.start) > room {
                break;
            }
            row.gaps.extend(between);
            (row.last, row.hash) = (*seq, *hash);
        }
        let first = chain.iter().find(|opened| lacking.contains(&opened.hash));
        row.attachments = first.map_or(row.last, |first| row.last.min(first.seq.saturating_sub(1)));
        row
    }

    /// Whether the desk has the envelope with this number.
    #[must_use]
    pub fn covers(&self, seq: u64) -> bool {
        seq <= self.last && !self.gaps.contains(&seq)
    }

    /// Whether the desk looked for the envelope with this number and did not find it. A row with all the gaps that it holds says nothing of
    /// what lies behind `last`.
    #[must_use]
    pub fn lacks(&self, seq: u64) -> bool {
        self.gaps.contains(&seq) || (seq > self.last && self.gaps.len() < MAX_GAPS)
    }
}

/// What lies on one chain with the highest number: of a phone that was copied, two envelopes may have one number.
fn one_chain(opened: &[OpenedNumber]) -> Vec<&OpenedNumber> {
    let mut chain: Vec<&OpenedNumber> = Vec::new();
    for same in opened.chunk_by(|a, b| a.seq == b.seq).rev() {
        let named = |opened: &&OpenedNumber| match chain.last() {
            Some(next) if next.seq == opened.seq + 1 => next.prev == opened.hash,
            Some(_) | None => opened.seq > 0,
        };
        chain.extend(same.iter().find(named));
    }
    chain.reverse();
    chain
}

/// Why a row proves nothing. What the phone knew stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// Not signed by the desk's device, or malformed.
    #[error("the notice was rejected: {0}")]
    Cose(#[from] CoseError),
    /// Of another mission.
    #[error("the notice belongs to mission {found}, not to this one")]
    Mission {
        /// The mission named in it.
        found: MissionId,
    },
    /// The path does not lead from the row to the signed table.
    #[error("the row is not of the table that the desk signed")]
    Path,
    /// Not sealed for this phone, or no row.
    #[error("the row does not open: it is another phone's, or altered")]
    Row,
}

impl ReadNotice {
    /// Signs with the desk's device key; returns the `COSE_Sign1` bytes.
    #[must_use]
    pub fn sign(&self, device: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Notice, device, &[], &cbor::encode(self))
    }

    /// Of two notices of a desk the one with the higher place holds: epoch, size of the log, time. A clock that was ahead makes nothing old
    /// that was read since.
    #[must_use]
    pub fn place(&self) -> (u32, u64, i64) {
        (self.epoch, self.size, self.at)
    }

    /// Decodes without verifying, to find the key of [`ReadNotice::desk`].
    ///
    /// # Errors
    /// [`NoticeError`] if it is malformed or of another mission.
    pub fn untrusted(bytes: &[u8], mission: MissionId) -> Result<Self, NoticeError> {
        Self::of_mission(Unverified::parse(ObjectType::Notice, bytes)?.untrusted(), mission)
    }

    /// Verifies and decodes a notice that the device with this key signed. Whether it is a desk, the manifest says.
    ///
    /// # Errors
    /// [`NoticeError`] if that device did not sign it, or it is malformed or of another mission.
    pub fn open(bytes: &[u8], device: &PublicKey, mission: MissionId) -> Result<Self, NoticeError> {
        Self::of_mission(cose::open(ObjectType::Notice, bytes, device, &[])?, mission)
    }

    fn of_mission(payload: &[u8], mission: MissionId) -> Result<Self, NoticeError> {
        let notice: Self = cbor::decode(payload, "notice").map_err(CoseError::from)?;
        if notice.mission != mission {
            return Err(NoticeError::Mission { found: notice.mission });
        }
        if notice.rows > MAX_ROWS as u64 {
            let detail = format!("{} rows; the limit is {MAX_ROWS}", notice.rows);
            return Err(CoseError::from(Malformed::Shape { what: "notice", detail }).into());
        }
        Ok(notice)
    }
}

/// `GET /v1/notices/{label}`: what each desk has of a phone, with the enrolments that verify it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
pub struct RowPage {
    /// One row a desk.
    #[cbor(n(0), decode_with = "cbor::at_most::<_, _, MAX_NOTICES>")]
    pub rows: Vec<ProvedRow>,
    /// Signed enrolments of those desks.
    #[cbor(n(1), decode_with = "cbor::at_most::<_, _, MAX_NOTICES>")]
    pub desks: Vec<ByteVec>,
}
