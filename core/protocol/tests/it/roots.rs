//! A manifest of several holders of the root counts with as many of their signatures as the mission asks for, and is the same one whoever
//! of them signed.

use super::bundles::manifest;
use baqylau_protocol::bundle::{BundleError, Manifest};
use baqylau_protocol::ids::{MissionId, PublicKey};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::root::{JointManifest, RootError, RootStatement};

fn holders() -> Vec<SigningKey> {
    (1..=3).map(|seed| SigningKey::from_seed([seed; 32])).collect()
}

fn statement(needed: u8) -> RootStatement {
    RootStatement::new(needed, holders().iter().map(SigningKey::public).collect()).expect("sound")
}

fn proposed(version: u64, statement: &RootStatement) -> JointManifest {
    let manifest = Manifest { mission: MissionId::of(statement.root()), ..manifest(version, None) };
    JointManifest::propose(&manifest, statement)
}

fn signed(by: &[usize]) -> Vec<u8> {
    signed_of(proposed(1, &statement(2)), by)
}

fn signed_of(mut joint: JointManifest, by: &[usize]) -> Vec<u8> {
    by.iter().for_each(|at| joint.sign(&holders()[*at]).expect("a holder"));
    joint.encode()
}

#[test]
fn as_many_holders_as_must_sign_and_one_of_them_alone_is_not_enough() {
    let root = statement(2).root();
    for by in [[0, 1], [2, 0], [1, 2]] {
        Manifest::open(&signed(&by), root).expect("two of three");
    }
    let alone = Manifest::open(&signed(&[1]), root).unwrap_err();
    assert_eq!(alone, BundleError::Root(RootError::Count { found: 1, needed: 2 }));
    let mut joint = proposed(1, &statement(2));
    joint.sign(&holders()[0]).expect("a holder");
    assert_eq!(joint.sign(&holders()[0]), Err(RootError::Twice));
    assert_eq!(joint.sign(&SigningKey::from_seed([9; 32])), Err(RootError::NotAHolder));
    joint.sign(&holders()[2]).expect("a holder");
    assert_eq!(joint.sign(&holders()[1]), Err(RootError::Count { found: 3, needed: 2 }), "there is one encoding");
    // A single holder passes for nobody: neither with a plain signature, nor with keys of his own.
    let plain = joint.manifest().expect("reads").sign(&holders()[0]);
    Manifest::open(&plain, root).unwrap_err();
    Manifest::open(&plain, holders()[0].public()).unwrap_err();
    let keys: Vec<PublicKey> = holders().iter().map(SigningKey::public).collect();
    let weaker = RootStatement::new(1, keys).expect("sound");
    let mut own = JointManifest::propose(&joint.manifest().expect("reads"), &weaker);
    own.sign(&holders()[0]).expect("a holder");
    assert_eq!(Manifest::open(&own.encode(), root), Err(BundleError::Root(RootError::Foreign)));
    Manifest::open(&own.encode(), weaker.root()).expect_err("it is of a mission of another name");
}

#[test]
fn any_altered_byte_of_a_joint_manifest_is_refused() {
    let (root, bytes) = (statement(2).root(), signed(&[0, 2]));
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 0x10;
        assert!(Manifest::open(&altered, root).is_err(), "byte {at}");
        assert!(Manifest::open(&bytes[..at], root).is_err(), "{at} bytes");
    }
}

#[test]
fn it_is_the_same_manifest_whoever_of_the_holders_signed() {
    let root = statement(2).root();
    let joint = proposed(1, &statement(2));
    let (one, other) = (signed_of(joint.clone(), &[0, 1]), signed_of(joint, &[1, 2]));
    assert_ne!(one, other);
    assert_eq!(Manifest::hash(&one), Manifest::hash(&other));
    let [known, again] = [&one, &other].map(|bytes| Manifest::open(bytes, root).expect("two of three"));
    again.succeeds(&other, &known, &one).expect("no second bundle is in circulation");
    let next = Manifest { version: 2, prev: Some(Manifest::hash(&one)), ..known.clone() };
    let following = signed_of(JointManifest::propose(&next, &statement(2)), &[0, 1]);
    next.succeeds(&following, &again, &other).expect("it follows, whoever signed the one before");
}

#[test]
fn a_root_of_one_key_of_no_threshold_or_of_doubled_keys_is_none() {
    let keys: Vec<PublicKey> = holders().iter().map(SigningKey::public).collect();
    for (needed, keys) in [(1, &keys[..1]), (0, &keys[..]), (4, &keys[..]), (2, &[keys[0], keys[0]][..])] {
        assert_eq!(RootStatement::new(needed, keys.to_vec()), Err(RootError::Statement));
    }
    let mut reversed = keys;
    reversed.reverse();
    assert_eq!(RootStatement::new(2, reversed).expect("sound").root(), statement(2).root(), "in any order");
}
