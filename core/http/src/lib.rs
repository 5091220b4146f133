//! The HTTP client of phone and desk. It trusts the mission's roots and no others: states have pushed roots of their own to
//! phones. It follows no redirect, speaks plain HTTP to this machine only, and waits for nobody without an end.

mod call;

pub use call::{Call, CallError, HttpReply, ReplyError};
pub use reqwest;

use reqwest::redirect::Policy;
use std::sync::Arc;
use std::time::Duration;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// A root certificate does not read.
    #[error("the mission's TLS root does not read ({0}); ask for a new invite")]
    Root(String),
    /// The client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

/// How long a call waits, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// For the connection, with its TLS handshake.
    pub connect: Duration,
    /// For the answer to begin, beside the time that the body of the request is given; then for each piece of the answer.
    pub quiet: Duration,
    /// The slowest line that is waited for: a body of so many bytes is given a second more.
    pub bytes_per_second: u64,
    /// For the whole call.
    pub total: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(20), quiet: seconds(30), bytes_per_second: 1024, total: seconds(1800) }
    }
}

/// A client of one mission's servers.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    deadlines: Deadlines,
}

/// A client that trusts these roots (DER) and no others, and uses no proxy.
///
/// # Errors
/// A root does not read.
pub fn client(tls_roots: &[Vec<u8>]) -> Result<Client, HttpError> {
    Client::new(tls_roots, Deadlines::default())
}

impl Client {
    /// As [`client`], with other deadlines.
    ///
    /// # Errors
    /// A root does not read.
    pub fn new(tls_roots: &[Vec<u8>], deadlines: Deadlines) -> Result<Self, HttpError> {
        let mut roots = rustls::RootCertStore::empty();
        for der in tls_roots {
            let der = rustls::pki_types::CertificateDer::from(der.clone());
            roots.add(der).map_err(|e| HttpError::Root(e.to_string()))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| HttpError::Client(e.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(deadlines.connect);
        let inner = client.build().map_err(|e| HttpError::Client(e.to_string()))?;
        Ok(Self { inner, deadlines })
    }

    /// A call that asks.
    #[must_use]
    pub fn get(&self, url: impl AsRef<str>) -> Call {
        Call::new(self.inner.get(url.as_ref()), self.deadlines)
    }

    /// A call that brings something.
    #[must_use]
    pub fn post(&self, url: impl AsRef<str>) -> Call {
        Call::new(self.inner.post(url.as_ref()), self.deadlines)
    }
}
