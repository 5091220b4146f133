//! A phone that somebody altered: it has the keys of an invite, and seals by itself what no phone would.

use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::cose::{self, ObjectType};
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::envelope::{EnvelopeHeader, class_bytes};
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::keys::{BoxKey, SigningKey, random};
use baqylau_protocol::seal::{self, SharedKey};
use minicbor::bytes::ByteSlice;
use miniz_oxide::deflate::compress_to_vec;

/// A phone with the keys of an invite.
pub struct Rogue {
    key: SigningKey,
    shared: SharedKey,
    manifest: Manifest,
    /// What makes it known.
    pub enrolment: Vec<u8>,
}

impl Rogue {
    /// Makes its keys.
    ///
    /// # Panics
    /// When the reading key is none.
    #[must_use]
    pub fn new(invite: &Invite, manifest: Manifest) -> Self {
        let (key, box_key) = (SigningKey::generate(), BoxKey::generate());
        let (shared, encapsulation) = SharedKey::encapsulate(&manifest.reading, manifest.mission).expect("a key");
        let enrolment = Enrolment {
            v: 1,
            mission: manifest.mission,
            certificate: invite.certificate.clone(),
            device_key: key.public(),
            box_key: box_key.public().into(),
            reading_key: manifest.reading.number,
            encapsulation: encapsulation.into(),
            nonce: random().into(),
            replaces: None,
        };
        let enrolment = enrolment.sign(&key, &SigningKey::from_seed(*invite.seed));
        Self { key, shared, manifest, enrolment }
    }

    /// An envelope of a class with a payload, however long it is before it is compressed.
    ///
    /// # Panics
    /// When it does not fit the class.
    #[must_use]
    pub fn envelope(&self, seq: u64, prev: Hash, class: u8, payload: &[u8]) -> Vec<u8> {
        let mission = self.manifest.mission;
        let device = DeviceId::of(Hash::of(&self.enrolment));
        let to = self.manifest.reading.number;
        let header = EnvelopeHeader { v: 1, mission, device, seq, prev, class, to, blobs: None, recipient: None };
        let header = cbor::encode(&header);
        let mut plain = compress_to_vec(&cose::sign(ObjectType::Report, &self.key, &header, payload), 9);
        plain.push(0x80);
        let whole = |plain: &[u8]| {
            let sealed = seal::seal(&self.manifest.reading.x25519, &self.shared, mission, &header, plain);
            let sealed = sealed.expect("seals");
            let body = (<&ByteSlice>::from(&header[..]), <&ByteSlice>::from(&sealed[..]));
            cose::sign(ObjectType::Envelope, &self.key, &[], &cbor::encode(&body))
        };
        let missing = class_bytes(class).checked_sub(whole(&plain).len()).expect("it fits");
        plain.resize(plain.len() + missing, 0);
        // The heads of what grew may have grown too.
        let over = whole(&plain).len() - class_bytes(class);
        plain.truncate(plain.len() - over);
        whole(&plain)
    }
}
