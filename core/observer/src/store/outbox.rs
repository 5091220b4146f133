//! `outbox.db`: what a locked phone needs to deliver. Sealed envelopes, receipts, the bundle; nothing readable.

use super::names::{ANCHOR, FAILURES, LETTERS_FROM, MANIFEST, NOT_BEFORE, ROOT};
use super::number::Number;
use super::parts::is_part;
use crate::error::{Error, RefusalReason};
use crate::lock::{OUTBOX_ALIAS, derive};
use crate::time::Anchor;
use crate::vault::{Policy, Vault};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{Hash, PublicKey};
use baqylau_protocol::sync::{LONGEST_REFUSAL_MS, refusal_pause};
use baqylau_protocol::wire::RefusalCode;
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

/// A letter that was fetched: number, envelope, the enrolment of the desk that wrote it.
pub(crate) type Fetched = (i64, Vec<u8>, Vec<u8>);

/// An envelope that waits.
pub(crate) struct Queued {
    pub number: Number,
    pub bytes: usize,
    pub urgent: bool,
}

/// How far an envelope got.
pub(crate) enum Delivery {
    Waiting,
    /// The server's reason; it is tried again where that can help.
    Stuck(RefusalCode, String),
    Delivered {
        index: u64,
        received: i64,
    },
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
        let root = self.setting(ROOT)?.and_then(|root| PublicKey::from_slice(&root));
        let (Some(root), Some(manifest)) = (root, self.setting(MANIFEST)?) else { return Ok(()) };
        if Manifest::open(&manifest, &root).is_err() {
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
            self.manifests.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
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

    /// Adds an envelope; adding it again changes nothing.
    pub fn add(&mut self, seq: i64, envelope: &[u8], urgent: bool) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let insert = "INSERT OR IGNORE INTO envelope (seq, hash, bytes, urgent) VALUES (?1, ?2, ?3, ?4)";
        tx.execute(insert, params![seq, Hash::of(envelope).0, envelope, urgent])?;
        add_blobs(&tx, Number::Own(seq), envelope)?;
        Ok(tx.commit()?)
    }

    /// The last envelope: its number and hash.
    pub fn last(&self) -> Result<Option<(i64, Hash)>, Error> {
        let select = "SELECT seq, hash FROM envelope ORDER BY seq DESC LIMIT 1";
        Ok(self.db.query_row(select, [], |r| Ok((r.get(0)?, Hash(r.get(1)?)))).optional()?)
    }

    /// What waits, or is offered once more, oldest first. What was refused too, when it is its turn again or when it is not asked
    /// `at` which time.
    pub fn queue(&self, at: Option<i64>) -> Result<Vec<Queued>, Error> {
        let select = "SELECT seq, length(bytes), urgent, not_before FROM envelope
             WHERE receipt IS NULL OR again = 1 ORDER BY seq";
        let mut statement = self.db.prepare_cached(select)?;
        let rows = statement.query_map([], |r| {
            let queued =
                Queued { number: r.get(0)?, bytes: r.get::<_, i64>(1)?.try_into().unwrap_or(0), urgent: r.get(2)? };
            Ok((queued, r.get::<_, i64>(3)?))
        })?;
        let all: Vec<(Queued, i64)> = rows.collect::<Result<_, _>>()?;
        Ok(all.into_iter().filter(|(_, not_before)| due(*not_before, at)).map(|(queued, _)| queued).collect())
    }

    /// When the first of what was refused is tried again, of attachments and of what is carried too. A file that is lost on this
    /// phone is no reason to wake up.
    pub fn refused_until(&self) -> Result<Option<i64>, Error> {
        let select =
            "SELECT min(not_before) FROM (SELECT not_before FROM envelope WHERE (receipt IS NULL OR again = 1) AND not_before > 0
                      UNION ALL SELECT not_before FROM carried WHERE (receipt IS NULL OR again = 1) AND not_before > 0
                      UNION ALL SELECT not_before FROM blob WHERE (proof IS NULL OR again = 1) AND not_before > 0
                                AND refused IS NOT ?1)";
        Ok(self.db.query_row(select, [RefusalReason::FileLost.code()], |r| r.get(0))?)
    }

    /// Hash and bytes of what waits.
    pub fn bytes(&self, number: Number) -> Result<(Hash, Vec<u8>), Error> {
        let (select, id) = match number {
            Number::Own(seq) => ("SELECT hash, bytes FROM envelope WHERE seq = ?1", seq),
            Number::Carried(id) => ("SELECT hash, bytes FROM carried WHERE id = ?1", id),
        };
        Ok(self.db.prepare_cached(select)?.query_row([id], |r| Ok((Hash(r.get(0)?), r.get(1)?)))?)
    }

    /// The largest log that a receipt proved to this phone.
    pub fn anchor(&self) -> Result<Option<Anchor>, Error> {
        Ok(self.setting(ANCHOR)?.and_then(|b| minicbor::decode(&b).ok()))
    }

    pub fn receipted(&mut self, seq: i64, receipt: &[u8], anchor: Option<&Anchor>) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        // A receipt that another one follows proves what the server lost.
        let former =
            "INSERT INTO former SELECT seq, receipt FROM envelope WHERE seq = ?1 AND again = 1 AND receipt <> ?2";
        tx.execute(former, params![seq, receipt])?;
        let update =
            "UPDATE envelope SET receipt = ?2, refused = NULL, reason = NULL, tries = 0, not_before = 0, again = 0
             WHERE seq = ?1 AND (receipt IS NULL OR again = 1)";
        tx.execute(update, params![seq, receipt])?;
        if let Some(anchor) = anchor {
            tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![ANCHOR, cbor::encode(anchor)])?;
        }
        Ok(tx.commit()?)
    }

    /// Lets everything that was receipted be offered once more. Receipts and proofs stay: what they prove, a server that says
    /// otherwise does not take back.
    pub fn send_again(&mut self) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        tx.execute_batch(
            "UPDATE envelope SET again = 1, not_before = 0 WHERE receipt IS NOT NULL AND again = 0;
             UPDATE carried SET again = 1, not_before = 0 WHERE receipt IS NOT NULL AND again = 0;
             UPDATE blob SET again = 1, not_before = 0 WHERE proof IS NOT NULL AND again = 0;",
        )?;
        Ok(tx.commit()?)
    }

    /// Whether anything that was receipted is offered once more.
    pub fn offers_again(&self) -> Result<bool, Error> {
        let select = "SELECT EXISTS(SELECT 1 FROM envelope WHERE again = 1 AND not_before = 0)
             OR EXISTS(SELECT 1 FROM carried WHERE again = 1 AND not_before = 0)";
        Ok(self.db.query_row(select, [], |r| r.get(0))?)
    }

    /// Whether a receipt of an own envelope is kept.
    pub fn is_receipted(&self, seq: i64) -> Result<bool, Error> {
        Ok(self.db.query_row("SELECT receipt IS NOT NULL FROM envelope WHERE seq = ?1", [seq], |r| r.get(0))?)
    }

    /// Notes that the server does not take it, and when it is tried again.
    pub fn refused(&mut self, seq: i64, refusal: RefusalCode, reason: &str, now: i64) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let tries: u32 = tx.query_row("SELECT tries FROM envelope WHERE seq = ?1", [seq], |r| r.get(0))?;
        let (tries, not_before) = put_off(tries, refusal, now);
        let update = "UPDATE envelope SET refused = ?2, reason = ?3, tries = ?4, not_before = ?5 WHERE seq = ?1";
        tx.execute(update, params![seq, number(refusal), reason, tries, not_before])?;
        Ok(tx.commit()?)
    }

    /// Keeps letters that verified, sealed, each with the enrolment of the desk that wrote it, and where to go on asking: never
    /// further than the largest log that was proved. How many are new.
    pub fn keep_letters(&mut self, letters: &[Genuine]) -> Result<usize, Error> {
        let proved = self.anchor()?.map_or(0, |anchor| anchor.size);
        let from = u64::try_from(self.number(LETTERS_FROM)?).unwrap_or(0);
        let tx = self.db.transaction()?;
        let mut new = 0;
        for letter in letters {
            let insert = "INSERT OR IGNORE INTO letter (hash, bytes, desk) VALUES (?1, ?2, ?3)";
            new += tx.execute(insert, params![Hash::of(letter.bytes).0, letter.bytes, letter.desk])?;
        }
        let last = letters.iter().map(|letter| letter.index.saturating_add(1)).max().unwrap_or(0);
        let next = i64::try_from(last.min(proved).max(from)).unwrap_or(0).to_be_bytes();
        tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![LETTERS_FROM, &next[..]])?;
        tx.commit()?;
        Ok(new)
    }

    /// Letters that were not opened yet: number, envelope, the desk's enrolment.
    pub fn unread(&self) -> Result<Vec<Fetched>, Error> {
        let mut statement = self.db.prepare("SELECT id, bytes, desk FROM letter WHERE read = 0 ORDER BY id")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that letters were opened, or are none.
    pub fn read(&mut self, letters: &[i64]) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        for index in letters {
            tx.execute("UPDATE letter SET read = 1 WHERE id = ?1", [index])?;
        }
        Ok(tx.commit()?)
    }

    /// Why the first report that waits is refused; the first file, where no report is.
    pub fn first_refusal(&self) -> Result<Option<RefusalReason>, Error> {
        let select = "SELECT refused FROM envelope WHERE receipt IS NULL AND reason IS NOT NULL ORDER BY seq LIMIT 1";
        let stuck: Option<Option<u8>> = self.db.prepare_cached(select)?.query_row([], |r| r.get(0)).optional()?;
        match stuck {
            Some(number) => Ok(Some(stuck_code(number).into())),
            None => self.first_blob_refusal(),
        }
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
                (None, Some(reason)) => Delivery::Stuck(stuck_code(number), reason),
                (None, None) => Delivery::Waiting,
            };
            Ok((r.get(0)?, delivery))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A letter whose desk and signature were verified, as the server handed it out.
pub(crate) struct Genuine<'l> {
    /// Its place in the log, by the server's word.
    pub index: u64,
    pub bytes: &'l [u8],
    /// The enrolment of the desk that wrote it.
    pub desk: &'l [u8],
}

/// Whether it is something's turn; a time further off than any was noted under a clock that was wrong.
pub(super) fn due(not_before: i64, at: Option<i64>) -> bool {
    at.is_none_or(|now| not_before <= now || not_before - now > LONGEST_REFUSAL_MS)
}

/// How often it was refused by now, and when it is tried again. What may pass soon goes with the next run.
pub(super) fn put_off(tries: u32, refusal: RefusalCode, now: i64) -> (u32, i64) {
    let tries = tries.saturating_add(1);
    (tries, if refusal.may_pass() { 0 } else { now.saturating_add(refusal_pause(tries)) })
}

/// The small number in CBOR that stands for a code.
pub(super) fn number(refusal: RefusalCode) -> u8 {
    minicbor::to_vec(refusal).ok().and_then(|b| b.first().copied()).unwrap_or(0)
}

/// The code that a small number in CBOR stands for.
fn stuck_code(number: Option<u8>) -> RefusalCode {
    number.and_then(|number| minicbor::decode(&[number]).ok()).unwrap_or(RefusalCode::Malformed)
}

/// Notes the attachments that an envelope names.
pub(super) fn add_blobs(tx: &rusqlite::Transaction, number: Number, envelope: &[u8]) -> Result<(), Error> {
    for blob in Envelope::untrusted_header(envelope).and_then(|h| h.blobs).unwrap_or_default() {
        let length = i64::try_from(blob.length).unwrap_or(i64::MAX);
        let insert = "INSERT OR IGNORE INTO blob (hash, seq, length) VALUES (?1, ?2, ?3)";
        tx.execute(insert, params![blob.hash.0, number, length])?;
    }
    Ok(())
}
