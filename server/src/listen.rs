//! TLS, connections, and going down without cutting anybody off.

use crate::auth::DeskAuth;
use crate::blobs::{BlobUpload, Blobs};
use crate::cosigned::Cosigned;
use crate::crowd::{ConnectionSlot, Connections, Limits};
use crate::health::Health;
use crate::http::{App, router};
use crate::reader::LogReader;
use crate::sequencer::{self, Now};
use crate::storage::{self, LogError, PermittedUpload, Storage, with_causes};
use crate::witnesses::{self, WitnessList};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use baqylau_http::HttpError;
use baqylau_protocol::checkpoint::origin;
use baqylau_protocol::ids::{MissionId, MissionRoot};
use baqylau_protocol::keys::SigningKey;
use baqylau_sqlite::private;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// How long the last answers may take when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(20);
/// The most bytes of the head of a request.
const MAX_HEAD: usize = 64 << 10;

/// Addresses, files, keys and limits of a server. The reading key is not among them.
pub struct ServerConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database file.
    pub database: PathBuf,
    /// The mission's root key.
    pub root: MissionRoot,
    /// Signs receipts.
    pub receipt_key: SigningKey,
    /// TLS; without it the server speaks plain HTTP, for benchmarks and behind a proxy of the same machine.
    pub tls: Option<TlsFiles>,
    /// The clock, in milliseconds since 1970.
    pub now: Now,
    /// Connections, bytes and patience; see [`Limits`].
    pub limits: Limits,
    /// Who cosigns the heads of the log. They are asked by [`start`] only.
    pub witnesses: WitnessList,
}

/// Certificate chain and key, PEM.
pub struct TlsFiles {
    /// The chain.
    pub chain: Vec<u8>,
    /// The key.
    pub key: Vec<u8>,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database.
    #[error("{}", with_causes(.0))]
    Storage(#[from] LogError),
    /// The certificate or its key.
    #[error("TLS: {0}; make the certificate again with `baqylau mission build`")]
    Tls(String),
    /// What asks the witnesses.
    #[error(transparent)]
    Witnesses(#[from] HttpError),
    /// Another server runs on the same database.
    #[error("another server uses {database}; stop it first: two on one log would contradict each other")]
    Busy {
        /// The file.
        database: PathBuf,
    },
    /// The address.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        reason: std::io::Error,
    },
}

/// A server that runs.
pub struct RunningServer {
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
    writer: std::thread::JoinHandle<()>,
    submitters: JoinSet<()>,
    /// Held as long as the server runs.
    _only: File,
}

impl RunningServer {
    /// Takes no new requests, answers those under way, and closes the database.
    pub async fn stop(mut self) {
        self.submitters.shutdown().await;
        let _ = self.stop.send(true);
        let _ = self.task.await;
        let _ = tokio::task::spawn_blocking(move || self.writer.join()).await;
        tracing::info!("stopped; everything that was receipted is stored");
    }
}

/// A server whose database is open, and that listens nowhere yet.
pub struct OpenedServer {
    app: Arc<App>,
    writer: std::thread::JoinHandle<()>,
    /// Held as long as the server runs.
    only: File,
}

impl OpenedServer {
    /// Answers a request that came another way than through a connection: where phone, server and desk run in one process.
    ///
    /// # Errors
    /// The answer breaks off.
    pub async fn answer<B>(&self, request: Request<B>) -> Result<Response<Bytes>, axum::Error>
    where
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let answered = TowerToHyperService::new(router(self.app.clone())).call(request.map(Body::new)).await;
        let (head, body) = answered.unwrap_or_else(|never| match never {}).into_parts();
        Ok(Response::from_parts(head, axum::body::to_bytes(body, usize::MAX).await?))
    }

    /// Closes the database, when everything that was taken is stored.
    pub async fn close(self) {
        let Self { app, writer, only } = self;
        drop(app);
        let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        drop(only);
    }
}

/// Opens a server's database on the current runtime, and listens nowhere.
///
/// # Errors
/// The database cannot be used.
pub async fn open(config: ServerConfig) -> Result<OpenedServer, ServeError> {
    let only = lock_database(&config.database)?;
    let mission = MissionId::of(config.root);
    let receipts = SigningKey::from_seed(*config.receipt_key.seed());
    let (database, root, key, now) = (config.database, config.root, config.receipt_key, config.now.clone());
    let opened = tokio::task::spawn_blocking(move || -> Result<_, LogError> {
        let (writer, mut reader) = (storage::open(&database)?, storage::open(&database)?);
        let blobs = Blobs::next_to(&database)?;
        finish(&blobs, reader.as_mut(), mission);
        Ok((blobs, reader, sequencer::start(writer, root, key, now)?))
    });
    let (blobs, reader, (sequencer, shared, writer)) =
        opened.await.unwrap_or_else(|e| Err(LogError::Other(e.into())))?;
    let app = Arc::new(App {
        mission,
        root: config.root,
        sequencer,
        log: shared,
        reader: LogReader::new(mission, reader),
        auth: DeskAuth::new(mission),
        health: Health::default(),
        blobs,
        receipts,
        now: config.now,
        crowd: Connections::new(config.limits),
        cosigned: Arc::new(Cosigned::new(config.witnesses.addresses.iter().map(|witness| &witness.key))),
    });
    Ok(OpenedServer { app, writer, only })
}

/// Starts a server on the current runtime.
///
/// # Errors
/// The database, the certificate or the address cannot be used.
pub async fn start(config: ServerConfig) -> Result<RunningServer, ServeError> {
    let acceptor = config.tls.as_ref().map(acceptor).transpose()?;
    let (place, list) = (config.listen, config.witnesses.clone());
    let OpenedServer { app, writer, only } = open(config).await?;
    let failed = |reason| ServeError::Listen { address: place, reason };
    let listener = TcpListener::bind(place).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (stop, stopped) = watch::channel(false);
    tracing::info!(%address, mission = %app.mission, "listening");
    let signer = (origin(app.mission, &app.receipts.public()), SigningKey::from_seed(*app.receipts.seed()));
    let submitters = witnesses::start(list, &app.log, signer, &app.cosigned)?;
    let task = tokio::spawn(accept(listener, acceptor, app, stopped));
    Ok(RunningServer { address, stop, task, writer, submitters, _only: only })
}

/// Finishes what an earlier run left between the last byte of an attachment and its name. What cannot be finished is told, and keeps
/// neither the others nor the server waiting: it is tried again when it is asked for.
fn finish(blobs: &Blobs, reader: &mut dyn Storage, mission: MissionId) {
    let begun = blobs.begun().unwrap_or_else(|cause| {
        tracing::error!(%cause, "the attachments that were begun cannot be listed; they are finished when they are asked for");
        Vec::new()
    });
    for (place, token) in begun {
        let finish = |permitted: Vec<PermittedUpload>| {
            let with_it = permitted.into_iter().find(|p| p.token.0.starts_with(&token));
            with_it.map_or(Ok(()), |p| blobs.have(BlobUpload::new(place, p.token, p.length)).map(drop))
        };
        let permitted = reader.permitted(mission, place.device, place.hash);
        let finished = permitted.and_then(|permitted| finish(permitted).map_err(LogError::from));
        if let Err(cause) = finished {
            let (hash, cause) = (place.hash, with_causes(&cause));
            tracing::error!(%hash, cause, "an attachment that was begun cannot be finished; it is tried again when it is asked for");
        }
    }
}

/// A lock on the database's folder: one sequencer numbers the log.
pub(crate) fn lock_database(database: &Path) -> Result<File, ServeError> {
    let path = database.with_extension("lock");
    let io = |e: std::io::Error| LogError::from(std::io::Error::new(e.kind(), format!("{}: {e}", path.display())));
    let file = private::options().truncate(false).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ServeError::Busy { database: database.to_owned() }),
        Err(TryLockError::Error(e)) => Err(io(e).into()),
    }
}

fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, ServeError> {
    let tls = |e: &dyn std::fmt::Display| ServeError::Tls(e.to_string());
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&files.chain).collect();
    let key = PrivateKeyDer::from_pem_slice(&files.key).map_err(|_| tls(&"tls-key.pem does not read"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| tls(&e))?
        .with_no_client_auth()
        .with_single_cert(chain.map_err(|_| tls(&"tls.pem does not read"))?, key)
        .map_err(|e| tls(&e))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let router = router(app.clone());
    let crowd = &app.crowd;
    let mut sweep = tokio::time::interval(crowd.pace());
    loop {
        let next = async {
            crowd.room().await;
            listener.accept().await
        };
        let stream = tokio::select! {
            _ = sweep.tick() => {
                crowd.close_idle();
                continue;
            }
            accepted = next => match accepted {
                Ok((stream, _)) => stream,
                Err(cause) => {
                    tracing::warn!(%cause, "a connection cannot be accepted");
                    // Out of file descriptors: wait for some to come back.
                    crowd.shed_one();
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            _ = stopped.changed() => break,
        };
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "a connection sends small packets late");
        }
        let (router, watcher, tls, place) = (router.clone(), graceful.watcher(), tls.clone(), crowd.enter());
        let app = app.clone();
        tokio::spawn(async move {
            let stream = place.count(stream);
            let served = async {
                match tls {
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => serve(stream, router, &place, &app.crowd, watcher).await,
                        Err(cause) => tracing::debug!(%cause, "a TLS handshake failed"),
                    },
                    None => serve(stream, router, &place, &app.crowd, watcher).await,
                }
            };
            tokio::select! {
                () = served => {}
                () = place.cut() => {}
            }
        });
    }
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(LAST_ANSWERS) => {}
    }
}

/// Answers the requests of a connection.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    place: &ConnectionSlot,
    crowd: &Arc<Connections>,
    watcher: Watcher,
) {
    let (inner, member, crowd) = (TowerToHyperService::new(router), place.member().clone(), crowd.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(member.clone());
        crowd.turn(&member, true);
        let (answer, member, crowd) = (inner.call(request), member.clone(), crowd.clone());
        async move {
            let answer = answer.await;
            crowd.turn(&member, false);
            answer
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // Heads that do not come, and idle connections, are swept away as all that is slow.
    http.timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(MAX_HEAD);
    if let Err(cause) = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await {
        tracing::debug!(%cause, "a connection broke off");
    }
}
