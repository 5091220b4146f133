//! The desk's encrypted database: the log as pulled, what was opened from it, and the register.

mod allowance;
mod decisions;
mod envelopes;
mod gaps;
mod log;
mod paper;
mod people;
mod records;
mod verified;

use crate::error::DeskError;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::Hash;
use baqylau_sqlite::{Schema, StorageError, open, unsigned};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::{Path, PathBuf};

pub use allowance::{BeyondLimit, EVALUATED, OPENED};
pub use decisions::PulledDecision;
pub use envelopes::{ChainLink, KnownDevice, Opened, PageContents, PulledEnvelope};
pub use gaps::{Evidence, Gap};
pub use log::LogObject;
pub(crate) use log::OPENED_WITH;
pub use people::NotedInvite;
pub use records::{DeskChain, WrittenRecord};
pub use verified::{LogExtent, MissionTrust, VerifiedStore};

/// The schema of `desk.db`.
pub const SCHEMA: Schema = Schema {
    steps: &[
        "
    CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE person(code TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, team TEXT NOT NULL) STRICT;
    CREATE TABLE move(
        person TEXT NOT NULL REFERENCES person(code), since INTEGER NOT NULL, team TEXT NOT NULL,
        told INTEGER NOT NULL,
        PRIMARY KEY (person, since)) STRICT;
    CREATE TABLE invite(
        key BLOB PRIMARY KEY, subject BLOB NOT NULL, person TEXT NOT NULL REFERENCES person(code),
        issued INTEGER NOT NULL, expires INTEGER NOT NULL, told INTEGER NOT NULL) STRICT;
    CREATE TABLE bundle(version INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, manifest BLOB NOT NULL) STRICT;
    CREATE TABLE part(hash BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE roster(version INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE object(
        idx INTEGER PRIMARY KEY, received INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE device(
        device BLOB PRIMARY KEY, idx INTEGER NOT NULL, hash BLOB NOT NULL, subject BLOB NOT NULL, role INTEGER NOT NULL,
        key BLOB NOT NULL, shared BLOB NOT NULL, shared_id BLOB NOT NULL, in_time INTEGER NOT NULL,
        invite BLOB NOT NULL, replaces BLOB, box BLOB NOT NULL) STRICT;
    CREATE TABLE envelope(
        idx INTEGER PRIMARY KEY, device BLOB NOT NULL, seq INTEGER NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL,
        kind INTEGER, refused TEXT, plain BLOB) STRICT;
    CREATE TABLE record(
        seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, recipient BLOB, hash BLOB NOT NULL, bytes BLOB NOT NULL,
        payload BLOB NOT NULL, receipt BLOB) STRICT;
    CREATE INDEX envelope_chain ON envelope(device, seq);
    ",
        "
    CREATE TABLE paper(id INTEGER PRIMARY KEY, head TEXT NOT NULL, tree BLOB NOT NULL, remarks TEXT NOT NULL) STRICT;
    CREATE INDEX envelope_hash ON envelope(hash);
    ",
        // A number that a form had is never that of another: a page that was left open cannot write into it.
        "
    ALTER TABLE paper RENAME TO paper_before;
    CREATE TABLE paper(
        id INTEGER PRIMARY KEY AUTOINCREMENT, head TEXT NOT NULL, tree BLOB NOT NULL, remarks TEXT NOT NULL) STRICT;
    INSERT INTO paper SELECT * FROM paper_before;
    DROP TABLE paper_before;
    ",
        // What the server's copy of is damaged, by its word; and heads that contradict the one that is kept.
        "
    CREATE TABLE gap(idx INTEGER PRIMARY KEY, device BLOB NOT NULL, seq INTEGER NOT NULL) STRICT;
    CREATE TABLE evidence(id INTEGER PRIMARY KEY, head BLOB NOT NULL UNIQUE, why TEXT NOT NULL) STRICT;
    ",
        // Standings are records of the log: those that were pulled, and what this desk signed.
        "
    DROP TABLE roster;
    ALTER TABLE device ADD COLUMN issuer BLOB NOT NULL DEFAULT x'';
    CREATE TABLE decision(idx INTEGER PRIMARY KEY, desk BLOB NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL,
        verified INTEGER NOT NULL) STRICT;
    CREATE TABLE stranded(hash BLOB PRIMARY KEY, idx INTEGER NOT NULL, received INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE own_decision(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL, receipt BLOB) STRICT;
    CREATE INDEX decision_hash ON decision(hash);
    CREATE INDEX envelope_keys ON envelope(idx) WHERE kind = 65020;
    ",
        // The texts of invites, until they are used or expire.
        "
    CREATE TABLE invite_text(key BLOB PRIMARY KEY REFERENCES invite(key), text TEXT NOT NULL) STRICT;
    ",
    ],
};

/// The database.
pub struct DeskStore {
    db: Connection,
    path: PathBuf,
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The bytes of a hash. SQLCipher can give damaged pages as zeroes.
fn sound(hash: Hash, found: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, DeskError> {
    match found {
        Some(bytes) if Hash::of(&bytes) != hash => Err(damaged()),
        found => Ok(found),
    }
}

fn damaged() -> DeskError {
    DeskError::Storage(StorageError::Damaged { path: "desk.db".into() })
}

/// Gives a bundle a version below zero: it was built here, and another desk's was published in its place.
const SET_ASIDE: &str =
    "UPDATE bundle SET version = -1 - version - (SELECT max(0, -min(version)) FROM bundle) WHERE version = ?1";

/// How rows are written that may be here already.
#[derive(Clone, Copy)]
enum Taken {
    /// Parts stay as they are; a version that is here is a fault.
    Kept,
    /// They may be damaged, and make room for what is sound.
    Replaced,
}

/// Writes a manifest and its parts.
fn put_bundle(
    tx: &Transaction<'_>,
    taken: Taken,
    version: u64,
    manifest: &[u8],
    parts: &[(Hash, Vec<u8>)],
) -> Result<(), DeskError> {
    let (bundle, part) = match taken {
        Taken::Kept => ("INSERT INTO bundle VALUES (?1, ?2, ?3)", "INSERT OR IGNORE INTO part VALUES (?1, ?2)"),
        Taken::Replaced => {
            ("INSERT OR REPLACE INTO bundle VALUES (?1, ?2, ?3)", "INSERT OR REPLACE INTO part VALUES (?1, ?2)")
        }
    };
    tx.execute(bundle, params![signed(version), Manifest::hash(manifest).0, manifest])?;
    for (hash, bytes) in parts {
        tx.execute(part, params![hash.0, bytes])?;
    }
    Ok(())
}

fn setting(db: &Connection, name: &str) -> Result<Option<Vec<u8>>, DeskError> {
    Ok(db.query_row("SELECT value FROM setting WHERE name = ?1", [name], |r| r.get(0)).optional()?)
}

fn set_setting(db: &Connection, name: &str, value: &[u8]) -> Result<(), DeskError> {
    db.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![name, value])?;
    Ok(())
}

impl DeskStore {
    /// Opens or makes it.
    ///
    /// # Errors
    /// It is damaged, or the key is another.
    pub fn open(path: &Path, key: &[u8; 32]) -> Result<Self, DeskError> {
        Ok(Self { db: open(path, Some(key), SCHEMA)?, path: path.to_owned() })
    }

    /// Something in it that is not as it was written.
    pub(crate) fn damaged(&self, detail: impl ToString) -> DeskError {
        DeskError::damaged(&self.path, detail)
    }

    /// A transaction that no other program can come between; there is one at a time.
    fn writing(&self) -> Result<Transaction<'_>, DeskError> {
        Ok(Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?)
    }

    /// A setting.
    ///
    /// # Errors
    /// The database fails.
    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, DeskError> {
        setting(&self.db, name)
    }

    /// Stores a setting.
    ///
    /// # Errors
    /// The database fails.
    pub fn set_setting(&self, name: &str, value: &[u8]) -> Result<(), DeskError> {
        set_setting(&self.db, name, value)
    }

    /// The latest manifest.
    ///
    /// # Errors
    /// The database fails.
    pub fn manifest(&self) -> Result<Option<Vec<u8>>, DeskError> {
        let sql = "SELECT manifest FROM bundle ORDER BY version DESC LIMIT 1";
        Ok(self.db.query_row(sql, [], |r| r.get(0)).optional()?)
    }

    /// Keeps a manifest and its parts; reports name both by hash for ever.
    ///
    /// # Errors
    /// The database fails.
    pub fn add_bundle(&self, version: u64, manifest: &[u8], parts: &[(Hash, Vec<u8>)]) -> Result<(), DeskError> {
        self.keep_bundle(Taken::Kept, version, manifest, parts)
    }

    /// Keeps what is lacking of a bundle.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn restore_bundle(
        &self,
        version: u64,
        manifest: &[u8],
        parts: &[(Hash, Vec<u8>)],
    ) -> Result<(), DeskError> {
        self.keep_bundle(Taken::Replaced, version, manifest, parts)
    }

    fn keep_bundle(
        &self,
        taken: Taken,
        version: u64,
        manifest: &[u8],
        parts: &[(Hash, Vec<u8>)],
    ) -> Result<(), DeskError> {
        let tx = self.writing()?;
        put_bundle(&tx, taken, version, manifest, parts)?;
        Ok(tx.commit()?)
    }

    /// Keeps a bundle of before that another desk published, and sets aside what was built here under its version.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn add_earlier_bundle(
        &self,
        version: u64,
        manifest: &[u8],
        parts: &[(Hash, Vec<u8>)],
    ) -> Result<(), DeskError> {
        let tx = self.writing()?;
        tx.execute(SET_ASIDE, [signed(version)])?;
        put_bundle(&tx, Taken::Kept, version, manifest, parts)?;
        Ok(tx.commit()?)
    }

    /// How many bundles are here, and the version of the last.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn bundles(&self) -> Result<(i64, i64), DeskError> {
        let count = "SELECT count(*), coalesce(max(version), 0) FROM bundle";
        Ok(self.db.query_row(count, [], |r| Ok((r.get(0)?, r.get(1)?)))?)
    }

    /// Every manifest and its hash, in the order of versions; without those that were set aside because another desk's was published.
    ///
    /// # Errors
    /// The database fails.
    pub fn published_bundles(&self) -> Result<Vec<(Hash, Vec<u8>)>, DeskError> {
        let mut statement = self.db.prepare("SELECT hash, manifest FROM bundle WHERE version > 0 ORDER BY version")?;
        let all = statement.query_map([], |r| Ok((Hash(r.get(0)?), r.get(1)?)))?;
        Ok(all.collect::<Result<_, _>>()?)
    }

    /// A manifest by its hash.
    ///
    /// # Errors
    /// The database fails.
    pub fn bundle(&self, hash: Hash) -> Result<Option<Vec<u8>>, DeskError> {
        let select = "SELECT manifest FROM bundle WHERE hash = ?1";
        match self.db.query_row(select, [hash.0], |r| r.get::<_, Vec<u8>>(0)).optional()? {
            Some(bytes) if Manifest::hash(&bytes) != hash => Err(damaged()),
            found => Ok(found),
        }
    }

    /// A part by its hash.
    ///
    /// # Errors
    /// The database fails.
    pub fn part(&self, hash: Hash) -> Result<Option<Vec<u8>>, DeskError> {
        sound(hash, self.db.query_row("SELECT bytes FROM part WHERE hash = ?1", [hash.0], |r| r.get(0)).optional()?)
    }

    /// Takes the bundle that the server has in the place of those that were built here and never published. These are set aside under
    /// versions below zero: who carried them by hand may have used them.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) fn replace_bundle(
        &self,
        version: u64,
        manifest: &[u8],
        parts: &[(Hash, Vec<u8>)],
    ) -> Result<(), DeskError> {
        let tx = self.writing()?;
        let later: Vec<i64> = {
            let mut statement = tx.prepare("SELECT version FROM bundle WHERE version >= ?1 ORDER BY version")?;
            statement.query_map([signed(version)], |r| r.get(0))?.collect::<Result<_, _>>()?
        };
        for version in later {
            tx.execute(SET_ASIDE, [version])?;
        }
        put_bundle(&tx, Taken::Kept, version, manifest, parts)?;
        Ok(tx.commit()?)
    }
}
