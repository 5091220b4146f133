//! The tree against RFC 6962, section 2.1, transcribed.

use super::support::Dice;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::merkle::{MerkleTree, leaf_hash, root_from_path};

fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH(D[n]).
fn root(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => Hash::of(b""),
        [one] => Hash::of(&[&[0][..], one].concat()),
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            Hash::of(&[&[1][..], &root(left).0, &root(right).0].concat())
        }
    }
}

/// PATH(m, D[n]).
fn path(m: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut inner, sibling) = if m < k { (path(m, left), root(right)) } else { (path(m - k, right), root(left)) };
    inner.push(sibling);
    inner
}

const SIZES: usize = 71;

fn leaves() -> Vec<Vec<u8>> {
    (0..SIZES).map(|i| format!("leaf {i}").into_bytes()).collect()
}

#[test]
fn roots_and_paths_match_the_definition() {
    let all = leaves();
    let mut tree = MerkleTree::default();
    for size in 0..SIZES {
        assert_eq!(tree.len(), size);
        assert_eq!(tree.is_empty(), size == 0);
        let now = root(&all[..size]);
        assert_eq!(tree.root(), now, "{size} leaves");
        for (m, leaf) in all[..size].iter().enumerate() {
            let way = tree.path(m).unwrap();
            assert_eq!(way, path(m, &all[..size]), "leaf {m} of {size}");
            assert_eq!(root_from_path(leaf_hash(leaf), m as u64, size as u64, &way), Some(now), "leaf {m} of {size}");
        }
        assert_eq!(tree.path(size), None);
        tree.push(leaf_hash(&all[size]));
    }
}

#[test]
fn path_proves_one_index_in_one_tree() {
    let all = leaves();
    let mut tree = MerkleTree::default();
    for size in 1..24 {
        tree.push(leaf_hash(&all[size - 1]));
        let now = tree.root();
        for (m, plain) in all[..size].iter().enumerate() {
            let (leaf, way) = (leaf_hash(plain), tree.path(m).unwrap());
            let proves = |leaf, index: usize, size: usize, way: &[Hash]| {
                root_from_path(leaf, index as u64, size as u64, way) == Some(now)
            };
            for other in (0..size + 3).filter(|o| *o != m) {
                assert!(!proves(leaf, other, size, &way), "leaf {m} of {size} at {other}");
            }
            // Where a tree of another size has the same shape around a leaf, the same path leads to another root.
            let shape = |size: usize| (0..64).map(|level| size.div_ceil(1 << level)).collect::<Vec<_>>();
            for other in (1..size + 9).filter(|o| shape(*o)[..2] != shape(size)[..2]) {
                let found = root_from_path(leaf, m as u64, other as u64, &way);
                let same_shape = found == Some(now) && path_shape(m, other) == path_shape(m, size);
                assert!(found != Some(now) || same_shape, "leaf {m} of {size} in a tree of {other}");
            }
            let stranger = leaf_hash(b"stranger");
            assert!(!proves(stranger, m, size, &way));
            for at in 0..way.len() {
                let mut altered = way.clone();
                altered[at].0[0] ^= 1;
                assert!(!proves(leaf, m, size, &altered));
                let mut shorter = way.clone();
                shorter.remove(at);
                assert!(!proves(leaf, m, size, &shorter));
                let mut longer = way.clone();
                longer.insert(at, stranger);
                assert!(!proves(leaf, m, size, &longer));
            }
            let longer = [&way[..], &[stranger]].concat();
            assert_eq!(root_from_path(leaf, m as u64, size as u64, &longer), None);
        }
    }
    assert_eq!(root_from_path(leaf_hash(b""), 0, 0, &[]), None, "an empty tree holds nothing");
}

/// The side of the sibling at each level: in trees with the same sides, a path means the same.
fn path_shape(m: usize, size: usize) -> Vec<bool> {
    let (mut out, mut m, mut n) = (Vec::new(), m, size);
    while n > 1 {
        let k = split(n);
        out.push(m < k);
        (m, n) = if m < k { (m, k) } else { (m - k, n - k) };
    }
    out
}

#[test]
fn truncated_leaves_are_gone() {
    let mut dice = Dice(3);
    let all = leaves();
    for _ in 0..200 {
        let (keep, more) = (dice.below(40), dice.below(31));
        let mut tree = MerkleTree::default();
        all[..keep + more].iter().for_each(|l| tree.push(leaf_hash(l)));
        tree.truncate(keep);
        assert_eq!((tree.len(), tree.root()), (keep, root(&all[..keep])));
        all[keep..].iter().for_each(|l| tree.push(leaf_hash(l)));
        assert_eq!(tree.root(), root(&all));
    }
}
