//! Which error a call gives for a foreign, silent or unreachable server, and where it refuses to connect.

use baqylau_http::{CallError, Client, Deadlines, ReplyError, client};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, pki_types::PrivateKeyDer};

const SHORT: Deadlines = Deadlines {
    connect: Duration::from_millis(300),
    quiet: Duration::from_millis(300),
    bytes_per_second: 1_000_000,
    total: Duration::from_millis(900),
};

/// A root certificate (DER) and TLS for a server whose certificate it signed.
fn authority() -> (Vec<u8>, TlsAcceptor) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let root = params.self_signed(&key).expect("a root");
    let (issuer, own) = (Issuer::new(params, &key), KeyPair::generate().expect("a key"));
    let names = vec!["127.0.0.1".to_owned()];
    let leaf = CertificateParams::new(names).and_then(|p| p.signed_by(&own, &issuer)).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(own.serialize_der().into()))
        .expect("a certificate");
    (root.der().to_vec(), TlsAcceptor::from(Arc::new(config)))
}

/// How a test server treats a connection.
#[derive(Clone)]
enum Manner {
    /// Never sends a byte.
    Silent,
    /// Completes the handshake, reads the request, sends this text and nothing more.
    Says(TlsAcceptor, String),
    /// The same without TLS.
    Plain(String),
    /// Completes the handshake and takes so many bytes of the request at a time, with so long a pause after each, until it took so
    /// many in all; then it answers.
    Takes(TlsAcceptor, usize, Duration, usize),
    /// Sends a byte now and then, forever.
    Trickles(String),
}

/// A server that counts its connections; returns its port and the count.
async fn server(manner: Manner) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (port, count) = (listener.local_addr().expect("an address").port(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, manner.clone()));
        }
    });
    (port, count)
}

async fn serve(mut stream: TcpStream, manner: Manner) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut heard = [0; 4096];
    match manner {
        Manner::Silent => while stream.read(&mut heard).await.is_ok_and(|n| n > 0) {},
        Manner::Says(tls, words) => {
            let Ok(mut stream) = tls.accept(stream).await else { return };
            let _ = stream.read(&mut heard).await;
            let _ = stream.write_all(words.as_bytes()).await;
            // The connection stays open, as if more were to come.
            while stream.read(&mut heard).await.is_ok_and(|n| n > 0) {}
        }
        Manner::Plain(words) => {
            while stream.read(&mut heard).await.is_ok_and(|n| n > 0) {
                let _ = stream.write_all(words.as_bytes()).await;
            }
        }
        Manner::Takes(tls, piece, pause, all) => {
            let Ok(mut stream) = tls.accept(stream).await else { return };
            let (mut heard, mut taken) = (vec![0; piece.max(1)], 0);
            while taken < all {
                tokio::time::sleep(pause).await;
                match stream.read_exact(&mut heard).await {
                    Ok(n) => taken += n,
                    Err(_) => return,
                }
            }
            let _ = stream.write_all(ok("taken").as_bytes()).await;
            while stream.read(&mut heard).await.is_ok_and(|n| n > 0) {}
        }
        Manner::Trickles(words) => {
            let _ = stream.read(&mut heard).await;
            let _ = stream.write_all(words.as_bytes()).await;
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn foreign_silent_and_unreachable_servers_are_told_apart() {
    let ((root, tls), (other_root, _)) = (authority(), authority());
    let (port, _) = server(Manner::Says(tls, ok("hello"))).await;
    let url = format!("https://127.0.0.1:{port}/x");
    let answer = client(&[root]).expect("a client").get(&url).send().await.expect("an answer");
    assert_eq!(answer.body(100).await, Ok(b"hello".to_vec()));
    let foreign = client(std::slice::from_ref(&other_root)).expect("a client").get(&url).send().await;
    assert_eq!(foreign.expect_err("another root"), CallError::Foreign);
    let impatient = Client::new(&[other_root], SHORT).expect("a client");
    let (port, _) = server(Manner::Silent).await;
    let silent = impatient.get(format!("https://127.0.0.1:{port}/x")).send().await;
    assert_eq!(silent.expect_err("not a word"), CallError::Silent);
    let gone = TcpListener::bind("127.0.0.1:0").await.and_then(|l| l.local_addr()).expect("an address").port();
    let refused = impatient.get(format!("https://127.0.0.1:{gone}/x")).send().await;
    assert_eq!(refused.expect_err("nobody listens"), CallError::Unreachable);
    for (why, words) in [
        (CallError::Foreign, "not your mission's server"),
        (CallError::Silent, "does not answer"),
        (CallError::Unreachable, "cannot be reached"),
    ] {
        assert!(why.to_string().contains(words), "{why}");
    }
}

#[tokio::test]
async fn server_silent_after_the_handshake_is_abandoned() {
    let (root, tls) = authority();
    let client = Client::new(&[root], SHORT).expect("a client");
    let (port, _) = server(Manner::Says(tls.clone(), String::new())).await;
    let silent = client.post(format!("https://127.0.0.1:{port}/x")).body(vec![1; 1000]).send().await;
    assert_eq!(silent.expect_err("no head"), CallError::Silent);
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned();
    let (port, _) = server(Manner::Says(tls, half)).await;
    let answer = client.get(format!("https://127.0.0.1:{port}/x")).send().await.expect("a head");
    assert_eq!(answer.body(1000).await, Err(ReplyError::Silent));
}

#[expect(clippy::disallowed_methods, reason = "what is tested is how long a call waits")]
fn started() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// What is sent earns no time, only what is taken.
#[tokio::test]
async fn server_that_takes_nothing_or_a_trickle_is_abandoned_whatever_is_sent() {
    let (root, tls) = authority();
    let patient = Deadlines { total: Duration::from_secs(600), ..SHORT };
    let client = Client::new(&[root], patient).expect("a client");
    let (never, often) = (Duration::from_secs(3600), Duration::from_millis(20));
    for manner in [Manner::Takes(tls.clone(), 1, never, 1), Manner::Takes(tls, 1 << 10, often, usize::MAX)] {
        let (port, _) = server(manner).await;
        let began = started();
        let silent = client.post(format!("https://127.0.0.1:{port}/x")).body(vec![1; 32 << 20]).send().await;
        assert_eq!(silent.expect_err("it does not take it"), CallError::Silent);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}

#[tokio::test]
async fn server_that_takes_slowly_but_takes_is_waited_for() {
    let (root, tls) = authority();
    let (quiet, total) = (Duration::from_secs(3), Duration::from_secs(600));
    let client = Client::new(&[root], Deadlines { quiet, total, ..SHORT }).expect("a client");
    let (all, piece) = (24 << 20, 1 << 20);
    let (port, _) = server(Manner::Takes(tls, piece, Duration::from_millis(200), all)).await;
    let began = started();
    let answer = client.post(format!("https://127.0.0.1:{port}/x")).body(vec![1; all]).send().await;
    assert_eq!(answer.expect("an answer").body(100).await, Ok(b"taken".to_vec()));
    assert!(began.elapsed() > quiet + SHORT.connect, "longer than without a byte moved");
}

#[tokio::test]
async fn trickling_response_is_abandoned() {
    let client = Client::new(&[], SHORT).expect("a client");
    let endless = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".to_owned();
    let (port, _) = server(Manner::Trickles(endless)).await;
    let answer = client.get(format!("http://127.0.0.1:{port}/x")).send().await.expect("a head");
    assert_eq!(answer.body(1_000_000).await, Err(ReplyError::Silent));
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let (root, tls) = authority();
    let (elsewhere, asked) = server(Manner::Plain(ok("stolen"))).await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!("http://127.0.0.1:{elsewhere}/stolen");
        let words = format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
        let (port, _) = server(Manner::Says(tls.clone(), words)).await;
        let client = client(std::slice::from_ref(&root)).expect("a client");
        let answer = client.get(format!("https://127.0.0.1:{port}/v1/letters/1")).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "nobody was asked elsewhere");
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused() {
    let client = client(&[]).expect("a client");
    for url in [
        "http://192.0.2.1/x",
        "http://mission.example/x",
        "ftp://127.0.0.1/x",
        "no address",
        "http://127.0.0.1.example/",
    ] {
        assert_eq!(client.get(url).send().await.expect_err(url), CallError::Plain, "{url}");
    }
    let (port, _) = server(Manner::Plain(ok("tests and benchmarks"))).await;
    assert!(client.get(format!("http://127.0.0.1:{port}/x")).send().await.is_ok());
}

#[tokio::test]
async fn oversized_body_is_refused() {
    let client = client(&[]).expect("a client");
    let (port, _) = server(Manner::Plain(ok("12345"))).await;
    let url = format!("http://127.0.0.1:{port}/x");
    let answer = |limit| {
        let call = client.get(&url);
        async move { call.send().await.expect("an answer").body(limit).await }
    };
    assert_eq!(answer(5).await, Ok(b"12345".to_vec()));
    assert_eq!(answer(4).await, Err(ReplyError::TooLong));
}
