//! The tests that every backend passes. A backend's test calls [`run`] with a way to open it anew.

use super::{LogPosition, LoggedObject, Storage, StoredDocument};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};

/// Runs the suite. `open` opens the same storage each time it is called; the first time it is empty.
///
/// # Panics
/// When the backend breaks a rule.
pub fn run(open: &dyn Fn() -> Box<dyn Storage>) {
    appends_find_and_page(open);
    keeps_missions_apart(open);
    refuses_a_taken_index(open);
    publishes(open);
    takes_back_only_what_was_lost(open);
}

const A: MissionId = MissionId([1; 16]);
const B: MissionId = MissionId([2; 16]);

fn entry(device: u8, seq: u64, body: &[u8]) -> LoggedObject {
    LoggedObject {
        received: 5,
        device: DeviceId([device; 16]),
        seq,
        recipient: None,
        blobs: Vec::new(),
        hash: Hash::of(body),
        object: body.to_vec(),
    }
}

fn appends_find_and_page(open: &dyn Fn() -> Box<dyn Storage>) {
    let entries = [entry(1, 0, b"enrolment"), entry(1, 1, b"one"), entry(1, 1, b"fork of one"), entry(2, 1, b"other")];
    open().append(A, 0, &entries).expect("append");
    let mut storage = open();
    for (index, e) in (0..).zip(&entries) {
        let found = storage.find(A, e.device, e.seq, e.hash).expect("find");
        assert_eq!(found, Some(LogPosition { index, received: 5 }), "both branches of a fork are found");
    }
    assert_eq!(storage.find(A, DeviceId([1; 16]), 2, entries[1].hash).expect("find"), None);
    assert_eq!(storage.page(A, 0, 10, 1 << 20).expect("page"), entries);
    assert_eq!(storage.page(A, 1, 2, 1 << 20).expect("page"), entries[1..3]);
    assert_eq!(storage.page(A, 1, 10, 1).expect("page"), entries[1..2], "one entry comes, however small the limit");
    assert_eq!(storage.enrolments(A).expect("enrolments"), vec![b"enrolment".to_vec()]);
    let mut leaves = Vec::new();
    storage.leaves(A, &mut |hash, _| leaves.push(hash)).expect("leaves");
    assert_eq!(leaves, entries.iter().map(|e| e.hash).collect::<Vec<_>>());
}

fn keeps_missions_apart(open: &dyn Fn() -> Box<dyn Storage>) {
    let mut storage = open();
    let mine = entry(1, 1, b"one");
    assert_eq!(storage.find(B, mine.device, mine.seq, mine.hash).expect("find"), None);
    storage.append(B, 0, std::slice::from_ref(&mine)).expect("append");
    assert_eq!(storage.page(B, 0, 10, 1 << 20).expect("page"), [mine]);
    assert_eq!(storage.page(A, 0, 10, 1 << 20).expect("page").len(), 4);
}

fn refuses_a_taken_index(open: &dyn Fn() -> Box<dyn Storage>) {
    let mut storage = open();
    let two = [entry(3, 1, b"fresh"), entry(3, 2, b"second")];
    storage.append(A, 3, &two).expect_err("index 3 is taken");
    assert_eq!(storage.page(A, 0, 10, 1 << 20).expect("page").len(), 4, "all or none");
}

fn takes_back_only_what_was_lost(open: &dyn Fn() -> Box<dyn Storage>) {
    let mut storage = open();
    assert!(!storage.mend(A, 1, b"one").expect("mend"), "it is whole");
    assert!(!storage.mend(A, 1, b"another").expect("mend"), "nothing takes its place");
    assert!(!storage.mend(A, 99, b"one").expect("mend"), "there is no such place");
    assert_eq!(storage.page(A, 1, 1, 1 << 20).expect("page")[0].object, b"one");
}

fn publishes(open: &dyn Fn() -> Box<dyn Storage>) {
    let part = (Hash::of(b"part"), b"packed".to_vec());
    let first = open()
        .publish(A, StoredDocument::Manifest, b"first", std::slice::from_ref(&part), &mut |known| known.is_none());
    assert!(first.expect("publish"), "nothing was there");
    let mut storage = open();
    let other = (Hash::of(b"other"), b"packed".to_vec());
    let mut known = None;
    let late = storage.publish(A, StoredDocument::Manifest, b"late", std::slice::from_ref(&other), &mut |there| {
        known = there.map(<[u8]>::to_vec);
        false
    });
    assert!(!late.expect("publish"));
    assert_eq!(known.as_deref(), Some(&b"first"[..]), "it is told what is there");
    assert_eq!(storage.document(A, StoredDocument::Manifest).expect("document"), Some(b"first".to_vec()));
    assert_eq!(storage.part(A, other.0).expect("part"), None, "all or nothing");
    assert!(storage.publish(A, StoredDocument::Manifest, b"second", &[], &mut |_| true).expect("publish"));
    let mut storage = open();
    assert_eq!(storage.document(A, StoredDocument::Manifest).expect("document"), Some(b"second".to_vec()));
    assert_eq!(storage.document(A, StoredDocument::Roster).expect("document"), None);
    assert_eq!(storage.document(B, StoredDocument::Manifest).expect("document"), None);
    assert_eq!(storage.part(A, part.0).expect("part"), Some(part.1));
}
