//! What this phone knows of the server's log, and the pairs of signed heads that cannot be of one log.

use super::names::{HEAD, UNPROVED};
use super::outbox::Outbox;
use crate::error::Error;
use baqylau_protocol::bundle::Manifest;
use minicbor::bytes::ByteVec;
use rusqlite::params;

/// Most pairs of heads that are kept: the first ones say enough, and a server cannot fill a phone with them.
const MOST: i64 = 16;

/// Whether the log that the server shows now is the one that this phone saw before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogConsistency {
    /// Every head that came is proved to go on from those before, or nothing came yet.
    #[default]
    Proved,
    /// The last head came without such a proof: the server may have lost part of its log.
    Unproved,
    /// It is proved, and a desk wrote letters to this phone that are in it and that the server does not hand out.
    Withheld,
    /// The server signed two logs that cannot be one. The phone keeps both signed heads, and says so until a new log begins.
    Contradicted,
}

impl Outbox {
    /// Notes that heads were found to go on from each other, and which is the largest now, where it is another.
    pub fn keep_head(&mut self, largest: Option<&[u8]>) -> Result<(), Error> {
        let unproved = self.setting(UNPROVED)?.filter(|head| !head.is_empty());
        let mut settings = Vec::new();
        settings.extend(largest.map(|head| (HEAD, head)));
        settings.extend(unproved.map(|_| (UNPROVED, &b""[..])));
        // Nothing is written where nothing changed: a full disk keeps nothing from being sent.
        if settings.is_empty() { Ok(()) } else { self.set(&settings, &[]) }
    }

    /// Keeps two signed heads that contradict each other, once.
    pub fn add_evidence(&mut self, one: &[u8], other: &[u8]) -> Result<(), Error> {
        let insert = "INSERT OR IGNORE INTO evidence (one, other)
                      SELECT ?1, ?2 WHERE (SELECT count(*) FROM evidence) < ?3";
        self.db.execute(insert, params![one, other, MOST])?;
        Ok(())
    }

    /// The pairs of signed heads that contradict each other, in the order in which they were found.
    pub fn evidence(&self) -> Result<Vec<(ByteVec, ByteVec)>, Error> {
        let mut statement = self.db.prepare_cached("SELECT one, other FROM evidence ORDER BY rowid")?;
        let rows = statement
            .query_map([], |r| Ok((ByteVec::from(r.get::<_, Vec<u8>>(0)?), ByteVec::from(r.get::<_, Vec<u8>>(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether the server's log is one, and whether it hands out of it what is this phone's.
    pub fn consistency(&self, manifest: &Manifest) -> Result<LogConsistency, Error> {
        let contradicted: bool =
            self.db.query_row("SELECT EXISTS(SELECT 1 FROM evidence WHERE NOT settled)", [], |r| r.get(0))?;
        Ok(match self.setting(UNPROVED)?.is_some_and(|head| !head.is_empty()) {
            _ if contradicted => LogConsistency::Contradicted,
            true => LogConsistency::Unproved,
            false if self.withholds_letters(manifest)? => LogConsistency::Withheld,
            false => LogConsistency::Proved,
        })
    }
}
