//! The log in SQLite. Keys grow with the log or with a device's chain, so that inserts stay at the ends of the trees.

mod pages;
mod rows;

use super::{Follows, LogError, LogPosition, LoggedObject, MaterialKind, PermittedUpload, ReceivedMaterial, Storage};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::permit::UploadPermit;
use baqylau_sqlite::{Schema, open};
use rows::{At, ENTRY, Found, LOG, at_most, kept, to_keep, told};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::Path;

/// The schema of `server.db`.
pub const SCHEMA: Schema = Schema {
    steps: &["
    CREATE TABLE log(
        id INTEGER PRIMARY KEY, mission BLOB NOT NULL, idx INTEGER NOT NULL, received INTEGER NOT NULL, device BLOB NOT NULL,
        seq INTEGER NOT NULL, recipient BLOB, hash BLOB NOT NULL, object BLOB NOT NULL) STRICT;
    CREATE UNIQUE INDEX log_place ON log(mission, idx);
    CREATE INDEX log_chain ON log(mission, device, seq);
    CREATE INDEX log_enrolment ON log(mission, idx) WHERE seq = 0;
    CREATE INDEX log_letter ON log(mission, recipient, idx) WHERE recipient IS NOT NULL;
    CREATE TABLE blob(mission BLOB NOT NULL, hash BLOB NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (mission, hash)) STRICT;
    CREATE TRIGGER log_is_immutable BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
    CREATE TRIGGER log_is_kept BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
    CREATE TABLE document(mission BLOB NOT NULL, which INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (mission, which)) STRICT;
    CREATE TABLE part(mission BLOB NOT NULL, hash BLOB NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (mission, hash)) STRICT;
    ", "
    CREATE TABLE mended(mission BLOB NOT NULL, idx INTEGER NOT NULL, object BLOB NOT NULL, PRIMARY KEY (mission, idx)) STRICT;
    ", "
    CREATE TABLE probe(mission BLOB NOT NULL PRIMARY KEY, written INTEGER NOT NULL) STRICT;
    ",
        // An attachment has its place by device and hash, and whoever has a token may fill it. Permits are shown again.
        "
    CREATE TABLE permitted(
        mission BLOB NOT NULL, device BLOB NOT NULL, hash BLOB NOT NULL, token BLOB NOT NULL, length INTEGER NOT NULL,
        received INTEGER NOT NULL, PRIMARY KEY (mission, device, hash, token)) STRICT;
    DROP TABLE blob;
    ",
        // What each desk has read.
        "
    CREATE TABLE notice(
        mission BLOB NOT NULL, desk BLOB NOT NULL, notice BLOB NOT NULL, rows BLOB NOT NULL,
        PRIMARY KEY (mission, desk)) STRICT;
    "],
};

/// Documents are numbered; there is one kind.
const MANIFEST: &str = "SELECT bytes FROM document WHERE mission = ?1 AND which = 0";

fn put_parts(tx: &Transaction<'_>, mission: MissionId, parts: &[(Hash, Vec<u8>)]) -> Result<(), LogError> {
    for (hash, packed) in parts {
        let insert = "INSERT OR REPLACE INTO part VALUES (?1, ?2, ?3)";
        tx.execute(insert, params![mission.0, hash.0, packed]).at("part")?;
    }
    Ok(())
}

/// SQLite, in one file.
pub struct SqliteStorage {
    db: Connection,
}

impl SqliteStorage {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// It is damaged or of a later version.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        Ok(Self { db: open(path, None, SCHEMA).map_err(|e| told(e, "schema"))? })
    }
}

impl Storage for SqliteStorage {
    fn append(&mut self, mission: MissionId, first: u64, entries: &[LoggedObject]) -> Result<(), LogError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate).at("log")?;
        {
            let sql = "INSERT INTO log (mission, idx, received, device, seq, recipient, hash, object)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let mut insert = tx.prepare_cached(sql).at("log")?;
            for (e, index) in entries.iter().zip(first..) {
                let (index, seq, recipient) = (to_keep(index)?, to_keep(e.seq)?, e.recipient.map(|r| r.0));
                let row = params![mission.0, index, e.received, e.device.0, seq, recipient, e.hash.0, e.object];
                insert.execute(row).at("log")?;
            }
        }
        tx.commit().at("log")
    }

    fn find(
        &mut self,
        mission: MissionId,
        device: DeviceId,
        seq: u64,
        hash: Hash,
    ) -> Result<Option<LogPosition>, LogError> {
        // Named, because the planner would walk the whole log to have it in order.
        let sql =
            "SELECT idx, received, hash FROM log INDEXED BY log_chain WHERE mission = ?1 AND device = ?2 AND seq = ?3";
        let mut place = None;
        // A forked chain has several of one number; all are kept.
        self.rows(("log", Some(0)), sql, params![mission.0, device.0, kept(seq)], &mut |found| {
            if found.get::<[u8; 32]>(2)? == hash.0 {
                place = Some(LogPosition { index: found.number(0)?, received: found.get(1)? });
            }
            Ok(place.is_none())
        })?;
        Ok(place)
    }

    fn leaves(&mut self, mission: MissionId, each: &mut dyn FnMut(Hash, i64)) -> Result<(), LogError> {
        // The table itself, in the order of writing, and not an index that may lack some of it.
        let sql = "SELECT hash, received, idx, seq = 0, recipient IS NOT NULL FROM log NOT INDEXED WHERE mission = ?1 ORDER BY id";
        let (mut all, mut enrolments, mut letters) = (0, 0, 0);
        self.rows(("log", Some(2)), sql, [mission.0], &mut |found| {
            if found.number(2)? != all {
                return Err(LogError::damaged("log", format!("index {all} is missing")));
            }
            all += 1;
            enrolments += found.number(3)?;
            letters += found.number(4)?;
            each(Hash(found.get(0)?), found.get(1)?);
            Ok(true)
        })?;
        let has = [
            ("log_place", "", all),
            ("log_chain", "", all),
            ("log_enrolment", " AND seq = 0", enrolments),
            ("log_letter", " AND recipient IS NOT NULL", letters),
        ];
        if self.lacks(mission, &has)?.is_none() {
            return Ok(());
        }
        tracing::warn!("an index of the log lacks some of it, and is made again");
        self.db.execute_batch("REINDEX log").at("log")?;
        match self.lacks(mission, &has)? {
            None => Ok(()),
            Some(index) => Err(LogError::damaged(index, "unknown row")),
        }
    }

    fn unsealed(&mut self, mission: MissionId, each: &mut dyn FnMut(u64, &[u8])) -> Result<(), LogError> {
        let sql = "SELECT object, hash, idx FROM log WHERE mission = ?1 AND seq = 0 ORDER BY idx";
        self.rows(("log", Some(2)), sql, [mission.0], &mut |found| {
            let index = found.number(2)?;
            each(index, &self.sound(mission, index, Hash(found.get(1)?), found.get(0)?)?);
            Ok(true)
        })
    }

    fn page(
        &mut self,
        mission: MissionId,
        from: u64,
        limit: usize,
        bytes: usize,
    ) -> Result<Vec<LoggedObject>, LogError> {
        match self.page_at_once(mission, from, limit, bytes) {
            Err(LogError::Damaged { .. }) => self.page_by_rows(mission, from, limit, bytes),
            other => other,
        }
    }

    fn mend(&mut self, mission: MissionId, index: u64, object: &[u8]) -> Result<bool, LogError> {
        let found = self.page_by_rows(mission, index, 1, 0)?;
        if found.first().is_none_or(|e| Hash::of(&e.object) == e.hash || Hash::of(object) != e.hash) {
            return Ok(false);
        }
        let insert = "INSERT OR REPLACE INTO mended VALUES (?1, ?2, ?3)";
        self.db.execute(insert, params![mission.0, to_keep(index)?, object]).at("mended")?;
        Ok(true)
    }

    fn letters(
        &mut self,
        mission: MissionId,
        recipient: DeviceId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, LoggedObject)>, LogError> {
        let sql = format!(
            "SELECT {ENTRY} FROM log INDEXED BY log_letter
             WHERE mission = ?1 AND recipient = ?2 AND idx >= ?3 ORDER BY idx LIMIT ?4"
        );
        let mut out = Vec::new();
        self.rows(LOG, &sql, params![mission.0, recipient.0, kept(from), at_most(limit)], &mut |found| {
            let (index, mut entry) = found.entry()?;
            entry.object = self.sound(mission, index, entry.hash, entry.object)?;
            out.push((index, entry));
            Ok(true)
        })?;
        Ok(out)
    }

    fn enrolment(&mut self, mission: MissionId, device: DeviceId) -> Result<Option<Vec<u8>>, LogError> {
        let sql = "SELECT object, hash, idx FROM log INDEXED BY log_chain WHERE mission = ?1 AND device = ?2
             AND seq = 0 ORDER BY id";
        self.first(("log", Some(2)), sql, params![mission.0, device.0], |found| {
            self.sound(mission, found.number(2)?, Hash(found.get(1)?), found.get(0)?)
        })
    }

    fn object(&mut self, mission: MissionId, device: DeviceId, hash: Hash) -> Result<Option<Vec<u8>>, LogError> {
        let sql = "SELECT idx, object FROM log INDEXED BY log_chain WHERE mission = ?1 AND device = ?2 AND hash = ?3";
        let at = params![mission.0, device.0, hash.0];
        let found = self.first(("log", None), sql, at, |found| Ok((found.number(0)?, found.get(1)?)))?;
        found.map(|(index, object)| self.sound(mission, index, hash, object)).transpose()
    }

    fn permit(&mut self, mission: MissionId, permit: &UploadPermit, received: i64) -> Result<(), LogError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate).at("permitted")?;
        let tokens = &permit.tokens;
        for (blob, token) in permit.blobs.iter().flat_map(|blob| tokens.iter().map(move |token| (blob, token))) {
            let insert = "INSERT INTO permitted VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                          ON CONFLICT DO UPDATE SET length = excluded.length";
            let row = params![mission.0, permit.device.0, blob.hash.0, token.0, to_keep(blob.length)?, received];
            tx.prepare_cached(insert).at("permitted")?.execute(row).at("permitted")?;
        }
        tx.commit().at("permitted")
    }

    fn permitted(
        &mut self,
        mission: MissionId,
        device: DeviceId,
        hash: Hash,
    ) -> Result<Vec<PermittedUpload>, LogError> {
        let sql = "SELECT token, length FROM permitted WHERE mission = ?1 AND device = ?2 AND hash = ?3";
        let mut out = Vec::new();
        self.rows(("permitted", None), sql, params![mission.0, device.0, hash.0], &mut |found| {
            if let (Ok(token), Ok(length)) = (found.get(0), found.number(1)) {
                out.push(PermittedUpload { token: Hash(token), length });
            }
            Ok(true)
        })?;
        Ok(out)
    }

    fn since(
        &mut self,
        mission: MissionId,
        received: i64,
        each: &mut dyn FnMut(&ReceivedMaterial),
    ) -> Result<(), LogError> {
        let mut from = 0;
        let back = "SELECT received, idx FROM log INDEXED BY log_place WHERE mission = ?1 ORDER BY idx DESC";
        self.rows(("log", Some(1)), back, [mission.0], &mut |found| {
            let recent = found.get::<i64>(0)? >= received;
            if !recent {
                from = found.number(1)? + 1;
            }
            Ok(recent)
        })?;
        let mut tell = |found: &Found<'_>, kind| {
            let (device, bytes) = (DeviceId(found.get(0)?), found.number(2)?);
            each(&ReceivedMaterial { device, received: found.get(1)?, kind, bytes });
            Ok(true)
        };
        let objects =
            "SELECT device, received, length(object), idx FROM log WHERE mission = ?1 AND idx >= ?2 ORDER BY idx";
        let place = ("log", Some(3));
        self.rows(place, objects, params![mission.0, kept(from)], &mut |found| tell(found, MaterialKind::Object))?;
        let attachments = "SELECT device, min(received) AS first, max(length) FROM permitted WHERE mission = ?1
                           GROUP BY device, hash HAVING first >= ?2 ORDER BY first";
        let place = ("permitted", None);
        // A damaged length is put right when the permit is shown again.
        self.rows(place, attachments, params![mission.0, received], &mut |found| {
            if found.number(2).is_ok() { tell(found, MaterialKind::Attachment) } else { Ok(true) }
        })
    }

    fn manifest(&mut self, mission: MissionId) -> Result<Option<Vec<u8>>, LogError> {
        self.first(("document", None), MANIFEST, [mission.0], |found| found.get(0))
    }

    fn publish(
        &mut self,
        mission: MissionId,
        bytes: &[u8],
        parts: &[(Hash, Vec<u8>)],
        follows: Follows<'_>,
    ) -> Result<bool, LogError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate).at("document")?;
        let known = tx.query_row(MANIFEST, [mission.0], |r| r.get(0)).optional();
        let known: Option<Vec<u8>> = known.at("document")?;
        if !follows(known.as_deref()) {
            return Ok(false);
        }
        put_parts(&tx, mission, parts)?;
        let replace = "INSERT OR REPLACE INTO document VALUES (?1, 0, ?2)";
        tx.execute(replace, params![mission.0, bytes]).at("document")?;
        tx.commit().at("document")?;
        Ok(true)
    }

    fn keep_parts(&mut self, mission: MissionId, parts: &[(Hash, Vec<u8>)]) -> Result<(), LogError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate).at("part")?;
        put_parts(&tx, mission, parts)?;
        tx.commit().at("part")
    }

    fn part(&mut self, mission: MissionId, hash: Hash) -> Result<Option<Vec<u8>>, LogError> {
        let sql = "SELECT packed FROM part WHERE mission = ?1 AND hash = ?2";
        self.first(("part", None), sql, params![mission.0, hash.0], |found| found.get(0))
    }

    fn put_notice(&mut self, mission: MissionId, desk: DeviceId, notice: &[u8], rows: &[u8]) -> Result<(), LogError> {
        let replace = "INSERT OR REPLACE INTO notice VALUES (?1, ?2, ?3, ?4)";
        self.db.execute(replace, params![mission.0, desk.0, notice, rows]).at("notice")?;
        Ok(())
    }

    fn notices(&mut self, mission: MissionId, each: &mut dyn FnMut(Vec<u8>, Vec<u8>)) -> Result<(), LogError> {
        let sql = "SELECT notice, rows FROM notice WHERE mission = ?1 ORDER BY desk";
        self.rows(("notice", None), sql, [mission.0], &mut |found| {
            if let (Ok(notice), Ok(rows)) = (found.get(0), found.get(1)) {
                each(notice, rows);
            }
            Ok(true)
        })
    }

    fn probe(&mut self, mission: MissionId, now: i64) -> Result<(), LogError> {
        self.db.execute("INSERT OR REPLACE INTO probe VALUES (?1, ?2)", params![mission.0, now]).at("probe")?;
        let sql = "SELECT written FROM probe WHERE mission = ?1";
        match self.first(("probe", None), sql, [mission.0], |found| found.get::<i64>(0))? {
            Some(written) if written == now => Ok(()),
            _ => Err(LogError::damaged("probe", "the row that was just written")),
        }
    }
}
