//! Only deterministic CBOR is accepted.

use baqylau_protocol::cbor::{MAX_BYTES, check};
use data_encoding::HEXLOWER;

#[test]
fn only_deterministic_cbor_is_accepted() {
    let cases = [
        ("00", true),
        ("17", true),
        ("1818", true),
        ("1817", false),   // not the shortest form
        ("190018", false), // nor this
        ("1a00010000", true),
        ("1b0000000100000000", true),
        ("20", true),
        ("4401020304", true),
        ("44010203", false), // cut off
        ("6161", true),
        ("61ff", false), // not UTF-8
        ("83010203", true),
        ("9f010203ff", false), // indefinite length
        ("5f4101ff", false),
        ("a201010202", true),
        ("a202010102", false), // keys not in order
        ("a201010102", false), // a key twice
        ("a1186401", true),
        ("a2186401200a", true), // 100 before -1, bytewise
        ("a2200a186401", false),
        ("f4", true),
        ("f6", true),
        ("f93c00", false), // a float
        ("fb3ff0000000000000", false),
        ("f0", false),   // an unknown simple value
        ("0000", false), // bytes after the end
        ("d28443a10127a0f640", true),
        ("", false),
        ("1c", false),
    ];
    for (hex, good) in cases {
        let bytes = HEXLOWER.decode(hex.as_bytes()).unwrap();
        assert_eq!(check(&bytes).is_ok(), good, "{hex}: {:?}", check(&bytes));
    }
}

#[test]
fn depth_and_length_are_limited() {
    let nested = |depth: usize| [vec![0x81; depth], vec![0x00]].concat();
    assert!(check(&nested(16)).is_ok());
    assert!(check(&nested(17)).is_err());
    assert!(check(&nested(500_000)).is_err());
    let long = |length: u32| [&[0x5a][..], &length.to_be_bytes(), &vec![0; length as usize]].concat();
    assert!(check(&long(u32::try_from(MAX_BYTES).unwrap() - 5)).is_ok());
    assert!(check(&long(u32::try_from(MAX_BYTES).unwrap() - 4)).is_err());
    // An array that claims an enormous length allocates nothing.
    assert!(check(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
}
