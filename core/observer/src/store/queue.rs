//! What waits in the outbox: own envelopes, how far each got, and when what was refused is tried again.

use super::names::ANCHOR;
use super::number::Number;
use super::outbox::Outbox;
use super::permits::{SignedPermit, add_permit};
use crate::error::{Error, RefusalReason};
use crate::time::Anchor;
use baqylau_protocol::cbor;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::sync::{LONGEST_REFUSAL_MS, refusal_pause};
use baqylau_protocol::wire::RefusalCode;
use rusqlite::{OptionalExtension, params};

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
    /// Adds an envelope, and the permit for its attachments; adding it again changes nothing.
    pub fn add(&mut self, seq: i64, envelope: &[u8], urgent: bool, permit: Option<&SignedPermit>) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let insert = "INSERT OR IGNORE INTO envelope (seq, hash, bytes, urgent) VALUES (?1, ?2, ?3, ?4)";
        tx.execute(insert, params![seq, Hash::of(envelope).0, envelope, urgent])?;
        add_blobs(&tx, Number::Own(seq), envelope)?;
        if let Some(permit) = permit {
            add_permit(&tx, Number::Own(seq), permit)?;
        }
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

    /// Lets one that was receipted be offered once more: the server says that it does not know it, which nobody signs.
    pub fn offer_again(&mut self, number: Number) -> Result<(), Error> {
        let (table, key, id) = match number {
            Number::Own(seq) => ("envelope", "seq", seq),
            Number::Carried(id) => ("carried", "id", id),
        };
        let update = format!(
            "UPDATE {table} SET again = 1, not_before = 0 WHERE {key} = ?1 AND receipt IS NOT NULL AND again = 0"
        );
        self.db.execute(&update, [id])?;
        Ok(())
    }

    /// The numbers of receipted envelopes, each with its place in the log.
    pub(super) fn stored_places(&self) -> Result<Vec<(i64, u64)>, Error> {
        let places = self.deliveries()?.into_iter().filter_map(|(seq, delivery)| match delivery {
            Delivery::Delivered { index, .. } => Some((seq, index)),
            Delivery::Waiting | Delivery::Stuck(..) => None,
        });
        Ok(places.collect())
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
        tx.execute(update, params![seq, refusal.number(), reason, tries, not_before])?;
        Ok(tx.commit()?)
    }

    /// Why the first report that waits is refused; the first file, where no report is.
    pub fn first_refusal(&self) -> Result<Option<RefusalReason>, Error> {
        let select = "SELECT refused FROM envelope WHERE receipt IS NULL AND reason IS NOT NULL ORDER BY seq LIMIT 1";
        let stuck: Option<Option<u32>> = self.db.prepare_cached(select)?.query_row([], |r| r.get(0)).optional()?;
        match stuck {
            Some(number) => Ok(Some(stuck_code(number).into())),
            None => self.first_blob_refusal(),
        }
    }

    pub fn deliveries(&self) -> Result<Vec<(i64, Delivery)>, Error> {
        let mut statement =
            self.db.prepare_cached("SELECT seq, receipt, refused, reason FROM envelope ORDER BY seq")?;
        let rows = statement.query_map([], |r| {
            let (receipt, number, reason): (Option<Vec<u8>>, Option<u32>, Option<String>) =
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

/// Whether it is something's turn; a time further off than any was noted under a clock that was wrong.
pub(super) fn due(not_before: i64, at: Option<i64>) -> bool {
    at.is_none_or(|now| not_before <= now || not_before - now > LONGEST_REFUSAL_MS)
}

/// How often it was refused by now, and when it is tried again. What may pass soon goes with the next run.
pub(super) fn put_off(tries: u32, refusal: RefusalCode, now: i64) -> (u32, i64) {
    let tries = tries.saturating_add(1);
    (tries, if refusal.may_pass() { 0 } else { now.saturating_add(refusal_pause(tries)) })
}

/// The code of a number that is kept.
fn stuck_code(number: Option<u32>) -> RefusalCode {
    number.map_or(RefusalCode::Malformed, RefusalCode::of)
}

/// Notes the attachments that an envelope names.
pub(super) fn add_blobs(tx: &rusqlite::Transaction, number: Number, envelope: &[u8]) -> Result<(), Error> {
    for blob in Envelope::untrusted_header(envelope).and_then(|h| h.blobs).unwrap_or_default() {
        let length = i64::try_from(blob.length).unwrap_or(i64::MAX);
        // An own one that an amendment names again goes once.
        let insert = "INSERT OR IGNORE INTO blob (hash, seq, length) SELECT ?1, ?2, ?3
                      WHERE ?2 < 0 OR NOT EXISTS (SELECT 1 FROM blob WHERE hash = ?1 AND seq > 0)";
        tx.execute(insert, params![blob.hash.0, number, length])?;
    }
    Ok(())
}
