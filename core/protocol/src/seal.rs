//! Sealing to a public key: HPKE (RFC 9180) in PSK mode with X25519, HKDF-SHA256 and ChaCha20-Poly1305.
//!
//! The pre-shared key is exported from one X-Wing encapsulation at enrolment. Recorded traffic thus stays confidential
//! if X25519 is broken later, at a cost of only 48 bytes per envelope.

use crate::ids::{Hash, MissionId};
use crate::keys::{KEM_SEALED, OpeningKey, ReadingKey, ReadingSecret};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::{X25519HkdfSha256, XWing};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, PskBundle, Serializable};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes that sealing adds: the encapsulated key (32) and the tag (16).
pub const OVERHEAD: usize = 32 + 16;

/// Why something cannot be sealed or opened. Deliberately gives no further detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not a valid public key or encapsulation.
    #[error("the key is invalid")]
    Key,
    /// Sealed to another key or by another device, or altered.
    #[error("it was sealed to another key or by another device, or altered")]
    Open,
}

/// The pre-shared key that a device and the desks derive at enrolment. `Debug` shows only its public id.
#[derive(Clone)]
pub struct SharedKey {
    key: Zeroizing<[u8; 32]>,
    id: Hash,
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedKey({})", self.id)
    }
}

fn info(mission: MissionId) -> Vec<u8> {
    [b"baqylau/1/seal".as_slice(), &mission.0].concat()
}

const KEM_INFO: &[u8] = b"baqylau/1/enrol";
const EXPORT: &[u8] = b"baqylau/1/psk";

impl SharedKey {
    /// On the device: makes a new key and the encapsulation from which the desk derives the same one.
    ///
    /// # Errors
    /// [`SealError::Key`] if the reading key is invalid.
    pub fn encapsulate(reading: &ReadingKey, mission: MissionId) -> Result<(Self, [u8; KEM_SEALED]), SealError> {
        let public = <XWing as Kem>::PublicKey::from_bytes(&reading.kem[..]).map_err(|_| SealError::Key)?;
        let info = [KEM_INFO, &mission.0].concat();
        let (sealed, context) =
            hpke::setup_sender::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeS::Base, &public, &info)
                .map_err(|_| SealError::Key)?;
        let mut bytes = [0; KEM_SEALED];
        bytes.copy_from_slice(&sealed.to_bytes());
        let mut key = Zeroizing::new([0; 32]);
        context.export(EXPORT, &mut *key).map_err(|_| SealError::Key)?;
        Ok((Self { key, id: Hash::of(&bytes) }, bytes))
    }

    /// At the desk: derives the key from an encapsulation.
    ///
    /// # Errors
    /// [`SealError`] if it was not made for this reading key.
    pub fn decapsulate(
        secret: &ReadingSecret,
        sealed: &[u8; KEM_SEALED],
        mission: MissionId,
    ) -> Result<Self, SealError> {
        let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(sealed).map_err(|_| SealError::Key)?;
        let info = [KEM_INFO, &mission.0].concat();
        let context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &secret.kem,
            &encapsulated,
            &info,
        )
        .map_err(|_| SealError::Open)?;
        let mut key = Zeroizing::new([0; 32]);
        context.export(EXPORT, &mut *key).map_err(|_| SealError::Key)?;
        Ok(Self { key, id: Hash::of(sealed) })
    }

    /// The secret key and its public id; keep the key in an encrypted store only.
    #[must_use]
    pub fn to_parts(&self) -> (Zeroizing<[u8; 32]>, Hash) {
        (self.key.clone(), self.id)
    }

    /// Restores a key from [`SharedKey::to_parts`].
    #[must_use]
    pub fn from_parts(key: [u8; 32], id: Hash) -> Self {
        Self { key: Zeroizing::new(key), id }
    }

    fn bundle(&self) -> PskBundle<'_> {
        PskBundle::new(&*self.key, &self.id.0).expect("neither key nor id is empty")
    }
}

/// Seals `plain` to an X25519 key; returns the encapsulated key, the ciphertext and its tag. `aad` is authenticated,
/// not contained.
///
/// # Errors
/// [`SealError::Key`] if the recipient's key is invalid.
pub fn seal(
    to: &[u8; 32],
    shared: &SharedKey,
    mission: MissionId,
    aad: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, SealError> {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&to[..]).map_err(|_| SealError::Key)?;
    let (key, mut context) = hpke::setup_sender::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Psk(shared.bundle()),
        &public,
        &info(mission),
    )
    .map_err(|_| SealError::Key)?;
    let mut out = key.to_bytes().to_vec();
    out.extend(context.seal(plain, aad).map_err(|_| SealError::Key)?);
    Ok(out)
}

/// Decrypts what [`seal`] returned, with the same `aad`.
///
/// # Errors
/// [`SealError::Open`] if it was sealed to another key or by another device, or altered.
pub fn unseal(
    secret: &impl OpeningKey,
    shared: &SharedKey,
    mission: MissionId,
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (key, text) = sealed.split_at_checked(32).ok_or(SealError::Open)?;
    let key = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(key).map_err(|_| SealError::Open)?;
    let mut context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Psk(shared.bundle()),
        secret.x25519(),
        &key,
        &info(mission),
    )
    .map_err(|_| SealError::Open)?;
    context.open(text, aad).map(Zeroizing::new).map_err(|_| SealError::Open)
}
