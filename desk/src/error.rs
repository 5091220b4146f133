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
    /// Another web server answers at the mission's address.
    #[error(
        "the server {server} answers {answer}, as no mission's server does; compare the address under \"servers\" in desk.json, in the mission's folder, with where the mission's server runs"
    )]
    Stranger {
        /// The address.
        server: String,
        /// What it answers.
        answer: String,
    },
    /// Another desk published other tables since this desk built its own. Nothing was published.
    #[error("another desk published other tables since this one built its own; nothing was published. In {folder} these differ from what it published: {}. Bring its changes into them and build again; what is built then takes the place of its tables", files.join(", "))]
    Tables {
        /// The folder with this desk's tables.
        folder: PathBuf,
        /// The files that differ.
        files: Vec<String>,
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
    /// The server's log is shorter than what was pulled from it before: an older copy of its database, or one begun anew.
    #[error(
        "the server's log holds {signed} objects, and {pulled} were pulled before: it went back. Nothing was taken from it, and the desk's folder keeps and proves what was there; do not trust this server before whoever runs it has said why. If its database was lost, put the newest copy of it back and pull again. If there is no copy, make the folder of a new desk from this one (`baqylau mission desk`) and pull there: the phones send everything again by themselves, and what was decided here is to be decided there once more"
    )]
    Shrunk {
        /// How many objects the server signs now.
        signed: u64,
        /// How many it had signed when they were pulled.
        pulled: u64,
    },
    /// The server knows this desk and does not let it read.
    #[error(
        "the server {server} does not let this desk read its log, although the desk is enrolled: it was revoked, or the server's clock jumps. Ask another desk of the mission to make a new folder for this one (`baqylau mission desk`)"
    )]
    Locked {
        /// Which.
        server: String,
    },
    /// The server has no bundle of the mission: nothing was published there yet, or it lost its database.
    #[error(
        "the server {server} has no bundle: nothing was published there yet, or its database was lost. Put a copy of the database back, or publish a bundle (`baqylau mission build --publish`); then pull again"
    )]
    Unpublished {
        /// Which.
        server: String,
    },
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
