//! The witnesses in a manifest: what cannot be meant so is refused, and only those that it names are counted.

use super::bundles::{manifest, root};
use baqylau_protocol::bundle::{BundleError, Manifest};
use baqylau_protocol::checkpoint::{Checkpoint, CheckpointError, NoteKey, origin};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::witnesses::WitnessListFault;

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed([n; 32])
}

fn named(name: &str, n: u8) -> NoteKey {
    NoteKey { name: name.into(), key: key(n).public() }
}

fn opened(witnesses: &[NoteKey], cosignatures: u32) -> Result<Manifest, BundleError> {
    let asked = Manifest { witnesses: witnesses.to_vec(), cosignatures, ..manifest(1, None) };
    Manifest::open(&asked.sign(&root()), root().public())
}

#[test]
fn witnesses_that_cannot_be_meant_so_are_refused() {
    let (a, b) = (named("a", 21), named("b", 22));
    let both = [a.clone(), b.clone()];
    for needed in 0..=2 {
        let manifest = opened(&both, needed).expect("a list");
        assert_eq!((&manifest.witnesses[..], manifest.cosignatures), (&both[..], needed));
    }
    let refused = |witnesses: &[NoteKey], needed| match opened(witnesses, needed) {
        Err(BundleError::Witnesses(fault)) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&both, 3), WitnessListFault::TooFew { needed: 3, named: 2 });
    assert_eq!(refused(&both, u32::MAX), WitnessListFault::TooFew { needed: u32::MAX, named: 2 });
    assert_eq!(refused(&[a.clone(), named("c", 21)], 1), WitnessListFault::Twice { name: "c".into() });
    // The receipt key of the manifest.
    assert_eq!(refused(&[a, named("l", 3)], 1), WitnessListFault::OwnLog { name: "l".into() });
    for name in ["", "a b", "a+b", "a\nb"] {
        assert_eq!(refused(&[named(name, 21)], 1), WitnessListFault::Name { name: name.into() });
    }
}

#[test]
fn only_named_witnesses_of_this_log_are_counted() {
    let manifest = opened(&[named("a", 21), named("b", 22)], 2).expect("a list");
    let head = Checkpoint { origin: origin(manifest.mission, &manifest.log.key), size: 5, root: Hash([4; 32]) };
    let other = Checkpoint { size: 6, ..head.clone() };
    let names = |note: &str| {
        let (read, by) = manifest.cosigned(note).expect("the log signed it");
        assert_eq!(read, head);
        by.into_iter().map(|witness| witness.name.clone()).collect::<Vec<_>>()
    };
    let note = head.sign(&key(3));
    assert_eq!(names(&note), [] as [&str; 0]);
    let (a, b) = (head.cosign("a", &key(21), 7), head.cosign("b", &key(22), 7));
    assert_eq!(names(&format!("{note}{b}{a}{a}")), ["a", "b"]);
    // Another key under the name, another name, somebody else, another head.
    let junk = [head.cosign("b", &key(23), 7), head.cosign("c", &key(22), 7), other.cosign("b", &key(22), 7)].concat();
    assert_eq!(names(&format!("{note}{a}{junk}")), ["a"]);
    assert_eq!(manifest.cosigned(&(head.sign(&key(9)) + &a + &b)), Err(CheckpointError::Signature));
    let elsewhere = Checkpoint { origin: "baqylau.log/another".into(), ..head.clone() };
    assert_eq!(manifest.cosigned(&elsewhere.sign(&key(3))), Err(CheckpointError::Signature));
}
