//! Whether the server can still store, for `/healthz`. Anybody may ask, so the disk is asked once a second at most.

use crate::sequencer::{Busy, Sequencer};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long the storage may take.
const DEADLINE: Duration = Duration::from_secs(3);
/// How long an answer stands.
const STANDS: Duration = Duration::from_secs(1);

/// The last answer of the storage.
#[derive(Default)]
pub(crate) struct Health {
    last: Mutex<Option<(Instant, Result<(), &'static str>)>>,
}

impl Health {
    /// Has the writer write a row and read it back.
    ///
    /// # Errors
    /// A word for what fails: that of the storage's error, `slow` or `busy`.
    #[expect(clippy::disallowed_methods, reason = "how long an answer stands is no time of day")]
    pub async fn look(&self, sequencer: &Sequencer) -> Result<(), &'static str> {
        let mut last = self.last.lock().await;
        if let Some((_, answer)) = last.filter(|(at, _)| at.elapsed() < STANDS) {
            return answer;
        }
        let answer = match sequencer.probe() {
            Ok(probed) => match tokio::time::timeout(DEADLINE, probed).await {
                Ok(Ok(answer)) => answer.map_err(|e| e.code()),
                Ok(Err(gone)) => {
                    tracing::error!(request = "healthz", cause = %gone, "the writer is gone");
                    Err("unavailable")
                }
                Err(late) => {
                    tracing::error!(request = "healthz", cause = %late, "the storage does not answer");
                    Err("slow")
                }
            },
            Err(Busy) => Err("busy"),
        };
        *last = Some((Instant::now(), answer));
        answer
    }
}
