//! Slow and large requests, and very many of them: whoever is honest is served.

use crate::it::support::{MAX_ANSWER, Mission, NOW, index};
use baqylau_http::reqwest::StatusCode;
use baqylau_protocol::bundle::{BundlePart, Manifest, PartKind};
use baqylau_protocol::certificate::Role;
use baqylau_protocol::wire::{MAX_REQUEST, Upload};
use baqylau_server::Limits;
use minicbor::bytes::ByteVec;
use std::io::Write;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Little patience, so that a test is short.
const LIMITS: Limits = Limits {
    connections: 100,
    body_bytes: 8 << 20,
    patience: Duration::from_millis(600),
    bytes_per_second: 100_000,
    settling: Duration::from_millis(60),
};

async fn mission(folder: &std::path::Path, limits: Limits) -> Mission {
    let mut mission = Mission::start(folder).await;
    mission.running.take().expect("it runs").stop().await;
    mission.open_with(folder, limits).await;
    mission
}

async fn connect(mission: &Mission, said: &str) -> TcpStream {
    let address = mission.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("connects");
    // It may be cut off already.
    let _ = stream.write_all(said.as_bytes()).await;
    stream
}

async fn metric(mission: &Mission, desk: &crate::it::support::Device, name: &str) -> u64 {
    let text = mission.metrics(desk).await;
    let value = text.lines().find_map(|l| l.strip_prefix(name)?.trim().parse().ok());
    value.unwrap_or_else(|| panic!("{name} in {text}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_slow_connections_keep_nobody_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    // They would be let alone for an hour, were there room for all.
    let patient = Limits { patience: Duration::from_secs(3600), settling: Duration::from_millis(60), ..LIMITS };
    let mission = mission(folder.path(), patient).await;
    let device = mission.device(Role::Observer, NOW + 1);
    let mut slow = Vec::new();
    for n in 0..1_000 {
        let said = match n % 3 {
            0 => "",
            1 => "POST /v1/obj",
            _ => "POST /v1/objects HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\nabc",
        };
        slow.push(connect(&mission, said).await);
    }
    let sent = mission.send(vec![device.enrolment.clone()]).await;
    assert_eq!(index(&sent[0]), 0);
    for seq in 1..=5 {
        assert_eq!(index(&mission.send(vec![mission.envelope(&device, seq)]).await[0]), seq);
    }
    drop(slow);
}

fn post(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Requests that need no signature, bodies that trickle in fast enough, and what others signed and everybody may have copied keep no place:
/// without that this would hang.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_nothing_of_their_own_keeps_no_place_however_busy() {
    let folder = tempfile::tempdir().expect("a folder");
    let hour = Duration::from_secs(3600);
    let patient = Limits { connections: 50, patience: hour, settling: hour, ..LIMITS };
    let mission = mission(folder.path(), patient).await;
    let (device, copied) = (mission.device(Role::Observer, NOW + 1), mission.device(Role::Observer, NOW + 2));
    assert_eq!(index(&mission.send(vec![copied.enrolment.clone()]).await[0]), 0);
    let bundle = mission.http.get(format!("{}/v1/bundle", mission.url)).send().await.expect("answers");
    let bundle = bundle.body(MAX_ANSWER).await.expect("a body");
    let bundle = minicbor::to_vec((ByteVec::from(bundle), Vec::<ByteVec>::new())).expect("encodes");
    let objects = Upload { objects: vec![copied.enrolment.clone().into()], known: None };
    let copies = [post("/v1/bundle", &bundle), post("/v1/objects", &minicbor::to_vec(objects).expect("encodes"))];
    let mut busy = tokio::task::JoinSet::new();
    for n in 0..120 {
        let drip = "POST /v1/objects HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\n";
        let health = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
        let (first, again) = if n % 4 == 3 { (drip, "abc") } else { ("", health) };
        let mut stream = connect(&mission, first).await;
        if let Some(copy) = copies.get(n % 4) {
            let _closed = stream.write_all(copy).await;
        }
        busy.spawn(async move {
            let mut answers = [0; 4096];
            while stream.write_all(again.as_bytes()).await.is_ok() {
                let _ = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut answers)).await;
            }
        });
    }
    assert_eq!(index(&mission.send(vec![device.enrolment.clone()]).await[0]), 1);
    for seq in 1..=5 {
        assert_eq!(index(&mission.send(vec![mission.envelope(&device, seq)]).await[0]), seq + 1);
    }
}

/// One connection after the other is closed by the server, whatever it waits with.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_slower_than_a_bad_line_is_cut_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = mission(folder.path(), LIMITS).await;
    let unfinished = [
        "",
        "GET /healthz HTTP/1.1\r\nhost:",
        "POST /v1/objects HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\nabc",
        "POST /v1/bundle HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n\x40\r\n",
        "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
    ];
    for said in unfinished {
        let mut stream = connect(&mission, said).await;
        let mut rest = Vec::new();
        // Without an end this would hang.
        let _reset_or_closed = stream.read_to_end(&mut rest).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_under_way_take_no_more_memory_than_there_is_for_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let patient = Limits { patience: Duration::from_secs(3600), ..LIMITS };
    let mission = mission(folder.path(), patient).await;
    let (desk, device) = (&mission.desk, mission.device(Role::Observer, NOW + 1));
    mission.send(vec![desk.enrolment.clone(), device.enrolment.clone()]).await;
    let body = vec![b'x'; 3_900_000];
    let mut stalled = Vec::new();
    // Until there is room only where one that stalls is cut off.
    while metric(&mission, desk, "baqylau_connections_cut_off_total").await == 0 {
        let head = format!("POST /v1/objects HTTP/1.1\r\nhost: x\r\ncontent-length: {MAX_REQUEST}\r\n\r\n");
        let mut stream = connect(&mission, &head).await;
        // It may end because it is cut off, or told that there is no room.
        let _ = tokio::time::timeout(Duration::from_millis(200), stream.write_all(&body)).await;
        stalled.push(stream);
        assert!(metric(&mission, desk, "baqylau_body_bytes").await <= 8 << 20);
    }
    assert_eq!(index(&mission.send(vec![mission.envelope(&device, 1)]).await[0]), 2);
}

#[tokio::test]
async fn a_body_that_the_root_did_not_sign_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    // The head says 32 MiB; only the manifest ever comes.
    let refused = |start: Vec<u8>| {
        let mission = &mission;
        async move {
            let mut head = Vec::new();
            write!(head, "POST /v1/bundle HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", 32 << 20)
                .expect("memory");
            head.extend_from_slice(&start);
            let mut stream = connect(mission, "").await;
            stream.write_all(&head).await.expect("sent");
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.expect("an answer before the body ends");
            String::from_utf8_lossy(&answer).into_owned()
        }
    };
    let foreign = minicbor::to_vec((ByteVec::from(mission.manifest(2, None).sign(&mission.issuer)), vec![0u8; 3]))
        .expect("encodes");
    for start in [vec![0x40; 1000], vec![0x82, 0x5a, 0xff, 0xff, 0xff, 0xff], vec![0x9f; 10], foreign] {
        assert_eq!(refused(start).await, "HTTP/1.1 400");
    }
    // With the manifest that everybody may fetch no more passes than its parts can have.
    let (part, packed) = BundlePart::pack(PartKind::Checklist, "voting", b"{}");
    let first = mission.manifest(1, None).sign(&mission.root);
    let next = mission.manifest(2, Some(baqylau_protocol::ids::Hash::of(&first)));
    let next = Manifest { parts: vec![part], ..next }.sign(&mission.root);
    let bundle = |parts: Vec<Vec<u8>>| {
        let parts: Vec<ByteVec> = parts.into_iter().map(ByteVec::from).collect();
        minicbor::to_vec((ByteVec::from(next.clone()), parts)).expect("encodes")
    };
    let junk = bundle(vec![vec![0x40; 100_000]]);
    assert_eq!(mission.post("/v1/bundle", junk).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(mission.post("/v1/bundle", bundle(vec![packed.clone(); 2])).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(mission.post("/v1/bundle", bundle(vec![packed])).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn each_path_takes_no_more_than_it_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let hash = "00".repeat(32);
    for (path, limit) in [
        ("/v1/objects".to_owned(), 4 << 20),
        (format!("/v1/blobs/{}/{hash}", &hash[..32]), 1 << 20),
        (format!("/v1/blobs/{}/{hash}/at/0", &hash[..32]), 64 << 10),
    ] {
        assert_eq!(mission.post(&path, vec![0; limit + 1]).await.0, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert_ne!(mission.post(&path, vec![0; limit]).await.0, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}
