//! What hostile bytes cost in memory until they are refused, or taken: at most twice their own number and 64 KiB. One test, because
//! the allocator counts for the whole program.

use baqylau_protocol::bundle::{BundlePart, Manifest, PartKind};
use baqylau_protocol::cbor::{self, MAX_BYTES};
use baqylau_protocol::cose::{self, ObjectType};
use baqylau_protocol::courier::CourierFile;
use baqylau_protocol::enrolment::Enrolled;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{Hash, MissionId, PublicKey};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::permit::UploadPermit;
use baqylau_protocol::published;
use baqylau_protocol::receipt::{AttachmentProof, Receipt, TreeHead};
use baqylau_protocol::wire::{LetterPage, LogPage, MAX_REQUEST, ReadRequest, Upload, UploadProgress, Verdicts};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a decoder may take beside twice its input, in bytes.
const ALLOWANCE: usize = 64 << 10;

/// How many bytes something takes at most while it runs.
fn peak(run: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    run();
    MEMORY.peak_usage().saturating_sub(before)
}

/// The head of a CBOR item with a long count.
fn head(major: u8, count: u32) -> Vec<u8> {
    [&[major << 5 | 26][..], &count.to_be_bytes()].concat()
}

/// Lists of items that are as small as possible, that are nested, that promise more than there is, or have no end.
fn lists(bytes: usize) -> Vec<(String, Vec<u8>)> {
    let items: [(&str, &[u8]); 8] = [
        ("empty byte strings", &[0x40]),
        ("empty texts", &[0x60]),
        ("empty lists", &[0x80]),
        ("empty maps", &[0xa0]),
        ("zeros", &[0x00]),
        ("verdicts", &[0x82, 0x01, 0x81, 0x82, 0x00, 0x60]),
        ("pairs of number and bytes", &[0x82, 0x00, 0x40]),
        ("entries without a name", &[0x84, 0x00, 0x60, 0x40, 0x00]),
    ];
    let mut out = Vec::new();
    for (name, item) in items {
        let count = u32::try_from((bytes - 5) / item.len()).expect("small");
        let body: Vec<u8> = item.iter().copied().cycle().take(item.len() * count as usize).collect();
        out.push((format!("a list of {name}"), [head(4, count), body.clone()].concat()));
        out.push((format!("a list of {name} that promises more"), [head(4, u32::MAX), body.clone()].concat()));
        out.push((format!("an endless list of {name}"), [vec![0x9f], body].concat()));
    }
    for (name, long) in [("hashes", 32u8), ("names of devices", 16)] {
        let item: Vec<u8> = match long {
            32 => [vec![0x58, 32], vec![7; 32]].concat(),
            _ => [vec![0x50], vec![7; 16]].concat(),
        };
        let count = u32::try_from((bytes - 5) / item.len()).expect("small");
        out.push((format!("a list of {name}"), [head(4, count), item.repeat(count as usize)].concat()));
        let blob = [&[0x82][..], &item, &[0x01]].concat();
        let count = u32::try_from((bytes - 5) / blob.len()).expect("small");
        out.push((format!("a list of {name} with a number"), [head(4, count), blob.repeat(count as usize)].concat()));
    }
    out.push(("lists in lists".into(), vec![0x81; bytes]));
    out.push(("tags".into(), vec![0xc1; bytes]));
    out.push(("a byte string that promises more".into(), [head(2, u32::MAX), vec![7; bytes - 5]].concat()));
    out.push(("a text that promises more".into(), [head(3, u32::MAX), vec![b'x'; bytes - 5]].concat()));
    let odd: Vec<u8> = (0..bytes).map(|n| u8::try_from(n * 31 % 256).expect("a byte")).collect();
    out.push(("noise".into(), odd));
    out
}

/// A map with keys from 0 on, all whole but for one value, which is hostile.
fn with_value(before: &[&[u8]], hostile: &[u8], after: &[&[u8]]) -> Vec<u8> {
    let count = before.len() + 1 + after.len();
    let mut out = vec![0xa0 | u8::try_from(count).expect("few keys")];
    for (key, value) in (0u8..).zip(before.iter().copied().chain([hostile]).chain(after.iter().copied())) {
        out.push(key);
        out.extend_from_slice(value);
    }
    out
}

/// Puts a hostile value to where it is decoded.
type Wrap = Box<dyn Fn(&[u8]) -> Vec<u8>>;
/// Decodes, and throws away what comes of it.
type Decode = Box<dyn Fn(&[u8])>;

struct Decoder {
    name: &'static str,
    /// How many bytes reach it at most.
    most: usize,
    wrap: Wrap,
    decode: Decode,
}

fn whole(name: &'static str, most: usize, decode: impl Fn(&[u8]) + 'static) -> Decoder {
    Decoder { name, most, wrap: Box::new(<[u8]>::to_vec), decode: Box::new(decode) }
}

fn wrapped(name: &'static str, wrap: impl Fn(&[u8]) -> Vec<u8> + 'static, decode: impl Fn(&[u8]) + 'static) -> Decoder {
    Decoder { name, most: MAX_BYTES - 4096, wrap: Box::new(wrap), decode: Box::new(decode) }
}

/// Bodies, answers and files, as anybody may send them.
fn unsigned(mission: MissionId) -> Vec<Decoder> {
    let one = |bytes: &[u8]| [&[0x81][..], bytes].concat();
    let id = [&[0x50][..], &mission.0].concat();
    let courier = move |keys: &[u8], value: &[u8]| {
        let mut out = vec![0xa0 | u8::try_from(2 + keys.len()).expect("few"), 0x00, 0x01, 0x01];
        out.extend_from_slice(&id);
        for key in keys {
            out.push(*key);
            out.extend_from_slice(if Some(key) == keys.last() { value } else { &[0x80] });
        }
        out
    };
    let (objects, receipts, permits) = (courier.clone(), courier.clone(), courier);
    let decode = move |bytes: &[u8]| drop(CourierFile::decode(bytes, mission));
    let receipt = move |path: &[u8]| [&[0x84, 0x40, 0x00, 0x00][..], path].concat();
    let stored = move |path: &[u8]| [&[0x81, 0x82, 0x00, 0x81][..], &receipt(path)].concat();
    vec![
        whole("upload", MAX_REQUEST, |b| drop(cbor::decode_request::<Upload>(b))),
        whole("verdicts", MAX_BYTES, |b| drop(cbor::decode::<Verdicts>(b, "verdicts"))),
        wrapped("path of a verdict", stored, |b| drop(cbor::decode::<Verdicts>(b, "verdicts"))),
        whole("page of the log", 16 << 20, |b| drop(cbor::decode_request::<LogPage>(b))),
        whole("letters", MAX_BYTES, |b| drop(cbor::decode_request::<LetterPage>(b))),
        wrapped("letters of a page", one, |b| drop(cbor::decode_request::<LetterPage>(b))),
        whole("have", MAX_BYTES, |b| drop(cbor::decode::<UploadProgress>(b, "have"))),
        whole("receipt", MAX_BYTES, |b| drop(Receipt::from_bytes(b))),
        wrapped("path of a receipt", receipt, |b| drop(Receipt::from_bytes(b))),
        whole("request to read", MAX_BYTES, |b| drop(ReadRequest::peek(b))),
        whole("published bundle", MAX_BYTES, |b| drop(published::signed(b))),
        whole("courier file", 16 << 20, decode),
        wrapped("objects of a courier file", move |b| objects(&[2, 3], b), decode),
        wrapped("receipts of a courier file", move |b| receipts(&[2, 3], b), decode),
        wrapped("permits of a courier file", move |b| permits(&[2, 3, 6], b), decode),
    ]
}

/// Objects that somebody signed who was let in and is hostile, or whose signature is looked at first.
fn signed(key: &SigningKey, mission: MissionId) -> Vec<Decoder> {
    let (public, seed): (PublicKey, [u8; 32]) = (key.public(), *key.seed());
    let sign = move |kind, payload: &[u8]| cose::sign(kind, &SigningKey::from_seed(seed), &[], payload);
    let manifest = move |at: usize, value: &[u8]| {
        let id = [&[0x50][..], &mission.0].concat();
        let issuer = [&[0x58, 32][..], &[7; 32]].concat();
        let reading =
            [&[0xa3, 0x00, 0x01, 0x01, 0x58, 32][..], &[7; 32], &[0x02, 0x59, 0x04, 0xc0], &[7; 1216]].concat();
        // `prev` is there: keys follow each other without a gap.
        let all: Vec<&[u8]> =
            vec![&[1], &id, &[1], &issuer, &[1], &[1], &issuer, &[0x80], &[0x80], &reading, &[0x80], &[0x80]];
        sign(ObjectType::Manifest, &with_value(&all[..at], value, &all[at + 1..]))
    };
    let header = move |value: &[u8]| {
        let id = [&[0x50][..], &mission.0].concat();
        let hash = [&[0x58, 32][..], &[7; 32]].concat();
        let header = with_value(&[&[1], &id, &id, &[1], &hash, &[0], &[1]], value, &[]);
        let body = [&[0x82][..], &head(2, u32::try_from(header.len()).expect("small")), &header, &[0x40]].concat();
        sign(ObjectType::Envelope, &body)
    };
    let permit = move |value: &[u8]| {
        let id = [&[0x50][..], &mission.0].concat();
        let hash = [&[0x58, 32][..], &[7; 32]].concat();
        sign(ObjectType::Permit, &with_value(&[&[1], &id, &id, &hash], value, &[&[0x80]]))
    };
    let open_manifest = move |b: &[u8]| drop(Manifest::open(b, public));
    let mut out = vec![
        wrapped("envelope", move |b| sign(ObjectType::Envelope, b), move |b| drop(Envelope::parse(b, mission))),
        wrapped("header of an envelope", header, move |b| drop(Envelope::parse(b, mission))),
        wrapped("header, unverified", header, |b| drop(Envelope::untrusted_header(b))),
        wrapped("permit", permit, move |b| drop(UploadPermit::open(b, &public))),
        wrapped("permit, unverified", permit, |b| drop(UploadPermit::peek(b))),
        wrapped(
            "enrolment",
            move |b| sign(ObjectType::Enrolled, b),
            move |b| drop(Enrolled::open(b, &[public], mission)),
        ),
        wrapped(
            "tree head",
            move |b| sign(ObjectType::TreeHead, b),
            move |b| {
                drop(TreeHead::open(b, &[public], mission));
            },
        ),
        wrapped(
            "proof",
            move |b| sign(ObjectType::Kept, b),
            move |b| {
                let place = (baqylau_protocol::ids::DeviceId([1; 16]), baqylau_protocol::ids::Hash([1; 32]));
                drop(AttachmentProof::verify(b, place, &[public], mission));
            },
        ),
    ];
    for (name, at) in [("receipt keys", 7), ("TLS roots", 8), ("servers", 10), ("parts", 11)] {
        out.push(wrapped(name, move |b| manifest(at, b), open_manifest));
    }
    out
}

#[test]
fn hostile_bytes_take_at_most_twice_their_number() {
    let key = SigningKey::from_seed([1; 32]);
    let mission = MissionId::of(key.public());
    let mut over = Vec::new();
    for decoder in unsigned(mission).into_iter().chain(signed(&key, mission)) {
        for (name, bytes) in lists(decoder.most) {
            let input = (decoder.wrap)(&bytes);
            drop(bytes);
            let taken = peak(|| (decoder.decode)(&input));
            if taken > 2 * input.len() + ALLOWANCE {
                over.push(format!("{}: {name}: {taken} bytes for {}", decoder.name, input.len()));
            }
        }
    }
    // Compressed a thousand times, and as long as the manifest allows: what the hash says is not the part never lies in memory.
    let (mut part, zeros) = BundlePart::pack(PartKind::Places, "places", &vec![0; 60 << 20]);
    part.hash = Hash([7; 32]);
    let taken = peak(|| assert!(part.unpack(&zeros).is_err()));
    if taken > ALLOWANCE {
        over.push(format!("a part of a bundle: {taken} bytes for {}", zeros.len()));
    }
    assert!(over.is_empty(), "{}", over.join("\n"));
}
