//! The HTTP client of phone and desk. It trusts the mission's roots and no others: states have pushed roots of their own to
//! phones.

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response, StatusCode};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

pub use reqwest;

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

/// A client that trusts these roots (DER) and no others, and uses no proxy.
///
/// # Errors
/// A root does not read.
pub fn client(tls_roots: &[Vec<u8>]) -> Result<Client, HttpError> {
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
    let client = Client::builder().tls_backend_preconfigured(tls).no_proxy().connect_timeout(Duration::from_secs(20));
    client.build().map_err(|e| HttpError::Client(e.to_string()))
}

/// Whether whoever answered shows a certificate that none of the mission's roots signed: a foreign server, or somebody in between.
#[must_use]
pub fn untrusted(error: &reqwest::Error) -> bool {
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

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// Longer than the limit.
    TooLong,
    /// The connection broke.
    Broken,
}

/// Reads a body up to a limit.
///
/// # Errors
/// It is too long, or the connection broke.
pub async fn body(mut response: Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut out = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| BodyError::Broken)? {
        if out.len() + chunk.len() > limit {
            return Err(BodyError::TooLong);
        }
        out.extend_from_slice(&chunk);
    }
    Ok(out)
}

/// How long a busy server asks to wait, in milliseconds: `None` when it is not busy, `Some(None)` when it does not say.
#[must_use]
pub fn busy(response: &Response) -> Option<Option<i64>> {
    let asked = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<i64>().ok());
    matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
        .then(|| asked.map(|s| s.saturating_mul(1000)))
}
