//! Which attachments are with the server.

use super::number::Number;
use super::outbox::Outbox;
use crate::error::Error;
use baqylau_protocol::ids::Hash;
use minicbor::bytes::ByteVec;
use rusqlite::params;

/// What names them, proved, all, and why one is refused.
pub(crate) type BlobCount = (Number, usize, usize, Option<String>);

/// An attachment that an envelope names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredBlob {
    pub hash: Hash,
    pub length: u64,
    /// Whether it is of another phone.
    pub carried: bool,
}

impl Outbox {
    /// Attachments of receipted envelopes, own or carried, that no proof was seen for or that are offered once more; own ones and
    /// small ones first.
    pub fn due_blobs(&self) -> Result<Vec<StoredBlob>, Error> {
        let select = "SELECT b.hash, b.length, b.seq FROM blob b LEFT JOIN envelope e ON e.seq = b.seq
                      LEFT JOIN carried c ON c.id = -b.seq
                      WHERE (b.proof IS NULL OR b.again = 1) AND b.refused IS NULL
                        AND coalesce(e.receipt, c.receipt) IS NOT NULL AND coalesce(e.again, c.again) = 0
                      ORDER BY b.seq < 0, b.length";
        self.blobs(select)
    }

    /// Attachments that no proof was seen for.
    pub fn unproved_blobs(&self) -> Result<Vec<StoredBlob>, Error> {
        self.blobs("SELECT hash, length, seq FROM blob WHERE proof IS NULL ORDER BY length")
    }

    fn blobs(&self, select: &str) -> Result<Vec<StoredBlob>, Error> {
        let mut statement = self.db.prepare_cached(select)?;
        let rows = statement.query_map([], |r| {
            let length = u64::try_from(r.get::<_, i64>(1)?).unwrap_or(0);
            Ok(StoredBlob { hash: Hash(r.get(0)?), length, carried: matches!(r.get(2)?, Number::Carried(_)) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Proofs for attachments of others, to be carried back.
    pub fn relayed_proofs(&self) -> Result<Vec<(Hash, ByteVec)>, Error> {
        let mut statement = self.db.prepare("SELECT hash, proof FROM blob WHERE seq < 0 AND proof IS NOT NULL")?;
        let rows = statement.query_map([], |r| Ok((Hash(r.get(0)?), r.get::<_, Vec<u8>>(1)?.into())))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps the server's proof that it has an attachment.
    pub fn blob_kept(&mut self, hash: Hash, proof: &[u8]) -> Result<(), Error> {
        self.db.execute("UPDATE blob SET proof = ?2, again = 0 WHERE hash = ?1", params![hash.0, proof])?;
        Ok(())
    }

    /// Notes why an attachment cannot be sent. What a proof says stays true.
    pub fn blob_refused(&mut self, hash: Hash, reason: &str) -> Result<(), Error> {
        self.db.execute(
            "UPDATE blob SET again = 0, refused = iif(proof IS NULL, ?2, NULL) WHERE hash = ?1",
            params![hash.0, reason],
        )?;
        Ok(())
    }

    /// For each envelope that names attachments: how many of them the server has, how many there are, and why one cannot be sent.
    pub fn blob_counts(&self) -> Result<Vec<BlobCount>, Error> {
        let select = "SELECT seq, count(proof), count(*), max(refused) FROM blob GROUP BY seq";
        let mut statement = self.db.prepare_cached(select)?;
        let size = |n: i64| usize::try_from(n).unwrap_or(0);
        let rows = statement.query_map([], |r| Ok((r.get(0)?, size(r.get(1)?), size(r.get(2)?), r.get(3)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
