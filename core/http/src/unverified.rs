//! A client for what verifies itself, where a server's certificate cannot be verified any more.

use crate::{Call, Client, Deadlines, HttpError, SocksProxy};
use rustls::DigitallySignedStruct;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::Arc;

/// Asks whoever answers. It has no way to send a body or a header: whoever stands in between learns what is asked for, and the caller
/// must verify what comes by itself.
#[derive(Debug, Clone)]
pub struct UnverifiedClient(Client);

impl UnverifiedClient {
    /// A client that takes every certificate.
    ///
    /// # Errors
    /// [`HttpError::Client`]: the library does not start.
    pub fn through(proxy: Option<&SocksProxy>, deadlines: Deadlines) -> Result<Self, HttpError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|e| HttpError::Client(e.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
            .with_no_client_auth();
        Client::over_tls(tls, proxy, deadlines).map(Self)
    }

    /// A GET request to `url`.
    #[must_use]
    pub fn get(&self, url: impl AsRef<str>) -> Call {
        self.0.get(url)
    }
}

/// Takes every certificate; the handshake must be signed with its key all the same.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
