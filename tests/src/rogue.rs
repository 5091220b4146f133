//! A phone that somebody altered: it has the keys of an invite, and seals by itself what no phone would. And a desk that made itself, with
//! the issuer's key of one that was stolen.

use baqylau_desk::workspace::keys::DeskKeys;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::{Certificate, Invite, Role};
use baqylau_protocol::cose::{self, ObjectType};
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::envelope::{EnvelopeHeader, class_bytes};
use baqylau_protocol::ids::{DeviceId, Hash, SubjectId};
use baqylau_protocol::keys::{BoxKey, SigningKey, random};
use baqylau_protocol::seal::{self, SharedKey};
use baqylau_protocol::standing::{StandingDecision, StandingRecord};
use baqylau_protocol::statement::SignedStatement;
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
        let (shared, encapsulation) = SharedKey::encapsulate(manifest.reading_key(), manifest.mission).expect("a key");
        let enrolment = Enrolment {
            v: 1,
            mission: manifest.mission,
            certificate: invite.certificate.clone(),
            device_key: key.public(),
            box_key: box_key.public().into(),
            reading_key: manifest.reading_key().number,
            encapsulation: encapsulation.into(),
            nonce: random().into(),
            replaces: None,
        };
        let enrolment = enrolment.sign(&key, &SigningKey::from_seed(*invite.seed));
        Self { key, shared, manifest, enrolment }
    }

    /// A desk that nobody let be one but the issuer's key.
    ///
    /// # Panics
    /// When the reading key is none.
    #[must_use]
    pub fn desk(issuer: &SigningKey, manifest: Manifest) -> Self {
        let key = SigningKey::generate();
        let (mission, subject, holder) = (manifest.mission, SubjectId(random()), Hash(random()));
        let (role, expires) = (Role::Desk, i64::MAX);
        let certificate = Certificate { v: 1, mission, subject, role, key: key.public(), expires, holder };
        let invite = Invite {
            v: 1,
            root: key.public().into(),
            servers: Vec::new(),
            tls_roots: Vec::new(),
            seed: (*key.seed()).into(),
            certificate: certificate.sign(issuer).into(),
            name: String::new(),
            team: String::new(),
            role: String::new(),
            replaces: None,
        };
        Self::new(&invite, manifest)
    }

    /// Whoever has the keys of a desk's folder, whatever program they run.
    ///
    /// # Panics
    /// When the keys are none.
    #[must_use]
    pub fn with(keys: &DeskKeys, manifest: Manifest) -> Self {
        let kept = serde_json::to_value(&keys.identity).expect("JSON");
        let bytes = |name: &str| -> Vec<u8> { serde_json::from_value(kept[name].clone()).expect("bytes") };
        let part = |name| <[u8; 32]>::try_from(bytes(name)).expect("32 bytes");
        let shared = SharedKey::from_parts(part("shared"), Hash(part("shared_id")));
        Self { key: SigningKey::from_seed(keys.device), shared, manifest, enrolment: bytes("enrolment") }
    }

    /// What everybody knows it by.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        DeviceId::of(Hash::of(&self.enrolment))
    }

    /// A record of standings.
    #[must_use]
    pub fn decide(&self, decision: StandingDecision) -> Vec<u8> {
        let (mission, desk, decisions) = (self.manifest.mission, self.device(), vec![decision]);
        StandingRecord { v: 1, mission, desk, at: 0, by_hand: true, decisions }.sign(&self.key)
    }

    /// Signs a statement, whatever it says.
    pub fn sign_statement(&self, statement: &mut SignedStatement) {
        statement.sign(self.enrolment.clone(), &self.key);
    }

    /// An envelope of a class with a payload, however long it is before it is compressed.
    ///
    /// # Panics
    /// When it does not fit the class.
    #[must_use]
    pub fn envelope(&self, seq: u64, prev: Hash, class: u8, payload: &[u8]) -> Vec<u8> {
        self.sealed(ObjectType::Report, seq, prev, class, payload)
    }

    /// An envelope with something else than a report in it.
    ///
    /// # Panics
    /// When it does not fit the class.
    #[must_use]
    pub fn sealed(&self, kind: ObjectType, seq: u64, prev: Hash, class: u8, payload: &[u8]) -> Vec<u8> {
        let mission = self.manifest.mission;
        let device = self.device();
        let to = self.manifest.reading_key().number;
        let header = EnvelopeHeader { v: 1, mission, device, seq, prev, class, to, blobs: None, recipient: None };
        let header = cbor::encode(&header);
        let mut plain = compress_to_vec(&cose::sign(kind, &self.key, &header, payload), 9);
        plain.push(0x80);
        let whole = |plain: &[u8]| {
            let sealed = seal::seal(&self.manifest.reading_key().x25519, &self.shared, mission, &header, plain);
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
