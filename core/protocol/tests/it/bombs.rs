//! Inputs whose decoded form would take a hundred times their size in memory.

use baqylau_protocol::authority::{IssuerTerm, LogEpoch};
use baqylau_protocol::bundle::MAX_PARTS;
use baqylau_protocol::bundle::{BundlePart, Manifest, PartKind};
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::courier::{CourierError, CourierFile, MAX_FILE, MAX_OBJECTS};
use baqylau_protocol::ids::{Hash, MissionId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::published;
use baqylau_protocol::wire::{LetterPage, LogPage, MAX_BATCH, MAX_LETTERS, Upload, Verdicts};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Decoder};
use std::cell::Cell;

/// An item that counts how often it is decoded.
struct Counted;

impl<'b> Decode<'b, Cell<usize>> for Counted {
    fn decode(d: &mut Decoder<'b>, count: &mut Cell<usize>) -> Result<Self, minicbor::decode::Error> {
        count.set(count.get() + 1);
        d.skip().map(|()| Self)
    }
}

/// A list of empty byte strings, one byte each.
fn list(count: u32) -> Vec<u8> {
    let items = std::iter::repeat_n(0x40, count as usize);
    [0x9a].into_iter().chain(count.to_be_bytes()).chain(items).collect()
}

#[test]
fn decoding_stops_at_the_item_limit() {
    const MAX: usize = 100;
    for (length, decoded) in [(100, 100), (101, 101), (4_000_000, 101)] {
        let mut count = Cell::new(0);
        let bytes = list(length);
        let found = cbor::at_most::<_, Counted, MAX>(&mut Decoder::new(&bytes), &mut count);
        assert_eq!(found.is_ok(), length == 100);
        assert_eq!(count.get(), decoded, "of {length}");
    }
    let mut endless = vec![0x9f];
    endless.extend(vec![0x40; 1_000_000]);
    let mut count = Cell::new(0);
    assert!(cbor::at_most::<_, Counted, MAX>(&mut Decoder::new(&endless), &mut count).is_err());
    assert_eq!(count.get(), MAX + 1);
}

#[test]
fn bodies_with_too_many_items_are_refused() {
    let too_many = |e: Malformed| e.to_string().contains("more than");
    let (batch, letters) = (u32::try_from(MAX_BATCH).unwrap(), u32::try_from(MAX_LETTERS).unwrap());
    assert!(cbor::decode_request::<Upload>(&[&[0x81], &list(batch)[..]].concat()).is_ok());
    assert!(cbor::decode_request::<Upload>(&[&[0x81], &list(batch + 1)[..]].concat()).is_err_and(too_many));
    assert!(cbor::decode_request::<Upload>(&[&[0x81], &list(4 << 20)[..]].concat()).is_err_and(too_many));
    let refused = [0x82, 0x01, 0x81, 0x82, 0x00, 0x60];
    let verdicts = |count: u32| {
        let items = refused.iter().copied().cycle().take(refused.len() * count as usize);
        [0x81, 0x9a].into_iter().chain(count.to_be_bytes()).chain(items).collect::<Vec<u8>>()
    };
    assert!(cbor::decode_request::<Verdicts>(&verdicts(batch)).is_ok());
    let proof = |count: u32| {
        let hashes = [&[0x58, 0x20][..], &[7; 32]].concat().into_iter().cycle().take(34 * count as usize);
        [0x82, 0x80, 0x9a].into_iter().chain(count.to_be_bytes()).chain(hashes).collect::<Vec<u8>>()
    };
    assert!(cbor::decode_request::<Verdicts>(&proof(64)).is_ok_and(|v| v.proof.is_some_and(|p| p.len() == 64)));
    assert!(cbor::decode_request::<Verdicts>(&proof(65)).is_err_and(too_many));
    assert!(cbor::decode_request::<Verdicts>(&verdicts(100_000)).is_err_and(too_many));
    let page = |count: u32| {
        let items = [0x82, 0x00, 0x40].into_iter().cycle().take(3 * count as usize);
        [0x83, 0x00, 0x9a].into_iter().chain(count.to_be_bytes()).chain(items).chain([0x40]).collect::<Vec<u8>>()
    };
    assert!(cbor::decode_request::<LogPage>(&page(batch)).is_ok());
    assert!(cbor::decode_request::<LogPage>(&page(5_000_000)).is_err_and(too_many));
    let pairs = |count: u32| {
        let items = [0x84, 0x40, 0x00, 0x00, 0x80].into_iter().cycle().take(5 * count as usize);
        [0x83, 0x40, 0x9a].into_iter().chain(count.to_be_bytes()).chain(items).chain([0x80]).collect::<Vec<u8>>()
    };
    assert!(cbor::decode_request::<LetterPage>(&pairs(letters)).is_ok());
    assert!(cbor::decode_request::<LetterPage>(&pairs(2_000_000)).is_err_and(too_many));
}

/// The counting pass reports the excess before any item is decoded.
#[test]
fn courier_file_with_too_many_items_is_refused_before_decoding() {
    let mission = MissionId([7; 16]);
    let empty = CourierFile::new(mission);
    assert!(CourierFile::decode(&empty.encode(), mission).is_ok());
    let head = |keys: u8| [&[0xa0 | keys, 0x00, 0x01, 0x01, 0x50][..], &mission.0].concat();
    let most = u32::try_from(MAX_FILE - 100).unwrap();
    let (three, four) = (head(3), head(4));
    let bundle = [&four[..], &[0x02, 0x80, 0x04, 0x82, 0x40], &list(5_000_000)].concat();
    for (file, what, limit) in [
        ([&three[..], &[0x02], &list(most)].concat(), "objects", MAX_OBJECTS),
        ([&four[..], &[0x02, 0x80, 0x03], &list(5_000_000)].concat(), "receipts", MAX_OBJECTS),
        (bundle, "parts of a bundle", MAX_PARTS),
        ([&four[..], &[0x02, 0x80, 0x05], &list(5_000_000)].concat(), "proofs", MAX_OBJECTS),
    ] {
        let refused = CourierFile::decode(&file, mission).expect_err(what);
        assert!(
            matches!(refused, CourierError::TooMuch { what: w, limit: l, found } if w == what && l == limit && found > l),
            "{what}: {refused}"
        );
    }
    let endless = [&three[..], &[0x02, 0x9f], &[0x40; 1000], &[0xff]].concat();
    assert!(matches!(CourierFile::decode(&endless, mission), Err(CourierError::Malformed(_))));
    let lies = [&three[..], &[0x02, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]].concat();
    assert!(matches!(CourierFile::decode(&lies, mission), Err(CourierError::TooMuch { .. })));
}

fn manifest(parts: Vec<BundlePart>, root: &SigningKey) -> Manifest {
    Manifest {
        v: Manifest::VERSION,
        mission: MissionId::of(root.public()),
        version: 1,
        prev: None,
        issued: 0,
        expires: 1,
        issuers: vec![IssuerTerm { key: root.public(), from: 0, until: None }],
        log: LogEpoch::first(root.public()),
        tls_roots: vec![],
        reading: vec![ReadingSecret::generate(1).public()],
        servers: vec![],
        parts,
        desks: vec![],
        reinstated: vec![],
        renew_by: 0,
        readers: Vec::new(),
        witnesses: Vec::new(),
        cosignatures: 0,
    }
}

#[test]
fn manifest_is_located_in_a_partial_bundle() {
    let root = SigningKey::from_seed([1; 32]);
    let (part, packed) = BundlePart::pack(PartKind::Checklist, "voting", b"{}");
    let manifest = manifest(vec![part], &root);
    let signed = manifest.sign(&root);
    let whole = minicbor::to_vec((ByteVec::from(signed.clone()), vec![ByteVec::from(packed.clone())])).unwrap();
    let place = published::signed(&whole).expect("a bundle").expect("enough");
    assert_eq!(whole[place.clone()], signed);
    for cut in 0..4 {
        assert_eq!(published::signed(&whole[..cut]), Ok(None), "{cut} bytes do not tell");
    }
    for cut in 4..whole.len() {
        assert_eq!(published::signed(&whole[..cut]), Ok(Some(place.clone())), "{cut} bytes");
    }
    for no in [&[0x40][..], &[0x83], &[0x82, 0x80], &[0x82, 0x5b], &[0x82, 0x5a, 0, 0x10, 0, 1], &[0x9f]] {
        assert!(published::signed(no).is_err(), "{no:?}");
    }
    let rest = &whole[place.end..];
    assert_eq!(published::parts(rest, &manifest), Ok(vec![&packed[..]]));
    assert!(rest.len() <= published::longest_parts(&manifest));
    for no in [&[0x81, 0x01][..], &[0x82, 0x40, 0x40], &[0x81, 0x40, 0x00], &[0x81], &[0x9f, 0xff], &[]] {
        assert!(published::parts(no, &manifest).is_err(), "{no:?}");
    }
}

#[test]
fn inflating_stops_at_the_size_in_the_manifest() {
    let root = SigningKey::from_seed([1; 32]);
    let (part, packed) = BundlePart::pack(PartKind::Checklist, "voting", &[7; 1000]);
    let (bomb, bombed) = BundlePart::pack(PartKind::Checklist, "voting", &vec![0; 60 << 20]);
    let noise: Vec<u8> = (0..3000u32).flat_map(|n| Hash::of(&n.to_be_bytes()).0).collect();
    let (dense, long) = BundlePart::pack(PartKind::Places, "places", &noise);
    let manifest = manifest(vec![part.clone(), dense.clone()], &root);
    assert_eq!(manifest.part_of(&packed), Some(&part));
    assert_eq!(part.unpack(&packed), Ok(vec![7; 1000]));
    assert_eq!(manifest.part_of(&long), Some(&dense));
    assert_eq!(dense.unpack(&long), Ok(noise));
    assert!(long.len() <= dense.longest(), "what does not compress passes too");
    assert_eq!(manifest.part_of(&bombed), None);
    assert!(bombed.len() < 100_000 && bomb.size == 60 << 20);
}
