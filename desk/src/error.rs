//! Errors of the desk: what is wrong, where, and what to do.

use baqylau_http::CallError;
use baqylau_sqlite::StorageError;
use std::path::PathBuf;

/// Why the desk did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A file.
    #[error("{path}: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it, and the remedy.
        reason: String,
    },
    /// The mission's tables; every fault with its place.
    #[error("the mission has {} fault(s):\n{}", faults.len(), faults.join("\n"))]
    Source {
        /// All of them.
        faults: Vec<String>,
    },
    /// The passphrase.
    #[error("wrong passphrase for {path}")]
    Passphrase {
        /// Which file it did not open.
        path: PathBuf,
    },
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The server.
    #[error("the server {server}: {reason}")]
    Server {
        /// Which.
        server: String,
        /// What it said, and the remedy.
        reason: String,
    },
    /// The server does not answer.
    #[error("the server {server}: {why}")]
    Unreachable {
        /// Which.
        server: String,
        /// Why not.
        why: CallError,
    },
    /// Another desk published something in between. What was to be published is put upon it, and tried again.
    #[error("the server {server}: {reason}")]
    Conflict {
        /// Which.
        server: String,
        /// What it said.
        reason: String,
    },
    /// The server has nothing of this name.
    #[error("the server has nothing of this name yet")]
    Missing,
    /// The server does not take an object.
    #[error("the server {server} refuses it: {reason}")]
    Refused {
        /// Which.
        server: String,
        /// Its reason.
        reason: String,
    },
    /// The server's log is not what it signed.
    #[error("the server's log does not verify: {0}. Keep the desk's folder, it proves it; do not trust this server")]
    Log(String),
    /// A correction to what the answer already is.
    #[error("{question}: the answer is already {answer}; there is nothing to correct")]
    Unchanged {
        /// The question's name.
        question: String,
        /// Its answer, in the notation of answer files.
        answer: String,
    },
    /// Something asked for is not there.
    #[error("{0}")]
    Unknown(String),
}

impl DeskError {
    /// Whether the same may succeed later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Server { .. } | Self::Unreachable { .. } | Self::Conflict { .. })
    }

    pub(crate) fn file(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::File { path: path.into(), reason: reason.to_string() }
    }
}

impl From<rusqlite::Error> for DeskError {
    fn from(e: rusqlite::Error) -> Self {
        Self::Storage(e.into())
    }
}
