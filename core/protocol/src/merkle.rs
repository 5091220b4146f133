//! The Merkle tree of RFC 6962, section 2.1.

use crate::ids::Hash;

/// The hash of a leaf's bytes.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Hash::of(&[&[0], leaf].concat())
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Hash::of(&bytes)
}

/// A growing tree. Keeps the hashes of all complete subtrees: 64 bytes a leaf.
#[derive(Debug, Clone, Default)]
pub struct MerkleTree {
    /// `levels[k][i]` is the root of the leaves `i * 2^k .. (i + 1) * 2^k`.
    levels: Vec<Vec<Hash>>,
}

impl MerkleTree {
    /// How many leaves there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let nodes = &mut self.levels[level];
            nodes.push(hash);
            if nodes.len() % 2 == 1 {
                return;
            }
            hash = node_hash(&nodes[nodes.len() - 2], &nodes[nodes.len() - 1]);
        }
    }

    /// Takes the last leaves off again, when what they stand for could not be stored.
    pub fn truncate(&mut self, length: usize) {
        for (level, nodes) in self.levels.iter_mut().enumerate() {
            nodes.truncate(length >> level);
        }
    }

    /// The root of all leaves; SHA-256 of nothing when there is none.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.subtree(0, self.len())
    }

    /// The root that the tree had when it had `size` leaves; `None` when it never had so many.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        let size = usize::try_from(size).ok().filter(|size| *size <= self.len())?;
        Some(self.subtree(0, size))
    }

    /// The root of leaves `from..to`, where `from` is a multiple of the largest power of two below the length.
    fn subtree(&self, from: usize, to: usize) -> Hash {
        let length = to - from;
        if length == 0 {
            return Hash::of(&[]);
        }
        if length.is_power_of_two() {
            let level = length.trailing_zeros() as usize;
            return self.levels[level][from >> level];
        }
        let split = from + split(length);
        node_hash(&self.subtree(from, split), &self.subtree(split, to))
    }

    /// The inclusion path of a leaf, lowest first; `None` when there is no such leaf.
    #[must_use]
    pub fn path(&self, leaf: usize) -> Option<Vec<Hash>> {
        let mut out = Vec::new();
        let (mut from, mut to) = (0, self.len());
        if leaf >= to {
            return None;
        }
        while to - from > 1 {
            let middle = from + split(to - from);
            if leaf < middle {
                out.push(self.subtree(middle, to));
                to = middle;
            } else {
                out.push(self.subtree(from, middle));
                from = middle;
            }
        }
        out.reverse();
        Some(out)
    }
}

/// The largest power of two below `length`.
fn split(length: usize) -> usize {
    length.next_power_of_two() / 2
}

/// The root that a leaf and its path lead to, in a tree of a size (RFC 9162, section 2.1.3.2); `None` when the path is not one for
/// this place in such a tree.
#[must_use]
pub fn root_from_path(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}
