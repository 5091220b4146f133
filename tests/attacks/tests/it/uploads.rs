//! Attachments that belong to others.

use crate::it::support::{Attacker, mission};
use baqylau_attacks::device::Device;
use baqylau_attacks::envelope::Letterhead;
use baqylau_attacks::line::Answer;
use baqylau_attacks::{Hash, cose, hex, random, sha256};
use baqylau_tests::now;
use data_encoding::BASE64URL_NOPAD;

/// The victim's attachment, and its envelope in the log.
struct Named {
    attacker: Attacker,
    victim: Device,
    rogue: Device,
    bytes: Vec<u8>,
    envelope: Hash,
    _world: baqylau_tests::World,
}

impl Named {
    fn new() -> Self {
        let mut world = mission();
        let (attacker, invite) = Attacker::new(&mut world);
        let victim = attacker.member(&invite);
        let rogue = attacker.member(&baqylau_attacks::invite::Invite::read(&world.invite("p007")));
        let bytes = vec![7; 1_000];
        let blobs = [(sha256(&bytes), 1_000)];
        let payload = victim.report(&attacker.published, "incident", "T003-01", now());
        let head = Letterhead { blobs: &blobs, ..victim.head(1, victim.first()) };
        let envelope = victim.seal(&head, cose::REPORT, &payload);
        assert!(attacker.upload(&[&envelope])[0].is_ok());
        Self { attacker, victim, rogue, envelope: sha256(&envelope), bytes, _world: world }
    }

    /// Shows a permit with a token at the place of a device.
    fn show(&self, device: &Device, permit: &[u8], token: &Hash) -> Answer {
        let path = format!("POST /v1/blobs/{}/{}", hex(&device.id), hex(&sha256(&self.bytes)));
        self.attacker.line.ask(&path, &[bearer(token)], permit).expect("an answer")
    }

    fn send(&self, device: &Device, token: &Hash, bytes: &[u8]) -> Answer {
        let path = format!("POST /v1/blobs/{}/{}/at/0", hex(&device.id), hex(&sha256(&self.bytes)));
        self.attacker.line.ask(&path, &[bearer(token)], bytes).expect("an answer")
    }
}

fn bearer(token: &Hash) -> String {
    format!("authorization: Bearer {}", BASE64URL_NOPAD.encode(token))
}

#[test]
fn nobody_but_its_device_permits_an_attachment() {
    let it = Named::new();
    let token: Hash = random();
    let blobs = [(sha256(&it.bytes), 1_000)];
    let longer = [(sha256(&it.bytes), 2_000)];
    let other = [(sha256(b"another"), 1_000)];
    let mut elsewhere = it.victim.permit(it.envelope, &blobs, &token);
    let end = elsewhere.len() - 1;
    elsewhere[end] ^= 1;
    let nowhere = it.attacker.line.status(&format!("POST /v1/blobs/{}/{}", hex(&[9; 16]), hex(&[9; 32])), b"");
    assert_eq!(nowhere, 404);
    let permits = [
        ("of the rogue for the victim's envelope", it.rogue.permit(it.envelope, &blobs, &token)),
        ("of another length", it.victim.permit(it.envelope, &longer, &token)),
        ("of another file", it.victim.permit(it.envelope, &other, &token)),
        ("of an envelope that is not there", it.victim.permit([9; 32], &blobs, &token)),
        ("for another token", it.victim.permit(it.envelope, &blobs, &random())),
        ("with another signature", elsewhere),
        ("that is none", b"junk".to_vec()),
        ("left off", Vec::new()),
    ];
    for (name, permit) in permits {
        for device in [&it.victim, &it.rogue] {
            let answer = it.show(device, &permit, &token);
            assert_eq!((answer.status, answer.body.len()), (404, it.show(device, b"", &random()).body.len()), "{name}");
        }
        assert_eq!(it.send(&it.victim, &token, &it.bytes).status, 404, "{name}");
    }
    let good = it.victim.permit(it.envelope, &blobs, &token);
    assert_eq!(it.show(&it.victim, &good, &token).status, 200, "and the victim's opens its place");
    assert_eq!(it.send(&it.victim, &random(), &it.bytes).status, 404, "with its token only");
    let sent = it.send(&it.victim, &token, &it.bytes);
    let have = baqylau_attacks::cbor::Value::decode(&sent.body).expect("what is there");
    assert_eq!((have.items()[0].uint(), have.items().len()), (1_000, 2), "whole, and proved");
}

#[test]
fn who_names_anothers_attachment_has_a_place_of_their_own() {
    let it = Named::new();
    let blobs = [(sha256(&it.bytes), 7)];
    let head = Letterhead { blobs: &blobs, ..it.rogue.head(1, it.rogue.first()) };
    let payload = it.rogue.report(&it.attacker.published, "incident", "T004-01", now());
    let envelope = it.rogue.seal(&head, cose::REPORT, &payload);
    assert!(it.attacker.upload(&[&envelope])[0].is_ok());
    let token: Hash = random();
    let permit = it.rogue.permit(sha256(&envelope), &blobs, &token);
    assert_eq!(it.show(&it.victim, &permit, &token).status, 404, "not the victim's place");
    assert_eq!(it.show(&it.rogue, &permit, &token).status, 200);
    assert_eq!(it.send(&it.rogue, &token, &it.bytes).status, 409, "nor longer than it said");
    let sent = it.send(&it.rogue, &token, &[1; 7]);
    let have = baqylau_attacks::cbor::Value::decode(&sent.body).expect("what is there");
    assert_eq!(have.items()[0].uint(), 0, "other bytes than it named are dropped");
    let own: Hash = random();
    let permit = it.victim.permit(it.envelope, &[(sha256(&it.bytes), 1_000)], &own);
    assert_eq!(it.show(&it.victim, &permit, &own).status, 200);
    let sent = it.send(&it.victim, &own, &it.bytes);
    assert_eq!(baqylau_attacks::cbor::Value::decode(&sent.body).expect("it").items()[0].uint(), 1_000);
}
