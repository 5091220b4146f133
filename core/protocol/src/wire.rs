//! Bodies of HTTP requests and responses. `docs/formats.md` lists the paths.

use crate::cbor;
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::SigningKey;
use crate::receipt::Receipt;
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Decoder, Encode};

/// The media type of every body.
pub const MEDIA_TYPE: &str = "application/cbor";
/// The most objects of one upload or page.
pub const MAX_BATCH: usize = 256;
/// The most letters of one answer.
pub const MAX_LETTERS: usize = 64;
/// The most bytes of one request.
pub const MAX_REQUEST: usize = 4 << 20;

/// `POST /v1/objects`: enrolments and envelopes, in the order in which they are to be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
#[cbor(transparent)]
pub struct Upload {
    /// The objects.
    #[n(0)]
    pub objects: Vec<ByteVec>,
}

impl<'b, C> Decode<'b, C> for Upload {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(Self { objects: cbor::at_most::<C, ByteVec, MAX_BATCH>(d, ctx)? })
    }
}

/// The answer: one verdict an object.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
#[cbor(transparent)]
pub struct Verdicts {
    /// In the order of the objects.
    #[n(0)]
    pub verdicts: Vec<Verdict>,
}

impl<'b, C> Decode<'b, C> for Verdicts {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(Self { verdicts: cbor::at_most::<C, Verdict, MAX_BATCH>(d, ctx)? })
    }
}

/// What became of an object.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Verdict {
    /// It is durably in the log, now or since before.
    #[n(0)]
    Stored(#[n(0)] Receipt),
    /// It was refused.
    #[n(1)]
    Refused(#[n(0)] Refusal),
}

/// Why the server does not take an object in.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Refusal {
    /// The reason, for a program.
    #[n(0)]
    pub code: RefusalCode,
    /// The reason, in words for the observer.
    #[n(1)]
    pub reason: String,
}

/// Reasons of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum RefusalCode {
    /// Neither enrolment nor envelope, or of a later version.
    #[n(0)]
    Malformed,
    /// Of another mission.
    #[n(1)]
    Mission,
    /// The device is not enrolled here; enrol and send again.
    #[n(2)]
    UnknownDevice,
    /// A signature does not verify.
    #[n(3)]
    Signature,
    /// The invite has expired.
    #[n(4)]
    Expired,
    /// The device was revoked.
    #[n(5)]
    Revoked,
    /// Not of the length of its class, or too large.
    #[n(6)]
    Length,
    /// The device sends more than the mission allows.
    #[n(7)]
    Quota,
}

impl RefusalCode {
    /// Whether sending the same bytes again soon can succeed. Everything else is tried again too, more and more rarely.
    #[must_use]
    pub fn may_pass(self) -> bool {
        matches!(self, Self::UnknownDevice | Self::Quota)
    }
}

/// `GET /v1/log?from=N`: objects of the log with the head that covers them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LogPage {
    /// The first index on the page.
    #[n(0)]
    pub from: u64,
    /// The objects, without gaps.
    #[cbor(n(1), decode_with = "cbor::at_most::<_, _, MAX_BATCH>")]
    pub entries: Vec<LogEntry>,
    /// A signed head of the log. The page may hold a few objects beyond it; a later head covers them.
    #[n(2)]
    pub head: ByteVec,
}

/// One object of the log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LogEntry {
    /// When the server received it.
    #[n(0)]
    pub received: i64,
    /// Its bytes; none where the server's copy is damaged.
    #[n(1)]
    pub object: ByteVec,
    /// What the log says of an object whose bytes are damaged.
    #[n(2)]
    pub damaged: Option<Damaged>,
}

/// An object that the server cannot hand out: its place in the log is kept, so that the tree adds up without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Damaged {
    /// The hash that the log has for it.
    #[n(0)]
    pub hash: Hash,
    /// Which device sent it, by the server's word.
    #[n(1)]
    pub device: DeviceId,
    /// Its number in the device's chain, 0 for an enrolment; by the server's word.
    #[n(2)]
    pub seq: u64,
}

/// `GET /v1/letters/{device}?from=N`: letters of desks to a phone, with the enrolments of who wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LetterPage {
    /// Index and envelope, in the order of the log.
    #[cbor(n(0), decode_with = "cbor::at_most::<_, _, MAX_LETTERS>")]
    pub letters: Vec<(u64, ByteVec)>,
    /// The enrolments of the desks.
    #[cbor(n(1), decode_with = "cbor::at_most::<_, _, MAX_LETTERS>")]
    pub desks: Vec<ByteVec>,
}

/// `GET /v1/blobs/{hash}/have` and the answer to a chunk: how much of an attachment the server has.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct UploadProgress {
    /// Bytes, from the beginning.
    #[n(0)]
    pub bytes: u64,
    /// When these are all: [`crate::receipt::AttachmentProof`], signed.
    #[n(1)]
    pub proof: Option<ByteVec>,
}

/// A desk's request to read: the path it asks for and a challenge of the server, signed with the desk's device key. It travels in
/// the `Authorization` header as `Baqylau <base64url>`, and is good for that path only.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReadRequest {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission.
    #[n(1)]
    pub mission: MissionId,
    /// The desk's device.
    #[n(2)]
    pub device: DeviceId,
    /// From `GET /v1/challenge`.
    #[n(3)]
    pub challenge: ByteArray<40>,
    /// Path and query, as `/v1/log?from=0`.
    #[n(4)]
    pub asks: String,
}

impl ReadRequest {
    /// Signs it with the desk's device key.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Request, key, &[], &cbor::encode(self))
    }

    /// The request before anybody vouched for it: to find the device's key.
    ///
    /// # Errors
    /// It is none.
    pub fn peek(bytes: &[u8]) -> Result<Self, CoseError> {
        let request: Self = cbor::decode(cose::Unverified::parse(ObjectType::Request, bytes)?.untrusted(), "request")?;
        Ok(request)
    }

    /// Verifies it.
    ///
    /// # Errors
    /// It is not signed by the key.
    pub fn verify(bytes: &[u8], key: &PublicKey) -> Result<(), CoseError> {
        cose::open(ObjectType::Request, bytes, key, &[]).map(drop)
    }
}
