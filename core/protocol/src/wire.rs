//! Bodies of HTTP requests and responses. `docs/formats.md` lists the paths.

use crate::cbor;
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::SigningKey;
use crate::receipt::Receipt;
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// Media type of every request and response body.
pub const MEDIA_TYPE: &str = "application/cbor";
/// Most objects in one upload or log page.
pub const MAX_BATCH: usize = 256;
/// Most letters in one response.
pub const MAX_LETTERS: usize = 64;
/// Most bytes in one request body (4 MiB).
pub const MAX_REQUEST: usize = 4 << 20;

/// `POST /v1/objects`: enrolments and envelopes, in the order in which the server is to store them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Upload {
    /// Signed objects, at most [`MAX_BATCH`].
    #[cbor(n(0), decode_with = "cbor::at_most::<_, _, MAX_BATCH>")]
    pub objects: Vec<ByteVec>,
    /// Size of the last head that the sender verified: the server proves that its log goes on from there.
    #[n(1)]
    pub known: Option<u64>,
}

/// Response to an [`Upload`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Verdicts {
    /// One verdict per object, in their order. All receipts have the same head.
    #[cbor(n(0), decode_with = "cbor::at_most::<_, _, MAX_BATCH>")]
    pub verdicts: Vec<Verdict>,
    /// Consistency proof between [`Upload::known`] and the head of the receipts, from the smaller one to the larger; `None` if nothing
    /// was stored or asked for, or the server's log is smaller than what is known.
    #[cbor(n(1), decode_with = "proof_hashes")]
    pub proof: Option<Vec<Hash>>,
}

/// Most hashes of a proof: the height of a tree of 2^64 leaves.
pub const MAX_PROOF: usize = 64;

fn proof_hashes<C>(d: &mut Decoder<'_>, ctx: &mut C) -> Result<Option<Vec<Hash>>, decode::Error> {
    if d.datatype()? == minicbor::data::Type::Null {
        d.null()?;
        return Ok(None);
    }
    cbor::at_most::<C, Hash, MAX_PROOF>(d, ctx).map(Some)
}

/// `GET /v1/consistency?from=N&to=M`: the proof that the log only grew.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct ConsistencyProof {
    /// As [`crate::merkle::is_consistent`] takes it.
    #[cbor(n(0), decode_with = "cbor::at_most::<_, _, MAX_PROOF>")]
    pub hashes: Vec<Hash>,
}

/// The server's decision about one object.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Verdict {
    /// Durably in the log, whether by this request or an earlier one.
    #[n(0)]
    Stored(#[n(0)] Receipt),
    /// Not stored; the sender may try again.
    #[n(1)]
    Refused(#[n(0)] Refusal),
}

/// Why the server refuses an object. Unsigned: anybody on the way could have written it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Refusal {
    /// Machine-readable reason.
    #[n(0)]
    pub code: RefusalCode,
    /// Explanation for the observer.
    #[n(1)]
    pub reason: String,
}

/// Machine-readable reasons for a refusal, a small number each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalCode {
    /// 0: neither an enrolment nor an envelope, or of a later version.
    Malformed,
    /// 1: for another mission.
    Mission,
    /// 2: the device is not enrolled here; send the enrolment, then the object again.
    UnknownDevice,
    /// 3: a signature does not verify.
    Signature,
    /// 4: the enrolment arrived after its invite expired.
    Expired,
    /// 5: a desk revoked the device, or the root ended this desk.
    Revoked,
    /// 6: length differs from that of its size class, or exceeds the limit.
    Length,
    /// 7: the device has sent more than the mission allows; try again later.
    Quota,
    /// A reason of a later server, by its number: it is about its own object, and takes nothing from those beside it.
    Later(u32),
}

impl RefusalCode {
    /// The number that is sent and kept.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Malformed => 0,
            Self::Mission => 1,
            Self::UnknownDevice => 2,
            Self::Signature => 3,
            Self::Expired => 4,
            Self::Revoked => 5,
            Self::Length => 6,
            Self::Quota => 7,
            Self::Later(number) => number,
        }
    }

    /// The reason of a number.
    #[must_use]
    pub fn of(number: u32) -> Self {
        match number {
            0 => Self::Malformed,
            1 => Self::Mission,
            2 => Self::UnknownDevice,
            3 => Self::Signature,
            4 => Self::Expired,
            5 => Self::Revoked,
            6 => Self::Length,
            7 => Self::Quota,
            later => Self::Later(later),
        }
    }

    /// Whether sending the same bytes again soon can succeed. All other refusals are retried too, at growing intervals.
    #[must_use]
    pub fn may_pass(self) -> bool {
        matches!(self, Self::UnknownDevice | Self::Quota)
    }
}

impl<C> Encode<C> for RefusalCode {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.u32(self.number())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for RefusalCode {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.u32().map(Self::of)
    }
}

/// `GET /v1/log?from=N`: a page of the log with a tree head.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LogPage {
    /// Log index of the first entry.
    #[n(0)]
    pub from: u64,
    /// Consecutive entries, at most [`MAX_BATCH`].
    #[cbor(n(1), decode_with = "cbor::at_most::<_, _, MAX_BATCH>")]
    pub entries: Vec<LogEntry>,
    /// A signed [`crate::receipt::TreeHead`]. The page may end a few entries beyond it; a later head covers them.
    #[n(2)]
    pub head: ByteVec,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LogEntry {
    /// Time of receipt by the server's clock, in milliseconds since 1970.
    #[n(0)]
    pub received: i64,
    /// Enrolment or envelope as received; empty if the server's copy is damaged.
    #[n(1)]
    pub object: ByteVec,
    /// Index entry of the object; `None` unless the server's copy is damaged.
    #[n(2)]
    pub damaged: Option<Damaged>,
}

/// An object that the server can no longer produce. It keeps its place in the log, so that the tree still adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Damaged {
    /// SHA-256 of the original object; the leaf hash follows from it.
    #[n(0)]
    pub hash: Hash,
    /// Device that sent it; unverified, since only the server says so.
    #[n(1)]
    pub device: DeviceId,
    /// `seq` in the device's chain, 0 for an enrolment; unverified, since only the server says so.
    #[n(2)]
    pub seq: u64,
}

/// `GET /v1/letters/{device}?from=N&known=M`: letters from desks to a phone, proved, with the enrolments that verify them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LetterPage {
    /// A signed [`crate::receipt::TreeHead`], under which the letters are proved. What the log got since comes under a later one.
    #[n(0)]
    pub head: ByteVec,
    /// By ascending index; at most [`MAX_LETTERS`].
    #[cbor(n(1), decode_with = "cbor::at_most::<_, _, MAX_LETTERS>")]
    pub letters: Vec<LoggedLetter>,
    /// Signed enrolments of the desks that wrote the letters.
    #[cbor(n(2), decode_with = "cbor::at_most::<_, _, MAX_LETTERS>")]
    pub desks: Vec<ByteVec>,
    /// As [`Verdicts::proof`], between the size that was asked with and `head`.
    #[cbor(n(3), decode_with = "proof_hashes")]
    pub proof: Option<Vec<Hash>>,
}

/// A letter with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LoggedLetter {
    /// The envelope.
    #[n(0)]
    pub object: ByteVec,
    /// Log index, from 0.
    #[n(1)]
    pub index: u64,
    /// Time of receipt by the server's clock, in milliseconds since 1970.
    #[n(2)]
    pub received: i64,
    /// Inclusion path under the head of the page, lowest sibling first.
    #[cbor(n(3), decode_with = "cbor::at_most::<_, _, MAX_PROOF>")]
    pub path: Vec<Hash>,
}

impl LoggedLetter {
    /// What proves it under the signed head of its page.
    #[must_use]
    pub fn receipt(&self, head: &ByteVec) -> Receipt {
        Receipt { head: head.clone(), index: self.index, received: self.received, path: self.path.clone() }
    }
}

/// The response to a permit that is shown, and to each chunk: how much of an attachment the server has.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct UploadProgress {
    /// Contiguous bytes from the beginning; the next chunk starts here.
    #[n(0)]
    pub bytes: u64,
    /// Signed [`crate::receipt::AttachmentProof`], once the attachment is complete.
    #[n(1)]
    pub proof: Option<ByteVec>,
}

/// A desk's authorisation to read one path: path and server challenge, signed with the desk's device key. It is sent in
/// the `Authorization` header as `Baqylau <base64url>` and valid for that path only.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReadRequest {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission whose log is read.
    #[n(1)]
    pub mission: MissionId,
    /// The reading desk's device.
    #[n(2)]
    pub device: DeviceId,
    /// 40 bytes from `GET /v1/challenge`.
    #[n(3)]
    pub challenge: ByteArray<40>,
    /// Path and query, for example `/v1/log?from=0`.
    #[n(4)]
    pub asks: String,
}

impl ReadRequest {
    /// Signs with the desk's device key; returns the `COSE_Sign1` bytes.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Request, key, &[], &cbor::encode(self))
    }

    /// Decodes a request without verifying it, to find the key that [`ReadRequest::verify`] needs.
    ///
    /// # Errors
    /// [`CoseError`] if the bytes are not a read request.
    pub fn peek(bytes: &[u8]) -> Result<Self, CoseError> {
        let request: Self = cbor::decode(cose::Unverified::parse(ObjectType::Request, bytes)?.untrusted(), "request")?;
        Ok(request)
    }

    /// Verifies the signature. The caller checks challenge, path and role.
    ///
    /// # Errors
    /// [`CoseError`] if `key` did not sign it, or it is malformed.
    pub fn verify(bytes: &[u8], key: &PublicKey) -> Result<(), CoseError> {
        cose::open(ObjectType::Request, bytes, key, &[]).map(drop)
    }
}
