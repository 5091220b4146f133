//! A bundle is accepted only from the root, and only forward along one line of versions.

use baqylau_protocol::authority::{DeskTerm, IssuerTerm, LogEpoch};
use baqylau_protocol::bundle::{BundleError, BundlePart, Manifest, PartKind};
use baqylau_protocol::cbor;
use baqylau_protocol::cose::{self, ObjectType};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};

pub fn root() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

pub fn manifest(version: u64, prev: Option<Hash>) -> Manifest {
    let (part, _) = BundlePart::pack(PartKind::Checklist, "opening", b"{}");
    Manifest {
        v: Manifest::VERSION,
        mission: MissionId::of(root().public()),
        version,
        prev,
        issued: 1,
        expires: 2,
        issuers: vec![IssuerTerm { key: SigningKey::from_seed([2; 32]).public(), from: 0, until: None }],
        log: LogEpoch::first(SigningKey::from_seed([3; 32]).public()),
        tls_roots: vec![vec![1, 2, 3].into()],
        reading: vec![ReadingSecret::generate(1).public()],
        servers: vec!["https://a.example".into()],
        parts: vec![part],
        desks: Vec::new(),
        reinstated: Vec::new(),
        renew_by: 3,
        readers: Vec::new(),
        witnesses: Vec::new(),
        cosignatures: 0,
    }
}

#[test]
fn manifest_not_signed_by_the_root_is_refused() {
    let manifest = manifest(1, None);
    let bytes = manifest.sign(&root());
    assert_eq!(Manifest::open(&bytes, root().public()).unwrap(), manifest);
    let stranger = SigningKey::from_seed([9; 32]);
    Manifest::open(&manifest.sign(&stranger), root().public()).unwrap_err();
    let elsewhere = Manifest::open(&manifest.sign(&stranger), stranger.public());
    assert_eq!(elsewhere, Err(BundleError::Mission { found: manifest.mission }));
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 0x10;
        assert!(Manifest::open(&altered, root().public()).is_err(), "byte {at}");
        assert!(Manifest::open(&bytes[..at], root().public()).is_err(), "{at} bytes");
    }
    let mut later = manifest;
    later.v = 3;
    let bytes = cose::sign(ObjectType::Manifest, &root(), &[], &cbor::encode(&later));
    assert!(Manifest::open(&bytes, root().public()).unwrap_err().to_string().contains("version 3"));
}

#[test]
fn manifest_that_names_no_key_is_refused() {
    let refused = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = manifest(1, None);
        change(&mut manifest);
        Manifest::open(&manifest.sign(&root()), root().public()).unwrap_err().to_string()
    };
    assert!(refused(&|m| m.issuers.clear()).contains("issuer"));
    assert!(refused(&|m| m.reading.clear()).contains("reading key"));
    assert!(refused(&|m| m.reading.push(m.reading[0].clone())).contains("ascend"));
    assert!(refused(&|m| m.log.epoch = 1).contains("log before"));
}

#[test]
fn a_key_speaks_for_its_places_only() {
    let mut known = manifest(1, None);
    let (old, new) = (known.issuers[0].key, SigningKey::from_seed([8; 32]).public());
    known.issuers[0].until = Some(10);
    known.issuers.push(IssuerTerm { key: new, from: 7, until: None });
    for (place, keys) in [(0, vec![old]), (6, vec![old]), (7, vec![old, new]), (9, vec![old, new]), (10, vec![new])] {
        assert_eq!(known.issuers_at(place), keys, "at {place}");
    }
    let (desk, other) = (DeviceId([1; 16]), DeviceId([2; 16]));
    known.desks = vec![DeskTerm { device: desk, from: 3, until: Some(5) }];
    let speaks: Vec<u64> = (0..8).filter(|place| known.is_desk_at(desk, *place)).collect();
    assert_eq!(speaks, [3, 4]);
    assert!(known.is_desk(desk) && !known.is_current_desk(desk) && !known.is_desk(other));
}

#[test]
fn rolled_back_or_forked_bundle_is_refused() {
    let known = manifest(5, None);
    let known_bytes = known.sign(&root());
    let judge = |next: &Manifest| next.succeeds(&next.sign(&root()), &known, &known_bytes);
    assert_eq!(known.succeeds(&known_bytes, &known, &known_bytes), Ok(()), "the same again");
    for version in [0, 1, 4] {
        let back = manifest(version, Some(Hash::of(&known_bytes)));
        assert_eq!(judge(&back), Err(BundleError::Rollback { known: 5, found: version }));
    }
    let mut twin = known.clone();
    twin.expires += 1;
    assert_eq!(judge(&twin), Err(BundleError::Fork { version: 5 }), "the same version, other bytes");
    assert_eq!(judge(&manifest(6, Some(Hash::of(&known_bytes)))), Ok(()));
    assert_eq!(judge(&manifest(6, None)), Err(BundleError::Fork { version: 6 }));
    assert_eq!(judge(&manifest(6, Some(Hash([0; 32])))), Err(BundleError::Fork { version: 6 }));
    assert_eq!(judge(&manifest(7, Some(Hash([0; 32])))), Ok(()), "a version in between was missed");
}

#[test]
fn part_with_other_bytes_is_refused() {
    let plain = br#"{"id": "opening"}"#.repeat(1000);
    let (part, packed) = BundlePart::pack(PartKind::Checklist, "opening", &plain);
    assert!(packed.len() < plain.len() / 10);
    assert_eq!(part.unpack(&packed).unwrap(), plain);
    let damaged = Err(BundleError::Part { name: "opening".into() });
    let (_, other) = BundlePart::pack(PartKind::Checklist, "opening", b"{}");
    assert_eq!(part.unpack(&other), damaged);
    let (_, longer) = BundlePart::pack(PartKind::Checklist, "opening", &[&plain[..], b"!"].concat());
    assert_eq!(part.unpack(&longer), damaged);
    for cut in 0..packed.len() {
        assert_eq!(part.unpack(&packed[..cut]), damaged, "{cut} bytes");
    }
    // A part with an understated size inflates no further than that size.
    let (mut small, bomb) = BundlePart::pack(PartKind::Places, "places", &vec![0; 32 << 20]);
    small.size = 10;
    assert_eq!(small.unpack(&bomb), Err(BundleError::Part { name: "places".into() }));
    let manifest = manifest(1, None);
    assert!(manifest.part(PartKind::Checklist, "opening").is_some());
    assert!(manifest.part(PartKind::Places, "opening").is_none());
}
