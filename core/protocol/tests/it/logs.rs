//! The Merkle tree against the definition of RFC 6962, and receipts.

use baqylau_protocol::ids::{Hash, MissionId};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::merkle::{MerkleTree, is_consistent, leaf_hash, root_from_path};
use baqylau_protocol::receipt::{self, Receipt, TreeHead};

/// MTH, transcribed from RFC 6962, section 2.1.
fn naive(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [one] => *one,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            Hash::of(&[&[1][..], &naive(&leaves[..k]).0, &naive(&leaves[k..]).0].concat())
        }
    }
}

fn leaves(count: u32) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

#[test]
fn roots_and_paths_match_rfc_6962() {
    for size in 0..70 {
        let leaves = leaves(size);
        let mut tree = MerkleTree::default();
        leaves.iter().for_each(|l| tree.push(*l));
        assert_eq!(tree.root(), naive(&leaves), "{size} leaves");
        for (index, leaf) in (0u64..).zip(&leaves) {
            let path = tree.path(usize::try_from(index).unwrap()).unwrap();
            let root = |i, n, p: &[Hash]| root_from_path(*leaf, i, n, p);
            assert_eq!(root(index, u64::from(size), &path), Some(tree.root()));
            assert_ne!(root(index + 1, u64::from(size), &path), Some(tree.root()), "another place");
            assert_ne!(root_from_path(Hash([9; 32]), index, u64::from(size), &path), Some(tree.root()), "another leaf");
            if let Some((_, shorter)) = path.split_last() {
                assert_ne!(root(index, u64::from(size), shorter), Some(tree.root()), "a shorter path");
            }
        }
        assert_eq!(tree.path(size as usize), None);
        let before = naive(&leaves[..leaves.len() / 2]);
        tree.truncate(leaves.len() / 2);
        assert_eq!(tree.root(), before, "what was taken off is gone");
    }
}

/// PROOF, transcribed from RFC 6962, section 2.1.2.
fn naive_proof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![naive(leaves)] };
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (mut proof, other) = if old <= k {
        (naive_proof(old, &leaves[..k], whole), &leaves[k..])
    } else {
        (naive_proof(old - k, &leaves[k..], false), &leaves[..k])
    };
    proof.push(naive(other));
    proof
}

#[test]
fn log_that_only_grew_is_proved_to_have() {
    let leaves = leaves(70);
    let mut tree = MerkleTree::default();
    leaves.iter().for_each(|l| tree.push(*l));
    let at = |size: u64| (size, tree.root_at(size).unwrap());
    for new in 0..=70u64 {
        for old in 0..=new {
            let proof = tree.consistency(old, new).unwrap();
            assert!(is_consistent(at(old), at(new), &proof), "{old} to {new}");
            let longer = [&proof[..], &[Hash([7; 32])]].concat();
            assert!(!is_consistent(at(old), at(new), &longer), "{old} to {new}: a longer proof");
            assert!(!is_consistent((old, Hash([7; 32])), at(new), &proof), "{old} to {new}: another log before");
            assert!(old == new || !is_consistent(at(new), at(old), &proof), "{new} to {old}: it shrank");
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!is_consistent(at(old), at(new), shorter), "{old} to {new}: a shorter proof");
            }
            if old == 0 {
                continue;
            }
            let (from, to) = (usize::try_from(old).unwrap(), usize::try_from(new).unwrap());
            assert_eq!(proof, naive_proof(from, &leaves[..to], true), "{old} to {new}");
            assert!(!is_consistent(at(old), (new, Hash([7; 32])), &proof), "{old} to {new}: another log now");
            for other in (1..=new).filter(|other| *other != old) {
                let other = (other, at(old).1);
                assert!(
                    !is_consistent(other, at(new), &proof),
                    "{old} to {new}: its root passed off as one of {}",
                    other.0
                );
            }
        }
    }
    assert_eq!(tree.consistency(5, 71), None);
    assert_eq!(tree.consistency(6, 5), None);
}

#[test]
fn receipt_proves_one_object_of_one_log() {
    let (key, mission, object) = (SigningKey::generate(), MissionId([3; 16]), Hash::of(b"envelope"));
    let mut tree = MerkleTree::default();
    (0..5u8).for_each(|n| tree.push(receipt::leaf_hash(Hash([n; 32]), 10)));
    tree.push(receipt::leaf_hash(object, 99));
    let head = TreeHead { v: 1, mission, size: 6, root: tree.root(), time: 100 };
    let good = Receipt { head: head.sign(&key).into(), index: 5, received: 99, path: tree.path(5).unwrap() };
    let keys = [key.public()];
    assert_eq!(good.verify(object, &keys, mission).unwrap(), head);
    assert!(good.verify(Hash::of(b"another"), &keys, mission).is_err());
    assert!(good.verify(object, &[SigningKey::generate().public()], mission).is_err());
    assert!(good.verify(object, &keys, MissionId([4; 16])).is_err());
    assert!(Receipt { received: 98, ..good.clone() }.verify(object, &keys, mission).is_err(), "back-dated");
    assert!(Receipt { index: 4, ..good.clone() }.verify(object, &keys, mission).is_err());
    let mut altered: Vec<u8> = good.head.to_vec();
    altered[40] ^= 1;
    assert!(Receipt { head: altered.into(), ..good }.verify(object, &keys, mission).is_err());
}
