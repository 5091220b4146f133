//! What is cosigned, and what is refused with which status.

use crate::it::support::{Asked, Log, NOW, root, witness};
use baqylau_http::reqwest::StatusCode;
use baqylau_protocol::checkpoint::{Checkpoint, witnessed};
use baqylau_protocol::keys::SigningKey;
use baqylau_witness::store::WitnessStore;

const SIZE: &str = "text/x.tlog.size";

async fn grown(witness: &Asked, log: &mut Log) {
    log.grow(10, "a");
    witness.cosigned(log, 0).await;
}

#[tokio::test]
async fn log_that_only_grows_is_cosigned_again_and_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut log, mut other) = (Log::new("log.example/a"), Log::new("log.example/b"));
    let witness = witness(folder.path(), &[&log, &other]).await;
    let mut known = 0;
    for more in [0, 1, 1, 5, 0, 100, 300] {
        log.grow(more, "a");
        witness.cosigned(&log, known).await;
        known = log.size();
    }
    grown(&witness, &mut other).await;
    let submission = log.submission(known);
    let (_, kind, line) = witness.ask(&submission).await;
    assert_eq!(kind, "text/plain; charset=utf-8");
    assert_eq!(witnessed(&(submission.note + &line), &witness.running.key), Some(NOW), "the time is in seconds");
}

#[tokio::test]
async fn witness_says_from_which_size_it_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let witness = witness(folder.path(), &[&log]).await;
    grown(&witness, &mut log).await;
    log.grow(5, "a");
    for old in [0, 9, 11] {
        let answer = witness.ask(&log.submission(old)).await;
        assert_eq!(answer, (StatusCode::CONFLICT, SIZE.into(), "10\n".into()), "{old}");
    }
    witness.cosigned(&log, 10).await;
    let mut behind = log.submission(0);
    behind.old = 16;
    assert_eq!(witness.refused(&behind).await.0, StatusCode::BAD_REQUEST, "older than what it is to go on from");
}

#[tokio::test]
async fn fork_is_refused_at_every_size_and_both_notes_are_kept_where_they_prove_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let witness = witness(folder.path(), &[&log]).await;
    grown(&witness, &mut log).await;
    let mut twin = log.twin();
    log.grow(10, "a");
    twin.grow(10, "b");
    witness.cosigned(&log, 10).await;
    let (status, kind, words) = witness.refused(&twin.submission(20)).await;
    assert_eq!((status, kind.as_str()), (StatusCode::CONFLICT, "text/plain; charset=utf-8"), "no size to go on from");
    assert!(words.contains("another root"), "{words}");
    twin.grow(7, "b");
    let (status, _, words) = witness.refused(&twin.submission(20)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
    assert_eq!(witness.refused(&twin.submission(10)).await.2, "20\n", "no way around");
    log.grow(1, "a");
    witness.cosigned(&log, 20).await;
    witness.running.stop().await;
    let mut store = WitnessStore::open(&folder.path().join("witness/witness.db")).expect("opens");
    let forks = store.forks().expect("forks");
    assert_eq!(forks.len(), 1);
    let heads: Vec<Checkpoint> = [&forks[0].cosigned, &forks[0].refused]
        .map(|note| Checkpoint::open(note, &log.vkey()).expect("signed by the log"))
        .into();
    assert_eq!((heads[0].size, heads[1].size), (20, 20));
    assert_ne!(heads[0].root, heads[1].root);
    assert_eq!(store.heads().expect("heads")[0].1.size, 21);
}

#[tokio::test]
async fn proof_that_is_not_the_one_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let witness = witness(folder.path(), &[&log]).await;
    log.grow(10, "a");
    let mut first = log.submission(0);
    first.proof = vec![root(1)];
    assert_eq!(witness.refused(&first).await.0, StatusCode::UNPROCESSABLE_ENTITY, "nothing is proved from nothing");
    witness.cosigned(&log, 0).await;
    let mut same = log.submission(10);
    same.proof = vec![root(1)];
    assert_eq!(witness.refused(&same).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    log.grow(13, "a");
    let honest = log.submission(10);
    for at in 0..honest.proof.len() {
        let mut wrong = honest.clone();
        wrong.proof[at] = root(9);
        assert_eq!(witness.refused(&wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{at}");
    }
    for proof in [Vec::new(), [honest.proof.clone(), vec![root(9)]].concat(), honest.proof[1..].to_vec()] {
        let mut wrong = honest.clone();
        wrong.proof = proof;
        assert_eq!(witness.refused(&wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    witness.cosigned(&log, 10).await;
}

#[tokio::test]
async fn only_a_known_log_with_its_own_signature_is_cosigned() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut log, mut stranger) = (Log::new("log.example/a"), Log::new("log.example/stranger"));
    let witness = witness(folder.path(), &[&log]).await;
    log.grow(3, "a");
    stranger.grow(3, "a");
    assert_eq!(witness.refused(&stranger.submission(0)).await.0, StatusCode::NOT_FOUND);
    let mut forged = log.submission(0);
    forged.note = log.head().sign(&SigningKey::generate());
    assert_eq!(witness.refused(&forged).await.0, StatusCode::FORBIDDEN);
    let signed = log.submission(0).note;
    forged.note = signed.replacen("\n3\n", "\n4\n", 1);
    assert_eq!(witness.refused(&forged).await.0, StatusCode::FORBIDDEN);
    let mut more = log.submission(0);
    more.note += "\u{2014} somebody.else AAAAAAAA\n";
    assert_eq!(witness.ask(&more).await.0, StatusCode::OK, "signatures of others are ignored");
    assert_eq!(witness.refused(&forged).await.0, StatusCode::FORBIDDEN, "no answer about a log without its signature");
}

#[tokio::test]
async fn empty_log_has_one_root() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let witness = witness(folder.path(), &[&log]).await;
    let mut wrong = log.submission(0);
    wrong.note = Checkpoint { root: root(1), ..log.head() }.sign(&log.key);
    assert_eq!(witness.refused(&wrong).await.0, StatusCode::CONFLICT);
    witness.cosigned(&log, 0).await;
    log.grow(1, "a");
    witness.cosigned(&log, 0).await;
}
