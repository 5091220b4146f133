//! The Merkle tree of the log: RFC 6962, section 2.1, as its recursion is written there.

use crate::cbor::list;
use crate::{Hash, sha256};

/// The hash of a leaf.
#[must_use]
pub fn leaf(object: Hash, received: i64) -> Hash {
    let leaf = list([1_u64.into(), object.into(), received.into()]);
    sha256(&[vec![0], leaf.encode()].concat())
}

fn node(left: Hash, right: Hash) -> Hash {
    sha256(&[&[1], &left[..], &right[..]].concat())
}

/// The largest power of two below the number of leaves.
fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// The root over hashes of leaves.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [only] => *only,
        more => {
            let (left, right) = more.split_at(split(more.len()));
            node(root(left), root(right))
        }
    }
}

/// The audit path of a leaf, its sibling first.
#[must_use]
pub fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut below, other) =
        if index < middle { (path(index, left), root(right)) } else { (path(index - middle, right), root(left)) };
    below.push(other);
    below
}

/// The proof that the first `old` leaves are the beginning of all.
#[must_use]
pub fn consistency(old: usize, leaves: &[Hash]) -> Vec<Hash> {
    if old == 0 || old >= leaves.len() { Vec::new() } else { subproof(old, leaves, true) }
}

fn subproof(old: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if known { Vec::new() } else { vec![root(leaves)] };
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut below, other) = if old <= middle {
        (subproof(old, left, known), root(right))
    } else {
        (subproof(old - middle, right, false), root(left))
    };
    below.push(other);
    below
}
