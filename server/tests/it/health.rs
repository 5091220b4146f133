//! `/healthz` says whether the server can store, as its storage finds it.

use crate::it::support::{MAX_ANSWER, Mission};
use baqylau_http::reqwest::StatusCode;
use rusqlite::Connection;

async fn health(mission: &Mission) -> (StatusCode, String) {
    let answer = mission.http.get(format!("{}/healthz", mission.url)).send().await.expect("answers");
    let status = answer.status();
    (status, String::from_utf8(answer.body(MAX_ANSWER).await.expect("a body")).expect("text"))
}

fn alter(folder: &std::path::Path, sql: &str) {
    Connection::open(folder.join("server.db")).expect("opens").execute_batch(sql).expect("alters");
}

/// An answer stands for a second; the storage's next one is waited for.
async fn becomes(mission: &Mission, expected: (StatusCode, &str)) {
    let mut found = (StatusCode::OK, String::new());
    for _ in 0..200 {
        found = health(mission).await;
        if (found.0, found.1.as_str()) == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{found:?} and not {expected:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storage_that_reads_back_something_else_is_not_healthy() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    assert_eq!(health(&mission).await, (StatusCode::OK, "ok\n".into()));
    // What is written is lost at once.
    alter(folder.path(), "CREATE TRIGGER forgets AFTER INSERT ON probe BEGIN DELETE FROM probe; END");
    becomes(&mission, (StatusCode::SERVICE_UNAVAILABLE, "damaged\n")).await;
    alter(folder.path(), "DROP TRIGGER forgets");
    becomes(&mission, (StatusCode::OK, "ok\n")).await;
}
