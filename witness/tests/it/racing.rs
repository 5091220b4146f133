//! Requests that come at once, and restarts in between.

use crate::it::support::{Log, witness};
use baqylau_http::reqwest::StatusCode;

/// Both are signed by the log, and each alone would be cosigned.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_logs_that_come_at_once_one_is_cosigned() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let witness = witness(folder.path(), &[&log]).await;
    for round in 0..200 {
        let (known, mut twin) = (log.size(), log.twin());
        log.grow(3, "a");
        twin.grow(3, "b");
        let (one, other) = (log.submission(known), twin.submission(known));
        let (one, other) = tokio::join!(witness.ask(&one), witness.ask(&other));
        let cosigned = [one.0, other.0].iter().filter(|status| **status == StatusCode::OK).count();
        assert_eq!(cosigned, 1, "round {round}: {one:?} {other:?}");
        if other.0 == StatusCode::OK {
            log = twin;
        }
        witness.cosigned(&log, log.size()).await;
    }
}

#[tokio::test]
async fn restarted_witness_knows_what_it_cosigned() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let mut key = None;
    for round in 0..5 {
        let witness = witness(folder.path(), &[&log]).await;
        assert_eq!(*key.get_or_insert(witness.running.key.clone()), witness.running.key, "the key stays");
        let (known, mut twin) = (log.size(), log.twin());
        log.grow(4, "a");
        twin.grow(4, "b");
        witness.cosigned(&log, known).await;
        witness.running.stop().await;
        let witness = crate::it::support::witness(folder.path(), &[&log]).await;
        assert_eq!(witness.refused(&twin.submission(log.size())).await.0, StatusCode::CONFLICT, "round {round}");
        assert_eq!(witness.refused(&twin.submission(known)).await.2, format!("{}\n", log.size()));
        witness.running.stop().await;
    }
}

/// A log that the witness was no longer told of and is told of again does not begin anew.
#[tokio::test]
async fn log_that_was_taken_off_the_list_comes_back_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let first = witness(folder.path(), &[&log]).await;
    log.grow(4, "a");
    first.cosigned(&log, 0).await;
    first.running.stop().await;
    let second = witness(folder.path(), &[]).await;
    assert_eq!(second.refused(&log.submission(4)).await.0, StatusCode::NOT_FOUND);
    second.running.stop().await;
    let third = witness(folder.path(), &[&log]).await;
    assert_eq!(third.refused(&log.submission(0)).await.2, "4\n");
    third.cosigned(&log, 4).await;
}
