//! A hostile crowd, which speaks TLS and HTTP by itself: connections that say nothing, stop halfway, trickle, or send junk to every
//! path as fast as they can. Whoever is cut off comes back.

use rustls::pki_types::{CertificateDer, ServerName};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;

/// How long somebody waits who was cut off.
const BACK_AFTER: Duration = Duration::from_millis(500);
/// Of how many connections one sends junk as fast as it can; the others hold their places.
const BUSY: usize = 50;
/// What a trickling body brings a second: more than the slowest that a server bears.
const TRICKLE: usize = 2048;

/// A crowd that attacks a server until it is dropped.
pub struct Flood {
    runtime: Option<Runtime>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    junk: AtomicU64,
    open: AtomicU64,
    opened: AtomicU64,
}

/// Whom a crowd attacks.
#[derive(Clone)]
struct Target {
    address: SocketAddr,
    tls: TlsConnector,
    counts: Arc<Counts>,
}

impl Flood {
    /// Begins, with so many connections at once.
    ///
    /// # Panics
    /// When the certificates do not read, or there is no thread.
    #[must_use]
    pub fn start(address: SocketAddr, roots: &[Vec<u8>], connections: usize) -> Self {
        let mut store = rustls::RootCertStore::empty();
        roots.iter().for_each(|root| store.add(CertificateDer::from(root.clone())).expect("a certificate"));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_root_certificates(store).with_no_client_auth();
        let counts = Arc::new(Counts::default());
        let target = Target { address, tls: TlsConnector::from(Arc::new(config)), counts: counts.clone() };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        for n in 0..connections {
            let target = target.clone();
            runtime.spawn(async move {
                loop {
                    let _cut_off = attack(&target, n).await;
                    tokio::time::sleep(BACK_AFTER).await;
                }
            });
        }
        Self { runtime: Some(runtime), counts }
    }

    /// Bytes of junk that were sent by now.
    #[must_use]
    pub fn junk(&self) -> u64 {
        self.counts.junk.load(Ordering::Relaxed)
    }

    /// Connections that are open at this moment, and how many were opened by now.
    #[must_use]
    pub fn connections(&self) -> (u64, u64) {
        (self.counts.open.load(Ordering::Relaxed), self.counts.opened.load(Ordering::Relaxed))
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A connection that is counted as long as it is there.
struct Open(Arc<Counts>);

impl Open {
    fn new(counts: &Arc<Counts>) -> Self {
        counts.open.fetch_add(1, Ordering::Relaxed);
        counts.opened.fetch_add(1, Ordering::Relaxed);
        Self(counts.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One connection until it is cut off, of a kind that its number decides.
async fn attack(target: &Target, n: usize) -> std::io::Result<()> {
    let mut plain = TcpStream::connect(target.address).await?;
    let _open = Open::new(&target.counts);
    if n.is_multiple_of(BUSY) {
        return junk(target, plain, n / BUSY).await;
    }
    match n % 5 {
        0 => until_closed(&mut plain).await,
        1 => {
            // The beginning of a handshake.
            plain.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await?;
            until_closed(&mut plain).await
        }
        2 => {
            let mut stream = handshake(target, plain).await?;
            stream.write_all(b"POST /v1/objects HTTP/1.1\r\nhost: x\r\nx-half: ").await?;
            until_closed(&mut stream).await
        }
        3 => {
            let mut stream = handshake(target, plain).await?;
            stream.write_all(head("POST /v1/objects", 4 << 20).as_bytes()).await?;
            stream.write_all(b"abc").await?;
            until_closed(&mut stream).await
        }
        _ => {
            let mut stream = handshake(target, plain).await?;
            stream.write_all(head("POST /v1/objects", 4 << 20).as_bytes()).await?;
            loop {
                stream.write_all(&[0x40; TRICKLE]).await?;
                stream.flush().await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn handshake(target: &Target, plain: TcpStream) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    target.tls.connect(ServerName::IpAddress(target.address.ip().into()), plain).await
}

fn head(what: &str, length: usize) -> String {
    format!("{what} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n")
}

async fn until_closed(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<()> {
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// Sends junk to one path after the other.
async fn junk(target: &Target, plain: TcpStream, first: usize) -> std::io::Result<()> {
    let mut stream = handshake(target, plain).await?;
    let block = vec![0x40; 64 << 10];
    for n in first.. {
        let name = "00".repeat(32);
        // Lists of a million tiny items, of byte strings that are longer than the body, and bodies beyond every limit.
        let (what, length, start): (String, usize, &[u8]) = match n % 9 {
            0 => ("POST /v1/objects".into(), 4 << 20, &[0x9a, 0x00, 0x3f, 0xff, 0xf0]),
            1 => ("POST /v1/objects".into(), 4 << 20, &[0x81, 0x5a, 0x7f, 0xff, 0xff, 0xff]),
            2 => ("POST /v1/bundle".into(), 32 << 20, &[0x82, 0x5a, 0x00, 0x0f, 0xff, 0xff]),
            3 => ("POST /v1/bundle".into(), 1 << 20, &[0xd2, 0x84]),
            4 => (format!("POST /v1/blobs/{}/{name}/at/0", &name[..32]), 64 << 10, &[]),
            5 => ("POST /v1/objects".into(), 512 << 20, &[0x9f]),
            6 => (format!("GET /v1/letters/{}?from=0", &name[..32]), 0, &[]),
            7 => ("GET /v1/bundle".into(), 0, &[]),
            _ => ("GET /v1/log?from=0".into(), 0, &[]),
        };
        let mut head = head(&what, length);
        if length == 0 {
            let signed = format!("authorization: Baqylau {}\r\n\r\n", "A".repeat(8 << 10));
            head.truncate(head.len() - 2);
            head += &signed;
        }
        write(target, &mut stream, head.as_bytes()).await?;
        write(target, &mut stream, start).await?;
        let mut left = length.saturating_sub(start.len());
        while left > 0 {
            let part = &block[..left.min(block.len())];
            write(target, &mut stream, part).await?;
            left -= part.len();
        }
        let mut answer = [0; 16 << 10];
        if tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await?? == 0 {
            return Ok(());
        }
    }
    Ok(())
}

async fn write(target: &Target, stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(bytes).await?;
    target.counts.junk.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    Ok(())
}

/// The most bytes that a process had in memory until now (`VmHWM`).
///
/// # Panics
/// When the system does not tell.
#[must_use]
pub fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"));
    let status = status.expect("a process of this system");
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    peak.expect("a number of kB") << 10
}
