//! Attachments: a sealed file opens whole and unaltered, or not at all.

use super::support::Dice;
use baqylau_protocol::blob::{CHUNK, SealedFile, Sealer, open, padded};
use baqylau_protocol::ids::Hash;
use std::io::Write;

const KEY: [u8; 32] = [7; 32];

fn seal(plain: &[u8], step: usize) -> (SealedFile, Vec<u8>) {
    let mut sealer = Sealer::new(&KEY, Vec::new());
    plain.chunks(step.max(1)).for_each(|some| sealer.write_all(some).expect("memory"));
    sealer.finish().expect("memory")
}

fn opened(key: &[u8; 32], size: u64, sealed: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    open(key, size, sealed, &mut out).ok().map(|()| out)
}

#[test]
fn every_length_round_trips_whatever_the_write_sizes() {
    let mut dice = Dice(1);
    for size in [0, 1, 2, 100, CHUNK - 17, CHUNK - 16, CHUNK - 15, CHUNK, 3 * CHUNK, 200_000] {
        let plain = dice.bytes(size);
        let (sealed, bytes) = seal(&plain, 1 + dice.below(9_000));
        assert_eq!((sealed.size, sealed.length), (size as u64, bytes.len() as u64));
        assert_eq!(sealed.hash, Hash::of(&bytes));
        assert_eq!(opened(&KEY, sealed.size, &bytes).as_deref(), Some(&plain[..]), "{size}");
        assert_eq!(opened(&[8; 32], sealed.size, &bytes), None, "another key");
        assert_eq!(opened(&KEY, padded(sealed.size) + 1, &bytes), None, "a larger size than there is");
    }
}

#[test]
fn altered_cut_or_reordered_chunks_are_refused() {
    let mut dice = Dice(2);
    let plain = dice.bytes(5 * CHUNK);
    let (sealed, bytes) = seal(&plain, 4_096);
    for _ in 0..200 {
        let mut altered = bytes.clone();
        let at = dice.below(altered.len());
        altered[at] ^= 1 << dice.below(8);
        assert_eq!(opened(&KEY, sealed.size, &altered), None, "byte {at}");
    }
    for cut in [0, 1, CHUNK, 2 * CHUNK, bytes.len() - 1] {
        assert_eq!(opened(&KEY, sealed.size, &bytes[..cut]), None, "{cut} bytes");
        assert_eq!(opened(&KEY, 10, &bytes[..cut]), None, "{cut} bytes, and a size that would do");
    }
    let mut swapped = bytes.clone();
    swapped[..2 * CHUNK].rotate_left(CHUNK);
    assert_eq!(opened(&KEY, sealed.size, &swapped), None);
    assert_eq!(opened(&KEY, sealed.size, &[&bytes[..], &bytes[..CHUNK]].concat()), None, "one chunk more");
}

/// Padding adds at most an eighth and leaves few distinct lengths.
#[test]
fn sealed_length_reveals_only_the_magnitude() {
    let mut lengths = std::collections::BTreeSet::new();
    for size in 1..200_000u64 {
        let padded = padded(size);
        assert!(padded >= size && (padded - size) * 8 <= size.max(8), "{size}: {padded}");
        lengths.insert(padded);
    }
    assert!(lengths.len() < 400, "{}", lengths.len());
}
