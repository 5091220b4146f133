//! Published test vectors of the algorithms that the formats rely on.

use super::support::hex;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{Hash, MissionId, PublicKey, ReportId, Signature};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::seal::{SharedKey, seal, unseal};
use baqylau_protocol::{cbor, cose};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, PskBundle, Serializable};
use minicbor::bytes::ByteSlice;

/// RFC 8032, section 7.1: seed, public key, message, signature.
const ED25519: [[&str; 4]; 4] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
    [
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ],
];

#[test]
fn ed25519_matches_rfc_8032() {
    for [seed, public, message, signature] in ED25519 {
        let key = SigningKey::from_seed(hex(seed).try_into().unwrap());
        assert_eq!(key.public().to_string(), public);
        let signed = key.sign(&hex(message));
        assert_eq!(signed.to_string(), signature);
        let public = PublicKey::from_hex(public).unwrap();
        assert!(public.verify(&hex(message), &signed));
        for bit in 0..512 {
            let mut altered = signed.0;
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(!public.verify(&hex(message), &Signature(altered)), "bit {bit}");
        }
        assert!(!public.verify(&[&hex(message)[..], b"!"].concat(), &signed));
    }
}

fn receiver(
    secret: &[u8],
    enc: &[u8],
    psk: (&[u8], &[u8]),
    info: &[u8],
) -> hpke::aead::AeadCtxR<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256> {
    let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret).expect("made for the test");
    let enc = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(enc).expect("made for the test");
    let psk = PskBundle::new(psk.0, psk.1).expect("made for the test");
    hpke::setup_receiver(&OpModeR::Psk(psk), &secret, &enc, info).expect("made for the test")
}

/// RFC 9180, appendix A.2.2: the suite and mode that envelopes are sealed with.
#[test]
fn hpke_opens_rfc_9180_vectors() {
    let psk = hex("0247fd33b913760fa1fa51e1892d9f307fbe65eb171e8132c2af18555a738b82");
    let mut context = receiver(
        &hex("77d114e0212be51cb1d76fa99dd41cfd4d0166b08caa09074430a6c59ef17879"),
        &hex("2261299c3f40a9afc133b969a97f05e95be2c514e54f3de26cbe5644ac735b04"),
        (&psk, b"Ennyn Durin aran Moria"),
        b"Ode on a Grecian Urn",
    );
    let texts = [
        "4a177f9c0d6f15cfdf533fb65bf84aecdc6ab16b8b85b4cf65a370e07fc1d78d28fb073214525276f4a89608ff",
        "5c3cabae2f0b3e124d8d864c116fd8f20f3f56fda988c3573b40b09997fd6c769e77c8eda6cda4f947f5b704a8",
    ];
    for (number, text) in texts.iter().enumerate() {
        let plain = context.open(&hex(text), format!("Count-{number}").as_bytes()).unwrap();
        assert_eq!(plain, b"Beauty is truth, truth beauty");
    }
    let exports = [
        (&b""[..], "813c1bfc516c99076ae0f466671f0ba5ff244a41699f7b2417e4c59d46d39f40"),
        (&[0], "2745cf3d5bb65c333658732954ee7af49eb895ce77f8022873a62a13c94cb4e1"),
        (b"TestContext", "ad40e3ae14f21c99bfdebc20ae14ab86f4ca2dc9a4799d200f43a25f99fa78ae"),
    ];
    for (what, expected) in exports {
        let mut out = [0; 32];
        context.export(what, &mut out).unwrap();
        assert_eq!(out.to_vec(), hex(expected));
    }
}

/// [`seal`] uses that suite in that mode with this `info`: an independent implementation opens its output.
#[test]
fn sealing_is_plain_hpke() {
    let mission = MissionId([5; 16]);
    let reading = ReadingSecret::generate(1);
    let shared = SharedKey::from_parts([3; 32], Hash([4; 32]));
    let sealed = seal(&reading.public().x25519, &shared, mission, b"header", b"plain").unwrap();
    assert_eq!(sealed.len(), b"plain".len() + baqylau_protocol::seal::OVERHEAD);
    let info = [b"baqylau/1/seal".as_slice(), &[5; 16]].concat();
    let mut context = receiver(&reading.to_bytes()[..32], &sealed[..32], (&[3; 32], &[4; 32]), &info);
    assert_eq!(context.open(&sealed[32..], b"header").unwrap(), b"plain");
    assert_eq!(**unseal(&reading, &shared, mission, b"header", &sealed).unwrap(), *b"plain");
}

#[test]
fn encapsulation_gives_both_sides_the_same_key() {
    let (mission, other) = (MissionId([5; 16]), MissionId([6; 16]));
    let reading = ReadingSecret::generate(1);
    let (phone, sealed) = SharedKey::encapsulate(&reading.public(), mission).unwrap();
    let desk = SharedKey::decapsulate(&reading, &sealed, mission).unwrap();
    assert_eq!(phone.to_parts(), desk.to_parts());
    assert_eq!(phone.to_parts().1, Hash::of(&sealed), "its name is public: the hash of the encapsulation");
    let (again, _) = SharedKey::encapsulate(&reading.public(), mission).unwrap();
    assert_ne!(phone.to_parts().0, again.to_parts().0);
    // Any mismatch gives another key or none, never the same one.
    let same = |key: Result<SharedKey, _>| key.is_ok_and(|k: SharedKey| k.to_parts().0 == phone.to_parts().0);
    assert!(!same(SharedKey::decapsulate(&reading, &sealed, other)));
    assert!(!same(SharedKey::decapsulate(&ReadingSecret::generate(1), &sealed, mission)));
    for at in (0..sealed.len()).step_by(7) {
        let mut altered = sealed;
        altered[at] ^= 1;
        assert!(!same(SharedKey::decapsulate(&reading, &altered, mission)), "byte {at}");
    }
}

#[test]
fn keys_round_trip_through_bytes() {
    let reading = ReadingSecret::generate(3);
    let again = ReadingSecret::from_bytes(3, &reading.to_bytes()).unwrap();
    assert_eq!(reading.public(), again.public());
    let x25519 = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&reading.to_bytes()[..32]).unwrap();
    assert_eq!(X25519HkdfSha256::sk_to_pk(&x25519).to_bytes()[..], reading.public().x25519[..]);
    let key = SigningKey::generate();
    assert_eq!(SigningKey::from_seed(*key.seed()).public(), key.public());
}

#[test]
fn debug_output_hides_secrets() {
    let key = SigningKey::from_seed([0xab; 32]);
    let shared = SharedKey::from_parts([0xab; 32], Hash([1; 32]));
    let reading = ReadingSecret::generate(1);
    let secret = data_encoding::HEXLOWER.encode(&reading.to_bytes()[..32]);
    for shown in [format!("{key:?}"), format!("{shared:?}"), format!("{reading:?}")] {
        assert!(!shown.contains("abababab") && !shown.contains("171, 171"), "{shown}");
        assert!(!shown.contains(&secret[..8]), "{shown}");
    }
}

/// The layout of RFC 9052: tag 18, `{1: -8, 16: type}`, an empty unprotected header, and `Sig_structure` under the signature.
#[test]
fn signed_object_is_a_cose_sign1() {
    let key = SigningKey::from_seed([1; 32]);
    for payload in [vec![], vec![1; 23], vec![2; 24], vec![3; 255], vec![4; 256], vec![5; 65_536]] {
        let signed = cose::sign(ObjectType::Report, &key, b"aad", &payload);
        assert_eq!(signed.len(), payload.len() + cose::overhead(payload.len()));
        cbor::check(&signed).unwrap();
        let mut d = minicbor::Decoder::new(&signed);
        assert_eq!(d.tag().unwrap().as_u64(), 18);
        assert_eq!(d.array().unwrap(), Some(4));
        let protected = d.bytes().unwrap().to_vec();
        assert_eq!(protected, [0xa2, 0x01, 0x27, 0x10, 0x19, 0xfd, 0xe9], "EdDSA, type 65001");
        assert_eq!(d.map().unwrap(), Some(0));
        assert_eq!(d.bytes().unwrap(), payload);
        let signature = Signature::from_slice(d.bytes().unwrap()).unwrap();
        let bytes = |b| <&ByteSlice>::from(b);
        let text = ("Signature1", bytes(&protected[..]), bytes(&b"aad"[..]), bytes(&payload[..]));
        let text = minicbor::to_vec(text).unwrap();
        assert!(key.public().verify(&text, &signature));
        assert_eq!(cose::open(ObjectType::Report, &signed, &key.public(), b"aad").unwrap(), payload);
        cose::open(ObjectType::Report, &signed, &key.public(), b"bad").unwrap_err();
        cose::open(ObjectType::Standing, &signed, &key.public(), b"aad").unwrap_err();
        cose::open(ObjectType::Report, &signed, &SigningKey::from_seed([2; 32]).public(), b"aad").unwrap_err();
    }
}

#[test]
fn report_id_is_a_uuid_v7() {
    let id = ReportId::new(0x0123_4567_89ab, [0xff; 10]);
    assert_eq!(id.to_string(), "0123456789ab7fffbfffffffffffffff");
    let earlier = ReportId::new(0x0123_4567_89aa, [0xff; 10]);
    assert!(earlier < id, "they sort by time");
}
