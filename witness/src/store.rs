//! The largest head of each log that was cosigned. One transaction compares and keeps: of two heads that come at once, the second is
//! compared with the first.

use baqylau_protocol::ids::Hash;
use baqylau_sqlite::rusqlite::{self, Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use baqylau_sqlite::{Schema, StorageError, open, unsigned};
use std::path::{Path, PathBuf};

/// The schema of `witness.db`.
pub const WITNESS_SCHEMA: Schema = Schema {
    steps: &["
    CREATE TABLE head(origin TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL) STRICT;
    CREATE TABLE fork(
        origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, cosigned TEXT NOT NULL, refused TEXT NOT NULL,
        PRIMARY KEY (origin, size, root)) STRICT;
    CREATE TRIGGER head_only_grows BEFORE UPDATE ON head
        WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
        BEGIN SELECT RAISE(ABORT, 'a head only grows'); END;
    CREATE TRIGGER head_is_kept BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'a head is kept'); END;
    "],
};

/// The most pairs of contradicting notes that are kept of one log: each proves as much as all.
const FORKS: u64 = 16;

/// A head that was cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignedHead {
    /// Number of leaves.
    pub size: u64,
    /// Merkle root over them.
    pub root: Hash,
    /// The note that the log signed.
    pub note: String,
}

/// Two notes that a log signed for one size: it showed two logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFork {
    /// The log.
    pub origin: String,
    /// The size of both.
    pub size: u64,
    /// The note that was cosigned.
    pub cosigned: String,
    /// The other one.
    pub refused: String,
}

/// The database of a witness. After an error it is opened anew: whether the last commit is there is read from the disk.
pub struct WitnessStore {
    path: PathBuf,
    db: Option<Connection>,
}

impl WitnessStore {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// [`StorageError`]: it is damaged, of a later version, or the disk refuses.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        Ok(Self { path: path.to_owned(), db: Some(open(path, None, WITNESS_SCHEMA)?) })
    }

    fn with<T>(&mut self, work: impl FnOnce(&mut Connection) -> Result<T, StorageError>) -> Result<T, StorageError> {
        let mut db = match self.db.take() {
            Some(db) => db,
            None => open(&self.path, None, WITNESS_SCHEMA)?,
        };
        let done = work(&mut db)?;
        self.db = Some(db);
        Ok(done)
    }

    /// Whether a head was ever cosigned.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn is_empty(&mut self) -> Result<bool, StorageError> {
        self.with(|db| Ok(db.query_row("SELECT NOT EXISTS (SELECT 1 FROM head)", [], |row| row.get(0))?))
    }

    /// The head of each log that was cosigned last, with the log's origin.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn heads(&mut self) -> Result<Vec<(String, CosignedHead)>, StorageError> {
        self.with(|db| {
            let mut rows = db.prepare("SELECT size, root, note, origin FROM head ORDER BY origin")?;
            let heads = rows.query_map([], |row| Ok((row.get(3)?, head(row)?)));
            Ok(heads?.collect::<Result<_, _>>()?)
        })
    }

    /// Asks `judge` about the last head, and keeps the next one where it agrees. That is durable when this returns.
    ///
    /// # Errors
    /// [`StorageError`]: nothing is known to be kept, and nothing may be signed. The inner error is that of `judge`.
    pub fn advance<E>(
        &mut self,
        origin: &str,
        next: &CosignedHead,
        judge: impl FnOnce(Option<&CosignedHead>) -> Result<(), E>,
    ) -> Result<Result<(), E>, StorageError> {
        self.with(|db| {
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Err(refused) = judge(last(&tx, origin)?.as_ref()) {
                return Ok(Err(refused));
            }
            let sql = "INSERT INTO head (origin, size, root, note) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (origin) DO UPDATE SET size = ?2, root = ?3, note = ?4";
            tx.execute(sql, params![origin, stored(next.size), next.root.0, next.note])?;
            tx.commit()?;
            Ok(Ok(()))
        })
    }

    /// Keeps two notes that contradict each other, unless there are enough of this log.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn keep_fork(
        &mut self,
        origin: &str,
        cosigned: &CosignedHead,
        other: &CosignedHead,
    ) -> Result<(), StorageError> {
        self.with(|db| {
            let sql = "INSERT OR IGNORE INTO fork (origin, size, root, cosigned, refused) SELECT ?1, ?2, ?3, ?4, ?5
                       WHERE (SELECT count(*) FROM fork WHERE origin = ?1) < ?6";
            let row = params![origin, stored(other.size), other.root.0, cosigned.note, other.note, stored(FORKS)];
            db.execute(sql, row)?;
            Ok(())
        })
    }

    /// All that is kept of logs that contradict themselves.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forks(&mut self) -> Result<Vec<LogFork>, StorageError> {
        self.with(|db| {
            let mut rows =
                db.prepare("SELECT origin, size, cosigned, refused FROM fork ORDER BY origin, size, root")?;
            let fork = rows.query_map([], |row| {
                Ok(LogFork {
                    origin: row.get(0)?,
                    size: unsigned(row, 1)?,
                    cosigned: row.get(2)?,
                    refused: row.get(3)?,
                })
            });
            Ok(fork?.collect::<Result<_, _>>()?)
        })
    }
}

fn last(tx: &Transaction, origin: &str) -> Result<Option<CosignedHead>, StorageError> {
    let sql = "SELECT size, root, note FROM head WHERE origin = ?1";
    Ok(tx.query_row(sql, [origin], head).optional()?)
}

fn head(row: &Row) -> rusqlite::Result<CosignedHead> {
    Ok(CosignedHead { size: unsigned(row, 0)?, root: Hash(row.get(1)?), note: row.get(2)? })
}

/// Sizes above are refused before they come here.
fn stored(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
