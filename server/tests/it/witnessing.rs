//! The head is shown to witnesses, and what they cosign is handed out; receipts wait for none of them.

use crate::it::support::{Device, MAX_ANSWER, Mission, NOW};
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::CONTENT_TYPE;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::checkpoint::{Checkpoint, NoteKey, origin, verify_cosigned};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::submission::CheckpointSubmission;
use baqylau_protocol::wire::Verdict;
use baqylau_server::{Limits, WitnessAddress, WitnessList, parse_witnesses};
use baqylau_witness::logs::WitnessedLog;
use baqylau_witness::{RunningWitness, WitnessConfig};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

const PACE: Duration = Duration::from_millis(20);

struct Watched {
    mission: Mission,
    device: Device,
    log: NoteKey,
    seq: u64,
}

impl Watched {
    async fn start(folder: &Path) -> Self {
        let mission = Mission::start(folder).await;
        let device = mission.device(Role::Observer, NOW + 1);
        mission.send(vec![device.enrolment.clone(), mission.desk.enrolment.clone()]).await;
        let log =
            NoteKey::new(&origin(mission.id(), &mission.receipts.public()), mission.receipts.public()).expect("a name");
        Self { mission, device, log, seq: 0 }
    }

    async fn watched_by(&mut self, folder: &Path, addresses: Vec<WitnessAddress>) {
        self.stop().await;
        let list = WitnessList { addresses, pace: PACE, ..WitnessList::default() };
        self.mission.open_watched(folder, Limits::default(), list).await;
    }

    async fn stop(&mut self) {
        if let Some(running) = self.mission.running.take() {
            running.stop().await;
        }
    }

    /// A report with its receipt.
    async fn report(&mut self) {
        self.seq += 1;
        let envelope = self.mission.envelope(&self.device, self.seq);
        let verdicts = self.mission.send(vec![envelope]).await;
        assert!(matches!(verdicts[..], [Verdict::Stored(_)]), "{verdicts:?}");
    }

    async fn checkpoint(&self, query: &str) -> (StatusCode, String) {
        let answer = self.mission.http.get(format!("{}/v1/checkpoint{query}", self.mission.url)).send().await;
        let answer = answer.expect("answers");
        let status = answer.status();
        (status, String::from_utf8(answer.body(MAX_ANSWER).await.expect("a body")).expect("text"))
    }

    /// Waits for a head of at least so many leaves that all these witnesses cosigned.
    async fn until_cosigned(&self, size: u64, witnesses: &[NoteKey]) -> Checkpoint {
        loop {
            let (status, note) = self.checkpoint(&format!("?cosigned={}", witnesses.len())).await;
            if status == StatusCode::OK {
                let head = verify_cosigned(&note, &self.log, witnesses, witnesses.len()).expect("cosigned");
                if head.size >= size {
                    return head;
                }
            }
            tokio::time::sleep(PACE).await;
        }
    }

    async fn metric(&self, name: &str) -> Option<u64> {
        let text = self.mission.metrics(&self.mission.desk).await;
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }

    async fn until(&self, metric: &str, value: u64) {
        while self.metric(metric).await != Some(value) {
            tokio::time::sleep(PACE).await;
        }
    }

    fn known(&self) -> WitnessedLog {
        WitnessedLog { origin: self.log.name.clone(), keys: vec![self.log.clone()] }
    }

    async fn witness(&self, folder: &Path, number: u8) -> (RunningWitness, WitnessAddress) {
        let folder = folder.join(format!("witness-{number}"));
        let name = format!("witness.example/w{number}");
        let config = WitnessConfig {
            folder,
            listen: ([127, 0, 0, 1], 0).into(),
            name: Some(name),
            logs: vec![self.known()],
            now: Arc::new(|| NOW),
        };
        let running = baqylau_witness::start(config).await.expect("starts");
        let address = WitnessAddress { url: format!("http://{}", running.address), key: running.key.clone() };
        (running, address)
    }

    /// Has a witness cosign something under this log's key that is not this log.
    async fn mislead(&self, witness: &WitnessAddress, size: usize) {
        let mut tree = MerkleTree::default();
        (0..size).for_each(|_| tree.push(Hash([9; 32])));
        let head = Checkpoint { origin: self.log.name.clone(), size: size as u64, root: tree.root() };
        let note = head.sign(&SigningKey::from_seed(*self.mission.receipts.seed()));
        let body = CheckpointSubmission { old: 0, proof: Vec::new(), note }.to_text();
        let answer =
            self.mission.http.post(format!("{}/add-checkpoint", witness.url)).body(body.into_bytes()).send().await;
        assert_eq!(answer.expect("answers").status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn head_is_cosigned_by_all_witnesses_and_again_after_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut watched = Watched::start(folder.path()).await;
    let (one, first) = watched.witness(folder.path(), 1).await;
    let (_two, second) = watched.witness(folder.path(), 2).await;
    let keys = [first.key.clone(), second.key.clone()];
    watched.watched_by(folder.path(), vec![first.clone(), second.clone()]).await;
    assert_eq!(watched.until_cosigned(2, &keys).await.size, 2);
    for size in 3..10 {
        watched.report().await;
        watched.until_cosigned(size, &keys).await;
    }
    let (_, note) = watched.checkpoint("").await;
    assert_eq!(verify_cosigned(&note, &watched.log, &keys, 2).expect("the head itself").size, 9);
    assert_eq!(watched.metric("baqylau_witness_size{witness=\"witness.example/w1\"}").await, Some(9));
    assert_eq!(watched.metric("baqylau_witness_alarm{witness=\"witness.example/w2\"}").await, Some(0));

    one.stop().await;
    let (_one, moved) = watched.witness(folder.path(), 1).await;
    assert_eq!(moved.key, first.key);
    watched.watched_by(folder.path(), vec![moved, second]).await;
    assert_eq!(watched.until_cosigned(9, &keys).await.size, 9, "nothing was added, and it is asked for again");
    watched.report().await;
    watched.until_cosigned(10, &keys).await;
}

/// One is not there, one takes the connection and says nothing, one answers what is no cosignature.
#[tokio::test]
async fn receipts_wait_for_no_witness() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut watched = Watched::start(folder.path()).await;
    let key = |n: u8| NoteKey::new(&format!("w{n}"), SigningKey::from_seed([n; 32]).public()).expect("a name");
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = |port: u16, n| WitnessAddress { url: format!("http://127.0.0.1:{port}"), key: key(n) };
    let silent_port = silent.local_addr().expect("an address").port();
    let junk = axum::Router::new().fallback(|| async { "\u{2014} w3 AAAA\n\n\u{2014} junk" });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let junk_port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move { axum::serve(listener, junk).await });
    let (_good, good) = watched.witness(folder.path(), 4).await;
    let addresses = vec![at(1, 1), at(silent_port, 2), at(junk_port, 3), good.clone()];
    watched.watched_by(folder.path(), addresses).await;
    for _ in 0..20 {
        watched.report().await;
    }
    // The silent one holds its first request all the while, and the others go on.
    let (held, _) = silent.accept().await.expect("it was asked");
    let size = watched.until_cosigned(22, std::slice::from_ref(&good.key)).await.size;
    watched.report().await;
    watched.until_cosigned(size + 1, std::slice::from_ref(&good.key)).await;
    assert_eq!(
        watched.checkpoint("?cosigned=2").await.0,
        StatusCode::NOT_FOUND,
        "what does not verify is not handed out"
    );
    drop(held);
}

/// It cosigns one head in ten of a log that does not stand still, and those are not forgotten before its word comes.
#[tokio::test]
async fn slow_witness_is_counted_beside_a_fast_one_in_a_busy_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut watched = Watched::start(folder.path()).await;
    let (_fast, fast) = watched.witness(folder.path(), 1).await;
    let (_slow, slow) = watched.witness(folder.path(), 2).await;
    let (http, url) = (watched.mission.http.clone(), slow.url.clone());
    let late = axum::Router::new().fallback(move |body: axum::body::Bytes| async move {
        tokio::time::sleep(10 * PACE).await;
        let answer = http.post(format!("{url}/add-checkpoint")).body(body.to_vec()).send().await.expect("answers");
        let kind = answer.headers().get(CONTENT_TYPE).expect("a type").clone();
        (answer.status(), [(CONTENT_TYPE, kind)], answer.body(MAX_ANSWER).await.expect("a body"))
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, late).await });
    let keys = [fast.key.clone(), slow.key.clone()];
    watched.watched_by(folder.path(), vec![fast, WitnessAddress { url, key: slow.key }]).await;
    // More heads than are kept.
    for size in 3..150 {
        watched.report().await;
        tokio::time::sleep(PACE).await;
        if size % 40 == 0 {
            watched.until_cosigned(size / 2, &keys).await;
        }
    }
}

#[tokio::test]
async fn witness_that_saw_another_log_raises_an_alarm() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut watched = Watched::start(folder.path()).await;
    let mut addresses = Vec::new();
    let mut running = Vec::new();
    // Ahead of this log; of its size, with another root; behind it, and not a beginning of it.
    for (number, size) in [(1, 100), (2, 2), (3, 1)] {
        let (one, address) = watched.witness(folder.path(), number).await;
        watched.mislead(&address, size).await;
        running.push(one);
        addresses.push(address);
    }
    let (_good, good) = watched.witness(folder.path(), 4).await;
    addresses.push(good.clone());
    watched.watched_by(folder.path(), addresses).await;
    for number in 1..=3 {
        watched.until(&format!("baqylau_witness_alarm{{witness=\"witness.example/w{number}\"}}"), 1).await;
    }
    watched.report().await;
    watched.until_cosigned(3, std::slice::from_ref(&good.key)).await;
    assert_eq!(watched.metric("baqylau_witness_alarm{witness=\"witness.example/w4\"}").await, Some(0));
    assert_eq!(watched.metric("baqylau_witness_size{witness=\"witness.example/w1\"}").await, Some(0));
}

/// The answer that said so was lost: the witness has the head, and the server does not know it.
#[tokio::test]
async fn server_goes_on_from_the_size_that_the_witness_knows() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut watched = Watched::start(folder.path()).await;
    let (_one, address) = watched.witness(folder.path(), 1).await;
    let (_, note) = watched.checkpoint("").await;
    let body = CheckpointSubmission { old: 0, proof: Vec::new(), note }.to_text();
    let url = format!("{}/add-checkpoint", address.url);
    let asked = watched.mission.http.post(url).body(body.into_bytes()).send().await.expect("answers");
    assert_eq!(asked.status(), StatusCode::OK);
    for _ in 0..5 {
        watched.report().await;
    }
    watched.watched_by(folder.path(), vec![address.clone()]).await;
    watched.until_cosigned(7, std::slice::from_ref(&address.key)).await;
}

#[tokio::test]
async fn query_of_a_checkpoint_is_a_number_of_witnesses() {
    let folder = tempfile::tempdir().expect("a folder");
    let watched = Watched::start(folder.path()).await;
    for (query, status) in [
        ("", StatusCode::OK),
        ("?cosigned=0", StatusCode::OK),
        ("?cosigned=1", StatusCode::NOT_FOUND),
        ("?cosigned=99999999999999999999999", StatusCode::BAD_REQUEST),
        ("?cosigned=-1", StatusCode::BAD_REQUEST),
        ("?cosigned=", StatusCode::BAD_REQUEST),
        ("?size=1", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(watched.checkpoint(query).await.0, status, "{query}");
    }
}

#[test]
fn witnesses_are_written_as_an_address_and_a_key() {
    // A key whose base64 has a plus, and an address that has one.
    let with_plus = (0..=255).map(|n| NoteKey::new("w/1", SigningKey::from_seed([n; 32]).public()).expect("a name"));
    let key = with_plus.into_iter().find(|key| key.of_witness().matches('+').count() > 2).expect("one has");
    let text = format!("https://witness.example/a+b/+{}", key.of_witness());
    let read: WitnessAddress = text.parse().expect("reads");
    assert_eq!((read.url.as_str(), &read.key), ("https://witness.example/a+b", &key));
    assert_eq!(parse_witnesses(&format!("# mine\n\n  {text}\r\n")), Ok(vec![read]));
    let log = key.of_log();
    for wrong in
        ["", "https://w.example", &key.of_witness(), &format!("https://w.example+{log}"), &format!("ftp://w+{text}")]
    {
        assert_eq!(parse_witnesses(&format!("\nx{wrong}")), Err(2), "{wrong}");
    }
}
