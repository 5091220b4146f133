//! One submitter for one witness: shows it the head, goes on from the size that the witness knows, and raises an alarm where the two
//! contradict each other.

use crate::cosigned::{Cosigned, ShownHead};
use crate::sequencer::{LogState, read};
use crate::witnesses::WitnessAddress;
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::CONTENT_TYPE;
use baqylau_http::{CallError, Client, ReplyError};
use baqylau_protocol::checkpoint::{MAX_NOTE, witnessed};
use baqylau_protocol::submission::{ADD_CHECKPOINT, CheckpointSubmission, SIZE_TYPE, size};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The longest wait for a witness that is not there.
const LONGEST: Duration = Duration::from_secs(60);
/// The wait after an alarm.
const ALARMED: Duration = Duration::from_secs(300);

pub(crate) struct Submitter {
    /// Among the witnesses of the list.
    pub place: usize,
    pub address: WitnessAddress,
    pub client: Client,
    pub pace: Duration,
    pub log: Arc<LogState>,
    pub cosigned: Arc<Cosigned>,
}

/// What came of showing a head to a witness.
enum Shown {
    /// Its line, verified.
    Cosigned(String),
    /// It cosigned another size last, and wants to go on from there.
    Knows(u64),
    /// It contradicts this log.
    Alarm(WitnessAlarm),
    /// Nothing yet; the wait that it asks for, if any.
    Failed(SubmissionFault, Option<Duration>),
}

/// How a witness and this log contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum WitnessAlarm {
    #[error(
        "ALARM: the witness cosigned {known} leaves and this log has {here}: the log was put back from an older copy, or its key is used \
         elsewhere. It is not shown to this witness again until the server is started anew"
    )]
    Ahead { known: u64, here: u64 },
    #[error("ALARM: the witness cosigned another root for {size} leaves: two logs were signed under this log's key")]
    Forked { size: u64 },
    #[error(
        "ALARM: the witness does not find this log to go on from the {known} leaves that it cosigned: what it saw is not what is here"
    )]
    Unproved { known: u64 },
}

/// Why there is no cosignature yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum SubmissionFault {
    #[error("it has no answer: {0}")]
    Call(#[from] CallError),
    #[error("its answer broke off, or is too long")]
    Reply,
    #[error("it does not know this log; its operator adds the log's key, which `baqylau serve` prints")]
    UnknownLog,
    #[error("it does not take this log's signature; its operator has another key of the log")]
    OtherKey,
    #[error("it answers {0}")]
    Status(StatusCode),
    #[error("its answer has no cosignature of the key that it is known by")]
    NotCosigned,
}

impl From<ReplyError> for SubmissionFault {
    fn from(_: ReplyError) -> Self {
        Self::Reply
    }
}

impl Submitter {
    /// Runs until the server stops, or the witness is ahead of this log.
    pub async fn run(self, mut heads: watch::Receiver<Option<Arc<ShownHead>>>) {
        let (mut known, mut wait) = (0, self.pace);
        let mut told: Option<SubmissionFault> = None;
        let mut done = None;
        let name = &self.address.key.name;
        loop {
            let head = heads.borrow_and_update().clone().filter(|head| done != Some(head.size));
            let Some(head) = head else {
                if heads.changed().await.is_err() {
                    return;
                }
                continue;
            };
            match self.show(&head, known).await {
                Shown::Cosigned(line) => {
                    if told.take().is_some() {
                        tracing::info!(witness = name, size = head.size, "the witness cosigns again");
                    }
                    self.cosigned.add(self.place, &head, line);
                    (known, done, wait) = (head.size, Some(head.size), self.pace);
                }
                Shown::Knows(size) => (known, wait) = (size, self.pace),
                Shown::Alarm(alarm) => {
                    tracing::error!(witness = name, "{alarm}");
                    self.cosigned.alarm(self.place);
                    match alarm {
                        WitnessAlarm::Ahead { .. } => return,
                        // Told again and again: it does not go away by itself.
                        WitnessAlarm::Forked { .. } | WitnessAlarm::Unproved { .. } => wait = ALARMED,
                    }
                }
                Shown::Failed(fault, asked) => {
                    if told != Some(fault) {
                        tracing::warn!(witness = name, cause = %fault, "the witness does not cosign; it is tried again");
                    }
                    told = Some(fault);
                    wait = (wait * 2).max(asked.unwrap_or_default()).min(LONGEST);
                }
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Shows it a head once.
    async fn show(&self, head: &ShownHead, known: u64) -> Shown {
        // One that is beyond this head is asked anew what it knows.
        let old = known.min(head.size);
        let proof = read(&self.log.tree).consistency(old, head.size).unwrap_or_default();
        let body = CheckpointSubmission { old, proof, note: head.note.clone() }.to_text();
        let url = format!("{}{ADD_CHECKPOINT}", self.address.url);
        let answer = match self.client.post(url).body(body.into_bytes()).send().await {
            Ok(answer) => answer,
            Err(e) => return Shown::Failed(e.into(), None),
        };
        let (status, asked) = (answer.status(), answer.busy().flatten());
        let kind = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == SIZE_TYPE);
        let body = match answer.body(MAX_NOTE).await {
            Ok(body) => String::from_utf8_lossy(&body).into_owned(),
            Err(e) => return Shown::Failed(e.into(), None),
        };
        match status {
            StatusCode::OK => self.verified(head, &body),
            StatusCode::CONFLICT => self.conflict(head, old, body.strip_suffix('\n').filter(|_| kind).and_then(size)),
            StatusCode::UNPROCESSABLE_ENTITY => Shown::Alarm(WitnessAlarm::Unproved { known: old }),
            StatusCode::NOT_FOUND => Shown::Failed(SubmissionFault::UnknownLog, None),
            StatusCode::FORBIDDEN => Shown::Failed(SubmissionFault::OtherKey, None),
            other => {
                let asked = asked.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
                Shown::Failed(SubmissionFault::Status(other), asked)
            }
        }
    }

    /// The line of the known key among those of the answer.
    fn verified(&self, head: &ShownHead, lines: &str) -> Shown {
        let lines = lines.lines().map(|line| format!("{line}\n"));
        let good = |line: &String| witnessed(&(head.note.clone() + line), &self.address.key).is_some();
        lines.into_iter().find(good).map_or(Shown::Failed(SubmissionFault::NotCosigned, None), Shown::Cosigned)
    }

    /// It cosigned another head last: of the size that it says, or of the same.
    fn conflict(&self, head: &ShownHead, old: u64, knows: Option<u64>) -> Shown {
        let here = read(&self.log.tree).len() as u64;
        match knows {
            Some(known) if known > here => Shown::Alarm(WitnessAlarm::Ahead { known, here }),
            Some(known) if known != old => Shown::Knows(known),
            _ if old == head.size => Shown::Alarm(WitnessAlarm::Forked { size: old }),
            _ => Shown::Failed(SubmissionFault::Status(StatusCode::CONFLICT), None),
        }
    }
}
