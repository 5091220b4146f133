//! Shows the head of the log to witnesses (c2sp.org/tlog-witness) and keeps what they cosign. Nothing waits for it: receipts are made by
//! the writer, which knows nothing of witnesses.

use crate::cosigned::{Cosigned, ShownHead};
use crate::sequencer::{LogState, read};
use crate::submitter::Submitter;
use baqylau_http::{Client, Deadlines, HttpError};
use baqylau_protocol::checkpoint::{Checkpoint, NoteKey};
use baqylau_protocol::keys::SigningKey;
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// How long a witness may take.
const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_secs(10),
    quiet: Duration::from_secs(20),
    bytes_per_second: 1024,
    total: Duration::from_secs(60),
};

/// Where a witness takes checkpoints, and the key that it cosigns with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessAddress {
    /// The submission prefix: `<url>/add-checkpoint` is asked. HTTPS, or plain HTTP on this machine.
    pub url: String,
    /// The verifier key.
    pub key: NoteKey,
}

/// A text that is no witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected URL+NAME+ID+KEY, the address and the key that `baqylau witness key` prints")]
pub struct NoWitness;

impl std::str::FromStr for WitnessAddress {
    type Err = NoWitness;

    fn from_str(text: &str) -> Result<Self, NoWitness> {
        let text = text.trim();
        // An address and base64 may each have a `+`; the id in the key tells where the key begins.
        let read = |(at, _)| Some((&text[..at], NoteKey::parse_witness(&text[at + 1..])?));
        let (url, key) = text.match_indices('+').find_map(read).ok_or(NoWitness)?;
        let url = url.trim_end_matches('/');
        let known = url.starts_with("https://") || url.starts_with("http://");
        known.then(|| Self { url: url.to_owned(), key }).ok_or(NoWitness)
    }
}

/// Reads a file of witnesses, one a line; empty lines and those with `#` are left out.
///
/// # Errors
/// The number of the first line that is none, from 1.
pub fn parse_witnesses(text: &str) -> Result<Vec<WitnessAddress>, usize> {
    let lines = (1..).zip(text.lines().map(str::trim));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(number, line)| line.parse().map_err(|_| number)).collect()
}

/// The witnesses of a log.
#[derive(Debug, Clone)]
pub struct WitnessList {
    /// Each is asked by itself.
    pub addresses: Vec<WitnessAddress>,
    /// TLS authorities (X.509, DER) that they are trusted by. What a witness says is verified under its own key in any case.
    pub roots: Vec<Vec<u8>>,
    /// How long a submitter waits from one request to the next.
    pub pace: Duration,
}

impl Default for WitnessList {
    fn default() -> Self {
        Self { addresses: Vec::new(), roots: Vec::new(), pace: Duration::from_secs(1) }
    }
}

/// Starts a submitter for each witness. They end when the set is dropped.
///
/// # Errors
/// [`HttpError`]: the HTTP client cannot be made.
pub(crate) fn start(
    list: WitnessList,
    log: &Arc<LogState>,
    (origin, key): (String, SigningKey),
    cosigned: &Arc<Cosigned>,
) -> Result<JoinSet<()>, HttpError> {
    let mut tasks = JoinSet::new();
    if list.addresses.is_empty() {
        return Ok(tasks);
    }
    // Some of a system's authorities are none to rustls; they are left out.
    let usable = |der: &Vec<u8>| RootCertStore::empty().add(CertificateDer::from(der.clone())).is_ok();
    let roots: Vec<Vec<u8>> = list.roots.into_iter().filter(usable).collect();
    let client = Client::new(&roots, DEADLINES)?;
    let (shown, heads) = watch::channel(None);
    for (place, address) in list.addresses.into_iter().enumerate() {
        let (log, cosigned) = (log.clone(), cosigned.clone());
        let submitter = Submitter { place, address, client: client.clone(), pace: list.pace, log, cosigned };
        tasks.spawn(submitter.run(heads.clone()));
    }
    tasks.spawn(show(log.clone(), (origin, key), cosigned.clone(), list.pace, shown));
    Ok(tasks)
}

/// Shows the same head to all witnesses, so that their cosignatures come together on one.
async fn show(
    log: Arc<LogState>,
    (origin, key): (String, SigningKey),
    cosigned: Arc<Cosigned>,
    pace: Duration,
    shown: watch::Sender<Option<Arc<ShownHead>>>,
) {
    let mut turn = tokio::time::interval(pace);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = 0;
    loop {
        turn.tick().await;
        let head = read(&log.head).as_ref().map(|head| (head.size, head.root));
        // An empty log has nothing to be witnessed.
        let Some((size, root)) = head.filter(|(size, _)| *size != last) else { continue };
        last = size;
        let note = Checkpoint { origin: origin.clone(), size, root }.sign(&key);
        let head = Arc::new(ShownHead { size, root, note });
        cosigned.show(head.clone());
        if shown.send(Some(head)).is_err() {
            return;
        }
    }
}
