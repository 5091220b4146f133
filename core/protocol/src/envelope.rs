//! An envelope: a report sealed to the desks and signed by the device. These bytes are stored, sent and logged
//! unchanged.

use crate::cbor::{self, Malformed};
use crate::cose::{self, CoseError, ObjectType, Unverified, head_length};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::{OpeningKey, ReadingKey, SigningKey};
use crate::seal::{self, SealError, SharedKey};
use minicbor::bytes::ByteSlice;
use minicbor::data::Type;
use minicbor::{Decode, Decoder, Encode};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use zeroize::Zeroizing;

/// Largest size class: 1,000 * 2^10 bytes.
pub const MAX_CLASS: u8 = 10;
/// Largest `seq` of an envelope: databases store it as a signed 64-bit integer.
pub const MAX_SEQ: u64 = u64::MAX >> 1;
/// Most bytes that a sealed text may inflate to: it is one signed object.
pub const MAX_PLAIN: usize = cbor::MAX_BYTES;
/// How many times as long as its envelope a sealed text may be: what one phone sends costs whoever opens it no more.
pub const INFLATION: usize = 16;
/// Most attachments of an envelope.
pub const MAX_BLOBS: usize = 4096;

/// The unencrypted header of an envelope: all that a server can read.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnvelopeHeader {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The only mission in which the envelope is valid.
    #[n(1)]
    pub mission: MissionId,
    /// The device that signed it.
    #[n(2)]
    pub device: DeviceId,
    /// Position in the device's chain, from 1.
    #[n(3)]
    pub seq: u64,
    /// SHA-256 of the preceding envelope; for the first, of the enrolment.
    #[n(4)]
    pub prev: Hash,
    /// Size class: the whole envelope has exactly 1,000 * 2^class bytes.
    #[n(5)]
    pub class: u8,
    /// [`ReadingKey::number`] of the key that it is sealed to; 0 if it is sealed to a phone.
    #[n(6)]
    pub to: u32,
    /// Attachments that belong to it; `None` if there are none.
    #[cbor(n(7), decode_with = "some_blobs")]
    pub blobs: Option<Vec<Blob>>,
    /// In a desk's letter, the phone that it is sealed to; `None` if it is sealed to the desks.
    #[n(8)]
    pub recipient: Option<DeviceId>,
}

fn some_blobs<C>(d: &mut Decoder<'_>, ctx: &mut C) -> Result<Option<Vec<Blob>>, minicbor::decode::Error> {
    if d.datatype()? == Type::Null {
        return d.null().map(|()| None);
    }
    cbor::at_most::<_, _, MAX_BLOBS>(d, ctx).map(Some)
}

/// Whom an envelope is sealed to.
#[derive(Debug, Clone, Copy)]
pub enum Recipient<'k> {
    /// The mission's desks.
    Desks(&'k ReadingKey),
    /// A phone: its id and its X25519 key.
    Phone(DeviceId, &'k [u8; 32]),
}

impl Recipient<'_> {
    fn number(self) -> u32 {
        match self {
            Self::Desks(key) => key.number,
            Self::Phone(..) => 0,
        }
    }

    fn key(&self) -> &[u8; 32] {
        match self {
            Self::Desks(key) => &key.x25519,
            Self::Phone(_, key) => key,
        }
    }

    fn recipient(self) -> Option<DeviceId> {
        match self {
            Self::Desks(_) => None,
            Self::Phone(phone, _) => Some(phone),
        }
    }
}

/// An attachment, identified by its encrypted bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Blob {
    /// SHA-256 of the encrypted bytes.
    #[n(0)]
    pub hash: Hash,
    /// Bytes of the encrypted file; at most [`crate::blob::MAX_BLOB`].
    #[n(1)]
    pub length: u64,
}

/// Chain position and recipient of an envelope to be made; becomes the [`EnvelopeHeader`].
#[derive(Debug, Clone)]
pub struct Address<'k> {
    /// The mission of the device.
    pub mission: MissionId,
    /// The device that signs.
    pub device: DeviceId,
    /// Position in the chain, from 1.
    pub seq: u64,
    /// SHA-256 of the preceding envelope; for the first, of the enrolment.
    pub prev: Hash,
    /// The recipient's key.
    pub to: Recipient<'k>,
    /// Attachments of the report inside.
    pub blobs: &'k [Blob],
}

/// Why an envelope cannot be made, parsed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not signed by this device, or not a signed object.
    #[error("the envelope was rejected: {0}")]
    Cose(#[from] CoseError),
    /// Signed, but its content cannot be decoded.
    #[error("the envelope was rejected: {0}")]
    Malformed(#[from] Malformed),
    /// For another mission.
    #[error("the envelope belongs to mission {found}, not to this one")]
    Mission {
        /// The mission named in the header.
        found: MissionId,
    },
    /// `seq` is 0 or exceeds [`MAX_SEQ`].
    #[error("the envelope has the invalid number {found}; envelopes are numbered from 1")]
    Number {
        /// `seq` in the header.
        found: u64,
    },
    /// Length differs from that of its size class.
    #[error("the envelope has {found} bytes, but its size class has {expected}; it was cut off or padded")]
    Length {
        /// Length in bytes.
        found: usize,
        /// Length of the size class in bytes.
        expected: usize,
    },
    /// Exceeds the largest size class, or what its reader takes.
    #[error("the report is too large to send: {found} bytes; shorten its texts")]
    TooLarge {
        /// Its length in bytes: compressed, where that is what is too much.
        found: usize,
    },
    /// Cannot be sealed or decrypted.
    #[error("the envelope cannot be sealed or opened: {0}")]
    Seal(#[from] SealError),
    /// The decrypted text inflates beyond [`MAX_PLAIN`], or to more than [`INFLATION`] times the envelope.
    #[error("the sealed text inflates to more than {limit} bytes")]
    Inflated {
        /// Most bytes that it may have.
        limit: usize,
    },
    /// The decrypted text has no valid padding or compression.
    #[error("the sealed text cannot be unpacked: its padding or compression is damaged")]
    Packing,
}

/// Makes an envelope: signs the payload with the header as additional data, compresses, pads, seals, and signs the
/// whole.
///
/// # Errors
/// [`EnvelopeError::TooLarge`] beyond the largest size class, beyond [`MAX_BLOBS`] and beyond [`MAX_PLAIN`], [`EnvelopeError::Seal`] if the recipient's key is
/// invalid.
pub fn make(
    address: &Address,
    kind: ObjectType,
    device: &SigningKey,
    shared: &SharedKey,
    payload: &[u8],
) -> Result<Vec<u8>, EnvelopeError> {
    let mut header = EnvelopeHeader {
        v: crate::VERSION,
        mission: address.mission,
        device: address.device,
        seq: address.seq,
        prev: address.prev,
        class: 0,
        to: address.to.number(),
        blobs: (!address.blobs.is_empty()).then(|| address.blobs.to_vec()),
        recipient: address.to.recipient(),
    };
    // The class is signed with the header, and packing depends on the signature: take the smallest class that holds it.
    loop {
        let aad = cbor::encode(&header);
        let inner = Zeroizing::new(cose::sign(kind, device, &aad, payload));
        let packed = Zeroizing::new(compress_to_vec(&inner, 9));
        // Nobody would open it.
        if inner.len() > MAX_PLAIN || address.blobs.len() > MAX_BLOBS {
            return Err(EnvelopeError::TooLarge { found: aad.len() + inner.len() });
        }
        let room = room(&aad, header.class).filter(|_| inner.len() <= longest(header.class));
        let padding = room.and_then(|room| Some((room, room.checked_sub(packed.len() + 1)?)));
        if let Some((room, padding)) = padding {
            let mut plain = packed;
            plain.reserve_exact(padding + 1);
            plain.push(0x80);
            plain.resize(room, 0);
            let sealed = seal::seal(address.to.key(), shared, address.mission, &aad, &plain)?;
            let body = (<&ByteSlice>::from(&aad[..]), <&ByteSlice>::from(&sealed[..]));
            return Ok(cose::sign(ObjectType::Envelope, device, &[], &cbor::encode(&body)));
        }
        header.class += 1;
        if header.class > MAX_CLASS {
            return Err(EnvelopeError::TooLarge { found: packed.len() });
        }
    }
}

/// Exact length in bytes of an envelope of a size class; classes above [`MAX_CLASS`] count as that.
#[must_use]
pub fn class_bytes(class: u8) -> usize {
    1000 << class.min(MAX_CLASS)
}

/// Most bytes of the text sealed in an envelope of a size class.
fn longest(class: u8) -> usize {
    (INFLATION * class_bytes(class)).min(MAX_PLAIN)
}

/// Bytes of padded text that give the envelope exactly the length of its class; `None` if the header alone is longer.
fn room(header: &[u8], class: u8) -> Option<usize> {
    let total = class_bytes(class);
    // An array of two, the header, the sealed text: the heads of long strings are 3 or 5 bytes.
    let around = |plain: usize| {
        let sealed = plain + seal::OVERHEAD;
        let body = 1 + head_length(header.len()) + header.len() + head_length(sealed) + sealed;
        body + cose::overhead(body)
    };
    if around(0) > total {
        return None;
    }
    let mut plain = total.saturating_sub(around(total) - total);
    while around(plain) > total {
        plain -= 1;
    }
    while around(plain) < total {
        plain += 1;
    }
    Some(plain)
}

/// A parsed envelope whose signature is not yet verified.
#[derive(Debug, Clone)]
pub struct Envelope<'b> {
    /// The unencrypted header; unverified until [`Envelope::verify`].
    pub header: EnvelopeHeader,
    /// SHA-256 of the whole envelope, which identifies it everywhere.
    pub hash: Hash,
    header_bytes: &'b [u8],
    sealed: &'b [u8],
    cose: Unverified<'b>,
}

impl<'b> Envelope<'b> {
    /// Parses an envelope and checks everything that needs no key.
    ///
    /// # Errors
    /// [`EnvelopeError`] if it is malformed, for another mission, or not of the length of its class.
    pub fn parse(bytes: &'b [u8], mission: MissionId) -> Result<Self, EnvelopeError> {
        let cose = Unverified::parse(ObjectType::Envelope, bytes)?;
        cbor::check(cose.untrusted())?;
        let shape = |e: minicbor::decode::Error| Malformed::Shape { what: "envelope", detail: e.to_string() };
        let (header_bytes, sealed): (&ByteSlice, &ByteSlice) = minicbor::decode(cose.untrusted()).map_err(shape)?;
        let (header_bytes, sealed): (&'b [u8], &'b [u8]) = (header_bytes, sealed);
        let header: EnvelopeHeader = cbor::decode(header_bytes, "envelope header")?;
        if header.mission != mission {
            return Err(EnvelopeError::Mission { found: header.mission });
        }
        if !(1..=MAX_SEQ).contains(&header.seq) {
            return Err(EnvelopeError::Number { found: header.seq });
        }
        if header.class > MAX_CLASS || bytes.len() != class_bytes(header.class) {
            return Err(EnvelopeError::Length { found: bytes.len(), expected: class_bytes(header.class) });
        }
        Ok(Self { header, hash: Hash::of(bytes), header_bytes, sealed, cose })
    }

    /// The header without any check but its encoding; `None` if the bytes are not an envelope.
    #[must_use]
    pub fn untrusted_header(bytes: &[u8]) -> Option<EnvelopeHeader> {
        let cose = Unverified::parse(ObjectType::Envelope, bytes).ok()?;
        let (header, _): (&ByteSlice, &ByteSlice) = minicbor::decode(cose.untrusted()).ok()?;
        cbor::decode::<EnvelopeHeader>(header, "envelope header").ok()
    }

    /// Verifies the outer signature by the device.
    ///
    /// # Errors
    /// [`EnvelopeError::Cose`] if the device did not sign it.
    pub fn verify(&self, device: &PublicKey) -> Result<(), EnvelopeError> {
        self.cose.verify(device, &[])?;
        Ok(())
    }

    /// Verifies, decrypts, unpacks, and verifies the inner signature; returns the type and the payload.
    ///
    /// # Errors
    /// [`EnvelopeError`] of the first step that fails.
    pub fn open(
        &self,
        device: &PublicKey,
        secret: &impl OpeningKey,
        shared: &SharedKey,
    ) -> Result<(ObjectType, Zeroizing<Vec<u8>>), EnvelopeError> {
        self.verify(device)?;
        let plain = seal::unseal(secret, shared, self.header.mission, self.header_bytes, self.sealed)?;
        let end = plain.iter().rposition(|b| *b != 0).filter(|at| plain[*at] == 0x80).ok_or(EnvelopeError::Packing)?;
        let limit = longest(self.header.class);
        let inner = decompress_to_vec_with_limit(&plain[..end], limit).map_err(|e| {
            let more = e.status == TINFLStatus::HasMoreOutput;
            if more { EnvelopeError::Inflated { limit } } else { EnvelopeError::Packing }
        })?;
        let inner = Zeroizing::new(inner);
        let kind = ObjectType::SEALED.into_iter().find(|kind| cose::is(*kind, &inner)).unwrap_or(ObjectType::Report);
        let payload = cose::open(kind, &inner, device, self.header_bytes)?;
        Ok((kind, Zeroizing::new(payload.to_vec())))
    }
}
