//! A line to a server: TLS under the mission's roots, and HTTP by hand.

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its head, as it came.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

/// Where a server listens, and what its certificate must come from.
#[derive(Clone)]
pub struct Line {
    address: SocketAddr,
    tls: Arc<rustls::ClientConfig>,
}

impl Line {
    /// Nothing is said yet.
    ///
    /// # Panics
    /// When it is no address, or the roots are no certificates.
    #[must_use]
    pub fn to(address: &str, roots: &[Vec<u8>]) -> Self {
        let mut store = RootCertStore::empty();
        roots.iter().for_each(|root| store.add(CertificateDer::from(root.clone())).expect("a certificate"));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let tls = Arc::new(config.expect("versions").with_root_certificates(store).with_no_client_auth());
        Self { address: address.parse().expect("an address"), tls }
    }

    /// A connection, shaken hands.
    ///
    /// # Errors
    /// Nobody listens, or it is somebody else.
    ///
    /// # Panics
    /// Never: an address is a name.
    pub fn open(&self) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
        let plain = TcpStream::connect(self.address)?;
        plain.set_read_timeout(Some(Duration::from_secs(60)))?;
        let name = ServerName::IpAddress(self.address.ip().into());
        let tls = ClientConnection::new(self.tls.clone(), name).expect("a name");
        Ok(StreamOwned::new(tls, plain))
    }

    /// Asks once: method and path, further lines of the head, the body.
    ///
    /// # Errors
    /// The server hung up before it answered.
    pub fn ask(&self, what: &str, head: &[String], body: &[u8]) -> std::io::Result<Answer> {
        let mut stream = self.open()?;
        let more: String = head.iter().map(|line| format!("{line}\r\n")).collect();
        let length = body.len();
        let head = format!("{what} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{more}\r\n");
        stream.write_all(head.as_bytes())?;
        // Who refuses before the end of a body may hang up before it.
        let _refused = stream.write_all(body).and_then(|()| stream.flush());
        answer(&mut stream)
    }

    /// The status of [`Line::ask`] without anything in the head.
    ///
    /// # Panics
    /// When the server hung up.
    #[must_use]
    pub fn status(&self, what: &str, body: &[u8]) -> u16 {
        self.ask(what, &[], body).expect("an answer").status
    }
}

/// Reads an answer until the server hangs up. Whatever of the body is not sent yet is not sent any more: who refuses it reads no further.
///
/// # Errors
/// It hung up before it said anything.
fn answer(stream: &mut StreamOwned<ClientConnection, TcpStream>) -> std::io::Result<Answer> {
    let mut bytes = Vec::new();
    let ended = loop {
        match stream.conn.read_tls(&mut stream.sock) {
            Ok(0) => break std::io::ErrorKind::UnexpectedEof.into(),
            Ok(_) => stream.conn.process_new_packets().map_err(std::io::Error::other)?,
            Err(e) => break e,
        };
        // At the end of what came by now it would block.
        let _more = stream.conn.reader().read_to_end(&mut bytes);
    };
    let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { return Err(ended) };
    let body = bytes.split_off(end + 4);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let status =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(std::io::ErrorKind::InvalidData)?;
    Ok(Answer { status, head, body })
}
