//! An envelope opens only for its recipient and only unaltered.

use super::support::{Device, Dice};
use baqylau_protocol::cbor;
use baqylau_protocol::cose::{self, CoseError, ObjectType};
use baqylau_protocol::envelope::{
    Address, Blob, Envelope, EnvelopeError, EnvelopeHeader, MAX_CLASS, Recipient, class_bytes, make,
};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::seal::{SealError, SharedKey, seal};
use minicbor::bytes::{ByteSlice, ByteVec};

fn open(device: &Device, bytes: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let envelope = Envelope::parse(bytes, device.mission)?;
    let opened = envelope.open(&device.key.public(), &device.reading, &device.shared)?;
    Ok(opened.1.to_vec())
}

/// Header bytes and sealed text of an envelope.
fn parts(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let payload = cose::Unverified::parse(ObjectType::Envelope, bytes).expect("made for the test").untrusted();
    let (header, sealed): (ByteVec, ByteVec) = minicbor::decode(payload).expect("made for the test");
    (header.to_vec(), sealed.to_vec())
}

/// Any header and text, signed by a device with its own key.
fn assemble(key: &SigningKey, header: &[u8], sealed: &[u8]) -> Vec<u8> {
    let body = (<&ByteSlice>::from(header), <&ByteSlice>::from(sealed));
    cose::sign(ObjectType::Envelope, key, &[], &cbor::encode(&body))
}

#[test]
fn sealed_envelope_opens_to_the_same_payload() {
    let device = Device::new(1);
    for payload in [&b""[..], b"\0", b"\x80\0\0", b"a report", &[0; 70_000], &[0x80; 5000]] {
        let bytes = device.envelope(1, payload);
        assert_eq!(open(&device, &bytes).unwrap(), payload);
        let envelope = Envelope::parse(&bytes, device.mission).unwrap();
        assert_eq!(envelope.hash, Hash::of(&bytes));
        assert_eq!((envelope.header.seq, envelope.header.device), (1, device.id));
        assert_ne!(bytes, device.envelope(1, payload), "sealed with a fresh key each time");
    }
}

#[test]
fn envelope_length_reveals_only_its_size_class() {
    let device = Device::new(1);
    let mut dice = Dice(2);
    let mut seen = Vec::new();
    let lengths = (0..600)
        .step_by(13)
        .chain(650..750)
        .chain([1_600, 3_500, 7_000, 15_000, 30_000, 60_000])
        .chain([120_000, 250_000, 500_000, 1_000_000]);
    for length in lengths {
        let payload = dice.bytes(length);
        let bytes = device.envelope(1, &payload);
        let class = Envelope::parse(&bytes, device.mission).unwrap().header.class;
        assert_eq!(bytes.len(), 1000 << class);
        assert_eq!(bytes.len(), class_bytes(class));
        assert!(class == 0 || length + 600 > class_bytes(class - 1), "{length} bytes do not need class {class}");
        seen.push(class);
        if length < 100_000 {
            assert_eq!(open(&device, &bytes).unwrap(), payload);
        }
    }
    assert!(seen.is_sorted(), "more bytes, no smaller class");
    assert_eq!((seen[0], seen.last().copied()), (0, Some(MAX_CLASS)));
}

#[test]
fn oversized_report_is_refused_with_its_length() {
    let device = Device::new(1);
    let reading = device.reading.public();
    let address = Address {
        mission: device.mission,
        device: device.id,
        seq: 1,
        prev: Hash([0; 32]),
        to: Recipient::Desks(&reading),
        blobs: &[],
    };
    let payload = Dice(5).bytes(1_030_000);
    let made = make(&address, ObjectType::Report, &device.key, &device.shared, &payload);
    assert!(matches!(made, Err(EnvelopeError::TooLarge { found }) if found > 1_000_000));
}

#[test]
fn every_flipped_byte_is_detected() {
    let device = Device::new(1);
    let bytes = device.envelope(1, b"the answers");
    for at in 0..bytes.len() {
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut altered = bytes.clone();
            altered[at] ^= flip;
            assert!(open(&device, &altered).is_err(), "byte {at} ^ {flip:x}");
        }
    }
}

#[test]
fn truncated_or_extended_envelope_is_refused() {
    let device = Device::new(1);
    let bytes = device.envelope(1, b"the answers");
    for cut in 0..bytes.len() {
        assert!(Envelope::parse(&bytes[..cut], device.mission).is_err(), "{cut} bytes");
    }
    for tail in [vec![0], vec![0; 1000], bytes.clone()] {
        assert!(Envelope::parse(&[&bytes[..], &tail].concat(), device.mission).is_err());
    }
}

/// Not even the device can put a text under another header: number and predecessor are authenticated.
#[test]
fn text_under_another_header_is_refused() {
    let device = Device::new(1);
    let (first, second) = (device.envelope(1, b"one"), device.envelope(2, b"two"));
    let ((header_1, sealed_1), (header_2, sealed_2)) = (parts(&first), parts(&second));
    assert_eq!(open(&device, &assemble(&device.key, &header_1, &sealed_1)).unwrap(), b"one", "the test's own assembly");
    let cut = first.len() / 2;
    let spliced = [&first[..cut], &second[cut..]].concat();
    assert!(open(&device, &spliced).is_err(), "half of one, half of the other");
    for (header, sealed) in [(&header_1, &sealed_2), (&header_2, &sealed_1)] {
        let swapped = assemble(&device.key, header, sealed);
        assert_eq!(open(&device, &swapped), Err(EnvelopeError::Seal(SealError::Open)));
    }
    let header: EnvelopeHeader = cbor::decode(&header_1, "header").unwrap();
    let changes: [&dyn Fn(&mut EnvelopeHeader); 4] =
        [&|h| h.seq = 3, &|h| h.prev = Hash([1; 32]), &|h| h.device = DeviceId([2; 16]), &|h| h.to = 2];
    for change in changes {
        let mut other = header.clone();
        change(&mut other);
        let bytes = assemble(&device.key, &cbor::encode(&other), &sealed_1);
        assert!(open(&device, &bytes).is_err(), "{other:?}");
    }
}

/// Sealed correctly, but the content was signed under another header or by another key: the inner signature catches it.
#[test]
fn inner_signature_covers_the_header() {
    let device = Device::new(1);
    let (header, sealed) = parts(&device.envelope(1, b"one"));
    let (other_header, _) = parts(&device.envelope(2, b"two"));
    let stranger = SigningKey::from_seed([99; 32]);
    let reseal = |key: &SigningKey, kind, aad: &[u8]| {
        let inner = cose::sign(kind, key, aad, b"one");
        let mut plain = miniz_oxide::deflate::compress_to_vec(&inner, 9);
        plain.push(0x80);
        plain.resize(sealed.len() - baqylau_protocol::seal::OVERHEAD, 0);
        let text = seal(&device.reading.public().x25519, &device.shared, device.mission, &header, &plain).unwrap();
        assemble(&device.key, &header, &text)
    };
    assert_eq!(open(&device, &reseal(&device.key, ObjectType::Report, &header)).unwrap(), b"one");
    for (key, kind, aad) in [
        (&device.key, ObjectType::Report, &other_header[..]),
        (&device.key, ObjectType::Report, &[]),
        (&stranger, ObjectType::Report, &header),
        (&device.key, ObjectType::Standing, &header),
    ] {
        assert!(matches!(open(&device, &reseal(key, kind, aad)), Err(EnvelopeError::Cose(_))));
    }
}

/// Any plain text may be sealed; unpacking it gives an error, never a panic or unbounded memory.
#[test]
fn text_that_cannot_be_unpacked_is_refused() {
    let device = Device::new(1);
    let (header, sealed) = parts(&device.envelope(1, b"one"));
    let room = sealed.len() - baqylau_protocol::seal::OVERHEAD;
    let bomb = miniz_oxide::deflate::compress_to_vec(&vec![0; 9 << 20], 9);
    let mut dice = Dice(8);
    let mut texts = vec![vec![], vec![0x80], vec![0x81], vec![1, 2, 3, 0x80], dice.bytes(room)];
    texts.extend((0..200).map(|_| [dice.bytes(40), vec![0x80]].concat()));
    texts.push([miniz_oxide::deflate::compress_to_vec(b"no signed object", 9), vec![0x80]].concat());
    for mut plain in texts {
        plain.resize(room, 0);
        let text = seal(&device.reading.public().x25519, &device.shared, device.mission, &header, &plain).unwrap();
        let opened = open(&device, &assemble(&device.key, &header, &text));
        assert!(matches!(opened, Err(EnvelopeError::Packing | EnvelopeError::Cose(_))), "{opened:?}");
    }
    let mut wide: EnvelopeHeader = cbor::decode(&header, "header").unwrap();
    wide.class = 4;
    let header = cbor::encode(&wide);
    let mut plain = [&bomb[..], &[0x80]].concat();
    assert!(plain.len() < 15_000, "the bomb fits");
    plain.resize(room + 15_000, 0);
    let text = seal(&device.reading.public().x25519, &device.shared, device.mission, &header, &plain).unwrap();
    let bytes = assemble(&device.key, &header, &text);
    assert_eq!(bytes.len(), 16_000, "the test's own arithmetic");
    assert_eq!(open(&device, &bytes), Err(EnvelopeError::Inflated { limit: 256_000 }), "16 times its length");
}

#[test]
fn envelope_opens_only_with_its_device_key_and_mission() {
    let device = Device::new(1);
    let bytes = device.envelope(1, b"the answers");
    let envelope = Envelope::parse(&bytes, device.mission).unwrap();
    let (key, reading, shared) = (device.key.public(), &device.reading, &device.shared);
    envelope.open(&key, reading, shared).unwrap();
    let stranger = SigningKey::from_seed([2; 32]).public();
    let refused = Err(EnvelopeError::Cose(CoseError::Signature(ObjectType::Envelope)));
    assert_eq!(envelope.verify(&stranger), refused);
    assert_eq!(envelope.open(&stranger, reading, shared).map(drop), refused);
    let sealed = Some(EnvelopeError::Seal(SealError::Open));
    let other = ReadingSecret::generate(1);
    assert_eq!(envelope.open(&key, &other, shared).err(), sealed);
    let (wrong, _) = SharedKey::encapsulate(&reading.public(), device.mission).unwrap();
    assert_eq!(envelope.open(&key, reading, &wrong).err(), sealed);
    let (right, name) = shared.to_parts();
    let renamed = SharedKey::from_parts(*right, Hash([0; 32]));
    assert_ne!(name, Hash([0; 32]));
    assert_eq!(envelope.open(&key, reading, &renamed).err(), sealed);
    let elsewhere = Envelope::parse(&bytes, MissionId([8; 16]));
    assert_eq!(elsewhere.err(), Some(EnvelopeError::Mission { found: device.mission }));
}

#[test]
fn report_with_many_attachments_takes_the_class_that_its_header_needs() {
    let device = Device::new(1);
    for (count, class) in [(1, 0), (19, 0), (20, 1), (45, 1), (4096, 8)] {
        let blobs = vec![Blob { hash: Hash([3; 32]), length: 5 }; count];
        let bytes = device.envelope_with(1, b"the answers", &blobs);
        let header = Envelope::parse(&bytes, device.mission).unwrap().header;
        assert_eq!(header.blobs.map(|b| b.len()), Some(count));
        assert_eq!(header.class, class, "{count}");
    }
}

#[test]
fn header_holds_only_the_specified_fields() {
    let device = Device::new(1);
    let (header, sealed) = parts(&device.envelope(1, b"one"));
    let good: EnvelopeHeader = cbor::decode(&header, "header").unwrap();
    let parse = |header: &[u8]| {
        let bytes = assemble(&device.key, header, &sealed);
        Envelope::parse(&bytes, device.mission).map(|e| e.header)
    };
    assert_eq!(parse(&header).unwrap(), good);
    let mut later = good.clone();
    later.v = 2;
    let said = parse(&cbor::encode(&later)).unwrap_err().to_string();
    assert!(said.contains("version 2") && said.contains("use the program that goes with it"), "{said}");
    let mut wide = good.clone();
    wide.class = 1;
    assert_eq!(parse(&cbor::encode(&wide)), Err(EnvelopeError::Length { found: 1000, expected: 2000 }));
    for class in [MAX_CLASS + 1, 63, 64, 255] {
        let mut wide = good.clone();
        wide.class = class;
        assert!(parse(&cbor::encode(&wide)).is_err());
    }
    let mut more = header.clone();
    more[0] += 1;
    more.extend([0x08, 0x00]);
    assert!(parse(&more).is_err(), "an unknown key");
    let mut negative = header.clone();
    negative[0] += 1;
    negative.extend([0x20, 0x00]);
    assert!(parse(&negative).is_err(), "an unknown negative key: a header has none");
    let mut with_blobs = good;
    with_blobs.blobs = Some(vec![Blob { hash: Hash([3; 32]), length: 5 }]);
    let bytes = cbor::encode(&with_blobs);
    assert_eq!(cbor::decode::<EnvelopeHeader>(&bytes, "header").unwrap(), with_blobs);
}
