//! That the log only grew is proved to whoever asks, and with every receipt.

use crate::it::support::{MAX_ANSWER, Mission, NOW};
use baqylau_http::reqwest::StatusCode;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::checkpoint::{Checkpoint, NoteKey, origin};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::merkle::{MerkleTree, is_consistent};
use baqylau_protocol::receipt::{TreeHead, leaf_hash};
use baqylau_protocol::wire::{ConsistencyProof, MAX_BATCH, Upload, Verdict, Verdicts};

async fn get(mission: &Mission, path: &str) -> (StatusCode, Vec<u8>) {
    let answer = mission.http.get(format!("{}{path}", mission.url)).send().await.expect("answers");
    (answer.status(), answer.body(MAX_ANSWER).await.expect("a body"))
}

/// Sends, and gives the head of the receipts, their leaves by index, and the proof.
async fn send(
    mission: &Mission,
    objects: Vec<Vec<u8>>,
    known: Option<u64>,
) -> (TreeHead, Vec<Hash>, Option<Vec<Hash>>) {
    let hashes: Vec<Hash> = objects.iter().map(|o| Hash::of(o)).collect();
    let body = cbor::encode(&Upload { objects: objects.into_iter().map(Into::into).collect(), known });
    let (status, bytes) = mission.post("/v1/objects", body).await;
    assert_eq!(status, StatusCode::OK);
    let answer: Verdicts = cbor::decode(&bytes, "verdicts").expect("verdicts");
    let mut heads = Vec::new();
    let mut leaves = Vec::new();
    for (verdict, hash) in answer.verdicts.into_iter().zip(hashes) {
        let Verdict::Stored(receipt) = verdict else { panic!("{verdict:?}") };
        heads.push(receipt.verify(hash, &[mission.receipts.public()], mission.id()).expect("verifies"));
        leaves.push(leaf_hash(hash, receipt.received));
    }
    let head = heads.pop().expect("a receipt");
    assert!(heads.iter().all(|other| *other == head), "all receipts of an answer have one head");
    (head, leaves, answer.proof)
}

#[tokio::test]
async fn log_proves_that_it_only_grew() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let device = mission.device(Role::Observer, NOW + 1);
    let (first, mut leaves, proof) = send(&mission, vec![device.enrolment.clone()], None).await;
    assert_eq!(proof, None, "nobody asked");
    let envelopes: Vec<Vec<u8>> = (1..=300).map(|seq| mission.envelope(&device, seq)).collect();
    let mut last = first.clone();
    for batch in envelopes.chunks(MAX_BATCH / 2 - 1) {
        let (head, more, proof) = send(&mission, batch.to_vec(), Some(last.size)).await;
        leaves.extend(more);
        let proof = proof.expect("a proof comes with the receipts");
        assert!(is_consistent((last.size, last.root), (head.size, head.root), &proof));
        last = head;
    }
    let (again, _, proof) = send(&mission, vec![device.enrolment.clone()], Some(last.size)).await;
    assert_eq!((again.size, again.root, proof), (last.size, last.root, Some(Vec::new())), "nothing was added");
    let (_, _, proof) = send(&mission, vec![device.enrolment.clone()], Some(last.size + 1)).await;
    assert_eq!(proof, None, "a log that is smaller than what is known proves nothing");

    let (_, bytes) = get(&mission, &format!("/v1/consistency?from={}&to={}", first.size, last.size)).await;
    let proof: ConsistencyProof = cbor::decode(&bytes, "proof").expect("a proof");
    assert!(is_consistent((first.size, first.root), (last.size, last.root), &proof.hashes));
    for (range, status) in [
        ("from=2&to=1", StatusCode::NOT_FOUND),
        ("from=1&to=302", StatusCode::NOT_FOUND),
        ("from=1", StatusCode::BAD_REQUEST),
        ("from=-1&to=2", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(get(&mission, &format!("/v1/consistency?{range}")).await.0, status, "{range}");
    }

    let (_, note) = get(&mission, "/v1/checkpoint").await;
    let log =
        NoteKey::new(&origin(mission.id(), &mission.receipts.public()), mission.receipts.public()).expect("a name");
    let head = Checkpoint::open(std::str::from_utf8(&note).expect("text"), &log).expect("signed");
    assert_eq!((head.size, head.root), (last.size, last.root));
    read_in_tiles(&mission, &leaves, last.root).await;
}

async fn read_in_tiles(mission: &Mission, leaves: &[Hash], root: Hash) {
    let bytes = |hashes: &[Hash]| hashes.iter().flat_map(|h| h.0).collect::<Vec<u8>>();
    let full = get(mission, "/v1/tile/0/000").await.1;
    let rest = get(mission, "/v1/tile/0/001.p/45").await.1;
    assert_eq!([full, rest].concat(), bytes(leaves));
    let mut tree = MerkleTree::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    assert_eq!(tree.root(), root, "the leaves are those of the log");
    assert_eq!(get(mission, "/v1/tile/1/000.p/1").await.1, bytes(&[tree.root_at(256).expect("a root")]));
    for (path, status) in [
        ("0/001", StatusCode::NOT_FOUND),
        ("0/001.p/46", StatusCode::NOT_FOUND),
        ("2/000.p/1", StatusCode::NOT_FOUND),
        ("9999999/000", StatusCode::NOT_FOUND),
        ("0/x999/x999/x999/x999/x999/x999/x999/999", StatusCode::BAD_REQUEST),
        ("0/x999/x999/x999/x999/x999/999", StatusCode::NOT_FOUND),
        ("0/000.p/0", StatusCode::BAD_REQUEST),
        ("0/000.p/256", StatusCode::BAD_REQUEST),
        ("0/000.p/01", StatusCode::BAD_REQUEST),
        ("0/0", StatusCode::BAD_REQUEST),
        ("0/+00", StatusCode::BAD_REQUEST),
        ("-1/000", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(get(mission, &format!("/v1/tile/{path}")).await.0, status, "{path}");
    }
}
