//! Whether the server can still store, for `/healthz`. Anybody may ask, so the disk is asked once a second at most.

use crate::sequencer::{Busy, Sequencer};
use crate::storage::LogError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::oneshot::Receiver;
use tokio::time::Instant;

/// How long the storage may take.
const DEADLINE: Duration = Duration::from_secs(3);
/// How long an answer stands.
const STANDS: Duration = Duration::from_secs(1);

/// Nothing, or a word for what fails.
type Answer = Result<(), &'static str>;

/// The last answer of the storage.
#[derive(Default)]
pub(crate) struct Health {
    last: Arc<Mutex<Option<(Instant, Answer)>>>,
}

impl Health {
    /// Has the writer write a row and read it back.
    ///
    /// # Errors
    /// A word for what fails: that of the storage's error, `slow` or `busy`.
    pub async fn look(&self, sequencer: &Sequencer) -> Answer {
        let mut last = self.last.clone().lock_owned().await;
        if let Some((_, answer)) = last.filter(|(at, _)| at.elapsed() < STANDS) {
            return answer;
        }
        let probed = sequencer.probe();
        // In a task of its own: whoever hangs up meanwhile does not make the next one ask the disk again.
        let asked = tokio::spawn(async move {
            let answer = answer(probed).await;
            *last = Some((now(), answer));
            answer
        });
        asked.await.unwrap_or(Err("unavailable"))
    }
}

#[expect(clippy::disallowed_methods, reason = "how long an answer stands is no time of day")]
fn now() -> Instant {
    Instant::now()
}

async fn answer(probed: Result<Receiver<Result<(), LogError>>, Busy>) -> Answer {
    let Ok(probed) = probed else { return Err("busy") };
    match tokio::time::timeout(DEADLINE, probed).await {
        Ok(Ok(answer)) => answer.map_err(|e| e.code()),
        Ok(Err(gone)) => {
            tracing::error!(request = "healthz", cause = %gone, "the writer is gone");
            Err("unavailable")
        }
        Err(late) => {
            tracing::error!(request = "healthz", cause = %late, "the storage does not answer");
            Err("slow")
        }
    }
}
