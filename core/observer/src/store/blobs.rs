//! Which attachments are with the server.

use super::number::Number;
use super::outbox::Outbox;
use super::queue::due;
use crate::error::{Error, RefusalReason};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::sync::refusal_pause;
use minicbor::bytes::ByteVec;
use rusqlite::{OptionalExtension, params};

/// The envelope that names attachments, how many are proved, how many there are, and why one is refused.
pub(crate) type BlobCount = (Number, usize, usize, Option<RefusalReason>);

/// An attachment that an envelope names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredBlob {
    pub hash: Hash,
    pub length: u64,
    /// The envelope that names it.
    pub number: Number,
}

impl StoredBlob {
    /// Whether it is of another phone.
    pub fn is_carried(&self) -> bool {
        matches!(self.number, Number::Carried(_))
    }
}

impl Outbox {
    /// Attachments of receipted envelopes, own or carried, with a permit, that no proof was seen for or that are offered once more; own
    /// ones and small ones first. What was refused too, when it is its turn again or when it is not asked `at` which time.
    pub fn due_blobs(&self, at: Option<i64>) -> Result<Vec<StoredBlob>, Error> {
        let select = "SELECT b.hash, b.length, b.seq, b.not_before FROM blob b LEFT JOIN envelope e ON e.seq = b.seq
                      LEFT JOIN carried c ON c.id = -b.seq
                      WHERE (b.proof IS NULL OR b.again = 1)
                        AND (coalesce(e.receipt, c.receipt) IS NOT NULL AND coalesce(e.again, c.again) = 0
                             OR coalesce(e.hash, c.hash) IN (SELECT hash FROM uncompared))
                        AND b.seq IN (SELECT seq FROM permit)
                      ORDER BY b.seq < 0, b.length";
        self.blobs(select, at)
    }

    /// Attachments that no proof was seen for.
    pub fn unproved_blobs(&self) -> Result<Vec<StoredBlob>, Error> {
        self.blobs("SELECT hash, length, seq, not_before FROM blob WHERE proof IS NULL ORDER BY length", None)
    }

    /// The attachments of own envelopes, each with the number of the envelope that names it.
    pub fn own_blobs(&self) -> Result<Vec<(i64, Hash)>, Error> {
        let mut statement = self.db.prepare_cached("SELECT seq, hash FROM blob WHERE seq > 0")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, Hash(r.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn blobs(&self, select: &str, at: Option<i64>) -> Result<Vec<StoredBlob>, Error> {
        let mut statement = self.db.prepare_cached(select)?;
        let rows = statement.query_map([], |r| {
            let length = u64::try_from(r.get::<_, i64>(1)?).unwrap_or(0);
            let blob = StoredBlob { hash: Hash(r.get(0)?), length, number: r.get(2)? };
            Ok((blob, r.get::<_, i64>(3)?))
        })?;
        let all: Vec<(StoredBlob, i64)> = rows.collect::<Result<_, _>>()?;
        Ok(all.into_iter().filter(|(_, not_before)| due(*not_before, at)).map(|(blob, _)| blob).collect())
    }

    /// Proofs for attachments of others, to be carried back.
    pub fn relayed_proofs(&self) -> Result<Vec<(Hash, ByteVec)>, Error> {
        let mut statement = self.db.prepare("SELECT hash, proof FROM blob WHERE seq < 0 AND proof IS NOT NULL")?;
        let rows = statement.query_map([], |r| Ok((Hash(r.get(0)?), r.get::<_, Vec<u8>>(1)?.into())))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps the server's proof that it has an attachment.
    pub fn blob_kept(&mut self, blob: StoredBlob, proof: &[u8]) -> Result<(), Error> {
        let update = "UPDATE blob SET proof = ?3, again = 0, refused = NULL, tries = 0, not_before = 0
                      WHERE hash = ?1 AND seq = ?2";
        self.db.execute(update, params![blob.hash.0, blob.number, proof])?;
        Ok(())
    }

    /// Whether anything but one attachment of another phone needs the file of this hash: an own one keeps it until its visit is
    /// forgotten, another one until it is proved.
    pub fn needs_file(&self, blob: StoredBlob) -> Result<bool, Error> {
        let select = "SELECT EXISTS(SELECT 1 FROM blob WHERE hash = ?1 AND seq <> ?2 AND (seq > 0 OR proof IS NULL))";
        Ok(self.db.query_row(select, params![blob.hash.0, blob.number], |r| r.get(0))?)
    }

    /// Notes why an attachment was not sent, and when it is tried again. What a proof says stays true, and of what is not here any more
    /// nothing can be offered once more.
    pub fn blob_refused(&mut self, blob: StoredBlob, why: RefusalReason, now: i64) -> Result<(), Error> {
        let tx = self.db.transaction()?;
        let select = "SELECT tries FROM blob WHERE hash = ?1 AND seq = ?2";
        let tries: u32 = tx.query_row(select, params![blob.hash.0, blob.number], |r| r.get(0))?;
        let tries = tries.saturating_add(1);
        let lost = why == RefusalReason::FileLost;
        tx.execute(
            "UPDATE blob SET refused = iif(proof IS NULL, ?2, NULL), tries = ?3, not_before = ?4,
                             again = iif(?5, 0, again) WHERE hash = ?1 AND seq = ?6",
            params![blob.hash.0, why.code(), tries, now.saturating_add(refusal_pause(tries)), lost, blob.number],
        )?;
        Ok(tx.commit()?)
    }

    /// Why the first attachment that waits is refused.
    pub fn first_blob_refusal(&self) -> Result<Option<RefusalReason>, Error> {
        let select = "SELECT refused FROM blob WHERE refused IS NOT NULL ORDER BY seq, refused DESC LIMIT 1";
        let code: Option<String> = self.db.prepare_cached(select)?.query_row([], |r| r.get(0)).optional()?;
        Ok(code.map(|code| why(&code)))
    }

    /// For each envelope that names attachments: how many of them the server has, how many there are, and why one cannot be sent.
    pub fn blob_counts(&self) -> Result<Vec<BlobCount>, Error> {
        let select = "SELECT seq, count(proof), count(*), max(refused) FROM blob GROUP BY seq";
        let mut statement = self.db.prepare_cached(select)?;
        let size = |n: i64| usize::try_from(n).unwrap_or(0);
        let rows = statement.query_map([], |r| {
            Ok((r.get(0)?, size(r.get(1)?), size(r.get(2)?), r.get::<_, Option<String>>(3)?.map(|code| why(&code))))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The reason of a code; stores of earlier versions have the server's words there.
fn why(code: &str) -> RefusalReason {
    RefusalReason::of(code).unwrap_or(RefusalReason::FileNotTaken)
}
