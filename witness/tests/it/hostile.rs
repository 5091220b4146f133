//! Whoever can reach a witness may send anything.

use crate::it::support::{Log, witness};
use baqylau_http::reqwest::StatusCode;
use std::fmt::Write as _;
use std::io::Read;
use std::net::TcpStream;

#[tokio::test]
async fn junk_is_refused_and_the_next_is_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let witness = witness(folder.path(), &[&log]).await;
    log.grow(10, "a");
    let good = log.submission(0).to_text();
    let bodies: [Vec<u8>; 9] = [
        Vec::new(),
        b"\n\n\n\n".to_vec(),
        vec![0; 1000],
        vec![0xff; 1 << 20],
        "old 0\n".repeat(100_000).into_bytes(),
        "\n".repeat(1 << 20).into_bytes(),
        good.replace("old 0", "old 99999999999999999999").into_bytes(),
        good.replace("\n10\n", "\n18446744073709551615\n").into_bytes(),
        good.replacen("\n\n\u{2014}", "\nan extension\n\n\u{2014}", 1).into_bytes(),
    ];
    for body in bodies {
        let (status, ..) = witness.post(body.clone()).await;
        let known = [StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN];
        assert!(known.contains(&status), "{status} for {:.100}", String::from_utf8_lossy(&body));
    }
    for at in (0..good.len()).filter(|at| good.is_char_boundary(*at)) {
        let (status, ..) = witness.post(good.as_bytes()[..at].to_vec()).await;
        assert!(status.is_client_error(), "cut at {at}: {status}");
    }
    witness.cosigned(&log, 0).await;
}

#[tokio::test]
async fn body_of_more_than_a_mebibyte_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let witness = witness(folder.path(), &[&log]).await;
    log.grow(10, "a");
    let url = format!("http://{}/add-checkpoint", witness.running.address);
    // The answer may come before all is sent, and the line break off: then nothing was taken either.
    if let Ok(answer) = witness.http.post(&url).body(vec![b'a'; 64 << 20]).send().await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    let (status, ..) = witness.post(vec![b'a'; (1 << 20) + 1]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    witness.cosigned(&log, 0).await;
}

/// Each line has the log's name and id and is no signature of it. The first that does not verify ends the work.
#[tokio::test]
async fn thousand_wrong_signatures_are_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let witness = witness(folder.path(), &[&log]).await;
    log.grow(10, "a");
    let mut crowded = log.submission(0);
    let wrong = log.twin();
    let mut other = wrong.head();
    other.size += 1;
    let line = other.sign(&wrong.key).lines().last().expect("a line").to_owned();
    for _ in 0..1_000 {
        let _ = writeln!(crowded.note, "{line}");
    }
    assert_eq!(witness.refused(&crowded).await.0, StatusCode::FORBIDDEN);
    witness.cosigned(&log, 0).await;
}

/// Whoever connects and says nothing is let go, and keeps nobody out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_connections_are_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = Log::new("log.example/a");
    let witness = witness(folder.path(), &[&log]).await;
    log.grow(10, "a");
    let silent: Vec<TcpStream> =
        (0..300).map(|_| TcpStream::connect(witness.running.address).expect("connects")).collect();
    witness.cosigned(&log, 0).await;
    let ended = tokio::task::spawn_blocking(move || (&silent[0]).read(&mut [0; 1000]));
    let _closed = ended.await.expect("it ends");
}
