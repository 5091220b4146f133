//! The folder of a witness, its connections, and going down.

use crate::http::router;
use crate::key::WitnessKey;
use crate::logs::WitnessedLog;
use crate::store::WitnessStore;
use crate::witness::{Witness, WitnessClock};
use baqylau_protocol::checkpoint::NoteKey;
use baqylau_sqlite::{StorageError, private};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// The most connections at once.
const CONNECTIONS: usize = 256;
/// How long the head of a request may take, and a connection may lie idle.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// How long the last answers may take when it stops.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// The most bytes of the head of a request.
const MAX_HEAD: usize = 16 << 10;

/// Where a witness lies and listens, and the logs that it knows.
pub struct WitnessConfig {
    /// Its folder: `witness.key`, `witness.db`. Made if it is not there.
    pub folder: PathBuf,
    /// Where to listen, in plain HTTP; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The name of its key. Needed at the first start; later the key has it.
    pub name: Option<String>,
    /// The logs.
    pub logs: Vec<WitnessedLog>,
    /// The clock.
    pub now: WitnessClock,
}

/// Why a witness does not start.
#[derive(Debug, thiserror::Error)]
pub enum WitnessStartError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A file or the folder.
    #[error("{}: {reason}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// Another witness runs in this folder.
    #[error("another witness runs in {}; stop it first", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The first start lacks a name, or it is none.
    #[error("a new witness needs a name without spaces and `+`, for example `--name witness.example/w1`")]
    Name,
    /// The key has another name.
    #[error("this witness is {found}; leave `--name` out, or take another folder for another witness")]
    OtherName {
        /// The name of its key.
        found: String,
    },
    /// A key without what it signed.
    #[error(
        "witness.key is here and witness.db is not: put it back as it was last. A witness that forgot what it cosigned could cosign \
         another log; if witness.db is lost, begin in a new folder, with a new key"
    )]
    Forgotten,
    /// What was signed, without the key.
    #[error("witness.db is here and witness.key is not: put it back, or begin in a new folder, with a new key")]
    KeyGone,
    /// The address.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        reason: std::io::Error,
    },
}

/// A witness that runs.
pub struct RunningWitness {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its name and public key.
    pub key: NoteKey,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
    /// Held as long as it runs.
    _only: File,
}

impl RunningWitness {
    /// Takes no new requests, and answers those under way.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

/// Opens the folder of a witness that nobody else has open, and makes its key at the first start: behind the database, so that a key
/// never stands without what it signed.
///
/// # Errors
/// [`WitnessStartError`].
pub fn open_folder(folder: &Path, name: Option<&str>) -> Result<(WitnessKey, WitnessStore, File), WitnessStartError> {
    let told = |path: &Path| {
        let path = path.to_owned();
        move |reason| WitnessStartError::File { path, reason }
    };
    private::folder(folder).map_err(told(folder))?;
    let only = lock(folder)?;
    let (key_file, database) = (folder.join("witness.key"), folder.join("witness.db"));
    let found = WitnessKey::read(&key_file).map_err(told(&key_file))?;
    if let Some(key) = found {
        if name.is_some_and(|name| name != key.public.name) {
            return Err(WitnessStartError::OtherName { found: key.public.name });
        }
        if !database.exists() {
            return Err(WitnessStartError::Forgotten);
        }
        return Ok((key, WitnessStore::open(&database)?, only));
    }
    let key = name.and_then(WitnessKey::generate).ok_or(WitnessStartError::Name)?;
    let mut store = WitnessStore::open(&database)?;
    if !store.is_empty()? {
        return Err(WitnessStartError::KeyGone);
    }
    key.write(&key_file).map_err(told(&key_file))?;
    Ok((key, store, only))
}

/// A lock on the folder: the system's, so that a witness that was killed leaves none.
fn lock(folder: &Path) -> Result<File, WitnessStartError> {
    let path = folder.join("witness.lock");
    let io = |reason| WitnessStartError::File { path: path.clone(), reason };
    let file = private::options().truncate(false).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(WitnessStartError::Busy { folder: folder.to_owned() }),
        Err(TryLockError::Error(e)) => Err(io(e)),
    }
}

/// Starts a witness on the current runtime.
///
/// # Errors
/// [`WitnessStartError`].
pub async fn start(config: WitnessConfig) -> Result<RunningWitness, WitnessStartError> {
    let WitnessConfig { folder, listen, name, logs, now } = config;
    let (key, store, only) = open_folder(&folder, name.as_deref())?;
    let public = key.public.clone();
    let failed = |reason| WitnessStartError::Listen { address: listen, reason };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (stop, stopped) = watch::channel(false);
    tracing::info!(%address, name = public.name, logs = logs.len(), "listening");
    let task = tokio::spawn(accept(listener, Arc::new(Witness::new(key, logs, store, now)), stopped));
    Ok(RunningWitness { address, key: public, stop, task, _only: only })
}

async fn accept(listener: TcpListener, witness: Arc<Witness>, mut stopped: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let router = router(witness);
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream) = tokio::select! {
            (place, accepted) = next => match accepted {
                Ok((stream, _)) => (place, stream),
                Err(cause) => {
                    tracing::warn!(%cause, "a connection cannot be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            _ = stopped.changed() => break,
        };
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_DEADLINE).max_buf_size(MAX_HEAD);
        let served = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let served = graceful.watch(served);
        tokio::spawn(async move {
            if let Err(cause) = served.await {
                tracing::debug!(%cause, "a connection broke off");
            }
            drop(place);
        });
    }
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(LAST_ANSWERS) => {}
    }
}
