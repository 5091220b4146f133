//! `main.db`: identity, visits, drafts, reports. Answers, the answer log and plain reports are encrypted once more by row, under
//! the key of their visit.

use super::held::HeldDraft;
use crate::error::Error;
use crate::lock::{derive, open_with, row_cipher, seal_with};
use crate::reason::InvalidReason;
use crate::vault::{Policy, Vault};
use baqylau_protocol::bundle::is_part;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::random;
use baqylau_sqlite::{Rebuilt, Schema, StorageError, open};
use ring::aead::LessSafeKey;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// The schema of `main.db`.
pub const SCHEMA: Schema = Schema {
    steps: &[
        "
    CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE part(hash BLOB PRIMARY KEY, packed BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE visit(
        id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, salt BLOB NOT NULL, facts BLOB) STRICT;
    CREATE TABLE attachment(hash BLOB PRIMARY KEY, visit INTEGER NOT NULL, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE letter(
        id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, visit INTEGER, body BLOB NOT NULL,
        told INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE draft(
        id INTEGER PRIMARY KEY, visit INTEGER NOT NULL REFERENCES visit(id), checklist BLOB NOT NULL,
        started INTEGER NOT NULL, report INTEGER, amends BLOB, why BLOB) STRICT;
    CREATE TABLE cell(
        draft INTEGER NOT NULL, row INTEGER NOT NULL, node INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (draft, row, node, kind)) STRICT, WITHOUT ROWID;
    CREATE TABLE leftover(draft INTEGER NOT NULL, line INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (draft, line)) STRICT, WITHOUT ROWID;
    CREATE TABLE answer_log(
        draft INTEGER NOT NULL, line INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (draft, line)) STRICT, WITHOUT ROWID;
    CREATE TABLE report(
        seq INTEGER PRIMARY KEY, id BLOB NOT NULL, draft INTEGER NOT NULL REFERENCES draft(id), checklist BLOB NOT NULL,
        amends BLOB, signed INTEGER NOT NULL, plain BLOB NOT NULL) STRICT;
    CREATE TABLE signed_at(seq INTEGER PRIMARY KEY, uptime INTEGER NOT NULL) STRICT;
    CREATE TABLE envelope(
        seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE, urgent INTEGER NOT NULL,
        bytes BLOB NOT NULL) STRICT;
    CREATE TRIGGER report_is_immutable BEFORE UPDATE ON report BEGIN SELECT RAISE(ABORT, 'a report never changes'); END;
    CREATE TRIGGER report_is_kept BEFORE DELETE ON report BEGIN SELECT RAISE(ABORT, 'a report is never deleted'); END;
    CREATE TRIGGER envelope_is_immutable BEFORE UPDATE ON envelope BEGIN SELECT RAISE(ABORT, 'an envelope never changes'); END;
    CREATE TRIGGER envelope_is_kept BEFORE DELETE ON envelope BEGIN SELECT RAISE(ABORT, 'an envelope is never deleted'); END;
    ",
        // When a question was answered lies beside its answer; `answer_log` keeps what a draft goes on with.
        "
    ALTER TABLE cell ADD COLUMN log BLOB;
    ",
    ],
};

pub(crate) struct MainStore {
    pub(super) db: Connection,
    vault: Arc<dyn Vault>,
    pub(super) ciphers: HashMap<i64, LessSafeKey>,
    pub(super) held: Option<HeldDraft>,
}

/// A visit as stored.
#[derive(Clone)]
pub(crate) struct StoredVisit {
    pub id: i64,
    pub code: String,
    pub facts: VisitKnowledge,
}

/// The facts of a visit, as far as its key still opens them.
#[derive(Clone)]
pub(crate) enum VisitKnowledge {
    /// JSON of the app's record.
    Known(Vec<u8>),
    /// The review window passed: its key was destroyed.
    Forgotten,
    /// Its key, or what is under it, is damaged. Everything else can be read.
    Unreadable,
}

impl MainStore {
    pub fn open(path: &Path, key: &[u8; 32], vault: Arc<dyn Vault>) -> Result<Self, Error> {
        Ok(Self { db: open(path, Some(key), SCHEMA)?, vault, ciphers: HashMap::new(), held: None })
    }

    /// Takes over what can be read of a damaged database, beside it.
    pub fn rebuild(path: &Path, key: &[u8; 32]) -> Result<Rebuilt, Error> {
        Ok(Rebuilt::from_damaged(path, Some(key), SCHEMA)?)
    }

    /// The cause behind an error of this store: SQLCipher takes no writes any more where a page does not authenticate, as on a disk that is
    /// read-only.
    pub fn cause(&self, e: Error) -> Error {
        if let Error::Storage(e) = e { baqylau_sqlite::cause(&self.db, e).into() } else { e }
    }

    /// Begins a transaction for reads and writes: all that is read in it is as the writes find it, whoever else writes.
    pub fn begin(&mut self) -> Result<(), Error> {
        self.undo();
        self.db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(())
    }

    /// Ends it: durable when it returns, or nothing of it stays.
    pub fn end<T>(&mut self, done: Result<T, Error>) -> Result<T, Error> {
        let ended = done.and_then(|done| {
            self.db.prepare_cached("COMMIT")?.execute([])?;
            Ok(done)
        });
        self.undo();
        if ended.is_err() {
            self.let_go();
        }
        ended
    }

    /// Undoes a transaction that did not end, by an error or a panic.
    fn undo(&mut self) {
        if !self.db.is_autocommit() {
            self.let_go();
            // Where SQLite cannot undo it, every later call fails.
            let _failed = self.db.execute_batch("ROLLBACK");
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> Result<usize, Error> {
        Ok(baqylau_sqlite::count(&self.db)?)
    }

    pub fn synchronous(&self) -> Result<&'static str, Error> {
        Ok(baqylau_sqlite::synchronous(&self.db)?)
    }

    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.db.query_row("SELECT value FROM setting WHERE name = ?1", [name], |r| r.get(0)).optional()?)
    }

    /// Stores several settings in one transaction.
    pub fn set_settings(&mut self, settings: &[(&str, &[u8])]) -> Result<(), Error> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (name, value) in settings {
            tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![name, value])?;
        }
        Ok(tx.commit()?)
    }

    /// Keeps a manifest under a setting's name, with its packed parts; parts of earlier bundles stay.
    pub fn keep_bundle(&mut self, (name, manifest): (&str, &[u8]), parts: &[(Hash, Vec<u8>)]) -> Result<(), Error> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (hash, packed) in parts {
            tx.execute("INSERT OR REPLACE INTO part VALUES (?1, ?2)", params![hash.0, packed])?;
        }
        tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![name, manifest])?;
        Ok(tx.commit()?)
    }

    /// A part of a bundle; one that is damaged is none.
    pub fn part(&self, hash: Hash) -> Result<Option<Vec<u8>>, Error> {
        let select = "SELECT packed FROM part WHERE hash = ?1";
        let found: Option<Vec<u8>> = self.db.query_row(select, [hash.0], |r| r.get(0)).optional()?;
        Ok(found.filter(|packed| is_part(hash, packed)))
    }

    pub fn parts(&self) -> Result<Vec<(Hash, Vec<u8>)>, Error> {
        let mut statement = self.db.prepare("SELECT hash, packed FROM part")?;
        let rows = statement.query_map([], |r| Ok((Hash(r.get(0)?), r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The largest number that a visit ever had, those of drafts whose visit a salvage lost too: none is given twice.
    pub fn last_visit(&self) -> Result<i64, Error> {
        let select =
            "SELECT max(coalesce((SELECT max(id) FROM visit), 0), coalesce((SELECT max(visit) FROM draft), 0))";
        Ok(self.db.query_row(select, [], |r| r.get(0))?)
    }

    pub fn add_visit<T: Serialize>(&mut self, code: &str, facts: &T) -> Result<i64, Error> {
        let salt: [u8; 32] = random();
        self.vault.create(&alias(&salt), Policy::App)?;
        let cipher = self.derive_cipher(&salt)?;
        let id = self.last_visit()? + 1;
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known = tx.query_row("SELECT 1 FROM visit WHERE code = ?1", [code], |_| Ok(())).optional()?;
        if known.is_some() {
            return Err(InvalidReason::VisitCodeTaken { code: code.to_owned() }.into());
        }
        let body = seal_with(&cipher, &visit_aad(id), &json(facts)?);
        tx.execute("INSERT INTO visit (id, code, salt, facts) VALUES (?1, ?2, ?3, ?4)", params![id, code, salt, body])?;
        tx.commit()?;
        self.ciphers.insert(id, cipher);
        Ok(id)
    }

    pub fn update_visit<T: Serialize>(&mut self, id: i64, facts: &T) -> Result<(), Error> {
        let body = seal_with(self.cipher(id)?, &visit_aad(id), &json(facts)?);
        self.let_go();
        self.db.execute("UPDATE visit SET facts = ?2 WHERE id = ?1", params![id, body])?;
        Ok(())
    }

    pub fn visits(&mut self) -> Result<Vec<StoredVisit>, Error> {
        let rows: Vec<(i64, String, Option<Vec<u8>>)> = {
            let mut statement = self.db.prepare_cached("SELECT id, code, facts FROM visit ORDER BY id")?;
            let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        Ok(rows.into_iter().map(|row| self.open_visit(row)).collect())
    }

    pub fn visit(&mut self, id: i64) -> Result<StoredVisit, Error> {
        let select = "SELECT id, code, facts FROM visit WHERE id = ?1";
        let row =
            self.db.prepare_cached(select)?.query_row([id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?;
        Ok(self.open_visit(row.ok_or_else(damaged)?))
    }

    /// Whatever is wrong with one visit concerns that one alone.
    pub(super) fn open_visit(&mut self, (id, code, sealed): (i64, String, Option<Vec<u8>>)) -> StoredVisit {
        let Some(sealed) = sealed else { return StoredVisit { id, code, facts: VisitKnowledge::Forgotten } };
        let opened = self.cipher(id).ok().and_then(|cipher| open_with(cipher, &visit_aad(id), &sealed));
        let facts = opened.map_or(VisitKnowledge::Unreadable, |facts| VisitKnowledge::Known(facts.to_vec()));
        StoredVisit { id, code, facts }
    }

    /// Destroys a visit's key, then what it encrypted. Killed in between, it is called again. Gives the files that belong to it.
    pub fn forget(&mut self, visit: i64) -> Result<Vec<Hash>, Error> {
        let select = "SELECT salt FROM visit WHERE id = ?1 AND facts IS NOT NULL";
        let Some(salt) = self.db.query_row(select, [visit], |r| r.get::<_, [u8; 32]>(0)).optional()? else {
            return Ok(Vec::new());
        };
        let files = {
            let mut statement = self.db.prepare("SELECT hash FROM attachment WHERE visit = ?1")?;
            let rows = statement.query_map([visit], |r| Ok(Hash(r.get(0)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        self.vault.destroy(&alias(&salt))?;
        self.ciphers.remove(&visit);
        self.let_go();
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for table in ["cell", "answer_log", "leftover"] {
            tx.execute(
                &format!("DELETE FROM {table} WHERE draft IN (SELECT id FROM draft WHERE visit = ?1)"),
                [visit],
            )?;
        }
        tx.execute("UPDATE draft SET why = NULL WHERE visit = ?1", [visit])?;
        tx.execute("DELETE FROM attachment WHERE visit = ?1", [visit])?;
        tx.execute("UPDATE visit SET facts = NULL WHERE id = ?1", [visit])?;
        tx.commit()?;
        Ok(files)
    }

    fn derive_cipher(&self, salt: &[u8; 32]) -> Result<LessSafeKey, Error> {
        let bound = self.vault.bind(&alias(salt), salt)?;
        Ok(row_cipher(&derive(&*bound, b"baqylau/1/visit")))
    }

    pub(super) fn cipher(&mut self, visit: i64) -> Result<&LessSafeKey, Error> {
        if !self.ciphers.contains_key(&visit) {
            let select = "SELECT salt, facts IS NULL FROM visit WHERE id = ?1";
            let found = self.db.query_row(select, [visit], |r| Ok((r.get(0)?, r.get::<_, bool>(1)?))).optional()?;
            let (salt, forgotten) = found.ok_or_else(damaged)?;
            if forgotten {
                return Err(InvalidReason::VisitForgotten.into());
            }
            let cipher = self.derive_cipher(&salt)?;
            self.ciphers.insert(visit, cipher);
        }
        Ok(&self.ciphers[&visit])
    }
}

/// The vault's name for a visit's key.
fn alias(salt: &[u8; 32]) -> String {
    format!("visit/{}", data_encoding::HEXLOWER.encode(&salt[..8]))
}

fn visit_aad(id: i64) -> [u8; 9] {
    aad(b'v', id)
}

pub(super) fn report_aad(seq: i64) -> [u8; 9] {
    aad(b'r', seq)
}

pub(super) fn aad(kind: u8, id: i64) -> [u8; 9] {
    let mut out = [kind; 9];
    out[1..].copy_from_slice(&id.to_be_bytes());
    out
}

pub(super) fn damaged() -> Error {
    StorageError::Damaged { path: "main.db".into() }.into()
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|e| Error::Internal(e.to_string()))
}

pub(super) fn unjson<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|_| damaged())
}
