//! One call: sent, answered and read within its deadlines, with the reason when it is not.

use crate::Deadlines;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use std::error::Error;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Why a call has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Whoever answers shows a certificate that none of the mission's roots signed: a foreign server, or somebody in between.
    #[error(
        "who answers is not your mission's server (its certificate is another's); try another network, or ask for a new invite"
    )]
    Foreign,
    /// Nothing came in time.
    #[error("it does not answer in time; try again later")]
    Silent,
    /// Nobody listens there, no way leads there, or the connection broke.
    #[error("it cannot be reached; is it running, and is there a network?")]
    Unreachable,
    /// Neither HTTPS nor an address of this machine. Nothing was sent.
    #[error("its address is no https:// address; nothing was sent")]
    Plain,
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyError {
    /// Longer than the limit.
    TooLong,
    /// The connection broke.
    Broken,
    /// Nothing came in time.
    Silent,
}

/// A call that is not sent yet.
#[derive(Debug)]
pub struct Call {
    request: RequestBuilder,
    deadlines: Deadlines,
    bytes: usize,
}

/// An answer whose body is not read yet.
#[derive(Debug)]
pub struct HttpReply {
    response: Response,
    quiet: Duration,
    end: Instant,
}

impl Call {
    pub(crate) fn new(request: RequestBuilder, deadlines: Deadlines) -> Self {
        Self { request, deadlines, bytes: 0 }
    }

    /// With a header.
    #[must_use]
    pub fn header(self, name: reqwest::header::HeaderName, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    /// With a body.
    #[must_use]
    pub fn body(self, bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.len(), request: self.request.body(bytes), ..self }
    }

    /// Sends it, and waits for the head of the answer.
    ///
    /// # Errors
    /// There is none.
    pub async fn send(self) -> Result<HttpReply, CallError> {
        let (client, request) = self.request.build_split();
        let request = request.map_err(|_| CallError::Plain)?;
        if !allowed(request.url()) {
            return Err(CallError::Plain);
        }
        let Deadlines { connect, quiet, bytes_per_second, total } = self.deadlines;
        let sending = Duration::from_secs(self.bytes as u64 / bytes_per_second.max(1));
        let now = Instant::now();
        let end = now + total;
        match timeout_at(end.min(now + connect + quiet + sending), client.execute(request)).await {
            Ok(Ok(response)) => Ok(HttpReply { response, quiet, end }),
            Ok(Err(e)) if foreign(&e) => Err(CallError::Foreign),
            Ok(Err(e)) if !e.is_timeout() => Err(CallError::Unreachable),
            Ok(Err(_)) | Err(_) => Err(CallError::Silent),
        }
    }
}

impl HttpReply {
    /// Its status. A redirect is an answer as any other.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Its headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// How long a busy server asks to wait, in milliseconds: `None` when it is not busy, `Some(None)` when it does not say.
    #[must_use]
    pub fn busy(&self) -> Option<Option<i64>> {
        let asked = self.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<i64>().ok());
        matches!(self.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
            .then(|| asked.map(|s| s.saturating_mul(1000)))
    }

    /// Reads its body up to a limit.
    ///
    /// # Errors
    /// It is too long, does not come, or the connection broke.
    pub async fn body(mut self, limit: usize) -> Result<Vec<u8>, ReplyError> {
        let mut out = Vec::new();
        loop {
            let next = timeout_at(self.end.min(Instant::now() + self.quiet), self.response.chunk()).await;
            match next.map_err(|_| ReplyError::Silent)?.map_err(|_| ReplyError::Broken)? {
                Some(chunk) if chunk.len() > limit.saturating_sub(out.len()) => return Err(ReplyError::TooLong),
                Some(chunk) => out.extend_from_slice(&chunk),
                None => return Ok(out),
            }
        }
    }
}

/// HTTPS anywhere; plain HTTP on this machine, for tests and benchmarks.
fn allowed(url: &Url) -> bool {
    let here = || {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    url.scheme() == "https" || (url.scheme() == "http" && here())
}

fn foreign(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(e) = cause {
        if matches!(e.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        // What an `io::Error` wraps is not its source.
        let wrapped = e.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = wrapped.map(|w| w as &(dyn Error + 'static)).or_else(|| e.source());
    }
    false
}
