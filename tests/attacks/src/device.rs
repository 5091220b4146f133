//! A device of the mission, a phone's or a desk's, in the hands of somebody who altered its program.

use crate::cbor::{Value, list};
use crate::cose::{self, Key};
use crate::envelope::Letterhead;
use crate::invite::{Invite, Published};
use crate::seal::Shared;
use crate::{Hash, Name, answers, name, random, sha256};
use data_encoding::BASE64URL_NOPAD;

/// A device with its keys.
pub struct Device {
    /// The mission.
    pub mission: Name,
    /// Its name.
    pub id: Name,
    /// What it signs with.
    pub key: Key,
    /// What makes it known.
    pub enrolment: Vec<u8>,
    /// What it shares with the desks.
    pub shared: Shared,
    /// What it seals to: number and X25519 key.
    pub reading: (u64, Hash),
}

impl Device {
    /// Enrols with an invite, by what the mission published.
    #[must_use]
    pub fn new(invite: &Invite, published: &Published) -> Self {
        let (key, invite_key) = (Key::new(), Key::of(invite.seed));
        Self::with(&key, &invite_key, &invite.certificate, published)
    }

    /// The same by keys and a certificate of one's own.
    ///
    /// # Panics
    /// When the manifest names no reading key.
    #[must_use]
    pub fn with(key: &Key, invite_key: &Key, certificate: &[u8], published: &Published) -> Self {
        let said = published.says();
        let (mission, reading): (Name, &Value) = (said.at(1).array(), said.at(9).items().last().expect("a key"));
        let (shared, encapsulation) = Shared::new(reading.at(2).bytes(), mission);
        let inner = Value::Map(vec![
            (0, 1_u64.into()),
            (1, mission.into()),
            (2, certificate.into()),
            (3, key.public().into()),
            (4, random::<32>().into()),
            (5, reading.at(0).clone()),
            (6, encapsulation.into()),
            (7, random::<16>().into()),
        ]);
        let inner = key.sign_value(cose::ENROLMENT[0], &inner);
        let enrolment = invite_key.sign(cose::ENROLMENT[1], &[], &inner);
        let reading = (reading.at(0).uint(), reading.at(1).array());
        Self { mission, id: name(&enrolment), key: Key::of(key.seed()), enrolment, shared, reading }
    }

    /// A desk that somebody made with an issuer's key.
    #[must_use]
    pub fn made_desk(issuer: &Key, published: &Published) -> Self {
        let (key, mission): (Key, Name) = (Key::new(), published.says().at(1).array());
        let certificate = Value::Map(vec![
            (0, 1_u64.into()),
            (1, mission.into()),
            (2, random::<16>().into()),
            (3, 1_u64.into()),
            (4, key.public().into()),
            (5, i64::MAX.into()),
            (6, random::<32>().into()),
        ]);
        Self::with(&key, &key, &issuer.sign_value(cose::CERTIFICATE, &certificate), published)
    }

    /// A desk that was stolen with all its keys; `reading` is the newest, 64 bytes.
    #[must_use]
    pub fn stolen_desk(seed: Hash, enrolment: &[u8], reading: &[u8; 64], published: &Published) -> Self {
        let said = published.says();
        let mission = said.at(1).array();
        let shared = shared_of(enrolment, reading, mission);
        let last = said.at(9).items().last().expect("a reading key");
        let to = (last.at(0).uint(), last.at(1).array());
        Self { mission, id: name(enrolment), key: Key::of(seed), enrolment: enrolment.to_vec(), shared, reading: to }
    }

    /// What the first envelope stands behind.
    #[must_use]
    pub fn first(&self) -> Hash {
        sha256(&self.enrolment)
    }

    /// The header of an envelope to the desks.
    #[must_use]
    pub fn head(&self, seq: u64, prev: Hash) -> Letterhead<'static> {
        let (mission, device, to) = (self.mission, self.id, self.reading.0);
        Letterhead { mission, device, seq, prev, to, blobs: &[], recipient: None, v: 1 }
    }

    /// Something sealed to the desks.
    #[must_use]
    pub fn seal(&self, head: &Letterhead<'_>, kind: u16, payload: &Value) -> Vec<u8> {
        head.seal((kind, &payload.encode()), &self.shared, &self.reading.1, &self.key)
    }

    /// A report in which nothing is answered, of a visit with a code.
    #[must_use]
    pub fn report(&self, published: &Published, checklist: &str, visit: &str, now: i64) -> Value {
        let (hash, definition) = published.checklist(checklist);
        let visit =
            Value::Map(vec![(0, visit.into()), (2, "somewhere".into()), (5, 0_u64.into()), (6, "phone".into())]);
        let at = list([now.into(), 0_u64.into()]);
        let clock = vec![at, 1_000_u64.into(), [7; 8].into(), Value::Simple(22), now.into()];
        Value::Map(vec![
            (0, 2_u64.into()),
            (1, version_7(now).into()),
            (2, hash.into()),
            (3, sha256(&published.manifest).into()),
            (4, visit),
            (5, clock.into()),
            (6, answers::none(&definition).into()),
            (9, "no time".into()),
        ])
    }

    /// What lets who has a token upload attachments of an envelope.
    #[must_use]
    pub fn permit(&self, envelope: Hash, blobs: &[(Hash, u64)], token: &Hash) -> Vec<u8> {
        let blob = |(hash, length): &(Hash, u64)| list([(*hash).into(), (*length).into()]);
        let permit = Value::Map(vec![
            (0, 1_u64.into()),
            (1, self.mission.into()),
            (2, self.id.into()),
            (3, envelope.into()),
            (4, blobs.iter().map(blob).collect::<Vec<_>>().into()),
            (5, list([sha256(token).into()])),
        ]);
        self.key.sign_value(cose::PERMIT, &permit)
    }

    /// A record of standings about one device: 0 confirmed, 1 contested, 2 revoked.
    #[must_use]
    pub fn decide(&self, about: Name, standing: u64) -> Vec<u8> {
        let decision = list([about.into(), standing.into(), 0_u64.into()]);
        let record = Value::Map(vec![
            (0, 1_u64.into()),
            (1, self.mission.into()),
            (2, self.id.into()),
            (3, 0_u64.into()),
            (4, crate::cbor::bool(true)),
            (5, list([decision])),
        ]);
        self.key.sign_value(cose::STANDINGS, &record)
    }

    /// What a desk asks with: the value of `Authorization` for a path, by a challenge of the server.
    #[must_use]
    pub fn asks(&self, path: &str, challenge: &[u8]) -> String {
        let request = Value::Map(vec![
            (0, 1_u64.into()),
            (1, self.mission.into()),
            (2, self.id.into()),
            (3, challenge.into()),
            (4, path.into()),
        ]);
        format!("Baqylau {}", BASE64URL_NOPAD.encode(&self.key.sign_value(cose::REQUEST, &request)))
    }

    /// A letter to a phone, by a desk that has a reading key: it opens what the phone's enrolment tells.
    #[must_use]
    pub fn letter(&self, to: &[u8], reading: &[u8; 64], (seq, prev): (u64, Hash), letter: &Value) -> Vec<u8> {
        let inner = inner(to);
        let head = Letterhead { to: 0, recipient: Some(name(to)), ..self.head(seq, prev) };
        let shared = shared_of(to, reading, self.mission);
        head.seal((cose::LETTER, &letter.encode()), &shared, &inner.at(4).array(), &self.key)
    }
}

/// A letter with words, and with a copy of a report where there is one.
#[must_use]
pub fn letter(text: &str, copy: Option<Vec<u8>>) -> Value {
    let at = list([1_700_000_000_000_u64.into(), 0_u64.into()]);
    let mut letter = Value::Map(vec![(0, 1_u64.into()), (1, text.into()), (3, Vec::<Value>::new().into()), (4, at)]);
    if let Some(copy) = copy {
        letter.put(5, copy);
    }
    letter
}

/// What an enrolment says inside.
fn inner(enrolment: &[u8]) -> Value {
    // The payload of the outer object is the inner one, which is no data item that ends with it.
    let body = enrolment.get(11..enrolment.len() - 66).expect("a signed object");
    let Some(Value::Bytes(inner)) = Value::decode(body) else { panic!("no enrolment") };
    cose::payload(&inner)
}

fn shared_of(enrolment: &[u8], reading: &[u8; 64], mission: Name) -> Shared {
    Shared::of(reading, inner(enrolment).at(6).bytes(), mission)
}

/// A report's id: UUID version 7.
fn version_7(now: i64) -> Name {
    let mut id: Name = random();
    id[..6].copy_from_slice(&now.to_be_bytes()[2..]);
    id[6] = id[6] & 0x0f | 0x70;
    id[8] = id[8] & 0x3f | 0x80;
    id
}
