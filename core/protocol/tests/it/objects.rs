//! Random objects of every kind that `docs/formats.md` describes and this crate reads, with integers and lengths at their edges, and what
//! its decoders say of bytes in their place.

use super::mutations::altered;
use super::support::Dice;
use baqylau_protocol::authority::{DeskTerm, IssuerTerm, LogEpoch, Reinstatement, VouchedHead};
use baqylau_protocol::bundle::{BundlePart, MAX_NAMED, MAX_PARTS, MAX_REINSTATED, Manifest, PartKind};
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::{Certificate, Invite, Role};
use baqylau_protocol::checkpoint::NoteKey;
use baqylau_protocol::comparison::ForkProof;
use baqylau_protocol::cose::{self, ObjectType, head_length};
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::envelope::{Blob, Envelope, EnvelopeHeader, MAX_BLOBS, MAX_CLASS, class_bytes};
use baqylau_protocol::handover::KeyHandover;
use baqylau_protocol::ids::{MissionId, PublicKey, SubjectId};
use baqylau_protocol::keys::{ReadingKey, SigningKey};
use baqylau_protocol::notice::{MAX_ROWS, ReadNotice};
use baqylau_protocol::permit::{MAX_TOKENS, UploadPermit};
use baqylau_protocol::receipt::{AttachmentProof, MAX_PATH, Receipt, TreeHead};
use baqylau_protocol::root::{JointManifest, RootStatement};
use baqylau_protocol::standing::{MAX_DECISIONS, Standing, StandingDecision, StandingRecord};
use baqylau_protocol::wire::ReadRequest;
use minicbor::bytes::{ByteArray, ByteVec};
use std::sync::LazyLock;

/// Signs everything here.
static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_seed([1; 32]));

/// The mission whose root it is.
pub static MISSION: LazyLock<MissionId> = LazyLock::new(|| MissionId::of(KEY.public()));

/// A kind of object.
pub struct Kind {
    /// By which the program in Python knows it.
    pub name: &'static str,
    /// The encoding of a random one, now and then with one item too many.
    pub make: fn(&mut Dice) -> Vec<u8>,
    /// Whether this crate takes such bytes. Of what is only carried, whether it would have written them.
    pub takes: fn(&[u8]) -> bool,
}

impl Kind {
    /// One with a single fault; now and then it is none.
    pub fn altered(&self, dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
        match self.name {
            "envelope" if dice.below(4) > 0 => {
                let (header, _): (ByteVec, ByteVec) = minicbor::decode(bytes).expect("made here");
                let class = (0..=MAX_CLASS).find(|class| class_bytes(*class) >= bytes.len()).expect("a class");
                envelope(&altered(dice, &header), class)
            }
            _ => altered(dice, bytes),
        }
    }
}

/// Those that are signed or checked as strictly; the others are in [`super::bodies`].
pub const SIGNED: [Kind; 15] = [
    Kind {
        name: "manifest",
        make: |d| cbor::encode(&manifest(d)),
        takes: |b| Manifest::open(&signed(ObjectType::Manifest, b), KEY.public()).is_ok(),
    },
    Kind { name: "root statement", make: root_statement, takes: |b| RootStatement::decode(b).is_ok() },
    Kind {
        name: "joint manifest",
        make: |d| {
            let signatures: Vec<(u8, ByteArray<64>)> = d.list(16, |d| (d.up_to(255), d.array()));
            cbor::encode(&(ByteVec::from(root_statement(d)), d.string(), signatures))
        },
        takes: |b| JointManifest::read_statement(b).is_ok(),
    },
    Kind {
        name: "certificate",
        make: |d| cbor::encode(&certificate(d)),
        takes: |b| Certificate::open(&signed(ObjectType::Certificate, b), &[KEY.public()], *MISSION).is_ok(),
    },
    Kind { name: "invite", make: |d| cbor::encode(&invite(d)), takes: |b| cbor::decode::<Invite>(b, "invite").is_ok() },
    Kind {
        name: "enrolment",
        make: |d| cbor::encode(&enrolment(d)),
        takes: |b| cbor::decode::<Enrolment>(b, "enrolment").is_ok(),
    },
    Kind {
        name: "envelope",
        make: |d| {
            let mut header = header(d);
            let needed = cbor::encode(&header).len() + 150;
            let smallest = (0..=MAX_CLASS).find(|class| class_bytes(*class) >= needed).expect("a class");
            header.class = (smallest + d.up_to::<u8>(1)).min(MAX_CLASS);
            envelope(&cbor::encode(&header), header.class)
        },
        takes: |b| Envelope::parse(&signed(ObjectType::Envelope, b), *MISSION).is_ok(),
    },
    Kind {
        name: "tree head",
        make: |d| {
            let (size, root, time) = (d.number(), d.hash(), d.time());
            cbor::encode(&TreeHead { v: 1, mission: *MISSION, size, root, time })
        },
        takes: |b| TreeHead::open(&signed(ObjectType::TreeHead, b), &[KEY.public()], *MISSION).is_ok(),
    },
    Kind { name: "receipt", make: |d| cbor::encode(&receipt(d)), takes: |b| Receipt::from_bytes(b).is_ok() },
    Kind {
        name: "record of standings",
        make: |d| cbor::encode(&standings(d)),
        takes: |b| StandingRecord::open(&signed(ObjectType::Standing, b), &KEY.public(), *MISSION).is_ok(),
    },
    Kind {
        name: "read notice",
        make: |d| cbor::encode(&notice(d)),
        takes: |b| ReadNotice::open(&signed(ObjectType::Notice, b), &KEY.public(), *MISSION).is_ok(),
    },
    Kind {
        name: "permit",
        make: |d| {
            let (device, envelope, blobs) = (d.device(), d.hash(), blobs(d));
            let tokens = d.list(MAX_TOKENS, Dice::hash);
            cbor::encode(&UploadPermit { v: 1, mission: *MISSION, device, envelope, blobs, tokens })
        },
        takes: |b| UploadPermit::open(&signed(ObjectType::Permit, b), &KEY.public()).is_ok(),
    },
    Kind {
        name: "proof of an attachment",
        make: |d| {
            let (hash, length, device) = (d.hash(), d.number(), d.device());
            cbor::encode(&AttachmentProof { v: 1, mission: *MISSION, hash, length, device })
        },
        takes: |b| cbor::decode::<AttachmentProof>(b, "proof of an attachment").is_ok(),
    },
    Kind {
        name: "request to read",
        make: |d| {
            let (device, challenge, asks) = (d.device(), d.array(), d.text());
            cbor::encode(&ReadRequest { v: 1, mission: *MISSION, device, challenge, asks })
        },
        takes: |b| ReadRequest::peek(&signed(ObjectType::Request, b)).is_ok(),
    },
    Kind {
        name: "keys",
        make: |d| {
            let reading = d.list(MAX_NAMED, |d| (d.small(), d.array()));
            KeyHandover { v: 1, issuer: d.maybe(Dice::array), reading }.encode()
        },
        takes: |b| KeyHandover::decode(b).is_ok(),
    },
];

/// The proof that one key signed two logs, which only two logs can make otherwise.
pub const FORK: Kind = Kind {
    name: "proof of two logs",
    make: |d| {
        let (root, manifest, key) = (d.root(), d.string(), d.key());
        let sides = [(); 2].map(|()| (d.hash(), receipt(d)));
        let [one, other] = sides;
        cbor::encode(&(1u8, root, manifest, key, one, other))
    },
    takes: |b| ForkProof::decode(b).is_some(),
};

fn signed(kind: ObjectType, payload: &[u8]) -> Vec<u8> {
    cose::sign(kind, &KEY, &[], payload)
}

/// The payload of an envelope of a class around a header: what is sealed fills it.
fn envelope(header: &[u8], class: u8) -> Vec<u8> {
    let total = class_bytes(class);
    let body = |sealed: usize| cbor::encode(&(ByteVec::from(header.to_vec()), ByteVec::from(vec![7; sealed])));
    let fits = |sealed: &usize| {
        let body = 1 + head_length(header.len()) + header.len() + head_length(*sealed) + sealed;
        body + cose::overhead(body) == total
    };
    let most = total.saturating_sub(header.len());
    let sealed = (most.saturating_sub(100)..=most).find(fits).unwrap_or(48);
    body(sealed)
}

fn root_statement(d: &mut Dice) -> Vec<u8> {
    let mut keys: Vec<PublicKey> = d.list(16, Dice::key);
    if d.below(10) > 0 {
        keys.sort_unstable();
    }
    let needed: u8 = d.up_to(keys.len() as u64 + 1);
    cbor::encode(&(needed, keys))
}

/// Most often of a name that a note can have; now and then of one that it cannot, or with the key of the one before.
fn witnesses(d: &mut Dice) -> Vec<NoteKey> {
    const UNFIT: [&str; 6] = ["", "a b", "a+b", "a\u{7f}", "\u{a0}", "a\u{2028}"];
    let mut key = d.key();
    d.list(MAX_NAMED, |d| {
        let name = if d.below(100) == 0 { UNFIT[d.below(UNFIT.len())].into() } else { format!("w{}/é", d.small()) };
        if d.below(100) != 0 {
            key = d.key();
        }
        NoteKey { name, key }
    })
}

fn manifest(d: &mut Dice) -> Manifest {
    let witnesses = witnesses(d);
    let cosignatures = d.up_to::<u32>(witnesses.len() as u64) + u32::from(d.below(20) == 0);
    let before = d.list(MAX_NAMED, |d| VouchedHead { key: d.key(), size: d.number(), root: d.hash() });
    let epoch = u32::try_from(before.len()).expect("few") + u32::from(d.below(20) == 0);
    let mut number = d.up_to(300);
    let reading = d.list(MAX_NAMED, |d| {
        number += 1;
        ReadingKey { number, x25519: d.array(), kem: d.array() }
    });
    Manifest {
        v: Manifest::VERSION,
        mission: *MISSION,
        version: d.number(),
        prev: d.maybe(Dice::hash),
        issued: d.time(),
        expires: d.time(),
        issuers: d.list(MAX_NAMED, |d| IssuerTerm { key: d.key(), from: d.number(), until: d.maybe(Dice::number) }),
        log: LogEpoch { epoch, key: d.key(), before },
        tls_roots: d.list(MAX_NAMED, Dice::string),
        reading,
        servers: d.list(MAX_NAMED, Dice::text),
        parts: d.list(MAX_PARTS, |d| {
            let kind = [PartKind::Mission, PartKind::Places, PartKind::Checklist][d.below(3)];
            BundlePart { kind, name: d.text(), hash: d.hash(), size: d.number() }
        }),
        desks: d.list(MAX_NAMED, |d| DeskTerm { device: d.device(), from: d.number(), until: d.maybe(Dice::number) }),
        reinstated: d.list(MAX_REINSTATED, |d| Reinstatement { device: d.device(), before: d.number() }),
        renew_by: d.time(),
        readers: d.list(MAX_NAMED, Dice::device),
        witnesses,
        cosignatures,
    }
}

fn certificate(d: &mut Dice) -> Certificate {
    Certificate {
        v: 1,
        mission: *MISSION,
        subject: SubjectId(*d.array()),
        role: [Role::Observer, Role::Desk][d.below(2)],
        key: d.key(),
        expires: d.time(),
        holder: d.hash(),
    }
}

fn invite(d: &mut Dice) -> Invite {
    Invite {
        v: 1,
        root: d.root(),
        servers: d.list(1000, Dice::text),
        tls_roots: d.list(1000, Dice::string),
        seed: d.array(),
        certificate: d.string(),
        name: d.text(),
        team: d.text(),
        role: d.text(),
        replaces: d.maybe(Dice::device),
    }
}

fn enrolment(d: &mut Dice) -> Enrolment {
    Enrolment {
        v: 1,
        mission: *MISSION,
        certificate: d.string(),
        device_key: d.key(),
        box_key: d.array(),
        reading_key: d.small(),
        encapsulation: d.array(),
        nonce: d.array(),
        replaces: d.maybe(Dice::device),
    }
}

fn blobs(d: &mut Dice) -> Vec<Blob> {
    d.list(MAX_BLOBS, |d| Blob { hash: d.hash(), length: d.number() })
}

fn header(d: &mut Dice) -> EnvelopeHeader {
    EnvelopeHeader {
        v: 1,
        mission: *MISSION,
        device: d.device(),
        seq: d.number(),
        prev: d.hash(),
        class: 0,
        to: d.small(),
        blobs: d.maybe(blobs),
        recipient: d.maybe(Dice::device),
    }
}

pub fn receipt(d: &mut Dice) -> Receipt {
    Receipt { head: d.string(), index: d.number(), received: d.time(), path: d.list(MAX_PATH, Dice::hash) }
}

fn standings(d: &mut Dice) -> StandingRecord {
    let decision = |d: &mut Dice| StandingDecision {
        device: d.device(),
        standing: [Standing::Confirmed, Standing::Contested, Standing::Revoked][d.below(3)],
        good_seq: d.number(),
        good_hash: d.maybe(Dice::hash),
    };
    let (desk, at, by_hand) = (d.device(), d.time(), d.below(2) == 0);
    StandingRecord { v: 1, mission: *MISSION, desk, at, by_hand, decisions: d.list(MAX_DECISIONS, decision) }
}

fn notice(d: &mut Dice) -> ReadNotice {
    let rows = d.up_to(MAX_ROWS as u64 + 1);
    let (desk, at, epoch, size) = (d.device(), d.time(), d.small(), d.number());
    ReadNotice { v: 1, mission: *MISSION, desk, at, epoch, size, root: d.hash(), rows, table: d.hash() }
}
