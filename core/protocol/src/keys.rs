//! Keys. Secret keys are zeroized on drop and have a redacted `Debug`.

use crate::ids::{PublicKey, Signature};
use hpke::kem::{X25519HkdfSha256, XWing};
use hpke::{Deserializable, Kem, Serializable};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fmt;
use zeroize::Zeroizing;

/// Random bytes from the operating system: the only source of keys and nonces.
///
/// # Panics
/// If the operating system has no randomness: no secret could be made without it.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the operating system provides randomness");
    bytes
}

/// An Ed25519 key pair (RFC 8032). Zeroized on drop; `Debug` shows the public half only.
pub struct SigningKey {
    seed: Zeroizing<[u8; 32]>,
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// Generates a key from the system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self::from_seed(random())
    }

    /// The key pair of a 32-byte seed (the private key of RFC 8032).
    ///
    /// # Panics
    /// Never: every 32 bytes are a valid seed.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("every 32 bytes are a seed");
        Self { seed: Zeroizing::new(seed), pair }
    }

    /// The secret 32-byte seed; keep it in an encrypted store only.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The public half.
    ///
    /// # Panics
    /// Never: Ed25519 public keys have 32 bytes.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::from_slice(self.pair.public_key().as_ref()).expect("Ed25519 public keys have 32 bytes")
    }

    /// Signs a message; deterministic.
    ///
    /// # Panics
    /// Never: Ed25519 signatures have 64 bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_slice(self.pair.sign(message).as_ref()).expect("Ed25519 signatures have 64 bytes")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.public())
    }
}

impl PublicKey {
    /// Whether `signature` over `message` was made by this key.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, &signature.0).is_ok()
    }
}

/// Bytes of an X-Wing public key.
pub const KEM_PUBLIC: usize = 1216;
/// Bytes of an X-Wing encapsulation.
pub const KEM_SEALED: usize = 1120;

/// The public half of the mission's reading key: X25519 for envelopes, X-Wing for enrolments.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReadingKey {
    /// Starts at 1 and grows by one with each new key; envelopes name the key by it.
    #[n(0)]
    pub number: u32,
    /// 32-byte X25519 public key (RFC 7748).
    #[n(1)]
    pub x25519: ByteArray<32>,
    /// 1216-byte X-Wing public key.
    #[n(2)]
    pub kem: ByteArray<KEM_PUBLIC>,
}

/// The secret half of a [`ReadingKey`]. Only desks hold it.
#[derive(Clone)]
pub struct ReadingSecret {
    /// [`ReadingKey::number`] of the public half.
    pub number: u32,
    x25519: <X25519HkdfSha256 as Kem>::PrivateKey,
    pub(crate) kem: <XWing as Kem>::PrivateKey,
}

impl ReadingSecret {
    /// Generates a key from the system's randomness.
    #[must_use]
    pub fn generate(number: u32) -> Self {
        Self { number, x25519: X25519HkdfSha256::gen_keypair().0, kem: XWing::gen_keypair().0 }
    }

    /// The public half.
    ///
    /// # Panics
    /// Never: the lengths are those of the algorithms.
    #[must_use]
    pub fn public(&self) -> ReadingKey {
        let x25519 = X25519HkdfSha256::sk_to_pk(&self.x25519).to_bytes();
        let kem = XWing::sk_to_pk(&self.kem).to_bytes();
        let mut key = [0; KEM_PUBLIC];
        key.copy_from_slice(&kem);
        ReadingKey { number: self.number, x25519: <[u8; 32]>::from(x25519).into(), kem: key.into() }
    }

    /// The 64 secret bytes: X25519 key, then X-Wing seed. Keep them in an encrypted store only.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 64]> {
        let mut out = Zeroizing::new([0; 64]);
        out[..32].copy_from_slice(&self.x25519.to_bytes());
        out[32..].copy_from_slice(&self.kem.to_bytes());
        out
    }

    /// Restores a key from [`ReadingSecret::to_bytes`]; `None` if the bytes are not a valid key.
    #[must_use]
    pub fn from_bytes(number: u32, bytes: &[u8; 64]) -> Option<Self> {
        Some(Self {
            number,
            x25519: Deserializable::from_bytes(&bytes[..32]).ok()?,
            kem: Deserializable::from_bytes(&bytes[32..]).ok()?,
        })
    }
}

impl fmt::Debug for ReadingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReadingSecret({})", self.number)
    }
}

/// The device's X25519 key, to which desks seal letters.
pub struct BoxKey {
    secret: <X25519HkdfSha256 as Kem>::PrivateKey,
}

/// A secret key that can open HPKE ciphertexts.
pub trait OpeningKey {
    #[doc(hidden)]
    fn x25519(&self) -> &<X25519HkdfSha256 as Kem>::PrivateKey;
}

impl OpeningKey for ReadingSecret {
    fn x25519(&self) -> &<X25519HkdfSha256 as Kem>::PrivateKey {
        &self.x25519
    }
}

impl OpeningKey for BoxKey {
    fn x25519(&self) -> &<X25519HkdfSha256 as Kem>::PrivateKey {
        &self.secret
    }
}

impl BoxKey {
    /// Restores a key from [`BoxKey::to_bytes`]; `None` if the bytes are not a valid key.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        Some(Self { secret: Deserializable::from_bytes(&bytes[..]).ok()? })
    }

    /// Generates a key from the system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self { secret: X25519HkdfSha256::gen_keypair().0 }
    }

    /// The 32-byte X25519 public key.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        X25519HkdfSha256::sk_to_pk(&self.secret).to_bytes().into()
    }

    /// The 32 secret bytes; keep them in an encrypted store only.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secret.to_bytes().into())
    }
}
