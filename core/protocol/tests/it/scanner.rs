//! Which CBOR is deterministic, and which is refused.

use super::support::{Dice, hex};
use baqylau_protocol::cbor::{self, MAX_BYTES, MAX_DEPTH, Malformed};

/// RFC 8949, appendix A, without floats and non-deterministic items; and some more.
const ACCEPTED: &[&str] = &[
    "00",
    "01",
    "0a",
    "17",
    "1818",
    "1819",
    "1864",
    "18ff",
    "190100",
    "1903e8",
    "19ffff",
    "1a00010000",
    "1a000f4240",
    "1affffffff",
    "1b0000000100000000",
    "1b000000e8d4a51000",
    "1bffffffffffffffff",
    "20",
    "29",
    "3863",
    "3903e7",
    "3bffffffffffffffff",
    "f4",
    "f5",
    "f6",
    "f7",
    "40",
    "4401020304",
    "60",
    "6161",
    "6449455446",
    "62225c",
    "62c3bc",
    "63e6b0b4",
    "80",
    "83010203",
    "8301820203820405",
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    "a0",
    "a201020304",
    "a26161016162820203",
    "826161a161626163",
    "a56161614161626142616361436164614461656145",
    "c11a514b67b0",
    "d818456449455446",
    "a2016161206162",
    "a2186400200 0",
    "a26161006261 6100",
    "a2f400f500",
];

const REFUSED: &[(&str, &str)] = &[
    ("", "nothing"),
    ("1800", "23 and less fit into the head"),
    ("1817", "23 and less fit into the head"),
    ("1900ff", "fits into one byte"),
    ("1a0000ffff", "fits into two bytes"),
    ("1b00000000ffffffff", "fits into four bytes"),
    ("3800", "negative, not shortest"),
    ("580100", "length of bytes, not shortest"),
    ("780161", "length of text, not shortest"),
    ("980100", "length of an array, not shortest"),
    ("b8010000", "length of a map, not shortest"),
    ("d80100", "tag, not shortest"),
    ("5f42010243030405ff", "indefinite bytes"),
    ("7f657374726561646d696e67ff", "indefinite text"),
    ("9fff", "indefinite array"),
    ("9f018202039f0405ffff", "indefinite array"),
    ("bf61610161629f0203ffff", "indefinite map"),
    ("8301029fff", "indefinite inside"),
    ("ff", "a break"),
    ("a202000100", "keys not in order"),
    ("a2616200616100", "keys not in order"),
    ("a2200018640 0", "in order by length, which is the old rule, not bytewise"),
    ("a201000100", "a key twice"),
    ("a2616100616100", "a key twice"),
    ("81a201000100", "a key twice, inside"),
    ("f90000", "half float"),
    ("f93c00", "half float"),
    ("fa47c35000", "float"),
    ("fb3ff199999999999a", "double"),
    ("81f97e00", "float inside"),
    ("e0", "simple value"),
    ("f3", "simple value"),
    ("f818", "simple value in two bytes"),
    ("f814", "false in two bytes"),
    ("f8ff", "simple value in two bytes"),
    ("0000", "a second item"),
    ("8000", "a second item"),
    ("c0", "a tag of nothing"),
    ("18", "cut off"),
    ("1903", "cut off"),
    ("4401020 3", "cut off"),
    ("6261", "cut off"),
    ("830102", "cut off"),
    ("a101", "cut off"),
    ("61ff", "no UTF-8"),
    ("62c328", "no UTF-8"),
    ("63eda080", "a surrogate"),
    ("1c", "reserved"),
    ("1d", "reserved"),
    ("1e", "reserved"),
    ("1f", "reserved"),
    ("fc", "reserved"),
    ("5bffffffffffffffff", "longer than any memory"),
    ("7bffffffffffffffff", "longer than any memory"),
    ("9bffffffffffffffff", "longer than any memory"),
    ("bbffffffffffffffff", "longer than any memory"),
];

fn bytes(text: &str) -> Vec<u8> {
    hex(&text.replace(' ', ""))
}

#[test]
fn deterministic_cbor_is_accepted() {
    for text in ACCEPTED {
        cbor::check(&bytes(text)).unwrap_or_else(|e| panic!("{text}: {e}"));
    }
}

#[test]
fn any_other_cbor_is_refused() {
    for (text, why) in REFUSED {
        assert!(cbor::check(&bytes(text)).is_err(), "{text}: {why}");
    }
}

#[test]
fn truncated_or_extended_cbor_is_refused() {
    for text in ACCEPTED {
        let whole = bytes(text);
        for cut in 0..whole.len() {
            assert!(cbor::check(&whole[..cut]).is_err(), "{text}, {cut} bytes of it");
        }
        for tail in [0x00, 0x40, 0xf6, 0xff] {
            assert!(cbor::check(&[&whole[..], &[tail]].concat()).is_err(), "{text} and {tail:x}");
        }
    }
}

#[test]
fn nesting_beyond_the_limit_is_refused() {
    // Arrays, maps and tags each count as a level.
    for (open, leaf) in [(vec![0x81], 0x00), (vec![0xa1, 0x00], 0x00), (vec![0xc1], 0x00), (vec![0x81], 0x80)] {
        let nested = |depth: usize| [open.repeat(depth), vec![leaf]].concat();
        cbor::check(&nested(MAX_DEPTH)).unwrap();
        assert!(matches!(cbor::check(&nested(MAX_DEPTH + 1)), Err(Malformed::Cbor { what: "nested too deeply", .. })));
        cbor::check(&nested(100_000)).unwrap_err();
    }
    // Keys are items too.
    let key = [vec![0xa1], vec![0x81; MAX_DEPTH], vec![0x00, 0x00]].concat();
    cbor::check(&key).unwrap_err();
}

#[test]
fn length_beyond_the_limit_is_refused() {
    let text = |length: usize| [&[0x5a][..], &u32::try_from(length).unwrap().to_be_bytes(), &vec![0; length]].concat();
    cbor::check(&text(MAX_BYTES - 5)).unwrap();
    let limit = Malformed::TooLong { found: MAX_BYTES + 1, limit: MAX_BYTES };
    assert_eq!(cbor::check(&text(MAX_BYTES - 4)), Err(limit));
}

/// The scanner never panics and never accepts what the encoder would write differently.
#[test]
fn random_bytes_are_refused_or_canonical() {
    let mut dice = Dice(1);
    let mut accepted = 0;
    for _ in 0..200_000 {
        let length = 1 + dice.below(12);
        let noise = dice.bytes(length);
        if cbor::check(&noise).is_ok() {
            accepted += 1;
            let mut d = minicbor::Decoder::new(&noise);
            d.skip().unwrap();
            assert_eq!(d.position(), noise.len(), "{noise:02x?}");
        }
    }
    assert!(accepted > 100, "the noise has something in it that passes: {accepted}");
}

#[test]
fn unknown_keys_and_versions_are_refused() {
    use baqylau_protocol::ids::{Hash, MissionId};
    use baqylau_protocol::receipt::TreeHead;
    let head = TreeHead { v: 1, mission: MissionId([1; 16]), size: 0, root: Hash([2; 32]), time: 3 };
    let plain = cbor::encode(&head);
    assert_eq!(cbor::decode::<TreeHead>(&plain, "tree head").unwrap(), head);
    let mut more = plain.clone();
    more[0] += 1;
    more.extend([0x05, 0x00]);
    cbor::check(&more).unwrap();
    cbor::decode::<TreeHead>(&more, "tree head").unwrap_err();
    let mut negative = plain;
    negative[0] += 1;
    negative.extend([0x20, 0x00]);
    cbor::decode::<TreeHead>(&negative, "tree head").unwrap_err();
    assert_eq!(cbor::decode_open::<TreeHead>(&negative, "tree head", 1).unwrap(), head);
    for found in [0, 2, 300] {
        // A later version may have any structure: the error names the version, not the structure.
        let mut later = vec![0xa2, 0x00];
        minicbor::Encoder::new(&mut later).u64(found).unwrap().u8(1).unwrap().str("another shape").unwrap();
        let version = Malformed::Version { what: "tree head", found, known: 1 };
        assert_eq!(cbor::decode::<TreeHead>(&later, "tree head"), Err(version.clone()));
        assert_eq!(cbor::decode_open::<TreeHead>(&later, "tree head", 1), Err(version));
    }
}
