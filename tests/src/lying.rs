//! A server that was taken over: it has the mission's TLS key, asks the honest server behind it, and answers what it likes.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Changes an answer: method and path, the request's body, the honest answer's body. `None` leaves it as it is.
pub type Lie = Box<dyn Fn(&str, &[u8], &[u8]) -> Option<Vec<u8>> + Send>;

/// The head of an answer that is no lie but for its body.
fn honest_head(length: usize) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n").into_bytes()
}

/// The server.
pub struct Lying {
    lie: Mutex<Option<Lie>>,
    /// Whether it keeps connections for more than one request.
    keeps: AtomicBool,
    connections: AtomicUsize,
}

impl Lying {
    /// Listens on a port of this machine in front of an honest server on another, with the files of that server's folder.
    ///
    /// # Panics
    /// When the port is taken or the files do not read.
    #[must_use]
    pub fn start((port, honest): (u16, u16), folder: &Path) -> Arc<Self> {
        let read = |name: &str| std::fs::read(folder.join(name)).expect("a file of the server");
        let chain = CertificateDer::pem_slice_iter(&read("tls.pem")).collect::<Result<Vec<_>, _>>().expect("a chain");
        let key = PrivateKeyDer::from_pem_slice(&read("tls-key.pem")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config =
            config.expect("protocols").with_no_client_auth().with_single_cert(chain, key).expect("a certificate");
        let config = Arc::new(config);
        let lying =
            Arc::new(Self { lie: Mutex::new(None), keeps: AtomicBool::new(false), connections: AtomicUsize::new(0) });
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        let shared = lying.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (shared, config) = (shared.clone(), config.clone());
                std::thread::spawn(move || {
                    let tls = rustls::ServerConnection::new(config).expect("a connection");
                    // A client that goes away is its own matter.
                    let mut client = rustls::StreamOwned::new(tls, client);
                    while shared.answer(&mut client, honest).is_ok_and(|kept| kept) {}
                });
            }
        });
        lying
    }

    /// Lies from now on.
    pub fn lie(&self, lie: impl Fn(&str, &[u8], &[u8]) -> Option<Vec<u8>> + Send + 'static) {
        self.speak(move |what, request, honest| {
            let body = lie(what, request, honest)?;
            Some([honest_head(body.len()), body].concat())
        });
    }

    /// As [`Lying::lie`], with the head of the answer too; of an empty one it says nothing and hangs up.
    pub fn speak(&self, lie: impl Fn(&str, &[u8], &[u8]) -> Option<Vec<u8>> + Send + 'static) {
        *self.lie.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(lie));
    }

    /// Is honest again.
    pub fn repent(&self) {
        *self.lie.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Keeps the connections that are made from now on, as honest servers do.
    pub fn keep_connections(&self) {
        self.keeps.store(true, Ordering::SeqCst);
    }

    /// How many connections were made so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Answers one request; whether the connection is kept for another. One without an answer is not.
    fn answer(&self, client: &mut (impl Read + Write), honest: u16) -> std::io::Result<bool> {
        let (head, request) = message(client)?;
        let what = head.split(" HTTP/").next().unwrap_or_default().to_owned();
        let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
        let mut server = TcpStream::connect(("127.0.0.1", honest))?;
        let asked: Vec<&str> = kept.filter(|line| !line.is_empty()).chain(["connection: close", "", ""]).collect();
        server.write_all(asked.join("\r\n").as_bytes())?;
        server.write_all(&request)?;
        let (mut head, body) = message(&mut server)?;
        let keeps = self.keeps.load(Ordering::SeqCst);
        if keeps {
            head = head.replace("connection: close\r\n", "");
        }
        let lie = self
            .lie
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .and_then(|lie| lie(&what, &request, &body));
        let kept = match lie {
            Some(spoken) => {
                client.write_all(&spoken)?;
                false
            }
            None => {
                client.write_all(head.as_bytes())?;
                client.write_all(&body)?;
                keeps
            }
        };
        client.flush()?;
        Ok(kept)
    }
}

/// The head of a message, with the empty line behind it, and its body.
fn message(from: &mut impl Read) -> std::io::Result<(String, Vec<u8>)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        from.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body)?;
    Ok((head, body))
}
