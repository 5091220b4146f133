//! The HTTP client of phone and desk. It trusts only the mission's TLS roots, because states have pushed roots of their
//! own to phones. It follows no redirects, uses plain HTTP only on this machine, and every wait has a deadline.

mod allowance;
mod call;
mod proxy;
mod transport;
mod unverified;

pub use call::{Call, CallError, HttpReply, ReplyError};
pub use proxy::SocksProxy;
pub use reqwest;
pub use transport::{InTransit, Transport};
pub use unverified::UnverifiedClient;

use reqwest::Method;
use reqwest::redirect::Policy;
use std::sync::Arc;
use std::time::Duration;

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// A TLS root is not a valid X.509 certificate; the string is the parser's message.
    #[error("the mission's TLS root certificate cannot be parsed ({0}); ask for a new invite")]
    Root(String),
    /// The TLS or HTTP library failed to initialise; the string is its message.
    #[error("the HTTP client cannot be started: {0}")]
    Client(String),
}

/// Deadlines of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// For connecting, including the TLS handshake.
    pub connect: Duration,
    /// For the response to begin, in addition to what the bytes that move earn; then the longest wait for more of it.
    pub quiet: Duration,
    /// Slowest line to wait for: one second is earned by this many bytes that moved, of the request or of the response.
    pub bytes_per_second: u64,
    /// For the whole call, including the response body.
    pub total: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(20), quiet: seconds(30), bytes_per_second: 1024, total: seconds(1800) }
    }
}

/// A client for the servers of one mission.
#[derive(Debug, Clone)]
pub struct Client {
    transport: Arc<dyn Transport>,
    deadlines: Deadlines,
}

/// A client with default [`Deadlines`] that trusts only these roots (X.509, DER) and uses no proxy.
///
/// # Errors
/// [`HttpError::Root`] if a root is not a valid certificate.
pub fn client(tls_roots: &[Vec<u8>]) -> Result<Client, HttpError> {
    Client::new(tls_roots, Deadlines::default())
}

impl Client {
    /// Like [`client`], with other deadlines.
    ///
    /// # Errors
    /// [`HttpError::Root`] if a root is not a valid certificate.
    pub fn new(tls_roots: &[Vec<u8>], deadlines: Deadlines) -> Result<Self, HttpError> {
        Self::through(None, tls_roots, deadlines)
    }

    /// Like [`Client::new`], through a proxy if there is one. Whom it trusts stays the same: the proxy sees what the network would.
    ///
    /// # Errors
    /// [`HttpError::Root`] if a root is not a valid certificate.
    pub fn through(proxy: Option<&SocksProxy>, tls_roots: &[Vec<u8>], deadlines: Deadlines) -> Result<Self, HttpError> {
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
        Self::over_tls(tls, proxy, deadlines)
    }

    fn over_tls(
        tls: rustls::ClientConfig,
        proxy: Option<&SocksProxy>,
        deadlines: Deadlines,
    ) -> Result<Self, HttpError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(deadlines.connect);
        let failed = |e: reqwest::Error| HttpError::Client(e.to_string());
        let client = match proxy {
            Some(proxy) => client.proxy(proxy.client().map_err(failed)?),
            None => client,
        };
        let client = client.build().map_err(failed)?;
        Ok(Self::over(Arc::new(client), deadlines))
    }

    /// A client whose requests something else than the network carries.
    #[must_use]
    pub fn over(transport: Arc<dyn Transport>, deadlines: Deadlines) -> Self {
        Self { transport, deadlines }
    }

    /// A GET request to `url`.
    #[must_use]
    pub fn get(&self, url: impl AsRef<str>) -> Call {
        self.call(Method::GET, url.as_ref())
    }

    /// A POST request to `url`.
    #[must_use]
    pub fn post(&self, url: impl AsRef<str>) -> Call {
        self.call(Method::POST, url.as_ref())
    }

    fn call(&self, method: Method, url: &str) -> Call {
        Call::new(self.transport.clone(), method, url, self.deadlines)
    }
}
