//! The Merkle tree of RFC 6962, section 2.1.

use crate::ids::Hash;

/// SHA-256 of `0x00 || leaf`.
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

/// An append-only Merkle tree in memory. Keeps the roots of all complete subtrees: 64 bytes per leaf.
#[derive(Debug, Clone, Default)]
pub struct MerkleTree {
    /// `levels[k][i]` is the root of the leaves `i * 2^k .. (i + 1) * 2^k`.
    levels: Vec<Vec<Hash>>,
}

impl MerkleTree {
    /// Number of leaves.
    #[must_use]
    pub fn len(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// Whether the tree has no leaves.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a leaf, given its hash ([`leaf_hash`]).
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

    /// The hashes of a tile of C2SP's tlog-tiles: up to `width` roots of complete subtrees of 256^`level` leaves, from number
    /// `index` * 256 on. `None` unless there are as many.
    #[must_use]
    pub fn tile(&self, level: u32, index: u64, width: usize) -> Option<&[Hash]> {
        let nodes = self.levels.get(usize::try_from(level.checked_mul(8)?).ok()?)?;
        let from = usize::try_from(index.checked_mul(256)?).ok()?;
        nodes.get(from..from.checked_add(width)?)
    }

    /// Removes leaves from the end until `length` are left: for leaves whose objects could not be stored.
    pub fn truncate(&mut self, length: usize) {
        for (level, nodes) in self.levels.iter_mut().enumerate() {
            nodes.truncate(length >> level);
        }
    }

    /// Root over all leaves; SHA-256 of the empty string if there are none.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.subtree(0, self.len())
    }

    /// Root over the first `size` leaves; `None` if the tree has fewer.
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

    /// Inclusion path of the leaf with this index, lowest sibling first; `None` if there is no such leaf.
    #[must_use]
    pub fn path(&self, leaf: usize) -> Option<Vec<Hash>> {
        self.path_at(leaf, self.len())
    }

    /// As [`MerkleTree::path`], under the root over the first `size` leaves; `None` if the tree has fewer, or the leaf is not among them.
    #[must_use]
    pub fn path_at(&self, leaf: usize, size: usize) -> Option<Vec<Hash>> {
        let mut out = Vec::new();
        let (mut from, mut to) = (0, size);
        if leaf >= size || size > self.len() {
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

    /// Proof that the first `old` leaves are those of the log when it had `old`, and that only leaves behind them were added up to
    /// `new` (RFC 6962, section 2.1.2); empty where nothing is to be shown. `None` unless `old <= new <= self.len()`.
    #[must_use]
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        let old = usize::try_from(old).ok().filter(|_| old <= new)?;
        let new = usize::try_from(new).ok().filter(|new| *new <= self.len())?;
        let mut out = Vec::new();
        let (mut from, mut to) = (0, new);
        // Leads to the smallest subtree that ends where the old log did; what is passed by on the way is the proof.
        while old > from && old < to {
            let middle = from + split(to - from);
            if old <= middle {
                out.push(self.subtree(middle, to));
                to = middle;
            } else {
                out.push(self.subtree(from, middle));
                from = middle;
            }
        }
        // The whole old log as one subtree is known already.
        if from > 0 && old > 0 {
            out.push(self.subtree(from, to));
        }
        out.reverse();
        Some(out)
    }
}

/// Whether a log of `new` leaves under `new_root` begins with the one of `old` leaves under `old_root` (RFC 9162, section 2.1.4.2).
/// Every log begins with the empty one.
#[must_use]
pub fn is_consistent((old, old_root): (u64, Hash), (new, new_root): (u64, Hash), proof: &[Hash]) -> bool {
    if old == 0 || old == new {
        return proof.is_empty() && if old == 0 { old_root == Hash::of(&[]) } else { old_root == new_root };
    }
    if old > new {
        return false;
    }
    let known = old.is_power_of_two().then_some(old_root);
    let mut path = known.into_iter().chain(proof.iter().copied());
    let Some(start) = path.next() else { return false };
    let shared = (old - 1).trailing_ones();
    let (mut at, mut last) = ((old - 1) >> shared, (new - 1) >> shared);
    let (mut of_old, mut of_new) = (start, start);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            of_old = node_hash(&sibling, &of_old);
            of_new = node_hash(&sibling, &of_new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node_hash(&of_new, &sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && of_old == old_root && of_new == new_root
}

/// The largest power of two below `length`, for a `length` of at least 2.
fn split(length: usize) -> usize {
    length.next_power_of_two() / 2
}

/// Root that a leaf hash and its inclusion path lead to in a tree of `size` leaves (RFC 9162, section 2.1.3.2); `None`
/// if the path cannot be one for `index` in such a tree.
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
