//! Sealing: HPKE with the parameters of sections 7 and 8 of `docs/formats.md`.

use crate::{Hash, Name, sha256};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::{X25519HkdfSha256, XWing};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, PskBundle, Serializable, setup_receiver, setup_sender};

/// What a device and the desks share since its enrolment.
#[derive(Clone, Copy)]
pub struct Shared {
    psk: Hash,
    id: Hash,
}

impl Shared {
    /// A new one, with the encapsulation that tells it to whoever has the reading key.
    ///
    /// # Panics
    /// When the key is none.
    #[must_use]
    pub fn new(reading: &[u8], mission: Name) -> (Self, Vec<u8>) {
        let key = <XWing as Kem>::PublicKey::from_bytes(reading).expect("a key");
        let info = [b"baqylau/1/enrol", &mission[..]].concat();
        let sender = setup_sender::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeS::Base, &key, &info);
        let (encapsulation, context) = sender.expect("it encapsulates");
        let encapsulation = encapsulation.to_bytes().to_vec();
        let mut psk = [0; 32];
        context.export(b"baqylau/1/psk", &mut psk).expect("it exports");
        (Self { psk, id: sha256(&encapsulation) }, encapsulation)
    }

    /// The one that an encapsulation tells, to who has a desk's reading key: 64 bytes, as it is kept.
    ///
    /// # Panics
    /// When it is for another key.
    #[must_use]
    pub fn of(secret: &[u8; 64], encapsulation: &[u8], mission: Name) -> Self {
        let key = <XWing as Kem>::PrivateKey::from_bytes(&secret[32..]).expect("a key");
        let sent = <XWing as Kem>::EncappedKey::from_bytes(encapsulation).expect("an encapsulation");
        let info = [b"baqylau/1/enrol", &mission[..]].concat();
        let receiver = setup_receiver::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeR::Base, &key, &sent, &info);
        let mut psk = [0; 32];
        receiver.expect("it is for this key").export(b"baqylau/1/psk", &mut psk).expect("it exports");
        Self { psk, id: sha256(encapsulation) }
    }

    /// Seals to an X25519 key.
    ///
    /// # Panics
    /// When the key is none.
    #[must_use]
    pub fn seal(&self, to: &Hash, mission: Name, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to).expect("a key");
        let info = [b"baqylau/1/seal", &mission[..]].concat();
        let psk = OpModeS::Psk(PskBundle::new(&self.psk, &self.id).expect("a key"));
        let sender = setup_sender::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(&psk, &key, &info);
        let (sent, mut context) = sender.expect("it seals");
        [sent.to_bytes().to_vec(), context.seal(plain, aad).expect("it seals")].concat()
    }
}
