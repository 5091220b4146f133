//! Why a storage failed, whichever backend it is.

use std::error::Error;

/// The error of a backend, as it came: for the operator's log, never for an answer.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why the log's storage failed. What was committed stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A row or a page does not read, or has another hash than it was written with.
    #[error("the server's database is damaged ({table}, {row}); stop the server and put a copy of the database back")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The row, as far as it is known.
        row: String,
        /// `None` where this program noticed, and not the backend.
        #[source]
        cause: Option<Cause>,
    },
    /// There is no room left. Everything committed earlier is safe.
    #[error("the server's disk is full; free some space, or move the folder to a larger disk")]
    Full(#[source] Cause),
    /// It cannot be written to, or not be reached.
    #[error("the server's storage cannot be written or reached; look at the disk, and at who owns the folder")]
    Unavailable(#[source] Cause),
    /// Something else lies where a file or a folder of it belongs.
    #[error("something else lies in the folder where a file of the server belongs; move it elsewhere")]
    Blocked(#[source] Cause),
    /// A later version of the program made it.
    #[error(
        "the server's database was made by a newer version of this program: update the program. Nothing in the database was changed"
    )]
    Newer(#[source] Cause),
    /// Anything else.
    #[error("the server's storage failed")]
    Other(#[source] Cause),
}

impl LogError {
    /// A row that holds what was never written.
    pub(crate) fn damaged(table: &'static str, row: impl ToString) -> Self {
        Self::Damaged { table, row: row.to_string(), cause: None }
    }

    /// A word for it, as `/healthz` gives it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "damaged",
            Self::Full(_) => "full",
            Self::Unavailable(_) => "unavailable",
            Self::Blocked(_) => "blocked",
            Self::Newer(_) => "newer",
            Self::Other(_) => "other",
        }
    }
}

impl From<std::io::Error> for LogError {
    fn from(e: std::io::Error) -> Self {
        use std::io::ErrorKind::{
            AlreadyExists, FileTooLarge, IsADirectory, NotADirectory, PermissionDenied, QuotaExceeded,
            ReadOnlyFilesystem, StorageFull,
        };
        match e.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::Full(e.into()),
            ReadOnlyFilesystem | PermissionDenied => Self::Unavailable(e.into()),
            AlreadyExists | IsADirectory | NotADirectory => Self::Blocked(e.into()),
            _ => Self::Other(e.into()),
        }
    }
}

/// An error with all its causes, for the log.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        told = format!("{told}: {cause}");
        next = cause.source();
    }
    told
}
