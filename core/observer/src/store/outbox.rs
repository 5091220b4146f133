//! `outbox.db`: what a locked phone needs to deliver. Sealed envelopes, receipts, the bundle; nothing readable.

use crate::drive::names::{ANCHOR, LETTERS_FROM};
use crate::error::Error;
use crate::lock::{OUTBOX_ALIAS, derive};
use crate::time::Anchor;
use crate::vault::{KeyVault, Policy};
use baqylau_protocol::cbor;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::wire::Code;
use baqylau_sqlite::{Schema, open};
use minicbor::bytes::ByteVec;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;

const SCHEMA: Schema = Schema {
    steps: &["
    CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE part(hash BLOB PRIMARY KEY, packed BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE envelope(
        seq INTEGER PRIMARY KEY, hash BLOB NOT NULL, bytes BLOB NOT NULL, urgent INTEGER NOT NULL,
        receipt BLOB, refused INTEGER, reason TEXT) STRICT;
    CREATE TABLE blob(
        hash BLOB PRIMARY KEY, seq INTEGER NOT NULL, length INTEGER NOT NULL, proof BLOB, refused TEXT) STRICT;
    CREATE TABLE carried(
        id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL, receipt BLOB, refused INTEGER) STRICT;
    CREATE TABLE former(seq INTEGER NOT NULL, receipt BLOB NOT NULL) STRICT;
    CREATE TABLE letter(
        idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL, desk BLOB NOT NULL, read INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE INDEX envelope_waiting ON envelope(seq) WHERE receipt IS NULL;
    "],
};

pub(crate) struct Outbox {
    pub(super) db: Connection,
}

/// A letter that was fetched: number, envelope, the enrolment of the desk that wrote it.
pub(crate) type Fetched = (i64, Vec<u8>, Vec<u8>);

/// An envelope that waits.
pub(crate) struct Queued {
    pub seq: i64,
    pub bytes: usize,
    pub urgent: bool,
}

/// How far an envelope got.
pub(crate) enum Delivery {
    Waiting,
    /// The server's reason; it is tried again where that can help.
    Stuck(Code, String),
    Delivered {
        index: u64,
        received: i64,
    },
}

impl Outbox {
    pub fn open(path: &Path, vault: &dyn KeyVault) -> Result<Self, Error> {
        vault.create(OUTBOX_ALIAS, Policy::App)?;
        let key = derive(&*vault.bind(OUTBOX_ALIAS, &[0; 32])?, b"baqylau/1/outbox");
        Ok(Self { db: open(path, Some(&key), SCHEMA)? })
    }

    /// Takes over what can be read of a damaged database.
    pub fn salvage(path: &Path, vault: &dyn KeyVault) -> Result<(), Error> {
        let key = derive(&*vault.bind(OUTBOX_ALIAS, &[0; 32])?, b"baqylau/1/outbox");
        baqylau_sqlite::salvage(path, Some(&key), SCHEMA)?;
        Ok(())
    }

    /// Deletes what is not what it says: a damaged page may have been read as zeroes.
    pub fn weed(&mut self) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        for table in ["envelope", "carried"] {
            let mut statement = tx.prepare(&format!("SELECT hash, bytes FROM {table}"))?;
            let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            for (hash, bytes) in rows.collect::<Result<Vec<([u8; 32], Vec<u8>)>, _>>()? {
                if Hash::of(&bytes).0 != hash {
                    tx.execute(&format!("DELETE FROM {table} WHERE hash = ?1"), [hash])?;
                }
            }
        }
        Ok(tx.commit()?)
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

    /// Stores several settings and parts in one transaction.
    pub fn set(&mut self, settings: &[(&str, &[u8])], parts: &[(Hash, Vec<u8>)]) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        for (name, value) in settings {
            tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![name, value])?;
        }
        for (hash, packed) in parts {
            tx.execute("INSERT OR REPLACE INTO part VALUES (?1, ?2)", params![hash.0, packed])?;
        }
        Ok(tx.commit()?)
    }

    pub fn part(&self, hash: Hash) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.db.query_row("SELECT packed FROM part WHERE hash = ?1", [hash.0], |r| r.get(0)).optional()?)
    }

    /// Adds an envelope; adding it again changes nothing.
    pub fn add(&mut self, seq: i64, envelope: &[u8], urgent: bool) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let insert = "INSERT OR IGNORE INTO envelope (seq, hash, bytes, urgent) VALUES (?1, ?2, ?3, ?4)";
        tx.execute(insert, params![seq, Hash::of(envelope).0, envelope, urgent])?;
        add_blobs(&tx, seq, envelope)?;
        Ok(tx.commit()?)
    }

    /// The last envelope: its number and hash.
    pub fn last(&self) -> Result<Option<(i64, Hash)>, Error> {
        let select = "SELECT seq, hash FROM envelope ORDER BY seq DESC LIMIT 1";
        Ok(self.db.query_row(select, [], |r| Ok((r.get(0)?, Hash(r.get(1)?)))).optional()?)
    }

    /// What waits and may pass, oldest first. What the server refused for good stays stuck.
    pub fn queue(&self) -> Result<Vec<Queued>, Error> {
        let select = "SELECT seq, length(bytes), urgent, refused FROM envelope WHERE receipt IS NULL ORDER BY seq";
        let mut statement = self.db.prepare_cached(select)?;
        let rows = statement.query_map([], |r| {
            let queued =
                Queued { seq: r.get(0)?, bytes: r.get::<_, i64>(1)?.try_into().unwrap_or(0), urgent: r.get(2)? };
            Ok((queued, r.get::<_, Option<u8>>(3)?))
        })?;
        let all: Vec<(Queued, Option<u8>)> = rows.collect::<Result<_, _>>()?;
        let may_pass = |refused: &Option<u8>| refused.is_none_or(|r| code(r).is_some_and(Code::may_pass));
        Ok(all.into_iter().filter(|(_, refused)| may_pass(refused)).map(|(queued, _)| queued).collect())
    }

    pub fn bytes(&self, seq: i64) -> Result<(Hash, Vec<u8>), Error> {
        let mut statement = self.db.prepare_cached("SELECT hash, bytes FROM envelope WHERE seq = ?1")?;
        Ok(statement.query_row([seq], |r| Ok((Hash(r.get(0)?), r.get(1)?)))?)
    }

    /// The largest log that a receipt proved to this phone.
    pub fn anchor(&self) -> Result<Option<Anchor>, Error> {
        Ok(self.setting(ANCHOR)?.and_then(|b| minicbor::decode(&b).ok()))
    }

    pub fn receipted(&mut self, seq: i64, receipt: &[u8], anchor: &Anchor) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let update =
            "UPDATE envelope SET receipt = ?2, refused = NULL, reason = NULL WHERE seq = ?1 AND receipt IS NULL";
        tx.execute(update, params![seq, receipt])?;
        tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![ANCHOR, cbor::encode(anchor)])?;
        Ok(tx.commit()?)
    }

    /// Lets everything that was receipted wait again. The receipts are kept: they prove what the server lost.
    pub fn send_again(&mut self) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        tx.execute_batch(
            "INSERT INTO former SELECT seq, receipt FROM envelope WHERE receipt IS NOT NULL;
             INSERT INTO former SELECT -id, receipt FROM carried WHERE receipt IS NOT NULL;
             UPDATE envelope SET receipt = NULL; UPDATE carried SET receipt = NULL; UPDATE blob SET proof = NULL;",
        )?;
        Ok(tx.commit()?)
    }

    pub fn refused(&mut self, seq: i64, refusal: Code, reason: &str) -> Result<(), Error> {
        let number = minicbor::to_vec(refusal).ok().and_then(|b| b.first().copied()).unwrap_or(0);
        self.db
            .execute("UPDATE envelope SET refused = ?2, reason = ?3 WHERE seq = ?1", params![seq, number, reason])?;
        Ok(())
    }

    /// Keeps letters, sealed, each with the enrolment of the desk that it names, and where to go on asking. How many are new.
    pub fn keep_letters(&mut self, letters: &[(u64, ByteVec)], desks: &[ByteVec]) -> Result<usize, Error> {
        let mut new = 0;
        let tx = self.db.transaction()?;
        let writer = |bytes: &[u8]| {
            let device = Envelope::untrusted_header(bytes)?.device;
            desks.iter().find(|d| DeviceId::of(Hash::of(d)) == device)
        };
        for (index, bytes) in letters {
            let index = i64::try_from(*index).unwrap_or(i64::MAX - 1);
            if let Some(desk) = writer(bytes) {
                let insert = "INSERT OR IGNORE INTO letter (idx, bytes, desk) VALUES (?1, ?2, ?3)";
                new += tx.execute(insert, params![index, bytes.as_slice(), desk.as_slice()])?;
            }
            let next = (index + 1).to_be_bytes();
            tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![LETTERS_FROM, &next[..]])?;
        }
        tx.commit()?;
        Ok(new)
    }

    /// Letters that were not opened yet: number, envelope, the desk's enrolment.
    pub fn unread(&self) -> Result<Vec<Fetched>, Error> {
        let mut statement = self.db.prepare("SELECT idx, bytes, desk FROM letter WHERE read = 0 ORDER BY idx")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that letters were opened, or are none.
    pub fn read(&mut self, letters: &[i64]) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        for index in letters {
            tx.execute("UPDATE letter SET read = 1 WHERE idx = ?1", [index])?;
        }
        Ok(tx.commit()?)
    }

    pub fn deliveries(&self) -> Result<Vec<(i64, Delivery)>, Error> {
        let mut statement =
            self.db.prepare_cached("SELECT seq, receipt, refused, reason FROM envelope ORDER BY seq")?;
        let rows = statement.query_map([], |r| {
            let (receipt, number, reason): (Option<Vec<u8>>, Option<u8>, Option<String>) =
                (r.get(1)?, r.get(2)?, r.get(3)?);
            let parsed = receipt.and_then(|b| baqylau_protocol::receipt::Receipt::from_bytes(&b).ok());
            let delivery = match (parsed, reason) {
                (Some(receipt), _) => Delivery::Delivered { index: receipt.index, received: receipt.received },
                (None, Some(reason)) => Delivery::Stuck(number.and_then(code).unwrap_or(Code::Malformed), reason),
                (None, None) => Delivery::Waiting,
            };
            Ok((r.get(0)?, delivery))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The code that a small number in CBOR stands for.
pub(super) fn code(number: u8) -> Option<Code> {
    minicbor::decode(&[number]).ok()
}

/// Notes the attachments that an envelope names.
pub(super) fn add_blobs(tx: &rusqlite::Transaction, seq: i64, envelope: &[u8]) -> Result<(), Error> {
    for blob in Envelope::untrusted_header(envelope).and_then(|h| h.blobs).unwrap_or_default() {
        let length = i64::try_from(blob.length).unwrap_or(i64::MAX);
        let insert = "INSERT OR IGNORE INTO blob (hash, seq, length) VALUES (?1, ?2, ?3)";
        tx.execute(insert, params![blob.hash.0, seq, length])?;
    }
    Ok(())
}
