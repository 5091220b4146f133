//! Certificates, invites and enrolments.

use super::support::Dice;
use baqylau_protocol::certificate::{Certificate, CertificateError, Invite, InviteError, Role};
use baqylau_protocol::cose::{self, CoseError, ObjectType};
use baqylau_protocol::enrolment::{Enrolled, Enrolment};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, SubjectId};
use baqylau_protocol::keys::{KEM_SEALED, SigningKey};
use baqylau_protocol::{cbor, wire};

const MISSION: MissionId = MissionId([1; 16]);
const ELSEWHERE: MissionId = MissionId([2; 16]);

fn issuer() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

fn invite_key() -> SigningKey {
    SigningKey::from_seed([2; 32])
}

fn device_key() -> SigningKey {
    SigningKey::from_seed([3; 32])
}

fn stranger() -> SigningKey {
    SigningKey::from_seed([4; 32])
}

fn certificate() -> Certificate {
    Certificate {
        v: 1,
        mission: MISSION,
        subject: SubjectId([5; 16]),
        role: Role::Observer,
        key: invite_key().public(),
        expires: 1_000,
        holder: Hash([6; 32]),
    }
}

fn enrolment(certificate: &[u8]) -> Enrolment {
    Enrolment {
        v: 1,
        mission: MISSION,
        certificate: certificate.to_vec().into(),
        device_key: device_key().public(),
        box_key: [6; 32].into(),
        reading_key: 1,
        encapsulation: [7; KEM_SEALED].into(),
        nonce: [8; 16].into(),
        replaces: None,
    }
}

#[test]
fn certificate_not_signed_by_the_issuer_is_refused() {
    let bytes = certificate().sign(&issuer());
    let both = [stranger().public(), issuer().public()];
    assert_eq!(Certificate::open(&bytes, &both, MISSION).unwrap(), (certificate(), issuer().public()));
    let forged = certificate().sign(&stranger());
    let refused = Err(CertificateError::Cose(CoseError::Signature(ObjectType::Certificate)));
    assert_eq!(Certificate::open(&forged, &[issuer().public()], MISSION), refused);
    let elsewhere = Certificate::open(&bytes, &[issuer().public()], ELSEWHERE);
    assert_eq!(elsewhere, Err(CertificateError::Mission { found: MISSION }));
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 0x04;
        assert!(Certificate::open(&altered, &[issuer().public()], MISSION).is_err(), "byte {at}");
    }
    // A signature by the issuer over another type of object is not a certificate.
    let other = cose::sign(ObjectType::Standing, &issuer(), &[], &cbor::encode(&certificate()));
    assert!(Certificate::open(&other, &[issuer().public()], MISSION).is_err());
}

#[test]
fn enrolment_needs_all_three_signatures() {
    let signed = certificate().sign(&issuer());
    let bytes = enrolment(&signed).sign(&device_key(), &invite_key());
    let open = |bytes: &[u8]| Enrolled::open(bytes, &[issuer().public()], MISSION);
    let good = open(&bytes).unwrap();
    assert_eq!(good.hash, Hash::of(&bytes));
    assert_eq!(good.device, DeviceId::of(good.hash));
    assert_eq!((good.subject, good.role, good.expires), (SubjectId([5; 16]), Role::Observer, 1_000));
    assert_eq!(good.enrolment, enrolment(&signed));
    good.in_time(1_000).unwrap();
    assert_eq!(good.in_time(1_001), Err(CertificateError::Expired));

    open(&enrolment(&signed).sign(&stranger(), &invite_key())).unwrap_err();
    open(&enrolment(&signed).sign(&device_key(), &stranger())).unwrap_err();
    let forged = certificate().sign(&stranger());
    open(&enrolment(&forged).sign(&device_key(), &invite_key())).unwrap_err();
    // Somebody else's certificate with the device's own key.
    let mut own = certificate();
    own.key = stranger().public();
    open(&enrolment(&own.sign(&stranger())).sign(&device_key(), &stranger())).unwrap_err();
    let mut elsewhere = enrolment(&signed);
    elsewhere.mission = ELSEWHERE;
    let refused = Err(CertificateError::Mission { found: ELSEWHERE });
    assert_eq!(open(&elsewhere.sign(&device_key(), &invite_key())), refused);
    let refused = Err(CertificateError::Mission { found: MISSION });
    assert_eq!(Enrolled::open(&bytes, &[issuer().public()], ELSEWHERE), refused);
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 0x40;
        assert!(open(&altered).is_err(), "byte {at}");
        assert!(open(&bytes[..at]).is_err(), "{at} bytes");
    }
}

#[test]
fn invite_text_round_trips_and_damage_is_named() {
    let invite = Invite {
        v: 1,
        root: issuer().public().into(),
        servers: vec!["https://a.example".into(), "https://b.example:8443".into()],
        tls_roots: vec![vec![1; 300].into()],
        seed: [0xcd; 32].into(),
        certificate: certificate().sign(&issuer()).into(),
        name: "Әлия Ж.".into(),
        team: "T047".into(),
        role: "sto".into(),
        replaces: None,
    };
    let of = |invite: &Invite, key: &SigningKey| {
        let certificate = Certificate { holder: invite.holder(), key: key.public(), ..certificate() };
        Invite { certificate: certificate.sign(&issuer()).into(), ..invite.clone() }
    };
    let seeded = SigningKey::from_seed([0xcd; 32]);
    let invite = of(&invite, &seeded);
    let text = invite.to_text();
    assert_eq!(Invite::from_text(&text).unwrap(), invite);
    assert_eq!(Invite::from_text(&format!("  {text}\n")).unwrap(), invite);
    assert_eq!(invite.mission(), MissionId::of(issuer().public()));
    let shown = format!("{invite:?}");
    assert!(!shown.contains("205, 205") && !shown.contains("Әлия") && !shown.contains("T047"), "{shown}");
    for other in ["", "hello", "https://a.example/BAQYLAU1:", "BAQYLAU2:AAAA", "baqylau1:AAAA"] {
        assert_eq!(Invite::from_text(other), Err(InviteError::NotOne), "{other}");
    }
    for cut in "BAQYLAU1:".len()..text.len() {
        assert!(matches!(Invite::from_text(&text[..cut]), Err(InviteError::Damaged(_))), "{cut} characters");
    }
    let another = |other: Invite| assert!(matches!(Invite::from_text(&other.to_text()), Err(InviteError::Damaged(_))));
    another(Invite { role: "head".into(), ..invite.clone() });
    another(Invite { servers: vec!["https://c.example".into()], ..invite.clone() });
    another(of(&invite, &stranger()));
    let mut dice = Dice(6);
    for _ in 0..500 {
        let length = dice.below(200);
        let noise = data_encoding::BASE64URL_NOPAD.encode(&dice.bytes(length));
        assert!(Invite::from_text(&format!("BAQYLAU1:{noise}")).is_err());
    }
}

#[test]
fn read_request_not_signed_by_the_device_is_refused() {
    let request = wire::ReadRequest {
        v: 1,
        mission: MISSION,
        device: DeviceId([1; 16]),
        challenge: [3; 40].into(),
        asks: "/v1/log?from=0".into(),
    };
    let bytes = request.sign(&device_key());
    assert_eq!(wire::ReadRequest::peek(&bytes).unwrap(), request);
    wire::ReadRequest::verify(&bytes, &device_key().public()).unwrap();
    wire::ReadRequest::verify(&bytes, &stranger().public()).unwrap_err();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 0x08;
        assert!(wire::ReadRequest::verify(&altered, &device_key().public()).is_err(), "byte {at}");
    }
}

#[test]
fn hostile_request_bodies_are_refused_without_allocating() {
    for body in [
        &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..],
        &[0x81, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[],
    ] {
        assert!(cbor::decode_request::<wire::Upload>(body).is_err());
        assert!(cbor::decode_request::<wire::LogPage>(body).is_err());
    }
    let mut dice = Dice(9);
    for _ in 0..20_000 {
        let length = dice.below(40);
        let noise = dice.bytes(length);
        let _: Result<wire::Verdicts, _> = cbor::decode(&noise, "verdicts");
        if let Ok(upload) = cbor::decode_request::<wire::Upload>(&noise) {
            assert!(upload.objects.len() <= noise.len());
        }
    }
}
