//! A log that can be made to fork, and a witness to show it to.

use baqylau_http::Client;
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::CONTENT_TYPE;
use baqylau_protocol::checkpoint::{Checkpoint, NoteKey};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::merkle::{MerkleTree, leaf_hash};
use baqylau_protocol::submission::CheckpointSubmission;
use baqylau_witness::logs::WitnessedLog;
use baqylau_witness::{RunningWitness, WitnessConfig, WitnessStartError, start};
use std::path::Path;
use std::sync::Arc;

pub const NAME: &str = "witness.example/w1";
/// Seconds since 1970.
pub const NOW: u64 = 1_700_000_000;

/// A log that signs what it is told to.
pub struct Log {
    pub origin: String,
    pub key: SigningKey,
    /// Leaves up to the fork are those of every other log; behind it they are this one's.
    tree: MerkleTree,
}

impl Log {
    pub fn new(origin: &str) -> Self {
        Self { origin: origin.into(), key: SigningKey::generate(), tree: MerkleTree::default() }
    }

    pub fn grow(&mut self, leaves: usize, word: &str) {
        for _ in 0..leaves {
            self.tree.push(leaf_hash(format!("{word} {}", self.tree.len()).as_bytes()));
        }
    }

    /// The same log up to here, under the same key.
    pub fn twin(&self) -> Self {
        Self { origin: self.origin.clone(), key: SigningKey::from_seed(*self.key.seed()), tree: self.tree.clone() }
    }

    pub fn size(&self) -> u64 {
        self.tree.len() as u64
    }

    pub fn head(&self) -> Checkpoint {
        Checkpoint { origin: self.origin.clone(), size: self.size(), root: self.tree.root() }
    }

    pub fn vkey(&self) -> NoteKey {
        NoteKey::new(&self.origin, self.key.public()).expect("a name")
    }

    /// What it asks of a witness that has seen `old` leaves.
    pub fn submission(&self, old: u64) -> CheckpointSubmission {
        let proof = self.tree.consistency(old, self.size()).unwrap_or_default();
        CheckpointSubmission { old, proof, note: self.head().sign(&self.key) }
    }

    pub fn known(&self) -> WitnessedLog {
        WitnessedLog { origin: self.origin.clone(), keys: vec![self.vkey()] }
    }
}

pub struct Asked {
    pub running: RunningWitness,
    pub http: Client,
}

/// What a witness answers: status, content type, body.
pub type Answer = (StatusCode, String, String);

pub async fn try_witness(folder: &Path, logs: &[&Log], name: Option<&str>) -> Result<Asked, WitnessStartError> {
    let config = WitnessConfig {
        folder: folder.join("witness"),
        listen: ([127, 0, 0, 1], 0).into(),
        name: name.map(str::to_owned),
        logs: logs.iter().map(|log| log.known()).collect(),
        now: Arc::new(|| i64::try_from(NOW).expect("a time") * 1000),
    };
    let running = start(config).await?;
    Ok(Asked { running, http: baqylau_http::client(&[]).expect("a client") })
}

pub async fn witness(folder: &Path, logs: &[&Log]) -> Asked {
    let fresh = !folder.join("witness/witness.key").exists();
    try_witness(folder, logs, fresh.then_some(NAME)).await.expect("starts")
}

impl Asked {
    pub async fn post(&self, body: Vec<u8>) -> Answer {
        let url = format!("http://{}/add-checkpoint", self.running.address);
        let answer = self.http.post(url).body(body).send().await.expect("answers");
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let (status, body) = (answer.status(), answer.body(1 << 20).await.expect("a body"));
        (status, kind, String::from_utf8(body).expect("text"))
    }

    pub async fn ask(&self, submission: &CheckpointSubmission) -> Answer {
        self.post(submission.to_text().into_bytes()).await
    }

    /// Submits a log from the size that the witness is thought to know; the answer must be a cosignature on its head.
    pub async fn cosigned(&self, log: &Log, old: u64) {
        let submission = log.submission(old);
        let (status, _, line) = self.ask(&submission).await;
        assert_eq!(status, StatusCode::OK, "{line}");
        let note = submission.note + &line;
        let read = baqylau_protocol::checkpoint::verify_cosigned(
            &note,
            &log.vkey(),
            std::slice::from_ref(&self.running.key),
            1,
        );
        assert_eq!(read, Ok(log.head()));
    }

    /// Submits, expects a refusal, and gives it.
    pub async fn refused(&self, submission: &CheckpointSubmission) -> Answer {
        let answer = self.ask(submission).await;
        assert!(!answer.0.is_success(), "{}", answer.2);
        answer
    }
}

pub fn root(byte: u8) -> Hash {
    Hash([byte; 32])
}
