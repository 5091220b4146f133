//! Which attachments are with the server.

use super::outbox::Outbox;
use crate::error::Error;
use baqylau_protocol::ids::Hash;
use rusqlite::params;

impl Outbox {
    /// Attachments of receipted envelopes that no proof was seen for: hash and length.
    pub fn due_blobs(&self) -> Result<Vec<(Hash, u64)>, Error> {
        let select = "SELECT b.hash, b.length FROM blob b JOIN envelope e ON e.seq = b.seq
                      WHERE b.proof IS NULL AND b.refused IS NULL AND e.receipt IS NOT NULL ORDER BY b.length";
        let mut statement = self.db.prepare_cached(select)?;
        let rows =
            statement.query_map([], |r| Ok((Hash(r.get(0)?), u64::try_from(r.get::<_, i64>(1)?).unwrap_or(0))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps the server's proof that it has an attachment.
    pub fn blob_kept(&mut self, hash: Hash, proof: &[u8]) -> Result<(), Error> {
        self.db.execute("UPDATE blob SET proof = ?2 WHERE hash = ?1", params![hash.0, proof])?;
        Ok(())
    }

    /// Notes why an attachment cannot be sent.
    pub fn blob_refused(&mut self, hash: Hash, reason: &str) -> Result<(), Error> {
        self.db.execute("UPDATE blob SET refused = ?2 WHERE hash = ?1", params![hash.0, reason])?;
        Ok(())
    }

    /// For each envelope that names attachments: how many of them the server has, and how many there are.
    pub fn blob_counts(&self) -> Result<Vec<(i64, usize, usize)>, Error> {
        let select = "SELECT seq, count(proof), count(*) FROM blob GROUP BY seq";
        let mut statement = self.db.prepare_cached(select)?;
        let size = |n: i64| usize::try_from(n).unwrap_or(0);
        let rows = statement.query_map([], |r| Ok((r.get(0)?, size(r.get(1)?), size(r.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
