//! An envelope: a report sealed to the coordinators and signed by the device. These bytes are stored, sent and logged.

use crate::cbor::{self, Malformed};
use crate::cose::{self, CoseError, ObjectType, Unverified, head_length};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::{OpeningKey, ReadingKey, SigningKey};
use crate::seal::{self, SealError, SharedKey};
use minicbor::bytes::ByteSlice;
use minicbor::{Decode, Encode};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use zeroize::Zeroizing;

/// The largest class: 1,000 * 2^10 bytes.
pub const MAX_CLASS: u8 = 10;
/// The largest number of an envelope: what every database keeps as a signed integer.
pub const MAX_SEQ: u64 = u64::MAX >> 1;
/// The most bytes a sealed text may inflate to.
pub const MAX_PLAIN: usize = 8 << 20;

/// What an envelope says in the clear, and no more.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnvelopeHeader {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission.
    #[n(1)]
    pub mission: MissionId,
    /// The device.
    #[n(2)]
    pub device: DeviceId,
    /// Its number in the device's chain, from 1.
    #[n(3)]
    pub seq: u64,
    /// The hash of the envelope before; of the enrolment for the first.
    #[n(4)]
    pub prev: Hash,
    /// The whole envelope has 1,000 * 2^class bytes.
    #[n(5)]
    pub class: u8,
    /// The number of the reading key it is sealed to.
    #[n(6)]
    pub to: u32,
    /// Attachments that belong to it.
    #[n(7)]
    pub blobs: Option<Vec<Blob>>,
    /// The phone that it is sealed to, in a desk's letter; absent when it is sealed to the desks.
    #[n(8)]
    pub recipient: Option<DeviceId>,
}

/// To whom an envelope is sealed.
#[derive(Debug, Clone, Copy)]
pub enum Recipient<'k> {
    /// To the mission's desks.
    Desks(&'k ReadingKey),
    /// To a phone: its id and its X25519 `box` key.
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

/// An attachment, by the hash and length of its encrypted bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Blob {
    /// SHA-256 of the encrypted bytes.
    #[n(0)]
    pub hash: Hash,
    /// How many they are.
    #[n(1)]
    pub length: u64,
}

/// The chain position and recipient of an envelope to be made.
#[derive(Debug, Clone)]
pub struct Address<'k> {
    /// The mission.
    pub mission: MissionId,
    /// The device.
    pub device: DeviceId,
    /// Its number in the chain.
    pub seq: u64,
    /// The hash of the envelope before.
    pub prev: Hash,
    /// The reading key.
    pub to: Recipient<'k>,
    /// The attachments of what is inside.
    pub blobs: &'k [Blob],
}

/// Why an envelope cannot be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not a signed envelope of this device.
    #[error("the envelope is refused: {0}")]
    Cose(#[from] CoseError),
    /// Malformed inside.
    #[error("the envelope is refused: {0}")]
    Malformed(#[from] Malformed),
    /// Of another mission.
    #[error("the envelope is of the mission {found}, not of this one")]
    Mission {
        /// Which.
        found: MissionId,
    },
    /// No phone numbers an envelope so.
    #[error("the envelope has number {found}; envelopes are numbered from 1")]
    Number {
        /// What it has.
        found: u64,
    },
    /// Its length is not the one of its class.
    #[error("the envelope has {found} bytes, its class says {expected}; it was cut off or padded")]
    Length {
        /// How many.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// Too large for every class.
    #[error("the report is too large to send: {found} bytes compressed; shorten its texts")]
    TooLarge {
        /// How many bytes.
        found: usize,
    },
    /// It cannot be opened.
    #[error("the envelope: {0}")]
    Seal(#[from] SealError),
    /// The sealed text is no padded, compressed text, or inflates without end.
    #[error("the sealed text does not unpack")]
    Packing,
}

/// Signs a payload with the header as additional data, packs, seals, and signs the whole.
///
/// # Errors
/// The payload is too large, or the reading key is not valid.
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
        let room = room(&aad, header.class);
        if let Some(padding) = room.checked_sub(packed.len() + 1) {
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

/// The bytes of an envelope of a class.
#[must_use]
pub fn class_bytes(class: u8) -> usize {
    1000 << class.min(MAX_CLASS)
}

/// How many bytes of packed text fit, so that the envelope has exactly the bytes of its class.
fn room(header: &[u8], class: u8) -> usize {
    let total = class_bytes(class);
    // An array of two, the header, the sealed text: the heads of long strings are 3 or 5 bytes.
    let around = |plain: usize| {
        let sealed = plain + seal::OVERHEAD;
        let body = 1 + head_length(header.len()) + header.len() + head_length(sealed) + sealed;
        body + cose::overhead(body)
    };
    let mut plain = total.saturating_sub(around(total) - total);
    while around(plain) > total {
        plain -= 1;
    }
    while around(plain) < total {
        plain += 1;
    }
    plain
}

/// An envelope taken apart, its signature not yet verified.
#[derive(Debug, Clone)]
pub struct Envelope<'b> {
    /// What it says in the clear.
    pub header: EnvelopeHeader,
    /// The hash of the whole: its name everywhere.
    pub hash: Hash,
    header_bytes: &'b [u8],
    sealed: &'b [u8],
    cose: Unverified<'b>,
}

impl<'b> Envelope<'b> {
    /// Takes an envelope apart and checks everything that needs no key.
    ///
    /// # Errors
    /// It is none, of another mission, or not of the length of its class.
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

    /// What bytes say in the clear, before anything was verified.
    #[must_use]
    pub fn untrusted_header(bytes: &[u8]) -> Option<EnvelopeHeader> {
        let cose = Unverified::parse(ObjectType::Envelope, bytes).ok()?;
        let (header, _): (&ByteSlice, &ByteSlice) = minicbor::decode(cose.untrusted()).ok()?;
        cbor::decode::<EnvelopeHeader>(header, "envelope header").ok()
    }

    /// Verifies the outer signature.
    ///
    /// # Errors
    /// It is not by the device.
    pub fn verify(&self, device: &PublicKey) -> Result<(), EnvelopeError> {
        self.cose.verify(device, &[])?;
        Ok(())
    }

    /// Verifies, opens, unpacks, and verifies what is inside: the payload.
    ///
    /// # Errors
    /// Any of these fails.
    pub fn open(
        &self,
        device: &PublicKey,
        secret: &impl OpeningKey,
        shared: &SharedKey,
    ) -> Result<(ObjectType, Zeroizing<Vec<u8>>), EnvelopeError> {
        self.verify(device)?;
        let plain = seal::unseal(secret, shared, self.header.mission, self.header_bytes, self.sealed)?;
        let end = plain.iter().rposition(|b| *b != 0).filter(|at| plain[*at] == 0x80).ok_or(EnvelopeError::Packing)?;
        let inner = decompress_to_vec_with_limit(&plain[..end], MAX_PLAIN).map_err(|_| EnvelopeError::Packing)?;
        let inner = Zeroizing::new(inner);
        let kind = ObjectType::SEALED.into_iter().find(|kind| cose::is(*kind, &inner)).unwrap_or(ObjectType::Report);
        let payload = cose::open(kind, &inner, device, self.header_bytes)?;
        Ok((kind, Zeroizing::new(payload.to_vec())))
    }
}
