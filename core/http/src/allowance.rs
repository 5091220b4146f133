//! How long a call may take: time is earned by bytes that move, and by nothing else.
//!
//! A server that takes nothing, or a byte now and then, has the same time whatever is to be sent to it. Time cannot be
//! saved up: what was taken quickly into the buffers of a line earns no more than those buffers hold.

use crate::Deadlines;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How many bytes go to the connection at once.
const PIECE: usize = 4 << 10;
/// How many bytes may be in buffers on their way, of TLS and of the system: they are taken, and not at the server yet.
const IN_BUFFERS: u64 = 128 << 10;

/// A deadline of the network is no time that anybody is told.
#[expect(clippy::disallowed_methods, reason = "how long a call waits does not depend on the time of day")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Until when a call may go on.
#[derive(Debug)]
pub(crate) struct Allowance {
    until: Mutex<Instant>,
    bytes_per_second: u64,
    /// The most that it may be ahead.
    most: Duration,
}

impl Allowance {
    /// For connecting, sending, and for the answer to begin.
    pub fn to_answer(deadlines: &Deadlines) -> Self {
        let most = deadlines.quiet + earned(IN_BUFFERS, deadlines.bytes_per_second);
        Self::new(deadlines.connect + deadlines.quiet, most.max(deadlines.connect + deadlines.quiet), deadlines)
    }

    /// For the rest of an answer.
    pub fn of_an_answer(deadlines: &Deadlines) -> Self {
        Self::new(deadlines.quiet, deadlines.quiet, deadlines)
    }

    fn new(first: Duration, most: Duration, deadlines: &Deadlines) -> Self {
        let until = Mutex::new(now() + first);
        Self { until, bytes_per_second: deadlines.bytes_per_second, most }
    }

    pub fn until(&self) -> Instant {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many bytes moved.
    pub fn moved(&self, bytes: usize) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let more = *until + earned(bytes as u64, self.bytes_per_second);
        // It never shrinks: what was given at first stays.
        *until = more.min(now() + self.most).max(*until);
    }

    /// Waits until it is used up, or until the end of everything.
    pub async fn used_up(&self, end: Instant) {
        loop {
            let until = self.until().min(end);
            if now() >= until {
                return;
            }
            sleep_until(until).await;
        }
    }
}

fn earned(bytes: u64, bytes_per_second: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1000) / bytes_per_second.max(1))
}

/// A request's body that notes what the connection takes of it.
pub(crate) struct MeteredBody {
    rest: Bytes,
    allowance: Arc<Allowance>,
}

impl MeteredBody {
    pub fn new(bytes: Vec<u8>, allowance: Arc<Allowance>) -> Self {
        Self { rest: bytes.into(), allowance }
    }
}

impl Body for MeteredBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        self.allowance.moved(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
