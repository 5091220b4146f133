//! Who may upload an attachment: whoever has a token whose hash the device signed. A locked phone, which cannot sign, has one, and
//! couriers have another, so that nobody who carries a file can disturb the phone that sends it too.

use crate::cbor;
use crate::cose::{self, CoseError, ObjectType, Unverified};
use crate::envelope::{Blob, MAX_BLOBS};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey};
use crate::keys::{SigningKey, random};
use data_encoding::BASE64URL_NOPAD;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Decoder, Encode, Encoder};
use std::fmt;

/// Most tokens of one permit.
pub const MAX_TOKENS: usize = 4;

/// Allows the attachments of one envelope to be uploaded by whoever has one of its tokens. Signed by the device of the envelope.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UploadPermit {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The only mission in which the permit is valid.
    #[n(1)]
    pub mission: MissionId,
    /// The device that signed it, and its envelope.
    #[n(2)]
    pub device: DeviceId,
    /// SHA-256 of the envelope that the attachments belong to.
    #[n(3)]
    pub envelope: Hash,
    /// The attachments, as the envelope names them; at most [`MAX_BLOBS`].
    #[cbor(n(4), decode_with = "cbor::at_most::<_, _, MAX_BLOBS>")]
    pub blobs: Vec<Blob>,
    /// SHA-256 of each token; at most [`MAX_TOKENS`].
    #[cbor(n(5), decode_with = "cbor::at_most::<_, _, MAX_TOKENS>")]
    pub tokens: Vec<Hash>,
}

impl UploadPermit {
    /// Signs with the device key; returns the `COSE_Sign1` bytes.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Permit, key, &[], &cbor::encode(self))
    }

    /// Verifies and decodes a signed permit of a device.
    ///
    /// # Errors
    /// [`CoseError`] if `key` did not sign it, or it is malformed.
    pub fn open(bytes: &[u8], key: &PublicKey) -> Result<Self, CoseError> {
        Ok(cbor::decode(cose::open(ObjectType::Permit, bytes, key, &[])?, "permit")?)
    }

    /// Decodes a permit without verifying it, to find out whose it is and what it is for.
    ///
    /// # Errors
    /// [`CoseError`] if the bytes are not a permit.
    pub fn peek(bytes: &[u8]) -> Result<Self, CoseError> {
        Ok(cbor::decode(Unverified::parse(ObjectType::Permit, bytes)?.untrusted(), "permit")?)
    }

    /// The length in bytes that it gives an attachment; `None` if it does not name it.
    #[must_use]
    pub fn length(&self, hash: Hash) -> Option<u64> {
        self.blobs.iter().find(|blob| blob.hash == hash).map(|blob| blob.length)
    }
}

/// What opens the way for the attachments of one envelope. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadToken([u8; 32]);

impl fmt::Debug for UploadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UploadToken(..)")
    }
}

impl<C> Encode<C> for UploadToken {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for UploadToken {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(Self(ByteArray::<32>::decode(d, ctx)?.into()))
    }
}

impl UploadToken {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(random())
    }

    /// From its 32 bytes; `None` if there are more or fewer.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its 32 bytes, for an encrypted store or a courier file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What a permit holds of it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(&self.0)
    }

    /// The value of the `Authorization` header of an upload.
    #[must_use]
    pub fn to_header(&self) -> String {
        format!("Bearer {}", BASE64URL_NOPAD.encode(&self.0))
    }

    /// From the value of an `Authorization` header; `None` if it is none of an upload.
    #[must_use]
    pub fn from_header(value: &str) -> Option<Self> {
        Self::from_slice(&BASE64URL_NOPAD.decode(value.strip_prefix("Bearer ")?.as_bytes()).ok()?)
    }
}
