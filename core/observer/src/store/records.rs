//! What was signed: reports with their plain text, and the envelopes of the chain. Nothing here ever changes.

use super::drafts::Draft;
use super::main::{MainStore, report_aad};
use crate::error::Error;
use crate::lock::seal_with;
use crate::reason::InvalidReason;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{Hash, ReportId};
use rusqlite::{OptionalExtension, TransactionBehavior, params};
use std::collections::BTreeSet;

/// A report as stored.
pub(crate) struct StoredReport {
    pub seq: i64,
    pub id: ReportId,
    pub checklist: Hash,
    pub amends: Option<Hash>,
    pub hash: Hash,
    pub signed: i64,
    /// Uptime of the phone when it was signed, in milliseconds.
    pub uptime: i64,
    pub draft: i64,
    /// The code of its visit, when the store still knows it.
    pub visit: Option<String>,
}

/// An envelope, made inside the transaction that gives it its number.
pub(crate) struct SealedEnvelope {
    pub kind: ObjectType,
    pub urgent: bool,
    pub bytes: Vec<u8>,
}

/// The plain side of a new report.
pub(crate) struct NewReport<'d> {
    pub id: ReportId,
    pub draft: &'d Draft,
    pub signed: i64,
    /// The phone's uptime, in milliseconds.
    pub uptime: i64,
    pub plain: &'d [u8],
}

/// The end of the chain: number and hash of the last envelope.
pub(crate) type ChainEnd = Option<(i64, Hash)>;

impl MainStore {
    /// One transaction: takes the next number of the chain, lets `make` sign and seal, and stores envelope and report. `make` gets
    /// the number and the hash of the envelope before, `None` for the first. `sent` is the last that the outbox knows: a salvaged
    /// store may have lost it, and must not give its number to another.
    pub fn append(
        &mut self,
        report: Option<&NewReport>,
        sent: ChainEnd,
        make: impl FnOnce(u64, Option<Hash>) -> Result<SealedEnvelope, Error>,
    ) -> Result<i64, Error> {
        if let Some(report) = report {
            self.cipher(report.draft.visit)?;
            self.let_go();
        }
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let select = "SELECT seq, hash, kind FROM envelope ORDER BY seq DESC LIMIT 1";
        let last = tx.query_row(select, [], |r| Ok((r.get::<_, i64>(0)?, Hash(r.get(1)?), r.get::<_, u16>(2)?)));
        let last = last.optional()?;
        if last.is_some_and(|l| l.2 == ObjectType::Close as u16) {
            return Err(InvalidReason::WorkClosed.into());
        }
        let last = last.map(|l| (l.0, l.1)).into_iter().chain(sent).max_by_key(|l| l.0);
        let seq = last.map_or(1, |l| l.0 + 1);
        let new = make(u64::try_from(seq).unwrap_or(1), last.map(|l| l.1))?;
        let insert = "INSERT INTO envelope VALUES (?1, ?2, ?3, ?4, ?5)";
        tx.execute(insert, params![seq, new.kind as u16, Hash::of(&new.bytes).0, new.urgent, new.bytes])?;
        if let Some(report) = report {
            let draft = report.draft;
            let plain = seal_with(&self.ciphers[&draft.visit], &report_aad(seq), report.plain);
            let amends = draft.amends.map(|h| h.0);
            let values = params![seq, report.id.0, draft.id, draft.checklist.0, amends, report.signed, plain];
            tx.execute("INSERT INTO report VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", values)?;
            tx.execute("INSERT INTO signed_at VALUES (?1, ?2)", params![seq, report.uptime])?;
            tx.execute("UPDATE draft SET report = ?2 WHERE id = ?1", params![draft.id, seq])?;
        }
        tx.commit()?;
        Ok(seq)
    }

    /// The reports, oldest first.
    pub fn reports(&self) -> Result<Vec<StoredReport>, Error> {
        // What a salvage lost of draft and visit hides no report.
        let select =
            "SELECT r.seq, r.id, r.checklist, r.amends, e.hash, r.signed, r.draft, v.code, coalesce(s.uptime, 0)
                      FROM report r JOIN envelope e ON e.seq = r.seq LEFT JOIN signed_at s ON s.seq = r.seq
                      LEFT JOIN draft d ON d.id = r.draft LEFT JOIN visit v ON v.id = d.visit ORDER BY r.seq";
        let mut statement = self.db.prepare_cached(select)?;
        let rows = statement.query_map([], |r| {
            Ok(StoredReport {
                seq: r.get(0)?,
                id: ReportId(r.get(1)?),
                checklist: Hash(r.get(2)?),
                amends: r.get::<_, Option<[u8; 32]>>(3)?.map(Hash),
                hash: Hash(r.get(4)?),
                signed: r.get(5)?,
                draft: r.get(6)?,
                visit: r.get(7)?,
                uptime: r.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The numbers of the envelopes that are not among some.
    pub fn envelopes_beside(&self, known: &BTreeSet<i64>) -> Result<Vec<i64>, Error> {
        let mut statement = self.db.prepare("SELECT seq FROM envelope ORDER BY seq")?;
        let all: Vec<i64> = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
        Ok(all.into_iter().filter(|seq| !known.contains(seq)).collect())
    }

    /// Urgency and bytes of an envelope.
    pub fn envelope(&self, seq: i64) -> Result<(bool, Vec<u8>), Error> {
        let select = "SELECT urgent, bytes FROM envelope WHERE seq = ?1";
        Ok(self.db.query_row(select, [seq], |r| Ok((r.get(0)?, r.get(1)?)))?)
    }

    /// Whether the chain was closed.
    pub fn closed(&self) -> Result<bool, Error> {
        let select = "SELECT 1 FROM envelope WHERE kind = ?1";
        Ok(self.db.query_row(select, [ObjectType::Close as u16], |_| Ok(())).optional()?.is_some())
    }
}
