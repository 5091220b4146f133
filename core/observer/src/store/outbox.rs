//! `outbox.db`: what a locked phone needs to deliver. Sealed envelopes, receipts, the bundle; nothing readable.

use super::names::{FAILURES, MANIFEST, NOT_BEFORE, ROOT};
use crate::error::Error;
use crate::lock::{OUTBOX_ALIAS, derive};
use crate::vault::{Policy, Vault};
use baqylau_protocol::bundle::{Manifest, is_part};
use baqylau_protocol::ids::{Hash, MissionRoot};
use baqylau_sqlite::{Rebuilt, Schema, open};
use rusqlite::{Connection, OptionalExtension, params};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The schema of `outbox.db`.
pub const SCHEMA: Schema = Schema {
    steps: &[
        "
    CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE part(hash BLOB PRIMARY KEY, packed BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE envelope(
        seq INTEGER PRIMARY KEY, hash BLOB NOT NULL, bytes BLOB NOT NULL, urgent INTEGER NOT NULL,
        receipt BLOB, refused INTEGER, reason TEXT, tries INTEGER NOT NULL DEFAULT 0,
        not_before INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE blob(
        hash BLOB PRIMARY KEY, seq INTEGER NOT NULL, length INTEGER NOT NULL, proof BLOB, refused TEXT) STRICT;
    CREATE TABLE carried(
        id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL, receipt BLOB, refused INTEGER,
        tries INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE former(seq INTEGER NOT NULL, receipt BLOB NOT NULL) STRICT;
    CREATE TABLE letter(
        id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL, desk BLOB NOT NULL,
        read INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE INDEX envelope_waiting ON envelope(seq) WHERE receipt IS NULL;
    ",
        // What is offered once more keeps its receipt meanwhile.
        "
    ALTER TABLE envelope ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE carried ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE blob ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
    ",
        // What was refused is tried again, whatever text stands there.
        "
    ALTER TABLE blob ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE blob ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
    ",
        // What two envelopes name is an attachment of each: nobody else's envelope takes it from the one that it belongs to.
        "
    CREATE TABLE permit(
        seq INTEGER PRIMARY KEY, permit BLOB NOT NULL, token BLOB NOT NULL, courier BLOB NOT NULL) STRICT;
    ALTER TABLE blob RENAME TO blob_by_hash;
    CREATE TABLE blob(
        hash BLOB NOT NULL, seq INTEGER NOT NULL, length INTEGER NOT NULL, proof BLOB, refused TEXT,
        again INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (hash, seq)) STRICT;
    INSERT INTO blob SELECT hash, seq, length, proof, refused, again, tries, not_before FROM blob_by_hash;
    DROP TABLE blob_by_hash;
    CREATE TABLE evidence(one BLOB NOT NULL, other BLOB NOT NULL, UNIQUE (one, other)) STRICT;
    ",
        // What a log that was replaced had signed says nothing of the one after it.
        "
    ALTER TABLE evidence ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
    ",
        // What each desk has of this phone.
        "
    CREATE TABLE read_row(
        desk BLOB PRIMARY KEY, at INTEGER NOT NULL, epoch INTEGER NOT NULL, size INTEGER NOT NULL,
        body BLOB NOT NULL) STRICT;
    ",
        // By the hash of the object: receipts whose heads are not proved to be of the log that the phone knows.
        "
    CREATE TABLE uncompared(hash BLOB PRIMARY KEY, receipt BLOB NOT NULL) STRICT, WITHOUT ROWID;
    ",
        // Where a letter is proved to be in the log, and the desk that wrote it. What was fetched without is fetched once more.
        "
    ALTER TABLE letter ADD COLUMN writer BLOB;
    ALTER TABLE letter ADD COLUMN place INTEGER;
    DELETE FROM setting WHERE name IN ('letters_from', 'letters_whole');
    ",
    ],
};

pub(crate) struct Outbox {
    pub(super) db: Connection,
    /// Grows with every manifest that is stored: who has loaded one need not ask whether there is another.
    pub manifests: Arc<AtomicU64>,
    /// The hash of the manifest whose parts were all found whole since the store was opened: they are not unpacked at every sync.
    pub whole: Cell<Option<Hash>>,
    /// Failures in a row and the end of the pause that they led to, since the store was opened: a full disk keeps neither.
    pause: Cell<Option<(i64, i64)>>,
}

impl Outbox {
    pub fn open(path: &Path, vault: &dyn Vault) -> Result<Self, Error> {
        vault.create(OUTBOX_ALIAS, Policy::App)?;
        let key = derive(&*vault.bind(OUTBOX_ALIAS, &[0; 32])?, b"baqylau/1/outbox");
        Ok(Self {
            db: open(path, Some(&key), SCHEMA)?,
            manifests: Arc::default(),
            whole: Cell::default(),
            pause: Cell::default(),
        })
    }

    /// Forgets a manifest that does not read: it binds nobody, and is copied from `main.db` or fetched again.
    pub fn forget_damaged_manifest(&self) -> Result<(), Error> {
        let root = self.setting(ROOT)?.and_then(|root| MissionRoot::from_slice(&root));
        let (Some(root), Some(manifest)) = (root, self.setting(MANIFEST)?) else { return Ok(()) };
        if Manifest::open(&manifest, root).is_err() {
            self.db.execute("DELETE FROM setting WHERE name = ?1", [MANIFEST])?;
        }
        Ok(())
    }

    /// Takes over what can be read of a damaged database, beside it.
    pub fn rebuild(path: &Path, vault: &dyn Vault) -> Result<Rebuilt, Error> {
        let key = derive(&*vault.bind(OUTBOX_ALIAS, &[0; 32])?, b"baqylau/1/outbox");
        Ok(Rebuilt::from_damaged(path, Some(&key), SCHEMA)?)
    }

    /// Whether every page can be read.
    pub fn is_whole(&self) -> Result<bool, Error> {
        Ok(baqylau_sqlite::is_whole(&self.db)?)
    }

    /// Whether this is the receipt that an envelope has.
    pub fn has_receipt(&self, seq: i64, receipt: &[u8]) -> Result<bool, Error> {
        let select = "SELECT receipt IS ?2 FROM envelope WHERE seq = ?1";
        Ok(self.db.query_row(select, params![seq, receipt], |r| r.get(0)).optional()?.unwrap_or(false))
    }

    /// Deletes what is not what it says.
    pub fn remove_corrupt(&mut self) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let own = |hash: Hash, bytes: &[u8]| Hash::of(bytes) == hash;
        for (table, body, good) in [
            ("envelope", "bytes", own as fn(Hash, &[u8]) -> bool),
            ("carried", "bytes", own),
            ("part", "packed", is_part),
        ] {
            let mut statement = tx.prepare(&format!("SELECT hash, {body} FROM {table}"))?;
            let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            for (hash, bytes) in rows.collect::<Result<Vec<([u8; 32], Vec<u8>)>, _>>()? {
                if !good(Hash(hash), &bytes) {
                    tx.execute(&format!("DELETE FROM {table} WHERE hash = ?1"), [hash])?;
                }
            }
        }
        Ok(tx.commit()?)
    }

    /// The numbers of the envelopes that are here.
    pub fn numbers(&self) -> Result<BTreeSet<i64>, Error> {
        let mut statement = self.db.prepare_cached("SELECT seq FROM envelope")?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A setting that is empty is none.
    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let mut statement =
            self.db.prepare_cached("SELECT value FROM setting WHERE name = ?1 AND length(value) > 0")?;
        Ok(statement.query_row([name], |r| r.get(0)).optional()?)
    }

    pub fn number(&self, name: &str) -> Result<i64, Error> {
        let bytes = self.setting(name)?.and_then(|b| <[u8; 8]>::try_from(b).ok());
        Ok(bytes.map_or(0, i64::from_be_bytes))
    }

    /// A place of the log, or a number of its objects; 0 where none was kept.
    pub fn position(&self, name: &str) -> Result<u64, Error> {
        Ok(u64::try_from(self.number(name)?).unwrap_or(0))
    }

    /// Keeps how many failures there were in a row, and when the pause ends that they led to. It holds in memory whatever the disk does.
    pub fn pause(&mut self, failures: u32, not_before: i64) -> Result<(), Error> {
        self.pause.set(Some((failures.into(), not_before)));
        let (failures, not_before) = (i64::from(failures).to_be_bytes(), not_before.to_be_bytes());
        self.set(&[(FAILURES, &failures[..]), (NOT_BEFORE, &not_before[..])], &[])
    }

    /// What [`Outbox::pause`] kept: failures in a row, and the end of the pause.
    pub fn paused(&self) -> Result<(u32, i64), Error> {
        let (failures, not_before) = match self.pause.get() {
            Some(kept) => kept,
            None => (self.number(FAILURES)?, self.number(NOT_BEFORE)?),
        };
        Ok((u32::try_from(failures).unwrap_or(0), not_before))
    }

    /// Stores several settings and parts in one transaction.
    pub fn set(&mut self, settings: &[(&str, &[u8])], parts: &[(Hash, Vec<u8>)]) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        for (name, value) in settings {
            tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![name, value])?;
        }
        for (hash, packed) in parts {
            tx.execute("INSERT OR REPLACE INTO part VALUES (?1, ?2)", params![hash.0, packed])?;
        }
        tx.commit()?;
        if settings.iter().any(|(name, _)| *name == MANIFEST) {
            self.noted_manifest();
        }
        Ok(())
    }

    /// Tells whoever has loaded a manifest that there is another.
    pub(super) fn noted_manifest(&self) {
        self.manifests.fetch_add(1, Ordering::SeqCst);
    }

    /// A part of the bundle; one that is damaged is none.
    pub fn part(&self, hash: Hash) -> Result<Option<Vec<u8>>, Error> {
        let select = "SELECT packed FROM part WHERE hash = ?1";
        let found: Option<Vec<u8>> = self.db.query_row(select, [hash.0], |r| r.get(0)).optional()?;
        let whole = found.filter(|packed| is_part(hash, packed));
        if whole.is_none() {
            self.whole.set(None);
        }
        Ok(whole)
    }
}
