//! One HTTP call with its deadlines, and the reason if it fails.

use crate::Deadlines;
use crate::allowance::{Allowance, MeteredBody, now};
use crate::transport::Transport;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Request, Response, StatusCode, Url};
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// Why a call has no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The server's certificate is not signed by any of the mission's roots: another server, or an interceptor.
    #[error(
        "this is not your mission's server (its certificate is not signed by the mission); try another network, or ask for a new invite"
    )]
    Foreign,
    /// No response within the [`Deadlines`].
    #[error("it does not answer in time; try again later")]
    Silent,
    /// Connection refused or broken, no route, or the name cannot be resolved.
    #[error("it cannot be reached; is it running, and is there a network?")]
    Unreachable,
    /// The URL is neither HTTPS nor on this machine. Nothing was sent.
    #[error("its address does not begin with https://; nothing was sent")]
    Plain,
}

/// Why a response body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyError {
    /// Longer than the caller's limit.
    TooLong,
    /// The connection broke before the end of the body.
    Broken,
    /// No further data within [`Deadlines::quiet`] or [`Deadlines::total`], or less of it than [`Deadlines::bytes_per_second`].
    Silent,
}

/// A request that has not been sent.
#[derive(Debug)]
pub struct Call {
    transport: Arc<dyn Transport>,
    /// Nothing where its address or a header is none.
    request: Option<Request>,
    deadlines: Deadlines,
    body: Option<Vec<u8>>,
}

/// A response whose body has not been read.
#[derive(Debug)]
pub struct HttpReply {
    response: Response,
    deadlines: Deadlines,
    end: Instant,
}

impl Call {
    pub(crate) fn new(transport: Arc<dyn Transport>, method: Method, url: &str, deadlines: Deadlines) -> Self {
        let request = Url::parse(url).ok().map(|url| Request::new(method, url));
        Self { transport, request, deadlines, body: None }
    }

    /// Adds a header; an invalid value makes [`Call::send`] fail.
    #[must_use]
    pub fn header(mut self, name: reqwest::header::HeaderName, value: &str) -> Self {
        self.request = self.request.and_then(|mut request| {
            request.headers_mut().append(name, HeaderValue::from_str(value).ok()?);
            Some(request)
        });
        self
    }

    /// Sets the body. What the server takes of it extends the deadline, see [`Deadlines::bytes_per_second`]; its length does not.
    #[must_use]
    pub fn body(self, bytes: Vec<u8>) -> Self {
        Self { body: Some(bytes), ..self }
    }

    /// Sends the request and waits for the head of the response.
    ///
    /// # Errors
    /// [`CallError`] if there is no response. Any HTTP status counts as a response.
    pub async fn send(self) -> Result<HttpReply, CallError> {
        let allowance = Arc::new(Allowance::to_answer(&self.deadlines));
        let mut request = self.request.filter(|request| allowed(request.url())).ok_or(CallError::Plain)?;
        if let Some(bytes) = self.body {
            *request.body_mut() = Some(reqwest::Body::wrap(MeteredBody::new(bytes, allowance.clone())));
        }
        let deadlines = self.deadlines;
        let end = now() + deadlines.total;
        let response = tokio::select! {
            answered = self.transport.carry(request) => answered?,
            () = allowance.used_up(end) => return Err(CallError::Silent),
        };
        Ok(HttpReply { response, deadlines, end })
    }
}

impl HttpReply {
    /// The HTTP status. Redirects are not followed, but returned like any other response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The response headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The pause that a busy server (429 or 503) asks for, in milliseconds: `None` if it is not busy, `Some(None)` if
    /// it names no pause.
    #[must_use]
    pub fn busy(&self) -> Option<Option<i64>> {
        let asked = self.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<i64>().ok());
        matches!(self.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
            .then(|| asked.map(|s| s.saturating_mul(1000)))
    }

    /// Reads the body, up to `limit` bytes.
    ///
    /// # Errors
    /// [`ReplyError`] if it is longer, the connection breaks, or a deadline passes.
    pub async fn body(mut self, limit: usize) -> Result<Vec<u8>, ReplyError> {
        let mut out = Vec::new();
        let allowance = Allowance::of_an_answer(&self.deadlines);
        loop {
            let next = timeout_at(allowance.until().min(self.end), self.response.chunk()).await;
            match next.map_err(|_| ReplyError::Silent)?.map_err(|_| ReplyError::Broken)? {
                Some(chunk) if chunk.len() > limit.saturating_sub(out.len()) => return Err(ReplyError::TooLong),
                Some(chunk) => {
                    allowance.moved(chunk.len());
                    out.extend_from_slice(&chunk);
                }
                None => return Ok(out),
            }
        }
    }
}

/// HTTPS anywhere; plain HTTP only on this machine, for tests and benchmarks.
fn allowed(url: &Url) -> bool {
    let here = || {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    url.scheme() == "https" || (url.scheme() == "http" && here())
}
